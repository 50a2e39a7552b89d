package catalog

import (
	"context"
	"fmt"

	"sohoa/archive"
)

type restorer struct{ t *tx }

var _ archive.Restorer = restorer{}

// Restore implements archive.Tx.
func (t *tx) Restore() archive.Restorer { return restorer{t} }

func (r restorer) Empty(ctx context.Context) (bool, error) {
	var n int
	err := r.t.one(ctx, `SELECT (SELECT count(*) FROM (SELECT 1 FROM events LIMIT 1) AS e)
		+ (SELECT count(*) FROM (SELECT 1 FROM documents LIMIT 1) AS d) + (SELECT count(*) FROM (SELECT 1 FROM accounts LIMIT 1) AS a)`, nil, &n)
	if err != nil {
		return false, fmt.Errorf("look whether the catalog is empty: %w", err)
	}
	return n == 0, nil
}

func (r restorer) Event(ctx context.Context, e archive.Event) error {
	var once any
	if e.Once != "" {
		once = e.Once
	}
	_, err := r.t.exec(ctx, `INSERT INTO events (`+eventColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING`,
		e.ID, e.At, e.Action, e.Outcome, e.ActorID, e.ActorName, e.ActorRole, e.Agency, e.Address, e.Request, e.Purpose, e.Document,
		e.Dossier, e.Object, toJSON(e.Detail), once, e.Nonce, e.Leaf)
	if err != nil {
		return fmt.Errorf("restore event %s: %w", e.ID, err)
	}
	return nil
}

func (r restorer) Document(ctx context.Context, d archive.Document) error {
	for _, table := range []string{`named`, `pages`, `found`} {
		if _, err := r.t.exec(ctx, `DELETE FROM `+table+` WHERE document = $1`, d.ID); err != nil {
			return fmt.Errorf("restore document %s: %w", d.ID, err)
		}
	}
	for _, q := range []string{`DELETE FROM versions WHERE document = $1`, `DELETE FROM documents WHERE id = $1`} {
		if _, err := r.t.exec(ctx, q, d.ID); err != nil {
			return fmt.Errorf("restore document %s: %w", d.ID, err)
		}
	}
	return documents(r).Insert(ctx, d)
}

func (r restorer) Dossier(ctx context.Context, d archive.Dossier) error {
	if _, err := r.t.exec(ctx, `DELETE FROM dossiers WHERE code = $1`, d.Code); err != nil {
		return fmt.Errorf("restore dossier %s: %w", d.Code, err)
	}
	return dossiers(r).Insert(ctx, d)
}

func (r restorer) Agency(ctx context.Context, a archive.Agency) error {
	if _, err := r.t.exec(ctx, `DELETE FROM agencies WHERE code = $1`, a.Code); err != nil {
		return fmt.Errorf("restore agency %s: %w", a.Code, err)
	}
	if err := registry(r).PutAgency(ctx, a, 0); err != nil {
		return err
	}
	_, err := r.t.exec(ctx, `UPDATE agencies SET revision = $2 WHERE code = $1`, a.Code, a.Revision)
	return err
}

func (r restorer) Procedure(ctx context.Context, p archive.Procedure) error {
	if _, err := r.t.exec(ctx, `DELETE FROM procedures WHERE code = $1 AND from_day = $2`, p.Code, p.From); err != nil {
		return fmt.Errorf("restore procedure %s: %w", p.Code, err)
	}
	if err := registry(r).PutProcedure(ctx, p, 0); err != nil {
		return err
	}
	_, err := r.t.exec(ctx, `UPDATE procedures SET revision = $3 WHERE code = $1 AND from_day = $2`, p.Code, p.From, p.Revision)
	return err
}

func (r restorer) Account(ctx context.Context, a archive.Account) error {
	old, err := accounts(r).Get(ctx, a.ID)
	if err == nil {
		if err := accounts(r).Update(ctx, a, old.Revision); err != nil {
			return err
		}
		_, err := r.t.exec(ctx, `UPDATE accounts SET revision = $2 WHERE id = $1`, a.ID, a.Revision)
		return err
	}
	return accounts(r).Insert(ctx, a)
}
