package page

import (
	"fmt"
	"image"
	"math"
)

// DPI is the resolution pages are brought to.
const DPI = 200

// Options say how to prepare a page. The zero value is right for scans.
type Options struct {
	// Masks are rectangles on the page as displayed, in points from its top left corner, that are painted white before
	// anything is recognised: codes already decoded, for example. Optional.
	Masks []Rect
	// MaxPixels bounds the prepared image; a larger page gets a lower resolution. Zero means 40 million.
	MaxPixels int64
	// Turns are quarter turns clockwise given to the page beyond those toPage asks for, because it was scanned lying on
	// its side or head. Zero means none.
	Turns int
	// KeepSkew leaves the lines as they lie. Optional.
	KeepSkew bool
}

// Rect is an upright rectangle.
type Rect struct {
	X0, Y0, X1, Y1 float64
}

// Prepared is a page ready for recognition. Release it when it has been written out.
type Prepared struct {
	Gray      *image.Gray
	ToPage    Affine  // from pixels of Gray to points of the page as displayed
	DPI       float64 // of Gray
	SourceDPI float64 // of the image the page came as: the lower of its two axes
	Skew      float64 // degrees clockwise by which the lines lay askew; they are level in Gray
	Ink       Ink
}

// Release gives the image back for reuse. The Prepared is of no use afterwards.
func (p *Prepared) Release() {
	freeGray(p.Gray)
	p.Gray = nil
}

// Prepare makes a page ready for recognition. src is the image of the page; toPage leads from its pixels to the page as
// displayed, in points from the top left corner, and so tells resolution and orientation. src is only read.
func Prepare(src image.Image, toPage Affine, opt Options) (*Prepared, error) {
	if opt.MaxPixels <= 0 {
		opt.MaxPixels = 40e6
	}
	size := src.Bounds().Size()
	if _, ok := toPage.Invert(); !ok || size.X < 1 || size.Y < 1 {
		return nil, fmt.Errorf("prepare a page image of %d × %d pixels: it has no place on the page", size.X, size.Y)
	}
	dx, dy := toPage.dpi()
	p := &Prepared{SourceDPI: min(dx, dy)}

	// Down to the wanted resolution, never up: that is done, where needed, together with the turning.
	want := resolution(size, dx, dy, opt.MaxPixels)
	w := max(1, int(math.Round(float64(size.X)*min(1, scaleBy(want, dx)))))
	h := max(1, int(math.Round(float64(size.Y)*min(1, scaleBy(want, dy)))))
	g := shrink(src, w, h)
	withRedPrint(g, src, p.SourceDPI)
	toPage = Scale(float64(size.X)/float64(w), float64(size.Y)/float64(h)).Then(toPage)

	g, toPage = upright(g, toPage, opt.Turns)
	if negative(g) {
		invert(g)
	}
	for _, m := range opt.Masks {
		blot(g, toPage, m)
	}
	level(g)
	unghost(g)
	b := measured(g, toPage, want)
	defer b.free()
	p.Ink = weigh(b)
	if !opt.KeepSkew && !p.Ink.Blank() {
		p.Skew = skew(b)
	}
	enough := levelShrunk
	if w == size.X && h == size.Y {
		enough = levelAsScanned
	}
	p.Gray, p.ToPage = straighten(g, toPage, p.Skew, want, enough)
	dx, dy = p.ToPage.dpi()
	p.DPI = min(dx, dy)
	return p, nil
}

// resolution returns the resolution to aim at: DPI, or less where the page would have too many pixels.
func resolution(size image.Point, dx, dy float64, maxPixels int64) float64 {
	pixels := float64(size.X) * float64(size.Y) / (dx * dy) // of a page at 1 dpi
	return min(DPI, math.Sqrt(float64(maxPixels)/pixels))
}

// near is how far, as a part, a resolution may lie from the wanted one: changing pixels would cost more than it gains.
const near = 0.08

// scaleBy returns the factor from one resolution to another, and 1 when they are near.
//
// Coarse pages are brought up to DPI as well, and not beyond: words lost of eight clean papers, as they were, at 200 and at
// 300 dpi: from 150 dpi 1.21, 0.95, 1.30 %; from 120 dpi 2.12, 0.95, 1.08 %; from 100 dpi 5.54, 1.69, 1.69 %; 300 dpi takes
// 40 % longer.
func scaleBy(want, have float64) float64 {
	if have < want*(1+near) && have > want*(1-near) && want == DPI {
		return 1
	}
	return want / have
}

// Below these angles lines are level enough, in degrees. To turn a page whose pixels came as they are softens the marks that
// tell its words apart: words lost of real pages of 200 dpi, left as they lay and turned by 0.1° and 0.2°: 13 and 19, 17 and
// 28. On pages that were shrunk, softened already, the turning gains: 0.92 against 1.00 % of the words of mild scans. Rejected:
// moving columns by whole pixels instead (1.81 against 1.43 % on bad scans).
const (
	levelAsScanned = 0.35
	levelShrunk    = 0.05
)

// straighten turns the page so that its lines are level, and enlarges it where its resolution is far below the wanted
// one. It frees g when it returns another image.
func straighten(g *image.Gray, toPage Affine, skew, want, enough float64) (*image.Gray, Affine) {
	dx, dy := toPage.dpi()
	sx, sy := max(1, scaleBy(want, dx)), max(1, scaleBy(want, dy))
	if math.Abs(skew) < enough && sx == 1 && sy == 1 {
		return g, toPage
	}
	out, back := moved(g, sx, sy, skew)
	freeGray(g)
	return out, back.Then(toPage)
}

// moved returns g enlarged and turned back by the skew, on a sheet that holds all of it, and the map that leads back to g.
func moved(g *image.Gray, sx, sy, skew float64) (*image.Gray, Affine) {
	w, h := float64(g.Rect.Dx())*sx, float64(g.Rect.Dy())*sy
	turn := Scale(sx, sy).Then(Rotate(-skew, w/2, h/2))
	left, top, right, bottom := turn.Bounds(0, 0, float64(g.Rect.Dx()), float64(g.Rect.Dy()))
	turn = turn.Then(Translate(-left, -top))
	back, _ := turn.Invert() // a rotation and a stretch by more than 0
	out := newGray(max(1, int(math.Ceil(right-left-0.01))), max(1, int(math.Ceil(bottom-top-0.01))))
	warp(out, g, back)
	return out, back
}

// measured returns the ink of a levelled page at about half of the wanted resolution, for which ink is weighed and skew is
// sought. A coarse page is brought up to it: its letters would pass for specks.
func measured(g *image.Gray, toPage Affine, want float64) bitmap {
	dx, dy := toPage.dpi()
	sx, sy := max(1, scaleBy(want, dx)), max(1, scaleBy(want, dy))
	if sx == 1 && sy == 1 {
		return halve(g)
	}
	big, _ := moved(g, sx, sy, 0)
	defer freeGray(big)
	return halve(big)
}

// blot paints a rectangle of the page white.
func blot(g *image.Gray, toPage Affine, r Rect) {
	back, _ := toPage.Invert()
	x0, y0, x1, y1 := back.Bounds(r.X0, r.Y0, r.X1, r.Y1)
	box := image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1))).Intersect(g.Rect)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		row := g.Pix[y*g.Stride+box.Min.X : y*g.Stride+box.Max.X]
		for x := range row {
			row[x] = 255
		}
	}
}
