package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// absorption is a paper that an act discards because its pages are in another now. It is part of the act's payload.
type absorption struct {
	Document ID
	After    int64
	Lock     ID // the intent that keeps it as it is until the act is done or never was
}

// actAbsorb is the Act of such an intent; its Payload is the id of the paper whose act it belongs to.
const actAbsorb = "absorb"

// absorb looks up the papers an arrangement shall discard.
func (a *Archive) absorb(ctx context.Context, actor Actor, g *gathering, seen []Seen, now time.Time) ([]absorption, error) {
	var out []absorption
	for _, s := range seen {
		d, _, err := a.mayEdit(ctx, actor, s.Document, Merge, s.After, now)
		if err != nil {
			return nil, err
		}
		known := slices.ContainsFunc(out, func(x absorption) bool { return x.Document == d.ID })
		gives := slices.ContainsFunc(g.sources, func(x source) bool { return x.document.ID == d.ID && x.version.Number == d.Head().Number })
		if known || !gives {
			return nil, invalidField("documents", Text{"Chỉ gộp được giấy tờ có trang được lấy.", "Only a paper whose pages are taken can be merged."})
		}
		out = append(out, absorption{Document: d.ID, After: d.Revision, Lock: NewID()})
	}
	return out, nil
}

// lockAbsorbed opens the locks of the papers an act absorbs, in the transaction of the act's own intent: they stand or fall
// together with it.
func (a *Archive) lockAbsorbed(ctx context.Context, tx Tx, p *pending) error {
	for _, x := range p.Absorbed {
		if x.Document == p.Next.ID {
			return invalidField("documents", Text{"Giấy tờ không gộp vào chính nó.", "A paper is not merged into itself."})
		}
		d, err := tx.Documents().Get(ctx, x.Document)
		if err != nil {
			return err
		}
		if d.Revision != x.After {
			return ErrStale
		}
		err = tx.Intents().Open(ctx, Intent{ID: x.Lock, Node: a.Node, Object: DocumentObject(x.Document), Document: x.Document, Act: actAbsorb,
			Payload: []byte(p.Next.ID.String()), CreatedAt: p.At, ExpiresAt: p.At.Add(a.Limits.IntentTime)})
		if err != nil {
			return err
		}
	}
	return nil
}

// applyAbsorbed discards the absorbed papers in the transaction of the act, live and in recovery, and ends their locks.
func (a *Archive) applyAbsorbed(ctx context.Context, tx Tx, p *pending) error {
	for _, x := range p.Absorbed {
		if err := tx.Intents().Take(ctx, x.Lock); err != nil {
			return err
		}
		if err := tx.Intents().Drop(ctx, x.Lock); err != nil {
			return err
		}
		d, err := tx.Documents().Get(ctx, x.Document)
		if err != nil {
			return err
		}
		reason := "Đã gộp vào giấy tờ " + p.Next.ID.String()
		if err := putAway(ctx, tx, &d, p.Actor, Merge, reason, map[string]string{"into": p.Next.ID.String()}, p.At); err != nil {
			return err
		}
	}
	return nil
}

// putAway discards a paper whose pages live on in others.
func putAway(ctx context.Context, tx Tx, d *Document, actor Actor, m Move, reason string, detail map[string]string, at time.Time) error {
	after, from := d.Revision, d.State
	d.State, d.PriorState, d.Reason, d.UpdatedAt, d.DiscardedAt, d.DiscardedBy = Discarded, from, reason, d.changed(at), at, actor.ID
	d.Work.close(Discarded)
	if err := tx.Documents().Update(ctx, *d, after); err != nil {
		return err
	}
	ev := documentEvent(actor, EvMove, at, d)
	ev.Detail = map[string]string{"move": string(m), "from": string(from), "to": string(Discarded), "reason": reason}
	for k, v := range detail {
		ev.Detail[k] = v
	}
	return tx.Events().Append(ctx, ev)
}

// freeAbsorbed ends the locks an act left behind that did not come to its end.
func (a *Archive) freeAbsorbed(ctx context.Context, absorbed []absorption) {
	c, cancel := settle(ctx)
	defer cancel()
	for _, x := range absorbed {
		var i Intent
		err := a.Catalog.View(c, func(tx Tx) (err error) {
			i, err = tx.Intents().OfDocument(c, x.Document)
			return err
		})
		if err == nil && i.ID == x.Lock {
			err = a.recoverAbsorb(c, i)
		}
		if err != nil && KindOf(err) != NotFound {
			a.leaveToJanitor(ctx, i, err)
		}
	}
}

// recoverAbsorb settles the act a lock belongs to, and then the lock.
func (a *Archive) recoverAbsorb(ctx context.Context, i Intent) error {
	target, err := ParseID(string(i.Payload))
	if err != nil {
		return fmt.Errorf("read lock %s: %w", i.ID, err)
	}
	var act Intent
	err = a.Catalog.View(ctx, func(tx Tx) (err error) {
		act, err = tx.Intents().OfDocument(ctx, target)
		return err
	})
	if err != nil && KindOf(err) != NotFound {
		return err
	}
	var p pending
	if err == nil && act.Act == string(EvVersion) && json.Unmarshal(act.Payload, &p) == nil &&
		slices.ContainsFunc(p.Absorbed, func(x absorption) bool { return x.Lock == i.ID }) {
		// Rolled forward, the act takes the lock with it; dropped, it leaves a lock that holds nothing.
		if err := a.recoverIntent(ctx, act); err != nil {
			return err
		}
	}
	return a.abandon(ctx, i)
}
