package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"sohoa/archive"
)

type codePage struct {
	Frame
	Next   string
	Faults Faults
}

func (p *Pages) code(v *visit) error {
	if !p.Door.Halfway(v.gin.Request) {
		return v.redirect("/signin")
	}
	return p.showCode(v, http.StatusOK, &codePage{Next: v.query("next")})
}

func (p *Pages) showCode(v *visit, status int, d *codePage) error {
	d.Title, d.Narrow = v.t("code.title"), true
	return p.show(v, status, "common/code", d)
}

func (p *Pages) signInCode(v *visit) error {
	d := &codePage{Next: v.form("next")}
	acc, err := p.Door.SignInCode(v.gin.Writer, v.gin.Request, v.form("code"))
	if err == nil {
		return p.come(v, acc, d.Next)
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	if archive.CodeOf(err) == "sign_in_over" {
		return p.showSignin(v, status, &signinPage{Frame: Frame{Alert: alert}, Next: d.Next})
	}
	d.Faults, d.Alert = faults, alert
	return p.showCode(v, status, d)
}

type invitePage struct {
	Frame
	Secret      string
	Faults      Faults
	MinPassword int
}

func (p *Pages) invite(v *visit) error {
	return p.showInvite(v, http.StatusOK, &invitePage{})
}

func (p *Pages) showInvite(v *visit, status int, d *invitePage) error {
	d.Title, d.Narrow, d.Module, d.MinPassword = v.t("invite.title"), true, "setup.js", minPassword
	return p.show(v, status, "common/invite", d)
}

// acceptInvite takes the secret from the body, as setUp does.
func (p *Pages) acceptInvite(v *visit) error {
	d := &invitePage{Secret: strings.TrimSpace(v.form("secret"))}
	secret := d.Secret
	if _, after, ok := strings.Cut(secret, "#"); ok { // the whole link was pasted
		secret = after
	}
	if secret == "" {
		d.Faults.add("secret", v.t("setup.secret_missing"))
	}
	if v.form("password") != v.form("again") {
		d.Faults.add("again", v.t("password.differs"))
	}
	if d.Faults != nil {
		return p.showInvite(v, http.StatusBadRequest, d)
	}
	acc, err := p.Door.AcceptInvite(v.gin.Writer, v.gin.Request, secret, v.form("password"))
	switch {
	case err == nil:
		return p.come(v, acc, "")
	case errors.Is(err, ErrCodeNeeded):
		return v.redirect("/signin/code")
	case archive.CodeOf(err) == "invite_over":
		d.Faults.add("secret", v.say(textOfError(err)))
		return p.showInvite(v, http.StatusBadRequest, d)
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	d.Faults, d.Alert = faults, alert
	return p.showInvite(v, status, d)
}

// askProvider sends the browser to the provider. When it is away, the form for a password says so.
func (p *Pages) askProvider(v *visit) error {
	if v.known {
		return v.redirect(p.home(v.account))
	}
	to, err := p.Door.AskProvider(v.gin.Writer, v.gin.Request, ToSignIn, v.query("next"))
	if err == nil {
		return v.redirect(to)
	}
	return p.notSignedIn(v, err, v.query("next"))
}

func (p *Pages) notSignedIn(v *visit, err error, next string) error {
	_, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	if status >= 500 {
		p.Log.Warn("the identity provider is away", "err", err)
	}
	return p.showSignin(v, status, &signinPage{Frame: Frame{Alert: alert}, Next: next})
}

func (p *Pages) providerAnswered(v *visit) error {
	a, err := p.Door.ProviderAnswered(v.gin.Writer, v.gin.Request)
	if errors.Is(err, ErrCodeNeeded) {
		return v.redirect("/signin/code?next=" + url.QueryEscape(a.Next))
	}
	if err != nil && !v.known {
		return p.notSignedIn(v, err, a.Next)
	}
	if err != nil {
		return err
	}
	switch a.Purpose {
	case ToLink:
		return v.redirect("/account?done=linked")
	case ToProve:
		return v.redirect(proved(a.Next))
	}
	return p.come(v, a.Account, a.Next)
}

func (p *Pages) signOutProvider(v *visit) error {
	if to := p.Door.ProviderSignOut(v.gin.Request); to != "" && !v.known {
		return v.redirect(to)
	}
	return v.redirect("/signin")
}

type provePage struct {
	Frame
	Next     string
	Factor   bool   // a code is asked for, else the password
	Provider string // the person has no password: the provider is asked
	Faults   Faults
}

func (p *Pages) proof(v *visit) error {
	return p.showProof(v, http.StatusOK, &provePage{Next: v.query("next")})
}

func (p *Pages) showProof(v *visit, status int, d *provePage) error {
	st, err := p.Archive.FactorState(v.ctx, v.actor, v.account.ID)
	if err != nil {
		return err
	}
	d.Title, d.Narrow, d.Factor = v.t("prove.title"), true, st.On
	if name, ok := p.Door.Provider(); ok && !st.On && v.account.PasswordHash == "" {
		d.Provider = v.say(name)
	}
	return p.show(v, status, "common/prove", d)
}

func (p *Pages) prove(v *visit) error {
	d := &provePage{Next: v.form("next")}
	err := p.Door.Prove(v.gin.Request, v.form("secret"))
	if err == nil {
		return v.redirect(proved(d.Next))
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	for _, f := range faults { // a wrong code is the code's fault elsewhere
		d.Faults.add("secret", f.Text)
	}
	d.Alert = alert
	return p.showProof(v, status, d)
}

// proved is where to go on after showing who one is, with a word to do again what was asked.
func proved(next string) string {
	next = local(next)
	if strings.Contains(next, "?") {
		return next + "&done=proved"
	}
	return next + "?done=proved"
}

func (p *Pages) proveAtProvider(v *visit) error {
	to, err := p.Door.AskProvider(v.gin.Writer, v.gin.Request, ToProve, v.query("next"))
	if err != nil {
		return err
	}
	return v.redirect(to)
}
