package intake

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// sight is what is remembered of a file between two looks.
type sight struct {
	File
	since time.Time // by our own clock: since then it has not changed
	until time.Time // not tried before
	tries int
	old   *Result // decided, with the removal or the move outstanding
	rest  bool    // nothing is left to do while it stays as it is
	round int     // in which it was last seen
}

// outage counts faults of the house that follow each other.
type outage struct {
	row  int // in this round, without a success between
	long int // rounds that ended so
}

const (
	firstHold = 2 * time.Second // after a fault; doubled each time
	longHold  = time.Minute     // and no longer than this, so that everything goes on soon after the house is back
	laterHold = 15 * time.Minute
)

func hold(tries int) time.Duration { return min(longHold, firstHold<<min(tries, 10)) }

// Watch takes what comes into the folder until ctx ends, and returns nil then. Only an error that wraps ErrStop ends it
// sooner: everything else is waited for. It returns when no file is under way any more.
func (d *Folder) Watch(ctx context.Context) error {
	for ctx.Err() == nil {
		wait, err := d.Round(ctx)
		if err != nil {
			return err
		}
		pause := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		pause.Stop()
	}
	return nil
}

// Round looks at the folder once, takes what has stopped growing, and returns how long to wait before the next look. Its error
// wraps ErrStop; a folder that is away is in Status.
func (d *Folder) Round(ctx context.Context) (time.Duration, error) {
	now := d.Clock.Now()
	g, err := d.place()
	if err != nil {
		return d.away(err), nil
	}
	defer g.close()
	if err := d.look(ctx, g, now); err != nil {
		if ctx.Err() != nil {
			return 0, nil
		}
		return d.away(err), nil
	}
	ripe, more := d.ripe(now)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	d.work(ctx, ripe, func(f File) {
		d.mu.Lock()
		s := d.sights[f.Path]
		patient := now.Sub(s.since) >= 2*d.Limits.Settle
		old := s.old
		d.mu.Unlock()
		r := d.deal(ctx, g, f, old, patient)
		if ctx.Err() != nil && r.Outcome == held {
			return // asked to stop, not at fault
		}
		if errors.Is(r.Err, ErrStop) || d.note(s, r) {
			stop(r.Err)
		}
	})
	if err := d.Journal.tidy(); err != nil {
		d.Log.Error("intake: journal", "err", err)
	}
	d.countRefused(g.tree, now)
	if err := context.Cause(ctx); errors.Is(err, ErrStop) {
		return 0, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.house.long > 0:
		return max(d.Limits.Every, hold(d.house.long-1)), nil
	case more:
		return 0, nil
	}
	return d.Limits.Every, nil
}

// away notes that the folder cannot be reached. What is known of its files stays known: it may come back as it was.
func (d *Folder) away(err error) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state.Away == "" {
		d.Log.Warn("intake: the folder cannot be reached; waiting for it", "folder", d.Dir, "err", err)
	}
	d.state.Away = err.Error()
	return d.Limits.Every
}

// look walks the folder and brings the sights up to date.
func (d *Folder) look(ctx context.Context, g ground, now time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.round++
	busy, known, full := 0, 0, false
	for _, s := range d.sights {
		if s.until.IsZero() && !s.rest {
			busy++
		}
	}
	w := d.walker(g.tree)
	if d.After != Keep && d.Aside {
		w.stale = now.Add(-staleFolder)
	}
	w.trouble = func(path string, err error) {
		if d.round&(d.round-1) == 0 { // the first time, and then ever more seldom
			d.Log.Warn("intake: cannot be read", "path", Printable(path), "err", err)
		}
	}
	w.file = func(f File) bool {
		s := d.sights[f.Path]
		switch {
		case s != nil && s.Size == f.Size && s.Time.Equal(f.Time):
			s.round = d.round
		case d.After == Keep && d.Known(f):
			known++
		case s != nil:
			*s = sight{File: f, since: now, round: d.round}
		case busy >= d.Limits.Watched || len(d.sights) >= 10*d.Limits.Watched:
			full = true
			return false
		default:
			d.sights[f.Path] = &sight{File: f, since: now, round: d.round}
			busy++
		}
		return true
	}
	if err := w.run(ctx); err != nil {
		return err
	}
	if d.state.Away != "" {
		d.Log.Info("intake: the folder is back", "folder", d.Dir)
	}
	d.state.Away, d.state.Full, d.state.Deep = "", full, w.deep
	if d.round == 1 {
		d.state.Before += int64(known)
	}
	for path, s := range d.sights {
		if s.round != d.round && !full { // a walk that was cut short has not seen everything
			delete(d.sights, path)
		}
	}
	return nil
}

