package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"sohoa/api"
	"sohoa/api/session"
	"sohoa/archive"
)

// walk is a house reached by https in which every address has something behind it.
type walk struct {
	*world
	names   map[string]string // what stands in an address for a parameter, by the path it follows
	boss    archive.Account   // the administrator
	second  archive.ID        // a checker
	grant   string
	answers int
}

const walkDossier = "H15.50-261008-0975"

func buildWalk(t *testing.T, change ...func(*archive.Config, *api.Config)) *walk {
	w := build(t, append(change, func(a *archive.Config, c *api.Config) {
		c.PublicURL = "https://sohoa.example.gov.vn"
		c.Backup = func(_ context.Context, w io.Writer) error { _, err := io.WriteString(w, "the house"); return err }
	})...)
	must(t, w.LoadAgencies(t.Context(), archive.System, []archive.Agency{{Code: "H15", Name: "Tỉnh"}, {Code: "H15.50", Name: "Phường", Parent: "H15"}}))
	must(t, w.LoadProcedures(t.Context(), archive.System, []archive.Procedure{{Code: "1.000200", Name: "Cấp phép"}}))
	clerk, checker := w.clerk(), w.as(w.token(archive.RoleChecker, "H15.50"))
	at := w.published(clerk, checker, "dossier="+walkDossier, `{"type":"QĐ","number":"1287","notation":"QĐ-UBND","subject":"Cấp phép"}`)
	grant := look(w.as(""), walkDossier, receipt(clerk, walkDossier)).want(201).text("grant")
	boss, err := w.AddAccount(t.Context(), archive.System, archive.Account{Login: "quan", Role: archive.RoleAdmin})
	must(t, err)
	second, err := w.AddAccount(t.Context(), archive.System, archive.Account{Login: "soat", Role: archive.RoleChecker, Agency: "H15.50"})
	must(t, err)
	style := regexp.MustCompile(`/static/([^/]+)/sohoa.css`)
	page := w.raw(http.MethodGet, "/signin", nil, "Accept: text/html")
	id := strings.TrimPrefix(at, "/api/v1/documents/")
	return &walk{world: w, boss: boss, second: second.ID, grant: grant, names: map[string]string{"documents/:id": id, "results/:id": id, "accounts/:id": boss.ID.String(),
		"agencies/:code": "H15.50", "dossiers/:code": walkDossier, "procedures/:code": "1.000200", "static/:hash": style.FindStringSubmatch(string(page.body))[1], "*name": "sohoa.css", ":n": "1"}}
}

// raw sends a request and reads the answer, without judging it.
func (w *world) raw(method, path string, body io.Reader, headers ...string) *answer {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, body)
	must(w.t, err)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	must(w.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(w.t, err)
	return &answer{w.t, res.StatusCode, res.Header, b}
}

// cookie signs the administrator in.
func (w *walk) cookie() string {
	w.t.Helper()
	return w.cookieOf(w.boss.ID)
}

func (w *walk) cookieOf(id archive.ID) string {
	w.t.Helper()
	secret, digest := session.NewSecret()
	acc, err := w.Account(w.t.Context(), archive.System, id) // as it is now: a route may have changed it
	must(w.t, err)
	must(w.t, w.SignedIn(w.t.Context(), acc.Actor(), archive.Session{Hash: digest, Account: id, Method: archive.ByPassword}, acc.Revision))
	return "Cookie: __Host-sohoa=" + secret
}

// address fills in the parameters of a route; what has no name there is an id that names nothing.
func (w *walk) address(route string) string {
	in, out := strings.Split(route, "/"), []string{}
	for i, p := range in {
		if p != "" && (p[0] == ':' || p[0] == '*') {
			v, ok := w.names[in[max(0, i-1)]+"/"+p]
			if !ok {
				v, ok = w.names[p]
			}
			if p = v; !ok {
				p = "0190b9a4-0000-7000-8000-000000000000"
			}
		}
		out = append(out, p)
	}
	return strings.Join(out, "/")
}

// mayBeKept are the routes whose answers a browser may keep, and how. Everything else is no-store.
var mayBeKept = map[string]string{
	"/static/:hash/*name":                  "public, max-age=31536000, immutable", // the house's own looks, the same for everybody
	"/api/v1/documents/:id/pages/:n/image": "private, no-cache",                   // asked again each time; taken away at sign-out
	"/lists":                               "private, max-age=300",                // names of agencies and procedures
}

var (
	// inside are words that only the inside of the house knows.
	inside = regexp.MustCompile(`goroutine \d|runtime\.|\.go:\d|(?i)SELECT .* FROM|INSERT INTO|sqlite|pgx|panic|catalog\.db|/tmp/|sohoa/archive|on fire`)
	weak   = regexp.MustCompile(`unsafe-|data:|blob:|\*|https?:`)
)

