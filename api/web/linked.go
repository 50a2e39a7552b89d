package web

import (
	"fmt"

	"sohoa/archive"
)

// linkedNote tells that reading put a paper into its dossier by a code on a page, and takes it back. Empty, it waits hidden for a reading that
// is under way.
type linkedNote struct {
	Dossier, Text, Box string
	Page               int
}

func (p *Pages) linked(v *visit, d *documentPage, doc *archive.Document) error {
	if !may(v.actor, doc, archive.Refile) {
		return nil
	}
	l, ok, err := p.Archive.CodeLink(v.ctx, doc)
	if err != nil {
		return err
	}
	switch {
	case ok:
		d.Linked = &linkedNote{l.Dossier.String(), v.t("linked.text", l.Dossier, l.Page), fmt.Sprintf("%g %g %g %g", l.Box.X0, l.Box.Y0, l.Box.X1, l.Box.Y1), l.Page}
	case d.Busy && doc.Dossier == "":
		d.Linked = &linkedNote{}
	}
	return nil
}
