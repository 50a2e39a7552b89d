package archive

import (
	"fmt"
	"slices"
	"time"
)

// DocumentKind says which side a paper came from.
type DocumentKind string

const (
	Component DocumentKind = "component" // handed in by the applicant
	Result    DocumentKind = "result"    // issued by the agency
)

// Access is the class that, with role and scope, decides who may read a paper.
type Access string

const (
	Public     Access = "public"
	Restricted Access = "restricted" // the default
	Sealed     Access = "sealed"     // named persons and the archivist
)

// AgencyRef is an agency as a paper names it: the code when known, and the printed name, which is a historical fact.
type AgencyRef struct {
	Code AgencyCode `json:"code,omitempty"`
	Name string     `json:"name,omitempty"`
}

// Signer is who signed, as printed.
type Signer struct {
	Name     string `json:"name,omitempty"`
	Position string `json:"position,omitempty"`
}

// Fields are what a clerk confirms about a paper. All are optional until a rule of submit says otherwise.
type Fields struct {
	Procedure     ProcedureCode `json:"procedure_code,omitempty"`
	Type          string        `json:"type,omitempty"` // one of the 29 types' codes, or free text
	Number        string        `json:"number,omitempty"`
	Notation      string        `json:"notation,omitempty"`
	IssuedOn      Date          `json:"issued_on,omitzero"`
	IssuingAgency AgencyRef     `json:"issuing_agency,omitzero"`
	Subject       string        `json:"subject,omitempty"`
	Signer        Signer        `json:"signer,omitzero"`
	Owner         Owner         `json:"owner,omitzero"`
	Language      string        `json:"language,omitempty"` // BCP 47; default "vi"
}

// Version is one immutable deposited file of a document, numbered from 1. It is not an OCFL version.
type Version struct {
	Number    int
	Digest    Digest
	Size      int64
	MediaType string
	FileName  string // as the depositor called it, cleaned for showing; never used as a path
	Pages     []PageInfo
	CreatedAt time.Time
	CreatedBy ID
}

// Path returns where the version's bytes lie in the document's object. It names no folder: each would cost a deposit one
// more fsync.
func (v Version) Path() string {
	ext := map[string]string{PDF: "pdf", JPEG: "jpg", PNG: "png", TIFF: "tif"}[v.MediaType]
	if ext == "" {
		ext = "bin"
	}
	return fmt.Sprintf("original-%04d.%s", v.Number, ext)
}

// Proposal is what reading thinks a field should be. It is shown, never taken unseen.
type Proposal struct {
	Field      string  `json:"field"`
	Value      string  `json:"value"`
	Confidence float32 `json:"confidence"`
	Page       int     `json:"page"`
	Box        Box     `json:"box"`
	// Hand says that the field stands there in handwriting, or is left open for it: nothing is proposed, Value is empty, and a
	// person reads the place.
	Hand bool `json:"hand,omitempty"`
}

// Reading is how far the present version has been read.
type Reading struct {
	State      ReadingState
	PagesDone  int
	PagesTotal int
	Confidence float32 // mean over the pages that have words
	Reason     Text    // why it waits or failed, in plain words
	Proposals  []Proposal
	Findings   []Finding // what reading has to say about the pages
}

// Document is one paper: what is known about it, and the versions of its file.
type Document struct {
	ID          ID
	Revision    int64 // raised by acts on fields or state, never by reading
	State       State
	Kind        DocumentKind
	Dossier     DossierCode // zero: belongs to none yet
	Custodian   AgencyCode  // answerable for the record; scope is decided by it
	Access      Access
	Named       []ID // who may read it when sealed
	Fields      Fields
	Versions    []Version  // ascending; never empty
	Current     int        // number of the version that counts; 0 means the newest. Set when a new scan was dropped
	Standing    []Standing // what stays valid behind a new scan, the older first; standing.go
	Reading     Reading
	Findings    []Finding
	Uploader    ID
	Submitter   ID
	Object      int // OCFL head this row was written with
	Reason      string
	PriorState  State // what discard left, for restore
	CreatedAt   time.Time
	UpdatedAt   time.Time // rises with every act on fields or state, whatever the clock does: changed
	PublishedAt time.Time
	DiscardedAt time.Time
	DiscardedBy ID
	Work        Work // what it waits for
}

// changed returns the time of an act on d when the clock says now: later than that of every act before it, also after the clock
// was set back. What the store says of d and its row are told apart by this time, so it must never go back nor stand still.
func (d *Document) changed(now time.Time) time.Time {
	if now.After(d.UpdatedAt) {
		return now
	}
	return d.UpdatedAt.Add(time.Microsecond)
}

// Head returns the version that counts: pages, text, reading and fields are about it. It is the newest one, unless the
// newest was dropped.
func (d *Document) Head() Version {
	switch n := d.Current; {
	case len(d.Versions) == 0:
		return Version{}
	case n > 0 && n <= len(d.Versions):
		return d.Versions[n-1]
	}
	return d.Versions[len(d.Versions)-1]
}

// AddVersion puts v behind the others, with the next number, and makes it the head. The versions d shared its list with
// before are not touched.
func (d *Document) AddVersion(v Version) Version {
	v.Number = len(d.Versions) + 1
	d.Versions = append(slices.Clip(d.Versions), v)
	d.Current = 0
	return v
}

// PublicFile is the number by which the version that is public is asked for, whichever that is.
const PublicFile = -1

// Version returns version n; 0 means the head and PublicFile the version that is public.
func (d *Document) Version(n int) (Version, error) {
	if n == 0 {
		return d.Head(), nil
	}
	if n == PublicFile {
		n = d.PublicVersion()
	}
	if n < 1 || n > len(d.Versions) {
		return Version{}, ErrNotFound
	}
	return d.Versions[n-1], nil
}

// Aside reports whether the bytes lie in quarantine rather than in the vault: quarantined, or discarded from there.
func (d *Document) Aside() bool {
	return d.State == Quarantined || d.State == Discarded && d.PriorState == Quarantined
}

// PageCount returns the pages of the head.
func (d *Document) PageCount() int { return len(d.Head().Pages) }

// Page is the catalog's row about one page: how far it is and where in the derived words file its words lie. The words
// themselves are never in the catalog.
type Page struct {
	Document   ID
	Version    int
	Number     int
	Source     PageSource // "" means not done yet
	Words      int
	Confidence float32
	Offset     int64 // of the page's member in the words file; -1 while it has a file of its own
	Length     int64
}
