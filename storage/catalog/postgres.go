package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"sohoa/archive"
)

// postgresEngine is a PostgreSQL database, shared by any number of processes. Updates are SERIALIZABLE, so that they mean
// what they mean on SQLite, where they run one after the other; an Update that loses a race is run again here and nowhere
// else.
type postgresEngine struct {
	db      *sql.DB
	closed  atomic.Bool
	updates atomic.Int64
	retries atomic.Int64
}

// attempts is how often an Update is run before its caller is told that the catalog is busy.
const attempts = 25

func openPostgres(ctx context.Context, dsn string, o Options) (engine, error) {
	db, err := postgresDB(dsn)
	if err != nil {
		return nil, err
	}
	if o.Readers <= 0 {
		o.Readers = 16
	}
	db.SetMaxOpenConns(o.Readers)
	db.SetMaxIdleConns(o.Readers)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := migrate(ctx, db, postgresDialect, func(at int64) error { return keepBefore(ctx, db, postgresDialect, o.Keep, at) }); err != nil {
		db.Close()
		return nil, translatePostgres(err)
	}
	return &postgresEngine{db: db}, nil
}

func postgresDB(dsn string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, archive.Errorf(archive.Invalid, "read the address: %w", err)
	}
	// A table read from end to end is, to a serializable transaction, a table read whole: everybody who writes to it is then
	// in its way. Small tables are read so unless the planner is told that it is dear.
	config.RuntimeParams["enable_seqscan"] = "off"
	return stdlib.OpenDB(*config), nil
}

func (e *postgresEngine) view(ctx context.Context, fn func(*tx) error) error {
	return e.once(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, fn)
}

func (e *postgresEngine) update(ctx context.Context, fn func(*tx) error) error {
	for try := 1; ; try++ {
		err := e.once(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable}, fn)
		if err == nil {
			e.updates.Add(1)
			return nil
		}
		if !lostRace(err) || try == attempts {
			return err
		}
		e.retries.Add(1)
		// Whoever won is done after a moment; the growing, uneven pause keeps losers from meeting again.
		pause := time.NewTimer(rand.N(time.Duration(min(try, 10)) * 4 * time.Millisecond))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
	}
}

// once runs fn in one transaction. A panic in fn rolls back and goes on in the caller.
func (e *postgresEngine) once(ctx context.Context, o *sql.TxOptions, fn func(*tx) error) error {
	// The end of ctx is noticed by the statements. Begun without it, the transaction is not torn down under a commit, whose
	// outcome would then be unknown.
	if err := ctx.Err(); err != nil {
		return err
	}
	if e.closed.Load() {
		return errClosed
	}
	conn, err := e.db.Conn(ctx)
	if err != nil {
		return translatePostgres(err)
	}
	defer conn.Close()
	st, err := conn.BeginTx(context.WithoutCancel(ctx), o)
	if err != nil {
		return translatePostgres(err)
	}
	defer st.Rollback() // does nothing after a commit
	t := &tx{run: postgresTx{st}, d: postgresDialect}
	defer t.end()
	if err := fn(t); err != nil {
		return err
	}
	if t.broken != nil {
		return t.broken
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := st.Commit(); err != nil {
		return fmt.Errorf("commit: %w", translatePostgres(err))
	}
	return nil
}

func (e *postgresEngine) ping(ctx context.Context) error {
	if e.closed.Load() {
		return errClosed
	}
	return translatePostgres(e.db.PingContext(ctx))
}

// stats counts a flush for every Update; PostgreSQL shares flushes among them by itself and does not say.
func (e *postgresEngine) stats() Stats {
	n := e.updates.Load()
	return Stats{Updates: n, Flushes: n, Retries: e.retries.Load()}
}

func (e *postgresEngine) close() error {
	if e.closed.Swap(true) {
		return nil
	}
	return e.db.Close()
}

type postgresTx struct{ tx *sql.Tx }

func (p postgresTx) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	return p.tx.ExecContext(ctx, text, args...)
}

func (p postgresTx) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	return p.tx.QueryContext(ctx, text, args...)
}
