package archive

import (
	"context"
	"sync"
)

// flights let one of those who want the same derived thing make it, while the others wait.
type flights struct {
	mu    sync.Mutex
	under map[string]chan struct{}
}

// alone runs do unless somebody is at it already, and reports that it did. It returns false after the other has finished, well or not:
// the caller looks again. The error is do's, or ctx's while waiting.
func (f *flights) alone(ctx context.Context, key string, do func() error) (did bool, err error) {
	f.mu.Lock()
	if other := f.under[key]; other != nil {
		f.mu.Unlock()
		select {
		case <-other:
			return false, nil
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
	if f.under == nil {
		f.under = map[string]chan struct{}{}
	}
	done := make(chan struct{})
	f.under[key] = done
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.under, key)
		f.mu.Unlock()
		close(done)
	}()
	return true, do()
}
