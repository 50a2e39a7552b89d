package archive

import (
	"context"
	"sync"
	"time"
)

// uploadLocks let one request at a time work on an upload. The newest wins: whoever comes again has lost the line on which the
// older request still waits for bytes.
type uploadLocks struct {
	mu   sync.Mutex
	held map[ID]*uploadHold
}

type uploadHold struct {
	done chan struct{}
	cut  func() // ends the streaming under way; nil while there is none
}

var errUploadLocked = &Error{Kind: Conflict, Code: "upload_locked", RetryAfter: time.Second, Msg: Text{"Tệp này đang được xử lý ở một kết nối khác. Xin thử lại ngay sau đây.",
	"This upload is being worked on over another connection. Try again in a moment."}}

// errSuperseded is what the older of two requests on one upload is answered with; nobody listens any more.
var errSuperseded = Fault(Conflict, "upload_superseded", Text{"Tệp này đã được gửi tiếp ở một kết nối khác.", "This upload is gone on with over another connection."})

// try takes the lock of an upload if nobody has it.
func (l *uploadLocks) try(id ID) (*uploadHold, func(), bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[id] != nil {
		return nil, nil, false
	}
	if l.held == nil {
		l.held = map[ID]*uploadHold{}
	}
	h := &uploadHold{done: make(chan struct{})}
	l.held[id] = h
	return h, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.held, id)
		close(h.done)
	}, true
}

// take cuts the streaming of whoever has the lock, waits for it to be given up, and takes it.
func (l *uploadLocks) take(ctx context.Context, id ID, patience time.Duration) (*uploadHold, func(), error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		h, free, ok := l.try(id)
		if ok {
			return h, free, nil
		}
		l.mu.Lock()
		old := l.held[id]
		if old != nil && old.cut != nil {
			old.cut()
		}
		l.mu.Unlock()
		if old == nil {
			continue
		}
		select {
		case <-old.done:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-late.C:
			return nil, nil, errUploadLocked
		}
	}
}

// streaming says how the streaming under this lock is cut; nil when it is over.
func (l *uploadLocks) streaming(h *uploadHold, cut func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h.cut = cut
}
