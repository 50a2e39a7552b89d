package page

import "image"

// Bright returns the brightness of src, as codes are read by. It shares the pixels of src where it can: neither may be written.
func Bright(src image.Image) *image.Gray {
	switch m := src.(type) {
	case *image.Gray:
		return m
	case *image.YCbCr:
		return &image.Gray{Pix: m.Y, Stride: m.YStride, Rect: m.Rect}
	}
	b := src.Bounds()
	g := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	read := redRow(src)
	for y := range b.Dy() {
		read(g.Pix[y*g.Stride:][:b.Dx()], y)
	}
	g.Rect = b
	return g
}
