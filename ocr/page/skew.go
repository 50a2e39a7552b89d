package page

import "math"

const (
	maxSkew = 5.0 // degrees to either side: what a feeder does to a sheet
	// maxAskew is what a hand does to one, under a camera or on the glass. It is sought only where the lines do not lie nearly
	// level, and must stand out more: noise has a best angle too.
	maxAskew = 20.0
	// minPeak is how far the best angle must stand out from the usual one for the lines of the page to be believed.
	minPeak      = 1.25
	minPeakAskew = 1.6
	// maxPoints bounds the work on pages full of noise; the wide search makes do with fewer.
	maxPoints      = 60_000
	maxPointsAskew = 20_000
)

// skew returns the angle, in degrees clockwise, by which the lines of a page are turned, or 0 when it shows no lines.
//
// It follows Baird: the lower edges of the letters are counted along sheared rows; when the shear is that of the lines,
// base lines fall into few rows, and the sum of the squares of the counts is greatest.
func skew(b bitmap) float64 {
	xs, ys := lowerEdges(b)
	if len(xs) < 200 {
		return 0
	}
	p := newProjection(b, xs, ys, maxSkew)
	if angle, ok := p.sought(maxSkew, 0.2, minPeak); ok {
		return p.refined(angle, 0.1)
	}
	few := newProjection(b, thinned(xs), thinned(ys), maxAskew)
	if angle, ok := few.sought(maxAskew, 0.4, minPeakAskew); ok {
		return newProjection(b, xs, ys, maxAskew).refined(angle, 0.2)
	}
	return 0
}

// thinned keeps at most maxPointsAskew values, evenly.
func thinned(all []int32) []int32 {
	stride := len(all)/maxPointsAskew + 1
	out := make([]int32, 0, len(all)/stride+1)
	for i := 0; i < len(all); i += stride {
		out = append(out, all[i])
	}
	return out
}

// sought returns the best angle up to limit to either side, and whether it stands out by the factor and does not lie at the end
// of the range, where a better one may follow.
func (p *projection) sought(limit, step, peak float64) (angle float64, ok bool) {
	best, sum, n := 0.0, 0.0, 0
	for i := -int(math.Round(limit / step)); i <= int(math.Round(limit/step)); i++ {
		a := float64(i) * step
		s := p.score(a)
		sum += s
		n++
		if s > best {
			best, angle = s, a
		}
	}
	return angle, best >= peak*sum/float64(n) && math.Abs(angle) <= limit-step/2
}

// refined looks for a better angle nearby, in ever smaller steps.
func (p *projection) refined(angle, step float64) float64 {
	best := p.score(angle)
	for fine := step; fine > 0.02; fine /= 2 {
		left, right := p.score(angle-fine), p.score(angle+fine)
		switch {
		case left > best && left >= right:
			best, angle = left, angle-fine
		case right > best:
			best, angle = right, angle+fine
		}
	}
	return angle
}

func newProjection(b bitmap, xs, ys []int32, limit float64) *projection {
	p := &projection{xs: xs, ys: ys, shift: make([]int32, b.w)}
	p.margin = int(float64(b.w)*math.Tan(limit*1.1*math.Pi/180)) + 2
	p.rows = make([]uint32, b.h+2*p.margin)
	return p
}

type projection struct {
	xs, ys []int32
	shift  []int32 // per column
	rows   []uint32
	margin int
}

// score says how sharply the points fall into rows turned by the angle.
func (p *projection) score(degrees float64) float64 {
	tan := math.Tan(degrees * math.Pi / 180)
	for x := range p.shift {
		p.shift[x] = int32(p.margin) - int32(math.Round(float64(x-len(p.shift)/2)*tan))
	}
	clear(p.rows)
	for i, x := range p.xs {
		p.rows[p.ys[i]+p.shift[x]]++
	}
	var s uint64
	for _, n := range p.rows {
		s += uint64(n) * uint64(n)
	}
	return float64(s)
}

// lowerEdges returns the ink pixels that have paper below them, away from the borders of the page, where the scanner
// leaves lines of its own.
func lowerEdges(b bitmap) (xs, ys []int32) {
	mx, my := b.w/40, b.h/40
	total := 0
	for pass := range 2 {
		stride := 1
		if pass == 1 {
			stride = total/maxPoints + 1
			xs, ys = make([]int32, 0, total/stride+1), make([]int32, 0, total/stride+1)
		}
		n := 0
		for y := my; y < b.h-1-my; y++ {
			row, below := b.ink[y*b.w:(y+1)*b.w], b.ink[(y+1)*b.w:(y+2)*b.w]
			for x := mx; x < b.w-mx; x++ {
				if row[x] > below[x] {
					if pass == 1 && n%stride == 0 {
						xs, ys = append(xs, int32(x)), append(ys, int32(y))
					}
					n++
				}
			}
		}
		total = n
	}
	return xs, ys
}
