package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"sohoa/archive"
)

// edit keeps the fields of the form and, when its second button was used, sends the paper on.
func (p *Pages) edit(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	doc, err := p.Archive.Document(v.ctx, v.actor, id)
	if err != nil {
		return err
	}
	names, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	typed, change, faults := v.typedFields(&doc, names)
	if faults != nil {
		return p.showDocument(v, id, http.StatusBadRequest, documentAnswer{alert: v.t("document.not_saved"), faults: faults, typed: typed})
	}
	change.After, _ = strconv.ParseInt(v.form("revision"), 10, 64)
	doc, err = p.Archive.Edit(v.ctx, v.actor, id, change)
	if err == nil && v.form("then") == string(archive.Submit) {
		if asked, err := p.asks(v, &doc); asked || err != nil {
			return err
		}
		if doc, err = p.Archive.Move(v.ctx, v.actor, id, archive.MoveRequest{Move: archive.Submit, After: doc.Revision, Despite: v.form("despite")}); err == nil {
			return p.onward(v, &doc, archive.Submit)
		}
	}
	if err == nil {
		return v.redirect("/documents/" + id.String() + "?done=saved")
	}
	return p.refuse(v, id, err, typed)
}

// refuse shows the paper again with what stands against a change.
func (p *Pages) refuse(v *visit, id archive.ID, err error, typed *fieldsForm) error {
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	for i, f := range faults {
		if f.Field == "reason" {
			alert = f.Text
		}
		if f.Field == "dossier" {
			faults[i].Field = "dossier_code"
			continue
		}
		faults[i].Field = strings.ReplaceAll(f.Field, ".", "_")
	}
	if archive.CodeOf(err) == archive.ErrStale.Code {
		typed = nil // what is shown is what the other person wrote
	}
	return p.showDocument(v, id, status, documentAnswer{alert: alert, faults: faults, typed: typed})
}

// typedFields reads the form over what is known of doc. An identifier that comes back masked is left as it is.
func (v *visit) typedFields(doc *archive.Document, n names) (*fieldsForm, archive.Edit, Faults) {
	t := &fieldsForm{Type: v.form("type"), Number: v.form("number"), Notation: v.form("notation"), IssuedOn: v.form("issued_on"), AgencyName: v.form("issuing_agency_name"),
		Subject: v.form("subject"), SignerName: v.form("signer_name"), SignerPosition: v.form("signer_position"), OwnerID: v.form("owner_id"), OwnerName: v.form("owner_name"),
		Procedure: v.form("procedure_code"), Dossier: v.form("dossier_code"),
		Kinds: []Option{{Value: v.form("kind"), Selected: true}}, Accesses: []Option{{Value: v.form("access"), Selected: true}}, OwnerIDType: []Option{{Value: v.form("owner_id_type"), Selected: true}}}
	f := doc.Fields
	var faults Faults
	read := func(field string, err error) {
		if err != nil {
			faults.add(field, v.say(textOfError(err)))
		}
	}
	f.Type, f.Number, f.Notation, f.Subject = archive.TypeCode(strings.TrimSpace(t.Type)), t.Number, t.Notation, t.Subject
	f.Signer = archive.Signer{Name: t.SignerName, Position: t.SignerPosition}
	read("issued_on", f.IssuedOn.UnmarshalText([]byte(t.IssuedOn)))
	read("procedure_code", f.Procedure.UnmarshalText([]byte(t.Procedure)))
	dossier := doc.Dossier
	read("dossier_code", dossier.UnmarshalText([]byte(t.Dossier)))
	if t.AgencyName != f.IssuingAgency.Name {
		f.IssuingAgency = archive.AgencyRef{Name: t.AgencyName, Code: n.code(t.AgencyName)}
	}
	f.Owner.Name = t.OwnerName
	if t.OwnerID != archive.MaskID(f.Owner.ID) {
		if strings.Contains(t.OwnerID, "*") {
			faults.add("owner_id", v.t("document.masked"))
		}
		f.Owner.ID, f.Owner.IDType = t.OwnerID, ""
	}
	if k := archive.IDType(v.form("owner_id_type")); k != "" {
		f.Owner.IDType = k
	}
	kind, access := archive.DocumentKind(v.form("kind")), archive.Access(v.form("access"))
	if len(doc.Standing) > 0 { // the form shows them, and has no fields for them
		kind, access, dossier = doc.Kind, doc.Access, doc.Dossier
	}
	return t, archive.Edit{Kind: &kind, Access: &access, Dossier: &dossier, Fields: &f}, faults
}

// move makes a move of the state table.
func (p *Pages) move(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	m := archive.Move(v.gin.Param("move"))
	after, _ := strconv.ParseInt(v.form("revision"), 10, 64)
	doc, err := p.Archive.Move(v.ctx, v.actor, id, archive.MoveRequest{Move: m, Reason: v.form("reason"), After: after})
	if err != nil {
		return p.refuse(v, id, err, nil)
	}
	return p.onward(v, &doc, m)
}

// onward leads to the next paper of the same work after a move that ends the work on one; else back to the paper.
func (p *Pages) onward(v *visit, doc *archive.Document, m archive.Move) error {
	f := archive.Filter{Order: archive.Oldest, Limit: 20}
	switch m {
	case archive.Submit:
		f.States, f.Uploader = []archive.State{archive.Review}, v.actor.ID
	case archive.Accept, archive.Return:
		f.States = []archive.State{archive.Checking}
	default:
		return v.redirect("/documents/" + doc.ID.String() + "?done=" + string(m))
	}
	l, err := p.Archive.Documents(v.ctx, v.actor, f)
	if err == nil && m != archive.Submit && !v.actor.Covers(doc.Custodian) { // checked for another unit: on with its papers
		l, err = p.Archive.Work(v.ctx, v.actor, archive.WorkNeighbours, archive.Filter{Limit: f.Limit})
	}
	if err != nil {
		return err
	}
	for _, next := range l.Items {
		if next.ID == doc.ID || m != archive.Submit && !may(v.actor, &next, archive.Accept) {
			continue // nobody checks a paper of his own
		}
		return v.redirect("/documents/" + next.ID.String() + "?done=" + string(m) + "_next")
	}
	return v.redirect("/?done=" + string(m))
}

// readAgain queues a paper for reading once more.
func (p *Pages) readAgain(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if err := p.Archive.ReadAgain(v.ctx, v.actor, id); err != nil {
		var e *archive.Error
		if errors.As(err, &e) && e.Kind == archive.Unavailable {
			return p.refuse(v, id, err, nil)
		}
		return err
	}
	return v.redirect("/documents/" + id.String() + "?done=read_again")
}