// shielded checks what every answer carries.
func (w *walk) shielded(t *testing.T, what, route string, a *answer) {
	t.Helper()
	w.answers++
	h := a.header
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000; includeSubDomains"} {
		if got := h.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %s %q", what, name, got)
		}
	}
	for _, name := range []string{"camera", "microphone", "geolocation", "payment", "usb", "display-capture"} {
		if !strings.Contains(h.Get("Permissions-Policy"), name+"=()") {
			t.Errorf("%s: Permissions-Policy %q allows %s", what, h.Get("Permissions-Policy"), name)
		}
	}
	csp := h.Values("Content-Security-Policy")
	if len(csp) != 1 || weak.MatchString(strings.ReplaceAll(csp[0], "sha256-", "")) {
		t.Fatalf("%s: policy %q", what, csp)
	}
	typ, params, _ := mime.ParseMediaType(h.Get("Content-Type"))
	own := typ == archive.PDF && (route == "/api/v1/separators" || route == "/api/v1/dossiers/:code/receipt")
	if own && csp[0] == "base-uri 'none'; form-action 'none'; frame-ancestors 'none'" { // what the house prints
		csp[0], typ = "default-src 'none'; object-src 'none'; "+csp[0]+"; sandbox", "text/html"
		params = map[string]string{"charset": "utf-8"}
	}
	for _, directive := range []string{"default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action '"} {
		if !strings.Contains(csp[0], directive) {
			t.Errorf("%s: policy %q lacks %s", what, csp[0], directive)
		}
	}
	if typ != "text/html" && len(a.body) > 0 && route != "/lists" && !strings.HasSuffix(csp[0], "; sandbox") {
		t.Errorf("%s: %s outside the sandbox: %q", what, typ, csp[0])
	}
	if len(a.body) > 0 && typ == "" || strings.HasPrefix(typ, "text/") && typ != "text/event-stream" && !strings.EqualFold(params["charset"], "utf-8") {
		t.Errorf("%s: Content-Type %q", what, h.Get("Content-Type"))
	}
	kept := h.Get("Cache-Control")
	if ok := kept == "no-store" || kept == mayBeKept[route] && a.status < 400 || kept == "" && a.status == http.StatusRequestedRangeNotSatisfiable; !ok {
		t.Errorf("%s: %d with Cache-Control %q", what, a.status, kept)
	}
	for _, name := range []string{"Server", "X-Powered-By", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "X-Aspnet-Version"} {
		if h.Get(name) != "" {
			t.Errorf("%s: %s %q", what, name, h.Get(name))
		}
	}
	if h.Get("X-Request-Id") == "" {
		t.Errorf("%s: no number", what)
	}
	if a.status >= 400 {
		if x := inside.Find(a.body); x != nil {
			t.Errorf("%s: %d says %q: %.300s", what, a.status, x, a.body)
		}
	}
	for _, line := range h.Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		must(t, err)
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || len(c.Name)+len(c.Value) > 4096 ||
			c.SameSite != http.SameSiteLaxMode && c.SameSite != http.SameSiteStrictMode {
			t.Errorf("%s: cookie %q", what, line)
		}
	}
	if d := h.Get("Content-Disposition"); a.status < 300 && !strings.HasPrefix(d, "attachment;") && !pictureOrOwn(typ) {
		t.Errorf("%s: %s as %q", what, typ, d)
	}
}

// pictureOrOwn reports whether an answer of a type may be shown where it arrives: what the house itself has written or drawn.
func pictureOrOwn(typ string) bool {
	return slices.Contains([]string{"", "text/html", "text/css", "text/javascript", "text/plain", "text/event-stream", "image/svg+xml", "image/jpeg", "application/json", "application/problem+json", "application/openapi+json"}, typ)
}

// neverRight are addresses to read at which nobody in this house gets anything, with the reason.
var neverRight = map[string]string{
	"/signin/provider/return": "there is no provider",
	"/api/v1/bulk/:id":        "nothing is done to many papers", "/api/v1/bulk/:id/papers": "nothing is done to many papers",
	"/api/v1/uploads/:id": "no upload is under way", "/api/v1/documents/:id/stack": "the paper is published",
	"/api/v1/draws": "wants a day",
}

