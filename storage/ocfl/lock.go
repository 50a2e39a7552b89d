package ocfl

import (
	"sync"

	"sohoa/archive"
)

// locks lets one act at a time change an object in this process. Readers take none: what they read is replaced, never
// changed. The zero value is ready.
type locks struct {
	mu   sync.Mutex
	held map[archive.ObjectID]*objectLock
}

type objectLock struct {
	sync.Mutex
	users int // holding or waiting; the entry goes with the last
}

// lock waits for the object and returns what gives it back.
func (l *locks) lock(object archive.ObjectID) (unlock func()) {
	l.mu.Lock()
	if l.held == nil {
		l.held = map[archive.ObjectID]*objectLock{}
	}
	o := l.held[object]
	if o == nil {
		o = &objectLock{}
		l.held[object] = o
	}
	o.users++
	l.mu.Unlock()
	o.Lock()
	return func() {
		o.Unlock()
		l.mu.Lock()
		defer l.mu.Unlock()
		if o.users--; o.users == 0 {
			delete(l.held, object)
		}
	}
}
