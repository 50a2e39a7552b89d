package indexer

import (
	"context"
	"math"
	"strings"

	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// plan is a question laid out over one shard.
type plan struct {
	match docs      // what is found, inside what may be seen, weighed
	not   []docs    // what must not be there
	exact []docs    // one for each word typed where marks were typed: documents with exactly those marks
	head  []docs    // weighed words in the metadata
	near  *nearness // neighbours of the question
}

func (p *plan) close() {
	if p.match != nil {
		p.match.close()
	}
	for _, group := range [][]docs{p.not, p.exact, p.head} {
		for _, d := range group {
			d.close()
		}
	}
	if p.near != nil {
		p.near.close()
	}
}

// corpus are the shards a search runs over, frozen at one moment.
type corpus struct {
	readers []index.IndexReader
	papers  uint64
	weights map[string]float64 // by field and term
}

// weight is how much a term tells: the rarer, the more.
func (c *corpus) weight(ctx context.Context, field, term string) (float64, error) {
	key := field + "\x00" + term
	if w, ok := c.weights[key]; ok {
		return w, nil
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
	w := math.Log(1 + (float64(c.papers)-float64(n)+0.5)/(float64(n)+0.5))
	c.weights[key] = max(w, 0.01)
	return c.weights[key], nil
}

// planner lays one question out over one shard.
type planner struct {
	ctx    context.Context
	c      *corpus
	r      index.IndexReader
	ranked bool // weights are wanted
}

const (
	phraseFactor = 1.5  // a phrase tells more than its words
	aliasFactor  = 0.6  // another way to write it tells less than what was typed
	headFactor   = 1.5  // a word in the metadata, on top of its weight anywhere
	nearFactor   = 6    // all words side by side
	nearLimit    = 50e3 // beyond so many papers that hold the rarest word, neighbours are not looked at
)

// plan lays q out inside filter.
func (p *planner) plan(q question, filter docs) (out *plan, err error) {
	out = &plan{}
	parts := []docs{}
	if filter != nil {
		parts = append(parts, filter)
	}
	defer func() {
		if err != nil {
			out.close()
			for _, d := range parts {
				d.close()
			}
			out = nil
		}
	}()
	var bare []word
	accents := q.marked()
	for i := 0; i < len(q.clauses); i++ {
		c := q.clauses[i]
		if run := aliasRun(q.clauses[i:]); run > 0 && !c.not {
			d, err := p.aliased(q.clauses[i : i+run])
			if err != nil {
				return out, err
			}
			parts = append(parts, d)
			for _, c := range q.clauses[i : i+run] {
				bare = append(bare, c.atoms[0].words...)
			}
			if accents && p.ranked {
				if err := p.addExact(out, q.clauses[i:i+run], true); err != nil {
					return out, err
				}
			}
			i += run - 1
			continue
		}
		d, err := p.any(c.atoms)
		if err != nil {
			return out, err
		}
		if c.not {
			out.not = append(out.not, d)
			continue
		}
		parts = append(parts, d)
		if accents && p.ranked {
			if err := p.addExact(out, q.clauses[i:i+1], false); err != nil {
				return out, err
			}
		}
		if len(c.atoms) == 1 && c.atoms[0].field == "" && !c.atoms[0].prefix {
			bare = append(bare, c.atoms[0].words...)
		}
	}
	positive := len(parts) > 0 && (filter == nil || len(parts) > 1)
	if len(parts) == 0 {
		d, err := p.everything()
		if err != nil {
			return out, err
		}
		parts = append(parts, d)
	}
	out.match = newAnd(parts)
	parts = nil
	if positive && p.ranked {
		err = p.addRank(out, bare)
	}
	return out, err
}

// marked reports whether the question was typed with marks: then papers with exactly those come first.
func (q question) marked() bool {
	for _, c := range q.clauses {
		if c.not {
			continue
		}
		for _, a := range c.atoms {
			for _, w := range a.words {
				if w.marked() {
					return true
				}
			}
		}
	}
	return false
}

// any lays out the alternatives of one clause.
func (p *planner) any(atoms []atom) (docs, error) {
	var parts []docs
	for _, a := range atoms {
		d, err := p.atom(a)
		if err != nil {
			closeAll(parts)
			return nil, err
		}
		parts = append(parts, d)
	}
	return newOr(parts, false), nil
}

func (p *planner) atom(a atom) (docs, error) {
	field := a.field
	if field == "" {
		field = fAll
	}
	switch {
	case a.prefix:
		return p.prefix(field, a.words)
	case len(a.words) == 1:
		return p.word(field, a.words[0].fold)
	}
	return p.phrase(field, foldsOf(a.words))
}

func foldsOf(words []word) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.fold
	}
	return out
}

