package archive

import (
	"context"
	"slices"
	"time"
)

// Work is what a paper waits for: whose work it is, until when, and how it is checked. The zero value is a paper nobody waits
// for any more, or none yet.
type Work struct {
	Stage State     `json:"stage,omitempty"` // the state Due was reckoned for
	Due   time.Time `json:"due,omitzero"`    // until when it should have left the stage; NoDue where no term was set; zero: nobody waits
	// Assignee is whose work it is: an account; zero is nobody's yet. Unit is the agency whose people do it.
	Assignee ID         `json:"assignee,omitzero"`
	Unit     AgencyCode `json:"unit,omitempty"`
	// Clerk is the person a paper goes back to when it is returned.
	Clerk ID    `json:"clerk,omitzero"`
	Check Check `json:"check,omitzero"`
	// Hands are all who entered or changed something since the paper was last accepted: none of them may approve it.
	Hands []ID `json:"hands,omitempty"`
}

// NoDue is the term of open work for which none was set: lists by term show it last.
var NoDue = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// Open reports whether somebody has to do something about the paper.
func (w *Work) Open() bool { return !w.Due.IsZero() }

// DueAt returns the term; zero when there is none.
func (w *Work) DueAt() time.Time {
	if w.Due.Equal(NoDue) {
		return time.Time{}
	}
	return w.Due
}

// Overdue reports whether the term has passed at now.
func (w *Work) Overdue(now time.Time) bool { return w.Open() && w.Due.Before(now) }

// touch notes that somebody entered or changed something.
func (w *Work) touch(who ID) {
	if !who.IsZero() && !slices.Contains(w.Hands, who) {
		w.Hands = append(slices.Clip(w.Hands), who)
	}
}

// close ends the work: nobody waits for the paper in that state.
func (w *Work) close(in State) { w.Stage, w.Due, w.Assignee, w.Unit = in, time.Time{}, ID{}, "" }

// byHand reports whether who entered, scanned, changed or submitted what is to be checked.
func (d *Document) byHand(who ID) bool {
	return who == d.Uploader || who == d.Submitter || who == d.Head().CreatedBy || slices.Contains(d.Work.Hands, who)
}

// Unplanned is the work of a paper that nobody planned anything for: it waits with its custodian, without a term, as nobody's
// own; what is done has none. The store leaves such work out of what it keeps of a paper, and every paper it took in before
// there were terms is read back with it.
func (d *Document) Unplanned() Work {
	if !d.waits() {
		return Work{}
	}
	return Work{Stage: d.State, Due: NoDue, Unit: d.Custodian}
}

// planned is the work of d as the store keeps it.
func (d *Document) planned() Work {
	if w, plain := d.Work, d.Unplanned(); w.Stage == plain.Stage && w.Due.Equal(plain.Due) && w.Unit == plain.Unit &&
		w.Assignee.IsZero() && w.Clerk.IsZero() && w.Check == (Check{}) && len(w.Hands) == 0 {
		return Work{}
	}
	return d.Work
}

// waits reports whether somebody has to do something about d where it stands. A component that was accepted is done.
func (d *Document) waits() bool {
	switch d.State {
	case Review, Returned, Checking, Quarantined:
		return true
	case Accepted:
		return d.Kind == Result
	}
	return false
}

// reckon brings the work of d up to the state an act has just given it: a new term, and whose work it is now. An act that
// leaves the state leaves these too, and the assignment somebody made meanwhile. It must be called before d is written.
func (a *Archive) reckon(ctx context.Context, d *Document, actor Actor, now time.Time) error {
	w := &d.Work
	if d.State == w.Stage {
		return nil
	}
	before := w.Stage
	w.Stage = d.State
	if !d.waits() {
		w.close(d.State)
		if d.State == Accepted || d.State == Published {
			w.Hands, w.Check.Drawn = nil, false
		}
		return nil
	}
	term, err := a.term(ctx, d.Custodian, d.Kind, d.State)
	if err != nil {
		return err
	}
	w.Due = NoDue
	if term > 0 {
		w.Due = a.Calendar.Due(now, term)
	}
	if w.Unit == "" || before == Checking {
		w.Unit = d.Custodian
	}
	switch d.State {
	case Review:
		if actor.Person && w.Assignee.IsZero() && (before == "" || before == Accepted || before == Published || before == Discarded) {
			w.Assignee = actor.ID // who scanned it confirms the fields
		}
	case Checking:
		if actor.Person {
			w.Clerk = actor.ID
		} else {
			w.Clerk = w.Assignee
		}
		w.Assignee = ID{}
		if w.Check.At != "" {
			w.Unit = w.Check.At
		}
	case Returned:
		w.Assignee = w.Clerk
	case Accepted:
		w.Assignee, w.Hands, w.Check.Drawn = ID{}, nil, false
	}
	return nil
}
