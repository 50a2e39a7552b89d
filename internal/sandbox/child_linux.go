package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// startTime is how long a new child may take to report that it has shut itself in.
const startTime = 20 * time.Second

// child is one running process as the parent sees it.
type child struct {
	profile Profile
	level   Level
	info    ready
	papers  int // done so far
	scratch string
	peak    atomic.Int64 // most anonymous memory seen of it and what it started

	cmd  *exec.Cmd
	conn *net.UnixConn
	tail *tail
	gone chan struct{} // closed once the process and its group are dead and reaped

	mu     sync.Mutex
	reaped bool  // the number may belong to somebody else from here on
	cause  error // why we killed it; nil: it ended by itself
}

// startChild starts a process in its profile and waits until it has shut itself in.
func startChild(p Profile, off Off) (*child, error) {
	c := &child{profile: p, tail: &tail{}, gone: make(chan struct{})}
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("make socket pair: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "parent"), os.NewFile(uintptr(fds[1]), "child")
	defer theirs.Close()
	conn, err := net.FileConn(ours)
	ours.Close()
	if err != nil {
		return nil, fmt.Errorf("use socket pair: %w", err)
	}
	c.conn = conn.(*net.UnixConn)
	if p.Scratch != "" {
		if c.scratch, err = os.MkdirTemp(p.Scratch, p.Role+"-"); err != nil {
			c.conn.Close()
			return nil, fmt.Errorf("make scratch folder: %w", err)
		}
		if c.scratch, err = filepath.Abs(c.scratch); err != nil {
			c.conn.Close()
			return nil, fmt.Errorf("make scratch folder: %w", err)
		}
	}
	env := append([]string{"GOMAXPROCS=" + strconv.Itoa(p.Threads), "GOTRACEBACK=single"}, p.Env...)
	if c.scratch != "" {
		env = append(env, "TMPDIR="+c.scratch)
	}
	c.cmd = &exec.Cmd{
		Path:        "/proc/self/exe",
		Args:        []string{filepath.Base(os.Args[0]), childArg, p.Role},
		Env:         env,
		Dir:         "/",
		Stdout:      c.tail,
		Stderr:      c.tail,
		ExtraFiles:  []*os.File{theirs},
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL},
		WaitDelay:   time.Second,
	}
	if err := onStarter(c.cmd.Start); err != nil {
		c.conn.Close()
		c.removeScratch()
		return nil, fmt.Errorf("start process: %w", err)
	}
	go c.reap()
	if err := c.handshake(off); err != nil {
		c.kill(nil)
		<-c.gone
		return nil, fmt.Errorf("%w: %s", err, c.ending())
	}
	return c, nil
}

func (c *child) handshake(off Off) error {
	p := c.profile
	body, err := json.Marshal(setup{
		Role: p.Role, Exec: p.Exec, Read: p.Read, Write: p.Write, Scratch: c.scratch, Nice: p.Nice,
		Memory: p.Memory, FileBytes: p.FileBytes, MessageBytes: p.MessageBytes, Off: off,
	})
	if err != nil {
		return fmt.Errorf("encode setup: %w", err)
	}
	if err := c.conn.SetDeadline(time.Now().Add(startTime)); err != nil {
		return err
	}
	if _, err := c.conn.Write(append(header(kindSetup, len(body)), body...)); err != nil {
		return fmt.Errorf("send setup: %w", err)
	}
	k, body, err := readFrame(c.conn, 1<<20)
	if err != nil {
		return fmt.Errorf("wait until the child has shut itself in: %w", err)
	}
	if k != kindReady {
		return fmt.Errorf("%w: kind %q instead of ready", ErrMessage, k)
	}
	if err := json.Unmarshal(body, &c.info); err != nil {
		return fmt.Errorf("%w: ready: %w", ErrMessage, err)
	}
	c.level = levelOf(c.info.LandlockABI > 0, c.info.Seccomp)
	return c.conn.SetDeadline(time.Time{})
}

// kill ends the whole process group, once, for the given reason. The first reason stays.
func (c *child) kill(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == nil {
		c.cause = cause
	}
	if !c.reaped {
		_ = unix.Kill(-c.cmd.Process.Pid, unix.SIGKILL)
	}
	c.conn.Close()
}

// reap waits for the end of the child, kills what is left of its group while the number is still surely its own, and
// collects the dead.
func (c *child) reap() {
	pid := c.cmd.Process.Pid
	for {
		var info unix.Siginfo
		if err := unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOWAIT, nil); err != unix.EINTR {
			break
		}
	}
	c.mu.Lock()
	_ = unix.Kill(-pid, unix.SIGKILL)
	c.reaped = true
	c.mu.Unlock()
	_ = c.cmd.Wait() // the state is read from ProcessState
	// Where this process is the first of a container, orphans of the group are now its children.
	for {
		if _, err := unix.Wait4(-pid, nil, 0, nil); err != nil && err != unix.EINTR {
			break
		}
	}
	c.conn.Close()
	c.removeScratch()
	close(c.gone)
}

func (c *child) removeScratch() {
	if c.scratch != "" {
		_ = os.RemoveAll(c.scratch) // what stays is a stray folder; whoever owns Profile.Scratch empties it at the program's start
	}
}

// clearScratch empties the scratch folder between papers.
func (c *child) clearScratch() error {
	if c.scratch == "" {
		return nil
	}
	entries, err := os.ReadDir(c.scratch)
	if err != nil {
		return fmt.Errorf("empty scratch folder: %w", err)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(c.scratch, e.Name())); err != nil {
			return fmt.Errorf("empty scratch folder: %w", err)
		}
	}
	return nil
}

// failure says why the child is gone, once gone is closed.
func (c *child) failure() error {
	c.mu.Lock()
	cause := c.cause
	c.mu.Unlock()
	if cause != nil {
		return cause
	}
	if st, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus); ok {
		if st.Exited() && st.ExitStatus() == exitCPU || st.Signaled() && st.Signal() == syscall.SIGXCPU {
			return fmt.Errorf("%w: processor time", ErrTimeout)
		}
	}
	if c.tail.outOfMemory() {
		return fmt.Errorf("%w: %s", ErrMemory, c.ending())
	}
	return fmt.Errorf("%w: %s", ErrDied, c.ending())
}

// ending is how the process ended and the last it said, for the log.
func (c *child) ending() string {
	s := c.cmd.ProcessState.String()
	if t := c.tail.String(); t != "" {
		s += ": " + t
	}
	return s
}

// dead reports whether an idle child has ended.
func (c *child) dead() bool {
	select {
	case <-c.gone:
		return true
	default:
		return false
	}
}

var errBusy = errors.New("child still runs programs after its task")

// fit reports whether the child may take another paper; nil is yes.
func (c *child) fit() error {
	starts := len(c.profile.Exec) > 0
	if starts {
		if below, listed := descendants(c.cmd.Process.Pid); listed && len(below) > 0 {
			return errBusy
		}
	}
	used, err := groupMemory(c.cmd.Process.Pid, starts)
	if err != nil {
		return fmt.Errorf("read memory of child: %w", err)
	}
	if used > c.profile.Memory/2 {
		return fmt.Errorf("%w: %d bytes held between papers", ErrMemory, used)
	}
	return c.clearScratch()
}
