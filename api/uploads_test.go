package api_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sohoa/api"
	"sohoa/archive"
	"sohoa/internal/testkit"
)

const tusPiece = "Content-Type: application/offset+octet-stream"

func meta(pairs ...string) string {
	var out []string
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, pairs[i]+" "+base64.StdEncoding.EncodeToString([]byte(pairs[i+1])))
	}
	return strings.Join(out, ",")
}

// tus is the caller as a client of the protocol.
func (c *caller) tus(headers ...string) *caller {
	return c.with(append([]string{"Tus-Resumable: 1.0.0"}, headers...)...)
}

func (c *caller) begin(size int, pairs ...string) string {
	c.w.t.Helper()
	headers := []string{"Upload-Length: " + strconv.Itoa(size)}
	if len(pairs) > 0 {
		headers = append(headers, "Upload-Metadata: "+meta(pairs...))
	}
	a := c.tus(headers...).do("POST", "/api/v1/uploads", nil).want(201)
	if a.header.Get("Tus-Resumable") != "1.0.0" || a.header.Get("Upload-Expires") == "" {
		c.w.t.Errorf("headers %v", a.header)
	}
	return a.header.Get("Location")
}

func (c *caller) piece(location string, at int, body []byte) *answer {
	c.w.t.Helper()
	return c.tus(tusPiece, "Upload-Offset: "+strconv.Itoa(at)).do("PATCH", location, body)
}

// stands checks what HEAD tells.
func (c *caller) stands(location string, at int) *answer {
	c.w.t.Helper()
	a := c.tus().do("HEAD", location, nil).want(200)
	if a.header.Get("Upload-Offset") != strconv.Itoa(at) {
		c.w.t.Fatalf("offset %s, want %d", a.header.Get("Upload-Offset"), at)
	}
	return a
}

func TestUploadInPieces(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	if h := clerk.do("OPTIONS", "/api/v1/uploads", nil).want(204).header; h.Get("Tus-Version") != "1.0.0" || h.Get("Tus-Max-Size") != "536870912" ||
		h.Get("Tus-Extension") != "creation,creation-with-upload,termination,expiration" || h.Get("Tus-Resumable") != "1.0.0" {
		t.Errorf("options %v", h)
	}
	body := paper(200_000)
	told := meta("filename", "Quyết định.pdf", "filetype", "application/pdf", "dossier", "H15.50-261008-0975", "kind", "result", "digest", archive.DigestOf(body).String())
	a := clerk.tus("Upload-Length: 200000", "Upload-Metadata: "+told).do("POST", "/api/v1/uploads", nil).want(201)
	location := a.header.Get("Location")
	for at := 0; at < len(body); at += 70_000 {
		h := clerk.stands(location, at).header
		if h.Get("Upload-Length") != "200000" || h.Get("Upload-Metadata") != told || h.Get("Cache-Control") != "no-store" || h.Get("Content-Location") != "" {
			t.Errorf("head %v", h)
		}
		if a = clerk.piece(location, at, body[at:min(at+70_000, len(body))]).want(204); a.header.Get("Upload-Offset") != strconv.Itoa(min(at+70_000, len(body))) {
			t.Errorf("after a piece: %v", a.header)
		}
	}
	where := a.header.Get("Content-Location")
	if d := clerk.do("GET", where, nil).want(200); d.text("dossier_code") != "H15.50-261008-0975" || d.text("kind") != "result" || d.text("versions.0.file_name") != "Quyết định.pdf" ||
		d.text("versions.0.digest") != archive.DigestOf(body).String() {
		t.Errorf("paper %s", d.body)
	}
	if got := clerk.do("GET", where+"/file", nil).want(200); !bytes.Equal(got.body, body) {
		t.Error("other bytes came back")
	}
	if h := clerk.stands(location, len(body)).header; h.Get("Content-Location") != where {
		t.Errorf("head at the end: %v", h)
	}
	if h := clerk.piece(location, len(body), nil).want(204).header; h.Get("Content-Location") != where {
		t.Errorf("the last piece again: %v", h)
	}
	clerk.piece(location, 0, body).refused(409, "offset_mismatch")
	st := clerk.do("GET", location, nil).want(200)
	if st.text("document") != strings.TrimPrefix(where, "/api/v1/documents/") || st.text("offset") != "200000" || st.text("length") != "200000" || st.at("problem") != nil ||
		location != "/api/v1/uploads/"+st.text("id") {
		t.Errorf("state %s", st.body)
	}
	clerk.tus().do("DELETE", location, nil).want(204)
	clerk.tus().do("HEAD", location, nil).want(404)
	clerk.do("GET", where, nil).want(200) // the paper stays
}

