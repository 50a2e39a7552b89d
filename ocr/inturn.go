package ocr

import (
	"context"
	"image"
	"sync"

	"sohoa/archive"
)

// inTurn lets one goroutine at a time use a paper: the one that prepares pages, or the one that looks at a signer's block again. It
// knows whatever the paper knows: a Doubter and an Imprinted stay one.
func inTurn(p Paper) Paper { return &turnPaper{paper: p} }

type turnPaper struct {
	mu    sync.Mutex // held while the paper works
	paper Paper
}

func (p *turnPaper) Pages() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.paper.Pages()
}

func (p *turnPaper) Size(n int) (width, height float64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.paper.Size(n)
}

func (p *turnPaper) Words(ctx context.Context, n int) (archive.PageSource, []archive.Word, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.paper.Words(ctx, n)
}

func (p *turnPaper) Picture(ctx context.Context, n int) (image.Image, [6]float64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.paper.Picture(ctx, n)
}

func (p *turnPaper) Render(ctx context.Context, n, width int) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.paper.Render(ctx, n, width)
}

func (p *turnPaper) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.paper.Close()
}

// Doubts says nothing when the paper is no Doubter.
func (p *turnPaper) Doubts(ctx context.Context) []archive.Finding {
	d, is := p.paper.(Doubter)
	if !is {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return d.Doubts(ctx)
}

// Imprints gives nothing when the paper is not Imprinted.
func (p *turnPaper) Imprints(ctx context.Context, n int, each func(m *image.Gray, toPage [6]float64)) error {
	d, is := p.paper.(Imprinted)
	if !is {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return d.Imprints(ctx, n, each)
}
