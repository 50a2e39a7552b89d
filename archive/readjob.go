package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

const (
	readLease   = 2 * time.Minute // renewed with every flush; shorter only costs a page read twice
	readRetries = 5
	flushEvery  = time.Second // progress of many quick pages shares one transaction
	flushPages  = 32
	shortFirst  = 1 // the priority of short papers; long ones have 0
)

// firstReading is how the reading of a fresh version begins.
func (a *Archive) firstReading(pages int) Reading {
	if a.Policy.NoReading {
		return Reading{State: ReadingOff, PagesTotal: pages}
	}
	return Reading{State: ReadingWaiting, PagesTotal: pages}
}

func (a *Archive) enqueueReading(ctx context.Context, tx Tx, d *Document, now time.Time) error {
	if a.Policy.NoReading {
		return nil
	}
	v := d.Head().Number
	// Short papers first: a clerk waits for her two pages, nobody waits for the 2,000-page land file.
	priority := 0
	if n := d.PageCount(); n <= 10 {
		priority = shortFirst
	}
	return tx.Jobs().Enqueue(ctx, Job{ID: NewID(), Kind: JobRead, Key: fmt.Sprintf("%s/%d", d.ID, v), Document: d.ID, Version: v,
		Priority: priority, RunAt: now, Total: d.PageCount(), CreatedAt: now})
}

// readNext claims one reading job and does it, and what came in between before the rest of it. ErrNoJob when none is due.
func (a *Archive) readNext(ctx context.Context) error {
	var job Job
	now := a.Clock.Now()
	err := a.Catalog.Update(ctx, func(tx Tx) (err error) {
		job, err = tx.Jobs().Claim(ctx, a.Node, []JobKind{JobRead}, now, readLease)
		return err
	})
	if err != nil {
		return err
	}
	for {
		err = a.readVersion(ctx, job)
		var t *turned
		if !errors.As(err, &t) {
			return a.settled(ctx, job, err)
		}
		job = t.next
	}
}

// settled takes what became of a claimed reading job, and puts it back when it was not done.
func (a *Archive) settled(ctx context.Context, job Job, err error) error {
	if err == nil {
		return nil
	}
	c, cancel := settle(ctx)
	defer cancel()
	again := a.Catalog.Update(c, func(tx Tx) error {
		switch {
		case ctx.Err() != nil: // shutting down: hand it back as it was; the pages done stay done
			return tx.Jobs().Release(c, job)
		case errors.Is(err, errOvertaken):
			return tx.Jobs().Retry(c, job, a.Clock.Now(), err.Error())
		case errors.Is(err, errWaits):
			return tx.Jobs().Retry(c, job, a.Clock.Now().Add(time.Minute), err.Error())
		case job.Attempts >= readRetries:
			if ferr := tx.Documents().SetReading(c, job.Document, job.Version, Reading{State: ReadingFailed, PagesTotal: job.Total,
				Reason: Text{"Không đọc được giấy tờ này. Bản gốc vẫn được giữ nguyên.", "This paper could not be read. The original is kept as it is."}}); ferr != nil {
				return ferr
			}
			return tx.Jobs().Fail(c, job, err.Error())
		}
		return tx.Jobs().Retry(c, job, a.Clock.Now().Add(backoff(job.Attempts)), err.Error())
	})
	a.watch.notify(job.Document)
	if errors.Is(err, errWaits) || errors.Is(err, errOvertaken) || ctx.Err() != nil {
		return again
	}
	return errors.Join(fmt.Errorf("read %s version %d: %w", job.Document, job.Version, err), again)
}

func backoff(attempts int) time.Duration {
	return min(time.Duration(1)<<attempts, 60) * 5 * time.Second
}

// errWaits says that pages are left which need a recogniser this machine does not have.
var errWaits = errors.New("waiting for a recogniser")

// errOvertaken says that the paper went to quarantine, got a newer scan or was erased while it was being read. The next claim
// finds out whether anything is left to do.
var errOvertaken = errors.New("the paper was taken away while it was being read")

// still returns errOvertaken unless the version is one that is to be read.
func (r *readRun) still(ctx context.Context, tx Tx) error {
	d, err := tx.Documents().Get(ctx, r.doc.ID)
	if err == nil && !readable(&d, r.job.Version) {
		err = errOvertaken
	}
	return err
}

func readable(d *Document, version int) bool {
	return d.Head().Number == version && d.State != Disposed && !d.Aside()
}

