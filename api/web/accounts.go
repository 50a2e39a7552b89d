package web

import (
	"net/http"
	"strings"
	"time"

	"sohoa/archive"
)

type accountsPage struct {
	Frame
	Tabs   []Link
	Rows   []AccountRow
	Next   string
	First  string
	Roles  []Option
	Scopes []Option
	Form   accountForm
	Faults Faults
	Secret *Secret
}

// AccountRow is one account.
type AccountRow struct {
	ID, Login, Name, Role, Agency, Until string
	Closed                               bool
	MustChange                           bool
	Self                                 bool
	Provider                             bool // comes in by the identity provider
	Revision                             int64
}

type accountForm struct{ Login, Name, Role, Agency, Until string }

// Secret is shown once, on the answer that made it.
type Secret struct{ For, Text, Note string }

func (p *Pages) accounts(v *visit) error { return p.showAccounts(v, http.StatusOK, &accountsPage{}) }

func (p *Pages) showAccounts(v *visit, status int, d *accountsPage) error {
	all, err := p.Archive.Accounts(v.ctx, v.actor, v.query("after"), rowsOfList)
	if err != nil {
		return err
	}
	n, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	d.Tabs, d.Title, d.Section, d.Module = v.adminTabs("accounts"), v.t("admin.accounts"), "admin", "admin.js"
	for _, a := range all {
		r := AccountRow{ID: a.ID.String(), Login: a.Login, Name: a.Name, Role: v.t("role." + string(a.Role)), Agency: n.long(a.Agency), Until: day(a.Until),
			Closed: a.Closed, MustChange: a.MustChange, Self: a.ID == v.actor.ID, Provider: a.Issuer != "", Revision: a.Revision}
		if a.Agency == "" {
			r.Agency = v.t("agency.whole")
		}
		d.Rows = append(d.Rows, r)
	}
	if len(all) == rowsOfList {
		d.Next = v.with("after", all[len(all)-1].Login)
	}
	if v.query("after") != "" {
		d.First = v.with()
	}
	d.Roles = v.roles(d.Form.Role, false)
	d.Scopes = v.scopes(n, d.Form.Agency)
	return p.show(v, status, "admin/accounts", d)
}

// roles are those an account (or a token) is given.
func (v *visit) roles(chosen string, token bool) []Option {
	var values []string
	for _, r := range archive.Roles {
		if token || r != archive.RoleService {
			values = append(values, string(r))
		}
	}
	return v.options("role", values, chosen)
}

func (v *visit) scopes(n names, chosen string) []Option {
	var out []Option
	if v.actor.Agency == "" {
		out = append(out, Option{"", v.t("agency.whole"), chosen == ""})
	}
	for _, g := range n {
		if v.actor.Covers(g.Code) {
			out = append(out, Option{g.Code.String(), g.Code.String() + " · " + g.Name, g.Code.String() == chosen})
		}
	}
	return out
}

