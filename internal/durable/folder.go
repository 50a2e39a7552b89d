package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// Modes of everything made here: the service's user writes, its group (a backup) reads, nobody else looks.
const (
	FileMode   fs.FileMode = 0o640
	FolderMode fs.FileMode = 0o750
)

// syncsAtOnce bounds the fsyncs that SyncAll of one folder, whoever calls it, has under way: each holds a thread.
const syncsAtOnce = 32

// Counter counts fsyncs. Several folders may share one; the zero value is ready.
type Counter struct{ n atomic.Int64 }

// Syncs returns how many fsyncs of files and folders were asked for so far.
func (c *Counter) Syncs() int64 { return c.n.Load() }

// Folder is a directory tree on one file system. Names are slash-separated and relative to it; "." is the folder itself.
// It is safe for concurrent use.
type Folder struct {
	root  *os.Root
	count *Counter
	slots chan struct{} // held while SyncAll syncs one thing
	bare  bool          // see WithoutLinksForTest
}

// Open opens dir, making it and its missing parents durably first. count may be nil. The caller closes the folder.
func Open(dir string, count *Counter) (*Folder, error) {
	if count == nil {
		count = new(Counter)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open folder: %w", err)
	}
	if err := makePath(dir, count); err != nil {
		return nil, fmt.Errorf("open folder %s: %w", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open folder: %w", err)
	}
	return &Folder{root: root, count: count, slots: make(chan struct{}, syncsAtOnce)}, nil
}

// makePath makes dir and its parents. It works on the operator's own path, before there is a root to be inside of.
func makePath(dir string, count *Counter) error {
	if info, err := os.Stat(dir); err == nil {
		if !info.IsDir() {
			return &fs.PathError{Op: "mkdir", Path: dir, Err: errors.New("a file of this name is in the way")}
		}
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := makePath(parent, count); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, FolderMode); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return err
	}
	if err := os.Chmod(dir, FolderMode); err != nil {
		return err
	}
	f, err := os.Open(parent)
	if err != nil {
		return err
	}
	defer f.Close()
	count.n.Add(1)
	return f.Sync()
}

// Name returns the path the folder was opened by.
func (d *Folder) Name() string { return d.root.Name() }

// Close releases the folder. Files opened through it stay open.
func (d *Folder) Close() error { return d.root.Close() }

// Create makes a new file for writing; fs.ErrExist when the name is taken.
func (d *Folder) Create(name string) (*os.File, error) {
	f, err := d.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, FileMode)
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(FileMode); err != nil {
		f.Close()
		return nil, errors.Join(err, d.root.Remove(name))
	}
	return f, nil
}

// Open opens a file or folder for reading.
func (d *Folder) Open(name string) (*os.File, error) { return d.root.Open(name) }

// Edit opens a file that is there for reading and writing.
func (d *Folder) Edit(name string) (*os.File, error) { return d.root.OpenFile(name, os.O_RDWR, 0) }

// Stat describes a name, following no link.
func (d *Folder) Stat(name string) (fs.FileInfo, error) { return d.root.Lstat(name) }

// Mkdir makes one folder; fs.ErrExist when the name is taken.
func (d *Folder) Mkdir(name string) error {
	if err := d.root.Mkdir(name, FolderMode); err != nil {
		return err
	}
	return d.root.Chmod(name, FolderMode)
}

// MkdirAll makes a folder and its missing parents and returns the folders whose list of names grew, outermost first:
// SyncDir of each makes the new ones durable.
func (d *Folder) MkdirAll(name string) (grown []string, err error) {
	if name == "." {
		return nil, nil
	}
	err = d.Mkdir(name)
	switch {
	case err == nil:
		return []string{path.Dir(name)}, nil
	case errors.Is(err, fs.ErrExist):
		return nil, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if grown, err = d.MkdirAll(path.Dir(name)); err != nil {
		return grown, err
	}
	if err = d.Mkdir(name); err != nil && !errors.Is(err, fs.ErrExist) {
		return grown, err
	}
	return append(grown, path.Dir(name)), nil
}

// Link gives the file a second name; fs.ErrExist when that is taken.
func (d *Folder) Link(from, to string) error { return d.LinkTo(from, d, to) }

// WithoutLinksForTest makes the folder refuse hard links, as many network shares do.
func (d *Folder) WithoutLinksForTest() { d.bare = true }

// Rename moves a name inside the folder, replacing a file that is already there.
func (d *Folder) Rename(from, to string) error { return d.root.Rename(from, to) }

// Remove deletes a file or an empty folder.
func (d *Folder) Remove(name string) error { return d.root.Remove(name) }

// RemoveAll deletes a name and all below it; nothing there is no error.
func (d *Folder) RemoveAll(name string) error { return d.root.RemoveAll(name) }

// Sync makes the bytes of an open file durable. Its name is durable after SyncDir of the folder that holds it.
func (d *Folder) Sync(f *os.File) error {
	d.count.n.Add(1)
	return f.Sync()
}

// SyncDir makes the list of names of a folder durable.
func (d *Folder) SyncDir(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return d.Sync(f)
}

// SyncAll is Sync of every file and SyncDir of every folder, all at the same time: a journal that is asked for many of them
// together writes them together, which takes two thirds of the time of one after the other. It waits for all of them.
func (d *Folder) SyncAll(files []*os.File, folders []string) error {
	var all sync.WaitGroup
	errs := make([]error, len(files)+len(folders))
	do := func(i int, act func() error) {
		d.slots <- struct{}{}
		all.Go(func() {
			errs[i] = act()
			<-d.slots
		})
	}
	for i, f := range files {
		do(i, func() error { return d.Sync(f) })
	}
	for i, name := range folders {
		do(len(files)+i, func() error { return d.SyncDir(name) })
	}
	all.Wait()
	return errors.Join(errs...)
}
