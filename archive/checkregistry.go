package archive

import (
	"context"
	"encoding/json"
	"fmt"
)

// checkRegistry compares agencies, procedures and accounts with the registry's objects: each object must be there once a closed
// segment speaks of it, and a row of the revision that it keeps must say what it says. Passwords are in no object.
func (c *checking) checkRegistry(ctx context.Context, closed int64) error {
	// The objects are read before the rows: what is changed meanwhile is newer in the row, and passed over.
	kept := map[string][]byte{}
	for name, action := range map[string]Action{registryAgencies: EvRegistry, registryProcedures: EvRegistry, registryAccounts: EvAccount} {
		b, err := c.registryObject(ctx, name, action, closed)
		if err != nil {
			return err
		}
		kept[name] = b
	}
	var gs []Agency
	var ps []Procedure
	var as []segmentAccount
	err := c.a.Catalog.View(ctx, func(tx Tx) (err error) {
		if gs, err = tx.Registry().Agencies(ctx); err != nil {
			return err
		}
		if ps, err = tx.Registry().Procedures(ctx); err != nil {
			return err
		}
		as, err = accountsKept(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	err = eachRow(c, kept[registryAgencies], gs, func(g Agency) string { return "agency:" + g.Code.String() }, func(g Agency) int64 { return g.Revision },
		func(ctx context.Context, tx Tx, g Agency) error { return tx.Restore().Agency(ctx, g) })
	if err != nil {
		return err
	}
	err = eachRow(c, kept[registryProcedures], ps, func(p Procedure) string { return fmt.Sprintf("procedure:%s@%s", p.Code, p.From) }, func(p Procedure) int64 { return p.Revision },
		func(ctx context.Context, tx Tx, p Procedure) error { return tx.Restore().Procedure(ctx, p) })
	if err != nil {
		return err
	}
	return eachRow(c, kept[registryAccounts], as, func(s segmentAccount) string { return "account:" + s.Login }, func(s segmentAccount) int64 { return s.Revision }, restoreAccount)
}

// registryObject reads what the store keeps of one kind; nil when it is not there, and that was reported where it should be.
func (c *checking) registryObject(ctx context.Context, name string, action Action, closed int64) ([]byte, error) {
	object := registryObject(name)
	if c.said[string(object)] || c.said[c.place(string(object))] {
		return nil, nil
	}
	b, err := c.a.objectFile(ctx, object, name+".json", maxHouseFile)
	switch {
	case err == nil:
		return b, nil
	case KindOf(err) == Corrupt:
		return nil, c.once(Discrepancy{Kind: "corrupt_object", Object: string(object), Detail: err.Error()})
	case KindOf(err) != NotFound:
		return nil, err
	}
	wanted, err := c.a.happenedUpTo(ctx, action, closed)
	if err != nil || !wanted {
		return nil, err
	}
	return nil, c.once(Discrepancy{Kind: "missing_object", Object: string(object), Detail: "the log is closed behind a change of it, it is in no store"})
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

// eachRow compares the rows of one kind with the list the store keeps of them; nil where it keeps none.
func eachRow[T any](c *checking, b []byte, rows []T, name func(T) string, revision func(T) int64, restore func(context.Context, Tx, T) error) error {
	if b == nil {
		return nil
	}
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
