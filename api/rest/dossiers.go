package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

func (s *server) dossiers() {
	huma.Register(s.api, operation("list-dossiers", http.MethodGet, "/dossiers", "dossiers", "Browse dossiers, newest first"), s.listDossiers)
	open := operation("open-dossier", http.MethodPost, "/dossiers", "dossiers", "Register a dossier whose code the one-stop system gave", http.StatusConflict, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType)
	open.MaxBodyBytes, open.DefaultStatus = s.Archive.Limits.MetadataBytes, http.StatusCreated
	huma.Register(s.api, open, s.openDossier)
	huma.Register(s.api, operation("get-dossier", http.MethodGet, "/dossiers/{code}", "dossiers", "A dossier with its papers and what is missing"), s.getDossier)
	edit := operation("edit-dossier", http.MethodPatch, "/dossiers/{code}", "dossiers", "Change a dossier", http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired, http.StatusUnsupportedMediaType)
	edit.MaxBodyBytes = s.Archive.Limits.MetadataBytes
	huma.Register(s.api, edit, s.editDossier)
}

// Dossier is one request by one applicant under one procedure.
type Dossier struct {
	Code          string    `json:"code" example:"H15.50.05.13-261008-0975"`
	Revision      int64     `json:"revision"`
	ProcedureCode string    `json:"procedure_code,omitempty"`
	Custodian     AgencyRef `json:"custodian"`
	Title         string    `json:"title,omitempty"`
	Applicant     *Owner    `json:"applicant,omitempty"`
	ReceivedOn    string    `json:"received_on,omitempty" format:"date"`
	DueOn         string    `json:"due_on,omitempty" format:"date"`
	ClosedOn      string    `json:"closed_on,omitempty" format:"date"`
	CreatedAt     time.Time `json:"created_at"`
	UpdatedAt     time.Time `json:"updated_at"`
}

// DossierWithPapers is a dossier with what is in it.
type DossierWithPapers struct {
	Dossier
	Components []Document `json:"components"`
	Results    []Document `json:"results"`
	Missing    []string   `json:"missing" doc:"Papers the procedure asks for that nothing here answers to"`
	More       bool       `json:"more" doc:"There are more papers than shown: browse documents by dossier"`
}

// DossierIn opens a dossier.
type DossierIn struct {
	Code          string   `json:"code"`
	ProcedureCode string   `json:"procedure_code,omitempty"`
	Custodian     string   `json:"custodian,omitempty" doc:"Default the caller's agency, else the one in the code"`
	Title         string   `json:"title,omitempty"`
	Applicant     *OwnerIn `json:"applicant,omitempty"`
	ReceivedOn    string   `json:"received_on,omitempty" doc:"Default the day in the code"`
	DueOn         string   `json:"due_on,omitempty"`
	ClosedOn      string   `json:"closed_on,omitempty"`
}

// DossierPatch is a merge patch of a dossier.
type DossierPatch struct {
	ProcedureCode member[string]     `json:"procedure_code,omitzero"`
	Title         member[string]     `json:"title,omitzero"`
	Applicant     member[OwnerPatch] `json:"applicant,omitzero"`
	ReceivedOn    member[string]     `json:"received_on,omitzero"`
	DueOn         member[string]     `json:"due_on,omitzero"`
	ClosedOn      member[string]     `json:"closed_on,omitzero"`
}

// DossierPage is one page of a list.
type DossierPage struct {
	Items []Dossier `json:"items"`
	Next  string    `json:"next" doc:"Cursor of the next page; empty on the last"`
}

func (t teller) dossier(d *archive.Dossier) Dossier {
	return Dossier{Code: d.Code.String(), Revision: d.Revision, ProcedureCode: d.Procedure.String(), Custodian: AgencyRef{d.Custodian.String(), t.name(d.Custodian)},
		Title: d.Title, Applicant: owner(d.Applicant), ReceivedOn: d.ReceivedOn.String(), DueOn: d.DueOn.String(), ClosedOn: d.ClosedOn.String(),
		CreatedAt: local(d.CreatedAt), UpdatedAt: local(d.UpdatedAt)}
}

