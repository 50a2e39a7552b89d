package catalog

import (
	"context"
	"slices"
	"strings"

	"sohoa/archive"
)

// How a list is found.
//
// PostgreSQL keeps statistics of every column and chooses well by itself. SQLite without them takes the index with the
// most equalities, which for "these eight states, newest first" means to read and sort the whole table. So the way is
// chosen here, from what the list asks for, and SQLite is told by a + before every column whose index it shall not use.
// With 100,000 papers most lists took 0.4 to 1.2 s and take 0.03 to 20 ms of processor so (BenchmarkListsSQLite).
//
// Every way adds to the whole condition of the list, never replaces a part of it, so that a wrong choice can cost time but
// show nothing it should not.

// branches is how many ordered runs (a custodian in a state) are merged without trying to walk first.
const branches = 16

// selective lists columns of which one value has so few rows that reading and sorting them is always good.
var selective = []string{"owner_id", "dossier", "number_key"}

// leading lists columns with an index (column, created_at, id), those with the fewest rows to a value first.
var leading = []string{"uploader", "procedure_base", "agency", "type"}

// asked returns which of the columns the filter holds equal to one value.
func (l list) asked() map[string]bool {
	return map[string]bool{
		"owner_id": l.f.OwnerID != "", "dossier": l.f.Dossier != "", "number_key": l.f.Number != "", "uploader": !l.f.Uploader.IsZero(),
		"procedure_base": l.f.Procedure != "", "agency": l.f.Agency != "", "type": l.f.Type != "",
	}
}

func (c documents) browse(ctx context.Context, l list) ([]archive.Document, error) {
	if !l.d.chooses {
		return c.fetch(ctx, l, l.ids(&query{d: l.d}))
	}
	by := func(free string) ([]archive.Document, error) {
		return c.fetch(ctx, l, l.ids(&query{d: l.d, free: free}))
	}
	inOrder := l.order.column + " id"
	asked := l.asked()
	for _, column := range selective {
		if asked[column] {
			return by(column + " notation_key")
		}
	}
	if rare, err := c.rareFinding(ctx, l); err != nil {
		return nil, err
	} else if rare {
		l.found = true
		return by("id")
	}
	if free := l.waiting(); free != "" {
		return by(free)
	}
	custodians, scoped := l.custodians()
	states := l.states()
	if scoped && len(custodians) == 0 || len(states) == 0 {
		return nil, nil
	}
	if l.f.Open || l.f.Unassigned || l.f.Due != (archive.Span{}) {
		// Open work is a small part of all papers, and each of these indexes holds nothing else.
		switch rare, err := c.openIn(ctx, l, scoped); {
		case err != nil:
			return nil, err
		case rare:
			return by("custodian due_at")
		case scoped && len(custodians) <= branches && l.order.column == "due_at":
			return c.fetch(ctx, l, l.merged(custodians, nil))
		}
		return by("due_at id")
	}
	if l.order.column != "created_at" {
		// No index holds these orders within a scope. What is rare is read and sorted; else the order is walked, and the
		// rows of the list are not far apart.
		for _, free := range l.candidates(scoped) {
			if rare, err := c.rare(ctx, l, free); err != nil {
				return nil, err
			} else if rare {
				return by(free)
			}
		}
		return by(inOrder)
	}
	for _, column := range leading[:3] {
		if asked[column] {
			return by(column + " " + inOrder)
		}
	}
	if unread(l.f.Reading) && len(l.f.Reading) > 0 {
		if rare, err := c.rare(ctx, l, "reading_state"); err != nil {
			return nil, err
		} else if rare {
			return by("reading_state")
		}
	}
	dated := !l.f.IssuedFrom.IsZero() || !l.f.IssuedTo.IsZero()
	if dated {
		if rare, err := c.rare(ctx, l, "issued_on"); err != nil {
			return nil, err
		} else if rare {
			return by("issued_on")
		}
	}
	switch {
	case scoped && len(custodians)*max(1, len(l.f.States)) <= branches:
		return c.fetch(ctx, l, l.merged(custodians, states))
	case asked["type"]:
		return by("type " + inOrder)
	}
	if scoped || dated {
		// A wide scope: the next rows of the order are most likely in it, and so they are when the days of issue are of late.
		if ds, err := c.walk(ctx, l); err != nil || len(ds) > l.rows {
			return ds, err
		}
	}
	if dated {
		// The days are long ago: every paper since would be passed on the way to them, and reading a good many of the days is less.
		if some, err := c.atMost(ctx, l, "issued_on", 50*l.d.few); err != nil {
			return nil, err
		} else if some {
			return by("issued_on")
		}
	}
	switch {
	case scoped:
		return c.fetch(ctx, l, l.merged(custodians, states))
	case len(l.f.States) > 0:
		return c.fetch(ctx, l, l.merged(nil, states))
	}
	return by(inOrder)
}

// waiting returns the columns of an index that holds the open work of one person or unit, or what one is to check for others;
// "" when the list is none of these. A person's work is read and sorted whole where the list is not by term.
func (l list) waiting() string {
	switch {
	case !l.f.Mentioned.IsZero():
		return "id"
	case l.see.Checking != nil:
		return "check_at due_at id"
	case !l.f.Assignee.IsZero():
		return "assignee due_at id"
	case l.f.Unit != "":
		return "unit due_at id"
	}
	return ""
}

