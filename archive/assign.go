package archive

import (
	"context"
	"slices"
)

// Assignment says whose work a paper is from now on.
type Assignment struct {
	Assignee ID         // zero: nobody's
	Unit     AgencyCode // zero: the one it has
	Batch    ID         // the bulk act this belongs to; optional
	// Then runs inside the transaction, last; it may run more than once. Optional.
	Then func(context.Context, Tx, Document) error
}

// Assign gives an open paper to a person or a unit. It raises no revision: nobody's form grows stale by it. A clerk may take
// what is nobody's and give away what is hers; a checker may give anything. Errors: NotFound, Forbidden, Conflict wrong_state,
// busy or stale_revision, Invalid with field assignee (not somebody who sees the paper and may work on it) or unit (its people do
// not see the paper).
func (a *Archive) Assign(ctx context.Context, actor Actor, id ID, as Assignment) (Document, error) {
	now := a.Clock.Now()
	d, err := a.fetch(ctx, actor, id, now)
	if err != nil {
		return Document{}, err
	}
	if err = Decide(actor, ActAssign, &d, now); err == nil && actor.Role != RoleChecker && !d.Work.Assignee.IsZero() && d.Work.Assignee != actor.ID {
		err = ErrForbidden
	}
	if err != nil {
		a.denied(ctx, actor, EvAssign, id.String(), now)
		return Document{}, err
	}
	if !d.Work.Open() {
		return Document{}, Fault(Conflict, "wrong_state", Text{"Không còn việc gì với giấy tờ này.", "Nothing is left to be done about this paper."})
	}
	name := ""
	if !as.Assignee.IsZero() {
		who, err := a.colleague(ctx, as.Assignee)
		if err == nil && (!who.Role.May(ActAssign) || Decide(who, ActRead, &d, now) != nil) {
			err = ErrNotFound
		}
		if KindOf(err) == NotFound {
			return Document{}, invalidField("assignee", Text{"Người này không xem được giấy tờ hoặc không xử lý giấy tờ.", "This person does not see the paper, or does not work on papers."})
		}
		if err != nil {
			return Document{}, err
		}
		name = who.Name
	}
	unit := d.Work.Unit
	if as.Unit != "" && as.Unit != unit {
		all, err := a.Agencies(ctx)
		if err != nil {
			return Document{}, err
		}
		if as.Unit != d.Work.Check.At && !slices.Contains(over(d.Custodian, all), as.Unit) {
			return Document{}, invalidField("unit", Text{"Người của đơn vị này không xem được giấy tờ.", "This unit's people do not see the paper."})
		}
		unit = as.Unit
	}
	ev := documentEvent(actor, EvAssign, now, &d)
	ev.Detail = map[string]string{"assignee": as.Assignee.String(), "name": name, "unit": unit.String(), "before": d.Work.Assignee.String()}
	if !as.Batch.IsZero() {
		ev.Detail["batch"] = as.Batch.String()
	}
	stage := d.Work.Stage
	d.Work.Assignee, d.Work.Unit = as.Assignee, unit
	// One transaction. Power lost before its flush: nothing was given.
	err = a.update(ctx, func(tx Tx) error {
		if err := unlocked(ctx, tx, id); err != nil {
			return err
		}
		if err := tx.Documents().Assign(ctx, id, stage, as.Assignee, unit); err != nil {
			return err
		}
		if err := tx.Events().Append(ctx, ev); err != nil || as.Then == nil {
			return err
		}
		return as.Then(ctx, tx, d)
	})
	return d, err
}

// colleague returns an account as who would ask now, with its scope; NotFound when there is none or it is closed.
func (a *Archive) colleague(ctx context.Context, id ID) (Actor, error) {
	var acc Account
	err := a.Catalog.View(ctx, func(tx Tx) (err error) { acc, err = tx.Accounts().Get(ctx, id); return err })
	if err == nil && acc.Closed {
		err = ErrNotFound
	}
	if err != nil {
		return Actor{}, err
	}
	return a.Admit(ctx, acc.Actor())
}

