package catalog

import (
	"context"
	"fmt"

	"sohoa/archive"
)

// Where a finding comes from: its rows are replaced together.
const (
	ofFile    = 0 // inspection
	ofReading = 1
)

// putFound notes which codes are among the findings of a document, so that lists can be narrowed and counted by them.
func (c documents) putFound(ctx context.Context, id archive.ID, source int, fs []archive.Finding) error {
	if _, err := c.t.exec(ctx, `DELETE FROM found WHERE document = $1 AND source = $2`, id, source); err != nil {
		return fmt.Errorf("findings: %w", err)
	}
	pages := map[string]int{}
	for _, f := range fs {
		pages[f.Code]++
	}
	for code, n := range pages {
		if _, err := c.t.exec(ctx, `INSERT INTO found (document, source, code, pages) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, id, source, code, n); err != nil {
			return fmt.Errorf("findings: %w", err)
		}
	}
	return nil
}

// changeFound is putFound for a row that is about to be written again: most changes leave what inspection found.
func (c documents) changeFound(ctx context.Context, d *archive.Document) error {
	var before string
	if err := c.t.one(ctx, `SELECT findings FROM documents WHERE id = $1`, []any{d.ID}, &before); err != nil {
		if archive.KindOf(err) == archive.NotFound {
			return nil // the update says so
		}
		return err
	}
	if before == toJSON(d.Findings) {
		return nil
	}
	return c.putFound(ctx, d.ID, ofFile, d.Findings)
}

func (c documents) Found(ctx context.Context, see archive.Visibility, span archive.Span) ([]archive.FoundCount, error) {
	if blind(see) {
		return nil, nil
	}
	q := &query{d: c.t.d}
	// A paper may have one code from both sources: it is counted once, with the larger number of pages.
	q.add(`SELECT custodian, code, count(*), CAST(sum(pages) AS BIGINT) FROM (SELECT d.custodian AS custodian, w.code AS code, d.id AS id, max(w.pages) AS pages
		FROM documents AS d JOIN found AS w ON w.document = d.id WHERE state NOT IN ('discarded', 'disposed')`).see(see).span("created_at", span)
	q.add(` GROUP BY d.custodian, w.code, d.id) AS s GROUP BY custodian, code ORDER BY custodian, code`)
	var out []archive.FoundCount
	err := q.each(ctx, c.t, func(scan func(...any) error) error {
		var f archive.FoundCount
		if err := scan(&f.Custodian, &f.Code, &f.Papers, &f.Pages); err != nil {
			return fmt.Errorf("read a count of findings: %w", err)
		}
		out = append(out, f)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count findings: %w", err)
	}
	return out, nil
}

// rareFinding reports whether no more than few papers have the finding the list asks for.
func (c documents) rareFinding(ctx context.Context, l list) (bool, error) {
	if l.f.Finding == "" {
		return false, nil
	}
	var n int
	err := c.t.one(ctx, `SELECT count(*) FROM (SELECT 1 FROM found WHERE code = $1 LIMIT $2) AS s`, []any{l.f.Finding, l.d.few + 1}, &n)
	return err == nil && n <= l.d.few, err
}
