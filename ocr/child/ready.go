package child

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"sohoa/archive"
	"sohoa/internal/sandbox"
)

// readyTime is how long an answer about Tesseract is good for.
const readyTime = 30 * time.Second

// readiness remembers the last answer.
type readiness struct {
	mu    sync.Mutex
	known bool
	at    time.Time
	err   error
}

func (r *readiness) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known = false
}

var noTesseract = archive.Text{
	VI: "Chưa cài Tesseract nên chưa nhận dạng được bản quét. Hãy cài tesseract-ocr và tesseract-ocr-vie.",
	EN: "Tesseract is not installed, so scans cannot be read yet. Install tesseract-ocr and tesseract-ocr-vie."}

// Ready implements archive.Reader. Tesseract is asked inside a child; the answer is good for half a minute.
func (r *Reader) Ready(ctx context.Context) error {
	place, pool, _ := r.look()
	if place.Tesseract == "" {
		return archive.Fault(archive.Unavailable, "no_recogniser", noTesseract)
	}
	r.ready.mu.Lock()
	defer r.ready.mu.Unlock()
	if r.ready.known && time.Since(r.ready.at) < readyTime {
		return r.ready.err
	}
	body, err := json.Marshal(readMessage{Place: place, Ready: true})
	if err != nil {
		return fmt.Errorf("encode readiness request: %w", err)
	}
	err = pool.Do(ctx, sandbox.Task{Body: body, Time: 20 * time.Second})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		if fate, ok := fateOf(err); ok {
			err = &archive.Error{Kind: archive.Unavailable, Code: "no_recogniser", Msg: fate.msg, Err: err}
		} else {
			err = outward(err)
		}
		var e *archive.Error
		if errors.As(err, &e) && e.Kind != archive.Unavailable {
			err = &archive.Error{Kind: archive.Unavailable, Code: "no_recogniser", Msg: e.Msg, Err: err}
		}
	}
	r.ready.known, r.ready.at, r.ready.err = true, time.Now(), err
	return err
}
