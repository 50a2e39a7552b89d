package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"sohoa/archive"
	"sohoa/cmd/sohoa/intake"
	"sohoa/indexer"
	"sohoa/internal/durable"
	"sohoa/internal/sandbox"
	"sohoa/ocr/child"
	"sohoa/storage/blob"
	"sohoa/storage/catalog"
	"sohoa/storage/ledger"
)

// house is everything of one data folder, built and open.
type house struct {
	archive    *archive.Archive
	catalog    *catalog.Catalog
	index      *indexer.Index
	inspector  *child.Inspector
	reader     *child.Reader
	children   child.Options
	inbox      *intake.Folder              // nil unless this is a server with one
	sandbox    sandbox.Level               // as proveSandbox found it
	setAside   string                      // where a catalog that was to be made again is kept
	storeKind  string                      // file or s3
	secondKind string                      // the same of the second store; "" for none
	late       func(context.Context) error // opens a second store that was away; nil: none was
	storesMu   sync.Mutex
	stores     []openedStore
	storeDir   string          // the folder whose disk can fill up
	syncs      durable.Counter // fsyncs of the store
	engine     string          // sqlite or postgres
	aside      archive.QuarantineStore
	partials   *blob.Partials // in the spool of the first store
	log        *slog.Logger
	closers    []io.Closer // in the order opened
}

// parts says what of a house a command needs.
type parts struct {
	index bool // open the search index
	fresh bool // throw the index away first

	freshCatalog bool // set the catalog aside first
	working      bool // start inspectors and readers
	both         bool // both stores or nothing: for what compares or mends them
}

// openHouse builds a house and takes its data folder for this process alone. The caller closes it.
func openHouse(ctx context.Context, e *env, o *options, p parts) (h *house, err error) {
	h = &house{log: logger(e, o)}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close())
			h = nil
		}
	}()
	if err := os.MkdirAll(o.data, 0o750); err != nil {
		return h, fmt.Errorf("make data folder: %w", err)
	}
	if o.data, err = filepath.Abs(o.data); err != nil {
		return h, err
	}
	lock, err := lockFolder(o.data)
	if err != nil {
		return h, err
	}
	h.closers = append(h.closers, lock)

	if p.freshCatalog && strings.HasPrefix(o.catalogDSN(), "sqlite:") {
		if h.setAside, err = setCatalogAside(ctx, o.catalogDSN(), time.Now()); err != nil {
			return h, err
		}
	}
	if p.freshCatalog { // the readings that are drawn on again teach it once more
		if err := os.RemoveAll(filepath.Join(o.data, "model")); err != nil {
			return h, fmt.Errorf("forget what was learned: %w", err)
		}
	}
	if h.catalog, err = catalog.Open(ctx, o.catalogDSN(), catalog.Options{}); err != nil {
		return h, fmt.Errorf("open catalog: %w", err)
	}
	h.closers = append(h.closers, h.catalog)
	h.engine, _, _ = strings.Cut(o.catalogDSN(), ":")
	vault, err := h.openStores(ctx, e, o, !p.both)
	if err != nil {
		return h, err
	}
	derived, err := blob.OpenDerived(filepath.Join(o.data, "derived"))
	if err != nil {
		return h, fmt.Errorf("open derived folder: %w", err)
	}
	derived.Bound(o.limits().PageCache, archive.Passing)
	h.closers = append(h.closers, derived)
	led, retrievalKey, err := openLedger(ctx, h.catalog, o)
	if err != nil {
		return h, err
	}
	node, err := nodeName(o)
	if err != nil {
		return h, err
	}
	cfg := archive.Config{Vault: vault, Catalog: h.catalog, Derived: derived, Quarantine: h.aside, Partials: h.partials, Node: node, Ledger: led, Log: h.log, Disks: disksOf(o), Limits: o.limits(), Proposer: proposer{}, RetrievalKey: retrievalKey,
		Clock: clockForTest, StepForTest: stepForTest,
		Scratch: filepath.Join(o.data, "scratch", "copies"), Policy: archive.Policy{NoReading: o.noReading, AllowOwnerLocks: o.ownerLocks}}
	if err := os.MkdirAll(cfg.Scratch, 0o750); err != nil {
		return h, fmt.Errorf("make scratch folder: %w", err)
	}
	if p.working {
		if err := h.startChildren(o, &cfg); err != nil {
			return h, err
		}
		if err := h.findScanner(ctx, o, &cfg); err != nil {
			return h, err
		}
	}
	if p.index {
		// The index needs the archive for snippets, and the archive the index: the texts are asked for only once both stand.
		texts := func(ctx context.Context, id archive.ID) archive.TextSeq { return h.archive.Texts(ctx, id) }
		dir := filepath.Join(o.data, "index")
		if h.index, err = openIndex(h.log, dir, indexer.Options{Texts: texts, Log: h.log}, p.fresh); err != nil {
			return h, err
		}
		h.closers = append(h.closers, h.index)
		cfg.Index = h.index
	}
	h.archive, err = archive.New(cfg)
	return h, err
}

