package pdf

import (
	"context"
	"os"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// Paper is one PDF opened for reading, page by page. Nothing of a page is kept after the next one was asked for, so that the memory a paper
// takes depends on its largest page and not on their number. Used by one goroutine at a time; the caller closes it, and the file after it.
type Paper struct {
	engine  *Engine
	limits  archive.ReadLimits
	file    *cos.File
	release func()
	pages   []sheet

	leftBehind bool // pdfium may still read the bytes
	others     int  // how many pages pdfium sees; 0 before it was asked

	at    int // the page the fields below describe, 0 for none
	marks marks
	scan  scan
}

// Options say how a paper is opened.
type Options struct {
	Engine *Engine            // draws what cannot be extracted; one for many papers
	Limits archive.ReadLimits // zeros mean defaults
}

// maxPages bounds the page list of a paper that was inspected elsewhere.
const maxPages = 20_000

// Open opens f, which must stay unchanged and open until Close. A paper that cannot be opened is an archive.Error of kind Unprocessable.
func Open(ctx context.Context, f *os.File, opt Options) (p *Paper, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = archive.Errorf(archive.Unprocessable, "open pdf: %v", r)
		}
	}()
	data, release, err := view(f)
	if err != nil {
		return nil, err
	}
	file, err := cos.Open(ctx, data, cos.Limits{})
	if err != nil {
		release()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, archive.Errorf(archive.Unprocessable, "open pdf: %w", err)
	}
	p = &Paper{engine: opt.Engine, limits: opt.Limits.WithDefaults(), file: file, release: release}
	if file.Lock() == cos.Locked {
		release()
		return nil, archive.Errorf(archive.Unprocessable, "open pdf: needs a password")
	}
	p.pages, _, _ = sheets(file, maxPages)
	if len(p.pages) == 0 {
		release()
		return nil, archive.Errorf(archive.Unprocessable, "open pdf: no pages")
	}
	return p, nil
}

// Close frees the paper. The bytes of one on which a page was given up stay mapped until the process ends.
func (p *Paper) Close() error {
	if p.engine != nil {
		p.engine.forget(p)
	}
	if !p.leftBehind {
		p.release()
	}
	return nil
}

// Doubts tells when pdfium sees another number of pages. Where nothing looks odd and pdfium was not needed so far it is not started for this:
// see countDeclared for why.
func (p *Paper) Doubts(ctx context.Context) []archive.Finding {
	odd := p.file.Repaired || p.file.Untidy || p.file.Updates() > 0
	if p.others == 0 && odd && p.engine != nil {
		_ = p.engine.use(ctx, p, func(pdfium.Pdfium, references.FPDF_DOCUMENT) error { return nil }) // a file pdfium cannot open shows at its pages
	}
	if p.others == 0 || p.others == len(p.pages) {
		return nil
	}
	var f findings
	f.add(CountDiffers, 0, 0, len(p.pages), p.others)
	f.list[0].Severity = archive.Warning // the paper is in: a checker decides
	return f.list
}

// Pages returns how many pages there are.
func (p *Paper) Pages() int { return len(p.pages) }

// Size returns width and height of page n (from 1) as displayed, in points; NotFound when there is no such page.
func (p *Paper) Size(n int) (width, height float64, err error) {
	s, err := p.sheet(n)
	if err != nil {
		return 0, 0, err
	}
	return s.width(), s.height(), nil
}

func (p *Paper) sheet(n int) (*sheet, error) {
	if n < 1 || n > len(p.pages) {
		return nil, archive.Errorf(archive.NotFound, "page %d of %d", n, len(p.pages))
	}
	s := &p.pages[n-1]
	if w, h := s.width(), s.height(); !(w >= 1 && h >= 1 && w < 1e5 && h < 1e5) {
		return nil, archive.Errorf(archive.Unprocessable, "page %d measures %g by %g points", n, w, h)
	}
	return s, nil
}

// look reads what stands on page n, unless it was read last.
func (p *Paper) look(ctx context.Context, n int) (*sheet, error) {
	s, err := p.sheet(n)
	if err != nil {
		return nil, err
	}
	if p.at == n {
		return s, nil
	}
	p.at = 0
	p.file.Use(ctx)
	p.file.Refill()
	m, err := contents(ctx, p.file, s)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, archive.Errorf(archive.Unprocessable, "contents of page %d: %w", n, err)
	}
	p.marks, p.scan, p.at = m, scanOf(p.file, s, m), n
	return s, nil
}

// guard turns a panic over a hostile page into an error of that page.
func guard(what string, n int, err *error) {
	if r := recover(); r != nil {
		*err = archive.Errorf(archive.Unprocessable, "%s of page %d: %v", what, n, r)
	}
}

// pageError says what could not be done with which page. An engine that cannot start is nothing the page can help.
func pageError(ctx context.Context, what string, n int, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case archive.KindOf(err) == archive.Unavailable:
		return err
	}
	return archive.Errorf(archive.Unprocessable, "%s of page %d: %w", what, n, err)
}
