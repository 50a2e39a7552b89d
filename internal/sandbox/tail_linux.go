package sandbox

import (
	"bytes"
	"strings"
	"sync"
)

// tail keeps the first and the last of what a child says, for the log: a Go program that dies says why first and then
// where it was.
type tail struct {
	mu    sync.Mutex
	first []byte
	last  []byte
}

const tailBytes = 2 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(b)
	if room := tailBytes - len(t.first); room > 0 {
		take := min(room, len(b))
		t.first = append(t.first, b[:take]...)
		b = b[take:]
	}
	if len(b) > tailBytes {
		b = b[len(b)-tailBytes:]
	}
	if over := len(t.last) + len(b) - tailBytes; over > 0 {
		t.last = append(t.last[:0], t.last[over:]...)
	}
	t.last = append(t.last, b...)
	return n, nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := strings.ToValidUTF8(string(t.first), "�")
	if len(t.last) > 0 {
		s += " … " + strings.ToValidUTF8(string(t.last), "�")
	}
	return strings.TrimSpace(s)
}

// outOfMemory reports whether the Go runtime ended because the system gave it no more (RLIMIT_DATA).
func (t *tail) outOfMemory() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range []string{"fatal error: runtime: out of memory", "fatal error: runtime: cannot allocate memory", "runtime: out of memory:", "cannot allocate memory"} {
		if bytes.Contains(t.first, []byte(s)) {
			return true
		}
	}
	return false
}