// openIndex opens the index; one that cannot be used as it lies is thrown away, because the feed makes it again.
func openIndex(log *slog.Logger, dir string, o indexer.Options, fresh bool) (*indexer.Index, error) {
	if fresh {
		if err := indexer.Wipe(dir); err != nil {
			return nil, fmt.Errorf("wipe index: %w", err)
		}
	}
	ix, err := indexer.Open(dir, o)
	if err == nil || !indexer.NeedsRebuild(err) {
		return ix, err
	}
	log.Warn("the index cannot be used and is made again from the catalog", "err", err)
	if err := indexer.Wipe(dir); err != nil {
		return nil, fmt.Errorf("wipe index: %w", err)
	}
	return indexer.Open(dir, o)
}

// openLedger opens the log with its key, which is made with the log, and derives from it the key of retrieval codes, which every
// process of the house has to share too. A log that was signed never gets another key by itself: nobody
// could tell it from one that somebody else made.
func openLedger(ctx context.Context, c *catalog.Catalog, o *options) (l *ledger.Ledger, retrievals []byte, err error) {
	path := o.keyPath()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		size := int64(0)
		if err := c.View(ctx, func(tx archive.Tx) (err error) { size, _, err = tx.Tree().Checkpoint(ctx); return err }); err != nil {
			return nil, nil, fmt.Errorf("open log: %w", err)
		}
		if size > 0 {
			return nil, nil, archive.Fault(archive.Unavailable, "log_key_missing", archive.Text{
				VI: "thiếu khóa nhật ký " + path + ": hãy chép lại từ bản sao lưu; nếu đã mất hẳn, sohoa rebuild --catalog dựng lại nhật ký từ kho với khóa mới",
				EN: "the log's key is missing at " + path + ": put it back from a backup; where it is lost for good, sohoa rebuild --catalog makes the log again from the store with a new key"})
		}
	}
	if o.logKey == "" {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, nil, fmt.Errorf("make keys folder: %w", err)
		}
	}
	key, err := ledger.LoadOrCreateKey(path)
	if err != nil {
		return nil, nil, fmt.Errorf("log key: %w", err)
	}
	var clock archive.Clock = archive.SystemClock{}
	if clockForTest != nil {
		clock = clockForTest
	}
	if retrievals, err = key.Derive("retrieval/1"); err != nil {
		return nil, nil, fmt.Errorf("derive from the log key: %w", err)
	}
	l, err = ledger.Open(c, key, clock)
	return l, retrievals, err
}

func (h *house) startChildren(o *options, cfg *archive.Config) error {
	opt, err := o.children(cfg.Limits, h.log)
	if err != nil {
		return err
	}
	if o.repair {
		s, err := openSyllables(filepath.Join(o.data, "model"), h.log)
		if err != nil {
			return err
		}
		h.closers = append(h.closers, s)
		cfg.Learner, opt.Syllables = s.model, s.model
	}
	h.children = opt
	h.inspector = child.NewInspector(opt)
	h.closers = append(h.closers, h.inspector)
	cfg.Inspector = h.inspector
	assembler := child.NewAssembler(opt)
	h.closers = append(h.closers, assembler)
	cfg.Assembler, cfg.Copier = assembler, assembler
	// The reader draws page images too, so it is there even where this process reads nothing; its children start when asked.
	if h.reader, err = child.NewReader(opt); err != nil {
		return fmt.Errorf("start readers: %w", err)
	}
	h.closers = append(h.closers, h.reader)
	cfg.Reader = h.reader
	return nil
}

// children are the options of the children that inspect, read and assemble.
func (o *options) children(limits archive.Limits, log *slog.Logger) (child.Options, error) {
	opt := child.Options{Limits: limits, Inspectors: o.inspectors, Readers: max(1, o.readers), Scratch: filepath.Join(o.data, "scratch", "readers"),
		Cache: filepath.Join(o.data, "scratch", "compiled"), Mode: sandbox.Mode(o.sandbox), Log: log,
		Tesseract: func() string { return findTesseract(o.tesseract) }}
	if opt.Mode != sandbox.Best && opt.Mode != sandbox.Require {
		return opt, errors.New("--sandbox takes best or require")
	}
	switch o.sandboxOff {
	case "":
	case "landlock":
		opt.Off.Landlock = true
	case "seccomp":
		opt.Off.Seccomp = true
	case "both":
		opt.Off = sandbox.Off{Landlock: true, Seccomp: true}
	default:
		return opt, errors.New("--sandbox-off takes landlock, seccomp or both")
	}
	return opt, nil
}

func findTesseract(given string) string {
	if given == "" {
		given = "tesseract"
	}
	path, err := exec.LookPath(given)
	if err != nil {
		return ""
	}
	if path, err = filepath.Abs(path); err != nil {
		return ""
	}
	return path
}

// Close closes what was opened, last first.
func (h *house) Close() error {
	var errs []error
	for i := len(h.closers) - 1; i >= 0; i-- {
		errs = append(errs, h.closers[i].Close())
	}
	h.closers = nil
	return errors.Join(errs...)
}

func logger(e *env, o *options) *slog.Logger {
	if o.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(e.stderr, nil))
	}
	return slog.New(slog.NewTextHandler(e.stderr, nil))
}
