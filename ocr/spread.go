package ocr

import (
	"image"
	"slices"

	"sohoa/ocr/tesseract"
)

// inOrder puts the words of a page into the order a person reads them in: two pages that were scanned side by side one after
// the other, each with its columns.
func inOrder(words []tesseract.Word, width, height int) []tesseract.Word {
	fold, ok := spread(words, width, height)
	if !ok {
		return inColumns(words, width)
	}
	var sides [2][]tesseract.Word
	for _, w := range words {
		side := 0
		if w.Box.Min.X+w.Box.Max.X > 2*fold {
			side = 1
			w.Box = w.Box.Sub(image.Pt(fold, 0))
		}
		sides[side] = append(sides[side], w)
	}
	left, right := inColumns(sides[0], fold), inColumns(sides[1], width-fold)
	lines := 0
	if n := len(left); n > 0 {
		lines = left[n-1].Line + 1
	}
	for _, w := range right {
		w.Box = w.Box.Add(image.Pt(fold, 0))
		w.Line += lines
		left = append(left, w)
	}
	return left
}

// spread finds the fold between two pages that lie side by side: on a wide sheet a stripe near the middle over which no
// certain word stands, though much stands on both sides of it from top to bottom.
func spread(words []tesseract.Word, width, height int) (fold int, ok bool) {
	const enough = 40 // words on each side
	if width*10 < height*12 || len(words) < 2*enough {
		return 0, false
	}
	free := []stripe{{width * 9 / 20, width * 11 / 20}}
	for _, w := range words {
		if w.Confidence >= 0.5 {
			free = without(free, w.Box.Min.X, w.Box.Max.X)
		}
	}
	free = slices.DeleteFunc(free, func(s stripe) bool { return s.to-s.from < width/50 })
	if len(free) == 0 {
		return 0, false
	}
	widest := slices.MaxFunc(free, func(a, b stripe) int { return (a.to - a.from) - (b.to - b.from) })
	fold = (widest.from + widest.to) / 2
	var count, lines [2]int
	last := [2]int{-1, -1}
	for _, w := range words {
		side := 0
		if w.Box.Min.X+w.Box.Max.X > 2*fold {
			side = 1
		}
		count[side]++
		if w.Line != last[side] {
			lines[side]++
			last[side] = w.Line
		}
	}
	for side := range count {
		// Running text fills its lines; the columns of a wide table do not.
		if count[side] < enough || count[side] < 4*lines[side] {
			return 0, false
		}
	}
	return fold, true
}
