// Package ledger numbers the events of a catalog and keeps the Merkle tree over them: RFC 9162 §2.1 in the storage order
// of golang.org/x/mod/sumdb/tlog, checkpoints as C2SP tlog-checkpoint and signed note.
//
// A tree leaf is the 32-byte hash an event was sealed with (archive.Event.LeafHash), so its record hash is
// SHA-256(0x00 ‖ leaf). Everything is kept in the catalog through archive.TreeTx; only the key lies elsewhere. Whoever can
// write to the catalog can spoil the log, and whoever holds the key too can sign another one: both show against any
// checkpoint that was copied out before.
package ledger

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"sohoa/archive"
)

// Batch is how many events one Sequence numbers at most.
const Batch = 500

// Ledger implements archive.Ledger.
type Ledger struct {
	catalog archive.Catalog
	key     Key
	clock   archive.Clock
}

var _ archive.Ledger = (*Ledger)(nil)

// Open returns the ledger over a catalog. It reads nothing yet.
func Open(c archive.Catalog, k Key, clock archive.Clock) (*Ledger, error) {
	if k.signer == nil {
		return nil, archive.Errorf(archive.Invalid, "a ledger needs a key")
	}
	return &Ledger{catalog: c, key: k, clock: clock}, nil
}

// Sequence implements archive.Ledger. Before it adds to a tree it makes sure that the tree is the one last signed, by this
// key: otherwise it signs nothing and the error is Corrupt. So a restored catalog, or one whose events or hashes were
// changed by other hands, never gets a signature that hides it, and no tree is signed that is smaller than the newest
// checkpoint in the catalog.
func (l *Ledger) Sequence(ctx context.Context) (int, error) {
	numbered := 0
	err := l.catalog.Update(ctx, func(tx archive.Tx) error {
		numbered = 0
		leaves, err := tx.Tree().Unnumbered(ctx, Batch) // takes the sequencer's lock where there is one
		if err != nil || len(leaves) == 0 {
			return err
		}
		size, tree, err := l.present(ctx, tx)
		if err != nil {
			return err
		}
		ids := make([]archive.ID, len(leaves))
		for i, leaf := range leaves {
			ids[i] = leaf.Event
			if err := tree.add(size+int64(i), leaf.Hash); err != nil {
				return err
			}
		}
		grown := size + int64(len(leaves))
		root, err := tlog.TreeHash(grown, tree)
		if err != nil {
			return fmt.Errorf("root of %d events: %w", grown, err)
		}
		signed, err := l.sign(grown, root)
		if err != nil {
			return err
		}
		if err := tx.Tree().Number(ctx, size, ids); err != nil {
			return err
		}
		if err := tx.Tree().AddHashes(ctx, tree.first, tree.fresh); err != nil {
			return err
		}
		if err := tx.Tree().PutCheckpoint(ctx, grown, signed, l.clock.Now()); err != nil {
			return err
		}
		numbered = len(ids)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("sequence: %w", err)
	}
	return numbered, nil
}

// present returns the size of the tree and the tree itself, after comparing numbers, hashes and checkpoint.
func (l *Ledger) present(ctx context.Context, tx archive.Tx) (int64, *hashes, error) {
	size, signed, err := tx.Tree().Checkpoint(ctx)
	if err != nil {
		return 0, nil, err
	}
	last, err := tx.Events().Last(ctx)
	if err != nil {
		return 0, nil, err
	}
	if last+1 != size {
		return 0, nil, archive.Errorf(archive.Corrupt, "%d events have numbers, the newest checkpoint is of %d", last+1, size)
	}
	tree := &hashes{ctx: ctx, tx: tx.Tree(), first: tlog.StoredHashCount(size), seen: map[int64]tlog.Hash{}}
	if size == 0 {
		return 0, tree, nil
	}
	c, err := l.open(signed)
	if err != nil {
		return 0, nil, archive.Errorf(archive.Corrupt, "the newest checkpoint: %w", err)
	}
	root, err := tlog.TreeHash(size, tree)
	if err != nil {
		return 0, nil, archive.Errorf(archive.Corrupt, "root of the %d events signed last: %w", size, err)
	}
	if c.size != size || c.root != root {
		return 0, nil, archive.Errorf(archive.Corrupt, "the stored tree of %d events is not the one last signed", size)
	}
	return size, tree, nil
}

// Checkpoint implements archive.Ledger.
func (l *Ledger) Checkpoint(ctx context.Context) (signed []byte, err error) {
	err = l.catalog.View(ctx, func(tx archive.Tx) error {
		_, signed, err = tx.Tree().Checkpoint(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	return signed, nil
}

// checkpoint is the body of a C2SP tlog-checkpoint without extension lines.
type checkpoint struct {
	size int64
	root tlog.Hash
}

func (l *Ledger) sign(size int64, root tlog.Hash) ([]byte, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", archive.Origin, size, base64.StdEncoding.EncodeToString(root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, l.key.signer)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint %d: %w", size, err)
	}
	return signed, nil
}

// open checks the signature of a checkpoint by this ledger's key and reads it.
func (l *Ledger) open(signed []byte) (checkpoint, error) {
	n, err := note.Open(signed, note.VerifierList(l.key.verifier))
	if err != nil {
		return checkpoint{}, fmt.Errorf("not signed by this log's key: %w", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != archive.Origin || lines[3] != "" {
		return checkpoint{}, errors.New("not a checkpoint of this log")
	}
	var c checkpoint
	if c.size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.size < 0 {
		return checkpoint{}, errors.New("a checkpoint without a size")
	}
	if c.root, err = tlog.ParseHash(lines[2]); err != nil {
		return checkpoint{}, errors.New("a checkpoint without a root")
	}
	return c, nil
}

// hashes is the tree while a batch is added to it: what the transaction has, and what is new.
type hashes struct {
	ctx   context.Context
	tx    archive.TreeTx
	first int64 // storage index of fresh[0]
	fresh [][32]byte
	seen  map[int64]tlog.Hash // read from the transaction before
}

// add appends the hashes that leaf number n brings.
func (h *hashes) add(n int64, leaf [32]byte) error {
	more, err := tlog.StoredHashesForRecordHash(n, tlog.RecordHash(leaf[:]), h)
	if err != nil {
		return fmt.Errorf("hashes of event %d: %w", n, err)
	}
	for _, m := range more {
		h.fresh = append(h.fresh, m)
	}
	return nil
}

// ReadHashes implements tlog.HashReader.
func (h *hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var missing []int64
	for _, i := range indexes {
		if _, ok := h.seen[i]; !ok && i < h.first {
			missing = append(missing, i)
		}
	}
	if len(missing) > 0 {
		read, err := h.tx.Hashes(h.ctx, missing)
		if err != nil {
			return nil, err
		}
		for n, i := range missing {
			h.seen[i] = read[n]
		}
	}
	out := make([]tlog.Hash, len(indexes))
	for n, i := range indexes {
		switch {
		case i < h.first:
			out[n] = h.seen[i]
		case i < h.first+int64(len(h.fresh)):
			out[n] = h.fresh[i-h.first]
		default:
			return nil, fmt.Errorf("tree hash %d is not there yet", i)
		}
	}
	return out, nil
}
