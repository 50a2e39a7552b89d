#!/bin/sh
# setup.sh installs what the Makefile's targets need from the system, and does nothing in a few milliseconds when it is there.
#
#   setup.sh go       stop with one line unless Go is new enough
#   setup.sh run      what the program uses at run time: Tesseract with Vietnamese
#   setup.sh test     that, and what tests use: a C compiler for the race detector, Chromium, npm, PostgreSQL, ClamAV
#   setup.sh bench-ocr  what reading is measured against: Tesseract, OCRmyPDF
#   setup.sh web      the scripts browser tests load, from tools/web/package-lock.json
#   setup.sh machine  what this machine is, for the head of a measurement
#
# It installs as root or through a sudo that asks no password. Otherwise it prints the one command to type. `run` and `test` then go
# on with what there is, except that a CI machine (CI=true) must be complete.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
go=${GO:-go}

# missing WHAT prints the Debian packages that WHAT needs and this machine lacks. It asks for the programs and not for the
# packages, so that a Tesseract or a Node.js installed in another way counts.
missing() {
	# Without the authorities' certificates Go can fetch no module. Other systems keep them elsewhere.
	[ -e /etc/ssl/certs/ca-certificates.crt ] || [ ! -e /etc/debian_version ] || [ -n "${SSL_CERT_FILE:-}" ] || echo ca-certificates
	if ! command -v tesseract >/dev/null 2>&1; then
		echo tesseract-ocr tesseract-ocr-vie
	elif ! tesseract --list-langs 2>&1 | grep -qx vie; then
		echo tesseract-ocr-vie
	fi
	if [ "$1" = bench-ocr ]; then
		command -v ocrmypdf >/dev/null 2>&1 || echo ocrmypdf
		command -v taskset >/dev/null 2>&1 || echo util-linux
	fi
	[ "$1" = test ] || return 0
	if ! command -v gcc >/dev/null 2>&1 && ! command -v clang >/dev/null 2>&1; then
		echo gcc libc6-dev
	elif ! echo '#include <stdlib.h>' | "$(command -v gcc || command -v clang)" -E - >/dev/null 2>&1; then
		echo libc6-dev
	fi
	# A browser without a font that holds Vietnamese draws boxes; DejaVu is the smallest package that has every letter.
	command -v chromium >/dev/null 2>&1 || echo chromium fonts-dejavu-core
	command -v npm >/dev/null 2>&1 || echo nodejs npm
	# Debian keeps the server's programs outside PATH. Only the programs are used: tests start clusters of their own.
	command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo postgresql
	# Reads printed papers as a stranger's program does.
	command -v pdftotext >/dev/null 2>&1 || echo poppler-utils
	# Tests start a daemon of their own with a signature of their own; the service and its database are not used.
	command -v clamd >/dev/null 2>&1 || [ -x /usr/sbin/clamd ] || echo clamav-daemon
}

install() {
	what=$1
	packages=$(missing "$what" | tr '\n' ' ')
	packages=${packages% }
	[ -n "$packages" ] || return 0
	command="apt-get install -y --no-install-recommends $packages"

	if ! command -v apt-get >/dev/null 2>&1; then
		echo "This system has no apt-get. Install by its own means what Debian calls: $packages" >&2
		incomplete
		return 0
	fi
	if [ "$(id -u)" = 0 ]; then
		as_root=env
	elif sudo -n true 2>/dev/null; then
		as_root="sudo -n env"
	else
		become="sudo sh -c"
		command -v sudo >/dev/null 2>&1 || become="su -c"
		echo "To install what is missing, type:  $become 'apt-get update && $command'" >&2
		incomplete
		return 0
	fi

	echo "Installing $packages ..."
	log=$(mktemp)
	# The lists of a fresh machine are empty or old: they are read again when the first try fails.
	if apt "$as_root" "$command" >"$log" 2>&1 || { apt "$as_root" "apt-get update" && apt "$as_root" "$command"; } >"$log" 2>&1; then
		rm -f "$log"
		return 0
	fi
	tail -n 20 "$log" >&2
	rm -f "$log"
	echo "The packages could not be installed; the lines above say why. By hand:  sudo $command" >&2
	incomplete
}

apt() {
	# shellcheck disable=SC2086 # both are lists of words
	$1 DEBIAN_FRONTEND=noninteractive $2 </dev/null
}

# incomplete goes on where a person can judge what is lost, and stops where nobody looks.
incomplete() {
	if [ "${CI:-}" = true ]; then
		echo "A CI machine must be complete." >&2
		exit 1
	fi
	case $what in
	run) echo "Going on without it: papers are kept and found by their fields, and read once Tesseract is there." >&2 ;;
	bench-ocr) echo "There is nothing to measure against." >&2; exit 1 ;;
	test) echo "Going on without it: tests that need it are skipped." >&2 ;;
	esac
}

check_go() {
	need=$(sed -n 's/^go \([0-9.]*\)$/\1/p' "$here/../go.mod")
	if ! command -v "$go" >/dev/null 2>&1; then
		echo "Sohoa needs Go $need or newer, and there is no \"$go\" here: install it from https://go.dev/dl/ and try again." >&2
		exit 1
	fi
	have=$(cd / && "$go" version | sed -n 's/^go version go\([0-9]*\.[0-9]*\(\.[0-9]*\)\{0,1\}\).*/\1/p')
	# An unreleased Go ("devel") names no version; it is taken at its word.
	[ -n "$have" ] || return 0
	oldest=$(printf '%s\n%s\n' "$need" "$have" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)
	if [ "$oldest" != "$need" ]; then
		echo "Sohoa needs Go $need or newer, and $(command -v "$go") is $have: install a newer one from https://go.dev/dl/ and try again." >&2
		exit 1
	fi
}

web() {
	if ! command -v npm >/dev/null 2>&1; then
		what=test
		incomplete
		return 0
	fi
	cd "$here/web" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error </dev/null
}

machine() {
	awk -F': ' '/^model name/ {m = $2; n++} END {if (n) printf "cpu: %d x %s\n", n, m}' /proc/cpuinfo 2>/dev/null || true
	awk '/^MemTotal/ {printf "memory: %.0f MiB\n", $2 / 1024}' /proc/meminfo 2>/dev/null || true
	echo "kernel: $(uname -sr)"
	echo "file system: $(df -PT . 2>/dev/null | awk 'NR == 2 {print $2}')"
	(cd / && "$go" version)
}

case ${1:-} in
go) check_go ;;
run | test | bench-ocr) install "$1" ;;
web) web ;;
machine) machine ;;
*)
	sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p;}' "$0" >&2
	exit 2
	;;
esac