func (p *Pages) addAccount(v *visit) error {
	d := &accountsPage{Form: accountForm{strings.TrimSpace(v.form("login")), v.form("name"), v.form("role"), v.form("agency"), v.form("until")}}
	acc := archive.Account{Login: d.Form.Login, Name: d.Form.Name, Role: archive.Role(d.Form.Role), MustChange: true}
	if err := acc.Agency.UnmarshalText([]byte(d.Form.Agency)); err != nil {
		d.Faults.add("agency", v.say(textOfError(err)))
	}
	acc.Until = d.Faults.until(v, d.Form.Until)
	if d.Faults != nil {
		return p.showAccounts(v, http.StatusBadRequest, d)
	}
	password := p.Door.OneTimePassword()
	var err error
	if acc.PasswordHash, err = p.Door.HashPassword(v.ctx, password); err == nil {
		acc, err = p.Archive.AddAccount(v.ctx, v.actor, acc)
	}
	if err == nil {
		d.Form = accountForm{}
		d.Secret = &Secret{acc.Login, password, v.t("secret.password")}
		return p.showAccounts(v, http.StatusCreated, d)
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	d.Faults, d.Alert = faults, alert
	return p.showAccounts(v, status, d)
}

// until reads the last day of a mandate; the account ends with that day.
func (f *Faults) until(v *visit, s string) time.Time {
	d := f.date(v, "until", s)
	if d.IsZero() {
		return time.Time{}
	}
	return d.Time().AddDate(0, 0, 1).UTC()
}

// changeAccount closes, opens again, or gives a new one-time password.
func (p *Pages) changeAccount(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	acc, err := p.Archive.Account(v.ctx, v.actor, id)
	if err != nil {
		return err
	}
	act, password := v.form("act"), ""
	switch act {
	case "close", "open":
		if acc.Closed = act == "close"; acc.Closed && acc.ID == v.actor.ID {
			return p.showAccounts(v, http.StatusConflict, &accountsPage{Frame: Frame{Alert: v.t("accounts.self")}})
		}
	case "reset":
		password = p.Door.OneTimePassword()
		if acc.PasswordHash, err = p.Door.HashPassword(v.ctx, password); err != nil {
			return err
		}
		acc.MustChange = true
	case "invite":
		secret, digest := p.Door.NewSecret()
		if err := p.Archive.Invite(v.ctx, v.actor, id, digest); err != nil {
			_, alert, status, ok := p.faults(v, err)
			if !ok {
				return err
			}
			return p.showAccounts(v, status, &accountsPage{Frame: Frame{Alert: alert}})
		}
		return p.showAccounts(v, http.StatusOK, &accountsPage{Secret: &Secret{acc.Login, strings.TrimRight(p.PublicURL, "/") + "/invite#" + secret, v.t("secret.invite")}})
	case "factor":
		if id == v.actor.ID { // one's own is looked after on one's own page
			return v.redirect("/account/second-factor")
		}
		if err := p.Archive.RemoveFactor(v.ctx, v.actor, id); err != nil {
			return err
		}
		return v.redirect("/admin/accounts?done=account_factor")
	case "out":
		if err := p.Archive.EndSessions(v.ctx, v.actor, id, archive.Digest{}); err != nil {
			return err
		}
		return v.redirect("/admin/accounts?done=account_out")
	default:
		return archive.ErrNotFound
	}
	after := acc.Revision
	if _, err = p.Archive.ChangeAccount(v.ctx, v.actor, acc, after, act); err != nil {
		_, alert, status, ok := p.faults(v, err)
		if !ok {
			return err
		}
		return p.showAccounts(v, status, &accountsPage{Frame: Frame{Alert: alert}})
	}
	if act == "reset" {
		return p.showAccounts(v, http.StatusOK, &accountsPage{Secret: &Secret{acc.Login, password, v.t("secret.password")}})
	}
	return v.redirect("/admin/accounts?done=account_" + act)
}

type tokensPage struct {
	Frame
	Tabs   []Link
	Rows   []TokenRow
	Next   string
	First  string
	Roles  []Option
	Scopes []Option
	Form   tokenForm
	Faults Faults
	Secret *Secret
}

// TokenRow is one key of a program.
type TokenRow struct {
	ID, Note, Role, Agency, Until, Made, Seen string
	Owner                                     string
	Own                                       bool // lives on the rights of who looks
	Ended                                     bool
}

type tokenForm struct{ Note, Role, Agency, Until string }

func (p *Pages) tokens(v *visit) error { return p.showTokens(v, http.StatusOK, &tokensPage{}) }

func (p *Pages) showTokens(v *visit, status int, d *tokensPage) error {
	after, err := archive.ParseID(v.query("after"))
	if err != nil {
		after = archive.ID{}
	}
	all, err := p.Archive.Tokens(v.ctx, v.actor, after, rowsOfList)
	if err != nil {
		return err
	}
	n, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	d.Tabs, d.Title, d.Section, d.Module = v.adminTabs("tokens"), v.t("admin.tokens"), "admin", "admin.js"
	now := p.Archive.Clock.Now()
	for _, t := range all {
		r := TokenRow{ID: t.ID.String(), Note: t.Note, Role: v.t("role." + string(t.Role)), Agency: n.long(t.Agency), Until: day(t.Until), Made: moment(t.CreatedAt),
			Seen: moment(t.SeenAt), Ended: !t.RevokedAt.IsZero() || !t.Until.IsZero() && !now.Before(t.Until)}
		if t.Agency == "" {
			r.Agency = v.t("agency.whole")
		}
		if r.Owner, r.Own = v.t("tokens.house"), t.Owner.IsZero() || t.Owner == v.actor.ID; !t.Owner.IsZero() {
			if acc, err := p.Archive.Account(v.ctx, v.actor, t.Owner); err == nil {
				r.Owner = acc.Login
			}
		}
		d.Rows = append(d.Rows, r)
	}
	if len(all) == rowsOfList {
		d.Next = v.with("after", all[len(all)-1].ID.String())
	}
	if v.query("after") != "" {
		d.First = v.with()
	}
	if d.Form.Role == "" {
		d.Form.Role = string(archive.RoleService)
	}
	d.Roles, d.Scopes = v.roles(d.Form.Role, true), v.scopes(n, d.Form.Agency)
	return p.show(v, status, "admin/tokens", d)
}

func (p *Pages) addToken(v *visit) error {
	d := &tokensPage{Form: tokenForm{v.form("note"), v.form("role"), v.form("agency"), v.form("until")}}
	t := archive.Token{Role: archive.Role(d.Form.Role), Note: d.Form.Note, Until: d.Faults.until(v, d.Form.Until)}
	if err := t.Agency.UnmarshalText([]byte(d.Form.Agency)); err != nil {
		d.Faults.add("agency", v.say(textOfError(err)))
	}
	if d.Faults != nil {
		return p.showTokens(v, http.StatusBadRequest, d)
	}
	var secret string
	secret, t.Hash = p.Door.NewToken()
	t, err := p.Archive.AddToken(v.ctx, v.actor, t)
	if err == nil {
		d.Form = tokenForm{}
		d.Secret = &Secret{t.Note, secret, v.t("secret.token")}
		return p.showTokens(v, http.StatusCreated, d)
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	d.Faults, d.Alert = faults, alert
	return p.showTokens(v, status, d)
}

func (p *Pages) revokeToken(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if v.form("act") == "adopt" {
		if err := p.Archive.AdoptToken(v.ctx, v.actor, id); err != nil {
			return err
		}
		return v.redirect("/admin/tokens?done=token_adopted")
	}
	if err := p.Archive.RevokeToken(v.ctx, v.actor, id); err != nil {
		return err
	}
	return v.redirect("/admin/tokens?done=token_revoked")
}
