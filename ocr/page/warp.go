package page

import "image"

// warp draws src on white through the map back, which leads from the middles of dst's pixels to src.
func warp(dst, src *image.Gray, back Affine) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	sw, sh := src.Rect.Dx(), src.Rect.Dy()
	const one = 1 << 16
	stepX, stepY := int64(back.A*one), int64(back.B*one)
	for y := range h {
		fx, fy := back.Apply(0.5, float64(y)+0.5)
		px, py := int64((fx-0.5)*one), int64((fy-0.5)*one)
		out := dst.Pix[y*dst.Stride : y*dst.Stride+w]
		for x := range out {
			ix, iy := int(px>>16), int(py>>16)
			if ix >= 1 && iy >= 1 && ix < sw-2 && iy < sh-2 {
				out[x] = cubic(src.Pix[(iy-1)*src.Stride+ix-1:], src.Stride, int(px>>8)&255, int(py>>8)&255)
			} else {
				out[x] = edge(src, ix, iy, int(px>>8)&255, int(py>>8)&255)
			}
			px += stepX
			py += stepY
		}
	}
}

// kernel holds the Catmull-Rom weights of four neighbours for 256 places between the middle two; they add up to 256.
var kernel = func() (k [256][4]int32) {
	for i := range k {
		t := float64(i) / 256
		w := [4]float64{
			-0.5*t + t*t - 0.5*t*t*t,
			1 - 2.5*t*t + 1.5*t*t*t,
			0.5*t + 2*t*t - 1.5*t*t*t,
			-0.5*t*t + 0.5*t*t*t,
		}
		left := int32(256)
		for j := range w {
			k[i][j] = int32(w[j]*256+1024.5) - 1024
			left -= k[i][j]
		}
		if t < 0.5 {
			k[i][1] += left
		} else {
			k[i][2] += left
		}
	}
	return k
}()

// cubic interpolates inside the 4 × 4 pixels that begin at p.
func cubic(p []byte, stride, tx, ty int) byte {
	kx, ky := &kernel[tx], &kernel[ty]
	var sum int32
	for j := range 4 {
		q := p[j*stride : j*stride+4 : j*stride+4]
		sum += ky[j] * (kx[0]*int32(q[0]) + kx[1]*int32(q[1]) + kx[2]*int32(q[2]) + kx[3]*int32(q[3]))
	}
	return clamp((sum + 1<<15) >> 16)
}

// edge interpolates linearly where neighbours are missing; what lies outside is white.
func edge(src *image.Gray, ix, iy, tx, ty int) byte {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	if ix < -1 || iy < -1 || ix >= w || iy >= h {
		return 255
	}
	at := func(x, y int) int {
		if x < 0 || y < 0 || x >= w || y >= h {
			return 255
		}
		return int(src.Pix[y*src.Stride+x])
	}
	top := at(ix, iy)*(256-tx) + at(ix+1, iy)*tx
	bottom := at(ix, iy+1)*(256-tx) + at(ix+1, iy+1)*tx
	return byte((top*(256-ty) + bottom*ty + 1<<15) >> 16)
}
