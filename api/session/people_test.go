package session

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sohoa/archive"
)

const right = "đúng mật khẩu"

// visitorOf is who comes with a session's cookie.
func visitorOf(t *testing.T, k *Keeper, secret string) (Visitor, error) {
	t.Helper()
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(&http.Cookie{Name: "sohoa", Value: secret})
	return k.Who(r)
}

// signedIn signs in by password.
func signedIn(t *testing.T, k *Keeper, login string) Visitor {
	t.Helper()
	secret, _, err := k.SignIn(t.Context(), login, right, Origin{Address: "192.0.2.1", Device: "Firefox"})
	must(t, err)
	v, err := visitorOf(t, k, secret)
	must(t, err)
	return v
}

// enrolled sets up a second factor and returns its secret and the recovery codes.
func enrolled(t *testing.T, k *Keeper, v Visitor) ([]byte, []string) {
	t.Helper()
	e, err := k.OfferFactor(t.Context(), v)
	must(t, err)
	secret, err := codeLetters.DecodeString(strings.ReplaceAll(e.Secret, " ", ""))
	must(t, err)
	codes, err := k.ConfirmFactor(t.Context(), v, codeAt(secret, k.clock.Now().Unix()/codePeriod, codeDigits), Origin{})
	must(t, err)
	return secret, codes
}

func (h *hand) code(secret []byte) string { return codeAt(secret, h.now.Unix()/codePeriod, codeDigits) }

// halfway signs in by password and returns what the code is sent with.
func passed(t *testing.T, k *Keeper, login string) string {
	t.Helper()
	_, _, err := k.SignIn(t.Context(), login, right, Origin{Address: "192.0.2.1"})
	var step *CodeNeeded
	if !errors.As(err, &step) {
		t.Fatalf("no code is asked for: %v", err)
	}
	return step.Secret
}

func TestSecondFactor(t *testing.T) {
	k, a, clock := open(t)
	account(t, a, "lan", right)
	v, other := signedIn(t, k, "lan"), signedIn(t, k, "lan")
	secret, codes := enrolled(t, k, v)
	if len(codes) != recoveryCodes || len(codes[0]) != 19 {
		t.Fatalf("recovery codes %v", codes)
	}
	if _, err := a.SessionActor(t.Context(), other.Session.Hash); archive.KindOf(err) != archive.NotFound {
		t.Errorf("a session of before: %v", err)
	}
	if _, err := a.SessionActor(t.Context(), v.Session.Hash); err != nil {
		t.Errorf("the session that set it up: %v", err)
	}
	try := func(step, code string) string {
		_, _, err := k.SignInCode(t.Context(), step, code, Origin{Address: "192.0.2.1"})
		return archive.CodeOf(err)
	}
	step := passed(t, k, "lan")
	if got := try(step, clock.code(secret)); got != "code_used" {
		t.Errorf("the code that was used to set it up: %q", got)
	}
	clock.now = clock.now.Add(codePeriod * time.Second)
	if got := try("another", clock.code(secret)); got != "sign_in_over" {
		t.Errorf("without the password: %q", got)
	}
	if got := try(step, "000000"); got != "wrong_code" {
		t.Errorf("a wrong code: %q", got)
	}
	if got := try(step, " "+clock.code(secret)[:3]+" "+clock.code(secret)[3:]); got != "" {
		t.Errorf("the next code: %q", got)
	}
	if got := try(step, codes[0]); got != "sign_in_over" {
		t.Errorf("the same sign-in again: %q", got)
	}
	step = passed(t, k, "lan")
	if got := try(step, clock.code(secret)); got != "code_used" {
		t.Errorf("a code again: %q", got)
	}
	if got := try(step, strings.ToUpper(codes[1])); got != "" {
		t.Errorf("a recovery code: %q", got)
	}
	step = passed(t, k, "lan")
	if got := try(step, codes[1]); got != "wrong_code" {
		t.Errorf("a recovery code again: %q", got)
	}
	if st, err := a.FactorState(t.Context(), v.Actor, v.Account.ID); err != nil || !st.On || st.Recovery != recoveryCodes-1 {
		t.Errorf("state %+v %v", st, err)
	}
	for range stepTries - 1 {
		try(step, "000000")
	}
	clock.now = clock.now.Add(codePeriod * time.Second)
	if got := try(step, clock.code(secret)); got != "sign_in_over" && got != "too_many_attempts" {
		t.Errorf("after many wrong codes: %q", got)
	}
	clock.now = clock.now.Add(longestWait)
	step = passed(t, k, "lan")
	clock.now = clock.now.Add(stepTime)
	if got := try(step, clock.code(secret)); got != "sign_in_over" {
		t.Errorf("after too long: %q", got)
	}
}

