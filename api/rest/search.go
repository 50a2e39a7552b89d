package rest

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

func (s *server) searches() {
	get := operation("search", http.MethodGet, "/search", "search", "Find papers by words, phrases and fields")
	get.Description = "Query language: words, \"phrases\", -not, field:value, prefix*, OR. Each submitted query is noted; the next pages of its answer are not. An owner's identifier is taken by POST only, because addresses end up in logs."
	huma.Register(s.api, get, func(ctx context.Context, in *searchGetIn) (*searchOut, error) {
		return s.search(ctx, "query.", in.query())
	})
	post := operation("search-post", http.MethodPost, "/search", "search", "The same as JSON", http.StatusUnsupportedMediaType)
	post.MaxBodyBytes = s.Archive.Limits.MetadataBytes
	huma.Register(s.api, post, func(ctx context.Context, in *searchPostIn) (*searchOut, error) {
		return s.search(ctx, "", in.Body)
	})
}

// SearchQuery is one question.
type SearchQuery struct {
	Q          string   `json:"q,omitempty"`
	Agency     string   `json:"agency,omitempty" doc:"Issuing agency"`
	Custodian  string   `json:"custodian,omitempty" doc:"Custodian, with all agencies below it and their predecessors"`
	Procedure  string   `json:"procedure,omitempty"`
	Type       string   `json:"type,omitempty"`
	Kind       string   `json:"kind,omitempty" enum:"component,result"`
	State      []string `json:"state,omitempty" doc:"Any of these"`
	Dossier    string   `json:"dossier,omitempty"`
	OwnerID    string   `json:"owner_id,omitempty" doc:"Identifier of the owner, whole"`
	IssuedFrom string   `json:"issued_from,omitempty" doc:"Day"`
	IssuedTo   string   `json:"issued_to,omitempty" doc:"Day, inclusive"`
	Sort       string   `json:"sort,omitempty" enum:"relevance,newest,oldest"`
	Facets     []string `json:"facets,omitempty" doc:"Any of agency, type, year, procedure, state"`
	Cursor     string   `json:"cursor,omitempty" maxLength:"2000"`
	Limit      int      `json:"limit,omitempty" minimum:"1" maximum:"200"`
}

type searchGetIn struct {
	Q          string   `query:"q" doc:"The query"`
	Agency     string   `query:"agency" doc:"Issuing agency"`
	Custodian  string   `query:"custodian" doc:"Custodian, with all agencies below it and their predecessors"`
	Procedure  string   `query:"procedure"`
	Type       string   `query:"type"`
	Kind       string   `query:"kind" enum:"component,result"`
	State      []string `query:"state" doc:"Any of these, separated by commas"`
	Dossier    string   `query:"dossier"`
	IssuedFrom string   `query:"issued_from" doc:"Day"`
	IssuedTo   string   `query:"issued_to" doc:"Day, inclusive"`
	Sort       string   `query:"sort" enum:"relevance,newest,oldest" default:"relevance"`
	Facets     []string `query:"facets" doc:"Any of agency, type, year, procedure, state, separated by commas"`
	Cursor     string   `query:"cursor" maxLength:"2000"`
	Limit      int      `query:"limit" minimum:"1" maximum:"200" default:"20"`
}

func (in *searchGetIn) query() SearchQuery {
	return SearchQuery{Q: in.Q, Agency: in.Agency, Custodian: in.Custodian, Procedure: in.Procedure, Type: in.Type, Kind: in.Kind, State: in.State, Dossier: in.Dossier,
		IssuedFrom: in.IssuedFrom, IssuedTo: in.IssuedTo, Sort: in.Sort, Facets: in.Facets, Cursor: in.Cursor, Limit: in.Limit}
}

type searchPostIn struct{ Body SearchQuery }

type searchOut struct{ Body SearchAnswer }

