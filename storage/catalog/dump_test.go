package catalog

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/storage/catalog/postgrestest"
)

// engines are empty databases of both kinds.
func engines(t *testing.T) map[string]func() string {
	server := postgrestest.Start(t)
	sqlite := func() string { return "sqlite:" + filepath.Join(t.TempDir(), "catalog.db") }
	return map[string]func() string{"sqlite": sqlite, "postgres": func() string { return server.Database(t) }}
}

// furnish puts a row of most kinds into a catalog.
func furnish(t *testing.T, c *Catalog) {
	t.Helper()
	at := time.Date(2026, 11, 23, 8, 0, 0, 123456000, time.UTC)
	for i := range 30 {
		err := c.Update(t.Context(), func(tx archive.Tx) error {
			d := archive.Document{ID: archive.NewID(), Revision: 2, State: archive.Review, Kind: archive.Result, Custodian: "H15.50", Access: archive.Sealed,
				Named: []archive.ID{archive.NewID()}, Fields: archive.Fields{Subject: fmt.Sprintf("Về việc \"số\" %d\n\t", i), Type: "QĐ"}, CreatedAt: at, UpdatedAt: at, Object: 1,
				Reading:  archive.Reading{State: archive.ReadingDone, Confidence: 0.875},
				Versions: []archive.Version{{Number: 1, Digest: archive.DigestOf([]byte{byte(i)}), Size: 5, MediaType: archive.PDF, Pages: []archive.PageInfo{{Width: 595.32, Height: 842}}, CreatedAt: at}}}
			ev := archive.NewEvent(archive.System, archive.EvDeposit, at)
			ev.Document = d.ID
			if err := tx.Documents().Insert(t.Context(), d); err != nil {
				return err
			}
			if err := tx.Settings().Set(t.Context(), fmt.Sprint("setting ", i), "giá trị"); err != nil {
				return err
			}
			return tx.Events().Append(t.Context(), ev)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func rowsOf(t *testing.T, c *Catalog) []string {
	t.Helper()
	var b bytes.Buffer
	if _, err := c.Dump(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	slices.Sort(lines) // tables without an order of their own
	return lines
}

func TestDumpGoesFromEngineToEngine(t *testing.T) {
	all := engines(t)
	for from, source := range all {
		for to, target := range all {
			t.Run(from+" to "+to, func(t *testing.T) {
				c := openAt(t, source())
				furnish(t, c)
				var dump bytes.Buffer
				info, err := c.Dump(t.Context(), &dump)
				if err != nil || info.Rows["documents"] != 30 || info.Rows["events"] != 30 {
					t.Fatalf("%+v %v", info, err)
				}
				dsn := target()
				loaded, err := Load(t.Context(), dsn, bytes.NewReader(dump.Bytes()))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(info, loaded); diff != "" {
					t.Error(diff)
				}
				d := openAt(t, dsn)
				if diff := cmp.Diff(rowsOf(t, c), rowsOf(t, d)); diff != "" {
					t.Error(diff)
				}
				furnish(t, d) // it goes on: the next event comes behind
				if _, err := Load(t.Context(), dsn, bytes.NewReader(dump.Bytes())); archive.CodeOf(err) != "catalog_not_empty" {
					t.Errorf("over a catalog that is in use: %v", err)
				}
			})
		}
	}
}

func openAt(t *testing.T, dsn string) *Catalog {
	t.Helper()
	c, err := Open(t.Context(), dsn, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestBadDumpsAreRefusedWhole(t *testing.T) {
	c := openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "catalog.db"))
	furnish(t, c)
	var dump bytes.Buffer
	if _, err := c.Dump(t.Context(), &dump); err != nil {
		t.Fatal(err)
	}
	good := dump.String()
	lines := strings.SplitAfter(good, "\n")
	for name, text := range map[string]string{
		"empty":             "",
		"of something else": "{\"format\":\"x\"}\n",
		"cut off in a row":  good[:len(good)/2],
		"a newer program's": strings.Replace(good, `"migration":`, `"migration":9`, 1),
		"sql for a table":   lines[0] + "{\"table\":\"documents; DROP TABLE events\",\"columns\":[\"id\"]}\n",
		"sql for a column":  lines[0] + "{\"table\":\"settings\",\"columns\":[\"name\",\"value) VALUES (1,2); --\"]}\n",
		"a row of nothing":  lines[0] + "[1,2]\n",
	} {
		t.Run(name, func(t *testing.T) {
			dsn := "sqlite:" + filepath.Join(t.TempDir(), "catalog.db")
			if _, err := Load(t.Context(), dsn, strings.NewReader(text)); err == nil {
				t.Fatal("taken")
			}
			if name == "a newer program's" || name == "empty" || name == "of something else" {
				return
			}
			if n := len(openAt(t, dsn).mustWalk(t)); n != 0 {
				t.Errorf("%d documents of a dump that was refused", n)
			}
		})
	}
}

func (c *Catalog) mustWalk(t *testing.T) (ds []archive.Document) {
	t.Helper()
	err := c.View(context.Background(), func(tx archive.Tx) (err error) {
		ds, err = tx.Documents().Walk(context.Background(), archive.ID{}, 100)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

// TestTheCatalogIsKeptBeforeAMigration opens a catalog of the first migration and finds its dump beside it.
func TestTheCatalogIsKeptBeforeAMigration(t *testing.T) {
	dir := t.TempDir()
	dsn := "sqlite:" + filepath.Join(dir, "catalog.db")
	db, d, err := openPlain(dsn)
	if err != nil {
		t.Fatal(err)
	}
	p, err := provider(db, d)
	if err == nil {
		_, err = p.UpTo(t.Context(), 1)
	}
	if err == nil {
		_, err = db.ExecContext(t.Context(), `INSERT INTO settings (name, value) VALUES ('a', 'b')`)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	openAt(t, dsn)
	kept, err := filepath.Glob(filepath.Join(dir, "backups", "catalog-*-migration-1.jsonl.gz"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("%v %v", kept, err)
	}
	f, err := os.Open(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	back := "sqlite:" + filepath.Join(t.TempDir(), "catalog.db")
	info, err := Load(t.Context(), back, z)
	if err != nil || info.Migration != 1 || info.Rows["settings"] != 1 {
		t.Errorf("%+v %v", info, err)
	}
	_, _ = io.Copy(io.Discard, z)
	openAt(t, back) // and it is brought to the present
}