// PersonOf returns the account of a login, for those who give work away; whether it may have a paper Assign decides.
func (a *Archive) PersonOf(ctx context.Context, actor Actor, login string) (ID, error) {
	if !actor.Role.May(ActAssign) {
		return ID{}, ErrForbidden
	}
	var acc Account
	err := a.Catalog.View(ctx, func(tx Tx) (err error) { acc, err = tx.Accounts().ByLogin(ctx, login); return err })
	return acc.ID, err
}

// Colleague is somebody work can be given to.
type Colleague struct {
	ID   ID
	Name string
	Role Role
	Unit AgencyCode
}

// mostColleagues bounds how many accounts are looked at: a province has about a thousand.
const mostColleagues = 5000

// Colleagues returns who could be given the paper, by name: those with an account who see it and work on papers.
func (a *Archive) Colleagues(ctx context.Context, actor Actor, id ID) ([]Colleague, error) {
	now := a.Clock.Now()
	d, err := a.fetch(ctx, actor, id, now)
	if err == nil {
		err = Decide(actor, ActAssign, &d, now)
	}
	if err != nil {
		return nil, err
	}
	var accs []Account
	err = a.Catalog.View(ctx, func(tx Tx) error {
		for after := ""; len(accs) < mostColleagues; {
			page, err := tx.Accounts().List(ctx, after, a.Limits.ListRows)
			if err != nil {
				return err
			}
			accs = append(accs, page...)
			if len(page) < a.Limits.ListRows {
				return nil
			}
			after = page[len(page)-1].Login
		}
		return nil
	})
	var out []Colleague
	for _, acc := range accs {
		if acc.Closed || !acc.Role.May(ActAssign) {
			continue
		}
		who, err := a.Admit(ctx, acc.Actor())
		if err != nil {
			return nil, err
		}
		if Decide(who, ActRead, &d, now) == nil {
			out = append(out, Colleague{acc.ID, acc.Name, acc.Role, acc.Agency})
		}
	}
	return out, err
}

// Units returns the units the paper can be given to, its custodian first: those whose people see it, and the neighbour that checks
// it while it is to be checked.
func (a *Archive) Units(ctx context.Context, actor Actor, id ID) ([]AgencyCode, error) {
	now := a.Clock.Now()
	d, err := a.fetch(ctx, actor, id, now)
	if err == nil {
		err = Decide(actor, ActAssign, &d, now)
	}
	if err != nil {
		return nil, err
	}
	all, err := a.Agencies(ctx)
	if err != nil {
		return nil, err
	}
	units := over(d.Custodian, all)
	if at := d.Work.Check.At; at != "" && d.State == Checking && !slices.Contains(units, at) {
		units = append(units, at)
	}
	return units, nil
}

// NamesOf returns the names of the accounts among ids, in one query.
func (a *Archive) NamesOf(ctx context.Context, ids []ID) (map[ID]string, error) {
	ids = slices.DeleteFunc(slices.Clone(ids), ID.IsZero)
	names := map[ID]string{}
	if len(ids) == 0 {
		return names, nil
	}
	err := a.Catalog.View(ctx, func(tx Tx) (err error) { names, err = tx.Accounts().Names(ctx, ids); return err })
	return names, err
}

// Told is what a paper's state has to say for itself wherever it is shown: why it was returned, withdrawn, superseded or thrown
// away, and for what it was scanned again. "" when there is nothing to tell. A citizen hears of a result
// that no longer holds (Grant.opens), and of nothing else.
func (d *Document) Told() string {
	switch d.State {
	case Returned, Withdrawn, Superseded, Discarded, Quarantined:
		return d.Reason
	case Review:
		if len(d.Standing) > 0 {
			return d.Reason
		}
	}
	return ""
}
