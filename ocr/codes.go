package ocr

import (
	"image"

	"sohoa/archive"
	"sohoa/ocr/code"
	"sohoa/ocr/page"
)

// codes decodes what codes stand on the image of a page, puts them into its reading, and returns where they stand: nothing is
// to be recognised there, because bars and squares come out as letters.
func (s *sheet) codes(m image.Image, toPage page.Affine) []page.Rect {
	var masks []page.Rect
	for _, c := range code.Find(page.Bright(m)) {
		// Pixels count from the corner of the image, wherever its rectangle begins.
		b := c.Box.Sub(m.Bounds().Min)
		x0, y0, x1, y1 := toPage.Bounds(float64(b.Min.X), float64(b.Min.Y), float64(b.Max.X), float64(b.Max.Y))
		x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, s.reading.Width), min(y1, s.reading.Height)
		if x0 >= x1 || y0 >= y1 {
			continue
		}
		masks = append(masks, page.Rect{X0: x0, Y0: y0, X1: x1, Y1: y1})
		s.reading.Codes = append(s.reading.Codes, archive.Code{Kind: archive.CodeKind(c.Kind), Text: c.Text,
			Box: archive.Box{X0: float32(x0), Y0: float32(y0), X1: float32(x1), Y1: float32(y1)}})
	}
	if _, is := archive.SeparatorOf(s.reading.Codes); is {
		s.find(codeSeparator)
	}
	return masks
}
