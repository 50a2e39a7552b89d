package session

import (
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"sohoa/archive"
)

// provider signs people in at an OpenID provider: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, RFC
// 7636, RFC 9700). It is discovered when it is first needed, so that a provider that is away keeps nobody else out.
type provider struct {
	ProviderConfig
	redirect string
	client   *http.Client
	clock    archive.Clock

	mu    sync.Mutex
	found *discovered
	at    time.Time
}

type discovered struct {
	*oidc.Provider
	EndSession string `json:"end_session_endpoint"`
	NamesSelf  bool   `json:"authorization_response_iss_parameter_supported"`
}

const (
	providerPatience = 10 * time.Second // somebody waits
	discoveredFor    = time.Hour        // addresses of a provider move; its keys are asked for by themselves when an unknown one is used
)

func newProvider(c *ProviderConfig, public string, clock archive.Clock) *provider {
	if c == nil {
		return nil
	}
	// No redirect is followed: what the document of the issuer does not say itself is not the issuer's.
	client := &http.Client{Timeout: providerPatience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &provider{ProviderConfig: *c, redirect: public + ProviderReturn, client: client, clock: clock}
}

// ProviderReturn is the path to which a provider sends people back.
const ProviderReturn = "/signin/provider/return"

var errProviderAway = func() error {
	e := archive.Fault(archive.Unavailable, "provider_away", archive.Text{VI: "Hệ thống đăng nhập chung hiện không trả lời. Ai có mật khẩu ở đây vẫn đăng nhập được bằng mật khẩu.",
		EN: "The identity provider does not answer. Whoever has a password here can still sign in with it."})
	e.RetryAfter = 30 * time.Second
	return e
}()

var errProviderRefused = archive.Fault(archive.Forbidden, "provider_refused", archive.Text{VI: "Đăng nhập bằng hệ thống chung không thành. Xin thử lại.", EN: "Signing in at the identity provider did not succeed. Try again."})

// away keeps the cause for the log. No word of a provider is shown to anybody.
func away(err error) error {
	return fmt.Errorf("ask the identity provider: %w: %w", errProviderAway, err)
}

func refused(why any) error { return fmt.Errorf("%w: %v", errProviderRefused, why) }

func (p *provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil && p.clock.Now().Sub(p.at) < discoveredFor {
		return p.found, nil
	}
	// The key set lives longer than this request, so it does not get its context.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.Issuer)
	if err != nil {
		if p.found != nil {
			return p.found, nil // it is away; what is known of it may do
		}
		return nil, away(err)
	}
	d := &discovered{Provider: found}
	if err := found.Claims(d); err != nil {
		return nil, away(err)
	}
	p.found, p.at = d, p.clock.Now()
	return d, nil
}

func (p *provider) config(d *discovered) *oauth2.Config {
	return &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: d.Endpoint(), RedirectURL: p.redirect, Scopes: p.Scopes}
}

// Purpose is what a person goes to the provider for.
type Purpose string

const (
	ToSignIn Purpose = "sign_in"
	ToLink   Purpose = "link"  // the signed-in account gets this identity
	ToProve  Purpose = "prove" // the signed-in person shows again who he is
)

