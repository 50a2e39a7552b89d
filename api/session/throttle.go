package session

import (
	"sync"
	"time"

	"sohoa/archive"
)

// throttle slows down guessing. It counts failures per address and login together: whoever guesses at somebody's login
// from one place slows only himself, and the owner of the login still signs in from another. What one address may try at
// many logins is bounded by the gate on hashing.
type throttle struct {
	mu    sync.Mutex
	tries map[attempt]*failures
}

type attempt struct{ address, login string }

type failures struct {
	n     int
	until time.Time // no try is looked at before
	last  time.Time
}

const (
	freeTries   = 5 // people mistype
	longestWait = 5 * time.Minute
	forgetAfter = time.Hour
	maxTries    = 10_000 // remembered pairs, about 1 MB
)

// allow returns an error while the pair must wait.
func (t *throttle) allow(a attempt, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.tries[a]
	if f == nil || !now.Before(f.until) {
		return nil
	}
	e := archive.Fault(archive.Unavailable, "too_many_attempts", archive.Text{VI: "Đã thử sai nhiều lần. Xin chờ một lát rồi thử lại.", EN: "Too many wrong attempts. Wait a while, then try again."})
	e.RetryAfter = f.until.Sub(now)
	return e
}

// failed counts a failure; from the sixth on each doubles the wait.
func (t *throttle) failed(a attempt, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tries == nil {
		t.tries = map[attempt]*failures{}
	}
	f := t.tries[a]
	if f == nil || now.Sub(f.last) > forgetAfter {
		if len(t.tries) >= maxTries {
			t.forget(now)
		}
		f = &failures{}
		t.tries[a] = f
	}
	f.n, f.last = f.n+1, now
	if over := f.n - freeTries; over >= 0 {
		f.until = now.Add(min(time.Second<<min(over, 20), longestWait))
	}
}

func (t *throttle) succeeded(a attempt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tries, a)
}

// forget makes room: what is old goes, and when nothing is, the pair that failed longest ago.
func (t *throttle) forget(now time.Time) {
	var oldest attempt
	var at time.Time
	for a, f := range t.tries {
		if now.Sub(f.last) > forgetAfter {
			delete(t.tries, a)
		} else if at.IsZero() || f.last.Before(at) {
			oldest, at = a, f.last
		}
	}
	if len(t.tries) >= maxTries {
		delete(t.tries, oldest)
	}
}
