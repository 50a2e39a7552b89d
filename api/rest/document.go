package rest

import (
	"cmp"
	"strings"
	"time"

	"sohoa/archive"
)

// Document is one paper as the contract shows it. What is not known is absent.
type Document struct {
	ID            string     `json:"id" format:"uuid"`
	Revision      int64      `json:"revision" doc:"Raised by changes of fields or state; the ETag is \"r<revision>\""`
	State         string     `json:"state" enum:"review,checking,accepted,published,superseded,withdrawn,returned,quarantined,discarded,disposed"`
	Reason        string     `json:"reason,omitempty" doc:"Why it was returned, withdrawn, superseded or discarded"`
	Kind          string     `json:"kind" enum:"component,result"`
	DossierCode   string     `json:"dossier_code,omitempty" example:"H15.50.05.13-261008-0975"`
	ProcedureCode string     `json:"procedure_code,omitempty" example:"1.000123"`
	Type          string     `json:"type,omitempty" doc:"Code of one of the 29 types, or free text" example:"QĐ"`
	Number        string     `json:"number,omitempty" example:"1287"`
	Notation      string     `json:"notation,omitempty" example:"QĐ-UBND"`
	IssuedOn      string     `json:"issued_on,omitempty" format:"date"`
	IssuingAgency *AgencyRef `json:"issuing_agency,omitempty" doc:"As printed: a historical fact"`
	Custodian     AgencyRef  `json:"custodian" doc:"Answerable for the record"`
	Subject       string     `json:"subject,omitempty"`
	Signer        *Signer    `json:"signer,omitempty"`
	Owner         *Owner     `json:"owner,omitempty"`
	Access        string     `json:"access" enum:"public,restricted,sealed"`
	Language      string     `json:"language,omitempty" example:"vi"`
	PageCount     int        `json:"page_count"`
	Reading       Progress   `json:"reading"`
	Versions      []Version  `json:"versions" doc:"Deposited files, oldest first"`
	Current       int        `json:"current_version" doc:"The version that pages, text and fields are of: the newest, unless it was dropped"`
	Public        int        `json:"public_version,omitempty" doc:"The version that is public; it stays so while a new scan is in review"`
	Standing      []Standing `json:"standing,omitempty" doc:"Versions that stay valid behind a new scan, the older first"`
	Waits         *Waits     `json:"waits,omitempty" doc:"What somebody has to do about it, until when and who"`
	Findings      []Finding  `json:"findings"`
	Moves         []string   `json:"moves" doc:"What the caller may do with it now; rescan is POST …/versions"`
	CreatedAt     time.Time  `json:"created_at"`
	UpdatedAt     time.Time  `json:"updated_at"`
	PublishedAt   *time.Time `json:"published_at,omitempty"`
	DiscardedAt   *time.Time `json:"discarded_at,omitempty"`
	DiscardedBy   string     `json:"discarded_by,omitempty" doc:"Account or token"`
	ErasedAfter   *time.Time `json:"erased_after,omitempty" doc:"Until then a discarded paper can be restored"`
}

// Standing is a version that was accepted or published when a new scan came.
type Standing struct {
	State   string `json:"state" enum:"accepted,published"`
	Version int    `json:"version" minimum:"1"`
}

// Twin is another paper, as a finding names it.
type Twin struct {
	ID    string `json:"id" format:"uuid"`
	Title string `json:"title" doc:"Type, number and notation; else the subject, else the name of its file"`
	State string `json:"state"`
}

// AgencyRef is an agency by code and name.
type AgencyRef struct {
	Code string `json:"code,omitempty" example:"H15.50.05"`
	Name string `json:"name,omitempty"`
}

// Signer is who signed, as printed.
type Signer struct {
	Name     string `json:"name,omitempty"`
	Position string `json:"position,omitempty"`
}

// Owner is whose paper it is. The identifier is masked.
type Owner struct {
	IDType string `json:"id_type,omitempty" enum:"cccd,cmnd,mst,other"`
	ID     string `json:"id,omitempty" doc:"Masked" example:"066*****1234"`
	Name   string `json:"name,omitempty"`
}

// Progress is how far a paper has been read.
type Progress struct {
	State          string   `json:"state" enum:"waiting,running,done,partial,failed,off"`
	PagesDone      int      `json:"pages_done"`
	PagesTotal     int      `json:"pages_total"`
	MeanConfidence *float64 `json:"mean_confidence,omitempty" minimum:"0" maximum:"1"`
	Reason         string   `json:"reason,omitempty" doc:"Why it waits or failed"`
}

// Version is one deposited file.
type Version struct {
	Number    int       `json:"number" minimum:"1"`
	Digest    string    `json:"digest" example:"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"`
	Size      int64     `json:"size" doc:"Bytes"`
	MediaType string    `json:"media_type" example:"application/pdf"`
	FileName  string    `json:"file_name"`
	PageCount int       `json:"page_count"`
	CreatedAt time.Time `json:"created_at"`
}

