package main

import (
	"image"
	"image/color"
	"math"
	"sync"

	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationserifbold"
	"github.com/go-fonts/liberation/liberationserifbolditalic"
	"github.com/go-fonts/liberation/liberationserifitalic"
	"github.com/go-fonts/liberation/liberationserifregular"
	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"
)

// Everything is drawn at 200 dpi, the resolution an office scanner is set to; px turns millimetres into dots.
const dpi = 200

func px(mm float64) float64 { return mm * dpi / 25.4 }

const (
	pageWidth, pageHeight = 1654, 2339 // A4
	left, right           = 30.0, 17.0 // margins in millimetres, Decree 30/2020 Annex I
	top, bottom           = 20.0, 20.0
)

var (
	black = color.RGBA{28, 27, 30, 255}
	red   = color.RGBA{206, 38, 44, 255}
	blue  = color.RGBA{34, 52, 140, 255}
)

type style struct {
	bold, italic bool
	size         float64 // points
}

var parsed = sync.OnceValue(func() map[style]*opentype.Font {
	fonts := make(map[style]*opentype.Font)
	for s, data := range map[style][]byte{
		{}:                         liberationserifregular.TTF,
		{bold: true}:               liberationserifbold.TTF,
		{italic: true}:             liberationserifitalic.TTF,
		{bold: true, italic: true}: liberationserifbolditalic.TTF,
		{size: -1}:                 liberationsansbold.TTF, // the face of seals
	} {
		f, err := opentype.Parse(data)
		if err != nil {
			panic(err) // the fonts are part of this program
		}
		fonts[s] = f
	}
	return fonts
})

// faces are shared by all pages; the program draws one page at a time.
var faces = make(map[style]font.Face)

func face(s style) font.Face {
	if f, ok := faces[s]; ok {
		return f
	}
	f, err := opentype.NewFace(parsed()[style{bold: s.bold, italic: s.italic}], &opentype.FaceOptions{Size: s.size, DPI: dpi})
	if err != nil {
		panic(err)
	}
	faces[s] = f
	return f
}

func width(s style, text string) float64 { return float64(font.MeasureString(face(s), text)) / 64 }

// put sets text with its baseline at y.
func put(img *image.RGBA, s style, x, y float64, text string) {
	d := font.Drawer{Dst: img, Src: image.NewUniform(black), Face: face(s), Dot: fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}}
	d.DrawString(text)
}

// rule draws a horizontal or vertical line of the given thickness, in dots.
func rule(img *image.RGBA, x0, y0, x1, y1, thick float64) {
	for y := math.Floor(y0); y < y1+thick; y++ {
		for x := math.Floor(x0); x < x1+thick; x++ {
			blend(img, int(x), int(y), black, math.Min(1, thick))
		}
	}
}

// blend lays ink of the given strength (0 to 1) over a dot, as ink on paper: the darker of both wins where they meet.
func blend(img *image.RGBA, x, y int, c color.RGBA, strength float64) {
	if !(image.Point{x, y}).In(img.Rect) || strength <= 0 {
		return
	}
	i := img.PixOffset(x, y)
	for k, v := range [3]uint8{c.R, c.G, c.B} {
		under := float64(img.Pix[i+k])
		over := under * (1 - strength*(1-float64(v)/255))
		img.Pix[i+k] = uint8(math.Round(over))
	}
}

// turnedGlyph draws one letter of a seal around its own centre, turned by angle (0 is upright).
func turnedGlyph(img *image.RGBA, letter string, size, cx, cy, angle float64, c color.RGBA) {
	f, err := opentype.NewFace(parsed()[style{size: -1}], &opentype.FaceOptions{Size: size, DPI: dpi})
	if err != nil {
		panic(err)
	}
	defer f.Close()
	w := float64(font.MeasureString(f, letter)) / 64
	box := int(size*dpi/72*2) + 2
	mask := image.NewAlpha(image.Rect(0, 0, box, box))
	half := float64(box) / 2
	d := font.Drawer{Dst: mask, Src: image.Opaque, Face: f, Dot: fixed.Point26_6{X: fixed.Int26_6((half - w/2) * 64), Y: fixed.Int26_6((half + size*dpi/72*0.36) * 64)}}
	d.DrawString(letter)
	turned := image.NewAlpha(image.Rect(0, 0, box, box))
	sin, cos := math.Sincos(angle)
	draw.BiLinear.Transform(turned, f64.Aff3{cos, -sin, half - cos*half + sin*half, sin, cos, half - sin*half - cos*half}, mask, mask.Bounds(), draw.Src, nil)
	ox, oy := int(cx-half), int(cy-half)
	for y := range box {
		for x := range box {
			blend(img, ox+x, oy+y, c, 0.9*float64(turned.AlphaAt(x, y).A)/255)
		}
	}
}
