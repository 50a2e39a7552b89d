package ocr

import (
	"image"
	"math"

	"sohoa/ocr/page"
)

// cutting is a part of a page brought to gray with what is coloured taken away: a red seal and a signature in blue are light in
// the brightest of their three colours, and black print is dark in all of them.
type cutting struct {
	*image.Gray
	scale float64 // pixels for one of the prepared page
	red   float64 // share of pixels that were red: of a seal in its own colour
}

// cutFrom takes box, in pixels of the prepared page, from the page's own picture. lead maps pixels of the prepared page to those of m.
func cutFrom(m image.Image, lead page.Affine, box image.Rectangle, scale float64) cutting {
	w, h := int(float64(box.Dx())*scale), int(float64(box.Dy())*scale)
	type colour struct{ r, g, b uint8 }
	pixels := make([]colour, w*h)
	bounds := m.Bounds()
	// Where a pixel of the cutting covers several of the picture, a few places inside it are looked at.
	step := math.Hypot(lead.A, lead.B) / scale
	n := max(1, min(3, int(math.Ceil(step+0.2))))
	if step < 0.8 {
		n = 2
	}
	gray, _ := m.(*image.Gray) // as faxes are
	var light [256]int
	for y := range h {
		for x := range w {
			var r, g, b int
			for j := range n {
				for i := range n {
					px := float64(box.Min.X) + (float64(x)+(float64(i)+0.5)/float64(n))/scale
					py := float64(box.Min.Y) + (float64(y)+(float64(j)+0.5)/float64(n))/scale
					sx, sy := lead.Apply(px, py)
					ix := min(max(int(math.Floor(sx))+bounds.Min.X, bounds.Min.X), bounds.Max.X-1)
					iy := min(max(int(math.Floor(sy))+bounds.Min.Y, bounds.Min.Y), bounds.Max.Y-1)
					if gray != nil {
						v := int(gray.Pix[gray.PixOffset(ix, iy)])
						r, g, b = r+v, g+v, b+v
						continue
					}
					cr, cg, cb, _ := m.At(ix, iy).RGBA()
					r, g, b = r+int(cr>>8), g+int(cg>>8), b+int(cb>>8)
				}
			}
			c := colour{uint8(r / (n * n)), uint8(g / (n * n)), uint8(b / (n * n))}
			pixels[y*w+x] = c
			light[max(c.r, c.g, c.b)]++
		}
	}
	// The paper: lighter than all but a fifth of the pixels.
	ground, left := 255, w*h/5
	for ; ground > 64; ground-- {
		if left -= light[ground]; left < 0 {
			break
		}
	}
	// A seal laid on print covers it in part: what lies below is the darker red. The seal by itself: lighter than most red pixels.
	var reddish [256]int
	reds := 0
	paper := float64(ground)
	for _, c := range pixels {
		if float64(c.r)-float64(max(c.g, c.b)) > 0.25*paper {
			reddish[c.r]++
			reds++
		}
	}
	seal, left := 255, reds/4
	for ; seal > 1; seal-- {
		if left -= reddish[seal]; left < 0 {
			break
		}
	}
	out := cutting{Gray: image.NewGray(image.Rect(0, 0, w, h)), scale: scale}
	for i, c := range pixels {
		r, g, b := float64(c.r), float64(c.g), float64(c.b)
		v := (max(r, g, b)/paper - 0.12) / 0.66
		if red := min(1, (r-max(g, b))/paper/0.4); red > 0.2 {
			v = (1-red)*v + red*(r/float64(seal)-0.68)/0.24
		}
		if blue := (b - r) / paper; blue > 0.12 { // ink of a pen
			v += (blue - 0.12) * 5
		}
		out.Pix[i] = uint8(255 * min(1, max(0, v)))
	}
	out.red = float64(reds) / float64(max(1, len(pixels)))
	return out
}

// dark reports ink at a pixel.
func (c cutting) dark(x, y int) bool {
	return uint(x) < uint(c.Rect.Dx()) && uint(y) < uint(c.Rect.Dy()) && c.Pix[y*c.Stride+x] < 128
}

func (c cutting) clone() cutting {
	o := c
	o.Gray = image.NewGray(c.Rect)
	copy(o.Pix, c.Pix)
	return o
}

// blob is a connected stretch of ink.
type blob struct {
	box    image.Rectangle
	pixels []int
}

// parts returns the connected stretches of ink.
func (c cutting) parts() (out []blob) {
	w, h := c.Rect.Dx(), c.Rect.Dy()
	seen := make([]bool, w*h)
	for start := range seen {
		if seen[start] || c.Pix[start] >= 128 {
			continue
		}
		p := blob{box: image.Rect(w, h, 0, 0), pixels: []int{start}}
		p.box = image.Rectangle{Min: image.Pt(w, h)}
		seen[start] = true
		for at := 0; at < len(p.pixels); at++ {
			x, y := p.pixels[at]%w, p.pixels[at]/w
			p.box.Min.X, p.box.Min.Y = min(p.box.Min.X, x), min(p.box.Min.Y, y)
			p.box.Max.X, p.box.Max.Y = max(p.box.Max.X, x+1), max(p.box.Max.Y, y+1)
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					if nx, ny := x+dx, y+dy; c.dark(nx, ny) && !seen[ny*w+nx] {
						seen[ny*w+nx] = true
						p.pixels = append(p.pixels, ny*w+nx)
					}
				}
			}
		}
		out = append(out, p)
	}
	return out
}

// without paints a stretch of ink white, and the soft edge around it.
func (c cutting) without(p blob) {
	w, h := c.Rect.Dx(), c.Rect.Dy()
	for _, at := range p.pixels {
		c.Pix[at] = 255
	}
	for _, at := range p.pixels {
		x, y := at%w, at/w
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				if nx, ny := x+dx, y+dy; nx >= 0 && ny >= 0 && nx < w && ny < h && c.Pix[ny*w+nx] >= 128 {
					c.Pix[ny*w+nx] = 255
				}
			}
		}
	}
}
