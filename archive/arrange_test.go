package archive_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// A paper of these tests is "pages", the number of its pages, and what stands on each. pagesOf inspects it.
func pagesOf(f *os.File) (archive.Inspection, error) {
	words, err := wordsOf(f)
	if err != nil {
		return archive.Inspection{}, err
	}
	in := archive.Inspection{MediaType: archive.PDF}
	for range words {
		in.Pages = append(in.Pages, archive.PageInfo{Width: 595, Height: 842})
	}
	return in, nil
}

func wordsOf(f *os.File) ([]string, error) {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<20))
	if err != nil {
		return nil, err
	}
	words := strings.Fields(string(b))
	if words[0] == "paper" {
		return []string{words[1] + "1", words[1] + "2"}, nil
	}
	return words[1:], nil
}

// assembler puts such papers together; page a turned by 90 is a^. A paper that says signed is.
type assembler struct{}

func (assembler) Assemble(_ context.Context, sources []archive.AssembleSource, picks []archive.PagePick, out io.Writer, _ archive.AssembleLimits) error {
	var pages [][]string
	for _, s := range sources {
		words, err := wordsOf(s.File)
		if err != nil {
			return err
		}
		if slices.Contains(words, "signed") {
			return archive.Fault(archive.Conflict, "signed_file", archive.Text{VI: "Đã ký.", EN: "Signed."})
		}
		pages = append(pages, words)
	}
	w := bufio.NewWriter(out)
	fmt.Fprint(w, "pages")
	for _, p := range picks {
		word := pages[p.Source-1][p.Page-1]
		if word == "lost" {
			continue
		}
		fmt.Fprintf(w, " %s%s", word, strings.Repeat("^", p.Turn/90))
	}
	return w.Flush()
}

func pages(words string) archive.Deposit {
	d := paper("")
	d.Body, d.FileName, d.Fields.Subject = strings.NewReader("pages "+words), "quét.pdf", "Về việc "+words
	d.Dossier = "H15.50.05.13-261008-0975"
	return d
}

// own are pages of the paper itself, turned by so many quarters when they are negative.
func own(ns ...int) []archive.PageRef {
	var out []archive.PageRef
	for _, n := range ns {
		if n < 0 {
			out = append(out, archive.PageRef{Page: -n, Turn: 90})
		} else {
			out = append(out, archive.PageRef{Page: n})
		}
	}
	return out
}

func of(d archive.Document, ns ...int) []archive.PageRef {
	out := own(ns...)
	for i := range out {
		out[i].Document = d.ID
	}
	return out
}

func (h *house) arrange(t testing.TB, who archive.Actor, d archive.Document, r archive.Arrangement) archive.Document {
	t.Helper()
	out, err := h.Arrange(context.Background(), who, d.ID, r)
	if err != nil {
		t.Fatalf("arrange: %v", err)
	}
	return out
}

// last is the detail of the newest act on a paper.
func (h *house) last(t testing.TB, id archive.ID) map[string]string {
	t.Helper()
	evs, err := h.History(context.Background(), archive.System, id, archive.ID{}, 100)
	for _, e := range slices.Backward(evs) {
		if e.Action == archive.EvVersion || e.Action == archive.EvMove || e.Action == archive.EvDeposit {
			return e.Detail
		}
	}
	t.Fatalf("no act among %d events, %v", len(evs), err)
	return nil
}

func TestArrange(t *testing.T) {
	for _, c := range []struct {
		name   string
		pages  []archive.PageRef
		want   string
		detail map[string]string
	}{
		{"turned", own(1, -2, 3, 4), "pages a b^ c d", map[string]string{"pages": "4", "rotated": "1"}},
		{"one taken out", own(1, 2, 4), "pages a b d", map[string]string{"pages": "3", "removed": "1"}},
		{"the last to the front", own(4, 1, 2, 3), "pages d a b c", map[string]string{"pages": "4", "moved": "1"}},
		{"backwards", own(4, 3, 2, 1), "pages d c b a", map[string]string{"pages": "4", "moved": "3"}},
		{"one twice", own(1, 2, 2, 3, 4), "pages a b b c d", map[string]string{"pages": "5", "moved": "1"}},
		{"everything at once", own(-3, 1), "pages c^ a", map[string]string{"pages": "2", "moved": "1", "removed": "2", "rotated": "1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := open(t)
			d := h.take(t, clerk, pages("a b c d"))
			got := h.arrange(t, clerk, d, archive.Arrangement{Pages: c.pages, After: d.Revision})
			if b := h.bytes(t, clerk, d.ID, 0); b != c.want {
				t.Errorf("the file is %q, want %q", b, c.want)
			}
			if b := h.bytes(t, clerk, d.ID, 1); b != "pages a b c d" {
				t.Errorf("the file before is %q", b)
			}
			if got.State != archive.Review || got.Head().Number != 2 || got.Head().FileName != "quét.pdf" || got.Head().CreatedBy != clerk.ID || got.Revision != d.Revision+1 {
				t.Errorf("%+v", got)
			}
			c.detail["move"], c.detail["from"], c.detail["version"], c.detail["digest"] = "arrange", "review", "2", got.Head().Digest.String()
			if diff := cmp.Diff(c.detail, h.last(t, d.ID)); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
			h.sound(t)
		})
	}
}

