package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"sohoa/api"
	"sohoa/api/session"
	"sohoa/archive"
)

func TestAccountsAndTokens(t *testing.T) {
	w := build(t)
	admin := w.as(w.token(archive.RoleAdmin, ""))
	a := admin.do("POST", "/api/v1/accounts", map[string]any{"login": "Lan", "name": "Trần Thị Lan", "role": "clerk", "agency": "H15.50", "until": "2027-01-01"}).want(201)
	if a.text("login") != "lan" || len(a.text("password")) != 19 || a.text("must_change") != "true" || strings.Contains(string(a.body), "argon2") {
		t.Errorf("answer %s", a.body)
	}
	admin.do("POST", "/api/v1/accounts", map[string]any{"login": "lan", "role": "clerk", "agency": "H15.50"}).refused(409, "login_taken")
	admin.do("POST", "/api/v1/accounts", map[string]any{"login": "x", "role": "system"}).refused(400, "invalid")
	admin.do("POST", "/api/v1/accounts", map[string]any{"role": "clerk"}).refused(400, "invalid")
	at := a.header.Get("Location")
	p := admin.with("If-Match: "+a.header.Get("ETag")).do("PATCH", at, `{"closed":true,"until":null}`).want(200)
	if p.text("closed") != "true" || p.at("until") != nil {
		t.Errorf("after the patch: %s", p.body)
	}
	if r := admin.do("POST", at+"/password", nil).want(200); r.text("password") == a.text("password") || len(r.text("password")) != 19 {
		t.Errorf("answer %s", r.body)
	}
	admin.do("GET", at, nil).want(200)
	if l := admin.do("GET", "/api/v1/accounts", nil).want(200); l.text("items.0.login") != "lan" || l.text("next") != "" {
		t.Errorf("list %s", l.body)
	}
	clerk := w.clerk()
	for _, path := range []string{"/api/v1/accounts", "/api/v1/tokens", "/api/v1/status", at} {
		clerk.do("GET", path, nil).refused(403, "forbidden")
	}
	clerk.do("POST", "/api/v1/accounts", map[string]any{"login": "y", "role": "admin"}).refused(403, "forbidden")

	k := admin.do("POST", "/api/v1/tokens", map[string]any{"role": "clerk", "agency": "H15.50", "note": "máy quét"}).want(201)
	scanner := w.as(k.text("secret"))
	scanner.do("GET", "/api/v1/documents", nil).want(200)
	if l := admin.do("GET", "/api/v1/tokens?limit=200", nil).want(200); bytes.Contains(l.body, []byte("secret")) {
		t.Errorf("list %s", l.body)
	}
	admin.do("DELETE", "/api/v1/tokens/"+k.text("id"), nil).want(204)
	scanner.do("GET", "/api/v1/documents", nil).refused(401, "unauthenticated")
	admin.do("POST", "/api/v1/tokens", map[string]any{"role": "citizen"}).refused(400, "invalid")
	st := admin.do("GET", "/api/v1/status", nil).want(200)
	if st.text("documents.review") != "0" || st.text("index.lag") == "" || st.text("node") == "" {
		t.Errorf("status %s", st.body)
	}
}

func TestWhoIsNotKnownIsNotLetIn(t *testing.T) {
	w := build(t)
	good := w.token(archive.RoleClerk, "H15.50")
	for _, c := range []struct{ reason, header string }{
		{"nothing", ""},
		{"another scheme", "Authorization: Basic bGFuOmxhbg=="},
		{"half a token", "Authorization: Bearer " + good[:20]},
		{"a letter changed", "Authorization: Bearer " + good[:len(good)-1] + "!"},
		{"a token never made", "Authorization: Bearer " + func() string { s, _ := session.NewToken(); return s }()},
		{"a cookie never given", "Cookie: sohoa=abc"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			a := w.as("")
			if c.header != "" {
				a = a.with(c.header)
			}
			r := a.do("GET", "/api/v1/documents", nil).refused(401, "unauthenticated")
			if r.header.Get("WWW-Authenticate") == "" {
				t.Error("401 without WWW-Authenticate")
			}
			a.do("GET", "/api/v1/no-such-thing", nil).want(404)
		})
	}
	w.as(good).do("DELETE", "/api/v1/documents", nil).refused(405, "method_not_allowed")
}

