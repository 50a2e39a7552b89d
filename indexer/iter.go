package indexer

import (
	"math"
	"slices"

	"github.com/blevesearch/bleve/v2/search"
	index "github.com/blevesearch/bleve_index_api"
)

// noDoc stands behind the last document.
const noDoc = math.MaxUint64

// docs walks documents of one shard in ascending internal number. Every part of a question is one.
type docs interface {
	// seek moves to the first document at or after n and returns it, noDoc when there is none. It never moves back: an
	// n at or before the present document leaves it there.
	seek(n uint64) (uint64, error)
	// score is the weight of the present document. Call it at most once a document, after seek.
	score() (float64, error)
	// count is an upper bound of the documents still to come, for putting the rarest first.
	count() uint64
	close()
}

// list walks the postings of one term.
type list struct {
	r      index.TermFieldReader
	tfd    index.TermFieldDoc
	id     index.IndexInternalID
	at     uint64
	begun  bool
	weight float64 // of the term in the corpus; 0 when rank does not matter
	n      uint64
}

func (l *list) seek(n uint64) (uint64, error) {
	if l.begun && n <= l.at {
		return l.at, nil
	}
	var hit *index.TermFieldDoc
	var err error
	if !l.begun && n == 0 || l.begun && n == l.at+1 {
		hit, err = l.r.Next(l.tfd.Reset())
	} else {
		l.id = index.NewIndexInternalID(l.id, n)
		hit, err = l.r.Advance(l.id, l.tfd.Reset())
	}
	l.begun = true
	if err != nil {
		return 0, err
	}
	l.at = noDoc
	if hit != nil {
		l.at = hit.ID.Value()
	}
	return l.at, nil
}

// Parameters of the weight of a word: how fast its repetition stops counting, how much a long paper is held against it,
// and the length (in words, two pages) that is neither long nor short.
const (
	saturation = 1.2
	lengthPull = 0.35
	midLength  = 700
)

func (l *list) score() (float64, error) {
	if l.weight == 0 || l.tfd.Freq == 0 {
		return 0, nil
	}
	length := float64(midLength)
	if l.tfd.Norm > 0 {
		length = 1 / (l.tfd.Norm * l.tfd.Norm)
	}
	tf := float64(l.tfd.Freq)
	return l.weight * tf * (saturation + 1) / (tf + saturation*(1-lengthPull+lengthPull*length/midLength)), nil
}

func (l *list) count() uint64 { return l.n }
func (l *list) close()        { _ = l.r.Close() }

// places returns the positions of the term in the present document, ascending, appended to dst. The reader must have been
// opened with locations.
func (l *list) places(dst []uint64) []uint64 {
	for _, v := range l.tfd.Vectors {
		at := v.Pos
		dst = append(dst, at)
		for _, step := range v.ArrayPositions {
			at += step
			dst = append(dst, at)
		}
	}
	return dst
}

// all walks every document.
type all struct {
	r     index.DocIDReader
	id    index.IndexInternalID
	at    uint64
	begun bool
	n     uint64
}

func (a *all) seek(n uint64) (uint64, error) {
	if a.begun && n <= a.at {
		return a.at, nil
	}
	var id index.IndexInternalID
	var err error
	if !a.begun && n == 0 || a.begun && n == a.at+1 {
		id, err = a.r.Next()
	} else {
		a.id = index.NewIndexInternalID(a.id, n)
		id, err = a.r.Advance(a.id)
	}
	a.begun = true
	if err != nil {
		return 0, err
	}
	a.at = noDoc
	if id != nil {
		a.at = id.Value()
	}
	return a.at, nil
}

func (a *all) score() (float64, error) { return 0, nil }
func (a *all) count() uint64           { return a.n }
func (a *all) close()                  { _ = a.r.Close() }

// none walks nothing.
type none struct{}

func (none) seek(uint64) (uint64, error) { return noDoc, nil }
func (none) score() (float64, error)     { return 0, nil }
func (none) count() uint64               { return 0 }
func (none) close()                      {}

