package code

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"
	"github.com/google/go-cmp/cmp"
)

const dossier = "H15.50.05.13-261008-0975"

// sheet is an A4 page at 200 dpi with something like lines of text.
func sheet() *image.Gray {
	g := image.NewGray(image.Rect(0, 0, 1654, 2339))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range g.Pix {
		g.Pix[i] = byte(225 + r.IntN(20))
	}
	for y := 300; y < 2200; y += 45 {
		for x := 200; x < 1450; x += 6 + r.IntN(14) {
			for dy := range 10 + r.IntN(15) {
				for dx := range 2 + r.IntN(3) {
					g.SetGray(x+dx, y+dy, color.Gray{Y: byte(20 + r.IntN(60))})
				}
			}
		}
	}
	return g
}

// paste puts a code on the page, each module of it side pixels wide, with paper around it.
func paste(g *image.Gray, c barcode.Barcode, at image.Point, side, high int) image.Rectangle {
	b := c.Bounds()
	h := b.Dy() * side
	if high > 0 {
		h = high
	}
	box := image.Rect(at.X, at.Y, at.X+b.Dx()*side, at.Y+h)
	around := box.Inset(-10 * side)
	for y := around.Min.Y; y < around.Max.Y; y++ {
		for x := around.Min.X; x < around.Max.X; x++ {
			v := byte(235)
			if image.Pt(x, y).In(box) {
				row := (y - at.Y) / side
				if high > 0 {
					row = 0
				}
				if l, _, _, _ := c.At((x-at.X)/side, row).RGBA(); l < 0x8000 {
					v = 30
				}
			}
			g.SetGray(x, y, color.Gray{Y: v})
		}
	}
	return box
}

func square200(t *testing.T, text string) barcode.Barcode {
	t.Helper()
	c, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func bars128(t *testing.T, text string) barcode.Barcode {
	t.Helper()
	c, err := code128.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// turned returns the page a quarter turn clockwise.
func turned(g *image.Gray) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, g.Rect.Dy(), g.Rect.Dx()))
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			out.SetGray(g.Rect.Dy()-1-y, x, g.GrayAt(x, y))
		}
	}
	return out
}

// leaning returns the page turned by the sine given.
func leaning(g *image.Gray, sin float64) *image.Gray {
	out := image.NewGray(g.Rect)
	cx, cy := float64(g.Rect.Dx())/2, float64(g.Rect.Dy())/2
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			dx, dy := float64(x)-cx, float64(y)-cy
			px, py := int(cx+dx+sin*dy), int(cy+dy-sin*dx)
			v := color.Gray{Y: 230}
			if image.Pt(px, py).In(g.Rect) {
				v = g.GrayAt(px, py)
			}
			out.SetGray(x, y, v)
		}
	}
	return out
}

func patch(g *image.Gray, at image.Point, narrow int, backwards bool) {
	widths := []int{2, 2, 5, 2, 2, 2, 5}
	if backwards {
		widths = []int{5, 2, 2, 2, 5, 2, 2}
	}
	for y := at.Y - 3*narrow; y < at.Y+28*narrow; y++ {
		for x := at.X - 4*narrow; x < at.X+14*narrow; x++ {
			g.SetGray(x, y, color.Gray{Y: 235})
		}
	}
	x := at.X
	for i, w := range widths {
		for range w * narrow / 2 {
			for y := at.Y; i%2 == 0 && y < at.Y+25*narrow; y++ {
				g.SetGray(x, y, color.Gray{Y: 25})
			}
			x++
		}
	}
}

