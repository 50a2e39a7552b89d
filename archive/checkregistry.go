package archive

import (
	"context"
	"encoding/json"
	"fmt"
)

// checkRegistry compares agencies, procedures and accounts with the registry's objects: each object must be there once a closed
// segment speaks of it, and a row of the revision that it keeps must say what it says. Passwords are in no object.
func (c *checking) checkRegistry(ctx context.Context, closed int64) error {
	var gs []Agency
	var ps []Procedure
	var as []Account
	err := c.a.Catalog.View(ctx, func(tx Tx) (err error) {
		if gs, err = tx.Registry().Agencies(ctx); err != nil {
			return err
		}
		if ps, err = tx.Registry().Procedures(ctx); err != nil {
			return err
		}
		as = nil
		for after := ""; ; {
			page, err := tx.Accounts().List(ctx, after, 200)
			if err != nil {
				return err
			}
			if as = append(as, page...); len(page) < 200 {
				return nil
			}
			after = page[len(page)-1].Login
		}
	})
	if err != nil {
		return err
	}
	for _, r := range []struct {
		name   string
		action Action
		rows   func([]byte) error
	}{
		{registryAgencies, EvRegistry, func(b []byte) error {
			return eachRow(c, b, gs, func(g Agency) string { return "agency:" + g.Code.String() }, func(g Agency) int64 { return g.Revision },
				func(ctx context.Context, tx Tx, g Agency) error { return tx.Restore().Agency(ctx, g) })
		}},
		{registryProcedures, EvRegistry, func(b []byte) error {
			return eachRow(c, b, ps, func(p Procedure) string { return fmt.Sprintf("procedure:%s@%s", p.Code, p.From) }, func(p Procedure) int64 { return p.Revision },
				func(ctx context.Context, tx Tx, p Procedure) error { return tx.Restore().Procedure(ctx, p) })
		}},
		{registryAccounts, EvAccount, func(b []byte) error {
			rows := make([]segmentAccount, len(as))
			for i, acc := range as {
				rows[i] = accountKept(acc)
			}
			return eachRow(c, b, rows, func(s segmentAccount) string { return "account:" + s.Login }, func(s segmentAccount) int64 { return s.Revision },
				func(ctx context.Context, tx Tx, s segmentAccount) error { return restoreAccount(ctx, tx, s) })
		}},
	} {
		if err := c.registryObject(ctx, r.name, r.action, closed, r.rows); err != nil {
			return err
		}
	}
	return nil
}

func (c *checking) registryObject(ctx context.Context, name string, action Action, closed int64, rows func([]byte) error) error {
	object := registryObject(name)
	if c.said[string(object)] {
		return nil
	}
	b, err := c.a.objectFile(ctx, object, name+".json", maxHouseFile)
	switch {
	case err == nil:
		return rows(b)
	case KindOf(err) == Corrupt:
		return c.once(Discrepancy{Kind: "corrupt_object", Object: string(object), Detail: err.Error()})
	case KindOf(err) != NotFound:
		return err
	}
	wanted, err := c.a.happenedUpTo(ctx, action, closed)
	if err != nil || !wanted {
		return err
	}
	return c.once(Discrepancy{Kind: "missing_object", Object: string(object), Detail: "the log is closed behind a change of it, it is in no store"})
}

// happenedUpTo reports whether an event of the action has a number up to and with seq.
func (a *Archive) happenedUpTo(ctx context.Context, action Action, seq int64) (bool, error) {
	for after := ""; ; {
		var l EventListing
		err := a.Catalog.View(ctx, func(tx Tx) (err error) {
			l, err = tx.Events().Browse(ctx, EventFilter{Action: action, After: after, Limit: 200})
			return err
		})
		if err != nil {
			return false, err
		}
		for _, e := range l.Items {
			if e.Seq >= 0 && e.Seq <= seq {
				return true, nil
			}
		}
		if after = l.Next; after == "" {
			return false, nil
		}
	}
}

// eachRow compares the rows of one kind with the list the store keeps of them.
func eachRow[T any](c *checking, b []byte, rows []T, name func(T) string, revision func(T) int64, restore func(context.Context, Tx, T) error) error {
	var kept []T
	if err := json.Unmarshal(b, &kept); err != nil {
		return Errorf(Corrupt, "registry: %v", err)
	}
	have := map[string]T{}
	for _, r := range rows {
		have[name(r)] = r
	}
	for _, k := range kept {
		d := Discrepancy{Object: name(k), Detail: "according to the registry in the store"}
		d.mend = c.mender(func(ctx context.Context, tx Tx) error { return restore(ctx, tx, k) })
		r, ok := have[name(k)]
		var missing error
		if !ok {
			missing = ErrNotFound
		}
		var old int64
		if ok {
			old = revision(r)
		}
		if err := c.row(d, missing, old, revision(k), r, k); err != nil {
			return err
		}
	}
	return nil
}
