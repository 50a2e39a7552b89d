package archive

import (
	"context"
	"time"

	"sohoa/internal/viet"
)

// LearnedKind says what was learned.
type LearnedKind string

const (
	LearnedSigner    LearnedKind = "signer"    // who signs for an agency: scope is the agency's name, value the person's, also the position
	LearnedAgency    LearnedKind = "agency"    // by what name an agency goes: scope is the name, value its code
	LearnedProcedure LearnedKind = "procedure" // what a type of result belongs to: scope is the type, value the procedure's code
)

// LearnedKinds are all of them.
var LearnedKinds = []LearnedKind{LearnedSigner, LearnedAgency, LearnedProcedure}

// Learned is one thing the house learned from papers that two people confirmed. It can be explained by the paper it came from,
// and forgotten. Lost with its catalog it is learned again when the papers come back.
type Learned struct {
	Kind      LearnedKind
	Scope     string // folded
	Value     string
	Also      string
	Shown     string // the scope as it stood on the paper
	Confirmed int    // papers that said so
	Denied    int    // papers for which it was proposed and something else was confirmed
	Document  ID     // the last that said so
	FirstAt   time.Time
	LastAt    time.Time
}

// Learnt keeps what was learned. Implementations order by value where they do not say otherwise.
type Learnt interface {
	// Confirm counts one more paper that says so, or adds it.
	Confirm(ctx context.Context, l Learned) error
	// Deny counts a paper for which it was proposed and something else was confirmed. What is not there is not denied.
	Deny(ctx context.Context, kind LearnedKind, scope, value string) error
	// Forget removes it. NotFound when it is not there.
	Forget(ctx context.Context, kind LearnedKind, scope, value string) error
	// Newest lists those of a kind last confirmed at or after since, the newest first, at most limit.
	Newest(ctx context.Context, kind LearnedKind, since time.Time, limit int) ([]Learned, error)
}

const (
	learnedRows  = 5000                 // of each kind that are offered: a province has some hundred agencies with some signers each
	learnedOnce  = 365 * 24 * time.Hour // what only one paper said is offered for a year
	learnedOften = 5 * learnedOnce      // what several said, for the term of an office
)

// Stands reports that l may still be offered: more papers say so than twice those that say otherwise, and lately. So a wrong
// confirmation does not stick: one correction outweighs it, and alone it runs out by itself.
func (l *Learned) Stands(now time.Time) bool {
	if l.Confirmed <= 2*l.Denied {
		return false
	}
	if l.Confirmed == 1 {
		return now.Sub(l.LastAt) < learnedOnce
	}
	return now.Sub(l.LastAt) < learnedOften
}

// lessons are what a confirmed paper teaches.
func lessons(d *Document, now time.Time) []Learned {
	f := &d.Fields
	var out []Learned
	add := func(kind LearnedKind, scope, value, also string) {
		if key := viet.Fold(scope); key != "" && value != "" {
			out = append(out, Learned{Kind: kind, Scope: key, Value: value, Also: also, Shown: scope, Confirmed: 1, Document: d.ID, FirstAt: now, LastAt: now})
		}
	}
	add(LearnedSigner, f.IssuingAgency.Name, f.Signer.Name, f.Signer.Position)
	add(LearnedAgency, f.IssuingAgency.Name, string(f.IssuingAgency.Code), "")
	if d.Kind == Result {
		add(LearnedProcedure, f.Type, string(f.Procedure.Base()), "")
	}
	return out
}

// teach counts what a paper that was accepted says, and what was proposed for it and is not so, in the transaction that accepts
// it. An accept that a crash made the janitor finish teaches nothing: one paper less, which nobody misses.
func teach(ctx context.Context, tx Tx, d *Document, now time.Time) error {
	of := map[string]LearnedKind{"signer.name": LearnedSigner, "issuing_agency.code": LearnedAgency, "procedure_code": LearnedProcedure}
	taught := lessons(d, now)
	for _, l := range taught {
		if err := tx.Learnt().Confirm(ctx, l); err != nil {
			return err
		}
	}
	for _, p := range d.Reading.Proposals {
		for _, l := range taught {
			if of[p.Field] == l.Kind && p.Value != "" && p.Value != l.Value {
				if err := tx.Learnt().Deny(ctx, l.Kind, l.Scope, p.Value); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// learned adds to lists what the papers taught.
func (a *Archive) learned(ctx context.Context, l *Lists, now time.Time) error {
	since := now.Add(-learnedOften)
	return a.Catalog.View(ctx, func(tx Tx) error {
		l.Signers, l.ByType = nil, nil
		for _, kind := range LearnedKinds {
			rows, err := tx.Learnt().Newest(ctx, kind, since, learnedRows)
			if err != nil {
				return err
			}
			for i := range rows {
				r := &rows[i]
				if !r.Stands(now) {
					continue
				}
				switch kind {
				case LearnedSigner:
					l.Signers = append(l.Signers, KnownSigner{Signer{r.Value, r.Also}, r.Shown})
				case LearnedProcedure:
					l.ByType = append(l.ByType, KnownProcedure{r.Shown, ProcedureCode(r.Value), r.Confirmed})
				case LearnedAgency:
					l.alias(AgencyCode(r.Value), r.Shown)
				}
			}
		}
		return nil
	})
}

// alias gives an agency of the lists one more name. The agencies are shared with others: theirs is not touched.
func (l *Lists) alias(code AgencyCode, name string) {
	key := viet.Fold(name)
	for i := range l.Agencies {
		g := &l.Agencies[i]
		if g.Code != code {
			if viet.Fold(g.Name) == key {
				return // the registry says otherwise
			}
			continue
		}
		for _, n := range append([]string{g.Name}, g.Aliases...) {
			if viet.Fold(n) == key {
				return
			}
		}
		g.Aliases = append(g.Aliases[:len(g.Aliases):len(g.Aliases)], name)
	}
}

// Learned lists what the house learned of one kind, the newest first, at most limit, to those who keep the registry.
func (a *Archive) Learned(ctx context.Context, actor Actor, kind LearnedKind, limit int) ([]Learned, error) {
	if !actor.Role.May(ActRegistry) {
		return nil, ErrForbidden
	}
	var out []Learned
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		out, err = tx.Learnt().Newest(ctx, kind, time.Time{}, a.rows(limit))
		return err
	})
	return out, err
}

// Forget removes something that was learned. It is noted; papers confirmed later may teach it again. NotFound when it is not
// there.
func (a *Archive) Forget(ctx context.Context, actor Actor, kind LearnedKind, scope, value string) error {
	now := a.Clock.Now()
	if !actor.Role.May(ActRegistry) {
		a.denied(ctx, actor, EvRegistry, "learned:"+string(kind), now)
		return ErrForbidden
	}
	return a.update(ctx, func(tx Tx) error {
		if err := tx.Learnt().Forget(ctx, kind, scope, value); err != nil {
			return err
		}
		ev := NewEvent(actor, EvRegistry, now)
		ev.Object, ev.Detail = "learned:"+string(kind), map[string]string{"act": "forget"}
		return tx.Events().Append(ctx, ev)
	})
}

// relearn counts a paper again that came back from the store.
func relearn(ctx context.Context, tx Tx, d *Document) error {
	if d.State != Accepted && d.State != Published {
		return nil
	}
	for _, l := range lessons(d, d.UpdatedAt) {
		if err := tx.Learnt().Confirm(ctx, l); err != nil {
			return err
		}
	}
	return nil
}
