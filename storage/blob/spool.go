package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	"sohoa/archive"
	"sohoa/internal/durable"
)

// Spool is a folder for files on their way into a store. A file lies there as "<intent>-<n>", so that what a dead
// process left is found by the intent's id alone. Beside those lies the workspace of each process that has the spool open:
// half-written files and trees, rubbish once that process is gone. It is safe for concurrent use.
type Spool struct {
	folder *durable.Folder
	work   *durable.Workspace
	next   atomic.Int64
	step   func(string) error // see Disk.StepForTest
}

// OpenSpool opens the spool in dir, making it first, and removes the workspaces of dead processes. count, which may be
// nil, counts fsyncs. The caller closes it.
func OpenSpool(dir string, count *durable.Counter) (*Spool, error) {
	folder, err := durable.Open(dir, count)
	if err != nil {
		return nil, Fault("open spool", dir, err)
	}
	work, err := durable.Claim(folder)
	if err != nil {
		return nil, errors.Join(Fault("open spool", dir, err), folder.Close())
	}
	return &Spool{folder: folder, work: work}, nil
}

// Close removes this process's workspace. Spooled files stay.
func (s *Spool) Close() error { return errors.Join(s.work.Close(), s.folder.Close()) }

func (s *Spool) at(step string) error {
	if s.step == nil {
		return nil
	}
	return s.step(step)
}

// scratch returns a fresh name in the workspace.
func (s *Spool) scratch() string {
	return s.work.Path(strconv.FormatInt(s.next.Add(1), 10))
}

// Write spools r for an intent under the rules of archive.Vault.Spool.
func (s *Spool) Write(ctx context.Context, intent archive.ID, r io.Reader, limit int64) (*Spooled, error) {
	if intent.IsZero() {
		return nil, archive.Errorf(archive.Invalid, "spool without an intent")
	}
	name, f, err := s.create(intent)
	if err != nil {
		return nil, Fault("spool", intent.String(), err)
	}
	return s.fill(ctx, name, f, r, limit)
}

// fill writes r into a new file of the spool and makes its bytes durable; what fails leaves no file.
func (s *Spool) fill(ctx context.Context, name string, f *os.File, r io.Reader, limit int64) (*Spooled, error) {
	d, size, err := pour(ctx, f, r, limit)
	if err == nil && size > limit {
		err = archive.Errorf(archive.TooLarge, "spool %s: more than %d bytes", name, limit)
	}
	if err == nil {
		err = s.at("sync spooled file")
	}
	if err == nil {
		err = s.folder.Sync(f)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		s.folder.Remove(name)
		var r readError
		if errors.As(err, &r) {
			return nil, r.err
		}
		return nil, Fault("spool", name, err)
	}
	// The folder is not synced: a name lost with the power is a file nobody was told of.
	return &Spooled{spool: s, name: name, digest: d, size: size}, nil
}

func (s *Spool) create(intent archive.ID) (string, *os.File, error) {
	for {
		name := fmt.Sprintf("%s-%d", intent, s.next.Add(1))
		f, err := s.folder.Create(name)
		if !errors.Is(err, fs.ErrExist) {
			return name, f, err
		}
	}
}

// Remove deletes every spooled file of an intent, and its note.
func (s *Spool) Remove(ctx context.Context, intent archive.ID) error {
	if intent.IsZero() {
		return archive.Errorf(archive.Invalid, "unspool without an intent")
	}
	for e, err := range entries(s.folder, ".") {
		if err == nil && strings.HasPrefix(e.Name(), intent.String()+"-") {
			err = s.folder.Remove(e.Name())
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Fault("unspool", intent.String(), err)
		}
	}
	return nil
}

// Spooled is a file in a Spool.
type Spooled struct {
	spool  *Spool
	name   string
	digest archive.Digest
	size   int64
	lent   bool // belongs to an upload, which removes it: Discard does nothing
}

var _ archive.Spooled = (*Spooled)(nil)

// Digest implements archive.Spooled.
func (f *Spooled) Digest() archive.Digest { return f.digest }

// Size implements archive.Spooled.
func (f *Spooled) Size() int64 { return f.size }

// Open implements archive.Spooled.
func (f *Spooled) Open() (*os.File, error) {
	file, err := f.spool.folder.Open(f.name)
	return file, Fault("open spooled", f.name, err)
}

// Discard implements archive.Spooled.
func (f *Spooled) Discard() error {
	if f.lent {
		return nil
	}
	err := f.spool.at("discard spooled file")
	if err == nil {
		err = f.spool.folder.Remove(f.name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return Fault("discard spooled", f.name, err)
}
