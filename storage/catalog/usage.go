package catalog

import (
	"context"
	"fmt"

	"sohoa/archive"
)

// usage keeps two sorts of rows in one table: of a day, by actor and custodian, and, with day and actor empty, of what a
// custodian keeps. One statement books both. An account is the sum of its slots.
type usage struct{ t *tx }

func (c usage) Add(ctx context.Context, u archive.Charge) error {
	q := (&query{d: c.t.d}).add(`INSERT INTO used (day, actor, custodian, slot, papers, bytes) VALUES ('', '', ?, `+c.t.d.slot+`, ?, ?)`, u.Custodian, u.Kept.Papers, u.Kept.Bytes)
	if u.In != (archive.Count{}) {
		q.add(`, (?, ?, ?, `+c.t.d.slot+`, ?, ?)`, u.Day, u.Actor, u.Custodian, u.In.Papers, u.In.Bytes)
	}
	q.add(` ON CONFLICT (day, actor, custodian, slot) DO UPDATE SET papers = used.papers + excluded.papers, bytes = used.bytes + excluded.bytes`)
	if _, err := c.t.exec(ctx, q.text.String(), q.args...); err != nil {
		return fmt.Errorf("book usage of %s: %w", u.Custodian, err)
	}
	return nil
}

// sums are the columns every account is read by.
const sums = `CAST(coalesce(sum(papers), 0) AS BIGINT), CAST(coalesce(sum(bytes), 0) AS BIGINT)`

func (c usage) Of(ctx context.Context, day archive.Date, actor archive.ID, custodian archive.AgencyCode) (u archive.Used, err error) {
	err = c.t.each(ctx, `SELECT 0, `+sums+` FROM used WHERE day = $1 AND actor = $2 AND actor <> ''
		UNION ALL SELECT 1, `+sums+` FROM used WHERE custodian = $3 AND day = $1
		UNION ALL SELECT 2, `+sums+` FROM used WHERE custodian = $3 AND day = ''`,
		[]any{day, actor, custodian}, func(scan func(...any) error) error {
			var which int
			var n archive.Count
			if err := scan(&which, &n.Papers, &n.Bytes); err != nil {
				return err
			}
			*[]*archive.Count{&u.Actor, &u.Agency, &u.Kept}[which] = n
			return nil
		})
	if err != nil {
		return u, fmt.Errorf("usage of %s: %w", custodian, err)
	}
	return u, nil
}

func (c usage) Agencies(ctx context.Context, day archive.Date) ([]archive.AgencyUse, error) {
	var out []archive.AgencyUse
	err := c.t.each(ctx, `SELECT custodian, day, `+sums+` FROM used WHERE day IN ('', $1) GROUP BY custodian, day ORDER BY custodian, day`, []any{day},
		func(scan func(...any) error) error {
			var code archive.AgencyCode
			var of string
			var n archive.Count
			if err := scan(&code, &of, &n.Papers, &n.Bytes); err != nil {
				return err
			}
			if len(out) == 0 || out[len(out)-1].Custodian != code {
				out = append(out, archive.AgencyUse{Custodian: code})
			}
			if u := &out[len(out)-1]; of == "" {
				u.Kept = n
			} else {
				u.Today = n
			}
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("usage of agencies: %w", err)
	}
	return out, nil
}

func (c usage) Recount(ctx context.Context) (map[archive.AgencyCode]archive.Count, error) {
	out := map[archive.AgencyCode]archive.Count{}
	err := c.t.each(ctx, `SELECT d.custodian, count(DISTINCT d.id), CAST(coalesce(sum(v.size), 0) AS BIGINT)
		FROM documents AS d LEFT JOIN versions AS v ON v.document = d.id WHERE d.state <> 'disposed' GROUP BY d.custodian`, nil,
		func(scan func(...any) error) error {
			var code archive.AgencyCode
			var n archive.Count
			if err := scan(&code, &n.Papers, &n.Bytes); err != nil {
				return err
			}
			out[code] = n
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("count what is kept: %w", err)
	}
	return out, nil
}

func (c usage) Forget(ctx context.Context, day archive.Date) error {
	if _, err := c.t.exec(ctx, `DELETE FROM used WHERE day <> '' AND day < $1`, day); err != nil {
		return fmt.Errorf("forget usage before %s: %w", day, err)
	}
	return nil
}
