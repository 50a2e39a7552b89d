package ocr

import (
	"math"
)

// ring is a round seal in black: on a fax, or copied without colours.
type ring struct {
	x, y, r float64
}

const (
	sealLeast = 12.5 / 25.4 * page200 // radius of the smallest seal looked for, in pixels of the prepared page
	sealMost  = 22.0 / 25.4 * page200
	page200   = 200
)

// ring finds the outer line of a round seal: the largest circle most of which is ink.
func (c cutting) ring() (found ring, ok bool) {
	const half = 2
	w, h := c.Rect.Dx()/half, c.Rect.Dy()/half
	ink := make([]bool, w*h)
	for y := range h {
		for x := range w {
			ink[y*w+x] = c.dark(half*x, half*y) || c.dark(half*x+1, half*y) || c.dark(half*x, half*y+1) || c.dark(half*x+1, half*y+1)
		}
	}
	const points = 64
	var cos, sin [points]float64
	for i := range points {
		a := 2 * math.Pi * float64((i*27)%points) / points // spread, so that the first few decide
		cos[i], sin[i] = math.Cos(a), math.Sin(a)
	}
	var px, py [points]int // of a circle about the origin
	share := func(x, y int) float64 {
		on, in := 0, 0
		for i := range points {
			x, y := x+px[i], y+py[i]
			if x < 0 || y < 0 || x >= w || y >= h {
				continue
			}
			in++
			if ink[y*w+x] {
				on++
			} else if in-on > points/5 { // no circle of ink any more, whatever follows
				return 0
			}
			if i == 11 && 2*on < in {
				return 0
			}
		}
		if in < points*6/10 {
			return 0
		}
		return float64(on) / float64(in)
	}
	best := 0.0
	k := c.scale / half
	for r := sealLeast * k; r <= sealMost*k; r++ {
		for i := range points {
			px[i], py[i] = int(math.Floor(r*cos[i])), int(math.Floor(r*sin[i]))
		}
		for y := 0; y < h; y += 2 {
			for x := 0; x < w; x += 2 {
				if v := share(x, y); v > 0.8 && v+r*0.001 > best {
					best, found = v+r*0.001, ring{float64(x), float64(y), r}
				}
			}
		}
	}
	if best == 0 {
		return found, false
	}
	// Nearer, by how dark the circle is in the middle of its line.
	from := ring{found.x * half, found.y * half, found.r * half}
	best = 0
	for dr := -4.0; dr <= 4; dr++ {
		for dy := -4.0; dy <= 4; dy++ {
			for dx := -4.0; dx <= 4; dx++ {
				t := ring{from.x + dx, from.y + dy, from.r + dr}
				if v := c.along(t, 1) + c.along(t, 0.94)*0.2; v > best {
					best, found = v, t
				}
			}
		}
	}
	return found, best > 0.7
}

// along is how much of the circle at a part of the ring's radius is ink, of what lies in the cutting.
func (c cutting) along(g ring, part float64) float64 {
	on, in := 0, 0
	for i := range 240 {
		a := 2 * math.Pi * float64(i) / 240
		x, y := int(math.Round(g.x+g.r*part*math.Cos(a))), int(math.Round(g.y+g.r*part*math.Sin(a)))
		if x < 0 || y < 0 || x >= c.Rect.Dx() || y >= c.Rect.Dy() {
			continue
		}
		in++
		if c.dark(x, y) {
			on++
		}
	}
	return float64(on) / float64(max(in, 1))
}

// withoutLines takes the round lines of a seal away. Where ink goes on beside a line a letter crosses it
// or touches it, and the line stays.
func (c cutting) withoutLines(g ring) {
	w, h := c.Rect.Dx(), c.Rect.Dy()
	line := make([]bool, int(g.r*1.1)+4) // by radius
	for i := range line {
		if f := float64(i) / g.r; f > 0.3 {
			line[i] = c.along(g, f) > 0.4
		}
	}
	was := c.clone()
	for y := range h {
		for x := range w {
			dx, dy := float64(x)-g.x, float64(y)-g.y
			d := math.Hypot(dx, dy)
			i := int(math.Round(d))
			if i < 2 || i >= len(line)-2 || !line[i] && !line[i-1] && !line[i+1] {
				continue
			}
			in, out := i, i
			for in > 0 && (line[in] || line[in-1] || in == i) && i-in < 12 {
				in--
			}
			for out < len(line)-1 && (line[out] || line[out+1] || out == i) && out-i < 12 {
				out++
			}
			ux, uy := dx/d, dy/d
			beyond := func(r float64) bool {
				return was.dark(int(math.Round(g.x+ux*r)), int(math.Round(g.y+uy*r)))
			}
			if !beyond(float64(in-1)) && !beyond(float64(out+1)) {
				c.Pix[y*c.Stride+x] = 255
			}
		}
	}
}

