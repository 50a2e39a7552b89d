package indextest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

func testFilters(t *testing.T, open Open) {
	s := newShelf()
	for i := range 6 {
		s.add("Giấy tờ", nil, func(d *archive.Document) {
			d.Fields.IssuingAgency.Code = archive.AgencyCode([]string{"H15.50", "H15.51"}[i%2])
			d.Custodian = archive.AgencyCode([]string{"H15.60", "H15.61", "H15.62"}[i%3])
			d.Fields.Procedure = archive.ProcedureCode([]string{"1.004203", "2.000815.000.00.00.H15"}[i/3])
			d.Fields.Type = []string{"QĐ", "GM"}[i%2]
			d.Kind = []archive.DocumentKind{archive.Component, archive.Result}[i/3]
			d.State = []archive.State{archive.Review, archive.Checking, archive.Accepted}[i%3]
			d.Dossier = archive.DossierCode(fmt.Sprintf("H15.50-260301-%04d", i/2))
			d.Fields.Owner.ID = []string{"066199000011", "066199000012"}[i/3]
			d.Fields.IssuedOn = []archive.Date{{}, {Year: 2023, Month: 12, Day: 31}, {Year: 2024, Month: 1, Day: 1}, {Year: 2024, Month: 2, Day: 29}, {Year: 2024, Month: 12, Day: 31}, {Year: 2026, Month: 3, Day: 15}}[i]
		})
	}
	ix := start(t, open, s)
	day := func(y int, m time.Month, d int) archive.Date { return archive.Date{Year: y, Month: m, Day: d} }
	tests := []struct {
		name string
		q    archive.Query
		want []int
	}{
		{"agency", archive.Query{Agency: "H15.51"}, []int{1, 3, 5}},
		{"custodians", archive.Query{Custodians: []archive.AgencyCode{"H15.60", "H15.62"}}, []int{0, 2, 3, 5}},
		{"procedure by its first eight characters", archive.Query{Procedure: "2.000815"}, []int{3, 4, 5}},
		{"type", archive.Query{Type: "GM"}, []int{1, 3, 5}},
		{"kind", archive.Query{Kind: archive.Component}, []int{0, 1, 2}},
		{"states", archive.Query{States: []archive.State{archive.Review, archive.Accepted}}, []int{0, 2, 3, 5}},
		{"dossier", archive.Query{Dossier: "H15.50-260301-0001"}, []int{2, 3}},
		{"owner", archive.Query{OwnerID: "066199000012"}, []int{3, 4, 5}},
		{"part of an owner's id finds nothing", archive.Query{OwnerID: "0661990000"}, nil},
		{"an owner's id is no word", archive.Query{Text: "066199000012"}, nil},
		{"issued in a year", archive.Query{IssuedFrom: day(2024, 1, 1), IssuedTo: day(2024, 12, 31)}, []int{2, 3, 4}},
		{"issued from", archive.Query{IssuedFrom: day(2024, 2, 29)}, []int{3, 4, 5}},
		{"issued to", archive.Query{IssuedTo: day(2024, 1, 1)}, []int{1, 2}},
		{"issued on a day", archive.Query{IssuedFrom: day(2024, 2, 29), IssuedTo: day(2024, 2, 29)}, []int{3}},
		{"a range that is turned round", archive.Query{IssuedFrom: day(2025, 1, 1), IssuedTo: day(2024, 1, 1)}, nil},
		{"filters together", archive.Query{Type: "QĐ", Kind: archive.Result}, []int{4}},
		{"filters with words", archive.Query{Text: "giấy", Type: "QĐ", Kind: archive.Result}, []int{4}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.q.See, tt.q.Limit = everything, 10
			var got []int
			for _, id := range ids(askFor(t, ix, tt.q)) {
				got = append(got, slices.IndexFunc(s.entries, func(e archive.Entry) bool { return e.Document.ID == id }))
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// testScope puts papers of every kind of visibility into the index and holds it to Visibility.Admits: hits, total, facets.
func testScope(t *testing.T, open Open) {
	s := newShelf()
	r := rand.New(rand.NewPCG(1, 2))
	people := []archive.ID{serial(1001), serial(1002), serial(1003)}
	custodians := []archive.AgencyCode{"H15", "H15.50", "H15.50.05", "H15.51"}
	for range 200 {
		s.add("Giấy tờ mật và thường", nil, func(d *archive.Document) {
			d.Custodian = custodians[r.IntN(len(custodians))]
			d.Access = []archive.Access{archive.Public, archive.Restricted, archive.Sealed}[r.IntN(3)]
			d.State = archive.States[r.IntN(len(archive.States))]
			d.Uploader = people[r.IntN(len(people))]
			if r.IntN(2) == 0 {
				d.Named = people[:1+r.IntN(2)]
			}
			d.Fields.Type = []string{"QĐ", "GM", "BC"}[r.IntN(3)]
		})
	}
	ix := start(t, open, s)
	live := []archive.State{archive.Review, archive.Checking, archive.Accepted, archive.Published}
	tests := []struct {
		name string
		see  archive.Visibility
	}{
		{"nothing", archive.Visibility{}},
		{"everything", everything},
		{"one custodian", archive.Visibility{Custodians: custodians[1:2], Accesses: []archive.Access{archive.Public, archive.Restricted}, States: live}},
		{"several custodians, named in sealed papers", archive.Visibility{Custodians: custodians[1:3], Accesses: []archive.Access{archive.Public}, States: live, Named: people[1]}},
		{"the whole province, own discarded papers", archive.Visibility{Whole: true, Accesses: []archive.Access{archive.Restricted}, States: live, Uploader: people[2]}},
		{"sealed papers too", archive.Visibility{Whole: true, Accesses: []archive.Access{archive.Public, archive.Restricted, archive.Sealed}, States: archive.States}},
		{"named, no class", archive.Visibility{Whole: true, States: archive.States, Named: people[0]}},
		{"no custodian", archive.Visibility{Accesses: []archive.Access{archive.Public}, States: live}},
		{"no state", archive.Visibility{Whole: true, Accesses: []archive.Access{archive.Public}, Uploader: people[0]}},
	}
	for _, tt := range tests {
		for _, text := range []string{"giấy tờ", `"giấy tờ mật"`, "mật -khác", "thường OR mật", "giay*", ""} {
			t.Run(tt.name+" "+text, func(t *testing.T) {
				want := map[archive.ID]bool{}
				types := map[string]int{}
				for i := range s.entries {
					if d := &s.entries[i].Document; tt.see.Admits(d) {
						want[d.ID] = true
						types[d.Fields.Type]++
					}
				}
				res := askFor(t, ix, archive.Query{Text: text, See: tt.see, Limit: 200, Facets: []string{archive.FacetType}})
				if res.Total != int64(len(want)) || len(res.Hits) != len(want) {
					t.Errorf("total %d, hits %d, want %d", res.Total, len(res.Hits), len(want))
				}
				for _, h := range res.Hits {
					if !want[h.Document] {
						t.Errorf("%s is outside what may be seen", h.Document)
					}
				}
				got := map[string]int{}
				for _, c := range res.Facets[archive.FacetType] {
					got[c.Value] = c.Count
				}
				if diff := cmp.Diff(types, got); diff != "" {
					t.Errorf("facet: %s", diff)
				}
			})
		}
	}
}

func testFacets(t *testing.T, open Open) {
	s := newShelf()
	for i := range 30 {
		s.add("Giấy tờ", nil, func(d *archive.Document) {
			d.Fields.IssuingAgency.Code = archive.AgencyCode(fmt.Sprintf("H15.%02d", 50+i%4))
			d.Fields.Type = []string{"QĐ", "Giấy phép"}[i%2]
			d.Fields.Procedure = "1.004203"
			d.State = archive.States[i%3]
			d.Fields.IssuedOn = archive.Date{Year: 2020 + i%5, Month: 5, Day: 1}
		})
	}
	ix := start(t, open, s)
	res := askFor(t, ix, archive.Query{Text: "giấy", See: everything, Facets: archive.FacetNames, Type: "QĐ", Limit: 1})
	want := map[string][]archive.FacetCount{
		archive.FacetAgency:    {{Value: "H15.50", Count: 8}, {Value: "H15.52", Count: 7}},
		archive.FacetType:      {{Value: "QĐ", Count: 15}},
		archive.FacetProcedure: {{Value: "1.004203", Count: 15}},
		archive.FacetState:     {{Value: "accepted", Count: 5}, {Value: "checking", Count: 5}, {Value: "review", Count: 5}},
		archive.FacetYear:      {{Value: "2024", Count: 3}, {Value: "2023", Count: 3}, {Value: "2022", Count: 3}, {Value: "2021", Count: 3}, {Value: "2020", Count: 3}},
	}
	if diff := cmp.Diff(want, res.Facets); diff != "" {
		t.Error(diff)
	}
	if res := askFor(t, ix, archive.Query{Text: "giấy", See: everything}); len(res.Facets) != 0 {
		t.Errorf("facets that nobody asked for: %v", res.Facets)
	}
}

// testPaging walks every order page by page: each paper once, in order, whatever the size of the page.
func testPaging(t *testing.T, open Open) {
	s := newShelf()
	for i := range 83 {
		s.add("Giấy phép "+strings.Repeat("phép ", i%4), nil, func(d *archive.Document) {
			if i%3 > 0 {
				d.Fields.IssuedOn = archive.Date{Year: 2000 + i%7, Month: time.Month(1 + i%12), Day: 1 + i%28}
			}
		})
	}
	ix := start(t, open, s)
	day := func(id archive.ID) string {
		d := &s.entries[slices.IndexFunc(s.entries, func(e archive.Entry) bool { return e.Document.ID == id })].Document
		if d.Fields.IssuedOn.IsZero() {
			return archive.DateOf(d.CreatedAt.In(archive.Zone)).String()
		}
		return d.Fields.IssuedOn.String()
	}
	for _, sort := range []archive.Sort{"", archive.ByRelevance, archive.ByNewest, archive.ByOldest} {
		for _, limit := range []int{1, 7, 82, 83, 200} {
			t.Run(fmt.Sprintf("%s %d", sort, limit), func(t *testing.T) {
				seen := map[archive.ID]bool{}
				var last *archive.Hit
				for after, n := "", 0; ; n++ {
					if n > 100 {
						t.Fatal("the pages never end")
					}
					res := askFor(t, ix, archive.Query{Text: "giấy phép", See: everything, Sort: sort, Limit: limit, After: after})
					if res.Total != 83 {
						t.Errorf("page %d says total %d", n, res.Total)
					}
					for _, h := range res.Hits {
						if seen[h.Document] {
							t.Fatalf("%s stands on two pages", h.Document)
						}
						seen[h.Document] = true
						if last != nil {
							switch sort {
							case archive.ByNewest:
								if day(h.Document) > day(last.Document) {
									t.Errorf("%s after %s", day(h.Document), day(last.Document))
								}
							case archive.ByOldest:
								if day(h.Document) < day(last.Document) {
									t.Errorf("%s after %s", day(h.Document), day(last.Document))
								}
							default:
								if h.Score > last.Score {
									t.Errorf("score %g after %g", h.Score, last.Score)
								}
							}
						}
						last = &h
					}
					if after = res.Next; after == "" {
						break
					}
				}
				if len(seen) != 83 {
					t.Errorf("%d of 83 seen", len(seen))
				}
			})
		}
	}
}
