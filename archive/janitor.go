package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// abandon removes what an intent left and closes it. The order is what makes it safe: taken first, so that its owner can
// no longer commit; bytes next; the row last, so that a crash between leaves a taken intent for the janitor.
func (a *Archive) abandon(ctx context.Context, i Intent) error {
	known := false
	err := a.Catalog.Update(ctx, func(tx Tx) error {
		if err := tx.Intents().Take(ctx, i.ID); err != nil {
			return err
		}
		if i.Act != "deposit" {
			return nil
		}
		_, err := tx.Documents().Get(ctx, i.Document)
		if known = err == nil; known || KindOf(err) == NotFound {
			return nil
		}
		return err
	})
	if KindOf(err) == NotFound { // closed: the act succeeded, or somebody else has cleaned up
		return a.eraseOrphan(ctx, i)
	}
	if err != nil {
		return err
	}
	a.step("abandon/taken")
	if err := a.Vault.Unspool(ctx, i.ID); err != nil {
		return err
	}
	a.step("abandon/unspooled")
	if i.Act == "deposit" && !known {
		if err := errors.Join(a.Vault.Erase(ctx, i.Object), a.eraseAside(ctx, i.Document)); err != nil {
			return err
		}
		a.step("abandon/erased")
	}
	return a.Catalog.Update(ctx, func(tx Tx) error { return tx.Intents().Drop(ctx, i.ID) })
}

// abandonSoon abandons an intent whose act has failed, or ended without needing it, whatever has become of the request.
func (a *Archive) abandonSoon(ctx context.Context, i Intent) {
	c, cancel := settle(ctx)
	defer cancel()
	if err := a.abandon(c, i); err != nil {
		a.leaveToJanitor(ctx, i, err)
	}
}

// leaveToJanitor hands over what an act could not settle itself, most often because the store is away. The intent is taken, so
// that it is due at once and not when it expires: until then nobody could work on its document. The janitor comes soon, and
// again until the store is back. Where the catalog cannot even note that, as on a full disk, this process remembers what to
// take, and the janitor does it with its next round. Power lost: after the start all intents of the former life are due.
func (a *Archive) leaveToJanitor(ctx context.Context, i Intent, why error) {
	a.Log.Warn("an act is not settled; the janitor will", "intent", i.ID, "act", i.Act, "object", string(i.Object), "err", why)
	c, cancel := settle(ctx) // the act's own time may be over
	defer cancel()
	err := a.Catalog.Update(c, func(tx Tx) error { return tx.Intents().Take(c, i.ID) })
	if err != nil && KindOf(err) != NotFound {
		a.Log.Warn("take intent; the janitor will", "intent", i.ID, "err", err)
		a.untaken.add(i.ID)
	}
	wake(a.tidy)
}

// untaken are the intents this process has given up and could not take. All methods may be called from many goroutines.
type untaken struct {
	mu  sync.Mutex
	ids []ID
}

func (u *untaken) add(id ID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ids = append(u.ids, id)
}

func (u *untaken) empty() []ID {
	u.mu.Lock()
	defer u.mu.Unlock()
	ids := u.ids
	u.ids = nil
	return ids
}

// takeGivenUp takes what leaveToJanitor could not take; what still cannot be taken is remembered for the next round.
func (a *Archive) takeGivenUp(ctx context.Context) error {
	var errs []error
	for _, id := range a.untaken.empty() {
		err := a.Catalog.Update(ctx, func(tx Tx) error { return tx.Intents().Take(ctx, id) })
		if err != nil && KindOf(err) != NotFound {
			a.untaken.add(id)
			errs = append(errs, fmt.Errorf("take intent %s: %w", id, err))
		}
	}
	return errors.Join(errs...)
}

// eraseOrphan is for a depositor so slow that the janitor took its intent and cleaned up before the object was committed:
// nobody will come for that object again. A document that is there keeps its object.
func (a *Archive) eraseOrphan(ctx context.Context, i Intent) error {
	if i.Act != "deposit" {
		return nil
	}
	err := a.Catalog.View(ctx, func(tx Tx) error {
		_, err := tx.Documents().Get(ctx, i.Document)
		return err
	})
	if KindOf(err) != NotFound {
		return err
	}
	return errors.Join(a.Vault.Unspool(ctx, i.ID), a.Vault.Erase(ctx, i.Object), a.eraseAside(ctx, i.Document))
}

