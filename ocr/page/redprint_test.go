package page

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

var (
	ink   = color.RGBA{200, 40, 50, 255}
	pink  = color.RGBA{250, 212, 215, 255}
	white = color.RGBA{255, 255, 255, 255}
)

// coloured draws half a page with a line of print and a seal, as a scanner would save it.
func coloured(t *testing.T, paper color.Color, dpi float64, print string, printed color.Color, seal bool) image.Image {
	t.Helper()
	mm := dpi / 25.4
	m := image.NewRGBA(image.Rect(0, 0, int(210*mm), int(148*mm)))
	draw.Draw(m, m.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
	f, err := opentype.Parse(gobold.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 20, DPI: dpi})
	if err != nil {
		t.Fatal(err)
	}
	d := font.Drawer{Dst: m, Src: image.NewUniform(printed), Face: face, Dot: fixed.P(int(40*mm), int(30*mm))}
	d.DrawString(print)
	if seal {
		cx, cy, r := 100*mm, 100*mm, 18*mm
		for y := range m.Rect.Dy() {
			for x := range m.Rect.Dx() {
				if away := math.Hypot(float64(x)-cx, float64(y)-cy); away < r && (away > r-0.8*mm || away < 4*mm || int(away/mm)%5 == 3) {
					m.Set(x, y, ink)
				}
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	scan, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return scan
}

func TestRedPrintStaysAndSealsGo(t *testing.T) {
	for _, c := range []struct {
		reason string
		page   image.Image
		dpi    float64
		print  bool // stands on the prepared page
	}{
		{"a red title", coloured(t, white, 200, "GIAY CHUNG NHAN", ink, false), 200, true},
		{"a red title and a seal, at 300 dpi", coloured(t, white, 300, "GIAY CHUNG NHAN", ink, true), 300, true},
		{"a red title on pink paper", coloured(t, pink, 200, "GIAY CHUNG NHAN", ink, true), 200, true},
		{"a seal alone", coloured(t, white, 200, "", ink, true), 200, false},
		{"black print and a seal", coloured(t, white, 200, "GIAY CHUNG NHAN", color.Black, true), 200, true},
	} {
		p, err := Prepare(c.page, FromDPI(c.dpi, c.dpi), Options{KeepSkew: true})
		if err != nil {
			t.Fatal(err)
		}
		dark := func(x0, y0, x1, y1 float64) (n int) { // pixels in a part of the page, in millimetres
			for y := int(y0 * 200 / 25.4); y < int(y1*200/25.4); y++ {
				for x := int(x0 * 200 / 25.4); x < int(x1*200/25.4); x++ {
					if p.Gray.GrayAt(x, y).Y < 140 {
						n++
					}
				}
			}
			return n
		}
		if n := dark(30, 20, 150, 35); (n > 2000) != c.print {
			t.Errorf("%s: %d dark pixels where the title stands", c.reason, n)
		}
		if n := dark(80, 80, 120, 120); n > 2000 { // the edges that JPEG leaves; with its ink it would be 20,000
			t.Errorf("%s: %d dark pixels where the seal stands", c.reason, n)
		}
	}
}
