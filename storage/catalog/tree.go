package catalog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"sohoa/archive"
)

type tree struct{ t *tx }

// chunks cuts a list into parts of a few fixed lengths, longest first, so that the statements over them are a few texts that
// stay prepared, whatever the length of the list.
func chunks[T any](list []T) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for _, n := range []int{250, 50, 10, 1} {
			for len(list) >= n {
				if !yield(list[:n]) {
					return
				}
				list = list[n:]
			}
		}
	}
}

func scanLeaf(scan func(...any) error) (l archive.Leaf, err error) {
	err = scan(&l.Event, &l.Hash)
	return l, err
}

// Unnumbered reads what has no number, and never "what lies behind the last one": on PostgreSQL a position is drawn
// before the commit, so a lower one may appear later. Whatever is committed and unnumbered is found, sooner or later, and
// gets the next number then; so the numbers are in an order in which the events could have been committed.
func (c tree) Unnumbered(ctx context.Context, limit int) ([]archive.Leaf, error) {
	if c.t.d.leaderLock != "" {
		if _, err := c.t.exec(ctx, c.t.d.leaderLock); err != nil {
			return nil, fmt.Errorf("take the sequencer's lock: %w", err)
		}
	}
	ls, err := all(ctx, c.t, `SELECT id, leaf FROM events WHERE number IS NULL ORDER BY position LIMIT $1`, []any{limit}, scanLeaf)
	if err != nil {
		return nil, fmt.Errorf("unnumbered events: %w", err)
	}
	return ls, nil
}

func (c tree) Number(ctx context.Context, first int64, ids []archive.ID) error {
	for part := range chunks(ids) {
		q := &query{d: c.t.d}
		q.add(`WITH given (id, number) AS (VALUES `)
		for i, id := range part {
			if i > 0 {
				q.add(`, `)
			}
			q.add(`(CAST(? AS TEXT), CAST(? AS BIGINT))`, id, first+int64(i))
		}
		q.add(`) UPDATE events SET number = given.number FROM given WHERE events.id = given.id AND events.number IS NULL`)
		n, err := c.t.exec(ctx, q.text.String(), q.args...)
		if err == nil && n != int64(len(part)) {
			err = archive.Errorf(archive.Conflict, "%d of %d events have a number already or are not there", int64(len(part))-n, len(part))
		}
		if err != nil {
			return fmt.Errorf("number events from %d: %w", first, err)
		}
		first += int64(len(part))
	}
	return nil
}

func (c tree) Hashes(ctx context.Context, indexes []int64) ([][32]byte, error) {
	at := make(map[int64][32]byte, len(indexes))
	for part := range chunks(indexes) {
		q := &query{d: c.t.d}
		q.add(`SELECT position, hash FROM tree_hashes WHERE position IN (?`, part[0])
		for _, i := range part[1:] {
			q.add(`, ?`, i)
		}
		q.add(`)`)
		if err := q.each(ctx, c.t, func(scan func(...any) error) error {
			var i int64
			var h [32]byte
			err := scan(&i, &h)
			at[i] = h
			return err
		}); err != nil {
			return nil, fmt.Errorf("read %d tree hashes: %w", len(indexes), err)
		}
	}
	out := make([][32]byte, len(indexes))
	for n, i := range indexes {
		h, ok := at[i]
		if !ok {
			return nil, fmt.Errorf("tree hash %d: %w", i, archive.ErrNotFound)
		}
		out[n] = h
	}
	return out, nil
}

func (c tree) AddHashes(ctx context.Context, first int64, hashes [][32]byte) error {
	for part := range chunks(hashes) {
		q := &query{d: c.t.d}
		q.add(`INSERT INTO tree_hashes (position, hash) VALUES `)
		for i, h := range part {
			if i > 0 {
				q.add(`, `)
			}
			q.add(`(?, ?)`, first+int64(i), h)
		}
		q.add(` ON CONFLICT DO NOTHING`)
		n, err := c.t.exec(ctx, q.text.String(), q.args...)
		if err == nil && n != int64(len(part)) {
			err = archive.Errorf(archive.Conflict, "a hash is there already")
		}
		if err != nil {
			return fmt.Errorf("add tree hashes from %d: %w", first, err)
		}
		first += int64(len(part))
	}
	return nil
}

func (c tree) Checkpoint(ctx context.Context) (size int64, signed []byte, err error) {
	err = c.t.one(ctx, `SELECT size, signed FROM tree_checkpoint`, nil, &size, &signed)
	if errors.Is(err, archive.ErrNotFound) {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("read the checkpoint: %w", err)
	}
	return size, signed, nil
}

func (c tree) PutCheckpoint(ctx context.Context, size int64, signed []byte, at time.Time) error {
	if _, err := c.t.exec(ctx, `INSERT INTO tree_checkpoint (only_row, size, signed, at) VALUES (1, $1, $2, $3)
		ON CONFLICT (only_row) DO UPDATE SET size = excluded.size, signed = excluded.signed, at = excluded.at`, size, signed, at); err != nil {
		return fmt.Errorf("write the checkpoint: %w", err)
	}
	return nil
}

func (c tree) Leaves(ctx context.Context, first int64, limit int) ([]archive.Leaf, error) {
	ls, err := all(ctx, c.t, `SELECT id, leaf FROM events WHERE number >= $1 ORDER BY number LIMIT $2`, []any{first, limit}, scanLeaf)
	if err != nil {
		return nil, fmt.Errorf("leaves from %d: %w", first, err)
	}
	return ls, nil
}
