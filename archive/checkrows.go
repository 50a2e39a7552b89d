package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// What a row says must be what the store says of it: whoever can write to the database could otherwise make a withdrawn paper
// valid without a trace. The store speaks of a document in the metadata of its object and in the segments of the log; each
// statement carries the time or the revision it was made at, and a row of the same time or revision has to agree with it. A
// row that is newer than every statement is on its way into a segment, and the next check compares it; one that is older is
// behind its store.

// told returns what the store keeps of a document in one form, so that two statements are the same when their bytes are.
func told(m metadata) metadata {
	for i := range m.Versions {
		if len(m.Versions[i].Pages) == 0 {
			m.Versions[i].Pages = nil
		}
	}
	return m
}

func toldInSegment(d *Document) json.RawMessage {
	s := segmentDocumentOf(d)
	s.metadata = told(s.metadata)
	return pretty(s)
}

// differs names the top-level members in which two statements differ: names only, a report may be printed and passed on.
func differs(a, b []byte) string {
	var x, y map[string]json.RawMessage
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return "form"
	}
	var names []string
	for _, m := range []map[string]json.RawMessage{x, y} {
		for name := range m {
			if !bytes.Equal(x[name], y[name]) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return fmt.Sprint(names)
}

// checkMetadata compares the row of a document with the metadata in its object. read says that nobody else reads its bytes.
func (a *Archive) checkMetadata(ctx context.Context, d *Document, inv *Inventory, read bool, report, rowWrong func(kind, format string, args ...any) error) error {
	kept, err := a.keptMetadata(ctx, d.ID)
	if err != nil {
		switch KindOf(err) {
		case Corrupt:
			if read {
				return report("digest_mismatch", "%v", err)
			}
			return nil // the vault's audit says it
		case NotFound:
			return report("missing_file", "%s", metadataPath)
		}
		return err
	}
	wrong := ""
	switch {
	case inv.Head > d.Object || kept.UpdatedAt.After(d.UpdatedAt):
		wrong = fmt.Sprintf("the row is of object version %d, the store has %d", d.Object, inv.Head)
	case inv.Head < d.Object:
		wrong = fmt.Sprintf("the row is of object version %d, the store has only %d", d.Object, inv.Head)
	case kept.UpdatedAt.Equal(d.UpdatedAt):
		if row, store := pretty(told(metadataOf(d))), pretty(told(metadataOf(&kept))); !bytes.Equal(row, store) {
			wrong = "the row is not what the store says: " + differs(row, store)
		}
	}
	if wrong == "" {
		return nil
	}
	if moving, err := a.moving(ctx, d.ID); err != nil || moving {
		return err // the act that is under way writes the row after the object
	}
	var now Document
	if err := a.Catalog.View(ctx, func(tx Tx) (err error) { now, err = tx.Documents().Get(ctx, d.ID); return err }); err != nil {
		return err
	}
	if now.Revision != d.Revision || now.Object != d.Object {
		return nil // another process changed it since it was read: the next check compares it
	}
	return rowWrong("row_mismatch", "%s", wrong)
}

// metadataMender writes a row again as the metadata in its object has it. Of a row that was changed since, which only the catalog
// and the segments know, it puts right what stands of the versions.
func (a *Archive) metadataMender(d *Document) func(context.Context) error {
	row := *d
	return func(ctx context.Context) error {
		kept, err := a.keptMetadata(ctx, row.ID)
		if err != nil {
			return err
		}
		inv, err := a.Vault.Inventory(ctx, DocumentObject(row.ID))
		if err != nil {
			return err
		}
		next := kept
		next.Revision, next.PriorState, next.DiscardedAt, next.DiscardedBy = row.Revision, row.PriorState, row.DiscardedAt, row.DiscardedBy
		if row.UpdatedAt.After(kept.UpdatedAt) {
			next = row
			next.Versions = slices.Clone(row.Versions)
			for i, v := range next.Versions {
				if n := slices.IndexFunc(kept.Versions, func(k Version) bool { return k.Number == v.Number }); n >= 0 {
					next.Versions[i] = kept.Versions[n]
				}
			}
		}
		next.Object = inv.Head
		return a.documentMender(next)(ctx)
	}
}

func (a *Archive) keptMetadata(ctx context.Context, id ID) (Document, error) {
	b, err := a.objectFile(ctx, DocumentObject(id), metadataPath, 64<<20)
	if err != nil {
		return Document{}, err
	}
	var m metadata
	if err := json.Unmarshal(b, &m); err != nil || m.ID != id {
		return Document{}, Errorf(Corrupt, "%s of %s: %v", metadataPath, DocumentObject(id), err)
	}
	return m.document()
}

// checkSegmentRows compares the rows of documents and dossiers with what one segment says of them. Each is reported once, at the
// oldest segment it does not agree with.
func (c *checking) checkSegmentRows(ctx context.Context, object ObjectID) error {
	var docs []Document
	flush := func() error {
		if len(docs) == 0 {
			return nil
		}
		defer func() { docs = docs[:0] }()
		return c.documentRows(ctx, object, docs)
	}
	err := c.a.eachLine(ctx, object, segmentDocuments, func(b []byte) error {
		d, err := readSegmentDocument(b)
		if err != nil {
			return err
		}
		if docs = append(docs, d); len(docs) < feedBatch {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return err
	}
	return c.a.eachLine(ctx, object, segmentDossiers, func(b []byte) error {
		var kept Dossier
		if err := json.Unmarshal(b, &kept); err != nil {
			return Errorf(Corrupt, "dossier of a segment: %v", err)
		}
		var row Dossier
		err := c.a.Catalog.View(ctx, func(tx Tx) (err error) { row, err = tx.Dossiers().Get(ctx, kept.Code); return err })
		d := Discrepancy{Object: "dossier:" + kept.Code.String(), Detail: "according to " + string(object)}
		d.mend = c.mender(func(ctx context.Context, tx Tx) error { return tx.Restore().Dossier(ctx, kept) })
		return c.row(d, err, row.Revision, kept.Revision, row, kept)
	})
}

func (c *checking) documentRows(ctx context.Context, object ObjectID, kept []Document) error {
	ids := make([]ID, len(kept))
	for i := range kept {
		ids[i] = kept[i].ID
	}
	var rows []Document
	if err := c.a.Catalog.View(ctx, func(tx Tx) (err error) { rows, err = tx.Documents().GetMany(ctx, ids); return err }); err != nil {
		return err
	}
	byID := map[ID]*Document{}
	for i := range rows {
		byID[rows[i].ID] = &rows[i]
	}
	for i := range kept {
		k := &kept[i]
		d := Discrepancy{Object: string(DocumentObject(k.ID)), Document: k.ID, Detail: "according to " + string(object)}
		d.mend = c.a.documentMender(*k)
		row, ok := byID[k.ID]
		var err error
		switch {
		case !ok:
			err = c.row(d, ErrNotFound, 0, k.Revision, nil, nil)
		case row.Revision != k.Revision:
			err = c.row(d, nil, row.Revision, k.Revision, nil, nil)
		default:
			err = c.row(d, nil, row.Revision, k.Revision, toldInSegment(row), toldInSegment(k))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// documentMender writes a row as the store has it. What only the catalog knows of a row that is there stays.
func (a *Archive) documentMender(kept Document) func(context.Context) error {
	return func(ctx context.Context) error {
		return a.update(ctx, func(tx Tx) error {
			if err := a.restoreDocument(ctx, tx, kept); err != nil {
				return err
			}
			ev := documentEvent(System, EvMaintain, a.Clock.Now(), &kept)
			ev.Detail = map[string]string{"act": "repair_row", "state": string(kept.State)}
			return tx.Events().Append(ctx, ev)
		})
	}
}

// mender is a mend in a transaction of its own.
func (c *checking) mender(mend func(context.Context, Tx) error) func(context.Context) error {
	return func(ctx context.Context) error {
		return c.a.update(ctx, func(tx Tx) error { return mend(ctx, tx) })
	}
}

// row compares one row with what the store keeps of it, and reports the difference under d's name. missing is what reading the
// row came to.
func (c *checking) row(d Discrepancy, missing error, have, want int64, row, kept any) error {
	switch {
	case missing != nil && KindOf(missing) != NotFound:
		return missing
	case missing != nil:
		d.Kind, d.Detail = "row_missing", "the store knows it, the catalog does not; "+d.Detail
	case have < want:
		d.Kind, d.Detail = "row_mismatch", fmt.Sprintf("the row has revision %d, the store %d; %s", have, want, d.Detail)
	case have > want:
		return nil // changed since
	default:
		x, err := json.Marshal(row)
		if err != nil {
			return err
		}
		y, err := json.Marshal(kept)
		if err != nil || bytes.Equal(x, y) {
			return err
		}
		d.Kind, d.Detail = "row_mismatch", "the row is not what the store says: "+differs(x, y)+"; "+d.Detail
	}
	return c.once(d)
}
