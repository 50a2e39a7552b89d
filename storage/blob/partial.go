package blob

import (
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"os"
	"strings"
	"sync"

	"sohoa/archive"
	"sohoa/internal/durable"
)

// Partials keeps the files of uploads in a spool: "<upload>.part" holds the bytes, "<upload>.mark" how many of them are
// durable and the state of their SHA-256, so that a file is hashed once, as it comes in, however often its line breaks.
//
// The order of every step is: bytes written, bytes synced, mark replaced, mark's name synced, length told. Power lost before
// the mark is in its place leaves a file longer than its mark says; the next Append cuts it.
type Partials struct {
	spool *Spool
	every int64
	mu    sync.Mutex
	held  map[archive.ID]bool
}

var _ archive.Partials = (*Partials)(nil)

const (
	partSuffix = ".part"
	markSuffix = ".mark"
)

// NewPartials keeps uploads in spool and makes what has come durable at least after every so many bytes; 0 means 8 MiB, a
// second of a fast line. Closing the spool closes them.
func NewPartials(spool *Spool, every int64) *Partials {
	if every <= 0 {
		every = 8 << 20
	}
	return &Partials{spool: spool, every: every, held: map[archive.ID]bool{}}
}

// StepForTest makes f run before each named step of a write, as Disk.StepForTest does.
func (p *Partials) StepForTest(f func(step string) error) { p.spool.step = f }

// mark is what is known of the durable bytes of an upload.
type mark struct {
	Size int64  `json:"size"`
	Hash []byte `json:"sha256_state"` // as crypto/sha256 marshals it
}

// maxMark bounds what is read of a mark.
const maxMark = 4096

var (
	errBusy   = archive.Fault(archive.Conflict, "busy", archive.Text{VI: "Tệp này đang được gửi ở một kết nối khác.", EN: "This file is being sent over another connection."})
	errOffset = archive.Fault(archive.Conflict, "offset_mismatch", archive.Text{VI: "Phần gửi tiếp không nối vào chỗ đã nhận.", EN: "The piece does not begin where the file ends."})
)

// lock keeps an upload for one writer.
func (p *Partials) lock(upload archive.ID) (func(), error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held[upload] {
		return nil, errBusy
	}
	p.held[upload] = true
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.held, upload)
	}, nil
}

// Begin implements archive.Partials.
func (p *Partials) Begin(ctx context.Context, upload archive.ID) error {
	if upload.IsZero() {
		return archive.Errorf(archive.Invalid, "upload without an id")
	}
	free, err := p.lock(upload)
	if err != nil {
		return err
	}
	defer free()
	err = errors.Join(ctx.Err(), p.spool.at("create part"))
	if err == nil {
		var f *os.File
		if f, err = p.spool.folder.Create(upload.String() + partSuffix); err == nil {
			err = f.Close()
		}
	}
	if err == nil {
		// Syncs the folder, and with it the name of the part.
		err = p.save(upload, 0, sha256.New())
	}
	return Fault("begin", upload.String(), err)
}

// Append implements archive.Partials.
func (p *Partials) Append(ctx context.Context, upload archive.ID, at int64, r io.Reader, limit int64) (int64, error) {
	free, err := p.lock(upload)
	if err != nil {
		return 0, err
	}
	defer free()
	f, m, h, err := p.open(upload)
	if err != nil {
		return 0, Fault("append to", upload.String(), err)
	}
	defer f.Close()
	if at != m.Size {
		return m.Size, errOffset
	}
	if at > limit {
		return m.Size, archive.Errorf(archive.TooLarge, "append to upload %s: %d bytes are there, %d allowed", upload, at, limit)
	}
	w := piece{p: p, upload: upload, f: f, h: h, size: m.Size, kept: m.Size, begun: m.Size}
	err = w.take(ctx, r, limit)
	var broken readError
	switch {
	case err == nil:
		return w.kept, nil
	case errors.As(err, &broken):
		return w.kept, broken.err
	}
	return w.kept, Fault("append to", upload.String(), err)
}