// spellings returns the terms a folded word stands for: itself, the other spelling of i and y, and a number without its
// leading zeros.
func spellings(fold string) []string {
	out := []string{fold}
	if other, ok := viet.YVariant(fold); ok {
		out = append(out, other)
	}
	if bare := strings.TrimLeft(fold, "0"); bare != fold && bare != "" && strings.Trim(bare, "0123456789") == "" && len(fold) <= 4 {
		out = append(out, bare)
	}
	return out
}

// word lays out one word of a field with its spellings.
func (p *planner) word(field, fold string) (docs, error) {
	var parts []docs
	for _, term := range spellings(fold) {
		d, err := p.list(field, term, false)
		if err != nil {
			closeAll(parts)
			return nil, err
		}
		parts = append(parts, d)
	}
	return newOr(parts, true), nil
}

// list opens the postings of one term, with its weight when rank matters, with positions when asked.
func (p *planner) list(field, term string, positions bool) (docs, error) {
	weigh := p.ranked && !positions && field != fExact
	r, err := p.r.TermFieldReader(p.ctx, []byte(term), field, weigh || positions, weigh, positions)
	if err != nil {
		return nil, err
	}
	l := &list{r: r, n: r.Count()}
	if l.n == 0 {
		l.close()
		return none{}, nil
	}
	if weigh {
		if l.weight, err = p.c.weight(p.ctx, field, term); err != nil {
			l.close()
			return nil, err
		}
	}
	return l, nil
}

// phrase lays out words that stand side by side.
func (p *planner) phrase(field string, folds []string) (docs, error) {
	quiet := *p
	quiet.ranked = false
	var meet []docs
	out := &phrase{}
	fail := func(err error) (docs, error) {
		closeAll(meet)
		closeSlots(out.slots)
		return nil, err
	}
	for _, fold := range folds {
		d, err := quiet.word(field, fold)
		if err != nil {
			return fail(err)
		}
		meet = append(meet, d)
		slot, err := p.slot(field, fold)
		if err != nil {
			return fail(err)
		}
		out.slots = append(out.slots, slot)
		if p.ranked {
			w, err := p.c.weight(p.ctx, field, fold)
			if err != nil {
				return fail(err)
			}
			out.weight += w * phraseFactor
		}
	}
	out.meet = newAnd(meet)
	return out, nil
}

// slot opens the lists, with positions, of the ways to write one word of a phrase.
func (p *planner) slot(field, fold string) ([]docs, error) {
	var slot []docs
	for _, term := range spellings(fold) {
		d, err := p.list(field, term, true)
		if err != nil {
			closeAll(slot)
			return nil, err
		}
		slot = append(slot, d)
	}
	return slot, nil
}

// prefix lays out words of which the last is cut short. Their order does not matter: what is before the star is rare.
func (p *planner) prefix(field string, words []word) (docs, error) {
	last := words[len(words)-1]
	s, err := searcher.NewTermPrefixSearcher(p.ctx, p.r, last.fold, field, 1, search.SearcherOptions{Score: "none"})
	if err != nil {
		return nil, err
	}
	parts := []docs{newSet(s)}
	for _, w := range words[:len(words)-1] {
		d, err := p.word(field, w.fold)
		if err != nil {
			closeAll(parts)
			return nil, err
		}
		parts = append(parts, d)
	}
	return newAnd(parts), nil
}

func (p *planner) everything() (docs, error) {
	r, err := p.r.DocIDReaderAll()
	if err != nil {
		return nil, err
	}
	n, err := p.r.DocCount()
	if err != nil {
		return nil, err
	}
	return &all{r: r, n: n}, nil
}

// aliasRun returns how many of the leading clauses are plain words that together are written another way too, the longest
// such run, or 0.
func aliasRun(clauses []clause) int {
	best := 0
	var form strings.Builder
	for i := 0; i < len(clauses) && i < viet.LongestAlias(); i++ {
		c := clauses[i]
		if c.not || len(c.atoms) != 1 {
			break
		}
		a := c.atoms[0]
		if a.field != "" || a.prefix || a.quoted {
			break
		}
		for _, w := range a.words {
			form.WriteString(w.fold)
			form.WriteByte(' ')
		}
		if len(viet.Aliases(form.String())) > 0 {
			best = i + 1
		}
	}
	return best
}

// aliasesOf returns the other ways to write the words of clauses, as words.
func aliasesOf(clauses []clause) [][]word {
	var form strings.Builder
	for _, c := range clauses {
		for _, w := range c.atoms[0].words {
			form.WriteString(w.fold)
			form.WriteByte(' ')
		}
	}
	var out [][]word
	for _, alias := range viet.Aliases(form.String()) {
		var words []word
		for w := range viet.Words(alias.Form) {
			words = append(words, word{fold: w.Fold(), exact: w.Exact()})
		}
		out = append(out, words)
	}
	return out
}

