package ocfl

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
	"sohoa/internal/durable"
	"sohoa/storage/blob"
	"sohoa/storage/blob/mem"
)

func TestVaultOnDisk(t *testing.T) {
	vaulttest.Run(t, func(t *testing.T) vaulttest.Setup { return onDisk(t, t.TempDir(), false) })
}

func TestVaultOnDiskWithoutLinks(t *testing.T) {
	vaulttest.Run(t, func(t *testing.T) vaulttest.Setup { return onDisk(t, quickDir(t), true) })
}

func onDisk(t *testing.T, dir string, unlinked bool) vaulttest.Setup {
	v := openDisk(t, dir, nil)
	if unlinked {
		v.store.(*blob.Disk).WithoutLinksForTest()
	}
	t.Cleanup(func() { structure(t, filepath.Join(dir, "store")) })
	return vaulttest.Setup{
		Vault: v,
		Damage: func(t *testing.T, d archive.Digest, change func([]byte) []byte) {
			damageDisk(t, filepath.Join(dir, "store"), d, change)
		},
		Spooled: func(t *testing.T) int { return len(spooled(t, filepath.Join(dir, "spool"))) },
	}
}

func TestVaultOverMemory(t *testing.T) {
	vaulttest.Run(t, func(t *testing.T) vaulttest.Setup {
		dir, store := t.TempDir(), mem.New()
		return vaulttest.Setup{
			Vault: openMem(t, store, dir),
			Damage: func(t *testing.T, d archive.Digest, change func([]byte) []byte) {
				for _, key := range store.Keys() {
					switch {
					case archive.DigestOf(store.Bytes(key)) != d || !strings.Contains(key, "/content/"):
					case change == nil:
						store.Delete(t.Context(), key)
					default:
						store.Damage(key, change)
					}
				}
			},
			Spooled: func(t *testing.T) int { return len(spooled(t, dir)) },
		}
	})
}

// openDisk opens the vault of dir/store and dir/spool.
func openDisk(t testing.TB, dir string, count *durable.Counter) *Vault {
	t.Helper()
	v, err := OpenDisk(filepath.Join(dir, "store"), filepath.Join(dir, "spool"), Options{Syncs: count})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

// quickDir returns an empty folder in memory where there is one: for tests of what a dead process leaves, which is the same on
// every file system and comes at a tenth of the price without a disk's fsyncs.
func quickDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "sohoa")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// openMem opens the vault over a memory store, its spool in dir.
func openMem(t testing.TB, store *mem.Store, dir string) *Vault {
	t.Helper()
	spool, err := blob.OpenSpool(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { spool.Close() })
	v, err := New(t.Context(), store, spool)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// spooled returns the names in a spool that are not of a living workspace.
func spooled(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(strings.TrimPrefix(e.Name(), "."), "work-") {
			names = append(names, e.Name())
		}
	}
	return names
}

// damageDisk changes, or with nil removes, every content file with a digest.
func damageDisk(t testing.TB, store string, d archive.Digest, change func([]byte) []byte) {
	t.Helper()
	found := 0
	err := filepath.WalkDir(store, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || !strings.Contains(name, "/content/") {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil || archive.DigestOf(b) != d {
			return err
		}
		found++
		if change == nil {
			return os.Remove(name)
		}
		return os.WriteFile(name, change(b), 0o600)
	})
	if err != nil || found == 0 {
		t.Fatalf("%d files damaged: %v", found, err)
	}
}
