package s3

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	firstWait = 50 * time.Millisecond
	maxWait   = 2 * time.Second
)

// errAway is what calls get at once while the server is known to be out of reach.
var errAway = errors.New("the store could not be reached a moment ago")

// gate lets one call a second find out whether a server that could not be reached is back; the others need not wait for
// connections that do not come.
type gate struct {
	mu    sync.Mutex
	shut  bool
	until time.Time
	err   error
}

// enter reports whether a call may go, and whether it is the one that finds out.
func (g *gate) enter(wait time.Duration) (ok, scout bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.shut || wait < 0 {
		return true, false
	}
	if time.Now().Before(g.until) {
		return false, false
	}
	g.until = time.Now().Add(wait)
	return true, true
}

// leave notes how a call ended.
func (g *gate) leave(err error, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut, g.err = err != nil, err
	g.until = time.Now().Add(wait)
}

// away returns why the server could not be reached, nil when it could.
func (g *gate) away() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// retry calls try until it succeeds, fails for good, or time and number of tries are used up. size is how many bytes a try
// sends.
func (s *Store) retry(ctx context.Context, size int64, try func(ctx context.Context) error) error {
	ok, scout := s.gate.enter(s.config.Away)
	if !ok {
		return errAway
	}
	var since time.Time
	wait := firstWait
	for n := 1; ; n++ {
		err := s.once(ctx, size, try)
		if err == nil || ctx.Err() != nil {
			if err == nil {
				s.gate.leave(nil, 0)
			}
			return err
		}
		kind := classOf(err)
		if !kind.again() {
			s.gate.leave(nil, 0) // it answered
			return err
		}
		if since.IsZero() {
			since = time.Now()
		}
		pause := wait/2 + rand.N(wait/2+1)
		if n >= s.config.Attempts || scout || time.Since(since)+pause > s.config.Patience {
			if kind == away && s.config.Away > 0 {
				s.gate.leave(err, s.config.Away)
			}
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		wait = min(2*wait, maxWait)
	}
}

// once bounds one try.
func (s *Store) once(ctx context.Context, size int64, try func(ctx context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout+time.Duration(size>>20)*time.Second)
	defer cancel()
	return try(ctx)
}
