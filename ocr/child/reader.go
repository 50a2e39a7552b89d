package child

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"sohoa/archive"
	"sohoa/internal/sandbox"
	"sohoa/ocr"
)

// lostPages is how many pages of one paper may cost a child before the rest of the paper is given up: a hostile paper of
// 5,000 such pages would keep a reader busy for a week.
const lostPages = 20

// lookEvery is how often Tesseract is looked for.
const lookEvery = 15 * time.Second

// Reader is archive.Reader over pools of children: one for reading, one for page pictures, which a person waits for.
type Reader struct {
	opts  Options
	warm  *warmer
	ready *readiness
	seats *seats

	mu        sync.Mutex
	tesseract string // what the pools may start
	looked    time.Time
	reading   *sandbox.Pool
	rendering *sandbox.Pool
	closed    bool
	closing   sync.WaitGroup // pools on their way out
}

var _ archive.Reader = (*Reader)(nil)

func (o Options) readProfile(role, tesseract string) sandbox.Profile {
	var programs []string
	if tesseract != "" {
		programs = []string{tesseract}
	}
	p := sandbox.Reader(role, o.Scratch, programs...)
	p.Time = o.Limits.Read.PageTime
	p.Memory = o.Limits.Read.Memory
	p.MessageBytes = 32 << 20 // a page of 256 KB text with a box for every word
	p.Env = []string{"OMP_THREAD_LIMIT=1", "LC_ALL=C.UTF-8"}
	for _, dir := range []string{o.Tessdata, o.Cache} {
		if dir != "" {
			p.Read = append(p.Read, dir)
		}
	}
	if role == roleRender {
		p.Nice = 0
	}
	return p
}

// NewReader makes a Reader and empties Options.Scratch. The caller closes it. No child is started before the first paper.
func NewReader(o Options) (*Reader, error) {
	o = o.withDefaults()
	if o.Scratch == "" {
		return nil, errors.New("reader: no scratch folder given")
	}
	var err error
	if o.Scratch, err = emptyFolder(o.Scratch); err != nil {
		return nil, fmt.Errorf("reader: %w", err)
	}
	if o.Cache != "" {
		if o.Cache, err = filepath.Abs(o.Cache); err == nil {
			err = os.MkdirAll(o.Cache, 0o700)
		}
		if err != nil {
			return nil, fmt.Errorf("reader: %w", err)
		}
	}
	r := &Reader{opts: o, warm: newWarmer(o), ready: &readiness{}, seats: &seats{free: o.Readers}}
	r.look()
	return r, nil
}

// emptyFolder makes dir, removes what an earlier process left in it, and returns its absolute path.
func emptyFolder(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// look finds Tesseract and makes new pools when it has come, gone or moved: what a child may start is fixed when it is
// born. Work under way ends in the old pools.
func (r *Reader) look() (place Place, reading, rendering *sandbox.Pool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.looked) >= lookEvery || r.reading == nil {
		r.looked = time.Now()
		found := r.opts.Tesseract()
		if real, err := filepath.EvalSymlinks(found); err == nil && found != "" {
			found = real
		}
		if !r.closed && (r.reading == nil || found != r.tesseract) {
			for _, old := range []*sandbox.Pool{r.reading, r.rendering} {
				if old != nil {
					r.closing.Go(func() { old.Close() })
				}
			}
			r.tesseract = found
			r.reading = sandbox.New(r.opts.pool(r.opts.readProfile(roleRead, found), r.opts.Readers))
			// Pictures need no program.
			r.rendering = sandbox.New(r.opts.pool(r.opts.readProfile(roleRender, ""), r.opts.Renderers))
			r.ready.forget()
		}
	}
	return Place{Tesseract: r.tesseract, Tessdata: r.opts.Tessdata}, r.reading, r.rendering
}

// Read implements archive.Reader. The pages of one paper spread over the children that nobody else needs.
func (r *Reader) Read(ctx context.Context, f *os.File, req archive.ReadRequest, each func(archive.PageReading) error) error {
	cache, err := r.warm.up(ctx)
	if err != nil {
		return err
	}
	r.bound(&req.Limits)
	if err := r.seats.sit(ctx); err != nil {
		return err
	}
	defer r.seats.rise()
	d := deal{r: r, cache: cache, file: f, req: req, each: each}
	return d.read(ctx)
}

var givenUp = fate{code: "reading_given_up", msg: archive.Text{
	VI: "Đã dừng đọc giấy tờ này vì quá nhiều trang làm hỏng chương trình đọc.",
	EN: "Reading of this paper was given up because too many of its pages broke the reading program."}}

