package page

import "image"

const (
	inkDark    = 130 // print of this side is darker somewhere in its neighbourhood
	ghostFrom  = 140 // print of the other side, shining through a levelled page, lies between these
	ghostTo    = 215
	ghostCell  = 4    // pixels: the side of the squares in which dark ink is looked for; their neighbours count as well
	ghostShare = 0.25 // of ghosts to ink from which the page is taken to be thin; noisy scans reach 0.12, thin paper 0.6
	ghostWhite = 175  // what is brighter becomes white on a thin page, also beside ink
)

// unghost paints print white that shines through from the other side of a thin sheet, in place: what is gray and has no dark
// ink near, and beside ink what is rather bright. It does so only where there is much of it: on other pages the same gray is
// a pencil's, a worn stamp's, or the edge of a letter.
func unghost(g *image.Gray) bool {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	cols, rows := (w+ghostCell-1)/ghostCell, (h+ghostCell-1)/ghostCell
	if cols < 3 || rows < 3 {
		return false
	}
	dark := bitmap{cols, rows, make([]byte, cols*rows)}
	ink := 0
	for y := range h {
		row := g.Pix[y*g.Stride : y*g.Stride+w]
		cells := dark.ink[y/ghostCell*cols:]
		for x, v := range row {
			if v < inkDark {
				cells[x/ghostCell] = 1
				ink++
			}
		}
	}
	near := dark.grown(1, 1)
	defer near.free()
	each := func(do func(row []byte)) {
		for y := range h {
			for c := range cols {
				if near.ink[y/ghostCell*cols+c] == 0 {
					do(g.Pix[y*g.Stride+c*ghostCell : y*g.Stride+min((c+1)*ghostCell, w)])
				}
			}
		}
	}
	ghosts := 0
	each(func(row []byte) {
		for _, v := range row {
			if v >= ghostFrom && v < ghostTo {
				ghosts++
			}
		}
	})
	if float64(ghosts) < ghostShare*float64(ink) {
		return false
	}
	each(func(row []byte) {
		for x := range row {
			row[x] = 255
		}
	})
	for y := range h {
		row := g.Pix[y*g.Stride : y*g.Stride+w]
		for x, v := range row {
			row[x] = byte(min(int(v)*255/ghostWhite, 255))
		}
	}
	return true
}