// Whoever knows the password guesses no code, however often he begins again; the owner's own browser is not held up.
func TestGuessingCodesIsSlowed(t *testing.T) {
	k, a, clock := open(t)
	acc := account(t, a, "lan", right)
	secret, _ := enrolled(t, k, signedIn(t, k, "lan"))
	known, err := k.Remember(t.Context(), acc, Origin{})
	must(t, err)
	slowed := false
	for range freeCodes + 5 {
		_, _, err := k.SignInCode(t.Context(), passed(t, k, "lan"), "000000", Origin{Address: "thief"})
		slowed = slowed || archive.CodeOf(err) == "too_many_attempts"
	}
	if !slowed {
		t.Error("codes are tried without end")
	}
	clock.now = clock.now.Add(codePeriod * time.Second)
	if _, _, err := k.SignInCode(t.Context(), passed(t, k, "lan"), clock.code(secret), Origin{Address: "home", Browser: known}); err != nil {
		t.Errorf("the owner: %v", err)
	}
}

func TestSecretsOfFactorsAreSealed(t *testing.T) {
	k, a, clock := open(t)
	acc := account(t, a, "lan", right)
	v := signedIn(t, k, "lan")
	secret, codes := enrolled(t, k, v)
	f, err := a.Factor(t.Context(), acc.ID)
	must(t, err)
	if strings.Contains(string(f.Secret), string(secret)) || len(f.Secret) != 12+20+16 {
		t.Errorf("the secret lies open: %x", f.Secret)
	}
	if _, err := k.seal.open(archive.NewID(), f.Secret); err == nil {
		t.Error("it opens for another account")
	}
	k.seal = NewSeal() // the key is lost
	clock.now = clock.now.Add(codePeriod * time.Second)
	step := passed(t, k, "lan")
	if _, _, err := k.SignInCode(t.Context(), step, clock.code(secret), Origin{}); archive.CodeOf(err) != "second_factor_sealed" {
		t.Errorf("without the key: %v", err)
	}
	if _, _, err := k.SignInCode(t.Context(), step, codes[0], Origin{}); err != nil {
		t.Errorf("a recovery code needs no key: %v", err)
	}
}

func TestSealKeyIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "seal.key")
	a, err := LoadOrCreateSeal(path)
	must(t, err)
	b, err := LoadOrCreateSeal(path)
	must(t, err)
	if a != b || a == (Seal{}) {
		t.Error("another key at the second start")
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v %v", st.Mode(), err)
	}
	must(t, os.WriteFile(path, []byte("sohoa-seal-1:abc\n"), 0o600))
	if _, err := LoadOrCreateSeal(path); err == nil {
		t.Error("half a key is taken")
	}
}

func TestRolesThatNeedASecondFactor(t *testing.T) {
	k, a, _ := open(t)
	account(t, a, "lan", right)
	boss := account(t, a, "quan", right, func(acc *archive.Account) { acc.Role, acc.Agency = archive.RoleAdmin, "" })
	secret, _, err := k.SignIn(t.Context(), "lan", right, Origin{})
	must(t, err)
	if v, err := visitorOf(t, k, secret); err != nil || v.Lacks {
		t.Errorf("before: %v %v", v.Lacks, err)
	}
	must(t, a.SetSignInRules(t.Context(), boss.Actor(), archive.SignInRules{SecondFactor: []archive.Role{archive.RoleClerk}}))
	v, err := visitorOf(t, k, secret)
	if err != nil || !v.Lacks {
		t.Errorf("from the next request on: %v %v", v.Lacks, err)
	}
	enrolled(t, k, v)
	if v, err = visitorOf(t, k, secret); err != nil || v.Lacks {
		t.Errorf("once it is set up: %v %v", v.Lacks, err)
	}
	if err := a.RemoveFactor(t.Context(), v.Actor, v.Account.ID); !errors.Is(err, archive.ErrFactorRequired) {
		t.Errorf("taken away by its owner: %v", err)
	}
	must(t, a.RemoveFactor(t.Context(), boss.Actor(), v.Account.ID))
	if _, err := visitorOf(t, k, secret); !Nobody(err) {
		t.Errorf("the session after a reset: %v", err)
	}
	if acc, err := a.ByLogin(t.Context(), "lan"); err != nil || acc.Notice != archive.NoticeFactorReset {
		t.Errorf("the owner is not told: %+v %v", acc.Notice, err)
	}
	if v := signedIn(t, k, "lan"); !v.Lacks {
		t.Error("after a reset nothing is asked for")
	}
	unit := boss.Actor()
	unit.Agency = "H15.50"
	if err := a.SetSignInRules(t.Context(), unit, archive.SignInRules{}); !errors.Is(err, archive.ErrForbidden) {
		t.Errorf("an administrator of one office: %v", err)
	}
}

