package image

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"os"

	scale "golang.org/x/image/draw"

	"sohoa/archive"
)

// Paper is a picture file opened for reading, in the shape of pdf.Paper: page by page, nothing kept between pages. Used by one goroutine at a
// time; the caller keeps the file open until Close.
type Paper struct {
	r      io.ReaderAt
	size   int64
	kind   string
	limits archive.ReadLimits
	frames []frame
}

// maxPages bounds the page list of a paper that was inspected elsewhere.
const maxPages = 20_000

// Open opens f. A file that is no picture of ours is an archive.Error of kind Unprocessable.
func Open(_ context.Context, f *os.File, l archive.ReadLimits) (p *Paper, err error) {
	defer guard("open picture", &err)
	st, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("stat %s: %w", f.Name(), err)
	}
	l = l.WithDefaults()
	p = &Paper{r: f, size: st.Size(), limits: l}
	head := make([]byte, 16)
	n, _ := f.ReadAt(head, 0)
	p.kind = Kind(head[:n])
	section := io.NewSectionReader(f, 0, p.size)
	switch p.kind {
	case archive.JPEG:
		p.frames = make([]frame, 1)
		p.frames[0], _, _, err = jpegHeader(section, p.size)
	case archive.PNG:
		p.frames = make([]frame, 1)
		p.frames[0], _, _, err = pngHeader(section, p.size)
	case archive.TIFF:
		p.frames, _, _, err = tiffFrames(f, p.size, maxPages)
		if len(p.frames) > 0 {
			err = nil // the pages before the damage
		}
	default:
		err = errDamaged
	}
	if err != nil || len(p.frames) == 0 {
		return nil, archive.Errorf(archive.Unprocessable, "open picture: %w", errDamaged)
	}
	return p, nil
}

// Close frees the paper.
func (p *Paper) Close() error { return nil }

// Pages returns how many pages there are.
func (p *Paper) Pages() int { return len(p.frames) }

// Size returns width and height of page n (from 1) as displayed, in points; NotFound when there is no such page.
func (p *Paper) Size(n int) (width, height float64, err error) {
	f, err := p.frame(n)
	if err != nil {
		return 0, 0, err
	}
	w, h := f.size()
	return w, h, nil
}

func (p *Paper) frame(n int) (frame, error) {
	if n < 1 || n > len(p.frames) {
		return frame{}, archive.Errorf(archive.NotFound, "page %d of %d", n, len(p.frames))
	}
	return p.frames[n-1], nil
}

// Words says that the words of page n are in its picture: a picture file has no text of its own.
func (p *Paper) Words(_ context.Context, n int) (archive.PageSource, []archive.Word, error) {
	if _, err := p.frame(n); err != nil {
		return archive.SourceFailed, nil, err
	}
	return archive.SourceScan, nil, nil
}

// Picture returns page n as it lies in the file, on white where it is transparent, and the transformation [a b c d e f] from its pixels to the
// page as displayed, in points: x' = a·x + c·y + e, y' = b·x + d·y + f. Cameras leave pictures turned and say so; the transformation tells.
func (p *Paper) Picture(ctx context.Context, n int) (m image.Image, toPage [6]float64, err error) {
	defer guard("picture", &err)
	f, err := p.frame(n)
	if err != nil {
		return nil, toPage, err
	}
	if err := ctx.Err(); err != nil {
		return nil, toPage, err
	}
	if m, err = p.decode(ctx, f); err != nil {
		if ctx.Err() != nil {
			return nil, toPage, ctx.Err()
		}
		return nil, toPage, archive.Errorf(archive.Unprocessable, "picture of page %d: %w", n, err)
	}
	if b := m.Bounds(); b.Dx() != f.width || b.Dy() != f.height {
		return nil, toPage, archive.Errorf(archive.Unprocessable, "picture of page %d: %d by %d pixels under a header of %d by %d", n, b.Dx(), b.Dy(), f.width, f.height)
	}
	return m, f.toPage(), nil
}

