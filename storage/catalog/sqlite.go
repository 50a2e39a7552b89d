package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	_ "modernc.org/sqlite"
)

// sqliteEngine is one SQLite file in WAL mode: one connection writes (group.go), a few read. A reader sees the last
// commit before its first statement and is never blocked by the writer.
type sqliteEngine struct {
	db      *sql.DB
	readers chan *session
	all     []*session
	group   *group
	closed  chan struct{}
	once    sync.Once
}

// openSQLite opens the file at path, made with mode 0600 when it is not there: it holds personal data.
func openSQLite(ctx context.Context, path string, o Options) (engine, error) {
	if err := makeFile(path); err != nil {
		return nil, err
	}
	db, err := sqliteDB(path, o)
	if err != nil {
		return nil, err
	}
	if o.Keep == "" {
		o.Keep = filepath.Join(filepath.Dir(path), "backups")
	}
	if o.Readers <= 0 {
		o.Readers = 4
	}
	e := &sqliteEngine{db: db, readers: make(chan *session, o.Readers), closed: make(chan struct{})}
	db.SetMaxOpenConns(o.Readers + 1)
	db.SetMaxIdleConns(o.Readers + 1)
	if err := e.start(ctx, o); err != nil {
		for _, s := range e.all {
			s.close()
		}
		db.Close()
		return nil, translateSQLite(err)
	}
	return e, nil
}

func sqliteDB(path string, o Options) (*sql.DB, error) {
	// Synchronous FULL flushes the log at every commit: that flush is the promise of Update. Foreign keys and query_only
	// are properties of a connection, so they stand here and not in a migration.
	pragmas := url.Values{"_pragma": {
		fmt.Sprintf("busy_timeout(%d)", o.Wait.Milliseconds()), "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"temp_store(MEMORY)", "journal_size_limit(67108864)", "trusted_schema(0)",
	}}
	return sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+pragmas.Encode())
}

func (e *sqliteEngine) start(ctx context.Context, o Options) error {
	if err := migrate(ctx, e.db, sqliteDialect, func(at int64) error { return keepBefore(ctx, e.db, sqliteDialect, o.Keep, at) }); err != nil {
		return err
	}
	writer, err := e.session(ctx)
	if err != nil {
		return err
	}
	for range o.Readers {
		s, err := e.session(ctx)
		if err != nil {
			return err
		}
		if _, err := s.conn.ExecContext(ctx, "PRAGMA query_only = 1"); err != nil {
			return err
		}
		e.readers <- s
	}
	e.group = startGroup(writer, o.Group)
	return nil
}

func (e *sqliteEngine) session(ctx context.Context) (*session, error) {
	c, err := e.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{conn: c, prepared: map[string]*sql.Stmt{}}
	e.all = append(e.all, s)
	return s, nil
}

// makeFile makes an empty file that only this user can read, and flushes its name into the folder. SQLite gives its log
// the mode of the file.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("make %s: %w", path, err)
	}
	if err := f.Close(); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func (e *sqliteEngine) view(ctx context.Context, fn func(*tx) error) error {
	select {
	case <-e.closed:
		return errClosed
	default:
	}
	var s *session
	select {
	case s = <-e.readers:
	case <-e.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { e.readers <- s }()
	if err := ctx.Err(); err != nil {
		return err
	}
	// BEGIN touches no file and takes no time. A context that ended in the middle of it would hand the session back with an
	// open transaction, and every later View on it would fail.
	if err := s.plain(context.WithoutCancel(ctx), "BEGIN"); err != nil {
		return translateSQLite(err)
	}
	// The transaction ends whatever becomes of the caller; it wrote nothing, so how it ends does not matter.
	defer s.plain(context.WithoutCancel(ctx), "ROLLBACK")
	t := &tx{run: s, d: sqliteDialect}
	defer t.end()
	if err := fn(t); err != nil {
		return err
	}
	return t.broken
}

func (e *sqliteEngine) update(ctx context.Context, fn func(*tx) error) error {
	return e.group.update(ctx, fn)
}

func (e *sqliteEngine) ping(ctx context.Context) error {
	return e.view(ctx, func(t *tx) error {
		var one int
		return t.one(ctx, "SELECT only_row FROM registry_version", nil, &one)
	})
}

func (e *sqliteEngine) stats() Stats { return e.group.stats() }

func (e *sqliteEngine) close() error {
	first := false
	e.once.Do(func() { first = true; close(e.closed) })
	if !first {
		return nil
	}
	e.group.stop()
	for range cap(e.readers) {
		<-e.readers
	}
	for _, s := range e.all {
		s.close()
	}
	if err := e.db.Close(); err != nil {
		return fmt.Errorf("close catalog: %w", err)
	}
	return nil
}

// session is one SQLite connection with its prepared statements. It is used by one goroutine at a time.
type session struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

// preparedLimit bounds the statements kept; lists put together from filters could otherwise fill the memory.
const preparedLimit = 200

func (s *session) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	if st, ok := s.prepared[text]; ok {
		return st, nil
	}
	if len(s.prepared) >= preparedLimit {
		s.forget()
	}
	st, err := s.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s.prepared[text] = st
	return st, nil
}

func (s *session) forget() {
	for text, st := range s.prepared {
		st.Close()
		delete(s.prepared, text)
	}
}

func (s *session) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	st, err := s.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(ctx, args...)
}

func (s *session) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	st, err := s.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// plain runs a statement that begins or ends a transaction.
func (s *session) plain(ctx context.Context, text string) error {
	_, err := s.exec(ctx, text, nil)
	return err
}

func (s *session) close() {
	s.forget()
	s.conn.Close()
}

// steady runs the statements of the writer. A statement that is interrupted inside a transaction makes SQLite roll the
// whole transaction back, and with it the Updates of others that share it: so a statement once begun is finished, and a
// caller's end is noticed between two (tx.exec, tx.each). Every statement here is short.
type steady struct{ *session }

func (s steady) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	return s.session.exec(context.WithoutCancel(ctx), text, args)
}

func (s steady) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	return s.session.query(context.WithoutCancel(ctx), text, args)
}

var _ runner = steady{}
