package durable

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func claim(t *testing.T, d *Folder) *Workspace {
	t.Helper()
	w, err := Claim(d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func lying(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestWorkspaceOfTheLivingStays(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir, nil)
	one := claim(t, d)
	if err := d.Mkdir(one.Path("x")); err != nil {
		t.Fatal(err)
	}
	two := claim(t, d)
	if _, err := d.Stat(one.Path("x")); err != nil {
		t.Error(err)
	}
	for _, w := range []*Workspace{one, two} {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff([]string{}, lying(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestWorkspaceOfTheDeadIsSwept(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir, nil)
	dead := claim(t, d)
	if _, err := d.MkdirAll(dead.Path("deep/er")); err != nil {
		t.Fatal(err)
	}
	dead.lock.Close() // as the kernel does when a process ends
	// One that died between making its lock file and claiming, long ago; and a file that is nobody's workspace.
	for _, name := range []string{".work-old", "paper"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		long := time.Now().Add(-time.Hour)
		if err := os.Chtimes(filepath.Join(dir, name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	w := claim(t, d)
	if diff := cmp.Diff([]string{"paper", w.name, w.name + lockSuffix}, lying(t, dir)); diff != "" {
		t.Error(diff)
	}
}
