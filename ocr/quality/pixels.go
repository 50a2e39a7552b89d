package quality

import (
	"image"
	"image/color"
)

// pixels gives the brightness of a picture row by row.
type pixels struct {
	w, h    int
	row     func(y int, into []byte)
	bilevel bool // black and white and nothing between
}

// rows reads the kinds of picture that scanners make without asking for every pixel's colour.
func rows(m image.Image) pixels {
	b := m.Bounds()
	p := pixels{w: b.Dx(), h: b.Dy()}
	switch v := m.(type) {
	case *image.Gray:
		p.row = func(y int, into []byte) { copy(into, v.Pix[y*v.Stride:][:p.w]) }
	case *image.YCbCr:
		p.row = func(y int, into []byte) { copy(into, v.Y[y*v.YStride:][:p.w]) }
	case *image.RGBA:
		p.row = func(y int, into []byte) {
			line := v.Pix[y*v.Stride:][:4*p.w]
			for x := range into[:p.w] {
				into[x] = bright(line[4*x], line[4*x+1], line[4*x+2])
			}
		}
	case *image.Paletted:
		var shade [256]byte
		for i, c := range v.Palette {
			shade[i] = color.GrayModel.Convert(c).(color.Gray).Y
		}
		p.row = func(y int, into []byte) {
			for x, i := range v.Pix[y*v.Stride:][:p.w] {
				into[x] = shade[i]
			}
		}
	default:
		p.row = func(y int, into []byte) {
			for x := range into[:p.w] {
				into[x] = color.GrayModel.Convert(m.At(b.Min.X+x, b.Min.Y+y)).(color.Gray).Y
			}
		}
	}
	p.bilevel = p.twoLevels()
	return p
}

// bright is the luma of JPEG in whole numbers.
func bright(r, g, b byte) byte {
	return byte((19595*uint32(r) + 38470*uint32(g) + 7471*uint32(b)) >> 16)
}

// twoLevels looks at some rows for a shade between black and white.
func (p pixels) twoLevels() bool {
	row := make([]byte, p.w)
	for i := range 16 {
		p.row(p.h*(2*i+1)/32, row)
		for _, v := range row {
			if v > 16 && v < 239 {
				return false
			}
		}
	}
	return true
}
