package ocfl

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
	"sohoa/storage/blob"
	"sohoa/storage/blob/mem"
)

var errGone = errors.New("the store is gone")

// act is a change of one object that is cut short at every step it has.
type act struct {
	reason string
	after  int // versions the object has before it
	files  map[string]string
}

var acts = []act{
	{"new object", 0, map[string]string{"original.pdf": "one", "metadata.json": "{1}"}},
	{"second version", 1, map[string]string{"metadata.json": "{2}", "pages/1.txt": "two"}},
	{"version without new bytes", 2, map[string]string{"metadata.json": "{1}"}},
}

// prepared commits what the object has before the act, and returns its state.
func (a act) prepared(t *testing.T, v *Vault, id archive.ObjectID) map[string]string {
	t.Helper()
	state := map[string]string{}
	for n := range a.after {
		maps.Copy(state, acts[n].files)
		vaulttest.Commit(t, v, id, n, acts[n].files)
	}
	return state
}

// attempt spools the original and commits the act under an intent, and returns the state the object has if that works.
func (a act) attempt(t *testing.T, v *Vault, id archive.ObjectID, intent archive.ID, old map[string]string) (map[string]string, error) {
	t.Helper()
	next := maps.Clone(old)
	maps.Copy(next, a.files)
	c := archive.Commit{Object: id, After: a.after, Intent: intent, At: vaulttest.At, User: "u"}
	for _, path := range slices.Sorted(maps.Keys(a.files)) {
		f := archive.File{Path: path, Bytes: []byte(a.files[path])}
		if path == "original.pdf" || path == "pages/1.txt" {
			s, err := v.Spool(t.Context(), intent, strings.NewReader(a.files[path]), 100)
			if err != nil {
				return next, err
			}
			f = archive.File{Path: path, Spooled: s}
		}
		c.Files = append(c.Files, f)
	}
	_, err := v.Commit(t.Context(), c)
	return next, err
}

// whole fails unless the object is as it was or as the act makes it, and reports which.
func whole(t *testing.T, v *Vault, id archive.ObjectID, a act, intent archive.ID, old, next map[string]string) (done bool) {
	t.Helper()
	inv, err := v.Inventory(t.Context(), id)
	if archive.KindOf(err) == archive.NotFound && a.after == 0 {
		if n := len(vaulttest.Objects(t, v)); n != 0 {
			t.Errorf("%d objects are listed", n)
		}
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	switch inv.Head {
	case a.after:
		vaulttest.Check(t, v, id, a.after, old)
		return false
	case a.after + 1:
		if got := vaulttest.Check(t, v, id, a.after+1, next).Versions[a.after].Intent; got != intent {
			t.Errorf("the head carries intent %s, want %s", got, intent)
		}
		return true
	}
	t.Fatalf("head %d", inv.Head)
	return false
}

// A store that goes away at any write, having done it or not, leaves the old object or the new one; afterwards Unspool leaves
// nothing else, and the act can be done again without it.
func TestMemoryStoreGoesAway(t *testing.T) {
	for _, a := range acts {
		for _, applied := range []bool{false, true} {
			for _, again := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/applied=%v/again=%v", a.reason, applied, again), func(t *testing.T) {
					for n := 0; goesAway(t, a, mem.Fault{After: n, Applied: applied, Stay: true, Err: errGone}, again); n++ {
					}
				})
			}
		}
	}
}

// goesAway does the act against a failing store and reports whether the fault was met.
func goesAway(t *testing.T, a act, fault mem.Fault, again bool) bool {
	t.Helper()
	store, dir, id, intent := mem.New(), quickDir(t), newObject(), archive.NewID()
	v := openMem(t, store, dir)
	old := a.prepared(t, v, id)
	before := store.Keys()
	store.Break(fault)
	next, err := a.attempt(t, v, id, intent, old)
	store.Heal()
	if err != nil && !errors.Is(err, errGone) {
		t.Fatal(err)
	}
	met := err != nil
	v = openMem(t, store, dir) // another process
	done := whole(t, v, id, a, intent, old, next)
	if !met && !done {
		t.Fatal("an acknowledged version is not there")
	}
	if again && !done {
		if _, err := a.attempt(t, v, id, intent, old); err != nil {
			t.Fatalf("again after write %d: %v", fault.After, err)
		}
		done = true
	}
	if err := v.Unspool(t.Context(), intent); err != nil {
		t.Fatal(err)
	}
	if got := whole(t, v, id, a, intent, old, next); got != done {
		t.Errorf("after write %d: done is %v, and %v after Unspool", fault.After, done, got)
	}
	if names := spooled(t, dir); len(names) != 0 {
		t.Errorf("after write %d the spool holds %v", fault.After, names)
	}
	if !done {
		if diff := cmp.Diff(before, store.Keys()); diff != "" {
			t.Errorf("after write %d: %s", fault.After, diff)
		}
	}
	soundSidecar(t, store, v, id)
	// The object goes on.
	if a.after > 0 || done {
		head := a.after
		if done {
			head++
		}
		vaulttest.Commit(t, v, id, head, map[string]string{"later": "x"})
	}
	return met
}

