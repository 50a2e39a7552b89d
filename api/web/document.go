package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sohoa/archive"
)

type documentPage struct {
	Frame
	ID, Heading, Subtitle string
	Revision              int64
	State                 Chip
	Reading               Chip
	ReadingState          string
	ReadingReason         string
	ReadingFound          string
	PagesDone, PagesTotal int
	Busy                  bool
	Reason                string
	Kind                  string
	KindText, AccessText  string
	Custodian             string
	Dossier               string
	Editable              bool
	Fields                fieldsForm
	Findings              []Finding
	Refused               []Finding // what inspection said of a new scan that was refused
	Moves                 []MoveButton
	Submit                bool // the fields form sends on too
	MayRescan             bool
	MayReadAgain          bool
	MayDownload           bool
	Accept                string
	Page                  int
	Pages                 []PageLink
	Previous, Following   string
	Versions              []VersionRow
	History               []EventRow
	HistoryMore           bool
	Highlight             string
}

// fieldsForm is what is known of a paper, as a form shows it.
type fieldsForm struct {
	Type, Number, Notation, IssuedOn    string
	AgencyName, AgencyCode              string
	Subject, SignerName, SignerPosition string
	OwnerIDType                         []Option
	OwnerID, OwnerName                  string
	Procedure, Dossier                  string
	Kinds, Accesses                     []Option
	Faults                              Faults
	Types, Agencies, Procedures         []Option
}

// PageLink leads to a page of the paper.
type PageLink struct {
	Number  int
	Href    string
	Image   string
	Current bool
}

// MoveButton is a move the visitor could make now.
type MoveButton struct {
	Move, Text, Tone string
	Reason           bool
	Hint             string
}

// VersionRow is one deposited file.
type VersionRow struct {
	Number           int
	File, Size, Type string
	When             string
	Digest           string
	Pages            int
	Href             string
}

// documentAnswer is what a change that did not succeed adds to the page.
type documentAnswer struct {
	alert    string
	faults   Faults
	findings []Finding
	typed    *fieldsForm // what was typed, instead of what is kept
}

func (p *Pages) document(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	return p.showDocument(v, id, http.StatusOK, documentAnswer{})
}

func (p *Pages) showDocument(v *visit, id archive.ID, status int, answer documentAnswer) error {
	doc, err := p.Archive.Document(v.ctx, v.actor, id)
	if err != nil {
		return err
	}
	names, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	d := &documentPage{ID: id.String(), Heading: title(&doc), Subtitle: subtitle(&doc), Revision: doc.Revision, State: v.state(doc.State), Reading: v.reading(&doc.Reading),
		ReadingState: string(doc.Reading.State), ReadingReason: v.say(doc.Reading.Reason), PagesDone: doc.Reading.PagesDone, PagesTotal: max(doc.Reading.PagesTotal, doc.PageCount()),
		Busy: underWay(doc.Reading.State), Reason: doc.Reason, Kind: string(doc.Kind), KindText: v.t("kind." + string(doc.Kind)), AccessText: v.t("access." + string(doc.Access)),
		Custodian: names.long(doc.Custodian), Dossier: doc.Dossier.String(), Refused: answer.findings, Accept: accepted, Highlight: shorten(v.query("q"), p.Archive.Limits.QueryText)}
	d.Title, d.Section, d.Module, d.Alert, d.Query, d.Whole = d.Heading, "work", "document.js", answer.alert, d.Highlight, true
	if doc.Reading.Confidence > 0 {
		d.ReadingFound = v.t("reading.confidence", percent(float64(doc.Reading.Confidence)))
	}
	role := v.actor.Role
	d.Editable = doc.State.Editable() && role.May(archive.ActEdit)
	d.MayDownload = role.May(archive.ActDownload) && doc.State != archive.Disposed
	d.MayReadAgain = role.May(archive.ActEdit) && !d.Busy && doc.State != archive.Disposed && !p.Archive.Policy.NoReading
	if d.Findings, err = p.warnings(v, &doc); err != nil {
		return err
	}
	if err := p.fields(v, d, &doc, names, answer); err != nil {
		return err
	}
	d.moves(v, &doc)
	d.pages(v, &doc)
	d.versions(v, &doc)
	if err := p.history(v, d, id); err != nil {
		return err
	}
	return p.show(v, status, "clerk/document", d)
}

// warnings are all there is to say about a paper: what inspection found, the fields, other papers, the pages.
func (p *Pages) warnings(v *visit, doc *archive.Document) ([]Finding, error) {
	ws, err := p.Archive.Warnings(v.ctx, v.actor, doc)
	if err != nil {
		return nil, err
	}
	return v.findings(append(slices.Clone(ws), doc.Reading.Findings...)), nil
}

