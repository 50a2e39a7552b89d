package indexer

import (
	"strings"

	"sohoa/internal/viet"
)

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

// unit is what must be found for one thing asked: one clause of the question, or several words in a row that together are
// written another way too.
type unit struct {
	clauses []clause
	others  [][]word // the other ways to write all of them
}

// units splits the clauses of q that must hold.
func (q question) units() []unit {
	var out []unit
	for i := 0; i < len(q.clauses); i++ {
		if q.clauses[i].not {
			continue
		}
		n := aliasRun(q.clauses[i:])
		if n == 0 {
			out = append(out, unit{clauses: q.clauses[i : i+1]})
			continue
		}
		out = append(out, unit{q.clauses[i : i+n], aliasesOf(q.clauses[i : i+n])})
		i += n - 1
	}
	return out
}

// words returns the words of the unit as typed, in order.
func (u unit) words() []word {
	var out []word
	for _, c := range u.clauses {
		for _, a := range c.atoms {
			out = append(out, a.words...)
		}
	}
	return out
}

// bare reports whether the unit is words typed plainly, one way only, that may stand anywhere.
func (u unit) bare() bool {
	for _, c := range u.clauses {
		if len(c.atoms) != 1 || c.atoms[0].field != "" || c.atoms[0].prefix {
			return false
		}
	}
	return true
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

// aliasesOf returns the other ways to write the words of clauses.
func aliasesOf(clauses []clause) [][]word {
	var form strings.Builder
	for _, w := range (unit{clauses: clauses}).words() {
		form.WriteString(w.fold)
		form.WriteByte(' ')
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

func foldsOf(words []word) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.fold
	}
	return out
}
