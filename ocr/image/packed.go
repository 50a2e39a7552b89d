package image

import (
	"compress/zlib"
	"context"
	"fmt"
	"image"
	"image/draw"
	"io"

	"sohoa/archive"
)

// packed decodes a page and packs its pixels anew. The picture is held until the piece is written.
func (p *Paper) packed(ctx context.Context, f frame) (Piece, error) {
	if f.pixels()*int64(1+f.bits/16) > p.limits.PagePixels {
		return Piece{}, archive.Fault(archive.Unprocessable, "limits_exceeded", archive.Text{
			VI: "Ảnh có quá nhiều điểm ảnh nên không ghép vào tệp được.", EN: "The picture has too many pixels to be put into the file."})
	}
	m, err := p.decode(ctx, f)
	if err != nil {
		if ctx.Err() != nil {
			return Piece{}, ctx.Err()
		}
		return Piece{}, archive.Errorf(archive.Unprocessable, "decode picture: %w", err)
	}
	space, n, row := samplesOf(m)
	b := m.Bounds()
	return flateRows(b.Dx(), b.Dy(), 8, n, space, "", func(_ context.Context, each func([]byte) error) error {
		for y := b.Min.Y; y < b.Max.Y; y++ {
			if err := each(row(y)); err != nil {
				return err
			}
		}
		return nil
	}), nil
}

// samplesOf says in what colour space a decoded picture is, with how many components, and gives its rows at 8 bits.
func samplesOf(m image.Image) (space string, n int, row func(y int) []byte) {
	b := m.Bounds()
	w := b.Dx()
	switch v := m.(type) {
	case *image.Gray:
		return deviceSpace(1), 1, func(y int) []byte { return v.Pix[v.PixOffset(b.Min.X, y):][:w] }
	case *image.CMYK:
		return deviceSpace(4), 4, func(y int) []byte { return v.Pix[v.PixOffset(b.Min.X, y):][:4*w] }
	case *image.Paletted:
		palette := make([]byte, 0, 3*len(v.Palette))
		for _, c := range v.Palette {
			r, g, b, _ := c.RGBA()
			palette = append(palette, byte(r>>8), byte(g>>8), byte(b>>8))
		}
		return indexed(palette), 1, func(y int) []byte { return v.Pix[v.PixOffset(b.Min.X, y):][:w] }
	}
	line := image.NewRGBA(image.Rect(0, 0, w, 1))
	out := make([]byte, 3*w)
	return deviceSpace(3), 3, func(y int) []byte {
		draw.Draw(line, line.Rect, m, image.Pt(b.Min.X, y), draw.Src)
		for i := range w {
			copy(out[3*i:3*i+3], line.Pix[4*i:])
		}
		return out
	}
}

// flateRows is a picture of plain rows, packed with Flate while they come. Samples of whole bytes are written as differences to the row above
// (PNG's filter "up"), which halves a scan.
func flateRows(width, height, bits, components int, space, more string, rows func(context.Context, func([]byte) error) error) Piece {
	up := bits >= 8
	d := imageDict(width, height, bits, space) + "/Filter/FlateDecode" + more
	if up {
		d += fmt.Sprintf("/DecodeParms<</Predictor 15/Colors %d/BitsPerComponent %d/Columns %d>>", components, bits, width)
	}
	size := (width*components*bits + 7) / 8
	return Piece{Dict: d, Size: -1, Write: func(ctx context.Context, w io.Writer) error {
		z := zlib.NewWriter(w)
		above, out := make([]byte, size), make([]byte, size+1)
		out[0] = 2
		err := rows(ctx, func(row []byte) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !up {
				_, err := z.Write(row[:size])
				return err
			}
			for i, v := range row[:size] {
				out[i+1], above[i] = v-above[i], v
			}
			_, err := z.Write(out)
			return err
		})
		if err != nil {
			return err
		}
		return z.Close()
	}}
}
