package indexer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	index "github.com/blevesearch/bleve_index_api"

	"sohoa/archive"
)

var _ archive.Holder = (*Index)(nil)

// Lacks implements archive.Holder.
func (ix *Index) Lacks(_ context.Context, ids []archive.ID) (lacking []archive.ID, err error) {
	defer guard("look up in the index", &err)
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if ix.closed {
		return nil, closed()
	}
	missing := make([]string, len(ids))
	for i, id := range ids {
		missing[i] = string(id[:])
	}
	for _, s := range ix.shards {
		if len(missing) == 0 {
			break
		}
		have, err := s.present(missing)
		if err != nil {
			return nil, err
		}
		there := map[string]bool{}
		for _, id := range have {
			there[id] = true
		}
		missing = slices.DeleteFunc(missing, func(id string) bool { return there[id] })
	}
	for _, id := range missing {
		lacking = append(lacking, archive.ID([]byte(id)))
	}
	return lacking, nil
}

// Holds implements archive.Holder: what the index holds when the walk begins.
func (ix *Index) Holds(ctx context.Context) iter.Seq2[archive.ID, error] {
	return func(yield func(archive.ID, error) bool) {
		s := &searching{}
		if err := ix.freeze(s); err != nil {
			yield(archive.ID{}, err)
			return
		}
		defer ix.searches.Done()
		defer s.close()
		for _, r := range s.corpus.readers {
			more, err := holds(ctx, r, yield)
			if err != nil {
				yield(archive.ID{}, fmt.Errorf("walk the index: %w", err))
				return
			}
			if !more {
				return
			}
		}
	}
}

// holds walks one shard and reports whether the caller wants more.
func holds(ctx context.Context, r index.IndexReader, yield func(archive.ID, error) bool) (more bool, err error) {
	defer guard("walk the index", &err)
	all, err := r.DocIDReaderAll()
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, all.Close()) }()
	for n := 0; ; n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		internal, err := all.Next()
		if err != nil || internal == nil {
			return err == nil, err
		}
		name, err := r.ExternalID(internal)
		if err != nil {
			return false, err
		}
		if len(name) != len(archive.ID{}) {
			return false, fmt.Errorf("a document called %q", name)
		}
		if !yield(archive.ID([]byte(name)), nil) {
			return false, nil
		}
	}
}
