package indexer

import (
	"context"
	"math"

	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// plan is a question laid out over one shard: bitmaps give the documents that have the words and may be seen, probes look
// closer where the bitmaps cannot tell, and weigh.
type plan struct {
	walk  walker
	must  []probe // phrases, and what contains them
	not   []probe // phrases that must not be there
	weigh []probe // the other parts of the question
	head  []probe // its words in the metadata
	exact []probe // for each word of a question typed with marks: documents with exactly those marks
	near  *phrase // its words in a row
}

func (p *plan) close() {
	if p.walk != nil {
		p.walk.close()
	}
	for _, group := range [][]probe{p.must, p.not, p.weigh, p.head, p.exact} {
		closeProbes(group)
	}
	if p.near != nil {
		p.near.close()
	}
}

// corpus are the shards a search runs over, frozen at one moment.
type corpus struct {
	readers []index.IndexReader
	papers  uint64
	counts  map[string]uint64 // papers that hold a term, by field and term
}

func (c *corpus) count(ctx context.Context, field, term string) (uint64, error) {
	key := field + "\x00" + term
	if n, ok := c.counts[key]; ok {
		return n, nil
	}
	var n uint64
	for _, r := range c.readers {
		tfr, err := r.TermFieldReader(ctx, []byte(term), field, false, false, false)
		if err != nil {
			return 0, err
		}
		n += tfr.Count()
		_ = tfr.Close()
	}
	c.counts[key] = n
	return n, nil
}

// weight is how much a term tells: the rarer, the more.
func (c *corpus) weight(ctx context.Context, field, term string) (float64, error) {
	n, err := c.count(ctx, field, term)
	if err != nil {
		return 0, err
	}
	return max(0.01, math.Log(1+(float64(c.papers)-float64(n)+0.5)/(float64(n)+0.5))), nil
}

// planner lays one question out over one shard.
type planner struct {
	ctx    context.Context
	c      *corpus
	r      index.IndexReader
	ranked bool // weights are wanted
}

const (
	phraseFactor = 1.5    // a phrase tells more than its words
	aliasFactor  = 0.6    // another way to write it tells less than what was typed
	headFactor   = 1.5    // a word in the metadata, on top of its weight anywhere
	nearFactor   = 6      // all words side by side
	nearLimit    = 50_000 // when even the rarest word is in more papers than this, neighbours are not looked at
)

// plan lays q out. What may be seen and the filters of full are part of the walk.
func (p *planner) plan(q question, full *archive.Query) (out *plan, err error) {
	out = &plan{}
	defer func() {
		if err != nil {
			out.close()
			out = nil
		}
	}()
	if out.walk, err = p.walkOf(q, full); err != nil {
		return out, err
	}
	for _, c := range q.clauses {
		if !c.not || !c.inRow() {
			continue
		}
		d, err := p.clause(c, true)
		if err != nil {
			return out, err
		}
		out.not = append(out.not, d)
	}
	units := q.units()
	for _, u := range units {
		closer := u.inRow()
		if !closer && !p.ranked {
			continue // the bitmaps have said it all
		}
		d, err := p.unit(u, closer)
		if err != nil {
			return out, err
		}
		if closer {
			out.must = append(out.must, d)
		} else {
			out.weigh = append(out.weigh, d)
		}
	}
	if !p.ranked || len(units) == 0 {
		return out, nil
	}
	return out, p.addRank(out, q, units)
}

// inRow reports whether the clause asks for words in a row, which bitmaps cannot tell.
func (c clause) inRow() bool {
	for _, a := range c.atoms {
		if len(a.words) > 1 && !a.prefix {
			return true
		}
	}
	return false
}

func (u unit) inRow() bool {
	for _, words := range u.others {
		if len(words) > 1 {
			return true
		}
	}
	for _, c := range u.clauses {
		if c.inRow() {
			return true
		}
	}
	return false
}

// walkOf works out the documents that hold the words of q, may be seen, and pass the filters.
func (p *planner) walkOf(q question, full *archive.Query) (walker, error) {
	var conj []search.Searcher
	add := func(s search.Searcher, err error) error {
		if err != nil {
			closeSets(conj)
			return err
		}
		conj = append(conj, s)
		return nil
	}
	for _, c := range conditions(full) {
		if len(c.any) == 0 {
			closeSets(conj)
			return none{}, nil
		}
		if err := add(p.conditionSet(c)); err != nil {
			return nil, err
		}
	}
	for _, u := range q.units() {
		if err := add(p.unitSet(u)); err != nil {
			return nil, err
		}
	}
	var found walker
	if len(conj) == 0 {
		r, err := p.r.DocIDReaderAll()
		if err != nil {
			return nil, err
		}
		found = all{r}
	} else {
		s, err := p.allOf(conj)
		if err != nil {
			return nil, err
		}
		found = newSet(s)
	}
	return p.without(found, q)
}

func (p *planner) conditionSet(c condition) (search.Searcher, error) {
	parts, err := each(c.any, func(t keyTerm) (search.Searcher, error) {
		return searcher.NewTermSearcher(p.ctx, p.r, t.value, t.field, 1, unscored)
	})
	if err != nil {
		return nil, err
	}
	return p.anyOf(parts)
}

// unitSet is every document that can hold u.
func (p *planner) unitSet(u unit) (search.Searcher, error) {
	typed, err := each(u.clauses, p.clauseSet)
	if err != nil {
		return nil, err
	}
	s, err := p.allOf(typed)
	if err != nil || len(u.others) == 0 {
		return s, err
	}
	ways, err := each(u.others, func(words []word) (search.Searcher, error) { return p.atomSet(atom{words: words}) })
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return p.anyOf(append(ways, s))
}

func (p *planner) clauseSet(c clause) (search.Searcher, error) {
	parts, err := each(c.atoms, p.atomSet)
	if err != nil {
		return nil, err
	}
	return p.anyOf(parts)
}

// atomSet is every document with all words of a.
func (p *planner) atomSet(a atom) (search.Searcher, error) {
	words := a.words
	var parts []search.Searcher
	if a.prefix {
		s, err := searcher.NewTermPrefixSearcher(p.ctx, p.r, words[len(words)-1].fold, a.in(), 1, unscored)
		if err != nil {
			return nil, err
		}
		parts, words = append(parts, s), words[:len(words)-1]
	}
	more, err := each(words, func(w word) (search.Searcher, error) {
		ways, err := each(spellings(w.fold), func(term string) (search.Searcher, error) {
			return searcher.NewTermSearcher(p.ctx, p.r, term, a.in(), 1, unscored)
		})
		if err != nil {
			return nil, err
		}
		return p.anyOf(ways)
	})
	if err != nil {
		closeSets(parts)
		return nil, err
	}
	return p.allOf(append(parts, more...))
}

// in returns the field of the index that a looks in.
func (a atom) in() string {
	if a.field == "" {
		return fAll
	}
	return a.field
}

// without takes the documents out of found that hold a negated word. Negated phrases are looked at one by one.
func (p *planner) without(found walker, q question) (walker, error) {
	var sets []walker
	for _, c := range q.clauses {
		if !c.not || c.inRow() {
			continue
		}
		s, err := p.clauseSet(c)
		if err != nil {
			for _, s := range append(sets, found) {
				s.close()
			}
			return nil, err
		}
		sets = append(sets, newSet(s))
	}
	if len(sets) == 0 {
		return found, nil
	}
	return &except{found: found, sets: sets, at: make([]uint64, len(sets)), begun: make([]bool, len(sets))}, nil
}

// except walks what is found and in none of the sets.
type except struct {
	found walker
	sets  []walker
	at    []uint64
	begun []bool
}

func (e *except) next() (uint64, error) {
next:
	for {
		doc, err := e.found.next()
		if err != nil || doc == noDoc {
			return noDoc, err
		}
		for i, s := range e.sets {
			for !e.begun[i] || e.at[i] < doc {
				if e.at[i], err = s.next(); err != nil {
					return noDoc, err
				}
				e.begun[i] = true
			}
			if e.at[i] == doc {
				continue next
			}
		}
		return doc, nil
	}
}

func (e *except) close() {
	e.found.close()
	for _, s := range e.sets {
		s.close()
	}
}

// unit lays u out as a probe, one that tells whether u holds (closer) or one that only weighs it.
func (p *planner) unit(u unit, closer bool) (probe, error) {
	var typed []probe
	for _, c := range u.clauses {
		d, err := p.clause(c, closer)
		if err != nil {
			closeProbes(typed)
			return nil, err
		}
		typed = append(typed, d)
	}
	if len(u.others) == 0 {
		return typed[0], nil
	}
	ways := []probe{every{typed}}
	for _, words := range u.others {
		d, err := p.atom(atom{words: words})
		if err != nil {
			closeProbes(ways)
			return nil, err
		}
		ways = append(ways, scaled{d, aliasFactor})
	}
	return anyProbe(ways, true), nil
}

func (p *planner) clause(c clause, closer bool) (probe, error) {
	var parts []probe
	for _, a := range c.atoms {
		if a.prefix && !closer {
			continue // a stem has no weight
		}
		d, err := p.atom(a)
		if err != nil {
			closeProbes(parts)
			return nil, err
		}
		parts = append(parts, d)
	}
	return anyProbe(parts, false), nil
}

func (p *planner) atom(a atom) (probe, error) {
	switch {
	case a.prefix:
		s, err := p.atomSet(a)
		if err != nil {
			return nil, err
		}
		return &member{w: newSet(s)}, nil
	case len(a.words) == 1:
		return p.word(a.in(), a.words[0].fold)
	}
	return p.phrase(a.in(), foldsOf(a.words))
}

// member probes a walk.
type member struct {
	w     walker
	at    uint64
	begun bool
}

func (m *member) on(doc uint64) (bool, error) {
	var err error
	for !m.begun || m.at < doc {
		if m.at, err = m.w.next(); err != nil {
			return false, err
		}
		m.begun = true
	}
	return m.at == doc, nil
}

func (m *member) score() float64 { return 0 }
func (m *member) close()         { m.w.close() }

// word lays out one word of a field with its spellings.
func (p *planner) word(field, fold string) (probe, error) {
	return p.terms(field, spellings(fold))
}

// terms lays out ways to write one word.
func (p *planner) terms(field string, forms []string) (probe, error) {
	var parts []probe
	for _, term := range forms {
		l, err := p.list(field, term, false)
		if err != nil {
			closeProbes(parts)
			return nil, err
		}
		if l != nil {
			parts = append(parts, l)
		}
	}
	return anyProbe(parts, true), nil
}

// list opens the postings of one term, with its weight or with its positions. It returns nil when no document of the shard
// has the term.
func (p *planner) list(field, term string, positions bool) (*list, error) {
	weigh := p.ranked && !positions && field != fExact
	r, err := p.r.TermFieldReader(p.ctx, []byte(term), field, weigh || positions, weigh, positions)
	if err != nil {
		return nil, err
	}
	l := &list{r: r}
	if r.Count() == 0 {
		l.close()
		return nil, nil
	}
	if weigh {
		if l.weight, err = p.c.weight(p.ctx, field, term); err != nil {
			l.close()
			return nil, err
		}
	}
	return l, nil
}

// phrase lays out words in a row.
func (p *planner) phrase(field string, folds []string) (*phrase, error) {
	out := newPhrase(make([]slot, len(folds)))
	for i, fold := range folds {
		for _, term := range spellings(fold) {
			l, err := p.list(field, term, true)
			if err != nil {
				out.close()
				return nil, err
			}
			if l != nil {
				out.slots[i] = append(out.slots[i], l)
			}
		}
		if !p.ranked {
			continue
		}
		w, err := p.c.weight(p.ctx, field, fold)
		if err != nil {
			out.close()
			return nil, err
		}
		out.weight += w * phraseFactor
	}
	return out, nil
}

// marked reports whether the question was typed with marks: then papers with exactly those come first.
func (q question) marked() bool {
	for _, u := range q.units() {
		for _, w := range u.words() {
			if w.marked() {
				return true
			}
		}
	}
	return false
}

// addRank adds what lifts a paper above others that hold the same words.
func (p *planner) addRank(out *plan, q question, units []unit) error {
	marked := q.marked()
	var row []word
	rarest := uint64(math.MaxUint64)
	for _, u := range units {
		if marked {
			if err := p.addExact(out, u); err != nil {
				return err
			}
		}
		if !u.bare() {
			continue
		}
		for _, w := range u.words() {
			d, err := p.word(fHead, w.fold)
			if err != nil {
				return err
			}
			out.head = append(out.head, scaled{d, headFactor})
			row = append(row, w)
			n, err := p.c.count(p.ctx, fAll, w.fold)
			if err != nil {
				return err
			}
			rarest = min(rarest, n)
		}
	}
	if len(row) < 2 || rarest > nearLimit {
		return nil
	}
	var err error
	out.near, err = p.phrase(fAll, foldsOf(row))
	return err
}

// addExact adds what tells whether the words of u stand in a paper with the very marks typed. Each word counts for itself;
// words that are written another way too count together, as that way does.
func (p *planner) addExact(out *plan, u unit) error {
	if len(u.others) > 0 {
		var ways []probe
		for _, words := range append(u.others[:len(u.others):len(u.others)], u.words()) {
			d, err := p.exactly(words)
			if err != nil {
				closeProbes(ways)
				return err
			}
			ways = append(ways, d)
		}
		out.exact = append(out.exact, anyProbe(ways, true))
		return nil
	}
	atoms := u.clauses[0].atoms
	for _, a := range atoms {
		if len(atoms) > 1 {
			d, err := p.exactly(a.words)
			if err != nil {
				return err
			}
			out.exact = append(out.exact, d)
			continue
		}
		for _, w := range a.words {
			d, err := p.exactly([]word{w})
			if err != nil {
				return err
			}
			out.exact = append(out.exact, d)
		}
	}
	return nil
}

// exactly lays out documents with all of words under their very marks.
func (p *planner) exactly(words []word) (probe, error) {
	var parts []probe
	for _, w := range words {
		forms := []string{w.exact}
		if other, ok := viet.YVariant(w.exact); ok {
			forms = append(forms, other)
		}
		d, err := p.terms(fExact, forms)
		if err != nil {
			closeProbes(parts)
			return nil, err
		}
		parts = append(parts, d)
	}
	return every{parts}, nil
}
