package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"sohoa/archive"
)

// progress tells how far a long command is: a bar that redraws itself on a terminal, a plain line every ten seconds
// elsewhere. It writes to standard error. Safe for concurrent use.
type progress struct {
	mu    sync.Mutex
	w     io.Writer
	what  string
	live  bool
	start time.Time
	last  time.Time
	n     int64
	drawn bool
}

func newProgress(e *env, what archive.Text) *progress {
	return &progress{w: e.stderr, what: what.In(e.lang), live: isTerminal(e.stderr), start: time.Now(), last: time.Now()}
}

// set says that n things are done, of total; 0 means that nobody knows.
func (p *progress) set(n, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n = n
	every := 10 * time.Second
	if p.live {
		every = 100 * time.Millisecond
	}
	if time.Since(p.last) < every {
		return
	}
	p.last = time.Now()
	rate := float64(n) / time.Since(p.start).Seconds()
	line := fmt.Sprintf("%d %s, %.1f/s", n, p.what, rate)
	if total > 0 {
		line = fmt.Sprintf("%d/%d %s, %.1f/s", n, total, p.what, rate)
		if p.live {
			line = bar(n, total) + " " + line
		}
		if rate > 0 {
			line += fmt.Sprintf(", %s", (time.Duration(float64(total-n)/rate) * time.Second).Round(time.Second))
		}
	}
	if p.live {
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
		p.drawn = true
		return
	}
	fmt.Fprintln(p.w, line)
}

func bar(n, total int64) string {
	const width = 24
	full := int(min(width, width*n/max(1, total)))
	b := make([]byte, width)
	for i := range b {
		b[i] = '.'
		if i < full {
			b[i] = '#'
		}
	}
	return "[" + string(b) + "]"
}

// clear wipes the bar so that a line can be printed; the next set draws it again.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}

// done ends the bar with a line of what was done.
func (p *progress) done() {
	p.clear()
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, "%d %s, %s\n", p.n, p.what, time.Since(p.start).Round(100*time.Millisecond))
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
