package ocr

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// processorTime is what this process and the programs it has run so far have used.
func processorTime(b testing.TB) time.Duration {
	b.Helper()
	var sum time.Duration
	for _, who := range []int{unix.RUSAGE_SELF, unix.RUSAGE_CHILDREN} {
		var u unix.Rusage
		if err := unix.Getrusage(who, &u); err != nil {
			b.Fatal(err)
		}
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum
}
