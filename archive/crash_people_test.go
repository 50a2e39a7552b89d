package archive_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
)

// secretOf is the digest of an invented secret.
func secretOf(name string) archive.Digest { return archive.DigestOf([]byte(name)) }

// persons is a house with a person who has everything a person can have: two sessions, one of them a provider's, a known browser, a
// sign-in half way, a token, and a second factor where factor says so.
func (h *house) persons(t *testing.T, factor bool) error {
	t.Helper()
	ctx := context.Background()
	if err := h.LoadAgencies(ctx, archive.System, []archive.Agency{{Code: "H15", Name: "Tỉnh"}, {Code: "H15.50", Name: "Phường", Parent: "H15"}, {Code: "H15.51", Name: "Xã", Parent: "H15"}}); err != nil {
		return err
	}
	acc, err := h.Identified(ctx, archive.Actor{}, archive.Identity{Issuer: "https://sso.example", Subject: "17", Login: "lan", Name: "Lan", Role: archive.RoleClerk, Agency: "H15.50", Make: true})
	if err != nil {
		return err
	}
	if _, err := h.AddAccount(ctx, archive.System, archive.Account{Login: "moi", Role: archive.RoleClerk, Agency: "H15.50", MustChange: true, PasswordHash: "printed"}); err != nil {
		return err
	}
	for i, s := range []archive.Session{{Device: "here", Method: archive.ByPassword}, {Device: "there", Method: archive.ByProvider, Provider: archive.ProviderSession("https://sso.example", "s1")}} {
		s.Hash, s.Account = secretOf(s.Device), acc.ID
		if err := h.SignedIn(ctx, acc.Actor(), s, acc.Revision); err != nil {
			return err
		}
		if i == 0 && factor { // it ends every other session
			if err := h.ConfirmFactor(ctx, acc.Actor(), h.offered(t, acc), 7, []archive.Digest{secretOf("code one"), secretOf("code two")}, s.Hash); err != nil {
				return err
			}
		}
	}
	for name, kind := range map[string]archive.PassKind{"browser": archive.PassBrowser, "step": archive.PassStep} {
		if err := h.PutPass(ctx, archive.Pass{Hash: secretOf(name), Kind: kind, Account: acc.ID}, time.Hour); err != nil {
			return err
		}
	}
	_, err = h.AddOwnToken(ctx, acc.Actor(), archive.Token{Hash: secretOf("token"), Note: "máy quét", Agency: "H15.50", Until: h.clock.Now().AddDate(0, 1, 0)})
	return err
}

// offered draws a second factor for an account.
func (h *house) offered(t *testing.T, acc archive.Account) archive.SecondFactor {
	t.Helper()
	if err := h.OfferFactor(context.Background(), acc.Actor(), []byte("sealed")); err != nil {
		t.Fatal(err)
	}
	f, err := h.Factor(context.Background(), acc.ID)
	if err != nil {
		t.Fatal(err)
	}
	f.Salt = []byte("salt")
	return f
}

func (h *house) person(login string) archive.Account {
	acc, err := h.ByLogin(context.Background(), login)
	if err != nil {
		panic(err)
	}
	return acc
}

