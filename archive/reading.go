package archive

import (
	"context"
	"os"
)

// ReadingState says how far the reading of a version is. It is not a state of the document: no move waits for it.
type ReadingState string

const (
	ReadingWaiting ReadingState = "waiting"
	ReadingRunning ReadingState = "running"
	ReadingDone    ReadingState = "done"
	ReadingPartial ReadingState = "partial" // finished; some pages could not be read
	ReadingFailed  ReadingState = "failed"  // finished; no page could be read
	ReadingOff     ReadingState = "off"     // nobody is going to read it: this house does not, or the paper is in quarantine
)

// PageSource says where the words of a page came from.
type PageSource string

const (
	SourceText   PageSource = "text"   // the page's own, born-digital text
	SourceScan   PageSource = "scan"   // recognised from the page image
	SourceBlank  PageSource = "blank"  // nothing on it
	SourceFailed PageSource = "failed" // could not be read; Err says why
	SourceWaits  PageSource = "waits"  // needs recognition and no recogniser is installed: read it again later
)

// Box is a rectangle on the page as displayed, in points (1/72 inch) from the top left corner.
type Box struct {
	X0 float32 `json:"x0"`
	Y0 float32 `json:"y0"`
	X1 float32 `json:"x1"`
	Y1 float32 `json:"y1"`
}

// Word is one word with its place.
type Word struct {
	Text       string  `json:"text"` // NFC
	Box        Box     `json:"box"`
	Confidence float32 `json:"confidence"` // 0 to 1; born-digital text is 1
	Line       int     `json:"line"`       // words of one line share a number, counted from 0 down the page

	Repair *WordRepair `json:"repair,omitempty"` // what the language says of a recognised word; nil: nothing
}

// WordRepair is a better reading of a word than the recogniser's, made or proposed. Names, numbers and codes have none.
type WordRepair struct {
	Read   string  `json:"read"`           // as recognised
	Better string  `json:"better"`         // as it reads among the words beside it
	Made   bool    `json:"made,omitempty"` // the word's Text is Better; false: Text is Read, and Better is for a person to judge
	Score  float32 `json:"score"`          // how much more Better is worth, in bits
	Why    string  `json:"why"`            // the pairs of syllables that speak for it, each with the number of papers it is known from
}

// PageReading is what was read on one page.
type PageReading struct {
	Number     int        `json:"number"` // 1-based
	Width      float64    `json:"width"`  // points, as displayed
	Height     float64    `json:"height"`
	Source     PageSource `json:"source"`
	Words      []Word     `json:"words"`
	Text       string     `json:"text"`            // NFC, lines as read, "\n" between lines
	Confidence float32    `json:"confidence"`      // mean over Words, weighted by length
	Skew       float32    `json:"skew,omitempty"`  // degrees the scan was turned back by
	Codes      []Code     `json:"codes,omitempty"` // decoded on the page, from top to bottom
	Findings   []Finding  `json:"findings,omitempty"`
	Err        *Text      `json:"error,omitempty"`
}

// ReadRequest says which pages of a paper to read.
type ReadRequest struct {
	MediaType string
	Pages     []int // 1-based page numbers still to do, ascending
	Limits    ReadLimits
}

// RenderRequest asks for a picture of one page.
type RenderRequest struct {
	MediaType string
	Page      int // 1-based
	Width     int // pixels
	Limits    ReadLimits
}

// Reader recognises what stands on pages. Implementations are safe for concurrent use; foreign code runs outside this
// process, and a page that hangs or crashes it costs that page only.
type Reader interface {
	// Read hands each wanted page to each as soon as it is read, one call at a time. Several pages are read at once where
	// processors stand idle, and come in whatever order they are done. A page that cannot be read arrives with
	// SourceFailed; one that needs a missing recogniser with SourceWaits. Read stops when each returns an error and
	// returns it. The caller keeps f open. Errors: Unavailable, or the context's.
	Read(ctx context.Context, f *os.File, req ReadRequest, each func(PageReading) error) error
	// Render returns a JPEG of one page, Width pixels wide. NotFound when the paper has no such page, Unprocessable
	// when the page cannot be drawn.
	Render(ctx context.Context, f *os.File, req RenderRequest) ([]byte, error)
	// Ready returns nil when scans can be recognised, else an Unavailable error that says in plain words what is missing.
	Ready(ctx context.Context) error
}

// Lists are what a Proposer knows of the province.
type Lists struct {
	Agencies   []Agency
	Procedures []Procedure
	Signers    []KnownSigner    // learned, the newest first
	ByType     []KnownProcedure // learned, the newest first
	Today      Date
}

// KnownSigner is who signed a confirmed paper, and for whom.
type KnownSigner struct {
	Signer
	Agency string // as it was printed
}

// KnownProcedure is the procedure that confirmed results of a type belong to.
type KnownProcedure struct {
	Type   string
	Code   ProcedureCode
	Papers int
}

// Proposer says what the words of a paper may mean: its number, date, subject and so on. Nothing it says is taken unseen.
// It is given the first and the last pages, is safe for concurrent use, takes bounded time and never fails.
type Proposer interface {
	Propose(pages []PageReading, lists Lists) []Proposal
}

// ProposalPages is how many pages from the start and how many from the end a Proposer is given: the head of a paper stands
// on its first, the signature on one of its last.
const ProposalPages = 2
