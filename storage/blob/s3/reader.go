package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/minio/minio-go/v7"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// whole is the size up to which Open fetches everything at once: inventories, sidecars, metadata.
const whole = 256 << 10

// reader reads one object as it was when it was opened. A connection that breaks is made again where it broke off.
type reader struct {
	s       *Store
	key     string
	size    int64
	etag    string
	version string
	small   []byte // everything, when there is little

	off    int64 // of the next Read
	body   *body // nil, or stands at off
	closed bool
}

// Open implements blob.Store: one request, whose answer is read as the caller reads. The context is for that request only;
// Close ends the reading.
func (s *Store) Open(ctx context.Context, key string) (blob.Reader, error) {
	if err := s.check(key); err != nil {
		return nil, err
	}
	r := &reader{s: s, key: key}
	err := s.retry(ctx, 0, func(ctx context.Context) error {
		b, info, err := s.get(ctx, s.name(key), minio.GetObjectOptions{})
		if err != nil {
			return err
		}
		r.size, r.etag, r.version = info.Size, info.ETag, info.VersionID
		if r.size > whole || r.size < 0 {
			r.body = b
			return nil
		}
		defer b.Close()
		r.small = make([]byte, r.size)
		_, err = io.ReadFull(b, r.small)
		return err
	})
	if err != nil {
		return nil, fault(ctx, "open", key, err)
	}
	return r, nil
}

// digest hashes what stands under a name.
func (s *Store) digest(ctx context.Context, name string) (etag string, d archive.Digest, err error) {
	err = s.retry(ctx, 0, func(ctx context.Context) error {
		b, info, err := s.get(ctx, name, minio.GetObjectOptions{})
		if err != nil {
			return err
		}
		defer b.Close()
		h := archive.NewHasher()
		n, err := io.Copy(h, b)
		if err == nil && n != info.Size {
			err = io.ErrUnexpectedEOF
		}
		etag, d = info.ETag, h.Digest()
		return err
	})
	return etag, d, err
}

// body is an answer under way. It outlives the context of its request and ends with Close, or when the server sends nothing
// for the time of one try.
type body struct {
	io.ReadCloser
	cancel context.CancelFunc
	limit  time.Duration
}

func (b *body) Read(p []byte) (int, error) {
	stalled := time.AfterFunc(b.limit, b.cancel)
	defer stalled.Stop()
	return b.ReadCloser.Read(p)
}

func (b *body) Close() error {
	b.cancel()
	return b.ReadCloser.Close()
}

// get asks for an object and returns when the answer begins.
func (s *Store) get(ctx context.Context, name string, o minio.GetObjectOptions) (*body, minio.ObjectInfo, error) {
	long, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	in, info, header, err := s.core.GetObject(long, s.config.Bucket, name, o)
	if !stop() && err == nil {
		in.Close()
		err = ctx.Err()
	}
	if err != nil {
		cancel()
		return nil, info, err
	}
	b := &body{ReadCloser: in, cancel: cancel, limit: s.config.Timeout}
	if o.Header().Get("Range") != "" && header.Get("Content-Range") == "" {
		b.Close()
		return nil, info, errNoRange
	}
	return b, info, nil
}

var errNoRange = archive.Errorf(archive.Internal, "the server sends whole objects when asked for a part")

// part asks for bytes [off, end) of the object that was opened.
func (r *reader) part(ctx context.Context, off, end int64) (*body, error) {
	o := minio.GetObjectOptions{VersionID: r.version}
	if err := o.SetRange(off, end-1); err != nil {
		return nil, err
	}
	if err := o.SetMatchETag(r.etag); err != nil {
		return nil, err
	}
	b, _, err := r.s.get(ctx, r.s.name(r.key), o)
	return b, err
}

// Size implements blob.Reader.
func (r *reader) Size() int64 { return r.size }

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	switch {
	case r.closed:
		return 0, fs.ErrClosed
	case r.off >= r.size:
		return 0, io.EOF
	case len(p) == 0:
		return 0, nil
	case r.small != nil:
		n := copy(p, r.small[r.off:])
		r.off += int64(n)
		return n, nil
	}
	if r.body != nil {
		n, err := r.body.Read(p)
		if n > 0 || err == nil {
			return r.moved(n, err), nil
		}
		r.drop()
	}
	// The answer broke off, or the caller jumped: ask for the rest. A try counts as good when bytes come.
	var n int
	ctx := context.Background()
	err := r.s.retry(ctx, 0, func(ctx context.Context) error {
		b, err := r.part(ctx, r.off, r.size)
		if err != nil {
			return err
		}
		n, err = b.Read(p)
		if n == 0 && err != nil {
			b.Close()
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		r.body = b
		n = r.moved(n, err)
		return nil
	})
	if err != nil {
		return 0, fault(ctx, "read", r.key, err)
	}
	return n, nil
}

// moved notes that n bytes were read. An error that came with them is met again by the next request, if more is wanted.
func (r *reader) moved(n int, err error) int {
	n = int(min(int64(n), r.size-r.off))
	r.off += int64(n)
	if err != nil || r.off == r.size {
		r.drop()
	}
	return n
}

func (r *reader) drop() {
	if r.body != nil {
		r.body.Close()
		r.body = nil
	}
}

// ReadAt implements io.ReaderAt, by a request of its own unless the object is small.
func (r *reader) ReadAt(p []byte, off int64) (int, error) {
	switch {
	case off < 0:
		return 0, archive.Errorf(archive.Invalid, "read blob %s at %d", r.key, off)
	case off >= r.size:
		return 0, io.EOF
	}
	end := min(off+int64(len(p)), r.size)
	var short error
	if end < off+int64(len(p)) {
		short = io.EOF
	}
	if r.small != nil {
		return copy(p, r.small[off:end]), short
	}
	if len(p) == 0 {
		return 0, nil
	}
	ctx, n := context.Background(), 0
	err := r.s.retry(ctx, 0, func(ctx context.Context) error {
		b, err := r.part(ctx, off, end)
		if err != nil {
			return err
		}
		defer b.Close()
		n, err = io.ReadFull(b, p[:end-off])
		return err
	})
	if err != nil {
		return n, fault(ctx, "read", r.key, err)
	}
	return n, short
}

// Seek implements io.Seeker. Nothing is asked of the server before the next Read.
func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.off
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 || whence < io.SeekStart || whence > io.SeekEnd {
		return r.off, fmt.Errorf("seek blob %s to %d: %w", r.key, offset, errors.ErrUnsupported)
	}
	if offset != r.off {
		r.drop()
	}
	r.off = offset
	return offset, nil
}

// Close implements io.Closer.
func (r *reader) Close() error {
	r.closed = true
	r.drop()
	return nil
}
