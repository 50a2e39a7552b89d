package session

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/storage/blob"
	"sohoa/storage/catalog"
	"sohoa/storage/ocfl"
)

type hand struct{ now time.Time }

func (h *hand) Now() time.Time { return h.now }

func open(t *testing.T) (*Keeper, *archive.Archive, *hand) {
	t.Helper()
	dir := t.TempDir()
	clock := &hand{time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)}
	v, err := ocfl.OpenDisk(filepath.Join(dir, "store"), filepath.Join(dir, "spool"), ocfl.Options{})
	must(t, err)
	t.Cleanup(func() { v.Close() })
	c, err := catalog.Open(t.Context(), "sqlite:"+filepath.Join(dir, "catalog.db"), catalog.Options{})
	must(t, err)
	t.Cleanup(func() { c.Close() })
	d, err := blob.OpenDerived(filepath.Join(dir, "derived"))
	must(t, err)
	t.Cleanup(func() { d.Close() })
	a, err := archive.New(archive.Config{Vault: v, Catalog: c, Derived: d, Clock: clock})
	must(t, err)
	k, err := New(Config{Archive: a, Clock: clock})
	must(t, err)
	return k, a, clock
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func account(t *testing.T, a *archive.Archive, login, password string, change ...func(*archive.Account)) archive.Account {
	t.Helper()
	hash, err := HashPassword(password)
	must(t, err)
	acc := archive.Account{Login: login, Role: archive.RoleClerk, Agency: "H15.50", PasswordHash: hash}
	for _, f := range change {
		f(&acc)
	}
	acc, err = a.AddAccount(t.Context(), archive.System, acc)
	must(t, err)
	return acc
}

func TestPassword(t *testing.T) {
	phc, err := HashPassword("mật khẩu của tôi nhé")
	must(t, err)
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s", phc)
	}
	again, err := HashPassword("mật khẩu của tôi nhé")
	must(t, err)
	if phc == again {
		t.Error("two hashes are equal: no salt")
	}
	for _, c := range []struct {
		reason, phc, password string
		want                  bool
	}{
		{"the same", phc, "mật khẩu của tôi nhé", true},
		{"the same from another keyboard", phc, "mâ\u0323t khâ\u0309u cu\u0309a tôi nhé", true},
		{"without marks", phc, "mat khau cua toi", false},
		{"nothing", phc, "", false},
		{"no hash at all", "", "", false},
		{"a hash of another kind", "$2a$10$abc", "abc", false},
		{"a hash cut short", phc[:40], "mật khẩu của tôi nhé", false},
		{"a hash of no length", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$", "", false},
		{"a hash that asks for nothing", "$argon2id$v=19$m=0,t=0,p=0$c2FsdA$c2FsdA", "", false},
		{"far too long", phc, strings.Repeat("x", 10_000), false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			if got := verify(c.phc, c.password); got != c.want {
				t.Errorf("verify is %v", got)
			}
		})
	}
	for _, bad := range []string{"ngắn", strings.Repeat("x", 201)} {
		if _, err := HashPassword(bad); archive.CodeOf(err) != "weak_password" {
			t.Errorf("a password of %d letters: %v", len(bad), err)
		}
	}
	one := OneTimePassword()
	if len(one) != 19 || one == OneTimePassword() || strings.ContainsAny(one, "01ilo") {
		t.Errorf("one-time password %s", one)
	}
}

func TestTokenForm(t *testing.T) {
	secret, digest := NewToken()
	if got, ok := tokenDigest(secret); !ok || got != digest || !strings.HasPrefix(secret, "sohoa_") || len(secret) != 55 {
		t.Errorf("token %s", secret)
	}
	for reason, bad := range map[string]string{"cut": secret[:54], "longer": secret + "x", "no prefix": secret[6:], "a letter changed": "sohoa_" + flip(secret[6:]), "nothing": ""} {
		if _, ok := tokenDigest(bad); ok {
			t.Errorf("%s: accepted", reason)
		}
	}
}