// decode checks the budget of pixels, then decodes. Sixteen bits a channel count twice.
func (p *Paper) decode(ctx context.Context, f frame) (image.Image, error) {
	if f.unsupported || f.width <= 0 || f.height <= 0 {
		return nil, errDamaged
	}
	cost := f.pixels()
	if f.bits == 16 {
		cost *= 2
	}
	if cost > p.limits.PagePixels {
		return nil, fmt.Errorf("%d pixels are more than %d", f.pixels(), p.limits.PagePixels)
	}
	section := io.NewSectionReader(p.r, 0, p.size)
	var m image.Image
	var err error
	switch p.kind {
	case archive.JPEG:
		m, err = jpeg.Decode(bufio.NewReader(section))
	case archive.PNG:
		m, err = png.Decode(bufio.NewReader(section))
	default:
		m, err = decodeTIFF(ctx, section, f.offset)
	}
	if err != nil {
		return nil, err
	}
	return onWhite(m), nil
}

// onWhite removes transparency and halves what has sixteen bits.
func onWhite(m image.Image) image.Image {
	switch v := m.(type) {
	case *image.Gray, *image.YCbCr, *image.CMYK:
		return m
	case *image.Gray16:
		out := image.NewGray(v.Rect)
		for y := v.Rect.Min.Y; y < v.Rect.Max.Y; y++ {
			for x := v.Rect.Min.X; x < v.Rect.Max.X; x++ {
				out.SetGray(x, y, color.Gray{uint8(v.Gray16At(x, y).Y >> 8)})
			}
		}
		return out
	case *image.Paletted:
		opaque := true
		for _, c := range v.Palette {
			_, _, _, a := c.RGBA()
			opaque = opaque && a == 0xffff
		}
		if opaque {
			return m
		}
	case interface{ Opaque() bool }:
		if _, sixteen := m.(*image.RGBA64); !sixteen {
			if _, sixteen = m.(*image.NRGBA64); !sixteen && v.Opaque() {
				return m
			}
		}
	}
	out := image.NewRGBA(m.Bounds())
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, m, m.Bounds().Min, draw.Over)
	return out
}

// jpegQuality is for pictures people look at on a screen.
const jpegQuality = 82

// Render returns a JPEG of page n as displayed, width pixels wide (at most 4,000). The file's own bytes are returned when they are an upright
// JPEG, neither wider than asked nor much smaller.
func (p *Paper) Render(ctx context.Context, n, width int) (out []byte, err error) {
	defer guard("picture", &err)
	f, err := p.frame(n)
	if err != nil {
		return nil, err
	}
	width = max(16, min(width, 4000))
	if p.kind == archive.JPEG && f.orientation == 1 && f.channels != 4 && f.width <= width && f.width >= width/2 {
		return io.ReadAll(io.NewSectionReader(p.r, 0, p.size))
	}
	m, to, err := p.Picture(ctx, n)
	if err != nil {
		return nil, err
	}
	w, h := f.size()
	height := max(1, int(math.Round(float64(width)*h/w)))
	if over := float64(width) * float64(height) / float64(p.limits.PagePixels); over > 1 {
		width, height = max(1, int(float64(width)/math.Sqrt(over))), max(1, int(float64(height)/math.Sqrt(over)))
	}
	page := image.NewRGBA(image.Rect(0, 0, width, height))
	x, y := float64(width)/w, float64(height)/h
	if f.orientation == 1 {
		scale.BiLinear.Scale(page, page.Rect, m, m.Bounds(), draw.Src, nil)
	} else {
		draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
		scale.BiLinear.Transform(page, [6]float64{to[0] * x, to[2] * x, to[4] * x, to[1] * y, to[3] * y, to[5] * y}, m, m.Bounds(), draw.Src, nil)
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, page, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, fmt.Errorf("encode page %d: %w", n, err)
	}
	return buf.Bytes(), nil
}

// guard turns a panic over a hostile picture into an error of that picture.
func guard(what string, err *error) {
	if r := recover(); r != nil {
		*err = archive.Errorf(archive.Unprocessable, "%s: %v", what, r)
	}
}
