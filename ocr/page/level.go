package page

import (
	"image"
	"slices"
)

// tile is the side, in pixels, of the squares in which the brightness of the paper is measured: about 4 mm at 200 dpi,
// wider than the gaps between letters and narrower than the shadow of a fold.
const tile = 32

// level brings the paper to white, in place: every pixel is divided by the brightness of the paper around it. Uneven
// light, grey recycled paper and shadows at the spine go; ink keeps its contrast to its surroundings.
func level(g *image.Gray) {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	cols, rows := (w+tile-1)/tile, (h+tile-1)/tile
	if cols == 0 || rows == 0 {
		return
	}
	ground := paper(g, cols, rows)
	if bright(ground) {
		return
	}
	// Brightness at the pixels is interpolated between the middles of the tiles, by the inverse.
	inverse := make([]float32, len(ground))
	for i, v := range ground {
		inverse[i] = 255 / float32(v)
	}
	line := make([]float32, cols)
	for y := range h {
		r, below := between(y, rows)
		top, bottom := inverse[r*cols:(r+1)*cols], inverse[min(r+1, rows-1)*cols:]
		for c := range line {
			line[c] = top[c] + (bottom[c]-top[c])*below
		}
		levelRow(g.Pix[y*g.Stride:y*g.Stride+w], line)
	}
}

// levelRow multiplies a row of pixels by factors given at the middles of the tiles; beyond the first and the last middle
// the factor stays.
func levelRow(row []byte, factors []float32) {
	const one = 1 << 16
	last := len(factors) - 1
	head := min(tile/2, len(row))
	scale(row[:head], int32(factors[0]*one), 0)
	for c := range last {
		from := c*tile + tile/2
		to := min(from+tile, len(row))
		if from >= to {
			return
		}
		scale(row[from:to], int32(factors[c]*one), int32((factors[c+1]-factors[c])/tile*one))
	}
	if from := last*tile + tile/2; from < len(row) {
		scale(row[from:], int32(factors[last]*one), 0)
	}
}

// scale multiplies pixels by a factor in 16.16 fixed point that grows by step from one to the next.
func scale(row []byte, factor, step int32) {
	for x, v := range row {
		row[x] = byte(min(int32(v)*(factor>>4)>>12, 255))
		factor += step
	}
}

// between returns the tile whose middle lies at or before p, and how far p is on the way to the next one (0 to 1).
func between(p, n int) (int, float32) {
	if p < tile/2 {
		return 0, 0
	}
	i := (p - tile/2) / tile
	if i >= n-1 {
		return n - 1, 0
	}
	return i, float32(p-tile/2-i*tile) / tile
}

// paper returns the brightness of the paper in every tile. A tile that shows no paper (a photograph, a black edge) gets
// half of what is usual on the page, so that dark stays dark.
func paper(g *image.Gray, cols, rows int) []byte {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	ground := make([]byte, cols*rows)
	for r := range rows {
		for c := range cols {
			var count [256]uint16
			n := 0
			for y := r * tile; y < min((r+1)*tile, h); y++ {
				for _, v := range g.Pix[y*g.Stride+c*tile : y*g.Stride+min((c+1)*tile, w)] {
					count[v]++
					n++
				}
			}
			// The brightest seventh may be noise; the rest of the upper half is paper even among bold letters.
			rest := n / 7
			v := 255
			for ; v > 0 && rest >= int(count[v]); v-- {
				rest -= int(count[v])
			}
			ground[r*cols+c] = byte(v)
		}
	}
	sorted := slices.Clone(ground)
	slices.Sort(sorted)
	usual := max(sorted[len(sorted)/2], 2)
	for i, v := range ground {
		ground[i] = max(v, usual/2)
	}
	return ground
}

// bright reports whether all the paper is white already, so that levelling would change nothing.
func bright(ground []byte) bool {
	return slices.Min(ground) >= 250
}
