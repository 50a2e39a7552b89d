package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

// member is one member of a merge patch: absent, null or a value (RFC 7396).
type member[T any] struct {
	Sent  bool
	Null  bool
	Value T // the zero value for null
}

// UnmarshalJSON is called for null too, which is what tells it from an absent member.
func (m *member[T]) UnmarshalJSON(b []byte) error {
	m.Sent = true
	if m.Null = bytes.Equal(b, []byte("null")); m.Null {
		return nil
	}
	return json.Unmarshal(b, &m.Value)
}

// Schema implements huma.SchemaProvider: T, or null.
func (m member[T]) Schema(r huma.Registry) *huma.Schema {
	sch := r.Schema(reflect.TypeFor[T](), false, "")
	out := *sch
	out.Nullable = true
	return &out
}

// set writes the member over what is there.
func (m member[T]) set(to *T) {
	if m.Sent {
		*to = m.Value
	}
}

// DocumentPatch is a merge patch of what can be changed about a paper.
type DocumentPatch struct {
	Kind          member[string]         `json:"kind,omitzero" doc:"component or result"`
	DossierCode   member[string]         `json:"dossier_code,omitzero"`
	Access        member[string]         `json:"access,omitzero" doc:"public, restricted or sealed"`
	ProcedureCode member[string]         `json:"procedure_code,omitzero"`
	Type          member[string]         `json:"type,omitzero"`
	Number        member[string]         `json:"number,omitzero"`
	Notation      member[string]         `json:"notation,omitzero"`
	IssuedOn      member[string]         `json:"issued_on,omitzero" doc:"2024-01-05 or 05/01/2024; null for no date"`
	IssuingAgency member[AgencyRefPatch] `json:"issuing_agency,omitzero"`
	Subject       member[string]         `json:"subject,omitzero"`
	Signer        member[SignerPatch]    `json:"signer,omitzero"`
	Owner         member[OwnerPatch]     `json:"owner,omitzero"`
	Language      member[string]         `json:"language,omitzero"`
}

// AgencyRefPatch is a merge patch of the issuing agency.
type AgencyRefPatch struct {
	Code member[string] `json:"code,omitzero"`
	Name member[string] `json:"name,omitzero"`
}

// SignerPatch is a merge patch of the signer.
type SignerPatch struct {
	Name     member[string] `json:"name,omitzero"`
	Position member[string] `json:"position,omitzero"`
}

// OwnerPatch is a merge patch of an owner.
type OwnerPatch struct {
	IDType member[string] `json:"id_type,omitzero" doc:"cccd, cmnd, mst or other; absent: as the identifier looks"`
	ID     member[string] `json:"id,omitzero"`
	Name   member[string] `json:"name,omitzero"`
}

type editDocumentIn struct {
	ID      string        `path:"id" doc:"Id of the paper"`
	IfMatch string        `header:"If-Match" doc:"ETag of what was read, or *"`
	Body    DocumentPatch `contentType:"application/merge-patch+json"`
}

func (s *server) editDocument(ctx context.Context, in *editDocumentIn) (*documentOut, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	after, err := revision(in.IfMatch)
	if err != nil {
		return nil, err
	}
	actor := s.Who(ctx)
	d, err := s.Archive.Document(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	e := archive.Edit{After: after}
	if after == 0 {
		e.After = d.Revision // "whatever it is now" still means what the patch is laid over
	}
	var p parser
	in.Body.apply(&p, &d, &e)
	if err := p.err(); err != nil {
		return nil, err
	}
	d, err = s.Archive.Edit(ctx, actor, id, e)
	if err != nil {
		return nil, err
	}
	if d.Findings, err = s.Archive.Warnings(ctx, actor, &d); err != nil {
		return nil, err
	}
	return s.one(ctx, &d)
}

// apply lays the patch over what is known of d and writes the result into e.
func (b *DocumentPatch) apply(p *parser, d *archive.Document, e *archive.Edit) {
	if b.Kind.Sent {
		k := archive.DocumentKind(b.Kind.Value)
		e.Kind = &k
	}
	if b.Access.Sent {
		a := archive.Access(b.Access.Value)
		e.Access = &a
	}
	if b.DossierCode.Sent {
		c := p.dossier("dossier_code", b.DossierCode.Value)
		e.Dossier = &c
	}
	f := d.Fields
	b.Type.set(&f.Type)
	b.Number.set(&f.Number)
	b.Notation.set(&f.Notation)
	b.Subject.set(&f.Subject)
	b.Language.set(&f.Language)
	if b.ProcedureCode.Sent {
		f.Procedure = p.procedure("procedure_code", b.ProcedureCode.Value)
	}
	if b.IssuedOn.Sent {
		f.IssuedOn = p.date("issued_on", b.IssuedOn.Value)
	}
	if m := b.IssuingAgency; m.Sent {
		if m.Null {
			f.IssuingAgency = archive.AgencyRef{}
		}
		m.Value.Name.set(&f.IssuingAgency.Name)
		if m.Value.Code.Sent {
			f.IssuingAgency.Code = p.agency("issuing_agency.code", m.Value.Code.Value)
		}
	}
	if m := b.Signer; m.Sent {
		if m.Null {
			f.Signer = archive.Signer{}
		}
		m.Value.Name.set(&f.Signer.Name)
		m.Value.Position.set(&f.Signer.Position)
	}
	laid(b.Owner, p, "owner", &f.Owner)
	e.Fields = &f
}

// laid lays a patch of an owner over o.
func laid(m member[OwnerPatch], p *parser, at string, o *archive.Owner) {
	if !m.Sent {
		return
	}
	if m.Null {
		*o = archive.Owner{}
		return
	}
	in := m.Value
	in.Name.set(&o.Name)
	if in.ID.Sent {
		o.ID, o.IDType = in.ID.Value, ""
	}
	if in.IDType.Sent {
		o.IDType = p.idType(at+".id_type", in.IDType.Value)
	}
	// An identifier that comes back as it was shown would replace the real one with stars.
	if in.ID.Sent && strings.Contains(in.ID.Value, "*") {
		p.fault(at+".id", "masked", archive.Text{VI: "Số đã che không ghi lại được; hãy gửi số đầy đủ hoặc bỏ trường này.", EN: "A masked identifier cannot be written back: send the whole one, or leave it out."})
	}
}

func (p *parser) idType(field, s string) archive.IDType {
	switch t := archive.IDType(s); t {
	case "", archive.IDCitizen, archive.IDOldCard, archive.IDTax, archive.IDOther:
		return t
	}
	p.fault(field, "unknown_id_type", notValid)
	return ""
}
