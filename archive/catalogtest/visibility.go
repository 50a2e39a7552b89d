package catalogtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"sohoa/archive"
)

var visibilityTests = []test{
	{"lists and counts show exactly what Admits admits", listsEqualAdmits},
	{"the zero visibility shows nothing", func(b bench) {
		b.insert(paper())
		l := b.browse(archive.Visibility{}, archive.Filter{})
		same(b.T, "rows", len(l.Items), 0)
		b.view(func(tx archive.Tx) error {
			n, err := tx.Documents().Counts(b.Context(), archive.Visibility{})
			same(b.T, "counts", n, map[archive.State]int{})
			return err
		})
	}},
	{"a scope of several hundred offices", func(b bench) {
		see := archive.Visibility{Accesses: []archive.Access{archive.Public, archive.Restricted}, States: []archive.State{archive.Review}}
		for i := range 500 {
			see.Custodians = append(see.Custodians, archive.AgencyCode(fmt.Sprintf("H15.%03d", i)))
		}
		in := paper(func(d *archive.Document) { d.Custodian = "H15.499" })
		b.insert(in, paper(func(d *archive.Document) { d.Custodian = "H15.500" }))
		l := b.browse(see, archive.Filter{})
		same(b.T, "ids", ids(l.Items), []archive.ID{in.ID})
	}},
}

// listsEqualAdmits draws papers and visibilities by lot, so that every branch of the rule is met in every company, and
// holds the WHERE clause equal to the function. The seed is fixed: a failure comes back.
func listsEqualAdmits(b bench) {
	r := rand.New(rand.NewPCG(20261120, 7))
	people := []archive.ID{archive.NewID(), archive.NewID(), archive.NewID()}
	codes := []archive.AgencyCode{"H15", "H15.50", "H15.50.05", "H15.50.05.13", "H45", "H45.01"}
	for i := range 20 {
		codes = append(codes, archive.AgencyCode(fmt.Sprintf("H16.%02d", i)))
	}
	accesses := []archive.Access{archive.Public, archive.Restricted, archive.Sealed}
	types, procedures := []string{"", "QĐ", "TB"}, []archive.ProcedureCode{"", "1.000001", "1.000002.000.00.12.H15"}
	readings := []archive.ReadingState{archive.ReadingWaiting, archive.ReadingDone, archive.ReadingFailed, archive.ReadingOff}
	day := func(n int) archive.Date { return archive.Date{Year: 2026, Month: 5, Day: 1 + n} }
	var ds []archive.Document
	for range 200 {
		ds = append(ds, paper(func(d *archive.Document) {
			d.Custodian, d.Access = codes[r.IntN(len(codes))], accesses[r.IntN(3)]
			d.State, d.Uploader = archive.States[r.IntN(len(archive.States))], people[r.IntN(3)]
			d.Named = some(r, people)
			d.CreatedAt, d.UpdatedAt = at(r.IntN(5)), at(r.IntN(5))
			d.Fields.Type, d.Fields.Procedure = types[r.IntN(3)], procedures[r.IntN(3)]
			d.Fields.IssuingAgency.Code = codes[r.IntN(4)]
			d.Fields.IssuedOn = day(r.IntN(20))
			d.Reading.State = readings[r.IntN(len(readings))]
			if r.IntN(2) == 0 {
				d.Work = archive.Work{Stage: d.State, Due: at(r.IntN(5)), Unit: codes[r.IntN(4)], Check: archive.Check{Mode: archive.CheckNeighbour, At: codes[r.IntN(6)]}}
				if r.IntN(2) == 0 {
					d.Work.Assignee = people[r.IntN(3)]
				}
			}
		}))
	}
	b.insert(ds...)
	for i := range 120 {
		v := archive.Visibility{Whole: r.IntN(3) == 0, Custodians: some(r, codes), Accesses: some(r, accesses), States: some(r, archive.States)}
		if r.IntN(3) > 0 {
			v.Named = people[r.IntN(3)]
		}
		if r.IntN(3) > 0 {
			v.Uploader = people[r.IntN(3)]
		}
		if r.IntN(40) == 0 {
			v = archive.Visibility{Everything: true}
		}
		if r.IntN(8) == 0 {
			v.Checking, v.Uploader, v.States, v.Whole = some(r, codes[:6]), archive.ID{}, []archive.State{archive.Checking}, false
			if v.Checking == nil {
				v.Checking = []archive.AgencyCode{}
			}
		}
		slices.Sort(v.Custodians)
		f := archive.Filter{Limit: 10 + r.IntN(80), Order: []archive.Order{archive.Newest, archive.Oldest, archive.Issued, archive.Changed, archive.ByDue}[r.IntN(5)]}
		if r.IntN(2) == 0 {
			f.States = some(r, archive.States)
		}
		if r.IntN(3) == 0 {
			if f.Custodians = some(r, codes); len(f.Custodians) == 0 {
				f.Custodians = nil
			}
		}
		maybe := func() bool { return r.IntN(6) == 0 }
		if maybe() {
			f.Type = types[1+r.IntN(2)]
		}
		if maybe() {
			f.Procedure = procedures[1+r.IntN(2)]
		}
		if maybe() {
			f.Agency = codes[r.IntN(4)]
		}
		if maybe() {
			f.Uploader = people[r.IntN(3)]
		}
		if maybe() {
			f.Reading = some(r, readings)
		}
		if maybe() {
			f.IssuedFrom = day(r.IntN(20))
		}
		if maybe() {
			f.IssuedTo = day(r.IntN(20))
		}
		if maybe() {
			f.Assignee = people[r.IntN(3)]
		}
		if maybe() {
			f.Unassigned = true
		}
		if maybe() {
			f.Unit = codes[r.IntN(4)]
		}
		if maybe() {
			f.Due = archive.Span{From: at(r.IntN(3)), To: at(2 + r.IntN(3))}
		}
		b.Run(fmt.Sprint(i), func(t *testing.T) {
			b := bench{t, b.c}
			want, counts := []archive.ID{}, map[archive.State]int{}
			for _, d := range ds {
				if !v.Admits(&d) {
					continue
				}
				counts[d.State]++
				if matches(f, d) {
					want = append(want, d.ID)
				}
			}
			got := b.pageThrough(v, f, nil)
			same(t, fmt.Sprintf("papers for %+v in %+v", v, f), sorted(got), sorted(want))
			b.view(func(tx archive.Tx) error {
				n, err := tx.Documents().Counts(t.Context(), v)
				same(t, "counts", n, counts)
				if err != nil {
					return err
				}
				f.Open = f.Open || f.Order == archive.ByDue // what the order means to a list
				w, err := tx.Documents().WorkCounts(t.Context(), archive.WorkAsk{See: v, Lists: []archive.WorkCase{{List: archive.WorkMine, Filter: f}}, UpTo: 30})
				same(t, "work", w[archive.WorkMine], min(len(want), 31))
				return err
			})
		})
	}
}

