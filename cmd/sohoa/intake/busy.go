//go:build unix

package intake

import (
	"bytes"
	"errors"

	"golang.org/x/sys/unix"
)

// locked reports that another process holds a write lock on the file, by flock or by a range of bytes, as file servers do for
// their clients.
func locked(fd int) bool {
	if err := unix.Flock(fd, unix.LOCK_SH|unix.LOCK_NB); errors.Is(err, unix.EWOULDBLOCK) {
		return true
	} else if err == nil {
		_ = unix.Flock(fd, unix.LOCK_UN)
	}
	l := unix.Flock_t{Type: unix.F_RDLCK}
	return unix.FcntlFlock(uintptr(fd), unix.F_GETLK, &l) == nil && l.Type != unix.F_UNLCK
}

// isBusy reports that the system refused to open a file because somebody else has it.
func isBusy(err error) bool {
	return errors.Is(err, unix.EBUSY) || errors.Is(err, unix.ETXTBSY) || errors.Is(err, unix.EAGAIN)
}

// tail is how much of the end of a file is looked at. Programs put at most a few hundred bytes behind a PDF's last word.
const tail = 2048

// looksWhole reports whether the end of a file looks like the end of its kind. It is true for kinds whose end says nothing.
func (p *Paper) looksWhole() (bool, error) {
	head := make([]byte, 1024)
	n, err := p.f.ReadAt(head, 0)
	if n == 0 && err != nil {
		return true, nil // empty: nothing will tell
	}
	head = head[:n]
	var last []byte
	switch {
	case bytes.Contains(head, []byte("%PDF-")):
		last = []byte("%%EOF")
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		last = []byte("\xff\xd9")
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n")):
		last = []byte("IEND")
	default:
		return true, nil
	}
	end := make([]byte, min(tail, p.Size))
	if n, err = p.f.ReadAt(end, p.Size-int64(len(end))); n < len(end) {
		return false, err
	}
	return bytes.Contains(end, last), nil
}
