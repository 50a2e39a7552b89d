package web

import (
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"sohoa/archive"
)

type documentPage struct {
	Frame
	ID, Heading, Subtitle string
	Of                    string // the beginning of the digest of the version shown
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
	Form                  fieldsForm
	Findings              []Finding
	Refused               []Finding // what inspection said of a new scan that was refused
	Aside                 *Aside    // nil unless the paper is in quarantine
	Moves                 []MoveButton
	Refile                *refileForm
	Linked                *linkedNote // nil when nobody could take it back
	Standing              []StandingRow
	ScanReason            string // why it was scanned again, while that is the news
	Kept                  string // how long a discarded paper can be restored
	Twin                  bool   // another paper carries the number: sending this one on is asked about
	Submit                bool   // the fields form sends on too
	MayRescan             bool
	MayArrange            bool
	MaySplit, IsStack     bool // into papers; separator sheets were seen
	MayReadAgain          bool
	MayDownload           bool
	MayCopy, CopyReady    bool // a reading copy can be had, once the paper is read; it is read
	Accept                string
	Page, PageCount       int
	Pages                 []PageLink // those of the strip: all of a thin paper, those around of a thick one
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
	Types                               []Option
}

// PageLink leads to a page of the paper.
type PageLink struct {
	Number  int
	Href    string
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
	Marks            []Chip // in use, public
	Back             bool   // it can be made the one in use again
}

// StandingRow is a version that stays valid behind a new scan.
type StandingRow struct{ Text, Href, Link string }

// documentAnswer is what a change that did not succeed adds to the page.
type documentAnswer struct {
	alert    string
	faults   Faults
	findings []Finding
	typed    *fieldsForm // what was typed, instead of what is kept
	refile   *refileForm
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
	if doc.Aside() {
		d.Aside = v.aside(&doc)
		d.MayDownload, d.MayReadAgain = false, false
		if d.Aside.Looks {
			d.Section = "quarantine"
		}
	}
	d.MayCopy = d.MayDownload && doc.Reading.State != archive.ReadingOff && doc.Reading.State != archive.ReadingFailed
	d.CopyReady = doc.Reading.State == archive.ReadingDone || doc.Reading.State == archive.ReadingPartial
	fs, err := p.Archive.Warnings(v.ctx, v.actor, &doc)
	if err != nil {
		return err
	}
	d.Findings, d.Twin = v.findings(append(slices.Clone(fs), doc.Reading.Findings...)), twin(fs)
	d.fields(v, &doc, names, answer)
	d.moves(v, &doc, p.binDays())
	d.mayRefile(v, &doc, answer.refile)
	if err := p.linked(v, d, &doc); err != nil {
		return err
	}
	d.Of = doc.Head().Digest.Hex()[:16]
	d.pages(v, &doc)
	d.Versions = v.versions(&doc)
	d.mayArrange(v, &doc)
	d.standing(v, &doc)
	if doc.State == archive.Discarded {
		d.Kept = v.t("bin.until", max(0, begunDays(doc.DiscardedAt.Add(p.Archive.Limits.DiscardKept).Sub(p.Archive.Clock.Now()))))
	}
	evs, err := p.history(v, d, id)
	if err != nil {
		return err
	}
	d.undo(v, &doc, evs)
	return p.show(v, status, "clerk/document", d)
}

