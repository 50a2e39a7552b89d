package blob

import (
	"context"
	"errors"
	"io"
)

// Passing holds files on their way into a store for work that has no intent: a copy from another store, a restored backup.
// They lie in the workspace, so that what a dead process left of them goes with it. It is used by one goroutine.
type Passing struct {
	spool *Spool
	held  []*Spooled
}

// Passing begins such work. The caller ends it with Discard.
func (s *Spool) Passing() *Passing { return &Passing{spool: s} }

// Write spools r as Spool.Write does.
func (p *Passing) Write(ctx context.Context, r io.Reader, limit int64) (*Spooled, error) {
	name := p.spool.scratch()
	f, err := p.spool.folder.Create(name)
	if err != nil {
		return nil, Fault("spool", name, err)
	}
	s, err := p.spool.fill(ctx, name, f, r, limit)
	if err == nil {
		p.held = append(p.held, s)
	}
	return s, err
}

// Discard removes what was written so far. The work may go on.
func (p *Passing) Discard() error {
	var errs []error
	for _, s := range p.held {
		errs = append(errs, s.Discard())
	}
	p.held = nil
	return errors.Join(errs...)
}
