package sandbox

import (
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// needFull skips on a machine that cannot give the full sandbox, and fails there when CI=true.
func needFull(t *testing.T) {
	t.Helper()
	p := New(Config{Profile: Inspector("echo")})
	defer p.Close()
	level, notes, err := p.Level(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if level != LevelFull {
		if os.Getenv("CI") == "true" {
			t.Fatalf("sandbox level %s %v (full required in CI)", level, notes)
		}
		t.Skipf("sandbox level %s %v", level, notes)
	}
}

func TestSelfTest(t *testing.T) {
	needFull(t)
	reader := Reader("", t.TempDir(), programPath(t, "true"))
	for _, tc := range []struct {
		name    string
		profile Profile
		off     Off
		level   Level
		must    []string // that get out
		never   []string // that do not
	}{
		{"an inspector cannot get out", Inspector(""), Off{}, LevelFull, nil, nil},
		{"a reader cannot get out", reader, Off{}, LevelFull, nil, nil},
		{"without landlock files are open and sockets are not", Inspector(""), Off{Landlock: true}, LevelNoLandlock,
			[]string{"read_outside", "list_outside", "write_outside"}, []string{"udp_send", "unix_connect", "tcp_connect", "start_program", "signal_parent", "read_paper"}},
		{"without seccomp UDP and unix sockets are open", Inspector(""), Off{Seccomp: true}, LevelNoSeccomp,
			[]string{"udp_send", "unix_pair", "change_mode_outside"}, []string{"read_outside", "tcp_connect", "read_paper"}},
		{"without both nearly everything is open", Inspector(""), Off{Landlock: true, Seccomp: true}, LevelNone,
			[]string{"read_outside", "tcp_connect", "tcp_listen", "udp_send", "unix_connect", "unix_abstract_connect", "start_program"}, []string{"read_paper"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := SelfTest(t.Context(), Config{Profile: tc.profile, Off: tc.off})
			if err != nil {
				t.Fatal(err)
			}
			if r.Level != tc.level {
				t.Errorf("level %s %v, want %s", r.Level, r.Notes, tc.level)
			}
			out := r.Unsound()
			if got, want := r.Sound(), tc.level == LevelFull; got != want {
				t.Errorf("sound %v, want %v; out: %v", got, want, out)
			}
			for _, n := range tc.must {
				if !slices.Contains(out, n) {
					t.Errorf("%s should have got out: %+v", n, r.Checks)
				}
			}
			for _, n := range tc.never {
				if slices.Contains(out, n) {
					t.Errorf("%s got out", n)
				}
			}
		})
	}
}

func TestRequire(t *testing.T) {
	needFull(t)
	for _, tc := range []struct {
		name string
		off  Off
		want error
	}{
		{"full is enough", Off{}, nil},
		{"no landlock is refused", Off{Landlock: true}, ErrLevel},
		{"no seccomp is refused", Off{Seccomp: true}, ErrLevel},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := newPool(t, Config{Profile: Inspector("count"), Mode: Require, Off: tc.off})
			if _, _, err := p.Level(t.Context()); !errors.Is(err, tc.want) {
				t.Errorf("Level: %v, want %v", err, tc.want)
			}
			if err := p.Do(t.Context(), Task{Body: []byte("0")}); !errors.Is(err, tc.want) {
				t.Errorf("Do: %v, want %v", err, tc.want)
			}
		})
	}
}

