// Package quarantinetest is the suite that every archive.QuarantineStore passes.
package quarantinetest

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// Setup is a store to be tested.
type Setup struct {
	Store archive.QuarantineStore
	// Damage changes the stored bytes of a version behind the store's back.
	Damage func(t *testing.T, document archive.ID, version int, change func(b []byte) []byte)
}

// Run tests the store that open returns, which must be empty each time.
func Run(t *testing.T, open func(t *testing.T) Setup) {
	for name, test := range map[string]func(*testing.T, Setup){
		"versions are kept and read back":        kept,
		"the same bytes again are no error":      again,
		"other bytes are refused":                other,
		"what is not there":                      absent,
		"a reader that breaks off keeps nothing": broken,
		"erase takes a document, and only it":    erase,
		"damaged bytes are told":                 damaged,
		"seeking":                                ranges,
		"the same version from many sides":       race,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func version(n int, text string) archive.Version {
	return archive.Version{Number: n, Digest: archive.DigestOf([]byte(text)), Size: int64(len(text))}
}

func put(t testing.TB, s archive.QuarantineStore, id archive.ID, n int, text string) {
	t.Helper()
	if err := s.Put(t.Context(), id, n, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, s archive.QuarantineStore, id archive.ID, v archive.Version) string {
	t.Helper()
	c, err := s.Open(t.Context(), id, v)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	if c.Size() != int64(len(b)) || c.Digest() != v.Digest {
		t.Errorf("%d bytes are said to be %d of %s", len(b), c.Size(), c.Digest())
	}
	return string(b)
}

func list(t testing.TB, s archive.QuarantineStore) []archive.ID {
	t.Helper()
	out := []archive.ID{}
	for id, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, id)
	}
	slices.SortFunc(out, func(a, b archive.ID) int { return strings.Compare(a.String(), b.String()) })
	return out
}

func kind(t testing.TB, err error, want archive.Kind) {
	t.Helper()
	if err == nil || archive.KindOf(err) != want {
		t.Errorf("got %v (%s), want kind %s", err, archive.KindOf(err), want)
	}
}

func kept(t *testing.T, s Setup) {
	a, b := archive.NewID(), archive.NewID()
	texts := map[archive.ID][]string{a: {"một", "", strings.Repeat("hai", 300_000)}, b: {"ba"}}
	for id, all := range texts {
		for i, text := range all {
			put(t, s.Store, id, i+1, text)
		}
	}
	for id, all := range texts {
		for i, text := range all {
			if got := read(t, s.Store, id, version(i+1, text)); got != text {
				t.Errorf("version %d: %d bytes, want %d", i+1, len(got), len(text))
			}
		}
	}
	want := []archive.ID{a, b}
	slices.SortFunc(want, func(a, b archive.ID) int { return strings.Compare(a.String(), b.String()) })
	if diff := cmp.Diff(want, list(t, s.Store)); diff != "" {
		t.Error(diff)
	}
}

func again(t *testing.T, s Setup) {
	id := archive.NewID()
	put(t, s.Store, id, 1, "một")
	put(t, s.Store, id, 1, "một")
	if err := s.Store.Put(t.Context(), id, 1, struct{ io.Reader }{strings.NewReader("một")}); err != nil {
		t.Errorf("from a reader that cannot go back: %v", err)
	}
}

func other(t *testing.T, s Setup) {
	id := archive.NewID()
	put(t, s.Store, id, 1, "một")
	for _, text := range []string{"", "mộ", "một.", "hai"} {
		kind(t, s.Store.Put(t.Context(), id, 1, strings.NewReader(text)), archive.Conflict)
	}
	if got := read(t, s.Store, id, version(1, "một")); got != "một" {
		t.Errorf("now it holds %q", got)
	}
}

func absent(t *testing.T, s Setup) {
	ctx, id := t.Context(), archive.NewID()
	_, err := s.Store.Open(ctx, id, version(1, "x"))
	kind(t, err, archive.NotFound)
	put(t, s.Store, id, 2, "hai")
	_, err = s.Store.Open(ctx, id, version(1, "x"))
	kind(t, err, archive.NotFound)
	if err := s.Store.Erase(ctx, archive.NewID()); err != nil {
		t.Error(err)
	}
	kind(t, s.Store.Put(ctx, archive.ID{}, 1, strings.NewReader("x")), archive.Invalid)
	kind(t, s.Store.Put(ctx, id, 0, strings.NewReader("x")), archive.Invalid)
	kind(t, s.Store.Erase(ctx, archive.ID{}), archive.Invalid)
	_, err = s.Store.Open(ctx, archive.ID{}, version(1, "x"))
	kind(t, err, archive.Invalid)
	if diff := cmp.Diff([]archive.ID{id}, list(t, s.Store)); diff != "" {
		t.Error(diff)
	}
}

func broken(t *testing.T, s Setup) {
	id, gone := archive.NewID(), errors.New("the line broke")
	err := s.Store.Put(t.Context(), id, 1, io.MultiReader(strings.NewReader("nửa"), failing{gone}))
	if !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
	_, err = s.Store.Open(t.Context(), id, version(1, "nửa"))
	kind(t, err, archive.NotFound)
	if l := list(t, s.Store); len(l) > 0 {
		t.Errorf("listed: %v", l)
	}
	put(t, s.Store, id, 1, "cả")
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func erase(t *testing.T, s Setup) {
	a, b := archive.NewID(), archive.NewID()
	put(t, s.Store, a, 1, "một")
	put(t, s.Store, a, 2, "hai")
	put(t, s.Store, b, 1, "ba")
	for range 2 {
		if err := s.Store.Erase(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Store.Open(t.Context(), a, version(2, "hai"))
	kind(t, err, archive.NotFound)
	if diff := cmp.Diff([]archive.ID{b}, list(t, s.Store)); diff != "" {
		t.Error(diff)
	}
	put(t, s.Store, a, 1, "khác") // the place is free again
	if got := read(t, s.Store, b, version(1, "ba")); got != "ba" {
		t.Errorf("the neighbour holds %q", got)
	}
}

func damaged(t *testing.T, s Setup) {
	for name, change := range map[string]func([]byte) []byte{
		"one bit":  func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"cut off":  func(b []byte) []byte { return b[:len(b)-1] },
		"extended": func(b []byte) []byte { return append(b, 0) },
	} {
		id, text := archive.NewID(), strings.Repeat("một ", 20_000)
		put(t, s.Store, id, 1, text)
		s.Damage(t, id, 1, change)
		c, err := s.Store.Open(t.Context(), id, version(1, text))
		if err == nil {
			_, err = io.Copy(io.Discard, c)
			c.Close()
		}
		if archive.KindOf(err) != archive.Corrupt {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func ranges(t *testing.T, s Setup) {
	id, text := archive.NewID(), "0123456789"
	put(t, s.Store, id, 1, text)
	c, err := s.Store.Open(t.Context(), id, version(1, text))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, at := range []int64{7, 0, 3} {
		if _, err := c.Seek(at, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(c); err != nil || string(b) != text[at:] {
			t.Errorf("from %d: %q, %v", at, b, err)
		}
	}
}

// race puts one version from many sides: one of them decides what is kept, and whoever brought the same is told so.
func race(t *testing.T, s Setup) {
	id := archive.NewID()
	done := make(chan string)
	for i := range 8 {
		go func() {
			text := fmt.Sprint("version of side ", i%2)
			if err := s.Store.Put(t.Context(), id, 1, strings.NewReader(text)); err != nil {
				if archive.KindOf(err) != archive.Conflict {
					t.Error(err)
				}
				text = ""
			}
			done <- text
		}()
	}
	won := map[string]int{}
	for range 8 {
		won[<-done]++
	}
	delete(won, "")
	if len(won) != 1 {
		t.Errorf("kept: %v", won)
	}
	for text := range won {
		if got := read(t, s.Store, id, version(1, text)); got != text {
			t.Errorf("%q is kept, %q was said to be", got, text)
		}
	}
}
