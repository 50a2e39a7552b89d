package indexer

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// relevance is one file of testdata/relevance: papers, and what questions about them must find.
type relevance struct {
	Papers []struct {
		Name, Subject, Number, Notation, Type, Signer, Position, Agency, Dossier, File, Owner string
		Agencies, Pages                                                                       []string
	}
	Questions []struct {
		Why     string
		Q       string
		Order   []string // these, in this order, and others between them at will
		Only    []string // these and no others, in any order
		None    []string // none of these
		Snippet string   // of the first hit: this text, found words in brackets, somewhere in its snippets
		Page    int      // of that snippet
		Suggest string
	}
}

func TestRelevance(t *testing.T) {
	files, err := filepath.Glob("testdata/relevance/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) { judge(t, file) })
	}
}

func judge(t *testing.T, file string) {
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r relevance
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		t.Fatal(err)
	}
	names := map[archive.ID]string{}
	pages := map[archive.ID][]string{}
	texts := func(_ context.Context, id archive.ID) archive.TextSeq {
		return func(yield func(archive.PageText, error) bool) {
			for i, p := range pages[id] {
				if !yield(archive.PageText{Number: i + 1, Text: p}, nil) {
					return
				}
			}
		}
	}
	var put []archive.Entry
	for i, p := range r.Papers {
		e := paper(i+1, p.Subject)
		e.AgencyNames = p.Agencies
		d := &e.Document
		d.Fields.Number, d.Fields.Notation, d.Fields.Type = p.Number, p.Notation, p.Type
		d.Fields.Signer = archive.Signer{Name: p.Signer, Position: p.Position}
		d.Fields.IssuingAgency.Name, d.Fields.Owner.Name = p.Agency, p.Owner
		d.Dossier = archive.DossierCode(p.Dossier)
		d.Versions = []archive.Version{{Number: 1, FileName: p.File}}
		names[d.ID], pages[d.ID] = p.Name, p.Pages
		e.Text = func(ctx context.Context) archive.TextSeq { return texts(ctx, d.ID) }
		put = append(put, e)
	}
	ix := openAt(t, t.TempDir(), Options{Texts: texts})
	defer ix.Close()
	apply(t, ix, 1, put...)
	for _, q := range r.Questions {
		t.Run(q.Why, func(t *testing.T) {
			res, err := ix.Search(t.Context(), archive.Query{Text: q.Q, See: archive.Visibility{Everything: true}, Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, h := range res.Hits {
				got = append(got, names[h.Document])
			}
			if q.Order != nil {
				kept := slices.DeleteFunc(slices.Clone(got), func(n string) bool { return !slices.Contains(q.Order, n) })
				if diff := cmp.Diff(q.Order, kept); diff != "" {
					t.Errorf("%s: order of %v\n%s", q.Q, got, diff)
				}
			}
			if q.Only != nil {
				a, b := slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(q.Only))
				if !slices.Equal(a, b) {
					t.Errorf("%s finds %v, want %v", q.Q, a, b)
				}
			}
			for _, n := range q.None {
				if slices.Contains(got, n) {
					t.Errorf("%s finds %s", q.Q, n)
				}
			}
			if q.Snippet != "" {
				var all []string
				ok := false
				for _, h := range res.Hits[:min(1, len(res.Hits))] {
					for _, s := range h.Snippets {
						text := show(s)
						all = append(all, fmt.Sprintf("%s %d: %s", s.Field, s.Page, text))
						ok = ok || strings.Contains(text, q.Snippet) && s.Page == q.Page
					}
				}
				if !ok {
					t.Errorf("%s: no snippet with %q on page %d:\n%s", q.Q, q.Snippet, q.Page, strings.Join(all, "\n"))
				}
			}
			if res.DidYouMean != q.Suggest {
				t.Errorf("%s: did you mean %q, want %q", q.Q, res.DidYouMean, q.Suggest)
			}
		})
	}
}

func show(s archive.Snippet) string {
	var b strings.Builder
	for _, p := range s.Parts {
		if p.Hit {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}
