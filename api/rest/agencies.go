package rest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

func (s *server) agencies() {
	list := operation("list-agencies", http.MethodGet, "/agencies", "registry", "Agencies by code")
	list.Description = "Names of offices are public: every caller reads the whole registry."
	huma.Register(s.api, list, s.listAgencies)
	huma.Register(s.api, operation("get-agency", http.MethodGet, "/agencies/{code}", "registry", "One agency"), s.getAgency)
	add := operation("add-agency", http.MethodPost, "/agencies", "registry", "Add an agency, or load many from CSV", http.StatusConflict, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType)
	s.loads(&add, "code,name,parent,aliases,predecessors,successors,from,to", s.loadAgencies)
	huma.Register(s.api, add, s.addAgency)
	edit := operation("edit-agency", http.MethodPatch, "/agencies/{code}", "registry", "Change an agency", http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired, http.StatusUnsupportedMediaType)
	edit.MaxBodyBytes = s.Archive.Limits.MetadataBytes
	huma.Register(s.api, edit, s.editAgency)
}

// Agency is one office with the days between which it existed.
type Agency struct {
	Code         string    `json:"code" example:"H15.50.05"`
	Revision     int64     `json:"revision"`
	Name         string    `json:"name"`
	Parent       string    `json:"parent,omitempty"`
	Aliases      []string  `json:"aliases" doc:"Other names and old codes, as they stand on papers"`
	Predecessors []string  `json:"predecessors"`
	Successors   []string  `json:"successors"`
	From         string    `json:"from,omitempty" format:"date" doc:"Absent: since ever"`
	To           string    `json:"to,omitempty" format:"date" doc:"Absent: still there"`
	Quota        *Quota    `json:"quota,omitempty" doc:"What it was granted instead of the house's own quotas"`
	UpdatedAt    time.Time `json:"updated_at"`
}

// Quota is what an agency may take in and keep. A member that is absent means the house's own, 0 no limit.
type Quota struct {
	Bytes        *int64 `json:"bytes,omitempty" minimum:"0" doc:"Kept, of all days"`
	PapersPerDay *int64 `json:"papers_per_day,omitempty" minimum:"0"`
	BytesPerDay  *int64 `json:"bytes_per_day,omitempty" minimum:"0"`
}

// QuotaPatch is a merge patch of a quota: null takes a grant back.
type QuotaPatch struct {
	Bytes        member[int64] `json:"bytes,omitzero"`
	PapersPerDay member[int64] `json:"papers_per_day,omitzero"`
	BytesPerDay  member[int64] `json:"bytes_per_day,omitzero"`
}

func (p *QuotaPatch) apply(q *archive.Quota) {
	for _, m := range []struct {
		sent member[int64]
		to   **int64
	}{{p.Bytes, &q.Bytes}, {p.PapersPerDay, &q.PapersPerDay}, {p.BytesPerDay, &q.BytesPerDay}} {
		switch {
		case m.sent.Null:
			*m.to = nil
		case m.sent.Sent:
			*m.to = &m.sent.Value
		}
	}
}

// AgencyIn adds an agency.
type AgencyIn struct {
	Code         string   `json:"code"`
	Name         string   `json:"name"`
	Parent       string   `json:"parent,omitempty" doc:"Default: the code one level up"`
	Aliases      []string `json:"aliases,omitempty"`
	Predecessors []string `json:"predecessors,omitempty"`
	Successors   []string `json:"successors,omitempty"`
	From         string   `json:"from,omitempty"`
	To           string   `json:"to,omitempty"`
}

// AgencyPatch is a merge patch of an agency.
type AgencyPatch struct {
	Name         member[string]     `json:"name,omitzero"`
	Parent       member[string]     `json:"parent,omitzero"`
	Aliases      member[[]string]   `json:"aliases,omitzero"`
	Predecessors member[[]string]   `json:"predecessors,omitzero"`
	Successors   member[[]string]   `json:"successors,omitzero"`
	From         member[string]     `json:"from,omitzero"`
	To           member[string]     `json:"to,omitzero"`
	Quota        member[QuotaPatch] `json:"quota,omitzero" doc:"Only an administrator whose scope ends above the agency may change it"`
}

func tellAgency(g archive.Agency) Agency {
	out := Agency{Code: g.Code.String(), Revision: g.Revision, Name: g.Name, Parent: g.Parent.String(), Aliases: append([]string{}, g.Aliases...),
		Predecessors: []string{}, Successors: []string{}, From: g.From.String(), To: g.To.String(), UpdatedAt: local(g.UpdatedAt)}
	if q := g.Quota; !q.IsZero() {
		out.Quota = &Quota{q.Bytes, q.PapersPerDay, q.BytesPerDay}
	}
	for _, c := range g.Predecessors {
		out.Predecessors = append(out.Predecessors, c.String())
	}
	for _, c := range g.Successors {
		out.Successors = append(out.Successors, c.String())
	}
	return out
}

func (in *AgencyIn) agency(p *parser, at string) archive.Agency {
	g := archive.Agency{Code: p.agency(at+"code", in.Code), Name: in.Name, Parent: p.agency(at+"parent", in.Parent), Aliases: in.Aliases,
		Predecessors: p.agencies(at+"predecessors", in.Predecessors), Successors: p.agencies(at+"successors", in.Successors),
		From: p.date(at+"from", in.From), To: p.date(at+"to", in.To)}
	if in.Code == "" {
		p.fault(at+"code", "required", archive.Text{VI: "Xin ghi mã cơ quan.", EN: "Give the agency's code."})
	}
	if in.Name == "" {
		p.fault(at+"name", "required", archive.Text{VI: "Xin ghi tên cơ quan.", EN: "Give the agency's name."})
	}
	return g
}

