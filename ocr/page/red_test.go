package page

import (
	"image"
	"image/color"
	"image/draw"
	"testing"
)

// Every kind of image yields the same red channel as the slow way through color.Color.
func TestRedRow(t *testing.T) {
	r := image.Rect(3, 5, 10, 9)
	colours := []color.Color{
		color.White, color.Black, color.NRGBA{200, 30, 40, 255}, color.NRGBA{10, 60, 220, 255},
		color.NRGBA{120, 120, 120, 255}, color.NRGBA{90, 10, 10, 128}, color.NRGBA{0, 0, 0, 0},
	}
	ycc := func(s image.YCbCrSubsampleRatio) *image.YCbCr {
		m := image.NewYCbCr(r, s)
		for i := range m.Y {
			m.Y[i] = byte(i * 9)
		}
		for i := range m.Cr {
			m.Cr[i], m.Cb[i] = byte(i*31+50), byte(200-i*7)
		}
		return m
	}
	palette := image.NewPaletted(r, color.Palette(colours))
	for i := range palette.Pix {
		palette.Pix[i] = byte(i % len(colours))
	}
	images := map[string]image.Image{
		"gray": image.NewGray(r), "gray16": image.NewGray16(r), "rgba": image.NewRGBA(r), "nrgba": image.NewNRGBA(r), "cmyk": image.NewCMYK(r),
		"rgba64": image.NewRGBA64(r), "4:4:4": ycc(image.YCbCrSubsampleRatio444), "4:2:0": ycc(image.YCbCrSubsampleRatio420),
		"4:2:2": ycc(image.YCbCrSubsampleRatio422), "4:4:0": ycc(image.YCbCrSubsampleRatio440), "palette": palette,
	}
	for name, m := range images {
		if d, ok := m.(draw.Image); ok && name != "palette" {
			for y := r.Min.Y; y < r.Max.Y; y++ {
				for x := r.Min.X; x < r.Max.X; x++ {
					d.Set(x, y, colours[(x*3+y)%len(colours)])
				}
			}
		}
		got := make([]byte, r.Dx())
		row := redRow(m)
		for y := range r.Dy() {
			row(got, y)
			for x, v := range got {
				if want := redOf(m.At(r.Min.X+x, r.Min.Y+y)); max(v, want)-min(v, want) > 1 {
					t.Errorf("%s: pixel (%d,%d) is %d, want %d", name, x, y, v, want)
				}
			}
		}
	}
}

func TestShrinkKeepsTheMean(t *testing.T) {
	src := image.NewGray(image.Rect(0, 0, 301, 207))
	sum := 0
	for i := range src.Pix {
		src.Pix[i] = byte(i * 7919 >> 3)
		sum += int(src.Pix[i])
	}
	want := float64(sum) / float64(len(src.Pix))
	for _, size := range []image.Point{{301, 207}, {300, 206}, {201, 138}, {150, 207}, {100, 69}, {7, 3}, {1, 1}} {
		g := shrink(src, size.X, size.Y)
		sum := 0
		for _, v := range g.Pix {
			sum += int(v)
		}
		if got := float64(sum) / float64(len(g.Pix)); got < want-1 || got > want+1 {
			t.Errorf("%v: mean %.2f, want %.2f", size, got, want)
		}
	}
	white := image.NewGray(image.Rect(0, 0, 997, 991))
	draw.Draw(white, white.Rect, image.White, image.Point{}, draw.Src)
	for _, v := range shrink(white, 613, 401).Pix {
		if v != 255 {
			t.Fatalf("white became %d", v)
		}
	}
}
