// Package indextest is the conformance suite of the Index port. An implementation's test calls Run.
package indextest

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// Open opens the index that lives in dir, which may be new. It is called again for the same dir after Close.
type Open func(t *testing.T, dir string, texts archive.PageTexts) archive.Index

// Run holds open to the contract of archive.Index.
func Run(t *testing.T, open Open) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Open)
	}{
		{"a new index is empty", testNew},
		{"what is applied is found at once, what is removed is gone", testApply},
		{"a paper put again replaces itself", testReplace},
		{"position and papers survive a restart", testRestart},
		{"marks", testMarks},
		{"query language", testLanguage},
		{"a query that cannot be read is Invalid", testBadQuery},
		{"filters", testFilters},
		{"scope is part of the question", testScope},
		{"facets", testFacets},
		{"pages of results", testPaging},
		{"snippets", testSnippets},
		{"a suggestion is offered only for what is there to see", testSuggestion},
		{"text that fails", testTextFails},
		{"searches run while papers are applied", testConcurrent},
		{"a closed index is Unavailable", testClosed},
	} {
		t.Run(strings.ReplaceAll(test.name, " ", "_"), func(t *testing.T) { test.run(t, open) })
	}
}

// start opens an index over the shelf's texts and applies the shelf.
func start(t *testing.T, open Open, s *shelf) archive.Index {
	t.Helper()
	ix := open(t, t.TempDir(), s.pageTexts)
	t.Cleanup(func() {
		if err := ix.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if len(s.entries) > 0 {
		s.apply(t, ix, 1)
	}
	return ix
}

func testNew(t *testing.T, open Open) {
	ix := start(t, open, newShelf())
	if at, err := ix.Position(t.Context()); err != nil || at != -1 {
		t.Errorf("position %d, %v, want -1", at, err)
	}
	if n, err := ix.Count(t.Context()); err != nil || n != 0 {
		t.Errorf("count %d, %v", n, err)
	}
	if res := ask(t, ix, "giấy phép"); res.Total != 0 || len(res.Hits) != 0 || res.Next != "" {
		t.Errorf("an empty index found %+v", res)
	}
}

func testApply(t *testing.T, open Open) {
	s := newShelf()
	one := s.add("Giấy phép xây dựng", nil)
	two := s.add("Giấy phép lái xe", nil)
	ix := start(t, open, s)
	if got := ids(ask(t, ix, "giấy phép")); len(got) != 2 {
		t.Errorf("found %v", got)
	}
	if err := ix.Apply(t.Context(), archive.Batch{Remove: []archive.ID{one}, Upto: 7}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]archive.ID{two}, ids(ask(t, ix, "giấy phép"))); diff != "" {
		t.Error(diff)
	}
	if at, err := ix.Position(t.Context()); err != nil || at != 7 {
		t.Errorf("position %d, %v, want 7", at, err)
	}
	if n, err := ix.Count(t.Context()); err != nil || n != 1 {
		t.Errorf("count %d, %v, want 1", n, err)
	}
	if err := ix.Apply(t.Context(), archive.Batch{Upto: 8}); err != nil {
		t.Fatal(err)
	}
	if at, _ := ix.Position(t.Context()); at != 8 {
		t.Errorf("an empty batch left the position at %d", at)
	}
}

func testReplace(t *testing.T, open Open) {
	s := newShelf()
	id := s.add("Đơn xin phép", nil)
	ix := start(t, open, s)
	s.entries[0].Document.Fields.Subject = "Đơn đề nghị"
	s.texts[id] = []archive.PageText{{Number: 1, Text: "Kính gửi phòng quản lý đô thị"}}
	s.entries[0].Text = func(ctx context.Context) iter.Seq2[archive.PageText, error] { return s.pageTexts(ctx, id) }
	s.apply(t, ix, 2)
	if res := ask(t, ix, "xin phép"); res.Total != 0 {
		t.Errorf("the old words are still found")
	}
	if diff := cmp.Diff([]archive.ID{id}, ids(ask(t, ix, "đề nghị đô thị"))); diff != "" {
		t.Error(diff)
	}
	if n, _ := ix.Count(t.Context()); n != 1 {
		t.Errorf("count %d, want 1", n)
	}
}

func testRestart(t *testing.T, open Open) {
	s := newShelf()
	id := s.add("Quyết định thu hồi đất", []string{"Điều 1. Thu hồi 120 m2 đất."})
	dir := t.TempDir()
	ix := open(t, dir, s.pageTexts)
	s.apply(t, ix, 41)
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	ix = open(t, dir, s.pageTexts)
	defer ix.Close()
	if at, err := ix.Position(t.Context()); err != nil || at != 41 {
		t.Errorf("position %d, %v, want 41", at, err)
	}
	if diff := cmp.Diff([]archive.ID{id}, ids(ask(t, ix, "thu hồi 120"))); diff != "" {
		t.Error(diff)
	}
}

func testMarks(t *testing.T, open Open) {
	s := newShelf()
	duong := s.add("", []string{"họ tên: Dương Văn Mẫu, dương, dương, dương, dương"})
	road := s.add("", []string{"mở rộng đường vào thôn, kèm nhiều nội dung khác không liên quan gì đến việc này cả"})
	ix := start(t, open, s)
	if diff := cmp.Diff([]archive.ID{road, duong}, ids(ask(t, ix, "đường"))); diff != "" {
		t.Errorf("typed with marks, the exact word comes first:\n%s", diff)
	}
	if diff := cmp.Diff([]archive.ID{duong, road}, ids(ask(t, ix, "Dương"))); diff != "" {
		t.Errorf("typed with marks, the exact word comes first:\n%s", diff)
	}
	if res := ask(t, ix, "duong"); res.Total != 2 {
		t.Errorf("typed without marks it finds %d of 2", res.Total)
	}
	for _, q := range []string{"vào thôn", "vao thon", `"vào thôn"`, `"VAO THON"`, "va\u0300o thôn"} {
		if diff := cmp.Diff([]archive.ID{road}, ids(ask(t, ix, q))); diff != "" {
			t.Errorf("%s: %s", q, diff)
		}
	}
}

func testLanguage(t *testing.T, open Open) {
	s := newShelf()
	permit := s.add("Giấy phép xây dựng nhà ở", []string{"Ủy ban nhân dân cấp phép cho ông Mẫu"}, func(d *archive.Document) {
		d.Fields.Number, d.Fields.Notation, d.Fields.Type = "0112", "GPXD-UBND", "Giấy phép"
		d.Dossier = "H15.50.05.13-261008-0975"
	})
	order := s.add("Quyết định phê duyệt", []string{"về việc xây cầu, dựng cột", "nhà ở xã hội"}, func(d *archive.Document) {
		d.Fields.Signer.Name = "Nguyễn Văn Mẫu"
		d.Fields.Number, d.Fields.Notation, d.Fields.Type = "15", "QĐ-UBND", "QĐ"
	})
	both := []archive.ID{order, permit}
	ix := start(t, open, s)
	tests := []struct {
		name, q string
		want    []archive.ID
	}{
		{"all words must be there", "nhà ở cầu", []archive.ID{order}},
		{"a phrase in order", `"xây dựng"`, []archive.ID{permit}},
		{"a phrase does not run from page to page", `"cột nhà"`, nil},
		{"typographic quotes", "“xây dựng”", []archive.ID{permit}},
		{"without a word", "nhà -cầu", []archive.ID{permit}},
		{"without a phrase", `nhà -"xây dựng"`, []archive.ID{order}},
		{"only without", "-cầu", []archive.ID{permit}},
		{"either", "cầu OR phép", both},
		{"either binds tighter than both", "nhà cầu OR phép", both},
		{"beginning of a word", "duy* quy*", []archive.ID{order}},
		{"field, Vietnamese name", "trichyeu:phép", []archive.ID{permit}},
		{"field with a phrase", `subject:"phê duyệt"`, []archive.ID{order}},
		{"a word of the text is not in the field", "subject:cầu", nil},
		{"signer", "signer:mẫu", []archive.ID{order}},
		{"number and notation as printed", "15/QĐ-UBND", []archive.ID{order}},
		{"number and notation without marks", "15/qd-ubnd", []archive.ID{order}},
		{"number without its leading zero", "number:112", []archive.ID{permit}},
		{"number with its leading zero", "so:0112", []archive.ID{permit}},
		{"whole dossier code", "H15.50.05.13-261008-0975", []archive.ID{permit}},
		{"part of a dossier code", "261008-0975", []archive.ID{permit}},
		{"dossier field", "dossier:0975", []archive.ID{permit}},
		{"a type by its full name", "loai:quyết loai:định", []archive.ID{order}},
		{"an unknown field is words in a row", "cầu:dựng", []archive.ID{order}},
		{"a colon before a space is no field", "duyệt: 15", []archive.ID{order}},
		{"an abbreviation finds the words", "UBND cấp phép", []archive.ID{permit}},
		{"signs alone ask for nothing more", "cầu - & ./.", []archive.ID{order}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ids(ask(t, ix, tt.q))
			slices.SortFunc(got, func(a, b archive.ID) int { return strings.Compare(a.String(), b.String()) })
			want := slices.Clone(tt.want)
			slices.SortFunc(want, func(a, b archive.ID) int { return strings.Compare(a.String(), b.String()) })
			if diff := cmp.Diff(len(want), len(got)); diff != "" || !slices.Equal(want, got) {
				t.Errorf("%s found %v, want %v", tt.q, got, want)
			}
		})
	}
}

