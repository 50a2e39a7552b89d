// Package blobtest is the suite that every blob.Store passes.
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// HostileKeys must be refused by every store with kind Invalid, in every call.
var HostileKeys = map[string]string{
	"empty":                   "",
	"absolute":                "/etc/passwd",
	"climbs":                  "../x",
	"climbs inside":           "a/../../x",
	"climbs at the end":       "a/..",
	"a dot":                   "a/./b",
	"slash at the end":        "a/",
	"slash doubled":           "a//b",
	"NUL":                     "a\x00b",
	"line break":              "a\nb",
	"control of Latin-1":      "a\u0085b",
	"backslash":               `a\..\b`,
	"not UTF-8":               "a\xff",
	"name of a file system":   ".nfs0001",
	"name of a tool, inside":  "a/.snapshot/b",
	"name longer than a file": strings.Repeat("n", 256),
	"longer than S3 carries":  strings.Repeat("abcdefgh/", 120) + "x",
}

// Run tests the store that open returns, which must be empty each time.
func Run(t *testing.T, open func(t *testing.T) blob.Store) {
	for name, test := range map[string]func(*testing.T, blob.Store){
		"what was created is read back":          created,
		"create refuses a taken key":             taken,
		"replace swaps what it expects":          replaced,
		"a failing reader leaves nothing":        failing,
		"a cancelled write leaves nothing":       cancelled,
		"ranges":                                 ranges,
		"list walks below a folder only":         listed,
		"a walk can end early":                   ended,
		"delete is final and may be repeated":    deleted,
		"hostile keys":                           hostile,
		"folders are not keys":                   folders,
		"one of many creators wins":              race,
		"readers keep what they opened":          kept,
		"swap puts other bytes under a key":      swapped,
		"trees appear and vanish whole":          trees,
		"trees refuse what is there":             treeTaken,
		"neighbours make trees at the same time": treeRace,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// Kind fails the test unless err is of that kind.
func Kind(t testing.TB, err error, want archive.Kind) {
	t.Helper()
	if err == nil || archive.KindOf(err) != want {
		t.Fatalf("got %v (%s), want kind %s", err, archive.KindOf(err), want)
	}
}

func put(t testing.TB, s blob.Store, key, text string) {
	t.Helper()
	if err := s.Create(t.Context(), key, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, s blob.Store, key string) string {
	t.Helper()
	r, err := s.Open(t.Context(), key)
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

// All returns every key below a folder with its size.
func All(t testing.TB, s blob.Store, folder string) map[string]int64 {
	t.Helper()
	found := map[string]int64{}
	for info, err := range s.List(t.Context(), folder) {
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := found[info.Key]; twice {
			t.Errorf("%s listed twice", info.Key)
		}
		found[info.Key] = info.Size
	}
	return found
}

func created(t *testing.T, s blob.Store) {
	for _, size := range []int{0, 1, 4096, 1<<20 + 1} {
		key, text := fmt.Sprintf("a/b/%d", size), strings.Repeat("đ", size)
		put(t, s, key, text)
		if get(t, s, key) != text {
			t.Errorf("%s changed", key)
		}
		info, err := s.Stat(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(blob.Info{Key: key, Size: int64(len(text))}, info); diff != "" {
			t.Error(diff)
		}
	}
	// What OCFL and Vietnamese names need.
	for _, key := range []string{"0=ocfl_1.1", "v1/content/bản gốc.pdf", "inventory.json.sha256", strings.Repeat("n", 255)} {
		put(t, s, key, key)
		if get(t, s, key) != key {
			t.Errorf("%s changed", key)
		}
	}
}

func taken(t *testing.T, s blob.Store) {
	put(t, s, "k", "one")
	Kind(t, s.Create(t.Context(), "k", strings.NewReader("two")), archive.Conflict)
	if got := get(t, s, "k"); got != "one" {
		t.Errorf("got %q", got)
	}
}

func replaced(t *testing.T, s blob.Store) {
	ctx := t.Context()
	Kind(t, s.Replace(ctx, "a/k", archive.DigestOf(nil), strings.NewReader("x")), archive.NotFound)
	put(t, s, "a/k", "one")
	Kind(t, s.Replace(ctx, "a/k", archive.DigestOf([]byte("other")), strings.NewReader("two")), archive.Conflict)
	if got := get(t, s, "a/k"); got != "one" {
		t.Errorf("got %q", got)
	}
	if err := s.Replace(ctx, "a/k", archive.DigestOf([]byte("one")), strings.NewReader("two")); err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, "a/k"); got != "two" {
		t.Errorf("got %q", got)
	}
}

func swapped(t *testing.T, s blob.Store) {
	sw, ok := s.(blob.Swapper)
	if !ok {
		t.Skip("this store does not swap")
	}
	ctx, one := t.Context(), archive.DigestOf([]byte("one"))
	put(t, s, "k", "one")
	put(t, s, "l", "one")
	put(t, s, "v2/k", "two")
	Kind(t, sw.Swap(ctx, []blob.Swap{{Key: "k", Expected: archive.DigestOf([]byte("other")), From: "v2/k"}}), archive.Conflict)
	Kind(t, sw.Swap(ctx, []blob.Swap{{Key: "absent", Expected: one, From: "v2/k"}}), archive.NotFound)
	Kind(t, sw.Swap(ctx, []blob.Swap{{Key: "k", Expected: one, From: "absent"}}), archive.NotFound)
	Kind(t, sw.Swap(ctx, []blob.Swap{{Key: "k", Expected: one, From: "../k"}}), archive.Invalid)
	if got := get(t, s, "k"); got != "one" {
		t.Errorf("got %q", got)
	}
	if err := sw.Swap(ctx, []blob.Swap{{Key: "k", Expected: one, From: "v2/k"}, {Key: "l", Expected: one, From: "v2/k"}}); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"k", "l", "v2/k"} {
		if got := get(t, s, key); got != "two" {
			t.Errorf("%s: got %q", key, got)
		}
	}
	// What shares its place on disk is let go of, not written through.
	if err := s.Replace(ctx, "k", archive.DigestOf([]byte("two")), strings.NewReader("three")); err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, "v2/k"); got != "two" {
		t.Errorf("the source reads %q", got)
	}
}

func failing(t *testing.T, s blob.Store) {
	broken := errors.New("the line went dead")
	bad := func() io.Reader { return io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)) }
	if err := s.Create(t.Context(), "k", bad()); err != broken {
		t.Errorf("create: got %v, want the reader's own error", err)
	}
	put(t, s, "r", "one")
	if err := s.Replace(t.Context(), "r", archive.DigestOf([]byte("one")), bad()); err != broken {
		t.Errorf("replace: got %v, want the reader's own error", err)
	}
	if diff := cmp.Diff(map[string]int64{"r": 3}, All(t, s, "")); diff != "" {
		t.Error(diff)
	}
}

