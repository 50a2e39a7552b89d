package indexer

import (
	"cmp"
	"slices"
	"strings"

	"sohoa/archive"
)

// maxFacetValues is how many values of a facet are answered, the most frequent ones.
const maxFacetValues = 100

var facetFields = map[string]string{
	archive.FacetAgency:    kAgency,
	archive.FacetType:      kType,
	archive.FacetYear:      kYear,
	archive.FacetProcedure: kProcedure,
	archive.FacetState:     kState,
}

// facet counts the values of one field among the documents found.
type facet struct {
	name, field string
	counts      map[string]*int
}

func (f *facet) count(term []byte) {
	n := f.counts[string(term)]
	if n == nil {
		n = new(int)
		f.counts[string(term)] = n
	}
	*n++
}

func newFacets(names []string) ([]*facet, error) {
	var out []*facet
	for _, name := range names {
		field, ok := facetFields[name]
		if !ok {
			return nil, invalid("facets", archive.Text{VI: "Không có nhóm lọc này.", EN: "There is no such facet."})
		}
		if slices.ContainsFunc(out, func(f *facet) bool { return f.name == name }) {
			continue
		}
		out = append(out, &facet{name: name, field: field, counts: map[string]*int{}})
	}
	return out, nil
}

// facetResults lists the values of each facet, the most frequent first; years the newest first.
func (s *searching) facetResults() map[string][]archive.FacetCount {
	out := make(map[string][]archive.FacetCount, len(s.facets))
	for _, f := range s.facets {
		counts := make([]archive.FacetCount, 0, len(f.counts))
		for v, n := range f.counts {
			counts = append(counts, archive.FacetCount{Value: v, Count: *n})
		}
		slices.SortFunc(counts, func(a, b archive.FacetCount) int {
			if f.name == archive.FacetYear {
				return strings.Compare(b.Value, a.Value)
			}
			return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
		})
		out[f.name] = counts[:min(len(counts), maxFacetValues)]
	}
	return out
}
