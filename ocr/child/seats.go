package child

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// seats are dealt to those who want a reading child: as many as there are readers. A paper sits down first and keeps its seat to
// its end. What no paper needs is lent to helpers of papers that are read already, and asked back the moment another paper
// comes: a paper of a thousand pages has all processors while it is alone, and a paper of one page never waits for it.
type seats struct {
	mu      sync.Mutex
	free    int
	papers  []chan struct{} // papers that wait, the first comer first
	askers  []chan struct{} // helpers that wait
	helpers []*helper       // sitting, the youngest last, and not asked to rise
}

// helper is one who sits on a lent seat.
type helper struct {
	ctx  context.Context
	rise context.CancelCauseFunc
}

// errAskedBack is why the context of a helper ends when its seat is wanted.
var errAskedBack = errors.New("the seat is wanted for another paper")

// sit waits for a seat for a paper. After nil the caller gives it back by rise.
func (s *seats) sit(ctx context.Context) error {
	s.mu.Lock()
	if s.free > 0 {
		s.free--
		s.mu.Unlock()
		return nil
	}
	if n := len(s.helpers); n > 0 {
		s.helpers[n-1].rise(errAskedBack)
		s.helpers = s.helpers[:n-1]
	}
	given := make(chan struct{})
	s.papers = append(s.papers, given)
	s.mu.Unlock()
	return s.wait(ctx, given, &s.papers)
}

// help waits for a seat that nobody needs. The helper works until its context ends, with errAskedBack or with ctx, and then
// gives the seat back by leave.
func (s *seats) help(ctx context.Context) (*helper, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	s.mu.Lock()
	if s.free > 0 {
		s.free--
	} else {
		given := make(chan struct{})
		s.askers = append(s.askers, given)
		s.mu.Unlock()
		if err := s.wait(ctx, given, &s.askers); err != nil {
			return nil, err
		}
		s.mu.Lock()
	}
	defer s.mu.Unlock()
	h := &helper{}
	h.ctx, h.rise = context.WithCancelCause(ctx)
	if len(s.papers) > 0 { // one came between the giving and this
		h.rise(errAskedBack)
	} else {
		s.helpers = append(s.helpers, h)
	}
	return h, nil
}

func (s *seats) leave(h *helper) {
	h.rise(nil)
	s.mu.Lock()
	s.helpers = slices.DeleteFunc(s.helpers, func(o *helper) bool { return o == h })
	s.mu.Unlock()
	s.rise()
}

// wait waits until a seat is given, or takes the wish back.
func (s *seats) wait(ctx context.Context, given chan struct{}, line *[]chan struct{}) error {
	select {
	case <-given:
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	i := slices.Index(*line, given)
	if i >= 0 {
		*line = slices.Delete(*line, i, i+1)
	}
	s.mu.Unlock()
	if i < 0 { // given all the same
		s.rise()
	}
	return context.Cause(ctx)
}

// rise gives a seat back: to the paper that waits longest, or else to a helper.
func (s *seats) rise() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range []*[]chan struct{}{&s.papers, &s.askers} {
		if len(*line) > 0 {
			close((*line)[0])
			*line = (*line)[1:]
			return
		}
	}
	s.free++
}
