package image

import (
	"bytes"
	"encoding/binary"
	"io"
)

// Tags of a TIFF directory (TIFF 6.0).
const (
	tagSubfile      = 254
	tagWidth        = 256
	tagHeight       = 257
	tagBits         = 258
	tagCompression  = 259
	tagPhotometric  = 262
	tagStripOffsets = 273
	tagOrientation  = 274
	tagSamples      = 277
	tagStripBytes   = 279
	tagXResolution  = 282
	tagYResolution  = 283
	tagUnit         = 296
	tagTileOffsets  = 324
)

// maxEntries bounds one directory; TIFF has some hundred tags.
const maxEntries = 4096

// container reads directories of a TIFF, one at a time, by offset.
type container struct {
	r     io.ReaderAt
	order binary.ByteOrder
	start int64
	big   bool
}

func readerOf(b []byte) *container { return newTIFF(bytes.NewReader(b)) }

func newTIFF(r io.ReaderAt) *container {
	t := &container{r: r, order: binary.LittleEndian}
	var head [8]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return t
	}
	if head[0] == 'M' {
		t.order = binary.BigEndian
	}
	t.big = t.order.Uint16(head[2:]) == 43
	t.start = int64(t.order.Uint32(head[4:]))
	return t
}

func (t *container) first() int64 { return t.start }

// directory is one page's tags.
type directory struct {
	t      *container
	fields map[uint16]field
	next   int64
}

// field is one tag: its type, how many values, and where they are.
type field struct {
	kind  uint16
	count uint32
	value [4]byte
}

func (t *container) directory(off int64) (directory, error) {
	d := directory{t: t, fields: map[uint16]field{}}
	var n [2]byte
	if off < 8 {
		return d, errDamaged
	}
	if _, err := t.r.ReadAt(n[:], off); err != nil {
		return d, errDamaged
	}
	count := int(t.order.Uint16(n[:]))
	if count == 0 || count > maxEntries {
		return d, errDamaged
	}
	body := make([]byte, count*12+4)
	got, _ := t.r.ReadAt(body, off+2)
	if got < count*12 {
		return d, errDamaged
	}
	for i := range count {
		e := body[i*12:]
		f := field{kind: t.order.Uint16(e[2:]), count: t.order.Uint32(e[4:])}
		copy(f.value[:], e[8:12])
		d.fields[t.order.Uint16(e)] = f
	}
	if got == len(body) {
		d.next = int64(t.order.Uint32(body[count*12:]))
	}
	return d, nil
}

// number reads the first value of an integer tag, def when it is absent.
func (d directory) number(tag uint16, def int64) int64 {
	f, ok := d.fields[tag]
	if !ok || f.count == 0 {
		return def
	}
	size := map[uint16]int{1: 1, 3: 2, 4: 4}[f.kind]
	if size == 0 {
		return def
	}
	v := f.value[:]
	if int64(f.count)*int64(size) > 4 {
		v = make([]byte, size)
		if _, err := d.t.r.ReadAt(v, int64(d.t.order.Uint32(f.value[:]))); err != nil {
			return def
		}
	}
	switch size {
	case 1:
		return int64(v[0])
	case 2:
		return int64(d.t.order.Uint16(v))
	}
	return int64(d.t.order.Uint32(v))
}

func (d directory) ratio(tag uint16) float64 {
	f, ok := d.fields[tag]
	if !ok || f.kind != 5 {
		return 0
	}
	var v [8]byte
	if _, err := d.t.r.ReadAt(v[:], int64(d.t.order.Uint32(f.value[:]))); err != nil {
		return 0
	}
	if den := d.t.order.Uint32(v[4:]); den > 0 {
		return float64(d.t.order.Uint32(v[:])) / float64(den)
	}
	return 0
}

// resolution in dots per inch, 0 when the file does not say.
func (d directory) resolution() (x, y float64) {
	x, y = d.ratio(tagXResolution), d.ratio(tagYResolution)
	switch d.number(tagUnit, 2) {
	case 2:
		return x, y
	case 3:
		return x * 2.54, y * 2.54
	}
	return 0, 0
}

func (d directory) frame(off int64) frame {
	f := frame{offset: off, orientation: 1}
	f.width, f.height = int(d.number(tagWidth, 0)), int(d.number(tagHeight, 0))
	f.channels, f.bits = int(d.number(tagSamples, 1)), int(d.number(tagBits, 1))
	f.dpiX, f.dpiY = d.resolution()
	if o := int(d.number(tagOrientation, 1)); o >= 1 && o <= 8 {
		f.orientation = o
	}
	photo := d.number(tagPhotometric, 0)
	f.coloured = photo >= 2 && photo != 4 // RGB, palette, CMYK, YCbCr, Lab; 4 is a mask
	if f.width > 0 && f.height > 0 {
		_, ok := d.layout()
		f.unsupported = !ok
	}
	return f
}

// tiffFrames lists the pages of a TIFF without small copies of them (NewSubfileType bit 0). loop says that the list runs in a circle, over
// that there are more than max.
func tiffFrames(r io.ReaderAt, size int64, max int) (frames []frame, loop, over bool, err error) {
	t := newTIFF(r)
	if t.big {
		return []frame{{unsupported: true, orientation: 1}}, false, false, nil
	}
	seen := map[int64]bool{}
	var small []frame
	for off := t.first(); off != 0; {
		if seen[off] {
			return frames, true, false, nil
		}
		if len(seen) > 2*max+16 {
			return frames, false, true, nil
		}
		seen[off] = true
		d, err := t.directory(off)
		if err != nil {
			return frames, false, false, err
		}
		f := d.frame(off)
		if !d.complete(size) {
			return frames, false, false, errDamaged
		}
		if d.number(tagSubfile, 0)&1 != 0 {
			small = append(small, f)
		} else if frames = append(frames, f); len(frames) > max {
			return frames, false, true, nil
		}
		off = d.next
	}
	if len(frames) == 0 {
		frames = small // a file of nothing but a thumbnail
	}
	return frames, false, false, nil
}

// complete says whether the directory names its picture data and the first of it lies in the file.
func (d directory) complete(size int64) bool {
	at := d.number(tagStripOffsets, -1)
	if at < 0 {
		at = d.number(tagTileOffsets, -1)
	}
	if at < 0 { // old JPEG in TIFF may name its data otherwise
		return d.number(tagCompression, 1) == 6
	}
	return at < size
}
