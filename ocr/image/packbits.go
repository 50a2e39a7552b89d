package image

import (
	"bufio"
	"io"
)

// packbits undoes PackBits (TIFF 6.0 §9).
type packbits struct {
	r    io.ByteReader
	left int
	same bool
	b    byte
}

func newByteReader(r io.Reader) io.ByteReader { return bufio.NewReader(r) }

func (p *packbits) Read(out []byte) (int, error) {
	for i := range out {
		for p.left == 0 {
			n, err := p.r.ReadByte()
			if err != nil {
				return i, io.EOF
			}
			switch {
			case n < 128:
				p.left, p.same = int(n)+1, false
			case n > 128:
				p.left, p.same = 257-int(n), true
				if p.b, err = p.r.ReadByte(); err != nil {
					return i, io.EOF
				}
			}
		}
		if !p.same {
			b, err := p.r.ReadByte()
			if err != nil {
				return i, io.EOF
			}
			p.b = b
		}
		out[i] = p.b
		p.left--
	}
	return len(out), nil
}
