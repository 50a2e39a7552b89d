package session

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"sohoa/archive"
)

// alive reports whether a session still opens the door.
func alive(t *testing.T, a *archive.Archive, v Visitor) bool {
	t.Helper()
	_, err := a.SessionActor(t.Context(), v.Session.Hash)
	if err != nil && archive.KindOf(err) != archive.NotFound {
		t.Fatal(err)
	}
	return err == nil
}

// Whoever signs out at the provider is signed out here: of the session the notice names, or of all that began there; never of one
// that began with a password of this house, and nobody else.
func TestProviderEndsItsSessions(t *testing.T) {
	k, a, s, clock := openAtSigner(t, "")
	desk, phone, other := s.begins(t, k, "17", "s1"), s.begins(t, k, "17", "s2"), s.begins(t, k, "18", "s3")
	acc, err := a.ByLogin(t.Context(), desk.Account.Login)
	must(t, err)
	secret, _, err := k.open(t.Context(), acc, Origin{Address: "192.0.2.9"}, archive.ByPassword, "")
	must(t, err)
	home, err := visitorOf(t, k, secret)
	must(t, err)
	from := Origin{Address: "203.0.113.1"}
	tell := func(jti string, change func(map[string]string, map[string]any)) (int, error) {
		return k.ProviderLoggedOut(t.Context(), s.logout(t, clock.now, jti, change), from)
	}
	stand := func(when string, want ...bool) {
		t.Helper()
		got := []bool{alive(t, a, desk), alive(t, a, phone), alive(t, a, other), alive(t, a, home)}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: desk, phone, another person, by password: %v, want %v", when, got, want)
		}
	}
	if n, err := tell("0", func(_ map[string]string, c map[string]any) { c["sub"] = "18" }); n != 0 || err != nil {
		t.Errorf("a session of one person and the name of another: %d %v", n, err)
	}
	stand("nothing that fits", true, true, true, true)
	if n, err := tell("1", nil); n != 1 || err != nil {
		t.Errorf("one session: %d %v", n, err)
	}
	stand("one session", false, true, true, true)
	if _, err := tell("1", func(_ map[string]string, c map[string]any) { c["sid"] = "s2" }); archive.CodeOf(err) != "logout_again" {
		t.Errorf("a token's number again: %v", err)
	}
	stand("again", false, true, true, true)
	if n, err := tell("2", func(_ map[string]string, c map[string]any) { delete(c, "sid") }); n != 1 || err != nil {
		t.Errorf("the person: %d %v", n, err)
	}
	stand("the person", false, false, true, true)
	if n, err := tell("3", func(_ map[string]string, c map[string]any) { delete(c, "sub"); c["sid"] = "s3" }); n != 1 || err != nil {
		t.Errorf("a session without a name: %d %v", n, err)
	}
	stand("a session without a name", false, false, false, true)
	if n, err := tell("4", func(_ map[string]string, c map[string]any) { delete(c, "sid"); c["sub"] = "nobody" }); n != 0 || err != nil {
		t.Errorf("somebody nobody knows: %d %v", n, err)
	}
	if _, err := s.tells(t, k, func(_ map[string]string, c map[string]any) { c["sub"], c["sid"] = "17", "s1" }); !errors.Is(err, ErrSignIn) {
		t.Errorf("a sign-in that was still under way in the session that is over: %v", err)
	}
	if v := s.begins(t, k, "17", "s9"); !alive(t, a, v) {
		t.Error("signing in again")
	}
	l, err := a.Trail(t.Context(), archive.Actor{Role: archive.RoleAuditor}, archive.EventFilter{Action: archive.EvSignOut})
	must(t, err)
	if len(l.Items) != 3 || l.Items[0].Detail["act"] != "at_provider" || l.Items[0].Address != "203.0.113.1" {
		t.Errorf("trail %+v", l.Items)
	}
}

// A sign-in that waits for a code when its person signs out at the provider is over.
func TestASignInHalfWayEndsWithItsProvidersSession(t *testing.T) {
	k, _, s, clock := openAtSigner(t, "")
	secret, _ := enrolled(t, k, s.begins(t, k, "17", "s1"))
	for jti, change := range map[string]func(map[string]string, map[string]any){
		"the session": func(_ map[string]string, c map[string]any) { c["sid"] = "the session" },
		"the person":  func(_ map[string]string, c map[string]any) { delete(c, "sid") },
	} {
		_, err := s.tells(t, k, func(_ map[string]string, c map[string]any) { c["preferred_username"], c["sid"] = "nguoi-17", jti })
		var step *CodeNeeded
		if !errors.As(err, &step) {
			t.Fatalf("%s: no code is asked for: %v", jti, err)
		}
		if _, err := k.ProviderLoggedOut(t.Context(), s.logout(t, clock.now, jti, change), Origin{}); err != nil {
			t.Fatal(err)
		}
		clock.now = clock.now.Add(codePeriod * time.Second)
		if _, _, err := k.SignInCode(t.Context(), step.Secret, clock.code(secret), Origin{}); !errors.Is(err, ErrSignIn) && !errors.Is(err, ErrStepOver) {
			t.Errorf("%s: %v", jti, err)
		}
	}
}

