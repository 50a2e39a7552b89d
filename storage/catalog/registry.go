package catalog

import (
	"context"
	"fmt"

	"sohoa/archive"
)

type registry struct{ t *tx }

func (c registry) Agencies(ctx context.Context) ([]archive.Agency, error) {
	as, err := all(ctx, c.t, `SELECT code, revision, name, parent, aliases, predecessors, successors, from_day, to_day, updated_at, quota, rules
		FROM agencies ORDER BY code`, nil, func(scan func(...any) error) (a archive.Agency, err error) {
		var before, next []string
		err = scan(&a.Code, &a.Revision, &a.Name, &a.Parent, fromJSON(&a.Aliases), fromJSON(&before), fromJSON(&next), &a.From, &a.To, &a.UpdatedAt, fromJSON(&a.Quota), fromJSON(&a.Rules))
		a.Predecessors, a.Successors = agencyCodes(before), agencyCodes(next)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("agencies: %w", err)
	}
	return as, nil
}

// agencyCodes takes codes that were checked when they came in, without parsing them again.
func agencyCodes(ss []string) []archive.AgencyCode {
	var out []archive.AgencyCode
	for _, s := range ss {
		out = append(out, archive.AgencyCode(s))
	}
	return out
}

func (c registry) PutAgency(ctx context.Context, a archive.Agency, after int64) error {
	args := []any{a.Code, after + 1, a.Name, a.Parent, toJSON(a.Aliases), toJSON(texts(a.Predecessors)), toJSON(texts(a.Successors)), a.From, a.To, a.UpdatedAt, toJSON(a.Quota), toJSON(a.Rules)}
	var n int64
	var err error
	if after == 0 {
		n, err = c.t.exec(ctx, `INSERT INTO agencies (code, revision, name, parent, aliases, predecessors, successors, from_day, to_day, updated_at, quota, rules)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`, args...)
	} else {
		n, err = c.t.exec(ctx, `UPDATE agencies SET revision = $2, name = $3, parent = $4, aliases = $5, predecessors = $6, successors = $7,
			from_day = $8, to_day = $9, updated_at = $10, quota = $11, rules = $12 WHERE code = $1 AND revision = $13`, append(args, after)...)
	}
	if err := c.changed(ctx, n, err, `SELECT 1 FROM agencies WHERE code = $1`, a.Code); err != nil {
		return fmt.Errorf("put agency %s: %w", a.Code, err)
	}
	return nil
}

func (c registry) Procedures(ctx context.Context) ([]archive.Procedure, error) {
	ps, err := all(ctx, c.t, `SELECT code, from_day, revision, name, sector, components, results, days, updated_at
		FROM procedures ORDER BY code, from_day`, nil, func(scan func(...any) error) (p archive.Procedure, err error) {
		err = scan(&p.Code, &p.From, &p.Revision, &p.Name, &p.Sector, fromJSON(&p.Components), fromJSON(&p.Results), &p.Days, &p.UpdatedAt)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("procedures: %w", err)
	}
	return ps, nil
}

func (c registry) PutProcedure(ctx context.Context, p archive.Procedure, after int64) error {
	args := []any{p.Code, p.From, after + 1, p.Name, p.Sector, toJSON(p.Components), toJSON(p.Results), p.Days, p.UpdatedAt}
	var n int64
	var err error
	if after == 0 {
		n, err = c.t.exec(ctx, `INSERT INTO procedures (code, from_day, revision, name, sector, components, results, days, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`, args...)
	} else {
		n, err = c.t.exec(ctx, `UPDATE procedures SET revision = $3, name = $4, sector = $5, components = $6, results = $7, days = $8,
			updated_at = $9 WHERE code = $1 AND from_day = $2 AND revision = $10`, append(args, after)...)
	}
	if err := c.changed(ctx, n, err, `SELECT 1 FROM procedures WHERE code = $1 AND from_day = $2`, p.Code, p.From); err != nil {
		return fmt.Errorf("put procedure %s: %w", p.Code, err)
	}
	return nil
}

// changed ends a put that touched n rows: it says why none was, or raises the version.
func (c registry) changed(ctx context.Context, n int64, err error, there string, args ...any) error {
	if err == nil && n == 0 {
		err = c.t.staleOrGone(ctx, there, args...)
	}
	if err == nil {
		_, err = c.t.exec(ctx, `UPDATE registry_version SET version = version + 1`)
	}
	return err
}

func (c registry) Version(ctx context.Context) (int64, error) {
	var v int64
	if err := c.t.one(ctx, `SELECT version FROM registry_version`, nil, &v); err != nil {
		return 0, fmt.Errorf("registry version: %w", err)
	}
	return v, nil
}
