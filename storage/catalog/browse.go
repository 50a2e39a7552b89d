package catalog

import (
	"context"
	"fmt"

	"sohoa/archive"
)

// An ordering is a column and a direction; the id breaks ties. Each has an index.
type ordering struct {
	column  string
	falling bool
}

func (o ordering) direction() string {
	if o.falling {
		return " DESC"
	}
	return " ASC"
}

var orderings = map[archive.Order]ordering{
	archive.Newest:  {"created_at", true},
	archive.Oldest:  {"created_at", false},
	archive.Issued:  {"issued_on", true}, // '' (no day) is below every day: undated papers come last
	archive.Changed: {"updated_at", true},
	archive.ByDue:   {"due_at", false},
}

// list is one page of one list that somebody asks for.
type list struct {
	d     dialect
	see   archive.Visibility
	f     archive.Filter
	order ordering
	key   []string // of the row to go on after; nil for the first page
	rows  int
	found bool // the way leads over the papers that have the finding asked for
}

func (c documents) Browse(ctx context.Context, see archive.Visibility, f archive.Filter) (archive.Listing, error) {
	if f.Order == "" {
		f.Order = archive.Newest
	}
	order, ok := orderings[f.Order]
	if !ok {
		return archive.Listing{}, archive.Errorf(archive.Invalid, "no order %q", f.Order)
	}
	if f.Order == archive.ByDue {
		f.Open = true
	}
	l := list{d: c.t.d, see: see, f: f, order: order, rows: limit(f.Limit)}
	kind := "documents/" + string(f.Order)
	if f.After != "" {
		key, err := parseCursor(kind, f.After, 2)
		if err != nil {
			return archive.Listing{}, err
		}
		l.key = key
	}
	if blind(see) {
		return archive.Listing{}, nil
	}
	ds, err := c.browse(ctx, l)
	if err != nil {
		return archive.Listing{}, fmt.Errorf("browse documents: %w", err)
	}
	out := archive.Listing{Items: ds}
	if len(ds) > l.rows {
		out.Items = ds[:l.rows]
		last := &ds[l.rows-1]
		at := map[string]string{"created_at": timeText(last.CreatedAt), "issued_on": last.Fields.IssuedOn.String(), "updated_at": timeText(last.UpdatedAt), "due_at": timeText(last.Work.Due)}[order.column]
		out.Next = cursor(kind, at, last.ID.String())
	}
	return out, nil
}

// where adds everything a row of the list must be, the place to go on from included.
func (l list) where(q *query) *query {
	if l.found {
		q.add(` AND id IN (SELECT document FROM found WHERE code = ?)`, l.f.Finding)
	}
	return q.see(l.see).filter(l.f).after(l.order, "id", l.key)
}

// ids is the list as its ids, one more than is shown: by that the next page is known.
func (l list) ids(q *query) *query {
	return l.where(q.add("SELECT id FROM documents AS d WHERE 1 = 1")).sorted(l.order, "id", l.rows+1)
}

// fetch reads the documents whose ids a query selects, in the order of the list.
func (c documents) fetch(ctx context.Context, l list, ids *query) ([]archive.Document, error) {
	q := &query{d: l.d, args: ids.args}
	q.add(selectDocument+"WHERE id IN ("+ids.text.String()+")").sorted(l.order, "id", l.rows+1)
	return c.list(ctx, q.text.String(), q.args...)
}

// filter adds what a list is narrowed by. A condition on a column with a partial index repeats the condition of the index,
// without which no planner may use it.
func (q *query) filter(f archive.Filter) *query {
	equal := func(column string, value any, set bool) {
		if set {
			q.add(" AND "+q.col(column)+" = ?", value)
		}
	}
	named := func(column string, value any, set bool) {
		if equal(column, value, set); set {
			q.add(" AND " + column + " <> ''")
		}
	}
	named("agency", f.Agency, f.Agency != "")
	named("procedure_base", f.Procedure.Base(), f.Procedure != "")
	named("type", f.Type, f.Type != "")
	named("dossier", f.Dossier, f.Dossier != "")
	named("number_key", numberKey(f.Number), f.Number != "")
	named("owner_id", f.OwnerID, f.OwnerID != "")
	named("assignee", f.Assignee, !f.Assignee.IsZero())
	named("unit", f.Unit, f.Unit != "")
	if f.Open || f.Unassigned || f.Due != (archive.Span{}) {
		q.add(" AND due_at <> ''")
	}
	if f.Unassigned {
		q.add(" AND " + q.col("assignee") + " = ''")
	}
	q.span(q.col("due_at"), f.Due)
	if !f.Mentioned.IsZero() {
		q.add(` AND id IN (SELECT m.document FROM comments AS m WHERE m.mention = ? AND m.mention <> '' AND m.retracted_at = '')`, f.Mentioned)
	}
	equal("notation_key", notationKey(f.Notation), f.Notation != "")
	equal("kind", f.Kind, f.Kind != "")
	equal("uploader", f.Uploader, !f.Uploader.IsZero())
	if f.Custodians != nil {
		in(q.add(" AND "), q.col("custodian"), f.Custodians)
	}
	if len(f.States) > 0 {
		in(q.add(" AND "), q.col("state"), f.States)
	}
	if len(f.Reading) > 0 {
		in(q.add(" AND "), q.col("reading_state"), f.Reading)
		if unread(f.Reading) {
			q.add(" AND reading_state NOT IN ('done', 'off')")
		}
	}
	if !f.IssuedFrom.IsZero() {
		q.add(" AND "+q.col("issued_on")+" >= ?", f.IssuedFrom)
	}
	if !f.IssuedTo.IsZero() {
		q.add(" AND "+q.col("issued_on")+" <= ? AND "+q.col("issued_on")+" > ''", f.IssuedTo)
	}
	if f.Finding != "" {
		q.add(` AND EXISTS (SELECT 1 FROM found AS w WHERE w.document = d.id AND w.code = ?)`, f.Finding)
	}
	return q.span(q.col("created_at"), f.Created)
}

// unread reports whether all of these readings are in the index of the unread.
func unread(states []archive.ReadingState) bool {
	for _, s := range states {
		if s == archive.ReadingDone || s == archive.ReadingOff || s == "" {
			return false
		}
	}
	return true
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

// after adds the place to go on from.
func (q *query) after(o ordering, tie string, key []string) *query {
	if key == nil {
		return q
	}
	than := ">"
	if o.falling {
		than = "<"
	}
	return q.add(" AND ("+q.col(o.column)+", "+q.col(tie)+") "+than+" (?, ?)", key[0], key[1])
}

func (q *query) sorted(o ordering, tie string, rows int) *query {
	return q.add(" ORDER BY "+q.col(o.column)+o.direction()+", "+q.col(tie)+o.direction()+" LIMIT ?", rows)
}
