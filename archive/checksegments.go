package archive

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// checkSegments follows the closed segments of the log through the store: each must be there and begin where the one before
// ended. When bytes are read, each event is compared with the catalog's, and so is each row a segment speaks of. Kinds:
// segment_missing, segment_mismatch, segment_ahead, event_changed, event_missing, row_missing, row_mismatch.
func (c *checking) checkSegments(ctx context.Context, read bool, closed int64) error {
	at := int64(-1)
	var last ObjectID
	for at < closed {
		object, head, err := c.a.segmentAt(ctx, at+1)
		if err == nil && head.First != at+1 {
			err = Errorf(Corrupt, "begins at %d", head.First)
		}
		switch KindOf(err) {
		case NotFound:
			err = c.once(Discrepancy{Kind: "segment_missing", Object: string(object), Detail: fmt.Sprintf("the log is closed up to %d, this part of it is in no store", closed)})
		case Corrupt:
			err = c.once(Discrepancy{Kind: "segment_mismatch", Object: string(object), Detail: err.Error()})
		default:
			if err != nil {
				return err
			}
			at, last = head.Last, object
			if read {
				err = c.checkSegment(ctx, object, head)
			}
			if err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		// Where this one ended is not known; the next that the store lists begins behind it.
		if at = c.segmentBehind(at + 1); at < 0 {
			return nil
		}
	}
	if at > closed {
		return c.once(Discrepancy{Kind: "segment_ahead", Object: string(last), Detail: fmt.Sprintf("the catalog has closed the log up to %d, this part of it ends at %d", closed, at)})
	}
	if object, _, err := c.a.segmentAt(ctx, at+1); err == nil {
		return c.once(Discrepancy{Kind: "segment_ahead", Object: string(object), Detail: fmt.Sprintf("the catalog has closed the log up to %d, the store goes on", closed)})
	} else if KindOf(err) != NotFound && KindOf(err) != Corrupt {
		return err
	}
	return nil
}

// segmentBehind returns the number before the first segment that begins after first; -1 when there is none.
func (c *checking) segmentBehind(first int64) int64 {
	slices.Sort(c.segments)
	i, _ := slices.BinarySearch(c.segments, first+1)
	if i == len(c.segments) {
		return -1
	}
	return c.segments[i] - 1
}

// noteSegment keeps where a segment in the store begins: eight bytes for each minute in which something happened.
func (c *checking) noteSegment(o ObjectID) {
	if n, ok := strings.CutPrefix(string(o), strings.TrimSuffix(string(segmentObject(0)), fmt.Sprintf("%012d", 0))); ok {
		var first int64
		if _, err := fmt.Sscanf(n, "%d", &first); err == nil {
			c.segments = append(c.segments, first)
		}
	}
}

// checkSegment compares the events of one segment with the catalog's, and then the rows.
func (c *checking) checkSegment(ctx context.Context, object ObjectID, head segmentHead) error {
	if c.said[string(object)] {
		return nil // damaged: it proves nothing against the catalog
	}
	var kept []Event
	next := head.First
	compare := func() error {
		if len(kept) == 0 {
			return nil
		}
		defer func() { kept = kept[:0] }()
		return c.compareEvents(ctx, object, kept)
	}
	err := c.a.eachLine(ctx, object, segmentEvents, func(b []byte) error {
		e, err := readSegmentEvent(b)
		if err != nil {
			return err
		}
		if e.Seq != next {
			return Errorf(Corrupt, "event %d stands where %d should", e.Seq, next)
		}
		next++
		if kept = append(kept, e); len(kept) < feedBatch {
			return nil
		}
		return compare()
	})
	if err == nil {
		err = compare()
	}
	if err == nil && next != head.Last+1 {
		err = Errorf(Corrupt, "it ends at event %d, not at %d", next-1, head.Last)
	}
	if err == nil && !c.said[string(object)] {
		err = c.checkSegmentRows(ctx, object)
	}
	if err != nil && KindOf(err) == Corrupt {
		return c.once(Discrepancy{Kind: "segment_mismatch", Object: string(object), Detail: err.Error()})
	}
	return err
}

// compareEvents compares a stretch of the log as the store has it with the catalog's.
func (c *checking) compareEvents(ctx context.Context, object ObjectID, kept []Event) error {
	var rows []Event
	err := c.a.Catalog.View(ctx, func(tx Tx) (err error) {
		rows, err = tx.Events().Since(ctx, kept[0].Seq-1, len(kept))
		return err
	})
	if err != nil {
		return err
	}
	have := map[int64]*Event{}
	for i := range rows {
		have[rows[i].Seq] = &rows[i]
	}
	var wrong []Discrepancy
	for _, k := range kept {
		d := Discrepancy{Object: EventName(k.Seq), Document: k.Document}
		row, ok := have[k.Seq]
		switch {
		case !ok:
			d.Kind, d.Detail = "event_missing", "the store keeps an event of this number, the catalog has none"
		case row.ID != k.ID || row.Leaf != k.Leaf || row.LeafHash() != k.Leaf:
			d.Kind, d.Detail = "event_changed", "the event is another one in the store"
		default:
			continue
		}
		wrong = append(wrong, d)
	}
	if len(wrong) == len(kept) && len(kept) > 1 { // not this event or that one: it is the segment of another log
		wrong = []Discrepancy{{Kind: "segment_mismatch", Object: string(object), Detail: fmt.Sprintf("none of its events from %d on is the catalog's", kept[0].Seq)}}
	}
	for _, d := range wrong {
		if err := c.once(d); err != nil {
			return err
		}
	}
	return nil
}
