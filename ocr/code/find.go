package code

import (
	"image"
	"slices"
	"strings"
	"unicode"
)

// Kind is the symbology of a code.
type Kind string

const (
	QR      Kind = "qr"
	Code128 Kind = "code128"
	Patch   Kind = "patch" // a patch code; its text is its letter
)

// Code is one code on a page.
type Code struct {
	Kind Kind
	Text string          // valid UTF-8 of at most maxText bytes, without control characters
	Box  image.Rectangle // upright around the code, in pixels of the image
}

// Bounds of what one page may cost.
const (
	maxCodes   = 16   // a page of labels has a dozen; the rest is not decoded
	maxSquares = 24   // cuttings handed to the QR decoder, each some milliseconds: a hostile page could be drawn full of corners
	maxBars    = 500  // lines handed to the bar decoder, each some microseconds: on a page of text a few dozen look like bars
	maxText    = 1000 // bytes; a QR code holds up to 2,953, an identifier or a link never needs them
)

// Find returns the codes on a page, from top to bottom, however they lie. It never fails: what cannot be decoded is not
// there. The image is only read.
func Find(g *image.Gray) []Code {
	size := g.Rect.Size()
	if size.X < 40 || size.Y < 40 {
		return nil
	}
	f := finder{g: g, paper: paperOf(g), squaresLeft: maxSquares, barsLeft: maxBars}
	f.rows(f.across(), true)
	f.rows(f.down(), false)
	f.squares()
	slices.SortStableFunc(f.codes, func(a, b Code) int { return a.Box.Min.Y - b.Box.Min.Y })
	return f.codes
}

// finder is one call of Find.
type finder struct {
	g           *image.Gray
	paper       paper
	corners     []corner
	codes       []Code
	squaresLeft int
	barsLeft    int
}

// try spends one of the attempts left.
func (f *finder) try(left *int) bool {
	*left--
	return *left >= 0 && len(f.codes) < maxCodes
}

// found keeps a decoded code unless one of its kind lies there already.
func (f *finder) found(k Kind, text string, box image.Rectangle) {
	box = box.Intersect(f.g.Rect)
	if text = cleaned(text); text == "" || box.Empty() {
		return
	}
	for _, c := range f.codes {
		if c.Kind == k && c.Box.Overlaps(box) {
			return
		}
	}
	f.codes = append(f.codes, Code{k, text, box})
}

// known reports that a point lies on a code that was decoded.
func (f *finder) known(x, y int) bool {
	return slices.ContainsFunc(f.codes, func(c Code) bool { return image.Pt(x, y).In(c.Box) })
}

// cleaned makes what a code says fit to keep.
func cleaned(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s))
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return s
}
