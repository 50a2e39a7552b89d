package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/cmd/sohoa/intake"
	"sohoa/internal/testkit"
)

// TestAcknowledgedInAnEarlierLife: each run below has lost its journal, as if the power had failed between the deposit's commit
// and the journal's line. What was acknowledged is named again and not deposited; other bytes are.
func TestAcknowledgedInAnEarlierLife(t *testing.T) {
	var o options
	e := &env{stderr: t.Output(), getenv: func(string) string { return "" }, lang: "en"}
	fs := o.flags(e, "test")
	o.working(fs)
	if err := o.parse(e, fs, []string{"--data", t.TempDir(), "--readers", "0"}); err != nil {
		t.Fatal(err)
	}
	h, err := openHouse(t.Context(), e, &o, parts{working: true})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	dir := t.TempDir()
	path := filepath.Join(dir, "H15.61-250915-0021", "x.pdf")
	at := time.Date(2026, 10, 8, 12, 0, 0, 0, time.UTC)
	write := func(text string) {
		put(t, path, []byte(text))
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	life := func(remove bool) (out intake.Result) {
		t.Helper()
		j, err := intake.OpenJournal(t.TempDir(), "scans")
		if err != nil {
			t.Fatal(err)
		}
		defer j.Close()
		d := &houseDepositor{archive: h.archive, actor: archive.Actor{Name: "inbox", Role: archive.RoleService}}
		c := intake.Config{Dir: dir, Source: "scans", Journal: j, Depositor: d, Record: d.record, Aside: true, Each: func(r intake.Result) { out = r },
			Plan: func(f intake.File) (intake.Request, error) {
				p, err := intake.PlaceOf(f.Path)
				return intake.Request{Dossier: p.Dossier}, err
			}}
		if remove {
			c.After = intake.Remove
		}
		f, err := intake.New(c)
		if err != nil {
			t.Fatal(err)
		}
		found, err := f.List(t.Context())
		if err == nil {
			err = f.Once(t.Context(), found.Files)
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	one := string(testkit.TextPDF("to so 1"))
	two := strings.Replace(one, "to so 1", "to so 2", 1)
	write(one)
	first := life(false)
	second := life(false)
	if first.Outcome != intake.Taken || second.Outcome != intake.Before || second.Document != first.Document || second.Code != "" {
		t.Errorf("first %+v, second %+v", first, second)
	}
	write(two) // the same name, size and time
	third := life(false)
	fourth := life(true)
	if third.Outcome != intake.Taken || third.Document == first.Document || fourth.Outcome != intake.Before || fourth.Document != third.Document {
		t.Errorf("third %+v, fourth %+v", third, fourth)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("an acknowledged file was not removed")
	}
	put(t, path, []byte(one)) // somebody puts the first one in once more: a new file, the same bytes
	fifth := life(true)
	if fifth.Outcome != intake.Refused || fifth.Code != "duplicate_content" {
		t.Errorf("fifth %+v", fifth)
	}
	doc, err := h.archive.Document(context.Background(), archive.System, mustID(t, first.Document))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{doc.Dossier.String(), doc.Custodian.String()}
	if diff := cmp.Diff([]string{"H15.61-250915-0021", "H15.61"}, got); diff != "" {
		t.Errorf("kept by the agency that the dossier's code names:\n%s", diff)
	}
}

func mustID(t *testing.T, s string) archive.ID {
	t.Helper()
	id, err := archive.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
