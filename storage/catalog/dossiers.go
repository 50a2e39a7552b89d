package catalog

import (
	"context"
	"fmt"
	"strings"

	"sohoa/archive"
)

type dossiers struct{ t *tx }

const dossierColumns = `code, revision, procedure_code, custodian, title, applicant_type, applicant_id, applicant_name,
	received_on, due_on, closed_on, created_at, updated_at`

func dossierRow(d archive.Dossier) []any {
	return []any{d.Code, d.Revision, d.Procedure, d.Custodian, d.Title, d.Applicant.IDType, d.Applicant.ID, d.Applicant.Name,
		d.ReceivedOn, d.DueOn, d.ClosedOn, d.CreatedAt, d.UpdatedAt, d.Procedure.Base()}
}

func scanDossier(scan func(...any) error) (d archive.Dossier, err error) {
	err = scan(&d.Code, &d.Revision, &d.Procedure, &d.Custodian, &d.Title, &d.Applicant.IDType, &d.Applicant.ID, &d.Applicant.Name,
		&d.ReceivedOn, &d.DueOn, &d.ClosedOn, &d.CreatedAt, &d.UpdatedAt)
	return d, err
}

func (c dossiers) Insert(ctx context.Context, d archive.Dossier) error {
	n, err := c.t.exec(ctx, `INSERT INTO dossiers (`+dossierColumns+`, procedure_base)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING`, dossierRow(d)...)
	if err == nil && n == 0 {
		err = archive.Errorf(archive.Conflict, "the code is there")
	}
	if err != nil {
		return fmt.Errorf("insert dossier %s: %w", d.Code, err)
	}
	return nil
}

func (c dossiers) Get(ctx context.Context, code archive.DossierCode) (archive.Dossier, error) {
	ds, err := all(ctx, c.t, `SELECT `+dossierColumns+` FROM dossiers WHERE code = $1`, []any{code}, scanDossier)
	if err == nil && len(ds) == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return archive.Dossier{}, fmt.Errorf("get dossier %s: %w", code, err)
	}
	return ds[0], nil
}

func (c dossiers) Update(ctx context.Context, d archive.Dossier, after int64) error {
	d.Revision = after + 1
	n, err := c.t.exec(ctx, `UPDATE dossiers SET revision = $2, procedure_code = $3, custodian = $4, title = $5, applicant_type = $6,
		applicant_id = $7, applicant_name = $8, received_on = $9, due_on = $10, closed_on = $11, created_at = $12, updated_at = $13,
		procedure_base = $14 WHERE code = $1 AND revision = $15`, append(dossierRow(d), after)...)
	if err == nil && n == 0 {
		err = c.t.staleOrGone(ctx, `SELECT 1 FROM dossiers WHERE code = $1`, d.Code)
	}
	if err != nil {
		return fmt.Errorf("update dossier %s: %w", d.Code, err)
	}
	return nil
}

var newest = ordering{"created_at", true}

// Browse lists dossiers inside see. A dossier has no class and no state: its custodian alone decides.
func (c dossiers) Browse(ctx context.Context, see archive.Visibility, f archive.DossierFilter) (archive.DossierListing, error) {
	var key []string
	if f.After != "" {
		k, err := parseCursor("dossiers", f.After, 2)
		if err != nil {
			return archive.DossierListing{}, err
		}
		key = k
	}
	if blind(see) {
		return archive.DossierListing{}, nil
	}
	n := limit(f.Limit)
	q := &query{d: c.t.d}
	q.add(`SELECT ` + dossierColumns + ` FROM dossiers WHERE 1 = 1`)
	if !see.Everything && !see.Whole {
		in(q.add(" AND "), "custodian", see.Custodians)
	}
	if f.Procedure != "" {
		q.add(" AND procedure_base = ?", f.Procedure.Base())
	}
	if f.Custodian != "" {
		q.add(" AND custodian = ?", f.Custodian)
	}
	if p := strings.ToUpper(strings.TrimSpace(f.Prefix)); p != "" {
		q.add(" AND code >= ? AND code < ?", p, p+"\U0010ffff")
	}
	q.after(newest, "code", key).sorted(newest, "code", n+1)
	ds, err := all(ctx, c.t, q.text.String(), q.args, scanDossier)
	if err != nil {
		return archive.DossierListing{}, fmt.Errorf("browse dossiers: %w", err)
	}
	l := archive.DossierListing{Items: ds}
	if len(ds) > n {
		l.Items = ds[:n]
		l.Next = cursor("dossiers", timeText(ds[n-1].CreatedAt), string(ds[n-1].Code))
	}
	return l, nil
}
