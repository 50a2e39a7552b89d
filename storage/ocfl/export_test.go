package ocfl

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
)

// carry takes an export of one vault into another and returns how it went.
func carry(t *testing.T, from, to *Vault) *Import {
	t.Helper()
	im := to.Import()
	defer im.Close()
	err := from.Export(t.Context(), func(f Exported) error {
		b, err := io.ReadAll(f.Body)
		if err != nil {
			return err
		}
		f.Body = bytes.NewReader(b)
		return im.Put(t.Context(), f)
	}, func(root string, err error) { t.Errorf("%s is left out: %v", root, err) })
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// TestAnExportIsTakenIn: what is new is made, what is shorter carried on, what is longer kept, and what tells another story stays as
// it is. The large object's inventories do not fit into what is held in memory while an object comes in.
func TestAnExportIsTakenIn(t *testing.T) {
	from, to := openDisk(t, t.TempDir(), nil), openDisk(t, t.TempDir(), nil)
	const small, large archive.ObjectID = "urn:x:small", "urn:x:large"
	many := map[string]string{}
	for i := range 700 {
		many[fmt.Sprintf("a-rather-long-name-of-a-file-%04d", i)] = fmt.Sprint("content ", i)
	}
	commit := func(v *Vault, id archive.ObjectID, after int, files map[string]string) {
		t.Helper()
		c := archive.Commit{Object: id, After: after, Message: "m", User: "u", Intent: archive.ID{6: 0x70, 8: 0x80, 15: byte(after + 1)}, At: time.Date(2026, 11, 23, 8, after, 0, 0, time.UTC)}
		for name, text := range files {
			c.Files = append(c.Files, archive.File{Path: name, Bytes: []byte(text)})
		}
		if _, err := v.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	want := func(step string, im *Import, made, kept int64, apart int) {
		t.Helper()
		if im.Objects != made || im.Kept != kept || len(im.Apart) != apart {
			t.Errorf("%s: %d made, %d kept, %v apart; want %d, %d, %d", step, im.Objects, im.Kept, im.Apart, made, kept, apart)
		}
	}
	commit(from, large, 0, many)
	want("new", carry(t, from, to), 1, 0, 0)
	want("again", carry(t, from, to), 0, 1, 0)
	commit(from, large, 1, map[string]string{"more": "second"})
	commit(from, large, 2, map[string]string{"more": "third"})
	commit(from, small, 0, map[string]string{"k": "one"})
	want("longer", carry(t, from, to), 2, 0, 0)
	many["more"] = "third"
	vaulttest.Check(t, to, large, 3, many)
	commit(to, small, 1, map[string]string{"k": "two"})
	want("a store that is newer", carry(t, from, to), 0, 2, 0)
	commit(from, small, 1, map[string]string{"k": "another"})
	want("another history", carry(t, from, to), 0, 1, 1)
	vaulttest.Check(t, to, small, 2, map[string]string{"k": "two"})
	err := to.Audit(t.Context(), true, func(d archive.Discrepancy) error {
		t.Errorf("%s %s %s", d.Kind, d.Object, d.Detail)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
