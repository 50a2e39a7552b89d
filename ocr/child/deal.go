package child

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"

	"sohoa/archive"
)

// portion is how many pages of a paper one child gets at a time when several may read. Every portion opens the paper anew and
// starts the recogniser once more (a tenth of a second); and a paper's last portions should end at about the same time.
const portion = 16

// deal is the reading of one paper: its pages, dealt in portions to the child on the paper's own seat and to helpers.
type deal struct {
	r     *Reader
	cache string
	file  *os.File
	req   archive.ReadRequest

	handing sync.Mutex // held while speaking to the caller
	each    func(archive.PageReading) error

	mu      sync.Mutex
	changed *sync.Cond
	left    []int // given to nobody, ascending
	out     int   // portions under way
	lost    int   // pages that cost a child
	err     error // the first; ends the deal
}

// read deals out the pages until all have been handed over. The paper's own seat is the caller's.
func (d *deal) read(ctx context.Context) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	d.changed = sync.NewCond(&d.mu)
	d.left = slices.Clone(d.req.Pages)

	var helpers sync.WaitGroup
	recruiting, stop := context.WithCancelCause(ctx)
	if d.r.opts.Readers > 1 && len(d.left) > 1 {
		helpers.Go(func() {
			for d.helpful() {
				h, err := d.r.seats.help(recruiting)
				if err != nil {
					return
				}
				helpers.Go(func() {
					defer d.r.seats.leave(h)
					d.lane(h.ctx, end, false)
				})
			}
		})
	}
	d.lane(ctx, end, true)
	stop(nil)
	helpers.Wait()
	if d.err != nil {
		return d.err
	}
	if len(d.left) > 0 {
		return context.Cause(ctx)
	}
	return nil
}

// helpful waits until pages are left for another, false when all are done.
func (d *deal) helpful() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.left) == 0 && d.out > 0 && d.err == nil {
		d.changed.Wait()
	}
	return len(d.left) > 0 && d.err == nil
}

// lane reads portion after portion on one seat. The paper's own lane stays until everything is done, because a helper that is
// asked to rise puts its pages back.
func (d *deal) lane(ctx context.Context, end context.CancelCauseFunc, own bool) {
	for ctx.Err() == nil {
		pages := d.take(own)
		if len(pages) == 0 {
			return
		}
		back, err := d.some(ctx, pages)
		if ctx.Err() != nil && err != nil && errors.Is(err, context.Cause(ctx)) {
			err = nil // read says it when it is the caller's context that ended
		}
		d.mu.Lock()
		d.out--
		d.left = append(d.left, back...)
		slices.Sort(d.left)
		if err != nil && d.err == nil {
			d.err = err
			end(err)
		}
		d.changed.Broadcast()
		d.mu.Unlock()
	}
}

// take returns the next pages to read, none at the end. The patient one waits for pages that may yet come back.
func (d *deal) take(patient bool) []int {
	d.mu.Lock()
	defer d.mu.Unlock()
	for patient && len(d.left) == 0 && d.out > 0 && d.err == nil {
		d.changed.Wait()
	}
	if len(d.left) == 0 || d.err != nil {
		return nil
	}
	n := len(d.left)
	if readers := d.r.opts.Readers; readers > 1 {
		n = min((n+2*readers-1)/(2*readers), portion)
	}
	pages := slices.Clone(d.left[:n])
	d.left = d.left[n:]
	d.out++
	return pages
}

// hand gives a page to the caller.
func (d *deal) hand(p archive.PageReading) error {
	d.handing.Lock()
	defer d.handing.Unlock()
	d.mu.Lock()
	err := d.err
	d.mu.Unlock()
	if err != nil {
		return err
	}
	if err = d.each(p); err != nil {
		d.mu.Lock() // at once: nobody may be handed a page after this
		if d.err == nil {
			d.err = err
		}
		d.mu.Unlock()
	}
	return err
}

// some reads pages and hands them over in their order; left are those it did not come to, because ctx ended or with an error.
func (d *deal) some(ctx context.Context, pages []int) (left []int, err error) {
	r := d.r
	left = pages
	fail := func(f fate, findings ...archive.Finding) error {
		page := archive.PageReading{Number: left[0], Source: archive.SourceFailed, Words: []archive.Word{}, Findings: findings, Err: &f.msg}
		left = left[1:]
		return d.hand(page)
	}
	for alone := 0; len(left) > 0; {
		if d.gaveUp(0) {
			if err := fail(givenUp, givenUp.finding(left[0])); err != nil {
				return left, err
			}
			continue
		}
		asked := len(left)
		if alone > 0 {
			asked, alone = 1, alone-1
		}
		err := r.readSome(ctx, d.cache, d.file, d.req, asked, &left, d.hand)
		if err == nil {
			continue
		}
		var own *callerError
		if errors.As(err, &own) {
			return left, own.err
		}
		if ctx.Err() != nil {
			return left, context.Cause(ctx)
		}
		if f, ok := fateOf(err); ok {
			if asked > 1 { // any page under way may be the one: give each to a child of its own before blaming it
				alone = underWay
				continue
			}
			if err := fail(f, f.finding(left[0])); err != nil {
				return left, err
			}
			d.gaveUp(1)
			continue
		}
		err = outward(err)
		if archive.KindOf(err) == archive.Unavailable {
			return left, err
		}
		// The paper as a whole cannot be read from here on, and the reader said why.
		msg := archive.KindText(archive.Unprocessable)
		var e *archive.Error
		if errors.As(err, &e) && e.Kind != archive.Internal {
			msg = e.Msg
		}
		if r.opts.Log != nil {
			r.opts.Log.Warn("paper could not be read on", "page", left[0], "reason", err)
		}
		for len(left) > 0 {
			if err := fail(fate{msg: msg}); err != nil {
				return left, err
			}
		}
	}
	return nil, nil
}

// gaveUp counts pages that cost a child and reports whether the rest of the paper is given up.
func (d *deal) gaveUp(more int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lost += more
	return d.lost >= lostPages
}
