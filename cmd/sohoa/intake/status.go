package intake

import (
	"io/fs"
	"strings"
	"time"
)

// Status is how a watched folder stands.
type Status struct {
	Folder      string
	Away        string // why the folder cannot be reached; "" when it can
	Waiting     int    // files in the folder that are not dealt with yet
	Held        int    // of these: tried, and to be tried again
	Full        bool   // more files wait than are looked after at once
	Deep        int    // folders too deep to look into
	Taken       int64  // since this process began; so are the next three
	Before      int64
	Quarantined int64
	Refused     int64
	Aside       int       // files lying in REFUSED, for somebody to look at
	Last        time.Time // when a paper was last taken; zero: not by this process
}

// Status returns how the folder stands.
func (d *Folder) Status() Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.state
	for _, x := range d.sights {
		if x.rest {
			continue
		}
		s.Waiting++
		if !x.until.IsZero() {
			s.Held++
		}
	}
	return s
}

func (s *Status) note(r Result, told bool, now time.Time) {
	if told {
		return
	}
	switch r.Outcome {
	case Taken:
		s.Taken++
		s.Last = now
	case Quarantined:
		s.Quarantined++
		s.Last = now
	case Before:
		s.Before++
	case Refused:
		s.Refused++
	}
}

// recount spares REFUSED from being listed in every round.
type recount struct {
	next    time.Time // when it is due again
	refused int64     // files refused when it was listed last
}

// countRefused counts the files lying in REFUSED, once a minute and whenever one was added, up to manyRefused.
func (d *Folder) countRefused(t tree, now time.Time) {
	if !d.Aside {
		return
	}
	d.mu.Lock()
	due := !now.Before(d.counts.next) || d.counts.refused != d.state.Refused
	d.counts = recount{d.counts.next, d.state.Refused}
	if due {
		d.counts.next = now.Add(time.Minute)
	}
	d.mu.Unlock()
	if !due {
		return
	}
	n := 0
	_ = fs.WalkDir(t.FS(), RefusedFolder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && !strings.HasSuffix(path, reasonSuffix) {
			n++
		}
		if n >= manyRefused {
			return fs.SkipAll
		}
		return nil
	})
	d.mu.Lock()
	d.state.Aside = n
	d.mu.Unlock()
}

// manyRefused is where counting ends: whoever has that many to look at does not need to know how many more.
const manyRefused = 10_000
