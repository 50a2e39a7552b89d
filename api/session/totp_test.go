package session

import (
	"encoding/base32"
	"net/url"
	"testing"
	"time"
)

// The vectors of RFC 6238 Appendix B (SHA-1, eight digits) and RFC 4226 Appendix D (six).
func TestCodesAreThoseOfTheStandards(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130"} {
		if got := codeAt(secret, at/codePeriod, 8); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
	for counter, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := codeAt(secret, int64(counter), codeDigits); got != want {
			t.Errorf("counter %d: %s, want %s", counter, got, want)
		}
	}
}

func TestCodesOfTheNeighbouringStepsHold(t *testing.T) {
	secret, now := newCodeSecret(), time.Unix(1_800_000_000, 0)
	at := now.Unix() / codePeriod
	for step, want := range map[int64]bool{at - 2: false, at - 1: true, at: true, at + 1: true, at + 2: false} {
		got, ok := stepOf(secret, codeAt(secret, step, codeDigits), now)
		if ok != want || ok && got != step {
			t.Errorf("step %d: %d %v", step-at, got-at, ok)
		}
	}
	for _, bad := range []string{"", "12345", "1234567", "abcdef"} {
		if _, ok := stepOf(secret, bad, now); ok {
			t.Errorf("%q is a code", bad)
		}
	}
}

func TestCodeURI(t *testing.T) {
	secret := newCodeSecret()
	u, err := url.Parse(codeURI(secret, "Sohoa", "lan"))
	must(t, err)
	got, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(u.Query().Get("secret"))
	must(t, err)
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Sohoa:lan" || string(got) != string(secret) || len(got) != 20 {
		t.Errorf("uri %s", u)
	}
}
