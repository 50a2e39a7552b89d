package code

import (
	"image"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
)

const (
	barEvery   = 10 // lines between two that are looked at for bars; the lowest bar codes are 5 mm high, 40 lines at 200 dpi
	leastEdges = 26 // of a Code 128: start, one character, check sum and stop
)

// rows looks along lines for bars and, when corners is set, for the corners of QR codes.
func (f *finder) rows(l line, corners bool) {
	bits, edges := make([]bool, l.length), make([]int, 0, 512)
	step := 3 // of corners: their eye is three modules high, and a module is two pixels
	for i := 0; i < l.n; i++ {
		bars, eyes := i%barEvery == barEvery/2, corners && i%step == 0
		if !bars && !eyes {
			continue
		}
		l.read(bits, i)
		edges = runs(edges[:0], bits)
		if eyes && len(edges) >= 6 {
			f.eyes(edges, i)
		}
		if bars {
			f.bars(l, i, edges)
			f.patch(l, i, edges)
		}
	}
}

// bars decodes what looks like a Code 128 on line i.
func (f *finder) bars(l line, i int, edges []int) {
	for from := 0; from+leastEdges <= len(edges); {
		to := barsEnd(edges, from)
		if to-from >= leastEdges {
			x0, x1 := edges[from], edges[to-1]
			if x, y := l.at(i, (x0+x1)/2); !f.known(x, y) && f.upright(l, i, x0, x1) && f.try(&f.barsLeft) {
				f.decodeBars(l, i, x0, x1)
			}
		}
		from = max(to-1, from+1)
		if from%2 == 1 {
			from++ // bars begin with ink
		}
	}
}

// barsEnd returns the end of the edges from the given one that could bound bars of one to four modules.
func barsEnd(edges []int, from int) int {
	least, most := 1<<30, 0
	for k := from + 1; k < len(edges); k++ {
		w := edges[k] - edges[k-1]
		least, most = min(least, w), max(most, w)
		if most > 6*least+3 || most > 60 {
			return k
		}
	}
	return len(edges)
}

// upright reports that the lines above and below show nearly the same between x0 and x1: bars do, letters do not.
func (f *finder) upright(l line, i, x0, x1 int) bool {
	const apart = 3
	if i < apart || i+apart >= l.n {
		return false
	}
	differ := 0
	for x := x0; x < x1; x++ {
		ax, ay := l.at(i-apart, x)
		bx, by := l.at(i+apart, x)
		if f.ink(ax, ay) != f.ink(bx, by) {
			differ++
		}
	}
	return differ*8 < x1-x0
}

func (f *finder) decodeBars(l line, i, x0, x1 int) {
	bits := make([]bool, l.length)
	for _, by := range []int{0, 2, -2, 5, -5} {
		if i+by < 0 || i+by >= l.n {
			continue
		}
		l.read(bits, i+by)
		for _, backwards := range []bool{false, true} {
			if text, ok := decodeLine(bits[max(0, x0-4):min(len(bits), x1+4)], backwards); ok {
				f.found(Code128, text, f.barsBox(l, i, x0, x1))
				return
			}
		}
	}
}

// decodeLine decodes the bars of one line.
func decodeLine(bits []bool, backwards bool) (text string, ok bool) {
	defer func() {
		if recover() != nil { // a decoder that breaks has found nothing
			text, ok = "", false
		}
	}()
	margin := len(bits)/10 + 40
	a := gozxing.NewBitArray(len(bits) + 2*margin)
	for x, ink := range bits {
		if ink {
			if backwards {
				x = len(bits) - 1 - x
			}
			a.Set(margin + x)
		}
	}
	r, err := oned.NewCode128Reader().(interface {
		DecodeRow(int, *gozxing.BitArray, map[gozxing.DecodeHintType]any) (*gozxing.Result, error)
	}).DecodeRow(0, a, nil)
	if err != nil {
		return "", false
	}
	return r.GetText(), true
}

// barsBox is the box around bars that line i crosses from x0 to x1, as far as they go on above and below. They may lean.
func (f *finder) barsBox(l line, i, x0, x1 int) image.Rectangle {
	reach := func(step int) (at int) {
		was := make([]bool, x1-x0)
		for x := range was {
			px, py := l.at(i, x0+x)
			was[x] = f.ink(px, py)
		}
		at = i
		misses := 0
		for n := i + step; n >= 0 && n < l.n; n += step {
			differ, ink := 0, 0
			for x := range was {
				px, py := l.at(n, x0+x)
				is := f.ink(px, py)
				if is != was[x] {
					differ++
				}
				if is {
					ink++
				}
				was[x] = is
			}
			if differ*4 > len(was) || ink*8 < len(was) {
				if misses++; misses > 1 {
					break
				}
				continue
			}
			at = n
		}
		return at
	}
	top := reach(-2)
	bottom := reach(2)
	slack := 4 + (x1-x0)/40
	ax, ay := l.at(max(0, top-4), max(0, x0-slack))
	bx, by := l.at(min(l.n-1, bottom+4), min(l.length-1, x1+slack))
	return image.Rect(ax, ay, bx+1, by+1)
}
