package archive

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// unknownType is the media type of bytes that nothing was let near enough to tell: a file with a virus in it.
const unknownType = "application/octet-stream"

// setAside makes the row-to-be of a paper that is kept in quarantine: no object, nothing read.
func (a *Archive) setAside(d *Document) {
	d.State, d.Object = Quarantined, 0
	d.Versions = slices.Clone(d.Versions)
	for i := range d.Versions {
		if d.Versions[i].MediaType == "" {
			d.Versions[i].MediaType = unknownType
		}
	}
	d.Reading = asideReading(d)
}

// asideReading is the reading of a paper in quarantine: there is none.
func asideReading(d *Document) Reading {
	return Reading{State: ReadingOff, PagesTotal: d.PageCount(),
		Reason: Text{"Giấy tờ đang bị cách ly; sẽ được đọc khi được giải tỏa.", "The paper is in quarantine; it will be read when it is released."}}
}

// putAside copies a spooled file into the quarantine, durably, and removes it from the spool: what is copied after the
// transaction would be left there by a crash, with no intent to name it.
func (a *Archive) putAside(ctx context.Context, d *Document, sp Spooled) error {
	f, err := sp.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	if err := a.Quarantine.Put(ctx, d.ID, d.Head().Number, f); err != nil {
		return err
	}
	return sp.Discard()
}

// asideCode says in one word why a paper was kept aside.
func asideCode(v *verdict) string {
	if v.Refusal == "" {
		return FindingNotScanned
	}
	return v.Refusal
}

// eraseAside removes the quarantine's bytes of a document, where there is a quarantine.
func (a *Archive) eraseAside(ctx context.Context, id ID) error {
	if a.Quarantine == nil {
		return nil
	}
	return a.Quarantine.Erase(ctx, id)
}

// content opens a version where its bytes lie.
func (a *Archive) content(ctx context.Context, d *Document, v Version) (Content, error) {
	if !d.Aside() {
		return a.Vault.Open(ctx, DocumentObject(d.ID), v.Path())
	}
	if a.Quarantine == nil {
		return nil, errNoQuarantine
	}
	return a.Quarantine.Open(ctx, d.ID, v)
}

var errNoQuarantine = Fault(Unavailable, "no_quarantine", Text{"Hệ thống này chưa có nơi cách ly giấy tờ. Xin báo quản trị.", "This house has no quarantine. Please tell the administrator."})

// enqueueNext queues what a paper is waiting for: to be read, or in quarantine to be scanned.
func (a *Archive) enqueueNext(ctx context.Context, tx Tx, d *Document, now time.Time) error {
	if !d.Aside() {
		return a.enqueueReading(ctx, tx, d, now)
	}
	if !hasFinding(d.Findings, FindingNotScanned) {
		return nil
	}
	return tx.Jobs().Enqueue(ctx, Job{ID: NewID(), Kind: JobScan, Key: d.ID.String(), Document: d.ID, Version: d.Head().Number, RunAt: now, CreatedAt: now})
}

// Acts of the intent that remains when the bytes of a paper lie in two places: the one that is named is to be cleared.
const (
	leaveVault      = "leave_vault"
	leaveQuarantine = "leave_quarantine"
)

// intent makes an intent of an act on a document.
func (a *Archive) intent(d *Document, act string, now time.Time) Intent {
	return Intent{ID: NewID(), Node: a.Node, Object: DocumentObject(d.ID), Document: d.ID, Act: act, After: d.Object, CreatedAt: now, ExpiresAt: now.Add(a.Limits.IntentTime)}
}

// quarantine takes a paper out of the vault: its bytes into the quarantine, then the transaction, then the object goes. The
// rule of the move has been checked.
func (a *Archive) quarantine(ctx context.Context, actor Actor, d Document, reason string, then func(context.Context, Tx, Document) error) (Document, error) {
	if a.Quarantine == nil {
		return Document{}, errNoQuarantine
	}
	now := a.Clock.Now()
	begun, left := a.intent(&d, string(Quarantine), now), a.intent(&d, leaveVault, now)
	p := pending{Next: d, After: d.Revision, Actor: actor, Action: EvMove, At: now, Leaves: &left,
		Detail: map[string]string{"move": string(Quarantine), "from": string(d.State), "to": string(Quarantined), "reason": reason}}
	a.setAside(&p.Next)
	p.Next.Reason, p.Next.UpdatedAt = reason, p.Next.changed(now)
	// 1. The intent locks the document. Power lost: the janitor finds nothing in the quarantine and closes it.
	if err := a.lock(ctx, begun, p.After, nothingFirst); err != nil {
		return Document{}, err
	}
	a.step("quarantine/intent")
	// 2. The bytes of every version, checked against their digests on the way. Power lost: copies of a paper that is not in
	// quarantine, which the intent names; the janitor erases them, and the act never was.
	err := a.copyAside(ctx, &d)
	c, cancel := settle(ctx)
	defer cancel()
	a.step("quarantine/copied")
	if err == nil {
		// 3. The transaction. Power lost before its flush: as step 2. After it: the paper is in quarantine, and the second
		// intent names the object that is to go.
		err = a.update(c, func(tx Tx) error {
			if err := tx.Intents().Close(c, begun.ID); err != nil {
				return err
			}
			return a.apply(c, tx, &p, then)
		})
	}
	if err != nil {
		if uerr := a.undoQuarantine(c, begun); uerr != nil {
			a.leaveToJanitor(ctx, begun, uerr)
		}
		return Document{}, err
	}
	a.step("quarantine/committed")
	// 4. The object goes, with everything that was made from it. Power lost: the janitor goes on here.
	a.leaveSoon(c, left)
	p.Next.Revision = p.After + 1
	a.watch.notify(d.ID)
	return p.Next, nil
}

