package catalogtest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"sohoa/archive"
)

func (b bench) browse(see archive.Visibility, f archive.Filter) (l archive.Listing) {
	b.Helper()
	b.view(func(tx archive.Tx) (err error) {
		l, err = tx.Documents().Browse(b.Context(), see, f)
		return err
	})
	return l
}

// pageThrough reads a list page by page.
func (b bench) pageThrough(see archive.Visibility, f archive.Filter, between func()) []archive.ID {
	b.Helper()
	got := []archive.ID{}
	for range 1000 {
		l := b.browse(see, f)
		if f.Limit > 0 && len(l.Items) > f.Limit {
			b.Fatalf("a page of %d rows, asked for %d", len(l.Items), f.Limit)
		}
		got = append(got, ids(l.Items)...)
		if l.Next == "" {
			return got
		}
		if len(l.Items) == 0 {
			b.Fatal("an empty page with a next one")
		}
		f.After = l.Next
		if between != nil {
			between()
		}
	}
	b.Fatal("the list does not end")
	return nil
}

var browseTests = []test{
	{"an empty catalog is one empty page", func(b bench) {
		l := b.browse(everything, archive.Filter{})
		same(b.T, "listing", len(l.Items), 0)
		same(b.T, "next", l.Next, "")
	}},
	{"every order, page by page, equals sorting in memory", func(b bench) {
		r := rand.New(rand.NewPCG(1, 2))
		var ds []archive.Document
		for range 60 {
			ds = append(ds, paper(func(d *archive.Document) {
				d.CreatedAt, d.UpdatedAt = at(r.IntN(9)), at(r.IntN(9)) // many ties
				d.Fields.IssuedOn = archive.Date{}
				if r.IntN(3) > 0 {
					d.Fields.IssuedOn = archive.Date{Year: 2024 + r.IntN(3), Month: 3, Day: 1 + r.IntN(3)}
				}
			}))
		}
		b.insert(ds...)
		keys := map[archive.Order]func(d archive.Document) string{
			"":              func(d archive.Document) string { return d.CreatedAt.Format(archive.TimeForm) },
			archive.Newest:  func(d archive.Document) string { return d.CreatedAt.Format(archive.TimeForm) },
			archive.Oldest:  func(d archive.Document) string { return d.CreatedAt.Format(archive.TimeForm) },
			archive.Changed: func(d archive.Document) string { return d.UpdatedAt.Format(archive.TimeForm) },
			archive.Issued:  func(d archive.Document) string { return d.Fields.IssuedOn.String() },
		}
		for order, key := range keys {
			want := slices.Clone(ds)
			slices.SortFunc(want, func(x, y archive.Document) int {
				c := cmp.Or(cmp.Compare(key(x), key(y)), cmp.Compare(x.ID.String(), y.ID.String()))
				if order != archive.Oldest {
					c = -c
				}
				return c
			})
			for _, limit := range []int{0, 1, 7, 60, 61} {
				b.Run(fmt.Sprintf("%s by %d", order, limit), func(t *testing.T) {
					got := bench{t, b.c}.pageThrough(everything, archive.Filter{Order: order, Limit: limit}, nil)
					same(t, "ids", got, ids(want))
				})
			}
		}
	}},
	{"a page is fifty rows when nothing is said", func(b bench) {
		var ds []archive.Document
		for range 51 {
			ds = append(ds, paper())
		}
		b.insert(ds...)
		l := b.browse(everything, archive.Filter{})
		same(b.T, "rows", len(l.Items), 50)
		if l.Next == "" {
			b.Error("no next page")
		}
	}},
	{"papers that arrive while somebody turns pages move nothing", func(b bench) {
		var old []archive.Document
		for i := range 20 {
			old = append(old, paper(func(d *archive.Document) { d.CreatedAt = at(i / 3) }))
		}
		b.insert(old...)
		want := b.pageThrough(everything, archive.Filter{}, nil)
		minute := 100
		got := b.pageThrough(everything, archive.Filter{Limit: 3}, func() {
			minute++
			b.insert(paper(func(d *archive.Document) { d.CreatedAt = at(minute) }))
		})
		same(b.T, "ids", got, want)
	}},
	{"each filter narrows", eachFilter},
	{"filters join", func(b bench) {
		hit := paper(func(d *archive.Document) { d.Fields.Type, d.State = "TB", archive.Checking })
		b.insert(hit, paper(func(d *archive.Document) { d.Fields.Type = "TB" }), paper(func(d *archive.Document) { d.State = archive.Checking }))
		l := b.browse(everything, archive.Filter{Type: "TB", States: []archive.State{archive.Checking}})
		same(b.T, "ids", ids(l.Items), []archive.ID{hit.ID})
	}},
	{"a cursor that cannot be read is refused", func(b bench) {
		b.insert(paper(), paper())
		l := b.browse(everything, archive.Filter{Limit: 1})
		for name, f := range map[string]archive.Filter{
			"not a cursor": {After: "%%%"}, "empty inside": {After: "AAAA"}, "of another order": {After: l.Next, Order: archive.Issued},
			"cut short": {After: l.Next[:len(l.Next)/3]},
		} {
			b.Run(name, func(t *testing.T) {
				wantError(t, b.c.View(t.Context(), func(tx archive.Tx) error {
					_, err := tx.Documents().Browse(t.Context(), everything, f)
					return err
				}), archive.Invalid, "bad_cursor")
			})
		}
	}},
	{"counts say how many stand where", func(b bench) {
		for _, s := range []archive.State{archive.Review, archive.Review, archive.Accepted, archive.Discarded} {
			b.insert(paper(func(d *archive.Document) { d.State = s }))
		}
		b.view(func(tx archive.Tx) error {
			got, err := tx.Documents().Counts(b.Context(), everything)
			same(b.T, "counts", got, map[archive.State]int{archive.Review: 2, archive.Accepted: 1, archive.Discarded: 1})
			return err
		})
	}},
}

