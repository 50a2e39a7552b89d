package pdf

import (
	"context"
	"sync"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"

	"sohoa/archive"
)

// Engine draws pages and reads text layers with pdfium, compiled to WebAssembly and run inside this process. It starts when it is first
// needed, holds one open document at a time, sees no file system, and does one thing at a time. Safe for concurrent use; the caller closes
// it.
type Engine struct {
	cache string

	mu      sync.Mutex // held for as long as a page takes
	machine *machine   // nil until needed, and after an accident
}

// NewEngine makes an Engine. cache is a folder where compiled code is kept between processes, "" for none: compiling takes seconds, loading
// what is compiled a tenth of one. The folder may be read-only once WarmUp has filled it.
func NewEngine(cache string) *Engine { return &Engine{cache: cache} }

// WarmUp compiles pdfium into the cache folder, or checks that it is there. Nothing interrupts a compilation.
func (e *Engine) WarmUp(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.start(ctx)
}

// Close frees what the engine holds. It starts again when it is used again.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stop()
	return nil
}

// start makes sure there is a machine. The caller holds mu.
func (e *Engine) start(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if e.machine != nil {
		return nil
	}
	m, err := newMachine(e.cache)
	if err != nil && e.cache != "" {
		m, err = newMachine("") // the folder may be read-only and empty; that costs time and nothing else
	}
	if err != nil {
		return archive.Errorf(archive.Unavailable, "start pdfium: %w", err)
	}
	e.machine = m
	return nil
}

// stop ends the machine. The caller holds mu.
func (e *Engine) stop() {
	if e.machine != nil {
		e.machine.close()
		e.machine = nil
	}
}

// forget closes paper's document if it is the open one: its bytes are about to go.
func (e *Engine) forget(paper *Paper) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.machine != nil && e.machine.owner == paper {
		e.machine.release()
	}
}

// use runs do with paper's document open; a crash inside pdfium is an error, and the next use starts afresh. Code in WebAssembly could be made
// to notice that ctx ended, and would then take four to forty times as long (measured: a JBIG2 page 1.2 s instead of 0.15 s). So when ctx ends
// first, use returns and leaves the machine running until it is done by itself; a child that gave up a page this way is ended by its parent.
func (e *Engine) use(ctx context.Context, paper *Paper, do func(p pdfium.Pdfium, doc references.FPDF_DOCUMENT) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.start(ctx); err != nil {
		return err
	}
	m := e.machine
	done := make(chan outcome, 1)
	go func() { done <- m.run(ctx, paper, do) }()
	select {
	case o := <-done:
		if o.crashed {
			e.stop()
		}
		return o.err
	case <-ctx.Done():
		e.machine = nil
		paper.leftBehind = true // the bytes must stay: the machine still reads them
		go func() { <-done; m.close() }()
		return context.Cause(ctx)
	}
}