func TestUploadBegunWithItsFirstPiece(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	body := paper(1000)
	a := clerk.tus(tusPiece, "Upload-Length: 1000").do("POST", "/api/v1/uploads", body[:400]).want(201)
	if a.header.Get("Upload-Offset") != "400" {
		t.Errorf("headers %v", a.header)
	}
	// Where PATCH cannot pass, POST says what it stands for.
	location := a.header.Get("Location")
	clerk.tus().do("POST", location, nil).refused(405, "method_not_allowed")
	clerk.tus("X-HTTP-Method-Override: GET").do("POST", location, nil).refused(405, "method_not_allowed")
	a = clerk.tus(tusPiece, "Upload-Offset: 400", "X-HTTP-Method-Override: PATCH").do("POST", location, body[400:]).want(204)
	if got := clerk.do("GET", a.header.Get("Content-Location")+"/file", nil).want(200); !bytes.Equal(got.body, body) {
		t.Error("other bytes came back")
	}
	whole := paper(500)
	a = clerk.tus(tusPiece, "Upload-Length: 500").do("POST", "/api/v1/uploads", whole).want(201)
	if a.header.Get("Content-Location") == "" || a.header.Get("Upload-Offset") != "500" {
		t.Errorf("whole at once: %v", a.header)
	}
	second := clerk.begin(10)
	clerk.tus("X-HTTP-Method-Override: DELETE").do("POST", second, nil).want(204)
	clerk.tus().do("HEAD", second, nil).want(404)
	clerk.tus("Upload-Length: 0").do("POST", "/api/v1/uploads", nil).refused(400, "empty_file")
}

