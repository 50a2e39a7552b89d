package session

import (
	"net/http"
	"time"
)

// CookieName is __Host-sohoa where the house is reached by https (the browser then refuses it from anybody but this
// host, RFC 6265bis §4.1.3.2), and a plain name on a first day without a certificate.
func (k *Keeper) CookieName() string { return k.cookieName("sohoa") }

func (k *Keeper) cookieName(plain string) string {
	if k.secure {
		return "__Host-" + plain
	}
	return plain
}

// SetCookie hands the secret of a session to the browser. An empty secret takes it away.
func (k *Keeper) SetCookie(w http.ResponseWriter, secret string) {
	k.set(w, "sohoa", secret, k.long)
}

// stepTime is how long a sign-in may lie half way: looking for the phone, or the provider's own pages.
const stepTime = 10 * time.Minute

// The cookies beside that of the session.
const (
	stepCookie    = "sohoa-step"    // a sign-in half way: the password was right, or the provider is being asked
	browserCookie = "sohoa-browser" // this browser has signed in here before
)

// SetStep hands the browser the secret of a sign-in half way. An empty one takes it away.
func (k *Keeper) SetStep(w http.ResponseWriter, secret string) {
	k.set(w, stepCookie, secret, stepTime)
}

// Step returns the secret of a sign-in half way, "" when there is none.
func (k *Keeper) Step(r *http.Request) string { return k.get(r, stepCookie) }

// SetBrowser hands the browser what it is recognised by.
func (k *Keeper) SetBrowser(w http.ResponseWriter, secret string) {
	k.set(w, browserCookie, secret, k.archive.Limits.KnownBrowser)
}

// Browser returns what the browser of a request is recognised by, "" when it carries nothing.
func (k *Keeper) Browser(r *http.Request) string { return k.get(r, browserCookie) }

func (k *Keeper) get(r *http.Request, name string) string {
	c, err := r.Cookie(k.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

func (k *Keeper) set(w http.ResponseWriter, name, secret string, while time.Duration) {
	c := &http.Cookie{Name: k.cookieName(name), Value: secret, Path: "/", MaxAge: int(while / time.Second), HttpOnly: true, Secure: k.secure, SameSite: http.SameSiteLaxMode}
	if secret == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}