// readVersion reads the pages of a version that are not read yet, each flushed with its row, so that a crash costs the
// pages since the last flush.
func (a *Archive) readVersion(ctx context.Context, job Job) error {
	var d Document
	var rows []Page
	err := a.Catalog.Update(ctx, func(tx Tx) (err error) {
		if d, err = tx.Documents().Get(ctx, job.Document); err != nil {
			return err
		}
		if !readable(&d, job.Version) {
			return nil
		}
		if err := tx.Pages().Plan(ctx, d.ID, job.Version, d.PageCount()); err != nil {
			return err
		}
		rows, err = tx.Pages().List(ctx, d.ID, job.Version)
		return err
	})
	if err != nil {
		return err
	}
	if rows == nil { // overtaken by a newer scan, or by quarantine
		return a.Catalog.Update(ctx, func(tx Tx) error { return tx.Jobs().Finish(ctx, job) })
	}
	r := readRun{a: a, job: job, doc: &d, rows: rows, last: a.Clock.Now()}
	r.turned = r.last
	if todo := r.todo(); len(todo) > 0 {
		f, done, err := a.local(ctx, &d, d.Head())
		if err != nil {
			return err
		}
		err = a.Reader.Read(ctx, f, ReadRequest{MediaType: d.Head().MediaType, Pages: todo, Limits: a.Limits.Read}, func(p PageReading) error { return r.page(ctx, p) })
		done()
		if errors.As(err, new(*turned)) {
			return err // the job is no longer ours
		}
		if err != nil {
			return errors.Join(err, r.flush(ctx))
		}
		if err := r.flush(ctx); err != nil {
			return err
		}
	}
	if len(r.todo()) > 0 {
		return a.wait(ctx, &r)
	}
	return r.finish(ctx)
}

// readRun is one claim of one reading job.
type readRun struct {
	a     *Archive
	job   Job
	doc   *Document
	rows  []Page
	dirty []Page
	last  time.Time // of a flush

	turned time.Time // when it was last asked whether somebody goes first
}

func (r *readRun) todo() []int {
	var out []int
	for _, p := range r.rows {
		if p.Source == "" {
			out = append(out, p.Number)
		}
	}
	return out
}

func (r *readRun) page(ctx context.Context, p PageReading) error {
	if p.Number < 1 || p.Number > len(r.rows) {
		return Errorf(Internal, "reader returned page %d of %d", p.Number, len(r.rows))
	}
	if p.Source == SourceWaits {
		return nil
	}
	b, err := packPage(&p)
	if err != nil {
		return err
	}
	if err := r.a.Derived.Put(ctx, pageKey(r.doc.ID, r.job.Version, p.Number), bytes.NewReader(b)); err != nil {
		return err
	}
	row := Page{Document: r.doc.ID, Version: r.job.Version, Number: p.Number, Source: p.Source, Words: len(p.Words), Confidence: p.Confidence, Offset: -1, Length: int64(len(b))}
	r.rows[p.Number-1] = row
	r.dirty = append(r.dirty, row)
	r.a.Counters.Pages.Add(1)
	if len(r.dirty) >= flushPages || r.a.Clock.Now().Sub(r.last) >= flushEvery || len(r.dirty) == 1 && r.done() == 1 {
		if err := r.flush(ctx); err != nil {
			return err
		}
		return r.turn(ctx)
	}
	return nil
}

func (r *readRun) done() int {
	n := 0
	for _, p := range r.rows {
		if p.Source != "" {
			n++
		}
	}
	return n
}

func (r *readRun) reading(state ReadingState) Reading {
	var sum, words float64
	for _, p := range r.rows {
		sum += float64(p.Confidence) * float64(p.Words)
		words += float64(p.Words)
	}
	out := Reading{State: state, PagesDone: r.done(), PagesTotal: len(r.rows), Proposals: r.doc.Reading.Proposals}
	if words > 0 {
		out.Confidence = float32(sum / words)
	}
	return out
}

func (r *readRun) flush(ctx context.Context) error {
	if len(r.dirty) == 0 {
		return nil
	}
	r.job.Done, r.job.Total = r.done(), len(r.rows)
	now := r.a.Clock.Now()
	err := r.a.Catalog.Update(ctx, func(tx Tx) error {
		if err := r.still(ctx, tx); err != nil {
			return err
		}
		if err := tx.Jobs().Progress(ctx, r.job, now.Add(readLease)); err != nil {
			return err
		}
		if err := tx.Pages().PutAll(ctx, r.dirty); err != nil {
			return err
		}
		return tx.Documents().SetReading(ctx, r.doc.ID, r.job.Version, r.reading(ReadingRunning))
	})
	if err != nil {
		return err
	}
	r.dirty, r.last = r.dirty[:0], now
	r.a.watch.notify(r.doc.ID)
	return nil
}

// wait records that pages are left for a recogniser to come, and lets what was read be found meanwhile.
func (a *Archive) wait(ctx context.Context, r *readRun) error {
	reading := r.reading(ReadingWaiting)
	reading.Reason = Text{"Chưa có bộ nhận dạng chữ; giấy tờ sẽ được đọc khi có.", "No text recogniser is installed; the paper will be read when there is one."}
	if err := a.Reader.Ready(ctx); err != nil {
		var e *Error
		if errors.As(err, &e) {
			reading.Reason = e.Msg
		}
	}
	err := a.Catalog.Update(ctx, func(tx Tx) error { return tx.Documents().SetReading(ctx, r.doc.ID, r.job.Version, reading) })
	return errors.Join(errWaits, err)
}