func soundSidecar(t *testing.T, store *mem.Store, v *Vault, id archive.ObjectID) {
	t.Helper()
	root := v.layout.root(id)
	raw := store.Bytes(root + "/" + inventoryFile)
	if want := archive.DigestOf(raw).Hex() + " inventory.json\n"; raw != nil && string(store.Bytes(root+"/inventory.json.sha256")) != want {
		t.Errorf("the root sidecar is %q, want %q", store.Bytes(root+"/inventory.json.sha256"), want)
	}
}

// The same on a disk that refuses one step.
func TestDiskRefusesAStep(t *testing.T) {
	for _, a := range acts {
		for _, again := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/again=%v", a.reason, again), func(t *testing.T) {
				seen := map[string]bool{}
				for n := 0; refuses(t, a, n, again, seen); n++ {
				}
				t.Logf("steps: %v", slices.Sorted(maps.Keys(seen)))
			})
		}
	}
}

func refuses(t *testing.T, a act, after int, again bool, seen map[string]bool) bool {
	t.Helper()
	dir, id, intent := quickDir(t), newObject(), archive.NewID()
	v := openDisk(t, dir, nil)
	disk := v.store.(*blob.Disk)
	old := a.prepared(t, v, id)
	n, met, at := 0, false, ""
	disk.StepForTest(func(step string) error {
		seen[step] = true
		if n++; n == after+1 {
			met, at = true, step
			return errGone
		}
		return nil
	})
	next, err := a.attempt(t, v, id, intent, old)
	disk.StepForTest(nil)
	if err != nil && !errors.Is(err, errGone) {
		t.Fatalf("%s: %v", at, err)
	}
	failed := err != nil
	done := whole(t, v, id, a, intent, old, next)
	if !failed && !done {
		t.Fatalf("%s: an acknowledged version is not there", at)
	}
	if again && !done {
		if _, err := a.attempt(t, v, id, intent, old); err != nil {
			t.Fatalf("again after %s: %v", at, err)
		}
		done = true
	}
	if err := v.Unspool(t.Context(), intent); err != nil {
		t.Fatal(err)
	}
	if got := whole(t, v, id, a, intent, old, next); got != done {
		t.Errorf("%s: done is %v, and %v after Unspool", at, done, got)
	}
	if names := spooled(t, filepath.Join(dir, "spool")); len(names) != 0 {
		t.Errorf("%s: the spool holds %v", at, names)
	}
	structure(t, filepath.Join(dir, "store"))
	return met
}

// Erase cut short leaves the object whole, or no object; called again it leaves nothing.
func TestEraseCutShort(t *testing.T) {
	for _, applied := range []bool{false, true} {
		for n, met := 0, true; met; n++ {
			store, id := mem.New(), newObject()
			v := openMem(t, store, quickDir(t))
			empty := store.Keys()
			old := acts[1].prepared(t, v, id)
			store.Break(mem.Fault{After: n, Applied: applied, Stay: true, Err: errGone})
			met = v.Erase(t.Context(), id) != nil
			store.Heal()
			if _, err := v.Inventory(t.Context(), id); err == nil {
				vaulttest.Check(t, v, id, 1, old)
			} else if archive.KindOf(err) != archive.NotFound {
				t.Errorf("after write %d: %v", n, err)
			} else if left := len(vaulttest.Objects(t, v)); left != 0 {
				t.Errorf("after write %d: %d objects are listed", n, left)
			}
			if err := v.Erase(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(empty, store.Keys()); diff != "" {
				t.Error(diff)
			}
		}
	}
}

// A storage root whose making was cut short is made by the next process.
func TestRootCutShort(t *testing.T) {
	for _, applied := range []bool{false, true} {
		for n, met := 0, true; met; n++ {
			store, dir := mem.New(), quickDir(t)
			spool, err := blob.OpenSpool(dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			store.Break(mem.Fault{After: n, Applied: applied, Stay: true, Err: errGone})
			_, err = New(t.Context(), store, spool)
			met = err != nil
			store.Heal()
			spool.Close()
			vaulttest.Commit(t, openMem(t, store, dir), newObject(), 0, map[string]string{"k": "x"})
		}
	}
}

// A half-made version is removed by the intent that made it, or by the next commit, and by nobody else.
func TestUnspoolOfAnotherIntent(t *testing.T) {
	store, id := mem.New(), newObject()
	v := openMem(t, store, quickDir(t))
	old := acts[1].prepared(t, v, id)
	before := store.Keys()
	maker, other := archive.NewID(), archive.NewID()
	store.Break(mem.Fault{Step: mem.Replace, Stay: true, Err: errGone})
	if _, err := acts[1].attempt(t, v, id, maker, old); !errors.Is(err, errGone) {
		t.Fatal(err)
	}
	left := store.Keys()
	store.Break(mem.Fault{Step: mem.Delete, Stay: true, Err: errGone}) // the other act gets as far as its note
	if _, err := acts[1].attempt(t, v, id, other, old); !errors.Is(err, errGone) {
		t.Fatal(err)
	}
	store.Heal()
	if err := v.Unspool(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(left, store.Keys()); diff != "" {
		t.Error(diff)
	}
	if err := v.Unspool(t.Context(), maker); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, store.Keys()); diff != "" {
		t.Error(diff)
	}
}
