package ocfl

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
	"sohoa/internal/durable"
	"sohoa/internal/testkit"
)

func TestOpenRefusesWhatItDoesNotKnow(t *testing.T) {
	config := "extensions/0004-hashed-n-tuple-storage-layout/config.json"
	cases := []struct {
		reason string
		files  map[string]string // over those of a good root when it is one; "" removes
		fresh  bool              // nothing else is there
		code   string
	}{
		{"a folder of somebody's papers", map[string]string{"letter.pdf": "x"}, true, "foreign_store"},
		{"a folder of folders", map[string]string{"2026/letter.pdf": "x"}, true, "foreign_store"},
		{"an older standard", map[string]string{"0=ocfl_1.0": "ocfl_1.0\n"}, true, "unknown_store_layout"},
		{"a later standard", map[string]string{"0=ocfl_2.0": "ocfl_2.0\n", "abc/x": "y"}, true, "unknown_store_layout"},
		{"another text in 0=", map[string]string{"0=ocfl_1.1": "ocfl_1.2\n"}, false, "unknown_store_layout"},
		{"another layout", map[string]string{"ocfl_layout.json": `{"extension": "0002-flat-direct-storage-layout"}`}, false, "unknown_store_layout"},
		{"the layout by another hash", map[string]string{config: `{"extensionName": "0004-hashed-n-tuple-storage-layout", "digestAlgorithm": "md5"}`}, false, "unknown_store_layout"},
		{"no JSON", map[string]string{"ocfl_layout.json": "{"}, false, "corrupt"},
		{"an impossible layout", map[string]string{config: `{"extensionName": "0004-hashed-n-tuple-storage-layout", "tupleSize": 32, "numberOfTuples": 3}`}, false, "corrupt"},
		{"a layout that does not match its parts", map[string]string{config: `{"extensionName": "0004-hashed-n-tuple-storage-layout", "tupleSize": 0, "numberOfTuples": 3}`}, false, "corrupt"},
		{"no layout", map[string]string{"ocfl_layout.json": ""}, false, "not_found"},
		{"no layout config", map[string]string{config: ""}, false, "not_found"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			dir := t.TempDir()
			if !c.fresh {
				openDisk(t, dir, nil).Close()
			}
			for name, text := range c.files {
				name = filepath.Join(dir, "store", name)
				if text == "" {
					os.Remove(name)
					continue
				}
				os.MkdirAll(filepath.Dir(name), 0o750)
				if err := os.WriteFile(name, []byte(text), 0o640); err != nil {
					t.Fatal(err)
				}
			}
			before := below(t, filepath.Join(dir, "store"))
			_, err := OpenDisk(filepath.Join(dir, "store"), filepath.Join(dir, "spool"), Options{})
			if archive.CodeOf(err) != c.code {
				t.Errorf("got %v (%s), want %s", err, archive.CodeOf(err), c.code)
			}
			if diff := cmp.Diff(before, below(t, filepath.Join(dir, "store"))); diff != "" {
				t.Errorf("a refused folder was changed: %s", diff)
			}
		})
	}
}

func TestOpenAgain(t *testing.T) {
	dir := t.TempDir()
	// A fresh volume is not quite empty.
	if err := os.MkdirAll(filepath.Join(dir, "store/lost+found"), 0o700); err != nil {
		t.Fatal(err)
	}
	id := newObject()
	v := openDisk(t, dir, nil)
	vaulttest.Commit(t, v, id, 0, map[string]string{"k": "x"})
	open := openDisk(t, dir, nil) // while the first is still open
	vaulttest.Check(t, open, id, 1, map[string]string{"k": "x"})
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	vaulttest.Commit(t, open, id, 1, map[string]string{"k": "y"}) // its workspace was not the other's to remove
	if err := open.Close(); err != nil {
		t.Fatal(err)
	}
	vaulttest.Check(t, openDisk(t, dir, nil), id, 2, map[string]string{"k": "y"})
}

