package session

import (
	"context"
	"runtime"
	"sync"
	"time"

	"sohoa/archive"
)

// gate bounds how many passwords are hashed at once, 19 MiB and a processor each, so that a storm of sign-ins cannot take the
// memory and the processors of everybody else. Those who wait are let in by turns, one of each asker (a known browser, else an
// address): a thousand tries from one place cost the next place the wait for one. While somebody waits, a slot rests after each hashing
// as long as it took: those who search have the processor, and the garbage of 19 MiB each time, for half of it only.
type gate struct {
	wait time.Duration // the patience of whoever waits
	most int           // waiting at once, and of one asker

	mu      sync.Mutex
	free    int
	waiting int
	turns   []string // askers with somebody waiting, in the order of their turns
	queue   map[string][]chan struct{}
}

const (
	gateWait    = 30 * time.Second // two hundred at once are through by then; a browser's patience is longer
	gateWaiting = 1000             // each a goroutine and its request, some 20 KB
	gateOfOne   = 250              // an office behind one address at eight o'clock
)

// newGate makes a gate of n slots; 0: half the processors, so that the others are left for searching.
func newGate(n int) *gate {
	if n <= 0 {
		n = max(1, runtime.GOMAXPROCS(0)/2)
	}
	return &gate{wait: gateWait, most: gateWaiting, free: n, queue: map[string][]chan struct{}{}}
}

var errBusy = func() error {
	e := archive.Fault(archive.Unavailable, "busy_sign_in", archive.Text{VI: "Đang có quá nhiều người đăng nhập. Xin thử lại sau giây lát.", EN: "Too many people are signing in. Try again in a moment."})
	e.RetryAfter = 5 * time.Second
	return e
}()

// do runs fn in a slot. Unavailable busy_sign_in when none came free in time, or too many wait.
func (g *gate) do(ctx context.Context, asker string, fn func()) error {
	if err := g.enter(ctx, asker); err != nil {
		return err
	}
	began := time.Now()
	defer func() { g.rest(time.Since(began)) }()
	fn()
	return nil
}

// rest gives the slot back, after a while where somebody waits for it.
func (g *gate) rest(while time.Duration) {
	g.mu.Lock()
	waiting := g.waiting > 0
	g.mu.Unlock()
	if waiting {
		time.AfterFunc(while, g.leave)
		return
	}
	g.leave()
}

func (g *gate) enter(ctx context.Context, asker string) error {
	g.mu.Lock()
	if g.free > 0 {
		g.free--
		g.mu.Unlock()
		return nil
	}
	if g.waiting >= g.most || len(g.queue[asker]) >= gateOfOne {
		g.mu.Unlock()
		return errBusy
	}
	turn := make(chan struct{})
	if len(g.queue[asker]) == 0 {
		g.turns = append(g.turns, asker)
	}
	g.queue[asker] = append(g.queue[asker], turn)
	g.waiting++
	g.mu.Unlock()

	t := time.NewTimer(g.wait)
	defer t.Stop()
	err := errBusy
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-t.C:
	}
	g.mu.Lock()
	gone := g.forget(asker, turn)
	g.mu.Unlock()
	if !gone { // the slot came at the same moment: it goes to the next
		g.leave()
	}
	return err
}

// forget takes somebody who waits out of the queue; false when his turn has come.
func (g *gate) forget(asker string, turn chan struct{}) bool {
	q := g.queue[asker]
	for i := range q {
		if q[i] != turn {
			continue
		}
		g.waiting--
		g.keep(asker, append(q[:i:i], q[i+1:]...))
		if len(g.queue[asker]) == 0 {
			for j, a := range g.turns {
				if a == asker {
					g.turns = append(g.turns[:j:j], g.turns[j+1:]...)
					break
				}
			}
		}
		return true
	}
	return false
}

func (g *gate) keep(asker string, q []chan struct{}) {
	if len(q) == 0 {
		delete(g.queue, asker)
	} else {
		g.queue[asker] = q
	}
}

// leave hands the slot to the asker whose turn it is.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.turns) == 0 {
		g.free++
		return
	}
	asker := g.turns[0]
	g.turns = g.turns[1:]
	q := g.queue[asker]
	close(q[0])
	g.waiting--
	g.keep(asker, q[1:])
	if len(q) > 1 {
		g.turns = append(g.turns, asker)
	}
}
