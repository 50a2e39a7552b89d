package intake

import (
	"context"
	"errors"

	"sohoa/archive"
)

// Request is what is said about one file when it is deposited.
type Request struct {
	FileName string
	Kind     archive.DocumentKind // zero: component
	Agency   archive.AgencyCode   // zero: the dossier's, else the depositor's own
	Dossier  archive.DossierCode
	Access   archive.Access
	Fields   archive.Fields
	Pages    int // how many a list that came with the files says there are; 0: not told
	// Said is of what a list says of the file, zero where nothing is said. It is kept with the acknowledgement, so that a later
	// run can tell whether the list still says the same.
	Said archive.Digest
	// Key is the same for the same file in every run, and another for another file: folder, path, size and time. A
	// Depositor that has acknowledged it before answers with the same paper. Folder fills it in.
	Key string
}

// Receipt is the acknowledgement of one paper: it is durable.
type Receipt struct {
	Document    string
	Before      bool           // nothing was deposited now: the house had it
	Code        string         // with Before: why, "duplicate_content" when not this folder brought it; else empty
	Said        archive.Digest // with Before: Request.Said of the deposit itself, where it is known
	Quarantined bool
	Findings    []archive.Finding // with Quarantined
}

// Depositor takes papers. It is safe for concurrent use. Its errors are a *Refusal, which concerns this paper; an error that
// wraps ErrStop, after which no other paper needs to be tried; one that wraps ErrLater; and everything else, a fault of the house: nothing of the
// paper is kept, and it can be tried again later. An error of p's reader comes back so that errors.Is finds it.
type Depositor interface {
	Deposit(ctx context.Context, r Request, p *Paper) (Receipt, error)
}

// ErrStop says that no paper will fare better: the token is not valid, the right is missing.
var ErrStop = errors.New("no paper can be deposited")

// ErrLater says that this paper has to wait long, and says nothing of others: its agency's quota of the day is full.
var ErrLater = errors.New("not now")

// ErrPass is what Config.Plan returns for a file that is none of ours: it stays where it is and is not counted as refused.
var ErrPass = errors.New("passed over")

// Refusal is why a paper is not taken, in words for the person who scanned it.
type Refusal struct {
	Code     string
	Msg      archive.Text
	Findings []archive.Finding
	Document string // the paper that stands against it, where the depositor may see that one
	Recorded bool   // the trail of the house knows of it already
	Err      error  // for the log
}

func (r *Refusal) Error() string {
	s := r.Code + ": " + r.Msg.EN
	if r.Err != nil {
		s += ": " + r.Err.Error()
	}
	return s
}

func (r *Refusal) Unwrap() error { return r.Err }

// RefusalOf returns an error of the archive as a refusal.
func RefusalOf(err error) *Refusal {
	var e *archive.Error
	if !errors.As(err, &e) {
		return &Refusal{Code: archive.Internal.String(), Msg: archive.KindText(archive.Internal), Err: err}
	}
	r := &Refusal{Code: e.CodeOrKind(), Msg: e.Msg, Findings: e.Findings, Document: e.Other.String(), Err: e.Err}
	for _, f := range e.Fields {
		r.Code = f.Field
		r.Msg = f.Msg
	}
	return r
}

// refusalIn finds the refusal in an error, if it is one.
func refusalIn(err error) (*Refusal, bool) {
	var r *Refusal
	return r, errors.As(err, &r)
}
