package catalog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// group is the one writer of a SQLite file. Updates that arrive while a flush is under way wait, and are then run one
// after the other inside one transaction, each in a savepoint of its own; one commit makes them durable together and only
// then are they answered. With N clerks writing at once the cost of a flush is shared by N.
//
// An Update's function runs on the goroutine of its caller, which the writer gives the turn to: a panic or runtime.Goexit
// there ends the caller and not the writer.
type group struct {
	s       *session
	most    int
	queue   chan *turn
	stopped chan struct{}
	done    chan struct{}
	once    sync.Once
	waiting atomic.Int64 // Updates on their way to the queue
	updates atomic.Int64
	flushes atomic.Int64
}

// turn is one Update. Each channel carries one message.
type turn struct {
	start  chan error // from the writer: go on, or why not
	ran    chan ran   // to the writer: what became of the function
	result chan error // from the writer: durable, rolled back (nil), or why not
}

// ran is what became of a function: keep what it wrote, or roll it back. Broken is what the database said last, if it was
// not good.
type ran struct {
	keep   bool
	broken error
}

func startGroup(s *session, most int) *group {
	g := &group{s: s, most: most, queue: make(chan *turn), stopped: make(chan struct{}), done: make(chan struct{})}
	go g.work()
	return g
}

// update runs fn when its turn has come. Until then the end of ctx withdraws it. From then on the end of ctx makes fn's
// next statement fail, and with it fn; the commit itself is waited for, because only its end tells what is durable.
func (g *group) update(ctx context.Context, fn func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u := &turn{start: make(chan error, 1), ran: make(chan ran, 1), result: make(chan error, 1)}
	g.waiting.Add(1)
	select {
	case g.queue <- u:
	case <-g.stopped:
		g.waiting.Add(-1)
		return errClosed
	case <-ctx.Done():
		g.waiting.Add(-1)
		return ctx.Err()
	}
	if err := <-u.start; err != nil {
		return err
	}
	t := &tx{run: steady{g.s}, d: sqliteDialect}
	returned := false
	defer func() {
		if !returned { // panic or Goexit goes on in the caller, after nothing is left of fn
			u.ran <- ran{broken: t.broken}
			t.end()
			<-u.result
		}
	}()
	err := fn(t)
	returned = true
	if err == nil {
		err = t.broken
	}
	u.ran <- ran{keep: err == nil, broken: t.broken}
	t.end()
	if end := <-u.result; end != nil {
		return errors.Join(end, err)
	}
	return err
}

// stop lets what has been taken finish and ends the writer.
func (g *group) stop() {
	g.once.Do(func() { close(g.stopped) })
	<-g.done
}

func (g *group) stats() Stats { return Stats{Updates: g.updates.Load(), Flushes: g.flushes.Load()} }

func (g *group) work() {
	defer close(g.done)
	for {
		select {
		case u := <-g.queue:
			g.waiting.Add(-1)
			g.flush(u)
		case <-g.stopped:
			return
		}
	}
}

// flush runs first and whoever waits behind it in one transaction.
func (g *group) flush(first *turn) {
	if err := g.plain("BEGIN IMMEDIATE"); err != nil {
		first.start <- translateSQLite(err)
		return
	}
	var kept []*turn
	for u, n := first, 1; u != nil; u, n = g.next(n), n+1 {
		keep, err := g.run(u)
		if keep {
			kept = append(kept, u)
		}
		if err != nil {
			// The transaction as a whole is lost (a full disk): nobody in it has been answered yet.
			g.lose(kept, u, keep, err)
			return
		}
		if !keep {
			u.result <- nil
		}
	}
	if len(kept) == 0 {
		g.plain("ROLLBACK")
		return
	}
	if err := g.plain("COMMIT"); err != nil {
		g.plain("ROLLBACK") // SQLite may have done so already
		g.answer(kept, fmt.Errorf("commit: %w", translateSQLite(err)))
		return
	}
	g.flushes.Add(1)
	g.updates.Add(int64(len(kept)))
	g.answer(kept, nil)
}

// next returns an Update that waits, or nil when none does or enough share this flush.
func (g *group) next(n int) *turn {
	if n >= g.most {
		return nil
	}
	for tries := 0; ; tries++ {
		select {
		case u := <-g.queue:
			g.waiting.Add(-1)
			return u
		default:
		}
		if tries > 0 && g.waiting.Load() == 0 {
			return nil
		}
		runtime.Gosched() // those just answered may be on their way back
	}
}

// run gives one Update its turn inside a savepoint. It returns whether the Update is to be kept, and an error when the
// transaction as a whole is lost.
func (g *group) run(u *turn) (keep bool, err error) {
	if err := g.plain("SAVEPOINT turn"); err != nil {
		u.start <- translateSQLite(err)
		return false, err
	}
	u.start <- nil
	r := <-u.ran
	if !r.keep {
		if err := g.plain("ROLLBACK TO turn"); err != nil {
			return false, cmp.Or(r.broken, err) // the savepoint is gone because of what happened before
		}
	}
	return r.keep, g.plain("RELEASE turn")
}

func (g *group) lose(kept []*turn, last *turn, lastKept bool, err error) {
	g.plain("ROLLBACK")
	err = fmt.Errorf("the transaction was lost: %w", translateSQLite(err))
	g.answer(kept, err)
	if !lastKept {
		last.result <- nil // it had failed by itself and says so
	}
}

func (g *group) answer(turns []*turn, err error) {
	for _, u := range turns {
		u.result <- err
	}
}

func (g *group) plain(text string) error { return g.s.plain(context.Background(), text) }
