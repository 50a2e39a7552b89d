package viet

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed aliases.tsv
var aliasTable string

// Alias is one other way to write something.
type Alias struct {
	Kind string // agency, procedure, person, type, place
	Form string // as people write it: Ủy ban nhân dân, UBND
}

type aliasIndex struct {
	forms   map[string][]Alias // folded words of a form, one space between → the others
	longest int                // in words
}

var aliases = sync.OnceValue(func() aliasIndex { return parseAliases(aliasTable) })

// Aliases returns the other ways to write form, nil when none are known. Marks, case, apostrophes and the signs between
// words do not matter in form.
func Aliases(form string) []Alias {
	return aliases().forms[aliasKey(form)]
}

// LongestAlias is the number of words of the longest form in the table: who looks for aliases in a text needs to look no
// further ahead.
func LongestAlias() int { return aliases().longest }

func aliasKey(form string) string {
	var key []byte
	for w := range Words(form) {
		if len(key) > 0 {
			key = append(key, ' ')
		}
		key = w.AppendFold(key)
	}
	return string(key)
}

func parseAliases(table string) aliasIndex {
	ix := aliasIndex{forms: make(map[string][]Alias)}
	for line := range strings.Lines(table) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		cols := strings.Split(line, "\t")
		forms := strings.Split(cols[2], " | ")
		for i, form := range forms {
			key := aliasKey(form)
			ix.longest = max(ix.longest, strings.Count(key, " ")+1)
			if cols[0] == ">" && i > 0 {
				continue
			}
			for j, other := range forms {
				if j != i {
					ix.add(key, Alias{Kind: cols[1], Form: other})
				}
			}
		}
	}
	return ix
}

func (ix aliasIndex) add(key string, a Alias) {
	other := aliasKey(a.Form)
	if other == key {
		return
	}
	for _, have := range ix.forms[key] {
		if aliasKey(have.Form) == other {
			return
		}
	}
	ix.forms[key] = append(ix.forms[key], a)
}
