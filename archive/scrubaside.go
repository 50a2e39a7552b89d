package archive

import (
	"context"
	"errors"
	"time"
)

// scrubAside is scrubObject for a paper in quarantine: its bytes lie outside the vault.
func (a *Archive) scrubAside(ctx context.Context, d *Document, r *ScrubReport) error {
	s, ok := a.Quarantine.(AsideScrubber)
	if !ok {
		return nil
	}
	began := time.Now()
	got, err := s.ScrubAside(ctx, d.ID, d.Versions, true)
	if err != nil {
		return err
	}
	if len(got.Damage)+len(got.Repaired) > 0 {
		// It may have been let out meanwhile: then what was missing has left, and what was written again is left over.
		stays, err := a.isAside(ctx, d.ID)
		if err != nil {
			return err
		}
		if !stays {
			return a.eraseAside(ctx, d.ID)
		}
	}
	return a.scrubbed(ctx, DocumentObject(d.ID), got, began, r)
}

// isAside reports whether the bytes of a document lie in quarantine now. While an act moves them they count as lying there.
func (a *Archive) isAside(ctx context.Context, id ID) (aside bool, err error) {
	if moving, err := a.moving(ctx, id); err != nil || moving {
		return true, err
	}
	err = a.Catalog.View(ctx, func(tx Tx) error {
		d, err := tx.Documents().Get(ctx, id)
		aside = err == nil && d.Aside()
		if KindOf(err) == NotFound {
			return nil
		}
		return err
	})
	return aside, err
}

// mirrorAside brings the quarantine of the second store up to the first for what one batch of the feed was about: papers that
// came are copied, papers that left are erased there. A paper that came and has left since is not copied.
func (a *Archive) mirrorAside(ctx context.Context, evs []Event) error {
	q, ok := a.Quarantine.(AsideCopies)
	if !ok {
		return nil
	}
	var papers []Document
	var left []ID
	err := a.Catalog.View(ctx, func(tx Tx) error {
		papers, left = nil, nil
		seen := map[ID]bool{}
		for _, e := range evs {
			if e.Document.IsZero() || seen[e.Document] || !changes(e.Action) || e.Action == EvRead {
				continue
			}
			d, err := tx.Documents().Get(ctx, e.Document)
			switch {
			case err != nil && KindOf(err) != NotFound:
				return err
			case err == nil && d.Aside():
				papers, seen[e.Document] = append(papers, d), true
			case e.Action == EvErase || e.Detail["from"] == string(Quarantined):
				left, seen[e.Document] = append(left, e.Document), true
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	var errs []error
	for i := range papers {
		d := &papers[i]
		_, err := q.CopyAside(ctx, d.ID, d.Versions)
		if k := KindOf(err); err != nil && (k == NotFound || k == Corrupt) {
			a.Log.Error("paper in quarantine cannot be copied; the scrub will report it", "document", d.ID, "err", err)
			err = nil
		}
		if stays, e := a.isAside(ctx, d.ID); err == nil && e == nil && !stays { // let out while it was copied
			left = append(left, d.ID)
		} else {
			err = errors.Join(err, e)
		}
		errs = append(errs, err)
	}
	for _, id := range left {
		errs = append(errs, q.EraseCopy(ctx, id))
	}
	return errors.Join(errs...)
}
