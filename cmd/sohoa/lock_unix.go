//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"sohoa/archive"
)

// lockFolder takes the data folder for this process. The lock goes with the process, however it ends.
func lockFolder(dir string) (io.Closer, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		f.Close()
		return nil, archive.Fault(archive.Conflict, "folder_in_use", archive.Text{
			VI: "thư mục dữ liệu đang được một máy chủ sohoa sử dụng; hãy dừng máy chủ, hoặc làm qua máy chủ bằng --server URL và SOHOA_TOKEN",
			EN: "a running sohoa holds this data folder; stop it, or work through it with --server URL and SOHOA_TOKEN"})
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	return f, nil
}
