package archive

import (
	"context"
	"maps"
	"slices"
)

// plainFacts of an event say what was done with a paper and nothing of what is in it.
var plainFacts = []string{"act", "move", "from", "to", "version", "what", "fields", "reading"}

// Trail lists the events of everybody in the actor's scope, newest first, for auditors and administrators. That something was done
// with a paper is told whatever the paper is; of one the actor may not see, nothing else: no name, no reason, no word of it.
func (a *Archive) Trail(ctx context.Context, actor Actor, f EventFilter) (EventListing, error) {
	f, err := a.narrowed(ctx, actor, f)
	if err != nil {
		return EventListing{}, err
	}
	see := actor.Sees(a.Clock.Now())
	var l EventListing
	err = a.Catalog.View(ctx, func(tx Tx) (err error) {
		if l, err = tx.Events().Browse(ctx, f); err != nil || see.Everything {
			return err
		}
		return tellPlainly(ctx, tx, see, l.Items)
	})
	return l, err
}

// narrowed is f within what the actor may see of the trail.
func (a *Archive) narrowed(ctx context.Context, actor Actor, f EventFilter) (EventFilter, error) {
	now := a.Clock.Now()
	if !actor.Role.May(ActTrail) || !actor.active(now) {
		return f, ErrForbidden
	}
	f.Limit, f.Agencies, f.Papers = a.rows(f.Limit), nil, nil
	if f.Login != "" {
		if err := a.Catalog.View(ctx, func(tx Tx) error {
			acc, err := tx.Accounts().ByLogin(ctx, f.Login)
			if err != nil && KindOf(err) != NotFound {
				return err
			}
			if f.Actor.IsZero() || f.Actor == acc.ID {
				f.Actor = acc.ID
			}
			if err != nil || f.Actor != acc.ID {
				f.Agencies = []AgencyCode{} // nobody, which is no fault: who may not know of the account sees the same
			}
			return nil
		}); err != nil || f.Agencies != nil {
			return f, err
		}
	}
	if see := actor.Sees(now); !see.Everything {
		if f.Papers = &see; !see.Whole {
			f.Agencies = see.Custodians
		}
	}
	if f.Unit == "" {
		return f, nil
	}
	unit, err := a.registry.scope(ctx, a.Catalog, f.Unit)
	if err != nil {
		return f, err
	}
	if f.Agencies == nil {
		f.Agencies = unit.codes
		return f, nil
	}
	f.Agencies = slices.DeleteFunc(slices.Clone(unit.codes), func(c AgencyCode) bool { return !actor.Covers(c) })
	return f, nil
}

// TrailTable is Trail for somebody who takes a table of it away, which is an event like any other that gives papers out. It returns
// the filter to read page after page by: the table ends with what had happened when it was asked for, itself not included.
//
// The power fails behind the event: the trail tells of a table that nobody got, which is the safe side.
func (a *Archive) TrailTable(ctx context.Context, actor Actor, f EventFilter) (EventFilter, error) {
	if _, err := a.narrowed(ctx, actor, f); err != nil {
		return f, err
	}
	ev := NewEvent(actor, EvDownload, a.Clock.Now())
	ev.Object, ev.Detail = "trail:csv", f.facts()
	if err := a.update(ctx, func(tx Tx) error { return tx.Events().Append(ctx, ev) }); err != nil {
		return f, err
	}
	if f.At.To.IsZero() || f.At.To.After(ev.At) {
		f.At.To = ev.At
	}
	return f, nil
}

// facts says what the trail was narrowed to.
func (f *EventFilter) facts() map[string]string {
	all := map[string]string{"of_actor": f.Actor.String(), "of_login": f.Login, "of_document": f.Document.String(), "of_dossier": f.Dossier.String(), "of_action": string(f.Action),
		"of_outcome": string(f.Outcome), "of_unit": f.Unit.String(), "of_address": f.Address, "of_purpose": f.Purpose}
	if !f.At.From.IsZero() {
		all["since"] = f.At.From.UTC().Format(TimeForm)
	}
	if !f.At.To.IsZero() {
		all["until"] = f.At.To.UTC().Format(TimeForm)
	}
	maps.DeleteFunc(all, func(_, v string) bool { return v == "" })
	return all
}

// tellPlainly takes out of events what papers outside see would be known by.
func tellPlainly(ctx context.Context, tx Tx, see Visibility, evs []Event) error {
	var ids []ID
	for i := range evs {
		if !evs[i].Document.IsZero() {
			ids = append(ids, evs[i].Document)
		}
	}
	ds, err := tx.Documents().GetMany(ctx, ids)
	if err != nil {
		return err
	}
	open := map[ID]bool{}
	for i := range ds {
		open[ds[i].ID] = see.Admits(&ds[i])
	}
	for i := range evs {
		e := &evs[i]
		if e.Document.IsZero() || open[e.Document] {
			continue
		}
		plain := map[string]string{}
		for _, k := range plainFacts {
			if v, ok := e.Detail[k]; ok {
				plain[k] = v
			}
		}
		e.Detail, e.Purpose = plain, ""
	}
	return nil
}
