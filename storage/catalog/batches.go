package catalog

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sohoa/archive"
)

type batches struct{ t *tx }

const batchColumns = `id, actor, actor_name, address, request, act, args, state, undoes, created_at, started_at, finished_at`

func scanBatch(scan func(...any) error) (b archive.Bulk, err error) {
	err = scan(&b.ID, &b.Actor, &b.ActorName, &b.Address, &b.Request, &b.Act, fromJSON(&b.Args), &b.State, &b.Undoes, &b.CreatedAt, &b.StartedAt, &b.FinishedAt)
	return b, err
}

const paperColumns = `place, document, state, left_at, before, code, message, at`

// papersAtOnce rows go into one statement; SQLite takes 32,766 parameters.
const papersAtOnce = 200

func (c batches) Insert(ctx context.Context, b archive.Bulk, ps []archive.BatchPaper) error {
	_, err := c.t.exec(ctx, `INSERT INTO batches (`+batchColumns+`) VALUES (`+parameters(1, 12)+`)`,
		b.ID, b.Actor, b.ActorName, b.Address, b.Request, b.Act, toJSON(b.Args), b.State, b.Undoes, b.CreatedAt, b.StartedAt, b.FinishedAt)
	for part := range slices.Chunk(ps, papersAtOnce) {
		if err != nil {
			break
		}
		q := &query{d: c.t.d}
		q.add(`INSERT INTO batch_papers (batch, ` + paperColumns + `) VALUES `)
		for i, p := range part {
			if i > 0 {
				q.add(", ")
			}
			q.add("(?, ?, ?, ?, ?, ?, ?, ?, ?)", b.ID, p.Place, p.Document, p.State, p.Left, toJSON(p.Before), p.Code, toJSON(p.Message), p.At)
		}
		_, err = c.t.exec(ctx, q.text.String(), q.args...)
	}
	if err != nil {
		return fmt.Errorf("insert batch %s of %d papers: %w", b.ID, len(ps), err)
	}
	return nil
}

func (c batches) Get(ctx context.Context, id archive.ID) (archive.Bulk, error) {
	bs, err := all(ctx, c.t, `SELECT `+batchColumns+` FROM batches WHERE id = $1`, []any{id}, scanBatch)
	if err == nil && len(bs) == 0 {
		err = archive.ErrNotFound
	}
	if err == nil {
		err = c.t.each(ctx, `SELECT state, count(*) FROM batch_papers WHERE batch = $1 GROUP BY state`, []any{id}, func(scan func(...any) error) error {
			var s archive.PaperState
			var n int
			if err := scan(&s, &n); err != nil {
				return err
			}
			switch s {
			case archive.PaperWaiting:
				bs[0].Waiting = n
			case archive.PaperDone:
				bs[0].Done = n
			case archive.PaperRefused:
				bs[0].Refused = n
			}
			return nil
		})
	}
	if err != nil {
		return archive.Bulk{}, fmt.Errorf("get batch %s: %w", id, err)
	}
	return bs[0], nil
}

func (c batches) SetState(ctx context.Context, id archive.ID, from, to archive.BatchState, at time.Time) error {
	column := "finished_at"
	if to == archive.BatchRunning {
		column = "started_at"
	}
	n, err := c.t.exec(ctx, `UPDATE batches SET state = $1, `+column+` = $2 WHERE id = $3 AND state = $4`, to, at, id, from)
	if err == nil && n == 0 {
		err = c.t.staleOrGone(ctx, `SELECT 1 FROM batches WHERE id = $1`, id)
	}
	if err != nil {
		return fmt.Errorf("batch %s becomes %s: %w", id, to, err)
	}
	return nil
}

func (c batches) Of(ctx context.Context, actor archive.ID, limit int) ([]archive.Bulk, error) {
	bs, err := all(ctx, c.t, `SELECT `+batchColumns+` FROM batches WHERE actor = $1 ORDER BY created_at DESC, id DESC LIMIT $2`, []any{actor, limit}, scanBatch)
	if err != nil {
		return nil, fmt.Errorf("batches of %s: %w", actor, err)
	}
	return bs, nil
}

func (c batches) Papers(ctx context.Context, id archive.ID, state archive.PaperState, after, limit int) ([]archive.BatchPaper, error) {
	q := &query{d: c.t.d}
	q.add(`SELECT `+paperColumns+` FROM batch_papers WHERE batch = ? AND place > ?`, id, after)
	if state != "" {
		q.add(` AND state = ?`, state)
	}
	q.add(` ORDER BY place LIMIT ?`, limit)
	ps, err := all(ctx, c.t, q.text.String(), q.args, func(scan func(...any) error) (p archive.BatchPaper, err error) {
		err = scan(&p.Place, &p.Document, &p.State, &p.Left, fromJSON(&p.Before), &p.Code, fromJSON(&p.Message), &p.At)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("papers of batch %s: %w", id, err)
	}
	return ps, nil
}

func (c batches) Mark(ctx context.Context, id archive.ID, p archive.BatchPaper) error {
	n, err := c.t.exec(ctx, `UPDATE batch_papers SET state = $1, left_at = $2, before = $3, code = $4, message = $5, at = $6 WHERE batch = $7 AND place = $8 AND state = 'waiting'`,
		p.State, p.Left, toJSON(p.Before), p.Code, toJSON(p.Message), p.At, id, p.Place)
	if err == nil && n == 0 {
		err = c.t.staleOrGone(ctx, `SELECT 1 FROM batch_papers WHERE batch = $1 AND place = $2`, id, p.Place)
	}
	if err != nil {
		return fmt.Errorf("mark paper %d of batch %s: %w", p.Place, id, err)
	}
	return nil
}

func (c batches) Forget(ctx context.Context, before time.Time) error {
	for _, text := range []string{`DELETE FROM batch_papers WHERE batch IN (SELECT id FROM batches WHERE created_at < $1 AND state <> 'running')`,
		`DELETE FROM batches WHERE created_at < $1 AND state <> 'running'`} {
		if _, err := c.t.exec(ctx, text, before); err != nil {
			return fmt.Errorf("forget batches: %w", err)
		}
	}
	return nil
}
