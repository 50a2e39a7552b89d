package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"sohoa/archive"
)

// minPassword is what the session room asks for; the form says it before the server has to.
const minPassword = 10

type setupPage struct {
	Frame
	Login, FullName string
	Faults          Faults
	MinPassword     int
}

func (p *Pages) setup(v *visit) error {
	if v.known {
		return v.redirect("/")
	}
	return p.showSetup(v, http.StatusOK, &setupPage{})
}

func (p *Pages) showSetup(v *visit, status int, d *setupPage) error {
	d.Title, d.Narrow, d.Module, d.MinPassword = v.t("setup.title"), true, "setup.js", minPassword
	return p.show(v, status, "common/setup", d)
}

// setUp takes the secret from the body: it stands in the fragment of the link, which browsers do not send, and the page
// moves it into the form.
func (p *Pages) setUp(v *visit) error {
	d := &setupPage{Login: strings.TrimSpace(v.form("login")), FullName: strings.TrimSpace(v.form("name"))}
	secret := strings.TrimSpace(v.form("secret"))
	if _, after, ok := strings.Cut(secret, "#"); ok { // the whole link was pasted
		secret = after
	}
	password := v.form("password")
	if secret == "" {
		d.Faults.add("secret", v.t("setup.secret_missing"))
	}
	if d.Login == "" {
		d.Faults.add("login", v.t("form.required"))
	}
	if password != v.form("again") {
		d.Faults.add("again", v.t("password.differs"))
	}
	if d.Faults != nil {
		return p.showSetup(v, http.StatusBadRequest, d)
	}
	_, err := p.Door.SetUp(v.gin.Writer, v.gin.Request, secret, d.Login, d.FullName, password)
	if err == nil {
		return v.redirect("/admin?done=set_up")
	}
	if archive.CodeOf(err) == "setup_over" {
		d.Faults.add("secret", v.say(textOfError(err)))
		return p.showSetup(v, http.StatusBadRequest, d)
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	d.Faults, d.Alert = faults, alert
	return p.showSetup(v, status, d)
}

type signinPage struct {
	Frame
	Login    string
	Next     string
	Provider string // what the button of the provider says; "": there is none
	Leave    bool   // the provider still knows the person who has just signed out
}

func (p *Pages) signin(v *visit) error {
	if v.known {
		return v.redirect(p.home(v.account))
	}
	return p.showSignin(v, http.StatusOK, &signinPage{Next: v.query("next"), Leave: v.query("leave") != ""})
}

func (p *Pages) showSignin(v *visit, status int, d *signinPage) error {
	d.Title, d.Narrow = v.t("signin.title"), true
	if name, ok := p.Door.Provider(); ok {
		d.Provider = v.t("signin.provider", v.say(name))
	}
	return p.show(v, status, "common/signin", d)
}

func (p *Pages) signIn(v *visit) error {
	d := &signinPage{Login: strings.TrimSpace(v.form("login")), Next: v.form("next")}
	acc, err := p.Door.SignIn(v.gin.Writer, v.gin.Request, d.Login, v.form("password"))
	if errors.Is(err, ErrCodeNeeded) {
		return v.redirect("/signin/code?next=" + url.QueryEscape(d.Next))
	}
	if err != nil {
		_, alert, status, ok := p.faults(v, err)
		if !ok {
			return err
		}
		d.Alert = alert
		return p.showSignin(v, status, d)
	}
	return p.come(v, acc, d.Next)
}

// come leads whoever has just signed in to where he was going.
func (p *Pages) come(v *visit, acc archive.Account, next string) error {
	switch {
	case acc.MustChange:
		return v.redirect("/account")
	case next != "":
		return v.redirect(local(next))
	}
	return v.redirect(p.home(acc))
}

// home is the first page of an account.
func (p *Pages) home(acc archive.Account) string {
	if acc.Role == archive.RoleAdmin {
		return "/admin"
	}
	return "/"
}

func (p *Pages) signOut(v *visit) error {
	// Pictures of pages lie in the browser's cache for a day, and a page one goes back to is kept whole: whoever comes next finds
	// neither (W3C Clear Site Data; browsers obey over https). What scripts keep, frame.js takes away.
	v.gin.Header("Clear-Site-Data", `"cache"`)
	if v.known {
		if err := p.Door.SignOut(v.gin.Writer, v.gin.Request, v.actor); err != nil {
			return err
		}
	}
	if v.session.Method == archive.ByProvider || v.session.Method == archive.ByProviderCode {
		return v.redirect("/signin?leave=provider&done=signed_out")
	}
	return v.redirect("/signin?done=signed_out")
}

type accountPage struct {
	Frame
	Login, Agency string
	Until         string
	Must          bool
	NoPassword    bool // comes in by the provider only
	Factor        archive.FactorState
	Provider      string // "": there is none
	Linked        bool
	Managed       bool
	Faults        Faults
	MinPassword   int
}

func (p *Pages) account(v *visit) error { return p.showAccount(v, http.StatusOK, &accountPage{}) }

func (p *Pages) showAccount(v *visit, status int, d *accountPage) error {
	names, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	d.Title, d.Narrow, d.MinPassword = v.t("account.title"), true, minPassword
	d.Login, d.Must = v.account.Login, v.account.MustChange
	d.Agency = names.long(v.account.Agency)
	if v.account.Agency == "" {
		d.Agency = v.t("agency.whole")
	}
	d.Until = day(v.account.Until)
	if d.Factor, err = p.Archive.FactorState(v.ctx, v.actor, v.account.ID); err != nil {
		return err
	}
	if name, ok := p.Door.Provider(); ok {
		d.Provider = v.say(name)
	}
	d.Linked, d.Managed, d.NoPassword = v.account.Issuer != "", v.account.Managed, v.account.PasswordHash == ""
	return p.show(v, status, "common/account", d)
}

func (p *Pages) changePassword(v *visit) error {
	var d accountPage
	if v.form("password") != v.form("again") {
		d.Faults.add("again", v.t("password.differs"))
		return p.showAccount(v, http.StatusBadRequest, &d)
	}
	acc, err := p.Door.ChangePassword(v.gin.Writer, v.gin.Request, v.actor, v.form("old"), v.form("password"))
	if err == nil {
		if v.account.MustChange {
			return v.redirect(p.home(acc) + "?done=password")
		}
		return v.redirect("/account?done=password")
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	d.Faults, d.Alert = faults, alert
	return p.showAccount(v, status, &d)
}
