package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func open(t *testing.T, dir string, count *Counter) *Folder {
	t.Helper()
	d, err := Open(dir, count)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestOpenMakesEveryParentDurable(t *testing.T) {
	var count Counter
	dir := filepath.Join(t.TempDir(), "a/b/c")
	open(t, dir, &count)
	if n := count.Syncs(); n != 3 {
		t.Errorf("%d fsyncs for three new folders", n)
	}
	open(t, dir, &count)
	if n := count.Syncs(); n != 3 {
		t.Errorf("opened again: %d fsyncs", n)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(dir, "file"), nil); err == nil {
		t.Error("a file was opened as a folder")
	}
}

func TestMkdirAllTellsWhatGrew(t *testing.T) {
	d := open(t, t.TempDir(), nil)
	for _, c := range []struct {
		reason, name string
		want         []string
	}{
		{"all of it", "a/b/c", []string{".", "a", "a/b"}},
		{"nothing", "a/b/c", nil},
		{"the last", "a/b/d", []string{"a/b"}},
		{"the folder itself", ".", nil},
	} {
		t.Run(c.reason, func(t *testing.T) {
			got, err := d.MkdirAll(c.name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNamesLeadNowhereElse(t *testing.T) {
	top := t.TempDir()
	if err := os.WriteFile(filepath.Join(top, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	d, other := open(t, filepath.Join(top, "d"), nil), open(t, filepath.Join(top, "other"), nil)
	if f, err := d.Create("file"); err != nil {
		t.Fatal(err)
	} else {
		f.Close()
	}
	for _, name := range []string{"../secret", "a/../../secret", filepath.Join(top, "secret")} {
		if f, err := d.Open(name); err == nil {
			f.Close()
			t.Errorf("open %s", name)
		}
		for act, err := range map[string]error{
			"move out":  d.MoveTo("file", other, "../"+name),
			"link out":  d.LinkTo("file", other, "x/../../"+name),
			"move from": d.MoveTo(name, other, "x"),
			"link from": d.LinkTo(name, other, "x"),
			"remove":    d.Remove(name),
		} {
			if err == nil {
				t.Errorf("%s %s", act, name)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(top, "secret")); err != nil {
		t.Error(err)
	}
}

func TestBetweenFolders(t *testing.T) {
	top := t.TempDir()
	d, other := open(t, filepath.Join(top, "d"), nil), open(t, filepath.Join(top, "other"), nil)
	for _, name := range []string{"one", "two"} {
		f, err := d.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		f.WriteString(name)
		f.Close()
	}
	if err := d.LinkTo("one", other, "x"); err != nil {
		t.Fatal(err)
	}
	if err := d.LinkTo("two", other, "x"); !errors.Is(err, fs.ErrExist) || !IsTaken(err) {
		t.Errorf("link over a name: %v", err)
	}
	if err := d.MoveTo("two", other, "x"); err != nil { // replaces
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(filepath.Join(top, "other/x")); string(b) != "two" {
		t.Errorf("got %q", b)
	}
	if b, _ := os.ReadFile(filepath.Join(top, "d/one")); string(b) != "one" {
		t.Errorf("got %q", b)
	}
	if err := d.MoveTo("two", other, "y"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("move of nothing: %v", err)
	}
	other.MkdirAll("full/x")
	d.Mkdir("folder")
	if err := d.MoveTo("folder", other, "full"); !IsTaken(err) {
		t.Errorf("move over a folder with something in it: %v", err)
	}
}