// open opens an upload at its mark, ready for more. What a crash left behind the mark is cut off.
func (p *Partials) open(upload archive.ID) (*os.File, mark, hash.Hash, error) {
	m, h, err := p.load(upload)
	if err != nil {
		return nil, m, nil, err
	}
	f, err := p.spool.folder.Edit(upload.String() + partSuffix)
	if err != nil {
		return nil, m, nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() < m.Size {
		err = archive.Errorf(archive.Corrupt, "%d bytes where %d were durable", info.Size(), m.Size)
	}
	if err == nil && info.Size() > m.Size {
		err = f.Truncate(m.Size)
	}
	if err == nil {
		_, err = f.Seek(m.Size, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, m, nil, err
	}
	return f, m, h, nil
}

// load reads the mark of an upload.
func (p *Partials) load(upload archive.ID) (mark, hash.Hash, error) {
	var m mark
	f, err := p.spool.folder.Open(upload.String() + markSuffix)
	if err != nil {
		return m, nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxMark))
	if err != nil {
		return m, nil, err
	}
	h := sha256.New()
	if err = json.Unmarshal(b, &m); err == nil {
		err = h.(encoding.BinaryUnmarshaler).UnmarshalBinary(m.Hash)
	}
	if err != nil || m.Size < 0 {
		return mark{}, nil, archive.Errorf(archive.Corrupt, "mark: %v", err)
	}
	return m, h, nil
}

// save replaces the mark of an upload whose bytes are durable up to size. An error that is a lostError means that nobody can
// say any more which mark the disk holds.
func (p *Partials) save(upload archive.ID, size int64, h hash.Hash) error {
	state, err := h.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return err
	}
	b, err := json.Marshal(mark{size, state})
	if err != nil {
		return err
	}
	temp := p.spool.scratch()
	f, err := p.spool.folder.Create(temp)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = p.spool.at("sync mark")
	}
	if err == nil {
		err = p.spool.folder.Sync(f)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = p.spool.at("rename mark")
	}
	if err == nil {
		err = p.spool.folder.Rename(temp, upload.String()+markSuffix)
	}
	if err != nil {
		p.spool.folder.Remove(temp)
		return err
	}
	if err = p.spool.at("sync marks"); err == nil {
		err = p.spool.folder.SyncDir(".")
	}
	if err != nil {
		return lostError{err}
	}
	return nil
}

// lostError marks a failed sync after which the disk may hold less than was told before: the upload is given up.
type lostError struct{ error }

func (e lostError) Unwrap() error { return e.error }

// Size implements archive.Partials.
func (p *Partials) Size(ctx context.Context, upload archive.ID) (int64, error) {
	m, _, err := p.load(upload)
	if err == nil {
		err = ctx.Err()
	}
	return m.Size, Fault("size of", upload.String(), err)
}

// Finish implements archive.Partials.
func (p *Partials) Finish(ctx context.Context, upload archive.ID) (archive.Spooled, error) {
	free, err := p.lock(upload)
	if err != nil {
		return nil, err
	}
	defer free()
	f, m, h, err := p.open(upload)
	if err == nil {
		err = errors.Join(f.Close(), ctx.Err())
	}
	if err != nil {
		return nil, Fault("finish", upload.String(), err)
	}
	s := &Spooled{spool: p.spool, name: upload.String() + partSuffix, size: m.Size, lent: true}
	h.Sum(s.digest[:0])
	return s, nil
}

// Remove implements archive.Partials. The names may come back with the power: List tells of them, and Remove, called again,
// takes them.
func (p *Partials) Remove(ctx context.Context, upload archive.ID) error {
	free, err := p.lock(upload)
	if err != nil {
		return err
	}
	defer free()
	if err := ctx.Err(); err != nil {
		return err
	}
	return Fault("remove", upload.String(), p.remove(upload))
}

