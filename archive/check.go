package archive

import (
	"context"
	"fmt"
	"io"
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
// corrupt_object, unknown_quarantine, the vault's own (ocfl_e…), the ledger's own, usage_mismatch, index_missing,
// index_extra. What is wrong with an object is said once: the vault's own findings are left out where its document was
// already found at fault.
func (a *Archive) Check(ctx context.Context, o CheckOptions, found func(Discrepancy) error) error {
	if o.Repair {
		return a.checkAndRepair(ctx, o, found)
	}
	return a.check(ctx, o, found)
}

func (a *Archive) check(ctx context.Context, o CheckOptions, found func(Discrepancy) error) error {
	said := map[string]bool{}
	once := func(d Discrepancy) error {
		said[d.Object] = true
		return found(d)
	}
	auditor, audits := a.Vault.(Auditor)
	// Bytes are read once: by the vault's own audit where it has one.
	if err := a.checkDocuments(ctx, o, o.ReadData && !audits, once); err != nil {
		return err
	}
	if err := a.checkObjects(ctx, once); err != nil {
		return err
	}
	if err := a.checkQuarantine(ctx, once); err != nil {
		return err
	}
	if audits {
		err := auditor.Audit(ctx, o.ReadData, func(d Discrepancy) error {
			if said[d.Object] {
				return nil
			}
			return found(d)
		})
		if err != nil {
			return err
		}
	}
	if a.Ledger != nil {
		if err := a.Ledger.Verify(ctx, found); err != nil {
			return err
		}
	}
	if err := a.checkSegments(ctx, o.ReadData, found); err != nil {
		return err
	}
	if err := a.checkUsage(ctx, o.Repair, found); err != nil {
		return err
	}
	if err := a.checkIndex(ctx, found); err != nil {
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
	for _, d := range all {
		sound, tried := mended[d.Object]
		if !tried {
			var err error
			if sound, err = a.repair(ctx, d); err != nil {
				return err
			}
			mended[d.Object] = sound
		}
		d.Repaired = d.Repaired || sound
		if err := found(d); err != nil {
			return err
		}
	}
	return nil
}

// repair mends the object of a discrepancy from its other copy and reports whether it is sound now.
func (a *Archive) repair(ctx context.Context, d Discrepancy) (bool, error) {
	s, ok := a.Vault.(Scrubber)
	if !ok || !strings.HasPrefix(d.Object, "urn:") {
		return false, nil
	}
	var r ScrubReport
	err := a.scrubObject(ctx, s, ObjectID(d.Object), &r)
	return err == nil && r.Repaired > 0 && r.Left == 0, err
}

func (a *Archive) checkDocuments(ctx context.Context, o CheckOptions, read bool, found func(Discrepancy) error) error {
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
				err = a.checkAside(ctx, &docs[i], o.ReadData, found) // the vault's audit does not come there
			} else {
				err = a.checkDocument(ctx, &docs[i], read, found)
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

func (a *Archive) checkDocument(ctx context.Context, d *Document, read bool, found func(Discrepancy) error) error {
	object := DocumentObject(d.ID)
	report := func(kind, format string, args ...any) error {
		return found(Discrepancy{Kind: kind, Object: string(object), Document: d.ID, Detail: fmt.Sprintf(format, args...)})
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
			err = report("digest_mismatch", "version %d: inventory %s, catalog %s", v.Number, f.Digest, v.Digest)
		default:
			err = a.checkBytes(ctx, d, v, read, report)
		}
		if err != nil {
			return err
		}
	}
	return nil
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
func (a *Archive) checkObjects(ctx context.Context, found func(Discrepancy) error) error {
	for object, err := range a.Vault.List(ctx) {
		if err != nil {
			return err
		}
		if houseObject(object) {
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
		if err := found(Discrepancy{Kind: "unknown_object", Object: string(object), Document: id, Detail: "the store holds it, the catalog does not know it"}); err != nil {
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

// checkIndex compares the number of documents, once the index has followed the feed.
func (a *Archive) checkIndex(ctx context.Context, found func(Discrepancy) error) error {
	if a.Index == nil {
		return nil
	}
	pos, err := a.Index.Position(ctx)
	if err != nil {
		return err
	}
	var last int64
	want := int64(0)
	err = a.Catalog.View(ctx, func(tx Tx) (err error) {
		if last, err = tx.Events().Last(ctx); err != nil {
			return err
		}
		counts, err := tx.Documents().Counts(ctx, Visibility{Everything: true})
		want = 0
		for s, n := range counts {
			if s != Disposed {
				want += int64(n)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if pos > last {
		return found(Discrepancy{Kind: "index_ahead", Object: "index", Detail: fmt.Sprintf("index at %d, feed at %d; run sohoa rebuild --index", pos, last)})
	}
	if pos < last {
		return nil // it is still following; what it lacks is on its way
	}
	have, err := a.Index.Count(ctx)
	switch {
	case err != nil:
		return err
	case have < want:
		return found(Discrepancy{Kind: "index_missing", Object: "index", Detail: fmt.Sprintf("%d documents, %d indexed; run sohoa rebuild --index", want, have)})
	case have > want:
		return found(Discrepancy{Kind: "index_extra", Object: "index", Detail: fmt.Sprintf("%d documents, %d indexed; run sohoa rebuild --index", want, have)})
	}
	return nil
}
