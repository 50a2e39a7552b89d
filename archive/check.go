package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"strings"
)

// CheckOptions say how deep a check goes.
type CheckOptions struct {
	ReadData bool           // read every byte and compare digests
	Repair   bool           // mend damaged objects from the second store, and the accounts of what is kept
	Progress func(done int) // after every documents batch; optional
}

// Check compares vault, catalog, ledger and index and reports each difference to found, which may stop the check by
// returning an error. Kinds: missing_object, unknown_object, missing_file, size_mismatch, digest_mismatch,
// corrupt_object, unknown_quarantine, row_missing, row_mismatch, the vault's own (ocfl_e…), the ledger's own, the segments'
// own, usage_mismatch, index_missing, index_extra. One damage is one report: what was said of an object is not said
// again by another part of the check that stumbles over the same thing.
func (a *Archive) Check(ctx context.Context, o CheckOptions, found func(Discrepancy) error) error {
	if o.Repair {
		return a.checkAndRepair(ctx, o, found)
	}
	return a.check(ctx, o, found)
}

// emptyFolder is the kind of what the audit says of a folder in which nothing lies (OCFL 1.1 E073).
const emptyFolder = "ocfl_e073"

// checking is a check under way.
type checking struct {
	a        *Archive
	found    func(Discrepancy) error
	said     map[string]bool // names of what was reported
	segments []int64         // where those in the store begin
}

// once reports a difference unless something was reported of the same object.
func (c *checking) once(d Discrepancy) error {
	if c.said[d.Object] || d.About != "" && c.said[d.About] || c.said[c.place(d.Object)] {
		return nil
	}
	return c.tell(d)
}

func (c *checking) tell(d Discrepancy) error {
	c.said[d.Object] = true
	if p := c.place(d.Object); p != "" {
		c.said[p] = true
		if d.Kind == "missing_object" || d.Kind == "segment_missing" {
			c.said[path.Dir(p)] = true // the folder above may be empty now
		}
	}
	return c.found(d)
}

// place is the other name of an object: where it lies. "" when it has none.
func (c *checking) place(object string) string {
	if p, ok := c.a.Vault.(Placer); ok && strings.HasPrefix(object, "urn:") {
		return p.Place(ObjectID(object))
	}
	return ""
}

func (a *Archive) check(ctx context.Context, o CheckOptions, found func(Discrepancy) error) error {
	c := &checking{a: a, found: found, said: map[string]bool{}}
	auditor, audits := a.Vault.(Auditor)
	var empty []Discrepancy // folders without an object: what was in them may be reported as missing yet
	// Bytes are read once: by the vault's own audit where it has one.
	if err := c.checkDocuments(ctx, o, o.ReadData && !audits); err != nil {
		return err
	}
	if err := c.checkObjects(ctx); err != nil {
		return err
	}
	if err := a.checkQuarantine(ctx, func(d Discrepancy) error {
		c.said[string(DocumentObject(d.Document))] = true // of its row there is nothing more to say
		return c.tell(d)
	}); err != nil {
		return err
	}
	if audits {
		before := maps.Clone(c.said)
		err := auditor.Audit(ctx, o.ReadData, func(d Discrepancy) error {
			switch {
			case before[d.Object] || before[c.place(d.Object)]:
				return nil
			case d.Kind == emptyFolder:
				empty = append(empty, d)
				return nil
			}
			return c.tell(d)
		})
		if err != nil {
			return err
		}
	}
	closed := int64(-1)
	if err := a.Catalog.View(ctx, func(tx Tx) (err error) { closed, err = position(ctx, tx, closedAt); return err }); err != nil {
		return err
	}
	// The copy of the log in the store comes before the tree over it: it can say which of an event and its hash is right.
	if err := c.checkSegments(ctx, o.ReadData, closed); err != nil {
		return err
	}
	if a.Ledger != nil {
		if err := a.Ledger.Verify(ctx, c.once); err != nil {
			return err
		}
	}
	if err := c.checkRegistry(ctx, closed); err != nil {
		return err
	}
	for _, d := range empty {
		if err := c.once(d); err != nil {
			return err
		}
	}
	if err := a.checkUsage(ctx, o.Repair, found); err != nil {
		return err
	}
	if err := c.checkIndex(ctx, o.ReadData); err != nil {
		return err
	}
	return a.Catalog.Update(ctx, func(tx Tx) error { return tx.Settings().Delete(ctx, janitorOff) })
}

