package web

import (
	"net/http"
	"net/url"

	"sohoa/archive"
)

// learnedPage shows what the house learned from confirmed papers, with the paper that says so, and lets it be forgotten.
type learnedPage struct {
	Frame
	Tabs  []Link
	Kinds []Link
	Kind  string
	Rows  []LearnedRow
}

// LearnedRow is one thing that was learned.
type LearnedRow struct {
	Scope, Shown, Value, Also string
	Count, When, Href         string
	Silent                    bool // not offered
}

func (p *Pages) learned(v *visit) error {
	kind := archive.LearnedKind(v.query("kind"))
	d := &learnedPage{Tabs: v.adminTabs("learned")}
	for i, k := range archive.LearnedKinds {
		if i == 0 && kind == "" {
			kind = k
		}
		d.Kinds = append(d.Kinds, Link{Href: "/admin/learned?kind=" + string(k), Text: v.t("learned." + string(k)), Current: k == kind})
	}
	d.Kind, d.Title, d.Section = string(kind), v.t("admin.learned"), "admin"
	rows, err := p.Archive.Learned(v.ctx, v.actor, kind, rowsOfList)
	if err != nil {
		return err
	}
	now := p.Archive.Clock.Now()
	for i := range rows {
		l := &rows[i]
		d.Rows = append(d.Rows, LearnedRow{Scope: l.Scope, Shown: l.Shown, Value: l.Value, Also: l.Also, Count: v.t("learned.count", l.Confirmed, l.Denied), When: moment(l.LastAt),
			Href: "/documents/" + l.Document.String(), Silent: !l.Stands(now)})
	}
	return p.show(v, http.StatusOK, "admin/learned", d)
}

func (p *Pages) forget(v *visit) error {
	err := p.Archive.Forget(v.ctx, v.actor, archive.LearnedKind(v.form("kind")), v.form("scope"), v.form("value"))
	if archive.KindOf(err) == archive.NotFound {
		err = nil // somebody was quicker
	}
	if err != nil {
		return err
	}
	return v.redirect("/admin/learned?kind=" + url.QueryEscape(v.form("kind")) + "&done=forgotten")
}
