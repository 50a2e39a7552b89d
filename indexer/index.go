package indexer

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"sohoa/archive"
)

// Options say how an index behaves. The zero value works.
type Options struct {
	// Texts gives the text that snippets are cut from. Nil: only snippets of metadata. Optional.
	Texts archive.PageTexts

	// Rollover is how many papers one bleve index holds before the next begins. Zero means 2,000,000. Optional.
	Rollover uint64

	// Log receives what an operator should know. Nil means slog.Default(). Optional.
	Log *slog.Logger

	layout layout // for the benchmark
}

// Index is the Index port over bleve. It is safe for concurrent use; Apply calls wait for each other.
type Index struct {
	dir     string
	options Options
	applies sync.Mutex // one Apply at a time

	searches sync.WaitGroup // under way

	mu     sync.RWMutex // held for reading while readers are opened, for writing while the list of shards or several of them change
	shards []*shard     // ascending; the last is written to
	closed bool
}

var _ archive.Index = (*Index)(nil)

// Open opens the index in dir and makes it when the folder is absent or empty. The folder belongs to the index alone. When
// what lies there cannot be used the error says so (see NeedsRebuild); when another process holds it the error is
// Unavailable with CodeBusy.
func Open(dir string, options Options) (ix *Index, err error) {
	if options.Rollover == 0 {
		options.Rollover = 2_000_000
	}
	if options.Log == nil {
		options.Log = slog.Default()
	}
	ix = &Index{dir: dir, options: options}
	defer func() {
		if err != nil {
			ix.closeShards()
			ix = nil
		}
	}()
	defer guard("open index "+dir, &err)
	return ix, ix.openShards()
}

// Position implements archive.Index.
func (ix *Index) Position(context.Context) (upto int64, err error) {
	defer guard("read the index position", &err)
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if ix.closed {
		return 0, closed()
	}
	// A new shard begins with the position of the one before it, so the last one always knows.
	return ix.shards[len(ix.shards)-1].position()
}

// Count implements archive.Index.
func (ix *Index) Count(context.Context) (n int64, err error) {
	defer guard("count the index", &err)
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if ix.closed {
		return 0, closed()
	}
	for _, s := range ix.shards {
		c, err := s.index.DocCount()
		if err != nil {
			return 0, fmt.Errorf("count %s: %w", s.name, err)
		}
		n += int64(c)
	}
	return n, nil
}

// Close makes what has been applied durable and lets go of the files. Searches under way end first.
func (ix *Index) Close() error {
	ix.applies.Lock()
	defer ix.applies.Unlock()
	if ix.isClosed() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), settleTime)
	defer cancel()
	if err := ix.shards[len(ix.shards)-1].settle(ctx); err != nil {
		ix.options.Log.Warn("the index is closed before all of it is on disk; the change feed gives the rest again", "err", err)
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.closed = true
	ix.searches.Wait()
	return ix.closeShards()
}

// settleTime is how long Close waits for the disk.
const settleTime = 10 * time.Second

// Keys of what a shard remembers beside its papers: the position, and the position at which it began.
var (
	positionKey = []byte("sohoa.upto")
	baseKey     = []byte("sohoa.base")
)

func (s *shard) position() (int64, error) { return s.number(positionKey) }

func (s *shard) number(key []byte) (int64, error) {
	b, err := s.index.GetInternal(key)
	if err != nil {
		return 0, fmt.Errorf("read position of %s: %w", s.name, err)
	}
	if len(b) != 8 {
		return -1, nil
	}
	return int64(binary.BigEndian.Uint64(b)), nil
}

func positionBytes(upto int64) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(upto))
}
