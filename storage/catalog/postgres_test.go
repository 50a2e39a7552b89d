package catalog

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"sohoa/archive"
	"sohoa/archive/catalogtest"
	"sohoa/storage/catalog/postgrestest"
)

func TestPostgres(t *testing.T) {
	open := emptied(t, postgrestest.Start(t).Database(t))
	catalogtest.Run(t, func(t *testing.T) archive.Catalog { return open(t) })
}

// emptied returns a function that gives the catalog at address, emptied, and opened again when a test has closed it. That
// takes a hundredth of the time of making a database for every test. The triggers that guard events are silent in a session
// that plays replica.
func emptied(t testing.TB, address string) func(testing.TB) *Catalog {
	var c *Catalog
	t.Cleanup(func() {
		if c != nil {
			c.Close()
		}
	})
	return func(t testing.TB) *Catalog {
		t.Helper()
		if c == nil || c.Ping(t.Context()) != nil {
			var err error
			if c, err = Open(t.Context(), address, Options{}); err != nil {
				t.Fatal(err)
			}
		}
		postgrestest.Exec(t, address, `SET session_replication_role = replica; DELETE FROM accounts; DELETE FROM agencies; DELETE FROM answers;
			DELETE FROM documents; DELETE FROM dossiers; DELETE FROM events; DELETE FROM intents; DELETE FROM jobs; DELETE FROM named; DELETE FROM pages;
			DELETE FROM learned; DELETE FROM procedures; DELETE FROM sessions; DELETE FROM settings; DELETE FROM tokens; DELETE FROM tree_checkpoint; DELETE FROM tree_hashes; DELETE FROM used;
			DELETE FROM versions; UPDATE registry_version SET version = 0`)
		return c
	}
}

func TestPostgresThatIsAwayOrNotThere(t *testing.T) {
	for _, tt := range []struct {
		name, dsn string
		kind      archive.Kind
	}{
		{"nobody listens", "postgres://sohoa:secret@127.0.0.1:1/sohoa?connect_timeout=2", archive.Unavailable},
		{"an address that cannot be read", "postgres://sohoa:secret@host:port/sohoa", archive.Invalid},
	} {
		_, err := Open(t.Context(), tt.dsn, Options{})
		if archive.KindOf(err) != tt.kind {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error repeats the password", tt.name)
		}
	}

	address := postgrestest.Start(t).Database(t)
	c := emptied(t, address)(t)
	err := c.Update(t.Context(), func(tx archive.Tx) error {
		if err := set(t, "a", "1")(tx); err != nil {
			return err
		}
		postgrestest.Exec(t, address, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()`)
		return set(t, "b", "1")(tx)
	})
	if archive.KindOf(err) != archive.Unavailable {
		t.Errorf("a connection cut in the middle: %v", err)
	}
	for _, name := range []string{"a", "b"} {
		if _, found := get(t, c, name); found {
			t.Errorf("%s is there", name)
		}
	}
	if err := c.Update(t.Context(), set(t, "a", "2")); err != nil {
		t.Errorf("on the next connection: %v", err)
	}
}

// TestALostRaceIsRunAgain makes two Updates read what the other writes, which no order of the two allows.
func TestALostRaceIsRunAgain(t *testing.T) {
	c := emptied(t, postgrestest.Start(t).Database(t))(t)
	if err := c.Update(t.Context(), func(tx archive.Tx) error { return errors.Join(set(t, "a", "0")(tx), set(t, "b", "0")(tx)) }); err != nil {
		t.Fatal(err)
	}
	var met, done sync.WaitGroup
	met.Add(2)
	for _, names := range [][2]string{{"a", "b"}, {"b", "a"}} {
		done.Go(func() {
			runs := 0
			if err := c.Update(t.Context(), func(tx archive.Tx) error {
				v, err := tx.Settings().Get(t.Context(), names[0])
				if err != nil {
					return err
				}
				if runs++; runs == 1 { // both have read before either writes
					met.Done()
					met.Wait()
				}
				return set(t, names[1], v+"+")(tx)
			}); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	// One after the other: the first writes "0+", the second adds to it.
	a, _ := get(t, c, "a")
	b, _ := get(t, c, "b")
	if a+b != "0+0++" && a+b != "0++0+" {
		t.Errorf("a is %q and b is %q: not one after the other", a, b)
	}
	if c.Stats().Retries == 0 {
		t.Error("no retry was counted")
	}
}
