package main

// collection is papers.json: the papers and the register they stand in.
type collection struct {
	Agencies   []agency    `json:"agencies"`
	Procedures []procedure `json:"procedures"`
	Dossiers   []dossier   `json:"dossiers"`
	Papers     []facts     `json:"papers"`
}

type agency struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Parent string `json:"parent,omitempty"`
}

type procedure struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Sector string `json:"sector"`
	Days   int    `json:"days"` // working days until the result is due
}

type dossier struct {
	Code      string `json:"code"`
	Procedure string `json:"procedure_code"`
	Agency    string `json:"agency_code"`
	Applicant string `json:"applicant"`
	Received  string `json:"received_on"`
}

// facts is what is known of one paper: what the clerk would type and what a search must find.
type facts struct {
	File      string `json:"file"`
	Name      string `json:"name"`
	Dossier   string `json:"dossier_code"`
	Procedure string `json:"procedure_code"`
	Agency    string `json:"agency_code"` // who deposits it
	Kind      string `json:"kind"`        // component or result
	Pages     int    `json:"pages"`
	DPI       int    `json:"dpi"`
	QR        string `json:"qr,omitempty"`
	Phrase    phrase `json:"phrase"`
	Fields    fields `json:"fields"`
}

// phrase is printed on the last page and on no other paper.
type phrase struct {
	Page int    `json:"page"`
	Text string `json:"text"`
}

type fields struct {
	Type     string `json:"type"`
	Number   string `json:"number,omitempty"`
	Notation string `json:"notation,omitempty"`
	IssuedOn string `json:"issued_on,omitempty"`
	Agency   string `json:"issuing_agency,omitempty"`
	Subject  string `json:"subject"`
	Signer   string `json:"signer,omitempty"`
	Position string `json:"position,omitempty"`
	Owner    string `json:"owner,omitempty"`
}

// paper is one document before it is drawn. Texts may hold *bold* and _italic_ runs.
type paper struct {
	File  string
	Facts facts
	Scan  settings
	QR    string

	Parent, Issuer []string // the agency above, the issuer; lines as they are set
	Number         string   // the whole line, as "Số: 112/GPXD"
	About          []string // a dispatch's V/v, lines
	PlaceDate      string
	Form           string   // a citizen's form: printed top left in place of an agency
	Title          string   // the type, in capitals
	Subject        []string // under the title, lines
	To             []string // Kính gửi
	Body           []block
	Recipients     []string
	Authority      []string // lines above the signature
	Signer         string
	Sealed         bool
	Framed         bool // a certificate's double frame
	Appendix       []block
}

// block is one piece of the body: exactly one field is set.
type block struct {
	Text   string  // a justified paragraph, first line indented
	Plain  string  // a paragraph without indent, set left
	Centre string  // one centred line
	Table  *table  // a ruled table
	Gap    float64 // millimetres
	Break  bool    // the next page begins here
}

type table struct {
	Widths []float64 // millimetres
	Rows   [][]string
}
