package archive

import (
	"context"
	"fmt"
	"time"
)

// fetch reads a document the actor may read; it writes no event.
func (a *Archive) fetch(ctx context.Context, actor Actor, id ID, now time.Time) (Document, error) {
	var d Document
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		d, err = tx.Documents().Get(ctx, id)
		return err
	})
	if err != nil {
		return Document{}, err
	}
	if err := Decide(actor, ActRead, &d, now); err != nil {
		a.denied(ctx, actor, EvView, id.String(), now)
		return Document{}, err
	}
	return d, nil
}

// Document returns one paper and notes the view: one event per actor, paper and Limits.ViewEvery.
func (a *Archive) Document(ctx context.Context, actor Actor, id ID) (Document, error) {
	now := a.Clock.Now()
	d, err := a.fetch(ctx, actor, id, now)
	if err != nil {
		return Document{}, err
	}
	return d, a.noteView(ctx, actor, &d, now)
}

func (a *Archive) noteView(ctx context.Context, actor Actor, d *Document, now time.Time) error {
	if actor.Role == RoleSystem {
		return nil
	}
	once := fmt.Sprintf("view/%s/%s/%d", actor.ID, d.ID, now.UnixNano()/int64(a.Limits.ViewEvery))
	if a.viewed.seen(once) {
		return nil
	}
	ev := documentEvent(actor, EvView, now, d)
	ev.Once = once
	if err := a.update(ctx, func(tx Tx) error { return tx.Events().Append(ctx, ev) }); err != nil {
		return err
	}
	a.viewed.add(once)
	return nil
}

// Documents lists papers inside the actor's sight.
func (a *Archive) Documents(ctx context.Context, actor Actor, f Filter) (Listing, error) {
	if !actor.Role.May(ActRead) {
		return Listing{}, ErrForbidden
	}
	f.Limit = a.rows(f.Limit)
	var l Listing
	see := actor.Sees(a.Clock.Now())
	if see.Nothing() {
		return l, nil
	}
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		l, err = tx.Documents().Browse(ctx, see, f)
		return err
	})
	return l, err
}

// Counts returns how many papers inside the actor's sight stand in each state.
func (a *Archive) Counts(ctx context.Context, actor Actor) (map[State]int, error) {
	see := actor.Sees(a.Clock.Now())
	n := map[State]int{}
	if see.Nothing() {
		return n, nil
	}
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		n, err = tx.Documents().Counts(ctx, see)
		return err
	})
	return n, err
}

func (a *Archive) rows(n int) int {
	if n <= 0 {
		n = 50
	}
	return min(n, a.Limits.ListRows)
}

// File returns the bytes of a version as they were deposited and notes the download. Zero means the head, PublicFile the
// version that is public. The caller closes the content.
func (a *Archive) File(ctx context.Context, actor Actor, id ID, version int) (Content, Version, error) {
	now := a.Clock.Now()
	d, err := a.fetch(ctx, actor, id, now)
	if err != nil {
		return nil, Version{}, err
	}
	if err := Decide(actor, ActDownload, &d, now); err != nil {
		a.denied(ctx, actor, EvDownload, id.String(), now)
		return nil, Version{}, err
	}
	v, err := d.Version(version)
	if err != nil {
		return nil, Version{}, err
	}
	if d.State == Disposed {
		return nil, Version{}, ErrNotFound
	}
	// Opened before it is noted: a download that could not begin is no download.
	c, err := a.content(ctx, &d, v)
	if err != nil {
		return nil, Version{}, err
	}
	ev := documentEvent(actor, EvDownload, now, &d)
	ev.Detail = map[string]string{"version": fmt.Sprint(v.Number), "digest": v.Digest.String()}
	if err := a.update(ctx, func(tx Tx) error { return tx.Events().Append(ctx, ev) }); err != nil {
		c.Close()
		return nil, Version{}, err
	}
	if c.Digest() != v.Digest {
		c.Close()
		return nil, Version{}, Errorf(Corrupt, "object of %s holds %s, row says %s", id, c.Digest(), v.Digest)
	}
	return c, v, nil
}

// History returns the events of one paper, oldest first. Everybody who may read the paper may read its history.
func (a *Archive) History(ctx context.Context, actor Actor, id, after ID, limit int) ([]Event, error) {
	if _, err := a.fetch(ctx, actor, id, a.Clock.Now()); err != nil {
		return nil, err
	}
	var evs []Event
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		evs, err = tx.Events().Of(ctx, id, after, a.rows(limit))
		return err
	})
	return evs, err
}