func (a *Archive) copyAside(ctx context.Context, d *Document) error {
	for _, v := range d.Versions {
		c, err := a.Vault.Open(ctx, DocumentObject(d.ID), v.Path())
		if err != nil {
			return err
		}
		err = a.Quarantine.Put(ctx, d.ID, v.Number, c)
		c.Close()
		if err != nil {
			return fmt.Errorf("copy version %d of %s into quarantine: %w", v.Number, d.ID, err)
		}
	}
	return nil
}

// applyPlace is the part of apply for a paper whose bytes have moved: what was read is forgotten, because it is read again
// after a release and nobody but a checker may see it before.
func (a *Archive) applyPlace(ctx context.Context, tx Tx, p *pending) error {
	d := &p.Next
	for _, v := range d.Versions {
		if err := tx.Pages().Clear(ctx, d.ID, v.Number); err != nil {
			return err
		}
		if err := tx.Documents().Reinspected(ctx, d.ID, v); err != nil {
			return err
		}
	}
	if err := tx.Documents().SetReading(ctx, d.ID, d.Head().Number, d.Reading); err != nil {
		return err
	}
	if err := a.enqueueNext(ctx, tx, d, p.At); err != nil {
		return err
	}
	return tx.Intents().Open(ctx, *p.Leaves)
}

// undoQuarantine removes what a quarantine left that did not reach its transaction.
func (a *Archive) undoQuarantine(ctx context.Context, i Intent) error {
	d, err := a.takeIntent(ctx, i)
	if KindOf(err) == NotFound {
		return nil // closed: the act succeeded, or somebody else has cleaned up
	}
	if err != nil {
		return err
	}
	if !d.Aside() { // cannot be otherwise, and erasing would be for good
		if err := a.eraseAside(ctx, i.Document); err != nil {
			return err
		}
	}
	a.step("quarantine/undone")
	return a.dropIntent(ctx, i)
}

// leaveSoon is leave for an act that is done: what fails is left to the janitor's next round.
func (a *Archive) leaveSoon(ctx context.Context, i Intent) {
	if err := a.leave(ctx, i); err != nil {
		a.leaveToJanitor(ctx, i, err)
	}
}

// leave removes the bytes from the place a paper has left and unlocks the document.
func (a *Archive) leave(ctx context.Context, i Intent) error {
	d, err := a.takeIntent(ctx, i)
	if KindOf(err) == NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if d.Aside() != (i.Act == leaveVault) {
		return Errorf(Internal, "%s of %s, which is %s: nothing is erased", i.Act, i.Document, d.State)
	}
	if i.Act == leaveVault {
		if err := a.Derived.Remove(ctx, derivedRoot(i.Document)); err != nil {
			return err
		}
		err = a.Vault.Erase(ctx, i.Object)
	} else {
		err = a.eraseAside(ctx, i.Document)
	}
	if err != nil {
		return err
	}
	a.step("leave/erased")
	return a.dropIntent(ctx, i)
}

// eraseStray is for a release so slow that the janitor took its intent before the object was there: nobody will come for that
// object, and it would stand in the way of the next release. As long as another act is under way it is not touched.
func (a *Archive) eraseStray(ctx context.Context, id ID) {
	stray := false
	err := a.Catalog.View(ctx, func(tx Tx) error {
		d, err := tx.Documents().Get(ctx, id)
		if err != nil || !d.Aside() {
			return err
		}
		_, err = tx.Intents().OfDocument(ctx, id)
		stray = KindOf(err) == NotFound
		return nil
	})
	if err == nil && stray {
		err = a.Vault.Erase(ctx, DocumentObject(id))
	}
	if err != nil {
		a.Log.Warn("erase the object of a release that came too late; sohoa check will name it", "document", id, "err", err)
	}
}

// takeIntent takes an intent, so that what fails from here on is due at the janitor's next round instead of when the intent
// expires, and returns its document. NotFound when the intent is gone.
func (a *Archive) takeIntent(ctx context.Context, i Intent) (Document, error) {
	var d Document
	err := a.Catalog.Update(ctx, func(tx Tx) (err error) {
		if err := tx.Intents().Take(ctx, i.ID); err != nil {
			return err
		}
		d, err = tx.Documents().Get(ctx, i.Document)
		return err
	})
	return d, err
}

func (a *Archive) dropIntent(ctx context.Context, i Intent) error {
	err := a.Catalog.Update(ctx, func(tx Tx) error { return tx.Intents().Drop(ctx, i.ID) })
	if KindOf(err) == NotFound {
		return nil // the janitor was here at the same time
	}
	return err
}