// asked is what is remembered of somebody who went to the provider.
type asked struct {
	Purpose  Purpose   `json:"purpose"`
	Next     string    `json:"next"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	At       time.Time `json:"at"`
}

// AskProvider begins a sign-in at the provider. It returns where to send the browser, and what it is to carry until it comes
// back (SetStep). Unavailable provider_away.
func (k *Keeper) AskProvider(ctx context.Context, v Visitor, purpose Purpose, next string) (to, secret string, err error) {
	if k.provider == nil {
		return "", "", archive.ErrNotFound
	}
	d, err := k.provider.discover(ctx)
	if err != nil {
		return "", "", err
	}
	a := asked{purpose, next, random(), oauth2.GenerateVerifier(), k.clock.Now()}
	data, err := json.Marshal(a)
	if err != nil {
		return "", "", err
	}
	secret, digest := NewSecret()
	p := archive.Pass{Hash: digest, Kind: archive.PassProvider, Account: v.Account.ID, Data: string(data)}
	if err := k.archive.PutPass(ctx, p, stepTime); err != nil {
		return "", "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if purpose == ToProve {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return k.provider.config(d).AuthCodeURL(secret, options...), secret, nil
}

// Answer is what came of going to the provider.
type Answer struct {
	Purpose Purpose
	Next    string
	Secret  string // of the session, for ToSignIn
	Account archive.Account
}

// ProviderAnswered goes on when the provider has sent the browser back. Carried is what it brought (Step): an answer that was
// meant for another browser is refused, and each counts once. Errors: *CodeNeeded, with Answer filled in; Forbidden
// provider_refused, no_account, no_role; Unavailable provider_away.
func (k *Keeper) ProviderAnswered(ctx context.Context, v Visitor, carried string, q url.Values, from Origin) (Answer, error) {
	if k.provider == nil {
		return Answer{}, archive.ErrNotFound
	}
	state := q.Get("state")
	if state == "" || subtle.ConstantTimeCompare([]byte(state), []byte(carried)) != 1 {
		return Answer{}, refused("another browser's state")
	}
	p, err := k.archive.TakePass(ctx, archive.PassProvider, DigestOf(state))
	if archive.KindOf(err) == archive.NotFound && err != nil {
		return Answer{}, ErrStepOver
	}
	var a asked
	if err == nil {
		err = json.Unmarshal([]byte(p.Data), &a)
	}
	if err != nil {
		return Answer{}, fmt.Errorf("go on with a sign-in: %w", err)
	}
	out := Answer{Purpose: a.Purpose, Next: a.Next}
	if a.Purpose != ToSignIn && (p.Account.IsZero() || p.Account != v.Account.ID) {
		return out, refused("another person's answer")
	}
	claims, err := k.provider.claims(ctx, a, q)
	if err != nil {
		return out, err
	}
	switch a.Purpose {
	case ToLink:
		return out, k.archive.LinkIdentity(ctx, v.Actor, k.provider.Issuer, claims.subject)
	case ToProve:
		if v.Account.Issuer != k.provider.Issuer || v.Account.Subject != claims.subject {
			return out, refused("another identity")
		}
		if claims.authenticated.Before(a.At.Add(-clockSkew)) {
			return out, refused("the provider did not ask again")
		}
		return out, k.archive.Proved(ctx, v.Actor, v.Session.Hash)
	}
	acc, err := k.archive.Identified(ctx, from.actor(), k.provider.identity(claims))
	if err == nil && !k.archive.Usable(acc) {
		err = cmp.Or(k.archive.SignInFailed(ctx, from.actor(), true, acc.Login), refused("the account is closed or past its time"))
	}
	if err != nil {
		return out, err
	}
	method := archive.ByProvider
	if k.provider.askedTwice(claims) {
		method = archive.ByProviderCode
	}
	out.Secret, out.Account, err = k.further(ctx, acc, from, method, archive.ProviderSession(k.provider.Issuer, first(claims.all, "sid")))
	return out, err
}

// clockSkew is how far the provider's clock may lie behind.
const clockSkew = time.Minute

// told is what a verified ID token says.
type told struct {
	subject       string
	authenticated time.Time
	all           map[string]any
}

// claims trades the code of an answer for an ID token and verifies it: signature by a key of the issuer, issuer, audience, time,
// and the nonce of this very sign-in.
func (p *provider) claims(ctx context.Context, a asked, q url.Values) (told, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return told{}, err
	}
	if iss := q.Get("iss"); iss != p.Issuer && (iss != "" || d.NamesSelf) { // RFC 9207: an answer of another provider
		return told{}, refused("another issuer's answer")
	}
	if q.Get("error") != "" || q.Get("code") == "" {
		return told{}, refused("the provider said no")
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), providerPatience)
	defer cancel()
	token, err := p.config(d).Exchange(ctx, q.Get("code"), oauth2.VerifierOption(a.Verifier))
	var no *oauth2.RetrieveError
	if errors.As(err, &no) && no.Response.StatusCode < 500 {
		return told{}, refused(no.ErrorCode)
	}
	if err != nil {
		return told{}, away(err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return told{}, refused("no ID token")
	}
	id, err := d.Verifier(&oidc.Config{ClientID: p.ClientID, Now: p.clock.Now}).Verify(ctx, raw)
	if err != nil {
		return told{}, refused(err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.Nonce)) != 1 {
		return told{}, refused("another sign-in's nonce")
	}
	out := told{subject: id.Subject, all: map[string]any{}}
	if err := id.Claims(&out.all); err != nil {
		return told{}, refused(err)
	}
	if at, ok := out.all["auth_time"].(float64); ok {
		out.authenticated = time.Unix(int64(at), 0)
	}
	if p.UserInfo {
		info, err := d.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return told{}, away(err)
		}
		if info.Subject != id.Subject { // OpenID Connect Core §5.3.2
			return told{}, refused("another person's facts")
		}
		more := map[string]any{}
		if err := info.Claims(&more); err != nil {
			return told{}, refused(err)
		}
		for name, v := range more {
			if _, ok := out.all[name]; !ok {
				out.all[name] = v
			}
		}
	}
	return out, nil
}

// ProviderSignOut returns where a person signs out of the provider, too; "" when it has no such place or does not answer.
func (k *Keeper) ProviderSignOut(ctx context.Context, back string) string {
	if k.provider == nil {
		return ""
	}
	d, err := k.provider.discover(ctx)
	if err != nil || d.EndSession == "" {
		return ""
	}
	u, err := url.Parse(d.EndSession)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("client_id", k.provider.ClientID)
	q.Set("post_logout_redirect_uri", back)
	u.RawQuery = q.Encode()
	return u.String()
}

// ProviderName is what people know the provider by; false when the house has none.
func (k *Keeper) ProviderName() (archive.Text, bool) {
	if k.provider == nil {
		return archive.Text{}, false
	}
	return archive.Text{VI: k.provider.Name.VI, EN: k.provider.Name.EN}, true
}
