package archive

import (
	"context"
	"time"
)

// DossierView is a dossier with its papers.
type DossierView struct {
	Dossier
	Components []Document
	Results    []Document
	Missing    []string // components the procedure asks for that no paper's type or subject answers to; nil when unknown
	More       bool     // there are more papers than shown
}

// Dossier returns a dossier in the actor's scope with the papers the actor may see.
func (a *Archive) Dossier(ctx context.Context, actor Actor, code DossierCode) (DossierView, error) {
	now := a.Clock.Now()
	if !actor.Role.May(ActRead) {
		return DossierView{}, ErrForbidden
	}
	var v DossierView
	see := actor.Sees(now)
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		if v.Dossier, err = tx.Dossiers().Get(ctx, code); err != nil {
			return err
		}
		if !seesDossier(actor, &v.Dossier, now) {
			return ErrNotFound
		}
		l, err := tx.Documents().Browse(ctx, see, Filter{Dossier: code, Order: Oldest, Limit: a.Limits.ListRows})
		if err != nil {
			return err
		}
		v.More = l.Next != ""
		v.Components, v.Results = nil, nil
		for _, d := range l.Items {
			switch {
			case d.State == Discarded || d.State == Disposed:
			case d.Kind == Result:
				v.Results = append(v.Results, d)
			default:
				v.Components = append(v.Components, d)
			}
		}
		return nil
	})
	if err != nil {
		return DossierView{}, err
	}
	if v.Procedure != "" && !v.More {
		p, err := a.Procedure(ctx, v.Procedure, now)
		switch {
		case err == nil:
			v.Missing = missing(p.Components, v.Components)
		case KindOf(err) != NotFound:
			return DossierView{}, err
		}
	}
	return v, nil
}

// Dossiers lists dossiers in the actor's scope, newest first.
func (a *Archive) Dossiers(ctx context.Context, actor Actor, f DossierFilter) (DossierListing, error) {
	if !actor.Role.May(ActRead) {
		return DossierListing{}, ErrForbidden
	}
	see := actor.Sees(a.Clock.Now())
	if see.Nothing() {
		return DossierListing{}, nil
	}
	f.Limit = a.rows(f.Limit)
	var l DossierListing
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		l, err = tx.Dossiers().Browse(ctx, see, f)
		return err
	})
	return l, err
}

// OpenDossier registers a dossier whose code the one-stop system issued. Conflict when the code is there.
func (a *Archive) OpenDossier(ctx context.Context, actor Actor, d Dossier, then func(context.Context, Tx, Dossier) error) (Dossier, error) {
	now := a.Clock.Now()
	if d.Custodian == "" {
		d.Custodian = actor.Agency
	}
	if d.Custodian == "" {
		d.Custodian = d.Code.Agency()
	}
	if err := DecideAt(actor, ActDossier, d.Custodian, now); err != nil {
		return Dossier{}, err
	}
	a.tidyDossier(&d)
	if d.ReceivedOn.IsZero() {
		d.ReceivedOn = d.Code.Received()
	}
	d.Revision, d.CreatedAt, d.UpdatedAt = 1, now, now
	err := a.update(ctx, func(tx Tx) error {
		if err := a.knowAgency(ctx, tx, actor, d.Custodian, now); err != nil {
			return err
		}
		if err := tx.Dossiers().Insert(ctx, d); err != nil {
			return err
		}
		ev := NewEvent(actor, EvDossier, now)
		ev.Dossier, ev.Detail = d.Code, map[string]string{"act": "open"}
		if err := tx.Events().Append(ctx, ev); err != nil {
			return err
		}
		if then != nil {
			return then(ctx, tx, d)
		}
		return nil
	})
	return d, err
}

// EditDossier writes d over the dossier of its code when its revision is after.
func (a *Archive) EditDossier(ctx context.Context, actor Actor, d Dossier, after int64) (Dossier, error) {
	now := a.Clock.Now()
	a.tidyDossier(&d)
	err := a.update(ctx, func(tx Tx) error {
		old, err := tx.Dossiers().Get(ctx, d.Code)
		if err != nil {
			return err
		}
		if err := DecideAt(actor, ActDossier, old.Custodian, now); err != nil {
			return err
		}
		d.Custodian, d.CreatedAt, d.UpdatedAt = old.Custodian, old.CreatedAt, now
		if err := tx.Dossiers().Update(ctx, d, after); err != nil {
			return err
		}
		ev := NewEvent(actor, EvDossier, now)
		ev.Dossier, ev.Detail = d.Code, map[string]string{"act": "edit"}
		return tx.Events().Append(ctx, ev)
	})
	d.Revision = after + 1
	return d, err
}

func (a *Archive) tidyDossier(d *Dossier) {
	d.Title, d.Applicant.Name = clean(d.Title, a.Limits.FieldText), clean(d.Applicant.Name, a.Limits.FieldText)
	d.Applicant.IDType, d.Applicant.ID, _ = NormaliseOwnerID(d.Applicant.IDType, d.Applicant.ID)
}

// missing returns the wanted papers that none of have answers to, by folded name within type and subject.
func missing(want []string, have []Document) []string {
	out := []string{}
	for _, w := range want {
		found := false
		for _, d := range have {
			found = found || answersTo(w, d.Fields.Type) || answersTo(w, d.Fields.Subject)
		}
		if !found {
			out = append(out, w)
		}
	}
	return out
}

// Procedure returns the version of a procedure that holds at t.
func (a *Archive) Procedure(ctx context.Context, code ProcedureCode, t time.Time) (Procedure, error) {
	all, err := a.Procedures(ctx)
	if err != nil {
		return Procedure{}, err
	}
	var best *Procedure
	day := DateOf(t.In(Zone))
	for i := range all {
		if all[i].Code.Base() == code.Base() && !day.Before(all[i].From) {
			best = &all[i] // versions come in order of From
		}
	}
	if best == nil {
		return Procedure{}, ErrNotFound
	}
	return *best, nil
}