// callerError carries what the caller's function returned past the errors of the pool.
type callerError struct{ err error }

func (e *callerError) Error() string { return e.err.Error() }

// underWay is how many pages a reader may have begun beyond the last one it handed over: those prepared, those waiting and
// those with the recogniser.
const underWay = 2*ocr.Ahead + 2

// readSome gives the first asked pages of what is left to one child and takes off what came back.
func (r *Reader) readSome(ctx context.Context, cache string, f *os.File, req archive.ReadRequest, asked int, left *[]int, each func(archive.PageReading) error) error {
	place, pool, _ := r.look()
	place.Cache = cache
	req.Pages = (*left)[:asked]
	missing := asked
	body, err := json.Marshal(readMessage{Place: place, Request: req})
	if err != nil {
		return fmt.Errorf("encode reading request: %w", err)
	}
	err = pool.Do(ctx, sandbox.Task{
		Body:   body,
		Files:  []sandbox.File{{File: f}},
		Time:   req.Limits.PageTime,
		Whole:  time.Duration(asked+1) * 2 * req.Limits.PageTime, // what signs of life without pages may add up to
		Memory: req.Limits.Memory,
		Each: func(b []byte) error {
			var page archive.PageReading
			if missing == 0 || json.Unmarshal(b, &page) != nil || page.Number != (*left)[0] {
				return fmt.Errorf("%w: not the page that was to come", sandbox.ErrMessage)
			}
			*left = (*left)[1:]
			missing--
			ocr.Mend(r.opts.Syllables, &page)
			if err := each(page); err != nil {
				return &callerError{err}
			}
			return nil
		},
	})
	if err == nil && missing > 0 {
		return fmt.Errorf("%w: the reader ended before page %d", sandbox.ErrDied, (*left)[0])
	}
	if errors.Is(err, sandbox.ErrClosed) && !r.isClosed() {
		return nil // Tesseract has come or gone: the next round takes the new pool
	}
	if missing == 0 {
		var own *callerError
		if !errors.As(err, &own) {
			return nil // all pages are here; how the child ended does not matter
		}
	}
	return err
}

// Render implements archive.Reader.
func (r *Reader) Render(ctx context.Context, f *os.File, req archive.RenderRequest) ([]byte, error) {
	cache, err := r.warm.up(ctx)
	if err != nil {
		return nil, err
	}
	r.bound(&req.Limits)
	place, _, pool := r.look()
	place.Cache = cache
	body, err := json.Marshal(renderMessage{Place: place, Request: req})
	if err != nil {
		return nil, fmt.Errorf("encode picture request: %w", err)
	}
	var picture []byte
	err = pool.Do(ctx, sandbox.Task{
		Body:   body,
		Files:  []sandbox.File{{File: f}},
		Time:   req.Limits.PageTime,
		Memory: req.Limits.Memory,
		Each:   func(b []byte) error { picture = b; return nil },
	})
	if errors.Is(err, sandbox.ErrClosed) && !r.isClosed() {
		return r.Render(ctx, f, req) // Tesseract has come or gone: there is a new pool
	}
	if err == nil && len(picture) == 0 {
		err = fmt.Errorf("%w: no picture", sandbox.ErrMessage)
	}
	if err == nil {
		return picture, nil
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if fate, ok := fateOf(err); ok {
		e := archive.Fault(archive.Unprocessable, fate.refusal, fate.msg)
		e.Findings, e.Err = []archive.Finding{fate.finding(req.Page)}, err
		return nil, e
	}
	return nil, outward(err)
}

// bound keeps a request's limits within the house's.
func (r *Reader) bound(l *archive.ReadLimits) {
	house := r.opts.Limits.Read
	if l.PageTime <= 0 || l.PageTime > house.PageTime {
		l.PageTime = house.PageTime
	}
	if l.Memory <= 0 || l.Memory > house.Memory {
		l.Memory = house.Memory
	}
}

// Stats count what became of the children, first those that read, then those that draw. A change of Tesseract starts the
// count again.
func (r *Reader) Stats() (reading, rendering sandbox.Stats) {
	_, a, b := r.look()
	return a.Stats(), b.Stats()
}

func (r *Reader) isClosed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}

// Close waits for running work and stops the children. To end running work sooner, cancel its contexts first.
func (r *Reader) Close() error {
	r.mu.Lock()
	r.closed = true
	reading, rendering := r.reading, r.rendering
	r.mu.Unlock()
	err := errors.Join(reading.Close(), rendering.Close())
	r.closing.Wait()
	return err
}
