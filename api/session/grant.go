package session

import (
	"net/http"
	"strings"
	"time"
)

// grantName is the cookie that holds the secret of a citizen's look-up. It goes with requests from pages of this house only, and
// belongs to the browser's tab as much as a cookie can: it ends with the grant.
func (k *Keeper) grantName() string {
	if k.secure {
		return "__Host-sohoa-t"
	}
	return "sohoa-t"
}

// SetGrant hands the browser the secret of a grant for as long as it lasts; "" takes it away.
func (k *Keeper) SetGrant(w http.ResponseWriter, secret string, lasts time.Duration) {
	c := &http.Cookie{Name: k.grantName(), Value: secret, Path: "/", MaxAge: int(lasts / time.Second), HttpOnly: true, Secure: k.secure, SameSite: http.SameSiteStrictMode}
	if secret == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// Grant returns the secret of a grant that a request carries: in Authorization where a program sends it, in the cookie where a
// browser does. "" when there is none.
func (k *Keeper) Grant(r *http.Request) string {
	if s, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s
	}
	if c, err := r.Cookie(k.grantName()); err == nil {
		return c.Value
	}
	return ""
}
