package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
)

// Digest is a SHA-256 sum (FIPS 180-4), the only digest that identifies bytes here: two files with one SHA-1 are two
// files. It is comparable; the zero value means "not known".
type Digest [sha256.Size]byte

const digestPrefix = "sha256:"

// ParseDigest reads the form String writes: "sha256:" and 64 lower-case hex digits.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	h, ok := strings.CutPrefix(s, digestPrefix)
	if !ok || len(h) != 2*len(d) || h != strings.ToLower(h) {
		return d, Errorf(Invalid, "digest is not sha256: and 64 lower-case hex digits")
	}
	if _, err := hex.Decode(d[:], []byte(h)); err != nil {
		return Digest{}, Errorf(Invalid, "digest: %v", err)
	}
	return d, nil
}

// DigestOf returns the digest of b.
func DigestOf(b []byte) Digest { return sha256.Sum256(b) }

// IsZero reports whether d is not known.
func (d Digest) IsZero() bool { return d == Digest{} }

// Hex returns the 64 hex digits without the prefix, as OCFL inventories write them.
func (d Digest) Hex() string { return hex.EncodeToString(d[:]) }

// String returns "sha256:<hex>", or "" for the zero value.
func (d Digest) String() string {
	if d.IsZero() {
		return ""
	}
	return digestPrefix + d.Hex()
}

// MarshalText implements encoding.TextMarshaler.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; "" is the zero value.
func (d *Digest) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Digest{}
		return nil
	}
	v, err := ParseDigest(string(b))
	if err != nil {
		return fmt.Errorf("parse digest: %w", err)
	}
	*d = v
	return nil
}

// Hasher computes a Digest and counts bytes while they are written through it.
type Hasher struct {
	h hash.Hash
	n int64
}

// NewHasher returns an empty Hasher.
func NewHasher() *Hasher { return &Hasher{h: sha256.New()} }

var _ io.Writer = (*Hasher)(nil)

// Write never fails.
func (h *Hasher) Write(p []byte) (int, error) {
	h.n += int64(len(p))
	return h.h.Write(p)
}

// Digest returns the digest of what was written so far.
func (h *Hasher) Digest() Digest {
	var d Digest
	h.h.Sum(d[:0])
	return d
}

// Size returns the bytes written so far.
func (h *Hasher) Size() int64 { return h.n }
