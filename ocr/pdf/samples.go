package pdf

import (
	"image"
	"image/color"
	"io"

	"sohoa/ocr/pdf/cos"
)

// space is how samples become colours.
type space struct {
	n, bits int
	invert  bool          // Decode is [1 0 …]
	palette color.Palette // Indexed; nil otherwise
}

// space reads colour space and decode array; ok is false for what only pdfium can show.
func (p *Paper) space(d cos.Dict, info picture) (space, bool) {
	s := space{n: info.colours, bits: int(info.bits)}
	if mask, _ := p.file.Resolve(d.Get("ImageMask")).(bool); mask {
		s.n, s.bits = 1, 1
	}
	if info.codec == "CCITTFaxDecode" && s.bits == 0 {
		s.bits = 1
	}
	switch s.bits {
	case 1, 2, 4, 8, 16:
	default:
		return s, false
	}
	switch cs := p.file.Resolve(d.Get("ColorSpace")).(type) {
	case cos.Array:
		family, _ := p.file.Resolve(cs[0]).(cos.Name) // describe has seen that it is not empty
		switch family {
		case "Indexed", "I":
			if s.palette = p.palette(cs, s.bits); s.palette == nil {
				return s, false
			}
		case "ICCBased", "CalGray", "CalRGB":
		default:
			return s, false
		}
	}
	if s.n != 1 && s.n != 3 && s.n != 4 {
		return s, false
	}
	if a, is := p.file.Resolve(d.Get("Decode")).(cos.Array); is {
		invert, plain := true, true
		top := 1.0
		if s.palette != nil {
			top = float64(int(1)<<s.bits - 1)
		}
		for i, o := range a {
			x, _ := cos.Number(p.file.Resolve(o))
			want := float64(i%2) * top
			plain = plain && x == want
			invert = invert && x == top-want
		}
		if !plain && !invert {
			return s, false
		}
		s.invert = invert && !plain
	}
	return s, true
}

// palette reads [/Indexed base hival table] over gray, RGB or CMYK.
func (p *Paper) palette(cs cos.Array, bits int) color.Palette {
	if len(cs) < 4 || bits > 8 {
		return nil
	}
	n, _ := components(p.file, cs[1], 0)
	high, ok := cos.Int(p.file.Resolve(cs[2]))
	if !ok || high < 0 || high > 255 {
		return nil
	}
	if base, is := p.file.Resolve(cs[1]).(cos.Array); is && len(base) > 0 {
		switch family, _ := p.file.Resolve(base[0]).(cos.Name); family {
		case "ICCBased", "CalGray", "CalRGB", "DeviceGray", "DeviceRGB", "DeviceCMYK":
		default:
			return nil
		}
	}
	var table []byte
	switch t := p.file.Resolve(cs[3]).(type) {
	case cos.String:
		if p.file.Lock() != cos.Unlocked {
			return nil // strings of locked files are left to pdfium
		}
		table = []byte(t)
	case *cos.Stream:
		table, _ = p.file.Bytes(t)
	}
	out := make(color.Palette, 1<<bits)
	for i := range out {
		k := min(i, int(high)) * n
		if k+n > len(table) {
			out[i] = color.Black
			continue
		}
		switch n {
		case 1:
			out[i] = color.Gray{table[k]}
		case 3:
			out[i] = color.RGBA{table[k], table[k+1], table[k+2], 255}
		case 4:
			out[i] = color.CMYK{table[k], table[k+1], table[k+2], table[k+3]}
		default:
			return nil
		}
	}
	return out
}

// read makes the picture, row by row. A few rows missing at the end stay white.
func (s space) read(r io.Reader, w, h, row int) (image.Image, error) {
	buf := make([]byte, row)
	bounds := image.Rect(0, 0, w, h)
	next := func() (bool, error) {
		n, err := io.ReadFull(r, buf)
		if n == 0 {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				return false, nil
			}
			return false, errNotExtractable
		}
		if s.invert {
			for i := range buf[:n] {
				buf[i] = ^buf[i]
			}
		}
		return true, nil
	}
	var put func(y int)
	var out image.Image
	seen := 0
	switch {
	case s.palette != nil:
		m := image.NewPaletted(bounds, s.palette)
		out, put = m, func(y int) { unpack(m.Pix[y*m.Stride:y*m.Stride+w], buf, s.bits, false) }
	case s.n == 1:
		m := image.NewGray(bounds)
		fill(m.Pix, 255)
		out, put = m, func(y int) { unpack(m.Pix[y*m.Stride:y*m.Stride+w], buf, s.bits, true) }
	case s.n == 3:
		m := image.NewRGBA(bounds)
		fill(m.Pix, 255)
		line := make([]byte, 3*w)
		out, put = m, func(y int) {
			unpack(line, buf, s.bits, true)
			to := m.Pix[y*m.Stride:]
			for x := range w {
				to[4*x], to[4*x+1], to[4*x+2] = line[3*x], line[3*x+1], line[3*x+2]
			}
		}
	default:
		m := image.NewCMYK(bounds)
		out, put = m, func(y int) { unpack(m.Pix[y*m.Stride:y*m.Stride+4*w], buf, s.bits, true) }
	}
	for y := range h {
		more, err := next()
		if err != nil {
			return nil, err // pdfium may get further
		}
		if !more {
			break
		}
		put(y)
		seen++
	}
	if seen*10 < h*9 {
		return nil, errNotExtractable
	}
	return out, nil
}

func fill(b []byte, v byte) {
	for i := range b {
		b[i] = v
	}
}

// unpack spreads packed samples to one byte each; stretch makes the largest sample 255.
func unpack(dst, src []byte, bits int, stretch bool) {
	switch bits {
	case 8:
		copy(dst, src)
	case 16:
		for i := range dst {
			dst[i] = src[2*i]
		}
	default:
		mask := byte(1<<bits - 1)
		scale := byte(1)
		if stretch {
			scale = 255 / mask
		}
		per := 8 / bits
		for i := range dst {
			shift := 8 - bits - i%per*bits
			dst[i] = src[i/per] >> shift & mask * scale
		}
	}
}