// Every shape of the layout extension is followed, the examples of its text included.
func TestLayouts(t *testing.T) {
	const one = "3c0ff4240c1e116dba14c7627f2319b58aa3d77606d0d90dfc6161608ac987d4"
	cases := []struct {
		reason, config, root string
	}{
		{"the defaults of the extension (its example 1)", `{"extensionName": "0004-hashed-n-tuple-storage-layout"}`, "3c0/ff4/240/" + one},
		{"no tuples (its example 3)", `{"extensionName": "0004-hashed-n-tuple-storage-layout", "tupleSize": 0, "numberOfTuples": 0}`, one},
		{"short", `{"extensionName": "0004-hashed-n-tuple-storage-layout", "tupleSize": 2, "numberOfTuples": 2, "shortObjectRoot": true}`, "3c/0f/" + one[4:]},
		{"ours", string(document(ourLayout)), "3c0/" + one},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			dir := t.TempDir()
			openDisk(t, dir, nil).Close()
			if err := os.WriteFile(filepath.Join(dir, "store", layoutConfig), []byte(c.config), 0o640); err != nil {
				t.Fatal(err)
			}
			v := openDisk(t, dir, nil)
			vaulttest.Commit(t, v, "object-01", 0, map[string]string{"k": "x"})
			if _, err := os.Stat(filepath.Join(dir, "store", c.root, "inventory.json")); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(map[archive.ObjectID]bool{"object-01": true}, vaulttest.Objects(t, v)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A spool that cannot reach the store by a rename is made inside the store's extensions.
func TestSpoolOnAnotherFileSystem(t *testing.T) {
	other, err := os.MkdirTemp("/dev/shm", "sohoa")
	if err != nil {
		testkit.Missing(t, "no second file system: "+err.Error())
	}
	t.Cleanup(func() { os.RemoveAll(other) })
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "probe"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(dir, "probe"), filepath.Join(other, "probe")); !durable.IsOtherFileSystem(err) {
		t.Skip("the folder for temporary files lies on the second file system")
	}
	v, err := OpenDisk(filepath.Join(dir, "store"), other, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	id, intent := newObject(), archive.NewID()
	f := vaulttest.Spool(t, v, intent, "paper")
	if names := spooled(t, filepath.Join(dir, "store", spoolFolder)); len(names) != 1 {
		t.Errorf("the store's own spool holds %v", names)
	}
	if names := spooled(t, other); len(names) != 0 {
		t.Errorf("the other file system holds %v", names)
	}
	if _, err := v.Commit(t.Context(), archive.Commit{Object: id, Intent: intent, At: vaulttest.At, Files: []archive.File{{Path: "k", Spooled: f}}}); err != nil {
		t.Fatal(err)
	}
	vaulttest.Check(t, v, id, 1, map[string]string{"k": "paper"})
	if diff := cmp.Diff(map[archive.ObjectID]bool{id: true}, vaulttest.Objects(t, v)); diff != "" {
		t.Error(diff)
	}
}

// One damaged byte of an object's own files is found, or mended where it can be.
func TestDamagedInventories(t *testing.T) {
	cases := []struct {
		reason string
		spoil  func(t *testing.T, dir string) // the object's folder
		kind   archive.Kind
	}{
		{"inventory changed", func(t *testing.T, dir string) { rewrite(t, dir, "inventory.json", `"message": "m`, `"message": "M`) }, archive.Corrupt},
		{"inventory cut short", func(t *testing.T, dir string) { rewrite(t, dir, "inventory.json", "}\n", "") }, archive.Corrupt},
		{"inventory lost", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "inventory.json")) }, archive.Corrupt},
		{"inventory of another object", func(t *testing.T, dir string) {
			rewrite(t, dir, "inventory.json", "urn:sohoa:document", "urn:sohoa:dokument")
			os.Remove(filepath.Join(dir, "v2/inventory.json"))
			b, _ := os.ReadFile(filepath.Join(dir, "inventory.json"))
			os.WriteFile(filepath.Join(dir, "v2/inventory.json"), b, 0o640)
		}, archive.Corrupt},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			dir, id := t.TempDir(), newObject()
			v := openDisk(t, dir, nil)
			vaulttest.Commit(t, v, id, 0, map[string]string{"k": "x"})
			vaulttest.Commit(t, v, id, 1, map[string]string{"k": "y"})
			c.spoil(t, filepath.Join(dir, "store", v.layout.root(id)))
			_, err := v.Inventory(t.Context(), id)
			_, openErr := v.Open(t.Context(), id, "k")
			_, commitErr := v.Commit(t.Context(), archive.Commit{Object: id, After: 2, Intent: archive.NewID(), At: vaulttest.At})
			for _, err := range []error{err, openErr, commitErr} {
				if archive.KindOf(err) != c.kind {
					t.Errorf("got %v, want kind %s", err, c.kind)
				}
			}
		})
	}
	for _, lost := range []bool{false, true} {
		dir, id := t.TempDir(), newObject()
		v := openDisk(t, dir, nil)
		vaulttest.Commit(t, v, id, 0, map[string]string{"k": "x"})
		name := filepath.Join(dir, "store", v.layout.root(id), "inventory.json.sha256")
		os.Remove(name)
		if !lost {
			os.WriteFile(name, []byte(strings.Repeat("0", 64)+" inventory.json\n"), 0o640)
		}
		vaulttest.Check(t, v, id, 1, map[string]string{"k": "x"}) // the inventory is byte for byte the head's
		vaulttest.Commit(t, v, id, 1, map[string]string{"k": "y"})
		structure(t, filepath.Join(dir, "store"))
	}
}

func rewrite(t *testing.T, dir, name, old, text string) {
	t.Helper()
	name = filepath.Join(dir, name)
	b, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(b), old) {
		t.Fatalf("%s has no %q: %v", name, old, err)
	}
	i := strings.LastIndex(string(b), old)
	// A new file: the root's is another name of the head version's.
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(string(b[:i])+text+string(b[i+len(old):])), 0o640); err != nil {
		t.Fatal(err)
	}
}
