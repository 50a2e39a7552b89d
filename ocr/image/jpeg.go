package image

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

var errDamaged = errors.New("picture is damaged")

// jpegHeader walks the segments of a JPEG of the given size up to its end mark. whole is false when the end mark is missing; rest is how many
// bytes follow it.
func jpegHeader(r io.Reader, size int64) (f frame, whole bool, rest int64, err error) {
	passed := &passage{r: r}
	b := bufio.NewReaderSize(passed, 64<<10)
	f, whole, err = segments(b)
	if whole {
		rest = size - (passed.n - int64(b.Buffered()))
	}
	return f, whole, rest, err
}

// passage counts what was read.
type passage struct {
	r io.Reader
	n int64
}

func (p *passage) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.n += int64(n)
	return n, err
}

func segments(b *bufio.Reader) (f frame, whole bool, err error) {
	f.orientation = 1
	if _, err := b.Discard(2); err != nil {
		return f, false, errDamaged
	}
	for {
		kind, err := marker(b)
		if err != nil {
			return f, false, done(f)
		}
		switch {
		case kind == 0xD9:
			return f, true, done(f)
		case kind >= 0xD0 && kind <= 0xD7 || kind == 0x01 || kind == 0xD8:
			continue
		}
		var size [2]byte
		if _, err := io.ReadFull(b, size[:]); err != nil {
			return f, false, done(f)
		}
		n := int(binary.BigEndian.Uint16(size[:])) - 2
		if n < 0 {
			return f, false, errDamaged
		}
		if kind == 0xDA || kind != 0xE0 && kind != 0xE1 && kind != 0xEE && !isFrame(kind) {
			if _, err := b.Discard(n); err != nil {
				return f, false, done(f)
			}
			continue
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(b, body); err != nil {
			return f, false, done(f)
		}
		switch {
		case isFrame(kind) && f.width == 0:
			if n < 6 {
				return f, false, errDamaged
			}
			f.bits = int(body[0])
			f.height, f.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
			f.channels = int(body[5])
			f.coloured = f.channels > 1
			f.rgb = n >= 15 && f.channels == 3 && body[6] == 'R' && body[9] == 'G' && body[12] == 'B'
			// Go decodes baseline and progressive with 8 bits; lossless, hierarchical and arithmetic coding nobody scans with.
			f.unsupported = kind > 0xC2 || f.bits != 8 || f.channels == 2 || f.channels > 4
		case kind == 0xE0:
			jfif(&f, body)
		case kind == 0xE1:
			exif(&f, body)
		case kind == 0xEE:
			f.adobe = f.adobe || n >= 12 && string(body[:5]) == "Adobe"
		}
	}
}

// done says whether the header was complete.
func done(f frame) error {
	if f.width == 0 || f.height == 0 {
		return errDamaged
	}
	return nil
}

func isFrame(kind byte) bool {
	return kind >= 0xC0 && kind <= 0xCF && kind != 0xC4 && kind != 0xC8 && kind != 0xCC
}

// marker finds the next marker, passing coded data and fill bytes.
func marker(b *bufio.Reader) (byte, error) {
	for {
		c, err := b.ReadByte()
		if err != nil {
			return 0, err
		}
		for c == 0xFF {
			if c, err = b.ReadByte(); err != nil {
				return 0, err
			}
			if c != 0xFF && c != 0 {
				return c, nil
			}
		}
	}
}

func jfif(f *frame, b []byte) {
	if len(b) < 12 || string(b[:5]) != "JFIF\x00" || f.dpiX > 0 {
		return
	}
	x, y := float64(binary.BigEndian.Uint16(b[8:])), float64(binary.BigEndian.Uint16(b[10:]))
	switch b[7] {
	case 1:
		f.dpiX, f.dpiY = x, y
	case 2:
		f.dpiX, f.dpiY = x*2.54, y*2.54
	}
}

// exif reads orientation and resolution from the first directory of an EXIF block, which is a small TIFF.
func exif(f *frame, b []byte) {
	if len(b) < 14 || string(b[:6]) != "Exif\x00\x00" {
		return
	}
	t := readerOf(b[6:])
	d, err := t.directory(t.first())
	if err != nil {
		return
	}
	if o := int(d.number(tagOrientation, 1)); o >= 1 && o <= 8 {
		f.orientation = o
	}
	if x, y := d.resolution(); x > 0 {
		f.dpiX, f.dpiY = x, y
	}
}
