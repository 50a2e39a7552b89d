package indexer

import (
	"context"
	"strings"
	"unicode"

	"sohoa/archive"
)

// Bounds of the work that snippets cause.
const (
	snippetBudget = 24 << 20 // bytes of text looked at per search
	paperBudget   = 4 << 20  // and per hit
	textSnippets  = 2        // per hit, from different pages
	metaSnippets  = 2        // per hit
	windowWords   = 36       // length of a snippet
	leadWords     = 6        // words shown before the first one found
	maxPartText   = 400      // bytes of one metadata field shown
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
		if most := t.most(page.Text); most == 0 || len(best) > 0 && most <= best[0].score {
			continue
		}
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
