package catalog

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sohoa/archive"
)

type tries struct{ t *tx }

func (c tries) Due(ctx context.Context, places []string) ([]time.Time, error) {
	out := make([]time.Time, len(places))
	q := (&query{d: c.t.d}).add(`SELECT place, due FROM tries WHERE `)
	in(q, "place", places)
	err := c.t.each(ctx, q.text.String(), q.args, func(scan func(...any) error) error {
		var place string
		var due time.Time
		if err := scan(&place, &due); err != nil {
			return err
		}
		out[slices.Index(places, place)] = due
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read tries: %w", err)
	}
	return out, nil
}

func (c tries) Put(ctx context.Context, places []string, due []time.Time, now time.Time) error {
	if len(places) == 0 {
		return nil
	}
	q := (&query{d: c.t.d}).add(`INSERT INTO tries (place, due) VALUES (?, ?)`, places[0], due[0])
	for i := 1; i < len(places); i++ {
		q.add(`, (?, ?)`, places[i], due[i])
	}
	q.add(` ON CONFLICT (place) DO UPDATE SET due = excluded.due`)
	if _, err := c.t.exec(ctx, q.text.String(), q.args...); err != nil {
		return fmt.Errorf("count tries: %w", err)
	}
	if _, err := c.t.exec(ctx, `DELETE FROM tries WHERE due <= $1`, now); err != nil {
		return fmt.Errorf("forget tries: %w", err)
	}
	return nil
}

func (c tries) Missed(ctx context.Context, hour time.Time, address string, most int) error {
	if _, err := c.t.exec(ctx, `INSERT INTO misses (hour, address, count)
		SELECT $1, CASE WHEN EXISTS (SELECT 1 FROM misses WHERE hour = $1 AND address = $2) OR (SELECT count(*) FROM misses WHERE hour = $1) < $3 THEN $2 ELSE '' END, 1
		WHERE true ON CONFLICT (hour, address) DO UPDATE SET count = misses.count + 1`, hour, address, most); err != nil {
		return fmt.Errorf("count a miss: %w", err)
	}
	return nil
}

func (c tries) Misses(ctx context.Context, before time.Time, limit int) ([]archive.Miss, error) {
	ms, err := all(ctx, c.t, `SELECT hour, address, count FROM misses WHERE hour < $1 ORDER BY hour, address LIMIT $2`, []any{before, limit},
		func(scan func(...any) error) (m archive.Miss, err error) {
			err = scan(&m.Hour, &m.Address, &m.Count)
			return m, err
		})
	if err != nil {
		return nil, fmt.Errorf("list misses: %w", err)
	}
	return ms, nil
}

func (c tries) Told(ctx context.Context, ms []archive.Miss) error {
	for _, m := range ms {
		if _, err := c.t.exec(ctx, `DELETE FROM misses WHERE hour = $1 AND address = $2`, m.Hour, m.Address); err != nil {
			return fmt.Errorf("forget a miss: %w", err)
		}
	}
	return nil
}
