package rest

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

func (s *server) procedures() {
	huma.Register(s.api, operation("list-procedures", http.MethodGet, "/procedures", "registry", "Procedures by code, then by the day each version holds from"), s.listProcedures)
	huma.Register(s.api, operation("get-procedure", http.MethodGet, "/procedures/{code}", "registry", "A procedure as of a day"), s.getProcedure)
	add := operation("add-procedure", http.MethodPost, "/procedures", "registry", "Add a version of a procedure, or load many from CSV", http.StatusConflict, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType)
	s.loads(&add, "code,name,sector,components,results,days,from", s.loadProcedures)
	huma.Register(s.api, add, s.addProcedure)
	edit := operation("edit-procedure", http.MethodPatch, "/procedures/{code}", "registry", "Change a version of a procedure", http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired, http.StatusUnsupportedMediaType)
	edit.MaxBodyBytes = s.Archive.Limits.MetadataBytes
	huma.Register(s.api, edit, s.editProcedure)
}

// Procedure is one administrative procedure as of a day.
type Procedure struct {
	Code       string    `json:"code" example:"1.000123"`
	Revision   int64     `json:"revision"`
	Name       string    `json:"name"`
	Sector     string    `json:"sector,omitempty"`
	Components []string  `json:"components" doc:"Papers an applicant hands in"`
	Results    []string  `json:"results" doc:"What the agency issues"`
	Days       int       `json:"days,omitempty" doc:"Working days to settle; absent: unknown"`
	From       string    `json:"from,omitempty" format:"date" doc:"This version holds from this day; absent: since ever"`
	UpdatedAt  time.Time `json:"updated_at"`
}

// ProcedureIn adds a version of a procedure.
type ProcedureIn struct {
	Code       string   `json:"code"`
	Name       string   `json:"name"`
	Sector     string   `json:"sector,omitempty"`
	Components []string `json:"components,omitempty"`
	Results    []string `json:"results,omitempty"`
	Days       int      `json:"days,omitempty" minimum:"0" maximum:"10000"`
	From       string   `json:"from,omitempty"`
}

// ProcedurePatch is a merge patch of a version of a procedure.
type ProcedurePatch struct {
	Name       member[string]   `json:"name,omitzero"`
	Sector     member[string]   `json:"sector,omitzero"`
	Components member[[]string] `json:"components,omitzero"`
	Results    member[[]string] `json:"results,omitzero"`
	Days       member[int]      `json:"days,omitzero"`
}

func tellProcedure(p archive.Procedure) Procedure {
	return Procedure{Code: p.Code.String(), Revision: p.Revision, Name: p.Name, Sector: p.Sector, Components: append([]string{}, p.Components...),
		Results: append([]string{}, p.Results...), Days: p.Days, From: p.From.String(), UpdatedAt: local(p.UpdatedAt)}
}

func (in *ProcedureIn) procedure(p *parser, at string) archive.Procedure {
	if in.Code == "" {
		p.fault(at+"code", "required", archive.Text{VI: "Xin ghi mã thủ tục.", EN: "Give the procedure's code."})
	}
	if in.Name == "" {
		p.fault(at+"name", "required", archive.Text{VI: "Xin ghi tên thủ tục.", EN: "Give the procedure's name."})
	}
	return archive.Procedure{Code: p.procedure(at+"code", in.Code), Name: in.Name, Sector: in.Sector, Components: in.Components, Results: in.Results, Days: in.Days, From: p.date(at+"from", in.From)}
}

type listProceduresIn struct {
	Cursor string `query:"cursor" maxLength:"80"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"200"`
}

// ProcedurePage is one page of the registry.
type ProcedurePage struct {
	Items []Procedure `json:"items"`
	Next  string      `json:"next" doc:"Cursor of the next page; empty on the last"`
}

type procedurePageOut struct{ Body ProcedurePage }

func (s *server) listProcedures(ctx context.Context, in *listProceduresIn) (*procedurePageOut, error) {
	all, err := s.Archive.Procedures(ctx)
	if err != nil {
		return nil, err
	}
	out := ProcedurePage{Items: []Procedure{}}
	last := ""
	for _, p := range all {
		place := p.Code.String() + "@" + p.From.String()
		if in.Cursor != "" && !after(place, in.Cursor) {
			continue
		}
		if len(out.Items) == in.Limit {
			out.Next = last
			break
		}
		out.Items, last = append(out.Items, tellProcedure(p)), place
	}
	return &procedurePageOut{out}, nil
}

