// Package catalog keeps rows: it implements archive.Catalog in SQL, on SQLite for one machine and on PostgreSQL for many.
//
// The statements are one text for both engines ($1 parameters, keyset paging, times as text). The engines differ in how
// they are opened and migrated, in how a transaction is run (sqlite.go, postgres.go) and in what their errors mean
// (errors.go); the few expressions that cannot be the same stand in dialect.go.
package catalog

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sohoa/archive"
)

// Options tune a catalog. The zero value is what a server wants.
type Options struct {
	// Readers is how many Views run at the same moment; more wait. Zero means 4 on SQLite and 16 on PostgreSQL.
	Readers int
	// Group is how many Updates may share one flush on SQLite. Zero means 64. One means that every Update pays its own.
	Group int
	// Wait is how long a write waits for another process that holds the SQLite file before it is Unavailable. Zero means
	// five seconds.
	Wait time.Duration
	// Keep is the folder for the dump that is made before a migration changes tables that hold rows. Empty: backups beside
	// the SQLite file; on PostgreSQL no dump is made.
	Keep string
}

// Stats counts what a catalog has done since it was opened.
type Stats struct {
	Updates int64 // Updates that became durable
	Flushes int64 // commits that made them so; on SQLite each is one flush of the write-ahead log
	Retries int64 // Updates run again after a lost race (PostgreSQL)
}

// engine runs transactions. It is what SQLite and PostgreSQL do differently.
type engine interface {
	view(ctx context.Context, fn func(*tx) error) error
	update(ctx context.Context, fn func(*tx) error) error
	ping(ctx context.Context) error
	stats() Stats
	close() error
}

// Catalog implements archive.Catalog.
type Catalog struct{ engine engine }

var _ archive.Catalog = (*Catalog)(nil)

// Open opens the catalog that dsn names, "sqlite:FILE" or "postgres://…", making and migrating its tables. A database
// that a newer program has migrated is refused. The caller closes it.
func Open(ctx context.Context, dsn string, o Options) (*Catalog, error) {
	if o.Group <= 0 {
		o.Group = 64
	}
	if o.Wait <= 0 {
		o.Wait = 5 * time.Second
	}
	var e engine
	var err error
	scheme, rest, _ := strings.Cut(dsn, ":")
	switch {
	case scheme == "sqlite" && rest != "":
		e, err = openSQLite(ctx, rest, o)
	case scheme == "postgres", scheme == "postgresql":
		e, err = openPostgres(ctx, dsn, o)
	default:
		// The text is not repeated: it may hold a password.
		return nil, archive.Errorf(archive.Invalid, "a catalog is sqlite:FILE or postgres://…")
	}
	if err != nil {
		return nil, fmt.Errorf("open %s catalog: %w", scheme, err)
	}
	return &Catalog{engine: e}, nil
}

// View implements archive.Catalog.
func (c *Catalog) View(ctx context.Context, fn func(archive.Tx) error) error {
	return c.engine.view(ctx, func(t *tx) error { return fn(t) })
}

// Update implements archive.Catalog. A panic in fn leaves nothing of it and goes on in the caller.
func (c *Catalog) Update(ctx context.Context, fn func(archive.Tx) error) error {
	return c.engine.update(ctx, func(t *tx) error { return fn(t) })
}

// Ping implements archive.Catalog.
func (c *Catalog) Ping(ctx context.Context) error { return c.engine.ping(ctx) }

// Stats returns what the catalog has done so far.
func (c *Catalog) Stats() Stats { return c.engine.stats() }

// Close lets what is running finish, refuses what comes after, and closes the database.
func (c *Catalog) Close() error { return c.engine.close() }

var errClosed = archive.Errorf(archive.Unavailable, "the catalog is closed")