func (p *Pages) fields(v *visit, d *documentPage, doc *archive.Document, n names, answer documentAnswer) error {
	f := &doc.Fields
	d.Fields = fieldsForm{Type: typeName(f.Type), Number: f.Number, Notation: f.Notation, IssuedOn: f.IssuedOn.Local(), AgencyName: f.IssuingAgency.Name, AgencyCode: f.IssuingAgency.Code.String(),
		Subject: f.Subject, SignerName: f.Signer.Name, SignerPosition: f.Signer.Position, OwnerID: archive.MaskID(f.Owner.ID), OwnerName: f.Owner.Name,
		Procedure: f.Procedure.String(), Dossier: doc.Dossier.String()}
	if d.Fields.AgencyName == "" {
		d.Fields.AgencyName = n.of(f.IssuingAgency.Code)
	}
	kind, access, idType := string(doc.Kind), string(doc.Access), string(f.Owner.IDType)
	if t := answer.typed; t != nil {
		kind, access, idType = selected(t.Kinds, kind), selected(t.Accesses, access), selected(t.OwnerIDType, idType)
		d.Fields = *t
	}
	d.Fields.Faults = answer.faults
	d.Fields.Kinds = v.options("kind", []string{string(archive.Component), string(archive.Result)}, kind)
	d.Fields.Accesses = v.options("access", []string{string(archive.Public), string(archive.Restricted), string(archive.Sealed)}, access)
	d.Fields.OwnerIDType = append([]Option{{"", v.t("id_type.none"), idType == ""}}, v.options("id_type", []string{"cccd", "cmnd", "mst", "other"}, idType)...)
	if !d.Editable {
		return nil
	}
	for _, t := range paperTypes {
		d.Fields.Types = append(d.Fields.Types, Option{Value: t.Name, Text: t.Code})
	}
	for _, g := range n {
		d.Fields.Agencies = append(d.Fields.Agencies, Option{Value: g.Name, Text: g.Code.String()})
	}
	all, err := p.Archive.Procedures(v.ctx)
	if err != nil {
		return err
	}
	last := archive.ProcedureCode("")
	for _, x := range all {
		if x.Code != last {
			d.Fields.Procedures = append(d.Fields.Procedures, Option{Value: x.Code.String(), Text: x.Name})
		}
		last = x.Code
	}
	return nil
}

func selected(os []Option, other string) string {
	for _, o := range os {
		if o.Selected {
			return o.Value
		}
	}
	return other
}

func shorten(s string, runes int) string {
	if !utf8.ValidString(s) {
		return ""
	}
	if r := []rune(s); len(r) > runes {
		return string(r[:runes])
	}
	return s
}

// offered are the moves that are made by a button, with the look of each. A new scan comes with a file; quarantine and
// release move bytes and are acts of their own.
var offered = map[archive.Move]string{archive.Accept: "primary", archive.Return: "plain", archive.Publish: "primary", archive.Supersede: "plain",
	archive.Withdraw: "danger", archive.Discard: "danger", archive.Restore: "primary"}

func (d *documentPage) moves(v *visit, doc *archive.Document) {
	for _, r := range archive.Moves(v.actor, doc) {
		switch {
		case r.Move == archive.Rescan:
			d.MayRescan = v.actor.Role.May(archive.ActDeposit)
		case r.Move == archive.Submit:
			if d.Submit = d.Editable; !d.Editable {
				d.Moves = append(d.Moves, MoveButton{Move: string(r.Move), Text: v.say(r.Name), Tone: "primary"})
			}
		case offered[r.Move] != "":
			b := MoveButton{Move: string(r.Move), Text: v.say(r.Name), Tone: offered[r.Move], Reason: r.Reason}
			if r.Move == archive.Discard {
				b.Hint = v.t("document.discard_hint")
			}
			d.Moves = append(d.Moves, b)
		}
	}
}

const widthOfPage, widthOfThumb = "1000", "400"

func (d *documentPage) pages(v *visit, doc *archive.Document) {
	n := doc.PageCount()
	d.Page, _ = strconv.Atoi(v.query("page"))
	d.Page = min(max(d.Page, 1), max(n, 1))
	image := "/api/v1/documents/" + d.ID + "/pages/"
	for i := 1; i <= n; i++ {
		d.Pages = append(d.Pages, PageLink{Number: i, Href: v.with("page", strconv.Itoa(i)), Image: image + strconv.Itoa(i) + "/image?width=" + widthOfPage, Current: i == d.Page})
	}
	if d.Page > 1 {
		d.Previous = v.with("page", strconv.Itoa(d.Page-1))
	}
	if d.Page < n {
		d.Following = v.with("page", strconv.Itoa(d.Page+1))
	}
}

// Image is the picture of the present page.
func (d *documentPage) Image() string {
	if d.Page > len(d.Pages) {
		return ""
	}
	return d.Pages[d.Page-1].Image
}

func (d *documentPage) versions(v *visit, doc *archive.Document) {
	kinds := map[string]string{archive.PDF: "PDF", archive.JPEG: "JPEG", archive.PNG: "PNG", archive.TIFF: "TIFF"}
	for _, x := range slices.Backward(doc.Versions) {
		d.Versions = append(d.Versions, VersionRow{Number: x.Number, File: x.FileName, Size: size(v.lang, x.Size), Type: kinds[x.MediaType], When: moment(x.CreatedAt),
			Digest: x.Digest.String(), Pages: len(x.Pages), Href: "/api/v1/documents/" + d.ID + "/file?version=" + strconv.Itoa(x.Number)})
	}
}

func (p *Pages) history(v *visit, d *documentPage, id archive.ID) error {
	const most = 200
	evs, err := p.Archive.History(v.ctx, v.actor, id, archive.ID{}, most)
	if err != nil {
		return err
	}
	d.HistoryMore = len(evs) == most
	for _, e := range slices.Backward(evs) {
		d.History = append(d.History, v.event(&e))
	}
	return nil
}

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
		if doc, err = p.Archive.Move(v.ctx, v.actor, id, archive.MoveRequest{Move: archive.Submit, After: doc.Revision}); err == nil {
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
	f.Type, f.Number, f.Notation, f.Subject = typeCode(strings.TrimSpace(t.Type)), t.Number, t.Notation, t.Subject
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
	if err != nil {
		return err
	}
	for _, next := range l.Items {
		if next.ID == doc.ID || m != archive.Submit && (next.Uploader == v.actor.ID || next.Submitter == v.actor.ID) {
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
