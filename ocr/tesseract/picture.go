package tesseract

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"os"
)

// Write stores an image where the program can read it: as a TIFF (6.0) of one strip without compression, of one bit a pixel where
// all are black or white. That is the cheapest to read: a plain grey map is fetched byte by byte, which took the program 8 % of
// its time, and a picture of two colours needs no threshold sought.
func Write(path string, g *image.Gray) error {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	var rows []byte
	bits := 8
	switch packed, ok := bilevel(g); {
	case ok:
		rows, bits = packed, 1
	case g.Stride == w:
		rows = g.Pix[:w*h]
	default:
		rows = make([]byte, 0, w*h)
		for y := range h {
			rows = append(rows, g.Pix[y*g.Stride:][:w]...)
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write page image: %w", err)
	}
	if _, err = f.Write(tiffHead(w, h, bits)); err == nil {
		_, err = f.Write(rows)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("write page image: %w", err)
	}
	return nil
}

// bilevel packs the pixels, eight to a byte, when all are black or white.
func bilevel(g *image.Gray) (rows []byte, ok bool) {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	stride := (w + 7) / 8
	for y := range h {
		row := g.Pix[y*g.Stride:][:w]
		for _, v := range row {
			if v+1 > 1 { // neither 255 nor 0
				return nil, false
			}
		}
		if rows == nil {
			rows = make([]byte, h*stride)
		}
		out := rows[y*stride:][:stride]
		for x, v := range row {
			out[x>>3] |= v & (0x80 >> (x & 7))
		}
	}
	return rows, rows != nil
}

// The directory stands before the pixels.
const (
	tiffEntries  = 9
	tiffHeadSize = 8 + 2 + 12*tiffEntries + 4
	tiffWidth    = 18 // where the value of the first entry lies
	tiffHeight   = tiffWidth + 12
	tiffBits     = tiffHeight + 12
)

func tiffHead(w, h, bits int) []byte {
	const short, long = 3, 4
	b := make([]byte, 0, tiffHeadSize)
	le := binary.LittleEndian
	b = append(b, "II*\x00\x08\x00\x00\x00"...)
	b = le.AppendUint16(b, tiffEntries)
	for _, e := range [tiffEntries][3]int{
		{256, long, w},
		{257, long, h},
		{258, short, bits},
		{259, short, 1},           // no compression
		{262, short, 1},           // black is zero
		{273, long, tiffHeadSize}, // where the strip begins
		{277, short, 1},           // samples of a pixel
		{278, long, h},            // rows of the strip
		{279, long, h * ((w*bits + 7) / 8)},
	} {
		b = le.AppendUint16(le.AppendUint16(b, uint16(e[0])), uint16(e[1]))
		b = le.AppendUint32(le.AppendUint32(b, 1), uint32(e[2]))
	}
	return le.AppendUint32(b, 0)
}

// Load reads an image that Write stored.
func Load(path string) (*image.Gray, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load page image: %w", err)
	}
	damaged := fmt.Errorf("load page image %s: damaged", path)
	if len(b) < tiffHeadSize {
		return nil, damaged
	}
	le := binary.LittleEndian
	w, h, bits := int(le.Uint32(b[tiffWidth:])), int(le.Uint32(b[tiffHeight:])), int(le.Uint32(b[tiffBits:]))
	head, pix := b[:tiffHeadSize], b[tiffHeadSize:]
	stride := (w*bits + 7) / 8
	if bits != 1 && bits != 8 || !bytes.Equal(head, tiffHead(w, h, bits)) || len(pix) != stride*h {
		return nil, damaged
	}
	g := &image.Gray{Pix: pix, Stride: w, Rect: image.Rect(0, 0, w, h)}
	if bits == 1 {
		g.Pix = make([]byte, w*h)
		for y := range h {
			in, out := pix[y*stride:][:stride], g.Pix[y*w:][:w]
			for x := range out {
				out[x] = -(in[x>>3] >> (7 - x&7) & 1)
			}
		}
	}
	return g, nil
}
