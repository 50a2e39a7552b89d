package session

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit/oidcsigner"
)

// issuer is a provider that says what a test wants.
type issuer struct{ *oidcsigner.Server }

// openAtSigner opens a house with accounts for whoever comes from a signer.
func openAtSigner(t *testing.T, more string) (*Keeper, *archive.Archive, *issuer, *hand) {
	t.Helper()
	s := &issuer{oidcsigner.New(t)}
	c, err := ParseProvider(fmt.Appendf(nil, `{"issuer": %q, "client_id": "web", "make_accounts": true, %s "rules": [{"claim": "groups", "value": "staff", "role": "clerk", "agency": "H15.50"}]}`, s.URL, more))
	must(t, err)
	_, a, clock := open(t)
	k, err := New(Config{Archive: a, Clock: clock, Provider: c, Public: here})
	must(t, err)
	return k, a, s, clock
}

// tells is a sign-in at the signer with an ID token of these changes to a right one; begins one that is right.
func (s *issuer) tells(t *testing.T, k *Keeper, change func(head map[string]string, claims map[string]any)) (Answer, error) {
	t.Helper()
	to, carried, err := k.AskProvider(t.Context(), Visitor{}, ToSignIn, "")
	if err != nil {
		return Answer{}, err
	}
	u, err := url.Parse(to)
	must(t, err)
	now := k.clock.Now().Unix()
	head := map[string]string{"alg": "RS256", "typ": "JWT", "key": ""}
	claims := map[string]any{"iss": s.URL, "aud": "web", "sub": "17", "sid": "s1", "iat": now, "exp": now + 60, "nonce": u.Query().Get("nonce"), "groups": []string{"staff"}, "preferred_username": "lan", "name": "Lan"}
	if change != nil {
		change(head, claims)
	}
	key := s.Key
	if head["key"] != "" {
		key = oidcsigner.NewKey(t)
	}
	s.Trade(s.Sign(head["alg"], head["typ"], key, claims))
	return k.ProviderAnswered(t.Context(), Visitor{}, carried, url.Values{"state": {carried}, "code": {"x"}}, Origin{Address: "192.0.2.9"})
}

func (s *issuer) begins(t *testing.T, k *Keeper, sub, sid string) Visitor {
	t.Helper()
	a, err := s.tells(t, k, func(_ map[string]string, c map[string]any) {
		c["sub"], c["sid"], c["preferred_username"] = sub, sid, "nguoi-"+sub
	})
	must(t, err)
	v, err := visitorOf(t, k, a.Secret)
	must(t, err)
	return v
}

// An ID token is believed when it is signed by the provider, for this house, now, for this sign-in, and no other is.
func TestTokensOfAProviderAreJudged(t *testing.T) {
	k, _, s, clock := openAtSigner(t, "")
	if _, err := s.tells(t, k, nil); err != nil {
		t.Fatalf("a right one: %v", err)
	}
	now := clock.now.Unix()
	for reason, change := range map[string]func(map[string]string, map[string]any){
		"signed by nobody":                func(h map[string]string, _ map[string]any) { h["alg"] = "none" },
		"signed with what everybody has":  func(h map[string]string, _ map[string]any) { h["alg"] = "HS256" },
		"signed by somebody else":         func(h map[string]string, _ map[string]any) { h["key"] = "another" },
		"of another issuer":               func(_ map[string]string, c map[string]any) { c["iss"] = "https://evil.example" },
		"for another house":               func(_ map[string]string, c map[string]any) { c["aud"] = "another" },
		"expired":                         func(_ map[string]string, c map[string]any) { c["exp"] = now - 1 },
		"not valid yet":                   func(_ map[string]string, c map[string]any) { c["nbf"] = now + 3600 },
		"without an end":                  func(_ map[string]string, c map[string]any) { delete(c, "exp") },
		"of another sign-in":              func(_ map[string]string, c map[string]any) { c["nonce"] = "another" },
		"without a nonce":                 func(_ map[string]string, c map[string]any) { delete(c, "nonce") },
		"a logout token in its place":     func(h map[string]string, c map[string]any) { h["typ"] = "logout+jwt"; delete(c, "nonce") },
		"of whom no rule fits, as before": func(_ map[string]string, c map[string]any) { c["sub"], c["groups"] = "99", nil },
	} {
		t.Run(reason, func(t *testing.T) {
			if _, err := s.tells(t, k, change); archive.KindOf(err) != archive.Forbidden {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("a description of another issuer", func(t *testing.T) {
		s.Rename("https://other.example")
		fresh, err := New(Config{Archive: k.archive, Clock: clock, Provider: &k.provider.ProviderConfig, Public: here})
		must(t, err)
		if _, err := s.tells(t, fresh, nil); archive.CodeOf(err) != "provider_away" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a description somewhere else", func(t *testing.T) { // a redirect is not followed
		moved := httptest.NewServer(http.RedirectHandler(s.URL+"/.well-known/openid-configuration", http.StatusFound))
		defer moved.Close()
		c := k.provider.ProviderConfig
		c.Issuer = moved.URL
		s.Rename(moved.URL)
		fresh, err := New(Config{Archive: k.archive, Clock: clock, Provider: &c, Public: here})
		must(t, err)
		if _, _, err := fresh.AskProvider(t.Context(), Visitor{}, ToSignIn, ""); archive.CodeOf(err) != "provider_away" {
			t.Errorf("got %v", err)
		}
	})
}

// logout makes a notice of a sign-out.
func (s *issuer) logout(t *testing.T, now time.Time, jti string, change func(head map[string]string, claims map[string]any)) string {
	head := map[string]string{"alg": "RS256", "typ": "logout+jwt", "key": ""}
	claims := map[string]any{"iss": s.URL, "aud": "web", "iat": now.Unix(), "exp": now.Unix() + 120, "jti": jti, "sub": "17", "sid": "s1", "events": map[string]any{logoutEvent: map[string]any{}}}
	if change != nil {
		change(head, claims)
	}
	key := s.Key
	if head["key"] != "" {
		key = oidcsigner.NewKey(t)
	}
	return s.Sign(head["alg"], head["typ"], key, claims)
}
