package archive_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// TestASegmentWrittenAgainWithoutAnErasedPaper: what a disposal will leave is read by this format: the segment under its other
// name, the paper's lines a tombstone's, the leaves as they were. Sound for check, and nothing of the paper comes back.
func TestASegmentWrittenAgainWithoutAnErasedPaper(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	gone, stays := h.deposit(t, "bí mật riêng tư"), h.deposit(t, "ở lại")
	h.closeAll(t)
	if _, err := h.Move(ctx, clerk, gone.ID, archive.MoveRequest{Move: archive.Discard, Reason: "quét nhầm"}); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(h.Limits.DiscardKept + 1)
	if _, err := h.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	h.closeAll(t)
	want := h.dump(t)

	const first, again = archive.ObjectID("urn:sohoa:segment:sohoa:audit:1:000000000000"), archive.ObjectID("urn:sohoa:segment:sohoa:audit:1:000000000000:again")
	inv, err := h.Vault.Inventory(ctx, first)
	if err != nil {
		t.Fatal(err)
	}
	var files []archive.File
	for _, f := range inv.Files {
		c, err := h.Vault.Open(ctx, first, f.Path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(c)
		c.Close()
		if err != nil {
			t.Fatal(err)
		}
		if f.Path == "documents.jsonl" {
			b = tombstoned(t, b, gone.ID)
		}
		files = append(files, archive.File{Path: f.Path, Bytes: b})
	}
	intent := archive.NewID()
	if _, err := h.Vault.Commit(ctx, archive.Commit{Object: again, Files: files, Message: "written again", User: "Hệ thống", Intent: intent, At: h.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	h.sound(t) // the power may fail here: both are there
	if err := h.Vault.Erase(ctx, first); err != nil {
		t.Fatal(err)
	}
	h.sound(t)
	err = h.Check(ctx, archive.CheckOptions{ReadData: true}, func(d archive.Discrepancy) error {
		t.Errorf("%s %s: %s", d.Kind, d.Object, d.Detail)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	h.loseCatalog(t)
	if _, err := h.Rebuild(ctx, nil); err != nil {
		t.Fatal(err)
	}
	is := h.dump(t)
	is.Events = is.Events[:len(want.Events)]
	if diff := cmp.Diff(want, is); diff != "" {
		t.Error(diff)
	}
	back, err := h.Document(ctx, archive.System, stays.ID)
	if err != nil || back.Fields.Subject != "Về việc ở lại" {
		t.Errorf("%+v %v", back, err)
	}
}

// tombstoned rewrites the lines of a paper as segment.go says.
func tombstoned(t *testing.T, lines []byte, id archive.ID) []byte {
	t.Helper()
	var out bytes.Buffer
	for _, l := range strings.SplitAfter(string(lines), "\n") {
		if !strings.Contains(l, id.String()) {
			out.WriteString(l)
			continue
		}
		var m map[string]any
		if err := json.Unmarshal([]byte(l), &m); err != nil {
			t.Fatal(err)
		}
		var versions []any
		for _, v := range m["versions"].([]any) {
			v := v.(map[string]any)
			versions = append(versions, map[string]any{"number": v["number"], "path": v["path"], "digest": v["digest"], "size": v["size"]})
		}
		b, err := json.Marshal(map[string]any{"format": m["format"], "id": m["id"], "revision": m["revision"], "state": "disposed", "versions": versions})
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(b, '\n'))
	}
	if strings.Contains(out.String(), "riêng tư") {
		t.Fatal("something of the paper is left")
	}
	return out.Bytes()
}
