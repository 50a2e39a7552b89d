//go:build unix

package main

import "syscall"

// space is how much room a file system has, in bytes.
type space struct{ free, total uint64 }

// diskOf asks for the space an ordinary user of the file system of path has.
func diskOf(path string) (space, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(path, &st); err != nil {
		return space{}, err
	}
	return space{free: st.Bavail * uint64(st.Bsize), total: st.Blocks * uint64(st.Bsize)}, nil
}
