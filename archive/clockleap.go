package archive

import (
	"context"
	"time"
)

// The machine's clock may leap: a battery is empty, a time server is wrong, somebody mistypes a year. What is decided by the age of
// things is put right when the clock is right again, but for what has been erased by then. So the janitor erases nothing by
// age for a day after time has passed unseen: the clock is put right before that, or the house was only shut.
const (
	clockGap  = 48 * time.Hour // time that passes unseen by this much is a leap, or a house that was shut
	clockHold = 24 * time.Hour
)

// clockSeen and clockHeld are the settings that hold when the janitor last looked at the clock, and until when nothing is erased.
const (
	clockSeen = "clock_seen"
	clockHeld = "clock_held"
)

// trustsClock notes the time and reports whether things may be erased for their age.
func (a *Archive) trustsClock(ctx context.Context, now time.Time) (trusted bool, err error) {
	leapt := false
	err = a.Catalog.Update(ctx, func(tx Tx) error {
		seen, err := timeSetting(ctx, tx, clockSeen)
		if err != nil {
			return err
		}
		held, err := timeSetting(ctx, tx, clockHeld)
		if err != nil {
			return err
		}
		if leapt = !seen.IsZero() && now.Sub(seen) > clockGap; leapt {
			held = now.Add(clockHold)
			if err := tx.Settings().Set(ctx, clockHeld, held.Format(time.RFC3339)); err != nil {
				return err
			}
		}
		// A clock that has gone back to before the hold began is right again.
		trusted = held.IsZero() || !now.Before(held) || now.Before(held.Add(-clockHold-time.Minute))
		if trusted && !held.IsZero() {
			if err := tx.Settings().Delete(ctx, clockHeld); err != nil {
				return err
			}
		}
		return tx.Settings().Set(ctx, clockSeen, now.Format(time.RFC3339))
	})
	if leapt && err == nil {
		a.Log.Warn("days have passed unseen: was the house shut, or is the clock wrong? Nothing is erased for its age within a day", "now", now)
	}
	return trusted, err
}

// timeSetting reads a time from the settings; zero when it is not set or cannot be read.
func timeSetting(ctx context.Context, tx Tx, name string) (time.Time, error) {
	v, err := tx.Settings().Get(ctx, name)
	if err != nil && KindOf(err) == NotFound {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return time.Time{}, nil // written anew below
	}
	return t, nil
}
