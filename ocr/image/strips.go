package image

import (
	"image/color"
)

// More tags of a TIFF directory.
const (
	tagFillOrder    = 266
	tagRowsPerStrip = 278
	tagPlanar       = 284
	tagT4Options    = 292
	tagPredictor    = 317
	tagColorMap     = 320
	tagTileWidth    = 322
	tagTileHeight   = 323
	tagTileBytes    = 325
	tagExtra        = 338
	tagSampleFormat = 339
	tagJPEGTables   = 347
)

// TIFF compressions.
const (
	plain      = 1
	fax3       = 3
	fax4       = 4
	lzwCoded   = 5
	jpegCoded  = 7
	zlibCoded  = 8
	zlibOld    = 32946
	packedBits = 32773
)

// strips is how the samples of one TIFF page are laid out: in strips of rows, or in tiles.
type strips struct {
	t             *container
	width, height int
	bits, samples int
	compression   int64
	photometric   int64
	predictor     int64
	lsb           bool // bits of a byte are filled from the low end
	extra         int64
	palette       color.Palette
	tables        []byte // JPEG tables shared by all pieces

	pieceW, pieceH int // of one strip or tile
	offsets, sizes []int64
}

// maxPieces bounds the lists of offsets: a strip per row of the tallest picture.
const maxPieces = 1 << 20

// layout reads a directory as far as decoding needs; ok is false for codings not decoded here: old JPEG, 2-D group 3, separate planes,
// floating point, uncompressed YCbCr, CIELab and whatever is newer than TIFF 6 with its first supplement.
func (d directory) layout() (s strips, ok bool) {
	s = strips{
		t: d.t, width: int(d.number(tagWidth, 0)), height: int(d.number(tagHeight, 0)), bits: int(d.number(tagBits, 1)), samples: int(d.number(tagSamples, 1)),
		compression: d.number(tagCompression, plain), photometric: d.number(tagPhotometric, 0), predictor: d.number(tagPredictor, 1),
		lsb: d.number(tagFillOrder, 1) == 2, extra: d.number(tagExtra, -1),
	}
	if s.compression == 0 {
		s.compression = plain
	}
	if s.width <= 0 || s.height <= 0 || s.width > 1<<24 || s.height > 1<<24 || d.t.big {
		return s, false
	}
	if d.number(tagPlanar, 1) != 1 && s.samples > 1 || s.predictor < 1 || s.predictor > 2 {
		return s, false
	}
	if f := d.number(tagSampleFormat, 1); f != 1 && f != 4 {
		return s, false
	}
	for _, b := range d.numbers(tagBits, 8) {
		if int(b) != s.bits {
			return s, false
		}
	}
	if !s.coded(d) || !s.coloured(d) {
		return s, false
	}
	return s, s.pieces(d)
}

// coded checks the compression and its options.
func (s *strips) coded(d directory) bool {
	switch s.compression {
	case plain, zlibCoded, zlibOld, packedBits:
		return true
	case lzwCoded:
		return true
	case fax3:
		return s.bits == 1 && s.samples == 1 && d.number(tagT4Options, 0)&1 == 0
	case fax4:
		return s.bits == 1 && s.samples == 1
	case jpegCoded:
		s.tables = d.bytes(tagJPEGTables, 1<<16)
		return s.bits == 8 && s.predictor == 1
	}
	return false
}

// coloured checks samples against their meaning.
func (s *strips) coloured(d directory) bool {
	small := s.bits == 1 || s.bits == 2 || s.bits == 4 || s.bits == 8 || s.bits == 16
	wide := s.bits == 8 || s.bits == 16
	switch s.photometric {
	case 0, 1:
		return s.samples == 1 && small || s.samples == 2 && wide
	case 2:
		return (s.samples == 3 || s.samples == 4) && wide
	case 3:
		return s.samples == 1 && s.bits <= 8 && small && s.colormap(d)
	case 5:
		return s.samples == 4 && s.bits == 8
	case 6:
		return s.samples == 3 && s.compression == jpegCoded
	}
	return false
}

func (s *strips) colormap(d directory) bool {
	n := 1 << s.bits
	m := d.numbers(tagColorMap, 3*n)
	if len(m) < 3*n {
		return false
	}
	s.palette = make(color.Palette, n)
	for i := range n {
		s.palette[i] = color.RGBA{byte(m[i] >> 8), byte(m[n+i] >> 8), byte(m[2*n+i] >> 8), 255}
	}
	return true
}

// pieces reads where strips or tiles lie.
func (s *strips) pieces(d directory) bool {
	offsets, sizes := uint16(tagStripOffsets), uint16(tagStripBytes)
	s.pieceW, s.pieceH = s.width, int(min(d.number(tagRowsPerStrip, int64(s.height)), int64(s.height)))
	if w := d.number(tagTileWidth, 0); w > 0 {
		offsets, sizes = tagTileOffsets, tagTileBytes
		s.pieceW, s.pieceH = int(w), int(d.number(tagTileHeight, 0))
	}
	if s.pieceH <= 0 || s.pieceW <= 0 || s.pieceW > 1<<24 || s.pieceH > 1<<24 {
		return false
	}
	across, down := (s.width+s.pieceW-1)/s.pieceW, (s.height+s.pieceH-1)/s.pieceH
	if int64(across)*int64(down) > maxPieces {
		return false
	}
	s.offsets = d.numbers(offsets, across*down)
	s.sizes = d.numbers(sizes, across*down)
	return len(s.offsets) > 0 && !s.oldLZW()
}

// oldLZW recognises LZW written before TIFF 5, lowest bit first: its first code, 256, then shows as a zero byte and an odd one.
func (s *strips) oldLZW() bool {
	var head [2]byte
	if s.compression != lzwCoded {
		return false
	}
	_, err := s.t.r.ReadAt(head[:], s.offsets[0])
	return err == nil && head[0] == 0 && head[1]&1 == 1
}

// numbers reads up to most values of an integer tag.
func (d directory) numbers(tag uint16, most int) []int64 {
	f, ok := d.fields[tag]
	size := map[uint16]int{1: 1, 3: 2, 4: 4}[f.kind]
	if !ok || size == 0 {
		return nil
	}
	n := int(min(int64(f.count), int64(most)))
	b := f.value[:]
	if int64(f.count)*int64(size) > 4 {
		b = make([]byte, n*size)
		if _, err := d.t.r.ReadAt(b, int64(d.t.order.Uint32(f.value[:]))); err != nil {
			return nil
		}
	}
	out := make([]int64, n)
	for i := range out {
		switch size {
		case 1:
			out[i] = int64(b[i])
		case 2:
			out[i] = int64(d.t.order.Uint16(b[2*i:]))
		default:
			out[i] = int64(d.t.order.Uint32(b[4*i:]))
		}
	}
	return out
}

// bytes reads the bytes of a tag, at most most.
func (d directory) bytes(tag uint16, most int64) []byte {
	f, ok := d.fields[tag]
	if !ok || int64(f.count) > most || f.count <= 4 {
		return nil
	}
	b := make([]byte, f.count)
	if _, err := d.t.r.ReadAt(b, int64(d.t.order.Uint32(f.value[:]))); err != nil {
		return nil
	}
	return b
}
