package pdf

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// view maps a file into memory. The pages belong to the file and not to the process, so that a paper of 500 MB does not count against
// the memory of a child. release unmaps it; nothing read from data may be used after that.
func view(f *os.File) (data []byte, release func(), err error) {
	st, err := f.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("stat %s: %w", f.Name(), err)
	}
	size := st.Size()
	if size == 0 {
		return nil, func() {}, nil
	}
	if size != int64(int(size)) {
		return nil, nil, fmt.Errorf("map %s: too large", f.Name())
	}
	data, err = unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, fmt.Errorf("map %s: %w", f.Name(), err)
	}
	return data, func() { _ = unix.Munmap(data) }, nil
}
