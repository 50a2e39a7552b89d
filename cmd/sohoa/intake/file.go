package intake

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sohoa/archive"
)

// File is one file of a folder as it was last seen.
type File struct {
	Path string // below the folder, with slashes; the bytes the file system has, which need not be UTF-8
	Size int64
	Time time.Time // of its last change
}

// Name returns the last element of the path.
func (f File) Name() string { return path.Base(f.Path) }

// Printable returns a name fit for a line of text: what cannot be printed is written as an escape.
func Printable(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && s[i] >= 0x80 && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}

// ErrChanged says that a file is not, or no longer, the one that was looked at: somebody writes to it. It is looked at again
// when it rests.
var ErrChanged = errors.New("the file changed while it was looked at")

// Paper is a file held open on its way in.
type Paper struct {
	File
	f    *os.File
	info fs.FileInfo    // as it was opened
	sum  archive.Digest // of the bytes as they were last read from start to end
}

// Reader reads the file from its start. In place of io.EOF it returns ErrChanged when the bytes read are not the file as it
// was listed; nothing that ends so may be kept. Readers of one paper may follow each other, not overlap.
func (p *Paper) Reader() io.Reader { return &steady{p: p, h: archive.NewHasher()} }

// From is Reader for a file of which the first at bytes are where they belong already.
func (p *Paper) From(at int64) io.Reader { return &steady{p: p, n: at} }

// Digest returns the digest of the file's bytes, reading them when that has not been done.
func (p *Paper) Digest() (archive.Digest, error) {
	if p.sum.IsZero() {
		if _, err := io.Copy(io.Discard, p.Reader()); err != nil {
			return archive.Digest{}, err
		}
	}
	return p.sum, nil
}

// same reports whether info describes the file that was opened, not written to since.
func (p *Paper) same(info fs.FileInfo) bool {
	return os.SameFile(p.info, info) && info.Size() == p.Size && info.ModTime().Equal(p.Time)
}

// steady reads a file by offset and hashes it.
type steady struct {
	p *Paper
	h *archive.Hasher // nil: it does not begin at the start
	n int64
}

func (s *steady) Read(b []byte) (int, error) {
	if left := s.p.Size - s.n; int64(len(b)) > left {
		b = b[:left]
	}
	n, err := s.p.f.ReadAt(b, s.n)
	if s.h != nil {
		s.h.Write(b[:n])
	}
	s.n += int64(n)
	switch {
	case err == io.EOF && s.n < s.p.Size:
		return n, ErrChanged // cut short since it was listed
	case err != nil && err != io.EOF:
		return n, fmt.Errorf("read %s: %w", Printable(s.p.Path), err)
	case s.n < s.p.Size:
		return n, nil
	}
	info, err := s.p.f.Stat()
	if err != nil {
		return n, fmt.Errorf("look at %s: %w", Printable(s.p.Path), err)
	}
	if !s.p.same(info) {
		return n, ErrChanged
	}
	if s.h != nil {
		s.p.sum = s.h.Digest()
	}
	return n, io.EOF
}