func TestDangerousActsAskAgain(t *testing.T) {
	k, a, clock := open(t)
	account(t, a, "quan", right, func(acc *archive.Account) { acc.Role, acc.Agency = archive.RoleAdmin, "" })
	lan := account(t, a, "lan", right)
	secret, _, err := k.SignIn(t.Context(), "quan", right, Origin{})
	must(t, err)
	v, err := visitorOf(t, k, secret)
	must(t, err)
	acts := map[string]func(archive.Actor) error{
		"an account": func(x archive.Actor) error {
			_, err := a.AddAccount(t.Context(), x, archive.Account{Login: archive.NewID().String(), Role: archive.RoleClerk, Agency: "H15.50"})
			return err
		},
		"a change of rights": func(x archive.Actor) error {
			acc, err := a.Account(t.Context(), x, lan.ID)
			must(t, err)
			_, err = a.ChangeAccount(t.Context(), x, acc, acc.Revision, "edit")
			return err
		},
		"a token": func(x archive.Actor) error {
			_, err := a.AddToken(t.Context(), x, archive.Token{Role: archive.RoleClerk, Agency: "H15.50", Hash: archive.DigestOf([]byte(archive.NewID().String()))})
			return err
		},
		"a reset":          func(x archive.Actor) error { return a.RemoveFactor(t.Context(), x, lan.ID) },
		"the rules":        func(x archive.Actor) error { return a.SetSignInRules(t.Context(), x, archive.SignInRules{}) },
		"one's own factor": func(x archive.Actor) error { return a.OfferFactor(t.Context(), x, []byte("sealed")) },
	}
	all := func(when string, want error) {
		t.Helper()
		v, err := visitorOf(t, k, secret)
		must(t, err)
		for name, act := range acts {
			if err := act(v.Actor); !errors.Is(err, want) {
				t.Errorf("%s, %s: %v", name, when, err)
			}
		}
	}
	all("after the sign-in", nil)
	clock.now = clock.now.Add(a.Limits.ProofTime + time.Second)
	all("a coffee later", archive.ErrProofRequired)
	if err := k.Prove(t.Context(), v, "sai mật khẩu", Origin{}); archive.KindOf(err) != archive.Invalid {
		t.Errorf("a wrong password: %v", err)
	}
	all("after a wrong password", archive.ErrProofRequired)
	must(t, k.Prove(t.Context(), v, right, Origin{}))
	all("once proved", nil)
	must(t, a.EndSessions(t.Context(), v.Actor, v.Account.ID, archive.Digest{}))
	if err := k.Prove(t.Context(), v, right, Origin{}); archive.KindOf(err) != archive.NotFound {
		t.Errorf("a session that is over: %v", err)
	}
}

