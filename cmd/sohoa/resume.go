package main

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sohoa/archive"
	"sohoa/cmd/sohoa/intake"
)

// Papers above this size go to a server in pieces (tus 1.0.0), so that a line that breaks does not begin them again. Smaller
// ones are sent again sooner than three requests are made.
const resumeFrom = 8 << 20

// maxSaid is how much may be said about a paper in a header; more goes in a form with the file.
const maxSaid = 12 << 10

// barren is how often in a row the line may break before a piece came through; the folder's next round goes on from there.
const barren = 8

// silence is how long a line may take nothing before it is taken for dead.
const silence = time.Minute

// pieces is one paper on its way to a server in pieces.
type pieces struct {
	client *client
	paper  *intake.Paper
	key    string // of the paper and all that is said of it
	said   string // Upload-Metadata
	begun  int    // uploads of this paper that are over without a paper, each under a key of its own
	path   string // of the upload under way, "" while there is none
}

// inPieces makes the upload of a paper, nil when the paper is to go in one request.
func (s *serverDepositor) inPieces(m *message, p *intake.Paper, sum archive.Digest) *pieces {
	if p.Size < resumeFrom || len(m.said) > maxSaid {
		return nil
	}
	pair := func(key, value string) string {
		return key + " " + base64.StdEncoding.EncodeToString([]byte(value))
	}
	return &pieces{client: s.client, paper: p, key: m.header.Get("Idempotency-Key"),
		said: strings.Join([]string{pair("filetype", m.typ), pair("digest", sum.String()), pair("metadata", string(m.said))}, ",")}
}

// send brings the paper in. An upload that an earlier run began is found by its key and gone on with, and one that was whole
// answers with its paper.
func (u *pieces) send(ctx context.Context) (intake.Receipt, error) {
	last := int64(-1)
	for failed := 0; ; {
		at, err := u.offset(ctx)
		if at > last {
			failed, last = 0, at
		}
		if err == nil && at < u.paper.Size {
			err = u.piece(ctx, at)
		}
		if err == nil {
			return u.receipt(ctx)
		}
		wait, again := u.again(err)
		if failed++; !again || failed > barren || ctx.Err() != nil {
			return intake.Receipt{}, err
		}
		pause := time.NewTimer(max(wait, min(100*time.Millisecond<<(2*(failed-1)), 30*time.Second)))
		select {
		case <-ctx.Done():
			pause.Stop()
			return intake.Receipt{}, ctx.Err()
		case <-pause.C:
		}
	}
}

// offset returns how much of the paper the server has, beginning the upload when it has none.
func (u *pieces) offset(ctx context.Context) (int64, error) {
	for {
		if u.path == "" {
			h := http.Header{"Tus-Resumable": {"1.0.0"}, "Upload-Length": {strconv.FormatInt(u.paper.Size, 10)}, "Upload-Metadata": {u.said},
				"Idempotency-Key": {archive.DigestOf([]byte(u.key + strconv.Itoa(u.begun))).Hex()}}
			got, err := u.client.ask(ctx, http.MethodPost, "/uploads", h, http.NoBody, 0, nil)
			if err != nil {
				return 0, err
			}
			where := got.Get("Location")
			_, u.path, _ = strings.Cut(where, "/api/v1")
			if !strings.HasPrefix(u.path, "/uploads/") {
				return 0, errors.New("the server does not say where the pieces go")
			}
		}
		got, err := u.client.ask(ctx, http.MethodHead, u.path, http.Header{"Tus-Resumable": {"1.0.0"}}, nil, -1, nil)
		if over(err) && u.begun < barren {
			u.path, u.begun = "", u.begun+1
			continue
		}
		if err != nil {
			return 0, u.inWords(ctx, err)
		}
		return strconv.ParseInt(got.Get("Upload-Offset"), 10, 64)
	}
}

// over reports whether an upload is not there any more.
func over(err error) bool {
	var p *problem
	return errors.As(err, &p) && (p.Status == http.StatusNotFound || p.Status == http.StatusGone)
}

// inWords gives the refusal of a HEAD, which has no body, the words of the upload itself.
func (u *pieces) inWords(ctx context.Context, err error) error {
	var p *problem
	if !errors.As(err, &p) || p.Code != "" {
		return err
	}
	st, serr := u.state(ctx)
	if serr != nil || st.Problem == nil {
		return err
	}
	st.Problem.Status = p.Status
	return st.Problem
}

type uploadState struct {
	Document    string        `json:"document"`
	Quarantined bool          `json:"quarantined"`
	Findings    []toldFinding `json:"findings"`
	Problem     *problem      `json:"problem"`
}

func (u *pieces) state(ctx context.Context) (st uploadState, err error) {
	return st, u.client.do(ctx, http.MethodGet, u.path, nil, nil, -1, &st)
}

func (u *pieces) receipt(ctx context.Context) (intake.Receipt, error) {
	st, err := u.state(ctx)
	if err == nil && st.Document == "" {
		err = errors.New("the server has the whole file and names no paper")
	}
	return intake.Receipt{Document: st.Document, Quarantined: st.Quarantined, Findings: findingsOf(st.Findings)}, err
}

// piece sends what is missing, as far as the line holds.
func (u *pieces) piece(ctx context.Context, at int64) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	body := &watched{r: u.paper.From(at), dead: time.AfterFunc(silence, func() { cancel(errSilent) })}
	defer body.dead.Stop()
	h := http.Header{"Tus-Resumable": {"1.0.0"}, "Content-Type": {"application/offset+octet-stream"}, "Upload-Offset": {strconv.FormatInt(at, 10)}}
	_, err := u.client.ask(ctx, http.MethodPatch, u.path, h, body, u.paper.Size-at, nil)
	if cause := context.Cause(ctx); errors.Is(cause, errSilent) {
		return cause
	}
	return err
}

var errSilent = errors.New("the line to the server takes nothing any more")

// watched gives a line up that takes nothing for too long. What the server does with a whole file may take its time.
type watched struct {
	r    io.Reader
	dead *time.Timer
}

func (w *watched) Read(b []byte) (int, error) {
	w.dead.Reset(silence)
	n, err := w.r.Read(b)
	if err != nil {
		w.dead.Stop()
	}
	return n, err
}

// again says whether an error is the line's or the moment's, and how long to wait at least.
func (u *pieces) again(err error) (time.Duration, bool) {
	var p *problem
	if !errors.As(err, &p) {
		return 0, !errors.Is(err, intake.ErrChanged) && !errors.Is(err, context.Canceled)
	}
	switch {
	case p.Status == http.StatusRequestTimeout, p.Status == http.StatusLocked, p.Status == http.StatusMisdirectedRequest, p.Status == http.StatusTooManyRequests && p.Code != quotaExceeded,
		p.Status == http.StatusBadGateway, p.Status == http.StatusServiceUnavailable, p.Status == http.StatusGatewayTimeout,
		p.Code == "offset_mismatch", p.Code == "upload_superseded", p.Code == "still_running", p.Code == "busy", p.Code == "incomplete_body", over(err):
		return min(p.retryAfter, 30*time.Second), true
	}
	return 0, false
}