// set walks a set that bleve worked out as bitmaps.
type set struct {
	s     search.Searcher
	ctx   search.SearchContext
	id    index.IndexInternalID
	at    uint64
	begun bool
}

func (s *set) seek(n uint64) (uint64, error) {
	if s.begun && n <= s.at {
		return s.at, nil
	}
	var m *search.DocumentMatch
	var err error
	if !s.begun && n == 0 || s.begun && n == s.at+1 {
		m, err = s.s.Next(&s.ctx)
	} else {
		s.id = index.NewIndexInternalID(s.id, n)
		m, err = s.s.Advance(&s.ctx, s.id)
	}
	s.begun = true
	if err != nil {
		return 0, err
	}
	s.at = noDoc
	if m != nil {
		s.at = m.IndexInternalID.Value()
		s.ctx.DocumentMatchPool.Put(m)
	}
	return s.at, nil
}

func (s *set) score() (float64, error) { return 0, nil }
func (s *set) count() uint64           { return math.MaxUint32 } // bleve does not say

func (s *set) close() { _ = s.s.Close() }

// and walks what is in all of its parts.
type and struct {
	parts []docs // rarest first
	at    uint64
	begun bool
}

func newAnd(parts []docs) docs {
	if len(parts) == 1 {
		return parts[0]
	}
	slices.SortStableFunc(parts, func(a, b docs) int {
		switch x, y := a.count(), b.count(); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return &and{parts: parts}
}

func (a *and) seek(n uint64) (uint64, error) {
	if a.begun && n <= a.at {
		return a.at, nil
	}
	a.begun = true
	for i := 0; i < len(a.parts); {
		at, err := a.parts[i].seek(n)
		if err != nil {
			return 0, err
		}
		if at == noDoc {
			a.at = noDoc
			return noDoc, nil
		}
		if at > n && i > 0 {
			n, i = at, 0
			continue
		}
		n = at
		i++
	}
	a.at = n
	return n, nil
}

func (a *and) score() (float64, error) {
	var sum float64
	for _, p := range a.parts {
		s, err := p.score()
		if err != nil {
			return 0, err
		}
		sum += s
	}
	return sum, nil
}

func (a *and) count() uint64 { return a.parts[0].count() }
func (a *and) close() {
	for _, p := range a.parts {
		p.close()
	}
}

// or walks what is in any of its parts. Its weight is the sum of theirs, or the greatest when they are ways to write the
// same thing.
type or struct {
	parts []docs
	same  bool
	on    []uint64 // where each part stands
	at    uint64
	begun bool
}

func newOr(parts []docs, same bool) docs {
	switch len(parts) {
	case 0:
		return none{}
	case 1:
		return parts[0]
	}
	return &or{parts: parts, same: same, on: make([]uint64, len(parts))}
}

func (o *or) seek(n uint64) (uint64, error) {
	if o.begun && n <= o.at {
		return o.at, nil
	}
	least := uint64(noDoc)
	for i, p := range o.parts {
		if !o.begun || o.on[i] < n {
			at, err := p.seek(n)
			if err != nil {
				return 0, err
			}
			o.on[i] = at
		}
		least = min(least, o.on[i])
	}
	o.begun = true
	o.at = least
	return least, nil
}

func (o *or) score() (float64, error) {
	var sum float64
	for i, p := range o.parts {
		if o.on[i] != o.at {
			continue
		}
		s, err := p.score()
		if err != nil {
			return 0, err
		}
		if o.same {
			sum = max(sum, s)
		} else {
			sum += s
		}
	}
	return sum, nil
}

func (o *or) count() uint64 {
	var n uint64
	for _, p := range o.parts {
		n += p.count()
	}
	return n
}

func (o *or) close() {
	for _, p := range o.parts {
		p.close()
	}
}

// scaled walks d with its weight multiplied.
type scaled struct {
	docs
	by float64
}

func (s scaled) score() (float64, error) {
	v, err := s.docs.score()
	return v * s.by, err
}
