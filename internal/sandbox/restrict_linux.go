package sandbox

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// dataSlack is what a Go process maps beyond what it uses: heap arenas come in pieces of 64 MiB.
const dataSlack = 192 << 20

// openFiles is enough for a paper, a pipe or two to a program, and the runtime.
const openFiles = 256

// setup is what the parent tells a new child about itself.
type setup struct {
	Role         string
	Exec         []string
	Read         []string
	Write        []string
	Scratch      string
	Nice         int
	Memory       int64
	FileBytes    int64
	MessageBytes int
	Off          Off
}

// ready is what the child answers once it has shut itself in.
type ready struct {
	LandlockABI int
	Seccomp     bool
	Notes       []string // why a part is missing
}

// restrict shuts this process in. An error means that a part which this kernel has did not take: the child must end.
func restrict(s setup) (ready, error) {
	var r ready
	// Children of children that lose their parent come to this process, so that walking down from it finds them all.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		r.Notes = append(r.Notes, fmt.Sprintf("become subreaper: %v", err))
	}
	if s.Nice != 0 {
		// On Linux a nice value belongs to a thread; only the group form reaches those that exist already.
		own, err := unix.Getpriority(unix.PRIO_PROCESS, 0) // 20 minus the nice value, getpriority(2)
		if err == nil {
			err = unix.Setpriority(unix.PRIO_PGRP, 0, min(19, 20-own+s.Nice))
		}
		if err != nil {
			r.Notes = append(r.Notes, fmt.Sprintf("nice %d: %v", s.Nice, err))
		}
	}
	if err := setLimits(s); err != nil {
		return r, err
	}
	var err error
	if s.Off.Landlock {
		r.Notes = append(r.Notes, "landlock switched off")
	} else if r.LandlockABI, err = restrictPaths(s); err != nil {
		return r, err
	} else if r.LandlockABI == 0 {
		r.Notes = append(r.Notes, "this kernel has no landlock")
	}
	if s.Off.Seccomp {
		r.Notes = append(r.Notes, "seccomp switched off")
		return r, nil
	}
	// Signals of a child that starts programs stay open where Landlock confines them (ABI 6).
	if err := loadFilter(len(s.Exec) > 0, len(s.Exec) > 0 && r.LandlockABI >= 6); err != nil {
		if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
			r.Notes = append(r.Notes, fmt.Sprintf("no seccomp here: %v", err))
			return r, nil
		}
		return r, fmt.Errorf("load seccomp filter: %w", err)
	}
	r.Seccomp = true
	return r, nil
}

// setLimits sets what the kernel counts per process. Not RLIMIT_AS: an idle Go process has reserved over a gigabyte of
// addresses. Not RLIMIT_NPROC: it counts every process of the user.
func setLimits(s setup) error {
	limits := []struct {
		name  string
		which int
		value uint64
	}{
		{"core", unix.RLIMIT_CORE, 0},
		{"fsize", unix.RLIMIT_FSIZE, uint64(s.FileBytes)},
		{"nofile", unix.RLIMIT_NOFILE, openFiles},
	}
	if !raceDetector {
		now, err := statusBytes(os.Getpid(), "VmData")
		if err != nil {
			return fmt.Errorf("read own data size: %w", err)
		}
		limits = append(limits, struct {
			name  string
			which int
			value uint64
		}{"data", unix.RLIMIT_DATA, uint64(now+s.Memory) + dataSlack})
	}
	for _, l := range limits {
		if err := unix.Setrlimit(l.which, &unix.Rlimit{Cur: l.value, Max: l.value}); err != nil {
			return fmt.Errorf("limit %s to %d: %w", l.name, l.value, err)
		}
	}
	return nil
}

const (
	readFile  = landlock.AccessFSSet(ll.AccessFSReadFile)
	readDir   = landlock.AccessFSSet(ll.AccessFSReadFile | ll.AccessFSReadDir)
	execFile  = landlock.AccessFSSet(ll.AccessFSReadFile | ll.AccessFSExecute)
	writeFile = landlock.AccessFSSet(ll.AccessFSReadFile | ll.AccessFSWriteFile)
	// writeDir makes plain files and folders only: no links, sockets, pipes or devices for the parent to stumble over.
	writeDir = readDir | landlock.AccessFSSet(ll.AccessFSWriteFile|ll.AccessFSTruncate|ll.AccessFSMakeReg|ll.AccessFSMakeDir|
		ll.AccessFSRemoveFile|ll.AccessFSRemoveDir)
)

// restrictPaths applies Landlock with the paths of s and returns the ABI in force, 0 where the kernel has none.
func restrictPaths(s setup) (int, error) {
	abi, err := ll.LandlockGetABIVersion()
	if err != nil || abi <= 0 {
		return 0, nil
	}
	var rules []landlock.Rule
	for _, p := range s.Read {
		st, err := os.Stat(p)
		switch {
		case err != nil: // missing or out of our own reach: nothing to allow
		case st.IsDir():
			rules = append(rules, landlock.PathAccess(readDir, p))
		default:
			rules = append(rules, landlock.PathAccess(readFile, p))
		}
	}
	write := s.Write
	if s.Scratch != "" {
		write = append(write[:len(write):len(write)], s.Scratch)
	}
	if len(write) > 0 {
		rules = append(rules, landlock.PathAccess(writeDir, write...))
	}
	for _, p := range s.Exec {
		rules = append(rules, landlock.PathAccess(execFile, p))
		if loader := loaderOf(p); loader != "" {
			rules = append(rules, landlock.PathAccess(execFile, loader))
		}
	}
	if len(s.Exec) > 0 { // os/exec opens it for standard input and output
		rules = append(rules, landlock.PathAccess(writeFile, "/dev/null"))
	}
	// BestEffort takes off what this ABI does not know. No rule asks for "refer": on ABI 1 that would turn everything off.
	if err := landlock.V11.BestEffort().Restrict(rules...); err != nil {
		return 0, fmt.Errorf("apply landlock (ABI %d): %w", abi, err)
	}
	// Believe what can be seen: a best effort that came to nothing would have returned no error.
	if fd, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err == nil {
		unix.Close(fd)
		return 0, fmt.Errorf("landlock (ABI %d) did not take hold", abi)
	}
	return abi, nil
}

// loaderOf returns the dynamic loader that the kernel starts for an ELF program, "" for a static one.
func loaderOf(program string) string {
	f, err := elf.Open(program)
	if err != nil {
		return ""
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP && p.Filesz < 4096 {
			b := make([]byte, p.Filesz)
			if _, err := p.ReadAt(b, 0); err == nil {
				return string(bytes.TrimRight(b, "\x00"))
			}
		}
	}
	return ""
}

// statusBytes sums fields of /proc/PID/status that are given in kB.
func statusBytes(pid int, fields ...string) (int64, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, err
	}
	var sum int64
	for line := range bytes.Lines(b) {
		for _, f := range fields {
			rest, ok := bytes.CutPrefix(line, []byte(f+":"))
			if !ok {
				continue
			}
			kb, err := strconv.ParseInt(string(bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte("kB")))), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("%s of process %d: %w", f, pid, err)
			}
			sum += kb << 10
		}
	}
	return sum, nil
}
