package catalog

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sohoa/archive"
	"sohoa/storage/ledger"
)

// crashFile tells a child of TestKilledWhileWriting which file to write to.
const crashFile = "CATALOG_TEST_CRASH_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		writeUntilKilled(path)
	}
	os.Exit(m.Run())
}

// writeUntilKilled deposits, so to speak, from several goroutines, says the name of each after it is acknowledged, and
// sequences meanwhile.
func writeUntilKilled(path string) {
	ctx := context.Background()
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	c, err := Open(ctx, "sqlite:"+path, Options{})
	fail(err)
	key, err := ledger.LoadOrCreateKey(path + ".key")
	fail(err)
	l, err := ledger.Open(c, key, archive.SystemClock{})
	fail(err)
	var say sync.Mutex
	for w := range 4 {
		go func() {
			for n := 0; ; n++ {
				e := archive.NewEvent(archive.System, archive.EvMaintain, archive.SystemClock{}.Now())
				fail(c.Update(ctx, func(tx archive.Tx) error {
					if err := tx.Settings().Set(ctx, e.ID.String(), "1"); err != nil {
						return err
					}
					if err := tx.Events().Append(ctx, e); err != nil {
						return err
					}
					if (n+w)%5 == 0 { // over several pages of the file
						return tx.Settings().Set(ctx, e.ID.String(), strings.Repeat("x", 20000))
					}
					return nil
				}))
				say.Lock()
				fmt.Println(e.ID)
				say.Unlock()
			}
		}()
	}
	for {
		_, err := l.Sequence(ctx)
		fail(err)
	}
}

// TestKilledWhileWriting kills a writing process again and again over the same file. After each time everything that was
// acknowledged is there, nothing is there by half, and the log is sound.
func TestKilledWhileWriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	acknowledged := map[string]bool{}
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	for round := range rounds {
		for _, id := range acknowledgedBy(t, path, 20+37*round%150) {
			acknowledged[id] = true
		}
		c := openFile(t, path, Options{})
		names := map[string]bool{}
		if err := c.View(t.Context(), func(tx archive.Tx) error {
			return inside(tx).each(t.Context(), `SELECT name FROM settings`, nil, func(scan func(...any) error) error {
				var name string
				err := scan(&name)
				names[name] = true
				return err
			})
		}); err != nil {
			t.Fatal(err)
		}
		for id := range acknowledged {
			if !names[id] {
				t.Fatalf("round %d: acknowledged %s is lost", round, id)
			}
		}
		var after int64 = -1
		unnumbered := len(names)
		key, err := ledger.LoadOrCreateKey(path + ".key")
		if err != nil {
			t.Fatal(err)
		}
		l, err := ledger.Open(c, key, archive.SystemClock{})
		if err != nil {
			t.Fatal(err)
		}
		sound(t, l)
		for {
			n, err := l.Sequence(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
		sound(t, l)
		if err := c.View(t.Context(), func(tx archive.Tx) error {
			for {
				es, err := tx.Events().Since(t.Context(), after, 1000)
				if err != nil || len(es) == 0 {
					return err
				}
				for _, e := range es {
					if !names[e.ID.String()] {
						t.Errorf("round %d: event %s without its row", round, e.ID)
					}
				}
				unnumbered -= len(es)
				after = es[len(es)-1].Seq
			}
		}); err != nil {
			t.Fatal(err)
		}
		if unnumbered != 0 {
			t.Errorf("round %d: %d rows without their event", round, unnumbered)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d acknowledged in %d rounds", len(acknowledged), rounds)
}

// acknowledgedBy starts a writer, kills it after n acknowledgements and returns all it gave.
func acknowledgedBy(t *testing.T, path string, n int) (ids []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashFile+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if line := lines.Text(); len(line) == 36 { // not one cut short by the end
			ids = append(ids, line)
		}
		if len(ids) == n {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	cmd.Wait() // says that it was killed
	if len(ids) < n {
		t.Fatalf("the writer ended by itself after %d", len(ids))
	}
	return ids
}

func sound(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	if err := l.Verify(t.Context(), func(d archive.Discrepancy) error {
		t.Errorf("verify: %+v", d)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
