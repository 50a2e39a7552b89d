package pdf

import (
	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"
)

// reserved gives WebAssembly its memory: the address range of the largest size is set aside without being usable or counted, and made usable
// as it grows. Growing a Go slice instead would hold the old and the new memory together while it copies, and leave the old one to the
// garbage collector: a page that takes 400 MB would then take more than a child may have.
func reserved(_, most uint64) experimental.LinearMemory {
	all, err := unix.Mmap(-1, 0, int(most), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		return &linear{}
	}
	return &linear{all: all}
}

type linear struct {
	all  []byte
	open int
}

// Reallocate implements experimental.LinearMemory. nil means that there is no more.
func (l *linear) Reallocate(size uint64) []byte {
	if size > uint64(len(l.all)) {
		return nil
	}
	if n := int(size); n > l.open {
		if err := unix.Mprotect(l.all[:n], unix.PROT_READ|unix.PROT_WRITE); err != nil {
			return nil
		}
		l.open = n
	}
	return l.all[:size]
}

// Free implements experimental.LinearMemory.
func (l *linear) Free() {
	if l.all != nil {
		_ = unix.Munmap(l.all)
		l.all, l.open = nil, 0
	}
}
