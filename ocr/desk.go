package ocr

import (
	"context"
	"os"
	"sync"

	"sohoa/archive"
	"sohoa/ocr/image"
	"sohoa/ocr/pdf"
	"sohoa/ocr/tesseract"
)

// Desk is where one child process reads paper after paper. It keeps the page renderer from one to the next, because
// starting it costs more than a page. The zero Desk is ready; Close frees the renderer. Used by one goroutine at a time.
type Desk struct {
	mu     sync.Mutex
	engine *pdf.Engine
	cache  string
}

// Tools are what a Desk finds at its place. All paths are absolute.
type Tools struct {
	Options
	// Cache is the folder of the renderer's compiled code. Only WarmUp writes in it. Empty: none; compiling then takes
	// some seconds in every child.
	Cache string
}

// Read reads the pages of a paper, as archive.Reader promises.
func (d *Desk) Read(ctx context.Context, f *os.File, req archive.ReadRequest, at Tools, each func(archive.PageReading) error) error {
	paper, err := d.open(ctx, f, req.MediaType, req.Limits, at)
	if err != nil {
		return err
	}
	defer paper.Close()
	return Read(ctx, paper, req, at.Options, each)
}

// Render draws one page, as archive.Reader promises.
func (d *Desk) Render(ctx context.Context, f *os.File, req archive.RenderRequest, at Tools) ([]byte, error) {
	paper, err := d.open(ctx, f, req.MediaType, req.Limits, at)
	if err != nil {
		return nil, err
	}
	defer paper.Close()
	return paper.Render(ctx, req.Page, req.Width)
}

// Ready says whether scans can be recognised, as archive.Reader promises.
func (d *Desk) Ready(ctx context.Context, at Tools) error {
	_, err := tesseract.Probe(ctx, at.Tesseract, at.Tessdata)
	return err
}

// WarmUp fills the cache, unless it is good already.
func (d *Desk) WarmUp(ctx context.Context, at Tools) error {
	return d.renderer(at.Cache).WarmUp(ctx)
}

// Close frees the renderer.
func (d *Desk) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.engine == nil {
		return nil
	}
	err := d.engine.Close()
	d.engine = nil
	return err
}

func (d *Desk) renderer(cache string) *pdf.Engine {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.engine != nil && d.cache != cache {
		d.engine.Close()
		d.engine = nil
	}
	if d.engine == nil {
		d.engine, d.cache = pdf.NewEngine(cache), cache
	}
	return d.engine
}

// open opens a paper of a known type.
func (d *Desk) open(ctx context.Context, f *os.File, mediaType string, limits archive.ReadLimits, at Tools) (Paper, error) {
	switch mediaType {
	case archive.PDF:
		return pdf.Open(ctx, f, pdf.Options{Engine: d.renderer(at.Cache), Limits: limits})
	case archive.JPEG, archive.PNG, archive.TIFF:
		return image.Open(ctx, f, limits)
	}
	return nil, archive.Errorf(archive.Unprocessable, "read a paper of type %q", mediaType)
}
