package catalog

import (
	"context"
	"fmt"
	"time"

	"sohoa/archive"
)

type uploads struct{ t *tx }

const selectUpload = `SELECT id, actor, node, size, metadata, document, failure, created_at, expires_at FROM uploads `

func scanUpload(scan func(...any) error) (u archive.Upload, err error) {
	err = scan(&u.ID, &u.Actor, &u.Node, &u.Size, &u.Metadata, &u.Document, &u.Failure, &u.CreatedAt, &u.ExpiresAt)
	return u, err
}

// orNull is b, or NULL for nil.
func orNull(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

func (c uploads) Insert(ctx context.Context, u archive.Upload) error {
	n, err := c.t.exec(ctx, `INSERT INTO uploads (id, actor, node, size, metadata, document, failure, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		u.ID, u.Actor, u.Node, u.Size, u.Metadata, u.Document, orNull(u.Failure), u.CreatedAt, u.ExpiresAt)
	if err == nil && n == 0 {
		err = archive.Errorf(archive.Conflict, "the id is there")
	}
	if err != nil {
		return fmt.Errorf("insert upload %s: %w", u.ID, err)
	}
	return nil
}

func (c uploads) Get(ctx context.Context, id archive.ID) (archive.Upload, error) {
	us, err := all(ctx, c.t, selectUpload+`WHERE id = $1`, []any{id}, scanUpload)
	if err == nil && len(us) == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return archive.Upload{}, fmt.Errorf("upload %s: %w", id, err)
	}
	return us[0], nil
}

func (c uploads) Update(ctx context.Context, u archive.Upload) error {
	n, err := c.t.exec(ctx, `UPDATE uploads SET document = $2, failure = $3, expires_at = $4 WHERE id = $1`, u.ID, u.Document, orNull(u.Failure), u.ExpiresAt)
	if err == nil && n == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("update upload %s: %w", u.ID, err)
	}
	return nil
}

func (c uploads) Delete(ctx context.Context, id archive.ID) error {
	if _, err := c.t.exec(ctx, `DELETE FROM uploads WHERE id = $1`, id); err != nil {
		return fmt.Errorf("delete upload %s: %w", id, err)
	}
	return nil
}

func (c uploads) Expired(ctx context.Context, node string, now time.Time, limit int) ([]archive.Upload, error) {
	us, err := all(ctx, c.t, selectUpload+`WHERE expires_at <= $1 AND node = $2 ORDER BY expires_at, id LIMIT $3`, []any{now, node, limit}, scanUpload)
	if err != nil {
		return nil, fmt.Errorf("expired uploads: %w", err)
	}
	return us, nil
}

func (c uploads) Forget(ctx context.Context, t time.Time) error {
	if _, err := c.t.exec(ctx, `DELETE FROM uploads WHERE expires_at < $1`, t); err != nil {
		return fmt.Errorf("forget uploads: %w", err)
	}
	return nil
}

func (c uploads) Open(ctx context.Context, actor archive.ID) (count int, bytes int64, err error) {
	// The sum is cast because PostgreSQL makes a NUMERIC of it.
	if err := c.t.one(ctx, `SELECT count(*), CAST(coalesce(sum(size), 0) AS BIGINT) FROM uploads WHERE actor = $1 AND document = '' AND failure IS NULL`,
		[]any{actor}, &count, &bytes); err != nil {
		return 0, 0, fmt.Errorf("open uploads of %s: %w", actor, err)
	}
	return count, bytes, nil
}
