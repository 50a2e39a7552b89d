package ocr

import (
	"context"
	"image"
	"math"
	"os"
	"unicode"

	"sohoa/archive"
	"sohoa/ocr/fields"
	"sohoa/ocr/tesseract"
)

// Where a seal and a signature lie over a signer's name, the reading of the whole page takes the block for a picture and leaves
// the name out. Read by itself, as words that stand about, it gives what letters are left: often the end of the name, by which
// one who signed before is known.

// sealed reads the block of the signer again and adds the words that were not read before. It never spoils a page: what goes
// wrong leaves it as it was.
func (r *run) sealed(ctx context.Context, s *sheet) error {
	file := s.file
	s.file = ""
	found, at, err := r.readSealed(ctx, s, file)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		r.log.Debug("the block of the signer was not read again", "page", s.reading.Number, "reason", err)
		return nil
	}
	for i := range found {
		found[i].Box = found[i].Box.Add(at)
	}
	words := s.reading.Words
	line := 0
	for _, w := range words {
		line = max(line, w.Line+1)
	}
	for _, w := range placed(found, s.toPage, s.reading.Width, s.reading.Height) {
		if !certain(w) || !within(w.Box, *s.seal) {
			continue
		}
		if i := under(words, w.Box); i >= 0 {
			if words[i].Confidence < w.Confidence && !certain(words[i]) {
				words[i].Text, words[i].Box, words[i].Confidence = w.Text, w.Box, w.Confidence
			}
			continue
		}
		w.Line += line
		words = append(words, w)
	}
	s.finish(archive.SourceScan, words, r.limits)
	return nil
}

func (r *run) readSealed(ctx context.Context, s *sheet, file string) (words []tesseract.Word, at image.Point, err error) {
	g, err := tesseract.Load(file)
	if err != nil {
		return nil, at, err
	}
	back, ok := s.toPage.Invert()
	if !ok {
		return nil, at, os.ErrInvalid
	}
	x0, y0, x1, y1 := back.Bounds(float64(s.seal.X0), float64(s.seal.Y0), float64(s.seal.X1), float64(s.seal.Y1))
	box := image.Rect(int(x0), int(y0), int(math.Ceil(x1)), int(math.Ceil(y1))).Intersect(g.Rect)
	if box.Dx() < 40 || box.Dy() < 40 {
		return nil, at, os.ErrInvalid
	}
	// Paper around it: letters at the edge of an image are lost.
	const around = 20
	cut := image.NewGray(image.Rect(0, 0, box.Dx()+2*around, box.Dy()+2*around))
	for i := range cut.Pix {
		cut.Pix[i] = 255
	}
	for y := range box.Dy() {
		copy(cut.Pix[(y+around)*cut.Stride+around:], g.Pix[g.PixOffset(box.Min.X, box.Min.Y+y):][:box.Dx()])
	}
	path := file + ".seal"
	defer os.Remove(path)
	if err := tesseract.Write(path, cut); err != nil {
		return nil, at, err
	}
	engine := r.engine
	engine.Sparse = true
	err = engine.Run(ctx, []string{path}, func(res tesseract.Result) error {
		words = res.Words
		return res.Err
	})
	return words, box.Min.Sub(image.Pt(around, around)), err
}

// certain reports that a word is likely to be one: two letters at least, read with some certainty.
func certain(w archive.Word) bool {
	n := 0
	for _, r := range w.Text {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n >= 2 && w.Confidence >= 0.5
}

func within(b, area archive.Box) bool {
	x, y := (b.X0+b.X1)/2, (b.Y0+b.Y1)/2
	return x > area.X0 && x < area.X1 && y > area.Y0 && y < area.Y1
}

// under returns the word whose middle lies in b, or that b's middle lies in; -1 when there is none.
func under(words []archive.Word, b archive.Box) int {
	for i, w := range words {
		if within(b, w.Box) || within(w.Box, b) {
			return i
		}
	}
	return -1
}

// sealOf returns where the signer's block of a page is to be read again.
func sealOf(s *sheet) *archive.Box {
	if b, ok := fields.SignatureArea(s.reading); ok && s.reading.Source == archive.SourceScan {
		return &b
	}
	return nil
}