func TestFind(t *testing.T) {
	both := func(t *testing.T) *image.Gray {
		g := sheet()
		paste(g, square200(t, dossier), image.Pt(120, 400), 4, 0)
		paste(g, bars128(t, dossier), image.Pt(300, 1900), 2, 70)
		return g
	}
	two := []string{"qr " + dossier, "code128 " + dossier}
	cases := []struct {
		reason string
		page   func(t *testing.T) *image.Gray
		want   []string
	}{
		{"a page of text has none", func(*testing.T) *image.Gray { return sheet() }, nil},
		{"QR and Code 128 on one page", both, two},
		{"scanned upside down", func(t *testing.T) *image.Gray { return turned(turned(both(t))) }, []string{two[1], two[0]}},
		{"scanned on its side", func(t *testing.T) *image.Gray { return turned(both(t)) }, two},
		{"crooked by two degrees", func(t *testing.T) *image.Gray { return leaning(both(t), 0.035) }, two},
		{"Vietnamese in a QR code", func(t *testing.T) *image.Gray {
			g := sheet()
			paste(g, square200(t, "SOHOA1 Đơn đề nghị cấp phép"), image.Pt(600, 800), 6, 0)
			return g
		}, []string{"qr SOHOA1 Đơn đề nghị cấp phép"}},
		{"control characters are dropped", func(t *testing.T) *image.Gray {
			g := sheet()
			paste(g, square200(t, "a\x00b\x1b[31mc\u202ed"), image.Pt(600, 800), 6, 0)
			return g
		}, []string{"qr ab[31mcd"}},
		{"two QR codes", func(t *testing.T) *image.Gray {
			g := sheet()
			paste(g, square200(t, "one"), image.Pt(200, 300), 5, 0)
			paste(g, square200(t, "two"), image.Pt(900, 1500), 5, 0)
			return g
		}, []string{"qr one", "qr two"}},
		{"patch T", func(*testing.T) *image.Gray { g := sheet(); patch(g, image.Pt(600, 300), 16, false); return g }, []string{"patch T"}},
		{"patch T fed the other way round", func(*testing.T) *image.Gray { g := sheet(); patch(g, image.Pt(600, 300), 16, true); return g }, []string{"patch T"}},
		{"patch T along the side", func(*testing.T) *image.Gray { g := sheet(); patch(g, image.Pt(600, 300), 16, false); return turned(g) }, []string{"patch T"}},
		{"black", func(*testing.T) *image.Gray { return image.NewGray(image.Rect(0, 0, 400, 400)) }, nil},
		{"a speck", func(*testing.T) *image.Gray { return image.NewGray(image.Rect(0, 0, 3, 3)) }, nil},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			var got []string
			for _, f := range Find(c.page(t)) {
				got = append(got, string(f.Kind)+" "+f.Text)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

func TestBoxesCoverTheCode(t *testing.T) {
	g := sheet()
	want := map[Kind]image.Rectangle{
		QR:      paste(g, square200(t, dossier), image.Pt(120, 400), 4, 0),
		Code128: paste(g, bars128(t, dossier), image.Pt(300, 1900), 2, 70),
	}
	got := Find(g)
	if len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	for _, c := range got {
		w := want[c.Kind]
		if !w.Inset(6).In(c.Box) || !c.Box.In(w.Inset(-40)) {
			t.Errorf("%s at %v, want %v", c.Kind, c.Box, w)
		}
	}
}

// A page drawn to look like codes costs no more than its bound of attempts.
func TestAPageFullOfCorners(t *testing.T) {
	g := image.NewGray(image.Rect(0, 0, 1654, 2339))
	c := square200(t, "x")
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			v := byte(230)
			if px, py := x/4%14, y/4%14; px < 7 && py < 7 {
				if l, _, _, _ := c.At(px, py).RGBA(); l < 0x8000 {
					v = 20
				}
			}
			g.Pix[y*g.Stride+x] = v
		}
	}
	f := finder{g: g, paper: paperOf(g), squaresLeft: maxSquares, barsLeft: maxBars}
	f.rows(f.across(), true)
	f.squares()
	if len(f.corners) > maxCorners || len(f.codes) != 0 {
		t.Errorf("%d corners, %d codes", len(f.corners), len(f.codes))
	}
}

func BenchmarkFind(b *testing.B) {
	g := sheet()
	for b.Loop() {
		Find(g)
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte{0, 255, 0, 255}, 50)
	f.Fuzz(func(t *testing.T, pattern []byte, wide int) {
		if len(pattern) == 0 || wide < 1 || wide > 300 {
			return
		}
		g := image.NewGray(image.Rect(0, 0, wide, 200))
		for i := range g.Pix {
			g.Pix[i] = pattern[i%len(pattern)]
		}
		for _, c := range Find(g) {
			if c.Text == "" || len(c.Text) > maxText || !c.Box.In(g.Rect) {
				t.Errorf("%+v", c)
			}
		}
	})
}
