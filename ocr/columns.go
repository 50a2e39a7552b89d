package ocr

import (
	"cmp"
	"slices"
	"strings"

	"sohoa/internal/viet"
	"sohoa/ocr/tesseract"
)

// inColumns puts the two parts of a Vietnamese official paper that are set in two columns into the order a person reads
// them in: the head (issuing agency and number on the left, national motto and date on the right) and the foot (addressees
// on the left, signature on the right; Decree 30/2020, Annex I). The recogniser reads them straight across, so that no
// phrase of two lines stays whole: "BỘ NÔNG NGHIỆP VÀ PHÁT CỘNG HÒA XÃ HỘI … / TRIỂN NÔNG THÔN Độc lập …".
//
// Only where the words that make such a part are found is anything moved; tables and all else stay as they were read.
// Words lie on a levelled image of the given width. The words are put in order in place, their lines numbered anew.
func inColumns(words []tesseract.Word, width int) []tesseract.Word {
	rows := rowsOf(words)
	if len(rows) < 2 {
		return words
	}
	l := layout{width: width, tall: usualHeight(words)}
	if n := l.head(rows); n > 0 {
		words = l.split(words, rows[:n])
		rows = rows[n:]
	}
	if from := l.foot(rows); from >= 0 {
		words = l.split(words, rows[from:from+l.together(rows[from:])])
	}
	return numbered(words)
}

// A row is what stands side by side: one line of the recogniser, or several.
type row struct {
	words       []tesseract.Word
	top, bottom int
}

type layout struct {
	width int // of the page, in pixels
	tall  int // usual height of a word
	left  int // the gutter between the columns, set by together
	right int
}

// usualHeight is the median over the words.
func usualHeight(words []tesseract.Word) int {
	heights := make([]int, len(words))
	for i, w := range words {
		heights[i] = w.Box.Dy()
	}
	slices.Sort(heights)
	return max(heights[len(heights)/2], 1)
}

// rowsOf gathers the recognised lines into rows, from top to bottom.
func rowsOf(words []tesseract.Word) []row {
	lines := map[int]*row{}
	for _, w := range words {
		l := lines[w.Line]
		if l == nil {
			l = &row{top: w.Box.Min.Y, bottom: w.Box.Max.Y}
			lines[w.Line] = l
		}
		l.words = append(l.words, w)
		l.top, l.bottom = min(l.top, w.Box.Min.Y), max(l.bottom, w.Box.Max.Y)
	}
	sorted := make([]*row, 0, len(lines))
	for _, l := range lines {
		sorted = append(sorted, l)
	}
	slices.SortFunc(sorted, func(a, b *row) int {
		return cmp.Or(cmp.Compare(a.top+a.bottom, b.top+b.bottom), cmp.Compare(a.words[0].Line, b.words[0].Line))
	})
	var rows []row
	for _, l := range sorted {
		if n := len(rows); n > 0 && (l.top+l.bottom)/2 < rows[n-1].bottom && l.top < (rows[n-1].top+rows[n-1].bottom)/2 {
			r := &rows[n-1]
			r.words = append(r.words, l.words...)
			r.top, r.bottom = min(r.top, l.top), max(r.bottom, l.bottom)
			continue
		}
		rows = append(rows, *l)
	}
	return rows
}

// mottos stand on the right of the head.
var mottos = []string{"cong hoa xa hoi chu nghia viet nam", "dang cong san viet nam"}

// head returns how many rows at the top of the page are its head, 0 when it has none.
func (l *layout) head(rows []row) int {
	for i := range min(3, len(rows)) {
		text := folded(rows[i].words)
		if !slices.ContainsFunc(mottos, func(m string) bool { _, _, _, ok := viet.Find(text, m, len(m)/5); return ok }) {
			continue
		}
		if n := l.together(rows); n > i+1 {
			return n
		}
	}
	return 0
}

// foot returns the first row of the foot, -1 when there is none.
func (l *layout) foot(rows []row) int {
	for i := len(rows) - 1; i >= 0; i-- {
		var start []tesseract.Word // what stands at the left
		for _, w := range rows[i].words {
			if w.Box.Max.X < l.width/3 {
				start = append(start, w)
			}
		}
		if text := folded(start); len(text) > 12 || viet.Distance(text, "noi nhan", 2) > 2 {
			continue
		}
		// The authority of the signer may stand a little higher.
		if i > 0 && rows[i].top-rows[i-1].bottom < l.tall && leftmost(rows[i-1]) > l.width*2/5 {
			i--
		}
		return i
	}
	return -1
}

