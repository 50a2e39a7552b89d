package ocr

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"sohoa/internal/viet"
)

// score is how far a reading is from what stands on the paper.
type score struct {
	letters, wrong int // characters of the truth; to be changed for it
	words, changed int // words of the truth; to be changed for it, in order
	lost           int // words of the truth that are nowhere in the reading, in whatever order: reading order costs nothing here
	marks          int // words with the right letters and wrong marks or tones
}

func (s score) plus(o score) score {
	return score{s.letters + o.letters, s.wrong + o.wrong, s.words + o.words, s.changed + o.changed, s.lost + o.lost, s.marks + o.marks}
}

func part(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }

func (s score) cer() float64  { return part(s.wrong, s.letters) }
func (s score) wer() float64  { return part(s.changed, s.words) }
func (s score) bag() float64  { return part(s.lost, s.words) }
func (s score) tone() float64 { return part(s.marks, s.words) }

func (s score) String() string {
	return fmt.Sprintf("CER %5.2f %%  WER %5.2f %%  bagWER %5.2f %%  tone errors %5.2f %%", s.cer(), s.wer(), s.bag(), s.tone())
}

// truth returns the legal reading orders of a synthetic paper.
func truth(t testing.TB, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var g struct{ Variants []string }
	if err := json.Unmarshal(b, &g); err != nil || len(g.Variants) == 0 {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return g.Variants
}

// against compares a reading with the nearest of the legal reading orders, as ../shared/tools/cer does.
func against(variants []string, got string) score {
	have := levelled(got)
	best, fewest := "", 1<<30
	for _, v := range variants {
		if n := distance(strings.Fields(levelled(v)), strings.Fields(have)); n < fewest {
			best, fewest = levelled(v), n
		}
	}
	s := score{letters: len([]rune(best)), wrong: distance([]rune(best), []rune(have)), changed: fewest}
	bag := map[string]int{}
	for _, w := range strings.Fields(have) {
		bag[w]++
	}
	for _, w := range strings.Fields(best) {
		s.words++
		if bag[w]--; bag[w] < 0 {
			s.lost++
		}
	}
	for _, p := range aligned(strings.Fields(best), strings.Fields(have)) {
		if p[0] != p[1] && p[0] != "" && viet.Fold(p[0]) == viet.Fold(p[1]) {
			s.marks++
		}
	}
	return s
}

var hyphen = regexp.MustCompile(`(\pL)-\s*\n\s*(\pL)`)

// levelled leaves out what counts as no difference: kinds of dashes, quotes and white space.
func levelled(s string) string {
	s = strings.NewReplacer("–", "-", "—", "-", "’", "'", "‘", "'", "“", `"`, "”", `"`, "|", " ", "\f", " ").Replace(norm.NFC.String(s))
	return strings.Join(strings.Fields(hyphen.ReplaceAllString(s, "$1-$2")), " ")
}

func distance[T comparable](a, b []T) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// aligned sets the words of a and b side by side with the fewest changes, "" where one has no partner. A change of marks
// costs less than one of letters, so that words stand beside what they were read as.
func aligned(a, b []string) [][2]string {
	const skip, change, mark = 4, 6, 1
	cost := make([][]int, len(a)+1)
	step := func(i, j int) int {
		switch {
		case a[i] == b[j]:
			return 0
		case viet.Fold(a[i]) == viet.Fold(b[j]):
			return mark
		}
		return change
	}
	for i := range cost {
		cost[i] = make([]int, len(b)+1)
		for j := range cost[i] {
			switch {
			case i == 0 || j == 0:
				cost[i][j] = skip * (i + j)
			default:
				cost[i][j] = min(cost[i-1][j-1]+step(i-1, j-1), cost[i-1][j]+skip, cost[i][j-1]+skip)
			}
		}
	}
	pairs := make([][2]string, 0, max(len(a), len(b)))
	for i, j := len(a), len(b); i > 0 || j > 0; {
		switch {
		case i > 0 && j > 0 && cost[i][j] == cost[i-1][j-1]+step(i-1, j-1):
			i, j = i-1, j-1
			pairs = append(pairs, [2]string{a[i], b[j]})
		case i > 0 && cost[i][j] == cost[i-1][j]+skip:
			i--
			pairs = append(pairs, [2]string{a[i], ""})
		default:
			j--
			pairs = append(pairs, [2]string{"", b[j]})
		}
	}
	return pairs
}

func TestScore(t *testing.T) {
	for _, c := range []struct {
		reason, truth, got string
		want               score
	}{
		{"nothing wrong but dashes and spaces", "Điều 1 – Giao Sở", "Điều 1  - Giao\nSở", score{letters: 16, words: 5}},
		{"a mark", "Thông tư số 1", "Thông tự số 1", score{letters: 13, wrong: 1, words: 4, changed: 1, lost: 1, marks: 1}},
		{"letters", "Thông tư số 1", "Thong ta số 1", score{letters: 13, wrong: 2, words: 4, changed: 2, lost: 2, marks: 1}},
		{"order", "a b", "b a", score{letters: 3, wrong: 2, words: 2, changed: 2}},
		{"one too many", "a b", "a x b", score{letters: 3, wrong: 2, words: 2, changed: 1}},
	} {
		if got := against([]string{c.truth}, c.got); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.reason, got, c.want)
		}
	}
}
