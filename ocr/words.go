package ocr

import (
	"slices"
	"strings"
	"unicode/utf8"

	"sohoa/archive"
	"sohoa/internal/viet"
	"sohoa/ocr/page"
	"sohoa/ocr/tesseract"
)

// placed brings recognised words from pixels to the page as displayed. What lies outside the page is cut off.
func placed(found []tesseract.Word, toPage page.Affine, width, height float64) []archive.Word {
	words := make([]archive.Word, 0, len(found))
	for _, w := range found {
		x0, y0, x1, y1 := toPage.Bounds(float64(w.Box.Min.X), float64(w.Box.Min.Y), float64(w.Box.Max.X), float64(w.Box.Max.Y))
		x0, x1 = max(0, min(x0, width)), max(0, min(x1, width))
		y0, y1 = max(0, min(y0, height)), max(0, min(y1, height))
		words = append(words, archive.Word{
			Text:       w.Text,
			Box:        archive.Box{X0: float32(x0), Y0: float32(y0), X1: float32(x1), Y1: float32(y1)},
			Confidence: w.Confidence,
			Line:       w.Line,
		})
	}
	return words
}

// withStamp adds the words a scanned page carries as text, a signature stamp for example, after those recognised in its
// picture, on lines of their own. Where the picture showed the stamp too, its recognised words give way to the certain ones.
func withStamp(words, stamp []archive.Word) []archive.Word {
	if len(stamp) == 0 {
		return words
	}
	words = slices.DeleteFunc(words, func(w archive.Word) bool {
		return slices.ContainsFunc(stamp, func(s archive.Word) bool { return sameWord(w, s) })
	})
	next := 0
	if n := len(words); n > 0 {
		next = words[n-1].Line + 1
	}
	for _, s := range stamp {
		s.Line += next - stamp[0].Line
		words = append(words, s)
	}
	return words
}

// sameWord reports that a was recognised where b stands and reads much like it.
func sameWord(a, b archive.Word) bool {
	x, y := (a.Box.X0+a.Box.X1)/2, (a.Box.Y0+a.Box.Y1)/2
	if x < b.Box.X0 || x > b.Box.X1 || y < b.Box.Y0 || y > b.Box.Y1 {
		return false
	}
	fa, fb := viet.Fold(a.Text), viet.Fold(b.Text)
	limit := max(utf8.RuneCountInString(fa), utf8.RuneCountInString(fb)) / 2
	return viet.Distance(fa, fb, limit) <= limit
}

// bounded keeps the words that fit into limit bytes of text, and reports whether any had to go.
func bounded(words []archive.Word, limit int) (kept []archive.Word, cut bool) {
	room := limit
	for i, w := range words {
		if room -= len(w.Text) + 1; room < -1 { // the last word has no separator after it
			return words[:i], true
		}
	}
	return words, false
}

// text sets the words in lines.
func text(words []archive.Word) string {
	var b strings.Builder
	for i, w := range words {
		switch {
		case i == 0:
		case w.Line != words[i-1].Line:
			b.WriteByte('\n')
		default:
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
	}
	return b.String()
}

// confidence is the mean over the words, weighted by their letters; 0 without words.
func confidence(words []archive.Word) float32 {
	var sum, n float64
	for _, w := range words {
		letters := float64(utf8.RuneCountInString(w.Text))
		sum += letters * float64(w.Confidence)
		n += letters
	}
	if n == 0 {
		return 0
	}
	return float32(sum / n)
}
