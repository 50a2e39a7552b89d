package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"path/filepath"
	"time"

	"sohoa/archive"
	"sohoa/cmd/sohoa/intake"
)

// houseDepositor takes papers of a folder into the house of this process.
type houseDepositor struct {
	archive *archive.Archive
	actor   archive.Actor // as it is before it is admitted
	onFault archive.OnFault
	known   bool // a paper that came another way is there before, and no refusal
}

// acknowledged is the route under which the keys of folders are kept among the answers to repeated requests.
const acknowledged = "intake"

// Deposit is intake.Depositor.
//
// Crash-safety: the key is kept inside the deposit's own transaction, and looked for before the next deposit of the same
// file. Power lost before that transaction: nothing of the paper is visible. After it: the file meets its own key, and its
// paper is named again. The janitor forgets keys after 7 days; a file that lies untouched for longer after the crash
// meets duplicate_content.
func (h *houseDepositor) Deposit(ctx context.Context, r intake.Request, p *intake.Paper) (intake.Receipt, error) {
	if p.Size > h.archive.Limits.FileBytes {
		return intake.Receipt{}, &intake.Refusal{Code: archive.TooLarge.String(), Msg: archive.Text{
			VI: "Tệp lớn hơn mức cho phép. Hãy quét lại với độ phân giải 200-300 dpi, hoặc chia thành nhiều tệp.",
			EN: "The file is larger than is taken. Scan it again at 200 to 300 dpi, or in several files."}}
	}
	actor, err := h.archive.Admit(ctx, h.actor)
	if err != nil {
		return intake.Receipt{}, err
	}
	answer := archive.Answer{Actor: actor.ID, Route: acknowledged, Key: r.Key, Node: h.archive.Node, CreatedAt: h.archive.Clock.Now()}
	for {
		old, err := h.before(ctx, answer)
		if err != nil {
			return intake.Receipt{}, err
		}
		if old == nil {
			break
		}
		sum, err := p.Digest()
		if err != nil {
			return intake.Receipt{}, err
		}
		if old.Body == sum {
			var was kept
			if err := json.Unmarshal(old.Reply, &was); err != nil {
				return intake.Receipt{}, archive.Errorf(archive.Corrupt, "kept acknowledgement: %v", err)
			}
			return intake.Receipt{Document: was.Document, Before: true, Said: was.Said}, nil
		}
		// Other bytes under the same name, size and time: clocks of network disks are coarse.
		answer.Key = archive.DigestOf([]byte(answer.Key + sum.String())).Hex()
	}
	if r.Agency, err = h.custodian(ctx, actor, r); err != nil {
		return intake.Receipt{}, err
	}
	doc, err := h.archive.Deposit(ctx, actor, archive.Deposit{Body: p.Reader(), FileName: r.FileName, MediaType: mime.TypeByExtension(filepath.Ext(r.FileName)),
		Kind: r.Kind, Dossier: r.Dossier, Agency: r.Agency, Access: r.Access, Fields: r.Fields, OnFault: h.onFault, Size: p.Size, Pages: r.Pages,
		Then: func(ctx context.Context, tx archive.Tx, doc archive.Document) error {
			return keep(ctx, tx, answer, &doc, r.Said)
		}})
	if err != nil {
		return h.judge(err)
	}
	return intake.Receipt{Document: doc.ID.String(), Quarantined: doc.State == archive.Quarantined, Findings: doc.Findings}, nil
}

// kept is what is kept of an acknowledgement.
type kept struct {
	Document string         `json:"document"`
	Said     archive.Digest `json:"said,omitzero"`
}

func keep(ctx context.Context, tx archive.Tx, a archive.Answer, doc *archive.Document, said archive.Digest) error {
	a.Body = doc.Head().Digest // kept by Begin; Complete does not write it
	_, fresh, err := tx.Answers().Begin(ctx, a)
	if err != nil {
		return err
	}
	if !fresh { // another process works on the same folder and was quicker
		return archive.Errorf(archive.Unavailable, "file is being deposited by another process")
	}
	a.Status = http.StatusCreated
	if a.Reply, err = json.Marshal(kept{doc.ID.String(), said}); err != nil {
		return err
	}
	return tx.Answers().Complete(ctx, a)
}

// errUnheard ends a transaction that only looked.
var errUnheard = errors.New("key is not known")

