package testkit

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
)

// Sheet draws a white page with gray bars where lines of text would stand, different for each seed: a picture that costs little and
// is not blank. It holds nothing to read.
func Sheet(width, height int, seed uint64) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	chance := Chance(seed)
	line := max(height/40, 4)
	for y := 2 * line; y+line < height; y += line {
		end := width/8 + chance.IntN(max(width*3/4, 1))
		for v := y; v < y+line/2; v++ {
			for x := width / 8; x < end; x++ {
				img.SetRGBA(x, v, color.RGBA{60, 60, 70, 255})
			}
		}
	}
	return img
}

// JPEG returns a Sheet as a colour JPEG.
func JPEG(width, height int, seed uint64) []byte {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, Sheet(width, height, seed), &jpeg.Options{Quality: 60}); err != nil {
		panic(err) // a buffer takes everything
	}
	return out.Bytes()
}

// PNG returns a Sheet as a PNG.
func PNG(width, height int, seed uint64) []byte {
	var out bytes.Buffer
	if err := png.Encode(&out, Sheet(width, height, seed)); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// TIFF returns a gray, uncompressed, little-endian TIFF of several pages at the given resolution, each page another Sheet.
func TIFF(pages, width, height, dpi int, seed uint64) []byte {
	var out bytes.Buffer
	out.WriteString("II*\x00")
	next := 4 // where the offset of the next directory is to be written
	out.Write(make([]byte, 4))
	patch := func(at, value int) { binary.LittleEndian.PutUint32(out.Bytes()[at:], uint32(value)) }
	for p := range pages {
		sheet := Sheet(width, height, seed+uint64(p))
		pixels := out.Len()
		for i := 0; i < len(sheet.Pix); i += 4 {
			out.WriteByte(sheet.Pix[i])
		}
		if out.Len()%2 == 1 { // directories begin on a word boundary
			out.WriteByte(0)
		}
		resolution := out.Len()
		binary.Write(&out, binary.LittleEndian, [2]uint32{uint32(dpi), 1})
		patch(next, out.Len())
		const short, long, rational = 3, 4, 5
		entries := []struct{ tag, kind, count, value uint32 }{
			{254, long, 1, 2}, // one page of several
			{256, long, 1, uint32(width)},
			{257, long, 1, uint32(height)},
			{258, short, 1, 8},
			{259, short, 1, 1}, // no compression
			{262, short, 1, 1}, // black is zero
			{273, long, 1, uint32(pixels)},
			{277, short, 1, 1},
			{278, long, 1, uint32(height)},
			{279, long, 1, uint32(width * height)},
			{282, rational, 1, uint32(resolution)},
			{283, rational, 1, uint32(resolution)},
			{296, short, 1, 2}, // inches
		}
		binary.Write(&out, binary.LittleEndian, uint16(len(entries)))
		for _, e := range entries {
			binary.Write(&out, binary.LittleEndian, [2]uint16{uint16(e.tag), uint16(e.kind)})
			binary.Write(&out, binary.LittleEndian, [2]uint32{e.count, e.value})
		}
		next = out.Len()
		out.Write(make([]byte, 4))
	}
	return out.Bytes()
}
