package catalog

import (
	"context"
	"fmt"

	"sohoa/archive"
)

type opinions struct{ t *tx }

const opinionColumns = `dossier, custodian, scale, comment, given_grant, at`

func scanOpinion(scan func(...any) error) (o archive.Opinion, err error) {
	err = scan(&o.Dossier, &o.Custodian, &o.Scale, &o.Comment, &o.Grant, &o.At)
	return o, err
}

func (c opinions) Put(ctx context.Context, o archive.Opinion) error {
	day := archive.DateOf(o.At.In(archive.Zone))
	day.Day = 1
	if _, err := c.t.exec(ctx, `INSERT INTO opinions (`+opinionColumns+`, month) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (dossier) DO UPDATE SET scale = excluded.scale, comment = excluded.comment, given_grant = excluded.given_grant, at = excluded.at`,
		o.Dossier, o.Custodian, o.Scale, o.Comment, o.Grant, o.At, day); err != nil {
		return fmt.Errorf("put opinion: %w", err)
	}
	return nil
}

func (c opinions) Get(ctx context.Context, code archive.DossierCode) (archive.Opinion, error) {
	os, err := all(ctx, c.t, `SELECT `+opinionColumns+` FROM opinions WHERE dossier = $1`, []any{code}, scanOpinion)
	if err == nil && len(os) == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return archive.Opinion{}, fmt.Errorf("get opinion: %w", err)
	}
	return os[0], nil
}

// inside narrows a statement to what see covers and to months.
func (c opinions) inside(text string, see archive.Visibility, from, to archive.Date) *query {
	q := (&query{d: c.t.d}).add(text)
	if !see.Everything && !see.Whole {
		in(q.add(" AND "), "custodian", see.Custodians)
	}
	if !from.IsZero() {
		q.add(" AND month >= ?", archive.Date{Year: from.Year, Month: from.Month, Day: 1})
	}
	if !to.IsZero() {
		q.add(" AND month <= ?", archive.Date{Year: to.Year, Month: to.Month, Day: 1})
	}
	return q
}

func (c opinions) Months(ctx context.Context, see archive.Visibility, from, to archive.Date) ([]archive.SatisfactionRow, error) {
	if blind(see) {
		return nil, nil
	}
	q := c.inside(`SELECT month, custodian, scale, count(*) FROM opinions WHERE 1 = 1`, see, from, to)
	q.add(` GROUP BY month, custodian, scale ORDER BY month DESC, custodian, scale`)
	var out []archive.SatisfactionRow
	err := c.t.each(ctx, q.text.String(), q.args, func(scan func(...any) error) error {
		var r archive.SatisfactionRow
		var scale, n int
		if err := scan(&r.Month, &r.Custodian, &scale, &n); err != nil {
			return err
		}
		if scale < 1 || scale > archive.ScaleMost {
			return archive.Errorf(archive.Corrupt, "an opinion of %d", scale)
		}
		if last := len(out) - 1; last < 0 || out[last].Month != r.Month || out[last].Custodian != r.Custodian {
			out = append(out, r)
		}
		out[len(out)-1].Counts[scale-1] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count opinions: %w", err)
	}
	return out, nil
}

func (c opinions) Comments(ctx context.Context, see archive.Visibility, from, to archive.Date, n int) ([]archive.Opinion, error) {
	if blind(see) {
		return nil, nil
	}
	q := c.inside(`SELECT `+opinionColumns+` FROM opinions WHERE comment <> ''`, see, from, to)
	q.add(` ORDER BY at DESC, dossier LIMIT ?`, limit(n))
	os, err := all(ctx, c.t, q.text.String(), q.args, scanOpinion)
	if err != nil {
		return nil, fmt.Errorf("list comments: %w", err)
	}
	return os, nil
}
