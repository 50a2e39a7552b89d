package vaulttest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

func versions(t *testing.T, s Setup) {
	// Ids of every kind the archive has, and what an id may hold besides.
	for _, id := range []archive.ObjectID{object(), "urn:sohoa:registry:agencies", "https://example.org/a b/../c?d=é%2f", "."} {
		first := Commit(t, s.Vault, id, 0, map[string]string{"original.pdf": "%PDF", "metadata.json": "{1}", "empty": ""})
		Check(t, s.Vault, id, 1, map[string]string{"original.pdf": "%PDF", "metadata.json": "{1}", "empty": ""})
		second := Commit(t, s.Vault, id, 1, map[string]string{"metadata.json": "{2}", "pages/1.txt": "chữ"})
		inv := Check(t, s.Vault, id, 2, map[string]string{"original.pdf": "%PDF", "metadata.json": "{2}", "empty": "", "pages/1.txt": "chữ"})
		third := Commit(t, s.Vault, id, 2, nil) // a version may change nothing but say something
		want := []archive.ObjectVersion{
			{Number: 1, Message: "message 1", User: "Người lưu", At: At, Intent: first},
			{Number: 2, Message: "message 2", User: "Người lưu", At: At, Intent: second},
			{Number: 3, Message: "message 3", User: "Người lưu", At: At, Intent: third},
		}
		if diff := cmp.Diff(want[:2], inv.Versions); diff != "" {
			t.Error(diff)
		}
		inv = Check(t, s.Vault, id, 3, map[string]string{"original.pdf": "%PDF", "metadata.json": "{2}", "empty": "", "pages/1.txt": "chữ"})
		if diff := cmp.Diff(want, inv.Versions); diff != "" {
			t.Error(diff)
		}
	}
	id := object()
	for n := range 12 { // two digits
		Commit(t, s.Vault, id, n, map[string]string{"metadata.json": strings.Repeat("x", n)})
	}
	Check(t, s.Vault, id, 12, map[string]string{"metadata.json": strings.Repeat("x", 11)})
}

func taken(t *testing.T, s Setup) {
	ctx, id, intent := t.Context(), object(), archive.NewID()
	text := strings.Repeat("một trang giấy ", 100_000)
	f := Spool(t, s.Vault, intent, text)
	if f.Digest() != archive.DigestOf([]byte(text)) || f.Size() != int64(len(text)) {
		t.Errorf("%s of %d bytes", f.Digest(), f.Size())
	}
	file, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	_, err = s.Vault.Commit(ctx, archive.Commit{Object: id, Intent: intent, At: At, User: "u",
		Files: []archive.File{{Path: "original.pdf", Spooled: f}, {Path: "metadata.json", Bytes: []byte("{}")}}})
	if err != nil {
		t.Fatal(err)
	}
	if n := s.Spooled(t); n != 0 {
		t.Errorf("%d files left in the spool", n)
	}
	for range 2 {
		if err := f.Discard(); err != nil {
			t.Errorf("discard after commit: %v", err)
		}
	}
	Check(t, s.Vault, id, 1, map[string]string{"original.pdf": text, "metadata.json": "{}"})
	if err := s.Vault.Unspool(ctx, intent); err != nil {
		t.Error(err)
	}
	Check(t, s.Vault, id, 1, map[string]string{"original.pdf": text, "metadata.json": "{}"})
}

func deduplicated(t *testing.T, s Setup) {
	id := object()
	intent := archive.NewID()
	Commit(t, s.Vault, id, 0, map[string]string{"a": "same", "b": "same", "c": "other"})
	Check(t, s.Vault, id, 1, map[string]string{"a": "same", "b": "same", "c": "other"})
	f := Spool(t, s.Vault, intent, "same")
	if _, err := s.Vault.Commit(t.Context(), archive.Commit{Object: id, After: 1, Intent: intent, At: At,
		Files: []archive.File{{Path: "c", Spooled: f}}}); err != nil {
		t.Fatal(err)
	}
	Check(t, s.Vault, id, 2, map[string]string{"a": "same", "b": "same", "c": "same"})
	if n := s.Spooled(t); n != 0 {
		t.Errorf("%d files left in the spool", n)
	}
	Commit(t, s.Vault, id, 2, map[string]string{"c": "other"}) // back to bytes only an old version holds
	Check(t, s.Vault, id, 3, map[string]string{"a": "same", "b": "same", "c": "other"})
	// One copy: what damages it damages every path that names it.
	s.Damage(t, archive.DigestOf([]byte("same")), func([]byte) []byte { return []byte("s4me") })
	for _, path := range []string{"a", "b"} {
		kind(t, readAll(t, s.Vault, id, path), archive.Corrupt)
	}
}

