package web

import (
	"net/http"
	"slices"

	"sohoa/archive"
)

// twin reports whether another paper carries the number of this one: what a person is asked about before she sends it on.
func twin(fs []archive.Finding) bool {
	return slices.ContainsFunc(fs, func(f archive.Finding) bool { return f.Code == archive.SameNumber })
}

// asks shows the paper again when another carries its number and the visitor has not said that it shall go on nevertheless.
// Done is true when the question is on its way; what was typed is kept by then.
func (p *Pages) asks(v *visit, doc *archive.Document) (done bool, err error) {
	if v.form("despite") == archive.SameNumber {
		return false, nil
	}
	fs, err := p.Archive.Warnings(v.ctx, v.actor, doc)
	if err != nil || !twin(fs) {
		return false, err
	}
	return true, p.showDocument(v, doc.ID, http.StatusConflict, documentAnswer{alert: v.t("twin.ask")})
}
