package rest

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

func (s *server) documents() {
	huma.Register(s.api, operation("list-documents", http.MethodGet, "/documents", "documents", "Browse papers, newest first"), s.listDocuments)
	huma.Register(s.api, operation("get-document", http.MethodGet, "/documents/{id}", "documents", "One paper"), s.getDocument)
	op := operation("edit-document", http.MethodPatch, "/documents/{id}", "documents", "Change fields of a paper in review or returned",
		http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired, http.StatusUnsupportedMediaType)
	op.Description = "JSON Merge Patch (RFC 7396): a member replaces, null removes, what is absent stays. Members that do not exist are refused by name, because a mistyped one would be lost in silence."
	op.MaxBodyBytes = s.Archive.Limits.MetadataBytes
	huma.Register(s.api, op, s.editDocument)
	huma.Register(s.api, operation("count-findings", http.MethodGet, "/findings", "documents", "What is wrong with scans, counted by custodian and code"), s.countFindings)
	huma.Register(s.api, operation("list-document-events", http.MethodGet, "/documents/{id}/events", "documents", "History of a paper, oldest first"), s.documentEvents)
}

// teller returns the words for one request.
func (s *server) teller(ctx context.Context) (teller, error) {
	names, err := s.names(ctx)
	return teller{lang: s.Lang(ctx), actor: s.Who(ctx), name: names, kept: s.Archive.Limits.DiscardKept}, err
}

// DocumentPage is one page of a list.
type DocumentPage struct {
	Items []Document `json:"items"`
	Next  string     `json:"next" doc:"Cursor of the next page; empty on the last"`
}

type listDocumentsIn struct {
	Agency      string   `query:"agency" doc:"Issuing agency"`
	Custodian   string   `query:"custodian" doc:"Custodian, with all agencies below it and their predecessors"`
	Procedure   string   `query:"procedure"`
	Type        string   `query:"type"`
	Kind        string   `query:"kind" enum:"component,result"`
	State       []string `query:"state" doc:"Any of these, separated by commas"`
	Reading     []string `query:"reading" doc:"Any of these states of reading, separated by commas"`
	Dossier     string   `query:"dossier"`
	Number      string   `query:"number" maxLength:"100"`
	Notation    string   `query:"notation" maxLength:"100"`
	Finding     string   `query:"finding" maxLength:"60" pattern:"^[a-z0-9_]*$" doc:"Only papers with a finding of this code, such as skewed or blurred"`
	Mine        bool     `query:"mine" doc:"Only what the caller uploaded"`
	IssuedFrom  string   `query:"issued_from" doc:"Day"`
	IssuedTo    string   `query:"issued_to" doc:"Day, inclusive"`
	CreatedFrom string   `query:"created_from" doc:"Time or day"`
	CreatedTo   string   `query:"created_to" doc:"Time, exclusive, or day"`
	Order       string   `query:"order" enum:"newest,oldest,issued,changed" default:"newest"`
	Cursor      string   `query:"cursor" maxLength:"500"`
	Limit       int      `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type documentPageOut struct{ Body DocumentPage }

func (s *server) listDocuments(ctx context.Context, in *listDocumentsIn) (*documentPageOut, error) {
	actor := s.Who(ctx)
	var p parser
	f := archive.Filter{Agency: p.agency("query.agency", in.Agency), Procedure: p.procedure("query.procedure", in.Procedure), Type: in.Type,
		Kind: archive.DocumentKind(in.Kind), States: p.states("query.state", in.State), Reading: p.readings("query.reading", in.Reading),
		Dossier: p.dossier("query.dossier", in.Dossier), Number: in.Number, Notation: in.Notation,
		IssuedFrom: p.date("query.issued_from", in.IssuedFrom), IssuedTo: p.date("query.issued_to", in.IssuedTo),
		Created: archive.Span{From: p.instant("query.created_from", in.CreatedFrom), To: p.instant("query.created_to", in.CreatedTo)},
		Finding: in.Finding, Order: archive.Order(in.Order), After: in.Cursor, Limit: in.Limit}
	custodian := p.agency("query.custodian", in.Custodian)
	if err := p.err(); err != nil {
		return nil, err
	}
	if in.Mine {
		f.Uploader = actor.ID
	}
	var err error
	if f.Custodians, err = s.Archive.Custodians(ctx, custodian); err != nil {
		return nil, err
	}
	l, err := s.Archive.Documents(ctx, actor, f)
	if err != nil {
		return nil, err
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	return &documentPageOut{DocumentPage{t.documents(l.Items), l.Next}}, nil
}

func (p *parser) states(field string, in []string) []archive.State {
	var out []archive.State
	for _, s := range in {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if !contains(archive.States, archive.State(s)) {
			p.fault(field, "unknown_state", notValid)
			return nil
		}
		out = append(out, archive.State(s))
	}
	return out
}

var readingStates = []archive.ReadingState{archive.ReadingWaiting, archive.ReadingRunning, archive.ReadingDone, archive.ReadingPartial, archive.ReadingFailed, archive.ReadingOff}

func (p *parser) readings(field string, in []string) []archive.ReadingState {
	var out []archive.ReadingState
	for _, s := range in {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if !contains(readingStates, archive.ReadingState(s)) {
			p.fault(field, "unknown_state", notValid)
			return nil
		}
		out = append(out, archive.ReadingState(s))
	}
	return out
}

func contains[T comparable](all []T, v T) bool {
	for _, x := range all {
		if x == v {
			return true
		}
	}
	return false
}

type documentIn struct {
	ID string `path:"id" doc:"Id of the paper"`
}

type documentOut struct {
	ETag string `header:"ETag"`
	Body Document
}

func (s *server) getDocument(ctx context.Context, in *documentIn) (*documentOut, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	actor := s.Who(ctx)
	d, err := s.Archive.Document(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	// Alone, a paper also tells what its fields and other papers have against it; a list would ask that a hundred times.
	if d.Findings, err = s.Archive.Warnings(ctx, actor, &d); err != nil {
		return nil, err
	}
	return s.one(ctx, &d)
}

func (s *server) one(ctx context.Context, d *archive.Document) (*documentOut, error) {
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	return &documentOut{etag(d.Revision), t.document(d)}, nil
}
