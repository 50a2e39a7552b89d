package catalog

import (
	"context"
	"fmt"
	"time"

	"sohoa/archive"
)

type comments struct{ t *tx }

const commentColumns = `id, document, at, author, author_name, body, mention, mention_name, retracted_at, retracted_by, why`

func scanComment(scan func(...any) error) (c archive.Comment, err error) {
	err = scan(&c.ID, &c.Document, &c.At, &c.Author, &c.AuthorName, &c.Body, &c.Mention, &c.MentionName, &c.RetractedAt, &c.RetractedBy, &c.Why)
	return c, err
}

func (c comments) Insert(ctx context.Context, m archive.Comment) error {
	n, err := c.t.exec(ctx, `INSERT INTO comments (`+commentColumns+`) VALUES (`+parameters(1, 11)+`) ON CONFLICT DO NOTHING`,
		m.ID, m.Document, m.At, m.Author, m.AuthorName, m.Body, m.Mention, m.MentionName, m.RetractedAt, m.RetractedBy, m.Why)
	if err == nil && n == 0 {
		err = archive.Errorf(archive.Conflict, "the id is there")
	}
	if err != nil {
		return fmt.Errorf("insert comment %s: %w", m.ID, err)
	}
	return nil
}

func (c comments) Of(ctx context.Context, document, after archive.ID, limit int) ([]archive.Comment, error) {
	q := &query{d: c.t.d}
	q.add(`SELECT `+commentColumns+` FROM comments WHERE document = ?`, document)
	if !after.IsZero() {
		q.add(` AND (at, id) > (SELECT at, id FROM comments WHERE id = ?)`, after)
	}
	q.add(` ORDER BY at, id LIMIT ?`, limit)
	cs, err := all(ctx, c.t, q.text.String(), q.args, scanComment)
	if err != nil {
		return nil, fmt.Errorf("comments of document %s: %w", document, err)
	}
	return cs, nil
}

func (c comments) Get(ctx context.Context, id archive.ID) (archive.Comment, error) {
	cs, err := all(ctx, c.t, `SELECT `+commentColumns+` FROM comments WHERE id = $1`, []any{id}, scanComment)
	if err == nil && len(cs) == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return archive.Comment{}, fmt.Errorf("get comment %s: %w", id, err)
	}
	return cs[0], nil
}

func (c comments) Retract(ctx context.Context, id archive.ID, at time.Time, by archive.ID, why string) error {
	n, err := c.t.exec(ctx, `UPDATE comments SET retracted_at = $1, retracted_by = $2, why = $3 WHERE id = $4 AND retracted_at = ''`, at, by, why, id)
	if err == nil && n == 0 {
		err = c.t.staleOrGone(ctx, `SELECT 1 FROM comments WHERE id = $1`, id)
	}
	if err != nil {
		return fmt.Errorf("retract comment %s: %w", id, err)
	}
	return nil
}

func (c comments) Count(ctx context.Context, document archive.ID) (n int, err error) {
	if err = c.t.one(ctx, `SELECT count(*) FROM comments WHERE document = $1`, []any{document}, &n); err != nil {
		err = fmt.Errorf("count comments of document %s: %w", document, err)
	}
	return n, err
}

func (c accounts) Names(ctx context.Context, ids []archive.ID) (map[archive.ID]string, error) {
	q := &query{d: c.t.d}
	in(q.add(`SELECT id, name FROM accounts WHERE `), "id", idTexts(ids))
	out := map[archive.ID]string{}
	err := q.each(ctx, c.t, func(scan func(...any) error) error {
		var id archive.ID
		var name string
		err := scan(&id, &name)
		out[id] = name
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("names of %d accounts: %w", len(ids), err)
	}
	return out, nil
}
