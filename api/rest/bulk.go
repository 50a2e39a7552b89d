package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

func (s *server) bulks() {
	ask := operation("ask-bulk", http.MethodPost, "/bulk", "work", "Choose papers and what is to be done with them", http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType, http.StatusConflict)
	ask.Description = "Nothing is done before /start. Papers are named by their ids, or taken from a list as it is at this moment: what comes later does not join."
	ask.DefaultStatus = http.StatusCreated
	ask.MaxBodyBytes = 1 << 20 // 2,000 ids and room
	huma.Register(s.api, ask, s.askBulk)
	huma.Register(s.api, operation("list-bulk", http.MethodGet, "/bulk", "work", "The caller's last bulk acts, newest first"), s.listBulk)
	huma.Register(s.api, operation("get-bulk", http.MethodGet, "/bulk/{id}", "work", "How far a bulk act is"), s.onBulk((*archive.Archive).Bulk))
	huma.Register(s.api, operation("list-bulk-papers", http.MethodGet, "/bulk/{id}/papers", "work", "What became of each paper"), s.bulkPapers)
	for _, x := range []struct {
		path, id, name string
		do             func(*archive.Archive, context.Context, archive.Actor, archive.ID) (archive.Bulk, error)
	}{
		{"start", "start-bulk", "Begin what was chosen", (*archive.Archive).StartBulk},
		{"retry", "retry-bulk", "Choose again what was refused; to be started", (*archive.Archive).RetryBulk},
		{"undo", "undo-bulk", "Choose what was done, to take it back; to be started", (*archive.Archive).UndoBulk},
	} {
		huma.Register(s.api, operation(x.id, http.MethodPost, "/bulk/{id}/"+x.path, "work", x.name, http.StatusConflict, http.StatusPreconditionFailed), s.onBulk(x.do))
	}
}

// BulkIn chooses papers and an act.
type BulkIn struct {
	Act      string   `json:"act" enum:"submit,accept,return,publish,withdraw,assign,move,field,discard,restore"`
	IDs      []string `json:"ids,omitempty" maxItems:"20000" doc:"Papers; absent: those of the list"`
	List     string   `json:"list,omitempty" enum:"mine,returned,unit,unassigned,neighbours,mentions,soon,overdue"`
	States   []string `json:"states,omitempty" doc:"Of the list, or of all papers"`
	Reason   string   `json:"reason,omitempty" maxLength:"2000"`
	Assignee string   `json:"assignee,omitempty"`
	Unit     string   `json:"unit,omitempty"`
	Dossier  string   `json:"dossier,omitempty"`
	Field    string   `json:"field,omitempty" enum:"type,procedure_code,notation,signer_name,signer_position,language"`
	Value    string   `json:"value,omitempty" maxLength:"2000"`
}

// Bulk is one act on many papers.
type Bulk struct {
	ID         string     `json:"id" format:"uuid"`
	Act        string     `json:"act"`
	State      string     `json:"state" enum:"asked,running,done"`
	Undoes     string     `json:"undoes,omitempty" format:"uuid"`
	Waiting    int        `json:"waiting"`
	Done       int        `json:"done"`
	Refused    int        `json:"refused"`
	Undoable   bool       `json:"undoable"`
	CreatedAt  time.Time  `json:"created_at"`
	StartedAt  *time.Time `json:"started_at,omitempty"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
}

func tellBulk(b *archive.Bulk) Bulk {
	out := Bulk{ID: b.ID.String(), Act: string(b.Act), State: string(b.State), Waiting: b.Waiting, Done: b.Done, Refused: b.Refused, Undoable: b.Undoable(),
		CreatedAt: local(b.CreatedAt), StartedAt: localPtr(b.StartedAt), FinishedAt: localPtr(b.FinishedAt)}
	if !b.Undoes.IsZero() {
		out.Undoes = b.Undoes.String()
	}
	return out
}

type bulkOut struct{ Body Bulk }

func (s *server) askBulk(ctx context.Context, in *struct{ Body BulkIn }) (*bulkOut, error) {
	b := &in.Body
	var p parser
	r := archive.BulkRequest{Act: archive.BulkAct(b.Act), List: archive.WorkList(b.List), Args: archive.BulkArgs{Reason: b.Reason, Assignee: p.id("assignee", b.Assignee), Unit: p.agency("unit", b.Unit),
		Dossier: p.dossier("dossier", b.Dossier), Field: b.Field, Value: b.Value}}
	for _, x := range b.IDs {
		r.IDs = append(r.IDs, p.id("ids", x))
	}
	if states := p.states("states", b.States); b.IDs == nil && (b.List != "" || states != nil) {
		r.Filter = &archive.Filter{States: states}
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	out, err := s.Archive.AskBulk(ctx, s.Who(ctx), r)
	if err != nil {
		return nil, err
	}
	return &bulkOut{tellBulk(&out)}, nil
}

type bulkID struct {
	ID string `path:"id" doc:"Id of the bulk act"`
}

func (s *server) onBulk(do func(*archive.Archive, context.Context, archive.Actor, archive.ID) (archive.Bulk, error)) func(context.Context, *bulkID) (*bulkOut, error) {
	return func(ctx context.Context, in *bulkID) (*bulkOut, error) {
		id, err := documentID(in.ID)
		if err != nil {
			return nil, err
		}
		b, err := do(s.Archive, ctx, s.Who(ctx), id)
		if err != nil {
			return nil, err
		}
		return &bulkOut{tellBulk(&b)}, nil
	}
}

// Bulks are the caller's last bulk acts.
type Bulks struct {
	Items []Bulk `json:"items" doc:"Without counts"`
}

func (s *server) listBulk(ctx context.Context, _ *struct{}) (*struct{ Body Bulks }, error) {
	bs, err := s.Archive.Bulks(ctx, s.Who(ctx), 50)
	if err != nil {
		return nil, err
	}
	out := Bulks{Items: []Bulk{}}
	for i := range bs {
		out.Items = append(out.Items, tellBulk(&bs[i]))
	}
	return &struct{ Body Bulks }{out}, nil
}

// BulkPaper is what became of one paper.
type BulkPaper struct {
	Place    int        `json:"place"`
	Document string     `json:"document" format:"uuid"`
	State    string     `json:"state" enum:"waiting,done,refused"`
	Code     string     `json:"code,omitempty" doc:"Why it was refused"`
	Message  string     `json:"message,omitempty"`
	At       *time.Time `json:"at,omitempty"`
}

// BulkPapers is one page of them.
type BulkPapers struct {
	Items []BulkPaper `json:"items"`
	Next  int         `json:"next" doc:"Place to go on after; 0 on the last page"`
}

func (s *server) bulkPapers(ctx context.Context, in *struct {
	ID    string `path:"id" doc:"Id of the bulk act"`
	State string `query:"state" enum:"waiting,done,refused"`
	After int    `query:"after" minimum:"0" doc:"A place: the list goes on behind it"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}) (*struct{ Body BulkPapers }, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	ps, err := s.Archive.BulkPapers(ctx, s.Who(ctx), id, archive.PaperState(in.State), in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := BulkPapers{Items: []BulkPaper{}}
	for _, p := range ps {
		out.Items = append(out.Items, BulkPaper{p.Place, p.Document.String(), string(p.State), p.Code, p.Message.In(s.Lang(ctx)), localPtr(p.At)})
	}
	if len(ps) == in.Limit {
		out.Next = ps[len(ps)-1].Place
	}
	return &struct{ Body BulkPapers }{out}, nil
}
