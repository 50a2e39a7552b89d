package pdf

import (
	"bytes"
	"encoding/binary"

	"sohoa/ocr/pdf/cos"
)

// codedPixels reads how many pixels a coded picture itself says it has: a decoder believes that, and not the dictionary around it. 0 when it
// does not say. readable is false when the bytes cannot be a picture of that codec.
func codedPixels(f *cos.File, codec cos.Filter, raw []byte) (pixels int64, readable bool) {
	switch codec.Name {
	case "DCTDecode":
		at := jpegFrame(raw)
		if at == 0 {
			return 0, false
		}
		return int64(binary.BigEndian.Uint16(raw[at+1:])) * int64(binary.BigEndian.Uint16(raw[at+3:])), true
	case "JPXDecode": // ISO 15444-1 A.5.1: the size segment follows the start of the code stream
		i := bytes.Index(raw, []byte("\xff\x4f\xff\x51"))
		if i < 0 || i+24 > len(raw) {
			return 0, false
		}
		return product(binary.BigEndian.Uint32(raw[i+8:]), binary.BigEndian.Uint32(raw[i+12:])), true
	case "JBIG2Decode":
		return jbig2Pixels(raw), true
	case "CCITTFaxDecode":
		w, _ := cos.Int(f.Resolve(codec.Parms.Get("Columns")))
		h, _ := cos.Int(f.Resolve(codec.Parms.Get("Rows")))
		if w > 0 && h > 0 && w <= 1<<31 && h <= 1<<31 {
			return w * h, true
		}
	}
	return 0, true
}

// maxSegments bounds how many segments of a JBIG2 picture are looked at; a page has a handful.
const maxSegments = 10_000

// jbig2Pixels walks the segments (ISO 14492 §7.2) and returns the size of the largest page or region any of them announces: each makes a
// decoder set that much aside. Segments may come in any order.
func jbig2Pixels(b []byte) (most int64) {
	for n := 0; n < maxSegments && len(b) >= 11; n++ {
		flags, refs := b[4], int(b[5]>>5)
		at := 6
		if refs == 7 { // the long form: 29 bits of count, then a bit for each and one more
			refs = int(binary.BigEndian.Uint32(b[5:]) & 0x1fffffff)
			if refs > len(b) {
				return most
			}
			at = 5 + 4 + (refs+8)/8
		}
		size := 1
		if number := binary.BigEndian.Uint32(b); number > 65536 {
			size = 4
		} else if number > 256 {
			size = 2
		}
		at += refs * size
		page := 1
		if flags&0x40 != 0 {
			page = 4
		}
		at += page
		if at+4 > len(b) {
			return most
		}
		length := binary.BigEndian.Uint32(b[at:])
		b = b[at+4:]
		switch kind := flags & 0x3f; {
		case kind == 48, kind >= 4 && kind <= 43 && kind != 16: // page information, or a region
			if len(b) < 8 {
				return most
			}
			w, h := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
			if h == 0xffffffff { // not known in advance
				h = 0
			}
			most = max(most, product(w, h))
		}
		if uint64(length) > uint64(len(b)) { // unknown (0xffffffff) or cut: what follows cannot be found
			return most
		}
		b = b[length:]
	}
	return most
}

func product(w, h uint32) int64 {
	if n := uint64(w) * uint64(h); n < 1<<62 {
		return int64(n)
	}
	return 1 << 62
}

// jpegFrame is the offset of the frame header's content (precision, height, width, components), 0 when there is none.
func jpegFrame(b []byte) int {
	for i := 2; i+9 < len(b); {
		if b[i] != 0xFF {
			return 0
		}
		kind := b[i+1]
		switch {
		case kind == 0xFF:
			i++
			continue
		case kind >= 0xC0 && kind <= 0xCF && kind != 0xC4 && kind != 0xC8 && kind != 0xCC:
			return i + 4
		case kind == 0xDA:
			return 0
		case kind == 0x01 || kind >= 0xD0 && kind <= 0xD8:
			i += 2
			continue
		}
		i += 2 + int(b[i+2])<<8 + int(b[i+3])
	}
	return 0
}

// jpegComponents is the number of components of a JPEG, 0 when it does not say.
func jpegComponents(b []byte) int {
	if at := jpegFrame(b); at > 0 {
		return int(b[at+5])
	}
	return 0
}
