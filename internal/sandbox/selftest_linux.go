package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// bait is what the self-test lays out for the child to reach.
type bait struct {
	Dir      string // a folder that is not on the child's list, with a file "outside" in it
	Program  string // a program that is not on the child's list
	TCP, UDP int    // ports on 127.0.0.1 that are listened on
	Unix     string // path of a listening socket
	Abstract string // name of a listening socket without a path, without the leading zero byte
	Parent   int
}

// SelfTest starts one child in cfg.Profile and lets it try to get out: read, write and change files outside, open TCP,
// UDP and unix sockets to listeners that are really there, trace and signal this process, start a program, and more. It
// also sees that what must work does. The error is for a test that could not run; escapes are in the Report.
func SelfTest(ctx context.Context, cfg Config) (Report, error) {
	b, paper, clear, err := layBait()
	if err != nil {
		return Report{}, fmt.Errorf("self-test: %w", err)
	}
	defer clear()
	body, err := json.Marshal(b)
	if err != nil {
		return Report{}, fmt.Errorf("self-test: %w", err)
	}
	cfg.Profile.Role = selfTestRole
	cfg.Size = 1
	pool := New(cfg)
	defer pool.Close()
	var r Report
	err = pool.Do(ctx, Task{Body: body, Files: []File{{File: paper}}, Each: func(reply []byte) error {
		return json.Unmarshal(reply, &r.Checks)
	}})
	if err != nil {
		return Report{}, fmt.Errorf("self-test: %w", err)
	}
	pool.mu.Lock()
	r.Level, r.ABI, r.Notes = pool.level, pool.abi, pool.notes
	pool.mu.Unlock()
	return r, nil
}

const baitText = "outside"

func layBait() (b bait, paper *os.File, clear func(), err error) {
	var undo []func()
	clear = func() {
		for _, f := range undo {
			f()
		}
	}
	defer func() {
		if err != nil {
			clear()
		}
	}()
	if b.Dir, err = os.MkdirTemp("", "sohoa-selftest-"); err != nil {
		return b, nil, nil, err
	}
	undo = append(undo, func() { os.RemoveAll(b.Dir) })
	if err = os.WriteFile(filepath.Join(b.Dir, "outside"), []byte(baitText), 0o600); err != nil {
		return b, nil, nil, err
	}
	if paper, err = os.Open(filepath.Join(b.Dir, "outside")); err != nil {
		return b, nil, nil, err
	}
	undo = append(undo, func() { paper.Close() })
	tcp, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return b, nil, nil, err
	}
	undo = append(undo, func() { tcp.Close() })
	udp, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return b, nil, nil, err
	}
	undo = append(undo, func() { udp.Close() })
	b.Unix = filepath.Join(b.Dir, "s")
	b.Abstract = "sohoa-selftest-" + strconv.Itoa(os.Getpid())
	for _, name := range []string{b.Unix, "\x00" + b.Abstract} {
		l, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: name})
		if err != nil {
			return b, nil, nil, err
		}
		undo = append(undo, func() { l.Close() })
	}
	b.TCP = tcp.Addr().(*net.TCPAddr).Port
	b.UDP = udp.LocalAddr().(*net.UDPAddr).Port
	b.Parent = os.Getpid()
	if b.Program, err = os.Executable(); err != nil {
		return b, nil, nil, err
	}
	return b, paper, clear, nil
}

// selfTestChild is the Handler of selfTestRole.
func selfTestChild(c *Call) error {
	var b bait
	if err := json.Unmarshal(c.Body, &b); err != nil {
		return fmt.Errorf("decode bait: %w", err)
	}
	var checks []Check
	for _, e := range escapes(b) {
		err := e.try()
		checks = append(checks, Check{Name: e.name, Sound: err != nil, Detail: detail(err)})
	}
	works := func(name string, err error) {
		checks = append(checks, Check{Name: name, Sound: err == nil, Detail: detail(err)})
	}
	works("read_paper", readPaper(c.Files))
	if c.Scratch != "" {
		works("write_scratch", os.WriteFile(filepath.Join(c.Scratch, "test"), []byte("x"), 0o600))
	}
	out, err := json.Marshal(checks)
	if err != nil {
		return err
	}
	return c.Reply(out)
}

