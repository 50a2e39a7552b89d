package intake

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// inUse reports that a process of this machine has the file open for writing, or that somebody holds a lock on it. False means
// only that nobody could be seen: a lease is given for one's own files on local disks alone.
func inUse(f *os.File) bool {
	fd := int(f.Fd())
	if locked(fd) {
		return true
	}
	// A read lease is refused with EAGAIN while anybody has the file open for writing; the other refusals say nothing. It is
	// given back at once, before a writer that comes now would have to wait for it.
	_, err := unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, unix.F_RDLCK)
	if err == nil {
		_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, unix.F_UNLCK)
	}
	return errors.Is(err, unix.EAGAIN)
}
