package api_test

import (
	"bufio"
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"

	"sohoa/api"
	"sohoa/api/reply"
	"sohoa/archive"
)

// deposited returns the path of a fresh paper.
func (c *caller) deposited(query string, body []byte) string {
	c.w.t.Helper()
	return c.do("PUT", "/api/v1/documents?"+query, body).want(201).header.Get("Location")
}

func TestEdit(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	at := clerk.deposited("", paper(64))
	patch := clerk.with("Content-Type: application/merge-patch+json", `If-Match: "r1"`)
	clerk.do("PATCH", at, `{"subject":"x"}`).refused(428, "precondition_required")
	a := patch.do("PATCH", at, `{"subject":"Cấp phép","type":"QĐ","issued_on":"05/01/2024","signer":{"name":"Trần Thị B","position":"Phó Chủ tịch"},"owner":{"id":"066200012345","name":"Nguyễn Văn A"},"kind":"result"}`).want(200)
	if a.header.Get("ETag") != `"r2"` || a.text("subject") != "Cấp phép" || a.text("issued_on") != "2024-01-05" || a.text("owner.id") != "066*****2345" || a.text("kind") != "result" {
		t.Fatalf("answer %s", a.body)
	}
	patch.do("PATCH", at, `{"subject":"y"}`).refused(412, "stale_revision")
	clerk.with(`If-Match: "abc"`).do("PATCH", at, `{"subject":"y"}`).refused(412, "stale_revision")
	anyhow := clerk.with("If-Match: *")
	a = anyhow.do("PATCH", at, map[string]any{"signer": map[string]any{"position": nil}, "type": nil, "owner": map[string]any{}}).want(200)
	if a.text("signer.name") != "Trần Thị B" || a.at("signer.position") != nil || a.at("type") != nil || a.text("owner.id") != "066*****2345" {
		t.Errorf("a merge patch removes what is null and leaves what is absent: %s", a.body)
	}
	if a = anyhow.do("PATCH", at, `{"signer":null}`).want(200); a.at("signer") != nil {
		t.Errorf("signer still there: %s", a.body)
	}
	anyhow.do("PATCH", at, `{"owner":{"id":"066*****2345"}}`).refused(400, "invalid")
	for _, c := range []struct{ reason, body, field, code string }{
		{"a mistyped member is named", `{"isued_on":"2024-01-05"}`, "isued_on", "unknown_field"},
		{"a number where words belong", `{"subject":5}`, "subject", "wrong_type"},
		{"a day that never was", `{"issued_on":"2024-02-30"}`, "issued_on", "date"},
		{"no JSON", `{"subject`, "body", "invalid"},
		{"nothing", ``, "body", "required"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			a := anyhow.with("Content-Type: application/json").do("PATCH", at, c.body).want(400)
			if a.text("errors.0.field") != c.field || a.text("errors.0.code") != c.code || strings.Contains(string(a.body), "02-30") {
				t.Errorf("answer %s", a.body)
			}
		})
	}
	anyhow.with("Content-Type: text/plain").do("PATCH", at, `x`).refused(415, "unsupported_type")
	w.as(w.token(archive.RoleClerk, "H15.51")).with("If-Match: *").do("PATCH", at, `{}`).refused(404, "not_found")
	w.as(w.token(archive.RoleAuditor, "H15.50")).with("If-Match: *").do("PATCH", at, `{"subject":"y"}`).refused(403, "forbidden")
}

