package ocr

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"unicode/utf8"

	"sohoa/ocr/page"
	"sohoa/ocr/tesseract"
)

// Letters on their side or head are read as rubbish nobody is sure of, and few of them at that.
const (
	turnedMarks     = 40  // with less on the page there is nothing to tell its direction by
	turnedCertainty = 0.6 // mean over the page
)

// askew reports that what was recognised looks like that of a page which lies sideways or upside down.
func askew(words []tesseract.Word, ink page.Ink) bool {
	if ink.Letters < turnedMarks {
		return false
	}
	var sum float32
	for _, w := range words {
		sum += w.Confidence
	}
	return sum < turnedCertainty*float32(len(words)) || len(words)*turnedMarks < ink.Letters
}

// onTheirSide reports that most words stand upright like the letters on the back of a book.
func onTheirSide(words []tesseract.Word) bool {
	long, tall := 0, 0
	for _, w := range words {
		if utf8.RuneCountInString(w.Text) >= 4 {
			long++
			if w.Box.Dy() > w.Box.Dx() {
				tall++
			}
		}
	}
	return long >= 5 && tall > long/2
}

// turn asks which way the page lies, reads it again that way round, and finishes it with the better of the two readings.
func (r *run) turn(ctx context.Context, s *sheet) error {
	found, toPage := s.found, s.toPage
	r.alive()
	turns, err := r.engine.Turns(ctx, s.file)
	lies := 0
	r.alive()
	if err == nil && turns != 0 {
		var again []tesseract.Word
		var p *page.Prepared
		var size image.Point
		if again, p, size, err = r.readTurned(ctx, s, turns); err == nil && better(again, found) {
			found, toPage, s.size = again, p.ToPage, size
			s.reading.Skew = float32(p.Skew)
			lies = turns
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	// Any other error only means that the second attempt gave nothing.
	s.toPage = toPage
	s.words(found, r.limits)
	if !s.unreadable() { // which way up scribble stands is no news
		s.lies(lies)
	}
	return nil
}

func (r *run) readTurned(ctx context.Context, s *sheet, turns int) (words []tesseract.Word, p *page.Prepared, size image.Point, err error) {
	g, err := tesseract.Load(s.file)
	if err != nil {
		return nil, nil, size, err
	}
	p, err = page.Prepare(g, s.toPage, page.Options{MaxPixels: r.limits.PagePixels, Turns: turns})
	if err != nil {
		return nil, nil, size, fmt.Errorf("turn page image: %w", err)
	}
	defer p.Release()
	path := s.file + ".turned"
	defer os.Remove(path)
	if err := tesseract.Write(path, p.Gray); err != nil {
		return nil, nil, size, err
	}
	r.alive()
	size = p.Gray.Rect.Size()
	err = r.engine.Run(ctx, []string{path}, func(res tesseract.Result) error {
		words = res.Words
		return res.Err
	})
	if err == nil && p.Ink.Blank() {
		err = errors.New("nothing stands on the turned page")
	}
	return words, p, size, err
}

// better weighs readings by how many letters were read how surely.
func better(a, b []tesseract.Word) bool {
	weight := func(words []tesseract.Word) (sum float64) {
		for _, w := range words {
			sum += float64(len(w.Text)) * float64(w.Confidence) * float64(w.Confidence)
		}
		return sum
	}
	return weight(a) > weight(b)
}
