package session

import (
	"net/netip"
	"sync"
	"time"

	"sohoa/archive"
)

// throttle slows down guessing. It counts failures of an address at a login, of an address at all logins, and at a login from
// all addresses; each has its own measure, and whoever is over one waits. A browser that the account has signed in with before
// is counted by itself alone: whatever others try, at the same login or from the same office, its owner comes in. Failures
// are remembered by this process only: another start of it begins at nothing, which nobody outside can bring about.
type throttle struct {
	mu    sync.Mutex
	tries map[attempt]*failures
}

// attempt is what failures are counted by. Either part may be all: then it is about all of them.
type attempt struct{ address, login string }

const all = "*"

type failures struct {
	n     int
	until time.Time // no try is looked at before
	last  time.Time
}

const (
	freeTries   = 5   // of one address, or one known browser, at one login: people mistype
	freeAddress = 100 // of one address at all logins: an office on the first day of a new system
	freeLogin   = 50  // at one login from everywhere; beyond them all strangers together have twelve an hour
	freeCodes   = 10  // of a second factor
	longestWait = 5 * time.Minute
	forgetAfter = time.Hour
	maxTries    = 10_000 // remembered, about 1 MB
)

// measure is one count and how many failures it forgives.
type measure struct {
	attempt
	free int
}

// measures returns by what a try is counted.
func measures(from Origin, login, browser string) []measure {
	if browser != "" {
		return []measure{{attempt{"browser " + browser, login}, freeTries}}
	}
	a := network(from.Address)
	return []measure{{attempt{a, login}, freeTries}, {attempt{a, all}, freeAddress}, {attempt{all, login}, freeLogin}}
}

// codeMeasures returns by what a try of a code is counted: whoever comes so far knows the password.
func codeMeasures(login, browser string) []measure {
	if browser != "" {
		return []measure{{attempt{"code browser " + browser, login}, freeCodes}}
	}
	return []measure{{attempt{"code", login}, freeCodes}}
}

// network is an address, or the network of an IPv6 one: a household has 2^64 of those (RFC 6177).
func network(address string) string {
	if a, err := netip.ParseAddr(address); err == nil && a.Is6() && !a.Is4In6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return address
}

// allow returns an error while one of the measures must wait.
func (t *throttle) allow(ms []measure, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var until time.Time
	for _, m := range ms {
		if f := t.tries[m.attempt]; f != nil && f.until.After(until) {
			until = f.until
		}
	}
	if !now.Before(until) {
		return nil
	}
	e := archive.Fault(archive.Unavailable, "too_many_attempts", archive.Text{VI: "Đã thử sai nhiều lần. Xin chờ một lát rồi thử lại.", EN: "Too many wrong attempts. Wait a while, then try again."})
	e.RetryAfter = until.Sub(now)
	return e
}

// failed counts a failure; beyond the free ones each doubles the wait.
func (t *throttle) failed(ms []measure, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tries == nil {
		t.tries = map[attempt]*failures{}
	}
	for _, m := range ms {
		f := t.tries[m.attempt]
		if f == nil || now.Sub(f.last) > forgetAfter {
			if f == nil && len(t.tries) >= maxTries {
				t.forget(now)
			}
			f = &failures{}
			t.tries[m.attempt] = f
		}
		f.n, f.last = f.n+1, now
		if over := f.n - m.free; over >= 0 {
			f.until = now.Add(min(time.Second<<min(over, 20), longestWait))
		}
	}
}

// succeeded forgets the failures of this asker at this login. Those of the address at others and of others at the login stay:
// a guesser has an account of his own, too.
func (t *throttle) succeeded(ms []measure) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tries, ms[0].attempt)
}

// forget makes room: what is old goes, and when nothing is, the one that failed longest ago.
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
