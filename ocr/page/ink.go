package page

import "image"

// bitmap is a page at about half of its resolution, a byte per pixel: 1 is ink.
type bitmap struct {
	w, h int
	ink  []byte
}

// inkBelow is the brightness under which a pixel is ink on a levelled page. Print shining through from the back of the
// sheet and pencil smudges lie above it.
const inkBelow = 150

// free gives the pixels back. Nobody may use them afterwards.
func (b bitmap) free() { freeGray(&image.Gray{Pix: b.ink}) }

// halve returns the ink of a levelled page, two pixels by two becoming one.
func halve(g *image.Gray) bitmap {
	w, h := g.Rect.Dx()/2, g.Rect.Dy()/2
	b := bitmap{w, h, newGray(w, h).Pix}
	for y := range h {
		top := g.Pix[2*y*g.Stride:][:2*w]
		bottom := g.Pix[(2*y+1)*g.Stride:][:2*w]
		out := b.ink[y*w : (y+1)*w]
		for x := range out {
			out[x] = 0
			if int(top[2*x])+int(top[2*x+1])+int(bottom[2*x])+int(bottom[2*x+1]) < 4*inkBelow {
				out[x] = 1
			}
		}
	}
	return b
}