// openIn reports whether the scope holds so little open work that it is read and sorted.
func (c documents) openIn(ctx context.Context, l list, scoped bool) (bool, error) {
	if !scoped {
		return false, nil
	}
	custodians, _ := l.custodians()
	q := &query{d: l.d, free: "custodian"}
	in(q.add("SELECT count(*) FROM (SELECT 1 FROM documents AS d WHERE due_at <> '' AND "), "custodian", custodians).add(" LIMIT ?) AS s", l.d.few+1)
	var n int
	err := c.t.one(ctx, q.text.String(), q.args, &n)
	return err == nil && n <= l.d.few, err
}

// candidates returns by which columns the list could be read and sorted.
func (l list) candidates(scoped bool) []string {
	var out []string
	asked := l.asked()
	for _, column := range leading {
		if asked[column] {
			out = append(out, column)
		}
	}
	if unread(l.f.Reading) && len(l.f.Reading) > 0 {
		out = append(out, "reading_state")
	}
	if scoped {
		out = append(out, "custodian state")
	}
	if len(l.f.States) > 0 {
		out = append(out, "state")
	}
	return out
}

// rare reports whether no more than few rows fulfil the conditions on the free columns.
func (c documents) rare(ctx context.Context, l list, free string) (bool, error) {
	return c.atMost(ctx, l, free, l.d.few)
}

// atMost reports whether no more than so many rows fulfil the conditions on the free columns. It reads an index only.
func (c documents) atMost(ctx context.Context, l list, free string, most int) (bool, error) {
	q := &query{d: l.d}
	l.only(q.add("SELECT count(*) FROM (SELECT 1 FROM documents AS d WHERE 1 = 1"), free).add(" LIMIT ?)", most+1)
	var n int
	if err := c.t.one(ctx, q.text.String(), q.args, &n); err != nil {
		return false, err
	}
	return n <= most, nil
}

// only adds those conditions of the list that are on the given columns.
func (l list) only(q *query, columns string) *query {
	has := func(column string) bool { return slices.Contains(strings.Fields(columns), column) }
	f := archive.Filter{}
	if has("uploader") {
		f.Uploader = l.f.Uploader
	}
	if has("procedure_base") {
		f.Procedure = l.f.Procedure
	}
	if has("agency") {
		f.Agency = l.f.Agency
	}
	if has("type") {
		f.Type = l.f.Type
	}
	if has("reading_state") {
		f.Reading = l.f.Reading
	}
	if has("issued_on") {
		f.IssuedFrom, f.IssuedTo = l.f.IssuedFrom, l.f.IssuedTo
	}
	if has("state") {
		f.States = l.states()
	}
	if has("custodian") {
		f.Custodians, _ = l.custodians()
	}
	return q.filter(f)
}

// walk looks for the page among the next rows of the order, few of them. When it finds less than a full page it has found
// nothing that can be relied on.
func (c documents) walk(ctx context.Context, l list) ([]archive.Document, error) {
	// The last row to be looked at. OFFSET steps over a bounded number of entries of one index here and is no way of paging.
	last := &query{d: l.d, free: "created_at id"}
	last.add("SELECT created_at, id FROM documents AS d WHERE 1 = 1").after(l.order, "id", l.key).sorted(l.order, "id", 1).add(" OFFSET ?", l.d.few-1)
	var at, id string
	if err := c.t.one(ctx, last.text.String(), last.args, &at, &id); err != nil {
		if archive.KindOf(err) == archive.NotFound {
			return nil, nil // the list is nearly at its end
		}
		return nil, err
	}
	than := "<="
	if l.order.falling {
		than = ">="
	}
	ids := &query{d: l.d, free: "created_at id"}
	l.where(ids.add("SELECT id FROM documents AS d WHERE (created_at, id) "+than+" (?, ?)", at, id)).sorted(l.order, "id", l.rows+1)
	return c.fetch(ctx, l, ids)
}

// merged takes the first rows of every run of an index and the first of these: a run is a custodian, a state, or a
// custodian in a state, whichever the list is narrowed by. What it reads does not grow with the table.
func (l list) merged(custodians []archive.AgencyCode, states []archive.State) *query {
	q := &query{d: l.d}
	q.add("SELECT m.id FROM ")
	run := ""
	if custodians != nil {
		q.add("(SELECT value AS custodian FROM json_each(?)) AS c CROSS JOIN ", toJSON(texts(slices.Compact(slices.Sorted(slices.Values(custodians))))))
		run += " AND d.custodian = c.custodian"
	}
	if len(states) > 0 && len(l.f.States) > 0 {
		q.add("(SELECT value AS state FROM json_each(?)) AS s CROSS JOIN ", toJSON(texts(states)))
		run += " AND d.state = s.state"
	}
	q.add("documents AS m WHERE m.rowid IN (SELECT d.rowid FROM documents AS d WHERE 1 = 1" + run)
	q.free = l.order.column + " id"
	l.where(q).sorted(l.order, "id", l.rows+1)
	return q.add(") ORDER BY m."+l.order.column+l.order.direction()+", m.id"+l.order.direction()+" LIMIT ?", l.rows+1)
}

// col returns a column as it is to be written: with a + when its index is not to be used.
func (q *query) col(name string) string {
	if !q.d.chooses || q.free == "" || slices.Contains(strings.Fields(q.free), name) {
		return name
	}
	return "+" + name
}
