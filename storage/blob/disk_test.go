package blob_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"sohoa/internal/durable"
	"sohoa/storage/blob"
	"sohoa/storage/blob/blobtest"
)

// openDisk opens a store in dir/store with its spool in dir/spool.
func openDisk(t testing.TB, dir string, count *durable.Counter) (*blob.Disk, *blob.Spool) {
	t.Helper()
	folder, err := durable.Open(filepath.Join(dir, "store"), count)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { folder.Close() })
	spool, err := blob.OpenSpool(filepath.Join(dir, "spool"), count)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { spool.Close() })
	return blob.OpenDisk(folder, spool), spool
}

func TestDisk(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Store {
		d, _ := openDisk(t, t.TempDir(), nil)
		return d
	})
}

// Network shares often have no hard links; what they save is then copied.
func TestDiskWithoutLinks(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Store {
		dir, err := os.MkdirTemp("/dev/shm", "sohoa") // in memory where there is such a folder: links are refused anyway
		if err != nil {
			dir = t.TempDir()
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		d, _ := openDisk(t, dir, nil)
		d.WithoutLinksForTest()
		return d
	})
}

func TestDiskModesWhateverTheUmask(t *testing.T) {
	old := syscall.Umask(0o777)
	defer syscall.Umask(old)
	dir := t.TempDir()
	os.Chmod(dir, 0o700)
	d, _ := openDisk(t, dir, nil)
	if err := d.CreateTree(t.Context(), "a/b", []blob.TreeFile{{Name: "c/k", Bytes: []byte("x")}}); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := e.Info()
		want := durable.FileMode
		if e.IsDir() {
			want = durable.FolderMode
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s: %s, want %s", path, info.Mode(), want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A link planted in the store by somebody else leads nowhere.
func TestDiskFollowsNoLinkOut(t *testing.T) {
	dir := t.TempDir()
	d, _ := openDisk(t, dir, nil)
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"relative": "../secret", "absolute": filepath.Join(dir, "secret"), "folder": ".."} {
		if err := os.Symlink(to, filepath.Join(dir, "store", name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"relative", "absolute", "folder/secret"} {
		if r, err := d.Open(t.Context(), key); err == nil {
			r.Close()
			t.Errorf("%s opened", key)
		}
	}
}
