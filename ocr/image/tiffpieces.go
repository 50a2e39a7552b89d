package image

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/bits"
)

// maxJPEGPieces is how many strips or tiles are put on a page one by one.
const maxJPEGPieces = 2000

// piecesOfTIFF takes a page over as it is coded, or row by row; nil when its pixels have to be decoded as a whole. One point of the page is
// so many pixels: dx, dy say how many points a pixel is.
func (p *Paper) piecesOfTIFF(f frame, dx, dy float64) []Piece {
	d, err := newTIFF(p.r).directory(f.offset)
	if err != nil {
		return nil
	}
	s, ok := d.layout()
	if !ok || !s.opaque() {
		return nil
	}
	switch {
	case s.compression == jpegCoded:
		return p.jpegPieces(s, dx, dy)
	case s.pieceW != s.width: // tiles
		return nil
	}
	if one := p.ownStrip(s); one != nil {
		return one
	}
	return []Piece{flateRows(s.width, s.height, s.bits, s.components(), s.space(), s.inverted(), func(ctx context.Context, each func([]byte) error) error {
		return p.rows(ctx, s, each)
	})}
}

// opaque says whether every sample is a colour.
func (s strips) opaque() bool {
	return s.samples == s.components()
}

// components is how many samples of a pixel are colour.
func (s strips) components() int {
	switch s.photometric {
	case 2, 6:
		return 3
	case 5:
		return 4
	}
	return 1
}

func (s strips) space() string {
	if s.palette == nil {
		return deviceSpace(s.components())
	}
	palette := make([]byte, 0, 3*len(s.palette))
	for _, c := range s.palette {
		r, g, b, _ := c.RGBA()
		palette = append(palette, byte(r>>8), byte(g>>8), byte(b>>8))
	}
	return indexed(palette)
}

// inverted is the Decode of pictures in which 0 is white.
func (s strips) inverted() string {
	if s.photometric == 0 {
		return "/Decode[1 0]"
	}
	return ""
}

// ownStrip is the one strip of a page, where PDF knows its coding; nil where there are more or it does not.
func (p *Paper) ownStrip(s strips) []Piece {
	if len(s.offsets) != 1 || len(s.sizes) != 1 || s.pieceH < s.height || s.sizes[0] <= 0 || s.offsets[0] <= 0 || s.sizes[0] > p.size-s.offsets[0] {
		return nil
	}
	littleEndian := s.bits == 16 && s.t.order.Uint16([]byte{0, 1}) != 1
	dict := ""
	switch s.compression {
	case fax4: // black runs come out as zeros; what black is, the photometric interpretation says
		dict = fmt.Sprintf("/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns %d/Rows %d/BlackIs1 %v>>", s.width, s.height, s.photometric == 1)
	case lzwCoded, zlibCoded, zlibOld:
		if littleEndian || s.lsb || s.predictor == 2 && s.bits < 8 {
			return nil
		}
		dict = "/Filter/FlateDecode"
		if s.compression == lzwCoded {
			dict = "/Filter/LZWDecode"
		}
		if s.predictor == 2 {
			dict += fmt.Sprintf("/DecodeParms<</Predictor 2/Colors %d/BitsPerComponent %d/Columns %d>>", s.components(), s.bits, s.width)
		}
		dict += s.inverted()
	default:
		return nil
	}
	return []Piece{{Dict: imageDict(s.width, s.height, s.bits, s.space()) + dict, Size: s.sizes[0], Write: func(_ context.Context, w io.Writer) error {
		var r io.Reader = io.NewSectionReader(p.r, s.offsets[0], s.sizes[0])
		if s.lsb {
			r = reversed{r}
		}
		_, err := io.Copy(w, r)
		return err
	}}}
}

// reversed turns the bits of every byte round: PDF fills bytes from the high end.
type reversed struct{ r io.Reader }

func (r reversed) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	for i := range b[:n] {
		b[i] = bits.Reverse8(b[i])
	}
	return n, err
}

