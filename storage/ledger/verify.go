package ledger

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"sohoa/archive"
)

// Kinds of what Verify reports.
const (
	EventChanged       = "event_changed"       // the record of an event does not hash to its leaf
	EventMissing       = "event_missing"       // a number that was given is on no event
	EventUnsigned      = "event_unsigned"      // an event has a number that no checkpoint covers
	TreeMismatch       = "tree_mismatch"       // a stored hash is missing, too many, or not what lies below it
	CheckpointMismatch = "checkpoint_mismatch" // the checkpoint is not ours, or not of this tree
)

// Verify implements archive.Ledger. It holds a few hashes and one batch of events, whatever the size of the log.
//
// Each event is compared with its leaf, each leaf with the stored hash at the bottom of the tree, each stored hash with
// the two below it, and what is on top with the checkpoint. One change is reported where it is and not once for every
// hash above it (candidates), and a log without a report is the one that was signed. Events that arrive meanwhile are left to the next
// check.
func (l *Ledger) Verify(ctx context.Context, found func(archive.Discrepancy) error) error {
	v := &verification{ledger: l, ctx: ctx, found: found}
	if err := v.run(); err != nil {
		return fmt.Errorf("verify the log: %w", err)
	}
	return nil
}

type verification struct {
	ledger *Ledger
	ctx    context.Context
	found  func(archive.Discrepancy) error
	size   int64
	signed []byte
	left   [64]candidates // by level: what the last hash that is a left child may be
}

// candidates are what a hash of the tree may be: one where what is stored agrees with what lies below it, two where it does not
// and nobody can say yet which of them is wrong, none where both are missing. The hash above tells: it is made of the right one.
// So a damage is reported where it is, and not again on the way to the root.
type candidates []tlog.Hash

// over returns the hashes over each left and right that may be.
func (left candidates) over(right candidates) (out candidates) {
	for _, l := range left {
		for _, r := range right {
			if len(out) < 8 { // a few damages side by side; more are a ruin, and reported one by one
				out = append(out, tlog.NodeHash(l, r))
			}
		}
	}
	return out
}

// finding is a difference that is reported after the View that saw it has ended, because found may take its time.
type finding struct {
	kind, object, detail, about string
	document                    archive.ID
}

func (v *verification) report(fs []finding) error {
	for _, f := range fs {
		if err := v.found(archive.Discrepancy{Kind: f.kind, Object: f.object, About: f.about, Document: f.document, Detail: f.detail}); err != nil {
			return err
		}
	}
	return nil
}

func (v *verification) run() error {
	if err := v.begin(); err != nil {
		return err
	}
	for first := int64(0); first < v.size; first += Batch {
		if err := v.batch(first, min(first+Batch, v.size)); err != nil {
			return err
		}
	}
	return v.end()
}

