package indextest

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"sohoa/archive"
)

// shelf is the archive an index under test belongs to: entries, and the texts its snippets are cut from.
type shelf struct {
	entries []archive.Entry
	texts   map[archive.ID][]archive.PageText
}

// change sets what a test cares about in a paper.
type change func(*archive.Document)

func newShelf() *shelf { return &shelf{texts: map[archive.ID][]archive.PageText{}} }

// add puts a paper on the shelf and returns its id. Ids ascend in the order of add.
func (s *shelf) add(subject string, pages []string, changes ...change) archive.ID {
	d := archive.Document{
		ID: serial(len(s.entries) + 1), State: archive.Accepted, Kind: archive.Result, Access: archive.Restricted, Custodian: "H15.50",
		Fields:    archive.Fields{Subject: subject},
		CreatedAt: time.Date(2026, 3, 1, 8, 0, len(s.entries), 0, time.UTC),
	}
	for _, c := range changes {
		c(&d)
	}
	for i, p := range pages {
		s.texts[d.ID] = append(s.texts[d.ID], archive.PageText{Number: i + 1, Text: p})
	}
	e := archive.Entry{Document: d}
	if len(pages) > 0 {
		e.Text = func(ctx context.Context) iter.Seq2[archive.PageText, error] { return s.pageTexts(ctx, d.ID) }
	}
	s.entries = append(s.entries, e)
	return d.ID
}

// serial makes an id that sorts by n.
func serial(n int) archive.ID {
	id, err := archive.ParseID(fmt.Sprintf("0192a000-0000-7000-8000-%012x", n))
	if err != nil {
		panic(err)
	}
	return id
}

// pageTexts is the archive.PageTexts of the shelf.
func (s *shelf) pageTexts(_ context.Context, id archive.ID) iter.Seq2[archive.PageText, error] {
	return func(yield func(archive.PageText, error) bool) {
		for _, p := range s.texts[id] {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// apply puts everything on the shelf into ix.
func (s *shelf) apply(t *testing.T, ix archive.Index, upto int64) {
	t.Helper()
	if err := ix.Apply(t.Context(), archive.Batch{Put: s.entries, Upto: upto}); err != nil {
		t.Fatalf("apply: %v", err)
	}
}

// Everything is the visibility of the program itself.
var everything = archive.Visibility{Everything: true}

// ask searches for text within everything.
func ask(t *testing.T, ix archive.Index, text string) archive.Results {
	t.Helper()
	return askFor(t, ix, archive.Query{Text: text, See: everything})
}

func askFor(t *testing.T, ix archive.Index, q archive.Query) archive.Results {
	t.Helper()
	res, err := ix.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("search %q: %v", q.Text, err)
	}
	if int64(len(res.Hits)) > res.Total {
		t.Fatalf("search %q: %d hits of %d", q.Text, len(res.Hits), res.Total)
	}
	return res
}

func ids(res archive.Results) []archive.ID {
	out := []archive.ID{}
	for _, h := range res.Hits {
		out = append(out, h.Document)
	}
	return out
}
