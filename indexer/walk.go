package indexer

import (
	"math"

	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"
)

// noDoc stands behind the last document.
const noDoc = math.MaxUint64

// walker gives the documents of one shard that may answer a question, in ascending internal number.
type walker interface {
	// next returns the following document, noDoc after the last.
	next() (uint64, error)
	close()
}

// all walks every document.
type all struct{ r index.DocIDReader }

func (a all) next() (uint64, error) {
	id, err := a.r.Next()
	if err != nil || id == nil {
		return noDoc, err
	}
	return id.Value(), nil
}

func (a all) close() { _ = a.r.Close() }

// none walks nothing.
type none struct{}

func (none) next() (uint64, error) { return noDoc, nil }
func (none) close()                {}

// set walks a set that bleve has worked out as bitmaps.
type set struct {
	s   search.Searcher
	ctx search.SearchContext
}

func newSet(s search.Searcher) walker {
	return &set{s: s, ctx: search.SearchContext{DocumentMatchPool: search.NewDocumentMatchPool(s.DocumentMatchPoolSize()+1, 0)}}
}

func (s *set) next() (uint64, error) {
	m, err := s.s.Next(&s.ctx)
	if err != nil || m == nil {
		return noDoc, err
	}
	n := m.IndexInternalID.Value()
	s.ctx.DocumentMatchPool.Put(m)
	return n, nil
}

func (s *set) close() { _ = s.s.Close() }

// unscored asks bleve for sets instead of scores: it then intersects and unites bitmaps, by far the fastest it has.
var unscored = search.SearcherOptions{Score: "none"}

// anyOf and allOf unite and intersect sets. They take over parts, also when they fail. They return nil for no parts.
func (p *planner) anyOf(parts []search.Searcher) (search.Searcher, error) {
	if len(parts) < 2 {
		return only(parts), nil
	}
	s, err := searcher.NewDisjunctionSearcher(p.ctx, p.r, parts, 1, unscored)
	if err != nil {
		closeSets(parts)
	}
	return s, err
}

func (p *planner) allOf(parts []search.Searcher) (search.Searcher, error) {
	if len(parts) < 2 {
		return only(parts), nil
	}
	s, err := searcher.NewConjunctionSearcher(p.ctx, p.r, parts, unscored)
	if err != nil {
		closeSets(parts)
	}
	return s, err
}

func only(parts []search.Searcher) search.Searcher {
	if len(parts) == 0 {
		return nil
	}
	return parts[0]
}

func closeSets(parts []search.Searcher) {
	for _, s := range parts {
		_ = s.Close()
	}
}

// each makes a set from every one of in and gathers them.
func each[T any](in []T, make func(T) (search.Searcher, error)) ([]search.Searcher, error) {
	var out []search.Searcher
	for _, x := range in {
		s, err := make(x)
		if err != nil {
			closeSets(out)
			return nil, err
		}
		if s != nil {
			out = append(out, s)
		}
	}
	return out, nil
}