// after compares two places "code@from" in the order of the list.
func after(place, cursor string) bool {
	c1, f1, _ := strings.Cut(place, "@")
	c2, f2, _ := strings.Cut(cursor, "@")
	return c1 > c2 || c1 == c2 && f1 > f2
}

type procedureIn struct {
	Code string `path:"code" doc:"Code of the procedure"`
	At   string `query:"at" doc:"Day; default today"`
}

type procedureOut struct {
	ETag string `header:"ETag"`
	Body Procedure
}

func (s *server) getProcedure(ctx context.Context, in *procedureIn) (*procedureOut, error) {
	code, err := archive.ParseProcedureCode(in.Code)
	if err != nil {
		return nil, archive.ErrNotFound
	}
	var p parser
	at := s.now()
	if day := p.date("query.at", in.At); !day.IsZero() {
		at = day.Time()
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	v, err := s.Archive.Procedure(ctx, code, at)
	if err != nil {
		return nil, err
	}
	return &procedureOut{etag(v.Revision), tellProcedure(v)}, nil
}

type addProcedureIn struct {
	Key     string `header:"Idempotency-Key" doc:"Repeats with this key get the first answer, for 7 days"`
	Body    ProcedureIn
	RawBody []byte
}

func (s *server) addProcedure(ctx context.Context, in *addProcedureIn) (*created[Procedure], error) {
	var p parser
	v := in.Body.procedure(&p, "")
	if err := p.err(); err != nil {
		return nil, err
	}
	return repeatable(ctx, s, "procedure", in.Key, in.RawBody, func(*once, archive.Digest) (*created[Procedure], bool, error) {
		v, err := s.Archive.PutProcedure(ctx, s.Who(ctx), v, 0)
		if err != nil {
			return nil, false, taken(err)
		}
		return &created[Procedure]{Location: Base + "/procedures/" + v.Code.String(), ETag: etag(v.Revision), Body: tellProcedure(v)}, false, nil
	})
}

type editProcedureIn struct {
	Code    string         `path:"code" doc:"Code of the procedure"`
	From    string         `query:"from" doc:"Which version: the day it holds from; default the one of today"`
	IfMatch string         `header:"If-Match" doc:"ETag of what was read, or *"`
	Body    ProcedurePatch `contentType:"application/merge-patch+json"`
}

func (s *server) editProcedure(ctx context.Context, in *editProcedureIn) (*procedureOut, error) {
	after, err := revision(in.IfMatch)
	if err != nil {
		return nil, err
	}
	code, err := archive.ParseProcedureCode(in.Code)
	if err != nil {
		return nil, archive.ErrNotFound
	}
	var p parser
	at := s.now()
	from := p.date("query.from", in.From)
	if !from.IsZero() {
		at = from.Time()
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	v, err := s.Archive.Procedure(ctx, code, at)
	if err != nil {
		return nil, err
	}
	if !from.IsZero() && v.From != from {
		return nil, archive.ErrNotFound
	}
	if after == 0 {
		after = v.Revision
	}
	b := &in.Body
	b.Name.set(&v.Name)
	b.Sector.set(&v.Sector)
	b.Components.set(&v.Components)
	b.Results.set(&v.Results)
	b.Days.set(&v.Days)
	if v, err = s.Archive.PutProcedure(ctx, s.Who(ctx), v, after); err != nil {
		return nil, err
	}
	return &procedureOut{etag(v.Revision), tellProcedure(v)}, nil
}

func (s *server) loadProcedures(ctx context.Context, t *table) (int, error) {
	var p parser
	var all []archive.Procedure
	for t.next(&p) {
		days := 0
		if d := t.cell("days"); d != "" {
			n, err := strconv.Atoi(d)
			if err != nil || n < 0 || n > 10000 {
				p.fault(t.at()+"days", "out_of_range", notValid)
			}
			days = n
		}
		in := ProcedureIn{Code: t.cell("code"), Name: t.cell("name"), Sector: t.cell("sector"), Components: t.list("components"), Results: t.list("results"), Days: days, From: t.cell("from")}
		all = append(all, in.procedure(&p, t.at()))
	}
	if err := t.err(&p); err != nil {
		return 0, err
	}
	return len(all), s.Archive.LoadProcedures(ctx, s.Who(ctx), all)
}
