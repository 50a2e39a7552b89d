package blob_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"sohoa/archive"
	"sohoa/archive/quarantinetest"
	"sohoa/storage/blob"
	"sohoa/storage/blob/mem"
)

func TestQuarantineOnDisk(t *testing.T) {
	quarantinetest.Run(t, func(t *testing.T) quarantinetest.Setup {
		dir := filepath.Join(t.TempDir(), "quarantine")
		q, err := blob.OpenQuarantine(dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { q.Close() })
		return quarantinetest.Setup{Store: q, Damage: func(t *testing.T, id archive.ID, n int, change func([]byte) []byte) {
			name := filepath.Join(dir, id.String(), fmt.Sprintf("%04d", n))
			b, err := os.ReadFile(name)
			if err == nil {
				err = os.Chmod(name, 0o600)
			}
			if err == nil {
				err = os.WriteFile(name, change(b), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}}
	})
}

func TestQuarantineInMemory(t *testing.T) {
	quarantinetest.Run(t, func(t *testing.T) quarantinetest.Setup {
		store := mem.New()
		return quarantinetest.Setup{Store: blob.NewQuarantine(store), Damage: func(_ *testing.T, id archive.ID, n int, change func([]byte) []byte) {
			store.Damage(fmt.Sprintf("%s/%04d", id, n), change)
		}}
	})
}

// A folder under another name than a document's is not ours, and is left alone.
func TestQuarantinePassesOverWhatIsNotItsOwn(t *testing.T) {
	dir := t.TempDir()
	q, err := blob.OpenQuarantine(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	if err := os.MkdirAll(filepath.Join(dir, "lost+found"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "README"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for id, err := range q.List(t.Context()) {
		t.Errorf("%v, %v", id, err)
	}
}
