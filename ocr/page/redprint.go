package page

import (
	"image"
	"math"
)

// Red print: the red channel drops seals, and with them whatever else is red: the title of a land certificate, "HỎA TỐC",
// a name set in red. This file finds red ink that lies in lines, and what the page shows there in all colours is put back.
// Seals are as high as they are wide and stay dropped.

const (
	redDPI    = 50   // of the map of red ink
	redStrong = 50   // how far above the brightness the red of a pixel lies in red ink; pink paper stays below
	redPart   = 0.12 // of a cell that must be strong for the cell to count
	lineHigh  = 15.0 // millimetres: a higher patch is a seal
	lineLong  = 2.5  // times its height: a shorter patch is a seal or a sign
	joinWide  = 3    // cells to either side that belong to the same line of print: the space between its words
	joinHigh  = 1
)

// redLines returns where lines of red print stand on a colour scan of the given resolution, in its pixels counted from
// the top left. Images that cannot show colour have none.
func redLines(src image.Image, dpi float64) []image.Rectangle {
	red := redness(src)
	if red == nil {
		return nil
	}
	b := src.Bounds()
	cell := max(1, int(math.Round(dpi/redDPI)))
	m := bitmap{w: b.Dx() / cell, h: b.Dy() / cell}
	if m.w < 2 || m.h < 2 {
		return nil
	}
	m.ink = newGray(m.w, m.h).Pix
	defer m.free()
	line := make([]bool, b.Dx())
	strong := make([]int, m.w)
	all := 0
	for y := range m.h {
		clear(strong)
		for i := range cell {
			red(line, y*cell+i)
			for x := range strong {
				for _, is := range line[x*cell : (x+1)*cell] {
					if is {
						strong[x]++
					}
				}
			}
		}
		for x, n := range strong {
			m.ink[y*m.w+x] = 0
			if float64(n) >= redPart*float64(cell*cell) {
				m.ink[y*m.w+x] = 1
				all++
			}
		}
	}
	if all == 0 {
		return nil
	}
	joined := m.grown(joinWide, joinHigh)
	defer joined.free()
	var lines []image.Rectangle
	mm := redDPI / 25.4
	pieces(joined, func(p piece) {
		w, h := p.x1-p.x0-2*joinWide, p.y1-p.y0-2*joinHigh
		if float64(h) > lineHigh*mm || float64(w) < lineLong*float64(h) || float64(w) < 5*mm || h < 1 {
			return
		}
		lines = append(lines, image.Rect((p.x0+joinWide-1)*cell, (p.y0+joinHigh-1)*cell, (p.x1-joinWide+1)*cell, (p.y1-joinHigh+1)*cell).
			Intersect(image.Rect(0, 0, b.Dx(), b.Dy())))
	})
	return lines
}

// grown returns the bitmap with every pixel of ink widened to both sides and heightened up and down. A pixel at the border
// stays inside.
func (b bitmap) grown(wide, high int) bitmap {
	g := bitmap{b.w, b.h, newGray(b.w, b.h).Pix}
	clear(g.ink)
	for y := range b.h {
		for x := range b.w {
			if b.ink[y*b.w+x] == 0 {
				continue
			}
			for yy := max(0, y-high); yy <= min(b.h-1, y+high); yy++ {
				row := g.ink[yy*b.w+max(0, x-wide) : yy*b.w+min(b.w, x+wide+1)]
				for i := range row {
					row[i] = 1
				}
			}
		}
	}
	return g
}

// redness returns a function that tells of every pixel of row y whether it is red ink, or nil when src shows no colour.
func redness(src image.Image) func(dst []bool, y int) {
	b := src.Bounds()
	switch m := src.(type) {
	case *image.YCbCr:
		// In JFIF red - Y is 1.402·(Cr - 128).
		const least = 128 + redStrong*1000/1402
		return func(dst []bool, y int) {
			for x := range dst {
				dst[x] = m.Cr[m.COffset(b.Min.X+x, b.Min.Y+y)] >= least
			}
		}
	case *image.RGBA:
		return func(dst []bool, y int) {
			row := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range dst {
				dst[x] = int(row[4*x])-brightness(row[4*x], row[4*x+1], row[4*x+2]) >= redStrong
			}
		}
	case *image.NRGBA:
		return func(dst []bool, y int) {
			row := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range dst {
				dst[x] = row[4*x+3] >= 128 && int(row[4*x])-brightness(row[4*x], row[4*x+1], row[4*x+2]) >= redStrong
			}
		}
	case *image.Paletted:
		var is [256]bool
		for i, c := range m.Palette {
			r, g, b, a := c.RGBA()
			is[i] = a >= 0x8000 && int(r>>8)-brightness(byte(r>>8), byte(g>>8), byte(b>>8)) >= redStrong
		}
		return func(dst []bool, y int) {
			row := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range dst {
				dst[x] = is[row[x]]
			}
		}
	}
	return nil // gray; CMYK scans are too rare to be worth it
}

// brightness is the Y of JFIF.
func brightness(r, g, b byte) int { return (299*int(r) + 587*int(g) + 114*int(b)) / 1000 }

// withRedPrint puts lines of red print back into g, the red channel of src at another resolution.
func withRedPrint(g *image.Gray, src image.Image, dpi float64) {
	lines := redLines(src, dpi)
	if len(lines) == 0 {
		return
	}
	b := src.Bounds()
	fx, fy := float64(b.Dx())/float64(g.Rect.Dx()), float64(b.Dy())/float64(g.Rect.Dy())
	for _, r := range lines {
		part, ok := src.(interface {
			SubImage(image.Rectangle) image.Image
		})
		// Whole pixels of g, and the pixels of src that make them.
		to := image.Rect(int(math.Floor(float64(r.Min.X)/fx)), int(math.Floor(float64(r.Min.Y)/fy)),
			int(math.Ceil(float64(r.Max.X)/fx)), int(math.Ceil(float64(r.Max.Y)/fy))).Intersect(g.Rect)
		from := image.Rect(int(float64(to.Min.X)*fx), int(float64(to.Min.Y)*fy), int(float64(to.Max.X)*fx), int(float64(to.Max.Y)*fy)).
			Intersect(image.Rect(0, 0, b.Dx(), b.Dy()))
		if !ok || to.Empty() || from.Dx() < to.Dx() || from.Dy() < to.Dy() {
			continue
		}
		all := shrinkBy(part.SubImage(from.Add(b.Min)), to.Dx(), to.Dy(), brightRow)
		for y := range to.Dy() {
			dst := g.Pix[(to.Min.Y+y)*g.Stride+to.Min.X:]
			for x, v := range all.Pix[y*to.Dx() : (y+1)*to.Dx()] {
				dst[x] = min(dst[x], v)
			}
		}
		freeGray(all)
	}
}
