package ocfl

import (
	"encoding/json"
	"strings"

	"sohoa/archive"
)

// layoutName is the registered extension that says where an object lies (OCFL community extensions, 0004).
const layoutName = "0004-hashed-n-tuple-storage-layout"

// layout maps an object's id to its folder: the SHA-256 of the id in hex, below folders named by its first digits.
//
// A store of ours has one level of three digits: 4,096 folders. A province brings 45 million objects in ten years, which
// is 11,000 in a folder; ext4, XFS and every object store carry ten times that without slowing, and a folder of that size
// is under a megabyte of names. One level means that a new object makes at most one folder above it (an fsync more) and
// that, once those 4,096 are there, it makes none. The extension's default of three levels would make three folders for
// nearly every object until 45 million objects had filled them, each holding one.
type layout struct {
	Extension string `json:"extensionName"`
	Algorithm string `json:"digestAlgorithm"`
	TupleSize int    `json:"tupleSize"`
	Tuples    int    `json:"numberOfTuples"`
	Short     bool   `json:"shortObjectRoot"`
}

var ourLayout = layout{Extension: layoutName, Algorithm: "sha256", TupleSize: 3, Tuples: 1}

// parseLayout reads the extension's config.json. Any shape the extension allows is followed, as long as it hashes with
// SHA-256.
func parseLayout(b []byte) (layout, error) {
	l := layout{Algorithm: "sha256", TupleSize: 3, Tuples: 3} // the extension's defaults
	if err := json.Unmarshal(b, &l); err != nil {
		return l, archive.Errorf(archive.Corrupt, "layout config: %w", err)
	}
	used := l.TupleSize * l.Tuples
	switch {
	case l.Extension != layoutName:
		return l, archive.Errorf(archive.Unprocessable, "layout config is of %q", l.Extension)
	case l.Algorithm != "sha256":
		return l, archive.Errorf(archive.Unprocessable, "layout hashes with %q", l.Algorithm)
	case l.TupleSize < 0, l.Tuples < 0, l.TupleSize > 32, l.Tuples > 32, (l.TupleSize == 0) != (l.Tuples == 0),
		used > 2*len(archive.Digest{}), l.Short && used == 2*len(archive.Digest{}):
		return l, archive.Errorf(archive.Corrupt, "layout config: %d tuples of %d", l.Tuples, l.TupleSize)
	}
	return l, nil
}

// root returns the folder of an object.
func (l layout) root(object archive.ObjectID) string {
	h := archive.DigestOf([]byte(object)).Hex()
	var b strings.Builder
	rest := h
	for range l.Tuples {
		b.WriteString(rest[:l.TupleSize])
		b.WriteByte('/')
		rest = rest[l.TupleSize:]
	}
	if l.Short {
		b.WriteString(rest)
	} else {
		b.WriteString(h)
	}
	return b.String()
}

// isName reports whether a folder's name can stand at a depth below the storage root: a tuple above, an object at the
// bottom. Anything else at that place (extensions, lost+found) is not ours to walk.
func (l layout) isName(depth int, name string) bool {
	want := l.TupleSize
	if depth == l.Tuples {
		want = 2 * len(archive.Digest{})
		if l.Short {
			want -= l.TupleSize * l.Tuples
		}
	}
	return len(name) == want && strings.Trim(name, "0123456789abcdef") == ""
}
