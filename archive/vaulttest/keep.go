package vaulttest

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

func absent(t *testing.T, s Setup) {
	ctx, id := t.Context(), object()
	_, err := s.Vault.Inventory(ctx, id)
	kind(t, err, archive.NotFound)
	_, err = s.Vault.Open(ctx, id, "k")
	kind(t, err, archive.NotFound)
	if err := s.Vault.Erase(ctx, id); err != nil {
		t.Error(err)
	}
	if err := s.Vault.Unspool(ctx, archive.NewID()); err != nil {
		t.Error(err)
	}
	if n := len(Objects(t, s.Vault)); n != 0 {
		t.Errorf("%d objects", n)
	}
	Commit(t, s.Vault, id, 0, map[string]string{"folder/k": "x"})
	for _, path := range []string{"other", "folder", "folder/k/l", "../k", ""} {
		_, err = s.Vault.Open(ctx, id, path)
		kind(t, err, archive.NotFound)
	}
}

func unspool(t *testing.T, s Setup) {
	ctx, mine, other := t.Context(), archive.NewID(), archive.NewID()
	gone := Spool(t, s.Vault, mine, "one")
	Spool(t, s.Vault, mine, "two")
	kept := Spool(t, s.Vault, other, "three")
	for range 2 {
		if err := s.Vault.Unspool(ctx, mine); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.Spooled(t); n != 1 {
		t.Errorf("%d files in the spool", n)
	}
	if f, err := gone.Open(); err == nil {
		f.Close()
		t.Error("an unspooled file opens")
	}
	id := object()
	commit := func(f archive.Spooled, intent archive.ID) error {
		_, err := s.Vault.Commit(ctx, archive.Commit{Object: id, Intent: intent, At: At, Files: []archive.File{{Path: "k", Spooled: f}}})
		return err
	}
	if commit(gone, mine) == nil {
		t.Error("a file that is gone was committed")
	}
	if err := s.Vault.Unspool(ctx, mine); err != nil {
		t.Fatal(err)
	}
	if err := commit(kept, other); err != nil {
		t.Fatal(err)
	}
	Check(t, s.Vault, id, 1, map[string]string{"k": "three"})
}

func spoolLimit(t *testing.T, s Setup) {
	f, err := s.Vault.Spool(t.Context(), archive.NewID(), strings.NewReader("12345"), 4)
	kind(t, err, archive.TooLarge)
	if f != nil {
		t.Error("a file came back")
	}
	if n := s.Spooled(t); n != 0 {
		t.Errorf("%d files in the spool", n)
	}
	f = Spool(t, s.Vault, archive.NewID(), "12345")
	if err := f.Discard(); err != nil {
		t.Fatal(err)
	}
	if n := s.Spooled(t); n != 0 {
		t.Errorf("%d files in the spool", n)
	}
}

func erase(t *testing.T, s Setup) {
	ids := []archive.ObjectID{object(), object(), object()}
	for _, id := range ids {
		Commit(t, s.Vault, id, 0, map[string]string{"k": string(id)})
		Commit(t, s.Vault, id, 1, map[string]string{"l/m": "x"})
	}
	for range 2 {
		if err := s.Vault.Erase(t.Context(), ids[1]); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Vault.Inventory(t.Context(), ids[1])
	kind(t, err, archive.NotFound)
	_, err = s.Vault.Open(t.Context(), ids[1], "k")
	kind(t, err, archive.NotFound)
	if diff := cmp.Diff(map[archive.ObjectID]bool{ids[0]: true, ids[2]: true}, Objects(t, s.Vault)); diff != "" {
		t.Error(diff)
	}
	Commit(t, s.Vault, ids[1], 0, map[string]string{"k": "again"})
	Check(t, s.Vault, ids[1], 1, map[string]string{"k": "again"})
	Check(t, s.Vault, ids[0], 2, map[string]string{"k": string(ids[0]), "l/m": "x"})
}

func list(t *testing.T, s Setup) {
	want := map[archive.ObjectID]bool{}
	for range 40 {
		id := object()
		Commit(t, s.Vault, id, 0, map[string]string{"k": "x"})
		want[id] = true
	}
	if diff := cmp.Diff(want, Objects(t, s.Vault)); diff != "" {
		t.Error(diff)
	}
	for range s.Vault.List(t.Context()) { // a walk may be left
		break
	}
}

// readAll reads a file to its end and returns what ended it, nil for io.EOF.
func readAll(t testing.TB, v archive.Vault, id archive.ObjectID, path string) error {
	t.Helper()
	c, err := v.Open(t.Context(), id, path)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = io.Copy(io.Discard, c)
	return err
}

func checked(t *testing.T, s Setup) {
	text := strings.Repeat("0123456789", 50_000)
	cases := map[string]func([]byte) []byte{
		"first byte": func(b []byte) []byte { b[0] ^= 1; return b },
		"last bit":   func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"cut short":  func(b []byte) []byte { return b[:len(b)-1] },
		"longer":     func(b []byte) []byte { return append(b, 'x') },
		"empty":      func([]byte) []byte { return nil },
	}
	for reason, change := range cases {
		t.Run(reason, func(t *testing.T) {
			id := object()
			own := reason + text // of this case only
			Commit(t, s.Vault, id, 0, map[string]string{"k": own})
			if err := readAll(t, s.Vault, id, "k"); err != nil {
				t.Fatal(err)
			}
			s.Damage(t, archive.DigestOf([]byte(own)), change)
			kind(t, readAll(t, s.Vault, id, "k"), archive.Corrupt)
			c, err := s.Vault.Open(t.Context(), id, "k")
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if c.Size() == 0 {
				return
			}
			// Who copies the announced length and stops hears of it as well.
			_, err = io.CopyN(io.Discard, c, c.Size())
			kind(t, err, archive.Corrupt)
			// Seek gives the check up.
			if _, err := c.Seek(c.Size()/2, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, c); err != nil {
				t.Errorf("after Seek: %v", err)
			}
		})
	}
}

func lost(t *testing.T, s Setup) {
	id := object()
	Commit(t, s.Vault, id, 0, map[string]string{"k": "the only copy", "l": "x"})
	s.Damage(t, archive.DigestOf([]byte("the only copy")), nil)
	_, err := s.Vault.Open(t.Context(), id, "k")
	kind(t, err, archive.Corrupt)
	_, err = s.Vault.Inventory(t.Context(), id)
	kind(t, err, archive.Corrupt)
	if err := readAll(t, s.Vault, id, "l"); err != nil {
		t.Error(err)
	}
}

func ranges(t *testing.T, s Setup) {
	id := object()
	Commit(t, s.Vault, id, 0, map[string]string{"k": "0123456789"})
	c, err := s.Vault.Open(t.Context(), id, "k")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	// As net/http does it: the length by seeking to the end, back to the start, then a range.
	for _, step := range []struct {
		offset int64
		whence int
		want   string
	}{{0, io.SeekEnd, ""}, {0, io.SeekStart, "0123456789"}, {3, io.SeekStart, "3456789"}, {-2, io.SeekEnd, "89"}, {0, io.SeekStart, "0123456789"}} {
		if _, err := c.Seek(step.offset, step.whence); err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(c); string(b) != step.want || err != nil {
			t.Errorf("from %d: %q, %v", step.offset, b, err)
		}
	}
	if f, ok := c.(archive.Filer); ok {
		b := make([]byte, 4)
		if _, err := f.File().ReadAt(b, 2); err != nil || string(b) != "2345" {
			t.Errorf("the file itself: %q, %v", b, err)
		}
	}
}
