package indexer

import (
	"bytes"
	"slices"

	"sohoa/internal/viet"
)

// target is what to look for in a text.
type target struct {
	words   map[string][]int // folded → which units it can be
	stems   []stem
	phrases []run
	units   int               // words and phrases asked for
	bare    int               // of them, the words typed plainly; neighbours among them count
	exact   map[string]bool   // forms typed with marks; empty when none were
	field   map[int]string    // units that look in one field only
	vocab   map[string]string // every folded word above, to itself
	fold    []byte            // scratch
}

type stem struct {
	fold string
	unit int
}

type run struct {
	folds []string
	unit  int
}

func newTarget(q question) *target {
	t := &target{words: map[string][]int{}, exact: map[string]bool{}, field: map[int]string{}, vocab: map[string]string{}}
	marked := q.marked()
	// Plain words come first, so that unit n and unit n+1 are neighbours as typed.
	for _, c := range q.clauses {
		if !c.not && len(c.atoms) == 1 && c.atoms[0].plain() {
			t.word(c.atoms[0].words[0].fold, t.units)
			t.units++
		}
	}
	t.bare = t.units
	for i, c := range q.clauses {
		if c.not {
			continue
		}
		if n := aliasRun(q.clauses[i:]); n > 0 {
			for _, way := range aliasesOf(q.clauses[i : i+n]) {
				t.phrase(way, -1)
			}
		}
		for _, a := range c.atoms {
			if marked {
				for _, w := range a.words {
					t.exact[w.exact] = true
				}
			}
			if len(c.atoms) == 1 && a.plain() {
				continue
			}
			t.atom(a)
		}
	}
	return t
}

// plain reports whether a is one whole word, anywhere.
func (a atom) plain() bool { return len(a.words) == 1 && !a.prefix && a.field == "" }

func (t *target) atom(a atom) {
	unit := t.units
	t.units++
	if a.field != "" {
		t.field[unit] = a.field
	}
	switch {
	case a.prefix:
		t.stems = append(t.stems, stem{a.words[len(a.words)-1].fold, unit})
		for _, w := range a.words[:len(a.words)-1] {
			t.word(w.fold, unit)
		}
	case len(a.words) == 1:
		t.word(a.words[0].fold, unit)
	default:
		t.phrase(a.words, unit)
	}
}

func (t *target) word(fold string, unit int) {
	for _, f := range spellings(fold) {
		t.words[f] = append(t.words[f], unit)
		t.vocab[f] = f
	}
}

func (t *target) phrase(words []word, unit int) {
	p := run{foldsOf(words), unit}
	t.phrases = append(t.phrases, p)
	for _, fold := range p.folds {
		for _, f := range spellings(fold) {
			t.vocab[f] = f
		}
	}
}

func (t *target) empty() bool { return t.units == 0 }

// onlyFields reports whether nothing is looked for in the text.
func (t *target) onlyFields() bool { return len(t.field) == t.units }

// token is one word of a text under the eye.
type token struct {
	start, end int
	fold       string // "" when it is none of the words looked for
	units      []int  // what it was found as
	exact      bool
}

// window is a stretch of a text with what was found in it.
type window struct {
	score    int
	full     bool // everything asked for, side by side
	tokens   []token
	from, to int // tokens
}

// Weights of what stands in a window.
const (
	unitWeight  = 20 // each thing asked for
	nearWeight  = 6  // two words asked for next to each other that stand so
	exactWeight = 3  // with the marks typed
)