// matches is archive.Filter as a function, for the parts of it that are drawn.
func matches(f archive.Filter, d archive.Document) bool {
	w := &d.Work
	if (f.Order == archive.ByDue || f.Open || f.Unassigned || f.Due != (archive.Span{})) && !w.Open() || f.Unassigned && !w.Assignee.IsZero() ||
		!f.Assignee.IsZero() && f.Assignee != w.Assignee || f.Unit != "" && f.Unit != w.Unit || w.Due.Before(f.Due.From) || !f.Due.To.IsZero() && !w.Due.Before(f.Due.To) {
		return false
	}
	return (len(f.States) == 0 || slices.Contains(f.States, d.State)) && (f.Custodians == nil || slices.Contains(f.Custodians, d.Custodian)) &&
		(f.Type == "" || f.Type == d.Fields.Type) && (f.Procedure == "" || f.Procedure.Base() == d.Fields.Procedure.Base()) &&
		(f.Agency == "" || f.Agency == d.Fields.IssuingAgency.Code) && (f.Uploader.IsZero() || f.Uploader == d.Uploader) &&
		(len(f.Reading) == 0 || slices.Contains(f.Reading, d.Reading.State)) &&
		(f.IssuedFrom.IsZero() || !d.Fields.IssuedOn.Before(f.IssuedFrom)) && (f.IssuedTo.IsZero() || !f.IssuedTo.Before(d.Fields.IssuedOn))
}

// some returns a random part of all, in the order of all.
func some[T any](r *rand.Rand, all []T) []T {
	var out []T
	odds := 1 + r.IntN(4)
	for _, x := range all {
		if r.IntN(4) < odds {
			out = append(out, x)
		}
	}
	return out
}
