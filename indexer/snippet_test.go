package indexer

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

func TestWindow(t *testing.T) {
	tests := []struct{ name, q, text, want string }{
		{"neighbours are one mark", "nhân dân tỉnh", "Ủy ban nhân dân tỉnh họp", "Ủy ban [nhân dân tỉnh] họp"},
		{"signs between words stay outside", "đất nhà", "đất, nhà và cây", "[đất], [nhà] và cây"},
		{"white space of any kind is one space", "đất nhà", "đất\n\n\tnhà\u00a0ở", "[đất nhà] ở"},
		{"a phrase marks no single words", `"đất ở"`, "đất vườn và đất ở, ở xã", "đất vườn và [đất ở], ở xã"},
		{"a stem marks the whole word", "quy*", "quyết định về quy hoạch", "[quyết] định về [quy] hoạch"},
		{"a number with another's zeros", "05", "số 5 và số 05", "số [5] và số [05]"},
		{"another way to write it", "UBND", "ủy ban nhân dân xã", "[ủy ban nhân dân] xã"},
		{"a negated word is not marked", "đất -nhà", "đất nhà", "[đất] nhà"},
		{"a word asked for in a field is not marked in the text", "đất signer:nhà", "đất nhà", "[đất] nhà"},
		{"either", "đất OR nhà", "nhà đất", "[nhà đất]"},
		{"nothing there", "cây", "đất nhà", ""},
		{"combining marks stay with their letter", "viet", "tie\u0302\u0301ng Vie\u0323\u0302t.", "tie\u0302\u0301ng [Vie\u0323\u0302t]."},
		{"soft hyphens inside a word", "quyết", "quy\u00adết định", "[quy\u00adết] định"},
		{"an apostrophe in the text only", "hleo", "xã Ea H’leo", "xã Ea [H’leo]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q, err := parse(tt.q)
			if err != nil {
				t.Fatal(err)
			}
			target := newTarget(q)
			w := target.best(tt.text, "")
			got := ""
			if w.score > 0 {
				got = show(archive.Snippet{Parts: w.parts(tt.text)})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if most := target.most(tt.text); most < w.score {
				t.Errorf("most says %d, the window scores %d", most, w.score)
			}
		})
	}
}

// Snippets of one search look at a bounded amount of text, however long the papers are.
func TestSnippetsAreBounded(t *testing.T) {
	page := strings.Repeat("đất ở tại nông thôn ", 5000)
	read := 0
	texts := func(context.Context, archive.ID) archive.TextSeq {
		return func(yield func(archive.PageText, error) bool) {
			for n := 1; ; n++ {
				read += len(page)
				if !yield(archive.PageText{Number: n, Text: page}, nil) {
					return
				}
			}
		}
	}
	q, err := parse("đất vườn")
	if err != nil {
		t.Fatal(err)
	}
	s := &searching{text: q, budget: snippetBudget}
	for range 50 {
		s.snippets(t.Context(), texts, archive.NewID(), nil)
	}
	if slack := 51 * len(page); read > snippetBudget+slack {
		t.Errorf("%d bytes read, the budget is %d", read, snippetBudget)
	}
}

func FuzzSnippet(f *testing.F) {
	f.Add(`đất "nhà ở" quy*`, "Đất và nha\u0300 ở, quy hoạch\n\n12")
	f.Add("h'leo", "H’leo\xff\u0301")
	f.Fuzz(func(t *testing.T, query, text string) {
		q, err := parse(query)
		if err != nil || len(q.clauses) == 0 || len(text) > 2000 {
			return
		}
		target := newTarget(q)
		if target.empty() {
			return
		}
		w := target.best(text, "")
		if w.score == 0 {
			return
		}
		if most := target.most(text); most < w.score {
			t.Errorf("most(%+q) = %d for %+q, the window scores %d", text, most, query, w.score)
		}
		var shown strings.Builder
		hit := false
		for _, p := range w.parts(text) {
			shown.WriteString(p.Text)
			hit = hit || p.Hit && p.Text != ""
		}
		if !hit {
			t.Errorf("%+q in %+q shows no hit", query, text)
		}
		if utf8.ValidString(text) && !utf8.ValidString(shown.String()) {
			t.Errorf("%+q in %+q cuts a character", query, text)
		}
	})
}
