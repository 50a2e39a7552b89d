package archive

import (
	"context"
	"slices"
	"sync"
	"time"
)

// RunOptions are the roles of a process. A house on one machine runs all of them.
type RunOptions struct {
	Readers   int  // reading jobs at once; 0 runs none
	Index     bool // carry the change feed into the index
	Sequencer bool // number events; one process of a house
	Janitor   bool
	Segments  bool // close segments of the log into the store; one process of a house
	Mirror    bool // bring the second store up to the first; one process of a house
	Bulk      bool // acts on many papers
	Scrub     bool // read stored bytes again; one process of a house
}

// Run does the work behind the answers until ctx ends, and returns when all of it has stopped: a reading under way hands
// its job back with the pages done kept.
func (a *Archive) Run(ctx context.Context, o RunOptions) {
	var wg sync.WaitGroup
	if o.Sequencer {
		wg.Go(func() { _ = a.RunSequencer(ctx) })
	}
	if o.Index {
		wg.Go(func() { _ = a.RunIndexer(ctx) })
	}
	if o.Bulk {
		wg.Go(func() { a.runBulk(ctx) })
	}
	if o.Janitor {
		wg.Go(func() { a.runJanitor(ctx) })
	}
	if a.Scanner != nil && a.Quarantine != nil && o.Janitor {
		wg.Go(func() { a.runScanner(ctx) })
	}
	if o.Segments {
		wg.Go(func() { a.RunSegments(ctx) })
	}
	if o.Mirror {
		wg.Go(func() { a.RunMirror(ctx) })
	}
	if o.Scrub {
		wg.Go(func() { a.RunScrub(ctx) })
	}
	if a.Reader != nil && o.Readers > 0 {
		for range o.Readers {
			wg.Go(func() { a.runReader(ctx) })
		}
		wg.Go(func() { a.runRecogniserWatch(ctx) })
	}
	wg.Wait()
	if o.Segments {
		c, cancel := settle(ctx)
		defer cancel()
		if err := a.CloseLog(c); err != nil {
			a.Log.Warn("the end of the log is not in the store yet; the next start sees to it", "err", err)
		}
	}
}

func (a *Archive) runJanitor(ctx context.Context) {
	const round = time.Minute
	for again := time.Second; ctx.Err() == nil; {
		a.Disks() // says so in the log when one has crossed a bound while nobody deposits
		wait := round
		if _, err := a.Sweep(ctx); err == nil {
			again = time.Second
		} else if ctx.Err() == nil {
			a.Log.Error("janitor", "err", err)
			again = min(2*again, round) // a store that is away is back before long, and papers wait for it
			wait = again
		}
		select {
		case <-ctx.Done():
		case <-a.tidy:
			pause(ctx, time.Second)
		case <-time.After(wait):
		}
	}
}

func (a *Archive) runReader(ctx context.Context) {
	for ctx.Err() == nil {
		if slices.ContainsFunc(a.Disks(), func(d Disk) bool { return d.Full }) {
			pause(ctx, 10*time.Second) // what reading writes can wait; the reserve is the catalog's
			continue
		}
		err := a.readNext(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			continue
		case CodeOf(err) == ErrNoJob.Code:
		default:
			a.Log.Error("reading", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-a.work:
		case <-time.After(2 * time.Second):
		}
	}
}

// runRecogniserWatch makes waiting papers due as soon as a recogniser appears.
func (a *Archive) runRecogniserWatch(ctx context.Context) {
	ready := a.Reader.Ready(ctx) == nil
	for ctx.Err() == nil {
		pause(ctx, 10*time.Second)
		now := a.Reader.Ready(ctx) == nil
		if now && !ready {
			a.Log.Info("recogniser found; reading what waited")
			if err := a.Catalog.Update(ctx, func(tx Tx) error { return tx.Jobs().Hasten(ctx, JobRead, a.Clock.Now()) }); err != nil {
				a.Log.Error("hasten reading", "err", err)
				continue
			}
			wake(a.work)
		}
		ready = now
	}
}