func TestPagesThatStayAreNotReadAgain(t *testing.T) {
	h := open(t)
	d := h.take(t, clerk, pages("a b c"))
	h.work(t, d.ID, archive.ReadingDone)
	h.reader.read = nil
	h.arrange(t, clerk, d, archive.Arrangement{Pages: own(3, -1, 2)})
	got := h.work(t, d.ID, archive.ReadingDone)
	if diff := cmp.Diff([]int{2}, h.reader.read); diff != "" {
		t.Errorf("pages read again (-want +got):\n%s", diff)
	}
	if text := h.text(t, d.ID); !strings.Contains(text, "trang 3 của pages a b c") || !strings.Contains(text, "trang 2 của pages c a^ b") {
		t.Errorf("text is %q", text)
	}
	_, rows, err := h.PageRows(context.Background(), clerk, d.ID)
	if err != nil || len(rows) != 3 || len(got.Reading.Findings) != 3 {
		t.Errorf("%d rows, %v, findings %v", len(rows), err, got.Reading.Findings)
	}
}

func TestPagesOfAnotherPaper(t *testing.T) {
	h := open(t)
	a, b := h.take(t, clerk, pages("a1 a2")), h.take(t, clerk, pages("b1 b2 b3"))
	got := h.arrange(t, clerk, a, archive.Arrangement{Pages: slices.Concat(own(1), of(b, 2, -3), own(2)), Absorb: []archive.Seen{{Document: b.ID, After: b.Revision}}})
	if s := h.bytes(t, clerk, a.ID, 0); s != "pages a1 b2 b3^ a2" {
		t.Errorf("the file is %q", s)
	}
	if e := h.last(t, got.ID); e["inserted"] != "2" || e["papers"] != b.ID.String() || e["rotated"] != "1" {
		t.Errorf("event %v", e)
	}
	gone, err := h.Document(context.Background(), clerk, b.ID)
	if err != nil || gone.State != archive.Discarded || !strings.Contains(gone.Reason, a.ID.String()) || gone.DiscardedBy != clerk.ID {
		t.Errorf("the absorbed paper: %+v, %v", gone, err)
	}
	if e := h.last(t, b.ID); e["move"] != "merge" || e["into"] != a.ID.String() {
		t.Errorf("event %v", e)
	}
	back := h.move(t, clerk, b.ID, archive.Restore, "")
	if back.State != archive.Review || h.bytes(t, clerk, b.ID, 0) != "pages b1 b2 b3" {
		t.Errorf("restored: %+v", back)
	}
	h.sound(t)
}

