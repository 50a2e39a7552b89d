package api_test

import (
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"sohoa/api"
	"sohoa/api/session"
	"sohoa/archive"
	"sohoa/internal/testkit/oidcsigner"
)

// A provider's notice ends the session in the browser at once; what is not believed is refused without a word why, which the log has.
func TestTheProviderSignsPeopleOut(t *testing.T) {
	var log lockedBuffer
	idp := oidcsigner.New(t)
	provider, err := session.ParseProvider(fmt.Appendf(nil, `{"issuer": %q, "client_id": "web", "make_accounts": true, "rules": [{"claim": "iss", "value": %q, "role": "clerk", "agency": "H15.50"}]}`, idp.URL, idp.URL))
	must(t, err)
	w := build(t, func(_ *archive.Config, c *api.Config) {
		c.Provider, c.PublicURL, c.Log = provider, "https://sohoa.example.gov.vn", slog.New(slog.NewTextHandler(&log, nil))
	})
	now := time.Now().Unix()
	claims := func(more map[string]any) map[string]any {
		c := map[string]any{"iss": idp.URL, "aud": "web", "sub": "17", "sid": "s1", "iat": now, "exp": now + 120}
		for k, v := range more {
			c[k] = v
		}
		return c
	}
	ask := w.raw("GET", "/signin/provider?next=/search", nil)
	to, err := url.Parse(ask.header.Get("Location"))
	must(t, err)
	idp.Trade(idp.Sign("RS256", "JWT", idp.Key, claims(map[string]any{"nonce": to.Query().Get("nonce"), "preferred_username": "lan"})))
	step, _, _ := strings.Cut(ask.header.Get("Set-Cookie"), ";")
	back := w.raw("GET", "/signin/provider/return?code=x&state="+to.Query().Get("state"), nil, "Cookie: "+step)
	var cookie string
	for _, line := range back.header.Values("Set-Cookie") {
		if strings.HasPrefix(line, "__Host-sohoa=") {
			cookie, _, _ = strings.Cut(line, ";")
		}
	}
	lan := w.as("").with("Cookie: " + cookie)
	lan.do("GET", "/api/v1/documents", nil).want(200)

	notice := func(token string) *answer {
		return w.raw("POST", session.ProviderLogout, strings.NewReader("logout_token="+token), "Content-Type: application/x-www-form-urlencoded")
	}
	event := map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}
	for reason, token := range map[string]string{"nothing": "", "somebody else's": idp.Sign("RS256", "logout+jwt", oidcsigner.NewKey(t), claims(map[string]any{"jti": "a", "events": event})),
		"no logout token": idp.Sign("RS256", "JWT", idp.Key, claims(map[string]any{"jti": "b", "events": event}))} {
		a := notice(token).want(400)
		if got := strings.TrimSpace(string(a.body)); got != `{"error":"invalid_request"}` || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %s", reason, got)
		}
		lan.do("GET", "/api/v1/documents", nil).want(200)
	}
	right := idp.Sign("RS256", "logout+jwt", idp.Key, claims(map[string]any{"jti": "c", "events": event}))
	if a := notice(right).want(200); len(a.body) != 0 || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s %v", a.body, a.header)
	}
	lan.do("GET", "/api/v1/documents", nil).refused(401, "unauthenticated")
	notice(right).want(400)
	waitFor(t, func() bool { return strings.Contains(strings.Join(log.lines(), "\n"), "typ is not logout+jwt") })
	if got := w.raw("GET", "/signout/provider", nil).header.Get("Location"); got != "/signin" { // this provider has no page for it
		t.Errorf("signing out there: %q", got)
	}
}