type listDossiersIn struct {
	Procedure string `query:"procedure"`
	Custodian string `query:"custodian"`
	Prefix    string `query:"prefix" maxLength:"60" doc:"Beginning of the code"`
	Cursor    string `query:"cursor" maxLength:"500"`
	Limit     int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type dossierPageOut struct{ Body DossierPage }

func (s *server) listDossiers(ctx context.Context, in *listDossiersIn) (*dossierPageOut, error) {
	var p parser
	f := archive.DossierFilter{Procedure: p.procedure("query.procedure", in.Procedure), Custodian: p.agency("query.custodian", in.Custodian), Prefix: in.Prefix, After: in.Cursor, Limit: in.Limit}
	if err := p.err(); err != nil {
		return nil, err
	}
	l, err := s.Archive.Dossiers(ctx, s.Who(ctx), f)
	if err != nil {
		return nil, err
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	out := DossierPage{Items: make([]Dossier, 0, len(l.Items)), Next: l.Next}
	for i := range l.Items {
		out.Items = append(out.Items, t.dossier(&l.Items[i]))
	}
	return &dossierPageOut{out}, nil
}

type openDossierIn struct {
	Key     string `header:"Idempotency-Key" doc:"Repeats with this key get the first answer, for 7 days"`
	Body    DossierIn
	RawBody []byte
}

func (s *server) openDossier(ctx context.Context, in *openDossierIn) (*created[Dossier], error) {
	var p parser
	b := &in.Body
	d := archive.Dossier{Code: p.dossier("code", b.Code), Procedure: p.procedure("procedure_code", b.ProcedureCode), Custodian: p.agency("custodian", b.Custodian), Title: b.Title,
		ReceivedOn: p.date("received_on", b.ReceivedOn), DueOn: p.date("due_on", b.DueOn), ClosedOn: p.date("closed_on", b.ClosedOn)}
	if o := b.Applicant; o != nil {
		d.Applicant = archive.Owner{IDType: p.idType("applicant.id_type", o.IDType), ID: o.ID, Name: o.Name}
	}
	if d.Code == "" && len(p.faults) == 0 {
		p.fault("code", "required", archive.Text{VI: "Xin ghi mã hồ sơ.", EN: "Give the dossier's code."})
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	return repeatable(ctx, s, "dossier", in.Key, in.RawBody, func(o *once, body archive.Digest) (*created[Dossier], bool, error) {
		answer := func(d *archive.Dossier) *created[Dossier] {
			return &created[Dossier]{Status: http.StatusCreated, Location: Base + "/dossiers/" + d.Code.String(), ETag: etag(d.Revision), Body: t.dossier(d)}
		}
		d, err := s.Archive.OpenDossier(ctx, t.actor, d, func(ctx context.Context, tx archive.Tx, d archive.Dossier) error {
			out := answer(&d)
			reply, err := encode(out.Body)
			if err != nil {
				return err
			}
			return o.complete(ctx, tx, body, out.Status, out.headers(), reply)
		})
		if err != nil {
			return nil, false, err
		}
		return answer(&d), true, nil
	})
}

type dossierIn struct {
	Code string `path:"code" doc:"Code of the dossier"`
}

type dossierOut struct {
	ETag string `header:"ETag"`
	Body DossierWithPapers
}

func (s *server) getDossier(ctx context.Context, in *dossierIn) (*dossierOut, error) {
	code, err := archive.ParseDossierCode(in.Code)
	if err != nil {
		return nil, archive.ErrNotFound
	}
	v, err := s.Archive.Dossier(ctx, s.Who(ctx), code)
	if err != nil {
		return nil, err
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	out := DossierWithPapers{Dossier: t.dossier(&v.Dossier), Components: t.documents(v.Components), Results: t.documents(v.Results), Missing: v.Missing, More: v.More}
	if out.Missing == nil {
		out.Missing = []string{}
	}
	return &dossierOut{etag(v.Revision), out}, nil
}

type editDossierIn struct {
	Code    string       `path:"code" doc:"Code of the dossier"`
	IfMatch string       `header:"If-Match" doc:"ETag of what was read, or *"`
	Body    DossierPatch `contentType:"application/merge-patch+json"`
}

type dossierAloneOut struct {
	ETag string `header:"ETag"`
	Body Dossier
}

func (s *server) editDossier(ctx context.Context, in *editDossierIn) (*dossierAloneOut, error) {
	after, err := revision(in.IfMatch)
	if err != nil {
		return nil, err
	}
	code, err := archive.ParseDossierCode(in.Code)
	if err != nil {
		return nil, archive.ErrNotFound
	}
	v, err := s.Archive.Dossier(ctx, s.Who(ctx), code)
	if err != nil {
		return nil, err
	}
	if after == 0 {
		after = v.Revision
	}
	d := v.Dossier
	var p parser
	in.Body.apply(&p, &d)
	if err := p.err(); err != nil {
		return nil, err
	}
	if d, err = s.Archive.EditDossier(ctx, s.Who(ctx), d, after); err != nil {
		return nil, err
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	return &dossierAloneOut{etag(d.Revision), t.dossier(&d)}, nil
}

func (b *DossierPatch) apply(p *parser, d *archive.Dossier) {
	b.Title.set(&d.Title)
	if b.ProcedureCode.Sent {
		d.Procedure = p.procedure("procedure_code", b.ProcedureCode.Value)
	}
	for _, x := range []struct {
		name string
		m    member[string]
		to   *archive.Date
	}{{"received_on", b.ReceivedOn, &d.ReceivedOn}, {"due_on", b.DueOn, &d.DueOn}, {"closed_on", b.ClosedOn, &d.ClosedOn}} {
		if x.m.Sent {
			*x.to = p.date(x.name, x.m.Value)
		}
	}
	laid(b.Applicant, p, "applicant", &d.Applicant)
}
