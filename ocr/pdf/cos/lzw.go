package cos

import (
	"bufio"
	"io"
)

// lzw undoes the LZW of PDF: most significant bit first, codes of 9 to 12 bits, 256 clears, 257 ends.
type lzw struct {
	r      *bufio.Reader
	early  int
	bits   uint32
	nbits  uint
	width  uint
	next   int
	prev   int
	prefix [4096]uint16
	suffix [4096]byte
	stack  []byte // the present string, reversed
	done   bool
	hurt   *bool
}

func newLZW(r io.Reader, early bool, hurt *bool) io.Reader {
	l := &lzw{r: bufio.NewReader(r), width: 9, next: 258, prev: -1, hurt: hurt}
	if early {
		l.early = 1
	}
	return l
}

func (l *lzw) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(l.stack) == 0 {
			if l.done {
				break
			}
			l.step()
			continue
		}
		p[n] = l.stack[len(l.stack)-1]
		l.stack = l.stack[:len(l.stack)-1]
		n++
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (l *lzw) code() int {
	for l.nbits < l.width {
		c, err := l.r.ReadByte()
		if err != nil {
			return 257
		}
		l.bits = l.bits<<8 | uint32(c)
		l.nbits += 8
	}
	l.nbits -= l.width
	return int(l.bits>>l.nbits) & (1<<l.width - 1)
}

func (l *lzw) step() {
	code := l.code()
	switch {
	case code == 257:
		l.done = true
		return
	case code == 256:
		l.width, l.next, l.prev = 9, 258, -1
		return
	case code > l.next || code == l.next && l.prev < 0:
		l.done, *l.hurt = true, true
		return
	}
	walk := code
	if code == l.next { // the string being defined: previous plus its own first byte
		l.stack = append(l.stack, l.first(l.prev))
		walk = l.prev
	}
	for walk >= 258 {
		l.stack = append(l.stack, l.suffix[walk])
		walk = int(l.prefix[walk])
	}
	if walk > 255 {
		l.done, *l.hurt = true, true
		return
	}
	l.stack = append(l.stack, byte(walk))
	if l.prev >= 0 && l.next < 4096 {
		l.prefix[l.next] = uint16(l.prev)
		l.suffix[l.next] = byte(walk)
		l.next++
		if l.next+l.early >= 1<<l.width && l.width < 12 {
			l.width++
		}
	}
	l.prev = code
}

func (l *lzw) first(code int) byte {
	for code >= 258 {
		code = int(l.prefix[code])
	}
	return byte(code)
}