func TestUploadRequestsOutsideTheProtocol(t *testing.T) {
	w := build(t, func(c *archive.Config, _ *api.Config) { c.Limits.FileBytes = 1000 })
	clerk := w.clerk()
	location := clerk.begin(500)
	const secret = "zz9-plural-z-alpha"
	for _, c := range []struct {
		reason, method, path string
		headers              []string
		body                 []byte
		status               int
		code                 string
	}{
		{"no version", "PATCH", location, []string{tusPiece, "Upload-Offset: 0"}, []byte("x"), 412, "tus_version"},
		{"another version", "POST", "/api/v1/uploads", []string{"Tus-Resumable: 0.2.2", "Upload-Length: 5"}, nil, 412, "tus_version"},
		{"no length", "POST", "/api/v1/uploads", []string{"Tus-Resumable: 1.0.0"}, nil, 400, "invalid"},
		{"a length that is none", "POST", "/api/v1/uploads", []string{"Tus-Resumable: 1.0.0", "Upload-Length: -1"}, nil, 400, "invalid"},
		{"a length to be told later", "POST", "/api/v1/uploads", []string{"Tus-Resumable: 1.0.0", "Upload-Defer-Length: 1"}, nil, 400, "invalid"},
		{"parts to be joined", "POST", "/api/v1/uploads", []string{"Tus-Resumable: 1.0.0", "Upload-Length: 5", "Upload-Concat: partial"}, nil, 400, "invalid"},
		{"larger than any file", "POST", "/api/v1/uploads", []string{"Tus-Resumable: 1.0.0", "Upload-Length: 1001"}, nil, 413, "too_large"},
		{"a body of another type", "POST", "/api/v1/uploads", []string{"Tus-Resumable: 1.0.0", "Upload-Length: 5", "Content-Type: application/pdf"}, []byte("%PDF-"), 415, "unsupported_type"},
		{"hostile metadata", "POST", "/api/v1/uploads", []string{"Tus-Resumable: 1.0.0", "Upload-Length: 5", "Upload-Metadata: " + secret + " !!"}, nil, 400, "invalid"},
		{"values that are none", "POST", "/api/v1/uploads", []string{"Tus-Resumable: 1.0.0", "Upload-Length: 5", "Upload-Metadata: " + meta("dossier", secret, "agency", secret, "document", secret)}, nil, 400, "invalid"},
		{"for another agency", "POST", "/api/v1/uploads", []string{"Tus-Resumable: 1.0.0", "Upload-Length: 5", "Upload-Metadata: " + meta("agency", "H99")}, nil, 404, "not_found"},
		{"a new scan of nothing", "POST", "/api/v1/uploads", []string{"Tus-Resumable: 1.0.0", "Upload-Length: 5", "Upload-Metadata: " + meta("document", archive.NewID().String())}, nil, 404, "not_found"},
		{"a piece of another type", "PATCH", location, []string{"Tus-Resumable: 1.0.0", "Upload-Offset: 0", "Content-Type: application/octet-stream"}, []byte("x"), 415, "unsupported_type"},
		{"a piece from nowhere", "PATCH", location, []string{"Tus-Resumable: 1.0.0", tusPiece}, []byte("x"), 400, "invalid"},
		{"a piece with metadata", "PATCH", location, []string{"Tus-Resumable: 1.0.0", tusPiece, "Upload-Offset: 0", "Upload-Metadata: " + meta("filename", "x")}, []byte("x"), 400, "invalid"},
		{"a piece that leaves a hole", "PATCH", location, []string{"Tus-Resumable: 1.0.0", tusPiece, "Upload-Offset: 1"}, []byte("x"), 409, "offset_mismatch"},
		{"more than announced", "PATCH", location, []string{"Tus-Resumable: 1.0.0", tusPiece, "Upload-Offset: 0"}, make([]byte, 501), 413, "too_large"},
		{"nothing there", "PATCH", "/api/v1/uploads/" + secret, []string{"Tus-Resumable: 1.0.0", tusPiece, "Upload-Offset: 0"}, []byte("x"), 404, "not_found"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			w.t = t
			a := clerk.with(c.headers...).do(c.method, c.path, c.body).refused(c.status, c.code)
			if a.header.Get("Tus-Resumable") != "1.0.0" {
				t.Errorf("headers %v", a.header)
			}
			if c.status == 412 && a.header.Get("Tus-Version") != "1.0.0" {
				t.Errorf("headers %v", a.header)
			}
			if bytes.Contains(a.body, []byte(secret)) {
				t.Errorf("the caller's words come back: %s", a.body)
			}
		})
	}
	w.t = t
	w.as("").tus("Upload-Length: 5").do("POST", "/api/v1/uploads", nil).refused(401, "unauthenticated")
	w.as(w.token(archive.RoleAuditor, "H15.50")).tus("Upload-Length: 5").do("POST", "/api/v1/uploads", nil).refused(403, "forbidden")
	other := w.as(w.token(archive.RoleClerk, "H15.50"))
	other.tus().do("HEAD", location, nil).want(404)
	other.piece(location, 0, []byte("x")).refused(404, "not_found")
	other.tus().do("DELETE", location, nil).want(404)
	other.do("GET", location, nil).refused(404, "not_found")
}

