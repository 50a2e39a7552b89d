package ocfl

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
	"sohoa/internal/durable"
	"sohoa/storage/blob"
)

// A deposit may cost twelve fsyncs, two of which are the catalog's.
func TestFsyncsOfADeposit(t *testing.T) {
	var count durable.Counter
	v := openDisk(t, t.TempDir(), &count)
	folders := map[string]bool{}
	for range 20 {
		id, intent := newObject(), archive.NewID()
		root := v.layout.root(id)
		before := count.Syncs()
		f := vaulttest.Spool(t, v, intent, strings.Repeat("giấy", 50_000))
		if _, err := v.Commit(t.Context(), archive.Commit{Object: id, Intent: intent, At: vaulttest.At, User: "u",
			Files: []archive.File{{Path: "original.pdf", Spooled: f}, {Path: "metadata.json", Bytes: []byte("{}")}}}); err != nil {
			t.Fatal(err)
		}
		// Files: original, metadata, inventory, sidecar, 0=. Folders: content, v1, object, and the one the object is moved
		// into; the object's first neighbour moves that one into the root instead, which is one more.
		want := int64(9)
		if !folders[root[:3]] {
			want = 10
		}
		if n := count.Syncs() - before; n != want {
			t.Errorf("%d fsyncs, want %d", n, want)
		}
		folders[root[:3]] = true
	}
}

// An act on a document writes a version of two small files.
func TestFsyncsOfAVersion(t *testing.T) {
	var count durable.Counter
	v := openDisk(t, t.TempDir(), &count)
	id := newObject()
	vaulttest.Commit(t, v, id, 0, map[string]string{"original.pdf": "x", "metadata.json": "{}"})
	before := count.Syncs()
	vaulttest.Commit(t, v, id, 1, map[string]string{"metadata.json": "{1}", "events.jsonl": "{2}"})
	// The note and its folder; two contents, inventory, sidecar; content, version, object; the object again.
	if n := count.Syncs() - before; n != 10 {
		t.Errorf("%d fsyncs, want 10", n)
	}
}

// What a power cut may find depends on this order: nothing has its place before it is durable, and nobody is answered before
// its place is.
func TestOrderOfSteps(t *testing.T) {
	v := openDisk(t, t.TempDir(), nil)
	var steps []string
	v.store.(*blob.Disk).StepForTest(func(step string) error {
		if len(steps) == 0 || steps[len(steps)-1] != step {
			steps = append(steps, step)
		}
		return nil
	})
	id, intent := newObject(), archive.NewID()
	f := vaulttest.Spool(t, v, intent, "paper")
	c := archive.Commit{Object: id, Intent: intent, At: vaulttest.At, Files: []archive.File{{Path: "k", Spooled: f}}}
	if _, err := v.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	want := []string{"sync spooled file", "write file", "sync tree", "rename tree", "sync folder", "discard spooled file"}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("new object: %s", diff)
	}
	steps = nil
	vaulttest.Commit(t, v, id, 1, map[string]string{"k": "changed"})
	want = []string{
		"sync note", "rename note", "sync spool", // before anything is in the object
		"move tree away",                                        // what an act that was cut short left; here nothing
		"write file", "sync tree", "rename tree", "sync folder", // the version's folder
		"rename file", "sync folder", // root inventory and sidecar
		"forget note",
	}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("version: %s", diff)
	}
}

func TestReadingSyncsNothing(t *testing.T) {
	var count durable.Counter
	v := openDisk(t, t.TempDir(), &count)
	id := newObject()
	vaulttest.Commit(t, v, id, 0, map[string]string{"k": "x"})
	before := count.Syncs()
	vaulttest.Check(t, v, id, 1, map[string]string{"k": "x"})
	vaulttest.Objects(t, v)
	if n := count.Syncs() - before; n != 0 {
		t.Errorf("%d fsyncs", n)
	}
}

func newObject() archive.ObjectID { return archive.DocumentObject(archive.NewID()) }
