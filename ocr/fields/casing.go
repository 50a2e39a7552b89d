package fields

import (
	"strings"
	"unicode"

	"sohoa/internal/viet"
)

// titled writes a name set in capitals as names are written: H'RƯM KBUÔR, H'Rưm Kbuôr.
func titled(s string) string {
	out := []rune(strings.ToLower(s))
	up := true
	for i, r := range out {
		if up && unicode.IsLetter(r) {
			out[i] = unicode.ToUpper(r)
			up = false
		}
		if unicode.IsSpace(r) || r == '-' || strings.ContainsRune("'’‘ʼ", r) {
			up = true
		}
	}
	return string(out)
}

// lowered writes text set in capitals as a sentence. Which words keep a capital is learned from the same words side by
// side in the running text of the paper, names of places above all.
func (p *paper) lowered(s string) string {
	if capitals(s) < 0.7 {
		return s
	}
	words := strings.Fields(s)
	seen := p.casings()
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.ToLower(w)
	}
	for i := 0; i+1 < len(words); i++ {
		if pair, ok := seen[viet.Exact(words[i])+" "+viet.Exact(words[i+1])]; ok {
			a, b, _ := strings.Cut(pair, " ")
			if i > 0 || unicode.IsUpper([]rune(a)[0]) {
				out[i] = a
			}
			out[i+1] = b
		}
	}
	first := []rune(out[0])
	first[0] = unicode.ToUpper(first[0])
	out[0] = string(first)
	return strings.Join(out, " ")
}

// casings maps two neighbouring words, in lower case, to how they are written where they are not in capitals.
func (p *paper) casings() map[string]string {
	seen := map[string]string{}
	for _, s := range p.sheets {
		for _, r := range s.runs {
			if capitals(r.text) > 0.6 {
				continue
			}
			for i := 0; i+1 < len(r.words); i++ {
				a, b := strings.Trim(r.words[i].text, ",.;:()\""), strings.Trim(r.words[i+1].text, ",.;:()\"")
				if a == "" || b == "" || strings.ContainsAny(a+b, " ") || len(a)+len(b) > 60 || i == 0 || capitals(a) > 0.9 && letters(a) > 1 || capitals(b) > 0.9 && letters(b) > 1 {
					continue
				}
				key := viet.Exact(a) + " " + viet.Exact(b)
				if _, ok := seen[key]; !ok {
					seen[key] = a + " " + b
				}
			}
		}
	}
	return seen
}