func TestUploadRefusedAtItsEnd(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	body := []byte("%PDF-script and more")
	location := clerk.begin(len(body))
	clerk.piece(location, 0, body[:5]).want(204)
	for range 2 { // whoever did not hear it is told again
		if a := clerk.piece(location, map[bool]int{true: 5, false: len(body)}[w.Counters.Refusals.Load() == 0], body[5:]); a.status != 422 || a.text("findings.0.code") != "javascript" {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	clerk.tus().do("HEAD", location, nil).want(422)
	if vi := clerk.with("Accept-Language: vi").do("GET", location, nil).want(200); vi.text("problem.code") != "unsafe_file" || vi.text("problem.findings.0.message") != "Tệp có mã lệnh." || vi.at("document") != nil {
		t.Errorf("state %s", vi.body)
	}
	if n := len(clerk.do("GET", "/api/v1/documents", nil).want(200).at("items").([]any)); n != 0 || w.Counters.Refusals.Load() != 1 {
		t.Errorf("%d papers kept, refused %d times", n, w.Counters.Refusals.Load())
	}
	// Kept aside where the sender asks for it.
	location = clerk.begin(len(body), "on_fault", "quarantine")
	where := clerk.piece(location, 0, body).want(204).header.Get("Content-Location")
	if d := w.as(w.token(archive.RoleChecker, "H15.50")).do("GET", where, nil).want(200); d.text("state") != "quarantined" {
		t.Errorf("kept aside as %s", d.text("state"))
	}
	if a := clerk.do("GET", location, nil).want(200); a.text("quarantined") != "true" || a.text("findings.0.code") != "javascript" || a.text("document") == "" {
		t.Errorf("state %s", a.body)
	}
}

func TestUploadOfADuplicate(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	body := paper(300)
	first := clerk.do("PUT", "/api/v1/documents", body).want(201).text("id")
	location := clerk.begin(300)
	if a := clerk.piece(location, 0, body).refused(409, "duplicate_content"); a.text("document") != first {
		t.Errorf("the other paper: %s", a.body)
	}
	if a := clerk.do("GET", location, nil).want(200); a.text("problem.document") != first {
		t.Errorf("state %s", a.body)
	}
	a := clerk.tus(tusPiece, "Upload-Offset: 300", "Upload-Metadata: "+meta("allow_duplicate", "true")).do("PATCH", location, nil).want(204)
	if where := a.header.Get("Content-Location"); where == "" || strings.HasSuffix(where, first) {
		t.Errorf("kept as %q", where)
	}
}

func TestUploadOfANewScan(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	id := clerk.do("PUT", "/api/v1/documents", paper(300)).want(201).text("id")
	body := paper(400)
	location := clerk.begin(400, "document", id, "filename", "quét lại.pdf")
	if where := clerk.piece(location, 0, body).want(204).header.Get("Content-Location"); where != "/api/v1/documents/"+id {
		t.Errorf("became %q", where)
	}
	d := clerk.do("GET", "/api/v1/documents/"+id, nil).want(200)
	if d.text("versions.1.digest") != archive.DigestOf(body).String() || d.text("versions.1.file_name") != "quét lại.pdf" {
		t.Errorf("paper %s", d.body)
	}
}

func TestUploadIsBegunOnceForAKey(t *testing.T) {
	w := build(t)
	clerk := w.clerk().with("Idempotency-Key: k1")
	first := clerk.begin(300, "filename", "a.pdf")
	if again := clerk.tus("Upload-Length: 300", "Upload-Metadata: "+meta("filename", "a.pdf")).do("POST", "/api/v1/uploads", nil).want(201).header.Get("Location"); again != first {
		t.Errorf("begun at %s and again at %s", first, again)
	}
	clerk.tus("Upload-Length: 301", "Upload-Metadata: "+meta("filename", "a.pdf")).do("POST", "/api/v1/uploads", nil).refused(422, "key_reused")
	clerk.with("Idempotency-Key: k2").tus("Upload-Length: 300", "Upload-Metadata: "+meta("agency", "H99")).do("POST", "/api/v1/uploads", nil).refused(404, "not_found")
	clerk.with("Idempotency-Key: k2").begin(300) // a refusal is not kept
}

// shifted is a clock that a test moves.
type shifted struct {
	mu sync.Mutex
	by time.Duration
}

func (s *shifted) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().UTC().Add(s.by)
}

func (s *shifted) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by += d
}

func TestUploadExpiresByItsHeader(t *testing.T) {
	clock := &shifted{}
	w := build(t, func(c *archive.Config, _ *api.Config) { c.Clock = clock })
	clerk := w.clerk()
	location := clerk.begin(300)
	until, err := http.ParseTime(clerk.stands(location, 0).header.Get("Upload-Expires"))
	must(t, err)
	if left := until.Sub(clock.Now()); left < 23*time.Hour || left > 24*time.Hour {
		t.Errorf("expires in %s", left)
	}
	clock.pass(20 * time.Hour)
	later, err := http.ParseTime(clerk.piece(location, 0, paper(100)).want(204).header.Get("Upload-Expires"))
	must(t, err)
	if later.Sub(until) < 19*time.Hour {
		t.Errorf("a piece moved the end from %s to %s", until, later)
	}
	clock.pass(25 * time.Hour)
	clerk.do("GET", location, nil).refused(410, "upload_gone")
	clerk.piece(location, 100, paper(100)).refused(410, "upload_gone")
	clerk.tus().do("HEAD", location, nil).want(404)
	swept := clerk.begin(300)
	clock.pass(25 * time.Hour)
	_, err = w.Sweep(t.Context())
	must(t, err)
	clerk.tus().do("HEAD", swept, nil).want(404)
}

