package archive_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// decision is a paper with everything two papers are compared by.
func decision(content string) archive.Deposit {
	d := paper(content)
	d.Fields.Number, d.Fields.Notation, d.Fields.IssuingAgency.Code = "15", "QĐ-UBND", "H15.50"
	d.Fields.IssuedOn = archive.Date{Year: 2026, Month: time.March, Day: 2}
	return d
}

func (h *house) take(t testing.TB, who archive.Actor, d archive.Deposit) archive.Document {
	t.Helper()
	doc, err := h.Deposit(t.Context(), who, d)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// warned returns the findings about other papers, by code.
func (h *house) warned(t testing.TB, who archive.Actor, d archive.Document) map[string]archive.Finding {
	t.Helper()
	fs, err := h.Warnings(t.Context(), who, &d)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]archive.Finding{}
	for _, f := range fs {
		out[f.Code] = f
	}
	return out
}

func TestTwinsAreNamedToThoseWhoMaySeeThem(t *testing.T) {
	h := open(t)
	mine := h.take(t, clerk, decision("một"))
	if w := h.warned(t, clerk, mine); len(w) != 0 {
		t.Errorf("alone in the house, and warned: %v", w)
	}
	other := h.take(t, clerk, decision("hai"))
	copied := paper("một")
	copied.AllowDuplicate = true
	twin := h.take(t, clerk, copied)
	w := h.warned(t, clerk, mine)
	if got := titles(w[archive.SameNumber]); !cmp.Equal(got, []archive.ID{other.ID}) {
		t.Errorf("same number names %v", got)
	}
	if got := titles(w[archive.SameBytes]); !cmp.Equal(got, []archive.ID{twin.ID}) {
		t.Errorf("same bytes names %v", got)
	}
	if w := h.warned(t, clerk, twin); !cmp.Equal(titles(w[archive.SameBytes]), []archive.ID{mine.ID}) {
		t.Errorf("the copy names %v", w)
	}
	if _, err := h.Move(t.Context(), clerk, twin.ID, archive.MoveRequest{Move: archive.Discard, Reason: "thừa"}); err != nil {
		t.Fatal(err)
	}
	if w := h.warned(t, clerk, mine); len(titles(w[archive.SameBytes])) != 0 || w[archive.SameBytes].Code != "" {
		t.Errorf("what was thrown away is a duplicate: %v", w)
	}
}

func titles(f archive.Finding) (ids []archive.ID) {
	for _, d := range f.Papers {
		ids = append(ids, d.ID)
	}
	return ids
}

// Whatever others hold beyond what a person may see, and however much of it, the finding is the same to the last letter.
func TestTwinsOutOfSightGiveNothingAway(t *testing.T) {
	h := open(t)
	mine := h.take(t, foreign, decision("một"))
	var told []map[string]archive.Finding
	add := func(change func(*archive.Deposit), content string, then func(archive.Document)) {
		d := decision(content)
		d.AllowDuplicate = true
		change(&d)
		doc := h.take(t, clerk, d)
		if then != nil {
			then(doc)
		}
		told = append(told, h.warned(t, foreign, mine))
	}
	add(func(d *archive.Deposit) {}, "một", nil)
	add(func(d *archive.Deposit) { d.Access = archive.Sealed; d.Fields.Subject = "kín" }, "một", nil)
	add(func(d *archive.Deposit) { d.Dossier = here }, "một", func(d archive.Document) { h.on(t, d, toPublished...) })
	for i := range 10 {
		add(func(d *archive.Deposit) {}, fmt.Sprint("một", i), nil)
	}
	for i, w := range told[1:] {
		if diff := cmp.Diff(told[0], w); diff != "" {
			t.Errorf("after %d papers out of sight the findings differ:\n%s", i+2, diff)
		}
	}
	if len(told[0]) != 2 || told[0][archive.SameBytes].Papers != nil || told[0][archive.SameNumber].Papers != nil {
		t.Errorf("told: %+v", told[0])
	}
	// One in sight is named; that there are others is all that is said of them.
	seen := decision("một")
	seen.AllowDuplicate = true
	visible := h.take(t, foreign, seen)
	w := h.warned(t, foreign, mine)
	for _, code := range []string{archive.SameBytes, archive.SameNumber} {
		if got := titles(w[code]); !cmp.Equal(got, []archive.ID{visible.ID}) || w[code].Msg == told[0][code].Msg {
			t.Errorf("%s: %v %q", code, got, w[code].Msg.EN)
		}
	}
	// A scope that has more than are named reads the same words: nobody can tell which of the two it is.
	for i := range 9 {
		h.take(t, foreign, decision(fmt.Sprint("riêng", i)))
	}
	more := h.warned(t, foreign, mine)[archive.SameNumber]
	if len(more.Papers) != h.Limits.Twins || more.Msg != w[archive.SameNumber].Msg {
		t.Errorf("%d named, %q", len(more.Papers), more.Msg.EN)
	}
	// A sealed paper is out of sight of a colleague too.
	sealed := decision("kín")
	sealed.Access = archive.Sealed
	h.take(t, second, sealed)
	if got := titles(h.warned(t, second, h.take(t, second, func() archive.Deposit { d := decision("kín"); d.AllowDuplicate = true; return d }()))[archive.SameBytes]); len(got) != 1 {
		t.Errorf("to who sealed it %v is named", got)
	}
	if w := h.warned(t, colleague, h.take(t, colleague, func() archive.Deposit { d := decision("kín"); d.AllowDuplicate = true; return d }())); len(titles(w[archive.SameBytes])) != 1 {
		t.Errorf("to a colleague %v is named", titles(w[archive.SameBytes]))
	}
}
