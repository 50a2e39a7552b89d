package web

import (
	"net/http"
	"time"

	"sohoa/archive"
)

// binPage lists what was thrown away and can still be taken back.
type binPage struct {
	Frame
	Rows  []BinRow
	Next  string
	First string
	Days  int // how long a paper is kept here
}

// BinRow is one discarded paper.
type BinRow struct {
	Row
	Revision   int64
	By, When   string
	Why        string
	Left       string // how long it can still be restored
	Soon       bool   // little of that is left
	MayRestore bool
}

func (p *Pages) bin(v *visit) error {
	b, err := p.Archive.Bin(v.ctx, v.actor, v.query("after"), rowsOfList)
	if err != nil {
		return err
	}
	n, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	d := &binPage{Days: p.binDays()}
	d.Title, d.Section = v.t("bin.title"), "work"
	now := p.Archive.Clock.Now()
	for i := range b.Items {
		x := &b.Items[i]
		r := BinRow{Row: v.row(&x.Document, n), Revision: x.Revision, By: x.By, When: moment(x.DiscardedAt), Why: x.Reason, MayRestore: may(v.actor, &x.Document, archive.Restore)}
		if r.By == "" {
			r.By = v.t("trail.nobody")
		}
		left := x.Until.Sub(now)
		r.Left, r.Soon = v.t("bin.days", begunDays(left)), left < 3*24*time.Hour
		if left <= 0 {
			r.Left = v.t("bin.due")
		}
		d.Rows = append(d.Rows, r)
	}
	if b.Next != "" {
		d.Next = v.with("after", b.Next)
	}
	if v.query("after") != "" {
		d.First = v.with()
	}
	return p.show(v, http.StatusOK, "clerk/bin", d)
}

// binDays is how many days a discarded paper can be restored.
func (p *Pages) binDays() int { return begunDays(p.Archive.Limits.DiscardKept) }

// begunDays counts days, the last one begun as a whole one.
func begunDays(d time.Duration) int { return int((d + 24*time.Hour - 1) / (24 * time.Hour)) }

// may reports whether the actor could make a move on d now, supposing a reason is given.
func may(a archive.Actor, d *archive.Document, m archive.Move) bool {
	_, ok := ruleOf(a, d, m)
	return ok
}

// ruleOf returns the rule by which the actor could make a move on d now.
func ruleOf(a archive.Actor, d *archive.Document, m archive.Move) (archive.Rule, bool) {
	for _, r := range archive.Moves(a, d) {
		if r.Move == m {
			return r, true
		}
	}
	return archive.Rule{}, false
}