// standing tells everything that is kept of people, but for times and ids, in one text: two houses with the same text are alike to
// whoever comes to the door.
func (h *house) standing(t *testing.T) string {
	t.Helper()
	ctx := context.Background()
	var b strings.Builder
	err := h.Catalog.View(ctx, func(tx archive.Tx) error {
		all, err := tx.Accounts().List(ctx, "", 100)
		if err != nil {
			return err
		}
		for _, a := range all {
			fmt.Fprintf(&b, "%s %s %s %q must %v closed %v notice %q subject %q managed %v printed %v revision %d\n", a.Login, a.Role, a.Agency, a.PasswordHash, a.MustChange, a.Closed, a.Notice, a.Subject, a.Managed, !a.PasswordUntil.IsZero(), a.Revision)
			ss, err := tx.Sessions().Of(ctx, a.ID)
			if err != nil {
				return err
			}
			names := []string{}
			for _, name := range []string{"here", "there", "new"} {
				for _, s := range ss {
					if s.Device == name {
						names = append(names, name+" "+s.Method+" "+s.Provider)
					}
				}
			}
			fmt.Fprintf(&b, " %d sessions %q\n", len(ss), names)
			f, err := tx.Factors().Get(ctx, a.ID)
			if err != nil && archive.KindOf(err) != archive.NotFound {
				return err
			}
			n, err := tx.Factors().Recovery(ctx, a.ID)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " factor %q %v step %d salt %q, %d codes\n", f.Secret, f.Confirmed, f.Step, f.Salt, n)
			ks, err := tx.Tokens().Of(ctx, a.ID, 100)
			if err != nil {
				return err
			}
			for _, k := range ks {
				fmt.Fprintf(&b, " token %q %s %s alive %v\n", k.Note, k.Role, k.Agency, k.Alive(h.clock.Now()))
			}
		}
		for _, kind := range []archive.PassKind{archive.PassBrowser, archive.PassStep, archive.PassInvite, archive.PassLogout} {
			for _, name := range []string{"browser", "step", "link", "logout\nhttps://sso.example\nj1"} {
				if _, err := tx.Passes().Get(ctx, kind, secretOf(name)); err == nil {
					fmt.Fprintf(&b, "pass %s %q\n", kind, name)
				}
			}
		}
		var told []string
		for _, action := range []archive.Action{archive.EvAccount, archive.EvToken, archive.EvSignIn, archive.EvSignOut} {
			es, err := tx.Events().Browse(ctx, archive.EventFilter{Action: action, Limit: 1000})
			if err != nil {
				return err
			}
			for _, e := range es.Items {
				told = append(told, fmt.Sprintf("event %s %s %s\n", e.Action, e.Outcome, e.Detail["act"]))
			}
		}
		slices.Sort(told)
		b.WriteString(strings.Join(told, ""))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Whatever act on a person's way in the power fails in, the house stands afterwards as before it or as after it, never between: no
// factor without its codes, no right taken away with a session left open, no act without its event.
func TestPowerFailsDuringActsOnPeople(t *testing.T) {
	ctx := context.Background()
	logout := archive.ProviderLogout{Issuer: "https://sso.example", Subject: "17", Token: "j1", Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
	for name, c := range map[string]struct {
		factor bool
		before func(h *house) error
		act    func(h *house) error
	}{
		"a sign-in": {act: func(h *house) error {
			acc := h.person("lan")
			return h.SignedIn(ctx, acc.Actor(), archive.Session{Hash: secretOf("new"), Account: acc.ID, Device: "new", Method: archive.ByProvider}, acc.Revision)
		}},
		"a sign-in that is refused": {act: func(h *house) error { return h.SignInFailed(ctx, archive.Actor{}, true, "lan") }},
		"a proof":                   {act: func(h *house) error { return h.Proved(ctx, h.person("lan").Actor(), secretOf("here")) }},
		"a sign-out":                {act: func(h *house) error { return h.SignOut(ctx, h.person("lan").Actor(), secretOf("here")) }},
		"a sign-out everywhere else": {act: func(h *house) error {
			return h.EndSessions(ctx, h.person("lan").Actor(), h.person("lan").ID, secretOf("here"))
		}},
		"a sign-out at the provider":    {act: func(h *house) error { _, err := h.ProviderLoggedOut(ctx, archive.Actor{}, logout); return err }},
		"a factor that is offered":      {act: func(h *house) error { return h.OfferFactor(ctx, h.person("lan").Actor(), []byte("sealed")) }},
		"a code that is used":           {factor: true, act: func(h *house) error { return h.UseCode(ctx, h.person("lan").ID, 9) }},
		"a recovery code that is spent": {factor: true, act: func(h *house) error { return h.SpendRecovery(ctx, h.person("lan").Actor(), secretOf("code one")) }},
		"new recovery codes": {factor: true, act: func(h *house) error {
			return h.RenewRecovery(ctx, h.person("lan").Actor(), []byte("other salt"), []archive.Digest{secretOf("code three")})
		}},
		"a factor that is turned on": {before: func(h *house) error { return h.OfferFactor(ctx, h.person("lan").Actor(), []byte("sealed")) }, act: func(h *house) error {
			f, err := h.Factor(ctx, h.person("lan").ID)
			if err != nil {
				return err
			}
			f.Salt = []byte("salt")
			return h.ConfirmFactor(ctx, h.person("lan").Actor(), f, 7, []archive.Digest{secretOf("code one")}, secretOf("here"))
		}},
		"a factor that an administrator takes away": {factor: true, act: func(h *house) error { return h.RemoveFactor(ctx, archive.System, h.person("lan").ID) }},
		"another role": {factor: true, act: func(h *house) error {
			acc := h.person("lan")
			acc.Role = archive.RoleChecker
			_, err := h.ChangeAccount(ctx, archive.System, acc, acc.Revision, "edit")
			return err
		}},
		"an account that is closed": {factor: true, act: func(h *house) error {
			acc := h.person("lan")
			acc.Closed = true
			_, err := h.ChangeAccount(ctx, archive.System, acc, acc.Revision, "close")
			return err
		}},
		"what the provider says now": {act: func(h *house) error {
			_, err := h.Identified(ctx, archive.Actor{}, archive.Identity{Issuer: "https://sso.example", Subject: "17", Name: "Lan", Role: archive.RoleClerk, Agency: "H15.51"})
			return err
		}},
		"an invitation": {act: func(h *house) error { return h.Invite(ctx, archive.System, h.person("moi").ID, secretOf("link")) }},
		"an invitation that is taken": {before: func(h *house) error { return h.Invite(ctx, archive.System, h.person("moi").ID, secretOf("link")) }, act: func(h *house) error {
			_, err := h.AcceptInvite(ctx, archive.Actor{}, secretOf("link"), "chosen")
			return err
		}},
		"a token": {act: func(h *house) error {
			_, err := h.AddOwnToken(ctx, h.person("lan").Actor(), archive.Token{Hash: secretOf("another"), Note: "bảng tính", Agency: "H15.50", Until: h.clock.Now().AddDate(0, 1, 0)})
			return err
		}},
		"a token that ends": {act: func(h *house) error {
			all, err := h.OwnTokens(ctx, h.person("lan").Actor())
			if err != nil {
				return err
			}
			return h.RevokeOwnToken(ctx, h.person("lan").Actor(), all[0].ID)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := func(t *testing.T, h *house) error {
				if err := h.persons(t, c.factor); err != nil || c.before == nil {
					return err
				}
				return c.before(h)
			}
			dry := open(t)
			if err := before(t, dry); err != nil {
				t.Fatal(err)
			}
			untouched := dry.standing(t)
			if err := c.act(dry); err != nil {
				t.Fatal(err)
			}
			done := dry.standing(t)
			if done == untouched {
				t.Fatalf("the act leaves no trace:\n%s", done)
			}
			_, updates := everyFault(t, before, func(t *testing.T, h *house) error { return c.act(h) }, func(t *testing.T, h *house, acted error) {
				got := h.standing(t)
				switch {
				case acted == nil && got != done:
					t.Errorf("acknowledged, and not done:\n%s", got)
				case got != untouched && got != done:
					t.Errorf("half done:\n%s\nbefore:\n%s\nafter:\n%s", got, untouched, done)
				case acted != nil && !h.unheard && got != untouched:
					t.Errorf("not acknowledged, and done:\n%s", got)
				}
			})
			if updates == 0 {
				t.Error("no transaction: the test tests nothing")
			}
		})
	}
}

// What becomes of accounts is carried into the store when the log closes, and a failure on the way there leaves it to the next time.
func TestPowerFailsWhileAccountsAreCarriedIntoTheStore(t *testing.T) {
	t.Parallel()
	everyWrite(t, func(t *testing.T, h *house) error { return h.persons(t, true) }, func(t *testing.T, h *house) error {
		acc := h.person("lan")
		acc.Role, acc.Until = archive.RoleChecker, h.clock.Now().AddDate(1, 0, 0)
		if _, err := h.ChangeAccount(context.Background(), archive.System, acc, acc.Revision, "edit"); err != nil {
			return err
		}
		return h.CloseLog(context.Background())
	}, func(t *testing.T, h *house, acted error) {
		if err := h.CloseLog(context.Background()); err != nil {
			t.Fatal(err)
		}
		if role := h.person("lan").Role; acted == nil && role != archive.RoleChecker {
			t.Errorf("acknowledged, and undone: %s", role)
		}
	}) // and sound compares the registry in the store with the catalog
}
