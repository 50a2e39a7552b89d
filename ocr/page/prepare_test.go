package page

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// paperA5 draws an A5 page of text at the resolution, on paper of the given brightness.
func paperA5(t testing.TB, dpi float64, paper uint8, lines int) *image.Gray {
	t.Helper()
	g := image.NewGray(image.Rect(0, 0, int(5.83*dpi), int(8.27*dpi)))
	draw.Draw(g, g.Rect, image.NewUniform(color.Gray{Y: paper}), image.Point{}, draw.Src)
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 12, DPI: dpi})
	if err != nil {
		t.Fatal(err)
	}
	d := font.Drawer{Dst: g, Src: image.NewUniform(color.Gray{Y: 20}), Face: face}
	for i := range lines {
		d.Dot = fixed.P(int(dpi), int(dpi*(1+0.25*float64(i))))
		d.DrawString("Can cu Luat To chuc chinh quyen dia phuong")
	}
	return g
}

// turned returns g turned by degrees clockwise about its middle, on black glass.
func turned(g *image.Gray, degrees float64) *image.Gray {
	out := newGray(g.Rect.Dx(), g.Rect.Dy())
	back := Rotate(-degrees, float64(g.Rect.Dx())/2, float64(g.Rect.Dy())/2)
	warp(out, g, back)
	return out
}

