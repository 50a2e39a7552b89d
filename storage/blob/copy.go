package blob

import (
	"context"
	"io"
	"math"
	"os"
	"sync"

	"sohoa/archive"
	"sohoa/internal/durable"
)

const (
	copyBuffer = 256 << 10 // 50 uploads at once hold 13 MB
	flushEvery = 8 << 20   // bytes after which the kernel is asked to begin writing, so that the fsync at the end is short
)

var buffers = sync.Pool{New: func() any { b := make([]byte, copyBuffer); return &b }}

// readError marks an error of the caller's reader, to be given back as it is.
type readError struct{ err error }

func (e readError) Error() string { return e.err.Error() }
func (e readError) Unwrap() error { return e.err }

// pour copies r into f and hashes it on the way; it stops after limit+1 bytes, so that the caller sees an excess, unless
// limit is negative. An error of r is a readError, one of f is not.
func pour(ctx context.Context, f *os.File, r io.Reader, limit int64) (archive.Digest, int64, error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	if limit >= 0 && limit < math.MaxInt64 {
		r = io.LimitReader(r, limit+1)
	}
	h := archive.NewHasher()
	var begun int64
	for {
		if err := ctx.Err(); err != nil {
			return archive.Digest{}, 0, readError{err}
		}
		n, err := fill(r, *buf)
		if n > 0 {
			if _, err := f.Write((*buf)[:n]); err != nil {
				return archive.Digest{}, 0, err
			}
			h.Write((*buf)[:n])
			if h.Size()-begun >= flushEvery {
				durable.Begin(f, begun, h.Size()-begun)
				begun = h.Size()
			}
		}
		if err == io.EOF {
			return h.Digest(), h.Size(), nil
		}
		if err != nil {
			return archive.Digest{}, 0, readError{err}
		}
	}
}

// fill reads until buf is full or r ends, unlike io.ReadFull without turning the end into another error: network readers
// return a few kilobytes at a time, and writing those one by one costs more than hashing them.
func fill(r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var m int
		m, err = r.Read(buf[n:])
		n += m
	}
	return n, err
}