// withoutStar takes the five-pointed star in the middle of a seal away, where there is one.
func (c cutting) withoutStar(g ring) {
	type star struct{ x, y, r, turn float64 }
	var best star
	most := 0.0
	for turn := -16.0; turn <= 16; turn += 4 {
		// The same places are looked at in stars of every size: which of them lie inside is asked once.
		const half = 12
		rad := turn * math.Pi / 180
		var inside [][2]float64
		for j := -half; j <= half; j++ {
			for i := -half; i <= half; i++ {
				if x, y := float64(i)/half, float64(j)/half; inStar(x, y, rad, 1) {
					inside = append(inside, [2]float64{x, y})
				}
			}
		}
		for r := 0.3; r <= 0.62; r += 0.02 {
			for dy := -2.0; dy <= 2; dy += 2 {
				for dx := -2.0; dx <= 2; dx += 2 {
					s := star{g.x + dx, g.y + dy, r * g.r, rad}
					on, missed := 0, 0
					for _, p := range inside {
						if c.dark(int(s.x+p[0]*s.r), int(s.y+p[1]*s.r)) {
							on++
						} else if missed++; missed*14 > len(inside) { // more than 7 % is paper
							break
						}
					}
					if f := float64(on) / float64(len(inside)); f > 0.93 && f*r > most {
						most, best = f*r, s
					}
				}
			}
		}
	}
	if most == 0 {
		return
	}
	reach := int(best.r*1.1) + 2
	for y := -reach; y <= reach; y++ {
		for x := -reach; x <= reach; x++ {
			if inStar(float64(x)/best.r, float64(y)/best.r, best.turn, 1.04) {
				if px, py := int(best.x)+x, int(best.y)+y; px >= 0 && py >= 0 && px < c.Rect.Dx() && py < c.Rect.Dy() {
					c.Pix[py*c.Stride+px] = 255
				}
			}
		}
	}
}

// inStar reports that a point lies in a five-pointed star of radius 1, grown by a factor and turned.
func inStar(x, y, turn, grown float64) bool {
	d := math.Hypot(x, y)
	if d > grown {
		return false
	}
	a := math.Mod(math.Atan2(x, -y)-turn+20*math.Pi, 2*math.Pi/5) // from a point upwards
	if a > math.Pi/5 {
		a = 2*math.Pi/5 - a
	}
	// The edge leads from the point (radius 1, angle 0) to the corner (radius 0.382, angle π/5).
	const corner = 0.382
	cx, cy := corner*math.Cos(math.Pi/5), corner*math.Sin(math.Pi/5)
	px, py := d*math.Cos(a)/grown, d*math.Sin(a)/grown
	return (cx-1)*py-cy*(px-1) >= 0
}

// withoutSmall takes the letters of the seal's own text away: what stands between its lines and is smaller than the print.
func (c cutting) withoutSmall(g ring) {
	for _, p := range c.parts() {
		x, y := float64(p.box.Min.X+p.box.Max.X)/2, float64(p.box.Min.Y+p.box.Max.Y)/2
		d := math.Hypot(x-g.x, y-g.y) / g.r
		if size := float64(max(p.box.Dx(), p.box.Dy())); d > 0.5 && d < 0.98 && size < 0.13*g.r || d < 1.05 && size < 0.035*g.r {
			c.without(p)
		}
	}
}

// withoutThin takes the strokes of the seal's own text away by their width, where it stands: the print of a name is bold.
func (c cutting) withoutThin(g ring) {
	k := max(3, int(math.Round(0.026*g.r))) // a stroke of the seal's text is narrower
	was := c.clone()
	solid := func(x, y int) bool { // a square of k pixels from here is all ink
		for j := range k {
			for i := range k {
				if !was.dark(x+i, y+j) {
					return false
				}
			}
		}
		return true
	}
	keep := make([]bool, len(c.Pix))
	for y := range c.Rect.Dy() {
		for x := range c.Rect.Dx() {
			if was.dark(x, y) && solid(x, y) {
				for j := range k {
					for i := range k {
						keep[(y+j)*c.Stride+x+i] = true
					}
				}
			}
		}
	}
	for y := range c.Rect.Dy() {
		for x := range c.Rect.Dx() {
			if d := math.Hypot(float64(x)-g.x, float64(y)-g.y) / g.r; d > 0.55 && d < 1.02 && !keep[y*c.Stride+x] {
				c.Pix[y*c.Stride+x] = 255
			}
		}
	}
}
