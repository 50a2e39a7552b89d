package blobtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/storage/blob"
)

func trees(t *testing.T, s blob.Store) {
	tr, ok := s.(blob.Trees)
	if !ok {
		t.Skip("this store has no trees")
	}
	ctx := t.Context()
	files := []blob.TreeFile{{Name: "a", Bytes: []byte("A")}, {Name: "d/e/b", Bytes: []byte("BB")}, {Name: "d/same", SameAs: "a"}, {Name: "empty"}}
	for _, prefix := range []string{"x", "p/q/r/1", "p/q/r/2"} {
		if err := tr.CreateTree(ctx, prefix, files); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]int64{prefix + "/a": 1, prefix + "/d/e/b": 2, prefix + "/d/same": 1, prefix + "/empty": 0}, All(t, s, prefix)); diff != "" {
			t.Error(diff)
		}
	}
	// A name that shares its place on disk lets go of it when it is replaced.
	if err := s.Replace(ctx, "x/d/same", archive.DigestOf([]byte("A")), strings.NewReader("changed")); err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, "x/a"); got != "A" {
		t.Errorf("the other name reads %q", got)
	}
	for range 2 {
		if err := tr.RemoveTree(ctx, "p/q/r/1"); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"p/q/r/2/a", "p/q/r/2/d/e/b", "p/q/r/2/d/same", "p/q/r/2/empty"}, slices.Sorted(maps.Keys(All(t, s, "p")))); diff != "" {
		t.Error(diff)
	}
}

func treeTaken(t *testing.T, s blob.Store) {
	tr, ok := s.(blob.Trees)
	if !ok {
		t.Skip("this store has no trees")
	}
	put(t, s, "a/b/k", "x")
	put(t, s, "a/file", "x")
	for _, prefix := range []string{"a", "a/b", "a/file", "a/file/below"} {
		Kind(t, tr.CreateTree(t.Context(), prefix, []blob.TreeFile{{Name: "x", Bytes: []byte("y")}}), archive.Conflict)
	}
	Kind(t, tr.CreateTree(t.Context(), "none", nil), archive.Invalid)
	Kind(t, tr.CreateTree(t.Context(), "none", []blob.TreeFile{{Name: "x", SameAs: "later"}, {Name: "later"}}), archive.Invalid)
	if diff := cmp.Diff(map[string]int64{"a/b/k": 1, "a/file": 1}, All(t, s, "")); diff != "" {
		t.Error(diff)
	}
}

// Trees under one new parent race for making it; trees of one prefix race for it.
func treeRace(t *testing.T, s blob.Store) {
	tr, ok := s.(blob.Trees)
	if !ok {
		t.Skip("this store has no trees")
	}
	var won atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if err := tr.CreateTree(t.Context(), fmt.Sprintf("p/q/%d", i), []blob.TreeFile{{Name: "k", Bytes: []byte("x")}}); err != nil {
				t.Error(err)
			}
			err := tr.CreateTree(t.Context(), "one/place", []blob.TreeFile{{Name: "k", Bytes: []byte("x")}})
			switch {
			case err == nil:
				won.Add(1)
			case archive.KindOf(err) != archive.Conflict:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(All(t, s, "p")); n != 8 {
		t.Errorf("%d trees", n)
	}
	if won.Load() != 1 {
		t.Errorf("%d makers of one tree won", won.Load())
	}
}
