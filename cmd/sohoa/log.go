package main

import (
	"context"
	"fmt"
	"time"
)

// learn is for every process that takes papers in: a catalog that is older than its store (restored, or lost) learns what it
// has missed before it writes anything itself.
func (h *house) learn(ctx context.Context) error {
	if _, err := h.archive.CatchUp(ctx, nil); err != nil {
		return fmt.Errorf("catch up with the store: %w", err)
	}
	return h.archive.GuardStore(ctx)
}

// closeLogTime is how long the end of a delivery may take to be carried into the store: a few segments, over a slow line.
const closeLogTime = time.Minute

// closeLog carries the end of the log into the store when a process without a sequencer has taken papers in: the store alone
// then tells the whole delivery, also where no server starts for weeks. Power lost before or in it, or the store away: the
// events stand in the catalog, and the next server or import carries them.
func (h *house) closeLog(ctx context.Context) {
	c, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLogTime)
	defer cancel()
	if err := h.archive.CloseLog(c); err != nil {
		h.log.Warn("the end of the log is not in the store yet; the next start sees to it", "err", err)
	}
}