func readPaper(files []*os.File) error {
	if len(files) != 1 {
		return fmt.Errorf("%d descriptors arrived", len(files))
	}
	got := make([]byte, len(baitText))
	if _, err := files[0].ReadAt(got, 0); err != nil {
		return err
	}
	if string(got) != baitText {
		return fmt.Errorf("read %d wrong bytes", len(got))
	}
	if _, err := files[0].WriteAt([]byte("x"), 0); err == nil {
		return fmt.Errorf("the paper could be written")
	}
	return nil
}

func detail(err error) string {
	if err == nil {
		return "done"
	}
	return err.Error()
}

type escape struct {
	name string
	try  func() error // nil: it got out
}

// escapes are harmless when they succeed: nothing is stopped, sent or kept.
func escapes(b bait) []escape {
	outside := filepath.Join(b.Dir, "outside")
	loop := [4]byte{127, 0, 0, 1}
	dial := func(family, kind int, to unix.Sockaddr) error {
		fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("socket: %w", err)
		}
		defer unix.Close(fd)
		if kind == unix.SOCK_DGRAM {
			return unix.Sendto(fd, []byte("x"), 0, to)
		}
		return unix.Connect(fd, to)
	}
	return []escape{
		{"read_outside", func() error { _, err := os.ReadFile(outside); return err }},
		{"read_accounts", func() error { _, err := os.ReadFile("/etc/passwd"); return err }},
		{"read_parent_environment", func() error { _, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", b.Parent)); return err }},
		{"list_outside", func() error { _, err := os.ReadDir(b.Dir); return err }},
		{"write_outside", func() error { return os.WriteFile(filepath.Join(b.Dir, "new"), nil, 0o600) }},
		{"remove_outside", func() error {
			if err := os.Mkdir(filepath.Join(b.Dir, "gone"), 0o700); err != nil {
				return err
			}
			return os.Remove(filepath.Join(b.Dir, "gone"))
		}},
		{"change_mode_outside", func() error { return os.Chmod(outside, 0o600) }},
		{"change_time_outside", func() error { return unix.UtimesNanoAt(unix.AT_FDCWD, outside, nil, 0) }},
		{"tcp_connect", func() error {
			return dial(unix.AF_INET, unix.SOCK_STREAM, &unix.SockaddrInet4{Port: b.TCP, Addr: loop})
		}},
		{"tcp_listen", func() error {
			fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			if err != nil {
				return err
			}
			defer unix.Close(fd)
			if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: loop}); err != nil {
				return err
			}
			return unix.Listen(fd, 1)
		}},
		{"udp_send", func() error { return dial(unix.AF_INET, unix.SOCK_DGRAM, &unix.SockaddrInet4{Port: b.UDP, Addr: loop}) }},
		{"unix_connect", func() error { return dial(unix.AF_UNIX, unix.SOCK_STREAM, &unix.SockaddrUnix{Name: b.Unix}) }},
		{"unix_abstract_connect", func() error {
			return dial(unix.AF_UNIX, unix.SOCK_STREAM, &unix.SockaddrUnix{Name: "@" + b.Abstract})
		}},
		{"unix_pair", func() error {
			fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			if err == nil {
				unix.Close(fds[0])
				unix.Close(fds[1])
			}
			return err
		}},
		// PTRACE_SEIZE does not stop its target, and ends with this process.
		{"trace_parent", func() error { return unix.PtraceSeize(b.Parent) }},
		{"signal_parent", func() error { return unix.Kill(b.Parent, 0) }},
		{"start_program", func() error {
			p, err := os.StartProcess(b.Program, []string{b.Program, childArg, ""}, &os.ProcAttr{Files: []*os.File{nil, nil, nil}})
			if err == nil {
				_, _ = p.Wait()
			}
			return err
		}},
		{"unshare", func() error { return unix.Unshare(unix.CLONE_FS) }},
		{"io_uring", ioUring},
		{"memory_file", func() error {
			fd, err := unix.MemfdCreate("x", unix.MFD_CLOEXEC)
			if err == nil {
				unix.Close(fd)
			}
			return err
		}},
		{"lift_limit", func() error {
			return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
		}},
	}
}

// ioUring asks for a ring of one entry.
func ioUring() error {
	var params [120]byte // struct io_uring_params
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params)), 0)
	if errno != 0 {
		return errno
	}
	return unix.Close(int(fd))
}