// best finds the stretch of text that says most. field is "" for the text of pages.
func (t *target) best(text, field string) window {
	tokens := t.scan(text, field)
	var best window
	var in []bool
	for i := range tokens {
		if len(tokens[i].units) == 0 {
			continue
		}
		if in == nil {
			in = make([]bool, t.units)
		}
		clear(in)
		w := window{from: i, to: i + 1, tokens: tokens}
		distinct, near := 0, 0
		for j := i; j < len(tokens) && j < i+windowWords-leadWords; j++ {
			for _, u := range tokens[j].units {
				if u < 0 || in[u] {
					continue
				}
				in[u] = true
				distinct++
				w.score += unitWeight
				if tokens[j].exact {
					w.score += exactWeight
				}
			}
			if len(tokens[j].units) > 0 {
				w.to = j + 1
				if w.score == 0 {
					w.score = 1 // only another way to write it
				}
				if j > i && follows(tokens[j-1].units, tokens[j].units, t.bare) {
					near++
				}
			}
		}
		w.score += min(near, max(t.bare-1, 0)) * nearWeight
		w.full = distinct == t.units && near >= t.bare-1
		if w.score > best.score {
			best = w
		}
	}
	return best
}

// follows reports whether b has a plain word that was typed right after one of a.
func follows(a, b []int, bare int) bool {
	for _, x := range a {
		for _, y := range b {
			if x >= 0 && y == x+1 && y < bare {
				return true
			}
		}
	}
	return false
}

// most is what a stretch of text can score at best, 0 when nothing of it can be there. It costs a fraction of a scan: long
// papers are passed over by it.
func (t *target) most(text string) int {
	t.fold = bytes.ReplaceAll(viet.AppendFold(t.fold[:0], text), []byte("'"), nil)
	there := make([]bool, t.units)
	any := false
	see := func(unit int) {
		any = true
		if unit >= 0 && t.field[unit] == "" {
			there[unit] = true
		}
	}
	for fold, units := range t.words {
		if bytes.Contains(t.fold, []byte(fold)) {
			for _, u := range units {
				see(u)
			}
		}
	}
	for _, s := range t.stems {
		if bytes.Contains(t.fold, []byte(s.fold)) {
			see(s.unit)
		}
	}
next:
	for _, p := range t.phrases {
		for _, fold := range p.folds {
			if !slices.ContainsFunc(spellings(fold), func(f string) bool { return bytes.Contains(t.fold, []byte(f)) }) {
				continue next
			}
		}
		see(p.unit)
	}
	if !any {
		return 0
	}
	score := 1 + max(t.bare-1, 0)*nearWeight
	for _, ok := range there {
		if ok {
			score += unitWeight + exactWeight
		}
	}
	return score
}

// scan reads text into tokens and marks what is found.
func (t *target) scan(text, field string) []token {
	var tokens []token
	for w := range viet.Words(text) {
		t.fold = w.AppendFold(t.fold[:0])
		tok := token{start: w.Start, end: w.End, fold: t.vocab[string(t.fold)]}
		if tok.fold != "" {
			tok.units = t.admit(nil, t.words[tok.fold], field)
		}
		for _, s := range t.stems {
			if bytes.HasPrefix(t.fold, []byte(s.fold)) {
				tok.units = t.admit(tok.units, []int{s.unit}, field)
			}
		}
		if len(tok.units) > 0 && len(t.exact) > 0 {
			tok.exact = t.exact[w.Exact()]
		}
		tokens = append(tokens, tok)
	}
	for _, p := range t.phrases {
		t.mark(tokens, p, field)
	}
	return tokens
}

// admit adds units that look in field.
func (t *target) admit(dst, units []int, field string) []int {
	for _, u := range units {
		if f, only := t.field[u]; !only || f == field {
			dst = append(dst, u)
		}
	}
	return dst
}

// mark marks the places where a phrase stands.
func (t *target) mark(tokens []token, p run, field string) {
	units := []int{p.unit}
	if p.unit >= 0 {
		if units = t.admit(nil, units, field); len(units) == 0 {
			return
		}
	}
next:
	for i := 0; i+len(p.folds) <= len(tokens); i++ {
		for j, fold := range p.folds {
			if !spelled(tokens[i+j].fold, fold) {
				continue next
			}
		}
		for j := range p.folds {
			tokens[i+j].units = append(tokens[i+j].units, units...)
		}
	}
}

func spelled(have, want string) bool {
	if have == want {
		return true
	}
	if len(have) > len(want)+1 || len(want) > len(have)+3 {
		return false
	}
	for _, s := range spellings(want)[1:] {
		if have == s {
			return true
		}
	}
	return false
}