func TestPrintedPasswordsAndInvitationsEnd(t *testing.T) {
	k, a, clock := open(t)
	acc := account(t, a, "lan", right, func(acc *archive.Account) { acc.MustChange = true })
	boss := account(t, a, "quan", right, func(acc *archive.Account) { acc.Role, acc.Agency = archive.RoleAdmin, "" })
	link, digest := NewSecret()
	must(t, a.Invite(t.Context(), boss.Actor(), acc.ID, digest))
	accept := func(link, password string) string {
		_, _, err := k.AcceptInvite(t.Context(), link, password, Origin{})
		return archive.CodeOf(err)
	}
	if got := accept("another", "con trâu cái cày"); got != "invite_over" {
		t.Errorf("another link: %q", got)
	}
	if got := accept(link, "matkhau123"); got != "weak_password" {
		t.Errorf("a common password: %q", got)
	}
	if got := accept(link, "con trâu cái cày"); got != "" {
		t.Errorf("the link: %q", got)
	}
	if got := accept(link, "con trâu cái bừa"); got != "invite_over" {
		t.Errorf("the link again: %q", got)
	}
	if _, _, err := k.SignIn(t.Context(), "lan", right, Origin{}); !errors.Is(err, ErrSignIn) {
		t.Errorf("the printed password after it: %v", err)
	}
	if err := a.Invite(t.Context(), boss.Actor(), acc.ID, digest); archive.CodeOf(err) != "no_invitation" {
		t.Errorf("somebody who has a password: %v", err)
	}
	late := account(t, a, "mai", right, func(acc *archive.Account) { acc.MustChange = true })
	must(t, a.Invite(t.Context(), boss.Actor(), late.ID, digest))
	clock.now = clock.now.Add(a.Limits.InviteTime)
	if got := accept(link, "con trâu cái cày"); got != "invite_over" {
		t.Errorf("after its time: %q", got)
	}
	if _, _, err := k.SignIn(t.Context(), "mai", right, Origin{}); archive.CodeOf(err) != "password_over" {
		t.Errorf("the printed password after its time: %v", err)
	}
	if _, _, err := k.SignIn(t.Context(), "mai", "sai mật khẩu", Origin{}); !errors.Is(err, ErrSignIn) {
		t.Errorf("a wrong one is not told so: %v", err)
	}
}

// Whatever others try, at the same login and from the same office, a browser that has signed in before comes in.
func TestAKnownBrowserPassesTheThrottle(t *testing.T) {
	k, a, clock := open(t)
	acc := account(t, a, "lan", right)
	account(t, a, "minh", right)
	known, err := k.Remember(t.Context(), acc, Origin{})
	must(t, err)
	try := func(login, address, browser, password string) string {
		_, _, err := k.SignIn(t.Context(), login, password, Origin{Address: address, Browser: browser})
		return archive.CodeOf(err)
	}
	now := clock.now
	for i := range freeLogin {
		k.throttle.failed(measures(Origin{Address: string(rune('A' + i))}, "lan", ""), now)
	}
	for range freeAddress {
		k.throttle.failed(measures(Origin{Address: "office"}, archive.NewID().String(), ""), now)
	}
	if got := try("lan", "elsewhere", "", right); got != "too_many_attempts" {
		t.Errorf("a stranger at this login: %q", got)
	}
	if got := try("minh", "office", "", right); got != "too_many_attempts" {
		t.Errorf("a stranger from this office: %q", got)
	}
	if got := try("minh", "elsewhere", "", right); got != "" {
		t.Errorf("another login from elsewhere: %q", got)
	}
	if got := try("lan", "office", known, right); got != "" {
		t.Errorf("the owner's browser: %q", got)
	}
	if got := try("minh", "office", known, right); got != "too_many_attempts" {
		t.Errorf("it is known to one account only: %q", got)
	}
	for range freeTries {
		try("lan", "office", known, "sai mật khẩu")
	}
	if got := try("lan", "office", known, right); got != "too_many_attempts" {
		t.Errorf("a guesser at the owner's desk: %q", got)
	}
	must(t, a.EndSessions(t.Context(), acc.Actor(), acc.ID, archive.Digest{}))
	if got := try("lan", "office", known, right); got != "too_many_attempts" {
		t.Errorf("after signing out everywhere: %q", got)
	}
	clock.now = now.Add(a.Limits.KnownBrowser)
	if d, err := k.recognise(t.Context(), acc, Origin{Browser: known}); d != "" || err != nil {
		t.Errorf("after its time: %q %v", d, err)
	}
}