func testBadQuery(t *testing.T, open Open) {
	s := newShelf()
	s.add("Giấy phép", nil)
	ix := start(t, open, s)
	for _, tt := range []struct{ name, q string }{
		{"a quote that is not closed", `nhà "giấy phép`},
		{"OR with nothing after it", "nhà OR"},
		{"OR with nothing before it", "OR nhà"},
		{"OR beside a negation", "nhà OR -đất"},
		{"too short before the star", "g*"},
		{"too many words", strings.Repeat("a ", 200)},
		{"too long", strings.Repeat("giấyphép", 1000)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ix.Search(t.Context(), archive.Query{Text: tt.q, See: everything})
			if archive.KindOf(err) != archive.Invalid || archive.CodeOf(err) != "bad_query" {
				t.Fatalf("%v, want Invalid bad_query", err)
			}
			var e *archive.Error
			if errors.As(err, &e) && (e.Msg.VI == "" || e.Msg.EN == "" || strings.Contains(e.Msg.VI, "giấy")) {
				t.Errorf("message %+v", e.Msg)
			}
		})
	}
	for _, q := range []archive.Query{
		{Text: "giấy", See: everything, After: "nonsense"},
		{Text: "giấy", See: everything, Sort: "size"},
		{Text: "giấy", See: everything, Facets: []string{"owner_id"}},
	} {
		if _, err := ix.Search(t.Context(), q); archive.KindOf(err) != archive.Invalid {
			t.Errorf("%+v: %v, want Invalid", q, err)
		}
	}
}

