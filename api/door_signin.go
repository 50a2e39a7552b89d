package api

import (
	"errors"
	"net/http"
	"strings"

	"sohoa/api/session"
	"sohoa/api/web"
	"sohoa/archive"
)

// goOn finishes a step of a sign-in: the browser gets its session, or waits for the code that is asked for.
func (d *door) goOn(w http.ResponseWriter, r *http.Request, secret string, acc archive.Account, err error) (archive.Account, error) {
	var code *session.CodeNeeded
	if errors.As(err, &code) {
		d.keeper.SetStep(w, code.Secret)
		return acc, web.ErrCodeNeeded
	}
	if err == nil {
		err = d.welcome(w, r, secret, acc)
	}
	return acc, err
}

// Standing returns the session of a request that Who knows, and whether it has to set up a second factor first.
func (d *door) Standing(r *http.Request) (archive.Session, bool) {
	v := visitOf(r.Context()).visitor
	return v.Session, v.Lacks
}

// Halfway reports whether the browser waits for a code.
func (d *door) Halfway(r *http.Request) bool { return d.keeper.Step(r) != "" }

// SignInCode goes on with a sign-in that waits for a code.
func (d *door) SignInCode(w http.ResponseWriter, r *http.Request, code string) (archive.Account, error) {
	secret, acc, err := d.keeper.SignInCode(r.Context(), d.keeper.Step(r), code, d.origin(r))
	if err == nil || errors.Is(err, session.ErrStepOver) {
		d.keeper.SetStep(w, "")
	}
	return d.goOn(w, r, secret, acc, err)
}

// Prove notes that who sent the request has shown again who he is.
func (d *door) Prove(r *http.Request, secret string) error {
	return d.keeper.Prove(r.Context(), visitOf(r.Context()).visitor, secret, d.origin(r))
}

// AcceptInvite sets the first password of the account a link invites and signs its person in.
func (d *door) AcceptInvite(w http.ResponseWriter, r *http.Request, link, password string) (archive.Account, error) {
	secret, acc, err := d.keeper.AcceptInvite(r.Context(), link, password, d.origin(r))
	return d.goOn(w, r, secret, acc, err)
}

// OfferFactor draws a second factor for who sent the request.
func (d *door) OfferFactor(r *http.Request) (web.Enrolment, error) {
	e, err := d.keeper.OfferFactor(r.Context(), visitOf(r.Context()).visitor)
	return web.Enrolment(e), err
}

// OfferedFactor returns the one drawn and not confirmed.
func (d *door) OfferedFactor(r *http.Request) (web.Enrolment, error) {
	e, err := d.keeper.OfferedFactor(r.Context(), visitOf(r.Context()).visitor)
	return web.Enrolment(e), err
}

// ConfirmFactor turns it on.
func (d *door) ConfirmFactor(r *http.Request, code string) ([]string, error) {
	return d.keeper.ConfirmFactor(r.Context(), visitOf(r.Context()).visitor, code, d.origin(r))
}

// RenewRecovery draws new recovery codes.
func (d *door) RenewRecovery(r *http.Request) ([]string, error) {
	return d.keeper.RenewRecovery(r.Context(), visitOf(r.Context()).visitor, d.origin(r))
}

// Provider is where people may sign in, too.
func (d *door) Provider() (archive.Text, bool) { return d.keeper.ProviderName() }

// AskProvider returns where to send the browser.
func (d *door) AskProvider(w http.ResponseWriter, r *http.Request, purpose, next string) (string, error) {
	to, secret, err := d.keeper.AskProvider(r.Context(), visitOf(r.Context()).visitor, session.Purpose(purpose), next)
	if err == nil {
		d.keeper.SetStep(w, secret)
	}
	return to, err
}

// ProviderAnswered goes on when the provider has sent the browser back.
func (d *door) ProviderAnswered(w http.ResponseWriter, r *http.Request) (web.ProviderAnswer, error) {
	carried := d.keeper.Step(r)
	d.keeper.SetStep(w, "")
	a, err := d.keeper.ProviderAnswered(r.Context(), visitOf(r.Context()).visitor, carried, r.URL.Query(), d.origin(r))
	out := web.ProviderAnswer{Purpose: string(a.Purpose), Next: a.Next}
	if err == nil && a.Purpose != session.ToSignIn {
		return out, nil
	}
	out.Account, err = d.goOn(w, r, a.Secret, a.Account, err)
	return out, err
}

// ProviderSignOut returns where to sign out of the provider, too.
func (d *door) ProviderSignOut(r *http.Request) string {
	return d.keeper.ProviderSignOut(r.Context(), strings.TrimRight(d.public.String(), "/")+"/signin")
}

func (d *door) NewSecret() (string, archive.Digest) { return session.NewSecret() }
