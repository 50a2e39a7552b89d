package durable

import (
	"os"

	"golang.org/x/sys/unix"
)

// Begin asks the kernel to start writing the dirty pages of n bytes from off (0: to the end) and does not wait. A Sync
// that follows has less to do; durability still comes from Sync alone, so a refusal is of no consequence.
func Begin(f *os.File, off, n int64) {
	_ = unix.SyncFileRange(int(f.Fd()), off, n, unix.SYNC_FILE_RANGE_WRITE)
}

// Forget drops what memory holds of a file's bytes, so that the next read comes from the disk. Dirty pages stay: a file that
// was never synced is not what Forget is for.
func Forget(f *os.File) { _ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) }