func eachFilter(b bench) {
	base := paper()
	b.insert(base, paper(func(d *archive.Document) { d.Fields.IssuedOn = archive.Date{} }))
	for _, c := range []struct {
		name   string
		change func(*archive.Document) // a second paper, which the filter is to find
		filter func(d *archive.Document) archive.Filter
		both   bool // the filter finds the first paper too
	}{
		{"agency", func(d *archive.Document) { d.Fields.IssuingAgency.Code = "H15.01" }, func(d *archive.Document) archive.Filter { return archive.Filter{Agency: "H15.01"} }, false},
		{"custodians", func(d *archive.Document) { d.Custodian = "H15.01" }, func(d *archive.Document) archive.Filter {
			return archive.Filter{Custodians: []archive.AgencyCode{"H15.01", "H15.02"}}
		}, false},
		{"no custodian at all", func(d *archive.Document) {}, func(d *archive.Document) archive.Filter { return archive.Filter{} }, true},
		{"procedure", func(d *archive.Document) { d.Fields.Procedure = "1.000777" }, func(d *archive.Document) archive.Filter { return archive.Filter{Procedure: "1.000777"} }, false},
		{"procedure by its first eight characters", func(d *archive.Document) { d.Fields.Procedure = "1.000778" }, func(d *archive.Document) archive.Filter {
			return archive.Filter{Procedure: "1.000778.000.00.12.H15"}
		}, false},
		{"type", func(d *archive.Document) { d.Fields.Type = "TB" }, func(d *archive.Document) archive.Filter { return archive.Filter{Type: "TB"} }, false},
		{"kind", func(d *archive.Document) { d.Kind = archive.Component }, func(d *archive.Document) archive.Filter { return archive.Filter{Kind: archive.Component} }, false},
		{"states", func(d *archive.Document) { d.State = archive.Withdrawn }, func(d *archive.Document) archive.Filter {
			return archive.Filter{States: []archive.State{archive.Withdrawn, archive.Superseded}}
		}, false},
		{"reading", func(d *archive.Document) { d.Reading.State = archive.ReadingOff }, func(d *archive.Document) archive.Filter {
			return archive.Filter{Reading: []archive.ReadingState{archive.ReadingOff}}
		}, false},
		{"dossier", func(d *archive.Document) { d.Dossier = "H15.50-261008-0001" }, func(d *archive.Document) archive.Filter { return archive.Filter{Dossier: d.Dossier} }, false},
		{"number, whatever its zeros", func(d *archive.Document) { d.Fields.Number = "05" }, func(d *archive.Document) archive.Filter { return archive.Filter{Number: "5"} }, false},
		{"notation, whatever its case", func(d *archive.Document) { d.Fields.Notation = "TB-UBND" }, func(d *archive.Document) archive.Filter { return archive.Filter{Notation: "tb-ubnd"} }, false},
		{"owner", func(d *archive.Document) { d.Fields.Owner.ID = "0312345678" }, func(d *archive.Document) archive.Filter { return archive.Filter{OwnerID: "0312345678"} }, false},
		{"uploader", func(d *archive.Document) {}, func(d *archive.Document) archive.Filter { return archive.Filter{Uploader: d.Uploader} }, false},
		{"issued from that day on", func(d *archive.Document) { d.Fields.IssuedOn.Year = 2030 }, func(d *archive.Document) archive.Filter {
			return archive.Filter{IssuedFrom: d.Fields.IssuedOn}
		}, false},
		{"issued up to and with that day, not the undated", func(d *archive.Document) { d.Fields.IssuedOn.Year = 1999 }, func(d *archive.Document) archive.Filter {
			return archive.Filter{IssuedTo: d.Fields.IssuedOn}
		}, false},
		{"created from", func(d *archive.Document) { d.CreatedAt = at(50) }, func(d *archive.Document) archive.Filter { return archive.Filter{Created: archive.Span{From: at(50)}} }, false},
		{"created before, the end not included", func(d *archive.Document) { d.CreatedAt = at(-50) }, func(d *archive.Document) archive.Filter {
			return archive.Filter{Created: archive.Span{To: base.CreatedAt}}
		}, false},
	} {
		b.Run(c.name, func(t *testing.T) {
			b := bench{t, b.c}
			d := paper(c.change)
			b.insert(d)
			want := []archive.ID{d.ID}
			got := b.pageThrough(everything, c.filter(&d), nil)
			if c.both {
				if !slices.Contains(got, base.ID) || !slices.Contains(got, d.ID) {
					t.Error("an empty filter hides papers")
				}
				return
			}
			same(t, "ids", got, want)
		})
	}
}
