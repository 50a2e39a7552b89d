package indexer

import (
	"context"
	"strings"
	"unicode"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// Bounds of the work that snippets cause.
const (
	snippetBudget = 8 << 20   // bytes of text looked at per search
	paperBudget   = 512 << 10 // and per hit, as long as nothing has been found in it
	textSnippets  = 2         // per hit, from different pages
	metaSnippets  = 2         // per hit
	windowWords   = 36        // length of a snippet
	leadWords     = 6         // words shown before the first one found
	maxPartText   = 400       // bytes of one metadata field shown
)

// snippets cuts what a hit shows: metadata in which words were found, then the pages that hold them best. Text that cannot
// be had now costs the snippet, not the answer.
func (s *searching) snippets(ctx context.Context, texts archive.PageTexts, id archive.ID, parts []part) []archive.Snippet {
	out := []archive.Snippet{}
	t := newTarget(s.text)
	if t.empty() {
		return out
	}
	for _, p := range parts {
		name := showNames[p.field]
		if name == "" || len(out) == metaSnippets || shown(out, name) {
			continue
		}
		text := clip(p.text, maxPartText)
		if w := t.best(text, p.field); w.score > 0 {
			out = append(out, archive.Snippet{Field: name, Parts: w.parts(text)})
		}
	}
	if texts == nil || t.onlyFields() {
		return out
	}
	return append(out, s.fromText(ctx, texts, id, t)...)
}

func shown(out []archive.Snippet, name string) bool {
	for _, s := range out {
		if s.Field == name {
			return true
		}
	}
	return false
}

// fromText reads the pages of a hit until one holds everything asked for side by side, or the budget is spent, and cuts
// the best places.
func (s *searching) fromText(ctx context.Context, texts archive.PageTexts, id archive.ID, t *target) []archive.Snippet {
	type place struct {
		window
		page archive.PageText
	}
	var best []place // by score, then by page
	looked := 0
	for page, err := range texts(ctx, id) {
		if err != nil || s.budget <= 0 || looked >= paperBudget {
			break
		}
		looked += len(page.Text)
		s.budget -= len(page.Text)
		w := t.best(page.Text, "")
		if w.score == 0 {
			continue
		}
		at := len(best)
		for at > 0 && best[at-1].score < w.score {
			at--
		}
		best = append(best, place{})
		copy(best[at+1:], best[at:])
		best[at] = place{w, page}
		best = best[:min(len(best), textSnippets)]
		if w.full {
			break
		}
	}
	var out []archive.Snippet
	for i, p := range best {
		// The second place is shown only when it says about as much as the first.
		if i > 0 && (p.score*2 < best[0].score || best[0].full) {
			break
		}
		out = append(out, archive.Snippet{Field: "text", Page: p.page.Number, Parts: p.parts(p.page.Text)})
	}
	return out
}

// target is what to look for in a text.
type target struct {
	words   map[string][]int // folded → which units it can be
	stems   []stem
	phrases []run
	units   int             // words and phrases asked for
	bare    int             // of them, the words typed plainly; neighbours among them count
	exact   map[string]bool // forms typed with marks; empty when none were
	field   map[int]string  // units that look in one field only
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
	t := &target{words: map[string][]int{}, exact: map[string]bool{}, field: map[int]string{}}
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
				t.phrases = append(t.phrases, run{foldsOf(way), -1})
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
		t.phrases = append(t.phrases, run{foldsOf(a.words), unit})
	}
}

func (t *target) word(fold string, unit int) {
	for _, f := range spellings(fold) {
		t.words[f] = append(t.words[f], unit)
	}
}

func (t *target) empty() bool { return t.units == 0 }

// onlyFields reports whether nothing is looked for in the text.
func (t *target) onlyFields() bool { return len(t.field) == t.units }

// token is one word of a text under the eye.
type token struct {
	start, end int
	fold       string
	units      []int // what it was found as
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

// scan reads text into tokens and marks what is found.
func (t *target) scan(text, field string) []token {
	var tokens []token
	for w := range viet.Words(text) {
		tok := token{start: w.Start, end: w.End, fold: w.Fold()}
		tok.units = t.admit(nil, t.words[tok.fold], field)
		for _, s := range t.stems {
			if strings.HasPrefix(tok.fold, s.fold) {
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

// parts cuts the window out of text with some words around it. White space of any kind becomes one space; what was found
// stands in parts of its own, neighbours together. A cut is shown by an ellipsis.
func (w window) parts(text string) []archive.Part {
	from := max(0, w.from-leadWords)
	to := min(len(w.tokens), max(w.to, from+windowWords))
	var out []archive.Part
	add := func(s string, hit bool) {
		if s = squeeze(s); s == "" {
			return
		}
		if n := len(out); n > 0 && out[n-1].Hit == hit {
			out[n-1].Text += s
			return
		}
		out = append(out, archive.Part{Text: s, Hit: hit})
	}
	at := w.tokens[from].start
	if from > 0 {
		add("… ", false)
	} else {
		at = 0
	}
	for i := from; i < to; i++ {
		tok := w.tokens[i]
		hit := len(tok.units) > 0
		gap := text[at:tok.start]
		add(gap, hit && i > from && len(w.tokens[i-1].units) > 0 && strings.TrimSpace(gap) == "")
		add(text[tok.start:tok.end], hit)
		at = tok.end
	}
	if to < len(w.tokens) {
		add(" …", false)
	} else {
		add(clip(text[at:], 20), false)
	}
	return out
}

// squeeze makes every run of white space and control characters one space.
func squeeze(s string) string {
	plain := true
	for i, r := range s {
		if r < ' ' || r == 0x7f || r >= 0x80 && (unicode.IsSpace(r) || unicode.IsControl(r)) || r == ' ' && i+1 < len(s) && s[i+1] == ' ' {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	gap := false
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			gap = true
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(r)
	}
	if gap {
		b.WriteByte(' ')
	}
	return b.String()
}

// clip cuts s to at most n bytes at the border of a word where there is one.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	cut := 0
	for i, r := range s {
		if i > n {
			break
		}
		if unicode.IsSpace(r) || cut == 0 {
			cut = i
		}
	}
	return s[:cut]
}