func (p *parser) agencies(field string, in []string) []archive.AgencyCode {
	var out []archive.AgencyCode
	for _, s := range in {
		if c := p.agency(field, s); c != "" {
			out = append(out, c)
		}
	}
	return out
}

type listAgenciesIn struct {
	At     string `query:"at" doc:"Only those that existed on this day"`
	Cursor string `query:"cursor" maxLength:"60" doc:"A code: the list goes on after it"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"200"`
}

// AgencyPage is one page of the registry.
type AgencyPage struct {
	Items []Agency `json:"items"`
	Next  string   `json:"next" doc:"Cursor of the next page; empty on the last"`
}

type agencyPageOut struct{ Body AgencyPage }

func (s *server) listAgencies(ctx context.Context, in *listAgenciesIn) (*agencyPageOut, error) {
	var p parser
	day := p.date("query.at", in.At)
	if err := p.err(); err != nil {
		return nil, err
	}
	all, err := s.Archive.Agencies(ctx)
	if err != nil {
		return nil, err
	}
	out := AgencyPage{Items: []Agency{}}
	for _, g := range all {
		if string(g.Code) <= in.Cursor || !day.IsZero() && (day.Before(g.From) || !g.To.IsZero() && g.To.Before(day)) {
			continue
		}
		if len(out.Items) == in.Limit {
			out.Next = out.Items[in.Limit-1].Code
			break
		}
		out.Items = append(out.Items, tellAgency(g))
	}
	return &agencyPageOut{out}, nil
}

type agencyIn struct {
	Code string `path:"code" doc:"Code of the agency"`
}

type agencyOut struct {
	ETag string `header:"ETag"`
	Body Agency
}

func (s *server) agency(ctx context.Context, raw string) (archive.Agency, error) {
	code, err := archive.ParseAgencyCode(raw)
	if err != nil {
		return archive.Agency{}, archive.ErrNotFound
	}
	all, err := s.Archive.Agencies(ctx)
	if err != nil {
		return archive.Agency{}, err
	}
	for _, g := range all {
		if g.Code == code {
			return g, nil
		}
	}
	return archive.Agency{}, archive.ErrNotFound
}

func (s *server) getAgency(ctx context.Context, in *agencyIn) (*agencyOut, error) {
	g, err := s.agency(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	return &agencyOut{etag(g.Revision), tellAgency(g)}, nil
}

type addAgencyIn struct {
	Key     string `header:"Idempotency-Key" doc:"Repeats with this key get the first answer, for 7 days"`
	Body    AgencyIn
	RawBody []byte
}

func (s *server) addAgency(ctx context.Context, in *addAgencyIn) (*created[Agency], error) {
	var p parser
	g := in.Body.agency(&p, "")
	if err := p.err(); err != nil {
		return nil, err
	}
	return repeatable(ctx, s, "agency", in.Key, in.RawBody, func(*once, archive.Digest) (*created[Agency], bool, error) {
		g, err := s.Archive.PutAgency(ctx, s.Who(ctx), g, 0)
		if err != nil {
			return nil, false, taken(err)
		}
		return &created[Agency]{Location: Base + "/agencies/" + g.Code.String(), ETag: etag(g.Revision), Body: tellAgency(g)}, false, nil
	})
}

// taken words what adding something that is there comes to: the registry says that its revision is not the first.
func taken(err error) error {
	if errors.Is(err, archive.ErrStale) {
		return archive.Fault(archive.Conflict, "code_taken", archive.Text{VI: "Mã này đã có trong danh mục.", EN: "This code is in the registry already."})
	}
	return err
}

type editAgencyIn struct {
	Code    string      `path:"code" doc:"Code of the agency"`
	IfMatch string      `header:"If-Match" doc:"ETag of what was read, or *"`
	Body    AgencyPatch `contentType:"application/merge-patch+json"`
}

func (s *server) editAgency(ctx context.Context, in *editAgencyIn) (*agencyOut, error) {
	after, err := revision(in.IfMatch)
	if err != nil {
		return nil, err
	}
	g, err := s.agency(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	if after == 0 {
		after = g.Revision
	}
	var p parser
	b := &in.Body
	b.Name.set(&g.Name)
	b.Aliases.set(&g.Aliases)
	if b.Parent.Sent {
		g.Parent = p.agency("parent", b.Parent.Value)
	}
	if b.Predecessors.Sent {
		g.Predecessors = p.agencies("predecessors", b.Predecessors.Value)
	}
	if b.Successors.Sent {
		g.Successors = p.agencies("successors", b.Successors.Value)
	}
	if b.From.Sent {
		g.From = p.date("from", b.From.Value)
	}
	if b.To.Sent {
		g.To = p.date("to", b.To.Value)
	}
	if b.Quota.Null {
		g.Quota = archive.Quota{}
	} else if b.Quota.Sent {
		b.Quota.Value.apply(&g.Quota)
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	if g, err = s.Archive.PutAgency(ctx, s.Who(ctx), g, after); err != nil {
		return nil, err
	}
	return &agencyOut{etag(g.Revision), tellAgency(g)}, nil
}

func (s *server) loadAgencies(ctx context.Context, t *table) (int, error) {
	var p parser
	var all []archive.Agency
	for t.next(&p) {
		in := AgencyIn{Code: t.cell("code"), Name: t.cell("name"), Parent: t.cell("parent"), Aliases: t.list("aliases"), Predecessors: t.list("predecessors"),
			Successors: t.list("successors"), From: t.cell("from"), To: t.cell("to")}
		all = append(all, in.agency(&p, t.at()))
	}
	if err := t.err(&p); err != nil {
		return 0, err
	}
	return len(all), s.Archive.LoadAgencies(ctx, s.Who(ctx), all)
}