func TestSkewIsFound(t *testing.T) {
	upright := paperA5(t, 200, 255, 24)
	for _, degrees := range []float64{0, 0.3, -0.7, 1.5, -2, 3.3, -4.5, 7.3, -12, 18} {
		p, err := Prepare(turned(upright, degrees), FromDPI(200, 200), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(p.Skew-degrees) > 0.06 {
			t.Errorf("a page turned by %v°: found %v°", degrees, p.Skew)
		}
		again, err := Prepare(p.Gray, p.ToPage, Options{})
		if err != nil {
			t.Fatal(err)
		}
		// ToPage of a straightened page holds the turn itself, and what remains to be turned is next to nothing, or was little
		// enough to be left.
		if math.Abs(again.Skew) > 0.06 && math.Abs(degrees) >= levelAsScanned {
			t.Errorf("a page turned by %v°, straightened: still %v°", degrees, again.Skew)
		}
		p.Release()
	}
}

func TestNoSkewWithoutLines(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	g := image.NewGray(image.Rect(0, 0, 1166, 1654))
	draw.Draw(g, g.Rect, image.White, image.Point{}, draw.Src)
	for range 1500 {
		x, y := rng.IntN(1100), rng.IntN(1600)
		draw.Draw(g, image.Rect(x, y, x+6+rng.IntN(20), y+6+rng.IntN(20)), image.Black, image.Point{}, draw.Src)
	}
	p, err := Prepare(g, FromDPI(200, 200), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Skew != 0 {
		t.Errorf("confetti turned by %v°", p.Skew)
	}
}

// A mark drawn at one place of the page is found, through ToPage, at that place, whatever was done to the image.
func TestToPageLeadsBack(t *testing.T) {
	for _, c := range []struct {
		reason string
		dpi    float64
		dpiY   float64
		skew   float64
		place  func(w, h float64) Affine // from upright pixels to the pixels of the image
	}{
		{"as it is", 200, 200, 0, nil},
		{"brought down from 300 dpi", 300, 300, 0, nil},
		{"an odd resolution", 237, 237, 0, nil},
		{"a fax, coarse in one direction", 204, 98, 0, nil},
		{"brought up from 100 dpi", 100, 100, 0, nil},
		{"askew", 200, 200, 2, nil},
		{"askew the other way, at 300 dpi", 300, 300, -3, nil},
		{"lying on its side", 200, 200, 0, func(_, h float64) Affine { return Affine{B: 1, C: -1, E: h} }},
		{"lying on its other side", 200, 200, 0, func(w, _ float64) Affine { return Affine{B: -1, C: 1, F: w} }},
		{"upside down", 300, 300, 0, func(w, h float64) Affine { return Affine{A: -1, D: -1, E: w, F: h} }},
		{"mirrored", 200, 200, 0, func(w, _ float64) Affine { return Affine{A: -1, D: 1, E: w} }},
		{"mirrored and on its side", 200, 200, 0, func(_, _ float64) Affine { return Affine{B: 1, C: 1} }},
		{"on its side and askew", 250, 250, 1, func(_, h float64) Affine { return Affine{B: 1, C: -1, E: h} }},
	} {
		t.Run(c.reason, func(t *testing.T) {
			toPage := FromDPI(c.dpi, c.dpiY)
			base := stretched(paperA5(t, c.dpi, 255, 20), c.dpiY/c.dpi)
			w, h := float64(base.Rect.Dx()), float64(base.Rect.Dy())
			mark := [2]float64{120, 500} // on the page: below the text, where nothing else stands
			if c.skew != 0 {
				turn := Rotate(c.skew, w/2, h/2)
				x, y := mark[0]*c.dpi/72, mark[1]*c.dpiY/72
				base = turned(base, c.skew)
				x, y = turn.Apply(x, y)
				mark[0], mark[1] = x*72/c.dpi, y*72/c.dpiY
			}
			side := 10.0 // points
			x, y := mark[0]*c.dpi/72, mark[1]*c.dpiY/72
			draw.Draw(base, image.Rect(int(x-side/2*c.dpi/72), int(y-side/2*c.dpiY/72), int(x+side/2*c.dpi/72), int(y+side/2*c.dpiY/72)), image.Black, image.Point{}, draw.Src)
			src := base
			if c.place != nil {
				place := c.place(w, h)
				back, _ := place.Invert()
				_, _, right, bottom := place.Bounds(0, 0, w, h)
				src = newGray(int(math.Round(right)), int(math.Round(bottom)))
				for py := range src.Rect.Dy() {
					for px := range src.Rect.Dx() {
						ux, uy := back.Apply(float64(px)+0.5, float64(py)+0.5)
						src.SetGray(px, py, base.GrayAt(int(ux), int(uy)))
					}
				}
				toPage = back.Then(toPage)
			}
			p, err := Prepare(src, toPage, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(p.Skew-c.skew) > 0.1 {
				t.Errorf("skew %v, want %v", p.Skew, c.skew)
			}
			if p.DPI < 140 || p.DPI > 220 {
				t.Errorf("prepared at %.0f dpi", p.DPI)
			}
			gx, gy := middle(p.Gray, p.ToPage, 460) // the mark is all that lies below
			if math.Hypot(gx-mark[0], gy-mark[1]) > 0.6 {
				t.Errorf("the mark at (%.1f, %.1f) was found at (%.1f, %.1f)", mark[0], mark[1], gx, gy)
			}
		})
	}
}

// stretched squeezes or stretches an image along y.
func stretched(g *image.Gray, by float64) *image.Gray {
	if by == 1 {
		return g
	}
	return shrink(g, g.Rect.Dx(), int(float64(g.Rect.Dy())*by))
}

// middle returns the centre, on the page, of all dark pixels that lie below a height and inside the margins.
func middle(g *image.Gray, toPage Affine, below float64) (x, y float64) {
	var n float64
	for py := range g.Rect.Dy() {
		for px := range g.Rect.Dx() {
			if g.Pix[py*g.Stride+px] < 100 {
				mx, my := toPage.Apply(float64(px)+0.5, float64(py)+0.5)
				if my > below && mx > 60 && mx < 300 && my < 560 {
					x, y, n = x+mx, y+my, n+1
				}
			}
		}
	}
	return x / n, y / n
}

func TestBlank(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	empty := func(paper uint8) *image.Gray { return paperA5(t, 200, paper, 0) }
	noisy := func(g *image.Gray, amplitude int) *image.Gray {
		for i, v := range g.Pix {
			g.Pix[i] = clamp(int32(v) + int32(rng.IntN(2*amplitude+1)-amplitude))
		}
		return g
	}
	disc := func(g *image.Gray, cx, cy, r int) *image.Gray {
		for y := cy - r; y <= cy+r; y++ {
			for x := cx - r; x <= cx+r; x++ {
				if (x-cx)*(x-cx)+(y-cy)*(y-cy) <= r*r {
					g.SetGray(x, y, color.Gray{Y: 10})
				}
			}
		}
		return g
	}
	border := func(g *image.Gray, width int) *image.Gray {
		draw.Draw(g, image.Rect(0, 0, width, g.Rect.Dy()), image.Black, image.Point{}, draw.Src)
		draw.Draw(g, image.Rect(0, 0, g.Rect.Dx(), width/2), image.Black, image.Point{}, draw.Src)
		return g
	}
	specks := func(g *image.Gray, n int) *image.Gray {
		for range n {
			x, y := rng.IntN(g.Rect.Dx()-3), rng.IntN(g.Rect.Dy()-3)
			draw.Draw(g, image.Rect(x, y, x+2, y+2), image.Black, image.Point{}, draw.Src)
		}
		return g
	}
	line := func(paper uint8, s string) *image.Gray {
		g := empty(paper)
		f, _ := opentype.Parse(goregular.TTF)
		face, _ := opentype.NewFace(f, &opentype.FaceOptions{Size: 11, DPI: 200})
		d := font.Drawer{Dst: g, Src: image.Black, Face: face, Dot: fixed.P(400, 1100)}
		d.DrawString(s)
		return g
	}
	through := func() *image.Gray { // the back of the sheet shines through
		g := paperA5(t, 200, 240, 24)
		for i, v := range g.Pix {
			if v < 200 {
				g.Pix[i] = 205
			}
		}
		return g
	}
	photo := empty(255) // to the edges of the page, in two tones
	draw.Draw(photo, photo.Rect, image.NewUniform(color.Gray{Y: 60}), image.Point{}, draw.Src)
	draw.Draw(photo, image.Rect(0, 0, 1700, 1000), image.NewUniform(color.Gray{Y: 200}), image.Point{}, draw.Src)
	streak := empty(250)
	draw.Draw(streak, image.Rect(700, 100, 703, 1600), image.NewUniform(color.Gray{Y: 60}), image.Point{}, draw.Src)

	for _, c := range []struct {
		reason string
		page   *image.Gray
		blank  bool
	}{
		{"white", empty(255), true},
		{"grey paper", empty(190), true},
		{"noise of the scanner", noisy(empty(235), 18), true},
		{"black edges of the glass", border(empty(245), 40), true},
		{"two punched holes", disc(disc(empty(250), 90, 850, 24), 90, 1480, 24), true},
		{"dust", specks(empty(250), 400), true},
		{"a streak of the sensor", streak, true},
		{"the other side shining through", through(), true},
		{"one word", line(255, "Lan"), false},
		{"one line on grey paper, noisy", noisy(line(200, "trang nay de trong"), 12), false},
		{"a disc in the middle is not a hole", disc(empty(250), 800, 1200, 120), false},
		{"a photograph to the edges", photo, false},
		{"text", paperA5(t, 200, 230, 20), false},
		{"coarse text", paperA5(t, 80, 230, 20), false},
	} {
		dpi := float64(c.page.Rect.Dx()) / 5.83
		p, err := Prepare(c.page, FromDPI(dpi, dpi), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if p.Ink.Blank() != c.blank {
			t.Errorf("%s: blank %v, %+v", c.reason, p.Ink.Blank(), p.Ink)
		}
	}
}

func TestMasksArePaintedWhite(t *testing.T) {
	g := paperA5(t, 300, 255, 1)
	p, err := Prepare(g, FromDPI(300, 300), Options{Masks: []Rect{{60, 50, 410, 90}}})
	if err != nil {
		t.Fatal(err)
	}
	if !p.Ink.Blank() {
		t.Errorf("the masked line is still there: %+v", p.Ink)
	}
}

func TestPrepareRefusesWhatHasNoPlace(t *testing.T) {
	for _, c := range []struct {
		reason string
		src    image.Image
		toPage Affine
	}{
		{"no pixels", image.NewGray(image.Rect(0, 0, 0, 5)), Identity},
		{"no map", image.NewGray(image.Rect(0, 0, 5, 5)), Affine{}},
		{"squeezed to a line", image.NewGray(image.Rect(0, 0, 5, 5)), Affine{A: 1, C: 1}},
		{"not a number", image.NewGray(image.Rect(0, 0, 5, 5)), Affine{A: math.NaN(), D: 1}},
	} {
		if _, err := Prepare(c.src, c.toPage, Options{}); err == nil {
			t.Errorf("%s: prepared", c.reason)
		}
	}
}

func TestOnePixel(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {1, 3000}, {3000, 1}, {17, 33}} {
		p, err := Prepare(image.NewGray(image.Rect(0, 0, size.X, size.Y)), FromDPI(300, 300), Options{})
		if err != nil {
			t.Fatal(size, err)
		}
		if p.Gray.Rect.Empty() {
			t.Errorf("%v: nothing left", size)
		}
	}
}

func TestLargePagesGetALowerResolution(t *testing.T) {
	p, err := Prepare(image.NewGray(image.Rect(0, 0, 3000, 4000)), FromDPI(200, 200), Options{MaxPixels: 1e6})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(p.Gray.Pix); n > 1.01e6 || n < 0.9e6 {
		t.Errorf("%d pixels", n)
	}
}
