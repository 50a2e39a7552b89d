package code

import (
	"image"
	"math"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// corner is one of the three squares in the corners of a QR code.
type corner struct {
	x, y   float64
	module float64 // pixels
	seen   int
}

const (
	maxCorners = 60  // of a page: three QR codes have nine, print that looks like one some more
	maxSide    = 177 // modules of the largest QR code
)

// eyes keeps the middles of corner squares on line y: ink, paper, ink, paper, ink as 1:1:3:1:1.
func (f *finder) eyes(edges []int, y int) {
	for k := 0; k+6 <= len(edges); k += 2 {
		module, ok := square(edges[k : k+6])
		if !ok {
			continue
		}
		x := (edges[k+2] + edges[k+3]) / 2
		// Down through the middle it is the same.
		top, bottom, ok := f.through(x+f.g.Rect.Min.X, y+f.g.Rect.Min.Y, int(module*6))
		if !ok || float64(bottom-top) < 5*module || float64(bottom-top) > 9.5*module {
			continue
		}
		f.corner(float64(x), float64(top+bottom)/2-float64(f.g.Rect.Min.Y), (module+float64(bottom-top)/7)/2)
	}
}

// square reports that six edges bound a corner square, and the size of its module.
func square(e []int) (module float64, ok bool) {
	module = float64(e[5]-e[0]) / 7
	if module < 1.4 || module > 60 {
		return 0, false
	}
	for i, want := range [5]float64{1, 1, 3, 1, 1} {
		if d := math.Abs(float64(e[i+1]-e[i]) - want*module); d > 0.5*want*module+0.6 {
			return 0, false
		}
	}
	return module, true
}

// through walks up and down from a point inside a corner square to its outer bounds.
func (f *finder) through(x, y, far int) (top, bottom int, ok bool) {
	var ends [2][3]int
	for d, step := range [2]int{-1, 1} {
		at, was, n := y, true, 0
		for n < 3 {
			at += step
			if at < f.g.Rect.Min.Y || at >= f.g.Rect.Max.Y {
				if n < 2 {
					return 0, 0, false
				}
				ends[d][n] = at
				break
			}
			if (at-y)*step > far {
				return 0, 0, false
			}
			if is := f.ink(x, at); is != was {
				ends[d][n], was = at, is
				n++
			}
		}
	}
	e := []int{ends[0][2] + 1, ends[0][1] + 1, ends[0][0] + 1, ends[1][0], ends[1][1], ends[1][2]}
	if _, ok = square(e); !ok {
		return 0, 0, false
	}
	return e[0], e[5], true
}

// corner adds a sighting to the corners.
func (f *finder) corner(x, y, module float64) {
	for i := range f.corners {
		c := &f.corners[i]
		if math.Abs(c.x-x) < 2*c.module && math.Abs(c.y-y) < 2*c.module {
			n := float64(c.seen)
			c.x, c.y, c.module = (c.x*n+x)/(n+1), (c.y*n+y)/(n+1), (c.module*n+module)/(n+1)
			c.seen++
			return
		}
	}
	if len(f.corners) < maxCorners {
		f.corners = append(f.corners, corner{x, y, module, 1})
	}
}

// squares decodes what three corners that fit bound.
func (f *finder) squares() {
	used := make([]bool, len(f.corners))
	for i := range f.corners {
		for j := range f.corners {
			for k := j + 1; k < len(f.corners); k++ {
				if i == j || i == k || used[i] || used[j] || used[k] {
					continue
				}
				box, ok := f.triple(f.corners[i], f.corners[j], f.corners[k])
				if !ok {
					continue
				}
				if !f.try(&f.squaresLeft) {
					return
				}
				if text, ok := f.decodeSquare(box); ok {
					f.found(QR, text, box)
					used[i], used[j], used[k] = true, true, true
				}
			}
		}
	}
}

// triple returns the box around the QR code with a the corner between b and c, with the paper around it.
func (f *finder) triple(a, b, c corner) (image.Rectangle, bool) {
	m := (a.module + b.module + c.module) / 3
	for _, x := range [3]corner{a, b, c} {
		if math.Abs(x.module-m) > 0.35*m {
			return image.Rectangle{}, false
		}
	}
	bx, by, cx, cy := b.x-a.x, b.y-a.y, c.x-a.x, c.y-a.y
	lb, lc := math.Hypot(bx, by), math.Hypot(cx, cy)
	if lb < 12*m || lb > maxSide*1.1*m || math.Abs(lb-lc) > 0.2*lb || math.Abs(bx*cx+by*cy) > 0.2*lb*lc {
		return image.Rectangle{}, false
	}
	left, right := min(a.x, b.x, c.x, a.x+bx+cx), max(a.x, b.x, c.x, a.x+bx+cx)
	top, bottom := min(a.y, b.y, c.y, a.y+by+cy), max(a.y, b.y, c.y, a.y+by+cy)
	around := 6.5 * m // three and a half modules of the square itself, and three of the quiet zone
	box := image.Rect(int(left-around), int(top-around), int(right+around)+1, int(bottom+around)+1).Add(f.g.Rect.Min)
	return box.Intersect(f.g.Rect), true
}

// decodeSquare decodes the one QR code of a cutting.
func (f *finder) decodeSquare(box image.Rectangle) (text string, ok bool) {
	defer func() {
		if recover() != nil { // a decoder that breaks has found nothing
			text, ok = "", false
		}
	}()
	cutting := image.NewGray(image.Rect(0, 0, box.Dx(), box.Dy()))
	for y := range box.Dy() {
		copy(cutting.Pix[y*cutting.Stride:], f.g.Pix[f.g.PixOffset(box.Min.X, box.Min.Y+y):][:box.Dx()])
	}
	source := gozxing.NewLuminanceSourceFromImage(cutting)
	for _, b := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(source), gozxing.NewGlobalHistgramBinarizer(source)} {
		bitmap, err := gozxing.NewBinaryBitmap(b)
		if err != nil {
			continue
		}
		r, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true, gozxing.DecodeHintType_CHARACTER_SET: "UTF-8"})
		if err == nil {
			return r.GetText(), true
		}
	}
	return "", false
}
