package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"sohoa/archive"
)

// tree is the folder held open for one round. It is opened anew for each, because a share that was unmounted and came back
// is another folder under the same name, and because an idle program must not keep an operator from unmounting it. Every
// name is looked up inside it: no link leads out.
type tree struct {
	*os.Root
}

func openTree(dir string) (tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return tree{}, fmt.Errorf("open folder: %w", err)
	}
	return tree{root}, nil
}

// walker is one walk through a tree.
type walker struct {
	tree     tree
	limits   archive.FolderLimits
	take     func(name string) bool // nil: every name
	leaveOut []fs.FileInfo          // folders that are not entered
	restore  bool                   // give claimed files their names back
	stale    time.Time              // folders of dossiers empty since before this are removed; zero: none
	file     func(File) bool        // false ends the walk
	trouble  func(path string, err error)
	passed   int  // files passed over
	deep     int  // folders below the depth limit
	ended    bool // file returned false
}

// run walks the whole tree. Its error says that the tree itself cannot be read, or that ctx ended; a folder that cannot be
// read is told to trouble, and a file that went away meanwhile is not there.
func (w *walker) run(ctx context.Context) error {
	return w.folder(ctx, w.tree.Root, ".", 0)
}

func (w *walker) folder(ctx context.Context, root *os.Root, at string, depth int) error {
	d, err := root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	for {
		entries, err := d.ReadDir(512)
		for _, e := range entries {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err := w.entry(ctx, root, path.Join(at, e.Name()), e.Name(), depth); err != nil {
				return err
			}
			if w.ended {
				return nil
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// entry looks at one name. Lstat and not the type in the list decides: it says what is there now, and follows no link.
func (w *walker) entry(ctx context.Context, root *os.Root, at, name string, depth int) error {
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		w.trouble(at, err)
		return nil
	case info.IsDir():
		return w.enter(ctx, root, at, name, info, depth)
	case w.restore && strings.HasPrefix(name, claimPrefix):
		name, err := unclaim(root, name)
		if err != nil {
			w.trouble(at, err)
			return nil
		}
		return w.entry(ctx, root, path.Join(path.Dir(at), name), name, depth) // the list may show it once more
	case !info.Mode().IsRegular(), passedOver(name), w.take != nil && !w.take(name):
		w.passed++
		return nil
	}
	w.ended = !w.file(File{Path: at, Size: info.Size(), Time: info.ModTime()})
	return nil
}

func (w *walker) enter(ctx context.Context, root *os.Root, at, name string, info fs.FileInfo, depth int) error {
	for _, out := range w.leaveOut {
		if os.SameFile(out, info) {
			return nil
		}
	}
	if passedOverFolder(name) {
		return nil
	}
	if depth+1 > w.limits.Depth {
		w.deep++
		return nil
	}
	sub, err := root.OpenRoot(name)
	if err == nil {
		defer sub.Close()
		var now fs.FileInfo
		if now, err = sub.Stat("."); err == nil && !os.SameFile(now, info) {
			return nil // a link has taken its place since
		}
	}
	if err == nil {
		err = w.folder(ctx, sub, at, depth+1)
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, fs.ErrNotExist) {
		if errors.Is(err, syscall.ESTALE) || errors.Is(err, syscall.EIO) {
			return err // the share is going away: what was not seen is not gone
		}
		w.trouble(at, err)
		return nil
	}
	if ctx.Err() == nil && !w.stale.IsZero() && info.ModTime().Before(w.stale) && namesDossier(name) {
		_ = root.Remove(name) // succeeds only when nothing is in it
	}
	return ctx.Err()
}

// open opens a file for reading and makes sure that it is the one that was listed. fs.ErrNotExist and ErrChanged say that it
// is not. The name is looked at again: some network file systems number a file anew while nobody has it open.
func (t tree) open(f File) (*Paper, error) {
	named, err := t.Lstat(f.Path)
	if err != nil {
		return nil, err
	}
	if !named.Mode().IsRegular() {
		return nil, ErrChanged
	}
	// Not blocking, or a pipe put in its place would hold a worker for ever.
	o, err := t.OpenFile(f.Path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	p := &Paper{File: f, f: o}
	p.info, err = o.Stat()
	if err == nil && (!os.SameFile(named, p.info) || p.info.Size() != f.Size || !p.info.ModTime().Equal(f.Time)) {
		err = ErrChanged
	}
	if err != nil {
		o.Close()
		return nil, err
	}
	return p, nil
}

// close releases the file.
func (p *Paper) close() { p.f.Close() }
