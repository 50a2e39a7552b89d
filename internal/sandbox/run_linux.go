package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// watchEvery is how often clock and memory of a working child are looked at. A sample costs some 20 µs for a child
// alone; in this time a process can fill about 40 MB, and RLIMIT_DATA stands behind.
const watchEvery = 20 * time.Millisecond

// run does one task on the child. It reports whether any reply reached t.Each. After an error that is not a *Refusal the
// child is dead or dying.
func (c *child) run(ctx context.Context, t Task, files []*os.File) (replied bool, err error) {
	if err := c.allowProcessorTime(t.cpu); err != nil {
		c.kill(err)
		return false, c.outcome(err)
	}
	clock := newClock(t.Time, t.Whole)
	watched, stop := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		c.watch(ctx, clock, t.Memory, stop)
	}()
	defer func() { close(stop); <-watched }()

	if err := c.sendTask(t.Body, files); err != nil {
		return false, c.outcome(err)
	}
	replied, refusal, err := converse(c.conn, c.profile.MessageBytes, t.Each, clock)
	var broken *brokenTalk
	if errors.As(err, &broken) {
		if broken.fault {
			c.kill(broken.err)
		}
		return replied, c.outcome(broken.err)
	}
	if err != nil {
		c.kill(err)
		return replied, err
	}
	c.weigh(len(c.profile.Exec) > 0) // most tasks end between two looks
	if refusal != nil {
		return replied, refusal
	}
	return replied, nil
}

// outcome turns a broken channel into the reason behind it: the line that was crossed, or how the child ended.
func (c *child) outcome(err error) error {
	// A child that closed its end without ending is as good as dead. No cause is given: its own end, should it come first, says more.
	select {
	case <-c.gone:
	case <-time.After(time.Second):
		c.kill(fmt.Errorf("%w: it stopped talking: %v", ErrDied, err))
		<-c.gone
	}
	return c.failure()
}

// sendTask sends body and descriptors in one frame.
func (c *child) sendTask(body []byte, files []*os.File) error {
	fds := make([]int, len(files))
	for i, f := range files {
		fds[i] = int(f.Fd()) // ours alone: opened for this task
	}
	var oob []byte
	if len(fds) > 0 {
		oob = unix.UnixRights(fds...)
	}
	h := header(kindTask, len(body))
	n, _, err := c.conn.WriteMsgUnix(h, oob, nil)
	if err == nil && n < len(h) {
		_, err = c.conn.Write(h[n:])
	}
	if err == nil {
		_, err = c.conn.Write(body)
	}
	if err != nil {
		return fmt.Errorf("send task: %w", err)
	}
	return nil
}

// allowProcessorTime moves the soft limit to what the child has used plus what one task may cost. Programs it starts
// count from zero under the same limit.
func (c *child) allowProcessorTime(cpu time.Duration) error {
	used, err := processorTime(c.cmd.Process.Pid)
	if err != nil {
		return fmt.Errorf("read processor time of child: %w", err)
	}
	var limit unix.Rlimit
	if err := unix.Prlimit(c.cmd.Process.Pid, unix.RLIMIT_CPU, nil, &limit); err != nil {
		return fmt.Errorf("read processor limit of child: %w", err)
	}
	limit.Cur = min(uint64((used+cpu)/time.Second)+1, limit.Max)
	if err := unix.Prlimit(c.cmd.Process.Pid, unix.RLIMIT_CPU, &limit, nil); err != nil {
		return fmt.Errorf("set processor limit of child: %w", err)
	}
	return nil
}

// watch kills the child when its clock runs out, its group holds too much, or ctx ends. It returns when stop is closed
// or the child is gone.
func (c *child) watch(ctx context.Context, clock *clock, memory int64, stop <-chan struct{}) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	starts := len(c.profile.Exec) > 0
	for {
		select {
		case <-stop:
			return
		case <-c.gone:
			return
		case <-ctx.Done():
			c.kill(context.Cause(ctx))
			return
		case <-tick.C:
		}
		if err := clock.out(); err != nil {
			c.kill(err)
			return
		}
		if held := c.weigh(starts); held > memory {
			c.kill(fmt.Errorf("%w: %d bytes held, %d allowed", ErrMemory, held, memory))
			return
		}
	}
}

// weigh looks at the memory the child and what it started hold now; 0 when they are gone.
func (c *child) weigh(starts bool) int64 {
	held, err := groupMemory(c.cmd.Process.Pid, starts)
	if err != nil {
		return 0
	}
	for have := c.peak.Load(); held > have && !c.peak.CompareAndSwap(have, held); have = c.peak.Load() {
	}
	return held
}

// clock measures the time the parent waits for the child.
type clock struct {
	limit time.Duration // without a sign of life
	whole time.Duration // altogether, pauses not counted; 0: any
	mu    sync.Mutex
	since time.Time     // of the last sign of life; zero while paused
	spent time.Duration // before since
}

func newClock(limit, whole time.Duration) *clock {
	return &clock{limit: limit, whole: whole, since: time.Now()}
}

// start marks a sign of life, and ends a pause.
func (c *clock) start() {
	c.pause()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.since = time.Now()
}

func (c *clock) pause() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.since.IsZero() {
		c.spent += time.Since(c.since)
		c.since = time.Time{}
	}
}

// out says which time has run out, nil for none.
func (c *clock) out() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since.IsZero() {
		return nil
	}
	silent := time.Since(c.since)
	switch {
	case silent > c.limit:
		return fmt.Errorf("%w: no sign of life for %v", ErrTimeout, c.limit)
	case c.whole > 0 && c.spent+silent > c.whole:
		return fmt.Errorf("%w: not done in %v", ErrTimeout, c.whole)
	}
	return nil
}

// stop ends an idle child.
func (c *child) stop() {
	c.kill(errors.New("no longer needed"))
	<-c.gone
}

// reopen opens every file anew through /proc, read-only unless asked otherwise, so that the child has a file position of
// its own and no more rights than it needs.
func reopen(files []File) ([]*os.File, error) {
	var opened []*os.File
	for i, f := range files {
		flag := os.O_RDONLY
		if f.Write {
			flag = os.O_RDWR
			if st, err := f.Stat(); err == nil && st.Mode()&os.ModeNamedPipe != 0 {
				flag = os.O_WRONLY
			}
		}
		raw, err := f.SyscallConn()
		if err != nil {
			closeAll(opened)
			return nil, fmt.Errorf("pass file %d: %w", i, err)
		}
		var again *os.File
		var failed error
		// Control, not Fd: the number must not be closed under us, and the mode of the caller's file stays as it is.
		err = raw.Control(func(fd uintptr) {
			again, failed = os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", fd), flag, 0)
		})
		if err := errors.Join(err, failed); err != nil {
			closeAll(opened)
			return nil, fmt.Errorf("pass file %d: %w", i, err)
		}
		opened = append(opened, again)
	}
	return opened, nil
}