func follows(t *testing.T, s Setup) {
	id := object()
	commit := func(after int) error {
		_, err := s.Vault.Commit(t.Context(), archive.Commit{Object: id, After: after, Intent: archive.NewID(), At: At,
			Files: []archive.File{{Path: "k", Bytes: []byte("x")}}})
		return err
	}
	kind(t, commit(1), archive.Conflict)
	if err := commit(0); err != nil {
		t.Fatal(err)
	}
	for _, after := range []int{0, 2, 7} {
		kind(t, commit(after), archive.Conflict)
	}
	if err := commit(1); err != nil {
		t.Fatal(err)
	}
	kind(t, commit(1), archive.Conflict)
}

func refusedKeepsState(t *testing.T, s Setup) {
	id, intent := object(), archive.NewID()
	Commit(t, s.Vault, id, 0, map[string]string{"k": "one"})
	f := Spool(t, s.Vault, intent, "two")
	_, err := s.Vault.Commit(t.Context(), archive.Commit{Object: id, After: 5, Intent: intent, At: At, Files: []archive.File{{Path: "k", Spooled: f}}})
	kind(t, err, archive.Conflict)
	Check(t, s.Vault, id, 1, map[string]string{"k": "one"})
	// The file is still the caller's, to try again or to discard.
	if _, err := s.Vault.Commit(t.Context(), archive.Commit{Object: id, After: 1, Intent: intent, At: At, Files: []archive.File{{Path: "k", Spooled: f}}}); err != nil {
		t.Fatal(err)
	}
	Check(t, s.Vault, id, 2, map[string]string{"k": "two"})
}

func wrong(t *testing.T, s Setup) {
	good := func() archive.Commit {
		return archive.Commit{Object: object(), Intent: archive.NewID(), At: At, Files: []archive.File{{Path: "k", Bytes: []byte("x")}}}
	}
	cases := map[string]func(*archive.Commit){
		"no object":                 func(c *archive.Commit) { c.Object = "" },
		"no intent":                 func(c *archive.Commit) { c.Intent = archive.ID{} },
		"no time":                   func(c *archive.Commit) { c.At = time.Time{} },
		"a head below none":         func(c *archive.Commit) { c.After = -1 },
		"a new object of nothing":   func(c *archive.Commit) { c.Files = nil },
		"a path twice":              func(c *archive.Commit) { c.Files = append(c.Files, c.Files[0]) },
		"a file that is a folder":   func(c *archive.Commit) { c.Files = append(c.Files, archive.File{Path: "k/l"}) },
		"a path that climbs":        func(c *archive.Commit) { c.Files[0].Path = "../../k" },
		"an absolute path":          func(c *archive.Commit) { c.Files[0].Path = "/k" },
		"an empty path":             func(c *archive.Commit) { c.Files[0].Path = "" },
		"a path with a doubled /":   func(c *archive.Commit) { c.Files[0].Path = "a//k" },
		"a path with a line break":  func(c *archive.Commit) { c.Files[0].Path = "a\nk" },
		"a path of a hidden folder": func(c *archive.Commit) { c.Files[0].Path = "a/.git/k" },
	}
	for reason, spoil := range cases {
		t.Run(reason, func(t *testing.T) {
			c := good()
			spoil(&c)
			_, err := s.Vault.Commit(t.Context(), c)
			kind(t, err, archive.Invalid)
		})
	}
	// A version may not make a folder of what an earlier one kept as a file.
	id := object()
	Commit(t, s.Vault, id, 0, map[string]string{"k": "x"})
	_, err := s.Vault.Commit(t.Context(), archive.Commit{Object: id, After: 1, Intent: archive.NewID(), At: At, Files: []archive.File{{Path: "k/l", Bytes: []byte("y")}}})
	kind(t, err, archive.Invalid)
	if diff := cmp.Diff(map[archive.ObjectID]bool{id: true}, Objects(t, s.Vault)); diff != "" {
		t.Error(diff)
	}
}