// begin reads the checkpoint and what is numbered beyond it.
func (v *verification) begin() error {
	var fs []finding
	err := v.ledger.catalog.View(v.ctx, func(tx archive.Tx) (err error) {
		if v.size, v.signed, err = tx.Tree().Checkpoint(v.ctx); err != nil {
			return err
		}
		// Number, hashes and checkpoint are written together: in one View there is nothing beyond it.
		beyond, err := tx.Events().Since(v.ctx, v.size-1, Batch)
		if err != nil {
			return err
		}
		for _, e := range beyond {
			fs = append(fs, finding{kind: EventUnsigned, object: archive.EventName(e.Seq), detail: "the newest checkpoint is of " + fmt.Sprint(v.size), document: e.Document})
		}
		after := tlog.StoredHashCount(v.size)
		_, err = tx.Tree().Hashes(v.ctx, []int64{after})
		if err == nil {
			fs = append(fs, finding{kind: TreeMismatch, object: hashName(after), detail: "a stored hash beyond the signed tree"})
		} else if errors.Is(err, archive.ErrNotFound) {
			err = nil
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.report(fs)
}

// batch checks the events numbered from first up to and without end.
func (v *verification) batch(first, end int64) error {
	var events []archive.Event
	var stored map[int64]tlog.Hash
	from, to := tlog.StoredHashCount(first), tlog.StoredHashCount(end)
	err := v.ledger.catalog.View(v.ctx, func(tx archive.Tx) (err error) {
		if events, err = tx.Events().Since(v.ctx, first-1, int(end-first)); err != nil {
			return err
		}
		stored, err = readStored(v.ctx, tx.Tree(), from, to)
		return err
	})
	if err != nil {
		return err
	}
	var fs []finding
	index := from
	for n := first; n < end; n++ {
		var record *tlog.Hash
		if len(events) > 0 && events[0].Seq == n {
			e := events[0]
			events = events[1:]
			if e.LeafHash() != e.Leaf {
				fs = append(fs, finding{kind: EventChanged, object: archive.EventName(n), detail: "the record does not hash to its leaf", document: e.Document})
			}
			h := tlog.RecordHash(e.Leaf[:])
			record = &h
		} else {
			fs = append(fs, finding{kind: EventMissing, object: archive.EventName(n), detail: "no event has this number"})
		}
		// Event n stores its own hash and then one for each level that it completes (tlog.StoredHashIndex).
		below := candidates{}
		if record != nil {
			below = candidates{*record}
		}
		for level := 0; level <= bits.TrailingZeros64(^uint64(n)); level++ {
			got, ok := stored[index]
			switch {
			case !ok:
				fs = append(fs, finding{kind: TreeMismatch, object: hashName(index), detail: "the stored hash is missing"})
			case level == 0 && record != nil && got != *record:
				fs = append(fs, finding{kind: TreeMismatch, object: hashName(index), about: archive.EventName(n), detail: fmt.Sprintf("the stored hash of event %d is not that of its leaf", n)})
				below = append(below, got)
			case level == 0:
				below = candidates{got}
			case slices.Contains(below, got):
				below = candidates{got} // and so are those below it that it was made of
			default:
				if len(below) > 0 {
					fs = append(fs, finding{kind: TreeMismatch, object: hashName(index), detail: "the stored hash is not that of the two below it"})
				}
				below = append(below[:min(1, len(below))], got)
			}
			if uint64(n)>>level&1 == 0 {
				v.left[level] = below
			} else {
				below = v.left[level].over(below)
			}
			index++
		}
	}
	return v.report(fs)
}

// readStored returns those of the stored hashes from, …, to-1 that are there.
func readStored(ctx context.Context, t archive.TreeTx, from, to int64) (map[int64]tlog.Hash, error) {
	indexes := make([]int64, 0, to-from)
	for i := from; i < to; i++ {
		indexes = append(indexes, i)
	}
	out := make(map[int64]tlog.Hash, len(indexes))
	all, err := t.Hashes(ctx, indexes)
	if err == nil {
		for n, h := range all {
			out[indexes[n]] = h
		}
		return out, nil
	}
	for _, i := range indexes { // at least one is missing: which
		one, err := t.Hashes(ctx, []int64{i})
		switch {
		case err == nil:
			out[i] = one[0]
		case !errors.Is(err, archive.ErrNotFound):
			return nil, err
		}
	}
	return out, nil
}

// end compares what is on top with the checkpoint.
func (v *verification) end() error {
	if v.size == 0 && v.signed == nil {
		return nil
	}
	wrong := func(detail string) error {
		return v.report([]finding{{kind: CheckpointMismatch, object: archive.Origin, detail: detail}})
	}
	c, err := v.ledger.open(v.signed)
	if err != nil {
		return wrong(err.Error())
	}
	if c.size != v.size {
		return wrong(fmt.Sprintf("it was signed for %d events and stands beside %d", c.size, v.size))
	}
	// The root joins the complete subtrees, one for each bit of the size, from the smallest up.
	var root candidates
	for level := range 64 {
		if uint64(v.size)>>level&1 == 0 {
			continue
		}
		if len(v.left[level]) == 0 {
			return wrong("its root cannot be computed: a hash is missing")
		}
		if root == nil {
			root = v.left[level]
			continue
		}
		root = v.left[level].over(root)
	}
	if !slices.Contains(root, c.root) {
		return wrong("the stored tree does not have the root that was signed")
	}
	return nil
}

func hashName(i int64) string { return fmt.Sprintf("%s/hash/%d", archive.Origin, i) }
