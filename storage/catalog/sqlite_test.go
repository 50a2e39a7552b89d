package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sohoa/archive"
)

func set(t testing.TB, name, value string) func(archive.Tx) error {
	return func(tx archive.Tx) error { return tx.Settings().Set(context.Background(), name, value) }
}

func get(t testing.TB, c *Catalog, name string) (value string, found bool) {
	t.Helper()
	err := c.View(context.Background(), func(tx archive.Tx) (err error) {
		value, err = tx.Settings().Get(context.Background(), name)
		return err
	})
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		t.Fatal(err)
	}
	return value, err == nil
}

// inside gives a test statements of its own in a transaction.
func inside(a archive.Tx) *tx { return a.(*tx) }

// raw opens the same file past the program.
func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(1000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func mustExec(t testing.TB, db *sql.DB, text string) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// together holds the writer while n Updates line up behind it, then lets them all go. It returns what each got, and last
// what the one got that held them.
func together(t *testing.T, c *Catalog, n int, fn func(i int, tx archive.Tx) error) []error {
	t.Helper()
	held, free := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	errs := make([]error, n+1)
	wg.Go(func() {
		errs[n] = c.Update(t.Context(), func(tx archive.Tx) error {
			close(held)
			<-free
			return set(t, fmt.Sprint(n), "1")(tx)
		})
	})
	<-held
	for i := range n {
		wg.Go(func() { errs[i] = c.Update(t.Context(), func(tx archive.Tx) error { return fn(i, tx) }) })
	}
	waiting := c.engine.(*sqliteEngine).group.waiting.Load
	for end := time.Now().Add(10 * time.Second); waiting() < int64(n); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the updates did not line up")
		}
	}
	close(free)
	wg.Wait()
	return errs
}

func TestUpdatesThatWaitShareOneFlush(t *testing.T) {
	for _, tt := range []struct {
		name           string
		group, flushes int
	}{
		{"all of them", 64, 1},
		{"no more than the group holds", 10, 3}, // the one that held them counts: 21 in groups of 10
		{"each its own when the group is one", 1, 21},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := openFile(t, emptyFile(t), Options{Group: tt.group})
			before := c.Stats()
			for i, err := range together(t, c, 20, func(i int, tx archive.Tx) error { return set(t, fmt.Sprint(i), "1")(tx) }) {
				if err != nil {
					t.Errorf("update %d: %v", i, err)
				}
				if _, found := get(t, c, fmt.Sprint(i)); !found {
					t.Errorf("update %d left nothing", i)
				}
			}
			after := c.Stats()
			if got := after.Flushes - before.Flushes; got != int64(tt.flushes) {
				t.Errorf("%d flushes, want %d", got, tt.flushes)
			}
			if got := after.Updates - before.Updates; got != 21 {
				t.Errorf("%d updates counted, want 21", got)
			}
		})
	}
}

func TestOneThatFailsDoesNotHarmThoseItSharesAFlushWith(t *testing.T) {
	c := openFile(t, emptyFile(t), Options{})
	mine := errors.New("mine")
	errs := together(t, c, 20, func(i int, tx archive.Tx) error {
		if err := set(t, fmt.Sprint(i), "1")(tx); err != nil {
			return err
		}
		switch i % 4 {
		case 1:
			return mine
		case 2: // a refusal by the database itself
			_, err := inside(tx).exec(context.Background(), `INSERT INTO settings (name, value) VALUES ('x', NULL)`)
			return err
		}
		return nil
	})
	for i, err := range errs {
		_, found := get(t, c, fmt.Sprint(i))
		switch i % 4 { // the one that held them is number 20
		case 1:
			if !errors.Is(err, mine) || found {
				t.Errorf("update %d: %v, found %v", i, err, found)
			}
		case 2:
			if archive.KindOf(err) != archive.Conflict || found {
				t.Errorf("update %d: %v, found %v", i, err, found)
			}
		default:
			if err != nil || !found {
				t.Errorf("update %d: %v, found %v", i, err, found)
			}
		}
	}
}