// wire opens a bare connection and sends the head of a piece.
func (c *caller) wire(location string, at, length int) net.Conn {
	c.w.t.Helper()
	conn, err := net.Dial("tcp", c.w.server.Listener.Addr().String())
	must(c.w.t, err)
	c.w.t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nTus-Resumable: 1.0.0\r\n%s\r\nUpload-Offset: %d\r\nContent-Length: %d\r\n\r\n",
		location, c.header.Get("Authorization"), tusPiece, at, length)
	return conn
}

// came waits until so many bytes of a piece that goes on are durable: nothing else tells that the server has read them.
func (c *caller) came(location string, at int) {
	c.w.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if n, err := strconv.Atoi(c.do("GET", location, nil).want(200).text("offset")); err == nil && n >= at {
			return
		}
		if time.Now().After(deadline) {
			c.w.t.Fatal("the bytes do not come")
		}
	}
}

func TestUploadOverALineThatBreaks(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	body := paper(300_000)
	location := clerk.begin(len(body))
	// The line ends in the middle, and the server hears of it.
	conn := clerk.wire(location, 0, len(body))
	conn.Write(body[:100_000])
	clerk.came(location, 65536)
	conn.(*net.TCPConn).CloseWrite()
	clerk.came(location, 100_000)
	clerk.stands(location, 100_000)
	// The line goes dead without a word: the server would wait, and does not when somebody comes again.
	dead := clerk.wire(location, 100_000, len(body)-100_000)
	dead.Write(body[100_000:180_000])
	clerk.came(location, 165536)
	began := time.Now()
	a := clerk.tus().do("HEAD", location, nil).want(200)
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the dead line was waited for: %s", took)
	}
	at, err := strconv.Atoi(a.header.Get("Upload-Offset"))
	must(t, err)
	if at < 165536 || at > 180_000 {
		t.Fatalf("offset %d", at)
	}
	res, err := http.ReadResponse(bufio.NewReader(dead), nil)
	if err == nil {
		res.Body.Close()
		if res.StatusCode != 409 {
			t.Errorf("the older request is answered %s", res.Status)
		}
	}
	where := clerk.piece(location, at, body[at:]).want(204).header.Get("Content-Location")
	if got := clerk.do("GET", where+"/file", nil).want(200); !bytes.Equal(got.body, body) {
		t.Error("other bytes came back")
	}
}

// holdInspection lets inspections wait until release, which the end of the test calls too.
func (w *world) holdInspection() (held func(), release func()) {
	w.desk.block = make(chan struct{})
	release = sync.OnceFunc(func() { close(w.desk.block) })
	w.t.Cleanup(release)
	return func() {
		w.t.Helper()
		for deadline := time.Now().Add(30 * time.Second); w.desk.held.Load() == 0; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				w.t.Fatal("nothing is inspected")
			}
		}
	}, release
}

// What is being inspected cannot be cut: who asks meanwhile is told to come back.
func TestUploadUnderInspectionIsLocked(t *testing.T) {
	w := build(t, func(c *archive.Config, _ *api.Config) { c.Limits.Upload.Patience = time.Millisecond })
	held, release := w.holdInspection()
	clerk := w.clerk()
	body := paper(300)
	location := clerk.begin(len(body))
	done := make(chan *answer, 1)
	go func() { done <- clerk.piece(location, 0, body) }()
	held()
	a := clerk.tus().do("HEAD", location, nil).want(423)
	if a.header.Get("Retry-After") == "" {
		t.Errorf("headers %v", a.header)
	}
	release()
	where := (<-done).want(204).header.Get("Content-Location")
	if h := clerk.stands(location, 300).header; h.Get("Content-Location") != where {
		t.Errorf("head %v", h)
	}
}

