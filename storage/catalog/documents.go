package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sohoa/archive"
	"sohoa/internal/viet"
)

type documents struct{ t *tx }

// documentColumns are the columns of a document in the order of documentRow and scanDocument, without the reading.
const documentColumns = `id, revision, state, kind, dossier, custodian, access, procedure_code, type, number, notation,
	issued_on, agency, agency_name, subject, signer_name, signer_position, owner_type, owner_id, owner_name, language,
	findings, uploader, submitter, object, reason, prior_state, created_at, updated_at, published_at, discarded_at, discarded_by,
	standing, stage, due_at, check_at, work`

// assignmentColumns are written by an update only when the paper enters another stage: what somebody assigned meanwhile stays.
const assignmentColumns = `assignee, unit`

// derivedColumns are made from the others, to be compared and listed by.
const derivedColumns = `procedure_base, number_key, notation_key, agency_key, head`

const readingColumns = `reading_state, reading_done, reading_total, reading_confidence, reading_detail`

const selectDocument = `SELECT ` + documentColumns + `, ` + assignmentColumns + `, ` + readingColumns + `,
	head, (SELECT string_agg(n.account, ',' ORDER BY n.place) FROM named n WHERE n.document = d.id) FROM documents AS d `

func documentRow(d *archive.Document) []any {
	f := &d.Fields
	return []any{d.ID, d.Revision, d.State, d.Kind, d.Dossier, d.Custodian, d.Access, f.Procedure, f.Type, f.Number, f.Notation,
		f.IssuedOn, f.IssuingAgency.Code, f.IssuingAgency.Name, f.Subject, f.Signer.Name, f.Signer.Position, f.Owner.IDType,
		f.Owner.ID, f.Owner.Name, f.Language, toJSON(d.Findings), d.Uploader, d.Submitter, d.Object, d.Reason, d.PriorState,
		d.CreatedAt, d.UpdatedAt, d.PublishedAt, d.DiscardedAt, d.DiscardedBy, toJSON(d.Standing),
		d.Work.Stage, d.Work.Due, checkedAt(d), toJSON(workDetail{d.Work.Clerk, d.Work.Check, d.Work.Hands}),
		f.Procedure.Base(), numberKey(f.Number), notationKey(f.Notation), viet.Fold(strings.TrimSpace(f.IssuingAgency.Name)), d.Head().Number}
}

// workDetail is the part of a paper's work that nothing is listed by.
type workDetail struct {
	Clerk archive.ID    `json:"clerk,omitzero"`
	Check archive.Check `json:"check,omitzero"`
	Hands []archive.ID  `json:"hands,omitempty"`
}

// checkedAt is the unit by whose people the neighbours' list finds the paper: only while it is to be checked.
func checkedAt(d *archive.Document) archive.AgencyCode {
	if d.State == archive.Checking {
		return d.Work.Check.At
	}
	return ""
}

// numberKey is what two numbers of papers are compared by: 05 and 5 are one number, 12A and 12a too.
func numberKey(s string) string {
	s = strings.Join(strings.Fields(viet.Fold(s)), "")
	if t := strings.TrimLeft(s, "0"); t != "" {
		return t
	}
	return s
}

// notationKey is what two notations are compared by. Folding makes QĐ and QD the same, which OCR and hurried fingers mix up.
func notationKey(s string) string { return strings.Join(strings.Fields(viet.Fold(s)), "") }

// readingDetail is the part of a reading that nothing is listed by.
type readingDetail struct {
	Reason    *archive.Text      `json:"reason,omitempty"`
	Proposals []archive.Proposal `json:"proposals,omitempty"`
	Findings  []archive.Finding  `json:"findings,omitempty"`
}

func readingRow(r archive.Reading) []any {
	detail := readingDetail{Proposals: r.Proposals, Findings: r.Findings}
	if r.Reason != (archive.Text{}) {
		detail.Reason = &r.Reason
	}
	return []any{r.State, r.PagesDone, r.PagesTotal, r.Confidence, toJSON(detail)}
}

