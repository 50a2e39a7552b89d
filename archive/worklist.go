package archive

import (
	"context"
	"time"
)

// WorkList is one of the lists of what is to be done.
type WorkList string

const (
	WorkMine       WorkList = "mine"       // given to me
	WorkReturned   WorkList = "returned"   // of these, sent back with a reason
	WorkUnit       WorkList = "unit"       // my unit's
	WorkUnassigned WorkList = "unassigned" // nobody's yet
	WorkSoon       WorkList = "soon"       // due before the end of the working day
	WorkOverdue    WorkList = "overdue"
	WorkNeighbours WorkList = "neighbours" // papers of other units that mine is to check
	WorkMentions   WorkList = "mentions"   // somebody has said something to me
)

// WorkLists lists them in the order a page shows them.
var WorkLists = []WorkList{WorkMine, WorkReturned, WorkUnit, WorkUnassigned, WorkNeighbours, WorkMentions, WorkSoon, WorkOverdue}

// WorkAsk says whose work lists are counted.
type WorkAsk struct {
	See   Visibility
	Lists []WorkCase
	UpTo  int
}

// WorkCase is one list to be counted: its filter, and what the actor sees of it where that is not WorkAsk.See.
type WorkCase struct {
	List   WorkList
	Filter Filter
	See    *Visibility
}

// workFilter returns what a list is narrowed by. ok is false when the actor has no such list.
func (a *Archive) workFilter(actor Actor, list WorkList, now time.Time) (f Filter, ok bool) {
	f.Open = true
	switch list {
	case WorkMine:
		f.Assignee = actor.ID
	case WorkReturned:
		f.Assignee, f.States = actor.ID, []State{Returned}
	case WorkUnit:
		f.Unit = actor.Agency
		return f, actor.Agency != ""
	case WorkUnassigned:
		f.Unassigned = true
	case WorkSoon:
		f.Due = Span{From: now, To: a.SoonDue(now)}
	case WorkOverdue:
		f.Due = Span{To: now}
	case WorkNeighbours:
		return f, !actor.Checks(now).Nothing()
	case WorkMentions:
		f.Open, f.Mentioned = false, actor.ID
	default:
		return f, false
	}
	return f, !actor.ID.IsZero()
}

// SoonDue is the time before which work is due soon: the end of the working day, of the next one after the cut-off hour.
func (a *Archive) SoonDue(now time.Time) time.Time { return a.Calendar.Due(now, 0).Add(time.Second) }

// Work lists what is to be done in one of the work lists, narrowed further by f; by term unless f asks for another order. It is
// decided inside the query what the actor sees. Errors: Forbidden, Invalid no_such_list.
func (a *Archive) Work(ctx context.Context, actor Actor, list WorkList, f Filter) (Listing, error) {
	if !actor.Role.May(ActRead) {
		return Listing{}, ErrForbidden
	}
	now := a.Clock.Now()
	w, ok := a.workFilter(actor, list, now)
	if !ok {
		return Listing{}, Fault(Invalid, "no_such_list", Text{"Không có danh sách việc này.", "There is no such work list."})
	}
	see := actor.Sees(now)
	if list == WorkNeighbours {
		see = actor.Checks(now)
	}
	f = w.with(f)
	if f.Order == "" {
		f.Order = ByDue
		if list == WorkMentions {
			f.Order = Changed
		}
	}
	f.Limit = a.rows(f.Limit)
	var l Listing
	if see.Nothing() {
		return l, nil
	}
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		l, err = tx.Documents().Browse(ctx, see, f)
		return err
	})
	return l, err
}

// with narrows a work list's filter by another.
func (w Filter) with(f Filter) Filter {
	f.Open = f.Open || w.Open
	f.Unassigned = f.Unassigned || w.Unassigned
	if !w.Assignee.IsZero() {
		f.Assignee = w.Assignee
	}
	if !w.Mentioned.IsZero() {
		f.Mentioned = w.Mentioned
	}
	if w.Unit != "" {
		f.Unit = w.Unit
	}
	if w.States != nil {
		f.States = w.States
	}
	if w.Due != (Span{}) {
		f.Due = w.Due
	}
	return f
}

// WorkCounts counts every work list the actor has, in one query; each no further than upTo and one more.
func (a *Archive) WorkCounts(ctx context.Context, actor Actor, upTo int) (map[WorkList]int, error) {
	now := a.Clock.Now()
	ask := WorkAsk{See: actor.Sees(now), UpTo: upTo}
	neighbours := actor.Checks(now)
	for _, list := range WorkLists {
		f, ok := a.workFilter(actor, list, now)
		if !ok {
			continue
		}
		c := WorkCase{List: list, Filter: f}
		if list == WorkNeighbours {
			c.See = &neighbours
		}
		ask.Lists = append(ask.Lists, c)
	}
	n := map[WorkList]int{}
	if ask.See.Nothing() {
		return n, nil
	}
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		n, err = tx.Documents().WorkCounts(ctx, ask)
		return err
	})
	return n, err
}