// recoverIntent finishes or forgets what an intent began.
func (a *Archive) recoverIntent(ctx context.Context, i Intent) error {
	switch i.Act {
	case "deposit", "spool":
		return a.abandon(ctx, i)
	case string(EvErase):
		return a.finishErase(ctx, i)
	case string(Quarantine):
		return a.undoQuarantine(ctx, i)
	case leaveVault, leaveQuarantine:
		return a.leave(ctx, i)
	case actAbsorb:
		return a.recoverAbsorb(ctx, i)
	case string(Split): // the lock of the paper being split; its parts have intents of their own
		return a.abandon(ctx, i)
	}
	inv, err := a.Vault.Inventory(ctx, i.Object)
	if err != nil && (KindOf(err) != NotFound || i.After != 0) { // a release makes a new object
		return err
	}
	done := false
	for _, v := range inv.Versions {
		done = done || v.Intent == i.ID
	}
	if !done {
		return a.abandon(ctx, i)
	}
	var p pending
	if err := json.Unmarshal(i.Payload, &p); err != nil {
		return fmt.Errorf("read act of intent %s: %w", i.ID, err)
	}
	// A crash behind the commit point may have left the intent's note and spooled file, and a sidecar still to be written.
	if err := a.Vault.Unspool(ctx, i.ID); err != nil {
		return err
	}
	a.step("recover/unspooled")
	err = a.update(ctx, func(tx Tx) error {
		if err := tx.Intents().Take(ctx, i.ID); err != nil {
			return err
		}
		if err := tx.Intents().Drop(ctx, i.ID); err != nil {
			return err
		}
		return a.apply(ctx, tx, &p, nil)
	})
	if KindOf(err) == NotFound {
		return nil // its owner was only slow, and has finished
	}
	a.step("recover/committed")
	a.Log.Info("act rolled forward", "document", i.Document, "act", i.Act, "err", err)
	if err == nil && p.Leaves != nil {
		return a.leave(ctx, *p.Leaves)
	}
	return err
}

// janitorOff is the setting that keeps the janitor still: a restored or fresh catalog over an old store knows too little
// to clean up until check has run.
const janitorOff = "janitor_off"

// GuardStore keeps the janitor still when a catalog that has never seen an event stands over a store that holds objects. It
// is called once at start; Check lifts it.
func (a *Archive) GuardStore(ctx context.Context) error {
	fresh := false
	err := a.Catalog.View(ctx, func(tx Tx) error {
		l, err := tx.Events().Browse(ctx, EventFilter{Limit: 1})
		fresh = len(l.Items) == 0
		return err
	})
	if err != nil || !fresh {
		return err
	}
	for _, err := range a.Vault.List(ctx) {
		if err != nil && KindOf(err) != Corrupt { // damaged or not: there is an object
			return err
		}
		a.Log.Warn("the store holds objects this catalog has never heard of; nothing is cleaned up until sohoa check has run")
		return a.Catalog.Update(ctx, func(tx Tx) error { return tx.Settings().Set(ctx, janitorOff, "true") })
	}
	return nil
}

