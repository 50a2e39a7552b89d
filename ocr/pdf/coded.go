package pdf

import (
	"bytes"
	"encoding/binary"

	"sohoa/ocr/pdf/cos"
)

// codedPixels reads how many pixels a coded picture itself says it has: a decoder believes that, and not the dictionary around it. 0 when it
// does not say.
func codedPixels(f *cos.File, codec cos.Filter, raw []byte) int64 {
	switch codec.Name {
	case "DCTDecode":
		if at := jpegFrame(raw); at > 0 {
			return int64(binary.BigEndian.Uint16(raw[at+1:])) * int64(binary.BigEndian.Uint16(raw[at+3:]))
		}
	case "JPXDecode": // ISO 15444-1 A.5.1: the size segment follows the start of the code stream
		i := bytes.Index(raw, []byte("\xff\x4f\xff\x51"))
		if i < 0 || i+24 > len(raw) {
			return 0
		}
		return product(binary.BigEndian.Uint32(raw[i+8:]), binary.BigEndian.Uint32(raw[i+12:]))
	case "JBIG2Decode": // ISO 14492 §7.4.8: page information, segment type 48, is the first thing in honest files
		if len(raw) > 19 && raw[4]&0x3f == 48 {
			h := binary.BigEndian.Uint32(raw[15:])
			if h == 0xffffffff { // not known in advance
				h = 0
			}
			return product(binary.BigEndian.Uint32(raw[11:]), h)
		}
	case "CCITTFaxDecode":
		w, _ := cos.Int(f.Resolve(codec.Parms.Get("Columns")))
		h, _ := cos.Int(f.Resolve(codec.Parms.Get("Rows")))
		if w > 0 && h > 0 && w <= 1<<31 && h <= 1<<31 {
			return w * h
		}
	}
	return 0
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
