package child

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"sohoa/archive"
	"sohoa/internal/sandbox"
)

// The roles of this package's children.
const (
	roleInspect  = "inspect"
	roleRead     = "read"
	roleRender   = "render"
	roleWarm     = "warm"
	roleAssemble = "assemble"
)

// Place is where a child finds what it may use. All paths are absolute.
type Place struct {
	Tesseract string // the program; "" when none is installed
	Tessdata  string // folder of its languages; "" for its own default
	Cache     string // folder of compiled code, written by WarmUp only; "" for none
	Scratch   string // this child's own folder, empty at the start of each call

	// Alive tells the parent that a step is done, for work that takes long before the next page can be handed over: the
	// parent kills after ReadLimits.PageTime without a page or this. Call it at the end of steps, not by a timer.
	Alive func() `json:"-"`
}

// Work is what children do. The functions run inside a child, one at a time, and may keep state from call to call. Their
// contexts end a little before the parent's patience, so that a function which looks at it can say in its own words
// that time ran out. A returned *archive.Error reaches the parent with its kind, code and text.
type Work struct {
	// Inspect is archive.Inspector's.
	Inspect func(ctx context.Context, f *os.File, req archive.InspectRequest) (archive.Inspection, error)
	// Read hands over every page of req.Pages in that order. An error concerns the paper as a whole, from the page that
	// would have come next.
	Read func(ctx context.Context, at Place, f *os.File, req archive.ReadRequest, each func(archive.PageReading) error) error
	// Render is archive.Reader's.
	Render func(ctx context.Context, at Place, f *os.File, req archive.RenderRequest) ([]byte, error)
	// Assemble is archive.Assembler's.
	Assemble func(ctx context.Context, sources []archive.AssembleSource, pages []archive.PagePick, out io.Writer, limits archive.AssembleLimits) error
	// Copy is archive.Copier's.
	Copy func(ctx context.Context, req archive.CopyRequest, out io.Writer, limits archive.AssembleLimits) error
	// Ready says whether scans can be recognised with what is at this place.
	Ready func(ctx context.Context, at Place) error
	// WarmUp fills at.Cache. It does nothing where the cache is good already.
	WarmUp func(ctx context.Context, at Place) error
}

// Roles are the roles to hand to sandbox.Main.
func Roles(w Work) sandbox.Roles {
	return sandbox.Roles{
		roleInspect:  w.inspect,
		roleRead:     sparing(w.read),
		roleRender:   sparing(w.render),
		roleWarm:     w.warm,
		roleAssemble: sparing(w.assemble),
	}
}

// sparing has a child of long papers collect its garbage when it is a quarter of what lives. What lives is small, or large and without
// pointers (a page's pixels, pdfium's memory), so that collecting is cheap; and the peak of a thousand pages stays near that of twenty.
func sparing(do func(*sandbox.Call) error) func(*sandbox.Call) error {
	var once sync.Once
	return func(c *sandbox.Call) error {
		once.Do(func() { debug.SetGCPercent(25) })
		return do(c)
	}
}

// Requests as they travel. The act tells what one role is asked to do when it can do more than one thing.
type (
	inspectMessage struct {
		Request archive.InspectRequest
	}
	readMessage struct {
		Place   Place
		Ready   bool // ask for readiness only
		Request archive.ReadRequest
	}
	renderMessage struct {
		Place   Place
		Request archive.RenderRequest
	}
	warmMessage struct {
		Place Place
		Time  time.Duration
	}
)

func (w Work) inspect(c *sandbox.Call) error {
	var m inspectMessage
	f, err := open(c, &m)
	if err != nil {
		return err
	}
	ctx, cancel := patience(m.Request.Limits.Time)
	defer cancel()
	verdict, err := w.Inspect(ctx, f, m.Request)
	if err != nil {
		return toWire(err)
	}
	return reply(c, verdict)
}

func (w Work) read(c *sandbox.Call) error {
	var m readMessage
	if err := decode(c, &m); err != nil {
		return err
	}
	m.Place.Scratch = c.Scratch
	if m.Ready {
		return toWire(w.Ready(context.Background(), m.Place))
	}
	f, err := open(c, &m)
	if err != nil {
		return err
	}
	m.Place.Scratch = c.Scratch
	m.Place.Alive = func() { _ = c.Alive() } // a parent that is gone shows at the next page
	// No deadline here: it counts by page, and the parent sees the pages go by.
	return toWire(w.Read(context.Background(), m.Place, f, m.Request, func(p archive.PageReading) error {
		return reply(c, p)
	}))
}

func (w Work) render(c *sandbox.Call) error {
	var m renderMessage
	f, err := open(c, &m)
	if err != nil {
		return err
	}
	m.Place.Scratch, m.Place.Alive = c.Scratch, func() {}
	ctx, cancel := patience(m.Request.Limits.PageTime)
	defer cancel()
	picture, err := w.Render(ctx, m.Place, f, m.Request)
	if err != nil {
		return toWire(err)
	}
	return c.Reply(picture)
}

func (w Work) warm(c *sandbox.Call) error {
	var m warmMessage
	if err := decode(c, &m); err != nil {
		return err
	}
	ctx, cancel := patience(m.Time)
	defer cancel()
	return toWire(w.WarmUp(ctx, m.Place))
}

func decode(c *sandbox.Call, into any) error {
	if err := json.Unmarshal(c.Body, into); err != nil {
		return fmt.Errorf("decode request: %w", err)
	}
	return nil
}

// open decodes the request and returns the one paper that came with it.
func open(c *sandbox.Call, into any) (*os.File, error) {
	if err := decode(c, into); err != nil {
		return nil, err
	}
	if len(c.Files) != 1 {
		return nil, fmt.Errorf("%d papers came with the request, want 1", len(c.Files))
	}
	return c.Files[0], nil
}

func reply(c *sandbox.Call, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode reply: %w", err)
	}
	return c.Reply(b)
}

// patience is a context that ends at nine tenths of the time after which the parent kills. Zero: never.
func patience(limit time.Duration) (context.Context, context.CancelFunc) {
	if limit <= 0 {
		return context.WithCancel(context.Background())
	}
	return context.WithTimeout(context.Background(), limit/10*9)
}

// wireError is an error as it crosses from a child.
type wireError struct {
	Kind     archive.Kind
	Code     string
	Msg      archive.Text
	Findings []archive.Finding
	Cause    string
}

const (
	wireCode = "archive" // Refusal.Msg is a wireError
	lateCode = "late"    // the function saw its context end
)

func toWire(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &sandbox.Refusal{Code: lateCode, Msg: err.Error()}
	}
	var e *archive.Error
	if !errors.As(err, &e) {
		return err
	}
	w := wireError{Kind: e.Kind, Code: e.Code, Msg: e.Msg, Findings: e.Findings, Cause: err.Error()}
	b, encoding := json.Marshal(w)
	if encoding != nil {
		return err
	}
	return &sandbox.Refusal{Code: wireCode, Msg: string(b)}
}

// fromWire is what the function in the child returned, nil when err is not of that sort.
func fromWire(err error) *archive.Error {
	var r *sandbox.Refusal
	if !errors.As(err, &r) {
		return nil
	}
	var w wireError
	if r.Code != wireCode || json.Unmarshal([]byte(r.Msg), &w) != nil {
		return archive.Errorf(archive.Internal, "in the child: %w", r)
	}
	return &archive.Error{Kind: w.Kind, Code: w.Code, Msg: w.Msg, Findings: w.Findings, Err: errors.New(w.Cause)}
}