// checkAndRepair checks first and repairs then: what judges an object holds it. Each object is mended once, whatever was
// found in it.
func (a *Archive) checkAndRepair(ctx context.Context, o CheckOptions, found func(Discrepancy) error) error {
	var all []Discrepancy
	if err := a.check(ctx, o, func(d Discrepancy) error { all = append(all, d); return nil }); err != nil {
		return err
	}
	mended := map[string]bool{}
	adopted := false
	for _, d := range all {
		sound, tried := mended[d.Object]
		if !tried {
			var err error
			if sound, err = a.repair(ctx, d); err != nil {
				return err
			}
			mended[d.Object] = sound
			adopted = adopted || sound && d.Kind == "unknown_object"
		}
		d.Repaired = d.Repaired || sound
		if err := found(d); err != nil {
			return err
		}
	}
	if err := a.mendBehind(ctx, o, adopted); err != nil {
		return err
	}
	// What an agency keeps follows from the rows as they are now.
	return a.checkUsage(ctx, true, func(Discrepancy) error { return nil })
}

// mendBehind brings papers that were taken in from their own metadata up to what the segments say of them beyond it.
func (a *Archive) mendBehind(ctx context.Context, o CheckOptions, adopted bool) error {
	if !adopted || !o.ReadData {
		return nil
	}
	var behind []Discrepancy
	err := a.check(ctx, CheckOptions{ReadData: true}, func(d Discrepancy) error {
		if d.mend != nil {
			behind = append(behind, d)
		}
		return nil
	})
	for _, d := range behind {
		if err == nil {
			err = d.mend(ctx)
		}
	}
	return err
}

// repair mends the object of a discrepancy from its other copy and reports whether it is sound now.
func (a *Archive) repair(ctx context.Context, d Discrepancy) (bool, error) {
	if d.mend != nil {
		if err := d.mend(ctx); errors.Is(err, errLeft) {
			return false, nil
		} else if err != nil {
			return false, fmt.Errorf("mend %s: %w", d.Object, err)
		}
		return true, nil
	}
	if (d.Kind == "index_missing" || d.Kind == "index_extra") && !d.Document.IsZero() {
		return true, a.mendIndex(ctx, d.Document)
	}
	if d.Kind == "unknown_object" && !d.Document.IsZero() {
		return a.Adopt(ctx, ObjectID(d.Object))
	}
	s, ok := a.Vault.(Scrubber)
	if !ok || !strings.HasPrefix(d.Object, "urn:") {
		return false, nil
	}
	var r ScrubReport
	err := a.scrubObject(ctx, s, ObjectID(d.Object), &r)
	return err == nil && r.Repaired > 0 && r.Left == 0, err
}

func (c *checking) checkDocuments(ctx context.Context, o CheckOptions, read bool) error {
	a := c.a
	var after ID
	for done := 0; ; {
		var docs []Document
		err := a.Catalog.View(ctx, func(tx Tx) (err error) {
			docs, err = tx.Documents().Walk(ctx, after, feedBatch)
			return err
		})
		if err != nil || len(docs) == 0 {
			return err
		}
		for i := range docs {
			after = docs[i].ID
			if docs[i].State == Disposed {
				continue
			}
			var err error
			if docs[i].Aside() {
				err = a.checkAside(ctx, &docs[i], o.ReadData, c.tell) // the vault's audit does not come there
			} else {
				err = a.checkDocument(ctx, &docs[i], o.ReadData, read, c.tell)
			}
			if err != nil {
				return err
			}
		}
		if done += len(docs); o.Progress != nil {
			o.Progress(done)
		}
	}
}

