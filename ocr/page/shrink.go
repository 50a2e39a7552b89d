package page

import "image"

// The weights of one output pixel add up to 1<<weightBits along each axis.
const weightBits = 12

// span is the run of input pixels that one output pixel covers, with the share of each.
type span struct {
	from   int
	weight []uint32
}

// spans cuts n input pixels into m ≤ n output pixels of equal length.
func spans(n, m int) []span {
	out := make([]span, m)
	all := make([]uint32, 0, n+2*m)
	ratio := float64(n) / float64(m)
	for i := range out {
		lo, hi := float64(i)*ratio, min(float64(i+1)*ratio, float64(n))
		from, to := int(lo), min(int(hi), n-1)
		if float64(to) == hi && to > from {
			to--
		}
		first := len(all)
		left := uint32(1 << weightBits)
		heaviest := first
		for p := from; p <= to; p++ {
			part := min(hi, float64(p+1)) - max(lo, float64(p))
			w := uint32(part / (hi - lo) * (1 << weightBits))
			w = min(w, left)
			left -= w
			all = append(all, w)
			if w > all[heaviest] {
				heaviest = len(all) - 1
			}
		}
		all[heaviest] += left // what rounding down left over
		out[i] = span{from, all[first:len(all):len(all)]}
	}
	return out
}

// shrink returns the red channel of src at w × h pixels, each the mean of the area it covers. Neither side may grow.
func shrink(src image.Image, w, h int) *image.Gray { return shrinkBy(src, w, h, redRow) }

// shrinkBy is shrink for what rows reads of src.
func shrinkBy(src image.Image, w, h int, rows func(image.Image) func(dst []byte, y int)) *image.Gray {
	b := src.Bounds()
	sw, sh := b.Dx(), b.Dy()
	read := rows(src)
	dst := newGray(w, h)
	if w == sw && h == sh {
		for y := range h {
			read(dst.Pix[y*w:(y+1)*w], y)
		}
		return dst
	}
	columns, lines := spans(sw, w), spans(sh, h)
	line := make([]byte, sw)
	narrow := make([]uint32, w) // the newest input row, narrowed
	sum := make([]uint32, w)
	last := -1
	for y, r := range lines {
		clear(sum)
		for i, weight := range r.weight {
			if row := r.from + i; row != last {
				read(line, row)
				narrowRow(narrow, line, columns)
				last = row
			}
			for x, v := range narrow {
				sum[x] += v * weight
			}
		}
		out := dst.Pix[y*w : (y+1)*w]
		for x, v := range sum {
			out[x] = byte((v + 1<<(2*weightBits-1)) >> (2 * weightBits))
		}
	}
	return dst
}

func narrowRow(dst []uint32, src []byte, columns []span) {
	for x, c := range columns {
		part := src[c.from : c.from+len(c.weight)]
		var v uint32
		for i, w := range c.weight {
			v += uint32(part[i]) * w
		}
		dst[x] = v
	}
}