// person makes an account with a password and returns who signs in with it.
func (w *world) person(login, password string, role archive.Role, mustChange bool) archive.Account {
	w.t.Helper()
	hash, err := session.HashPassword(password)
	must(w.t, err)
	acc, err := w.AddAccount(w.t.Context(), archive.System, archive.Account{Login: login, Role: role, Agency: "H15.50", PasswordHash: hash, MustChange: mustChange})
	must(w.t, err)
	return acc
}

func TestCookies(t *testing.T) {
	w := build(t)
	acc := w.person("lan", "mật khẩu dài", archive.RoleClerk, false)
	k, err := session.New(session.Config{Archive: w.Archive})
	must(t, err)
	secret, _, err := k.SignIn(t.Context(), "LAN", "mật khẩu dài", session.Origin{Address: "192.0.2.7", Device: "test"})
	must(t, err)
	lan := w.as("").with("Cookie: sohoa=" + secret)
	lan.do("GET", "/api/v1/documents", nil).want(200)
	lan.do("PUT", "/api/v1/documents", paper(64)).want(201) // no browser: no Origin, no Sec-Fetch-Site
	lan.with("Sec-Fetch-Site: same-origin").do("PUT", "/api/v1/documents", paper(64)).want(201)
	lan.with("Sec-Fetch-Site: cross-site").do("PUT", "/api/v1/documents", paper(64)).refused(403, "cross_origin")
	lan.with("Origin: https://evil.example").do("PUT", "/api/v1/documents", paper(64)).refused(403, "cross_origin")
	lan.with("Sec-Fetch-Site: cross-site").do("GET", "/api/v1/documents", nil).want(200) // reading gives nothing away: the other site cannot see it
	w.clerk().with("Origin: https://other.example", "Sec-Fetch-Site: cross-site").do("PUT", "/api/v1/documents", paper(64)).want(201)

	acc.Closed = true
	_, err = w.ChangeAccount(t.Context(), archive.System, acc, acc.Revision, "edit")
	must(t, err)
	lan.do("GET", "/api/v1/documents", nil).refused(401, "unauthenticated")
}

func TestOneTimePasswordOpensNothingButItsChange(t *testing.T) {
	w := build(t)
	w.person("lan", "một-hai-cây-cầu", archive.RoleClerk, true)
	k, err := session.New(session.Config{Archive: w.Archive})
	must(t, err)
	secret, _, err := k.SignIn(t.Context(), "lan", "một-hai-cây-cầu", session.Origin{})
	must(t, err)
	w.as("").with("Cookie: sohoa="+secret).do("GET", "/api/v1/documents", nil).refused(403, "password_change_required")
}

func TestSignsOfLife(t *testing.T) {
	ready := error(archive.Errorf(archive.Unavailable, "warming up"))
	w := build(t, func(_ *archive.Config, c *api.Config) { c.Ready = func(context.Context) error { return ready } })
	anybody := w.as("")
	anybody.do("GET", "/healthz", nil).want(200)
	anybody.do("GET", "/readyz", nil).refused(503, "starting")
	ready = nil
	anybody.do("GET", "/readyz", nil).want(200)
	deaf := build(t, func(a *archive.Config, _ *api.Config) { a.Inspector = nil })
	deaf.as("").do("GET", "/readyz", nil).refused(503, "no_inspector")
}

