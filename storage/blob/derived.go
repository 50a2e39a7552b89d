package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"sync"

	"sohoa/archive"
	"sohoa/internal/durable"
)

// Derived implements archive.Derived in a folder of its own. Nothing is synced: after a power cut a file may be missing,
// or be empty on a file system that keeps names ahead of bytes; what reads a derived file checks its form and makes it
// again.
type Derived struct {
	folder *durable.Folder
	spool  *Spool
	names  sync.RWMutex

	cache    *bounded // nil: nothing goes by itself
	counting sync.WaitGroup
	closing  chan struct{}
}

var _ archive.Derived = (*Derived)(nil)

// derivedSpool lies inside the folder, so that it is on its file system. It begins with a dot: never a key.
const derivedSpool = ".work"

// OpenDerived opens the derived files in dir, making it first. The caller closes it.
func OpenDerived(dir string) (*Derived, error) {
	folder, err := durable.Open(dir, nil)
	if err != nil {
		return nil, Fault("open derived", dir, err)
	}
	spool, err := OpenSpool(path.Join(folder.Name(), derivedSpool), nil)
	if err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	return &Derived{folder: folder, spool: spool, closing: make(chan struct{})}, nil
}

// Close releases the folder. Files opened through it stay open.
func (d *Derived) Close() error {
	close(d.closing)
	d.counting.Wait()
	return errors.Join(d.spool.Close(), d.folder.Close())
}

// Put implements archive.Derived.
func (d *Derived) Put(ctx context.Context, key string, r io.Reader) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	temp := d.spool.scratch()
	f, err := d.spool.folder.Create(temp)
	if err != nil {
		return Fault("put derived", key, err)
	}
	_, size, err := pour(ctx, f, r, -1)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = d.place(temp, key)
	}
	if err != nil {
		d.spool.folder.Remove(temp)
		return stageFault("put derived", key, err)
	}
	if d.cache != nil && d.cache.is(key) {
		d.drop(d.cache.used(boundedFile{key, size}))
	}
	return nil
}

// place gives a finished file its key.
func (d *Derived) place(temp, key string) error {
	d.names.RLock() // no Remove between the two steps
	defer d.names.RUnlock()
	if _, err := d.folder.MkdirAll(path.Dir(key)); err != nil {
		return err
	}
	return d.spool.folder.MoveTo(temp, d.folder, key)
}

// Open implements archive.Derived.
func (d *Derived) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	f, err := openFile(d.folder, key)
	if durable.IsNotFolder(err) {
		err = fs.ErrNotExist // a key below a file
	}
	if err != nil {
		return nil, Fault("open derived", key, err)
	}
	if d.cache != nil && d.cache.is(key) {
		d.drop(d.cache.used(boundedFile{key, f.size}))
	}
	return f, nil
}

// Remove implements archive.Derived. What it removes vanishes at once; deleting it may take longer.
func (d *Derived) Remove(_ context.Context, prefix string) error {
	if err := CheckKey(prefix); err != nil {
		return err
	}
	grave := d.spool.scratch()
	d.names.Lock()
	err := d.folder.MoveTo(prefix, d.spool.folder, grave)
	d.names.Unlock()
	if errors.Is(err, fs.ErrNotExist) || durable.IsNotFolder(err) { // the latter: a prefix below a file
		return nil
	}
	if err == nil {
		if d.cache != nil {
			d.cache.forget(prefix)
		}
		err = d.spool.folder.RemoveAll(grave)
	}
	return Fault("remove derived", prefix, err)
}
