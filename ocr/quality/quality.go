// Package quality measures how good the picture of a page is: whether it is too dark, out of focus, or cuts through its text.
//
// It looks at some hundred lines of pixels and at the four edges, in the picture as the scanner made it: after levelling and sharpening there
// would be nothing left to see. That takes milliseconds a page, a small part of what reading it takes.
package quality

import (
	"image"
	"slices"
)

// Report is what was measured. The zero Report is that of a picture too small to tell.
type Report struct {
	Paper float64 // brightness of the paper, 0 to 255: the 90th percentile
	Ink   float64 // brightness of the ink: the 2nd percentile
	Black float64 // part of the pixels nearer to black than to white
	Edge  float64 // how wide the edges of its letters are, in millimetres: the median; 0 where there are too few
	Edges int     // how many were measured
	Cut   [4]int  // pieces of letters at the very top, right, bottom and left edge
	DPI   float64 // across
}

// Bounds of what is said about a page. They were set on the papers described in the tests: what clerks would send back is beyond them, what
// reads well is not.
const (
	darkPaper  = 130  // recycled paper in bad light is at 150
	mostlyInk  = 0.45 // a page printed in white on black, or scanned at the wrong threshold
	dimRange   = 45   // between paper and ink: hardly anything to see
	softEdge   = 0.42 // mm; clean scans are at 0.15 to 0.25
	fewEdges   = 300
	fineEnough = 150
	cutPieces  = 14 // staples and torn edges of real scans make up to 12
	smallPixel = 300
)

// Dark reports that the page is too dark to be read comfortably.
func (r Report) Dark() bool {
	return r.Paper > 0 && (r.Paper < darkPaper || r.Black > mostlyInk || r.Paper-r.Ink < dimRange && r.Edges > 0 && r.Paper < 200)
}

// Blurred reports that the letters are out of focus, or were enlarged from too few pixels.
// A coarse scan has wide edges and is told to be coarse instead.
func (r Report) Blurred() bool {
	return r.Edges >= fewEdges && r.Edge > softEdge && r.DPI >= fineEnough
}

// CutOff reports that text runs over an edge of the picture.
func (r Report) CutOff() bool { return slices.Max(r.Cut[:]) >= cutPieces }

// Measure looks at the picture of a page with so many dots per inch across and down.
func Measure(m image.Image, dpiX, dpiY float64) Report {
	b := m.Bounds()
	if b.Dx() < smallPixel || b.Dy() < smallPixel || !(dpiX > 20 && dpiY > 20) {
		return Report{}
	}
	p := rows(m)
	r := Report{DPI: dpiX}
	r.levels(p)
	r.sharpness(p, dpiX)
	if p.bilevel {
		r.Edge, r.Edges = 0, 0 // their edges are sharp whatever the lens did
	}
	r.edges(p, dpiX, dpiY)
	return r
}

// sampled is how many rows are looked at.
const sampled = 240

// levels measures paper and ink over a grid of the page without its margins, in which shadows of the lid lie.
func (r *Report) levels(p pixels) {
	var count [256]int
	n, black := 0, 0
	row := make([]byte, p.w)
	for i := range sampled {
		y := p.h/20 + i*(p.h*9/10)/sampled
		p.row(y, row)
		for x := p.w / 20; x < p.w*19/20; x += 4 {
			count[row[x]]++
			n++
			if row[x] < 128 {
				black++
			}
		}
	}
	r.Ink, r.Paper, r.Black = percentile(count, n, 0.02), percentile(count, n, 0.9), float64(black)/float64(max(n, 1))
}

func percentile(count [256]int, n int, part float64) float64 {
	want := int(part * float64(n))
	for v, c := range count {
		if want -= c; want < 0 {
			return float64(v)
		}
	}
	return 255
}

// sharpness measures the edges of letters along rows: how far it is from light to dark at the pace of the steepest step. Steps below half of
// the way from paper to ink are no letters.
func (r *Report) sharpness(p pixels, dpiX float64) {
	least := int(r.Paper-r.Ink) / 2
	if least < 24 {
		return
	}
	var widths [64]int // by quarter pixels
	row := make([]byte, p.w)
	for i := range sampled {
		p.row(p.h/20+i*(p.h*9/10)/sampled, row)
		for x := p.w / 20; x+1 < p.w*19/20; {
			// A descent: as long as no pixel is brighter than the one before.
			from, steep := x, 0
			for x+1 < p.w && row[x+1] <= row[x] {
				steep = max(steep, int(row[x])-int(row[x+1]))
				x++
			}
			if drop := int(row[from]) - int(row[x]); drop >= least {
				widths[min(4*drop/steep, len(widths)-1)]++
				r.Edges++
			}
			x++
		}
	}
	if r.Edges == 0 {
		return
	}
	left := r.Edges / 2
	for quarters, n := range widths {
		if left -= n; left < 0 {
			r.Edge = float64(quarters) / 4 * 25.4 / dpiX
			return
		}
	}
}

// Sizes at an edge, in millimetres.
const (
	rim       = 0.35 // the outermost strip is passed over: scanners leave a line of another colour there
	margin    = 1.5  // printed text keeps three times this distance
	shortRun  = 0.4  // of ink along the edge: a speck or a rule is shorter
	longRun   = 9.0  // a shadow, a picture or the dark border of the glass is longer
	mostlyRim = 0.4  // part of an edge that may be ink
	looks     = 5    // lines looked at between rim and margin
)

// edges counts the pieces of letters closer to each edge than print comes.
func (r *Report) edges(p pixels, dpiX, dpiY float64) {
	if r.Paper-r.Ink < dimRange {
		return
	}
	dark := byte(r.Ink + (r.Paper-r.Ink)*0.45)
	mmX, mmY := dpiX/25.4, dpiY/25.4
	var in [2][looks]int // how far from the edge: of rows, of columns
	for i := range looks {
		d := rim + (margin-rim)*float64(i)/(looks-1)
		in[0][i], in[1][i] = min(int(d*mmY), p.h-1), min(int(d*mmX), p.w-1)
	}
	ink := [4][]bool{make([]bool, p.w), make([]bool, p.h), make([]bool, p.w), make([]bool, p.h)}
	row := make([]byte, p.w)
	for _, d := range in[0] {
		for side, y := range map[int]int{0: d, 2: p.h - 1 - d} {
			p.row(y, row)
			for x, v := range row {
				ink[side][x] = ink[side][x] || v < dark
			}
		}
	}
	for y := range p.h {
		p.row(y, row)
		for _, d := range in[1] {
			ink[1][y] = ink[1][y] || row[p.w-1-d] < dark
			ink[3][y] = ink[3][y] || row[d] < dark
		}
	}
	for side, along := range [4]float64{mmX, mmY, mmX, mmY} {
		r.Cut[side] = pieces(ink[side], along)
	}
}

// pieces counts the runs of ink of the size of letters along an edge.
func pieces(ink []bool, along float64) (n int) {
	all := 0
	for x := 0; x < len(ink); x++ {
		from := x
		for x < len(ink) && ink[x] {
			x++
		}
		all += x - from
		if run := float64(x-from) / along; run >= shortRun && run <= longRun {
			n++
		}
	}
	if float64(all) > mostlyRim*float64(len(ink)) {
		return 0 // the border of the glass
	}
	return n
}
