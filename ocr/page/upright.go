package page

import "image"

// upright turns a page image by quarters until it stands as the page is displayed, and then by more. It frees g when it
// returns another image.
func upright(g *image.Gray, toPage Affine, more int) (*image.Gray, Affine) {
	turns, mirrored := toPage.quarter()
	turns = ((turns+more)%4 + 4) % 4
	w, h := g.Rect.Dx(), g.Rect.Dy()
	if mirrored {
		for y := range h {
			row := g.Pix[y*g.Stride : y*g.Stride+w]
			for i, j := 0, w-1; i < j; i, j = i+1, j-1 {
				row[i], row[j] = row[j], row[i]
			}
		}
		toPage = Affine{A: -1, D: 1, E: float64(w)}.Then(toPage)
	}
	switch turns {
	case 2:
		for i, j := 0, len(g.Pix)-1; i < j; i, j = i+1, j-1 {
			g.Pix[i], g.Pix[j] = g.Pix[j], g.Pix[i]
		}
		return g, Affine{A: -1, D: -1, E: float64(w), F: float64(h)}.Then(toPage)
	case 1, 3:
		out := newGray(h, w)
		transpose(out, g, turns == 1)
		freeGray(g)
		if turns == 1 { // clockwise: a point (x, y) came from (y, h - x)
			return out, Affine{B: -1, C: 1, F: float64(h)}.Then(toPage)
		}
		return out, Affine{B: 1, C: -1, E: float64(w)}.Then(toPage)
	}
	return g, toPage
}

// transpose turns src by a quarter into dst, in squares that fit the processor's cache.
func transpose(dst, src *image.Gray, clockwise bool) {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	const square = 64
	for y0 := 0; y0 < h; y0 += square {
		for x0 := 0; x0 < w; x0 += square {
			for y := y0; y < min(y0+square, h); y++ {
				row := src.Pix[y*src.Stride:]
				for x := x0; x < min(x0+square, w); x++ {
					if clockwise {
						dst.Pix[x*dst.Stride+h-1-y] = row[x]
					} else {
						dst.Pix[(w-1-x)*dst.Stride+y] = row[x]
					}
				}
			}
		}
	}
}