// aliased lays out words as typed, or any other way to write them as a phrase.
func (p *planner) aliased(clauses []clause) (docs, error) {
	var typed []docs
	for _, c := range clauses {
		d, err := p.atom(c.atoms[0])
		if err != nil {
			closeAll(typed)
			return nil, err
		}
		typed = append(typed, d)
	}
	ways := []docs{newAnd(typed)}
	for _, words := range aliasesOf(clauses) {
		d, err := p.atom(atom{words: words})
		if err != nil {
			closeAll(ways)
			return nil, err
		}
		ways = append(ways, scaled{d, aliasFactor})
	}
	return newOr(ways, true), nil
}

// addExact adds to out what tells whether the words of clauses stand in a paper with the very marks typed. Another way to
// write them counts too, when aliased.
func (p *planner) addExact(out *plan, clauses []clause, aliased bool) error {
	var words [][]word // by word typed: the alternatives (OR) for it
	for _, c := range clauses {
		if len(c.atoms) > 1 {
			for _, a := range c.atoms {
				words = append(words, a.words)
			}
			continue
		}
		for _, w := range c.atoms[0].words {
			words = append(words, []word{w})
		}
	}
	var other []docs
	if aliased {
		for _, way := range aliasesOf(clauses) {
			d, err := p.exactly(way)
			if err != nil {
				closeAll(other)
				return err
			}
			other = append(other, d)
		}
		// The words typed are one thing here: all of them, or another way to write it.
		var typed []word
		for _, w := range words {
			typed = append(typed, w...)
		}
		d, err := p.exactly(typed)
		if err != nil {
			closeAll(other)
			return err
		}
		out.exact = append(out.exact, newOr(append(other, d), true))
		return nil
	}
	for _, w := range words {
		d, err := p.exactly(w)
		if err != nil {
			return err
		}
		out.exact = append(out.exact, d)
	}
	return nil
}

// exactly lays out documents with all of words under their very marks.
func (p *planner) exactly(words []word) (docs, error) {
	var parts []docs
	for _, w := range words {
		var ways []docs
		forms := []string{w.exact}
		if other, ok := viet.YVariant(w.exact); ok {
			forms = append(forms, other)
		}
		for _, form := range forms {
			d, err := p.list(fExact, form, false)
			if err != nil {
				closeAll(ways)
				closeAll(parts)
				return nil, err
			}
			ways = append(ways, d)
		}
		parts = append(parts, newOr(ways, true))
	}
	return newAnd(parts), nil
}

// addRank adds what lifts a paper above others that hold the same words.
func (p *planner) addRank(out *plan, bare []word) error {
	for _, w := range bare {
		d, err := p.word(fHead, w.fold)
		if err != nil {
			return err
		}
		out.head = append(out.head, scaled{d, headFactor})
	}
	if len(bare) < 2 || out.match.count() > nearLimit {
		return nil
	}
	out.near = &nearness{weight: nearFactor}
	for _, w := range bare {
		slot, err := p.slot(fAll, w.fold)
		if err != nil {
			return err
		}
		out.near.slots = append(out.near.slots, slot)
	}
	return nil
}

func closeAll(parts []docs) {
	for _, d := range parts {
		d.close()
	}
}

func newSet(s search.Searcher) docs {
	return &set{s: s, ctx: search.SearchContext{DocumentMatchPool: search.NewDocumentMatchPool(s.DocumentMatchPoolSize()+1, 0)}}
}

// filterOf lays out everything about q that is not words: what may be seen, and the filters. It returns nil when q may see
// everything and filters nothing.
func (p *planner) filterOf(q *archive.Query) (docs, error) {
	var groups [][]search.Searcher
	closeGroups := func() {
		for _, g := range groups {
			for _, s := range g {
				_ = s.Close()
			}
		}
	}
	for _, f := range conditions(q) {
		var group []search.Searcher
		for _, t := range f.any {
			s, err := searcher.NewTermSearcher(p.ctx, p.r, t.value, t.field, 1, unscored)
			if err != nil {
				groups = append(groups, group)
				closeGroups()
				return nil, err
			}
			group = append(group, s)
		}
		if len(group) == 0 {
			closeGroups()
			return none{}, nil
		}
		groups = append(groups, group)
	}
	if len(groups) == 0 {
		return nil, nil
	}
	// bleve works such sets out as bitmaps, by far the fastest it has.
	var parts []search.Searcher
	for _, g := range groups {
		s := g[0]
		if len(g) > 1 {
			var err error
			if s, err = searcher.NewDisjunctionSearcher(p.ctx, p.r, g, 1, unscored); err != nil {
				return nil, err
			}
		}
		parts = append(parts, s)
	}
	if len(parts) == 1 {
		return newSet(parts[0]), nil
	}
	s, err := searcher.NewConjunctionSearcher(p.ctx, p.r, parts, unscored)
	if err != nil {
		return nil, err
	}
	return newSet(s), nil
}

var unscored = search.SearcherOptions{Score: "none"}