func TestAddressesOfOneHouseholdAreOne(t *testing.T) {
	for address, want := range map[string]string{"192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "::ffff:192.0.2.7": "::ffff:192.0.2.7", "": "", "pipe": "pipe"} {
		if got := network(address); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
}

// What was checked before a change opens nothing behind it, in whatever order the two arrive.
func TestSignInUnderWayWhenTheAccountChanges(t *testing.T) {
	for _, c := range []struct {
		reason string
		change func(*archive.Account)
	}{
		{"closed", func(acc *archive.Account) { acc.Closed = true }},
		{"another password", func(acc *archive.Account) { acc.PasswordHash = "$argon2id$other" }},
		{"another role", func(acc *archive.Account) { acc.Role = archive.RoleChecker }},
	} {
		t.Run(c.reason, func(t *testing.T) {
			k, a, _ := open(t)
			checked := account(t, a, "lan", right) // as SignIn read it
			before := signedIn(t, k, "lan")
			changed := checked
			c.change(&changed)
			_, err := a.ChangeAccount(t.Context(), archive.System, changed, checked.Revision, "edit")
			must(t, err)
			if _, _, err := k.open(t.Context(), checked, Origin{}, archive.ByPassword, ""); !errors.Is(err, ErrSignIn) {
				t.Errorf("a sign-in checked before: %v", err)
			}
			if _, err := a.SessionActor(t.Context(), before.Session.Hash); archive.KindOf(err) != archive.NotFound {
				t.Errorf("a session of before: %v", err)
			}
		})
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	k, a, clock := open(t)
	account(t, a, "lan", right)
	minh := account(t, a, "minh", right)
	var vs []Visitor
	for range 3 {
		clock.now = clock.now.Add(time.Minute)
		vs = append(vs, signedIn(t, k, "lan"))
	}
	list, err := a.Sessions(t.Context(), vs[0].Actor, vs[0].Account.ID)
	if err != nil || len(list) != 3 || list[0].ID != vs[2].Session.ID || list[0].Device != "Firefox" || list[0].Method != archive.ByPassword {
		t.Fatalf("list %+v %v", list, err)
	}
	if _, err := a.Sessions(t.Context(), minh.Actor(), vs[0].Account.ID); archive.KindOf(err) != archive.NotFound {
		t.Errorf("somebody else's: %v", err)
	}
	if err := a.EndSession(t.Context(), minh.Actor(), vs[0].Account.ID, vs[0].Session.ID); archive.KindOf(err) != archive.NotFound {
		t.Errorf("ended by somebody else: %v", err)
	}
	must(t, a.EndSession(t.Context(), vs[0].Actor, vs[0].Account.ID, vs[1].Session.ID))
	live := func(v Visitor) bool { _, err := a.SessionActor(t.Context(), v.Session.Hash); return err == nil }
	if !live(vs[0]) || live(vs[1]) || !live(vs[2]) {
		t.Error("another than the one ended")
	}
	must(t, a.EndSessions(t.Context(), vs[0].Actor, vs[0].Account.ID, vs[0].Session.Hash))
	if !live(vs[0]) || live(vs[2]) {
		t.Error("the others are not over, or this one is")
	}
	for range 25 {
		vs = append(vs, signedIn(t, k, "lan"))
	}
	if list, err := a.Sessions(t.Context(), vs[0].Actor, vs[0].Account.ID); err != nil || len(list) != 20 {
		t.Errorf("%d devices at once, %v", len(list), err)
	}
}

func TestTokensLiveOnTheirOwnersRights(t *testing.T) {
	k, a, clock := open(t)
	boss := account(t, a, "quan", right, func(acc *archive.Account) { acc.Role, acc.Agency = archive.RoleAdmin, "H15.50" })
	other := account(t, a, "quan2", right, func(acc *archive.Account) { acc.Role, acc.Agency = archive.RoleAdmin, "" })
	_ = k
	make := func(by archive.Actor) (archive.Digest, archive.Token) {
		_, d := NewToken()
		tk, err := a.AddToken(t.Context(), by, archive.Token{Hash: d, Role: archive.RoleClerk, Agency: "H15.50"})
		must(t, err)
		return d, tk
	}
	d, tk := make(boss.Actor())
	holds := func(d archive.Digest) bool { _, err := a.TokenActor(t.Context(), d); return err == nil }
	change := func(f func(*archive.Account)) {
		acc, err := a.Account(t.Context(), archive.System, boss.ID)
		must(t, err)
		f(&acc)
		_, err = a.ChangeAccount(t.Context(), archive.System, acc, acc.Revision, "edit")
		must(t, err)
	}
	for _, c := range []struct {
		reason     string
		take, give func(*archive.Account)
		holds      bool
	}{
		{"its owner is closed", func(x *archive.Account) { x.Closed = true }, func(x *archive.Account) { x.Closed = false }, false},
		{"its owner stands elsewhere", func(x *archive.Account) { x.Agency = "H15.61" }, func(x *archive.Account) { x.Agency = "H15.50" }, false},
		{"its owner is an auditor", func(x *archive.Account) { x.Role = archive.RoleAuditor }, func(x *archive.Account) { x.Role = archive.RoleAdmin }, false},
		{"its owner has become what it is", func(x *archive.Account) { x.Role = archive.RoleClerk }, func(x *archive.Account) { x.Role = archive.RoleAdmin }, true},
		{"its owner's time is over", func(x *archive.Account) { x.Until = clock.now }, func(x *archive.Account) { x.Until = time.Time{} }, false},
		{"its owner ends before it", func(x *archive.Account) { x.Until = clock.now.Add(time.Hour) }, func(x *archive.Account) { x.Until = time.Time{} }, true},
	} {
		t.Run(c.reason, func(t *testing.T) {
			change(c.take)
			if holds(d) != c.holds {
				t.Errorf("it holds: %v", !c.holds)
			}
			if who, err := a.TokenActor(t.Context(), d); err == nil && c.reason == "its owner ends before it" && !who.Until.Equal(clock.now.Add(time.Hour)) {
				t.Errorf("it ends %v", who.Until)
			}
			change(c.give)
			if !holds(d) {
				t.Error("it does not come back with the right")
			}
		})
	}
	program, err := a.TokenActor(t.Context(), d)
	must(t, err)
	if _, err := a.AddToken(t.Context(), program, archive.Token{Role: archive.RoleClerk, Agency: "H15.50"}); !errors.Is(err, archive.ErrForbidden) {
		t.Errorf("a clerk's token makes tokens: %v", err)
	}
	_, ad := NewToken()
	_, err = a.AddToken(t.Context(), boss.Actor(), archive.Token{Hash: ad, Role: archive.RoleAdmin, Agency: "H15.50"})
	must(t, err)
	program, err = a.TokenActor(t.Context(), ad)
	must(t, err)
	child, ck := make(program)
	if ck.Owner != boss.ID {
		t.Errorf("a token's token lives on %v", ck.Owner)
	}
	change(func(x *archive.Account) { x.Closed = true })
	if holds(d) || holds(child) {
		t.Error("they outlive their owner")
	}
	must(t, a.AdoptToken(t.Context(), other.Actor(), tk.ID))
	if !holds(d) || holds(child) {
		t.Error("adopting one is not adopting one")
	}
	if house, _ := make(archive.System); !holds(house) {
		t.Error("the house's own needs no owner")
	}
}

// A place that sends a thousand tries costs another place the wait for one.
func TestTheGateServesAskersByTurns(t *testing.T) {
	g := newGate(1)
	hold, held := make(chan struct{}), make(chan struct{})
	go g.do(context.Background(), "first", func() { close(held); <-hold })
	<-held
	var mu sync.Mutex
	var order []string
	var wg sync.WaitGroup
	enter := func(asker string) {
		before := g.line()
		wg.Go(func() {
			if err := g.do(context.Background(), asker, func() { mu.Lock(); order = append(order, asker); mu.Unlock() }); err != nil {
				t.Error(err)
			}
		})
		for g.line() == before {
			time.Sleep(time.Millisecond)
		}
	}
	for range 50 {
		enter("flood")
	}
	enter("home")
	enter("home")
	close(hold)
	wg.Wait()
	at := 0
	for i, a := range order {
		if a == "home" {
			at = i
		}
	}
	if at > 3 {
		t.Errorf("the second of another place is number %d", at)
	}
	for g.slots() != 1 { // the last may rest
		time.Sleep(time.Millisecond)
	}
	if g.free != 1 || len(g.queue) != 0 || g.waiting != 0 {
		t.Errorf("left behind: %d free, %d waiting", g.free, g.waiting)
	}
}

func TestTheGateIsBounded(t *testing.T) {
	g := newGate(1)
	must(t, g.enter(t.Context(), "first"))
	for i := range gateOfOne {
		g.queue["flood"] = append(g.queue["flood"], make(chan struct{}))
		g.waiting = i + 1
	}
	if err := g.enter(t.Context(), "flood"); archive.CodeOf(err) != "busy_sign_in" {
		t.Errorf("one more of one place: %v", err)
	}
	g.waiting = gateWaiting
	if err := g.enter(t.Context(), "home"); archive.CodeOf(err) != "busy_sign_in" {
		t.Errorf("one more of all: %v", err)
	}
}

func (g *gate) slots() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.free
}

// line is how many wait.
func (g *gate) line() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.waiting
}
