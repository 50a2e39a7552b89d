package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

func (s *server) refilings() {
	op := operation("move-document", http.MethodPost, "/documents/{id}/move", "documents", "Move to the right dossier",
		http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	op.Description = "The dossier is opened when it is new. The custodian follows the dossier. Once the paper is accepted, a checker gives a reason. To undo it, move it back."
	op.MaxBodyBytes = s.Archive.Limits.MetadataBytes
	huma.Register(s.api, op, s.refile)
	huma.Register(s.api, operation("list-dossier-events", http.MethodGet, "/dossiers/{code}/events", "dossiers", "History of a dossier, oldest first"), s.dossierEvents)
}

// RefileIn is the body of a move to another dossier.
type RefileIn struct {
	DossierCode string `json:"dossier_code" doc:"Empty: out of every dossier" example:"H15.50.05.13-261008-0975"`
	Reason      string `json:"reason,omitempty" maxLength:"2000" doc:"Wanted once the paper is accepted"`
}

type refileIn struct {
	ID      string `path:"id" doc:"Id of the paper"`
	IfMatch string `header:"If-Match" doc:"ETag of what was read, or *"`
	Key     string `header:"Idempotency-Key" doc:"Repeats with this key get the first answer, for 7 days"`
	Body    RefileIn
}

func (s *server) refile(ctx context.Context, in *refileIn) (*created[Document], error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	after, err := revision(in.IfMatch)
	if err != nil {
		return nil, err
	}
	var p parser
	req := archive.Refiling{Dossier: p.dossier("dossier_code", in.Body.DossierCode), Reason: in.Body.Reason, After: after}
	if err := p.err(); err != nil {
		return nil, err
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	asked := []byte(id.String() + "\n" + req.Dossier.String() + "\n" + req.Reason)
	return repeatable(ctx, s, "refile", in.Key, asked, func(o *once, body archive.Digest) (*created[Document], bool, error) {
		answer := func(d *archive.Document) *created[Document] {
			return &created[Document]{Status: http.StatusOK, ETag: etag(d.Revision), Body: t.document(d)}
		}
		req.Then = func(ctx context.Context, tx archive.Tx, d archive.Document) error {
			out := answer(&d)
			reply, err := encode(out.Body)
			if err != nil {
				return err
			}
			return o.complete(ctx, tx, body, out.Status, out.headers(), reply)
		}
		d, err := s.Archive.Refile(ctx, t.actor, id, req)
		if err != nil {
			return nil, false, err
		}
		return answer(&d), true, nil
	})
}

type dossierEventsIn struct {
	Code   string `path:"code" doc:"Code of the dossier"`
	Cursor string `query:"cursor" maxLength:"36" doc:"Id of an event: the list goes on after it"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *server) dossierEvents(ctx context.Context, in *dossierEventsIn) (*eventPageOut, error) {
	code, err := archive.ParseDossierCode(in.Code)
	if err != nil {
		return nil, archive.ErrNotFound
	}
	return eventPage(in.Cursor, in.Limit, func(after archive.ID, limit int) ([]archive.Event, error) {
		return s.Archive.DossierHistory(ctx, s.Who(ctx), code, after, limit)
	})
}