func TestNoticesThatAreNotBelieved(t *testing.T) {
	k, a, s, clock := openAtSigner(t, "")
	v := s.begins(t, k, "17", "s1")
	now := clock.now.Unix()
	nonsense := map[string]string{"nothing": "", "no token": "a.b", "no head": "!.e30.", "an array for a head": "W10.e30.x"}
	for reason, change := range map[string]func(map[string]string, map[string]any){
		"signed by nobody":               func(h map[string]string, _ map[string]any) { h["alg"] = "none" },
		"signed with what everybody has": func(h map[string]string, _ map[string]any) { h["alg"] = "HS256" },
		"signed by somebody else":        func(h map[string]string, _ map[string]any) { h["key"] = "another" },
		"of another issuer":              func(_ map[string]string, c map[string]any) { c["iss"] = "https://evil.example" },
		"for another house":              func(_ map[string]string, c map[string]any) { c["aud"] = "another" },
		"an ID token":                    func(h map[string]string, c map[string]any) { h["typ"] = "JWT"; c["nonce"] = "x" },
		"typed as nothing":               func(h map[string]string, _ map[string]any) { h["typ"] = "" },
		"with a nonce":                   func(_ map[string]string, c map[string]any) { c["nonce"] = "x" },
		"without an event":               func(_ map[string]string, c map[string]any) { delete(c, "events") },
		"of another event": func(_ map[string]string, c map[string]any) {
			c["events"] = map[string]any{"http://x/": map[string]any{}}
		},
		"an event that is no object": func(_ map[string]string, c map[string]any) { c["events"] = map[string]any{logoutEvent: "yes"} },
		"without a time":             func(_ map[string]string, c map[string]any) { delete(c, "iat") },
		"old":                        func(_ map[string]string, c map[string]any) { c["iat"], c["exp"] = now-700, now+60 },
		"from the future":            func(_ map[string]string, c map[string]any) { c["iat"] = now + 300 },
		"expired":                    func(_ map[string]string, c map[string]any) { c["exp"] = now - 61 },
		"without a number":           func(_ map[string]string, c map[string]any) { delete(c, "jti") },
		"about nobody":               func(_ map[string]string, c map[string]any) { delete(c, "sub"); delete(c, "sid") },
	} {
		nonsense[reason] = s.logout(t, clock.now, reason, change)
	}
	for reason, raw := range nonsense {
		t.Run(reason, func(t *testing.T) {
			_, err := k.ProviderLoggedOut(t.Context(), raw, Origin{Address: reason}) // each from a network of its own
			var bad *BadLogout
			if !errors.As(err, &bad) {
				t.Errorf("got %v", err)
			}
			if !alive(t, a, v) {
				t.Fatal("the session is over")
			}
		})
	}

	t.Run("one address sends many", func(t *testing.T) {
		thief := Origin{Address: "198.51.100.7"}
		bad := s.logout(t, clock.now, "x", func(h map[string]string, _ map[string]any) { h["key"] = "another" })
		asked, looked := s.Keys(), 0
		for range 200 {
			if _, err := k.ProviderLoggedOut(t.Context(), bad, thief); archive.CodeOf(err) != "too_many_attempts" {
				looked++
			}
		}
		if looked != freeLogouts || s.Keys()-asked > freeLogouts {
			t.Errorf("%d looked at, the keys asked for %d times", looked, s.Keys()-asked)
		}
		if n, err := k.ProviderLoggedOut(t.Context(), s.logout(t, clock.now, "right", nil), Origin{Address: "203.0.113.1"}); n != 1 || err != nil {
			t.Errorf("the provider itself: %d %v", n, err)
		}
	})
}

// Some providers do not type their notices; the configuration says so.
func TestUntypedNotices(t *testing.T) {
	k, a, s, clock := openAtSigner(t, `"untyped_logout": true,`)
	v := s.begins(t, k, "17", "s1")
	if _, err := k.ProviderLoggedOut(t.Context(), s.logout(t, clock.now, "1", func(h map[string]string, c map[string]any) { h["typ"] = "at+jwt" }), Origin{}); err == nil || !alive(t, a, v) {
		t.Errorf("a token for something else: %v", err)
	}
	if n, err := k.ProviderLoggedOut(t.Context(), s.logout(t, clock.now, "2", func(h map[string]string, c map[string]any) { h["typ"] = "JWT"; delete(c, "exp") }), Origin{}); n != 1 || err != nil || alive(t, a, v) {
		t.Errorf("%d %v", n, err)
	}
}
