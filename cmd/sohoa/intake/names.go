package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// claimPrefix begins the name a file has for the moment between "this is the file that was acknowledged" and its removal.
const claimPrefix = ".sohoa-taking-"

// RefusedFolder is the folder inside an inbox that refused files are moved to.
const RefusedFolder = "REFUSED"

// passedOver reports whether a name is one that programs give to files that are not papers, or not papers yet: hidden ones,
// downloads and uploads under way, an office program's lock files, what file managers leave behind.
func passedOver(name string) bool {
	low := strings.ToLower(name)
	if strings.HasPrefix(low, ".") || strings.HasPrefix(low, "~") || strings.HasSuffix(low, "~") {
		return true
	}
	if slices.Contains([]string{"thumbs.db", "ehthumbs.db", "desktop.ini"}, low) {
		return true
	}
	return slices.Contains([]string{".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".upload", ".lock", ".lck", ".swp"}, path.Ext(low))
}

// passedOverFolder is passedOver for folders: hidden ones and those in which network disks keep their own things.
func passedOverFolder(name string) bool {
	low := strings.ToLower(name)
	return strings.HasPrefix(low, ".") || slices.Contains([]string{"@eadir", "#recycle", "$recycle.bin", "system volume information", "lost+found"}, low)
}

// nameBytes is the longest file name the usual file systems take.
const nameBytes = 255

// variant returns the n-th name to try for a file that is moved to a folder where its name may be taken: the name itself,
// then "name (2).pdf". At most limit bytes; what is cut gets a few digits of its digest, so that two long names stay two.
func variant(name string, n, limit int) string {
	ext := path.Ext(name)
	if len(ext) > 16 {
		ext = ""
	}
	stem, mark := strings.TrimSuffix(name, ext), ""
	if n > 1 {
		mark = fmt.Sprintf(" (%d)", n)
	}
	if len(stem)+len(mark)+len(ext) > limit {
		sum := sha256.Sum256([]byte(name))
		mark = "~" + hex.EncodeToString(sum[:4]) + mark
		stem = cut(stem, limit-len(mark)-len(ext))
	}
	return stem + mark + ext
}

// cut shortens s to at most n bytes without leaving half a letter.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := n; i > max(0, n-utf8.UTFMax); i-- {
		if utf8.RuneStart(s[i]) {
			return s[:i]
		}
	}
	return s[:n] // not UTF-8: any byte may be the last
}
