package catalog

import (
	"context"
	"fmt"
	"time"

	"sohoa/archive"
)

type sessions struct{ t *tx }

func (c sessions) Insert(ctx context.Context, s archive.Session) error {
	n, err := c.t.exec(ctx, `INSERT INTO sessions (hash, account, created_at, seen_at, expires_at, device, address)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`, s.Hash, s.Account, s.CreatedAt, s.SeenAt, s.ExpiresAt, s.Device, s.Address)
	if err == nil && n == 0 {
		err = archive.Errorf(archive.Conflict, "the hash is there")
	}
	if err != nil {
		return fmt.Errorf("insert session: %w", err)
	}
	return nil
}

// Get returns a session whether or not it has expired.
func (c sessions) Get(ctx context.Context, hash archive.Digest) (archive.Session, error) {
	var s archive.Session
	if err := c.t.one(ctx, `SELECT hash, account, created_at, seen_at, expires_at, device, address FROM sessions WHERE hash = $1`, []any{hash},
		&s.Hash, &s.Account, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt, &s.Device, &s.Address); err != nil {
		return archive.Session{}, fmt.Errorf("get session: %w", err)
	}
	return s, nil
}

// Touch of a session that has just been deleted is no error.
func (c sessions) Touch(ctx context.Context, hash archive.Digest, seen time.Time) error {
	return c.run(ctx, "touch session", `UPDATE sessions SET seen_at = $2 WHERE hash = $1`, hash, seen)
}

func (c sessions) Delete(ctx context.Context, hash archive.Digest) error {
	return c.run(ctx, "delete session", `DELETE FROM sessions WHERE hash = $1`, hash)
}

func (c sessions) DeleteAll(ctx context.Context, account archive.ID) error {
	return c.run(ctx, "delete sessions", `DELETE FROM sessions WHERE account = $1`, account)
}

func (c sessions) Expire(ctx context.Context, now time.Time) error {
	return c.run(ctx, "expire sessions", `DELETE FROM sessions WHERE expires_at <= $1`, now)
}

func (c sessions) run(ctx context.Context, what, text string, args ...any) error {
	if _, err := c.t.exec(ctx, text, args...); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
