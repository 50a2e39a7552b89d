//go:build unix

package durable

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"
)

// IsFull reports that the file system, or a quota on it, has no room left.
func IsFull(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)
}

// IsReadOnly reports that the file system or its rights forbid writing.
func IsReadOnly(err error) bool {
	return errors.Is(err, unix.EROFS) || errors.Is(err, fs.ErrPermission)
}

// IsTaken reports that a name is in use, or is a folder with something in it.
func IsTaken(err error) bool {
	return errors.Is(err, fs.ErrExist) || errors.Is(err, unix.ENOTEMPTY)
}

// IsNotFolder reports that a file stands where the name wants a folder, or the other way round.
func IsNotFolder(err error) bool {
	return errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.EISDIR)
}

// CannotLink reports that this file system, or this pair of them, has no hard links to give: copy instead.
func CannotLink(err error) bool {
	for _, e := range []error{unix.EXDEV, unix.EPERM, unix.EOPNOTSUPP, unix.ENOSYS, unix.EMLINK} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// IsOtherFileSystem reports that two names do not lie on one file system.
func IsOtherFileSystem(err error) bool { return errors.Is(err, unix.EXDEV) }
