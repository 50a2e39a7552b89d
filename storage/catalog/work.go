package catalog

import (
	"context"
	"fmt"

	"sohoa/archive"
)

// WorkCounts is one statement with a bounded count for every list: each reads the index that holds its open work, and no
// further than is shown.
func (c documents) WorkCounts(ctx context.Context, w archive.WorkAsk) (map[archive.WorkList]int, error) {
	counts := map[archive.WorkList]int{}
	q := &query{d: c.t.d}
	for _, k := range w.Lists {
		see := w.See
		if k.See != nil {
			see = *k.See
		}
		counts[k.List] = 0
		if blind(see) {
			continue
		}
		if len(q.args) > 0 {
			q.add(" UNION ALL ")
		}
		l := list{d: c.t.d, see: see, f: k.Filter}
		if q.free = l.waiting(); q.free == "" {
			q.free = "due_at"
			if _, scoped := l.custodians(); scoped {
				q.free = "custodian due_at"
			}
		}
		q.add("SELECT CAST(? AS text) AS list, count(*) AS n FROM (SELECT 1 FROM documents AS d WHERE 1 = 1", k.List)
		q.see(see).filter(k.Filter).add(" LIMIT ?) AS s", w.UpTo+1)
	}
	if len(q.args) == 0 {
		return counts, nil
	}
	err := q.each(ctx, c.t, func(scan func(...any) error) error {
		var list archive.WorkList
		var n int
		if err := scan(&list, &n); err != nil {
			return err
		}
		counts[list] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count work: %w", err)
	}
	return counts, nil
}
