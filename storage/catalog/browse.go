package catalog

import (
	"context"
	"fmt"
	"slices"

	"sohoa/archive"
)

// An ordering is a column and a direction; the id breaks ties. Each has an index (EXPLAIN is read by a test).
type ordering struct {
	column  string
	falling bool
}

var orderings = map[archive.Order]ordering{
	archive.Newest:  {"created_at", true},
	archive.Oldest:  {"created_at", false},
	archive.Issued:  {"issued_on", true}, // '' (no day) is below every day: undated papers come last
	archive.Changed: {"updated_at", true},
}

// see adds what an actor may see: archive.Visibility.Admits as a condition on a row of documents.
func (q *query) see(v archive.Visibility) *query {
	if v.Everything {
		return q
	}
	if !v.Whole {
		in(q.add(" AND "), "custodian", v.Custodians)
	}
	if !v.Named.IsZero() && !slices.Contains(v.Accesses, archive.Sealed) {
		in(q.add(" AND ("), "access", v.Accesses)
		q.add(` OR access = 'sealed' AND EXISTS (SELECT 1 FROM named n WHERE n.document = documents.id AND n.account = ?))`, v.Named)
	} else {
		in(q.add(" AND "), "access", v.Accesses)
	}
	if !v.Uploader.IsZero() && !slices.Contains(v.States, archive.Discarded) {
		in(q.add(" AND ("), "state", v.States)
		return q.add(` OR state = 'discarded' AND uploader = ?)`, v.Uploader)
	}
	return in(q.add(" AND "), "state", v.States)
}

// blind reports whether v admits no document at all.
func blind(v archive.Visibility) bool {
	return !v.Everything && (!v.Whole && len(v.Custodians) == 0 || len(v.States) == 0 && v.Uploader.IsZero())
}

func (q *query) filter(f archive.Filter) *query {
	equal := func(column string, value any, set bool) {
		if set {
			q.add(" AND "+column+" = ?", value)
		}
	}
	equal("agency", f.Agency, f.Agency != "")
	equal("procedure_base", f.Procedure.Base(), f.Procedure != "")
	equal("type", f.Type, f.Type != "")
	equal("kind", f.Kind, f.Kind != "")
	equal("dossier", f.Dossier, f.Dossier != "")
	equal("number_key", numberKey(f.Number), f.Number != "")
	equal("notation_key", notationKey(f.Notation), f.Notation != "")
	equal("owner_id", f.OwnerID, f.OwnerID != "")
	equal("uploader", f.Uploader, !f.Uploader.IsZero())
	if f.Custodians != nil {
		in(q.add(" AND "), "custodian", f.Custodians)
	}
	if len(f.States) > 0 {
		in(q.add(" AND "), "state", f.States)
	}
	if len(f.Reading) > 0 {
		in(q.add(" AND "), "reading_state", f.Reading)
	}
	if !f.IssuedFrom.IsZero() {
		q.add(" AND issued_on >= ?", f.IssuedFrom)
	}
	if !f.IssuedTo.IsZero() {
		q.add(" AND issued_on <= ? AND issued_on <> ''", f.IssuedTo)
	}
	return q.span("created_at", f.Created)
}

// span adds a half-open stretch of time.
func (q *query) span(column string, s archive.Span) *query {
	if !s.From.IsZero() {
		q.add(" AND "+column+" >= ?", s.From)
	}
	if !s.To.IsZero() {
		q.add(" AND "+column+" < ?", s.To)
	}
	return q
}

// page adds the place to go on from, the order and one row more than is shown, by which the next page is known.
func (q *query) page(o ordering, tie string, key []string, n int) *query {
	than, direction := ">", "ASC"
	if o.falling {
		than, direction = "<", "DESC"
	}
	if key != nil {
		q.add(" AND ("+o.column+", "+tie+") "+than+" (?, ?)", key[0], key[1])
	}
	return q.add(" ORDER BY "+o.column+" "+direction+", "+tie+" "+direction+" LIMIT ?", n+1)
}

func (c documents) Browse(ctx context.Context, see archive.Visibility, f archive.Filter) (archive.Listing, error) {
	order := f.Order
	if order == "" {
		order = archive.Newest
	}
	o, ok := orderings[order]
	if !ok {
		return archive.Listing{}, archive.Errorf(archive.Invalid, "no order %q", order)
	}
	var key []string
	if f.After != "" {
		k, err := parseCursor("documents/"+string(order), f.After, 2)
		if err != nil {
			return archive.Listing{}, err
		}
		key = k
	}
	if blind(see) {
		return archive.Listing{}, nil
	}
	n := limit(f.Limit)
	q := &query{d: c.t.d}
	q.add(selectDocument+"WHERE 1 = 1").see(see).filter(f).page(o, "id", key, n)
	ds, err := c.list(ctx, q.text.String(), q.args...)
	if err != nil {
		return archive.Listing{}, fmt.Errorf("browse documents: %w", err)
	}
	l := archive.Listing{Items: ds}
	if len(ds) > n {
		l.Items = ds[:n]
		last := &ds[n-1]
		at := map[string]string{"created_at": timeText(last.CreatedAt), "issued_on": last.Fields.IssuedOn.String(), "updated_at": timeText(last.UpdatedAt)}[o.column]
		l.Next = cursor("documents/"+string(order), at, last.ID.String())
	}
	return l, nil
}

func (c documents) Counts(ctx context.Context, see archive.Visibility) (map[archive.State]int, error) {
	counts := map[archive.State]int{}
	if blind(see) {
		return counts, nil
	}
	q := &query{d: c.t.d}
	q.add(`SELECT state, count(*) FROM documents WHERE 1 = 1`).see(see).add(` GROUP BY state`)
	err := q.each(ctx, c.t, func(scan func(...any) error) error {
		var s archive.State
		var n int
		if err := scan(&s, &n); err != nil {
			return err
		}
		counts[s] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count documents: %w", err)
	}
	return counts, nil
}
