package session

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

// Codes of authenticators (RFC 6238) as every one of them makes them: HMAC-SHA-1, six digits, thirty seconds. SHA-1's weakness
// against collisions is none here (RFC 6238 §1.2, RFC 4226 §B.2).
const (
	codeDigits = 6
	codePeriod = 30 // seconds
	codeDrift  = 1  // time steps either way: a phone's clock is off, and people type slowly
)

var codeLetters = base32.StdEncoding.WithPadding(base32.NoPadding)

// newCodeSecret draws the 160 bits RFC 4226 §4 asks for.
func newCodeSecret() []byte {
	b := make([]byte, 20)
	rand.Read(b)
	return b
}

// codeAt is the code of a time step (RFC 4226 §5.3).
func codeAt(secret []byte, step int64, digits int) string {
	m := hmac.New(sha1.New, secret)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	m.Write(counter[:])
	sum := m.Sum(nil)
	at := sum[len(sum)-1] & 15
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	most := uint32(1)
	for range digits {
		most *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%most)
}

// stepOf returns the time step near now whose code is code. All are compared, whichever is right.
func stepOf(secret []byte, code string, now time.Time) (int64, bool) {
	at, found := now.Unix()/codePeriod, int64(-1)
	for step := at - codeDrift; step <= at+codeDrift; step++ {
		if subtle.ConstantTimeCompare([]byte(codeAt(secret, step, codeDigits)), []byte(code)) == 1 {
			found = step
		}
	}
	return found, found >= 0
}

// codeURI is what a QR code tells an authenticator (Key Uri Format of Google Authenticator).
func codeURI(secret []byte, house, login string) string {
	v := url.Values{"secret": {codeLetters.EncodeToString(secret)}, "issuer": {house}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + house + ":" + login, RawQuery: v.Encode()}
	return u.String()
}
