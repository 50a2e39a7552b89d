package ocr

import (
	"fmt"
	"image"
	"strings"
	"testing"

	"sohoa/ocr/tesseract"
)

// wordsAt makes words of 60 × 30 pixels at the given places, line by line.
func wordsAt(lines int, xs ...int) []tesseract.Word {
	var out []tesseract.Word
	for l := range lines {
		for _, x := range xs {
			out = append(out, tesseract.Word{Text: fmt.Sprintf("%d.%d", x, l), Confidence: 0.9, Line: l, Box: image.Rect(x, 60+l*50, x+60, 90+l*50)})
		}
	}
	return out
}

func TestSpread(t *testing.T) {
	text := []int{100, 180, 260, 340, 420, 500, 1100, 1180, 1260, 1340, 1420, 1500}
	for _, c := range []struct {
		reason string
		words  []tesseract.Word
		w, h   int
		want   bool
	}{
		{"two pages", wordsAt(20, text...), 1700, 1200, true},
		{"a page that stands", wordsAt(20, text...), 1200, 1700, false},
		{"a wide page of text", wordsAt(20, append(text, 770, 835, 900)...), 1700, 1200, false},
		{"a wide table", wordsAt(30, 100, 300, 1100, 1300), 1700, 1200, false},
		{"next to nothing", wordsAt(2, text...), 1700, 1200, false},
	} {
		if fold, ok := spread(c.words, c.w, c.h); ok != c.want || ok && (fold < 765 || fold > 935) {
			t.Errorf("%s: %d, %v", c.reason, fold, ok)
		}
	}
	got := inOrder(wordsAt(20, text...), 1700, 1200)
	if len(got) != 240 || !strings.HasPrefix(got[119].Text, "500.19") || got[120].Text != "1100.0" || got[120].Line != 20 || got[239].Line != 39 || got[120].Box.Min.X != 1100 {
		t.Errorf("%d words, %+v, %+v", len(got), got[119], got[120])
	}
}
