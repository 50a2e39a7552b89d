package page

import "math"

const (
	maxSkew = 5.0 // degrees to either side; more than that is a page fed askew, which a person should see
	// minPeak is how far the best angle must stand out from the usual one for the lines of the page to be believed.
	minPeak = 1.25
	// maxPoints bounds the work on pages full of noise.
	maxPoints = 60_000
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
	p := projection{xs: xs, ys: ys, shift: make([]int32, b.w)}
	p.margin = int(float64(b.w)*math.Tan(maxSkew*1.1*math.Pi/180)) + 2
	p.rows = make([]uint32, b.h+2*p.margin)

	const step = 0.2
	best, angle, sum, n := 0.0, 0.0, 0.0, 0
	for a := -maxSkew; a <= maxSkew+1e-9; a += step {
		s := p.score(a)
		sum += s
		n++
		if s > best {
			best, angle = s, a
		}
	}
	if best < minPeak*sum/float64(n) || math.Abs(angle) > maxSkew-step/2 {
		return 0
	}
	for fine := step / 2; fine > 0.02; fine /= 2 {
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
