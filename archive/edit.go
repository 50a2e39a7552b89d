package archive

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Edit is a change of what is known about a paper. Nil means "leave".
type Edit struct {
	Kind    *DocumentKind
	Dossier *DossierCode
	Access  *Access
	Fields  *Fields // the whole set, as it shall be
	After   int64   // revision the caller saw; 0 does not ask
	Batch   ID      // the bulk act this belongs to; optional
	// Then runs inside the transaction, last. It may run more than once. Optional.
	Then func(context.Context, Tx, Document) error
}

// Edit changes fields of a paper in review or returned. Errors: NotFound, Forbidden, Conflict wrong_state, busy or
// stale_revision, Invalid with the fields that are wrong.
func (a *Archive) Edit(ctx context.Context, actor Actor, id ID, e Edit) (Document, error) {
	now := a.Clock.Now()
	d, err := a.fetch(ctx, actor, id, now)
	if err != nil {
		return Document{}, err
	}
	if err := Decide(actor, ActEdit, &d, now); err != nil {
		a.denied(ctx, actor, EvEdit, id.String(), now)
		return Document{}, err
	}
	if !d.State.Editable() {
		return Document{}, Fault(Conflict, "wrong_state", Text{"Chỉ sửa được giấy tờ đang xem lại hoặc bị trả lại.", "Only papers in review or returned can be edited."})
	}
	if e.After != 0 && e.After != d.Revision {
		return Document{}, ErrStale
	}
	before := d
	if e.Kind != nil {
		d.Kind = *e.Kind
	}
	if d.Kind != Component && d.Kind != Result {
		return Document{}, invalidField("kind", Text{"Loại giấy tờ là component hoặc result.", "The kind is component or result."})
	}
	if e.Access != nil {
		d.Access = *e.Access
	}
	if !slices.Contains([]Access{Public, Restricted, Sealed}, d.Access) {
		return Document{}, invalidField("access", Text{"Mức truy cập là public, restricted hoặc sealed.", "Access is public, restricted or sealed."})
	}
	if d.Access == Sealed && !slices.Contains(d.Named, actor.ID) {
		d.Named = append(slices.Clone(d.Named), actor.ID) // whoever seals a paper must still be able to send it on
	}
	if e.Dossier != nil {
		d.Dossier = *e.Dossier
	}
	if e.Fields != nil {
		d.Fields = *e.Fields
		if _, err := a.tidyFields(&d.Fields, now); err != nil {
			return Document{}, err
		}
	}
	if len(d.Standing) > 0 && (d.Kind != before.Kind || d.Dossier != before.Dossier || d.Access != before.Access) {
		return Document{}, Fault(Conflict, "version_stands", Text{
			"Giấy tờ đã có bản được chấp nhận hoặc công bố: nhóm, hồ sơ và mức truy cập không sửa ở đây được.",
			"An accepted or published version stands: kind, dossier and access cannot be changed here."})
	}
	changed := changedFields(&before, &d)
	if len(changed) == 0 {
		return before, nil
	}
	d.UpdatedAt = d.changed(now)
	p := pending{Next: d, After: before.Revision}
	if d.Dossier != before.Dossier {
		if err := a.followDossier(ctx, actor, &before, &d); err != nil {
			return Document{}, err
		}
		p = refiling(&before, d)
	}
	p.Actor, p.Action, p.At = actor, EvEdit, now
	p.tell(map[string]string{"fields": strings.Join(changed, ",")})
	p.under(e.Batch)
	first := func(ctx context.Context, tx Tx) error { return a.ensureDossier(ctx, tx, actor, &d, now) }
	out, err := a.perform(ctx, p, false, nil, first, e.Then)
	if err != nil {
		return Document{}, err
	}
	a.watch.notify(id)
	return out, nil
}

// changedFields names the fields that differ, for the trail: names only, never values.
func changedFields(a, b *Document) []string {
	var out []string
	add := func(name string, differs bool) {
		if differs {
			out = append(out, name)
		}
	}
	x, y := a.Fields, b.Fields
	add("kind", a.Kind != b.Kind)
	add("dossier_code", a.Dossier != b.Dossier)
	add("access", a.Access != b.Access)
	add("procedure_code", x.Procedure != y.Procedure)
	add("type", x.Type != y.Type)
	add("number", x.Number != y.Number)
	add("notation", x.Notation != y.Notation)
	add("issued_on", x.IssuedOn != y.IssuedOn)
	add("issuing_agency", x.IssuingAgency != y.IssuingAgency)
	add("subject", x.Subject != y.Subject)
	add("signer", x.Signer != y.Signer)
	add("owner", x.Owner != y.Owner)
	add("language", x.Language != y.Language)
	return out
}

// tidyFields normalises what a person typed and returns warnings; it refuses only what can be no value of the field.
func (a *Archive) tidyFields(f *Fields, now time.Time) ([]Finding, error) {
	max := a.Limits.FieldText
	for _, s := range []*string{&f.Type, &f.Number, &f.Notation, &f.Subject, &f.Signer.Name, &f.Signer.Position, &f.Owner.Name, &f.IssuingAgency.Name, &f.Language} {
		*s = clean(*s, max)
	}
	if f.Language == "" {
		f.Language = "vi"
	}
	var warnings []Finding
	var ws []Finding
	f.Owner.IDType, f.Owner.ID, ws = NormaliseOwnerID(f.Owner.IDType, f.Owner.ID)
	warnings = append(warnings, ws...)
	if len(f.Owner.ID) > 30 {
		return nil, invalidField("owner.id", Text{"Số giấy tờ của chủ sở hữu dài quá 30 ký tự.", "The owner's identifier is longer than 30 characters."})
	}
	if w := f.IssuedOn.CheckIssued(DateOf(now.In(Zone))); w != nil {
		warnings = append(warnings, *w)
	}
	f.Notation = strings.NewReplacer("Ð", "Đ", "Ɖ", "Đ").Replace(f.Notation)
	return warnings, nil
}
