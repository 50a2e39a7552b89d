package syllable

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"sohoa/internal/viet"
)

// Word is one word as recognised. Words of a page follow each other in reading order.
type Word struct {
	Text       string
	Confidence float32 // the recogniser's, 0 to 1
	Line       int     // words of one line share it
	Certain    bool    // it was not recognised but is known: it speaks for its neighbours and is itself not judged
}

// Repair is what the model has to say about one word.
type Repair struct {
	Index  int     // of the word
	Read   string  // as recognised
	Better string  // as it should read, punctuation and capitals kept
	Sure   bool    // false: a proposal for a person
	Score  float64 // how much more the better reading is worth, in bits; a sure repair has 2 or more
	Why    string  // the pairs that speak for it and in how many papers each was met: "thông tư 12"
}

// Bounds, in bits. Chosen on the synthetic scans and pages 1–5 of one real paper; make bench-ocr shows gain and harm on the rest.
const (
	sureGain    = 2.0
	looseGain   = 3.5
	lettersGain = 4.0
	sureGap     = 1.0 // to the next best reading
	likelyGain  = 1.0
	illegalGain = 3.0  // what was read cannot be a syllable
	strangeGain = 1.0  // it was never met
	certain     = 0.96 // the recogniser is seldom surer
)

// Repair looks at the words of one page and returns what could be better, in their order. The words themselves stay.
func (m *Model) Repair(words []Word) []Repair {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	line := tokens(texts)
	for i := 1; i < len(line); i++ {
		// In running text a word may go on in the next line; lines of capitals are things of their own.
		if words[i].Line != words[i-1].Line && (line[i].shape == upper || line[i-1].shape == upper) {
			line[i].joined = false
		}
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	var all []Repair
	for i, t := range line {
		if words[i].Certain || t.shape != small && t.shape != title && t.shape != upper {
			continue
		}
		var c context
		if i > 0 && t.joined {
			c.before = line[i-1]
			c.stands = i > 1 && line[i-1].joined && line[i-2].shape != title && m.pairs[pair{line[i-2].key, c.before.key}] > 0
		}
		c.opens = opening[c.before.key] && c.before.shape == title && (!line[i-1].joined || line[i-2].shape == small)
		if i+1 < len(line) && line[i+1].joined {
			c.after = line[i+1]
		}
		if r, ok := m.better(t, c, words[i].Confidence); ok {
			r.Index, r.Read = i, words[i].Text
			all = append(all, r)
			if r.Sure { // the next word is judged beside what this one should be
				line[i].key = viet.UnifyTone(strings.ToLower(cut(r.Better).core))
			}
		}
	}
	return all
}

// context is what stands beside a token.
type context struct {
	before, after token
	stands        bool // the token before is known beside the one before it
	opens         bool // the token before begins a sentence and no name
}

// support is what the neighbours say for a syllable.
type support struct {
	bits  float64
	sides int  // that know it
	close int  // of them, those that are not loose words
	bent  bool // only a neighbour that is itself in doubt speaks for it, and in few papers
	why   []string
}

// support says how well a syllable stands between its neighbours. Where bent is set, a neighbour that does not know it may
// have been misread too: its best known look-alike speaks for it, with less weight.
func (m *Model) support(c context, syllable string, bent bool) (s support) {
	side := func(first, second string, discount float64) {
		w := m.weight(first, second) - discount
		if w <= 0 {
			return
		}
		s.bits += w
		s.sides++
		if n := m.pairs[pair{first, second}]; discount > 0 && n < 2*seedWeight {
			s.bent = true
		}
		if !loose[first] && !loose[second] && first != number && second != number {
			s.close++
		}
		s.why = append(s.why, fmt.Sprintf("%s %s %d", first, second, m.pairs[pair{first, second}]))
	}
	if k := c.before.key; k != "" {
		d := 0.0
		if bent && m.pairs[pair{k, syllable}] == 0 && c.before.shape == small {
			k, d = m.bend(k, func(k string) float64 { return m.weight(k, syllable) })
		}
		side(k, syllable, d)
	}
	if k := c.after.key; k != "" {
		d := 0.0
		if bent && m.pairs[pair{syllable, k}] == 0 && c.after.shape == small {
			k, d = m.bend(k, func(k string) float64 { return m.weight(syllable, k) })
		}
		side(syllable, k, d)
	}
	return s
}

// bend returns the look-alike of a misread neighbour, letters alone being equal, that is worth most, and what it costs to
// believe in it. A neighbour that is a word of its own is not bent.
func (m *Model) bend(read string, worth func(string) float64) (string, float64) {
	if loose[read] || m.seen[read] > 2*seedWeight {
		return read, 0
	}
	best, cost, most := read, 0.0, 0.0
	for _, k := range m.alike[viet.Fold(read)] {
		if d := distance(read, k) + 0.5; k != read && worth(k)-d > most {
			best, cost, most = k, d, worth(k)-d
		}
	}
	return best, cost
}

// better weighs every known syllable that looks like the token.
func (m *Model) better(t token, c context, confidence float32) (Repair, bool) {
	read := m.support(c, t.key, false)
	legal := Legal(t.key)
	if read.close > 0 || m.seen[t.key] > 0 && read.sides == 2 {
		return Repair{}, false // it stands well where it stands
	}
	type candidate struct {
		syllable string
		support
		gain float64
	}
	var best, second candidate
	for _, s := range m.candidates(t.key) {
		if s == t.key {
			continue
		}
		sup := m.support(c, s, true)
		letters := viet.Fold(s) == viet.Fold(t.key)
		if sup.sides == 0 || !letters && (sup.close == 0 || legal && t.shape != small) {
			continue
		}
		gain := sup.bits - read.bits + 0.3*(math.Log2(1+float64(m.seen[s]))-math.Log2(1+float64(m.seen[t.key]))) - distance(t.key, s)
		switch {
		case !legal:
			gain += illegalGain
		case m.seen[t.key] == 0:
			gain += strangeGain
		}
		if confidence >= certain {
			gain -= 0.5
		}
		if n := (candidate{s, sup, gain}); gain > best.gain || best.syllable == "" {
			best, second = n, best
		} else if gain > second.gain || second.syllable == "" {
			second = n
		}
	}
	if best.syllable == "" || best.gain < likelyGain || loose[t.key] && best.gain < 2*sureGain {
		return Repair{}, false
	}
	r := Repair{Better: t.dressed(best.syllable), Score: math.Round(best.gain*100) / 100, Why: strings.Join(best.why, ", ")}
	spoken := best.close > 0 || best.sides == 2 || best.gain >= 2*sureGain // loose neighbours alone must be two or weigh much
	// Other letters, where those read make a syllable, want both neighbours, or that the syllable read was never met.
	spoken = spoken && !best.bent && (!legal || best.sides == 2 || best.gain >= lettersGain && m.seen[t.key] == 0 || viet.Fold(best.syllable) == viet.Fold(t.key))
	// A word that stands beside anything is judged by company that leaves no doubt.
	spoken = spoken && (!loose[t.key] || best.close > 0 && best.gain >= looseGain)
	r.Sure = best.gain >= sureGain && spoken && (second.syllable == "" || best.gain-second.gain >= sureGap) && !name(t, c, legal, best.sides, m.weight(best.syllable, c.after.key) > 0)
	return r, true
}

// name reports that a token may be part of a name: it is written with a capital beside another that is. Such a one is left
// alone unless what was read can be no syllable, and so no name; or it follows a word that belongs to what stands before it
// and leads on into a word that knows it, as in "của Luật Tố chức" and "MỘT SỐ ĐIÊU CỦA".
func name(t token, c context, legal bool, sides int, after bool) bool {
	capital := func(n token) bool { return n.shape == title || n.shape == upper || n.shape == other && n.core != "" }
	switch {
	case t.shape == small, !legal:
		return false
	case t.shape == title:
		return (capital(c.before) && !c.opens || capital(c.after)) && !(c.stands && c.after.shape == small && after)
	}
	return sides < 2 || !c.stands
}

// opening words begin sentences and no names.
var opening = set("các của và những theo tại về với")

// candidates are the syllables known to the model that look like the one read, in a fixed order. One that was met before is
// taken to have the right letters.
func (m *Model) candidates(read string) []string {
	f := viet.Fold(read)
	all := slices.Clone(m.alike[f])
	if m.seen[read] > 0 {
		return slices.Sorted(slices.Values(all))
	}
	for _, v := range lookalikes(f) {
		all = append(all, m.alike[v]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Letters that scans confuse, without marks.
var confused = [][2]string{{"l", "i"}, {"l", "t"}, {"i", "t"}, {"c", "e"}, {"c", "o"}, {"e", "o"}, {"n", "u"}, {"h", "b"}, {"g", "q"},
	{"v", "y"}, {"rn", "m"}, {"ni", "m"}, {"in", "m"}, {"ri", "n"}, {"li", "h"}, {"cl", "d"}, {"a", "o"}, {"a", "u"}, {"r", "n"}, {"t", "f"}, {"h", "n"}}

// lookalikes returns what letters may have been when one of them was confused.
func lookalikes(f string) []string {
	var out []string
	for _, c := range confused {
		for _, way := range [2][2]string{c, {c[1], c[0]}} {
			for i := 0; i+len(way[0]) <= len(f); i++ {
				if f[i:i+len(way[0])] == way[0] {
					out = append(out, f[:i]+way[1]+f[i+len(way[0]):])
				}
			}
		}
	}
	return out
}

// distance is what it costs, in bits, to believe that s was read as read. Scans lose marks and mix those that look alike;
// they seldom make one.
func distance(read, s string) float64 {
	a, toneA, _ := split(read)
	b, toneB, _ := split(s)
	cost := 0.0
	switch {
	case toneA == toneB || toneA == 0:
	case toneB == 0 && !strings.Contains(a, "i"): // the dot of an i passes for a hook
		cost += 1
	case toneB == 0:
		cost += 0.5
	default:
		cost += 0.25
	}
	if a != b {
		cost += 0.75
	}
	if viet.Fold(read) != viet.Fold(s) {
		cost += 2
	}
	return cost
}