func leftmost(r row) int {
	x := r.words[0].Box.Min.X
	for _, w := range r.words {
		x = min(x, w.Box.Min.X)
	}
	return x
}

// together returns how many rows from the first on are set in two columns: one stripe near the middle of the page stays
// free in all of them, and no wide gap lies between them. It remembers the stripe. What nobody is sure of does not count:
// strokes of the seal and the signature cross the stripe.
func (l *layout) together(rows []row) int {
	free := []stripe{{l.width * 3 / 10, l.width * 13 / 20}}
	n := 0
	var lefts, rights int
	for i, r := range rows {
		if i > 0 && r.top-rows[i-1].bottom > 4*l.tall {
			break
		}
		left := free
		for _, w := range r.words {
			if w.Confidence >= 0.5 {
				left = without(left, w.Box.Min.X, w.Box.Max.X)
			}
		}
		left = slices.DeleteFunc(left, func(s stripe) bool { return s.to-s.from < l.tall/2 || !apart(r, s) })
		if len(left) == 0 {
			break
		}
		free = left
		n = i + 1
	}
	if n < 2 {
		return 0
	}
	widest := free[0]
	for _, s := range free {
		if s.to-s.from > widest.to-widest.from {
			widest = s
		}
	}
	l.left, l.right = widest.from, widest.to
	for _, r := range rows[:n] {
		for _, w := range r.words {
			if l.onLeft(w) {
				lefts++
			} else {
				rights++
			}
		}
	}
	if lefts == 0 || rights == 0 {
		return 0
	}
	return n
}

// apart reports that the stripe parts the words of a row: it is no mere space between two words of one line.
func apart(r row, s stripe) bool {
	words := slices.DeleteFunc(slices.Clone(r.words), func(w tesseract.Word) bool { return w.Confidence < 0.5 })
	slices.SortFunc(words, func(a, b tesseract.Word) int { return cmp.Compare(a.Box.Min.X, b.Box.Min.X) })
	var spaces []int
	parting := -1
	for i := 1; i < len(words); i++ {
		from, to := words[i-1].Box.Max.X, words[i].Box.Min.X
		if from <= s.from && s.to <= to {
			parting = to - from
		} else {
			spaces = append(spaces, to-from)
		}
	}
	if parting < 0 || len(spaces) == 0 {
		return true // all on one side, or a word on each
	}
	slices.Sort(spaces)
	return parting >= 2*spaces[len(spaces)/2]
}

func (l *layout) onLeft(w tesseract.Word) bool {
	return w.Box.Min.X+w.Box.Max.X < l.left+l.right
}

// stripe is a part of the page's width.
type stripe struct{ from, to int }

// without cuts a part out of the stripes.
func without(stripes []stripe, from, to int) []stripe {
	var out []stripe
	for _, s := range stripes {
		if to <= s.from || from >= s.to {
			out = append(out, s)
			continue
		}
		if from > s.from {
			out = append(out, stripe{s.from, from})
		}
		if to < s.to {
			out = append(out, stripe{to, s.to})
		}
	}
	return out
}

// split puts the words of the rows, column after column, where the first of them stood. Lines are made distinct by halves:
// numbered counts them again.
func (l *layout) split(words []tesseract.Word, rows []row) []tesseract.Word {
	var columns [2][]tesseract.Word
	moved := map[int]bool{} // lines
	line := -1 - len(words) // below all others
	for column := range columns {
		for _, r := range rows {
			line--
			for _, w := range r.words {
				moved[w.Line] = true
				if l.onLeft(w) == (column == 0) {
					columns[column] = append(columns[column], tesseract.Word{Text: w.Text, Box: w.Box, Confidence: w.Confidence, Line: line})
				}
			}
		}
	}
	out := make([]tesseract.Word, 0, len(words))
	placed := false
	for _, w := range words {
		if !moved[w.Line] {
			out = append(out, w)
			continue
		}
		if !placed {
			out = append(append(out, columns[0]...), columns[1]...)
			placed = true
		}
	}
	return out
}

// numbered counts the lines from 0 in the order of the words.
func numbered(words []tesseract.Word) []tesseract.Word {
	out := slices.Clone(words)
	line := -1
	for i, w := range words {
		if i == 0 || w.Line != words[i-1].Line {
			line++
		}
		out[i].Line = line
	}
	return out
}

// folded is the text of the words without marks, in the order they stand.
func folded(words []tesseract.Word) string {
	var texts []string
	for _, w := range words {
		texts = append(texts, w.Text)
	}
	return strings.Trim(viet.Fold(strings.Join(texts, " ")), " :.,-")
}
