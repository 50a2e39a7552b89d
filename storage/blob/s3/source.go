package s3

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"sohoa/archive"
)

// source is bytes that can be sent as often as it takes, with their length and digests. Nothing of them is held in memory
// beyond small.
type source struct {
	at     io.ReaderAt
	base   int64
	size   int64
	sha    string // SHA-256 of all, hex
	md5    string // base64, when asked for
	parts  []string
	part   int64 // size of all parts but the last; zero when there are none
	taken  bool  // sha is the caller's word
	failed atomic.Pointer[error]
	close  func()
}

// small is how many bytes of a reader of unknown length wait in memory before they go to a file.
const small = 64 << 10

var buffers = sync.Pool{New: func() any { b := make([]byte, 256<<10); return &b }}

// Digested is a reader that knows what its bytes, all of them from the start, hash to. They are sent under that digest without
// being hashed once more; when they are something else the server refuses them and the write is Corrupt.
type Digested interface {
	io.ReadSeeker
	io.ReaderAt
	Digest() archive.Digest
}

// source prepares what r holds. Errors of r come back as they are, marked as callerError.
func (s *Store) source(ctx context.Context, r io.Reader) (*source, error) {
	src := &source{close: func() {}}
	var err error
	known := archive.Digest{}
	switch r := r.(type) {
	case Digested:
		if err = src.section(r); err == nil && src.base == 0 && src.size < s.config.Multipart && s.report.SignedBody && s.trailer == nil && !s.wantMD5() {
			known = r.Digest()
		}
	case *bytes.Reader:
		err = src.section(r)
	case *strings.Reader:
		err = src.section(r)
	case *os.File:
		err = src.section(r)
	default:
		err = src.spool(ctx, s.config.Temp, r)
	}
	if src.taken = !known.IsZero(); src.taken {
		src.sha = known.Hex()
	} else if err == nil {
		err = src.hash(ctx, s.config, s.wantMD5())
	}
	if err != nil {
		src.close()
		return nil, err
	}
	return src, nil
}

// callerError marks an error of the caller's reader, to be given back as it is.
type callerError struct{ err error }

func (e callerError) Error() string { return e.err.Error() }
func (e callerError) Unwrap() error { return e.err }

// verify fails when the caller's word was wrong.
func (src *source) verify(ctx context.Context, c Config) error {
	said := src.sha
	if err := src.hash(ctx, c, false); err != nil {
		return err
	}
	if src.sha != said {
		return archive.Errorf(archive.Corrupt, "the bytes hash to %s, not %s", src.sha, said)
	}
	return nil
}

// section takes what is left of r, which reads the same bytes again and again.
func (src *source) section(r interface {
	io.ReaderAt
	io.Seeker
}) error {
	at, err := r.Seek(0, io.SeekCurrent)
	if err == nil {
		src.size, err = r.Seek(0, io.SeekEnd)
	}
	if err == nil {
		_, err = r.Seek(at, io.SeekStart)
	}
	if err != nil {
		return callerError{err}
	}
	src.at, src.base, src.size = r, at, max(src.size-at, 0)
	return nil
}

// spool copies r to memory when it is small and to a nameless file otherwise.
func (src *source) spool(ctx context.Context, dir string, r io.Reader) error {
	in := &feed{ctx: ctx, r: r}
	head := make([]byte, 0, small)
	for len(head) < small {
		n, err := in.Read(head[len(head):small])
		head = head[:len(head)+n]
		if in.err != nil {
			return callerError{in.err}
		}
		if err == io.EOF { // the reader's own word: io.ReadFull would take one that broke off for one that ended
			src.at, src.size = bytes.NewReader(head), int64(len(head))
			return nil
		}
	}
	f, err := os.CreateTemp(dir, "sohoa-put-*")
	if err != nil {
		return err
	}
	src.close = func() { f.Close() }
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	if _, err := f.Write(head); err != nil {
		return err
	}
	size, err := io.Copy(f, in)
	if in.err != nil {
		return callerError{in.err}
	}
	src.at, src.size = f, size+small
	return err
}

// feed tells errors of the caller's reader from those of the file they go to.
type feed struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (f *feed) Read(p []byte) (int, error) {
	if f.err = f.ctx.Err(); f.err != nil {
		return 0, f.err
	}
	n, err := f.r.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

// maxParts is how many parts S3 takes.
const maxParts = 10000

// hash reads everything once.
func (src *source) hash(ctx context.Context, c Config, sums bool) error {
	if src.size >= c.Multipart {
		src.part = max(c.Part, (src.size+maxParts-1)/maxParts)
	}
	whole := sha256.New()
	var all hash.Hash
	out := []io.Writer{whole}
	if sums {
		all = md5.New()
		out = append(out, all)
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	step := src.part
	if step == 0 {
		step = max(src.size, 1)
	}
	for off := int64(0); off < src.size; off += step {
		to := out
		one := sha256.New()
		if src.part > 0 {
			to = append(out[:len(out):len(out)], one)
		}
		n := min(step, src.size-off)
		in := &feed{ctx: ctx, r: io.NewSectionReader(src.at, src.base+off, n)}
		got, err := io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(to...)}, in, *buf)
		if err == nil && got < n {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return callerError{err}
		}
		if src.part > 0 {
			src.parts = append(src.parts, hex.EncodeToString(one.Sum(nil)))
		}
	}
	src.sha = hex.EncodeToString(whole.Sum(nil))
	if all != nil {
		src.md5 = base64.StdEncoding.EncodeToString(all.Sum(nil))
	}
	return nil
}

// checksum is the digest as the checksum header writes it.
func (src *source) checksum() string {
	b, _ := hex.DecodeString(src.sha)
	return base64.StdEncoding.EncodeToString(b)
}

// reader returns n bytes from off, for one try.
func (src *source) reader(off, n int64) io.Reader {
	return &sending{SectionReader: io.NewSectionReader(src.at, src.base+off, n), src: src}
}

// sending notes when the caller's file itself cannot be read: that is no fault of the server's.
type sending struct {
	*io.SectionReader
	src *source
}

func (r *sending) Read(p []byte) (int, error) {
	n, err := r.SectionReader.Read(p)
	if err != nil && err != io.EOF {
		r.src.failed.Store(&err)
	}
	return n, err
}

// WriteTo hides the section's own, which nothing would note.
func (r *sending) WriteTo(w io.Writer) (int64, error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	return io.CopyBuffer(w, struct{ io.Reader }{r}, *buf)
}