func TestMetrics(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	clerk.deposited("", paper(64))
	clerk.do("PUT", "/api/v1/documents", "%PDF-script").want(422)
	clerk.do("GET", "/api/v1/dossiers/H15.50-261008-0975", nil).want(404)
	a := w.as("").do("GET", "/metrics", nil).want(200)
	for _, want := range []string{`sohoa_http_requests_total{method="PUT",route="/api/v1/documents",status="201"} 1`, `sohoa_http_requests_total{method="GET",route="/api/v1/dossiers/:code",status="404"} 1`,
		"sohoa_deposits_total 1", "sohoa_refusals_total 1", "sohoa_inspection_seconds_count 2", `sohoa_jobs{kind="read",state="due"} 1`, "sohoa_index_lag_events", "sohoa_catalog_up 1", `sohoa_documents{state="review"} 1`} {
		if !strings.Contains(string(a.body), want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(string(a.body), "0975") {
		t.Error("a dossier's code is a label")
	}
	passedOn := w.as("").with("X-Forwarded-For: 192.0.2.7")
	passedOn.do("GET", "/metrics", nil).refused(401, "unauthenticated")
	clerk.with("X-Forwarded-For: 192.0.2.7").do("GET", "/metrics", nil).refused(403, "forbidden")
	w.as(w.token(archive.RoleAdmin, "")).with("X-Forwarded-For: 192.0.2.7").do("GET", "/metrics", nil).want(200)
}

// lockedBuffer takes lines from several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSpace(l.b.String()), "\n")
}

func TestTheLogHoldsNothingThatWasTyped(t *testing.T) {
	var log lockedBuffer
	w := build(t, func(_ *archive.Config, c *api.Config) { c.Log = slog.New(slog.NewJSONHandler(&log, nil)) })
	clerk := w.clerk()
	a := clerk.with("User-Agent: evil\"\\n").do("GET", "/api/v1/search?q="+url.QueryEscape("Nguyễn Văn A\n066200012345"), nil).want(200)
	clerk.do("GET", "/api/v1/dossiers/H15.50-261008-0975", nil).want(404)
	clerk.do("POST", "/api/v1/search", map[string]any{"owner_id": "066200012345"}).want(200)
	found := false
	waitFor(t, func() bool { return len(log.lines()) >= 4 }) // the line is written after the answer
	for _, line := range log.lines() {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		for _, typed := range []string{"Nguy", "066200", "261008-0975", "evil"} {
			if strings.Contains(line, typed) {
				t.Errorf("the log holds %q: %s", typed, line)
			}
		}
		found = found || m["request"] == a.header.Get("X-Request-Id") && m["route"] == "/api/v1/search" && m["status"] == 200.0
	}
	if !found {
		t.Error("the request is not in the log by its number")
	}
}

func TestAnUnforeseenFaultShowsOneSentenceAndANumber(t *testing.T) {
	var log lockedBuffer
	w := build(t, func(a *archive.Config, c *api.Config) {
		a.Catalog = broken{a.Catalog}
		c.Log = slog.New(slog.NewJSONHandler(&log, nil))
	})
	clerk := w.clerk()
	a := clerk.with("Idempotency-Key: boom").do("PUT", "/api/v1/documents", paper(64)).refused(500, "internal")
	if strings.Contains(string(a.body), "disk") || strings.Contains(string(a.body), "boom") || a.text("detail") != archive.KindText(archive.Internal).EN {
		t.Errorf("answer %s", a.body)
	}
	waitFor(t, func() bool {
		for _, line := range log.lines() {
			if strings.Contains(line, a.text("request_id")) && strings.Contains(line, "disk on fire") {
				return true
			}
		}
		return false
	})
}

// broken is a catalog whose writes of answers fail like a driver does.
type broken struct{ archive.Catalog }

func (b broken) Update(ctx context.Context, fn func(archive.Tx) error) error {
	return b.Catalog.Update(ctx, func(tx archive.Tx) error { return fn(brokenTx{tx}) })
}

type brokenTx struct{ archive.Tx }

func (b brokenTx) Answers() archive.Answers { return brokenAnswers{b.Tx.Answers()} }

type brokenAnswers struct{ archive.Answers }

func (brokenAnswers) Begin(context.Context, archive.Answer) (archive.Answer, bool, error) {
	return archive.Answer{}, false, errors.New("disk on fire")
}

func TestLanguage(t *testing.T) {
	w := build(t)
	for header, want := range map[string]string{"": "vi", "en": "en", "en-US,en;q=0.9,vi;q=0.8": "en", "vi,en;q=0.5": "vi", "fr": "vi", "en;q=0.1,vi;q=0.9": "vi", "*": "vi"} {
		req, err := http.NewRequest("GET", w.server.URL+"/api/v1/documents", nil)
		must(t, err)
		if header != "" {
			req.Header.Set("Accept-Language", header)
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		must(t, err)
		body, err := io.ReadAll(res.Body)
		must(t, err)
		res.Body.Close()
		got := "vi"
		if strings.Contains(string(body), "Sign in") {
			got = "en"
		}
		if got != want {
			t.Errorf("%q is answered in %s", header, got)
		}
	}
}