func (d *documentPage) fields(v *visit, doc *archive.Document, n names, answer documentAnswer) {
	f := &doc.Fields
	d.Form = fieldsForm{Type: archive.TypeName(f.Type), Number: f.Number, Notation: f.Notation, IssuedOn: f.IssuedOn.Local(), AgencyName: f.IssuingAgency.Name, AgencyCode: f.IssuingAgency.Code.String(),
		Subject: f.Subject, SignerName: f.Signer.Name, SignerPosition: f.Signer.Position, OwnerID: archive.MaskID(f.Owner.ID), OwnerName: f.Owner.Name,
		Procedure: f.Procedure.String(), Dossier: doc.Dossier.String()}
	if d.Form.AgencyName == "" {
		d.Form.AgencyName = n.of(f.IssuingAgency.Code)
	}
	kind, access, idType := string(doc.Kind), string(doc.Access), string(f.Owner.IDType)
	if t := answer.typed; t != nil {
		kind, access, idType = selected(t.Kinds, kind), selected(t.Accesses, access), selected(t.OwnerIDType, idType)
		d.Form = *t
	}
	d.Form.Faults = answer.faults
	d.Form.Kinds = v.options("kind", []string{string(archive.Component), string(archive.Result)}, kind)
	d.Form.Accesses = v.options("access", []string{string(archive.Public), string(archive.Restricted), string(archive.Sealed)}, access)
	d.Form.OwnerIDType = append([]Option{{"", v.t("id_type.none"), idType == ""}}, v.options("id_type", []string{"cccd", "cmnd", "mst", "other"}, idType)...)
	for _, t := range archive.PaperTypes {
		d.Form.Types = append(d.Form.Types, Option{Value: t.Name, Text: t.Code})
	}
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

// offered are the moves that are made by a button, with the look of each. A new scan comes with a file.
var offered = map[archive.Move]string{archive.Accept: "primary", archive.Return: "plain", archive.Publish: "primary", archive.Supersede: "plain",
	archive.Withdraw: "danger", archive.Discard: "danger", archive.Restore: "primary", archive.Revert: "danger",
	archive.Quarantine: "plain", archive.Release: "primary"}

func (d *documentPage) moves(v *visit, doc *archive.Document, days int) {
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
			switch r.Move {
			case archive.Discard:
				b.Hint = v.t("document.discard_hint", days)
			case archive.Quarantine:
				b.Hint = v.t("aside.quarantine_hint")
			case archive.Release:
				b.Hint = v.t("aside.release_hint")
			}
			d.Moves = append(d.Moves, b)
		}
	}
}

const (
	widthOfPage = "1000"
	pagesAround = 30 // each way in the strip; a land file has thousands
)

func (d *documentPage) pages(v *visit, doc *archive.Document) {
	n := doc.PageCount()
	d.Page, _ = strconv.Atoi(v.query("page"))
	d.Page = min(max(d.Page, 1), max(n, 1))
	d.PageCount = n
	for i := max(1, d.Page-pagesAround); i <= min(n, d.Page+pagesAround); i++ {
		d.Pages = append(d.Pages, PageLink{Number: i, Href: v.with("page", strconv.Itoa(i)), Current: i == d.Page})
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
	if d.PageCount == 0 || d.Aside != nil && !d.Aside.Looks {
		return ""
	}
	return "/api/v1/documents/" + d.ID + "/pages/" + strconv.Itoa(d.Page) + "/image?width=" + widthOfPage + "&of=" + d.Of
}

func (v *visit) versions(doc *archive.Document) (rows []VersionRow) {
	kinds := map[string]string{archive.PDF: "PDF", archive.JPEG: "JPEG", archive.PNG: "PNG", archive.TIFF: "TIFF"}
	for _, x := range slices.Backward(doc.Versions) {
		r := VersionRow{Number: x.Number, File: x.FileName, Size: size(v.lang, x.Size), Type: kinds[x.MediaType], When: moment(x.CreatedAt),
			Digest: x.Digest.String(), Pages: len(x.Pages), Href: fileOf(doc, x.Number)}
		if len(doc.Versions) > 1 && x.Number == doc.Head().Number {
			r.Marks = append(r.Marks, Chip{"wait", v.t("version.current")})
		}
		if x.Number == doc.PublicVersion() {
			r.Marks = append(r.Marks, Chip{"good", v.t("version.public")})
		}
		for _, s := range doc.Standing {
			if s.State == archive.Accepted && s.Version == x.Number {
				r.Marks = append(r.Marks, Chip{"good", v.t("version.accepted")})
			}
		}
		rows = append(rows, r)
	}
	return rows
}

func fileOf(doc *archive.Document, version int) string {
	return "/api/v1/documents/" + doc.ID.String() + "/file?version=" + strconv.Itoa(version)
}

// standing tells what stays valid behind a new scan.
func (d *documentPage) standing(v *visit, doc *archive.Document) {
	for _, s := range doc.Standing {
		d.Standing = append(d.Standing, StandingRow{v.t("standing."+string(s.State), s.Version), fileOf(doc, s.Version), v.t("standing.see", s.Version)})
	}
	if len(doc.Standing) > 0 && doc.State == archive.Review {
		d.ScanReason, d.Reason = d.Reason, ""
	}
}

// mostEvents is how much of a history a page shows.
const mostEvents = 200

func (p *Pages) history(v *visit, d *documentPage, id archive.ID) ([]archive.Event, error) {
	evs, err := p.Archive.History(v.ctx, v.actor, id, archive.ID{}, mostEvents)
	if err != nil {
		return nil, err
	}
	d.HistoryMore = len(evs) == mostEvents
	for _, e := range slices.Backward(evs) {
		d.History = append(d.History, v.event(&e))
	}
	return evs, nil
}
