//go:build linux

package ocfl

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
)

// smallDisk makes this process the one that tests on a small file system of its own, in a mount namespace, and returns the
// folder; elsewhere it starts that process, reports what it said, and returns "".
func smallDisk(t *testing.T) string {
	t.Helper()
	const key = "SOHOA_TEST_SMALL_DISK"
	if dir := os.Getenv(key); dir != "" {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
			t.Skipf("mount: %v", err)
		}
		return dir
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), key+"="+t.TempDir())
	child.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := child.CombinedOutput()
	switch {
	case len(out) == 0 && err != nil:
		t.Skipf("a namespace of its own: %v", err)
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case bytes.Contains(out, []byte("--- SKIP")):
		t.Skipf("%s", out)
	}
	return ""
}

// A full disk refuses and says so; nothing kept before is touched, and with room again the same act goes through.
func TestFullDisk(t *testing.T) {
	dir := smallDisk(t)
	if dir == "" {
		return
	}
	v := openDisk(t, dir, nil)
	id := newObject()
	vaulttest.Commit(t, v, id, 0, map[string]string{"k": "one"})
	_, err := v.Spool(t.Context(), archive.NewID(), bytes.NewReader(make([]byte, 4<<20)), 8<<20)
	if archive.CodeOf(err) != "storage_full" || archive.KindOf(err) != archive.Unavailable {
		t.Errorf("spool: %v", err)
	}
	intent := archive.NewID()
	f := vaulttest.Spool(t, v, intent, "two")
	fill(t, filepath.Join(dir, "filler"))
	other := newObject()
	for _, c := range []archive.Commit{
		{Object: id, After: 1, Files: []archive.File{{Path: "k", Spooled: f}}},
		{Object: other, Files: []archive.File{{Path: "k", Spooled: f}}},
	} {
		c.Intent, c.At = intent, vaulttest.At
		if _, err := v.Commit(t.Context(), c); archive.CodeOf(err) != "storage_full" {
			t.Errorf("commit: %v", err)
		}
	}
	vaulttest.Check(t, v, id, 1, map[string]string{"k": "one"})
	if n := len(vaulttest.Objects(t, v)); n != 1 {
		t.Errorf("%d objects", n)
	}
	os.Remove(filepath.Join(dir, "filler"))
	if _, err := v.Commit(t.Context(), archive.Commit{Object: id, After: 1, Intent: intent, At: vaulttest.At, Files: []archive.File{{Path: "k", Spooled: f}}}); err != nil {
		t.Fatal(err)
	}
	vaulttest.Check(t, v, id, 2, map[string]string{"k": "two"})
	structure(t, filepath.Join(dir, "store"))
	if names := spooled(t, filepath.Join(dir, "spool")); len(names) != 0 {
		t.Errorf("the spool holds %v", names)
	}
}

// A disk that became read-only is read, and refuses the rest with its own code.
func TestReadOnlyDisk(t *testing.T) {
	dir := smallDisk(t)
	if dir == "" {
		return
	}
	v := openDisk(t, dir, nil)
	id, intent := newObject(), archive.NewID()
	vaulttest.Commit(t, v, id, 0, map[string]string{"k": "one"})
	f := vaulttest.Spool(t, v, intent, "two")
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skipf("remount: %v", err)
	}
	_, spoolErr := v.Spool(t.Context(), archive.NewID(), bytes.NewReader(nil), 1)
	_, newErr := v.Commit(t.Context(), archive.Commit{Object: newObject(), Intent: intent, At: vaulttest.At, Files: []archive.File{{Path: "k", Spooled: f}}})
	_, nextErr := v.Commit(t.Context(), archive.Commit{Object: id, After: 1, Intent: intent, At: vaulttest.At, Files: []archive.File{{Path: "k", Spooled: f}}})
	_, openErr := OpenDisk(filepath.Join(dir, "store"), filepath.Join(dir, "spool"), Options{})
	for act, err := range map[string]error{"spool": spoolErr, "new object": newErr, "version": nextErr, "erase": v.Erase(t.Context(), id), "open": openErr} {
		if archive.CodeOf(err) != "storage_read_only" || archive.KindOf(err) != archive.Unavailable {
			t.Errorf("%s: %v", act, err)
		}
	}
	vaulttest.Check(t, v, id, 1, map[string]string{"k": "one"})
}

func fill(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int64{64 << 10, 4096, 1} {
		for err = nil; err == nil; {
			_, err = io.CopyN(f, zeros{}, size)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