func scanDocument(scan func(...any) error) (archive.Document, error) {
	var d archive.Document
	var detail readingDetail
	var work workDetail
	var named *string
	var checkAt string
	f, r, w := &d.Fields, &d.Reading, &d.Work
	err := scan(&d.ID, &d.Revision, &d.State, &d.Kind, &d.Dossier, &d.Custodian, &d.Access, &f.Procedure, &f.Type, &f.Number, &f.Notation,
		&f.IssuedOn, &f.IssuingAgency.Code, &f.IssuingAgency.Name, &f.Subject, &f.Signer.Name, &f.Signer.Position, &f.Owner.IDType,
		&f.Owner.ID, &f.Owner.Name, &f.Language, fromJSON(&d.Findings), &d.Uploader, &d.Submitter, &d.Object, &d.Reason, &d.PriorState,
		&d.CreatedAt, &d.UpdatedAt, &d.PublishedAt, &d.DiscardedAt, &d.DiscardedBy, fromJSON(&d.Standing),
		&w.Stage, &w.Due, &checkAt, fromJSON(&work), &w.Assignee, &w.Unit,
		&r.State, &r.PagesDone, &r.PagesTotal, &r.Confidence, fromJSON(&detail), &d.Current, &named)
	if err != nil {
		return d, fmt.Errorf("read a document row: %w", err)
	}
	w.Clerk, w.Check, w.Hands = work.Clerk, work.Check, work.Hands
	r.Proposals, r.Findings = detail.Proposals, detail.Findings
	if detail.Reason != nil {
		r.Reason = *detail.Reason
	}
	if named != nil {
		for _, text := range strings.Split(*named, ",") {
			id, err := archive.ParseID(text)
			if err != nil {
				return d, archive.Errorf(archive.Corrupt, "named account of document %s: %w", d.ID, err)
			}
			d.Named = append(d.Named, id)
		}
	}
	return d, nil
}

func (c documents) Insert(ctx context.Context, d archive.Document) error {
	args := slices.Concat(documentRow(&d), []any{d.Work.Assignee, d.Work.Unit}, readingRow(d.Reading))
	n, err := c.t.exec(ctx, `INSERT INTO documents (`+documentColumns+`, `+derivedColumns+`, `+assignmentColumns+`, `+readingColumns+`)
		VALUES (`+parameters(1, len(args))+`) ON CONFLICT DO NOTHING`, args...)
	if err == nil && n == 0 {
		err = archive.Errorf(archive.Conflict, "the id is there")
	}
	if err == nil {
		err = c.addVersions(ctx, &d)
	}
	if err == nil {
		err = c.addNamed(ctx, &d)
	}
	if err == nil && len(d.Findings) > 0 {
		err = c.putFound(ctx, d.ID, ofFile, d.Findings)
	}
	if err == nil && len(d.Reading.Findings) > 0 {
		err = c.putFound(ctx, d.ID, ofReading, d.Reading.Findings)
	}
	if err != nil {
		return fmt.Errorf("insert document %s: %w", d.ID, err)
	}
	return nil
}

func (c documents) Get(ctx context.Context, id archive.ID) (archive.Document, error) {
	ds, err := c.list(ctx, selectDocument+`WHERE id = $1`, id)
	if err == nil && len(ds) == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return archive.Document{}, fmt.Errorf("get document %s: %w", id, err)
	}
	return ds[0], nil
}

func (c documents) GetMany(ctx context.Context, ids []archive.ID) ([]archive.Document, error) {
	q := &query{d: c.t.d}
	in(q.add(selectDocument+`WHERE `), "id", idTexts(ids))
	ds, err := c.list(ctx, q.text.String(), q.args...)
	if err != nil {
		return nil, fmt.Errorf("get %d documents: %w", len(ids), err)
	}
	return ds, nil
}

func idTexts(ids []archive.ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}

// list runs a statement that begins with selectDocument and brings the versions in one more.
func (c documents) list(ctx context.Context, text string, args ...any) ([]archive.Document, error) {
	ds, err := all(ctx, c.t, text, args, scanDocument)
	if err != nil || len(ds) == 0 {
		return nil, err
	}
	at := make(map[archive.ID]*archive.Document, len(ds))
	ids := make([]string, len(ds))
	for i := range ds {
		at[ds[i].ID], ids[i] = &ds[i], ds[i].ID.String()
	}
	q := &query{d: c.t.d}
	in(q.add(`SELECT document, number, digest, size, media_type, file_name, pages, created_at, created_by FROM versions WHERE `), "document", ids)
	q.add(` ORDER BY document, number`)
	err = q.each(ctx, c.t, func(scan func(...any) error) error {
		var id archive.ID
		var v archive.Version
		if err := scan(&id, &v.Number, &v.Digest, &v.Size, &v.MediaType, &v.FileName, fromJSON(&v.Pages), &v.CreatedAt, &v.CreatedBy); err != nil {
			return fmt.Errorf("read a version row: %w", err)
		}
		at[id].Versions = append(at[id].Versions, v)
		return nil
	})
	for i := range ds {
		if d := &ds[i]; d.Current == len(d.Versions) {
			d.Current = 0 // the newest
		}
	}
	return ds, err
}

