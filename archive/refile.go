package archive

import (
	"context"
	"time"
)

// Refiling takes a paper to the dossier it belongs to.
type Refiling struct {
	Dossier DossierCode // zero: out of every dossier
	Reason  string      // wanted once the paper is accepted
	After   int64       // revision the caller saw; 0 does not ask
	Batch   ID          // the bulk act this belongs to; optional
	// Then runs inside the transaction, last. It may run more than once. Optional.
	Then func(context.Context, Tx, Document) error
}

// Refile takes a paper to another dossier, which is opened when nobody has yet, and notes it in the history of the paper and
// of both dossiers. Taking it back is the same act the other way. Errors as for Move; Invalid field "dossier" for a dossier
// of an agency outside the actor's scope, Conflict same_dossier when the paper is there already.
//
// The custodian follows the dossier: whoever answers for the dossier answers for its papers, and would not see one that was
// kept by somebody else. A custodian who was chosen apart from the dossier when the paper came stays; so does the custodian
// of a paper that leaves every dossier.
func (a *Archive) Refile(ctx context.Context, actor Actor, id ID, r Refiling) (Document, error) {
	now := a.Clock.Now()
	reason := clean(r.Reason, a.Limits.FieldText)
	before, rule, err := a.may(ctx, actor, id, Refile, r.After, reason, now)
	if err != nil {
		return Document{}, err
	}
	if r.Dossier == before.Dossier {
		return Document{}, Fault(Conflict, "same_dossier", Text{"Giấy tờ đang ở chính hồ sơ này.", "The paper is in this dossier already."})
	}
	next := before
	next.Dossier, next.UpdatedAt = r.Dossier, next.changed(now)
	if err := a.followDossier(ctx, actor, &before, &next); err != nil {
		return Document{}, err
	}
	p := refiling(&before, next)
	p.Actor, p.Action, p.At = actor, EvMove, now
	p.tell(map[string]string{"move": string(Refile), "reason": reason})
	p.under(r.Batch)
	// A dossier opened for a paper whose act is then dropped is an empty dossier with its code: the next paper finds it there.
	first := func(ctx context.Context, tx Tx) error { return a.ensureDossier(ctx, tx, actor, &p.Next, now) }
	out, err := a.perform(ctx, p, rule.Durable, nil, first, r.Then)
	if err == nil {
		a.watch.notify(id)
	}
	return out, err
}

// refiling begins an act that leaves next in another dossier than before.
func refiling(before *Document, next Document) pending {
	left := before.Dossier
	p := pending{Next: next, After: before.Revision, Left: &left}
	p.tell(map[string]string{"from_dossier": left.String(), "to_dossier": next.Dossier.String()})
	if before.Custodian != next.Custodian {
		p.tell(map[string]string{"from_custodian": before.Custodian.String(), "to_custodian": next.Custodian.String()})
	}
	return p
}

// followDossier sets the custodian a paper has in its next dossier. An unknown dossier will be opened by the paper's own.
func (a *Archive) followDossier(ctx context.Context, actor Actor, before, next *Document) error {
	if next.Dossier == "" {
		return nil
	}
	return a.Catalog.View(ctx, func(tx Tx) error {
		to, err := tx.Dossiers().Get(ctx, next.Dossier)
		if KindOf(err) == NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if !actor.Covers(to.Custodian) {
			return foreignDossier()
		}
		apart := false
		if before.Dossier != "" {
			from, err := tx.Dossiers().Get(ctx, before.Dossier)
			if err != nil && KindOf(err) != NotFound {
				return err
			}
			apart = err == nil && from.Custodian != before.Custodian
		}
		if next.Custodian = to.Custodian; apart {
			next.Custodian = before.Custodian
		}
		return nil
	})
}

func foreignDossier() error {
	return invalidField("dossier", Text{"Hồ sơ này thuộc cơ quan khác.", "This dossier belongs to another agency."})
}

// noteRefiling writes what a dossier's own history says when a paper leaves and another receives it: which paper and where
// to, nothing of what it is. Why is told by the history of the paper, to those who may read it.
func noteRefiling(ctx context.Context, tx Tx, p *pending) error {
	note := func(code DossierCode, act, key string, other DossierCode) error {
		if code == "" {
			return nil
		}
		ev := NewEvent(p.Actor, EvDossier, p.At)
		ev.Dossier, ev.Object, ev.Detail = code, "document:"+p.Next.ID.String(), map[string]string{"act": act}
		if other != "" {
			ev.Detail[key] = other.String()
		}
		return tx.Events().Append(ctx, ev)
	}
	if err := note(*p.Left, "paper_out", "to_dossier", p.Next.Dossier); err != nil {
		return err
	}
	return note(p.Next.Dossier, "paper_in", "from_dossier", *p.Left)
}

// DossierHistory returns what happened to a dossier itself, oldest first: opened, changed, papers that came from another or
// left. Everybody who may see the dossier may read it.
func (a *Archive) DossierHistory(ctx context.Context, actor Actor, code DossierCode, after ID, limit int) ([]Event, error) {
	var evs []Event
	err := a.Catalog.View(ctx, func(tx Tx) error {
		d, err := tx.Dossiers().Get(ctx, code)
		if err != nil {
			return err
		}
		if !actor.Role.May(ActRead) || !seesDossier(actor, &d, a.Clock.Now()) {
			return ErrNotFound
		}
		evs, err = tx.Events().OfDossier(ctx, code, after, a.rows(limit))
		return err
	})
	return evs, err
}

// seesDossier reports whether a dossier lies in the actor's sight.
func seesDossier(actor Actor, d *Dossier, now time.Time) bool {
	see := actor.Sees(now)
	return !see.Nothing() && (see.Everything || actor.Covers(d.Custodian))
}
