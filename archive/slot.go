package archive

import (
	"context"
	"time"
)

// slotWait is how long a file waits for a place before its sender is told to come back: shorter than a browser's patience.
const slotWait = 5 * time.Second

// Slot waits for a place among the uploads under way, whichever door they come through. Each holds a connection, a spool file
// and, while it is inspected, a child's memory; more at once would only make all of them slower. The caller releases it.
// Unavailable too_many_uploads when none comes free.
func (a *Archive) Slot(ctx context.Context) (release func(), err error) {
	t := time.NewTimer(slotWait)
	defer t.Stop()
	select {
	case a.slots <- struct{}{}:
		return func() { <-a.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-t.C:
		e := Fault(Unavailable, "too_many_uploads", Text{"Đang có quá nhiều tệp gửi lên cùng lúc. Xin thử lại sau giây lát.", "Too many uploads are under way. Try again in a moment."})
		e.RetryAfter = slotWait
		return nil, e
	}
}