// before returns the acknowledgement kept under a key, nil when there is none. It changes nothing: the claim that asks is
// rolled back.
func (h *houseDepositor) before(ctx context.Context, a archive.Answer) (*archive.Answer, error) {
	var old archive.Answer
	err := h.archive.Catalog.Update(ctx, func(tx archive.Tx) error {
		o, fresh, err := tx.Answers().Begin(ctx, a)
		if err == nil && fresh {
			err = errUnheard
		}
		old = o
		return err
	})
	switch {
	case errors.Is(err, errUnheard):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &old, nil
}

// custodian leaves the agency of a dossier that is there to the dossier. The first paper of a new one is kept by the agency
// that its code says received it, when the actor has that in scope.
func (h *houseDepositor) custodian(ctx context.Context, actor archive.Actor, r intake.Request) (archive.AgencyCode, error) {
	if r.Agency != "" || r.Dossier == "" {
		return r.Agency, nil
	}
	err := h.archive.Catalog.View(ctx, func(tx archive.Tx) error {
		_, err := tx.Dossiers().Get(ctx, r.Dossier)
		return err
	})
	if archive.KindOf(err) != archive.NotFound {
		return "", err
	}
	if code := r.Dossier.Agency(); code != "" && actor.Covers(code) {
		return code, nil
	}
	return "", nil
}

// quotaExceeded is the code of papers that have their turn tomorrow, or when somebody has raised a quota.
const quotaExceeded = "quota_exceeded"

var scopeText = archive.Text{VI: "Cơ quan mà thư mục con nêu tên không thuộc thư mục nhận này.", EN: "The agency the subfolder is named by is none of this inbox's."}

// judge turns an error of the archive into one of intake.
func (h *houseDepositor) judge(err error) (intake.Receipt, error) {
	if archive.CodeOf(err) == quotaExceeded {
		return intake.Receipt{}, fmt.Errorf("%w: %w", intake.ErrLater, err)
	}
	switch archive.KindOf(err) {
	case archive.Conflict:
		if r := intake.RefusalOf(err); h.known && r.Code == "duplicate_content" {
			return intake.Receipt{Before: true, Code: r.Code, Document: r.Document}, nil
		}
		return intake.Receipt{}, intake.RefusalOf(err)
	case archive.TooLarge, archive.Invalid:
		return intake.Receipt{}, intake.RefusalOf(err)
	case archive.Unprocessable:
		r := intake.RefusalOf(err)
		r.Recorded = true // by Deposit itself
		return intake.Receipt{}, r
	case archive.NotFound:
		return intake.Receipt{}, &intake.Refusal{Code: "agency_scope", Msg: scopeText, Err: err}
	case archive.Forbidden:
		return intake.Receipt{}, fmt.Errorf("%w: %w", intake.ErrStop, err)
	}
	return intake.Receipt{}, err
}

// record is intake.Config.Record.
func (h *houseDepositor) record(ctx context.Context, r intake.Request, why *intake.Refusal) error {
	return h.archive.RecordRefusal(ctx, h.actor, archive.TurnedAway{Code: why.Code, FileName: r.FileName, Dossier: r.Dossier})
}

// serverDepositor sends papers of a folder to a running server.
type serverDepositor struct {
	client  *client
	onFault archive.OnFault
}

// tries is how often a paper is sent to a server that asks for patience.
const tries = 6

// Deposit is intake.Depositor. The key of the request is that of the folder with the digest of the bytes, because the server
// compares both: the answer to an upload whose line was cut comes back to whoever asks again within 7 days.
func (s *serverDepositor) Deposit(ctx context.Context, r intake.Request, p *intake.Paper) (intake.Receipt, error) {
	sum, err := p.Digest()
	if err != nil {
		return intake.Receipt{}, err
	}
	m, err := s.message(r, p, sum)
	if err != nil {
		return intake.Receipt{}, err
	}
	if u := s.inPieces(&m, p, sum); u != nil {
		got, err := u.send(ctx)
		if err != nil {
			return s.judge(err)
		}
		return got, nil
	}
	for n := 1; ; n++ {
		var out struct {
			ID       string        `json:"id"`
			State    archive.State `json:"state"`
			Findings []toldFinding `json:"findings"`
		}
		err := s.client.do(ctx, m.method, m.path, m.header, m.body(p), m.size, &out)
		if err == nil {
			return intake.Receipt{Document: out.ID, Quarantined: out.State == archive.Quarantined, Findings: findingsOf(out.Findings)}, nil
		}
		wait, again := patience(err)
		if !again || n == tries {
			return s.judge(err)
		}
		pause := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			pause.Stop()
			return intake.Receipt{}, ctx.Err()
		case <-pause.C:
		}
	}
}

// patience says how long to wait when the server only asks for that.
func patience(err error) (time.Duration, bool) {
	var p *problem
	if !errors.As(err, &p) || p.Status != http.StatusServiceUnavailable && p.Status != http.StatusTooManyRequests && p.Code != "still_running" {
		return 0, false
	}
	return min(max(p.retryAfter, time.Second), 30*time.Second), true
}

func (s *serverDepositor) judge(err error) (intake.Receipt, error) {
	var p *problem
	if !errors.As(err, &p) {
		return intake.Receipt{}, err
	}
	switch {
	case p.Status == http.StatusUnauthorized, p.Status == http.StatusForbidden:
		return intake.Receipt{}, fmt.Errorf("%w: %w", intake.ErrStop, err)
	case p.Status >= 500, p.Status == http.StatusTooManyRequests, p.Code == "still_running":
		return intake.Receipt{}, err
	case p.Code == quotaExceeded:
		return intake.Receipt{}, fmt.Errorf("%w: %w", intake.ErrLater, err)
	case p.Code == "duplicate_content":
		return intake.Receipt{Before: true, Code: p.Code, Document: p.Document}, nil
	}
	code, msg := p.Code, p.Detail
	if msg == "" {
		msg = p.Title
	}
	for _, f := range p.Errors { // what is wrong with the request says more than that it is
		code, msg = f.Field, f.Message
	}
	return intake.Receipt{}, &intake.Refusal{Code: code, Msg: archive.Text{VI: msg, EN: msg}, Findings: findingsOf(p.Findings), Document: p.Document, Recorded: true}
}

// toldFinding is a finding as the server tells it, in one language.
type toldFinding struct {
	Code     string           `json:"code"`
	Severity archive.Severity `json:"severity"`
	Page     int              `json:"page"`
	Message  string           `json:"message"`
}

func findingsOf(in []toldFinding) []archive.Finding {
	var out []archive.Finding
	for _, f := range in {
		out = append(out, archive.Finding{Code: f.Code, Severity: f.Severity, Page: f.Page, Msg: archive.Text{VI: f.Message, EN: f.Message}})
	}
	return out
}
