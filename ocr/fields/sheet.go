package fields

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// word is one word with its place on the levelled page: the scan's skew is taken out, so that a line is a line.
type word struct {
	text, fold     string
	conf           float32
	x0, y0, x1, y1 float64
	box            archive.Box // as displayed
	line           int
}

// run is a stretch of words that stand together: a line, or the part of it in one column.
type run struct {
	words          []word
	text, fold     string
	x0, y0, x1, y1 float64
	tall           float64 // usual height of its words
}

// sheet is one page.
type sheet struct {
	number        int
	width, height float64
	runs          []run   // down the page, then from left to right
	left, right   float64 // margins: where full lines begin and end
	tall          float64 // usual height of a word
}

func newSheet(r *archive.PageReading) *sheet {
	s := &sheet{number: r.Number, width: r.Width, height: r.Height}
	if !(s.width > 1 && s.width < 1e5 && s.height > 1 && s.height < 1e5) {
		return nil
	}
	words := s.words(r.Words[:min(len(r.Words), maxWords)])
	if len(words) == 0 {
		return nil
	}
	s.level(words)
	heights := make([]float64, len(words))
	for i, w := range words {
		heights[i] = w.y1 - w.y0
	}
	s.tall = max(median(heights), 1)
	for _, line := range lines(words) {
		s.runs = append(s.runs, s.parted(line, 1.5)...)
	}
	s.sort()
	s.runs = s.runs[:min(len(s.runs), maxRuns)]
	s.rejoin()
	s.margins()
	return s
}

// rejoin puts together what stands on one line no further apart than words do, and was read as two.
func (s *sheet) rejoin() {
	for i := 0; i < len(s.runs); i++ {
		for j := i + 1; j < len(s.runs) && j < i+8; j++ {
			a, b := s.runs[i], s.runs[j]
			if !a.beside(b) {
				continue
			}
			if b.x0 < a.x0 {
				a, b = b, a
			}
			if gap := b.x0 - a.x1; gap < -0.3*s.tall || gap > 0.7*s.tall || a.conf() < 0.4 || b.conf() < 0.4 {
				continue
			}
			s.runs[i] = newRun(slices.Concat(a.words, b.words))
			s.runs = slices.Delete(s.runs, j, j+1)
			j = i
		}
	}
	s.sort()
}

func (s *sheet) sort() {
	slices.SortStableFunc(s.runs, func(a, b run) int { return cmp.Or(cmp.Compare(a.y0+a.y1, b.y0+b.y1), cmp.Compare(a.x0, b.x0)) })
}

// words leaves out what is no word: boxes that are none, and specks that were read as signs with no certainty.
func (s *sheet) words(in []archive.Word) []word {
	out := make([]word, 0, len(in))
	for _, w := range in {
		b := w.Box
		sum := float64(b.X0) + float64(b.Y0) + float64(b.X1) + float64(b.Y1)
		if math.IsNaN(sum) || math.Abs(sum) > 1e6 || b.X1 < b.X0 || b.Y1 < b.Y0 || len(w.Text) > maxWord {
			continue
		}
		conf := w.Confidence
		if !(conf >= 0 && conf <= 1) {
			conf = 0
		}
		fold := viet.Fold(w.Text)
		if fold == "" || conf < 0.3 && !hasWord(fold) {
			continue
		}
		out = append(out, word{text: viet.NFC(w.Text), fold: fold, conf: conf, x0: float64(b.X0), y0: float64(b.Y0), x1: float64(b.X1), y1: float64(b.Y1), box: b, line: w.Line})
	}
	return out
}

func hasWord(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// level turns the words by the slope of the long lines, about the middle of the page.
func (s *sheet) level(words []word) {
	var slopes []float64
	for _, l := range lines(words) {
		a, b := l[0], l[len(l)-1]
		if d := b.x0 + b.x1 - a.x0 - a.x1; len(l) >= 5 && d > s.width/2 { // twice a quarter of the page
			slopes = append(slopes, (b.y0+b.y1-a.y0-a.y1)/d)
		}
	}
	if len(slopes) < 3 {
		return
	}
	slope := median(slopes)
	if math.Abs(slope) > 0.15 {
		return
	}
	for i := range words {
		w := &words[i]
		dx, dy := slope*((w.y0+w.y1)/2-s.height/2), -slope*((w.x0+w.x1)/2-s.width/2)
		w.x0, w.x1, w.y0, w.y1 = w.x0+dx, w.x1+dx, w.y0+dy, w.y1+dy
	}
}

// lines gathers words of one line number, each from left to right, in the order the lines were read.
func lines(words []word) [][]word {
	at := map[int]int{}
	var out [][]word
	for _, w := range words {
		i, ok := at[w.line]
		if !ok {
			i = len(out)
			at[w.line] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], w)
	}
	for _, l := range out {
		slices.SortStableFunc(l, func(a, b word) int { return cmp.Compare(a.x0, b.x0) })
	}
	return out
}

