package cos

import (
	"bufio"
	"io"
)

// maxRow bounds the two row buffers of a predictor, in bytes.
const maxRow = 4 << 20

// predictor undoes PNG and TIFF prediction (ISO 32000-1 §7.4.4.4) row by row. Parameters that cannot be are taken as the defaults and noted in
// hurt: what comes out is then hardly what went in.
func predictor(r io.Reader, parms Dict, resolve func(Object) Object, hurt *bool) io.Reader {
	get := func(key Name, def, max int64) int {
		n, ok := Int(resolve(parms.Get(key)))
		if !ok || n < 1 || n > max {
			*hurt = *hurt || ok
			return int(def)
		}
		return int(n)
	}
	kind := get("Predictor", 1, 15)
	if kind < 2 {
		return r
	}
	colors, bits, columns := get("Colors", 1, 64), get("BitsPerComponent", 8, 16), get("Columns", 1, 1<<20)
	row := (colors*bits*columns + 7) / 8
	if row > maxRow {
		*hurt = true
		return r // no picture is that wide; what follows will not decode, which is harm enough
	}
	p := &predicted{r: bufio.NewReader(r), bpp: max(1, colors*bits/8), cur: make([]byte, row), prev: make([]byte, row), png: kind >= 10}
	p.colors, p.bits, p.columns = colors, bits, columns
	return p
}

type predicted struct {
	r                     *bufio.Reader
	png                   bool
	bpp                   int
	colors, bits, columns int
	cur, prev, have       []byte
	done                  bool
}

func (p *predicted) Read(out []byte) (int, error) {
	n := 0
	for n < len(out) {
		if len(p.have) == 0 {
			if p.done {
				break
			}
			if err := p.row(); err != nil {
				return n, err
			}
			if len(p.have) == 0 {
				break
			}
		}
		k := copy(out[n:], p.have)
		p.have = p.have[k:]
		n += k
	}
	if n == 0 && len(out) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (p *predicted) row() error {
	kind := byte(0)
	if p.png {
		c, err := p.r.ReadByte()
		if err != nil {
			p.done = true
			return endOr(err)
		}
		kind = c
	}
	p.cur, p.prev = p.prev, p.cur
	n, err := io.ReadFull(p.r, p.cur)
	if err != nil {
		p.done = true
		if e := endOr(err); e != nil {
			return e
		}
	}
	if n == 0 {
		return nil
	}
	clear(p.cur[n:])
	if p.png {
		unfilter(kind, p.cur, p.prev, p.bpp)
	} else {
		p.tiff()
	}
	p.have = p.cur[:n]
	return nil
}

func endOr(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

func unfilter(kind byte, cur, prev []byte, bpp int) {
	switch kind {
	case 1:
		for i := bpp; i < len(cur); i++ {
			cur[i] += cur[i-bpp]
		}
	case 2:
		for i := range cur {
			cur[i] += prev[i]
		}
	case 3:
		for i := range cur {
			left := 0
			if i >= bpp {
				left = int(cur[i-bpp])
			}
			cur[i] += byte((left + int(prev[i])) / 2)
		}
	case 4:
		for i := range cur {
			var left, corner int
			if i >= bpp {
				left, corner = int(cur[i-bpp]), int(prev[i-bpp])
			}
			cur[i] += byte(paeth(left, int(prev[i]), corner))
		}
	}
}

func paeth(a, b, c int) int {
	pa, pb, pc := abs(b-c), abs(a-c), abs(a+b-2*c)
	if pa <= pb && pa <= pc {
		return a
	}
	if pb <= pc {
		return b
	}
	return c
}

func abs(x int) int {
	if x < 0 {
		return -x
	}
	return x
}

func (p *predicted) tiff() {
	switch p.bits {
	case 8:
		for i := p.colors; i < len(p.cur); i++ {
			p.cur[i] += p.cur[i-p.colors]
		}
	case 16:
		for i := 2 * p.colors; i+1 < len(p.cur); i += 2 {
			v := uint16(p.cur[i])<<8 | uint16(p.cur[i+1])
			w := uint16(p.cur[i-2*p.colors])<<8 | uint16(p.cur[i-2*p.colors+1])
			v += w
			p.cur[i], p.cur[i+1] = byte(v>>8), byte(v)
		}
	default: // 1, 2 and 4 bits: sample by sample
		mask := byte(1<<p.bits - 1)
		last := make([]byte, p.colors)
		for i := 0; i < p.columns*p.colors; i++ {
			at := i * p.bits
			shift := 8 - p.bits - at%8
			v := (p.cur[at/8]>>shift + last[i%p.colors]) & mask
			p.cur[at/8] = p.cur[at/8]&^(mask<<shift) | v<<shift
			last[i%p.colors] = v
		}
	}
}
