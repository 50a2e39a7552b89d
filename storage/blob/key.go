package blob

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sohoa/archive"
)

// Bounds of a key: what every file system and S3 carry.
const (
	maxKey  = 1024
	maxName = 255
)

// CheckKey refuses, with kind Invalid, what must not become a file name or an object key: nothing at all, a path that is
// absolute, climbs or doubles a slash, control characters, a backslash, bytes that are not UTF-8, and names that begin
// with a dot, which belong to file systems and tools (.nfs…, .snapshot). No key may lie below another key.
func CheckKey(key string) error {
	switch {
	case key == "":
		return archive.Errorf(archive.Invalid, "blob key: empty")
	case len(key) > maxKey:
		return archive.Errorf(archive.Invalid, "blob key of %d bytes", len(key))
	case !utf8.ValidString(key):
		return archive.Errorf(archive.Invalid, "blob key %q: not UTF-8", key)
	case strings.ContainsFunc(key, func(r rune) bool { return r == '\\' || unicode.IsControl(r) }):
		return archive.Errorf(archive.Invalid, "blob key %q: control character or backslash", key)
	}
	for name := range strings.SplitSeq(key, "/") {
		if name == "" || name[0] == '.' || len(name) > maxName {
			return archive.Errorf(archive.Invalid, "blob key %q: a name in it is empty, too long or begins with a dot", key)
		}
	}
	return nil
}

// checkFolder is CheckKey for a folder, where "" is the top.
func checkFolder(folder string) error {
	if folder == "" {
		return nil
	}
	return CheckKey(folder)
}
