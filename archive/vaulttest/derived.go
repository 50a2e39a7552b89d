package vaulttest

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"sohoa/archive"
)

// Derived tests the archive.Derived that open returns, which must be empty each time.
func Derived(t *testing.T, open func(t *testing.T) archive.Derived) {
	for name, test := range map[string]func(*testing.T, archive.Derived){
		"what was put is read back":          derivedPut,
		"a failing reader changes nothing":   derivedFailing,
		"remove takes a key and all below":   derivedRemove,
		"hostile keys":                       derivedHostile,
		"a reader sees one whole or another": derivedRace,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func putDerived(t testing.TB, d archive.Derived, key, text string) {
	t.Helper()
	if err := d.Put(t.Context(), key, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
}

// derivedText returns what is under key, and "absent" when nothing is.
func derivedText(t testing.TB, d archive.Derived, key string) string {
	t.Helper()
	r, err := d.Open(t.Context(), key)
	if archive.KindOf(err) == archive.NotFound {
		return "absent"
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func derivedPut(t *testing.T, d archive.Derived) {
	if got := derivedText(t, d, "doc/1/words"); got != "absent" {
		t.Errorf("got %q of an empty store", got)
	}
	for _, text := range []string{"một", "", strings.Repeat("hai", 1<<20)} {
		putDerived(t, d, "doc/1/words", text)
		if derivedText(t, d, "doc/1/words") != text {
			t.Errorf("%d bytes changed", len(text))
		}
	}
	putDerived(t, d, "top", "0123456789")
	r, err := d.Open(t.Context(), "top")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Seek(7, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r); string(b) != "789" || err != nil {
		t.Errorf("after Seek: %q, %v", b, err)
	}
	if got := derivedText(t, d, "doc"); got != "absent" { // a folder is not a key
		t.Errorf("got %q", got)
	}
	if got := derivedText(t, d, "top/below"); got != "absent" {
		t.Errorf("got %q", got)
	}
}

func derivedFailing(t *testing.T, d archive.Derived) {
	broken := errors.New("the page could not be drawn")
	bad := func() io.Reader { return io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)) }
	putDerived(t, d, "a/k", "old")
	for _, key := range []string{"a/k", "a/new"} {
		if err := d.Put(t.Context(), key, bad()); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	}
	if old, fresh := derivedText(t, d, "a/k"), derivedText(t, d, "a/new"); old != "old" || fresh != "absent" {
		t.Errorf("%q and %q", old, fresh)
	}
}

func derivedRemove(t *testing.T, d archive.Derived) {
	for _, key := range []string{"a/1", "a/2/x", "ab/1", "b"} {
		putDerived(t, d, key, key)
	}
	for _, prefix := range []string{"a", "a", "b", "b/below", "nothing/here"} {
		if err := d.Remove(t.Context(), prefix); err != nil {
			t.Fatal(err)
		}
	}
	for key, want := range map[string]string{"a/1": "absent", "a/2/x": "absent", "ab/1": "ab/1", "b": "absent"} {
		if got := derivedText(t, d, key); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
	putDerived(t, d, "a/1", "again")
}

func derivedHostile(t *testing.T, d archive.Derived) {
	for _, key := range []string{"", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "a/./b", ".hidden", "a\x00b", "a\xff"} {
		if err := d.Put(t.Context(), key, strings.NewReader("x")); archive.KindOf(err) != archive.Invalid {
			t.Errorf("put %q: %v", key, err)
		}
		if _, err := d.Open(t.Context(), key); archive.KindOf(err) != archive.Invalid {
			t.Errorf("open %q: %v", key, err)
		}
		if err := d.Remove(t.Context(), key); archive.KindOf(err) != archive.Invalid {
			t.Errorf("remove %q: %v", key, err)
		}
	}
}

func derivedRace(t *testing.T, d archive.Derived) {
	putDerived(t, d, "k/k", strings.Repeat("0", 1000))
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for range 25 {
				if err := d.Put(t.Context(), "k/k", strings.NewReader(strings.Repeat(fmt.Sprint(i), 1000*(i+1)))); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range 25 {
				text := derivedText(t, d, "k/k")
				if text == "" || strings.Trim(text, text[:1]) != "" || len(text)%1000 != 0 {
					t.Errorf("%d bytes of a mixture", len(text))
				}
			}
		})
		all.Go(func() {
			for range 5 {
				if err := d.Remove(t.Context(), "other/one"); err != nil {
					t.Error(err)
				}
				if err := d.Put(t.Context(), fmt.Sprint("other/one/", i), strings.NewReader("x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