func flip(s string) string {
	if s[0] == 'A' {
		return "B" + s[1:]
	}
	return "A" + s[1:]
}

func TestSignIn(t *testing.T) {
	k, a, clock := open(t)
	account(t, a, "lan", "đúng mật khẩu")
	account(t, a, "minh", "đúng mật khẩu", func(acc *archive.Account) { acc.Closed = true })
	account(t, a, "mai", "đúng mật khẩu", func(acc *archive.Account) { acc.Role, acc.From = archive.RoleAuditor, clock.now.Add(time.Hour) })
	account(t, a, "hoa", "đúng mật khẩu", func(acc *archive.Account) { acc.PasswordHash = "" })
	secret, acc, err := k.SignIn(t.Context(), " Lan ", "đúng mật khẩu", Origin{Address: "a", Device: "d"})
	if err != nil || acc.Login != "lan" || len(secret) != 43 {
		t.Fatalf("sign in: %v", err)
	}
	for _, c := range []struct{ reason, login, password string }{
		{"a wrong password", "lan", "sai mật khẩu"},
		{"nobody of that name", "nobody", "đúng mật khẩu"},
		{"a closed account", "minh", "đúng mật khẩu"},
		{"a mandate that has not begun", "mai", "đúng mật khẩu"},
		{"an account without a password", "hoa", ""},
	} {
		t.Run(c.reason, func(t *testing.T) {
			if _, _, err := k.SignIn(t.Context(), c.login, c.password, Origin{Address: c.reason}); !errors.Is(err, ErrSignIn) {
				t.Errorf("got %v", err)
			}
		})
	}
	who := func() (Visitor, error) {
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(&http.Cookie{Name: "sohoa", Value: secret})
		return k.Who(r)
	}
	v, err := who()
	if err != nil || !v.Cookie || v.Account.Login != "lan" || v.Actor.Role != archive.RoleClerk {
		t.Fatalf("who: %+v %v", v, err)
	}
	clock.now = clock.now.Add(a.Limits.SessionIdle - time.Minute)
	if _, err := who(); err != nil {
		t.Errorf("before the idle time is over: %v", err)
	}
	clock.now = clock.now.Add(a.Limits.SessionIdle + time.Minute)
	if _, err := who(); !Nobody(err) {
		t.Errorf("after a night: %v", err)
	}
}

func TestGuessingSlowsOnlyTheGuesser(t *testing.T) {
	k, a, clock := open(t)
	account(t, a, "lan", "đúng mật khẩu")
	try := func(address, password string) string {
		_, _, err := k.SignIn(t.Context(), "lan", password, Origin{Address: address})
		return archive.CodeOf(err)
	}
	for range freeTries {
		if got := try("thief", "sai mật khẩu"); got != "wrong_login" {
			t.Fatalf("a free try: %s", got)
		}
	}
	if got := try("thief", "đúng mật khẩu"); got != "too_many_attempts" {
		t.Errorf("the sixth try: %q", got)
	}
	if got := try("home", "đúng mật khẩu"); got != "" {
		t.Errorf("the owner from elsewhere: %q", got)
	}
	clock.now = clock.now.Add(2 * time.Second)
	if got := try("thief", "sai mật khẩu"); got != "wrong_login" {
		t.Errorf("after the wait: %q", got)
	}
	if got := try("thief", "sai mật khẩu"); got != "too_many_attempts" {
		t.Errorf("and again: %q", got)
	}
	clock.now = clock.now.Add(longestWait)
	if got := try("thief", "đúng mật khẩu"); got != "" {
		t.Errorf("after the longest wait: %q", got)
	}
}

func TestThrottleForgets(t *testing.T) {
	var th throttle
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for i := range maxTries + 50 {
		th.failed([]measure{{attempt{string(rune('a' + i%26)), time.Duration(i).String()}, freeTries}}, now.Add(time.Duration(i)))
	}
	if len(th.tries) > maxTries {
		t.Errorf("%d pairs remembered", len(th.tries))
	}
}

