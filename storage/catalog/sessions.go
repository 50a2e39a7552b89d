package catalog

import (
	"context"
	"fmt"
	"time"

	"sohoa/archive"
)

type sessions struct{ t *tx }

const sessionColumns = `hash, account, created_at, seen_at, expires_at, device, address, id, method, proved_at, provider`

func scanSession(scan func(...any) error) (s archive.Session, err error) {
	err = scan(&s.Hash, &s.Account, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt, &s.Device, &s.Address, &s.ID, &s.Method, &s.ProvedAt, &s.Provider)
	return s, err
}

func (c sessions) Insert(ctx context.Context, s archive.Session) error {
	n, err := c.t.exec(ctx, `INSERT INTO sessions (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
		s.Hash, s.Account, s.CreatedAt, s.SeenAt, s.ExpiresAt, s.Device, s.Address, s.ID, s.Method, s.ProvedAt, s.Provider)
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
	all, err := all(ctx, c.t, `SELECT `+sessionColumns+` FROM sessions WHERE hash = $1`, []any{hash}, scanSession)
	if err == nil && len(all) == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return archive.Session{}, fmt.Errorf("get session: %w", err)
	}
	return all[0], nil
}

func (c sessions) Of(ctx context.Context, account archive.ID) ([]archive.Session, error) {
	all, err := all(ctx, c.t, `SELECT `+sessionColumns+` FROM sessions WHERE account = $1 ORDER BY seen_at DESC, hash`, []any{account}, scanSession)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return all, nil
}

func (c sessions) OfProvider(ctx context.Context, provider string) ([]archive.Session, error) {
	all, err := all(ctx, c.t, `SELECT `+sessionColumns+` FROM sessions WHERE provider = $1 AND provider <> '' ORDER BY hash`, []any{provider}, scanSession)
	if err != nil {
		return nil, fmt.Errorf("list sessions of a provider's: %w", err)
	}
	return all, nil
}

func (c sessions) Prove(ctx context.Context, hash archive.Digest, at time.Time) error {
	n, err := c.t.exec(ctx, `UPDATE sessions SET proved_at = $2 WHERE hash = $1`, hash, at)
	if err == nil && n == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("prove session: %w", err)
	}
	return nil
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