// remove takes the mark first: a part without one is nothing.
func (p *Partials) remove(upload archive.ID) error {
	var errs []error
	for _, suffix := range []string{markSuffix, partSuffix} {
		err := p.spool.at("remove " + suffix)
		if err == nil {
			err = p.spool.folder.Remove(upload.String() + suffix)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// List implements archive.Partials.
func (p *Partials) List(ctx context.Context) iter.Seq2[archive.ID, error] {
	return func(yield func(archive.ID, error) bool) {
		for e, err := range entries(p.spool.folder, ".") {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(archive.ID{}, Fault("list", "uploads", err))
				return
			}
			name, isPart := strings.CutSuffix(e.Name(), partSuffix)
			if !isPart {
				var isMark bool
				if name, isMark = strings.CutSuffix(e.Name(), markSuffix); !isMark {
					continue
				}
				if _, err := p.spool.folder.Stat(name + partSuffix); err == nil {
					continue // told under the name of its part
				}
			}
			if id, err := archive.ParseID(name); err == nil && !yield(id, nil) {
				return
			}
		}
	}
}

// piece is one Append under way.
type piece struct {
	p      *Partials
	upload archive.ID
	f      *os.File
	h      hash.Hash
	size   int64 // written
	begun  int64 // the kernel was asked to write up to here
	kept   int64 // durable, by the mark
}

// take copies r behind what is there. Whatever it returns, kept is what the disk holds.
func (w *piece) take(ctx context.Context, r io.Reader, limit int64) error {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	ended := false
	var stop error
	for !ended && stop == nil {
		if err := ctx.Err(); err != nil {
			stop = readError{err}
			break
		}
		n, err := fill(r, (*buf)[:min(int64(len(*buf)), w.p.every, limit-w.size+1)]) // one more, to see an excess
		if ended = err == io.EOF; err != nil && !ended {
			stop = readError{err}
		}
		if over := w.size + int64(n) - limit; over > 0 {
			n, stop = n-int(over), archive.Errorf(archive.TooLarge, "more than %d bytes", limit)
		}
		if err := w.write((*buf)[:n]); err != nil {
			return err
		}
	}
	if w.size > w.kept {
		if err := w.keep(); err != nil {
			return err
		}
	}
	return stop
}

func (w *piece) write(b []byte) error {
	err := w.p.spool.at("write part")
	if err == nil {
		_, err = w.f.Write(b)
	}
	if err != nil {
		// A full disk gets back what cannot be kept; what stands behind the mark after a crash is cut by the next Append.
		return errors.Join(err, w.f.Truncate(w.kept))
	}
	w.h.Write(b)
	w.size += int64(len(b))
	if w.size-w.begun >= flushEvery {
		durable.Begin(w.f, w.begun, w.size-w.begun)
		w.begun = w.size
	}
	if w.size-w.kept >= w.p.every {
		return w.keep()
	}
	return nil
}

// keep makes durable what was written and moves the mark.
func (w *piece) keep() error {
	// Power lost here: the file is longer than its mark, and its end may be anything; the mark knows nothing of it.
	err := w.p.spool.at("sync part")
	if err == nil {
		err = w.p.spool.folder.Sync(w.f)
	}
	if err != nil {
		return w.lose(err)
	}
	// Power lost here: as before, only that the bytes would have been right.
	err = w.p.save(w.upload, w.size, w.h)
	var lost lostError
	if errors.As(err, &lost) {
		return w.lose(err)
	}
	if err != nil {
		return errors.Join(err, w.f.Truncate(w.kept))
	}
	w.kept = w.size
	return nil
}

// lose gives the upload up after a failed sync: the kernel may have dropped what it could not write, and a second sync would
// not say so (see package durable). Its sender begins again; a mark that comes back with the power names bytes that were
// durable once.
func (w *piece) lose(err error) error {
	w.kept = 0
	return errors.Join(fmt.Errorf("upload given up: %w", err), w.p.remove(w.upload))
}
