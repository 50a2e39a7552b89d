package ocr

import (
	"context"
	"errors"
	"fmt"
	"image"
	"path/filepath"
	"time"

	"sohoa/archive"
	"sohoa/ocr/fields"
	"sohoa/ocr/page"
	"sohoa/ocr/tesseract"
)

// sheet is one page on its way.
type sheet struct {
	reading archive.PageReading
	stamp   []archive.Word // to be added to what is recognised

	// Of a page that wants recognising; file is empty otherwise.
	file   string
	toPage page.Affine // from the pixels of file
	ink    page.Ink
	size   image.Point // of file, in pixels
	found  []tesseract.Word
	seal   *fields.Block // the signer's block is to be read again
}

// sheet prepares page n: afterwards its reading is complete, or its file waits for the recogniser. Only the end of ctx and
// a scratch folder that cannot be written are errors; whatever is wrong with the page stands in its reading.
func (r *run) sheet(ctx context.Context, n int) (s *sheet, err error) {
	s = &sheet{reading: archive.PageReading{Number: n, Words: []archive.Word{}}}
	defer func() {
		if p := recover(); p != nil { // a page that breaks a decoder costs that page only
			r.fail(s, failedPage, fmt.Errorf("panic: %v", p))
		}
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
	}()
	if s.reading.Width, s.reading.Height, err = r.paper.Size(n); err != nil {
		r.fail(s, sentence(err, failedPage), err)
		return s, nil
	}
	source, words, err := r.paper.Words(ctx, n)
	if d, is := r.paper.(Doubter); is && n == 1 && ctx.Err() == nil {
		s.reading.Findings = append(s.reading.Findings, d.Doubts(ctx)...)
	}
	if err == nil && source != archive.SourceBlank {
		r.imprints(ctx, s)
	}
	switch {
	case err != nil:
		r.fail(s, sentence(err, failedPage), err)
	case source == archive.SourceText:
		s.finish(source, words, r.limits)
	case source == archive.SourceBlank:
		s.blank()
	default:
		s.stamp = words
		return s, r.picture(ctx, s)
	}
	return s, nil
}

// picture gets the image of a scanned page ready and puts it where the recogniser finds it.
func (r *run) picture(ctx context.Context, s *sheet) error {
	n := s.reading.Number
	m, toPage, err := r.paper.Picture(ctx, n)
	if err != nil {
		r.fail(s, sentence(err, failedPicture), err)
		return nil
	}
	r.alive()
	where := page.Affine{A: toPage[0], B: toPage[1], C: toPage[2], D: toPage[3], E: toPage[4], F: toPage[5]}
	p, err := page.Prepare(m, where, page.Options{MaxPixels: r.limits.PagePixels, Masks: s.codes(m, where)})
	if err != nil {
		r.fail(s, failedPicture, err)
		return nil
	}
	defer p.Release()
	s.reading.Skew = float32(p.Skew)
	if !p.Ink.Blank() {
		s.look(m, toPage)
	}
	if p.SourceDPI+dpiSlack < wantDPI {
		s.find(codeLowResolution)
	}
	if p.Skew > wantSkew || p.Skew < -wantSkew {
		s.find(codeSkewed)
	}
	switch {
	case p.Ink.Blank():
		s.ink = p.Ink
		s.words(nil, r.limits)
		return nil
	case r.absent.Load():
		s.wait()
		return nil
	}
	s.toPage, s.size, s.ink = p.ToPage, p.Gray.Rect.Size(), p.Ink
	s.file = filepath.Join(r.engine.Dir, fmt.Sprintf("page-%06d.tif", n))
	if err := tesseract.Write(s.file, p.Gray); err != nil {
		return &archive.Error{Kind: archive.Unavailable, Msg: archive.KindText(archive.Unavailable), RetryAfter: time.Minute, Err: err}
	}
	r.alive()
	return nil
}

// recognised takes what became of the page's image. A page that reads badly stays open, with its file: it may lie sideways.
func (r *run) recognised(s *sheet, res tesseract.Result) {
	switch {
	case errors.Is(res.Err, tesseract.ErrTime):
		r.fail(s, failedTime, res.Err)
	case res.Err != nil:
		r.fail(s, failedCrash, res.Err)
	case askew(res.Words, s.ink):
		s.found = res.Words
	default:
		file := s.file
		s.words(res.Words, r.limits)
		if s.seal = sealOf(s); s.seal != nil {
			s.file = file
		}
	}
}

// words finishes a scanned page with what was recognised on it.
func (s *sheet) words(found []tesseract.Word, limits archive.ReadLimits) {
	s.file = ""
	found = tidied(found)
	sideways := onTheirSide(found) // the recogniser saw it by itself
	if !sideways {
		found = inOrder(found, s.size.X, s.size.Y)
	}
	words := placed(found, s.toPage, s.reading.Width, s.reading.Height)
	if s.ink.Dirt() && empty(words) {
		words = nil
	}
	if s.sureness(words); sideways && !s.unreadable() {
		s.find(codeTurned)
	}
	words = withStamp(words, s.stamp)
	if len(words) == 0 && s.ink.Dirt() {
		s.blank()
		return
	}
	s.finish(archive.SourceScan, words, limits)
}

// empty reports that no word is likely: what was recognised is dirt, when next to nothing stands on the page.
func empty(words []archive.Word) bool {
	for _, w := range words {
		if w.Confidence >= 0.5 {
			return false
		}
	}
	return true
}

func (s *sheet) finish(source archive.PageSource, words []archive.Word, limits archive.ReadLimits) {
	kept, cut := bounded(words, limits.PageText)
	if cut {
		s.find(codeTextCut)
	}
	s.reading.Source = source
	s.reading.Words = append(s.reading.Words[:0], kept...)
	s.reading.Text, s.reading.Confidence = text(kept), confidence(kept)
}

// wait leaves the page to another reading, when there is a recogniser.
func (s *sheet) wait() {
	s.reading.Source, s.file = archive.SourceWaits, ""
}

func (s *sheet) blank() {
	s.reading.Source = archive.SourceBlank
	s.find(codeBlank)
}

func (r *run) fail(s *sheet, msg archive.Text, cause error) {
	s.reading.Source, s.reading.Err, s.file = archive.SourceFailed, &msg, ""
	s.find(codeUnreadable)
	r.log.Warn("page could not be read", "page", s.reading.Number, "reason", cause)
}

// sentence is what an error says to people, or else the given one.
func sentence(err error, other archive.Text) archive.Text {
	var e *archive.Error
	if errors.As(err, &e) && e.Code != "" && e.Msg.VI != "" {
		return e.Msg
	}
	return other
}
