package catalog

import (
	"context"
	"fmt"

	"sohoa/archive"
)

type pages struct{ t *tx }

const pageColumns = `document, version, number, source, words, confidence, at_byte, length`

func scanPage(scan func(...any) error) (p archive.Page, err error) {
	err = scan(&p.Document, &p.Version, &p.Number, &p.Source, &p.Words, &p.Confidence, &p.Offset, &p.Length)
	return p, err
}

func (c pages) Plan(ctx context.Context, document archive.ID, version, count int) error {
	if _, err := c.t.exec(ctx, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $3)
		INSERT INTO pages (`+pageColumns+`) SELECT $1, $2, i, '', 0, 0, -1, 0 FROM n WHERE i <= $3 ON CONFLICT DO NOTHING`,
		document, version, count); err != nil {
		return fmt.Errorf("plan %d pages of %s/%d: %w", count, document, version, err)
	}
	return nil
}

func (c pages) Put(ctx context.Context, p archive.Page) error {
	if _, err := c.t.exec(ctx, `INSERT INTO pages (`+pageColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (document, version, number) DO UPDATE SET source = excluded.source, words = excluded.words,
		confidence = excluded.confidence, at_byte = excluded.at_byte, length = excluded.length`,
		p.Document, p.Version, p.Number, p.Source, p.Words, p.Confidence, p.Offset, p.Length); err != nil {
		return fmt.Errorf("put page %d of %s/%d: %w", p.Number, p.Document, p.Version, err)
	}
	return nil
}

func (c pages) PutAll(ctx context.Context, ps []archive.Page) error {
	for _, p := range ps {
		if err := c.Put(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (c pages) List(ctx context.Context, document archive.ID, version int) ([]archive.Page, error) {
	ps, err := all(ctx, c.t, `SELECT `+pageColumns+` FROM pages WHERE document = $1 AND version = $2 ORDER BY number`, []any{document, version}, scanPage)
	if err != nil {
		return nil, fmt.Errorf("pages of %s/%d: %w", document, version, err)
	}
	return ps, nil
}

func (c pages) Get(ctx context.Context, document archive.ID, version, number int) (archive.Page, error) {
	ps, err := all(ctx, c.t, `SELECT `+pageColumns+` FROM pages WHERE document = $1 AND version = $2 AND number = $3`,
		[]any{document, version, number}, scanPage)
	if err == nil && len(ps) == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return archive.Page{}, fmt.Errorf("page %d of %s/%d: %w", number, document, version, err)
	}
	return ps[0], nil
}

func (c pages) Clear(ctx context.Context, document archive.ID, version int) error {
	if _, err := c.t.exec(ctx, `DELETE FROM pages WHERE document = $1 AND version = $2`, document, version); err != nil {
		return fmt.Errorf("clear pages of %s/%d: %w", document, version, err)
	}
	return nil
}