// Finding is one thing to say about a paper.
type Finding struct {
	Code     string `json:"code" doc:"A stable word for programs" example:"low_resolution"`
	Severity string `json:"severity" enum:"info,warning,error"`
	Page     int    `json:"page,omitempty" doc:"From 1; absent for the whole paper"`
	Object   int    `json:"object,omitempty" doc:"Number of the object of the PDF; absent where it is not about one"`
	Message  string `json:"message"`
	Papers   []Twin `json:"papers,omitempty" doc:"Others it is about, as far as the caller may see them"`
}

// teller puts the domain's nouns into the contract's words for one request.
type teller struct {
	lang  string
	actor archive.Actor
	name  func(archive.AgencyCode) string
	kept  time.Duration // how long what is discarded can be restored
}

func (t teller) document(d *archive.Document) Document {
	f := &d.Fields
	out := Document{ID: d.ID.String(), Revision: d.Revision, State: string(d.State), Reason: d.Reason, Kind: string(d.Kind), DossierCode: d.Dossier.String(),
		ProcedureCode: f.Procedure.String(), Type: f.Type, Number: f.Number, Notation: f.Notation, IssuedOn: f.IssuedOn.String(),
		Custodian: AgencyRef{d.Custodian.String(), t.name(d.Custodian)}, Subject: f.Subject, Access: string(d.Access), Language: f.Language,
		PageCount: d.PageCount(), Reading: t.progress(&d.Reading), Versions: make([]Version, 0, len(d.Versions)),
		Findings: append(t.findings(d.Findings), t.findings(d.Reading.Findings)...), Moves: []string{},
		CreatedAt: local(d.CreatedAt), UpdatedAt: local(d.UpdatedAt), PublishedAt: localPtr(d.PublishedAt),
		Current: d.Head().Number, Public: d.PublicVersion(), Waits: waits(d)}
	for _, x := range d.Standing {
		out.Standing = append(out.Standing, Standing{string(x.State), x.Version})
	}
	if d.State == archive.Discarded {
		out.DiscardedAt, out.DiscardedBy, out.ErasedAfter = localPtr(d.DiscardedAt), d.DiscardedBy.String(), localPtr(d.DiscardedAt.Add(t.kept))
	}
	if a := f.IssuingAgency; a != (archive.AgencyRef{}) {
		out.IssuingAgency = &AgencyRef{a.Code.String(), a.Name}
		if a.Name == "" {
			out.IssuingAgency.Name = t.name(a.Code)
		}
	}
	if f.Signer != (archive.Signer{}) {
		out.Signer = &Signer{f.Signer.Name, f.Signer.Position}
	}
	out.Owner = owner(f.Owner)
	for _, v := range d.Versions {
		out.Versions = append(out.Versions, Version{v.Number, v.Digest.String(), v.Size, v.MediaType, v.FileName, len(v.Pages), local(v.CreatedAt)})
	}
	for _, r := range archive.Moves(t.actor, d) {
		if offered[r.Move] {
			out.Moves = append(out.Moves, string(r.Move))
		}
	}
	return out
}

func (t teller) documents(ds []archive.Document) []Document {
	out := make([]Document, 0, len(ds))
	for i := range ds {
		out = append(out, t.document(&ds[i]))
	}
	return out
}

// owner masks the identifier: it is shown whole nowhere yet.
func owner(o archive.Owner) *Owner {
	if o == (archive.Owner{}) {
		return nil
	}
	return &Owner{string(o.IDType), archive.MaskID(o.ID), o.Name}
}

func (t teller) progress(r *archive.Reading) Progress {
	p := Progress{State: string(r.State), PagesDone: r.PagesDone, PagesTotal: r.PagesTotal, Reason: r.Reason.In(t.lang)}
	if r.Confidence > 0 {
		c := float64(r.Confidence)
		p.MeanConfidence = &c
	}
	return p
}

func (t teller) findings(fs []archive.Finding) []Finding {
	out := make([]Finding, 0, len(fs))
	for _, f := range fs {
		x := Finding{Code: f.Code, Severity: string(f.Severity), Page: f.Page, Object: f.Object, Message: f.Msg.In(t.lang)}
		for i := range f.Papers {
			d := &f.Papers[i]
			x.Papers = append(x.Papers, Twin{d.ID.String(), titleOf(d), string(d.State)})
		}
		out = append(out, x)
	}
	return out
}

// titleOf is by what a paper is called in one line.
func titleOf(d *archive.Document) string {
	f := &d.Fields
	if s := strings.TrimSpace(f.Type + " " + strings.Trim(f.Number+"/"+f.Notation, "/")); s != "" {
		return s
	}
	return cmp.Or(f.Subject, d.Head().FileName)
}

// local writes times with the zone people live in; the instant is the same.
func local(t time.Time) time.Time { return t.In(archive.Zone) }

func localPtr(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	l := local(t)
	return &l
}
