package api_test

import (
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"sohoa/api"
	"sohoa/archive"
)

// forged is what somebody would send who wants to write lines of his own into a log, paint over a terminal, or end a statement.
const forged = "a\r\ntime=2026-01-01T00:00:00Z level=ERROR msg=forged\x1b[2J\x1b]0;owned\x07\u009b31m\u202egnp.fdp '); DROP TABLE documents;--"

// loose reports a sign that does more than stand there: a control sign, or one that turns the direction of a line.
func loose(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// Words of strangers stay words, wherever they are written down: in the log, in headers, in JSON, in pages, in tables.
func TestHostileWordsForgeNothing(t *testing.T) {
	var log lockedBuffer
	w := build(t, func(_ *archive.Config, c *api.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	w.person("lan", "mật khẩu dài", archive.RoleClerk, false)
	clerk, auditor := w.clerk(), w.as(w.token(archive.RoleAuditor, ""))
	at := clerk.deposited("file_name="+url.QueryEscape(forged+".pdf"), paper(64))
	clerk.with("If-Match: *").do("PATCH", at, map[string]any{"subject": forged, "type": "QĐ", "signer": map[string]any{"name": "=HYPERLINK(\"http://evil.example\")"}}).want(200)
	clerk.do("POST", "/api/v1/dossiers", map[string]any{"code": "H15.50-261008-0001", "title": forged}).want(201)
	clerk.do("POST", at+"/comments", map[string]any{"body": "x\x1b[31m\u202ex\r\nline two"}).want(201)
	for _, query := range []string{"/search?q=", "/documents?dossier=", "/documents?custodian=", "/documents?cursor=", "/events?actor="} {
		if a := clerk.do("GET", "/api/v1"+query+url.QueryEscape(forged), nil); a.status >= 500 {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
	tricky := url.QueryEscape(forged)
	w.raw("POST", "/signin", strings.NewReader("login="+tricky+"&password="+tricky), "Content-Type: application/x-www-form-urlencoded", "User-Agent: "+strings.Map(headerSafe, forged), "X-Forwarded-For: "+strings.Map(headerSafe, forged))
	w.raw("POST", "/signin", strings.NewReader("login=lan&password="+url.QueryEscape("mật khẩu dài")), "Content-Type: application/x-www-form-urlencoded", "User-Agent: "+strings.Map(headerSafe, forged))
	w.raw("GET", "/"+tricky, nil, "Accept: text/html", "Cookie: sohoa="+tricky)
	w.raw("GETX", "/", nil)

	for _, line := range log.lines() {
		if !strings.HasPrefix(line, "time=") || strings.Contains(line, "msg=forged") || strings.ContainsFunc(line, loose) {
			t.Errorf("the log holds %q", line)
		}
	}
	file := clerk.do("GET", at+"/file", nil).want(200)
	for name, values := range file.header {
		if strings.ContainsFunc(strings.Join(values, ""), loose) {
			t.Errorf("header %s: %q", name, values)
		}
	}
	for what, a := range map[string]*answer{"the paper": clerk.do("GET", at, nil), "the list": clerk.do("GET", "/api/v1/documents", nil), "the dossier": clerk.do("GET", "/api/v1/dossiers/H15.50-261008-0001", nil),
		"its talk": clerk.do("GET", at+"/comments", nil), "the trail": auditor.do("GET", "/api/v1/events", nil), "the trail as a table": auditor.do("GET", "/api/v1/events?format=csv", nil)} {
		a.want(200)
		if strings.ContainsFunc(string(a.body), loose) || escaped.Match(a.body) {
			t.Errorf("%s holds a loose sign: %q", what, a.body)
		}
		if what == "the trail as a table" && regexp.MustCompile(`(^|[,\n])"?[=+@]`).Match(a.body) {
			t.Errorf("a cell is a formula: %s", a.body)
		}
	}
	if l := clerk.do("GET", "/api/v1/documents", nil).want(200); len(l.at("items").([]any)) != 1 {
		t.Errorf("papers: %s", l.body)
	}
	if s := clerk.do("GET", at, nil).text("subject"); !strings.HasSuffix(s, "'); DROP TABLE documents;--") {
		t.Errorf("the words themselves are kept: %q", s)
	}
}

// escaped finds loose signs written as JSON writes them; a line end in a comment is none.
var escaped = regexp.MustCompile(`(?i)\\u(001b|0007|007f|009b|202e)|\\r`)

// headerSafe keeps what a client can send at all: Go's refuses line ends, and a server answers them with 400 before anybody sees them.
func headerSafe(r rune) rune {
	if r == '\r' || r == '\n' || r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// A field for a password hides what is typed, lets it be pasted, and tells a password manager what it is.
func TestPasswordFieldsHideAndLetPaste(t *testing.T) {
	w := buildWalk(t)
	field := regexp.MustCompile(`<input[^>]*name="(password|again|old)"[^>]*>`)
	for path, n := range map[string]int{"/signin": 1, "/invite": 2, "/account": 3} {
		page := string(w.raw("GET", path, nil, "Accept: text/html", accountOf(path, w)).body)
		found := field.FindAllString(page, -1)
		if len(found) != n {
			t.Errorf("%s has %d fields: %q", path, len(found), found)
		}
		for _, f := range found {
			if !strings.Contains(f, `type="password"`) || !strings.Contains(f, `autocomplete="current-password"`) && !strings.Contains(f, `autocomplete="new-password"`) || strings.Contains(f, "maxlength") || strings.Contains(f, "onpaste") {
				t.Errorf("%s: %s", path, f)
			}
		}
	}
}

func accountOf(path string, w *walk) string {
	if path == "/account" {
		acc := w.person("an", "mật khẩu dài", archive.RoleClerk, false)
		return w.cookieOf(acc.ID)
	}
	return "X-Nobody: 1"
}
