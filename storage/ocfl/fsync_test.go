package ocfl

import (
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
	"sohoa/internal/durable"
)

// A deposit may cost twelve fsyncs, two of which are the catalog's.
func TestFsyncsOfADeposit(t *testing.T) {
	var count durable.Counter
	v := openDisk(t, t.TempDir(), &count)
	folders := map[string]bool{}
	for range 60 {
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
