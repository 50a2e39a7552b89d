package ocr

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"

	"sohoa/archive"
	"sohoa/ocr/tesseract"
)

// Ahead is how many prepared pages may wait for the recogniser, and how many it is given at once. A page waits as 4 MB on
// the scratch disk, and a page that takes this process with it takes the waiting ones along, to be read again.
const Ahead = 4

// Options say with what to read.
type Options struct {
	// Tesseract is the absolute path of the program. Empty: scans come back with SourceWaits.
	Tesseract string
	// Tessdata is the folder of its languages. Empty: its own. Optional.
	Tessdata string
	// Scratch is a folder of this call alone, for page images on their way. Empty: one is made in the system's.
	Scratch string
	// Alive is called whenever a step of the work is done. Optional.
	Alive func()
	// Log gets a line for every page that fails, with the cause. Optional.
	Log *slog.Logger
}

// Read hands every wanted page of a paper to each, in the order asked for, as soon as it is read. Whatever is wrong with a
// page stands in its reading; Read itself returns the error of each, of the context, or Unavailable when the scratch folder
// cannot be used. Calls of each and of Alive never overlap.
func Read(ctx context.Context, paper Paper, req archive.ReadRequest, opt Options, each func(archive.PageReading) error) (err error) {
	limits := req.Limits.WithDefaults()
	if opt.Scratch == "" {
		if opt.Scratch, err = os.MkdirTemp("", "sohoa-read-"); err != nil {
			return archive.Errorf(archive.Unavailable, "make a folder for page images: %w", err)
		}
		defer os.RemoveAll(opt.Scratch)
	}
	r := &run{paper: inTurn(paper), limits: limits, tell: opt.Alive, each: each, log: opt.Log}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	r.engine = tesseract.Engine{
		Program: opt.Tesseract, Data: opt.Tessdata, Dir: opt.Scratch,
		PageTime: limits.PageTime / 4 * 3, // what is left is for the page's image
		Alive:    r.alive,
	}
	r.absent.Store(opt.Tesseract == "")
	return r.pages(ctx, req.Pages)
}

// run is one call of Read.
type run struct {
	paper  Paper
	limits archive.ReadLimits
	engine tesseract.Engine
	absent atomic.Bool // there is no recogniser
	each   func(archive.PageReading) error
	log    *slog.Logger

	mu   sync.Mutex // held while speaking to the caller
	tell func()
}

func (r *run) alive() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tell != nil {
		r.tell()
	}
}

func (r *run) hand(s *sheet) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.each(s.reading)
}

// pages prepares pages in one goroutine and has them recognised in another, in batches of what is ready: the first page goes
// alone and at once, later ones share a run of the recogniser.
func (r *run) pages(ctx context.Context, numbers []int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	ready := make(chan *sheet, Ahead)
	var preparing sync.WaitGroup
	preparing.Go(func() {
		defer close(ready)
		for _, n := range numbers {
			s, err := r.sheet(ctx, n)
			if err != nil {
				cancel(err)
				return
			}
			select {
			case ready <- s:
			case <-ctx.Done():
				return
			}
		}
	})
	// The paper is the caller's again when this returns.
	defer preparing.Wait()
	defer cancel(nil)

	for {
		batch := next(ready)
		if len(batch) == 0 {
			return context.Cause(ctx)
		}
		if err := r.recognise(ctx, batch); err != nil {
			return err
		}
	}
}

// next waits for a page, and takes along what else is ready, up to Ahead pages. It returns none at the end.
func next(ready <-chan *sheet) []*sheet {
	s, ok := <-ready
	if !ok {
		return nil
	}
	batch := []*sheet{s}
	if s.file == "" {
		return batch // done: no reason to keep anybody waiting for it
	}
	for len(batch) < Ahead {
		select {
		case s, ok := <-ready:
			if !ok {
				return batch
			}
			batch = append(batch, s)
		default:
			return batch
		}
	}
	return batch
}

// recognise hands over the pages of a batch in their order, after those that want it have been recognised.
func (r *run) recognise(ctx context.Context, batch []*sheet) error {
	var files []string
	var waiting []*sheet // a page for each file
	for _, s := range batch {
		if s.file != "" {
			files, waiting = append(files, s.file), append(waiting, s)
		}
	}
	defer func() {
		for _, f := range files {
			os.Remove(f)
		}
	}()
	// finished hands over what is complete at the head of the batch.
	finished := func() error {
		for len(batch) > 0 && batch[0].file == "" {
			if err := r.hand(batch[0]); err != nil {
				return err
			}
			batch = batch[1:]
		}
		return nil
	}
	if err := finished(); err != nil || len(files) == 0 {
		return err
	}
	err := r.engine.Run(ctx, files, func(res tesseract.Result) error {
		r.recognised(waiting[res.Index], res)
		return finished()
	})
	if errors.Is(err, tesseract.ErrStart) {
		r.absent.Store(true) // gone since the paper was begun; whoever asks Ready learns why
		for _, s := range waiting {
			if s.file != "" {
				s.wait()
			}
		}
		return finished()
	}
	// What is left reads so badly that it may lie sideways.
	for err == nil && len(batch) > 0 {
		switch s := batch[0]; {
		case s.file == "":
		case s.seal != nil:
			err = r.sealed(ctx, s)
		default:
			err = r.turn(ctx, s)
		}
		if err == nil {
			err = finished()
		}
	}
	return err
}