func (c documents) addVersions(ctx context.Context, d *archive.Document) error {
	for _, v := range d.Versions {
		if _, err := c.t.exec(ctx, `INSERT INTO versions (document, number, digest, size, media_type, file_name, pages, created_at, created_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
			d.ID, v.Number, v.Digest, v.Size, v.MediaType, v.FileName, toJSON(v.Pages), v.CreatedAt, v.CreatedBy); err != nil {
			return fmt.Errorf("version %d: %w", v.Number, err)
		}
	}
	return nil
}

func (c documents) addNamed(ctx context.Context, d *archive.Document) error {
	for i, id := range d.Named {
		if _, err := c.t.exec(ctx, `INSERT INTO named (document, account, place) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, d.ID, id, i); err != nil {
			return fmt.Errorf("named: %w", err)
		}
	}
	return nil
}

var updateDocument = func() string {
	columns := strings.FieldsFunc(documentColumns+","+derivedColumns, func(r rune) bool { return strings.ContainsRune(", \n\t", r) })
	q := &query{}
	q.add(`UPDATE documents SET `)
	for i, c := range columns {
		if i > 0 {
			q.add(", ")
		}
		q.add(c+" = ?", nil)
	}
	q.add(", assignee = CASE WHEN stage = ? THEN assignee ELSE ? END, unit = CASE WHEN stage = ? THEN unit ELSE ? END", nil, nil, nil, nil)
	return q.add(` WHERE id = ? AND revision = ?`, nil, nil).text.String()
}()

func (c documents) Update(ctx context.Context, d archive.Document, after int64) error {
	d.Revision = after + 1
	if err := c.changeFound(ctx, &d); err != nil {
		return fmt.Errorf("update document %s: %w", d.ID, err)
	}
	n, err := c.t.exec(ctx, updateDocument, append(documentRow(&d), d.Work.Stage, d.Work.Assignee, d.Work.Stage, d.Work.Unit, d.ID, after)...)
	if err == nil && n == 0 {
		err = c.t.staleOrGone(ctx, `SELECT 1 FROM documents WHERE id = $1`, d.ID)
	}
	if err == nil {
		err = c.addVersions(ctx, &d)
	}
	if err == nil {
		_, err = c.t.exec(ctx, `DELETE FROM named WHERE document = $1`, d.ID)
	}
	if err == nil {
		err = c.addNamed(ctx, &d)
	}
	if err != nil {
		return fmt.Errorf("update document %s: %w", d.ID, err)
	}
	return nil
}

func (c documents) Assign(ctx context.Context, id archive.ID, stage archive.State, assignee archive.ID, unit archive.AgencyCode) error {
	n, err := c.t.exec(ctx, `UPDATE documents SET assignee = $1, unit = $2 WHERE id = $3 AND stage = $4 AND due_at <> ''`, assignee, unit, id, stage)
	if err == nil && n == 0 {
		err = c.t.staleOrGone(ctx, `SELECT 1 FROM documents WHERE id = $1`, id)
	}
	if err != nil {
		return fmt.Errorf("assign document %s: %w", id, err)
	}
	return nil
}

func (c documents) Reinspected(ctx context.Context, id archive.ID, v archive.Version) error {
	n, err := c.t.exec(ctx, `UPDATE versions SET media_type = $1, pages = $2 WHERE document = $3 AND number = $4`, v.MediaType, toJSON(v.Pages), id, v.Number)
	if err == nil && n == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("reinspected version %d of document %s: %w", v.Number, id, err)
	}
	return nil
}

// staleOrGone says why an update by revision touched no row: archive.ErrStale when the query finds one, else NotFound.
func (t *tx) staleOrGone(ctx context.Context, query string, args ...any) error {
	var one int
	if err := t.one(ctx, query, args, &one); err != nil {
		return err
	}
	return archive.ErrStale
}

