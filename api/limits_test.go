package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sohoa/api"
	"sohoa/archive"
)

// dial opens a plain connection to the house: what breaks the rules of HTTP no client library sends.
func (w *world) dial() (net.Conn, *bufio.Reader) {
	w.t.Helper()
	c, err := net.Dial("tcp", w.server.Listener.Addr().String())
	must(w.t, err)
	w.t.Cleanup(func() { c.Close() })
	must(w.t, c.SetDeadline(time.Now().Add(20*time.Second))) // a test that fails should not hang
	return c, bufio.NewReader(c)
}

func withDoor(change func(*archive.DoorLimits)) func(*archive.Config, *api.Config) {
	return func(a *archive.Config, _ *api.Config) { change(&a.Limits.Door) }
}

func TestAHeadTooLargeIsRefused(t *testing.T) {
	w := build(t, withDoor(func(l *archive.DoorLimits) { l.HeaderBytes = 8 << 10 }))
	c, r := w.dial()
	go fmt.Fprintf(c, "GET /api/v1/documents HTTP/1.1\r\nHost: x\r\nX-Long: %s\r\n\r\n", strings.Repeat("a", 64<<10))
	res, err := http.ReadResponse(r, nil)
	must(t, err)
	if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestASlowHeadIsGivenUp(t *testing.T) {
	w := build(t, withDoor(func(l *archive.DoorLimits) { l.HeaderTime = 50 * time.Millisecond }))
	c, r := w.dial()
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n")
	if b, err := io.ReadAll(r); err != nil || len(b) > 0 && !strings.HasPrefix(string(b), "HTTP/1.1 408") {
		t.Errorf("%q, %v", b, err)
	}
}

func TestARestingConnectionIsClosed(t *testing.T) {
	w := build(t, withDoor(func(l *archive.DoorLimits) { l.RestTime = 50 * time.Millisecond }))
	c, r := w.dial()
	io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	res, err := http.ReadResponse(r, nil)
	must(t, err)
	io.Copy(io.Discard, res.Body)
	if _, err := r.ReadByte(); err != io.EOF {
		t.Errorf("after a rest: %v", err)
	}
}

func TestASilentUploadIsAnsweredAndLeavesNothing(t *testing.T) {
	w := build(t, withDoor(func(l *archive.DoorLimits) { l.IdleTime = 100 * time.Millisecond }))
	token := w.token(archive.RoleClerk, "H15.50")
	c, r := w.dial()
	fmt.Fprintf(c, "PUT /api/v1/documents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 100000\r\n\r\n%s", token, paper(1000))
	res, err := http.ReadResponse(r, nil)
	must(t, err)
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusRequestTimeout || !strings.Contains(string(b), `"code":"too_slow"`) {
		t.Errorf("%d %s %v", res.StatusCode, b, err)
	}
	waitFor(t, func() bool { return w.intents() == 0 })
	if l := w.as(token).do("GET", "/api/v1/documents", nil).want(200); len(l.at("items").([]any)) != 0 {
		t.Errorf("something is visible: %s", l.body)
	}
}

func TestConnectionsBeyondTheLimitWait(t *testing.T) {
	w := build(t)
	l := archive.DefaultLimits().Door
	l.Connections = 2
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s := httptest.NewUnstartedServer(w.handler)
	s.Listener.Close()
	s.Listener = api.Listen(ln, l)
	s.Start()
	defer s.Close()
	ask := func(c net.Conn) chan error {
		done := make(chan error, 1)
		go func() {
			io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
			_, err := http.ReadResponse(bufio.NewReader(c), nil)
			done <- err
		}()
		return done
	}
	var open []net.Conn
	for range 3 {
		c, err := net.Dial("tcp", ln.Addr().String())
		must(t, err)
		defer c.Close()
		open = append(open, c)
	}
	must(t, <-ask(open[0]))
	must(t, <-ask(open[1]))
	third := ask(open[2])
	select {
	case err := <-third:
		t.Fatalf("the third is let in at once: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	open[0].Close()
	must(t, <-third)
}

func TestStreamsAtOnceAreBounded(t *testing.T) {
	w := build(t, withDoor(func(l *archive.DoorLimits) { l.Streams = 1 }))
	clerk := w.clerk()
	at := clerk.deposited("", paper(64)) // nobody reads: the stream stays open
	req, err := http.NewRequestWithContext(t.Context(), "GET", w.server.URL+at+"/reading", nil)
	must(t, err)
	req.Header = clerk.with("Accept: text/event-stream").header
	res, err := http.DefaultTransport.RoundTrip(req)
	must(t, err)
	defer res.Body.Close()
	if _, err := bufio.NewReader(res.Body).ReadString('\n'); err != nil || res.StatusCode != 200 {
		t.Fatalf("the first stream: %d %v", res.StatusCode, err)
	}
	a := clerk.with("Accept: text/event-stream").do("GET", at+"/reading", nil).refused(503, "unavailable")
	if a.header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
	res.Body.Close()
	waitFor(t, func() bool {
		again, err := http.DefaultTransport.RoundTrip(req.Clone(t.Context()))
		must(t, err)
		defer again.Body.Close()
		return again.StatusCode == 200
	})
}

func TestATableOfTooManyLinesIsRefused(t *testing.T) {
	w := build(t, withDoor(func(l *archive.DoorLimits) { l.TableRows = 200 }))
	admin := w.as(w.token(archive.RoleAdmin, "")).with("Content-Type: text/csv")
	table := func(n int, name string) string {
		var b strings.Builder
		b.WriteString("code,name\nH20,Tỉnh\n")
		for i := range n - 1 {
			fmt.Fprintf(&b, "H20.%03d,%s\n", i, name)
		}
		return b.String()
	}
	admin.do("POST", "/api/v1/agencies", table(201, "Xã")).refused(413, "too_large")
	w.clerk().do("GET", "/api/v1/agencies/H20", nil).refused(404, "not_found")
	admin.do("POST", "/api/v1/agencies", table(200, "Xã")).want(200)
	if a := admin.do("POST", "/api/v1/agencies", table(190, "")).refused(400, "invalid"); len(a.at("errors").([]any)) != 100 {
		t.Errorf("%d wrong lines are named, want 100", len(a.at("errors").([]any)))
	}
}

func TestAnExportThatIsCutSaysSo(t *testing.T) {
	w := build(t, withDoor(func(l *archive.DoorLimits) { l.ExportRows = 2 }))
	clerk := w.clerk()
	for range 3 {
		clerk.deposited("", paper(64))
	}
	auditor := w.as(w.token(archive.RoleAuditor, ""))
	cut := auditor.with("Accept: text/csv").do("GET", "/api/v1/events", nil).want(200)
	if lines := strings.Split(strings.TrimSpace(string(cut.body)), "\n"); len(lines) != 4 || !strings.Contains(lines[3], "NOT WHOLE") {
		t.Errorf("cut table:\n%s", cut.body)
	}
	whole := auditor.with("Accept: text/csv").do("GET", "/api/v1/events?action=registry_change", nil).want(200)
	if lines := strings.Split(strings.TrimSpace(string(whole.body)), "\n"); len(lines) != 3 || strings.Contains(string(whole.body), "NOT WHOLE") {
		t.Errorf("a table that is whole:\n%s", whole.body)
	}
}

func TestDeeplyNestedJSONIsRefused(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	deep := `{"subject":` + strings.Repeat("[", 30_000) + strings.Repeat("]", 30_000) + `}`
	at := clerk.deposited("", paper(64))
	clerk.with("If-Match: *").do("PATCH", at, deep).refused(400, "invalid")
	typ, b := form(part{name: "metadata", body: deep}, part{name: "file", file: "a.pdf", body: string(paper(64))})
	clerk.with("Content-Type: "+typ).do("POST", "/api/v1/documents", b).refused(400, "invalid")
	if l := clerk.do("GET", "/api/v1/documents", nil).want(200); len(l.at("items").([]any)) != 1 {
		t.Errorf("refused forms left papers: %s", l.body)
	}
}