// rows unpacks strip after strip. Rows that are missing are white.
func (p *Paper) rows(ctx context.Context, s strips, each func([]byte) error) error {
	row := make([]byte, (s.width*s.samples*s.bits+7)/8)
	white := make([]byte, len(row))
	if s.palette == nil && s.photometric != 0 && s.photometric != 5 {
		for i := range white {
			white[i] = 0xff
		}
	}
	swap := s.bits == 16 && s.t.order.Uint16([]byte{0, 1}) != 1
	fax := s.compression == fax3 || s.compression == fax4
	broken, drawn := false, 0
	for y, i := 0, 0; y < s.height; i++ {
		h := min(s.pieceH, s.height-y)
		y += h
		var r io.Reader
		if i < len(s.offsets) && s.offsets[i] > 0 && !broken {
			size := int64(1 << 40) // no sizes given: the piece ends where its coding ends
			if i < len(s.sizes) {
				size = s.sizes[i]
			}
			var err error
			if r, err = s.unpacked(io.NewSectionReader(p.r, s.offsets[i], size)); err != nil {
				r, broken = nil, true
			}
		}
		for range h {
			if err := ctx.Err(); err != nil {
				return err
			}
			out := white
			if r != nil {
				clear(row)
				if n, _ := io.ReadFull(r, row); n == 0 {
					r, broken = nil, true
				} else {
					s.straighten(row, fax, swap)
					out = row
					drawn++
				}
			}
			if err := each(out); err != nil {
				return err
			}
		}
	}
	if drawn*2 < s.height {
		return errDamaged // half a page is more than none; less is refused, as it is when the page is shown
	}
	return nil
}

// straighten makes a row as PDF reads it: high bit and high byte first, no differences.
func (s strips) straighten(row []byte, fax, swap bool) {
	if s.lsb && !fax {
		for i, b := range row {
			row[i] = bits.Reverse8(b)
		}
	}
	if s.predictor == 2 {
		s.undifference(row)
	}
	if swap {
		for i := 0; i+1 < len(row); i += 2 {
			row[i], row[i+1] = row[i+1], row[i]
		}
	}
}

// jpegPieces are the strips or tiles of a page coded as JPEG, each with the tables they share; nil when one of them cannot be read.
func (p *Paper) jpegPieces(s strips, dx, dy float64) []Piece {
	if s.photometric == 5 || len(s.offsets) > maxJPEGPieces || len(s.sizes) != len(s.offsets) {
		return nil
	}
	var tables []byte
	if n := len(s.tables); n > 4 {
		tables = s.tables[2 : n-2] // without its own start and end
	}
	across := (s.width + s.pieceW - 1) / s.pieceW
	out := make([]Piece, 0, len(s.offsets))
	for i, at := range s.offsets {
		size := s.sizes[i]
		if at <= 0 || size < 4 || size > p.size-at {
			return nil
		}
		f, _, _, err := jpegHeader(io.NewSectionReader(p.r, at, size), size)
		if err != nil || f.unsupported || f.channels != s.components() || f.width > s.pieceW+16 || f.height > s.pieceH+16 {
			return nil
		}
		f.rgb = s.photometric == 2 // stored so, whatever the components call themselves
		dict := jpegDict(f)
		if f.channels == 1 {
			dict += s.inverted()
		}
		out = append(out, Piece{
			X: float64(i%across*s.pieceW) * dx, Y: float64(i/across*s.pieceH) * dy, W: float64(f.width) * dx, H: float64(f.height) * dy,
			Dict: dict, Size: size + int64(len(tables)),
			Write: func(_ context.Context, w io.Writer) error {
				for _, r := range []io.Reader{io.NewSectionReader(p.r, at, 2), bytes.NewReader(tables), io.NewSectionReader(p.r, at+2, size-2)} {
					if _, err := io.Copy(w, r); err != nil {
						return err
					}
				}
				return nil
			},
		})
	}
	return out
}
