package session

import (
	"errors"
	"testing"
	"time"

	"sohoa/archive"
)

// A session that is in use all day long ends all the same.
func TestSessionsEndHoweverBusyTheyAre(t *testing.T) {
	k, a, clock := open(t)
	account(t, a, "lan", right)
	v := signedIn(t, k, "lan")
	end := clock.now.Add(a.Limits.SessionLong)
	for clock.now = clock.now.Add(a.Limits.SessionIdle / 2); clock.now.Before(end); clock.now = clock.now.Add(a.Limits.SessionIdle / 2) {
		if _, err := a.SessionActor(t.Context(), v.Session.Hash); err != nil {
			t.Fatalf("in use, %s before its end: %v", end.Sub(clock.now), err)
		}
	}
	clock.now = end
	if _, err := a.SessionActor(t.Context(), v.Session.Hash); archive.KindOf(err) != archive.NotFound {
		t.Errorf("after its time: %v", err)
	}
}

// Who gets another password from the administrator is asked for the code as before.
func TestAResetLeavesTheSecondFactor(t *testing.T) {
	k, a, clock := open(t)
	account(t, a, "lan", right)
	secret, _ := enrolled(t, k, signedIn(t, k, "lan"))
	acc, err := a.ByLogin(t.Context(), "lan")
	must(t, err)
	const printed = "một hai cây cầu gãy"
	acc.PasswordHash, err = HashPassword(printed)
	must(t, err)
	acc.MustChange = true
	_, err = a.ChangeAccount(t.Context(), archive.System, acc, acc.Revision, "reset")
	must(t, err)
	_, _, err = k.SignIn(t.Context(), "lan", printed, Origin{})
	var step *CodeNeeded
	if !errors.As(err, &step) {
		t.Fatalf("no code is asked for: %v", err)
	}
	clock.now = clock.now.Add(codePeriod * time.Second)
	if _, _, err := k.SignInCode(t.Context(), step.Secret, clock.code(secret), Origin{}); err != nil {
		t.Errorf("with the code: %v", err)
	}
}

// No two secrets are alike, and each has the bits it is said to have.
func TestSecretsAreDrawnAtRandom(t *testing.T) {
	seen := map[string]bool{}
	ones, bits := 0, 0
	for range 2000 {
		token, _ := NewToken()
		cookie, _ := NewSecret()
		seed := newCodeSecret()
		for _, s := range []string{token, cookie, OneTimePassword(), string(seed)} {
			if seen[s] {
				t.Fatalf("%q again", s)
			}
			seen[s] = true
		}
		if len(cookie) != 43 || len(seed) < 20 {
			t.Fatalf("%d letters, %d bytes", len(cookie), len(seed))
		}
		for _, b := range seed {
			for ; b > 0; b &= b - 1 {
				ones++
			}
		}
		bits += 8 * len(seed)
	}
	if share := float64(ones) / float64(bits); share < 0.49 || share > 0.51 { // 320,000 tosses: eleven standard deviations
		t.Errorf("%.4f of the bits are set", share)
	}
}