func TestMoves(t *testing.T) {
	w := build(t)
	clerk, checker := w.clerk(), w.as(w.token(archive.RoleChecker, "H15.50"))
	at := clerk.deposited("kind=result", paper(64))
	clerk.do("POST", at+"/submit", nil).refused(428, "precondition_required")
	a := clerk.with("If-Match: *").do("POST", at+"/submit", nil).refused(400, "incomplete")
	if a.text("errors.0.field") != "type" || a.text("errors.1.field") != "subject" {
		t.Errorf("missing fields are not named: %s", a.body)
	}
	clerk.with("If-Match: *").do("PATCH", at, `{"type":"QĐ","subject":"Cấp phép"}`).want(200)
	clerk.with(`If-Match: "r1"`).do("POST", at+"/submit", nil).refused(412, "stale_revision")
	a = clerk.with(`If-Match: "r2"`, "Idempotency-Key: m").do("POST", at+"/submit", nil).want(200)
	if a.text("state") != "checking" || a.header.Get("ETag") != `"r3"` {
		t.Errorf("answer %s", a.body)
	}
	if b := clerk.with(`If-Match: "r2"`, "Idempotency-Key: m").do("POST", at+"/submit", nil).want(200); !bytes.Equal(a.body, b.body) {
		t.Errorf("a repeated move has another answer: %s", b.body)
	}
	clerk.with("If-Match: *").do("POST", at+"/submit", nil).refused(409, "wrong_state")
	clerk.with("If-Match: *").do("POST", at+"/accept", nil).refused(403, "forbidden")
	checker.with("If-Match: *").do("POST", at+"/return", nil).refused(400, "reason_required")
	checker.with("If-Match: *").do("POST", at+"/return", map[string]string{"reason": "mờ trang 2"}).want(200)
	if got := clerk.do("GET", at, nil).want(200); got.text("state") != "returned" || got.text("reason") != "mờ trang 2" {
		t.Errorf("after the return: %s", got.body)
	}
	v := clerk.with("Content-Type: application/pdf").do("POST", at+"/versions?file_name=lai.pdf", paper(64)).want(201)
	if v.text("versions.1.number") != "2" || v.text("state") != "review" {
		t.Errorf("new scan: %s", v.body)
	}
	for _, step := range []struct {
		who   *caller
		move  string
		body  any
		state string
	}{
		{clerk, "submit", nil, "checking"}, {checker, "accept", nil, "accepted"}, {checker, "publish", nil, "published"},
		{checker, "withdraw", map[string]string{"reason": "cấp nhầm"}, "withdrawn"},
	} {
		if a := step.who.with("If-Match: *").do("POST", at+"/"+step.move, step.body).want(200); a.text("state") != step.state {
			t.Errorf("after %s: %s", step.move, a.body)
		}
	}
	clerk.with("If-Match: *").do("POST", at+"/versions", paper(64)).refused(409, "wrong_state")
	other := clerk.deposited("", paper(64))
	clerk.with("If-Match: *").do("POST", other+"/discard", map[string]string{"reason": "nhầm"}).want(200)
	clerk.with("If-Match: *").do("POST", other+"/restore", nil).want(200)
	third := clerk.deposited("kind=result", paper(64))
	clerk.with("If-Match: *").do("PATCH", third, `{"type":"QĐ","subject":"x"}`).want(200)
	clerk.with("If-Match: *").do("POST", third+"/submit", nil).want(200)
	checker.with("If-Match: *").do("POST", third+"/accept", nil).want(200)
	checker.with("If-Match: *").do("POST", third+"/publish", nil).want(200)
	if a := checker.with("If-Match: *").do("POST", third+"/supersede", map[string]string{"reason": "có bản mới"}).want(200); a.text("state") != "superseded" {
		t.Errorf("after supersede: %s", a.body)
	}
	clerk.with("If-Match: *").do("POST", other+"/rescan", nil).want(404)
	events := clerk.do("GET", at+"/events?limit=3", nil).want(200)
	if events.text("items.0.action") != "ingestion" || events.text("next") == "" {
		t.Errorf("history: %s", events.body)
	}
	rest := clerk.do("GET", at+"/events?cursor="+events.text("next"), nil).want(200)
	if rest.text("items.0.id") == events.text("items.2.id") || rest.text("next") != "" {
		t.Errorf("second page: %s", rest.body)
	}
}

