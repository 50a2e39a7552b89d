package child

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"time"

	"sohoa/internal/sandbox"
)

// warmTime is enough to compile the page renderer on a slow machine; 7 seconds on a fast one.
const warmTime = 3 * time.Minute

// warmAgain is how long a failed warm-up is left alone.
const warmAgain = 10 * time.Minute

// warmer fills the compile cache once, in a child that may write there and gets no paper.
type warmer struct {
	opts   Options
	turn   chan struct{} // held by who looks at the fields below
	done   bool
	failed time.Time
}

func newWarmer(o Options) *warmer { return &warmer{opts: o, turn: make(chan struct{}, 1)} }

func (o Options) warmProfile() sandbox.Profile {
	return sandbox.Profile{
		Role:      roleWarm,
		Write:     []string{o.Cache},
		Threads:   max(1, runtime.GOMAXPROCS(0)-1),
		Nice:      5,
		Time:      warmTime,
		Memory:    2 << 30,
		FileBytes: 1 << 30,
	}
}

// up returns the folder of the cache once it is filled. The first caller waits for the work, and so do all who come
// meanwhile. Where it cannot be filled the answer is "" for a while: children then compile for themselves, which costs
// seconds and spoils nothing. The error is the context's.
func (w *warmer) up(ctx context.Context) (string, error) {
	if w.opts.Cache == "" {
		return "", nil
	}
	select {
	case w.turn <- struct{}{}:
		defer func() { <-w.turn }()
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	if w.done {
		return w.opts.Cache, nil
	}
	if time.Since(w.failed) < warmAgain {
		return "", nil
	}
	pool := sandbox.New(w.opts.pool(w.opts.warmProfile(), 1))
	defer pool.Close()
	body, err := json.Marshal(warmMessage{Place: Place{Cache: w.opts.Cache}, Time: warmTime})
	if err != nil {
		return "", fmt.Errorf("encode warm-up request: %w", err)
	}
	err = pool.Do(ctx, sandbox.Task{Body: body})
	switch {
	case err == nil:
		w.done = true
		return w.opts.Cache, nil
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	}
	w.failed = time.Now()
	if w.opts.Log != nil {
		w.opts.Log.Warn("page renderer could not be prepared", "folder", w.opts.Cache, "reason", err)
	}
	return "", nil
}

// WarmUp compiles the page renderer where that has not been done, so that the first reader need not wait. Call it in the
// background at start. A failure goes to the log and is tried again by readers later. The error is the context's.
func (r *Reader) WarmUp(ctx context.Context) error {
	_, err := r.warm.up(ctx)
	return err
}
