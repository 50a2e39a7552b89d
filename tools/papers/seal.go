package main

import (
	"image"
	"image/color"
	"math"
	"strings"
)

// seal stamps a round red seal of 36 mm. It is a specimen and says so: it has no emblem, only a star, and MẪU in its lower arc.
func seal(img *image.RGBA, cx, cy float64, issuer []string) {
	r := px(17.5)
	uneven := newChance(uint64(len(strings.Join(issuer, ""))))
	// Ink does not take everywhere alike: its strength drifts slowly across the seal.
	a, b, c := uneven.Float64()*6, uneven.Float64()*6, 2+2*uneven.Float64()
	strength := func(x, y float64) float64 {
		u, v := (x-cx)/r, (y-cy)/r
		return 0.80 + 0.14*math.Sin(c*u+a)*math.Cos(c*v+b)
	}
	for y := math.Floor(cy - r - 4); y < cy+r+4; y++ {
		for x := math.Floor(cx - r - 4); x < cx+r+4; x++ {
			d := math.Hypot(x-cx, y-cy)
			cover := math.Max(math.Max(ring(d, r-2, 5), ring(d, r-10, 2)), ring(d, r*0.56, 2))
			cover = math.Max(cover, star(x-cx, y-cy, r*0.36))
			blend(img, int(x), int(y), red, cover*strength(x, y))
		}
	}
	arc(img, strings.Join(issuer, " "), cx, cy, r*0.755, -math.Pi/2, 1, red)
	arc(img, "MẪU THỬ - KHÔNG CÓ GIÁ TRỊ", cx, cy, r*0.755, math.Pi/2, -1, red)
}

// ring tells how much of a dot at distance d a circle of the given radius and thickness covers.
func ring(d, radius, thick float64) float64 {
	return math.Max(0, math.Min(1, thick/2+0.5-math.Abs(d-radius)))
}

// star tells whether a dot lies in a five-pointed star around the origin.
func star(x, y, r float64) float64 {
	d := math.Hypot(x, y)
	if d > r {
		return 0
	}
	// Between a point and the notch beside it the edge is a straight line.
	const sector = math.Pi / 5
	angle := math.Mod(math.Atan2(x, -y)+4*math.Pi, 2*sector)
	if angle > sector {
		angle = 2*sector - angle
	}
	inner := r * 0.382
	px0, py0 := r, 0.0
	px1, py1 := inner*math.Cos(sector), inner*math.Sin(sector)
	qx, qy := d*math.Cos(angle), d*math.Sin(angle)
	side := (px1-px0)*(qy-py0) - (py1-py0)*(qx-px0)
	edge := side / math.Hypot(px1-px0, py1-py0)
	return math.Max(0, math.Min(1, edge+0.5))
}

// arc sets text around a circle, its middle at the angle `at`. Direction 1 runs clockwise with feet inward (the upper arc), -1
// counter-clockwise with feet outward (the lower arc). Text that would take more than its half is set smaller.
func arc(img *image.RGBA, text string, cx, cy, radius, at, direction float64, c color.RGBA) {
	letters := strings.Split(text, "")
	size, step := 6.6, 0.0
	for {
		step = size * dpi / 72 * 0.70 / radius
		if step*float64(len(letters)) < math.Pi*0.90 {
			break
		}
		size *= 0.95
	}
	angle := at - direction*step*float64(len(letters)-1)/2
	for _, l := range letters {
		sin, cos := math.Sincos(angle)
		turn := angle + math.Pi/2
		if direction < 0 {
			turn = angle - math.Pi/2
		}
		turnedGlyph(img, l, size, cx+radius*cos, cy+radius*sin, turn, c)
		angle += direction * step
	}
}

// signature draws a hand's stroke in blue ink, one per name.
func signature(img *image.RGBA, x, y float64, name string) {
	seed := uint64(0)
	for _, r := range name {
		seed = seed*31 + uint64(r)
	}
	hand := newChance(seed)
	// A few loops leaning right, then a long flourish back under them.
	type point struct{ x, y float64 }
	points := []point{{x, y + px(2)}}
	n, tall, lean, length := 2+hand.IntN(5), hand.IntN(3), 0.5+3.5*hand.Float64(), 20+10*hand.Float64()
	for i := range n {
		t := float64(i) / float64(n)
		up := px(2 + 5*hand.Float64())
		if i == tall {
			up = px(9 + 4*hand.Float64())
		}
		at := x + px(2+length*t)
		points = append(points, point{at + px(lean), y - up}, point{at - px(3*hand.Float64()), y - up*(0.5*hand.Float64())}, point{at + px(1+2*hand.Float64()), y + px(3*hand.Float64())})
	}
	end := x + px(length+2)
	switch hand.IntN(3) {
	case 0: // back under the name
		points = append(points, point{end + px(4), y - px(4)}, point{x + px(8), y + px(5)}, point{end + px(6), y + px(1.5)})
	case 1: // a long tail upwards
		points = append(points, point{end, y + px(2)}, point{end + px(5), y - px(1)}, point{end + px(11), y - px(8)})
	case 2: // a loop and a dot-like hook
		points = append(points, point{end + px(5), y - px(6)}, point{end + px(1), y - px(7)}, point{end + px(2), y + px(4)}, point{end - px(9), y + px(7)}, point{end + px(8), y + px(3)})
	}
	for i := 0; i+1 < len(points); i++ {
		p0, p1 := points[max(0, i-1)], points[i]
		p2, p3 := points[i+1], points[min(len(points)-1, i+2)]
		steps := int(math.Hypot(p2.x-p1.x, p2.y-p1.y)*1.5) + 2
		for k := range steps {
			t := float64(k) / float64(steps)
			// Catmull-Rom: a smooth line through all points.
			f := func(a, b, c, d float64) float64 {
				return 0.5 * (2*b + (c-a)*t + (2*a-5*b+4*c-d)*t*t + (3*b-a-3*c+d)*t*t*t)
			}
			cx, cy := f(p0.x, p1.x, p2.x, p3.x), f(p0.y, p1.y, p2.y, p3.y)
			thick := 1.7 + 0.8*math.Sin(float64(i)+t*2)
			for v := math.Floor(cy - 4); v <= cy+4; v++ {
				for u := math.Floor(cx - 4); u <= cx+4; u++ {
					cover := thick + 0.5 - math.Hypot(u-cx, v-cy)
					blend(img, int(u), int(v), blue, 0.45*math.Max(0, math.Min(1, cover)))
				}
			}
		}
	}
}
