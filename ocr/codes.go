package ocr

import (
	"context"
	"image"
	"slices"

	"sohoa/archive"
	"sohoa/ocr/code"
	"sohoa/ocr/page"
)

// codes decodes what codes stand on the image of a page, puts them into its reading, and returns where they stand: nothing is
// to be recognised there, because bars and squares come out as letters.
func (s *sheet) codes(m image.Image, toPage page.Affine) []page.Rect {
	return s.decode(m, toPage, true)
}

// decode is codes; patches says whether bars may be a patch code.
func (s *sheet) decode(m image.Image, toPage page.Affine, patches bool) []page.Rect {
	var masks []page.Rect
	for _, c := range code.Find(page.Bright(m)) {
		if c.Kind == code.Patch && !patches {
			continue
		}
		// Pixels count from the corner of the image, wherever its rectangle begins.
		b := c.Box.Sub(m.Bounds().Min)
		x0, y0, x1, y1 := toPage.Bounds(float64(b.Min.X), float64(b.Min.Y), float64(b.Max.X), float64(b.Max.Y))
		x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, s.reading.Width), min(y1, s.reading.Height)
		if x0 >= x1 || y0 >= y1 {
			continue
		}
		masks = append(masks, page.Rect{X0: x0, Y0: y0, X1: x1, Y1: y1})
		s.code(archive.Code{Kind: archive.CodeKind(c.Kind), Text: c.Text,
			Box: archive.Box{X0: float32(x0), Y0: float32(y0), X1: float32(x1), Y1: float32(y1)}})
	}
	if _, is := archive.SeparatorOf(s.reading.Codes); is {
		s.find(codeSeparator)
	}
	return masks
}

// code puts a code into the reading, among the others from top to bottom, unless it stands there: a code stamped over a scan may be found
// in the drawing of the page as well.
func (s *sheet) code(c archive.Code) {
	at := len(s.reading.Codes)
	for i, o := range s.reading.Codes {
		if o.Kind == c.Kind && o.Text == c.Text && o.Box.X0 < c.Box.X1 && c.Box.X0 < o.Box.X1 && o.Box.Y0 < c.Box.Y1 && c.Box.Y0 < o.Box.Y1 {
			return
		}
		if at > i && o.Box.Y0 > c.Box.Y0 {
			at = i
		}
	}
	s.reading.Codes = slices.Insert(s.reading.Codes, at, c)
}

// Imprinted is a Paper that knows the places of a page, beside the scan of it, where a code may be printed.
type Imprinted interface {
	// Imprints gives pictures of those places of page n, each with the matrix from its pixels to points of the page as displayed.
	Imprints(ctx context.Context, n int, each func(m *image.Gray, toPage [6]float64)) error
}

// imprints decodes what codes stand on a page beside the picture that is recognised: on a page of text, that is all there are. A place that
// cannot be drawn costs its code only.
func (r *run) imprints(ctx context.Context, s *sheet) {
	p, is := r.paper.(Imprinted)
	if !is {
		return
	}
	err := p.Imprints(ctx, s.reading.Number, func(m *image.Gray, to [6]float64) {
		// Nobody prints patch codes from a program, and the bars of a chart look like one.
		s.decode(m, page.Affine{A: to[0], B: to[1], C: to[2], D: to[3], E: to[4], F: to[5]}, false)
	})
	if err != nil && ctx.Err() == nil {
		r.log.Info("places of codes could not be drawn", "page", s.reading.Number, "reason", err)
	}
}
