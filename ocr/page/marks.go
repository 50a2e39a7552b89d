package page

// Ink tells what stands on a page. Its pieces are counted as far as they hang together; those that touch the border (edges
// of the scanner's glass), specks, punched holes and long thin lines (folds, streaks) are not.
type Ink struct {
	Letters int     // pieces of the size of letters
	Figures int     // larger pieces: signatures, drawings, stamps
	Share   float64 // of the page inside its margins that is dark
}

// Blank reports that there is nothing but a speck.
func (i Ink) Blank() bool { return i.Letters <= 1 && i.Dirt() }

// Dirt reports that there is no more than dust, folds and shadows leave on an empty page. It may also be a page number.
func (i Ink) Dirt() bool { return i.Letters <= 12 && i.Figures == 0 && i.Share < 0.005 }

// Sizes of pieces in pixels of a bitmap, that is, at about 100 dpi: a quarter of a millimetre each.
const (
	speckSide   = 4   // letters of 6 points are taller
	speckInk    = 8   // pixels
	letterSide  = 60  // 15 mm
	holeSide    = 14  // a punched hole has 5 to 8 mm, a filled letter of that size is rare
	holeFill    = 0.6 // a disc fills 0.78 of its square
	holeMargin  = 0.12
	streakRatio = 15 // longer than this times its width
)

// weigh counts the pieces of a bitmap.
func weigh(b bitmap) Ink {
	var ink Ink
	ink.Share = b.share()
	pieces(b, func(p piece) {
		w, h := p.x1-p.x0, p.y1-p.y0
		switch {
		case p.x0 == 0 || p.y0 == 0 || p.x1 == b.w || p.y1 == b.h:
		case max(w, h) < speckSide || p.ink < speckInk:
		case max(w, h) > letterSide/4 && max(w, h) > streakRatio*min(w, h):
		case hole(p, b.w, b.h):
		case w <= 4*letterSide && h <= letterSide:
			ink.Letters++
		default:
			ink.Figures++
		}
	})
	return ink
}

// share returns which part of the page is ink, without the margins in which holes and black edges lie.
func (b bitmap) share() float64 {
	mx, my := int(holeMargin*float64(b.w)), int(holeMargin*float64(b.h))
	n, all := 0, 0
	for y := my; y < b.h-my; y++ {
		for _, v := range b.ink[y*b.w+mx : (y+1)*b.w-mx] {
			n += int(v)
			all++
		}
	}
	return float64(n) / float64(max(all, 1))
}

func hole(p piece, pageW, pageH int) bool {
	w, h := p.x1-p.x0, p.y1-p.y0
	if min(w, h) < holeSide || max(w, h) > letterSide || max(w, h) > 2*min(w, h) || float64(p.ink) < holeFill*float64(w*h) {
		return false
	}
	mx, my := int(holeMargin*float64(pageW)), int(holeMargin*float64(pageH))
	return p.x1 < mx || p.x0 > pageW-mx || p.y1 < my || p.y0 > pageH-my
}

// piece is one connected piece of ink: its upright box, the right and lower side not included, and its pixels.
type piece struct {
	x0, y0, x1, y1 int
	ink            int
}

// run is a stretch of ink in one row.
type run struct {
	x0, x1 int32
	piece  int32
}

// pieces calls each for every connected piece of ink (touching by sides or corners). It holds two rows of runs at a time
// and a union-find forest of pieces.
func pieces(b bitmap, each func(piece)) {
	var all []piece
	var parent []int32
	find := func(i int32) int32 {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	var above, here []run
	for y := range b.h {
		row := b.ink[y*b.w : (y+1)*b.w]
		here = here[:0]
		k := 0
		for x := 0; x < b.w; x++ {
			if row[x] == 0 {
				continue
			}
			x0 := x
			for x < b.w && row[x] != 0 {
				x++
			}
			own := int32(-1)
			for k < len(above) && int(above[k].x1) < x0 {
				k++
			}
			for j := k; j < len(above) && int(above[j].x0) <= x; j++ {
				other := find(above[j].piece)
				if own < 0 {
					own = other
				} else if own != other {
					parent[other] = own
					all[own] = merge(all[own], all[other])
				}
			}
			this := piece{x0, y, x, y + 1, x - x0}
			if own < 0 {
				own = int32(len(all))
				all, parent = append(all, this), append(parent, own)
			} else {
				all[own] = merge(all[own], this)
			}
			here = append(here, run{int32(x0), int32(x), own})
		}
		above, here = here, above
	}
	for i, p := range all {
		if parent[i] == int32(i) {
			each(p)
		}
	}
}

func merge(a, b piece) piece {
	return piece{min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1), a.ink + b.ink}
}
