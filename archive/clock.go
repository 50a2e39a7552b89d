package archive

import "time"

// Clock tells the time. Everything that stamps, expires or schedules asks it, so that a test can move it.
type Clock interface{ Now() time.Time }

// SystemClock is the machine's clock in UTC.
type SystemClock struct{}

// Now returns the present time in UTC, cut to microseconds so that it survives every database unchanged.
func (SystemClock) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