// SearchAnswer is one page of answers.
type SearchAnswer struct {
	Total      *int64             `json:"total" nullable:"true" doc:"Papers found inside the caller's sight; null where counting would cost more than the answer"`
	TookMs     int64              `json:"took_ms"`
	Items      []SearchItem       `json:"items"`
	Facets     map[string][]Facet `json:"facets" doc:"By the name asked for"`
	Next       string             `json:"next" doc:"Cursor of the next page; empty on the last"`
	DidYouMean string             `json:"did_you_mean"`
}

// SearchItem is one found paper.
type SearchItem struct {
	Document Document  `json:"document"`
	Score    float64   `json:"score"`
	Snippets []Snippet `json:"snippets"`
}

// Snippet is a stretch of a field with what was found in it.
type Snippet struct {
	Field string        `json:"field" example:"text"`
	Page  int           `json:"page,omitempty" doc:"From 1; absent for fields"`
	Parts []SnippetPart `json:"parts"`
}

// SnippetPart is a run of text, found or not.
type SnippetPart struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit"`
}

// Facet is one value and how many found papers have it.
type Facet struct {
	Value string `json:"value"`
	Name  string `json:"name,omitempty" doc:"Of an agency"`
	Count int    `json:"count"`
}

func (s *server) search(ctx context.Context, at string, in SearchQuery) (*searchOut, error) {
	actor := s.Who(ctx)
	var p parser
	q := archive.Query{Text: in.Q, Agency: p.agency(at+"agency", in.Agency), Procedure: p.procedure(at+"procedure", in.Procedure), Type: in.Type,
		Kind: archive.DocumentKind(in.Kind), States: p.states(at+"state", in.State), Dossier: p.dossier(at+"dossier", in.Dossier),
		IssuedFrom: p.date(at+"issued_from", in.IssuedFrom), IssuedTo: p.date(at+"issued_to", in.IssuedTo), Sort: archive.Sort(in.Sort), After: in.Cursor, Limit: in.Limit}
	if in.Sort == "" {
		q.Sort = archive.ByRelevance
	}
	_, q.OwnerID, _ = archive.NormaliseOwnerID("", in.OwnerID)
	for _, f := range in.Facets {
		if f = strings.TrimSpace(f); f == "" {
			continue
		}
		if !contains(archive.FacetNames, f) {
			p.fault(at+"facets", "unknown_facet", notValid)
			break
		}
		q.Facets = append(q.Facets, f)
	}
	custodian := p.agency(at+"custodian", in.Custodian)
	if err := p.err(); err != nil {
		return nil, err
	}
	var err error
	if q.Custodians, err = s.Archive.Custodians(ctx, custodian); err != nil {
		return nil, err
	}
	found, err := s.Archive.Search(ctx, actor, q)
	if err != nil {
		return nil, err
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	return &searchOut{t.answer(&found)}, nil
}

func (t teller) answer(found *archive.Found) SearchAnswer {
	out := SearchAnswer{TookMs: found.Took.Milliseconds(), Items: make([]SearchItem, 0, len(found.Hits)), Facets: map[string][]Facet{}, Next: found.Next, DidYouMean: found.DidYouMean}
	if found.Counted {
		out.Total = &found.Total
	}
	for _, hit := range found.Hits {
		d := found.Documents[hit.Document]
		item := SearchItem{Document: t.document(&d), Score: hit.Score, Snippets: make([]Snippet, 0, len(hit.Snippets))}
		for _, sn := range hit.Snippets {
			parts := make([]SnippetPart, 0, len(sn.Parts))
			for _, part := range sn.Parts {
				parts = append(parts, SnippetPart{part.Text, part.Hit})
			}
			item.Snippets = append(item.Snippets, Snippet{sn.Field, sn.Page, parts})
		}
		out.Items = append(out.Items, item)
	}
	for name, counts := range found.Facets {
		values := make([]Facet, 0, len(counts))
		for _, c := range counts {
			f := Facet{Value: c.Value, Count: c.Count}
			if name == archive.FacetAgency {
				f.Name = t.name(archive.AgencyCode(c.Value))
			}
			values = append(values, f)
		}
		out.Facets[name] = values
	}
	return out
}