func TestMerge(t *testing.T) {
	h := open(t)
	a, b, c := h.take(t, clerk, pages("a1 a2")), h.take(t, clerk, pages("b1")), h.take(t, clerk, pages("c1 c2"))
	_, err := h.Merge(context.Background(), clerk, archive.Seen{Document: a.ID, After: a.Revision}, []archive.Seen{{Document: c.ID}, {Document: b.ID, After: b.Revision}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := h.bytes(t, clerk, a.ID, 0); s != "pages a1 a2 c1 c2 b1" {
		t.Errorf("the file is %q", s)
	}
	counts, err := h.Counts(context.Background(), checker)
	if diff := cmp.Diff(map[archive.State]int{archive.Review: 1, archive.Discarded: 2}, counts); diff != "" || err != nil {
		t.Errorf("papers (-want +got):\n%s%v", diff, err)
	}
	h.sound(t)
}

func TestBackToAVersion(t *testing.T) {
	h := open(t)
	d := h.take(t, clerk, pages("a signed b"))
	if _, err := h.Arrange(context.Background(), clerk, d.ID, archive.Arrangement{Pages: own(1, 3)}); archive.CodeOf(err) != "signed_file" {
		t.Errorf("a signed file: %v", err)
	}
	scan := pages("c d")
	if _, err := h.AddVersion(context.Background(), clerk, d.ID, 0, scan); err != nil {
		t.Fatal(err)
	}
	refs := own(1, 2, 3)
	for i := range refs {
		refs[i].Version = 1
	}
	got := h.arrange(t, clerk, d, archive.Arrangement{Pages: refs})
	if got.Head().Number != 3 || got.Head().Digest != got.Versions[0].Digest || h.bytes(t, clerk, d.ID, 0) != "pages a signed b" {
		t.Errorf("%+v", got.Head())
	}
	if e := h.last(t, d.ID); e["as_version"] != "1" || e["inserted"] != "3" || e["removed"] != "2" {
		t.Errorf("event %v", e)
	}
	h.sound(t)
}

func TestArrangementsThatAreRefused(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	d := h.take(t, clerk, pages("a b c"))
	elsewhere := pages("x y")
	elsewhere.Dossier, elsewhere.Agency = "", "H15.51"
	province := archive.Actor{ID: archive.NewID(), Name: "Tỉnh", Role: archive.RoleChecker}
	x := h.take(t, province, elsewhere)
	secret := pages("s t")
	secret.Access = archive.Sealed
	s := h.take(t, clerk, secret)
	sent := h.take(t, clerk, pages("m n"))
	h.move(t, clerk, sent.ID, archive.Submit, "")
	signed := h.take(t, clerk, pages("signed e"))
	lossy := h.take(t, clerk, pages("lost f"))
	b := h.take(t, clerk, pages("b1 b2"))
	auditor := archive.Actor{ID: archive.NewID(), Role: archive.RoleAuditor, Agency: "H15.50"}
	for _, c := range []struct {
		name string
		who  archive.Actor
		d    archive.Document
		r    archive.Arrangement
		code string
	}{
		{"nothing changed", clerk, d, archive.Arrangement{Pages: own(1, 2, 3)}, "nothing_changed"},
		{"no pages", clerk, d, archive.Arrangement{}, "no_pages"},
		{"no such page", clerk, d, archive.Arrangement{Pages: own(1, 4)}, "no_such_page"},
		{"no such version", clerk, d, archive.Arrangement{Pages: []archive.PageRef{{Page: 1, Version: 2}}}, "no_such_page"},
		{"the public version is no number", clerk, d, archive.Arrangement{Pages: []archive.PageRef{{Page: 1, Version: archive.PublicFile}}}, "no_such_page"},
		{"half a turn", clerk, d, archive.Arrangement{Pages: []archive.PageRef{{Page: 1, Turn: 45}}}, "no_such_page"},
		{"somebody was faster", clerk, d, archive.Arrangement{Pages: own(1), After: 77}, "stale_revision"},
		{"out of scope", foreign, d, archive.Arrangement{Pages: own(1)}, "not_found"},
		{"an auditor changes nothing", auditor, d, archive.Arrangement{Pages: own(1)}, "forbidden"},
		{"sent for checking", clerk, sent, archive.Arrangement{Pages: own(1)}, "wrong_state"},
		{"a page of a paper out of scope", clerk, d, archive.Arrangement{Pages: of(x, 1)}, "not_found"},
		{"a page of another agency's paper", province, d, archive.Arrangement{Pages: of(x, 1)}, "other_custodian"},
		{"a page of a sealed paper", clerk, d, archive.Arrangement{Pages: of(s, 1)}, "other_access"},
		{"a page of a paper sent for checking", clerk, d, archive.Arrangement{Pages: of(sent, 1)}, "wrong_state"},
		{"a page of a signed paper", clerk, d, archive.Arrangement{Pages: of(signed, 2)}, "signed_file"},
		{"a page that does not arrive", clerk, d, archive.Arrangement{Pages: of(lossy, 2, 1)}, "unprocessable"},
		{"absorbing a paper of which nothing is taken", clerk, d, archive.Arrangement{Pages: own(2, 1), Absorb: []archive.Seen{{Document: b.ID}}}, "invalid"},
		{"absorbing a paper twice", clerk, d, archive.Arrangement{Pages: of(b, 1), Absorb: []archive.Seen{{Document: b.ID}, {Document: b.ID}}}, "invalid"},
		{"absorbing itself", clerk, d, archive.Arrangement{Pages: own(2, 1), Absorb: []archive.Seen{{Document: d.ID}}}, "invalid"},
		{"absorbing what somebody has changed", clerk, d, archive.Arrangement{Pages: of(b, 1), Absorb: []archive.Seen{{Document: b.ID, After: 9}}}, "stale_revision"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := h.Arrange(ctx, c.who, c.d.ID, c.r); archive.CodeOf(err) != c.code {
				t.Errorf("%v, want %q", err, c.code)
			}
		})
	}
	h.sound(t)
	h.Limits.Assemble.Sources = 1
	if _, err := h.Arrange(ctx, clerk, d.ID, archive.Arrangement{Pages: slices.Concat(own(1), of(b, 1))}); archive.CodeOf(err) != "limits_exceeded" {
		t.Errorf("too many sources: %v", err)
	}
	h.Limits.Assemble.Pages = 2
	if _, err := h.Arrange(ctx, clerk, d.ID, archive.Arrangement{Pages: own(1, 2, 1)}); archive.CodeOf(err) != "limits_exceeded" {
		t.Errorf("too many pages: %v", err)
	}
}

// A paper that is being merged stays as it is until that is done.
func TestWhatIsBeingMergedIsLocked(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	a, b := h.take(t, clerk, pages("a1 a2")), h.take(t, clerk, pages("b1"))
	err := h.Catalog.Update(ctx, func(tx archive.Tx) error {
		return tx.Intents().Open(ctx, archive.Intent{ID: archive.NewID(), Node: "other", Document: b.ID, Act: "move", CreatedAt: h.clock.Now(), ExpiresAt: h.clock.Now().Add(time.Hour)})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Merge(ctx, clerk, archive.Seen{Document: a.ID}, []archive.Seen{{Document: b.ID}}, nil); archive.CodeOf(err) != "busy" {
		t.Errorf("%v", err)
	}
	if got, err := h.Document(ctx, clerk, a.ID); err != nil || len(got.Versions) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Whoever arranged the pages of a paper does not accept it.
func TestFourEyesOnArrangedPages(t *testing.T) {
	h := open(t)
	d := h.take(t, clerk, pages("a b"))
	h.arrange(t, checker, d, archive.Arrangement{Pages: own(2, 1)})
	h.move(t, clerk, d.ID, archive.Submit, "")
	if _, err := h.Move(context.Background(), checker, d.ID, archive.MoveRequest{Move: archive.Accept}); archive.CodeOf(err) != "four_eyes" {
		t.Errorf("%v", err)
	}
}

func TestPowerFailsDuringArrange(t *testing.T) {
	t.Parallel()
	everyWrite(t, func(t *testing.T, h *house) error {
		h.take(t, clerk, pages("a b c"))
		return nil
	}, func(t *testing.T, h *house) error {
		_, err := h.Arrange(context.Background(), clerk, h.only(t).ID, archive.Arrangement{Pages: own(3, 1)})
		return err
	}, func(t *testing.T, h *house, acted error) {
		d := h.only(t)
		if h.bytes(t, clerk, d.ID, 1) != "pages a b c" {
			t.Error("the scan is gone")
		}
		switch {
		case len(d.Versions) == 1 && acted == nil:
			t.Error("acknowledged, and gone")
		case len(d.Versions) == 2 && h.bytes(t, clerk, d.ID, 2) != "pages c a":
			t.Error("the pages are not those that were picked")
		}
		h.headIsRow(t, &d)
	})
}

func TestPowerFailsDuringMerge(t *testing.T) {
	t.Parallel()
	everyWrite(t, func(t *testing.T, h *house) error {
		for _, words := range []string{"a b", "c", "d e"} {
			h.take(t, clerk, pages(words))
		}
		return nil
	}, func(t *testing.T, h *house) error {
		l, err := h.Documents(context.Background(), clerk, archive.Filter{Order: archive.Oldest})
		if err != nil {
			return err
		}
		_, err = h.Merge(context.Background(), clerk, archive.Seen{Document: l.Items[0].ID}, []archive.Seen{{Document: l.Items[1].ID}, {Document: l.Items[2].ID}}, nil)
		return err
	}, func(t *testing.T, h *house, acted error) {
		l, err := h.Documents(context.Background(), checker, archive.Filter{Order: archive.Oldest})
		if err != nil || len(l.Items) != 3 {
			t.Fatalf("%d papers, %v", len(l.Items), err)
		}
		merged := len(l.Items[0].Versions) == 2
		if acted == nil && !merged {
			t.Error("acknowledged, and undone")
		}
		for i, words := range []string{"a b", "c", "d e"} {
			if h.bytes(t, checker, l.Items[i].ID, 1) != "pages "+words {
				t.Errorf("paper %d is gone", i)
			}
			if i > 0 && merged != (l.Items[i].State == archive.Discarded) {
				t.Errorf("half merged: paper %d is %s", i, l.Items[i].State)
			}
		}
		if merged && h.bytes(t, checker, l.Items[0].ID, 2) != "pages a b c d e" {
			t.Error("merged into something else")
		}
		if !merged { // whoever was refused can do it again
			if _, err := h.Merge(context.Background(), clerk, archive.Seen{Document: l.Items[0].ID}, []archive.Seen{{Document: l.Items[1].ID}, {Document: l.Items[2].ID}}, nil); err != nil {
				t.Errorf("again: %v", err)
			}
		}
	})
}
