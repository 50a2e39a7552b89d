package catalog

import (
	"context"
	"fmt"
	"time"

	"sohoa/archive"
)

type tokens struct{ t *tx }

const tokenColumns = `id, hash, role, agency, note, until, revoked_at, seen_at, created_at, created_by, owner`

func scanToken(scan func(...any) error) (k archive.Token, err error) {
	err = scan(&k.ID, &k.Hash, &k.Role, &k.Agency, &k.Note, &k.Until, &k.RevokedAt, &k.SeenAt, &k.CreatedAt, &k.CreatedBy, &k.Owner)
	return k, err
}

func (c tokens) Insert(ctx context.Context, k archive.Token) error {
	n, err := c.t.exec(ctx, `INSERT INTO tokens (`+tokenColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
		k.ID, k.Hash, k.Role, k.Agency, k.Note, k.Until, k.RevokedAt, k.SeenAt, k.CreatedAt, k.CreatedBy, k.Owner)
	if err == nil && n == 0 {
		err = archive.Errorf(archive.Conflict, "the id or the hash is there")
	}
	if err != nil {
		return fmt.Errorf("insert token %s: %w", k.ID, err)
	}
	return nil
}

func (c tokens) get(ctx context.Context, where string, arg any) (archive.Token, error) {
	ks, err := all(ctx, c.t, `SELECT `+tokenColumns+` FROM tokens WHERE `+where+` = $1`, []any{arg}, scanToken)
	if err == nil && len(ks) == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return archive.Token{}, fmt.Errorf("get token: %w", err)
	}
	return ks[0], nil
}

func (c tokens) ByHash(ctx context.Context, hash archive.Digest) (archive.Token, error) {
	return c.get(ctx, "hash", hash)
}

func (c tokens) Get(ctx context.Context, id archive.ID) (archive.Token, error) {
	return c.get(ctx, "id", id)
}

func (c tokens) List(ctx context.Context, after archive.ID, n int) ([]archive.Token, error) {
	ks, err := all(ctx, c.t, `SELECT `+tokenColumns+` FROM tokens WHERE id > $1 ORDER BY id LIMIT $2`, []any{after, limit(n)}, scanToken)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return ks, nil
}

func (c tokens) Of(ctx context.Context, owner archive.ID, n int) ([]archive.Token, error) {
	ks, err := all(ctx, c.t, `SELECT `+tokenColumns+` FROM tokens WHERE owner = $1 AND owner <> '' ORDER BY id DESC LIMIT $2`, []any{owner, limit(n)}, scanToken)
	if err != nil {
		return nil, fmt.Errorf("list tokens of %s: %w", owner, err)
	}
	return ks, nil
}

func (c tokens) Touch(ctx context.Context, id archive.ID, seen time.Time) error {
	if _, err := c.t.exec(ctx, `UPDATE tokens SET seen_at = $2 WHERE id = $1`, id, seen); err != nil {
		return fmt.Errorf("touch token %s: %w", id, err)
	}
	return nil
}

func (c tokens) Own(ctx context.Context, id, owner archive.ID) error {
	n, err := c.t.exec(ctx, `UPDATE tokens SET owner = $2 WHERE id = $1`, id, owner)
	if err == nil && n == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("own token %s: %w", id, err)
	}
	return nil
}

// Revoke keeps the time of the first revocation.
func (c tokens) Revoke(ctx context.Context, id archive.ID, at time.Time) error {
	n, err := c.t.exec(ctx, `UPDATE tokens SET revoked_at = CASE WHEN revoked_at = '' THEN $2 ELSE revoked_at END WHERE id = $1`, id, at)
	if err == nil && n == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("revoke token %s: %w", id, err)
	}
	return nil
}