func TestAFullDiskIsSaidAndNothingOfTheFlushRemains(t *testing.T) {
	path := emptyFile(t)
	c := openFile(t, path, Options{})
	if err := c.Update(t.Context(), set(t, "before", "1")); err != nil {
		t.Fatal(err)
	}
	// The size limit of the file stands for the disk: SQLite answers both with SQLITE_FULL.
	limit := func(pages string) {
		if err := c.Update(t.Context(), func(tx archive.Tx) error {
			var n int
			return inside(tx).one(t.Context(), `PRAGMA max_page_count = `+pages, nil, &n)
		}); err != nil {
			t.Fatal(err)
		}
	}
	limit("1") // means: as many as there are
	big := make([]byte, 1<<20)
	errs := together(t, c, 8, func(i int, tx archive.Tx) error {
		if i == 3 {
			return tx.Intents().Open(t.Context(), archive.Intent{ID: archive.NewID(), Payload: big, CreatedAt: time.Now(), ExpiresAt: time.Now()})
		}
		return set(t, fmt.Sprint(i), "1")(tx)
	})
	if archive.CodeOf(errs[3]) != "storage_full" || archive.KindOf(errs[3]) != archive.Unavailable {
		t.Errorf("the one that filled the disk: %v", errs[3])
	}
	for i, err := range errs {
		if _, found := get(t, c, fmt.Sprint(i)); found != (err == nil) {
			t.Errorf("update %d: %v, found %v", i, err, found)
		}
	}
	limit("1000000")
	if err := c.Update(t.Context(), set(t, "after", "1")); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if _, found := get(t, c, "before"); !found {
		t.Error("what was there before is gone")
	}
}

func TestAnotherProcessThatHoldsTheFileMakesItBusy(t *testing.T) {
	path := emptyFile(t)
	c := openFile(t, path, Options{Wait: time.Millisecond})
	other, err := raw(t, path).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	err = c.Update(t.Context(), set(t, "a", "1"))
	if archive.KindOf(err) != archive.Unavailable || archive.CodeOf(err) != "busy" {
		t.Errorf("got %v", err)
	}
	if err := c.Ping(t.Context()); err != nil {
		t.Errorf("a reader is not in the way: %v", err)
	}
	if _, err := other.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := c.Update(t.Context(), set(t, "a", "1")); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	newer := filepath.Join(dir, "newer.db")
	openFile(t, newer, Options{}).Close()
	mustExec(t, raw(t, newer), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte("this is a letter and no database, however long one looks at it"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, dsn string
		kind      archive.Kind
		code      string
	}{
		{"a database of a newer program", "sqlite:" + newer, archive.Unavailable, "newer_catalog"},
		{"a file that is no database", "sqlite:" + text, archive.Corrupt, "corrupt"},
		{"no file", "sqlite:", archive.Invalid, "invalid"},
		{"an engine it does not know", "mysql://root:secret@host/db", archive.Invalid, "invalid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Open(t.Context(), tt.dsn, Options{})
			if err == nil {
				c.Close()
			}
			if archive.KindOf(err) != tt.kind || archive.CodeOf(err) != tt.code {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := Open(t.Context(), "sqlite:"+filepath.Join(dir, "no", "folder", "catalog.db"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestTheFileIsForThisUserOnlyAndIsOpenedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a folder with spaces? and 100%", "catalog.db")
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	c := openFile(t, path, Options{})
	if err := c.Update(t.Context(), set(t, "a", "1")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(name), info.Mode())
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if v, _ := get(t, openFile(t, path, Options{}), "a"); v != "1" {
		t.Errorf("after opening again: %q", v)
	}
}

func TestTheWriterFlushesAtEveryCommitAndReadersCannotWrite(t *testing.T) {
	c := openFile(t, emptyFile(t), Options{})
	pragma := func(run func(context.Context, func(archive.Tx) error) error, name string) (value string) {
		if err := run(t.Context(), func(tx archive.Tx) error { return inside(tx).one(t.Context(), "PRAGMA "+name, nil, &value) }); err != nil {
			t.Fatal(err)
		}
		return value
	}
	for name, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"} {
		if got := pragma(c.Update, name); got != want {
			t.Errorf("%s of the writer is %s, want %s", name, got, want)
		}
	}
	if got := pragma(c.View, "query_only"); got != "1" {
		t.Errorf("query_only of a reader is %s", got)
	}
}
