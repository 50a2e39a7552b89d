# Two commands are enough on a bare Debian machine with Go, make and git: `make run` shows Sohoa at work, `make test` proves it.
# What a target needs from the system is installed by tools/setup.sh; what it needs from Go is pinned in go.mod and tools/go.mod.

export GOTOOLCHAIN := local
export CGO_ENABLED ?= 0

GO      ?= go
BIN     := bin
TOOLS   := $(BIN)/tools
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
COMMIT  := $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
DATE    := $(shell git log -1 --format=%cI 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT) -X main.date=$(DATE)

# TESTFLAGS and PKG narrow a run by hand: make test PKG=./archive/... TESTFLAGS='-run Deposit -v'
PKG        ?= ./...
TESTFLAGS  ?=
BENCHFLAGS ?= -benchmem
# A release adds -trimpath; here it would compile every dependency a second time beside what the tests use.
BUILDFLAGS ?=
FUZZTIME   ?= 30s
SHORTFUZZ  ?= 2000x

.DEFAULT_GOAL := help
.PHONY: help run build test check fuzz fuzz-short torture bench bench-ocr bench-rebuild licenses papers setup-run setup-test go fmt vet lint tidy shell web s3server compose-check clean

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# go stops with one line when Go is absent or older than go.mod asks for.
go:
	@GO='$(GO)' sh tools/setup.sh go

setup-run: go
	@sh tools/setup.sh run

setup-test: go
	@sh tools/setup.sh test

run: setup-run build ## install what is missing, build, start the demo on a free port of this machine
	@exec $(BIN)/sohoa demo

build: go ## the one program, bin/sohoa
	@$(GO) build $(BUILDFLAGS) -ldflags '$(LDFLAGS)' -o $(BIN)/sohoa ./cmd/sohoa

# SQLite is C turned into Go, where checking every pointer costs as much as everything else. It stays under the race detector: left
# out, its copies of generic code of the standard library would be everybody's, and races be seen where none is.
RACEFLAGS ?= -race -gcflags='modernc.org/...=-d=checkptr=0'

# The race detector is C: without a compiler (and without a way to install one) the tests still run, and say so.
test: setup-test web s3server ## install what tests need, run all of them with the race detector
	@if cc=$$(command -v gcc || command -v cc || command -v clang); then \
		CGO_ENABLED=1 $(GO) test $(RACEFLAGS) -timeout 30m $(TESTFLAGS) $(PKG); \
	else \
		echo "no C compiler: testing without the race detector"; \
		$(GO) test -timeout 30m $(TESTFLAGS) $(PKG); \
	fi
	@cd tools && $(GO) test -timeout 5m $(TESTFLAGS) ./...

check: go fmt vet lint tidy shell ## format, vet, staticcheck, import rules, tidy, shell syntax
	@$(GO) test -count=1 ./internal/archtest

fmt:
	@out=$$(gofmt -l -s $$(git ls-files --cached --others --exclude-standard '*.go')); \
	if [ -n "$$out" ]; then echo "not formatted, run gofmt -s -w on:"; echo "$$out"; exit 1; fi

vet:
	@$(GO) vet ./...
	@cd tools && $(GO) vet ./...

lint: $(TOOLS)/staticcheck
	@$(TOOLS)/staticcheck ./...
	@cd tools && ../$(TOOLS)/staticcheck ./...

$(TOOLS)/staticcheck: tools/go.mod tools/go.sum
	@cd tools && $(GO) build -o ../$@ honnef.co/go/tools/cmd/staticcheck

tidy:
	@$(GO) mod tidy -diff
	@cd tools && $(GO) mod tidy -diff

shell:
	@for f in tools/*.sh; do sh -n "$$f" || exit 1; done
	@bash -n .ci/run

# Plain tests run the fuzz targets over what was found before; this looks for more. A find is written to testdata/fuzz: commit it.
fuzz: setup-test ## let every fuzz target look for new inputs, FUZZTIME each
	@for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -r -n 1 dirname | sort -u); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' $$dir/*_test.go); do \
			echo "$$dir $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x $$dir || exit 1; \
		done; \
	done

# For CI: every target for a moment, in binaries without the instrumentation that makes a guided search of it. To instrument means to compile
# every dependency a second time, which takes longer than the whole stage may.
# Not so ocr/pdf FuzzInspect: it lets a foreign parser (pdfcpu) loose in the test's own process, which that can take down with itself. In
# service the parser is a child, whose death is a refusal (ocr/child TestInspect); finds of `make fuzz` become circles to look for beforehand.
fuzz-short: go ## every fuzz target for SHORTFUZZ inputs, unguided: do the targets still hold what they promise?
	@mkdir -p $(BIN)/fuzz && root=$$PWD && \
	for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -r -n 1 dirname | sort -u); do \
		$(GO) test -c -o $(BIN)/fuzz/package.test $$dir || exit 1; \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' $$dir/*_test.go); do \
			[ "$$dir $$target" != "./ocr/pdf FuzzInspect" ] || continue; \
			( cd $$dir && $$root/$(BIN)/fuzz/package.test -test.run '^$$' -test.fuzz "^$$target\$$" -test.fuzztime $(SHORTFUZZ) \
				-test.fuzzminimizetime 100x -test.fuzzcachedir $$root/$(BIN)/fuzz/found ) >$(BIN)/fuzz/log 2>&1 || \
				{ echo "$$dir $$target"; cat $(BIN)/fuzz/log; exit 1; }; \
			echo "$$dir $$target $$(sed -n 's/.*elapsed: \([^,]*\), execs: \([0-9]*\).*/\2 inputs in \1/p' $(BIN)/fuzz/log | tail -n 1)"; \
		done; \
	done

