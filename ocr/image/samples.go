package image

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"math/bits"

	"golang.org/x/image/ccitt"
	"golang.org/x/image/tiff/lzw"
)

var errCoding = errors.New("coding is not supported")

// decodeTIFF decodes the page whose directory lies at off. Rows that are missing stay white: half a page is more than none.
func decodeTIFF(ctx context.Context, r io.ReaderAt, off int64) (image.Image, error) {
	d, err := newTIFF(r).directory(off)
	if err != nil {
		return nil, err
	}
	s, ok := d.layout()
	if !ok {
		return nil, errCoding
	}
	c := newCanvas(s)
	across := (s.width + s.pieceW - 1) / s.pieceW
	drawn := 0
	for i, at := range s.offsets {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x, y := i%across*s.pieceW, i/across*s.pieceH
		size := int64(-1)
		if i < len(s.sizes) {
			size = s.sizes[i]
		}
		if at <= 0 || size == 0 {
			continue
		}
		if size < 0 {
			size = 1 << 40 // no sizes given: the piece ends where its coding ends
		}
		n, err := c.piece(s, io.NewSectionReader(r, at, size), x, y)
		drawn += n
		if err != nil {
			break
		}
	}
	if drawn*2 < across*s.height {
		return nil, errDamaged
	}
	return c.out, nil
}

// canvas is the picture under construction.
type canvas struct {
	out image.Image
	put func(row []byte, x, y, w int) // puts w pixels
}

// piece decodes one strip or tile to (x, y) and returns how many rows came.
func (c *canvas) piece(s strips, src io.Reader, x, y int) (rows int, err error) {
	h := min(s.pieceH, s.height-y)
	w := min(s.pieceW, s.width-x)
	if s.compression == jpegCoded {
		return c.jpegPiece(s, src, image.Rect(x, y, x+w, y+h))
	}
	r, err := s.unpacked(src)
	if err != nil {
		return 0, err
	}
	row := make([]byte, (s.pieceW*s.samples*s.bits+7)/8)
	for i := range h {
		if n, _ := io.ReadFull(r, row); n == 0 {
			return i, io.EOF
		}
		if s.lsb && s.compression != fax3 && s.compression != fax4 {
			for k, b := range row {
				row[k] = bits.Reverse8(b)
			}
		}
		if s.predictor == 2 {
			s.undifference(row)
		}
		c.put(row, x, y+i, w)
	}
	return h, nil
}

// unpacked undoes the compression of a piece.
func (s strips) unpacked(src io.Reader) (io.Reader, error) {
	order := ccitt.MSB
	if s.lsb {
		order = ccitt.LSB
	}
	switch s.compression {
	case fax3: // black runs are ones; what a one looks like, the photometric interpretation says
		return ccitt.NewReader(src, order, ccitt.Group3, s.pieceW, ccitt.AutoDetectHeight, &ccitt.Options{Invert: true}), nil
	case fax4:
		return ccitt.NewReader(src, order, ccitt.Group4, s.pieceW, ccitt.AutoDetectHeight, &ccitt.Options{Invert: true}), nil
	case lzwCoded:
		return lzw.NewReader(src, lzw.MSB, 8), nil
	case zlibCoded, zlibOld:
		return zlib.NewReader(src)
	case packedBits:
		return &packbits{r: newByteReader(src)}, nil
	}
	return src, nil
}

// undifference undoes horizontal differencing.
func (s strips) undifference(row []byte) {
	switch s.bits {
	case 8:
		for i := s.samples; i < len(row); i++ {
			row[i] += row[i-s.samples]
		}
	case 16:
		o := s.t.order
		for i := 2 * s.samples; i+1 < len(row); i += 2 {
			o.PutUint16(row[i:], o.Uint16(row[i:])+o.Uint16(row[i-2*s.samples:]))
		}
	}
}

