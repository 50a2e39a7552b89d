package pdf

import "math"

// matrix is a PDF transformation [a b c d e f]: x' = a·x + c·y + e, y' = b·x + d·y + f.
type matrix [6]float64

// then is m followed by n.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

func (m matrix) apply(x, y float64) (float64, float64) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

// bounds is the box around the unit square, where images are drawn.
func (m matrix) bounds() rect {
	r := rect{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, c := range [][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		x, y := m.apply(c[0], c[1])
		r.X0, r.X1 = math.Min(r.X0, x), math.Max(r.X1, x)
		r.Y0, r.Y1 = math.Min(r.Y0, y), math.Max(r.Y1, y)
	}
	return r
}

// display is the transformation from the page's own space to the page as displayed: points, origin top left, y down, rotation done.
func (s *sheet) display() matrix {
	b, u := s.box, s.unit
	switch s.rotate {
	case 90:
		return matrix{0, u, u, 0, -b.Y0 * u, -b.X0 * u}
	case 180:
		return matrix{-u, 0, 0, u, b.X1 * u, -b.Y0 * u}
	case 270:
		return matrix{0, -u, -u, 0, b.Y1 * u, b.X1 * u}
	}
	return matrix{u, 0, 0, -u, -b.X0 * u, b.Y1 * u}
}
