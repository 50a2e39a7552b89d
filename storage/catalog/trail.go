package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"sohoa/archive"
)

// trail is one page of the trail that somebody asks for.
type trail struct {
	d   dialect
	f   archive.EventFilter
	key []any // at and position of the event to go on after; nil for the first page
}

// Browse finds its way by what is asked for (way), because SQLite without statistics would walk everything a busy person did to
// come to the few things that were denied him. What is read does not grow with the trail, two conditions that are both common and
// never meet excepted: then all events of one of them are passed.
func (c events) Browse(ctx context.Context, f archive.EventFilter) (archive.EventListing, error) {
	t := trail{d: c.t.d, f: f}
	t.f.Limit = limit(f.Limit)
	if f.After != "" {
		key, err := parseCursor("events", f.After, 2)
		if err != nil {
			return archive.EventListing{}, err
		}
		position, err := strconv.ParseInt(key[1], 10, 64)
		if err != nil {
			return archive.EventListing{}, errBadCursor
		}
		t.key = []any{key[0], position}
	}
	if f.Agencies != nil && len(f.Agencies) == 0 {
		return archive.EventListing{}, nil
	}
	rows, err := c.browse(ctx, t)
	if err != nil {
		return archive.EventListing{}, fmt.Errorf("browse events: %w", err)
	}
	var l archive.EventListing
	if n := t.f.Limit; len(rows) > n {
		rows = rows[:n]
		l.Next = cursor("events", timeText(rows[n-1].At), strconv.FormatInt(rows[n-1].position, 10))
	}
	l.Items = bare(rows)
	return l, nil
}

const byTime = " at position"

func (c events) browse(ctx context.Context, t trail) ([]eventRow, error) {
	page := t.f.Limit + 1 // by the one more the next page is known
	by := func(free string) ([]eventRow, error) {
		q := &query{d: t.d, free: free}
		t.sorted(t.where(q.add(selectEvent+`WHERE 1 = 1`)), page)
		return c.list(ctx, q.text.String(), q.args)
	}
	if !t.d.chooses {
		return by("")
	}
	asked := t.asked()
	if len(asked) == 0 {
		return by(byTime)
	}
	if len(asked) > 1 || asked[0] == "agency" {
		for _, column := range asked {
			if rare, err := c.rare(ctx, t, column); err != nil {
				return nil, err
			} else if rare {
				return by(column + byTime)
			}
		}
	}
	if asked[0] != "agency" {
		return by(asked[0] + byTime)
	}
	if len(t.f.Agencies) > branches {
		// A wide scope: the next events are most likely of it.
		q := &query{d: t.d, free: byTime}
		t.sorted(t.after(q.add(`SELECT * FROM (`+selectEvent+`WHERE 1 = 1`)).span("at", t.f.At), t.d.few)
		rows, err := c.list(ctx, t.sorted(t.where(q.add(`) AS e WHERE 1 = 1`)), page).text.String(), q.args)
		if err != nil || len(rows) > t.f.Limit {
			return rows, err
		}
	}
	q := &query{d: t.d, free: byTime}
	q.add(`SELECT m.id, m.at, m.action, m.outcome, m.actor_id, m.actor_name, m.actor_role, m.agency, m.address, m.request, m.purpose, m.document,
		m.dossier, m.object, m.detail, m.once, m.nonce, m.leaf, m.number, m.position
		FROM (SELECT value AS agency FROM json_each(?)) AS c CROSS JOIN events AS m
		WHERE m.position IN (SELECT events.position FROM events WHERE events.agency = c.agency AND events.agency <> ''`, toJSON(texts(slices.Compact(slices.Sorted(slices.Values(t.f.Agencies))))))
	one := t
	one.f.Agencies = nil
	one.sorted(one.where(q), page).add(`) ORDER BY m.at DESC, m.position DESC LIMIT ?`, page)
	return c.list(ctx, q.text.String(), q.args)
}