// Sweep does one round of the janitor: intents of this node's former life, expired intents of any node, sessions and
// answers past their time, discarded papers whose time to be restored is over, and uploads nobody went on with. It returns how many intents it closed.
func (a *Archive) Sweep(ctx context.Context) (int, error) {
	now := a.Clock.Now()
	errs := []error{a.takeGivenUp(ctx)}
	var due []Intent
	off := false
	err := a.Catalog.View(ctx, func(tx Tx) error {
		v, err := tx.Settings().Get(ctx, janitorOff)
		if err != nil && KindOf(err) != NotFound {
			return err
		}
		if off = v == "true"; off {
			return nil
		}
		due, err = tx.Intents().Expired(ctx, now, a.Node, a.start, 1000)
		return err
	})
	if err != nil || off {
		return 0, err
	}
	n := 0
	for _, i := range due {
		if err := a.recoverIntent(ctx, i); err != nil {
			errs = append(errs, fmt.Errorf("recover intent %s: %w", i.ID, err))
			continue
		}
		n++
	}
	err = a.Catalog.Update(ctx, func(tx Tx) error {
		if err := tx.Sessions().Expire(ctx, now); err != nil {
			return err
		}
		if err := tx.Retrievals().Expire(ctx, now); err != nil {
			return err
		}
		if err := tx.Passes().Expire(ctx, now); err != nil {
			return err
		}
		if err := tx.Usage().Forget(ctx, dayOf(now.Add(-usageKept))); err != nil {
			return err
		}
		if err := tx.Jobs().Recall(ctx, now, now.Add(jobHorizon)); err != nil {
			return err
		}
		if err := tx.Batches().Forget(ctx, now.Add(-bulkKept)); err != nil {
			return err
		}
		return tx.Answers().Forget(ctx, now.Add(-7*24*time.Hour), a.Node, a.start, now)
	})
	errs = append(errs, err, a.tellMisses(ctx, now))
	switch trusted, err := a.trustsClock(ctx, now); {
	case err != nil:
		errs = append(errs, err)
	case trusted:
		errs = append(errs, a.eraseDiscarded(ctx, now), a.sweepUploads(ctx, now))
	}
	return n, errors.Join(errs...)
}

// jobHorizon is further ahead than any job is ever put off or held.
const jobHorizon = time.Hour

// eraseDiscarded erases papers whose time to be restored is over, and leaves their tombstones.
func (a *Archive) eraseDiscarded(ctx context.Context, now time.Time) error {
	var ids []ID
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		ids, err = tx.Documents().Discarded(ctx, now.Add(-a.Limits.DiscardKept), 100)
		return err
	})
	for _, id := range ids {
		if err := a.erase(ctx, id, now); err != nil {
			return fmt.Errorf("erase discarded %s: %w", id, err)
		}
	}
	return err
}

// erase turns a document into a tombstone: id, title and digests stay, everything else goes. The row says disposed before
// the first byte is gone, so that a crash between is finished by the janitor and never looks like a loss.
func (a *Archive) erase(ctx context.Context, id ID, now time.Time) error {
	intent := Intent{ID: NewID(), Node: a.Node, Object: DocumentObject(id), Document: id, Act: string(EvErase), CreatedAt: now, ExpiresAt: now.Add(a.Limits.IntentTime)}
	err := a.update(ctx, func(tx Tx) error {
		d, err := tx.Documents().Get(ctx, id)
		if err != nil {
			return err
		}
		if d.State != Discarded {
			return nil // restored meanwhile
		}
		if err := tx.Intents().Open(ctx, intent); err != nil {
			return err
		}
		after := d.Revision
		d.State, d.UpdatedAt, d.Findings, d.Work = Disposed, d.changed(now), nil, Work{Stage: Disposed}
		d.Fields = Fields{Type: d.Fields.Type, Subject: d.Fields.Subject}
		if err := tx.Documents().Update(ctx, d, after); err != nil {
			return err
		}
		if err := tx.Pages().Clear(ctx, id, d.Head().Number); err != nil {
			return err
		}
		if err := refund(ctx, tx, &d); err != nil {
			return err
		}
		ev := documentEvent(System, EvErase, now, &d)
		ev.Detail = map[string]string{"reason": "discarded"}
		for _, v := range d.Versions {
			ev.Detail[fmt.Sprintf("digest_%d", v.Number)] = v.Digest.String()
		}
		return tx.Events().Append(ctx, ev)
	})
	if err != nil {
		return err
	}
	a.step("erase/disposed")
	return a.finishErase(ctx, intent)
}

func (a *Archive) finishErase(ctx context.Context, i Intent) error {
	// Taken first, so that what fails from here on is due at the janitor's next round.
	if _, err := a.takeIntent(ctx, i); err != nil {
		if KindOf(err) == NotFound {
			return nil // somebody else has finished it
		}
		return err
	}
	if err := a.Derived.Remove(ctx, derivedRoot(i.Document)); err != nil {
		return err
	}
	a.step("erase/derived")
	if err := errors.Join(a.Vault.Erase(ctx, i.Object), a.eraseAside(ctx, i.Document)); err != nil {
		return err
	}
	a.step("erase/object")
	return a.dropIntent(ctx, i)
}
