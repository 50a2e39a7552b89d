package indexer

import (
	"math"

	index "github.com/blevesearch/bleve_index_api"
)

// probe is a part of a question that is asked about documents found otherwise, in ascending order.
type probe interface {
	// on moves to doc and reports whether the part holds there.
	on(doc uint64) (bool, error)
	// score is the weight of the document last moved to; the part must hold there.
	score() float64
	close()
}

// list probes the postings of one term.
type list struct {
	r      index.TermFieldReader
	tfd    index.TermFieldDoc
	id     index.IndexInternalID
	at     uint64 // where the postings stand
	begun  bool
	weight float64 // of the term in the corpus; 0 when rank does not matter
}

func (l *list) on(doc uint64) (bool, error) {
	// A reader that is asked to stay or go back begins anew, which costs more than it is worth: it is never asked.
	if l.begun && doc <= l.at {
		return doc == l.at, nil
	}
	var hit *index.TermFieldDoc
	var err error
	if l.begun && doc == l.at+1 {
		hit, err = l.r.Next(l.tfd.Reset())
	} else {
		l.id = index.NewIndexInternalID(l.id, doc)
		hit, err = l.r.Advance(l.id, l.tfd.Reset())
	}
	if err != nil {
		return false, err
	}
	l.begun, l.at = true, noDoc
	if hit != nil {
		l.at = hit.ID.Value()
	}
	return l.at == doc, nil
}

// Parameters of the weight of a word: how fast its repetition stops counting, how much a long paper is held against it,
// and the length (in words, two pages) that is neither long nor short.
const (
	saturation = 1.2
	lengthPull = 0.35
	midLength  = 700
)

func (l *list) score() float64 {
	if l.weight == 0 {
		return 0
	}
	length := float64(midLength)
	if l.tfd.Norm > 0 {
		length = lengthGrain / (l.tfd.Norm * l.tfd.Norm)
	}
	return l.weight * saturated(float64(l.tfd.Freq), length)
}

func saturated(tf, length float64) float64 {
	return tf * (saturation + 1) / (tf + saturation*(1-lengthPull+lengthPull*length/midLength))
}

func (l *list) close() { _ = l.r.Close() }

// places appends the positions of the term in the present document to dst, ascending. The reader must have been opened
// with locations.
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

// absent is the probe of a term that no document has.
type absent struct{}

func (absent) on(uint64) (bool, error) { return false, nil }
func (absent) score() float64          { return 0 }
func (absent) close()                  {}

// every holds where all of its parts do; its weight is their sum.
type every struct{ parts []probe }

func (e every) on(doc uint64) (bool, error) {
	for _, p := range e.parts {
		if ok, err := p.on(doc); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

func (e every) score() float64 {
	var sum float64
	for _, p := range e.parts {
		sum += p.score()
	}
	return sum
}

func (e every) close() { closeProbes(e.parts) }

// some holds where any of its parts does. Its weight is the sum of theirs, or the greatest when they are ways to write the
// same thing.
type some struct {
	parts []probe
	same  bool
	sum   float64
}

func anyProbe(parts []probe, same bool) probe {
	switch len(parts) {
	case 0:
		return absent{}
	case 1:
		return parts[0]
	}
	return &some{parts: parts, same: same}
}

func (s *some) on(doc uint64) (bool, error) {
	s.sum = 0
	holds := false
	for _, p := range s.parts {
		ok, err := p.on(doc)
		if err != nil {
			return false, err
		}
		if !ok {
			continue
		}
		holds = true
		if s.same {
			s.sum = math.Max(s.sum, p.score())
		} else {
			s.sum += p.score()
		}
	}
	return holds, nil
}

func (s *some) score() float64 { return s.sum }
func (s *some) close()         { closeProbes(s.parts) }

// scaled is a probe with its weight multiplied.
type scaled struct {
	probe
	by float64
}

func (s scaled) score() float64 { return s.probe.score() * s.by }

func closeProbes(parts []probe) {
	for _, p := range parts {
		p.close()
	}
}
