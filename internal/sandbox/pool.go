package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Config says what children a Pool keeps.
type Config struct {
	Profile Profile
	// Size is how many children work at once. Zero means one.
	Size int
	// Papers is how many tasks a child does before it is replaced. Zero means 100.
	Papers int
	// Idle is how long a child without work is kept. Zero means one minute.
	Idle time.Duration
	// Mode says what to do where the full sandbox cannot be had. Zero means Best.
	Mode Mode
	// Off switches parts off, for tests.
	Off Off
	// Log gets one line for every child that was killed or died. Optional.
	Log *slog.Logger
}

func (c Config) withDefaults() Config {
	c.Profile = c.Profile.withDefaults()
	if c.Size <= 0 {
		c.Size = 1
	}
	if c.Papers <= 0 {
		c.Papers = 100
	}
	if c.Idle <= 0 {
		c.Idle = time.Minute
	}
	if c.Mode == "" {
		c.Mode = Best
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// MaxFiles is how many descriptors may go with one task. The kernel passes 253 at once; a child may have 256 open.
const MaxFiles = 64

// File is a descriptor to pass. The child gets one of its own, never this one.
type File struct {
	*os.File
	// Write lets the child write, too. A paper is never passed so.
	Write bool
}

// Task is one piece of work for a child.
type Task struct {
	Body  []byte
	Files []File
	// Each takes the replies of the handler, in order, one at a time. The child's clock stands still meanwhile. An error
	// ends the task and is what Do returns. Nil means that the handler must not reply.
	Each func([]byte) error
	// Time is how long the child may go without a reply or another sign of life (Call.Alive). Zero means the profile's.
	Time time.Duration
	// Whole is how long the child may work altogether. Zero means any time, as long as it gives signs of life.
	Whole time.Duration
	// Memory caps the anonymous memory of the child and all it started, in bytes. Zero, or more than the profile's, means
	// the profile's.
	Memory int64

	cpu time.Duration
}

// Stats count what became of children since the pool was made.
type Stats struct {
	Live    int // processes now
	Busy    int // of these at work
	Started int
	Tasks   int // begun, retries included
	Died    int
	Timeout int
	Memory  int
	Peak    int64 // most anonymous memory one child and what it started held, in bytes, as sampled
}

// Pool keeps children of one profile. They are started when work comes, do one task at a time, and are replaced after
// Config.Papers tasks, after any death, limit or anomaly, and killed when idle. Safe for concurrent use.
type Pool struct {
	cfg   Config
	slots chan struct{} // one token per child that may work
	done  chan struct{} // closed by Close

	mu     sync.Mutex
	idle   []*idleChild // the last is the freshest
	level  Level
	abi    int
	notes  []string
	stats  Stats
	closed bool
}

type idleChild struct {
	*child
	timer *time.Timer
}

// New makes a pool. It starts no process: ask Level for a first one.
func New(cfg Config) *Pool {
	cfg = cfg.withDefaults()
	return &Pool{cfg: cfg, slots: make(chan struct{}, cfg.Size), done: make(chan struct{})}
}

// Do gives t to a child and waits for its end. A child that dies before its first reply is replaced once and the task
// begins again. Errors: a *Refusal when the handler returned an error; ErrDied, ErrTimeout, ErrMemory and ErrMessage when
// the task cost a child; ErrStart when there is no child to be had; ErrClosed; what t.Each returned; or the context's
// error, in which case the child was killed.
func (p *Pool) Do(ctx context.Context, t Task) error {
	t, err := p.check(t)
	if err != nil {
		return err
	}
	if err := p.enter(ctx); err != nil {
		return err
	}
	defer p.leave()
	files, err := reopen(t.Files)
	if err != nil {
		return err
	}
	defer closeAll(files)
	for attempt := 1; ; attempt++ {
		c, err := p.take()
		if err != nil {
			return err
		}
		replied, err := c.run(ctx, t, files)
		p.finish(c, err)
		if attempt == 1 && !replied && errors.Is(err, ErrDied) && ctx.Err() == nil {
			continue
		}
		return err
	}
}

// enter waits for the right to use one child.
func (p *Pool) enter(ctx context.Context) error {
	select {
	case <-p.done:
		return ErrClosed
	default:
	}
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-p.done:
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (p *Pool) leave() { <-p.slots }

func (p *Pool) check(t Task) (Task, error) {
	if len(t.Body) > p.cfg.Profile.MessageBytes {
		return t, fmt.Errorf("%w: task of %d bytes, %d allowed", ErrMessage, len(t.Body), p.cfg.Profile.MessageBytes)
	}
	if len(t.Files) > MaxFiles {
		return t, fmt.Errorf("%w: %d files, %d allowed", ErrMessage, len(t.Files), MaxFiles)
	}
	if t.Time <= 0 {
		t.Time = p.cfg.Profile.Time
	}
	if t.cpu = p.cfg.Profile.CPU; t.cpu <= 0 {
		t.cpu = max(2*t.Time, t.Whole) * time.Duration(p.cfg.Profile.Threads)
	}
	if t.Memory <= 0 || t.Memory > p.cfg.Profile.Memory {
		t.Memory = p.cfg.Profile.Memory
	}
	return t, nil
}

// take returns an idle child or starts one.
func (p *Pool) take() (*child, error) {
	for {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return nil, ErrClosed
		}
		n := len(p.idle)
		if n == 0 {
			p.mu.Unlock()
			break
		}
		i := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		i.timer.Stop()
		if !i.dead() {
			p.count(func(s *Stats) { s.Busy++; s.Tasks++ })
			return i.child, nil
		}
		p.count(func(s *Stats) { s.Live-- })
	}
	c, err := startChild(p.cfg.Profile, p.cfg.Off)
	if err != nil {
		return nil, fmt.Errorf("%w: role %s: %w", ErrStart, p.cfg.Profile.Role, err)
	}
	p.mu.Lock()
	p.level, p.abi, p.notes = c.level, c.info.LandlockABI, c.info.Notes
	p.mu.Unlock()
	if p.cfg.Mode == Require && c.level != LevelFull {
		c.stop()
		return nil, fmt.Errorf("%w: %w: %s %v", ErrStart, ErrLevel, c.level, c.info.Notes)
	}
	p.count(func(s *Stats) { s.Started++; s.Live++; s.Busy++; s.Tasks++ })
	return c, nil
}

// finish puts a child back or retires it.
func (p *Pool) finish(c *child, err error) {
	p.count(func(s *Stats) {
		s.Busy--
		s.Peak = max(s.Peak, c.peak.Load())
		switch {
		case errors.Is(err, ErrDied):
			s.Died++
		case errors.Is(err, ErrTimeout):
			s.Timeout++
		case errors.Is(err, ErrMemory):
			s.Memory++
		}
	})
	c.papers++
	var refusal *Refusal
	if err != nil && !errors.As(err, &refusal) {
		p.cfg.Log.Warn("sandbox child ended", "role", p.cfg.Profile.Role, "papers", c.papers, "reason", err)
		p.retire(c)
		return
	}
	if c.papers >= p.cfg.Papers {
		p.retire(c)
		return
	}
	if err := c.fit(); err != nil {
		p.cfg.Log.Info("sandbox child replaced", "role", p.cfg.Profile.Role, "papers", c.papers, "reason", err)
		p.retire(c)
		return
	}
	p.put(c)
}

func (p *Pool) put(c *child) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		p.retire(c)
		return
	}
	i := &idleChild{child: c}
	i.timer = time.AfterFunc(p.cfg.Idle, func() { p.expire(i) })
	p.idle = append(p.idle, i)
	p.mu.Unlock()
}