func TestFile(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	body := paper(10_000)
	at := clerk.deposited("file_name="+url.QueryEscape(`..\hồ sơ/Đơn "số 1".exe`), body)
	a := clerk.do("GET", at+"/file", nil).want(200)
	tag := `"` + archive.DigestOf(body).String() + `"`
	for name, want := range map[string]string{"ETag": tag, "Content-Type": "application/pdf", "Accept-Ranges": "bytes", "Content-Length": "10000", "Cache-Control": "no-store",
		"Content-Security-Policy": reply.Sealed, "Cross-Origin-Resource-Policy": "same-origin"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	disposition, params, err := mime.ParseMediaType(a.header.Get("Content-Disposition"))
	if err != nil || disposition != "attachment" || params["filename"] != "Đơn _số 1_.exe.pdf" || !strings.Contains(a.header.Get("Content-Disposition"), `filename="Don _so 1_.exe.pdf"`) {
		t.Errorf("disposition %q: %v", a.header.Get("Content-Disposition"), err)
	}
	downloads := func() int {
		n := 0
		for _, e := range clerk.do("GET", at+"/events?limit=200", nil).at("items").([]any) {
			if e.(map[string]any)["action"] == "dissemination" {
				n++
			}
		}
		return n
	}
	before := downloads()
	clerk.with("If-None-Match: "+tag).do("GET", at+"/file", nil).want(304)
	h := clerk.do("HEAD", at+"/file", nil).want(200)
	if h.header.Get("Content-Length") != "10000" || len(h.body) != 0 || h.header.Get("ETag") != tag {
		t.Errorf("HEAD: %v", h.header)
	}
	if after := downloads(); after != before {
		t.Errorf("no byte left the house, and %d downloads were noted", after-before)
	}
	for _, c := range []struct {
		reason, header string
		status         int
		want           []byte
	}{
		{"the start", "bytes=0-99", 206, body[:100]},
		{"the end", "bytes=-100", 206, body[9900:]},
		{"the middle to the end", "bytes=5000-", 206, body[5000:]},
		{"nothing there", "bytes=10000-", 416, nil},
		{"another unit", "pages=1", 200, body},
	} {
		t.Run(c.reason, func(t *testing.T) {
			a := clerk.with("Range: "+c.header).do("GET", at+"/file", nil)
			if c.status == 200 && a.status == 416 { // allowed by RFC 9110 §14.2 too
				return
			}
			a.want(c.status)
			if c.want != nil && !bytes.Equal(a.body, c.want) {
				t.Errorf("%d other bytes", len(a.body))
			}
		})
	}
	clerk.do("GET", at+"/file?version=1", nil).want(200)
	clerk.do("GET", at+"/file?version=2", nil).refused(404, "not_found")
	clerk.do("GET", at+"/file?version=x", nil).refused(400, "invalid")
	clerk.do("GET", "/api/v1/documents/no-id/file", nil).refused(404, "not_found")
	w.as(w.token(archive.RoleAdmin, "")).do("GET", at+"/file", nil).refused(403, "forbidden")
	w.as(w.token(archive.RoleAdmin, "")).do("HEAD", at+"/file", nil).want(403)
	w.as(w.token(archive.RoleClerk, "H15.51")).do("GET", at+"/file", nil).refused(404, "not_found")
}

func TestADamagedFileNeverLooksWhole(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	at := clerk.deposited("", paper(100_000))
	w.damage(strings.TrimPrefix(at, "/api/v1/documents/"))
	req, err := http.NewRequestWithContext(t.Context(), "GET", w.server.URL+at+"/file", nil)
	must(t, err)
	req.Header = clerk.header
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil || res.StatusCode == 500 {
		return // found before the first byte
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err == nil {
		t.Errorf("%d bytes of a damaged file came as a whole answer", b.Len())
	}
}

func TestReadingTextAndPages(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	at := clerk.deposited("", paper(64))
	for _, path := range []string{"/text", "/pages/1"} {
		if a := clerk.do("GET", at+path, nil).refused(202, "not_ready"); a.header.Get("Retry-After") == "" {
			t.Error("202 without Retry-After")
		}
	}
	if r := clerk.do("GET", at+"/reading", nil).want(200); r.text("state") != "waiting" || r.text("pages_total") != "2" || len(r.at("proposals").([]any)) != 0 {
		t.Errorf("reading %s", r.body)
	}
	w.work()
	waitFor(t, func() bool { return clerk.do("GET", at+"/reading", nil).want(200).text("state") == "done" })
	text := clerk.do("GET", at+"/text", nil).want(200)
	if string(text.body) != "ỦY BAN NHÂN DÂN TỈNH\n\fcấp giấy phép xây dựng\n\f" || text.header.Get("Content-Type") != "text/plain; charset=utf-8" || text.header.Get("Content-Security-Policy") == "" {
		t.Errorf("text %q, %v", text.body, text.header)
	}
	p := clerk.do("GET", at+"/pages/2", nil).want(200)
	if p.text("words.1.text") != "giấy" || fmt.Sprint(p.at("words.1.box")) != "[50 10 90 24]" || p.text("source") != "scan" {
		t.Errorf("page %s", p.body)
	}
	clerk.do("GET", at+"/pages/3", nil).refused(404, "not_found")
	clerk.do("GET", at+"/pages/0", nil).refused(400, "invalid")
	img := clerk.do("GET", at+"/pages/1/image?width=800", nil).want(200)
	if img.header.Get("Content-Type") != "image/jpeg" || img.header.Get("Content-Disposition") != "inline" || img.header.Get("ETag") == "" {
		t.Errorf("image %v", img.header)
	}
	clerk.with("If-None-Match: "+img.header.Get("ETag")).do("GET", at+"/pages/1/image?width=800", nil).want(304)
	clerk.do("HEAD", at+"/pages/1/image", nil).want(200)
	if !strings.Contains(img.header.Get("Cache-Control"), "no-cache") || !strings.Contains(img.header.Get("Cache-Control"), "private") {
		t.Errorf("an address that may change its picture is kept: %v", img.header)
	}
	if same := clerk.do("GET", at+"/pages/1/image?width=1000", nil).want(200); same.header.Get("ETag") != img.header.Get("ETag") {
		t.Error("one picture has two tags")
	}
	of := strings.TrimPrefix(clerk.do("GET", at, nil).want(200).text("versions.0.digest"), "sha256:")[:16]
	if fixed := clerk.do("GET", at+"/pages/1/image?width=800&of="+of, nil).want(200); fixed.header.Get("Cache-Control") != "private, max-age=86400, immutable" {
		t.Errorf("a picture that never changes: %v", fixed.header)
	}
	clerk.do("GET", at+"/pages/1/image?of=000000000000", nil).refused(404, "not_found")
	clerk.do("GET", at+"/pages/1/image?of=0", nil).refused(404, "not_found")
	// A file a power cut emptied is made again.
	must(t, w.Derived.Put(t.Context(), "documents/"+path.Base(at)+"/1/images/1-1000", strings.NewReader("")))
	if again := clerk.do("GET", at+"/pages/1/image", nil).want(200); len(again.body) == 0 {
		t.Error("an empty picture was sent")
	}
	clerk.do("GET", at+"/pages/3/image", nil).refused(404, "not_found")
	clerk.do("GET", at+"/pages/1/image?width=0", nil).refused(400, "invalid")
}

// proposer proposes an owner's identifier and a subject.
type proposer struct{}

func (proposer) Propose([]archive.PageReading, archive.Lists) []archive.Proposal {
	return []archive.Proposal{{Field: "owner.id", Value: "066200012345", Confidence: 0.9, Page: 1, Box: archive.Box{X1: 1}}, {Field: "subject", Value: "Cấp phép", Confidence: 0.8, Page: 2}}
}

func TestProposalsMaskIdentifiers(t *testing.T) {
	w := build(t, func(a *archive.Config, _ *api.Config) { a.Proposer = proposer{} })
	clerk := w.clerk()
	at := clerk.deposited("", paper(64))
	w.work()
	waitFor(t, func() bool {
		return clerk.do("GET", at+"/reading", nil).want(200).text("proposals.1.value") == "Cấp phép"
	})
	if r := clerk.do("GET", at+"/reading", nil); r.text("proposals.0.value") != "066*****2345" || fmt.Sprint(r.at("proposals.0.box")) != "[0 0 1 0]" {
		t.Errorf("reading %s", r.body)
	}
}

func TestReadingAsEvents(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	at := clerk.deposited("", paper(64))
	req, err := http.NewRequestWithContext(t.Context(), "GET", w.server.URL+at+"/reading", nil)
	must(t, err)
	req.Header = clerk.with("Accept: text/event-stream").header
	res, err := http.DefaultTransport.RoundTrip(req)
	must(t, err)
	defer res.Body.Close()
	if ct := res.Header.Get("Content-Type"); res.StatusCode != 200 || ct != "text/event-stream" {
		t.Fatalf("status %d, %s", res.StatusCode, ct)
	}
	lines := bufio.NewScanner(res.Body)
	next := func() (event, data string) {
		for lines.Scan() {
			if e, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				lines.Scan()
				return e, strings.TrimPrefix(lines.Text(), "data: ")
			}
		}
		return "", ""
	}
	if e, d := next(); e != "reading" || !strings.Contains(d, `"state":"waiting"`) {
		t.Fatalf("first event %s %s", e, d)
	}
	w.work()
	last := ""
	for {
		e, d := next()
		if e == "end" {
			break
		}
		if e == "" {
			t.Fatal("the stream ended without saying so")
		}
		last = d
	}
	if !strings.Contains(last, `"state":"done"`) || !strings.Contains(last, `"pages_done":2`) {
		t.Errorf("last event %s", last)
	}
	for lines.Scan() {
		if lines.Text() != "" {
			t.Errorf("after the end: %s", lines.Text())
		}
	}
}

func TestListDocuments(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	for i := range 5 {
		clerk.deposited(fmt.Sprintf("kind=%s", []string{"component", "result"}[i%2]), paper(64))
	}
	w.as(w.token(archive.RoleClerk, "H15.51")).deposited("", paper(64))
	seen := map[string]bool{}
	path, pages := "/api/v1/documents?limit=2", 0
	for next := "x"; next != ""; pages++ {
		a := clerk.do("GET", path, nil).want(200)
		for _, it := range a.at("items").([]any) {
			seen[it.(map[string]any)["id"].(string)] = true
		}
		next = a.text("next")
		path = "/api/v1/documents?limit=2&cursor=" + url.QueryEscape(next)
	}
	if len(seen) != 5 || pages != 3 {
		t.Errorf("%d papers on %d pages", len(seen), pages)
	}
	count := func(query string) int {
		return len(clerk.do("GET", "/api/v1/documents?"+query, nil).want(200).at("items").([]any))
	}
	for query, want := range map[string]int{"kind=result": 2, "state=review,checking": 5, "state=accepted": 0, "mine=true": 5, "custodian=H15.50": 5, "custodian=H15": 5, "custodian=H15.51": 0,
		"created_to=2001-01-01": 0, "created_from=2001-01-01T00:00:00Z": 5, "reading=waiting": 5, "order=oldest": 5, "cursor=": 5} {
		if got := count(query); got != want {
			t.Errorf("%s: %d papers, want %d", query, got, want)
		}
	}
	for _, bad := range []string{"limit=0", "limit=201", "limit=x", "state=gone", "kind=letter", "order=best", "agency=x", "issued_from=yesterday", "agancy=H15", "cursor=zzz", "mine=perhaps"} {
		if a := clerk.do("GET", "/api/v1/documents?"+bad, nil).want(400); bad != "cursor=zzz" && a.text("errors.0.field") == "" {
			t.Errorf("%s: %s", bad, a.body)
		}
	}
}

func TestShutdownEndsEventStreams(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	at := clerk.deposited("", paper(64))
	req, err := http.NewRequestWithContext(t.Context(), "GET", w.server.URL+at+"/reading", nil)
	must(t, err)
	req.Header = clerk.with("Accept: text/event-stream").header
	res, err := http.DefaultTransport.RoundTrip(req)
	must(t, err)
	defer res.Body.Close()
	must(t, w.server.Config.Shutdown(t.Context())) // waits for the stream, and for ever if nobody ended it
}

func TestANewScanByForm(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	at := clerk.deposited("", paper(64))
	typ, b := form(part{name: "file", file: "lại.pdf", body: string(paper(64))})
	k := clerk.with("Content-Type: "+typ, `If-Match: "r1"`, "Idempotency-Key: v")
	a := k.do("POST", at+"/versions", b).want(201)
	if a.text("versions.1.file_name") != "lại.pdf" {
		t.Errorf("answer %s", a.body)
	}
	if again := k.do("POST", at+"/versions", b).want(201); !bytes.Equal(a.body, again.body) { // the tag is stale by now; the act that would say so is not reached
		t.Errorf("another answer %s", again.body)
	}
	clerk.with("Content-Type: "+typ, `If-Match: "r1"`).do("POST", at+"/versions?allow_duplicate=true", b).refused(412, "stale_revision")
}

func TestABodyTooLargeForItsKind(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	at := clerk.deposited("", paper(64))
	big := `{"subject":"` + strings.Repeat("a", 70<<10) + `"}`
	clerk.with("If-Match: *").do("PATCH", at, big).refused(413, "too_large")
	clerk.do("POST", "/api/v1/search", big).want(413)
	clerk.do("POST", "/api/v1/dossiers", big).want(413)
}

func TestAForwardedAddressIsBelievedFromAProxyOnly(t *testing.T) {
	for _, c := range []struct {
		reason  string
		trusted []string
		want    string
	}{{"nobody is a proxy", nil, "127.0.0.1"}, {"this machine is", []string{"127.0.0.1"}, "192.0.2.7"}} {
		t.Run(c.reason, func(t *testing.T) {
			w := build(t, func(_ *archive.Config, a *api.Config) { a.TrustedProxies = c.trusted })
			clerk := w.clerk()
			at := clerk.with("X-Forwarded-For: 192.0.2.7").do("PUT", "/api/v1/documents", paper(64)).want(201).header.Get("Location")
			if got := clerk.do("GET", at+"/events", nil).want(200).text("items.0.address"); got != c.want {
				t.Errorf("the trail says %s", got)
			}
		})
	}
}
