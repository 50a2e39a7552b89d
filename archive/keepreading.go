package archive

import (
	"bytes"
	"context"
)

// keepReadings copies what was read of pages that were picked and not turned, beside a version that is about to be, and
// returns the rows that say so. It is best effort: a page whose words cannot be had is read again.
func (a *Archive) keepReadings(ctx context.Context, g *gathering, id ID, version int) []Page {
	if a.Policy.NoReading {
		return nil
	}
	read := make([]map[int]Page, len(g.sources))
	for i, s := range g.sources {
		var rows []Page
		err := a.Catalog.View(ctx, func(tx Tx) (err error) {
			rows, err = tx.Pages().List(ctx, s.document.ID, s.version.Number)
			return err
		})
		if err != nil {
			a.Log.Warn("look up readings to keep", "document", s.document.ID, "err", err)
			continue
		}
		read[i] = make(map[int]Page, len(rows))
		for _, row := range rows {
			switch row.Source {
			case SourceText, SourceScan, SourceBlank:
				read[i][row.Number] = row
			}
		}
	}
	var out []Page
	for n, p := range g.picks {
		row, ok := read[p.Source-1][p.Page]
		if !ok || p.Turn != 0 {
			continue
		}
		page, err := a.pageReading(ctx, row)
		if err != nil {
			continue
		}
		page.Number = n + 1
		b, err := packPage(&page)
		if err == nil {
			err = a.Derived.Put(ctx, pageKey(id, version, n+1), bytes.NewReader(b))
		}
		if err != nil {
			a.Log.Warn("keep reading", "document", id, "page", n+1, "err", err)
			return out
		}
		out = append(out, Page{Document: id, Version: version, Number: n + 1, Source: row.Source, Words: row.Words, Confidence: row.Confidence, Offset: -1, Length: int64(len(b))})
	}
	return out
}

// putRows notes kept readings in the transaction of the act that makes their version.
func putRows(ctx context.Context, tx Tx, d *Document, rows []Page) error {
	if len(rows) == 0 {
		return nil
	}
	if err := tx.Pages().Plan(ctx, d.ID, d.Head().Number, d.PageCount()); err != nil {
		return err
	}
	return tx.Pages().PutAll(ctx, rows)
}

// PageRows returns a paper with how the reading of its pages stands, by number: which are blank, and where a page's words
// came from. Pages that are not read yet are not in it.
func (a *Archive) PageRows(ctx context.Context, actor Actor, id ID) (Document, map[int]Page, error) {
	d, err := a.pages(ctx, actor, id)
	if err != nil {
		return Document{}, nil, err
	}
	read := map[int]Page{}
	err = a.Catalog.View(ctx, func(tx Tx) error {
		rows, err := tx.Pages().List(ctx, id, d.Head().Number)
		for _, row := range rows {
			if row.Source != "" {
				read[row.Number] = row
			}
		}
		return err
	})
	return d, read, err
}