func testTextFails(t *testing.T, open Open) {
	s := newShelf()
	lost := s.add("Giấy mất chữ", nil)
	s.entries[0].Text = func(context.Context) iter.Seq2[archive.PageText, error] {
		return func(yield func(archive.PageText, error) bool) {
			yield(archive.PageText{}, archive.Errorf(archive.Corrupt, "words file damaged"))
		}
	}
	ix := start(t, open, s)
	if diff := cmp.Diff([]archive.ID{lost}, ids(ask(t, ix, "mất chữ"))); diff != "" {
		t.Errorf("a paper whose text is damaged is found by its metadata:\n%s", diff)
	}
	s.entries[0].Text = func(context.Context) iter.Seq2[archive.PageText, error] {
		return func(yield func(archive.PageText, error) bool) {
			yield(archive.PageText{}, archive.Errorf(archive.Unavailable, "store away"))
		}
	}
	err := ix.Apply(t.Context(), archive.Batch{Put: s.entries, Upto: 99})
	if archive.KindOf(err) != archive.Unavailable {
		t.Errorf("apply with the store away: %v, want Unavailable", err)
	}
	if at, _ := ix.Position(t.Context()); at != 1 {
		t.Errorf("a refused batch moved the position to %d", at)
	}
}

func testClosed(t *testing.T, open Open) {
	ix := open(t, t.TempDir(), newShelf().pageTexts)
	if err := errors.Join(ix.Close(), ix.Close()); err != nil {
		t.Fatal(err)
	}
	_, err := ix.Search(t.Context(), archive.Query{Text: "a", See: everything})
	if archive.KindOf(err) != archive.Unavailable {
		t.Errorf("search: %v", err)
	}
	if err := ix.Apply(t.Context(), archive.Batch{Upto: 1}); archive.KindOf(err) != archive.Unavailable {
		t.Errorf("apply: %v", err)
	}
	if _, err := ix.Position(t.Context()); archive.KindOf(err) != archive.Unavailable {
		t.Errorf("position: %v", err)
	}
}
