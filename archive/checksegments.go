package archive

import (
	"context"
	"fmt"
)

// checkSegments follows the closed segments of the log through the store: each must be there, begin where the one before
// ended, and, when bytes are read, hold the events the catalog has. Kinds: segment_missing, segment_mismatch.
func (a *Archive) checkSegments(ctx context.Context, read bool, found func(Discrepancy) error) error {
	closed := int64(-1)
	err := a.Catalog.View(ctx, func(tx Tx) (err error) { closed, err = position(ctx, tx, closedAt); return err })
	if err != nil {
		return err
	}
	for at := int64(-1); at < closed; {
		object := segmentObject(at + 1)
		head, err := a.readSegmentHead(ctx, object)
		switch KindOf(err) {
		case NotFound:
			return found(Discrepancy{Kind: "segment_missing", Object: string(object), Detail: fmt.Sprintf("the log is closed up to %d, this part of it is in no store", closed)})
		case Corrupt:
			return found(Discrepancy{Kind: "segment_mismatch", Object: string(object), Detail: err.Error()})
		}
		if err != nil {
			return err
		}
		if head.First != at+1 {
			return found(Discrepancy{Kind: "segment_mismatch", Object: string(object), Detail: fmt.Sprintf("begins at %d", head.First)})
		}
		if read {
			if err := a.checkSegment(ctx, object, head, found); err != nil {
				return err
			}
		}
		at = head.Last
	}
	return nil
}

// checkSegment compares the leaves of one segment with the catalog's.
func (a *Archive) checkSegment(ctx context.Context, object ObjectID, head segmentHead, found func(Discrepancy) error) error {
	wrong := func(format string, args ...any) error {
		return found(Discrepancy{Kind: "segment_mismatch", Object: string(object), Detail: fmt.Sprintf(format, args...)})
	}
	var leaves []Leaf
	err := a.eachLine(ctx, object, "events.jsonl", func(b []byte) error {
		e, err := readSegmentEvent(b)
		leaves = append(leaves, Leaf{e.ID, e.Leaf})
		return err
	})
	if err != nil {
		if KindOf(err) == Corrupt {
			return wrong("%v", err)
		}
		return err
	}
	for len(leaves) > 0 {
		var have []Leaf
		first := head.Last + 1 - int64(len(leaves))
		err := a.Catalog.View(ctx, func(tx Tx) (err error) {
			have, err = tx.Tree().Leaves(ctx, first, min(len(leaves), feedBatch))
			return err
		})
		if err != nil {
			return err
		}
		if len(have) == 0 {
			return wrong("the catalog has no event %d", first)
		}
		for i := range have {
			if have[i] != leaves[i] {
				return wrong("event %d is another one in the catalog", first+int64(i))
			}
		}
		leaves = leaves[len(have):]
	}
	return nil
}
