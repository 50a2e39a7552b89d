package api_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"sohoa/api/session"
	"sohoa/archive"
)

// cookieOf signs a person in.
func (w *world) cookieOf(login, password string) *caller {
	w.t.Helper()
	k, err := session.New(session.Config{Archive: w.Archive})
	must(w.t, err)
	secret, _, err := k.SignIn(w.t.Context(), login, password, session.Origin{Address: "192.0.2.7", Device: "Firefox"})
	must(w.t, err)
	return w.as("").with("Cookie: sohoa=" + secret)
}

func TestSessionsOfAnAccount(t *testing.T) {
	w := build(t)
	acc := w.person("lan", "mật khẩu dài", archive.RoleClerk, false)
	lan, other := w.cookieOf("lan", "mật khẩu dài"), w.cookieOf("lan", "mật khẩu dài")
	at := "/api/v1/accounts/" + acc.ID.String() + "/sessions"
	l := lan.do("GET", at, nil).want(200)
	if l.text("items.0.device") != "Firefox" || l.text("items.1.id") == "" || l.text("items.0.method") != "password" || l.at("items.2") != nil {
		t.Errorf("list %s", l.body)
	}
	w.clerk().do("GET", at, nil).refused(404, "not_found")
	w.clerk().do("DELETE", at, nil).refused(404, "not_found")
	w.as(w.token(archive.RoleAdmin, "H15.61")).do("GET", at, nil).refused(404, "not_found")
	lan.do("DELETE", at+"/"+archive.NewID().String(), nil).refused(404, "not_found")
	w.as(w.token(archive.RoleAdmin, "")).do("DELETE", at, nil).want(204)
	lan.do("GET", at, nil).refused(401, "unauthenticated")
	other.do("GET", at, nil).refused(401, "unauthenticated")
	third, fourth := w.cookieOf("lan", "mật khẩu dài"), w.cookieOf("lan", "mật khẩu dài")
	id := third.do("GET", at, nil).want(200).text("items.0.id")
	third.do("DELETE", at+"/"+id, nil).want(204)
	alive := 0
	for _, c := range []*caller{third, fourth} {
		if c.do("GET", at, nil).status == 200 {
			alive++
		}
	}
	if alive != 1 {
		t.Errorf("%d of two are left", alive)
	}
}

func TestSecondFactorByTheInterface(t *testing.T) {
	w := build(t)
	acc := w.person("lan", "mật khẩu dài", archive.RoleClerk, false)
	admin := w.as(w.token(archive.RoleAdmin, ""))
	at := "/api/v1/accounts/" + acc.ID.String() + "/second-factor"
	lan := w.cookieOf("lan", "mật khẩu dài")
	if st := lan.do("GET", at, nil).want(200); st.text("on") != "false" || st.text("required") != "false" {
		t.Errorf("state %s", st.body)
	}
	if r := admin.do("PUT", "/api/v1/sign-in-rules", map[string]any{"second_factor_roles": []string{"clerk"}}).want(200); r.text("second_factor_roles.0") != "clerk" {
		t.Errorf("rules %s", r.body)
	}
	lan.do("GET", "/api/v1/documents", nil).refused(403, "second_factor_required")
	w.clerk().do("GET", "/api/v1/documents", nil).want(200) // a program shows no codes
	w.clerk().do("GET", at, nil).refused(404, "not_found")
	w.clerk().do("PUT", "/api/v1/sign-in-rules", map[string]any{"second_factor_roles": []string{}}).refused(403, "forbidden")
	w.as(w.token(archive.RoleAdmin, "H15.50")).do("PUT", "/api/v1/sign-in-rules", map[string]any{"second_factor_roles": []string{}}).refused(403, "forbidden")
	admin.do("PUT", "/api/v1/sign-in-rules", map[string]any{"second_factor_roles": []string{"system"}}).refused(400, "unknown_role")
	if st := admin.do("GET", at, nil).want(200); st.text("required") != "true" {
		t.Errorf("state %s", st.body)
	}
	admin.do("DELETE", at, nil).want(204)
	lan.do("GET", "/api/v1/documents", nil).refused(401, "unauthenticated")
	w.clerk().do("DELETE", at, nil).refused(404, "not_found")
	if r := w.clerk().do("GET", "/api/v1/sign-in-rules", nil).want(200); r.text("second_factor_roles.0") != "clerk" {
		t.Errorf("rules %s", r.body)
	}
}

// A cookie that was stolen or left alone makes no accounts; a token that lives on an account ends with it.
func TestDangerousActsNeedAFreshProof(t *testing.T) {
	w := build(t)
	w.Limits.ProofTime = 1
	acc := w.person("quan", "mật khẩu dài", archive.RoleAdmin, false)
	admin := w.cookieOf("quan", "mật khẩu dài")
	admin.do("POST", "/api/v1/accounts", map[string]any{"login": "x", "role": "clerk", "agency": "H15.50"}).refused(403, "proof_required")
	admin.do("POST", "/api/v1/tokens", map[string]any{"role": "clerk", "agency": "H15.50"}).refused(403, "proof_required")
	w.Limits.ProofTime = archive.DefaultLimits().ProofTime
	k := admin.do("POST", "/api/v1/tokens", map[string]any{"role": "clerk", "agency": "H15.50"}).want(201)
	if k.text("owner") != acc.ID.String() {
		t.Errorf("token %s", k.body)
	}
	program := w.as(k.text("secret"))
	program.do("GET", "/api/v1/documents", nil).want(200)
	adopt := "/api/v1/tokens/" + k.text("id") + "/adopt"
	w.as(w.token(archive.RoleAdmin, "")).do("POST", adopt, nil).refused(403, "forbidden")
	acc.Closed = true
	_, err := w.ChangeAccount(t.Context(), archive.System, acc, acc.Revision, "close")
	must(t, err)
	program.do("GET", "/api/v1/documents", nil).refused(401, "unauthenticated")
	w.person("quan2", "mật khẩu dài", archive.RoleAdmin, false)
	w.cookieOf("quan2", "mật khẩu dài").do("POST", adopt, nil).want(204)
	program.do("GET", "/api/v1/documents", nil).want(200)
}

// A stream that was let in before ends when its reader is no longer let in.
func TestAStreamEndsWithItsSession(t *testing.T) {
	w := build(t)
	acc := w.person("lan", "mật khẩu dài", archive.RoleClerk, false)
	lan := w.cookieOf("lan", "mật khẩu dài")
	at := lan.deposited("", paper(64)) // nobody reads it: the stream would go on
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.URL+at+"/reading", nil)
	must(t, err)
	req.Header = lan.header.Clone()
	req.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultTransport.RoundTrip(req)
	must(t, err)
	defer res.Body.Close()
	first := make([]byte, 10)
	_, err = io.ReadFull(res.Body, first)
	must(t, err)
	acc.Closed = true
	_, err = w.ChangeAccount(t.Context(), archive.System, acc, acc.Revision, "close")
	must(t, err)
	if rest, err := io.ReadAll(res.Body); err != nil || strings.Contains(string(rest), "event: end") {
		t.Errorf("the stream: %q %v", rest, err)
	}
}