// expire stops a child that nobody wanted for Config.Idle.
func (p *Pool) expire(i *idleChild) {
	p.mu.Lock()
	found := false
	for n, other := range p.idle {
		if other == i {
			p.idle = append(p.idle[:n], p.idle[n+1:]...)
			found = true
			break
		}
	}
	p.mu.Unlock()
	if found {
		p.retire(i.child)
	}
}

func (p *Pool) retire(c *child) {
	c.stop()
	p.count(func(s *Stats) { s.Live-- })
}

func (p *Pool) count(f func(*Stats)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.stats)
}

// Level returns the level of the sandbox on this machine, with the reasons when it is not full. It starts a child when
// none has been started yet. Under Require a lower level is an ErrStart that wraps ErrLevel.
func (p *Pool) Level(ctx context.Context) (Level, []string, error) {
	p.mu.Lock()
	level, notes := p.level, p.notes
	p.mu.Unlock()
	if level != "" && (p.cfg.Mode != Require || level == LevelFull) {
		return level, notes, nil
	}
	if err := p.enter(ctx); err != nil {
		return "", nil, err
	}
	defer p.leave()
	c, err := p.take()
	if err != nil {
		return "", nil, err
	}
	p.count(func(s *Stats) { s.Busy--; s.Tasks-- })
	p.put(c)
	return c.level, c.info.Notes, nil
}

// Stats returns the counts so far.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// Close refuses new work, waits until running tasks have ended, and stops all children. To end running tasks sooner,
// cancel their contexts first.
func (p *Pool) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	close(p.done)
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, i := range idle {
		i.timer.Stop()
		p.retire(i.child)
	}
	for range p.cfg.Size {
		p.slots <- struct{}{} // kept: nothing runs in this pool any more
	}
	return nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
