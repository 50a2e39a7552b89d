package catalog

import (
	"context"
	"fmt"
	"time"

	"sohoa/archive"
)

type passes struct{ t *tx }

func (c passes) Put(ctx context.Context, p archive.Pass) error {
	if _, err := c.t.exec(ctx, `INSERT INTO passes (hash, kind, account, data, tries, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (hash) DO UPDATE SET kind = excluded.kind, account = excluded.account, data = excluded.data, tries = excluded.tries,
			created_at = excluded.created_at, expires_at = excluded.expires_at`,
		p.Hash, p.Kind, p.Account, p.Data, p.Tries, p.CreatedAt, p.ExpiresAt); err != nil {
		return fmt.Errorf("put pass: %w", err)
	}
	return nil
}

func (c passes) Get(ctx context.Context, kind archive.PassKind, hash archive.Digest) (archive.Pass, error) {
	var p archive.Pass
	if err := c.t.one(ctx, `SELECT hash, kind, account, data, tries, created_at, expires_at FROM passes WHERE hash = $1 AND kind = $2`, []any{hash, kind},
		&p.Hash, &p.Kind, &p.Account, &p.Data, &p.Tries, &p.CreatedAt, &p.ExpiresAt); err != nil {
		return archive.Pass{}, fmt.Errorf("get pass: %w", err)
	}
	return p, nil
}

func (c passes) Try(ctx context.Context, kind archive.PassKind, hash archive.Digest) (int, error) {
	n, err := c.t.exec(ctx, `UPDATE passes SET tries = tries + 1 WHERE hash = $1 AND kind = $2`, hash, kind)
	if err == nil && n == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("try pass: %w", err)
	}
	p, err := c.Get(ctx, kind, hash)
	return p.Tries, err
}

func (c passes) Take(ctx context.Context, kind archive.PassKind, hash archive.Digest) (archive.Pass, error) {
	p, err := c.Get(ctx, kind, hash)
	if err != nil {
		return archive.Pass{}, err
	}
	n, err := c.t.exec(ctx, `DELETE FROM passes WHERE hash = $1 AND kind = $2`, hash, kind)
	if err == nil && n == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return archive.Pass{}, fmt.Errorf("take pass: %w", err)
	}
	return p, nil
}

func (c passes) DeleteAll(ctx context.Context, account archive.ID, kinds ...archive.PassKind) error {
	for _, k := range kinds {
		if _, err := c.t.exec(ctx, `DELETE FROM passes WHERE account = $1 AND kind = $2`, account, k); err != nil {
			return fmt.Errorf("delete passes: %w", err)
		}
	}
	return nil
}

func (c passes) Expire(ctx context.Context, now time.Time) error {
	if _, err := c.t.exec(ctx, `DELETE FROM passes WHERE expires_at <= $1`, now); err != nil {
		return fmt.Errorf("expire passes: %w", err)
	}
	return nil
}
