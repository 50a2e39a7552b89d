package page

import "image"

// darkMost is how much of a page must be dark for it to be looked at as a negative.
const darkMost = 0.6

// negative reports that a page shows light letters on dark ground, as old microfilm and plans do: most of it is dark, and
// turned into its opposite it holds letters. A page that is dark because the lid stood open holds none.
func negative(g *image.Gray) bool {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	dark, all := 0, 0
	for y := 0; y < h; y += 4 {
		for x := 0; x < w; x += 4 {
			if g.Pix[y*g.Stride+x] < 110 {
				dark++
			}
			all++
		}
	}
	if float64(dark) < darkMost*float64(all) {
		return false
	}
	opposite := newGray(w, h)
	defer freeGray(opposite)
	for y := range h {
		copy(opposite.Pix[y*w:(y+1)*w], g.Pix[y*g.Stride:y*g.Stride+w])
	}
	invert(opposite)
	level(opposite)
	b := halve(opposite)
	defer b.free()
	return weigh(b).Letters >= 40
}

func invert(g *image.Gray) {
	w := g.Rect.Dx()
	for y := range g.Rect.Dy() {
		row := g.Pix[y*g.Stride : y*g.Stride+w]
		for x, v := range row {
			row[x] = 255 - v
		}
	}
}
