package intake

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// renameFree renames without overwriting. Where the file system cannot promise that (NFS), it looks first: then a file that
// somebody puts under the same name in that very moment would be overwritten.
func renameFree(src *os.File, name string, dst *os.File, as string, to *os.Root) error {
	err := unix.Renameat2(int(src.Fd()), name, int(dst.Fd()), as, unix.RENAME_NOREPLACE)
	if !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EOPNOTSUPP) {
		return err
	}
	if _, err := to.Lstat(as); err == nil {
		return fs.ErrExist
	}
	return unix.Renameat(int(src.Fd()), name, int(dst.Fd()), as)
}
