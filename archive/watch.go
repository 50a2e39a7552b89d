package archive

import (
	"sync"
	"sync/atomic"
	"time"
)

// watchers wake whoever looks at a document when something about it changes on this node.
type watchers struct {
	mu sync.Mutex
	by map[ID]map[chan struct{}]bool
}

// Watch returns a channel that receives after a change of the document on this node, and a function that ends it.
// Changes in quick succession may share one signal. Changes on other nodes are not seen: look again every few seconds.
func (a *Archive) Watch(id ID) (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	w := &a.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.by == nil {
		w.by = map[ID]map[chan struct{}]bool{}
	}
	if w.by[id] == nil {
		w.by[id] = map[chan struct{}]bool{}
	}
	w.by[id][c] = true
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.by[id], c)
		if len(w.by[id]) == 0 {
			delete(w.by, id)
		}
	}
}

func (w *watchers) notify(id ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.by[id] {
		wake(c)
	}
}

// recent remembers the last few thousand keys, to spare the catalog what it would drop anyway.
type recent struct {
	mu       sync.Mutex
	now, old map[string]bool
}

func (r *recent) seen(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now[key] || r.old[key]
}

func (r *recent) add(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == nil || len(r.now) >= 4096 {
		r.old, r.now = r.now, map[string]bool{}
	}
	r.now[key] = true
}

// Counters count what this process has done since it started.
type Counters struct {
	Deposits    atomic.Int64
	Quarantined atomic.Int64 // deposits that were kept aside
	Refusals    atomic.Int64
	Pages       atomic.Int64
	Inspected   Duration
	Scrubbed    atomic.Int64 // objects read again
	ScrubDamage atomic.Int64 // of them damaged
}

// Duration sums how often something was done and how long it took together.
type Duration struct {
	n   atomic.Int64
	sum atomic.Int64
}

func (d *Duration) observe(t time.Duration) {
	d.n.Add(1)
	d.sum.Add(int64(t))
}

// Read returns the number of observations and their sum.
func (d *Duration) Read() (int64, time.Duration) { return d.n.Load(), time.Duration(d.sum.Load()) }
