package code

import "image"

// tile is the side of the squares for which the brightness of the paper is taken, in pixels.
const tile = 64

// paper is how bright the paper is, square by square: codes are decoded on photographed and yellowed pages too.
type paper struct {
	wide, high int
	dark       []byte // what is below it is ink
}

// paperOf takes the brightest of a few pixels of every square and its neighbours for paper.
func paperOf(g *image.Gray) paper {
	b := g.Rect
	p := paper{wide: (b.Dx() + tile - 1) / tile, high: (b.Dy() + tile - 1) / tile}
	light := make([]byte, p.wide*p.high)
	for y := 0; y < b.Dy(); y += 5 {
		row := g.Pix[g.PixOffset(b.Min.X, b.Min.Y+y):][:b.Dx()]
		line := light[y/tile*p.wide:]
		for x := 0; x < len(row); x += 5 {
			if v := row[x]; v > line[x/tile] {
				line[x/tile] = v
			}
		}
	}
	p.dark = make([]byte, len(light))
	for y := range p.high {
		for x := range p.wide {
			var top byte
			for j := max(0, y-1); j <= min(p.high-1, y+1); j++ {
				for i := max(0, x-1); i <= min(p.wide-1, x+1); i++ {
					top = max(top, light[j*p.wide+i])
				}
			}
			p.dark[y*p.wide+x] = byte(int(top) * 6 / 10)
		}
	}
	return p
}

// line reads pixels along one direction: line i of n, each of length pixels.
type line struct {
	n, length int
	at        func(i, j int) (x, y int) // pixel j of line i
	read      func(dst []bool, i int)   // true is ink
}

func (f *finder) across() line {
	b := f.g.Rect
	return line{b.Dy(), b.Dx(), func(i, j int) (int, int) { return b.Min.X + j, b.Min.Y + i }, func(dst []bool, i int) {
		row := f.g.Pix[f.g.PixOffset(b.Min.X, b.Min.Y+i):][:b.Dx()]
		dark := f.paper.dark[i/tile*f.paper.wide:]
		for t := 0; t*tile < len(row); t++ {
			limit := dark[t]
			end := min((t+1)*tile, len(row))
			for x := t * tile; x < end; x++ {
				dst[x] = row[x] < limit
			}
		}
	}}
}

func (f *finder) down() line {
	b := f.g.Rect
	return line{b.Dx(), b.Dy(), func(i, j int) (int, int) { return b.Min.X + i, b.Min.Y + j }, func(dst []bool, i int) {
		at := f.g.PixOffset(b.Min.X+i, b.Min.Y)
		for y := range dst {
			dst[y] = f.g.Pix[at] < f.paper.dark[y/tile*f.paper.wide+i/tile]
			at += f.g.Stride
		}
	}}
}

func (f *finder) ink(x, y int) bool {
	b := f.g.Rect
	if !image.Pt(x, y).In(b) {
		return false
	}
	return f.g.Pix[f.g.PixOffset(x, y)] < f.paper.dark[(y-b.Min.Y)/tile*f.paper.wide+(x-b.Min.X)/tile]
}

// runs writes the places where ink and paper change: runs[0] is the first ink, runs[1] the first paper after it, and so on.
func runs(dst []int, bits []bool) []int {
	was := false
	for x, is := range bits {
		if is != was {
			dst, was = append(dst, x), is
		}
	}
	if was {
		dst = append(dst, len(bits))
	}
	return dst
}
