package catalog

import (
	"context"
	"fmt"
	"time"

	"sohoa/archive"
)

type retrievals struct{ t *tx }

func (c retrievals) Put(ctx context.Context, r archive.Receipt) error {
	if _, err := c.t.exec(ctx, `INSERT INTO receipts (dossier, number, mac, issued_at, issued_by) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (dossier) DO UPDATE SET number = excluded.number, mac = excluded.mac, issued_at = excluded.issued_at, issued_by = excluded.issued_by`,
		r.Dossier, r.Number, r.MAC, r.IssuedAt, r.IssuedBy); err != nil {
		return fmt.Errorf("put receipt: %w", err)
	}
	if _, err := c.t.exec(ctx, `DELETE FROM grants WHERE dossier = $1`, r.Dossier); err != nil {
		return fmt.Errorf("end the grants of a receipt: %w", err)
	}
	return nil
}

// Receipt reads one row where there is a receipt and one where there is none: the second is made by the statement itself.
func (c retrievals) Receipt(ctx context.Context, code archive.DossierCode) (archive.Receipt, error) {
	r := archive.Receipt{Dossier: code}
	if err := c.t.one(ctx, `SELECT number, mac, issued_at, issued_by FROM (
			SELECT 0 AS place, number, mac, issued_at, issued_by FROM receipts WHERE dossier = $1
			UNION ALL SELECT 1, 0, CAST($2 AS `+c.t.d.bytes+`), '', '') AS given ORDER BY place LIMIT 1`,
		[]any{code, archive.Digest{}}, &r.Number, &r.MAC, &r.IssuedAt, &r.IssuedBy); err != nil {
		return archive.Receipt{}, fmt.Errorf("receipt of a dossier: %w", err)
	}
	return r, nil
}

func (c retrievals) Grant(ctx context.Context, g archive.Grant, most int) error {
	if _, err := c.t.exec(ctx, `DELETE FROM grants WHERE dossier = $1 AND hash NOT IN (
		SELECT hash FROM grants WHERE dossier = $1 ORDER BY created_at DESC, hash LIMIT $2)`, g.Dossier, most-1); err != nil {
		return fmt.Errorf("end the oldest grants: %w", err)
	}
	if _, err := c.t.exec(ctx, `INSERT INTO grants (hash, dossier, receipt, address, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		g.Hash, g.Dossier, g.Receipt, g.Address, g.CreatedAt, g.ExpiresAt); err != nil {
		return fmt.Errorf("add grant: %w", err)
	}
	return nil
}

func (c retrievals) Granted(ctx context.Context, hash archive.Digest) (archive.Grant, error) {
	var g archive.Grant
	if err := c.t.one(ctx, `SELECT g.hash, g.dossier, g.receipt, g.address, g.created_at, g.expires_at FROM grants AS g
		JOIN receipts AS r ON r.dossier = g.dossier AND r.number = g.receipt WHERE g.hash = $1`, []any{hash},
		&g.Hash, &g.Dossier, &g.Receipt, &g.Address, &g.CreatedAt, &g.ExpiresAt); err != nil {
		return archive.Grant{}, fmt.Errorf("get grant: %w", err)
	}
	return g, nil
}

func (c retrievals) End(ctx context.Context, hash archive.Digest) error {
	if _, err := c.t.exec(ctx, `DELETE FROM grants WHERE hash = $1`, hash); err != nil {
		return fmt.Errorf("end grant: %w", err)
	}
	return nil
}

func (c retrievals) Expire(ctx context.Context, now time.Time) error {
	if _, err := c.t.exec(ctx, `DELETE FROM grants WHERE expires_at <= $1`, now); err != nil {
		return fmt.Errorf("expire grants: %w", err)
	}
	return nil
}
