package indexer

import (
	"context"
	"errors"
	"fmt"

	"github.com/blevesearch/bleve/v2"

	"sohoa/archive"
)

// One bleve batch holds at most this much, whatever the caller hands over: memory while indexing grows with it.
const (
	chunkPapers = 100
	chunkBytes  = 2 << 20
)

// unpersisted is how many batches may wait for the disk before Apply waits for them.
const unpersisted = 8

// Apply implements archive.Index. A large batch goes in as several; only the last carries Upto, so that a crash between
// them has the feed give the rest again. A paper whose text cannot be read is indexed by what can: the scrub, not the index,
// is where that is repaired, and the feed must not stop at it.
func (ix *Index) Apply(ctx context.Context, b archive.Batch) (err error) {
	defer guard("write the index", &err)
	ix.applies.Lock()
	defer ix.applies.Unlock()
	if ix.isClosed() {
		return closed()
	}
	if err := ix.rollover(ctx); err != nil {
		return err
	}
	gone := make([]string, 0, len(b.Remove)+len(b.Put))
	for _, id := range b.Remove {
		gone = append(gone, string(id[:]))
	}
	for i := range b.Put {
		gone = append(gone, string(b.Put[i].Document.ID[:]))
	}
	if len(ix.shards) > 1 {
		// Papers move to the newest shard when they change. Searches wait until both sides are done. The removal is durable
		// at once and the paper is not: after a crash between them it is absent until the feed, which goes on from a
		// Position before this batch, puts it again.
		ix.mu.Lock()
		defer ix.mu.Unlock()
		for _, s := range ix.shards[:len(ix.shards)-1] {
			if err := s.remove(ctx, gone); err != nil {
				return err
			}
		}
	}
	return ix.write(ctx, b)
}

// write puts b into the newest shard.
func (ix *Index) write(ctx context.Context, b archive.Batch) error {
	newest := ix.shards[len(ix.shards)-1]
	batch := newest.index.NewBatch()
	for _, id := range b.Remove {
		batch.Delete(string(id[:]))
	}
	papers, bytes := 0, 0
	for i := range b.Put {
		if papers >= chunkPapers || bytes >= chunkBytes {
			if err := newest.commit(ctx, batch); err != nil {
				return err
			}
			batch, papers, bytes = newest.index.NewBatch(), 0, 0
		}
		pages, n, err := ix.text(ctx, &b.Put[i])
		if err != nil {
			return err
		}
		if err := batch.IndexAdvanced(fieldsOf(&b.Put[i], pages, ix.options.layout)); err != nil {
			return fmt.Errorf("index document %s: %w", b.Put[i].Document.ID, err)
		}
		papers++
		bytes += n
	}
	batch.SetInternal(positionKey, positionBytes(b.Upto))
	return newest.commit(ctx, batch)
}

// maxText bounds the text of one paper: some five thousand dense pages. What follows is not searched.
const maxText = 16 << 20

// text reads the pages of e. Only a store that is away or a caller that has gone stops the batch; it is tried again.
func (ix *Index) text(ctx context.Context, e *archive.Entry) (pages []string, size int, err error) {
	if e.Text == nil {
		return nil, 0, nil
	}
	log := ix.options.Log.With("document", e.Document.ID.String())
	for page, err := range e.Text(ctx) {
		switch {
		case err != nil && (ctx.Err() != nil || archive.KindOf(err) == archive.Unavailable):
			return nil, 0, fmt.Errorf("text of document %s: %w", e.Document.ID, err)
		case err != nil:
			log.Error("text of a document left out of the index", "err", err)
			return pages, size, nil
		case size+len(page.Text) > maxText:
			log.Warn("a document has too much text; the rest is left out of the index", "page", page.Number)
			return pages, size, nil
		}
		pages = append(pages, page.Text)
		size += len(page.Text)
	}
	return pages, size, nil
}

// commit makes the batch searchable.
func (s *shard) commit(ctx context.Context, batch *bleve.Batch) error {
	if s.waiting != nil {
		select {
		case s.waiting <- struct{}{}:
		case <-ctx.Done():
			return fmt.Errorf("wait for shard %s to reach the disk: %w", s.name, context.Cause(ctx))
		}
		batch.SetPersistedCallback(func(error) { <-s.waiting })
	}
	if err := s.index.Batch(batch); err != nil {
		if s.waiting != nil {
			<-s.waiting
		}
		return fmt.Errorf("write shard %s: %w", s.name, err)
	}
	return nil
}

// settle returns when everything committed is durable.
func (s *shard) settle(ctx context.Context) error {
	for range cap(s.waiting) {
		select {
		case s.waiting <- struct{}{}:
		case <-ctx.Done():
			return fmt.Errorf("wait for shard %s to reach the disk: %w", s.name, context.Cause(ctx))
		}
	}
	for range cap(s.waiting) {
		<-s.waiting
	}
	return nil
}

// remove takes ids out of a shard that is no longer written to and returns when that is durable.
func (s *shard) remove(ctx context.Context, ids []string) error {
	present, err := s.present(ids)
	if err != nil || len(present) == 0 {
		return err
	}
	batch := s.index.NewBatch()
	for _, id := range present {
		batch.Delete(id)
	}
	return s.commit(ctx, batch)
}

// present returns those of ids that the shard holds.
func (s *shard) present(ids []string) (found []string, err error) {
	adv, err := s.index.Advanced()
	if err != nil {
		return nil, fmt.Errorf("read shard %s: %w", s.name, err)
	}
	r, err := adv.Reader()
	if err != nil {
		return nil, fmt.Errorf("read shard %s: %w", s.name, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for _, id := range ids {
		internal, err := r.InternalID(id)
		if err != nil {
			return nil, fmt.Errorf("look up in shard %s: %w", s.name, err)
		}
		if internal != nil {
			found = append(found, id)
		}
	}
	return found, nil
}

// rollover begins a new shard when the newest is full.
func (ix *Index) rollover(ctx context.Context) error {
	newest := ix.shards[len(ix.shards)-1]
	n, err := newest.index.DocCount()
	if err != nil {
		return fmt.Errorf("count %s: %w", newest.name, err)
	}
	if n < ix.options.Rollover {
		return nil
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	// The next shard takes over the position, so the papers up to it must not be lost with this one's memory.
	if err := newest.settle(ctx); err != nil {
		return err
	}
	// Reopened, the full shard is one whose batches are durable before they are answered (see config).
	if err := newest.index.Close(); err != nil {
		return fmt.Errorf("close shard %s: %w", newest.name, err)
	}
	again, err := openShard(ix.dir, newest.name, false)
	if err != nil {
		return err
	}
	ix.shards[len(ix.shards)-1] = again
	return ix.addShard()
}

func (ix *Index) isClosed() bool {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.closed
}
