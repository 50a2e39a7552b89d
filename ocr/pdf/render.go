package pdf

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"math"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"golang.org/x/image/draw"

	"sohoa/archive"
)

// ReadDPI is what pages without a scan are drawn at for recognition; finer scans are drawn as fine as they are, up to RenderDPI.
const ReadDPI = 200

// Picture returns page n as a picture for recognition, and the transformation [a b c d e f] from its pixels (origin top left) to the page as
// displayed, in points from the top left corner: x' = a·x + c·y + e, y' = b·x + d·y + f. A page that is one picture gives that picture as
// it lies in the file, which may be turned or mirrored: the transformation tells. Everything else is drawn.
func (p *Paper) Picture(ctx context.Context, n int) (m image.Image, toPage [6]float64, err error) {
	defer guard("picture", n, &err)
	s, err := p.look(ctx, n)
	if err != nil {
		return nil, toPage, err
	}
	if p.extractable(s) {
		m, err := p.extract(p.scan.single)
		if err == nil {
			b := m.Bounds()
			return m, [6]float64(pixels(p.scan.single.ctm, b.Dx(), b.Dy())), nil
		}
		if !errors.Is(err, errNotExtractable) {
			return nil, toPage, pageError(ctx, "picture", n, err)
		}
	}
	dpi := float64(ReadDPI)
	if p.scan.covers { // drawing finer than the scan only costs
		dpi = math.Max(72, math.Min(float64(p.scan.dpi), RenderDPI))
	}
	w, h := p.fit(s, dpi)
	m, err = p.draw(ctx, n, w, h)
	if err != nil {
		return nil, toPage, pageError(ctx, "drawing", n, err)
	}
	b := m.Bounds()
	return m, [6]float64{s.width() / float64(b.Dx()), 0, 0, s.height() / float64(b.Dy()), 0, 0}, nil
}

// drawnPixels bounds what pdfium draws, whatever the budget: the picture lies in its memory and in ours at once, at four bytes a pixel. A3 at
// 300 dpi has 17 million.
const drawnPixels = 24_000_000

// fit is the size in pixels of a page at a resolution, within the budget of pixels.
func (p *Paper) fit(s *sheet, dpi float64) (w, h int) {
	x, y := s.width()*dpi/72, s.height()*dpi/72
	if over := x * y / float64(min(p.limits.PagePixels, drawnPixels)); over > 1 {
		x, y = x/math.Sqrt(over), y/math.Sqrt(over)
	}
	return max(1, int(math.Round(x))), max(1, int(math.Round(y)))
}

// draw has pdfium draw the whole page as a viewer shows it, stamps and filled-in fields included.
func (p *Paper) draw(ctx context.Context, n, w, h int) (image.Image, error) {
	if p.engine == nil {
		return nil, archive.Errorf(archive.Unavailable, "page %d has to be drawn and there is no engine", n)
	}
	var out *image.RGBA
	err := p.engine.use(ctx, p, func(lib pdfium.Pdfium, doc references.FPDF_DOCUMENT) error {
		drawn, err := lib.RenderPageInPixels(&requests.RenderPageInPixels{
			Page:  requests.Page{ByIndex: &requests.PageByIndex{Document: doc, Index: n - 1}},
			Width: w, Height: h, RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT | enums.FPDF_RENDER_FLAG_RENDER_LIMITEDIMAGECACHE,
			RenderForm: true, Document: &doc,
		})
		if err != nil {
			return err
		}
		defer drawn.Cleanup()
		src, is := drawn.Result.RenderedImage.(*image.RGBA)
		if !is {
			return errors.New("no picture came back")
		}
		out = &image.RGBA{Pix: bytes.Clone(src.Pix), Stride: src.Stride, Rect: src.Rect} // the original lies in pdfium's memory
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// jpegQuality is for pictures people look at on a screen.
const jpegQuality = 82

// Render returns a JPEG of page n as displayed, width pixels wide (at most 4,000, and within the budget of pixels). It keeps the paper's own
// JPEG when that is the page as it stands and no wider than asked.
func (p *Paper) Render(ctx context.Context, n, width int) (out []byte, err error) {
	defer guard("picture", n, &err)
	s, err := p.look(ctx, n)
	if err != nil {
		return nil, err
	}
	width = max(16, min(width, 4000))
	height := max(1, int(math.Round(float64(width)*s.height()/s.width())))
	if over := float64(width) * float64(height) / float64(p.limits.PagePixels); over > 1 {
		width, height = max(1, int(float64(width)/math.Sqrt(over))), max(1, int(float64(height)/math.Sqrt(over)))
	}
	if raw := p.ownPicture(s, width); raw != nil {
		return raw, nil
	}
	m, err := p.draw(ctx, n, width, height)
	if err != nil && ctx.Err() == nil {
		if own := p.scaled(s, width, height); own != nil {
			m, err = own, nil
		}
	}
	if err != nil {
		return nil, pageError(ctx, "picture", n, err)
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, pageError(ctx, "picture", n, err)
	}
	return buf.Bytes(), nil
}

// alone says whether the extracted picture is all a viewer would show.
func (p *Paper) alone(s *sheet) bool {
	return p.extractable(s) && len(p.marks.images) == 1 && p.marks.text == 0 && p.marks.drawn == 0 && s.dict.Get("Annots") == nil
}

// ownPicture returns the page's own JPEG when it can be shown as it is.
func (p *Paper) ownPicture(s *sheet, width int) []byte {
	if !p.alone(s) {
		return nil
	}
	m := p.scan.single.ctm
	shown := m.bounds()
	page := rect{0, 0, s.width(), s.height()}
	if m[0] <= 0 || m[3] >= 0 || shown.width() > 1.02*page.width() || shown.height() > 1.02*page.height() {
		return nil
	}
	raw, cfg, err := p.rawJPEG(p.scan.single)
	if err != nil || cfg.Width > width || cfg.Width < width/2 {
		return nil
	}
	return raw
}

// scaled shows the extracted picture where pdfium cannot draw the page, twice as slowly; nil when there is no such picture.
func (p *Paper) scaled(s *sheet, w, h int) image.Image {
	if !p.alone(s) {
		return nil
	}
	m, err := p.extract(p.scan.single)
	if err != nil {
		return nil
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	b := m.Bounds()
	to := pixels(p.scan.single.ctm, b.Dx(), b.Dy()).then(matrix{float64(w) / s.width(), 0, 0, float64(h) / s.height(), 0, 0})
	if to[1] == 0 && to[2] == 0 && to[0] > 0 && to[3] > 0 {
		x1, y1 := to.apply(float64(b.Dx()), float64(b.Dy()))
		at := image.Rect(round(to[4]), round(to[5]), round(x1), round(y1))
		draw.BiLinear.Scale(out, at, m, b, draw.Src, nil)
		return out
	}
	draw.BiLinear.Transform(out, [6]float64{to[0], to[2], to[4], to[1], to[3], to[5]}, m, b, draw.Src, nil)
	return out
}

func round(x float64) int { return int(math.Round(x)) }