// A request that reaches another node of the house is told so, and not who the right one is.
func TestUploadOnAnotherNode(t *testing.T) {
	w := build(t)
	c := w.Config
	c.Node = "kho-2.noi-bo.example"
	second, err := archive.New(c)
	must(t, err)
	h, err := api.New(api.Config{Archive: second})
	must(t, err)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	clerk := w.clerk()
	there := &caller{&world{Archive: second, t: t, server: server, contract: w.contract}, clerk.header}
	location := there.begin(300)
	clerk.tus().do("HEAD", location, nil).want(421)
	a := clerk.piece(location, 0, paper(300)).refused(421, "other_node")
	clerk.do("GET", location, nil).refused(421, "other_node")
	clerk.tus().do("DELETE", location, nil).want(421)
	if bytes.Contains(a.body, []byte("noi-bo")) || strings.Contains(location, "noi-bo") {
		t.Errorf("the name of a machine is given away: %s %s", location, a.body)
	}
	if mine := clerk.begin(300); mine[strings.LastIndex(mine, "."):] == location[strings.LastIndex(location, "."):] {
		t.Errorf("both nodes begin uploads under one mark: %s, %s", mine, location)
	}
	where := there.piece(location, 0, paper(300)).want(204).header.Get("Content-Location")
	if h := clerk.stands(location, 300).header; h.Get("Content-Location") != where { // how it ended every node knows
		t.Errorf("head %v", h)
	}
}

// A page of another site cannot make a signed-in person's browser begin or end an upload.
func TestUploadFromAnotherSite(t *testing.T) {
	w := build(t)
	for _, method := range []string{"POST", "PATCH", "DELETE"} {
		w.as("").with("Origin: https://elsewhere.example", "Sec-Fetch-Site: cross-site", "Tus-Resumable: 1.0.0").do(method, "/api/v1/uploads/x", nil).refused(403, "cross_origin")
	}
}

// A piece whose sender is gone before the end is inspected ends as if he had stayed.
func TestEndOfAnUploadNobodyWaitsFor(t *testing.T) {
	w := build(t)
	held, release := w.holdInspection()
	clerk := w.clerk()
	body := paper(300)
	location := clerk.begin(len(body))
	ctx, gone := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "PATCH", w.server.URL+location, bytes.NewReader(body))
	must(t, err)
	req.Header = clerk.tus(tusPiece, "Upload-Offset: 0").header
	over := make(chan error, 1)
	go func() {
		_, err := http.DefaultTransport.RoundTrip(req)
		over <- err
	}()
	held()
	gone()
	if err := <-over; err == nil {
		t.Fatal("answered")
	}
	release()
	if h := clerk.stands(location, 300).header; h.Get("Content-Location") == "" {
		t.Errorf("head %v", h)
	}
}

// The public client comes back too late: it is told that the upload is gone, and begins again by itself.
func TestPublicTusClientAfterItsUploadExpired(t *testing.T) {
	clock := &shifted{}
	w := build(t, func(c *archive.Config, _ *api.Config) { c.Clock = clock })
	token := w.token(archive.RoleClerk, "H15.50")
	body := paper(1 << 20)
	file := filepath.Join(t.TempDir(), "a.pdf")
	must(t, os.WriteFile(file, body, 0o600))
	ask := testkit.TusRequest{Endpoint: w.server.URL + "/api/v1/uploads", Token: token, File: file, Chunk: 256 << 10, Stop: "abort", StopAt: 512 << 10}
	first := testkit.Tus(t, ask)
	if first.Outcome != "abort" {
		t.Fatalf("%+v", first)
	}
	clock.pass(25 * time.Hour)
	_, err := w.Sweep(t.Context())
	must(t, err)
	ask.URL, ask.Stop = first.URL, ""
	second := testkit.Tus(t, ask)
	if second.Outcome != "success" || second.URL == first.URL {
		t.Fatalf("%+v", second)
	}
	if got := w.as(token).do("GET", second.Location+"/file", nil).want(200); !bytes.Equal(got.body, body) {
		t.Error("other bytes came back")
	}
}
