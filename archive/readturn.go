package archive

import (
	"context"
	"time"
)

// turnEvery is how often the reading of a long paper asks whether a shorter one came, which then goes first. To begin the long
// one again costs its file fetched anew where the store is remote, and some pages begun.
const turnEvery = 5 * time.Second

// turned is the error that ends a reading because a job with more urgency was taken up instead. The job itself waits again.
type turned struct{ next Job }

func (*turned) Error() string { return "a shorter paper goes first" }

// turn lets a shorter paper go first. All pages read so far are flushed. Power lost after the transaction: the lease of the
// other job runs out, and the long paper waits as any other.
func (r *readRun) turn(ctx context.Context) error {
	now := r.a.Clock.Now()
	if r.job.Priority >= shortFirst || now.Sub(r.turned) < turnEvery {
		return nil
	}
	r.turned = now
	var next Job
	err := r.a.Catalog.Update(ctx, func(tx Tx) error {
		if err := tx.Jobs().Release(ctx, r.job); err != nil {
			return err
		}
		var err error
		next, err = tx.Jobs().Claim(ctx, r.a.Node, []JobKind{JobRead}, now, readLease)
		return err
	})
	if err != nil {
		return err
	}
	if next.ID != r.job.ID {
		return &turned{next}
	}
	r.job = next
	return nil
}
