package catalog

import (
	"context"
	"os"
	"path/filepath"
	"sync"
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
	catalogtest.Run(t, func(t *testing.T) archive.Catalog { return openFile(t, emptyFile(t), Options{}) })
}

// emptyFile returns a catalog file with its tables and nothing in them. Copying one takes a fraction of the time of the
// migrations, which count under the race detector.
func emptyFile(t testing.TB) string {
	t.Helper()
	bytes, err := migratedFile()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "catalog.db")
	if err := os.WriteFile(path, bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var migratedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "catalog")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "catalog.db")
	c, err := Open(context.Background(), "sqlite:"+path, Options{})
	if err != nil {
		return nil, err
	}
	if err := c.Close(); err != nil { // writes the log back into the file
		return nil, err
	}
	return os.ReadFile(path)
})