func (c documents) SetReading(ctx context.Context, id archive.ID, version int, r archive.Reading) error {
	n, err := c.t.exec(ctx, `UPDATE documents SET reading_state = $1, reading_done = $2, reading_total = $3, reading_confidence = $4,
		reading_detail = $5 WHERE id = $6 AND head = $7`, append(readingRow(r), id, version)...)
	if err == nil && n == 0 {
		// Either the version was followed by another, which is fine, or there is no such document.
		if err = c.t.staleOrGone(ctx, `SELECT 1 FROM documents WHERE id = $1`, id); errors.Is(err, archive.ErrStale) {
			err = nil
		}
	} else if err == nil {
		err = c.putFound(ctx, id, ofReading, r.Findings)
	}
	if err != nil {
		return fmt.Errorf("set reading of document %s: %w", id, err)
	}
	return nil
}

// kept adds that a paper is neither thrown away nor a tombstone, and the order and number of twins that are wanted.
func (q *query) kept(limit int) *query {
	return q.add(` AND `+q.col("state")+` NOT IN ('discarded', 'disposed') ORDER BY `+q.col("created_at")+`, `+q.col("id")+` LIMIT ?`, limit)
}

func (c documents) WithDigest(ctx context.Context, see archive.Visibility, d archive.Digest, self archive.ID, limit int) ([]archive.Document, error) {
	if blind(see) {
		return nil, nil
	}
	q := &query{d: c.t.d, free: "id"}
	q.add(selectDocument+`WHERE id IN (SELECT document FROM versions WHERE digest = ? AND document <> ?)`, d, self).see(see).kept(limit)
	ds, err := c.list(ctx, q.text.String(), q.args...)
	if err != nil {
		return nil, fmt.Errorf("documents with digest %s: %w", d, err)
	}
	return ds, nil
}

func (c documents) SameNumber(ctx context.Context, see archive.Visibility, d archive.Document, limit int) ([]archive.Document, error) {
	f := d.Fields
	number, code, name := numberKey(f.Number), f.IssuingAgency.Code, viet.Fold(strings.TrimSpace(f.IssuingAgency.Name))
	if number == "" || code == "" && name == "" || blind(see) {
		return nil, nil // a paper without a number or an issuer is like no other
	}
	year := ""
	if !f.IssuedOn.IsZero() {
		year = f.IssuedOn.String()[:4]
	}
	q := &query{d: c.t.d, free: "number_key notation_key"}
	q.add(selectDocument+`WHERE number_key = ? AND number_key <> '' AND notation_key = ? AND substr(issued_on, 1, 4) = ? AND `+q.col("id")+` <> ?`,
		number, notationKey(f.Notation), year, d.ID)
	// The code names the agency; the printed name does where either paper has no code.
	agency := q.col("agency")
	q.add(` AND (`+agency+` <> '' AND `+agency+` = ? OR agency_key <> '' AND agency_key = ? AND (`+agency+` = '' OR CAST(? AS text) = ''))`, code, name, code)
	q.see(see).kept(limit)
	ds, err := c.list(ctx, q.text.String(), q.args...)
	if err != nil {
		return nil, fmt.Errorf("documents with the number of %s: %w", d.ID, err)
	}
	return ds, nil
}

func (c documents) Discarded(ctx context.Context, before time.Time, limit int) ([]archive.ID, error) {
	ids, err := all(ctx, c.t, `SELECT id FROM documents WHERE state = 'discarded' AND discarded_at < $1 ORDER BY discarded_at, id LIMIT $2`,
		[]any{before, limit}, func(scan func(...any) error) (id archive.ID, err error) {
			err = scan(&id)
			return id, err
		})
	if err != nil {
		return nil, fmt.Errorf("documents discarded before %s: %w", timeText(before), err)
	}
	return ids, nil
}

func (c documents) Walk(ctx context.Context, after archive.ID, limit int) ([]archive.Document, error) {
	ds, err := c.list(ctx, selectDocument+`WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("documents after %s: %w", after, err)
	}
	return ds, nil
}

// parameters returns "$from, …, $to".
func parameters(from, to int) string {
	q := &query{}
	q.args = make([]any, from-1)
	q.add("?", nil)
	for range to - from {
		q.add(", ?", nil)
	}
	return q.text.String()
}
