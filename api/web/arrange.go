package web

import (
	"net/http"
	"strconv"

	"sohoa/archive"
)

// pagesPage is where the pages of a paper are put in order, turned, taken out, inserted, and cut into papers of their own. A
// script does that; without one the versions can still be gone back to.
type pagesPage struct {
	Frame
	ID, Heading, Subtitle string
	State                 Chip
	Revision              int64
	Version, PageCount    int
	Dossier               string
	Kind, Agency, Access  string // what a file inserted here is deposited as
	Siblings              []Option
	Accept                string
	MaxBytes              int64
	MaxPages, MaxParts    int
	MaySplit              bool
	BinDays               int
	Versions              []VersionRow
}

// mostSiblings is how many papers of the dossier are offered; a dossier has a dozen.
const mostSiblings = 200

// arrangement shows the pages of a paper as they can be rearranged.
func (p *Pages) arrangement(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	doc, err := p.Archive.Document(v.ctx, v.actor, id)
	if err != nil {
		return err
	}
	if _, ok := ruleOf(v.actor, &doc, archive.Arrange); !ok {
		return archive.ErrForbidden
	}
	_, split := ruleOf(v.actor, &doc, archive.Split)
	l := p.Archive.Limits
	d := &pagesPage{ID: id.String(), Heading: title(&doc), Subtitle: subtitle(&doc), State: v.state(doc.State), Revision: doc.Revision, Version: doc.Head().Number,
		PageCount: doc.PageCount(), Dossier: doc.Dossier.String(), Kind: string(doc.Kind), Agency: doc.Custodian.String(), Access: string(doc.Access),
		Accept: accepted, MaxBytes: l.FileBytes, MaxPages: l.Assemble.Pages, MaxParts: l.Assemble.Parts, MaySplit: split, BinDays: p.binDays(), Versions: v.versions(&doc)}
	d.Title, d.Section, d.Module = v.t("pages.title"), "work", "pages.js"
	if doc.Dossier != "" {
		others, err := p.Archive.Documents(v.ctx, v.actor, archive.Filter{Dossier: doc.Dossier, Custodians: []archive.AgencyCode{doc.Custodian},
			States: []archive.State{archive.Review, archive.Returned}, Limit: mostSiblings})
		if err != nil {
			return err
		}
		for i := range others.Items {
			if x := &others.Items[i]; x.ID != id {
				d.Siblings = append(d.Siblings, Option{Value: x.ID.String(), Text: v.t("pages.sibling", title(x), x.PageCount())})
			}
		}
	}
	return p.show(v, http.StatusOK, "clerk/pages", d)
}

// goBack makes an earlier version count again, by a new version with its very file.
func (p *Pages) goBack(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(v.form("version"))
	if err != nil || n < 1 {
		return archive.ErrNotFound
	}
	after, err := strconv.ParseInt(v.form("revision"), 10, 64)
	if err != nil {
		after = 0
	}
	doc, err := p.Archive.Document(v.ctx, v.actor, id)
	if err != nil {
		return err
	}
	version, err := doc.Version(n)
	if err != nil {
		return err
	}
	r := archive.Arrangement{After: after}
	for i := range version.Pages {
		r.Pages = append(r.Pages, archive.PageRef{Version: n, Page: i + 1})
	}
	_, err = p.Archive.Arrange(v.ctx, v.actor, id, r)
	if err == nil {
		return v.redirect("/documents/" + id.String() + "?done=gone_back")
	}
	_, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	return p.showDocument(v, id, status, documentAnswer{alert: alert})
}

// mayArrange offers the page where the pages are rearranged, and the way back to earlier versions.
func (d *documentPage) mayArrange(v *visit, doc *archive.Document) {
	if _, ok := ruleOf(v.actor, doc, archive.Arrange); !ok || doc.PageCount() == 0 {
		return
	}
	d.MayArrange = true
	if _, ok := ruleOf(v.actor, doc, archive.Split); ok && doc.PageCount() > 1 {
		d.MaySplit, d.IsStack = true, doc.IsStack()
	}
	for i := range d.Versions {
		d.Versions[i].Back = d.Versions[i].Number != doc.Head().Number
	}
}
