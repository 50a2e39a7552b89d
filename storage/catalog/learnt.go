package catalog

import (
	"context"
	"fmt"
	"time"

	"sohoa/archive"
)

type learnt struct{ t *tx }

func (c learnt) Confirm(ctx context.Context, l archive.Learned) error {
	if _, err := c.t.exec(ctx, `INSERT INTO learned (kind, scope, value, also, shown, confirmed, denied, document, first_at, last_at)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9)
		ON CONFLICT (kind, scope, value) DO UPDATE SET also = excluded.also, shown = excluded.shown, confirmed = learned.confirmed + excluded.confirmed,
			document = excluded.document, last_at = excluded.last_at`,
		l.Kind, l.Scope, l.Value, l.Also, l.Shown, l.Confirmed, l.Document, l.FirstAt, l.LastAt); err != nil {
		return fmt.Errorf("learn a %s: %w", l.Kind, err)
	}
	return nil
}

func (c learnt) Deny(ctx context.Context, kind archive.LearnedKind, scope, value string) error {
	if _, err := c.t.exec(ctx, `UPDATE learned SET denied = denied + 1 WHERE kind = $1 AND scope = $2 AND value = $3`, kind, scope, value); err != nil {
		return fmt.Errorf("deny a %s: %w", kind, err)
	}
	return nil
}

func (c learnt) Forget(ctx context.Context, kind archive.LearnedKind, scope, value string) error {
	n, err := c.t.exec(ctx, `DELETE FROM learned WHERE kind = $1 AND scope = $2 AND value = $3`, kind, scope, value)
	if err != nil {
		return fmt.Errorf("forget a %s: %w", kind, err)
	}
	if n == 0 {
		return archive.ErrNotFound
	}
	return nil
}

func (c learnt) Newest(ctx context.Context, kind archive.LearnedKind, since time.Time, limit int) ([]archive.Learned, error) {
	var out []archive.Learned
	err := c.t.each(ctx, `SELECT kind, scope, value, also, shown, confirmed, denied, document, first_at, last_at FROM learned
		WHERE kind = $1 AND last_at >= $2 ORDER BY last_at DESC, scope, value LIMIT $3`, []any{kind, since, limit}, func(scan func(...any) error) error {
		var l archive.Learned
		if err := scan(&l.Kind, &l.Scope, &l.Value, &l.Also, &l.Shown, &l.Confirmed, &l.Denied, &l.Document, &l.FirstAt, &l.LastAt); err != nil {
			return err
		}
		out = append(out, l)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list what was learned of %s: %w", kind, err)
	}
	return out, nil
}
