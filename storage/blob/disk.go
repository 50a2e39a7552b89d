package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"strings"
	"sync"

	"sohoa/archive"
	"sohoa/internal/durable"
)

// Disk is a Store on a file system: a key is a file's path. New bytes are written in the spool, which must lie on the
// same file system, made durable there, and get their place by one system call.
type Disk struct {
	folder *durable.Folder
	spool  *Spool
	swap   sync.Mutex // held from looking at what is under a key until it is another
}

var (
	_ Store   = (*Disk)(nil)
	_ Trees   = (*Disk)(nil)
	_ Folders = (*Disk)(nil)
	_ Swapper = (*Disk)(nil)

	_ archive.Filer = (*diskReader)(nil)
)

// OpenDisk opens the store in folder. The caller closes folder and spool after the last use of the store.
func OpenDisk(folder *durable.Folder, spool *Spool) *Disk {
	return &Disk{folder: folder, spool: spool}
}

// StepForTest makes f run before each named step of a write to the store or its spool, so that a test can end the process
// there or refuse the step. Not to be called while the store is in use.
func (d *Disk) StepForTest(f func(step string) error) { d.spool.step = f }

// WithoutLinksForTest makes store and spool lie on a file system without hard links.
func (d *Disk) WithoutLinksForTest() {
	d.folder.WithoutLinksForTest()
	d.spool.folder.WithoutLinksForTest()
}

// Create implements Store.
func (d *Disk) Create(ctx context.Context, key string, r io.Reader) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	if _, err := d.folder.Stat(key); err == nil { // before writing what must be thrown away; Link below decides
		return Fault("create", key, fs.ErrExist)
	}
	temp, err := d.stage(ctx, r)
	if err != nil {
		return stageFault("create", key, err)
	}
	defer d.spool.folder.Remove(temp)
	for range createTries {
		if err = d.place(temp, key); !errors.Is(err, fs.ErrNotExist) {
			break // otherwise a neighbour removed the parent folder meanwhile
		}
	}
	return Fault("create", key, err)
}

// stage writes r into the workspace durably.
func (d *Disk) stage(ctx context.Context, r io.Reader) (name string, err error) {
	name = d.spool.scratch()
	f, err := d.spool.folder.Create(name)
	if err != nil {
		return "", err
	}
	_, _, err = pour(ctx, f, r, -1)
	if err == nil {
		err = d.spool.at("sync file")
	}
	if err == nil {
		err = d.spool.folder.Sync(f)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		d.spool.folder.Remove(name)
		return "", err
	}
	return name, nil
}

// place gives a staged file its key, which must be free, and makes the key durable.
func (d *Disk) place(temp, key string) error {
	grown, err := d.folder.MkdirAll(path.Dir(key))
	if err != nil {
		return err
	}
	if err := d.spool.at("link file"); err != nil {
		return err
	}
	err = d.spool.folder.LinkTo(temp, d.folder, key)
	if err != nil && durable.CannotLink(err) && !durable.IsOtherFileSystem(err) {
		err = d.placeUnlinked(temp, key)
	}
	if err != nil {
		return err
	}
	if err := d.spool.at("sync folder"); err != nil {
		return err
	}
	if err := d.folder.SyncDir(path.Dir(key)); err != nil {
		return err
	}
	for _, name := range grown {
		if err := d.folder.SyncDir(name); err != nil {
			return err
		}
	}
	return nil
}

// placeUnlinked is for file systems without hard links. Rename replaces silently there, so the key is looked at first, and
// only this process is kept from making it in between.
func (d *Disk) placeUnlinked(temp, key string) error {
	d.swap.Lock()
	defer d.swap.Unlock()
	if _, err := d.folder.Stat(key); err == nil {
		return fs.ErrExist
	}
	return d.spool.folder.MoveTo(temp, d.folder, key)
}

// Open implements Store. The Reader is also an archive.Filer.
func (d *Disk) Open(_ context.Context, key string) (Reader, error) {
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	f, err := openFile(d.folder, key)
	if err != nil {
		return nil, Fault("open", key, err)
	}
	return f, nil
}

func openFile(folder *durable.Folder, key string) (*diskReader, error) {
	f, err := folder.Open(key)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist // a folder is not a key
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &diskReader{file: f, size: info.Size()}, nil
}

type diskReader struct {
	file
	size int64
}

// file lets diskReader embed an *os.File and still have a method File.
type file = *os.File

// Size implements Reader.
func (r *diskReader) Size() int64 { return r.size }

// File implements archive.Filer.
func (r *diskReader) File() *os.File { return r.file }

// Stat implements Store.
func (d *Disk) Stat(_ context.Context, key string) (Info, error) {
	if err := CheckKey(key); err != nil {
		return Info{}, err
	}
	info, err := d.folder.Stat(key)
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if durable.IsNotFolder(err) {
		err = fs.ErrNotExist // a name below a file
	}
	if err != nil {
		return Info{}, Fault("stat", key, err)
	}
	return Info{Key: key, Size: info.Size()}, nil
}

// List implements Store.
func (d *Disk) List(ctx context.Context, folder string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		if err := checkFolder(folder); err != nil {
			yield(Info{}, err)
			return
		}
		walk(ctx, d.folder, folder, yield)
	}
}

// Folders implements the interface Folders.
func (d *Disk) Folders(ctx context.Context, folder string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := checkFolder(folder); err != nil {
			yield("", err)
			return
		}
		for e, err := range entries(d.folder, top(folder)) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield("", Fault("list", folder, err))
				return
			}
			if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !yield(e.Name(), nil) {
				return
			}
		}
	}
}

// Delete implements Store. Folders that become empty stay until their parent's tree is removed.
func (d *Disk) Delete(_ context.Context, key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	if _, err := d.folder.Stat(key); errors.Is(err, fs.ErrNotExist) || durable.IsNotFolder(err) {
		return nil
	}
	err := d.folder.Remove(key)
	if err == nil {
		err = d.folder.SyncDir(path.Dir(key))
	}
	return Fault("delete", key, err)
}

// stageFault gives an error of the caller's reader back as it is.
func stageFault(op, key string, err error) error {
	var r readError
	if errors.As(err, &r) {
		return r.err
	}
	return Fault(op, key, err)
}
