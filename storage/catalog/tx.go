package catalog

import (
	"context"
	"database/sql"
	"errors"

	"sohoa/archive"
)

// runner runs statements of one transaction on one connection.
type runner interface {
	exec(ctx context.Context, text string, args []any) (sql.Result, error)
	query(ctx context.Context, text string, args []any) (*sql.Rows, error)
}

// tx implements archive.Tx. After the first error of the driver it refuses every further statement, on both engines:
// PostgreSQL does so by itself, and SQLite may have rolled the whole transaction back (a full disk), after which a
// statement would be committed alone.
type tx struct {
	run    runner
	d      dialect
	broken error
}

var _ archive.Tx = (*tx)(nil)

func (t *tx) Documents() archive.Documents   { return documents{t} }
func (t *tx) Pages() archive.Pages           { return pages{t} }
func (t *tx) Dossiers() archive.Dossiers     { return dossiers{t} }
func (t *tx) Registry() archive.Registry     { return registry{t} }
func (t *tx) Events() archive.Events         { return events{t} }
func (t *tx) Intents() archive.Intents       { return intents{t} }
func (t *tx) Jobs() archive.Jobs             { return jobs{t} }
func (t *tx) Accounts() archive.Accounts     { return accounts{t} }
func (t *tx) Sessions() archive.Sessions     { return sessions{t} }
func (t *tx) Tokens() archive.Tokens         { return tokens{t} }
func (t *tx) Factors() archive.Factors       { return factors{t} }
func (t *tx) Passes() archive.Passes         { return passes{t} }
func (t *tx) Answers() archive.Answers       { return answers{t} }
func (t *tx) Uploads() archive.Uploads       { return uploads{t} }
func (t *tx) Settings() archive.Settings     { return settings{t} }
func (t *tx) Usage() archive.Usage           { return usage{t} }
func (t *tx) Learnt() archive.Learnt         { return learnt{t} }
func (t *tx) Retrievals() archive.Retrievals { return retrievals{t} }
func (t *tx) Tries() archive.Tries           { return tries{t} }
func (t *tx) Opinions() archive.Opinions     { return opinions{t} }
func (t *tx) Comments() archive.Comments     { return comments{t} }
func (t *tx) Batches() archive.Batches       { return batches{t} }
func (t *tx) Tree() archive.TreeTx           { return tree{t} }

// errEnded is what a transaction says that was kept after its function returned.
var errEnded = errors.New("the transaction has ended")

// end makes every later use of t fail.
func (t *tx) end() {
	if t.broken == nil {
		t.broken = errEnded
	}
}

// fail translates an error of the driver and remembers that the transaction cannot go on.
func (t *tx) fail(err error) error {
	err = t.d.translate(err)
	t.broken = err
	return err
}

// exec runs one statement and returns how many rows it touched.
func (t *tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if t.broken != nil {
		return 0, t.broken
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	r, err := t.run.exec(ctx, text, bind(args))
	if err != nil {
		return 0, t.fail(err)
	}
	n, err := r.RowsAffected()
	if err != nil {
		return 0, t.fail(err)
	}
	return n, nil
}

// each runs a query and hands the rows to row one by one. Row must not use the transaction: PostgreSQL has one
// conversation at a time.
func (t *tx) each(ctx context.Context, text string, args []any, row func(scan func(...any) error) error) error {
	if t.broken != nil {
		return t.broken
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	rows, err := t.run.query(ctx, text, bind(args))
	if err != nil {
		return t.fail(err)
	}
	defer rows.Close()
	scan := func(to ...any) error { return rows.Scan(targets(to)...) }
	for rows.Next() {
		if err := row(scan); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return t.fail(err)
	}
	return nil
}

// one reads the first row of a query into to; archive.ErrNotFound when there is none.
func (t *tx) one(ctx context.Context, text string, args []any, to ...any) error {
	found := false
	err := t.each(ctx, text, args, func(scan func(...any) error) error {
		if found {
			return nil
		}
		found = true
		return scan(to...)
	})
	if err == nil && !found {
		return archive.ErrNotFound
	}
	return err
}

// all reads every row of a query by a function that scans one.
func all[T any](ctx context.Context, t *tx, text string, args []any, row func(scan func(...any) error) (T, error)) ([]T, error) {
	var out []T
	err := t.each(ctx, text, args, func(scan func(...any) error) error {
		v, err := row(scan)
		if err == nil {
			out = append(out, v)
		}
		return err
	})
	return out, err
}