func TestGateGivesUp(t *testing.T) {
	g := newGate(1)
	g.wait = time.Millisecond
	inside, leave := make(chan bool), make(chan bool)
	go func() { _ = g.do(context.Background(), "a", func() { inside <- true; <-leave }) }()
	<-inside
	if err := g.do(t.Context(), "a", func() {}); archive.CodeOf(err) != "busy_sign_in" {
		t.Errorf("a full gate: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	g.wait = time.Hour
	if err := g.do(gone, "a", func() {}); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who left: %v", err)
	}
	leave <- true
}

func TestChangePassword(t *testing.T) {
	k, a, _ := open(t)
	acc := account(t, a, "lan", "mật khẩu cũ", func(acc *archive.Account) { acc.MustChange = true })
	first, _, err := k.SignIn(t.Context(), "lan", "mật khẩu cũ", Origin{})
	must(t, err)
	actor := acc.Actor()
	for _, c := range []struct{ reason, old, next string }{
		{"the old one is wrong", "sai mật khẩu", "mật khẩu vừa đặt"},
		{"the same again", "mật khẩu cũ", "mật khẩu cũ"},
		{"too short", "mật khẩu cũ", "ngắn"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			if _, _, err := k.ChangePassword(t.Context(), actor, c.old, c.next, Origin{}); archive.KindOf(err) != archive.Invalid {
				t.Errorf("got %v", err)
			}
		})
	}
	second, acc, err := k.ChangePassword(t.Context(), actor, "mật khẩu cũ", "mật khẩu vừa đặt", Origin{})
	if err != nil || acc.MustChange {
		t.Fatalf("change: %v", err)
	}
	for secret, want := range map[string]bool{first: false, second: true} {
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(&http.Cookie{Name: "sohoa", Value: secret})
		if _, err := k.Who(r); (err == nil) != want {
			t.Errorf("session of before %v: %v", !want, err)
		}
	}
}

func TestSetUpWorksOnce(t *testing.T) {
	k, a, clock := open(t)
	late, digest := NewSecret()
	_, err := a.OfferSetup(t.Context(), digest)
	must(t, err)
	clock.now = clock.now.Add(a.Limits.SetupTime)
	if _, _, err := k.SetUp(t.Context(), late, "admin", "", "mật khẩu dài", Origin{}); archive.CodeOf(err) != "setup_over" {
		t.Errorf("after its time: %v", err)
	}
	link, digest := NewSecret()
	_, err = a.OfferSetup(t.Context(), digest)
	must(t, err)
	if _, _, err := k.SetUp(t.Context(), "another", "admin", "", "mật khẩu dài", Origin{}); archive.CodeOf(err) != "setup_over" {
		t.Errorf("another link: %v", err)
	}
	if _, acc, err := k.SetUp(t.Context(), link, "admin", "Quản trị", "mật khẩu dài", Origin{}); err != nil || acc.Role != archive.RoleAdmin {
		t.Errorf("the link: %v", err)
	}
	if _, _, err := k.SetUp(t.Context(), link, "admin2", "", "mật khẩu dài", Origin{}); archive.CodeOf(err) != "setup_over" {
		t.Errorf("the link again: %v", err)
	}
}

func TestCookie(t *testing.T) {
	for secure, want := range map[bool]string{
		true:  "__Host-sohoa=s; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Lax",
		false: "sohoa=s; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax",
	} {
		k := &Keeper{secure: secure, long: archive.DefaultLimits().SessionLong}
		w := httptest.NewRecorder()
		k.SetCookie(w, "s")
		if got := w.Header().Get("Set-Cookie"); got != want {
			t.Errorf("cookie %q", got)
		}
		w = httptest.NewRecorder()
		k.SetCookie(w, "")
		if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, "Max-Age=0") {
			t.Errorf("cookie taken away: %q", got)
		}
	}
}
