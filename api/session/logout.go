package session

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"sohoa/archive"
)

// ProviderLogout is the path to which a provider sends notice that a person has signed out there: the back-channel logout URI that is
// registered with it.
const ProviderLogout = "/signin/provider/logout"

const (
	// logoutEvent is the one event of a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4).
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
	// logoutFresh is how old a logout token may be: providers make one for each notice, and may send it again within minutes.
	logoutFresh = 10 * time.Minute
	// freeLogouts is how many bad tokens of one address are looked at before it waits: a provider sends none, and judging one can ask
	// the provider for its keys.
	freeLogouts = 20
)

// BadLogout says why a logout token is not believed. It is for the log; whoever sent it hears only that it is not.
type BadLogout struct{ Why string }

func (e *BadLogout) Error() string { return "logout token: " + e.Why }

func badLogout(form string, args ...any) error { return &BadLogout{fmt.Sprintf(form, args...)} }

// logoutToken is what a logout token says, beside what every token does.
type logoutToken struct {
	Subject string                     `json:"sub"`
	Session string                     `json:"sid"`
	ID      string                     `json:"jti"`
	Issued  *float64                   `json:"iat"`
	Expires *float64                   `json:"exp"`
	Events  map[string]json.RawMessage `json:"events"`
	Nonce   *json.RawMessage           `json:"nonce"`
}

// ProviderLoggedOut judges a logout token and ends the sessions it is about. It returns how many there were. Errors: *BadLogout;
// Conflict logout_again; NotFound without a provider; Unavailable provider_away or too_many_attempts.
func (k *Keeper) ProviderLoggedOut(ctx context.Context, raw string, from Origin) (int, error) {
	if k.provider == nil {
		return 0, archive.ErrNotFound
	}
	ms := []measure{{attempt{"logout " + network(from.Address), all}, freeLogouts}}
	if err := k.throttle.allow(ms, k.clock.Now()); err != nil {
		return 0, err
	}
	l, err := k.provider.logout(ctx, raw)
	if _, bad := err.(*BadLogout); bad {
		k.throttle.failed(ms, k.clock.Now())
	}
	if err != nil {
		return 0, err
	}
	return k.archive.ProviderLoggedOut(ctx, from.actor(), l)
}

// logout judges a token as §2.6 asks. What is cheap comes first: nobody makes us ask for keys with a text that is no token of ours.
func (p *provider) logout(ctx context.Context, raw string) (archive.ProviderLogout, error) {
	var none archive.ProviderLogout
	if err := p.typed(raw); err != nil {
		return none, err
	}
	d, err := p.discover(ctx)
	if err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), providerPatience)
	defer cancel()
	// Signature by a key of the issuer with one of its algorithms (none is none of them), issuer, audience. Its time is judged below:
	// tokens of older providers have no exp.
	id, err := d.Verifier(&oidc.Config{ClientID: p.ClientID, SkipExpiryCheck: true, Now: p.clock.Now}).Verify(ctx, raw)
	if err != nil {
		return none, badLogout("%v", err)
	}
	var t logoutToken
	if err := id.Claims(&t); err != nil {
		return none, badLogout("%v", err)
	}
	now := p.clock.Now()
	switch event := t.Events[logoutEvent]; {
	case t.Issued == nil:
		return none, badLogout("no iat")
	case seconds(*t.Issued).After(now.Add(clockSkew)):
		return none, badLogout("issued in the future")
	case seconds(*t.Issued).Before(now.Add(-logoutFresh)):
		return none, badLogout("issued %s ago", now.Sub(seconds(*t.Issued)).Round(time.Second))
	case t.Expires != nil && !now.Before(seconds(*t.Expires).Add(clockSkew)):
		return none, badLogout("expired")
	case t.ID == "" || len(t.ID) > 255:
		return none, badLogout("no jti")
	case t.Nonce != nil: // an ID token in disguise
		return none, badLogout("it has a nonce")
	case len(event) == 0 || event[0] != '{':
		return none, badLogout("no logout event")
	case t.Subject == "" && t.Session == "":
		return none, badLogout("neither sub nor sid")
	}
	return archive.ProviderLogout{Issuer: p.Issuer, Subject: t.Subject, Session: t.Session, Token: t.ID, Until: seconds(*t.Issued).Add(logoutFresh + clockSkew)}, nil
}

func seconds(f float64) time.Time { return time.Unix(int64(f), 0) }

// typed checks that the head of a token says that it is a logout token, so that no other token of the provider's can be used as one.
func (p *provider) typed(raw string) error {
	head, _, _ := strings.Cut(raw, ".")
	b, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil || strings.Count(raw, ".") != 2 {
		return badLogout("no token")
	}
	var h struct {
		Type string `json:"typ"`
	}
	if err := json.Unmarshal(b, &h); err != nil {
		return badLogout("no head")
	}
	typ := strings.TrimPrefix(strings.ToLower(h.Type), "application/")
	if typ != "logout+jwt" && !(p.UntypedLogout && slices.Contains([]string{"", "jwt"}, typ)) {
		return badLogout("typ is not logout+jwt")
	}
	return nil
}