func (a *Archive) checkDocument(ctx context.Context, d *Document, rows, read bool, found func(Discrepancy) error) error {
	object := DocumentObject(d.ID)
	wrong := false
	report := func(kind, format string, args ...any) error {
		wrong = true
		return found(Discrepancy{Kind: kind, Object: string(object), Document: d.ID, Detail: fmt.Sprintf(format, args...)})
	}
	// rowWrong reports what the metadata in the object can put right.
	rowWrong := func(kind, format string, args ...any) error {
		wrong = true
		return found(Discrepancy{Kind: kind, Object: string(object), Document: d.ID, Detail: fmt.Sprintf(format, args...), mend: a.metadataMender(d)})
	}
	inv, err := a.Vault.Inventory(ctx, object)
	switch KindOf(err) {
	case NotFound:
		return report("missing_object", "the catalog knows this document, the store does not")
	case Corrupt:
		return report("corrupt_object", "%v", err)
	}
	if err != nil {
		return err
	}
	files := map[string]ObjectFile{}
	for _, f := range inv.Files {
		files[f.Path] = f
	}
	for _, v := range d.Versions {
		f, ok := files[v.Path()]
		switch {
		case !ok:
			err = report("missing_file", "version %d (%s)", v.Number, v.Path())
		case f.Digest != v.Digest:
			err = rowWrong("digest_mismatch", "version %d: inventory %s, catalog %s", v.Number, f.Digest, v.Digest)
		default:
			if f.Size != v.Size && f.Size >= 0 {
				err = rowWrong("size_mismatch", "version %d: %d bytes stored, %d deposited", v.Number, f.Size, v.Size)
				break
			}
			err = a.checkBytes(ctx, d, v, read, report)
		}
		if err != nil {
			return err
		}
	}
	if !rows || wrong {
		return nil
	}
	return a.checkMetadata(ctx, d, &inv, read, report, rowWrong)
}

func (a *Archive) checkBytes(ctx context.Context, d *Document, v Version, read bool, report func(kind, format string, args ...any) error) error {
	c, err := a.content(ctx, d, v)
	switch KindOf(err) {
	case NotFound:
		return report("missing_file", "version %d (%s)", v.Number, v.Path())
	case Corrupt:
		return report("corrupt_object", "%v", err)
	}
	if err != nil {
		return err
	}
	defer c.Close()
	if c.Size() != v.Size {
		return report("size_mismatch", "version %d: %d bytes stored, %d deposited", v.Number, c.Size(), v.Size)
	}
	if !read {
		return nil
	}
	if _, err := io.Copy(io.Discard, c); err != nil {
		if KindOf(err) == Corrupt {
			return report("digest_mismatch", "version %d: %v", v.Number, err)
		}
		return err
	}
	return nil
}

// checkObjects looks for objects the catalog has never heard of. They are reported and never deleted.
func (c *checking) checkObjects(ctx context.Context) error {
	a := c.a
	_, audits := a.Vault.(Auditor)
	for object, err := range a.Vault.List(ctx) {
		if err != nil {
			if KindOf(err) != Corrupt {
				return err
			}
			if !audits { // else the audit names it
				if err := c.tell(Discrepancy{Kind: "corrupt_object", Object: "store", Detail: err.Error()}); err != nil {
					return err
				}
			}
			continue
		}
		if houseObject(object) {
			c.noteSegment(object)
			continue
		}
		id, perr := documentOf(object)
		if perr == nil {
			err := a.Catalog.View(ctx, func(tx Tx) error {
				d, err := tx.Documents().Get(ctx, id)
				if err == nil && d.State == Disposed {
					return ErrNotFound
				}
				if KindOf(err) == NotFound { // on its way in, or being cleaned up
					_, err = tx.Intents().OfDocument(ctx, id)
				}
				return err
			})
			if err == nil {
				continue
			}
			if KindOf(err) != NotFound {
				return err
			}
		}
		if err := c.tell(Discrepancy{Kind: "unknown_object", Object: string(object), Document: id, Detail: "the store holds it, the catalog does not know it"}); err != nil {
			return err
		}
	}
	return nil
}

func documentOf(o ObjectID) (ID, error) {
	id, ok := strings.CutPrefix(string(o), documentPrefix)
	if !ok {
		return ID{}, ErrNotFound
	}
	return ParseID(id)
}
