package api_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"sohoa/api"
	"sohoa/archive"
)

// away is a virus scanner that does not answer.
type away struct{}

func (a away) Scan(ctx context.Context, _ *os.File) (string, error) { return "", a.Ready(ctx) }
func (away) Ready(context.Context) error {
	return archive.Fault(archive.Unavailable, "scanner_away", archive.Text{VI: "Phần mềm diệt vi rút không trả lời.", EN: "The virus scanner does not answer."})
}

func TestQuarantine(t *testing.T) {
	w := build(t)
	clerk, checker := w.clerk(), w.as(w.token(archive.RoleChecker, "H15.50"))
	script := "%PDF-script một"
	clerk.do("PUT", "/api/v1/documents?on_fault=refuse", script).refused(422, "unsafe_file")
	if n := len(checker.do("GET", "/api/v1/documents?state=quarantined", nil).want(200).at("items").([]any)); n != 0 {
		t.Fatalf("%d papers kept of a refusal", n)
	}
	a := clerk.do("PUT", "/api/v1/documents?on_fault=quarantine&file_name=b%C3%A9.pdf", script).want(201)
	at := a.header.Get("Location")
	if a.text("state") != "quarantined" || a.text("findings.0.code") != "javascript" || a.at("findings.0.object") != float64(7) || a.at("findings.0.page") != float64(2) {
		t.Errorf("kept aside: %s", a.body)
	}
	typ, b := form(part{name: "metadata", typ: "application/json", body: `{"on_fault":"quarantine"}`}, part{name: "file", file: "hai.pdf", typ: "application/pdf", body: "%PDF-broken"})
	if m := clerk.with("Content-Type: "+typ).do("POST", "/api/v1/documents", b).want(201); m.text("state") != "quarantined" {
		t.Errorf("by form: %s", m.body)
	}
	clerk.do("PUT", "/api/v1/documents?on_fault=quarantine", "PK a Word file").refused(415, "unsupported_type")
	clerk.do("PUT", "/api/v1/documents?on_fault=quarantine", script).refused(409, "duplicate_content")

	// The uploader sees the row and may discard it; what the paper says is for a checker.
	if l := clerk.do("GET", "/api/v1/documents?state=quarantined", nil).want(200); len(l.at("items").([]any)) != 2 || l.text("items.0.moves.0") != "discard" {
		t.Errorf("her list: %s", l.body)
	}
	for _, inside := range []string{"/file", "/pages/1", "/pages/1/image", "/text"} {
		clerk.do("GET", at+inside, nil).refused(403, "forbidden")
	}
	clerk.with(`If-None-Match: *`).do("GET", at+"/pages/1/image", nil).refused(403, "forbidden")
	other := w.as(w.token(archive.RoleClerk, "H15.50"))
	other.do("GET", at, nil).refused(404, "not_found")
	f := checker.do("GET", at+"/file", nil).want(200)
	if string(f.body) != script || f.header.Get("Content-Type") != "application/octet-stream" || f.header.Get("Cache-Control") != "no-store" ||
		!strings.HasPrefix(f.header.Get("Content-Disposition"), `attachment; filename="cach-ly_`) {
		t.Errorf("the file comes as %v", f.header)
	}
	if img := checker.do("GET", at+"/pages/1/image", nil).want(200); img.header.Get("Cache-Control") != "no-store" {
		t.Errorf("a page of a quarantined paper is cached: %v", img.header)
	}
	clerk.with("If-Match: *").do("POST", at+"/release", map[string]string{"reason": "gấp"}).refused(403, "forbidden")
	checker.with("If-Match: *").do("POST", at+"/release", nil).refused(400, "reason_required")
	once := checker.with("If-Match: *", "Idempotency-Key: release-1")
	r := once.do("POST", at+"/release", map[string]string{"reason": "biểu mẫu của Bộ"}).want(200)
	if again := once.do("POST", at+"/release", map[string]string{"reason": "biểu mẫu của Bộ"}).want(200); string(again.body) != string(r.body) {
		t.Errorf("repeated: %s", again.body)
	}
	if r.text("state") != "review" || r.text("findings.0.code") != "javascript" {
		t.Errorf("released: %s", r.body)
	}
	if g := clerk.do("GET", at+"/file", nil).want(200); string(g.body) != script || g.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("after release the file is %q, %v", g.body, g.header)
	}
	checker.with("If-Match: *").do("POST", at+"/quarantine", map[string]string{"reason": "xem lại"}).want(200)
	broken := clerk.do("GET", "/api/v1/documents?state=quarantined", nil).text("items.0.id")
	if e := checker.with("If-Match: *").do("POST", "/api/v1/documents/"+broken+"/release", map[string]string{"reason": "x"}).refused(422, "damaged_file"); e.text("findings.0.code") != "no_xref" {
		t.Errorf("what is damaged: %s", e.body)
	}
	st := w.as(w.token(archive.RoleAdmin, "")).do("GET", "/api/v1/status", nil).want(200)
	if st.at("documents.quarantined") != float64(2) || st.text("scanner.state") != "off" {
		t.Errorf("status: %s", st.body)
	}
}

func TestWhileTheScannerIsAwayPapersWaitInQuarantine(t *testing.T) {
	w := build(t, func(c *archive.Config, _ *api.Config) { c.Scanner = away{} })
	clerk, checker := w.clerk(), w.as(w.token(archive.RoleChecker, "H15.50"))
	a := clerk.do("PUT", "/api/v1/documents", paper(64)).want(201)
	if a.text("state") != "quarantined" || a.text("findings.1.code") != "not_scanned" {
		t.Errorf("taken in unseen: %s", a.body)
	}
	e := checker.with("If-Match: *").do("POST", a.header.Get("Location")+"/release", map[string]string{"reason": "gấp"}).refused(503, "scanner_away")
	if e.header.Get("Retry-After") == "" {
		t.Errorf("headers: %v", e.header)
	}
	st := w.as(w.token(archive.RoleAdmin, "")).do("GET", "/api/v1/status", nil).want(200)
	if st.text("scanner.state") != "away" || st.text("scanner.message") == "" || st.at("jobs.scan.due") != float64(1) {
		t.Errorf("status: %s", st.body)
	}
}
