package syllable

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"sohoa/internal/viet"
)

// MaxPairs is how many different pairs a Model keeps: about 40 MB. The language of a province's papers holds some hundred
// thousand; when there are more, those met least often go.
const MaxPairs = 400_000

// Model counts which syllables stand side by side in how many papers. It is safe for concurrent use.
type Model struct {
	// MaxPairs bounds the pairs learned. Zero means MaxPairs. Set it before first use. Optional.
	MaxPairs int

	mu      sync.RWMutex
	pairs   map[pair]int // papers that hold the pair, the seed's weight included
	seen    map[string]int
	alike   map[string][]string // syllables by their letters without marks
	learned map[pair]int        // what did not come from the seed
}

type pair struct{ first, second string }

// New returns a Model that knows the words of administration and nothing of any archive.
func New() *Model {
	m := &Model{pairs: map[pair]int{}, seen: map[string]int{}, alike: map[string][]string{}, learned: map[pair]int{}}
	for w := range seedWords() {
		m.count(strings.Fields(w), seedWeight)
	}
	for w := range strings.SplitSeq(beside, "|") {
		m.count(strings.Fields(w), seedWeight)
	}
	return m
}

// count adds neighbouring syllables.
func (m *Model) count(syllables []string, weight int) {
	for i, s := range syllables {
		s = viet.UnifyTone(s)
		m.meet(s, weight)
		if i > 0 {
			m.pairs[pair{viet.UnifyTone(syllables[i-1]), s}] += weight
		}
	}
}

func (m *Model) meet(s string, weight int) {
	if m.seen[s] == 0 && s != number {
		f := viet.Fold(s)
		m.alike[f] = append(m.alike[f], s)
	}
	m.seen[s] += weight
}

// Learn takes the certain text of one paper: born-digital, or confirmed by a person; never what was recognised, lest the
// Model learn its own errors. A pair counts once however often the paper says it, so that no paper outweighs the others.
// Words written with a capital letter, names among them, are not learned.
func (m *Model) Learn(text string) {
	fresh := map[pair]bool{}
	var before token
	for i, t := range tokens(strings.Fields(text)) {
		if i > 0 && t.joined && learns(before) && learns(t) {
			fresh[pair{before.key, t.key}] = true
		}
		before = t
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for p := range fresh {
		m.learn(p, 1)
	}
	m.prune()
}

func learns(t token) bool { return t.shape == small && Legal(t.key) || t.shape == digits }

func (m *Model) learn(p pair, papers int) {
	m.learned[p] += papers
	m.pairs[p] += papers
	m.meet(p.first, papers)
	m.meet(p.second, papers)
}

// prune forgets the learned pairs met least often when there are too many. What they say of single syllables stays.
func (m *Model) prune() {
	limit := cmp.Or(m.MaxPairs, MaxPairs)
	if len(m.learned) <= limit {
		return
	}
	counts := slices.Sorted(maps.Values(m.learned))
	least := counts[len(counts)-limit*9/10]
	for p, n := range m.learned {
		if n > least && len(m.learned) > limit*9/10 || n > 1 && n >= least && len(m.learned) <= limit {
			continue
		}
		delete(m.learned, p)
		if m.pairs[p] -= n; m.pairs[p] <= 0 {
			delete(m.pairs, p)
		}
	}
}

// Learned returns how many pairs the Model has learned.
func (m *Model) Learned() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.learned)
}

// weight is how much a pair is worth as evidence: it grows with the logarithm of the papers that hold it.
func (m *Model) weight(first, second string) float64 {
	n := m.pairs[pair{first, second}]
	if n == 0 {
		return 0
	}
	w := math.Log2(1 + float64(min(n, 1<<10)))
	if loose[first] || loose[second] || first == number || second == number {
		w /= 2
	}
	return w
}

// heading begins the file of a Model. Its last word is the form's number.
const heading = "sohoa syllable pairs 1"

// Save writes what was learned: after a heading one pair a line, most frequent first, "papers⇥first⇥second". The seed is
// not in it.
func (m *Model) Save(w io.Writer) error {
	m.mu.RLock()
	all := make([]pair, 0, len(m.learned))
	counts := maps.Clone(m.learned)
	m.mu.RUnlock()
	for p := range counts {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b pair) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a.first, b.first), cmp.Compare(a.second, b.second))
	})
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, heading)
	for _, p := range all {
		fmt.Fprintf(b, "%d\t%s\t%s\n", counts[p], p.first, p.second)
	}
	return b.Flush()
}

// Load adds what Save wrote. A file in another form or a damaged line is an error, and the Model keeps what it had before.
func (m *Model) Load(r io.Reader) error {
	read := map[pair]int{}
	lines := bufio.NewScanner(r)
	if !lines.Scan() || lines.Text() != heading {
		return fmt.Errorf("load syllable pairs: no heading %q", heading)
	}
	for n := 2; lines.Scan(); n++ {
		f := strings.Split(lines.Text(), "\t")
		if len(f) != 3 || !known(f[1]) || !known(f[2]) {
			return fmt.Errorf("load syllable pairs: line %d is damaged", n)
		}
		papers, err := strconv.Atoi(f[0])
		if err != nil || papers < 1 || papers > math.MaxInt32 {
			return fmt.Errorf("load syllable pairs: line %d is damaged", n)
		}
		read[pair{f[1], f[2]}] = papers
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("load syllable pairs: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for p, n := range read {
		m.learn(p, n)
	}
	m.prune()
	return nil
}

func known(s string) bool { return s == number || Legal(s) }
