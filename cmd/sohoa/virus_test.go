package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sohoa/internal/testkit"
	"sohoa/internal/testkit/clamd"
)

// as returns the server as seen with another token.
func (s *server) as(token string) *server {
	return &server{t: s.t, url: s.url, token: token, logs: s.logs}
}

func (p paper) has(finding string) bool {
	for _, f := range p.Findings {
		if f.Code == finding {
			return true
		}
	}
	return false
}

// TestVirusScanner: the program with a real clamd. What it recognises does not come in; while it is away nothing comes in
// unseen; when it is back, what waited is let in or stays, without anybody's help.
func TestVirusScanner(t *testing.T) {
	t.Parallel()
	d := clamd.Start(t)
	p, data := self(t), t.TempDir()
	token := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", data, "--role", "checker", "--agency", "H15"))
	s := p.start(t, data, "clerk", "--no-reading", "--virus-scanner", d.Address)
	checker := s.as(token)
	infected := map[string][]byte{
		"by itself":          []byte(clamd.EICAR()),
		"behind a PDF's end": append(testkit.TextPDF("Một trang"), clamd.EICAR()...),
		"inside a PDF":       clamd.Around(clamd.EICAR()),
	}
	for reason, file := range infected {
		status, _, b, err := s.put("x.pdf", bytes.NewReader(file), "&agency=H15")
		var e struct {
			Code     string
			Findings []struct{ Code, Message string }
		}
		if err == nil {
			err = json.Unmarshal(b, &e)
		}
		if err != nil || status != 422 || e.Code != "unsafe_file" || len(e.Findings) != 1 || e.Findings[0].Code != "virus" || !strings.Contains(e.Findings[0].Message, clamd.Signature) {
			t.Errorf("%s: %d %v %s", reason, status, err, b)
		}
	}
	put := func(name string, file []byte, query, state, finding string) paper {
		t.Helper()
		status, doc, b, err := s.put(name, bytes.NewReader(file), "&agency=H15"+query)
		if err != nil || status != 201 || doc.State != state || finding != "" && !doc.has(finding) {
			t.Fatalf("%s: %d %v, state %q: %s", name, status, err, doc.State, b)
		}
		return doc
	}
	put("sạch.pdf", testkit.TextPDF("Một trang sạch"), "", "review", "")
	kept := put("nhiễm.pdf", infected["inside a PDF"], "&on_fault=quarantine", "quarantined", "virus")
	release := func(id string, want int, code string) {
		t.Helper()
		b := checker.change(t, http.MethodPost, "/api/v1/documents/"+id+"/release", `{"reason":"cần gấp"}`, want)
		if !strings.Contains(string(b), `"`+code+`"`) {
			t.Errorf("release: %s", b)
		}
	}
	release(kept.ID, 422, "unsafe_file")

	d.Stop()
	waits := put("chờ.pdf", testkit.TextPDF("Một trang chờ"), "", "quarantined", "not_scanned")
	bad := put("nhiễm-2.pdf", append(infected["inside a PDF"], '\n'), "", "quarantined", "not_scanned")
	release(waits.ID, 503, "scanner_away")
	d.Restart()
	await := func(id, state, finding string) {
		t.Helper()
		var doc paper
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
			checker.must(200, http.MethodGet, "/api/v1/documents/"+id, nil, &doc)
			if doc.State == state && !doc.has("not_scanned") {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("still %s with %+v", doc.State, doc.Findings)
			}
		}
		if finding != "" && !doc.has(finding) {
			t.Errorf("findings: %+v", doc.Findings)
		}
	}
	await(waits.ID, "review", "")
	await(bad.ID, "quarantined", "virus")
	var history struct {
		Items []struct {
			Action string
			Actor  struct{ Role string }
			Detail map[string]string
		}
	}
	checker.must(200, http.MethodGet, "/api/v1/documents/"+waits.ID+"/events", nil, &history)
	if !slices.ContainsFunc(history.Items, func(e struct {
		Action string
		Actor  struct{ Role string }
		Detail map[string]string
	}) bool {
		return e.Detail["move"] == "release"
	}) {
		t.Errorf("the release is not in the history: %+v", history)
	}
	s.stop()
	if out := p.run(t, 0, "check", "--data", data, "--read-data"); !strings.Contains(out, "Sound") {
		t.Errorf("check: %s", out)
	}
}

// TestUnsafePapersAreKeptAsideByPolicy: with --unsafe quarantine active content is kept for a checker, who looks at its pages
// as pictures and lets it in.
func TestUnsafePapersAreKeptAsideByPolicy(t *testing.T) {
	t.Parallel()
	p, data := self(t), t.TempDir()
	token := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", data, "--role", "checker", "--agency", "H15"))
	s := p.start(t, data, "clerk", "--no-reading", "--unsafe", "quarantine")
	checker := s.as(token)
	script := bytes.Replace(testkit.TextPDF("Một trang"), []byte("/Type /Catalog"), []byte("/Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"), 1)
	status, doc, b, err := s.put("x.pdf", bytes.NewReader(script), "&agency=H15")
	if err != nil || status != 201 || doc.State != "quarantined" || !doc.has("javascript") || doc.Pages != 1 {
		t.Fatalf("%d %v %s", status, err, b)
	}
	image := "/api/v1/documents/" + doc.ID + "/pages/1/image"
	s.must(403, http.MethodGet, image, nil, nil)
	if jpg := checker.must(200, http.MethodGet, image, nil, nil); !bytes.HasPrefix(jpg, []byte("\xff\xd8\xff")) {
		t.Errorf("the page is %d bytes that are no JPEG", len(jpg))
	}
	checker.change(t, http.MethodPost, "/api/v1/documents/"+doc.ID+"/release", `{"reason":"biểu mẫu của Bộ"}`, 200)
	if got := s.must(200, http.MethodGet, "/api/v1/documents/"+doc.ID+"/file", nil, nil); !bytes.Equal(got, script) {
		t.Error("other bytes come back")
	}
	s.stop()
	p.run(t, 0, "check", "--data", data, "--read-data")
	if out, err := p.command("serve", "--data", data, "--unsafe", "perhaps").CombinedOutput(); err == nil || !strings.Contains(string(out), "--unsafe takes") {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := p.command("serve", "--data", data, "--virus-scanner", "clamd").CombinedOutput(); err == nil || !strings.Contains(string(out), "--virus-scanner takes") {
		t.Errorf("%v: %s", err, out)
	}
}

// change makes a change that does not ask which revision it follows.
func (s *server) change(t testing.TB, method, path, body string, want int) []byte {
	t.Helper()
	status, _, b, err := s.call(method, path, map[string]string{"Content-Type": "application/json", "If-Match": "*"}, strings.NewReader(body))
	if err != nil || status != want {
		t.Fatalf("%s %s: %d %v, want %d: %s", method, path, status, err, want, b)
	}
	return b
}