// parted cuts a line where a gap is wider than so many times its height: there one column ends and another begins.
func (s *sheet) parted(line []word, times float64) []run {
	heights := make([]float64, len(line))
	for i, w := range line {
		heights[i] = w.y1 - w.y0
	}
	limit := times * max(min(median(heights), 2*s.tall), 0.5*s.tall)
	var out []run
	from := 0
	for i := 1; i <= len(line); i++ {
		if i == len(line) || line[i].x0-line[i-1].x1 > limit {
			out = append(out, newRun(line[from:i]))
			from = i
		}
	}
	return out
}

func newRun(words []word) run {
	r := run{words: words, x0: words[0].x0, y0: words[0].y0, x1: words[0].x1, y1: words[0].y1}
	var texts, folds []string
	heights := make([]float64, len(words))
	for i, w := range words {
		r.x0, r.y0, r.x1, r.y1 = min(r.x0, w.x0), min(r.y0, w.y0), max(r.x1, w.x1), max(r.y1, w.y1)
		texts, folds = append(texts, w.text), append(folds, w.fold)
		heights[i] = w.y1 - w.y0
	}
	r.text, r.fold = strings.Join(texts, " "), strings.Join(folds, " ")
	r.tall = median(heights)
	// One stroke of a signature must not make a line tall: its place is that of its usual word.
	if r.y1-r.y0 > 2.2*r.tall && len(words) > 2 {
		tops := make([]float64, len(words))
		for i, w := range words {
			tops[i] = (w.y0 + w.y1) / 2
		}
		m := median(tops)
		r.y0, r.y1 = m-r.tall/2, m+r.tall/2
	}
	return r
}

func (r run) cx() float64   { return (r.x0 + r.x1) / 2 }
func (r run) cy() float64   { return (r.y0 + r.y1) / 2 }
func (r run) wide() float64 { return r.x1 - r.x0 }

// beside reports that two runs stand on one line.
func (r run) beside(o run) bool { return math.Abs(r.cy()-o.cy()) < 0.6*max(min(r.tall, o.tall), 4) }

// conf is the certainty of the words, weighted by length.
func (r run) conf() float32 {
	var sum, n float32
	for _, w := range r.words {
		l := float32(len(w.text))
		sum, n = sum+l*w.conf, n+l
	}
	return sum / max(n, 1)
}

// capitals is the share of letters that are upper case, 0 without letters.
func capitals(s string) float64 {
	var up, all float64
	for _, r := range s {
		if unicode.IsLetter(r) {
			all++
			if unicode.IsUpper(r) {
				up++
			}
		}
	}
	if all == 0 {
		return 0
	}
	return up / all
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// margins are where the wide runs begin and end: the median of their ends.
func (s *sheet) margins() {
	var l, r []float64
	for _, u := range s.runs {
		if u.wide() > 0.6*s.width {
			l, r = append(l, u.x0), append(r, u.x1)
		}
	}
	s.left, s.right = s.width*0.13, s.width*0.92
	if len(l) >= 3 {
		slices.Sort(l)
		slices.Sort(r)
		s.left, s.right = l[len(l)/4], r[len(r)*3/4]
		s.left = s.flush(s.left)
	}
}

// flush returns where lines begin that are not indented: on a paper of short paragraphs most full lines are first ones. It
// takes the leftmost place where two lines of some length begin, and at most an indent before the given one.
func (s *sheet) flush(left float64) float64 {
	var begins []float64
	for _, u := range s.runs {
		if u.wide() > 0.33*s.width && u.x0 > left-0.09*s.width && u.x0 <= left {
			begins = append(begins, u.x0)
		}
	}
	slices.Sort(begins)
	for i := 1; i < len(begins); i++ {
		if begins[i]-begins[i-1] < 0.01*s.width {
			return begins[i]
		}
	}
	return left
}

// centred reports that a run stands in the middle between the margins or of the page.
func (s *sheet) centred(r run) bool {
	off := 0.035 * s.width
	if r.wide() > 0.6*s.width {
		off = 0.018 * s.width // an indented first line is half an indent off
	}
	return math.Abs(r.cx()-(s.left+s.right)/2) < off
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Clone(v)
	slices.Sort(v)
	return v[len(v)/2]
}

// tidy is a value as people would type it: one space between words, nothing at the ends that belongs to no word.
func tidy(s string) string {
	return strings.Trim(strings.Join(strings.Fields(s), " "), " ,;:.-–—_|*\"'“”‘’`~/\\")
}
