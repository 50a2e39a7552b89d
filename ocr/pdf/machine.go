package pdf

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"sohoa/archive"
)

// memoryPages caps what a drawing may use, in pages of 64 KiB. A colour scan of 40 megapixels takes some 300 MB.
const memoryPages = 768 << 20 / (64 << 10)

// instancePages is after how many pages an instance is replaced: its memory grows to what the hungriest page took and never shrinks.
const instancePages = 200

// machine is one running pdfium with at most one document open.
type machine struct {
	pool  pdfium.Pool
	store wazero.CompilationCache

	owner *Paper // whose document is open, nil for none
	p     pdfium.Pdfium
	doc   references.FPDF_DOCUMENT
	pages int // asked of the present instance
}

// outcome is how a use of the machine ended.
type outcome struct {
	err     error
	crashed bool
}

func newMachine(cache string) (*machine, error) {
	m := &machine{}
	rc := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(memoryPages)
	if cache != "" {
		store, err := wazero.NewCompilationCacheWithDir(cache)
		if err != nil {
			return nil, fmt.Errorf("open cache of compiled code: %w", err)
		}
		m.store = store
		rc = rc.WithCompilationCache(store)
	}
	pool, err := webassembly.Init(webassembly.Config{
		Context: experimental.WithMemoryAllocator(context.Background(), experimental.MemoryAllocatorFunc(reserved)),
		MinIdle: 0, MaxIdle: 1, MaxTotal: 1,
		FSConfig:      wazero.NewFSConfig(), // without it the whole disk would be mounted
		RuntimeConfig: rc, Stdout: io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		m.close()
		return nil, err
	}
	m.pool = pool
	return m, nil
}

func (m *machine) close() {
	m.release()
	if m.pool != nil {
		_ = m.pool.Close()
	}
	if m.store != nil {
		_ = m.store.Close(context.Background())
	}
	m.pool, m.store = nil, nil
}

// release closes the open document and its instance.
func (m *machine) release() {
	if m.p != nil {
		_ = m.p.Close()
	}
	m.p, m.owner = nil, nil
}

// run opens paper's document if it is not the open one and runs do.
func (m *machine) run(ctx context.Context, paper *Paper, do func(p pdfium.Pdfium, doc references.FPDF_DOCUMENT) error) (o outcome) {
	defer func() {
		if p := recover(); p != nil {
			o = outcome{fmt.Errorf("pdfium crashed: %v", p), true}
		}
	}()
	if err := m.open(ctx, paper); err != nil {
		return outcome{err: err}
	}
	return outcome{err: do(m.p, m.doc)}
}

func (m *machine) open(ctx context.Context, paper *Paper) error {
	m.pages++
	if m.owner == paper && m.pages <= instancePages {
		return nil
	}
	m.release()
	p, err := m.pool.GetInstanceWithContext(ctx)
	if err != nil {
		return fmt.Errorf("start pdfium: %w", err)
	}
	m.p = p
	data := paper.file.Data()
	doc, err := p.OpenDocument(&requests.OpenDocument{FileReader: bytes.NewReader(data), FileReaderSize: int64(len(data))})
	if err != nil {
		m.release()
		return archive.Errorf(archive.Unprocessable, "open in pdfium: %w", err)
	}
	m.owner, m.doc, m.pages = paper, doc.Document, 1
	if c, err := p.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document}); err == nil {
		paper.others = c.PageCount
	}
	return nil
}
