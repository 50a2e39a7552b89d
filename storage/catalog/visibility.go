package catalog

import (
	"context"
	"fmt"
	"slices"

	"sohoa/archive"
)

// see adds what an actor may see: archive.Visibility.Admits as a condition on a row of documents AS d. The suite holds the
// two equal over papers and visibilities drawn by lot.
func (q *query) see(v archive.Visibility) *query {
	if v.Everything {
		return q
	}
	if v.Checking != nil {
		in(q.add(" AND "), q.col("check_at"), v.Checking).add(" AND check_at <> ''")
	} else if !v.Whole {
		in(q.add(" AND "), q.col("custodian"), v.Custodians)
	}
	if !v.Named.IsZero() && !slices.Contains(v.Accesses, archive.Sealed) {
		in(q.add(" AND ("), "access", v.Accesses)
		q.add(" OR access = 'sealed' AND EXISTS (SELECT 1 FROM named AS n WHERE n.document = d.id AND n.account = ?))", v.Named)
	} else {
		in(q.add(" AND "), "access", v.Accesses)
	}
	if own := v.Own(); len(own) > 0 {
		in(q.add(" AND ("), q.col("state"), v.States)
		return in(q.add(" OR "), q.col("state"), own).add(" AND "+q.col("uploader")+" = ?)", v.Uploader)
	}
	return in(q.add(" AND "), q.col("state"), v.States)
}

// blind reports whether v admits no document at all.
func blind(v archive.Visibility) bool {
	if v.Checking != nil {
		return !v.Everything && (len(v.Checking) == 0 || len(v.States) == 0)
	}
	return !v.Everything && (!v.Whole && len(v.Custodians) == 0 || len(v.States) == 0 && v.Uploader.IsZero())
}

// custodians returns whose papers a list can show at most: the scope and the filter together. False means everybody's.
func (l list) custodians() ([]archive.AgencyCode, bool) {
	narrow := !l.see.Everything && !l.see.Whole && l.see.Checking == nil
	switch {
	case !narrow && l.f.Custodians == nil:
		return nil, false
	case !narrow:
		return l.f.Custodians, true
	case l.f.Custodians == nil:
		return l.see.Custodians, true
	}
	var both []archive.AgencyCode
	for _, c := range l.f.Custodians {
		if _, found := slices.BinarySearch(l.see.Custodians, c); found {
			both = append(both, c)
		}
	}
	return both, true
}

// states returns in which states the papers of a list can be at most.
func (l list) states() []archive.State {
	var out []archive.State
	for _, s := range archive.States {
		seen := l.see.Everything || slices.Contains(l.see.States, s) || slices.Contains(l.see.Own(), s)
		if seen && (len(l.f.States) == 0 || slices.Contains(l.f.States, s)) {
			out = append(out, s)
		}
	}
	return out
}

// Counts reads the index documents_custodian alone; the few sealed papers that name the actor are counted apart, because
// only their rows say so.
func (c documents) Counts(ctx context.Context, see archive.Visibility) (map[archive.State]int, error) {
	counts := map[archive.State]int{}
	if blind(see) {
		return counts, nil
	}
	count := func(see archive.Visibility, by, more string, args ...any) error {
		q := &query{d: c.t.d, free: "custodian"}
		q.add("SELECT state, count(*) FROM documents AS d"+by+" WHERE 1 = 1").see(see).add(more+" GROUP BY custodian, state", args...) // as the index lies
		return q.each(ctx, c.t, func(scan func(...any) error) error {
			var s archive.State
			var n int
			if err := scan(&s, &n); err != nil {
				return err
			}
			counts[s] += n
			return nil
		})
	}
	named := see.Named
	see.Named = archive.ID{}
	err := count(see, c.t.d.counting, "")
	if err == nil && !see.Everything && !named.IsZero() && !slices.Contains(see.Accesses, archive.Sealed) {
		see.Accesses = []archive.Access{archive.Sealed}
		err = count(see, "", " AND id IN (SELECT document FROM named WHERE account = ?)", named)
	}
	if err != nil {
		return nil, fmt.Errorf("count documents: %w", err)
	}
	return counts, nil
}
