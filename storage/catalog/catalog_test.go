package catalog

import (
	"path/filepath"
	"testing"

	"sohoa/archive"
	"sohoa/archive/catalogtest"
)

// openFile opens a SQLite catalog that is closed with the test.
func openFile(t testing.TB, path string, o Options) *Catalog {
	t.Helper()
	c, err := Open(t.Context(), "sqlite:"+path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestSQLite(t *testing.T) {
	catalogtest.Run(t, func(t *testing.T) archive.Catalog {
		return openFile(t, filepath.Join(t.TempDir(), "catalog.db"), Options{})
	})
}
