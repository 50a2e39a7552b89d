package blob

import (
	"encoding/hex"
	"hash"
	"io"
	"os"

	"sohoa/archive"
)

// Checked returns an open blob as archive.Content: its bytes must hash by h, which is fresh, to want (hexadecimal). digest
// is what Content.Digest says; zero when another tool keeps the bytes by another hash, and they are checked all the same.
// The Content is an archive.Filer when r is one. Closing it closes r.
func Checked(r Reader, h hash.Hash, want string, digest archive.Digest) archive.Content {
	c := &content{r: r, want: want, digest: digest, hash: h}
	if f, ok := r.(archive.Filer); ok {
		return &localContent{content: c, file: f.File()}
	}
	return c
}

// content checks a file's bytes while they are read from start to end. Seek to the start begins the check anew, so that a
// server that first asks for the length by seeking still sends checked bytes; Seek to anywhere else gives it up.
type content struct {
	r       Reader
	want    string
	digest  archive.Digest
	hash    hash.Hash
	read    int64
	skipped bool // the bytes were not read from the start on
	damaged bool
}

var _ archive.Content = (*content)(nil)

// Digest implements archive.Content.
func (c *content) Digest() archive.Digest { return c.digest }

// Size implements archive.Content.
func (c *content) Size() int64 { return c.r.Size() }

// Read implements io.Reader. The verdict comes with the last byte, not with the Read after it, and a bad one in place of the
// last bytes: a caller who copies Size bytes and stops, as net/http does, comes up short and never passes on a damaged file
// as a whole one.
func (c *content) Read(p []byte) (int, error) {
	if c.damaged {
		return 0, c.corrupt()
	}
	n, err := c.r.Read(p)
	if c.skipped {
		return n, err
	}
	c.hash.Write(p[:n])
	c.read += int64(n)
	ended := err == io.EOF || err == nil && c.read >= c.r.Size()
	if ended && hex.EncodeToString(c.hash.Sum(nil)) != c.want {
		c.damaged = true
		return 0, c.corrupt()
	}
	return n, err
}

func (c *content) corrupt() error {
	return archive.Errorf(archive.Corrupt, "content no longer hashes to %s", c.want)
}

// Seek implements io.Seeker.
func (c *content) Seek(offset int64, whence int) (int64, error) {
	n, err := c.r.Seek(offset, whence)
	if err != nil {
		return n, err
	}
	c.damaged = false
	switch {
	case n == 0:
		c.hash.Reset()
		c.read, c.skipped = 0, false
	case n != c.read:
		c.skipped = true
	}
	return n, nil
}

// Close implements io.Closer.
func (c *content) Close() error { return c.r.Close() }

// localContent is content in one file of this machine.
type localContent struct {
	*content
	file *os.File
}

// File implements archive.Filer.
func (c *localContent) File() *os.File { return c.file }
