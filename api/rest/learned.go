package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

// learned mounts what the house learned from confirmed papers: to look at, and to forget.
func (s *server) learned() {
	list := operation("list-learned", http.MethodGet, "/learned", "registry", "What was learned from confirmed papers, the newest first")
	list.Description = "Signers by agency, names by which agencies go, procedures by type: proposals are made with them. Each names the last paper that said so. " +
		"`offered` is false when too many papers said otherwise, or none lately."
	huma.Register(s.api, list, s.listLearned)
	forget := operation("forget-learned", http.MethodPost, "/learned/forget", "registry", "Forget something that was learned")
	forget.DefaultStatus = http.StatusNoContent
	forget.MaxBodyBytes = s.Archive.Limits.MetadataBytes
	huma.Register(s.api, forget, s.forgetLearned)
}

// Learned is one thing that was learned.
type Learned struct {
	Kind      string    `json:"kind" enum:"signer,agency,procedure"`
	Scope     string    `json:"scope" doc:"Folded name of the agency, or type of the paper"`
	Shown     string    `json:"shown" doc:"The scope as it stood on the paper"`
	Value     string    `json:"value" doc:"Name of the signer, or code of the agency or procedure"`
	Also      string    `json:"also,omitempty" doc:"The signer's position"`
	Confirmed int       `json:"confirmed" doc:"Papers that said so"`
	Denied    int       `json:"denied" doc:"Papers for which it was proposed and something else was confirmed"`
	Offered   bool      `json:"offered"`
	Document  string    `json:"document_id" doc:"The last paper that said so"`
	LastAt    time.Time `json:"last_at"`
}

// LearnedList is what was learned of one kind.
type LearnedList struct {
	Items []Learned `json:"items"`
}

type learnedIn struct {
	Kind  string `query:"kind" enum:"signer,agency,procedure" default:"signer"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *server) listLearned(ctx context.Context, in *learnedIn) (*struct{ Body LearnedList }, error) {
	l, err := s.Archive.Learned(ctx, s.Who(ctx), archive.LearnedKind(in.Kind), in.Limit)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body LearnedList }{LearnedList{Items: []Learned{}}}
	for i := range l {
		x := &l[i]
		out.Body.Items = append(out.Body.Items, Learned{string(x.Kind), x.Scope, x.Shown, x.Value, x.Also, x.Confirmed, x.Denied, x.Stands(s.now()), x.Document.String(), x.LastAt})
	}
	return out, nil
}

// ForgetIn names what to forget.
type ForgetIn struct {
	Kind  string `json:"kind" enum:"signer,agency,procedure"`
	Scope string `json:"scope" maxLength:"1000"`
	Value string `json:"value" maxLength:"1000"`
}

func (s *server) forgetLearned(ctx context.Context, in *struct{ Body ForgetIn }) (*struct{}, error) {
	return nil, s.Archive.Forget(ctx, s.Who(ctx), archive.LearnedKind(in.Body.Kind), in.Body.Scope, in.Body.Value)
}
