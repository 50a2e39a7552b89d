package archive_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

func TestSplit(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	in := pages("a b c d")
	in.Fields.Number, in.Fields.Procedure = "12", "1.004227"
	d := h.take(t, clerk, in)
	h.work(t, d.ID, archive.ReadingDone)
	h.reader.read = nil
	other := archive.Actor{ID: archive.NewID(), Name: "Cán bộ khác", Role: archive.RoleClerk, Agency: "H15.50"}
	parts, err := h.Split(ctx, other, d.ID, archive.Splitting{Parts: [][]archive.PageRef{own(3), own(1, -2)}, After: d.Revision})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	var ids []string
	for _, p := range parts {
		kept, err := h.Document(ctx, clerk, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s, %s, %s, %s: %s", kept.Head().FileName, kept.Fields.Number, kept.Fields.Procedure, kept.Fields.Language, h.bytes(t, clerk, p.ID, 0)))
		ids = append(ids, p.ID.String())
		if kept.State != archive.Review || kept.Dossier != d.Dossier || kept.Custodian != d.Custodian || kept.Kind != d.Kind || kept.Access != d.Access ||
			kept.Uploader != clerk.ID || kept.Head().CreatedBy != other.ID {
			t.Errorf("part %+v", kept)
		}
		if e := h.last(t, p.ID); e["from_document"] != d.ID.String() && e["version"] != "1" {
			t.Errorf("event %v", e)
		}
	}
	if diff := cmp.Diff([]string{"quét (1).pdf, , 1.004227, vi: pages c", "quét (2).pdf, 12, 1.004227, vi: pages a b^"}, got); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	gone, err := h.Document(ctx, clerk, d.ID)
	if err != nil || gone.State != archive.Discarded || !strings.Contains(gone.Reason, ids[0]) || !strings.Contains(gone.Reason, ids[1]) {
		t.Errorf("the paper that was split: %+v, %v", gone, err)
	}
	if e := h.last(t, d.ID); e["move"] != "split" || e["parts"] != strings.Join(ids, ",") {
		t.Errorf("event %v", e)
	}
	h.work(t, parts[1].ID, archive.ReadingDone) // the second in the queue first: a reader stopped in its middle would read twice
	h.work(t, parts[0].ID, archive.ReadingDone)
	if diff := cmp.Diff([]int{2}, h.reader.read); diff != "" {
		t.Errorf("pages read again (-want +got):\n%s", diff)
	}
	if h.move(t, clerk, d.ID, archive.Restore, "").State != archive.Review {
		t.Error("not restored")
	}
	h.sound(t)
}

func TestSplitsThatAreRefused(t *testing.T) {
	h := open(t)
	d, b := h.take(t, clerk, pages("a b")), h.take(t, clerk, pages("c"))
	signed := h.take(t, clerk, pages("signed e"))
	sent := h.take(t, clerk, pages("m n"))
	h.move(t, clerk, sent.ID, archive.Submit, "")
	for _, c := range []struct {
		name  string
		who   archive.Actor
		d     archive.Document
		parts [][]archive.PageRef
		code  string
	}{
		{"one part", clerk, d, [][]archive.PageRef{own(1)}, "invalid"},
		{"an empty part", clerk, d, [][]archive.PageRef{own(1), nil}, "no_pages"},
		{"a page of another paper", clerk, d, [][]archive.PageRef{own(1), of(b, 1)}, "invalid"},
		{"no such page", clerk, d, [][]archive.PageRef{own(1), own(3)}, "no_such_page"},
		{"signed", clerk, signed, [][]archive.PageRef{own(1), own(2)}, "signed_file"},
		{"sent for checking", clerk, sent, [][]archive.PageRef{own(1), own(2)}, "wrong_state"},
		{"out of scope", foreign, d, [][]archive.PageRef{own(1), own(2)}, "not_found"},
		{"more parts than allowed", clerk, d, [][]archive.PageRef{own(1), own(2), own(1), own(2)}, "invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.Limits.Assemble.Parts = 3
			if _, err := h.Split(context.Background(), c.who, c.d.ID, archive.Splitting{Parts: c.parts}); archive.CodeOf(err) != c.code {
				t.Errorf("%v, want %q", err, c.code)
			}
		})
	}
	h.sound(t)
}

func TestPowerFailsDuringSplit(t *testing.T) {
	t.Parallel()
	everyWrite(t, func(t *testing.T, h *house) error {
		h.take(t, clerk, pages("a b c"))
		return nil
	}, func(t *testing.T, h *house) error {
		_, err := h.Split(context.Background(), clerk, h.only(t).ID, archive.Splitting{Parts: [][]archive.PageRef{own(1), own(2), own(-3)}})
		return err
	}, func(t *testing.T, h *house, acted error) {
		l, err := h.Documents(context.Background(), checker, archive.Filter{Order: archive.Oldest})
		if err != nil {
			t.Fatal(err)
		}
		if h.bytes(t, checker, l.Items[0].ID, 0) != "pages a b c" {
			t.Error("the paper is gone")
		}
		switch len(l.Items) {
		case 1:
			if acted == nil || l.Items[0].State != archive.Review {
				t.Errorf("answered %v, and there is only the paper, %s", acted, l.Items[0].State)
			}
			if _, err := h.Split(context.Background(), clerk, l.Items[0].ID, archive.Splitting{Parts: [][]archive.PageRef{own(1), own(2)}}); err != nil {
				t.Errorf("again: %v", err)
			}
		case 4:
			if acted != nil && !h.unheard || l.Items[0].State != archive.Discarded {
				t.Errorf("answered %v, and it is split; it is %s", acted, l.Items[0].State)
			}
			for i, want := range []string{"pages a", "pages b", "pages c^"} {
				if got := h.bytes(t, checker, l.Items[i+1].ID, 0); got != want {
					t.Errorf("part %d is %q", i, got)
				}
			}
		default:
			t.Errorf("half split: %d papers", len(l.Items))
		}
	})
}
