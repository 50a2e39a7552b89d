package intake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"

	"sohoa/archive"
)

// After is what is done with a file once it is acknowledged.
type After int

const (
	Keep   After = iota // it stays; the journal knows it
	Remove              // it is removed
	Move                // it is moved to Config.Done, under the same path
)

// Config is what a Folder is built of. Dir, Source, Journal, Plan and Depositor are required.
type Config struct {
	Dir       string
	Source    string // names folder and server, for the keys of requests; the journal's source
	Journal   *Journal
	Plan      func(File) (Request, error) // what is said about a file; its error is a *Refusal or ErrPass
	Depositor Depositor
	Take      func(name string) bool // names that are papers; nil: all but hidden and temporary ones
	After     After
	Done      string // with Move: the folder for acknowledged files, outside Dir or inside
	Aside     bool   // refused files are moved to REFUSED with a reason; else they stay
	// Record puts a refusal the house does not know of into its trail, before the file is moved; it is called from several
	// workers at once. Optional.
	Record func(context.Context, Request, *Refusal) error
	Each   func(Result) // told of every file that is dealt with, one at a time. Optional
	Jobs   int          // files under way at once; 0: one

	Watched bool // files are taken when they have stopped growing; else they are whole as they lie
	Limits  archive.FolderLimits
	Clock   archive.Clock // nil: the machine's
	Log     *slog.Logger  // nil: discard
}

// Folder takes the papers of one folder. Use either List and Once or Watch.
type Folder struct {
	Config

	tell sync.Mutex // held while Each runs

	mu     sync.Mutex
	sights map[string]*sight
	round  int
	house  outage
	state  Status
	counts recount
}

// New checks c and fills in its defaults.
func New(c Config) (*Folder, error) {
	if c.Dir == "" || c.Source == "" || c.Journal == nil || c.Plan == nil || c.Depositor == nil {
		return nil, errors.New("intake: folder, source, journal, plan and depositor are required")
	}
	if (c.After == Move) != (c.Done != "") {
		return nil, errors.New("intake: moving acknowledged files and a folder for them go together")
	}
	c.Jobs = max(1, c.Jobs)
	c.Limits = c.Limits.WithDefaults()
	if c.Clock == nil {
		c.Clock = archive.SystemClock{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Folder{Config: c, sights: map[string]*sight{}, state: Status{Folder: c.Dir}}, nil
}

// Found is what List saw.
type Found struct {
	Files  []File // in order of their paths
	Bytes  int64
	Passed int // files that are no papers
	Deep   int // folders too deep to look into
}

// List finds the papers of the folder. What cannot be read is told to Each as refused.
func (d *Folder) List(ctx context.Context) (Found, error) {
	var found Found
	t, err := openTree(d.Dir)
	if err != nil {
		return found, err
	}
	defer t.Close()
	w := d.walker(t)
	w.trouble = func(path string, err error) {
		d.each(Result{File: File{Path: path}, Outcome: Refused, Code: Unreadable, Msg: unreadableText, Err: err})
	}
	w.file = func(f File) bool {
		found.Files = append(found.Files, f)
		found.Bytes += f.Size
		return len(found.Files) <= d.Limits.Files
	}
	if err := w.run(ctx); err != nil {
		return found, fmt.Errorf("list folder: %w", err)
	}
	if len(found.Files) > d.Limits.Files {
		return found, fmt.Errorf("more than %d files: take in the subfolders one by one, or raise --folder-files", d.Limits.Files)
	}
	found.Passed, found.Deep = w.passed, w.deep
	slices.SortFunc(found.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	found.Files = slices.CompactFunc(found.Files, func(a, b File) bool { return a.Path == b.Path })
	return found, nil
}

func (d *Folder) walker(t tree) *walker {
	w := &walker{tree: t, limits: d.Limits, take: d.Take, restore: d.After != Keep}
	if d.Aside {
		if info, err := t.Lstat(RefusedFolder); err == nil {
			w.leaveOut = append(w.leaveOut, info)
		}
	}
	if d.Done != "" {
		if info, err := os.Stat(d.Done); err == nil {
			w.leaveOut = append(w.leaveOut, info)
		}
	}
	return w
}

// Known reports whether the journal has f, so that Once would deposit nothing.
func (d *Folder) Known(f File) bool {
	_, ok := d.Journal.Find(f)
	return ok
}

// Once deposits files that List found. It ends at the first fault of the house and returns it; run again, it goes on where it
// stopped. Refusals are no error.
func (d *Folder) Once(ctx context.Context, files []File) error {
	p, err := d.place()
	if err != nil {
		return err
	}
	defer p.close()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	d.work(ctx, files, func(f File) {
		r := d.deal(ctx, p, f, nil, true)
		switch {
		case r.Outcome == waiting:
			r.Outcome, r.Code, r.Msg = Refused, Growing, growingText
		case r.Code == Unreadable:
			r.Outcome = Refused
		case r.Err != nil && !errors.Is(r.Err, ErrChanged):
			stop(r.Err)
			if r.Outcome == held {
				return
			}
		}
		d.each(r)
	})
	return errors.Join(context.Cause(ctx), d.Journal.tidy())
}

// work runs deal over files, Jobs at a time, until ctx ends.
func (d *Folder) work(ctx context.Context, files []File, deal func(File)) {
	feed := make(chan File)
	var workers sync.WaitGroup
	for range min(d.Jobs, len(files)) {
		workers.Go(func() {
			for f := range feed {
				deal(f)
			}
		})
	}
feeding:
	for _, f := range files {
		if ctx.Err() != nil {
			break
		}
		select {
		case feed <- f:
		case <-ctx.Done():
			break feeding
		}
	}
	close(feed)
	workers.Wait()
}

func (d *Folder) each(r Result) {
	if r.Outcome == passed || d.Each == nil {
		return
	}
	d.tell.Lock()
	defer d.tell.Unlock()
	d.Each(r)
}

// ground is what a round stands on: the folder, and the one acknowledged files go to.
type ground struct {
	tree
	done *os.Root // nil unless they are moved
}

func (d *Folder) place() (ground, error) {
	var g ground
	var err error
	if g.tree, err = openTree(d.Dir); err != nil {
		return g, err
	}
	if d.After != Move {
		return g, nil
	}
	if err = os.MkdirAll(d.Done, openFolderMode); err == nil {
		g.done, err = os.OpenRoot(d.Done)
	}
	if err != nil {
		g.tree.Close()
		return g, fmt.Errorf("open the folder for acknowledged files: %w", err)
	}
	return g, nil
}

func (g ground) close() {
	g.tree.Close()
	if g.done != nil {
		g.done.Close()
	}
}

// isGone tells a file that went away before its turn.
func isGone(err error) bool { return errors.Is(err, fs.ErrNotExist) }
