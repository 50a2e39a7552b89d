package archive

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// mirrorAt is the setting that holds the number of the last event whose object the second store has.
const mirrorAt = "mirror_position"

// mirrorAtOnce is how many objects are copied at a time.
const mirrorAtOnce = 4

// HasMirrored reports whether the second store has ever been brought up to the first, be it for an event.
func HasMirrored(ctx context.Context, tx Tx) (bool, error) {
	at, err := position(ctx, tx, mirrorAt)
	return at >= 0, err
}

// RunMirror brings the second store up to the first until ctx ends. It does nothing where there is one store only.
func (a *Archive) RunMirror(ctx context.Context) {
	if _, ok := a.Vault.(Copies); !ok {
		return
	}
	for tries := 0; ctx.Err() == nil; {
		n, err := a.MirrorStep(ctx)
		if err == nil {
			err = a.copyOwed(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			tries = min(tries+1, 6)
			a.Log.Error("second store is behind", "err", err)
			pause(ctx, time.Second<<tries)
			continue
		case n > 0:
			tries = 0
			continue
		}
		pause(ctx, time.Second)
	}
}

// MirrorStep copies what one batch of the change feed made, and returns how many events it covered; 0 means that the second
// store has everything. Where a store was added to an old house the feed begins at its start and carries all of it over. An
// object that is damaged, or whose copies diverge, does not hold up the others: the scrub reports it.
func (a *Archive) MirrorStep(ctx context.Context) (int, error) {
	pair, ok := a.Vault.(Copies)
	if !ok {
		return 0, nil
	}
	var evs []Event
	err := a.Catalog.View(ctx, func(tx Tx) error {
		at, err := position(ctx, tx, mirrorAt)
		if err != nil {
			return err
		}
		evs, err = tx.Events().Since(ctx, at, feedBatch)
		return err
	})
	if err != nil || len(evs) == 0 {
		return 0, err
	}
	var objects []ObjectID
	seen := map[ID]bool{}
	for _, e := range evs {
		if changes(e.Action) && e.Action != EvRead && !e.Document.IsZero() && !seen[e.Document] {
			seen[e.Document] = true
			objects = append(objects, DocumentObject(e.Document))
		}
	}
	if err := a.copyAll(ctx, pair, objects); err != nil {
		return 0, err
	}
	if err := a.mirrorAside(ctx, evs); err != nil {
		return 0, err
	}
	a.step("mirror/copied")
	// Power lost before this: the batch is looked at again and nothing is left to do in it.
	err = a.Catalog.Update(ctx, func(tx Tx) error {
		return tx.Settings().Set(ctx, mirrorAt, strconv.FormatInt(evs[len(evs)-1].Seq, 10))
	})
	a.step("mirror/noted")
	return len(evs), err
}

// mirrorOwed is the setting that names the house's own objects, one a line, that the second store has yet to be given: they
// are in no event of the feed.
const mirrorOwed = "mirror_owed"

// owe notes objects for copyOwed, in the transaction that says they are in the first store.
func (a *Archive) owe(ctx context.Context, tx Tx, objects ...ObjectID) error {
	if _, ok := a.Vault.(Copies); !ok {
		return nil
	}
	owed, err := owedOf(ctx, tx)
	if err != nil {
		return err
	}
	for _, o := range objects {
		if !slices.Contains(owed, string(o)) {
			owed = append(owed, string(o))
		}
	}
	return tx.Settings().Set(ctx, mirrorOwed, strings.Join(owed, "\n"))
}

func owedOf(ctx context.Context, tx Tx) ([]string, error) {
	v, err := tx.Settings().Get(ctx, mirrorOwed)
	if err != nil && KindOf(err) != NotFound {
		return nil, err
	}
	return strings.Fields(v), nil
}

// copyOwed gives the second store what it is owed. Power lost before the note: it is looked at again, and nothing is left to do.
func (a *Archive) copyOwed(ctx context.Context) error {
	pair, ok := a.Vault.(Copies)
	if !ok {
		return nil
	}
	var owed []string
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		owed, err = owedOf(ctx, tx)
		return err
	})
	if err != nil || len(owed) == 0 {
		return err
	}
	objects := make([]ObjectID, len(owed))
	for i, o := range owed {
		objects[i] = ObjectID(o)
	}
	if err := a.copyAll(ctx, pair, objects); err != nil {
		return err
	}
	a.step("mirror/owed")
	return a.Catalog.Update(ctx, func(tx Tx) error {
		now, err := owedOf(ctx, tx)
		if err != nil {
			return err
		}
		// What was owed anew meanwhile may have a newer version than the one copied.
		left := now[:0:0]
		for _, o := range now {
			if !slices.Contains(owed, o) || !strings.HasPrefix(o, segmentPrefix) && len(now) != len(owed) {
				left = append(left, o)
			}
		}
		return tx.Settings().Set(ctx, mirrorOwed, strings.Join(left, "\n"))
	})
}

func (a *Archive) copyAll(ctx context.Context, pair Copies, objects []ObjectID) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	free := make(chan struct{}, mirrorAtOnce)
	for _, o := range objects {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			_, err := pair.Copy(ctx, o)
			if err == nil {
				return
			}
			if KindOf(err) == Corrupt || CodeOf(err) == "copies_diverge" {
				a.Log.Error("object cannot be copied; the scrub will report it", "object", string(o), "err", err)
				a.Suspect(o)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// position reads a place in the feed from the settings; -1 when none was set.
func position(ctx context.Context, tx Tx, name string) (int64, error) {
	v, err := tx.Settings().Get(ctx, name)
	if KindOf(err) == NotFound && err != nil {
		return -1, nil
	}
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return 0, Errorf(Corrupt, "setting %s: %v", name, err)
	}
	return n, nil
}
