package child

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"sohoa/archive"
	"sohoa/internal/sandbox"
)

// Assembler is archive.Assembler and archive.Copier over a pool of children. The sources go in as descriptors to read; what is made comes back
// through the channel, and the parent writes it down: a child that was talked into something holds nothing it could write to,
// and the parent counts the bytes.
type Assembler struct {
	limits archive.AssembleLimits
	pool   *sandbox.Pool
}

var (
	_ archive.Assembler = (*Assembler)(nil)
	_ archive.Copier    = (*Assembler)(nil)
)

// assembleWhole is how many times AssembleLimits.Time one file may take altogether: a child that writes a byte now and then
// does not get a life.
const assembleWhole = 20

// assembleChunk is how much of the file travels in one message.
const assembleChunk = 256 << 10

func (o Options) assembleProfile() sandbox.Profile {
	p := sandbox.Inspector(roleAssemble)
	p.Time = o.Limits.Assemble.Time
	p.Memory = o.Limits.Assemble.Memory
	p.MessageBytes = 2 << 20 // the picks of 5,000 pages are below 300 KB
	p.Threads = 2            // the garbage collector beside the work
	return p
}

// NewAssembler makes an Assembler. The caller closes it. No child is started before the first file.
func NewAssembler(o Options) *Assembler {
	o = o.withDefaults()
	return &Assembler{limits: o.Limits.Assemble, pool: sandbox.New(o.pool(o.assembleProfile(), o.Assemblers))}
}

// Assemble implements archive.Assembler.
func (a *Assembler) Assemble(ctx context.Context, sources []archive.AssembleSource, pages []archive.PagePick, out io.Writer, limits archive.AssembleLimits) error {
	limits = a.bound(limits)
	if len(sources) > min(limits.Sources, sandbox.MaxFiles) {
		return archive.Errorf(archive.Invalid, "%d sources", len(sources))
	}
	m := assembleMessage{Pages: pages, Limits: limits}
	files := make([]sandbox.File, len(sources))
	for i, s := range sources {
		files[i] = sandbox.File{File: s.File}
		m.MediaTypes = append(m.MediaTypes, s.MediaType)
	}
	return a.make(ctx, m, files, out)
}

// Copy implements archive.Copier.
func (a *Assembler) Copy(ctx context.Context, req archive.CopyRequest, out io.Writer, limits archive.AssembleLimits) error {
	m := assembleMessage{MediaTypes: []string{req.Source.MediaType}, Limits: a.bound(limits), Copy: &copyMessage{Pages: req.Pages, Mark: req.Mark}}
	return a.make(ctx, m, []sandbox.File{{File: req.Source.File}, {File: req.Words}}, out)
}

// make has a child do what the message says and writes down what it makes.
func (a *Assembler) make(ctx context.Context, m assembleMessage, files []sandbox.File, out io.Writer) error {
	limits := m.Limits
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode request to assemble: %w", err)
	}
	var wrote int64
	err = a.pool.Do(ctx, sandbox.Task{
		Body: body, Files: files, Time: limits.Time, Whole: assembleWhole * limits.Time, Memory: limits.Memory,
		Each: func(b []byte) error {
			if wrote += int64(len(b)); wrote > limits.Bytes {
				return sandbox.ErrMessage // a child that keeps to its orders says so itself
			}
			if _, err := out.Write(b); err != nil {
				return &callerError{err}
			}
			return nil
		},
	})
	var own *callerError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own.err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	if fate, lost := fateOf(err); lost {
		e := archive.Fault(archive.Unprocessable, fate.refusal, fate.msg)
		e.Findings, e.Err = []archive.Finding{fate.finding(0)}, err
		return e
	}
	return outward(err)
}

// bound keeps a request's limits within the house's.
func (a *Assembler) bound(l archive.AssembleLimits) archive.AssembleLimits {
	l = l.WithDefaults()
	l.Time, l.Memory, l.Bytes = min(l.Time, a.limits.Time), min(l.Memory, a.limits.Memory), min(l.Bytes, a.limits.Bytes)
	return l
}

// Stats count what became of the children.
func (a *Assembler) Stats() sandbox.Stats { return a.pool.Stats() }

// Close waits for running work and stops the children.
func (a *Assembler) Close() error { return a.pool.Close() }

type assembleMessage struct {
	MediaTypes []string // of the passed files, in their order
	Pages      []archive.PagePick
	Limits     archive.AssembleLimits
	Copy       *copyMessage // nil: assemble; else the files are the paper and its words
}

type copyMessage struct {
	Pages int
	Mark  archive.CopyMark
}

func (w Work) assemble(c *sandbox.Call) error {
	var m assembleMessage
	if err := decode(c, &m); err != nil {
		return err
	}
	if m.Copy != nil {
		return w.copy(c, m)
	}
	if len(m.MediaTypes) != len(c.Files) {
		return fmt.Errorf("%d files came with the request, want %d", len(c.Files), len(m.MediaTypes))
	}
	sources := make([]archive.AssembleSource, len(c.Files))
	for i, f := range c.Files {
		sources[i] = archive.AssembleSource{File: f, MediaType: m.MediaTypes[i]}
	}
	out := bufio.NewWriterSize(replies{c}, assembleChunk)
	// No deadline here: the parent sees the bytes go by.
	if err := w.Assemble(context.Background(), sources, m.Pages, out, m.Limits); err != nil {
		return toWire(err)
	}
	return out.Flush()
}

func (w Work) copy(c *sandbox.Call, m assembleMessage) error {
	if len(m.MediaTypes) != 1 || len(c.Files) != 2 {
		return fmt.Errorf("%d files came with the request, want a paper and its words", len(c.Files))
	}
	req := archive.CopyRequest{Source: archive.AssembleSource{File: c.Files[0], MediaType: m.MediaTypes[0]}, Pages: m.Copy.Pages, Words: c.Files[1], Mark: m.Copy.Mark}
	out := bufio.NewWriterSize(replies{c}, assembleChunk)
	if err := w.Copy(context.Background(), req, out, m.Limits); err != nil {
		return toWire(err)
	}
	return out.Flush()
}

// replies sends what is written to the parent.
type replies struct{ c *sandbox.Call }

func (r replies) Write(b []byte) (int, error) {
	for n := 0; n < len(b); n += assembleChunk {
		if err := r.c.Reply(b[n:min(n+assembleChunk, len(b))]); err != nil {
			return n, err
		}
	}
	return len(b), nil
}
