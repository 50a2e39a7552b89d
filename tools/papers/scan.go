package main

import (
	"bytes"
	"compress/zlib"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
)

// settings is how a paper lay on the glass.
type settings struct {
	DPI     int     // 200 unless the scanner was set wrong
	Gray    bool    // no colour
	Text    bool    // the scanner's text mode: black or white, nothing between
	Skew    float64 // degrees, clockwise; each page differs a little
	Ground  float64 // how white the paper came out, 0 to 1
	Noise   float64 // standard deviation, in 255ths
	Quality int     // JPEG
}

// scan is one page as the scanner handed it over: a JPEG, or in text mode a bit a dot, deflated.
type scan struct {
	data          []byte
	width, height int
	colours       string // of PDF
	bits          int
	filter        string // of PDF
}

// scanned lays a clean page on the glass: askew, unevenly lit, a little soft, speckled.
func scanned(page *image.RGBA, s settings, chance *rand.Rand) (scan, error) {
	w, h := page.Rect.Dx(), page.Rect.Dy()
	if s.DPI != dpi {
		w, h = w*s.DPI/dpi, h*s.DPI/dpi
		smaller := image.NewRGBA(image.Rect(0, 0, w, h))
		draw.CatmullRom.Scale(smaller, smaller.Rect, page, page.Rect, draw.Src, nil)
		page = smaller
	}
	angle := (s.Skew + (chance.Float64()-0.5)*0.3) * math.Pi / 180
	shiftX, shiftY := (chance.Float64()-0.5)*px(2), (chance.Float64()-0.5)*px(2)
	sin, cos := math.Sincos(angle)
	lit := lamp(chance)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	page = soften(page)
	cx, cy := float64(w)/2, float64(h)/2
	for y := range h {
		for x := range w {
			u, v := float64(x)-cx-shiftX, float64(y)-cy-shiftY
			r, g, b := sample(page, cos*u+sin*v+cx, cos*v-sin*u+cy)
			light := s.Ground * lit(float64(x)/float64(w), float64(y)/float64(h))
			n := chance.NormFloat64() * s.Noise
			i := out.PixOffset(x, y)
			out.Pix[i] = clamp(r*light + n)
			out.Pix[i+1] = clamp(g*light*0.995 + n)
			out.Pix[i+2] = clamp(b*light*0.975 + n)
			out.Pix[i+3] = 255
		}
	}
	for range 6 { // dust
		x, y := chance.Float64()*float64(w), chance.Float64()*float64(h)
		r := 0.8 + chance.Float64()*1.4
		for v := math.Floor(y - 3); v <= y+3; v++ {
			for u := math.Floor(x - 3); u <= x+3; u++ {
				blend(out, int(u), int(v), color.RGBA{90, 90, 90, 255}, math.Max(0, math.Min(1, r-math.Hypot(u-x, v-y))))
			}
		}
	}
	if !s.Gray && !s.Text {
		var buf bytes.Buffer
		err := jpeg.Encode(&buf, out, &jpeg.Options{Quality: s.Quality})
		return scan{buf.Bytes(), w, h, "DeviceRGB", 8, "DCTDecode"}, err
	}
	g := image.NewGray(out.Rect)
	draw.Draw(g, g.Rect, out, image.Point{}, draw.Src)
	if s.Text {
		data, err := bilevel(g)
		return scan{data, w, h, "DeviceGray", 1, "FlateDecode"}, err
	}
	var buf bytes.Buffer
	err := jpeg.Encode(&buf, g, &jpeg.Options{Quality: s.Quality})
	return scan{buf.Bytes(), w, h, "DeviceGray", 8, "DCTDecode"}, err
}

// bilevel makes everything darker than a light gray black, eight dots a byte, and deflates it.
func bilevel(g *image.Gray) ([]byte, error) {
	var buf bytes.Buffer
	z, err := zlib.NewWriterLevel(&buf, zlib.BestCompression)
	if err != nil {
		return nil, err
	}
	row := make([]byte, (g.Rect.Dx()+7)/8)
	for y := range g.Rect.Dy() {
		clear(row)
		for x := range g.Rect.Dx() {
			if g.Pix[y*g.Stride+x] > 150 {
				row[x/8] |= 0x80 >> (x % 8)
			}
		}
		if _, err := z.Write(row); err != nil {
			return nil, err
		}
	}
	err = z.Close()
	return buf.Bytes(), err
}

// lamp is the light across the page, 1 at best: slow waves and a shadow along the left edge where the lid does not close.
func lamp(chance *rand.Rand) func(x, y float64) float64 {
	a, b := chance.Float64()*6, chance.Float64()*6
	return func(x, y float64) float64 {
		return 0.985 + 0.015*math.Sin(3*x+a)*math.Cos(2*y+b) - 0.10*math.Exp(-x*70)
	}
}

// sample reads between dots; outside the sheet is the white lid.
func sample(img *image.RGBA, x, y float64) (r, g, b float64) {
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := x-x0, y-y0
	for j := range 2 {
		for i := range 2 {
			weight := (1 - math.Abs(float64(i)-fx)) * (1 - math.Abs(float64(j)-fy))
			p := image.Point{int(x0) + i, int(y0) + j}
			if !p.In(img.Rect) {
				r, g, b = r+255*weight, g+255*weight, b+255*weight
				continue
			}
			o := img.PixOffset(p.X, p.Y)
			r += float64(img.Pix[o]) * weight
			g += float64(img.Pix[o+1]) * weight
			b += float64(img.Pix[o+2]) * weight
		}
	}
	return r, g, b
}

func clamp(v float64) uint8 { return uint8(math.Max(0, math.Min(255, math.Round(v)))) }

// soften is the lens: each dot takes a little of its neighbours.
func soften(img *image.RGBA) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	across := image.NewRGBA(img.Rect)
	out := image.NewRGBA(img.Rect)
	for _, pass := range []struct {
		from, to *image.RGBA
		step     int
	}{{img, across, 4}, {across, out, img.Stride}} {
		copy(pass.to.Pix, pass.from.Pix)
		for y := 1; y < h-1; y++ {
			for i := pass.from.PixOffset(1, y); i < pass.from.PixOffset(w-1, y); i++ {
				pass.to.Pix[i] = uint8((int(pass.from.Pix[i-pass.step]) + 2*int(pass.from.Pix[i]) + int(pass.from.Pix[i+pass.step]) + 2) / 4)
			}
		}
	}
	return out
}
