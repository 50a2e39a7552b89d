package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sohoa/internal/testkit"
	"sohoa/internal/viet"
)

// TestRealPapersAreReadAndFound takes published papers in through the API, gets them back byte for byte, and finds each by
// a phrase printed on one of its later pages, typed with and without accents, with that page in the snippet.
func TestRealPapersAreReadAndFound(t *testing.T) {
	t.Parallel()
	testkit.Tesseract(t)
	real := testkit.Corpus(t, "real")
	s := builtProgram(t).start(t, t.TempDir(), "clerk")
	papers := []struct {
		file   string
		phrase string
		page   int
	}{
		{"born-digital-3p.pdf", "Cổng thông tin điện tử Bộ Tài chính", 3},
		{"dispatch-6-signatures.pdf", "Giày cho người thực hiện nhiệm vụ cứu nạn", 1},
		{"gazette-broken-signature-30p.pdf", "kết nối phục vụ chia sẻ dữ liệu bằng phương tiện", 27},
		{"owner-password-2p.pdf", "màu áo lụa Hà Đông", 2},
		{"scan-ccitt-signed-4p.pdf", "Các đồng chí Thứ trưởng Bộ Công an", 3},
		{"scan-flate-11p.pdf", "cá nhân tình nguyện tham gia phòng cháy", 9},
		{"scan-jpeg-6p.pdf", "đến 30 chỗ ngồi", 4},
		{"photo-1.jpg", "", 1}, {"vietsample.tif", "", 1}, {"vietsample2.png", "", 1},
	}
	ids := make([]string, len(papers))
	for i, p := range papers {
		want, err := os.ReadFile(filepath.Join(real, p.file))
		if err != nil {
			t.Fatal(err)
		}
		status, doc, b, err := s.put(p.file, bytes.NewReader(want), "&agency=H15")
		if err != nil || status != http.StatusCreated {
			t.Errorf("%s: %d %v %s", p.file, status, err, b)
			continue
		}
		ids[i] = doc.ID
		if got := s.must(200, "GET", "/api/v1/documents/"+doc.ID+"/file", nil, nil); !bytes.Equal(got, want) {
			t.Errorf("%s comes back as other bytes", p.file)
		}
	}
	for i, p := range papers {
		if ids[i] == "" {
			continue
		}
		doc := s.awaitReading(ids[i], 5*time.Minute)
		if doc.Reading.State != "done" {
			t.Errorf("%s: reading ends %s", p.file, doc.Reading.State)
		}
	}
	for i, p := range papers {
		if ids[i] == "" || p.phrase == "" {
			continue
		}
		for _, typed := range []string{p.phrase, viet.Fold(p.phrase)} {
			s.awaitFound(`"`+typed+`"`, ids[i], p.page)
		}
	}
}

// awaitFound searches until the paper is among the answers with a snippet of the page: the index is a moment behind.
func (s *server) awaitFound(q, id string, page int) {
	s.t.Helper()
	var last []byte
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		var f found
		last = s.must(200, "GET", "/api/v1/search?q="+url.QueryEscape(q), nil, &f)
		for _, it := range f.Items {
			for _, sn := range it.Snippets {
				if it.Document.ID == id && sn.Page == page {
					return
				}
			}
		}
	}
	s.t.Errorf("%s does not find %s on page %d: %s", q, id, page, tail(string(last), 1500))
}

// TestHostilePapers sends every hostile file: each gets a verdict, every refusal says why, and the server is there at the
// end. Of the active ones only plain links come in.
func TestHostilePapers(t *testing.T) {
	root := testkit.Corpus(t, "hostile")
	s := builtProgram(t).start(t, t.TempDir(), "clerk", "--no-reading")
	type verdict struct {
		file   string
		status int
		code   string
		took   time.Duration
	}
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	verdicts := make([]verdict, len(files))
	var wg sync.WaitGroup
	next := make(chan int)
	for range 4 {
		wg.Go(func() {
			for i := range next {
				verdicts[i] = func() verdict {
					rel, _ := filepath.Rel(root, files[i])
					f, err := os.Open(files[i])
					if err != nil {
						return verdict{file: rel, code: err.Error()}
					}
					defer f.Close()
					began := time.Now()
					status, _, b, err := s.put(url.QueryEscape(filepath.Base(rel)), f, "&agency=H15&allow_duplicate=true")
					var p problem
					json.Unmarshal(b, &p)
					if err != nil {
						p.Code = err.Error()
					}
					if status >= 400 && status != http.StatusUnsupportedMediaType && len(p.Findings) == 0 {
						t.Errorf("%s is refused (%d %s) without a finding that says why: %s", rel, status, p.Code, b)
					}
					if status >= 400 && p.Detail == "" {
						t.Errorf("%s is refused without a sentence: %s", rel, b)
					}
					return verdict{rel, status, p.Code, time.Since(began)}
				}()
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	wg.Wait()
	var slowest verdict
	counts := map[string]int{}
	for _, v := range verdicts {
		switch v.status {
		case 201, 415, 422:
		default:
			t.Errorf("%s: %d %s", v.file, v.status, v.code)
		}
		if strings.HasPrefix(v.file, "active_content/") && (v.status == 201) != strings.HasSuffix(v.file, "uri_action.pdf") {
			t.Errorf("%s: %d %s", v.file, v.status, v.code)
		}
		if strings.HasPrefix(v.file, "bombs/") && v.status == 201 {
			t.Errorf("%s was taken in", v.file)
		}
		if v.took > slowest.took {
			slowest = v
		}
		if v.status == 201 {
			v.code = "accepted"
		}
		counts[v.code]++
	}
	t.Logf("%d files: %v; slowest %s %s", len(files), counts, slowest.file, slowest.took)
	s.must(200, "GET", "/healthz", nil, nil)
}

// TestRefusalThroughTheClient keeps the client's view of a refusal in step with the server's.
func TestRefusalThroughTheClient(t *testing.T) {
	s := self(t).start(t, t.TempDir(), "clerk", "--no-reading")
	status, _, b, err := s.put("x.pdf", strings.NewReader("%PDF-1.4 and nothing else"), "&agency=H15")
	if err != nil || status != 422 {
		t.Fatalf("%d %v %s", status, err, b)
	}
	var p problem
	if err := json.Unmarshal(b, &p); err != nil || p.Code != "damaged_file" {
		t.Errorf("%s, %v", b, err)
	}
	if !strings.Contains(p.Error(), "damaged_file") {
		t.Errorf("the line an operator reads: %s", p.Error())
	}
}
