package validate

import (
	"context"
	"encoding/hex"
	"hash"
	"io"
	"maps"
	"slices"
	"strconv"
	"sync"
)

// content is a file that the root inventory names.
type content struct {
	seen  bool
	wants []want
}

// want is a digest that an inventory gives for a file.
type want struct {
	algorithm, digest string // in lower case
	code, path        string // of the finding when it does not match, and which inventory says so
}

// maxWants is how many digests a file is held against. More than there are algorithms contradict each other: some of them are
// found wrong, and which, among so many, is of no use to anybody.
const maxWants = 64

// want adds a digest to compare, once.
func (c *content) want(algorithm, digest, code, path string) {
	if algorithms[algorithm] == nil || len(c.wants) >= maxWants {
		return
	}
	for _, w := range c.wants {
		if w.algorithm == algorithm && w.digest == digest && w.code == code {
			return
		}
	}
	c.wants = append(c.wants, want{algorithm, digest, code, path})
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 256<<10); return &b }}

// readContent reads each file once, whatever the number of digests it is held against.
func (o *object) readContent(ctx context.Context) error {
	for _, p := range slices.Sorted(maps.Keys(o.files)) {
		c := o.files[p]
		if !c.seen || len(c.wants) == 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := o.readFile(ctx, p, c); err != nil || o.err != nil {
			return err
		}
	}
	return nil
}

func (o *object) readFile(ctx context.Context, p string, c *content) error {
	sums, err := o.sums(ctx, p, c.wants)
	switch {
	case isLost(err):
		o.report("E092", p, "it cannot be read: %v", err)
		return nil
	case isGone(err):
		o.missing("E092", p, "the manifest")
		return nil
	case err != nil:
		return err
	}
	for _, w := range c.wants {
		if sums[w.algorithm] != w.digest {
			o.report(w.code, p, "its %s is %s, %s says %s", w.algorithm, sums[w.algorithm], w.path, w.digest)
		}
	}
	return nil
}

// sums returns the digests of a file by every algorithm that is wanted.
func (o *object) sums(ctx context.Context, p string, wants []want) (map[string]string, error) {
	hashes := map[string]hash.Hash{}
	var into []io.Writer
	for _, w := range wants {
		if _, ok := hashes[w.algorithm]; ok {
			continue
		}
		h := algorithms[w.algorithm]()
		hashes[w.algorithm] = h
		if h != nil {
			into = append(into, h)
		}
	}
	r, err := o.store.Open(ctx, o.key(p))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	n, err := io.CopyBuffer(plainWriter{io.MultiWriter(into...)}, &stoppable{ctx, r}, *buf)
	if err != nil {
		return nil, err
	}
	sums := make(map[string]string, len(hashes))
	for name, h := range hashes {
		if h == nil {
			sums[name] = strconv.FormatInt(n, 10)
		} else {
			sums[name] = hex.EncodeToString(h.Sum(nil))
		}
	}
	return sums, nil
}

// plainWriter keeps io.CopyBuffer to its buffer.
type plainWriter struct{ io.Writer }
