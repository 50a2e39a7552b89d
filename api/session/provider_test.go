package session

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit/oidcserver"
)

const here = "http://127.0.0.1:9"

var people = []oidcserver.Person{
	{ID: "17", Username: "lan", Password: "mk-cua-lan", FirstName: "Lan", LastName: "Trần Thị"},
	{ID: "18", Username: "minh", Password: "mk-cua-minh", FirstName: "Minh", LastName: "Lê Văn"},
}

// openAt opens a house where people sign in at a real provider, too. Its clock is the machine's: the provider's tokens are.
func openAt(t *testing.T, file string) (*Keeper, *archive.Archive, *oidcserver.Server, *hand) {
	t.Helper()
	s := oidcserver.Start(t, here+ProviderReturn, people...)
	c, err := ParseProvider([]byte(fmt.Sprintf(file, s.Issuer)))
	must(t, err)
	c.ClientSecret = oidcserver.ClientSecret
	_, a, clock := open(t)
	clock.now = time.Now()
	k, err := New(Config{Archive: a, Clock: clock, Provider: c, Public: here})
	must(t, err)
	return k, a, s, clock
}

const clerks = `{"issuer": %q, "client_id": "web", "name": {"vi": "Đăng nhập chung"}, "scopes": ["profile", "custom_scope"], "make_accounts": true, "user_info": true,
	"rules": [{"claim": "sub", "value": "18", "role": "auditor"}, {"claim": "custom_claim.other", "value": "stuff", "role": "clerk", "agency": "H15.50"}]}`

var (
	requestID = regexp.MustCompile(`name="id" value="([^"]+)"`)
	browser   = &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), here) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
)

// atProvider is what a person does there: it returns with what the provider sends back.
func atProvider(t *testing.T, to, login string) url.Values {
	t.Helper()
	res, err := browser.Get(to)
	must(t, err)
	page, err := io.ReadAll(res.Body)
	must(t, err)
	must(t, res.Body.Close())
	id := requestID.FindStringSubmatch(string(page))
	if id == nil {
		t.Fatalf("%d no form: %s", res.StatusCode, page)
	}
	res, err = browser.PostForm(res.Request.URL.Scheme+"://"+res.Request.URL.Host+"/login/username", url.Values{"id": {id[1]}, "username": {login}, "password": {"mk-cua-" + login}})
	must(t, err)
	must(t, res.Body.Close())
	back, err := res.Location()
	if err != nil {
		t.Fatalf("%d: %v", res.StatusCode, err)
	}
	return back.Query()
}

// through signs in at the provider, all the way.
func through(t *testing.T, k *Keeper, login string) (Answer, error) {
	t.Helper()
	to, carried, err := k.AskProvider(t.Context(), Visitor{}, ToSignIn, "/search")
	must(t, err)
	return k.ProviderAnswered(t.Context(), Visitor{}, carried, atProvider(t, to, login), Origin{Address: "192.0.2.9", Device: "Firefox"})
}