// Every route of the house, asked by nobody, by an administrator and by a citizen, rightly and wrongly, answers with every header that
// protects the reader; and none lets another site act with a signed-in person's browser.
func TestEveryAnswerIsShielded(t *testing.T) {
	w := buildWalk(t)
	unsafe := func(method string) bool { return !slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, method) }
	crossed := 0
	for _, r := range api.Routes(w.handler) {
		at, best := w.address(r.Path), 999
		for who, header := range map[string]string{"nobody": "X-Nobody: 1", "the administrator": w.cookie(), "a checker": w.cookieOf(w.second), "a citizen": "Cookie: __Host-sohoa-t=" + w.grant} {
			if r.Path == "/t/end" && who == "a citizen" || strings.HasSuffix(r.Path, "/public/retrieval") && r.Method == "DELETE" {
				continue // the grant is needed
			}
			for _, accept := range []string{"text/html", "application/json"} {
				a := w.raw(r.Method, at, strings.NewReader(""), header, "Accept: "+accept, "Sec-Fetch-Site: same-origin", "Content-Type: application/json")
				w.shielded(t, r.Method+" "+at+" by "+who, r.Path, a)
				best = min(best, a.status)
			}
		}
		if reason, ok := neverRight[r.Path]; r.Method == "GET" && (best >= 400) != ok {
			t.Errorf("GET %s answers %d at best; expected otherwise: %q", r.Path, best, reason)
		}
		if unsafe(r.Method) {
			for _, from := range [][]string{{"Sec-Fetch-Site: cross-site"}, {"Sec-Fetch-Site: same-site"}, {"Origin: https://evil.example"}, {"Origin: null"}, {"Sec-Fetch-Site: cross-site", "Authorization: Basic cHJveHk6cHJveHk="}} {
				a := w.raw(r.Method, at, strings.NewReader(""), append(from, w.cookie(), "Content-Type: application/x-www-form-urlencoded")...)
				w.shielded(t, r.Method+" "+at+" from another site", r.Path, a)
				if a.status != http.StatusForbidden || a.text("code") != "cross_origin" {
					t.Errorf("%s %s with %v: %d", r.Method, at, from, a.status)
				}
				crossed++
			}
		}
		for _, method := range []string{"OPTIONS", "TRACE", "PROPFIND"} {
			if method+r.Path == "OPTIONS/api/v1/uploads" {
				continue
			}
			a := w.raw(method, at, nil, w.cookie(), "Origin: https://evil.example", "Access-Control-Request-Method: PUT")
			w.shielded(t, method+" "+at, r.Path, a)
			if a.status != http.StatusMethodNotAllowed && a.status != http.StatusNotFound {
				if !unsafe(method) || a.status != http.StatusForbidden {
					t.Errorf("%s %s: %d", method, at, a.status)
				}
			}
		}
	}
	if crossed < 200 {
		t.Errorf("only %d requests from another site", crossed)
	}
	t.Logf("%d answers of %d routes", w.answers, len(api.Routes(w.handler)))
}

// Answers that no route makes, and those at the edge of one.
func TestOddAnswersAreShielded(t *testing.T) {
	w := buildWalk(t)
	file := w.address("/api/v1/documents/:id/file")
	reader := "Authorization: Bearer " + w.token(archive.RoleClerk, "H15.50")
	tag := w.raw("GET", file, nil, reader).header.Get("ETag")
	for _, c := range []struct {
		reason, method, at string
		status             int
		headers            []string
	}{
		{"no such address", "GET", "/api/v1/nothing", 404, nil},
		{"no such page", "GET", "/nothing/../../etc/passwd", 404, []string{"Accept: text/html"}},
		{"no such asset", "GET", "/static/x/none.js", 404, nil},
		{"no such method", "DELETE", "/healthz", 405, nil},
		{"a word too long", "GET", "/search?q=" + strings.Repeat("a", 20_000), 400, []string{"Accept: text/html"}},
		{"no part of the file", "GET", file, 416, []string{reader, "Range: bytes=999999999-"}},
		{"a part of the file", "GET", file, 206, []string{reader, "Range: bytes=0-3"}},
		{"the file held already", "GET", file, 304, []string{reader, "If-None-Match: " + tag}},
		{"only the head", "HEAD", file, 200, []string{reader}},
		{"nonsense for JSON", "POST", "/api/v1/search", 400, []string{reader, "Content-Type: application/json"}},
		{"a type nobody takes", "POST", "/api/v1/search", 415, []string{reader, "Content-Type: text/xml"}},
		{"a purpose of two lines", "GET", "/api/v1/documents", 400, []string{reader, "Sohoa-Purpose: a%0Ab"}},
		{"the picture of the page, by its digest", "GET", w.address("/api/v1/documents/:id/pages/:n/image") + "?of=" + strings.Trim(tag, `"`)[7:27], 200, []string{reader}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			a := w.raw(c.method, c.at, strings.NewReader("{"), c.headers...)
			if a.status != c.status {
				t.Errorf("%d, want %d: %.200s", a.status, c.status, a.body)
			}
			if strings.Contains(c.at, "of=") {
				if kept := a.header.Get("Cache-Control"); kept != "private, max-age=86400, immutable" {
					t.Errorf("Cache-Control %q", kept)
				}
				a.header.Set("Cache-Control", "no-store")
			}
			w.shielded(t, c.reason, "", a)
		})
	}
	if a := w.raw("GET", file, nil, reader); a.header.Get("Content-Disposition")[:11] != "attachment;" || a.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("a user's PDF comes as %v", a.header)
	}
}

