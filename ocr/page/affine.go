package page

import "math"

// Affine maps points of one plane to another: x' = A·x + C·y + E, y' = B·x + D·y + F. The order of the fields is that of
// a PDF matrix. The zero Affine maps everything to one point and is never valid.
type Affine struct {
	A, B, C, D, E, F float64
}

// Identity leaves every point where it is.
var Identity = Affine{A: 1, D: 1}

// Scale returns the map that stretches both axes about the origin.
func Scale(x, y float64) Affine { return Affine{A: x, D: y} }

// Translate returns the map that moves every point.
func Translate(x, y float64) Affine { return Affine{A: 1, D: 1, E: x, F: y} }

// Rotate returns the rotation by degrees about (x, y), clockwise on a plane whose y axis points down.
func Rotate(degrees, x, y float64) Affine {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return Affine{cos, sin, -sin, cos, x - cos*x + sin*y, y - sin*x - cos*y}
}

// FromDPI returns the map from the pixels of an upright image to points, both from the top left corner.
func FromDPI(x, y float64) Affine { return Scale(72/x, 72/y) }

// Apply returns where the point (x, y) comes to lie.
func (m Affine) Apply(x, y float64) (float64, float64) {
	return m.A*x + m.C*y + m.E, m.B*x + m.D*y + m.F
}

// Then returns the map that does m first and next after it.
func (m Affine) Then(next Affine) Affine {
	e, f := next.Apply(m.E, m.F)
	return Affine{
		A: next.A*m.A + next.C*m.B, B: next.B*m.A + next.D*m.B,
		C: next.A*m.C + next.C*m.D, D: next.B*m.C + next.D*m.D,
		E: e, F: f,
	}
}

// Invert returns the map that leads back, and false when m squeezes the plane to a line or a point.
func (m Affine) Invert() (Affine, bool) {
	det := m.A*m.D - m.B*m.C
	if math.Abs(det) < 1e-12 || math.IsNaN(det) || math.IsInf(det, 0) {
		return Affine{}, false
	}
	i := Affine{A: m.D / det, B: -m.B / det, C: -m.C / det, D: m.A / det}
	i.E, i.F = -(i.A*m.E + i.C*m.F), -(i.B*m.E + i.D*m.F)
	return i, true
}

// Bounds returns the smallest upright rectangle around the image of the rectangle (x0, y0)–(x1, y1).
func (m Affine) Bounds(x0, y0, x1, y1 float64) (left, top, right, bottom float64) {
	left, top, right, bottom = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range [4][2]float64{{x0, y0}, {x1, y0}, {x0, y1}, {x1, y1}} {
		x, y := m.Apply(p[0], p[1])
		left, right = min(left, x), max(right, x)
		top, bottom = min(top, y), max(bottom, y)
	}
	return left, top, right, bottom
}

// dpi returns the resolution of an image whose pixels m maps to points, along its own two axes.
func (m Affine) dpi() (x, y float64) {
	return 72 / math.Hypot(m.A, m.B), 72 / math.Hypot(m.C, m.D)
}

// quarter returns how often the image must be turned by 90° clockwise to stand as displayed, and whether it must be
// mirrored left to right before that.
func (m Affine) quarter() (turns int, mirrored bool) {
	a, b := m.A, m.B
	if m.A*m.D-m.B*m.C < 0 {
		mirrored, a, b = true, -a, -b
	}
	return (int(math.Round(math.Atan2(b, a)/(math.Pi/2))) + 4) % 4, mirrored
}
