package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"sohoa/archive"
)

// Aside is what the page of a paper in quarantine says beside the rest.
type Aside struct {
	Title, What string // that it is in quarantine, and what that means for this visitor
	NoPage      string // in the place of the picture, where there is none
	Looks       bool   // the visitor may look at the pages and take the file
}

// aside says what quarantine means for the visitor.
func (v *visit) aside(d *archive.Document) *Aside {
	a := &Aside{Title: v.t("aside.title"), What: v.t("aside.uploader"), NoPage: v.t("aside.closed"), Looks: v.actor.Role.May(archive.ActQuarantine)}
	found := func(code string) bool {
		return slices.ContainsFunc(d.Findings, func(f archive.Finding) bool { return f.Code == code })
	}
	switch {
	case d.State == archive.Discarded:
		a.What = v.t("aside.discarded")
	case found(archive.FindingNotScanned):
		a.What = v.t("aside.not_scanned")
	case a.Looks && found(archive.FindingVirus):
		a.What = v.t("aside.virus")
	case a.Looks:
		a.What = v.t("aside.checker")
	}
	if a.Looks {
		a.NoPage = v.t("aside.no_page")
	}
	return a
}

// whyAside is the reason of a list for a paper in quarantine: the checker's own, else the gravest thing that was found.
func (v *visit) whyAside(d *archive.Document) string {
	if d.Reason != "" {
		return d.Reason
	}
	for _, f := range v.findings(d.Findings) {
		if f.Tone == "bad" {
			return f.Text
		}
	}
	return ""
}

type quarantinePage struct {
	Frame
	Rows  []AsideRow
	Next  string
	First string
	Away  string // why nothing is scanned at the moment, "" when all is well
}

// AsideRow is a paper in quarantine.
type AsideRow struct {
	Row
	Found []Finding // why it is there
}

// quarantine lists the papers in quarantine that the visitor answers for, those that wait longest first.
func (p *Pages) quarantine(v *visit) error {
	if !v.actor.Role.May(archive.ActQuarantine) {
		return archive.ErrForbidden
	}
	d := &quarantinePage{}
	d.Title, d.Section = v.t("nav.quarantine"), "quarantine"
	f := archive.Filter{States: []archive.State{archive.Quarantined}, Order: archive.Oldest, After: v.query("after"), Limit: rowsOfList}
	l, err := p.Archive.Documents(v.ctx, v.actor, f)
	if err != nil {
		return err
	}
	names, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	for i := range l.Items {
		doc := &l.Items[i]
		r := AsideRow{Row: v.row(doc, names)}
		r.Reason = doc.Reason
		for _, x := range v.findings(doc.Findings) {
			if x.Tone == "bad" {
				r.Found = append(r.Found, x)
			}
		}
		d.Rows = append(d.Rows, r)
	}
	if l.Next != "" {
		d.Next = v.with("after", l.Next)
	}
	if f.After != "" {
		d.First = v.with()
	}
	if s := p.Archive.Scanner; s != nil {
		soon, cancel := context.WithTimeout(v.ctx, time.Second) // a list does not wait for a host that is switched off
		defer cancel()
		if s.Ready(soon) != nil {
			d.Away = v.t("aside.scanner_away")
		}
	}
	return p.show(v, http.StatusOK, "checker/quarantine", d)
}

// countAside puts the number of papers in quarantine beside their entry of the navigation. It is an ornament: when it cannot
// be found out the page goes without.
func (p *Pages) countAside(v *visit, f *Frame) {
	counts, err := p.Archive.Counts(v.ctx, v.actor)
	n := counts[archive.Quarantined]
	if err != nil || n == 0 {
		return
	}
	if i := slices.IndexFunc(f.Nav, func(l Link) bool { return l.Href == "/quarantine" }); i >= 0 {
		f.Nav[i].Count = count(v.lang, n)
	}
}
