package image

import (
	"bufio"
	"encoding/binary"
	"io"
)

// pngHeader walks the chunks of a PNG. whole is false when the file ends before its end chunk. rest is what follows that chunk.
func pngHeader(r io.Reader, size int64) (f frame, whole bool, rest int64, err error) {
	b := bufio.NewReaderSize(r, 64<<10)
	f.orientation = 1
	at := int64(8)
	if _, err := b.Discard(8); err != nil {
		return f, false, 0, errDamaged
	}
	for first := true; ; first = false {
		var head [8]byte
		if _, err := io.ReadFull(b, head[:]); err != nil {
			return f, false, 0, done(f)
		}
		n, name := int64(binary.BigEndian.Uint32(head[:])), string(head[4:])
		if n > 1<<31-1 {
			return f, false, 0, errDamaged
		}
		if first && name != "IHDR" {
			return f, false, 0, errDamaged
		}
		at += 12 + n
		switch name {
		case "IHDR", "pHYs":
			if n > 64 {
				return f, false, 0, errDamaged
			}
			body := make([]byte, n)
			if _, err := io.ReadFull(b, body); err != nil {
				return f, false, 0, done(f)
			}
			if name == "IHDR" {
				if err := ihdr(&f, body); err != nil {
					return f, false, 0, err
				}
			} else if n >= 9 && body[8] == 1 { // per metre
				f.dpiX, f.dpiY = float64(binary.BigEndian.Uint32(body))*0.0254, float64(binary.BigEndian.Uint32(body[4:]))*0.0254
			}
			n = 0
		case "IEND":
			return f, true, max(0, size-at), done(f)
		}
		if _, err := io.CopyN(io.Discard, b, n+4); err != nil {
			return f, false, 0, done(f)
		}
	}
}

func ihdr(f *frame, b []byte) error {
	if len(b) < 13 {
		return errDamaged
	}
	w, h := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if w == 0 || h == 0 || w > 1<<31-1 || h > 1<<31-1 {
		return errDamaged
	}
	f.width, f.height, f.bits = int(w), int(h), int(b[8])
	switch b[9] {
	case 0:
		f.channels = 1
	case 2:
		f.channels, f.coloured = 3, true
	case 3:
		f.channels, f.coloured = 1, true
	case 4:
		f.channels = 2
	case 6:
		f.channels, f.coloured = 4, true
	default:
		return errDamaged
	}
	return nil
}
