package image

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"

	"sohoa/archive"
)

// Piece is a picture, or a strip of one, as a PDF can carry it. It has the shape of pdf.Piece.
type Piece struct {
	X, Y, W, H float64 // points, from the top left corner of the page before it is turned
	Dict       string  // image dictionary in PDF syntax (ISO 32000-1 §8.9.5), without Length
	Size       int64   // of the coded bytes; -1: unknown before they are written
	Write      func(context.Context, io.Writer) error
}

// Facsimile is a page as a PDF can carry it without loss: the file's own coded bytes wherever PDF knows their coding, else its pixels
// packed anew. It has the shape of pdf.Picture.
type Facsimile struct {
	Width, Height float64 // points, before it is turned
	Orientation   int     // EXIF and TIFF: 1 upright … 8
	Pieces        []Piece
}

// Facsimile returns page n. A JPEG goes over whole and untouched; a PNG with its own compressed rows; a TIFF with its own strip where there is
// one of CCITT group 4, LZW or Flate, or with its own JPEG pieces. Other pages are decoded and packed with Flate, on white where they are
// transparent, which is how they were shown all along. Colour profiles beside the pixels stay behind, except in a JPEG. The error is of kind Unprocessable for a
// picture that cannot be taken over and has code limits_exceeded when that is for its size.
func (p *Paper) Facsimile(ctx context.Context, n int) (out Facsimile, err error) {
	defer guard("facsimile", &err)
	f, err := p.frame(n)
	if err != nil {
		return out, err
	}
	if f.unsupported || f.width <= 0 || f.height <= 0 {
		return out, archive.Errorf(archive.Unprocessable, "page %d: %w", n, errCoding)
	}
	x, y := f.resolution()
	out = Facsimile{Width: float64(f.width) * 72 / x, Height: float64(f.height) * 72 / y, Orientation: f.orientation}
	var pieces []Piece
	switch p.kind {
	case archive.JPEG:
		pieces = []Piece{p.wholeJPEG(f)}
	case archive.PNG:
		pieces = p.rowsOfPNG(f)
	case archive.TIFF:
		pieces = p.piecesOfTIFF(f, 72/x, 72/y)
	}
	if pieces == nil {
		one, err := p.packed(ctx, f)
		if err != nil {
			return out, err
		}
		pieces = []Piece{one}
	}
	for i := range pieces {
		if pieces[i].W == 0 {
			pieces[i].W, pieces[i].H = out.Width, out.Height
		}
	}
	out.Pieces = pieces
	return out, nil
}

// imageDict begins an image dictionary.
func imageDict(width, height, bits int, space string) string {
	return fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent %d/ColorSpace%s", width, height, bits, space)
}

// deviceSpace is the plain colour space of so many components.
func deviceSpace(components int) string {
	return map[int]string{1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}[components]
}

// indexed is a colour space of a palette of red, green and blue bytes.
func indexed(palette []byte) string {
	return fmt.Sprintf("[/Indexed/DeviceRGB %d<%s>]", len(palette)/3-1, hex.EncodeToString(palette))
}

// wholeJPEG is the file itself.
func (p *Paper) wholeJPEG(f frame) Piece {
	return Piece{Dict: jpegDict(f), Size: p.size, Write: func(_ context.Context, w io.Writer) error {
		_, err := io.Copy(w, io.NewSectionReader(p.r, 0, p.size))
		return err
	}}
}

func jpegDict(f frame) string {
	d := imageDict(f.width, f.height, 8, deviceSpace(f.channels)) + "/Filter/DCTDecode"
	switch {
	case f.channels == 4 && f.adobe: // Adobe's programs write ink inverted, and every reader of JPEG files knows
		d += "/Decode[1 0 1 0 1 0 1 0]"
	case f.rgb && !f.adobe: // else three components are taken for YCbCr (table 13)
		d += "/DecodeParms<</ColorTransform 0>>"
	}
	return d
}

// rowsOfPNG is the compressed rows of a PNG, which PDF reads as they are (predictor 15 is PNG's own); nil for interlaced and transparent ones.
func (p *Paper) rowsOfPNG(f frame) []Piece {
	var palette []byte
	var size int64
	plainRows, withPalette := true, false
	err := p.chunks(func(name string, n int64, body io.Reader) error {
		switch name {
		case "IHDR":
			head := make([]byte, 13)
			if _, err := io.ReadFull(body, head); err != nil {
				return err
			}
			plainRows = plainRows && head[12] == 0 && head[9] != 4 && head[9] != 6
			withPalette = head[9] == 3
		case "PLTE":
			palette = make([]byte, min(n, 768)/3*3)
			if _, err := io.ReadFull(body, palette); err != nil {
				return err
			}
		case "tRNS":
			plainRows = false
		case "IDAT":
			size += n
		}
		return nil
	})
	if err != nil || !plainRows || size == 0 || withPalette && len(palette) == 0 {
		return nil
	}
	space, colours := deviceSpace(f.channels), f.channels
	if withPalette {
		space, colours = indexed(palette), 1
	}
	d := imageDict(f.width, f.height, f.bits, space) + fmt.Sprintf("/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors %d/BitsPerComponent %d/Columns %d>>",
		colours, f.bits, f.width)
	return []Piece{{Dict: d, Size: size, Write: func(ctx context.Context, w io.Writer) error {
		return p.chunks(func(name string, n int64, body io.Reader) error {
			if name != "IDAT" || ctx.Err() != nil {
				return ctx.Err()
			}
			_, err := io.CopyN(w, body, n)
			return err
		})
	}}}
}

// chunks walks the chunks of a PNG up to its end chunk, or to where it breaks off.
func (p *Paper) chunks(each func(name string, n int64, body io.Reader) error) error {
	at := int64(8)
	b := bufio.NewReaderSize(nil, 64<<10)
	for {
		var head [8]byte
		if _, err := p.r.ReadAt(head[:], at); err != nil {
			return nil // the end chunk is missing: what came before counts
		}
		n, name := int64(binary.BigEndian.Uint32(head[:])), string(head[4:])
		if name == "IEND" {
			return nil
		}
		if n > p.size-at-8 {
			return errDamaged
		}
		b.Reset(io.NewSectionReader(p.r, at+8, n))
		if err := each(name, n, b); err != nil {
			return err
		}
		at += 8 + n + 4
	}
}
