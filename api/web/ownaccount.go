package web

import (
	"net/http"
	"strings"

	"sohoa/archive"
)

type factorPage struct {
	Frame
	State    archive.FactorState
	Forced   bool // nothing else is open before
	Offered  *Enrolment
	Side     int    // of the picture
	Picture  string // path of an SVG
	Recovery []string
	Faults   Faults
}

func (p *Pages) factor(v *visit) error { return p.showFactor(v, http.StatusOK, &factorPage{}) }

func (p *Pages) showFactor(v *visit, status int, d *factorPage) error {
	var err error
	if d.State, err = p.Archive.FactorState(v.ctx, v.actor, v.account.ID); err != nil {
		return err
	}
	if !d.State.On {
		e, err := p.Door.OfferedFactor(v.gin.Request)
		if err == nil {
			if d.Side, d.Picture, err = p.Code(e.URI); err != nil {
				return err
			}
			d.Offered = &e
		} else if archive.KindOf(err) != archive.NotFound {
			return err
		}
	}
	d.Title, d.Narrow, d.Forced = v.t("factor.title"), true, v.lacks && !d.State.On
	return p.show(v, status, "common/factor", d)
}

func (p *Pages) changeFactor(v *visit) error {
	d := &factorPage{}
	var err error
	switch v.form("act") {
	case "begin":
		if _, err = p.Door.OfferFactor(v.gin.Request); err == nil {
			return v.redirect("/account/second-factor")
		}
	case "confirm":
		d.Recovery, err = p.Door.ConfirmFactor(v.gin.Request, v.form("code"))
		v.lacks = v.lacks && err != nil
	case "renew":
		d.Recovery, err = p.Door.RenewRecovery(v.gin.Request)
	case "remove":
		if err = p.Archive.RemoveFactor(v.ctx, v.actor, v.account.ID); err == nil {
			return v.redirect("/account?done=factor_off")
		}
	default:
		return archive.ErrNotFound
	}
	if err == nil {
		return p.showFactor(v, http.StatusOK, d)
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	d.Faults, d.Alert = faults, alert
	return p.showFactor(v, status, d)
}

type devicesPage struct {
	Frame
	Rows []DeviceRow
}

// DeviceRow is one device the account is signed in on.
type DeviceRow struct {
	ID, Browser, Address, Method string
	Began, Seen                  string
	Here                         bool
}

func (p *Pages) devices(v *visit) error {
	all, err := p.Archive.Sessions(v.ctx, v.actor, v.account.ID)
	if err != nil {
		return err
	}
	d := &devicesPage{}
	d.Title = v.t("devices.title")
	for _, s := range all {
		r := DeviceRow{ID: s.ID.String(), Browser: v.browser(s.Device), Address: s.Address, Began: moment(s.CreatedAt), Seen: moment(s.SeenAt), Here: s.ID == v.session.ID}
		if key := "method." + s.Method; known(key) {
			r.Method = v.t(key)
		}
		d.Rows = append(d.Rows, r)
	}
	return p.show(v, http.StatusOK, "common/devices", d)
}

// browser names a browser and its system by its User-Agent, as far as anybody can.
func (v *visit) browser(agent string) string {
	name := v.t("devices.unknown")
	for _, b := range []struct{ sign, name string }{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"coc_coc_browser", "Cốc Cốc"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, b.sign) {
			name = b.name
			break
		}
	}
	for _, s := range []struct{ sign, name string }{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}} {
		if strings.Contains(agent, s.sign) {
			return name + " · " + s.name
		}
	}
	return name
}

func (p *Pages) endDevices(v *visit) error {
	if v.form("act") == "everywhere" {
		if err := p.Archive.EndSessions(v.ctx, v.actor, v.account.ID, v.session.Hash); err != nil {
			return err
		}
		return v.redirect("/account/devices?done=devices_ended")
	}
	id, err := archive.ParseID(v.form("id"))
	if err != nil {
		return archive.ErrNotFound
	}
	if err := p.Archive.EndSession(v.ctx, v.actor, v.account.ID, id); err != nil {
		return err
	}
	return v.redirect("/account/devices?done=device_ended")
}

func (p *Pages) noticed(v *visit) error {
	if err := p.Archive.Noticed(v.ctx, v.actor); err != nil {
		return err
	}
	return v.redirect(v.page())
}

// linkIdentity goes to the provider for the identity that the account shall have. It changes nothing by itself.
func (p *Pages) linkIdentity(v *visit) error {
	to, err := p.Door.AskProvider(v.gin.Writer, v.gin.Request, ToLink, "")
	if err != nil {
		return err
	}
	return v.redirect(to)
}

func (p *Pages) unlinkIdentity(v *visit) error {
	err := p.Archive.UnlinkIdentity(v.ctx, v.actor)
	if err == nil {
		return v.redirect("/account?done=unlinked")
	}
	_, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	return p.showAccount(v, status, &accountPage{Frame: Frame{Alert: alert}})
}

type rulesPage struct {
	Frame
	Tabs  []Link
	Roles []Option
	Whole bool // the rules are the province's
}

func (p *Pages) signInRules(v *visit) error {
	if !v.actor.Role.May(archive.ActAccounts) {
		return archive.ErrForbidden
	}
	r, err := p.Archive.SignInRules(v.ctx)
	if err != nil {
		return err
	}
	d := &rulesPage{Tabs: v.adminTabs("sign-in"), Whole: v.actor.Agency == ""}
	d.Title, d.Section = v.t("admin.sign_in"), "admin"
	for _, o := range v.roles("", false) {
		for _, role := range r.SecondFactor {
			o.Selected = o.Selected || o.Value == string(role)
		}
		d.Roles = append(d.Roles, o)
	}
	return p.show(v, http.StatusOK, "admin/signin", d)
}

func (p *Pages) setSignInRules(v *visit) error {
	var r archive.SignInRules
	for _, role := range v.gin.Request.PostForm["role"] {
		r.SecondFactor = append(r.SecondFactor, archive.Role(role))
	}
	if err := p.Archive.SetSignInRules(v.ctx, v.actor, r); err != nil {
		return err
	}
	return v.redirect("/admin/sign-in?done=rules")
}
