package web

import (
	"errors"
	"net/http"

	"sohoa/archive"
)

// rescanPage takes a new scan of a paper and tells what will become of the old one.
type rescanPage struct {
	Frame
	ID, Heading, Subtitle string
	State                 Chip
	What                  string
	Must                  bool // a reason is wanted
	Reason                string
	Fault                 string // of the reason
	Refused               []Finding
	Other                 string // the paper that has the same bytes
	Same                  bool   // somebody has them: they can be sent nevertheless
	Accept                string
	Versions              []VersionRow
}

// scan shows the page by which a paper is scanned again.
func (p *Pages) scan(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	return p.showRescan(v, id, http.StatusOK, &rescanPage{})
}

func (p *Pages) showRescan(v *visit, id archive.ID, status int, d *rescanPage) error {
	doc, err := p.Archive.Document(v.ctx, v.actor, id)
	if err != nil {
		return err
	}
	rule, ok := ruleOf(v.actor, &doc, archive.Rescan)
	if !ok {
		return archive.ErrForbidden
	}
	d.ID, d.Heading, d.Subtitle, d.State, d.Must, d.Accept = id.String(), title(&doc), subtitle(&doc), v.state(doc.State), rule.Reason, accepted
	d.What = v.t("rescan.what")
	switch doc.State {
	case archive.Accepted:
		d.What = v.t("rescan.what_accepted")
	case archive.Published:
		d.What = v.t("rescan.what_published")
	}
	d.Title, d.Section = v.t("rescan.title"), "work"
	d.Versions = v.versions(&doc)
	return p.show(v, status, "clerk/rescan", d)
}

// rescan takes a new scan of a paper.
func (p *Pages) rescan(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	var dep archive.Deposit
	_, err = p.receive(v, &dep, &depositForm{}, func() (archive.Document, error) { return p.Archive.AddVersion(v.ctx, v.actor, id, 0, dep) })
	if err == nil {
		return v.redirect("/documents/" + id.String() + "?done=rescanned")
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	d := &rescanPage{Reason: dep.Reason, Fault: faults.Of("reason")}
	var e *archive.Error
	if errors.As(err, &e) {
		d.Refused, d.Same = v.findings(e.Findings), e.Code == archive.SameBytes
		if !e.Other.IsZero() {
			d.Other = e.Other.String()
		}
	}
	if d.Fault == "" {
		d.Alert = alert
	}
	return p.showRescan(v, id, status, d)
}
