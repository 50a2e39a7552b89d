package blob_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"sohoa/archive"
	"sohoa/storage/blob"
)

func image(n int) string {
	return fmt.Sprintf("documents/0197a000-0000-7000-8000-%012d/1/images/1-400", n)
}

func derivedAt(t *testing.T, dir string, most int64) *blob.Derived {
	t.Helper()
	d, err := blob.OpenDerived(dir)
	if err != nil {
		t.Fatal(err)
	}
	d.Bound(most, archive.Passing)
	return d
}

func put(t *testing.T, d *blob.Derived, key string, size int) {
	t.Helper()
	if err := d.Put(t.Context(), key, strings.NewReader(strings.Repeat("x", size))); err != nil {
		t.Fatal(err)
	}
}

func there(t *testing.T, d *blob.Derived, key string) bool {
	t.Helper()
	f, err := d.Open(t.Context(), key)
	if archive.KindOf(err) == archive.NotFound {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	return true
}

func TestPassingFilesStayBounded(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "derived")
	d := derivedAt(t, dir, 1000)
	const words = "documents/0197a000-0000-7000-8000-000000000001/1/words"
	put(t, d, words, 5000) // not passing: neither counted nor taken
	for n := range 10 {
		put(t, d, image(n), 100)
	}
	there(t, d, image(0)) // asked for: it is the newest now
	put(t, d, image(10), 250)
	for n, want := range map[int]bool{0: true, 1: false, 2: false, 3: false, 4: true, 9: true, 10: true} {
		if got := there(t, d, image(n)); got != want {
			t.Errorf("image %d there: %v, want %v", n, got, want)
		}
	}
	if !there(t, d, words) {
		t.Error("the words were taken")
	}
	// What is being read goes on being read.
	f, err := d.Open(t.Context(), image(4))
	if err != nil {
		t.Fatal(err)
	}
	put(t, d, image(11), 2000) // larger than all the room: it alone stays
	for n := range 11 {
		if there(t, d, image(n)) {
			t.Errorf("image %d is still there", n)
		}
	}
	if b, err := io.ReadAll(f); len(b) != 100 || err != nil {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	f.Close()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}

	// Another process counts what this one left.
	d = derivedAt(t, dir, 500)
	defer d.Close()
	for { // too large for this bound: it goes as soon as it is counted
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(image(11)))); errors.Is(err, fs.ErrNotExist) {
			break
		}
		runtime.Gosched()
	}
	if !there(t, d, words) {
		t.Error("the words were taken")
	}
}

func TestPassingFilesUnderManyHands(t *testing.T) {
	d := derivedAt(t, filepath.Join(t.TempDir(), "derived"), 2000)
	defer d.Close()
	var hands sync.WaitGroup
	for h := range 8 {
		hands.Go(func() {
			for n := range 60 {
				key := image((n*7 + h) % 40)
				if err := d.Put(t.Context(), key, strings.NewReader(strings.Repeat("x", 100))); err != nil {
					t.Error(err)
				}
				if f, err := d.Open(t.Context(), key); err == nil {
					if b, err := io.ReadAll(f); len(b) != 100 || err != nil {
						t.Errorf("%d bytes, %v", len(b), err)
					}
					f.Close()
				} else if archive.KindOf(err) != archive.NotFound {
					t.Error(err)
				}
				if n%20 == 0 {
					if err := d.Remove(t.Context(), strings.TrimSuffix(key, "/images/1-400")); err != nil && !errors.Is(err, archive.ErrNotFound) {
						t.Error(err)
					}
				}
			}
		})
	}
	hands.Wait()
}
