package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

// offered are the moves that have a call here. A new scan is POST …/versions.
var offered = map[archive.Move]bool{archive.Submit: true, archive.Accept: true, archive.Return: true, archive.Publish: true, archive.Supersede: true,
	archive.Withdraw: true, archive.Discard: true, archive.Restore: true, archive.Revert: true, archive.Refile: true, archive.Rescan: true,
	archive.Quarantine: true, archive.Release: true, archive.Arrange: true, archive.Split: true, archive.Merge: true}

// MoveIn is the body of a move.
type MoveIn struct {
	Reason string `json:"reason,omitempty" maxLength:"2000" doc:"Where the rule wants one"`
}

type moveIn struct {
	ID      string `path:"id" doc:"Id of the paper"`
	IfMatch string `header:"If-Match" doc:"ETag of what was read, or *"`
	Key     string `header:"Idempotency-Key" doc:"Repeats with this key get the first answer, for 7 days"`
	Body    *MoveIn
}

func (s *server) moves() {
	// A dossier is more than a reason, and so are a file and pages: refile.go, deposit.go, arrange.go.
	described := map[archive.Move]bool{archive.Refile: true, archive.Rescan: true, archive.Arrange: true, archive.Split: true, archive.Merge: true}
	for _, r := range archive.Rules {
		if !offered[r.Move] || described[r.Move] {
			continue
		}
		described[r.Move] = true
		op := operation(string(r.Move)+"-document", http.MethodPost, "/documents/{id}/"+string(r.Move), "documents", r.Name.EN,
			http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
		op.Description = r.Name.VI + "."
		if r.Reason {
			op.Description += " Needs a reason."
		}
		switch r.Move {
		case archive.Submit:
			op.Description += " The findings of the answer name other papers with the same number; they do not keep this one back."
		case archive.Quarantine:
			op.Description += " Its bytes leave the store for the quarantine, and what was read of it is forgotten."
		case archive.Release:
			op.Description += " Every version is scanned and inspected again by today's rules. Active content may be let in, and its findings stay; anything else that is wrong is " +
				"refused (422 with the code of the refusal and every finding, 503 scanner_away or no_scanner while it cannot be scanned) and the paper stays where it is."
		case archive.Revert:
			op.Description += " What was accepted or published before the new scan counts again, fields included; the scan stays among the versions."
		}
		op.MaxBodyBytes = s.Archive.Limits.MetadataBytes
		huma.Register(s.api, op, s.move(r.Move))
	}
}

func (s *server) move(m archive.Move) func(context.Context, *moveIn) (*created[Document], error) {
	return func(ctx context.Context, in *moveIn) (*created[Document], error) {
		id, err := documentID(in.ID)
		if err != nil {
			return nil, err
		}
		after, err := revision(in.IfMatch)
		if err != nil {
			return nil, err
		}
		t, err := s.teller(ctx)
		if err != nil {
			return nil, err
		}
		req := archive.MoveRequest{Move: m, After: after}
		if in.Body != nil {
			req.Reason = in.Body.Reason
		}
		asked := []byte(string(m) + "\n" + id.String() + "\n" + req.Reason)
		return repeatable(ctx, s, "move", in.Key, asked, func(o *once, body archive.Digest) (*created[Document], bool, error) {
			answer := func(d *archive.Document) *created[Document] {
				return &created[Document]{Status: http.StatusOK, ETag: etag(d.Revision), Body: t.document(d)}
			}
			var out *created[Document]
			req.Then = func(ctx context.Context, tx archive.Tx, d archive.Document) (err error) {
				// Another paper with the number is told with the answer. It keeps nothing from being sent on: a program decides
				// for itself, a person was asked on the page.
				if m == archive.Submit {
					if d.Findings, err = s.Archive.WarningsIn(ctx, tx, t.actor, &d); err != nil {
						return err
					}
				}
				out = answer(&d)
				reply, err := encode(out.Body)
				if err != nil {
					return err
				}
				return o.complete(ctx, tx, body, out.Status, out.headers(), reply)
			}
			if _, err := s.Archive.Move(ctx, t.actor, id, req); err != nil {
				return nil, false, err
			}
			return out, true, nil
		})
	}
}