// burning is a catalog that fails as drivers do, in words that are nobody's business, or not even that.
type burning struct {
	archive.Catalog
	how *atomic.Int32
}

func (b burning) View(ctx context.Context, fn func(archive.Tx) error) error {
	switch b.how.Load() {
	case 1:
		return errors.New(`SELECT hash FROM sessions: open /tmp/x/catalog.db: disk on fire`)
	case 2:
		panic("sqlite is on fire")
	}
	return b.Catalog.View(ctx, fn)
}

// Where everything fails, every route says one sentence and a number, with all its headers: nothing of the inside gets out.
func TestFaultsGiveNothingAway(t *testing.T) {
	var how atomic.Int32
	w := buildWalk(t, func(a *archive.Config, _ *api.Config) { a.Catalog = burning{a.Catalog, &how} })
	token := "Authorization: Bearer " + w.token(archive.RoleAdmin, "")
	cookie := w.cookie()
	for way := range int32(2) {
		how.Store(way + 1)
		faults := 0
		for _, r := range api.Routes(w.handler) {
			if r.Method != "GET" {
				continue
			}
			at := w.address(r.Path)
			for _, who := range []string{token, cookie, "Cookie: __Host-sohoa-t=" + w.grant} {
				a := w.raw("GET", at, nil, who, "Accept: text/html")
				w.shielded(t, fmt.Sprintf("GET %s when all fails (%d)", at, way+1), r.Path, a)
				if a.status == http.StatusInternalServerError {
					faults++
				}
			}
		}
		if faults < 60 {
			t.Errorf("only %d answers were faults", faults)
		}
	}
}

// Whoever signs out leaves nothing in the browser, and what is set at sign-in is for this host, over https, and not for scripts.
func TestSigningOutClearsTheBrowser(t *testing.T) {
	w := buildWalk(t)
	w.person("lan", "mật khẩu dài", archive.RoleClerk, false)
	in := w.raw("POST", "/signin", strings.NewReader("login=lan&password=mật khẩu dài"), "Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin")
	w.shielded(t, "sign-in", "", in)
	var secret string
	for _, line := range in.header.Values("Set-Cookie") {
		if c, err := http.ParseSetCookie(line); err == nil && c.Name == "__Host-sohoa" {
			secret = c.Value
		}
	}
	if secret == "" || in.status != http.StatusSeeOther {
		t.Fatalf("not signed in: %d %v", in.status, in.header)
	}
	cookie := "Cookie: __Host-sohoa=" + secret
	out := w.raw("POST", "/signout", nil, cookie, "Sec-Fetch-Site: same-origin")
	w.shielded(t, "sign-out", "", out)
	if got := out.header.Get("Clear-Site-Data"); got != `"cache"` {
		t.Errorf("Clear-Site-Data %q", got)
	}
	if !slices.ContainsFunc(out.header.Values("Set-Cookie"), func(s string) bool { return strings.HasPrefix(s, "__Host-sohoa=;") && strings.Contains(s, "Max-Age=0") }) {
		t.Errorf("the cookie stays: %v", out.header.Values("Set-Cookie"))
	}
	if a := w.raw("GET", "/search", nil, cookie); a.header.Get("Location") == "" {
		t.Errorf("the session lives on: %d", a.status)
	}
	end := w.raw("POST", "/t/end", nil, "Cookie: __Host-sohoa-t="+w.grant, "Sec-Fetch-Site: same-origin")
	if end.header.Get("Clear-Site-Data") != `"cache"` {
		t.Errorf("a citizen leaves: %v", end.header)
	}
	lang := w.raw("POST", "/language", strings.NewReader("lang=en"), "Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin")
	w.shielded(t, "a language", "", lang)
	if a := w.raw("GET", "/signin", nil, "Cookie: __Host-sohoa-lang=en"); !strings.Contains(string(a.body), `lang="en"`) {
		t.Error("the language is forgotten")
	}
}

// Without https nothing is promised that a browser would hold against the house.
func TestWithoutHTTPSNothingIsPromisedForIt(t *testing.T) {
	w := build(t)
	if a := w.raw("GET", "/signin", nil); a.header.Get("Strict-Transport-Security") != "" {
		t.Errorf("%v", a.header)
	}
}