# The short form of it is part of make test. SIZE=1 is the full form: 3,000 kills, every step of every act twenty times, 50,000 requests to
# a store that fails; SIZE=0.1 does a tenth. SEED=n draws the faults of an earlier run again. ONLY=kill-s3 runs that scenario alone: a
# regular expression over the names in the table. The full form takes hours, most of them for the kills.
SIZE ?= 1
SEED ?=
ONLY ?= .
torture: setup-test s3server ## kill, starve and deceive the program, print what was lost (nothing may be); SIZE=, SEED=, ONLY=
	@sh tools/setup.sh machine
	@SOHOA_TORTURE='$(SIZE)' SOHOA_TORTURE_SEED='$(SEED)' $(GO) test -count=1 -v -timeout 24h -run '^TestTorture$$/$(ONLY)' ./cmd/sohoa

bench: go ## measurements, with the machine they were made on
	@sh tools/setup.sh machine
	@$(GO) test -run '^$$' -bench . -timeout 30m -p 1 $(BENCHFLAGS) $(PKG)

# The short form is part of make test. Filling takes longest; it needs about 35 KB a paper in /dev/shm, or on the disk.
PAPERS ?= 100000
bench-rebuild: go ## take PAPERS papers in, lose the catalog, make it again from the store: export before and after, time, memory
	@sh tools/setup.sh machine
	@SOHOA_LONG=1 SOHOA_LONG_PAPERS='$(PAPERS)' $(GO) test -count=1 -v -timeout 6h -run '^TestManyPapersAreRebuiltFromTheStore$$' ./cmd/sohoa

# The peer is Debian's OCRmyPDF; only this target installs it. Both are pinned to the machine's last processor, politely: trust the ratios.
bench-ocr: go ## reading beside OCRmyPDF on the corpus's synthetic scans: errors and processor time a page, one processor, one run
	@sh tools/setup.sh bench-ocr
	@sh tools/setup.sh machine
	@mkdir -p $(BIN) && $(GO) test -c -o $(BIN)/ocr.test ./ocr
	@cd ocr && SOHOA_BENCH_OCR=1 taskset -c $$(($$(nproc) - 1)) nice -n 10 ../$(BIN)/ocr.test -test.run '^TestBenchOCR$$' -test.timeout 60m

licenses: go ## the licences of everything linked into bin/sohoa
	@cd tools && $(GO) run ./licenses -C .. ./cmd/sohoa

papers: go ## draw the demo papers again; the same bytes come out
	@cd tools && $(GO) run ./papers -out ../cmd/sohoa/demo/papers

# The S3 server that tests speak to is built beforehand: a first build takes minutes, which are not a test's.
s3server: go
	@version=$$(sed -n 's/.*versity\/versitygw v\([0-9.]*\).*/\1/p' tools/go.mod | head -n 1); \
	[ -x $(TOOLS)/versitygw-$$version ] || \
		{ cd tools && CGO_ENABLED=0 $(GO) build -ldflags '-s -w' -o ../$(TOOLS)/versitygw-$$version github.com/versity/versitygw/cmd/versitygw; }

# Where an engine is at hand, `docker compose up` is the proof; this holds without one, and is part of `make test`.
compose-check: setup-test build s3server ## prove docker-compose.yml: what it names is there, its services run and do their work
	@cd tools && $(GO) build -o ../$(TOOLS)/compose ./compose && ../$(TOOLS)/compose -C ..

# Browser tests load axe-core from here. npm ci does nothing when the lock file has not changed.
web: tools/web/node_modules/.package-lock.json

tools/web/node_modules/.package-lock.json: tools/web/package-lock.json
	@sh tools/setup.sh web

clean: ## remove what was built here, never data
	@rm -rf $(BIN) tools/web/node_modules