// newCanvas makes a white picture of the right kind.
func newCanvas(s strips) *canvas {
	bounds := image.Rect(0, 0, s.width, s.height)
	wide := s.bits / 8 // bytes of a sample
	high := 0          // which of two bytes counts
	if s.bits == 16 && s.t.order.Uint16([]byte{0, 1}) != 1 {
		high = 1
	}
	switch {
	case s.palette != nil:
		m := image.NewPaletted(bounds, s.palette)
		return &canvas{m, func(row []byte, x, y, w int) { spread(m.Pix[y*m.Stride+x:][:w], row, s.bits, false) }}
	case s.photometric == 5:
		m := image.NewCMYK(bounds)
		return &canvas{m, func(row []byte, x, y, w int) { copy(m.Pix[y*m.Stride+4*x:][:4*w], row) }}
	case s.photometric <= 1:
		m := image.NewGray(bounds)
		whiten(m.Pix)
		invert := s.photometric == 0
		return &canvas{m, func(row []byte, x, y, w int) {
			to := m.Pix[y*m.Stride+x:][:w]
			if s.samples == 1 && s.bits < 16 {
				spread(to, row, s.bits, true)
			} else {
				for i := range to {
					to[i] = row[i*s.samples*wide+high]
				}
			}
			if invert {
				for i := range to {
					to[i] = ^to[i]
				}
			}
			if s.samples == 2 {
				for i := range to {
					to[i] = s.over(to[i], row[(i*2+1)*wide+high])
				}
			}
		}}
	}
	m := image.NewRGBA(bounds)
	whiten(m.Pix)
	return &canvas{m, func(row []byte, x, y, w int) {
		to := m.Pix[y*m.Stride+4*x:][:4*w]
		step := s.samples * wide
		for i := range w {
			px := row[i*step:]
			for k := range 3 {
				v := px[k*wide+high]
				if s.samples == 4 {
					v = s.over(v, px[3*wide+high])
				}
				to[4*i+k] = v
			}
		}
	}}
}

// over puts a sample with transparency on white. Extra samples 1 are already multiplied, 2 are not, others mean something else.
func (s strips) over(v, alpha byte) byte {
	switch s.extra {
	case 1:
		return byte(min(255, int(v)+255-int(alpha)))
	case 2:
		return byte((int(v)*int(alpha) + 255*(255-int(alpha))) / 255)
	}
	return v
}

func whiten(b []byte) {
	for i := range b {
		b[i] = 255
	}
}

// spread gives every packed sample a byte; stretch makes the largest sample 255.
func spread(dst, src []byte, bits int, stretch bool) {
	if bits == 8 {
		copy(dst, src)
		return
	}
	mask := byte(1<<bits - 1)
	scale := byte(1)
	if stretch {
		scale = 255 / mask
	}
	per := 8 / bits
	for i := range dst {
		dst[i] = src[i/per] >> (8 - bits - i%per*bits) & mask * scale
	}
}

// jpegPiece decodes a piece that is a JPEG of its own, with the tables of the page put before it.
func (c *canvas) jpegPiece(s strips, src io.Reader, at image.Rectangle) (int, error) {
	raw, err := io.ReadAll(io.LimitReader(src, 1<<30))
	if err != nil || len(raw) < 4 {
		return 0, errDamaged
	}
	head := []byte{0xFF, 0xD8}
	if s.photometric == 2 { // stored as RGB: without this mark decoders take three components for YCbCr
		head = append(head, 0xFF, 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0)
	}
	if n := len(s.tables); n > 4 {
		head = append(head, s.tables[2:n-2]...) // without its own start and end
	}
	whole := io.MultiReader(bytes.NewReader(head), bytes.NewReader(raw[2:]))
	cfg, err := jpeg.DecodeConfig(io.MultiReader(bytes.NewReader(head), bytes.NewReader(raw[2:])))
	if err != nil || cfg.Width > s.pieceW+16 || cfg.Height > s.pieceH+16 {
		return 0, errDamaged
	}
	m, err := jpeg.Decode(whole)
	if err != nil {
		return 0, err
	}
	to, is := c.out.(draw.Image)
	if !is {
		return 0, errCoding
	}
	if _, cmyk := c.out.(*image.CMYK); cmyk {
		for y := at.Min.Y; y < at.Max.Y; y++ {
			for x := at.Min.X; x < at.Max.X; x++ {
				to.Set(x, y, m.At(x-at.Min.X, y-at.Min.Y))
			}
		}
		return at.Dy(), nil
	}
	draw.Draw(to, at, m, m.Bounds().Min, draw.Src)
	if g, gray := c.out.(*image.Gray); gray && s.photometric == 0 {
		for y := at.Min.Y; y < at.Max.Y; y++ {
			for x := at.Min.X; x < at.Max.X; x++ {
				g.SetGray(x, y, color.Gray{^g.GrayAt(x, y).Y})
			}
		}
	}
	return at.Dy(), nil
}
