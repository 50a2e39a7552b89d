package fields

import (
	"cmp"
	"slices"

	"sohoa/archive"
)

// Names of fields, as the interface spells them. Those of the second group have no place in archive.Fields; they are
// proposed so that a page can show them.
const (
	Type           = "type"
	Number         = "number"
	Notation       = "notation"
	IssuedOn       = "issued_on"
	AgencyName     = "issuing_agency.name"
	AgencyCode     = "issuing_agency.code"
	Subject        = "subject"
	SignerName     = "signer.name"
	SignerPosition = "signer.position"
	OwnerName      = "owner.name"
	OwnerID        = "owner.id"
	DossierCode    = "dossier_code"
	ProcedureCode  = "procedure_code"

	Place        = "place"
	AgencyParent = "issuing_agency.parent"
	Authority    = "signer.authority"
	Recipients   = "recipients"
	Secrecy      = "secrecy"
	Urgency      = "urgency"
	Serial       = "serial"
	Validity     = "validity"
)

// Lists are what is known before a paper is read. Every part is optional.
type Lists struct {
	Agencies   []archive.Agency
	Procedures []archive.Procedure
	// Signers are people whose names were confirmed before, and for what agency. A name read with doubt that is nearly one of
	// them is proposed as that one.
	Signers []archive.KnownSigner
	// ByType are the procedures that confirmed results of a type belong to.
	ByType []archive.KnownProcedure
	// Today bounds the dates: what was issued after it was misread. Zero: no bound.
	Today archive.Date
}

const (
	maxWords = 4000 // of one page that are looked at; a page full of small print has 1,500
	maxRuns  = 1500 // of one page; a table of small cells has 400
	maxWord  = 120  // bytes of one word; what is longer is none
	maxValue = 2000 // bytes of one value
)

// Propose returns what the words of a paper say about its fields, at most one proposal a field, in the order of the
// constants above. It looks at the first two and the last two of the pages given, which stand in ascending order. It
// keeps nothing, changes nothing, and takes any input: what makes no sense gives no proposal.
func Propose(pages []archive.PageReading, lists Lists) []archive.Proposal {
	p := paper{lists: lists}
	p.codesOf(pages)
	for i := range pages {
		if i >= 2 && i < len(pages)-2 {
			continue
		}
		if s := newSheet(&pages[i]); s != nil {
			p.sheets = append(p.sheets, s)
		}
	}
	if len(p.sheets) == 0 {
		return p.out
	}
	p.first, p.last = p.sheets[0], p.sheets[len(p.sheets)-1]
	p.head = p.first.findHead()
	p.findTitle()
	p.findNumber()
	p.findDate()
	p.findAgency()
	p.settlePlace()
	p.findSubject()
	p.findSigner()
	p.findRecipients()
	p.findMarks()
	p.findCodes()
	p.findOwner()
	p.findProcedure()
	slices.SortStableFunc(p.out, func(a, b archive.Proposal) int {
		return cmp.Compare(slices.Index(order, a.Field), slices.Index(order, b.Field))
	})
	return p.out
}

var order = []string{
	Type, Number, Notation, IssuedOn, AgencyName, AgencyCode, Subject, SignerName, SignerPosition, OwnerName, OwnerID, DossierCode, ProcedureCode,
	Place, AgencyParent, Authority, Recipients, Secrecy, Urgency, Serial, Validity,
}

// paper is one call of Propose.
type paper struct {
	lists       Lists
	sheets      []*sheet
	first, last *sheet
	head        head
	title       title
	code        code   // number and notation
	issuer      string // as printed, folded
	out         []archive.Proposal
}

// put proposes value for a field that has no proposal yet. conf is how sure the rule is, of 1; the words the value was read
// from bring it down.
func (p *paper) put(field, value string, conf float32, s *sheet, words []word) {
	value = tidy(value)
	if value == "" || len(value) > maxValue || len(words) == 0 || p.has(field) {
		return
	}
	box := words[0].box
	var sum, n float32
	for _, w := range words {
		box.X0, box.Y0 = min(box.X0, w.box.X0), min(box.Y0, w.box.Y0)
		box.X1, box.Y1 = max(box.X1, w.box.X1), max(box.Y1, w.box.Y1)
		letters := float32(len(w.text))
		sum, n = sum+letters*w.conf, n+letters
	}
	p.out = append(p.out, archive.Proposal{Field: field, Value: value, Confidence: max(0, min(conf*sum/n, maxConfidence)), Page: s.number, Box: box})
}

// byHand says where a field stands in handwriting, or is left open for it, when nothing is proposed for it.
func (p *paper) byHand(field string, s *sheet, words []word) {
	if len(words) == 0 || p.has(field) {
		return
	}
	q := paper{}
	q.put(field, "?", 0, s, words)
	o := q.out[0]
	o.Value, o.Confidence, o.Hand = "", 0, true
	p.out = append(p.out, o)
}

// maxConfidence keeps a proposal from looking like a fact.
const maxConfidence = 0.98

func (p *paper) has(field string) bool {
	return slices.ContainsFunc(p.out, func(o archive.Proposal) bool { return o.Field == field })
}

func (p *paper) value(field string) string {
	for _, o := range p.out {
		if o.Field == field {
			return o.Value
		}
	}
	return ""
}