// finish gathers the pages into one words and one text file, then says so in one transaction. Power lost between: the
// rows still name the single pages, and the job gathers them again. The single pages go last.
func (r *readRun) finish(ctx context.Context) error {
	a := r.a
	all, err := a.combine(ctx, r.doc, r.job.Version, r.rows)
	if err != nil {
		if KindOf(err) == NotFound || KindOf(err) == Corrupt { // derived files were lost under our feet: read again
			cerr := a.Catalog.Update(ctx, func(tx Tx) error { return tx.Pages().Clear(ctx, r.doc.ID, r.job.Version) })
			return errors.Join(err, cerr)
		}
		return err
	}
	rows, failed := all.rows, 0
	for _, p := range rows {
		if p.Source == SourceFailed {
			failed++
		}
	}
	state := ReadingDone
	switch {
	case failed == len(rows) && failed > 0:
		state = ReadingFailed
	case failed > 0:
		state = ReadingPartial
	}
	now := a.Clock.Now()
	reading := r.reading(state)
	reading.Findings = all.findings
	if a.Proposer != nil {
		lists, err := a.lists(ctx, now)
		if err != nil {
			return err
		}
		reading.Proposals = a.propose(r.doc.ID, all.ends, lists)
	}
	all.codes.told(&reading)
	var uploader Actor
	answers := false
	if all.codes.links() {
		if uploader, answers, err = a.uploader(ctx, r.doc); err != nil {
			return err
		}
	}
	if failed > 0 {
		reading.Reason = Text{"Một số trang không đọc được.", "Some pages could not be read."}
	}
	ev := documentEvent(System, EvRead, now, r.doc)
	ev.Detail = map[string]string{"version": strconv.Itoa(r.job.Version), "pages": strconv.Itoa(len(rows)), "failed": strconv.Itoa(failed)}
	err = a.update(ctx, func(tx Tx) error {
		if err := r.still(ctx, tx); err != nil {
			return err
		}
		if err := tx.Jobs().Finish(ctx, r.job); err != nil {
			return err
		}
		if err := tx.Pages().PutAll(ctx, rows); err != nil {
			return err
		}
		if err := tx.Documents().SetReading(ctx, r.doc.ID, r.job.Version, reading); err != nil {
			return err
		}
		if err := tx.Events().Append(ctx, ev); err != nil || !answers {
			return err
		}
		return a.linkIn(ctx, tx, r.doc.ID, &all.codes, uploader, now)
	})
	if err != nil {
		return err
	}
	a.learn(all.lesson.text.String())
	a.watch.notify(r.doc.ID)
	return a.Derived.Remove(ctx, derivedVersion(r.doc.ID, r.job.Version)+"/pages")
}

// propose asks the proposer. It reads what came from a scan, inside the server: should it ever panic, the form stays empty
// and the log says why.
func (a *Archive) propose(id ID, pages []PageReading, l Lists) (out []Proposal) {
	defer func() {
		if v := recover(); v != nil {
			a.Log.Error("propose fields", "document", id, "panic", v)
			out = nil
		}
	}()
	return a.Proposer.Propose(pages, l)
}

func (a *Archive) lists(ctx context.Context, now time.Time) (Lists, error) {
	l := Lists{Today: DateOf(now.In(Zone))}
	var err error
	if l.Agencies, err = a.Agencies(ctx); err != nil {
		return l, err
	}
	if l.Procedures, err = a.Procedures(ctx); err != nil {
		return l, err
	}
	l.Agencies = slices.Clone(l.Agencies) // names are added
	return l, a.learned(ctx, &l, now)
}

// ReadAgain queues the head for reading from the first page.
func (a *Archive) ReadAgain(ctx context.Context, actor Actor, id ID) error {
	now := a.Clock.Now()
	d, err := a.fetch(ctx, actor, id, now)
	if err != nil {
		return err
	}
	if err := Decide(actor, ActEdit, &d, now); err != nil {
		return err
	}
	if a.Policy.NoReading {
		return Errorf(Unavailable, "reading is off")
	}
	if d.Aside() || d.State == Disposed {
		return Fault(Conflict, "wrong_state", Text{"Giấy tờ đang ở trạng thái không cho phép việc này.", "The paper's present state does not allow this."})
	}
	err = a.update(ctx, func(tx Tx) error {
		if err := tx.Pages().Clear(ctx, id, d.Head().Number); err != nil {
			return err
		}
		if err := tx.Documents().SetReading(ctx, id, d.Head().Number, a.firstReading(d.PageCount())); err != nil {
			return err
		}
		return a.enqueueReading(ctx, tx, &d, now)
	})
	wake(a.work)
	return err
}