// asked returns the columns with an index of their own that the filter is on, those with the fewest events to a value first.
func (t trail) asked() (columns []string) {
	add := func(column string, yes bool) {
		if yes {
			columns = append(columns, column)
		}
	}
	add("document", !t.f.Document.IsZero())
	add("dossier", t.f.Dossier != "")
	add("purpose", t.f.Purpose != "")
	add("outcome", t.f.Outcome != "" && t.f.Outcome != archive.Success)
	add("address", t.f.Address != "")
	add("actor_id", !t.f.Actor.IsZero())
	add("action", t.f.Action != "")
	add("agency", t.f.Agencies != nil)
	return columns
}

// rare reports whether no more than few events fulfil the condition on the column in the time asked for. It reads an index only.
func (c events) rare(ctx context.Context, t trail, column string) (bool, error) {
	q := &query{d: t.d, free: column + " at"}
	all := t.f
	t.f = archive.EventFilter{At: all.At}
	switch column {
	case "document":
		t.f.Document, t.f.At = all.Document, archive.Span{} // its index is in the order of its history
	case "dossier":
		t.f.Dossier = all.Dossier
	case "purpose":
		t.f.Purpose = all.Purpose
	case "outcome":
		t.f.Outcome = all.Outcome
	case "address":
		t.f.Address = all.Address
	case "actor_id":
		t.f.Actor = all.Actor
	case "action":
		t.f.Action = all.Action
	case "agency":
		t.f.Agencies = all.Agencies
	}
	t.where(q.add(`SELECT count(*) FROM (SELECT 1 FROM events WHERE 1 = 1`)).add(` LIMIT ?)`, t.d.few+1)
	var n int
	if err := c.t.one(ctx, q.text.String(), q.args, &n); err != nil {
		return false, err
	}
	return n <= t.d.few, nil
}

// where adds everything an event of the page must be, the place to go on from included. A condition on a column with a partial
// index repeats the condition of the index, without which no planner may use it.
func (t trail) where(q *query) *query {
	equal := func(column string, value any, but string, set bool) {
		if set {
			q.add(" AND "+q.col(column)+" = ? AND "+column+" <> '"+but+"'", value)
		}
	}
	equal("document", t.f.Document, "", !t.f.Document.IsZero())
	equal("dossier", t.f.Dossier, "", t.f.Dossier != "")
	equal("purpose", t.f.Purpose, "", t.f.Purpose != "")
	equal("address", t.f.Address, "", t.f.Address != "")
	equal("actor_id", t.f.Actor, "", !t.f.Actor.IsZero())
	equal("outcome", t.f.Outcome, "success", t.f.Outcome != "" && t.f.Outcome != archive.Success)
	if t.f.Outcome == archive.Success {
		q.add(" AND "+q.col("outcome")+" = ?", t.f.Outcome)
	}
	if t.f.Action != "" {
		q.add(" AND "+q.col("action")+" = ?", t.f.Action)
	}
	if t.f.Agencies != nil {
		in(q.add(" AND "), q.col("agency"), t.f.Agencies).add(" AND agency <> ''")
	}
	if t.f.Papers != nil && t.f.Purpose != "" {
		q.add(" AND (document = ''")
		if !blind(*t.f.Papers) {
			q.add(" OR EXISTS (SELECT 1 FROM documents AS d WHERE d.id = document").see(*t.f.Papers).add(")")
		}
		q.add(")")
	}
	return t.after(q).span(q.col("at"), t.f.At)
}

func (t trail) after(q *query) *query {
	if t.key == nil {
		return q
	}
	return q.add(" AND ("+q.col("at")+", "+q.col("position")+") < (?, ?)", t.key...)
}

// sorted adds the order and how much of it is read.
func (t trail) sorted(q *query, rows int) *query {
	return q.add(" ORDER BY at DESC, position DESC LIMIT ?", rows)
}