func TestSignInAtAProvider(t *testing.T) {
	k, a, s, clock := openAt(t, clerks)
	first, err := through(t, k, "lan")
	if err != nil || first.Next != "/search" || first.Account.Login != "lan" || first.Account.Role != archive.RoleClerk || first.Account.Agency != "H15.50" || !first.Account.Managed {
		t.Fatalf("answer %+v %v", first, err)
	}
	if v, err := visitorOf(t, k, first.Secret); err != nil || v.Session.Method != archive.ByProvider {
		t.Errorf("session %+v %v", v.Session, err)
	}
	if got, err := through(t, k, "minh"); err != nil || got.Account.Role != archive.RoleAuditor || got.Account.ID == first.Account.ID {
		t.Errorf("another person, another rule: %+v %v", got.Account, err)
	}
	again, err := through(t, k, "lan")
	if err != nil || again.Account.ID != first.Account.ID {
		t.Errorf("again: %+v %v", again.Account, err)
	}

	t.Run("the provider rotates its keys", func(t *testing.T) {
		s.Restart()
		if _, err := through(t, k, "lan"); err != nil {
			t.Errorf("after the rotation: %v", err)
		}
	})
	t.Run("what the rules give is given at each sign-in", func(t *testing.T) {
		acc := again.Account
		acc.Role, acc.Agency = archive.RoleChecker, "H15.61"
		_, err := a.ChangeAccount(t.Context(), archive.System, acc, acc.Revision, "edit")
		must(t, err)
		if got, err := through(t, k, "lan"); err != nil || got.Account.Role != archive.RoleClerk || got.Account.Agency != "H15.50" {
			t.Errorf("%+v %v", got.Account, err)
		}
	})
	t.Run("a closed account stays closed", func(t *testing.T) {
		acc, err := a.ByLogin(t.Context(), "lan")
		must(t, err)
		acc.Closed = true
		acc, err = a.ChangeAccount(t.Context(), archive.System, acc, acc.Revision, "close")
		must(t, err)
		if _, err := through(t, k, "lan"); archive.KindOf(err) != archive.Forbidden {
			t.Errorf("it comes in: %v", err)
		}
		acc.Closed = false
		_, err = a.ChangeAccount(t.Context(), archive.System, acc, acc.Revision, "open")
		must(t, err)
	})
	t.Run("an answer counts once, for the browser that asked, in time", func(t *testing.T) {
		to, carried, err := k.AskProvider(t.Context(), Visitor{}, ToSignIn, "")
		must(t, err)
		q := atProvider(t, to, "lan")
		try := func(carried string, q url.Values) string {
			_, err := k.ProviderAnswered(t.Context(), Visitor{}, carried, q, Origin{})
			return archive.CodeOf(err)
		}
		_, other, err := k.AskProvider(t.Context(), Visitor{}, ToSignIn, "")
		must(t, err)
		for reason, carried := range map[string]string{"another browser": other, "no browser": "", "a thief's": random()} {
			if got := try(carried, q); got != "provider_refused" {
				t.Errorf("%s: %q", reason, got)
			}
		}
		if got := try("", url.Values{"code": q["code"]}); got != "provider_refused" {
			t.Errorf("without a state: %q", got)
		}
		foreign := url.Values{"code": q["code"], "state": q["state"], "iss": {"https://evil.example"}}
		if got := try(carried, foreign); got != "provider_refused" {
			t.Errorf("another issuer's answer: %q", got)
		}
		if got := try(carried, q); got != "sign_in_over" {
			t.Errorf("a second time: %q", got)
		}
		to, carried, err = k.AskProvider(t.Context(), Visitor{}, ToSignIn, "")
		must(t, err)
		q = atProvider(t, to, "lan")
		clock.now = clock.now.Add(stepTime)
		if got := try(carried, q); got != "sign_in_over" {
			t.Errorf("after too long: %q", got)
		}
		clock.now = time.Now()
	})
	t.Run("a code that was meant for another sign-in", func(t *testing.T) {
		to, _, err := k.AskProvider(t.Context(), Visitor{}, ToSignIn, "")
		must(t, err)
		stolen := atProvider(t, to, "lan")
		to, carried, err := k.AskProvider(t.Context(), Visitor{}, ToSignIn, "")
		must(t, err)
		q := atProvider(t, to, "minh")
		q.Set("code", stolen.Get("code")) // injected: its verifier and nonce are the other's
		if _, err := k.ProviderAnswered(t.Context(), Visitor{}, carried, q, Origin{}); archive.CodeOf(err) != "provider_refused" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("the provider says no", func(t *testing.T) {
		_, carried, err := k.AskProvider(t.Context(), Visitor{}, ToSignIn, "")
		must(t, err)
		if _, err := k.ProviderAnswered(t.Context(), Visitor{}, carried, url.Values{"state": {carried}, "error": {"access_denied"}}, Origin{}); archive.CodeOf(err) != "provider_refused" {
			t.Errorf("got %v", err)
		}
	})
	if to := k.ProviderSignOut(t.Context(), here+"/signin"); !strings.HasPrefix(to, s.Issuer) || !strings.Contains(to, "client_id=web") {
		t.Errorf("sign-out at %q", to)
	}
	t.Run("the provider is away", func(t *testing.T) {
		to, carried, err := k.AskProvider(t.Context(), Visitor{}, ToSignIn, "")
		must(t, err)
		q := atProvider(t, to, "lan")
		s.Stop()
		if _, err := k.ProviderAnswered(t.Context(), Visitor{}, carried, q, Origin{}); archive.CodeOf(err) != "provider_away" {
			t.Errorf("in the middle: %v", err)
		}
		fresh, err := New(Config{Archive: a, Clock: clock, Provider: &k.provider.ProviderConfig, Public: here})
		must(t, err)
		if _, _, err := fresh.AskProvider(t.Context(), Visitor{}, ToSignIn, ""); archive.CodeOf(err) != "provider_away" {
			t.Errorf("from the start: %v", err)
		}
		account(t, a, "local", right)
		if _, _, err := fresh.SignIn(t.Context(), "local", right, Origin{}); err != nil {
			t.Errorf("a password meanwhile: %v", err)
		}
		s.Restart()
		if _, err := through(t, fresh, "lan"); err != nil {
			t.Errorf("once it is back: %v", err)
		}
	})
}

// An account is never found by its login: only its owner, signed in, gives it an identity.
func TestIdentitiesAreLinkedByTheirOwners(t *testing.T) {
	k, a, _, clock := openAt(t, clerks)
	acc := account(t, a, "lan", right, func(x *archive.Account) { x.Agency = "H15.61" })
	got, err := through(t, k, "lan")
	if err != nil || got.Account.ID == acc.ID || got.Account.Login != "lan-2" {
		t.Fatalf("the same login is another account: %+v %v", got.Account, err)
	}
	v := signedIn(t, k, "lan")
	link := func(as Visitor, person string, back Visitor) string {
		t.Helper()
		to, carried, err := k.AskProvider(t.Context(), as, ToLink, "")
		must(t, err)
		_, err = k.ProviderAnswered(t.Context(), back, carried, atProvider(t, to, person), Origin{})
		return archive.CodeOf(err)
	}
	if got := link(v, "lan", v); got != "identity_taken" {
		t.Errorf("an identity that has an account: %q", got)
	}
	if got := link(v, "minh", Visitor{}); got != "provider_refused" {
		t.Errorf("signed out meanwhile: %q", got)
	}
	if got := link(v, "minh", v); got != "" {
		t.Errorf("link: %q", got)
	}
	signed, err := through(t, k, "minh")
	if err != nil || signed.Account.ID != acc.ID || signed.Account.Role != archive.RoleClerk || signed.Account.Agency != "H15.61" {
		t.Errorf("a linked account keeps its rights: %+v %v", signed.Account, err)
	}
	if _, err = visitorOf(t, k, signed.Secret); err != nil {
		t.Fatal(err)
	}
	clock.now = clock.now.Add(a.Limits.ProofTime + time.Second)
	if v, err = visitorOf(t, k, signed.Secret); err != nil || !errors.Is(a.UnlinkIdentity(t.Context(), v.Actor), archive.ErrProofRequired) {
		t.Errorf("unlinked without proof: %v", err)
	}
	must(t, k.Prove(t.Context(), v, right, Origin{}))
	v, err = visitorOf(t, k, signed.Secret)
	must(t, err)
	must(t, a.UnlinkIdentity(t.Context(), v.Actor))
	clock.now = time.Now()
	if got, err := through(t, k, "minh"); err != nil || got.Account.ID == acc.ID {
		t.Errorf("after unlinking: %+v %v", got.Account, err)
	}
	only, err := a.ByLogin(t.Context(), "lan-2")
	must(t, err)
	if err := a.UnlinkIdentity(t.Context(), only.Actor()); archive.CodeOf(err) != "no_password" {
		t.Errorf("the only way in is taken away: %v", err)
	}
}

func TestProofAtAProvider(t *testing.T) {
	k, a, _, clock := openAt(t, clerks)
	got, err := through(t, k, "lan")
	must(t, err)
	v, err := visitorOf(t, k, got.Secret)
	must(t, err)
	before := v.Session.ProvedAt
	clock.now = clock.now.Add(time.Minute / 2)
	prove := func(person string) string {
		t.Helper()
		to, carried, err := k.AskProvider(t.Context(), v, ToProve, "/account")
		must(t, err)
		if !strings.Contains(to, "prompt=login") || !strings.Contains(to, "max_age=0") {
			t.Errorf("the provider is not told to ask: %s", to)
		}
		_, err = k.ProviderAnswered(t.Context(), v, carried, atProvider(t, to, person), Origin{})
		return archive.CodeOf(err)
	}
	if got := prove("minh"); got != "provider_refused" {
		t.Errorf("by somebody else: %q", got)
	}
	if got := prove("lan"); got != "" {
		t.Errorf("proof: %q", got)
	}
	if as, err := a.SessionActor(t.Context(), v.Session.Hash); err != nil || !as.Session.ProvedAt.After(before) {
		t.Errorf("nothing is proved: %v", err)
	}
}

func TestSecondFactorBehindAProvider(t *testing.T) {
	file := strings.Replace(clerks, `"make_accounts"`, `"second_factor_amr": ["%s"], "make_accounts"`, 1)
	for amr, asked := range map[string]bool{"mfa": true, "pwd": false} { // the provider of the tests says pwd
		t.Run(amr, func(t *testing.T) {
			k, a, _, clock := openAt(t, strings.Replace(file, `["%s"]`, `["`+amr+`"]`, 1))
			got, err := through(t, k, "lan")
			must(t, err)
			must(t, a.SetSignInRules(t.Context(), archive.System, archive.SignInRules{SecondFactor: []archive.Role{archive.RoleClerk}}))
			v, err := visitorOf(t, k, got.Secret)
			if err != nil || v.Lacks != asked {
				t.Errorf("the role's second factor is asked for here: %v %v", v.Lacks, err)
			}
			secret, _ := enrolled(t, k, v)
			clock.now = clock.now.Add(codePeriod * time.Second)
			_, err = through(t, k, "lan")
			var step *CodeNeeded
			if errors.As(err, &step) != asked {
				t.Errorf("a code is asked for: %v", err)
			}
			if asked {
				if _, _, err := k.SignInCode(t.Context(), step.Secret, clock.code(secret), Origin{}); err != nil {
					t.Errorf("the code: %v", err)
				}
			}
		})
	}
}

func TestWhomNoRuleFitsStaysOut(t *testing.T) {
	for reason, c := range map[string]struct{ file, code string }{
		"another group":                       {`{"issuer": %q, "client_id": "web", "make_accounts": true, "rules": [{"claim": "groups", "value": "x", "role": "admin"}]}`, "no_role"},
		"an agency the claim does not have":   {`{"issuer": %q, "client_id": "web", "make_accounts": true, "rules": [{"claim": "sub", "value": "17", "role": "clerk", "agency_claim": "unit"}]}`, "no_role"},
		"an agency that is none":              {`{"issuer": %q, "client_id": "web", "make_accounts": true, "rules": [{"claim": "sub", "value": "17", "role": "admin", "agency_claim": "iss"}]}`, "no_role"},
		"accounts are made by the house only": {`{"issuer": %q, "client_id": "web", "rules": [{"claim": "sub", "value": "17", "role": "admin"}]}`, "no_account"},
	} {
		t.Run(reason, func(t *testing.T) {
			k, a, _, _ := openAt(t, c.file)
			if _, err := through(t, k, "lan"); archive.CodeOf(err) != c.code {
				t.Errorf("got %v", err)
			}
			if all, err := a.Accounts(t.Context(), archive.System, "", 10); err != nil || len(all) != 0 {
				t.Errorf("%d accounts, %v", len(all), err)
			}
		})
	}
}

func TestProviderFilesThatAreRefused(t *testing.T) {
	good := `{"issuer": "https://sso.example", "client_id": "sohoa", "rules": [{"claim": "groups", "value": "x", "role": "clerk", "agency": "H15.50"}]}`
	c, err := ParseProvider([]byte(good))
	if err != nil || strings.Join(c.Scopes, " ") != "openid profile" || c.Name.EN != "sso.example" || c.LoginClaim != "preferred_username" {
		t.Fatalf("%+v %v", c, err)
	}
	for reason, change := range map[string][2]string{
		"a word it does not know":  {`"client_id"`, `"make_acounts": true, "client_id"`},
		"a secret in the file":     {`"client_id"`, `"client_secret": "x", "client_id"`},
		"an issuer in the clear":   {`https://sso.example`, `http://sso.example`},
		"no rule":                  {`{"claim": "groups", "value": "x", "role": "clerk", "agency": "H15.50"}`, ``},
		"a rule for everybody":     {`"value": "x"`, `"value": ""`},
		"no such role":             {`"clerk"`, `"system"`},
		"a clerk of no agency":     {`, "agency": "H15.50"`, ``},
		"an agency that is none":   {`H15.50`, `Sở Y tế`},
		"two agencies":             {`"agency": "H15.50"`, `"agency": "H15.50", "agency_claim": "unit"`},
		"no name of its own there": {`"sohoa"`, `""`},
	} {
		if _, err := ParseProvider([]byte(strings.Replace(good, change[0], change[1], 1))); err == nil {
			t.Errorf("%s: accepted", reason)
		}
	}
}