func cancelled(t *testing.T, s blob.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Create(ctx, "k", strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(map[string]int64{}, All(t, s, "")); diff != "" {
		t.Error(diff)
	}
}

func ranges(t *testing.T, s blob.Store) {
	put(t, s, "k", "0123456789")
	r, err := s.Open(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Size() != 10 {
		t.Errorf("size %d", r.Size())
	}
	b := make([]byte, 3)
	if _, err := r.ReadAt(b, 4); err != nil || string(b) != "456" {
		t.Errorf("ReadAt: %q, %v", b, err)
	}
	if n, err := r.ReadAt(b, 8); n != 2 || err != io.EOF {
		t.Errorf("ReadAt over the end: %d, %v", n, err)
	}
	if n, err := r.Seek(-2, io.SeekEnd); n != 8 || err != nil {
		t.Errorf("Seek: %d, %v", n, err)
	}
	if b, err := io.ReadAll(r); string(b) != "89" || err != nil {
		t.Errorf("read after Seek: %q, %v", b, err)
	}
}

func listed(t *testing.T, s blob.Store) {
	want := map[string]int64{}
	for i := range 300 { // more than one batch of names
		key := fmt.Sprintf("a/%03d", i)
		put(t, s, key, "x")
		want[key] = 1
	}
	put(t, s, "a/deep/er/k", "xyz")
	want["a/deep/er/k"] = 3
	put(t, s, "ab/k", "x") // no slash after "a": not below it
	if diff := cmp.Diff(want, All(t, s, "a")); diff != "" {
		t.Error(diff)
	}
	want["ab/k"] = 1
	if diff := cmp.Diff(want, All(t, s, "")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int64{}, All(t, s, "nothing/here")); diff != "" {
		t.Error(diff)
	}
}

func ended(t *testing.T, s blob.Store) {
	put(t, s, "a", "x")
	put(t, s, "b/c", "x")
	for range s.List(t.Context(), "") {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range s.List(ctx, "") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

func deleted(t *testing.T, s blob.Store) {
	put(t, s, "a/k", "x")
	for range 2 {
		if err := s.Delete(t.Context(), "a/k"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Open(t.Context(), "a/k")
	Kind(t, err, archive.NotFound)
	_, err = s.Stat(t.Context(), "a/k")
	Kind(t, err, archive.NotFound)
	put(t, s, "a/k", "again")
}

func hostile(t *testing.T, s blob.Store) {
	ctx := t.Context()
	for name, key := range HostileKeys {
		t.Run(name, func(t *testing.T) {
			Kind(t, s.Create(ctx, key, strings.NewReader("x")), archive.Invalid)
			Kind(t, s.Replace(ctx, key, archive.Digest{}, strings.NewReader("x")), archive.Invalid)
			Kind(t, s.Delete(ctx, key), archive.Invalid)
			_, err := s.Open(ctx, key)
			Kind(t, err, archive.Invalid)
			_, err = s.Stat(ctx, key)
			Kind(t, err, archive.Invalid)
			if key != "" { // the top of the store
				for _, err := range s.List(ctx, key) {
					Kind(t, err, archive.Invalid)
				}
			}
			if tr, ok := s.(blob.Trees); ok {
				Kind(t, tr.CreateTree(ctx, key, []blob.TreeFile{{Name: "x"}}), archive.Invalid)
				Kind(t, tr.RemoveTree(ctx, key), archive.Invalid)
				if key != "" {
					Kind(t, tr.CreateTree(ctx, "tree", []blob.TreeFile{{Name: key}}), archive.Invalid)
				}
			}
		})
	}
}

func folders(t *testing.T, s blob.Store) {
	put(t, s, "a/b/c", "x")
	put(t, s, "a/d", "x")
	_, err := s.Open(t.Context(), "a/b")
	Kind(t, err, archive.NotFound)
	_, err = s.Stat(t.Context(), "a/b")
	Kind(t, err, archive.NotFound)
	_, err = s.Stat(t.Context(), "a/d/e")
	Kind(t, err, archive.NotFound)
	f, ok := s.(blob.Folders)
	if !ok {
		return
	}
	for folder, want := range map[string][]string{"": {"a"}, "a": {"b"}, "a/b": nil, "z": nil} {
		var got []string
		for name, err := range f.Folders(t.Context(), folder) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("folders of %q: %s", folder, diff)
		}
	}
}

func race(t *testing.T, s blob.Store) {
	var won atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			err := s.Create(t.Context(), "deep/er/k", strings.NewReader(fmt.Sprint(i)))
			switch {
			case err == nil:
				won.Add(1)
			case archive.KindOf(err) != archive.Conflict:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d creators won", won.Load())
	}
	for round := range 10 {
		won.Store(0)
		was := archive.DigestOf([]byte(get(t, s, "deep/er/k")))
		for i := range 8 {
			all.Go(func() {
				err := s.Replace(t.Context(), "deep/er/k", was, strings.NewReader(fmt.Sprint(round, " replaced ", i)))
				switch {
				case err == nil:
					won.Add(1)
				case archive.KindOf(err) != archive.Conflict:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%d replacers won", won.Load())
		}
	}
}

func kept(t *testing.T, s blob.Store) {
	put(t, s, "k", "one")
	r, err := s.Open(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := s.Replace(t.Context(), "k", archive.DigestOf([]byte("one")), strings.NewReader("two!")); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r); err != nil || !bytes.Equal(b, []byte("one")) {
		t.Errorf("%q, %v", b, err)
	}
}
