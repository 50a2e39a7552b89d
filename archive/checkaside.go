package archive

import (
	"context"
	"fmt"
)

// checkAside is checkDocument for a paper in quarantine: its bytes are there, and it has no object.
func (a *Archive) checkAside(ctx context.Context, d *Document, read bool, found func(Discrepancy) error) error {
	object := DocumentObject(d.ID)
	report := func(kind, format string, args ...any) error {
		return found(Discrepancy{Kind: kind, Object: string(object), Document: d.ID, Detail: fmt.Sprintf(format, args...)})
	}
	_, err := a.Vault.Inventory(ctx, object)
	switch {
	case err == nil || KindOf(err) == Corrupt:
		if moving, err := a.moving(ctx, d.ID); err != nil || moving {
			return err
		}
		if err := report("unknown_object", "the store holds an object of a paper that is in quarantine"); err != nil {
			return err
		}
	case KindOf(err) != NotFound:
		return err
	}
	if a.Quarantine == nil {
		return report("missing_file", "the paper is in quarantine, and there is none")
	}
	if _, twice := a.Quarantine.(AsideCopies); twice && read {
		return a.checkCopiesAside(ctx, d, found)
	}
	for _, v := range d.Versions {
		if err := a.checkBytes(ctx, d, v, read, report); err != nil {
			return err
		}
	}
	return nil
}

// checkCopiesAside reads both copies of a paper in quarantine. What one lacks can be mended from the other.
func (a *Archive) checkCopiesAside(ctx context.Context, d *Document, found func(Discrepancy) error) error {
	s, ok := a.Quarantine.(AsideScrubber)
	if !ok {
		return Errorf(Internal, "the quarantine has copies and cannot read them")
	}
	got, err := s.ScrubAside(ctx, d.ID, d.Versions, false)
	if err != nil {
		return err
	}
	for _, x := range got.Damage {
		x.mend = func(ctx context.Context) error {
			after, err := s.ScrubAside(ctx, d.ID, d.Versions, true)
			if err == nil && len(after.Left) > 0 {
				err = errLeft
			}
			return err
		}
		if err := found(x); err != nil {
			return err
		}
	}
	return nil
}

// errLeft is what a mender answers that could do nothing: the discrepancy stays, and the others are gone on with.
var errLeft = Errorf(Corrupt, "no copy is sound")

// checkQuarantine looks for bytes in quarantine that belong to no quarantined paper. They are reported and never deleted.
func (a *Archive) checkQuarantine(ctx context.Context, found func(Discrepancy) error) error {
	if a.Quarantine == nil {
		return nil
	}
	for id, err := range a.Quarantine.List(ctx) {
		if err != nil {
			return err
		}
		var d Document
		err := a.Catalog.View(ctx, func(tx Tx) (err error) {
			d, err = tx.Documents().Get(ctx, id)
			return err
		})
		detail := "the quarantine holds it, the catalog does not know it"
		switch {
		case err == nil && d.Aside():
			continue
		case err == nil:
			detail = "the quarantine holds bytes of a paper that is not in quarantine"
		case KindOf(err) != NotFound:
			return err
		}
		if moving, err := a.moving(ctx, id); err != nil {
			return err
		} else if moving {
			continue
		}
		if err := found(Discrepancy{Kind: "unknown_quarantine", Object: "quarantine/" + id.String(), Document: id, Detail: detail}); err != nil {
			return err
		}
	}
	return nil
}

// moving reports whether an act on the document is under way, so that its bytes may lie in two places.
func (a *Archive) moving(ctx context.Context, id ID) (bool, error) {
	err := a.Catalog.View(ctx, func(tx Tx) error {
		_, err := tx.Intents().OfDocument(ctx, id)
		return err
	})
	if KindOf(err) == NotFound {
		return false, nil
	}
	return err == nil, err
}
