package indextest

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

func testSnippets(t *testing.T, open Open) {
	filler := strings.Repeat("căn cứ các quy định hiện hành ", 60)
	s := newShelf()
	id := s.add("Quyết định về đất ở", []string{
		"Trang đầu. " + filler,
		filler + "Điều 2. Giao Văn phòng\nđăng ký  đất đai tỉnh thực hiện. " + filler,
		"Nơi nhận: như trên. Đất nền.",
	})
	decomposed := s.add("", []string{"Tie\u0302\u0301ng Vie\u0323\u0302t co\u0301 da\u0302\u0301u", "hoa\u0300n toa\u0300n"})
	ix := start(t, open, s)

	for _, q := range []string{"văn phòng đăng ký đất đai", "van phong dang ky dat dai", `"đăng ký đất đai"`, "“dang ky dat dai”"} {
		t.Run(q, func(t *testing.T) {
			res := ask(t, ix, q)
			if len(res.Hits) != 1 || res.Hits[0].Document != id {
				t.Fatalf("hits %v", ids(res))
			}
			text := ofField(res.Hits[0].Snippets, "text")
			if len(text) == 0 || text[0].Page != 2 {
				t.Fatalf("the best snippet is not from page 2: %+v", res.Hits[0].Snippets)
			}
			if got := marked(text[0]); !strings.Contains(got, "[") || !strings.Contains(strings.NewReplacer("[", "", "]", "").Replace(got), "đăng ký đất đai tỉnh") {
				t.Errorf("snippet %q", got)
			}
			if hits := found(text[0]); !strings.Contains(hits, "đăng ký đất đai") {
				t.Errorf("marked %q", hits)
			}
			if n := len(marked(text[0])); n > 600 {
				t.Errorf("a snippet of %d bytes", n)
			}
		})
	}
	t.Run("metadata", func(t *testing.T) {
		meta := ofField(ask(t, ix, "quyết định đất ở").Hits[0].Snippets, "subject")
		if diff := cmp.Diff([]string{"[Quyết định] về [đất ở]"}, markedAll(meta)); diff != "" {
			t.Error(diff)
		}
		if len(meta) > 0 && meta[0].Page != 0 {
			t.Errorf("metadata on page %d", meta[0].Page)
		}
	})
	t.Run("combining marks are never split from their letter", func(t *testing.T) {
		res := ask(t, ix, `"tiếng việt"`)
		if len(res.Hits) != 1 || res.Hits[0].Document != decomposed {
			t.Fatalf("hits %v", ids(res))
		}
		want := []string{"[Tie\u0302\u0301ng Vie\u0323\u0302t] co\u0301 da\u0302\u0301u"}
		if diff := cmp.Diff(want, markedAll(ofField(res.Hits[0].Snippets, "text"))); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("without words nothing is shown", func(t *testing.T) {
		res := askFor(t, ix, archive.Query{See: everything})
		for _, h := range res.Hits {
			if len(h.Snippets) > 0 {
				t.Errorf("snippets %+v", h.Snippets)
			}
		}
	})
}

func ofField(in []archive.Snippet, field string) []archive.Snippet {
	var out []archive.Snippet
	for _, s := range in {
		if s.Field == field {
			out = append(out, s)
		}
	}
	return out
}

// marked writes a snippet with what was found in brackets.
func marked(s archive.Snippet) string {
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

func markedAll(in []archive.Snippet) []string {
	var out []string
	for _, s := range in {
		out = append(out, marked(s))
	}
	return out
}

func found(s archive.Snippet) string {
	var out []string
	for _, p := range s.Parts {
		if p.Hit {
			out = append(out, p.Text)
		}
	}
	return strings.Join(out, "|")
}

func testSuggestion(t *testing.T, open Open) {
	s := newShelf()
	s.add("Trích lục khai sinh", nil)
	s.add("Hồ sơ thanhtra", nil, func(d *archive.Document) { d.Custodian = "H15.51" })
	ix := start(t, open, s)
	see := archive.Visibility{Custodians: []archive.AgencyCode{"H15.50"}, Accesses: []archive.Access{archive.Restricted}, States: archive.States}
	if res := askFor(t, ix, archive.Query{Text: "trichs luc", See: see}); res.Total != 0 || res.DidYouMean != "trich luc" {
		t.Errorf("total %d, did you mean %q", res.Total, res.DidYouMean)
	}
	if res := askFor(t, ix, archive.Query{Text: "thanhtre", See: see}); res.Total != 0 || res.DidYouMean != "" {
		t.Errorf("a word of a paper outside the scope is offered: %q", res.DidYouMean)
	}
	if res := askFor(t, ix, archive.Query{Text: "trích lục", See: see}); res.Total != 1 || res.DidYouMean != "" {
		t.Errorf("total %d, did you mean %q", res.Total, res.DidYouMean)
	}
}

func testConcurrent(t *testing.T, open Open) {
	s := newShelf()
	for i := range 40 {
		s.add(fmt.Sprintf("Giấy phép số %d", i), []string{"nội dung trang một", "nội dung trang hai"})
	}
	ix := start(t, open, s)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				res, err := ix.Search(t.Context(), archive.Query{Text: `giấy phép "nội dung"`, See: everything, Facets: []string{archive.FacetState}})
				if err != nil || res.Total != 40 {
					t.Errorf("total %d, %v: a paper put again is never missing", res.Total, err)
					return
				}
			}
		})
	}
	for i := range 20 {
		s.apply(t, ix, int64(i+2))
	}
	close(stop)
	wg.Wait()
}
