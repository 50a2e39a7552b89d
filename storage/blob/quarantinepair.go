package blob

import (
	"context"
	"io"
	"iter"
	"sync/atomic"

	"sohoa/archive"
)

// QuarantinePair keeps quarantined bytes in two places, as the vault's pair keeps objects: the first is written and read; the
// second follows, before Put returns (wait) or when CopyAside is called, and is read where the first cannot give what is asked
// for. The second may come late: until Join the pair has the first alone, and where it waits, Put is Unavailable.
type QuarantinePair struct {
	first  *Quarantine
	joined atomic.Pointer[Quarantine]
	wait   bool
}

var (
	_ archive.QuarantineStore = (*QuarantinePair)(nil)
	_ archive.AsideCopies     = (*QuarantinePair)(nil)
)

// NewQuarantinePair joins two quarantines; the second may be nil. The caller closes both.
func NewQuarantinePair(first, second *Quarantine, wait bool) *QuarantinePair {
	q := &QuarantinePair{first: first, wait: wait}
	q.joined.Store(second)
	return q
}

// Join brings a second quarantine that was away.
func (q *QuarantinePair) Join(second *Quarantine) { q.joined.Store(second) }

var textSecondAway = archive.Text{VI: "Kho thứ hai chưa liên lạc được. Chưa lưu gì cả; xin thử lại sau ít giây.", EN: "The second store cannot be reached. Nothing was kept; try again in a few seconds."}

func (q *QuarantinePair) second() (*Quarantine, error) {
	if s := q.joined.Load(); s != nil {
		return s, nil
	}
	return nil, archive.Fault(archive.Unavailable, "second_store_away", textSecondAway)
}

// Put implements archive.QuarantineStore. Power lost between the two copies: the paper's intent names it, and what is there is
// erased, or found again under the same bytes.
func (q *QuarantinePair) Put(ctx context.Context, document archive.ID, version int, r io.Reader) error {
	if !q.wait {
		return q.first.Put(ctx, document, version, r)
	}
	second, err := q.second()
	if err != nil {
		return err
	}
	if err := q.first.Put(ctx, document, version, r); err != nil {
		return err
	}
	key, err := quarantineKey(document, version)
	if err != nil {
		return err
	}
	kept, err := q.first.store.Open(ctx, key)
	if err != nil {
		return err
	}
	defer kept.Close()
	return second.Put(ctx, document, version, kept)
}

// Open implements archive.QuarantineStore. The answer of the first stands when the second has no better one.
func (q *QuarantinePair) Open(ctx context.Context, document archive.ID, v archive.Version) (archive.Content, error) {
	c, err := q.first.Open(ctx, document, v)
	if err == nil {
		return c, nil
	}
	switch archive.KindOf(err) {
	case archive.NotFound, archive.Corrupt, archive.Unavailable:
		if second, e := q.second(); e == nil {
			if c, e := second.Open(ctx, document, v); e == nil {
				return c, nil
			}
		}
	}
	return nil, err
}

// Erase implements archive.QuarantineStore. Where the pair waits, both are erased or the caller's intent tries again. Where it
// follows, a second that is away does not hold up the act: the feed comes to EraseCopy.
func (q *QuarantinePair) Erase(ctx context.Context, document archive.ID) error {
	if err := q.first.Erase(ctx, document); err != nil {
		return err
	}
	err := q.EraseCopy(ctx, document)
	if !q.wait && archive.KindOf(err) == archive.Unavailable {
		return nil
	}
	return err
}

// EraseCopy implements archive.AsideCopies.
func (q *QuarantinePair) EraseCopy(ctx context.Context, document archive.ID) error {
	second, err := q.second()
	if err != nil {
		return err
	}
	return second.Erase(ctx, document)
}

// List implements archive.QuarantineStore: what is in either, once. While the second has not come, what is in the first.
func (q *QuarantinePair) List(ctx context.Context) iter.Seq2[archive.ID, error] {
	return func(yield func(archive.ID, error) bool) {
		seen := map[archive.ID]bool{}
		for _, store := range []*Quarantine{q.first, q.joined.Load()} {
			if store == nil {
				continue
			}
			for id, err := range store.List(ctx) {
				if err == nil && seen[id] {
					continue
				}
				seen[id] = true
				if !yield(id, err) || err != nil {
					return
				}
			}
		}
	}
}

// CopyAside implements archive.AsideCopies.
func (q *QuarantinePair) CopyAside(ctx context.Context, document archive.ID, versions []archive.Version) (copied bool, err error) {
	second, err := q.second()
	if err != nil {
		return false, err
	}
	for _, v := range versions {
		key, err := quarantineKey(document, v.Number)
		if err != nil {
			return copied, err
		}
		if _, err := second.store.Stat(ctx, key); err == nil {
			continue // whether it is sound the scrub finds
		} else if archive.KindOf(err) != archive.NotFound {
			return copied, err
		}
		if err := carry(ctx, q.first, second, key, document, v); err != nil {
			return copied, err
		}
		copied = true
	}
	return copied, nil
}

// carry puts a version into the place of nothing, checked against its digest on the way: wrong bytes end in an error before
// they have a name.
func carry(ctx context.Context, from, to *Quarantine, key string, document archive.ID, v archive.Version) error {
	c, err := from.Open(ctx, document, v)
	if err != nil {
		return err
	}
	defer c.Close()
	return to.store.Create(ctx, key, c)
}
