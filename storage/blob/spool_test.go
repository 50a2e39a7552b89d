package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/internal/durable"
	"sohoa/storage/blob"
	"sohoa/storage/blob/blobtest"
)

// lying returns the names in a folder, without those of the workspace of the process that has it open.
func lying(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, e := range entries {
		if !strings.HasPrefix(strings.TrimPrefix(e.Name(), "."), "work-") {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestSpoolIsOneFsync(t *testing.T) {
	var count durable.Counter
	_, s := openDisk(t, t.TempDir(), &count)
	before := count.Syncs()
	f, err := s.Write(t.Context(), archive.NewID(), strings.NewReader("bytes"), 5)
	if err != nil {
		t.Fatal(err)
	}
	if n := count.Syncs() - before; n != 1 {
		t.Errorf("%d fsyncs", n)
	}
	if f.Digest() != archive.DigestOf([]byte("bytes")) || f.Size() != 5 {
		t.Errorf("%s, %d bytes", f.Digest(), f.Size())
	}
}

func TestSpoolLeavesNothingOfARefusedFile(t *testing.T) {
	dir := t.TempDir()
	_, s := openDisk(t, dir, nil)
	broken := errors.New("the line went dead")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	cases := []struct {
		reason string
		ctx    context.Context
		r      io.Reader
		want   error        // this very error, when not nil
		kind   archive.Kind // otherwise
	}{
		{"one byte over the limit", t.Context(), strings.NewReader("12345678901"), nil, archive.TooLarge},
		{"far over the limit", t.Context(), bytes.NewReader(make([]byte, 1<<20)), nil, archive.TooLarge},
		{"the sender failed", t.Context(), io.MultiReader(strings.NewReader("123"), iotest.ErrReader(broken)), broken, 0},
		{"the sender's error keeps its kind", t.Context(), iotest.ErrReader(archive.ErrForbidden), archive.ErrForbidden, 0},
		{"the sender went away", gone, strings.NewReader("123"), context.Canceled, 0},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			f, err := s.Write(c.ctx, archive.NewID(), c.r, 10)
			if f != nil {
				t.Error("a file came back")
			}
			if c.want != nil && err != c.want {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if c.want == nil {
				blobtest.Kind(t, err, c.kind)
			}
			if diff := cmp.Diff([]string{}, lying(t, filepath.Join(dir, "spool"))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSpoolRemovesOfOneIntentOnly(t *testing.T) {
	dir := t.TempDir()
	_, s := openDisk(t, dir, nil)
	mine, other := archive.NewID(), archive.NewID()
	var kept *blob.Spooled
	for _, id := range []archive.ID{mine, mine, other} {
		f, err := s.Write(t.Context(), id, strings.NewReader("x"), 1)
		if err != nil {
			t.Fatal(err)
		}
		kept = f
	}
	if err := s.Note(mine, "where it goes"); err != nil {
		t.Fatal(err)
	}
	if note, err := s.ReadNote(mine); note != "where it goes" || err != nil {
		t.Errorf("%q, %v", note, err)
	}
	for range 2 {
		if err := s.Remove(t.Context(), mine); err != nil {
			t.Fatal(err)
		}
	}
	if names := lying(t, filepath.Join(dir, "spool")); len(names) != 1 || !strings.HasPrefix(names[0], other.String()) {
		t.Error(names)
	}
	if note, err := s.ReadNote(mine); note != "" || err != nil {
		t.Errorf("%q, %v", note, err)
	}
	for range 2 {
		if err := kept.Discard(); err != nil {
			t.Fatal(err)
		}
	}
	if names := lying(t, filepath.Join(dir, "spool")); len(names) != 0 {
		t.Error(names)
	}
}

// A spooled file given a name in a tree is the same file, not a copy.
func TestTreeTakesSpooledFileByName(t *testing.T) {
	dir := t.TempDir()
	d, s := openDisk(t, dir, nil)
	f, err := s.Write(t.Context(), archive.NewID(), strings.NewReader("paper"), 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.CreateTree(t.Context(), "a/b", []blob.TreeFile{{Name: "k", Spooled: f}}); err != nil {
		t.Fatal(err)
	}
	file, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	one, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	two, err := os.Stat(filepath.Join(dir, "store/a/b/k"))
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(one, two) {
		t.Error("it was copied")
	}
}

// A spooled file of another spool is copied, and its bytes are checked on the way.
func TestTreeCopiesAForeignSpooledFile(t *testing.T) {
	d, _ := openDisk(t, t.TempDir(), nil)
	dir := t.TempDir()
	_, other := openDisk(t, dir, nil)
	id := archive.NewID()
	f, err := other.Write(t.Context(), id, strings.NewReader("paper"), 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.CreateTree(t.Context(), "a", []blob.TreeFile{{Name: "k", Spooled: f}}); err != nil {
		t.Fatal(err)
	}
	names := lying(t, filepath.Join(dir, "spool"))
	if err := os.WriteFile(filepath.Join(dir, "spool", names[0]), []byte("pap3r"), 0o600); err != nil {
		t.Fatal(err)
	}
	blobtest.Kind(t, d.CreateTree(t.Context(), "b", []blob.TreeFile{{Name: "k", Spooled: f}}), archive.Corrupt)
	if diff := cmp.Diff(map[string]int64{"a/k": 5}, blobtest.All(t, d, "")); diff != "" {
		t.Error(diff)
	}
}

// What has no intent lies in the workspace, and goes with it.
func TestPassingGoesWithItsProcess(t *testing.T) {
	dir := t.TempDir()
	s, err := blob.OpenSpool(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := s.Passing()
	for range 2 {
		if f, err := p.Write(t.Context(), strings.NewReader("x"), 1); err != nil || f.Size() != 1 {
			t.Fatal(f, err)
		}
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "work-*", "*")); len(files) != 2 {
		t.Errorf("not in the workspace: %v", files)
	}
	if err := p.Discard(); err != nil {
		t.Error(err)
	}
	if _, err := p.Write(t.Context(), strings.NewReader("xy"), 1); archive.KindOf(err) != archive.TooLarge {
		t.Error(err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "work-*", "*")); len(files) != 0 {
		t.Errorf("left: %v", files)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
