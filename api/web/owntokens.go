package web

import (
	"net/http"
	"time"

	"sohoa/archive"
)

// ownTokensPage are the tokens that live on the rights of the person who looks.
type ownTokensPage struct {
	Frame
	Rows   []OwnTokenRow
	Scopes []Option // none to choose from when there is one only
	Form   ownTokenForm
	Faults Faults
	Secret *Secret
	Prove  bool // who this is has to be shown again before a token is made
}

// OwnTokenRow is one of them.
type OwnTokenRow struct {
	ID, Note, Role, Agency, Until, Made, Seen string
	Ended                                     bool
}

type ownTokenForm struct{ Note, Agency, Until string }

// ownTokenDays is how long a token lasts that nobody has chosen a time for.
const ownTokenDays = 90

func (p *Pages) ownTokens(v *visit) error {
	end := p.Archive.Clock.Now().AddDate(0, 0, ownTokenDays)
	return p.showOwnTokens(v, http.StatusOK, &ownTokensPage{Form: ownTokenForm{Agency: v.actor.Agency.String(), Until: day(end)}})
}

func (p *Pages) showOwnTokens(v *visit, status int, d *ownTokensPage) error {
	all, err := p.Archive.OwnTokens(v.ctx, v.actor)
	if err != nil {
		return err
	}
	n, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	d.Title, d.Module = v.t("own_tokens.title"), "admin.js"
	now := p.Archive.Clock.Now()
	for _, t := range all {
		r := OwnTokenRow{ID: t.ID.String(), Note: t.Note, Role: v.t("role." + string(t.Role)), Agency: n.long(t.Agency), Made: moment(t.CreatedAt), Seen: moment(t.SeenAt), Ended: !t.Alive(now)}
		if t.Agency == "" {
			r.Agency = v.t("agency.whole")
		}
		if t.SeenAt.IsZero() {
			r.Seen = v.t("own_tokens.never")
		}
		if !t.Until.IsZero() {
			r.Until = day(t.Until.Add(-time.Second)) // the last day it opens the door on
		}
		d.Rows = append(d.Rows, r)
	}
	d.Prove = !p.Archive.FreshlyProven(v.actor)
	if d.Scopes = v.scopes(n, d.Form.Agency); len(d.Scopes) == 1 {
		d.Scopes = nil
	}
	return p.show(v, status, "common/tokens", d)
}

func (p *Pages) addOwnToken(v *visit) error {
	d := &ownTokensPage{Form: ownTokenForm{v.form("note"), v.form("agency"), v.form("until")}}
	t := archive.Token{Note: d.Form.Note, Until: d.Faults.until(v, d.Form.Until), Agency: v.actor.Agency}
	if _, chosen := v.gin.GetPostForm("agency"); chosen {
		if err := t.Agency.UnmarshalText([]byte(d.Form.Agency)); err != nil {
			d.Faults.add("agency", v.say(textOfError(err)))
		}
	}
	if d.Faults != nil {
		return p.showOwnTokens(v, http.StatusBadRequest, d)
	}
	var secret string
	secret, t.Hash = p.Door.NewToken()
	t, err := p.Archive.AddOwnToken(v.ctx, v.actor, t)
	if err == nil {
		d.Form = ownTokenForm{Agency: v.actor.Agency.String(), Until: d.Form.Until}
		d.Secret = &Secret{t.Note, secret, v.t("secret.token")}
		return p.showOwnTokens(v, http.StatusCreated, d)
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	d.Faults, d.Alert = faults, alert
	return p.showOwnTokens(v, status, d)
}

func (p *Pages) revokeOwnToken(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if err := p.Archive.RevokeOwnToken(v.ctx, v.actor, id); err != nil {
		return err
	}
	return v.redirect("/account/tokens?done=token_revoked")
}
