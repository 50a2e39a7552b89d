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
func (p *progress) set(n, total int64) { p.files(n, total, 0, 0) }

// files is set for things with a size: bytes are done, of allBytes. The time left goes by bytes where they are known, because
// a large paper takes as long as many small ones.
func (p *progress) files(n, total, bytes, allBytes int64) {
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
	line := progressLine(time.Since(p.start), p.what, n, total, bytes, allBytes)
	if !p.live {
		fmt.Fprintln(p.w, line)
		return
	}
	if total > 0 {
		line = bar(n, total) + " " + line
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", line)
	p.drawn = true
}

// progressLine is what is told after so much time.
func progressLine(took time.Duration, what string, n, total, bytes, allBytes int64) string {
	seconds := max(took.Seconds(), 0.001)
	line := fmt.Sprintf("%d %s", n, what)
	if total > 0 {
		line = fmt.Sprintf("%d/%d %s", n, total, what)
	}
	if allBytes > 0 {
		line += fmt.Sprintf(", %s/%s", bytesText(bytes), bytesText(allBytes))
	} else if bytes > 0 {
		line += ", " + bytesText(bytes)
	}
	line += fmt.Sprintf(", %.1f/s", float64(n)/seconds)
	if bytes > 0 {
		line += fmt.Sprintf(", %s/s", bytesText(int64(float64(bytes)/seconds)))
	}
	done, all := n, total
	if allBytes > 0 {
		done, all = bytes, allBytes
	}
	if done > 0 && all > 0 {
		line += ", " + time.Duration(float64(all-done)*seconds/float64(done)*float64(time.Second)).Round(time.Second).String()
	}
	return line
}

// bytesText is a number of bytes as people read it.
func bytesText(n int64) string {
	v, unit := float64(n), 0
	units := []string{"B", "KB", "MB", "GB", "TB"}
	for v >= 1024 && unit < len(units)-1 {
		v, unit = v/1024, unit+1
	}
	if unit == 0 || v >= 100 {
		return fmt.Sprintf("%.0f %s", v, units[unit])
	}
	return fmt.Sprintf("%.1f %s", v, units[unit])
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