// staleFolder is how long a dossier's folder stays empty before it is removed: time for the clerk who made it to scan into
// it, and no more, or the walk would visit every dossier there ever was.
const staleFolder = 24 * time.Hour

// ripe returns the files whose turn it is, at most a round of them, and whether there are more. The folders at the top take
// turns, so that nobody's large drop keeps the others waiting.
func (d *Folder) ripe(now time.Time) ([]File, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.house.row = 0
	groups := map[string][]File{}
	for _, s := range d.sights {
		if s.rest || now.Before(s.until) || now.Sub(s.since) < d.Limits.Settle {
			continue
		}
		top, _, below := strings.Cut(s.Path, "/")
		if !below {
			top = ""
		}
		groups[top] = append(groups[top], s.File)
	}
	var names []string
	for name, files := range groups {
		names = append(names, name)
		slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	}
	slices.Sort(names)
	var out []File
	for i := 0; len(names) > 0; i++ {
		names = slices.DeleteFunc(names, func(name string) bool { return i >= len(groups[name]) })
		for _, name := range names {
			if len(out) == d.Limits.Round {
				return out, true
			}
			out = append(out, groups[name][i])
		}
	}
	return out, false
}

// note keeps what became of a file, and reports whether the house is out of order so that the round should end.
func (d *Folder) note(s *sight, r Result) bool {
	told := s.old != nil
	d.mu.Lock()
	now := d.Clock.Now()
	switch r.Outcome {
	case passed:
		s.rest = true // gone, or none of ours
	case waiting:
	case held:
		s.until = now.Add(hold(s.tries))
		if errors.Is(r.Err, ErrLater) {
			s.until = now.Add(laterHold)
		}
		s.tries++
	default:
		s.old = &r
		if r.Err != nil { // what was decided stands; the file itself is still there
			s.until = now.Add(hold(s.tries))
			s.tries++
		} else if d.After == Keep && r.Outcome != Refused || d.gone(r) {
			delete(d.sights, s.Path)
		} else {
			s.rest = true
		}
	}
	ended := false
	switch {
	case r.Outcome == held && r.Code != Unreadable && !errors.Is(r.Err, ErrLater):
		if d.house.row++; d.house.row >= d.Jobs+2 {
			d.house.long++
			ended = true
		}
	case r.Outcome == Taken, r.Outcome == Before, r.Outcome == Quarantined, r.Outcome == Refused:
		d.house = outage{}
	}
	d.state.note(r, told, now)
	tries := s.tries
	d.mu.Unlock()
	d.log(r, told, tries)
	if !told && r.Outcome != held && r.Outcome != waiting {
		d.each(r)
	}
	return ended
}

// gone reports whether the file of a result without error is no longer in the folder.
func (d *Folder) gone(r Result) bool {
	if r.Outcome == Refused {
		return d.Aside
	}
	return d.After != Keep
}

// log writes one line for each file, and for one that cannot be dealt with the first time and then ever more seldom. The
// file's name is in it and nothing of what stands on the paper.
func (d *Folder) log(r Result, told bool, tries int) {
	attrs := []any{"file", Printable(r.File.Path), "outcome", string(r.Outcome)}
	if r.Code != "" {
		attrs = append(attrs, "code", r.Code)
	}
	if r.Document != "" {
		attrs = append(attrs, "document", r.Document)
	}
	switch {
	case r.Err != nil && tries&(tries-1) == 0:
		d.Log.Warn("intake: will be tried again", append(attrs, "err", r.Err)...)
	case r.Err == nil && r.Outcome != waiting && r.Outcome != passed && !told:
		d.Log.Info("intake", attrs...)
	}
}
