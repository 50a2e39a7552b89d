//go:build unix && !linux

package intake

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// renameFree looks first: a file that somebody puts under the same name in that very moment would be overwritten.
func renameFree(src *os.File, name string, dst *os.File, as string, to *os.Root) error {
	if _, err := to.Lstat(as); err == nil {
		return fs.ErrExist
	}
	return unix.Renameat(int(src.Fd()), name, int(dst.Fd()), as)
}
