package page

import (
	"image"
	"image/color"
)

// redRow returns a function that writes the red channel of row y (counted from 0) of src into dst, as it looks on white
// paper where src is transparent. Seals and most stamps are red: in this channel they are nearly as light as the paper,
// and the text below them stays.
func redRow(src image.Image) func(dst []byte, y int) {
	b := src.Bounds()
	switch m := src.(type) {
	case *image.Gray:
		return func(dst []byte, y int) { copy(dst, m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):]) }
	case *image.YCbCr:
		return redYCbCr(m)
	case *image.RGBA:
		return func(dst []byte, y int) {
			row := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range dst {
				dst[x] = row[4*x] + (255 - row[4*x+3]) // premultiplied: red + white·(1 - alpha)
			}
		}
	case *image.NRGBA:
		return func(dst []byte, y int) {
			row := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range dst {
				r, a := uint32(row[4*x]), uint32(row[4*x+3])
				dst[x] = byte((r*a + 255*(255-a) + 127) / 255)
			}
		}
	case *image.CMYK:
		return func(dst []byte, y int) {
			row := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range dst {
				dst[x] = byte(uint32(255-row[4*x]) * uint32(255-row[4*x+3]) / 255)
			}
		}
	case *image.Paletted:
		var red [256]byte // an index outside the palette is a damaged file: black, so that it is seen
		for i, c := range m.Palette {
			red[i] = redOf(c)
		}
		return func(dst []byte, y int) {
			row := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range dst {
				dst[x] = red[row[x]]
			}
		}
	case *image.Gray16:
		return func(dst []byte, y int) {
			row := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range dst {
				dst[x] = row[2*x]
			}
		}
	}
	return func(dst []byte, y int) {
		for x := range dst {
			dst[x] = redOf(src.At(b.Min.X+x, b.Min.Y+y))
		}
	}
}

// redYCbCr computes red as JFIF does: Y + 1.402·(Cr - 128).
func redYCbCr(m *image.YCbCr) func(dst []byte, y int) {
	var add [256]int32
	for cr := range add {
		add[cr] = (int32(cr-128)*91881 + 1<<15) >> 16
	}
	b := m.Rect
	half := m.SubsampleRatio == image.YCbCrSubsampleRatio420 || m.SubsampleRatio == image.YCbCrSubsampleRatio422
	return func(dst []byte, y int) {
		luma := m.Y[m.YOffset(b.Min.X, b.Min.Y+y):]
		if half && b.Min.X%2 == 0 {
			chroma := m.Cr[m.COffset(b.Min.X, b.Min.Y+y):]
			for x := range dst {
				dst[x] = clamp(int32(luma[x]) + add[chroma[x>>1]])
			}
			return
		}
		for x := range dst {
			dst[x] = clamp(int32(luma[x]) + add[m.Cr[m.COffset(b.Min.X+x, b.Min.Y+y)]])
		}
	}
}

func redOf(c color.Color) byte {
	r, _, _, a := c.RGBA()
	return byte((r + 0xffff - a) >> 8)
}

func clamp(v int32) byte {
	if uint32(v) <= 255 {
		return byte(v)
	}
	if v < 0 {
		return 0
	}
	return 255
}

// brightRow is redRow for the brightness in all colours.
func brightRow(src image.Image) func(dst []byte, y int) {
	b := src.Bounds()
	if m, ok := src.(*image.YCbCr); ok {
		return func(dst []byte, y int) { copy(dst, m.Y[m.YOffset(b.Min.X, b.Min.Y+y):]) }
	}
	return func(dst []byte, y int) {
		for x := range dst {
			dst[x] = color.GrayModel.Convert(src.At(b.Min.X+x, b.Min.Y+y)).(color.Gray).Y
		}
	}
}