// TestFilter runs the assembled filter in a virtual machine, for the calls no test can make: those of another
// architecture and those of kernels to come.
func TestFilter(t *testing.T) {
	const eperm, enosys = uint32(seccomp.ActionErrno) | uint32(unix.EPERM), uint32(seccomp.ActionErrno) | uint32(unix.ENOSYS)
	const allow = uint32(seccomp.ActionAllow)
	native, err := arch.GetInfo("")
	if err != nil {
		t.Fatal(err)
	}
	number := func(name string) uint32 { return uint32(native.SyscallNames[name]) }
	self := uint64(os.Getpid())
	for _, tc := range []struct {
		name          string
		exec, signals bool
		arch          arch.AuditArch
		number        uint32
		args          [6]uint64
		want          uint32
	}{
		{"reading goes on", false, false, native.ID, number("read"), [6]uint64{}, allow},
		{"the inherited pair goes on", false, false, native.ID, number("recvmsg"), [6]uint64{}, allow},
		{"no socket", true, true, native.ID, number("socket"), [6]uint64{1, 1}, eperm},
		{"socketcall of i386 by way of int 0x80", false, false, arch.I386.ID, 102, [6]uint64{1}, eperm},
		{"an allowed number of another architecture", false, false, arch.I386.ID, number("read"), [6]uint64{}, eperm},
		{"the x32 twin of read", false, false, native.ID, 0x40000000, [6]uint64{}, enosys},
		{"a call of a kernel to come", true, true, native.ID, 4000, [6]uint64{}, eperm},
		{"a thread", false, false, native.ID, number("clone"), [6]uint64{unix.CLONE_VM | unix.CLONE_THREAD | unix.CLONE_SIGHAND}, allow},
		{"a process, by who may start none", false, false, native.ID, number("clone"), [6]uint64{uint64(unix.SIGCHLD)}, eperm},
		{"a process, by who may", true, true, native.ID, number("clone"), [6]uint64{unix.CLONE_VFORK | uint64(unix.SIGCHLD)}, allow},
		{"a user namespace", true, true, native.ID, number("clone"), [6]uint64{unix.CLONE_NEWUSER | uint64(unix.SIGCHLD)}, eperm},
		{"a process that is not one's own child", true, true, native.ID, number("clone"), [6]uint64{unix.CLONE_PARENT | uint64(unix.SIGCHLD)}, eperm},
		{"clone3 sends libraries back to clone", true, true, native.ID, number("clone3"), [6]uint64{}, enosys},
		{"exec, by who may start nothing", false, false, native.ID, number("execve"), [6]uint64{}, eperm},
		{"exec, by who may", true, true, native.ID, number("execve"), [6]uint64{}, allow},
		{"a signal to oneself", false, false, native.ID, number("tgkill"), [6]uint64{self}, allow},
		{"a signal to another", false, false, native.ID, number("tgkill"), [6]uint64{self + 1}, eperm},
		{"a signal to another, confined by landlock", true, true, native.ID, number("kill"), [6]uint64{self + 1}, allow},
		{"asking for a limit", false, false, native.ID, number("prlimit64"), [6]uint64{0, 7, 0, 1}, allow},
		{"setting a limit", false, false, native.ID, number("prlimit64"), [6]uint64{0, 7, 1, 0}, eperm},
		{"the death signal taken off", true, true, native.ID, number("prctl"), [6]uint64{unix.PR_SET_PDEATHSIG, 0}, eperm},
		{"the subreaper flag taken off, with high bits the kernel ignores", true, true, native.ID, number("prctl"), [6]uint64{1<<32 | unix.PR_SET_CHILD_SUBREAPER, 0}, eperm},
		{"signals by way of a descriptor's owner", true, true, native.ID, number("fcntl"), [6]uint64{3, unix.F_SETOWN, 1}, eperm},
		{"typing into a terminal", true, true, native.ID, number("ioctl"), [6]uint64{0, unix.TIOCSTI}, eperm},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := policy(tc.exec, tc.signals)
			if err != nil {
				t.Fatal(err)
			}
			program, err := p.Assemble()
			if err != nil {
				t.Fatal(err)
			}
			vm, err := bpf.NewVM(program)
			if err != nil {
				t.Fatal(err)
			}
			got, err := vm.Run(seccompData(tc.number, uint32(tc.arch), tc.args))
			if err != nil {
				t.Fatal(err)
			}
			if uint32(got) != tc.want {
				t.Errorf("got %#x, want %#x", uint32(got), tc.want)
			}
		})
	}
}

// seccompData lays struct seccomp_data out for the virtual machine, which loads big-endian words from the offsets at
// which the kernel loads native ones: the two halves of an argument stay where a little-endian machine has them.
func seccompData(number, arch uint32, args [6]uint64) []byte {
	b := make([]byte, 64)
	binary.BigEndian.PutUint32(b[0:], number)
	binary.BigEndian.PutUint32(b[4:], arch)
	for i, a := range args {
		binary.BigEndian.PutUint32(b[16+8*i:], uint32(a))
		binary.BigEndian.PutUint32(b[20+8*i:], uint32(a>>32))
	}
	return b
}
