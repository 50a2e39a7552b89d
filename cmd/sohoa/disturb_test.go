package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"sohoa/archive"
)

// disturb makes this process one that does what a test's folder (SOHOA_TEST_FOLDER) says, at any time of its life:
//
//	trace  if there is such a file, every step is written to its end
//	die    STEP, tab, N: at the Nth time of the step from now on the process kills itself, as a power cut does
//	clock  a duration such as -720h: how far the house's clock is off
func disturb() {
	dir := os.Getenv("SOHOA_TEST_FOLDER")
	if dir == "" {
		return
	}
	var mu sync.Mutex
	seen, order := 0, ""
	stepForTest = func(name string) {
		mu.Lock()
		defer mu.Unlock()
		if f, err := os.OpenFile(filepath.Join(dir, "trace"), os.O_WRONLY|os.O_APPEND, 0); err == nil {
			fmt.Fprintln(f, name)
			f.Close()
		}
		b, err := os.ReadFile(filepath.Join(dir, "die"))
		if err != nil {
			return
		}
		if string(b) != order {
			seen, order = 0, string(b)
		}
		step, n, _ := strings.Cut(strings.TrimSuffix(order, "\n"), "\t")
		if step != name {
			return
		}
		if seen++; strconv.Itoa(seen) == n {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	clockForTest = offClock{filepath.Join(dir, "clock")}
}

// offClock is the machine's clock, off by what a file says.
type offClock struct{ file string }

func (c offClock) Now() time.Time {
	now := archive.SystemClock{}.Now()
	b, err := os.ReadFile(c.file)
	if err != nil {
		return now
	}
	d, err := time.ParseDuration(strings.TrimSpace(string(b)))
	if err != nil {
		return now
	}
	return now.Add(d)
}
