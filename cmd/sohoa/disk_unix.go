//go:build unix

package main

import "syscall"

// space is how much room a file system has, in bytes.
type space struct {
	device      uint64 // the same for everything on one file system
	free, total uint64
}

// diskOf asks for the space an ordinary user of the file system of path has.
func diskOf(path string) (space, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(path, &st); err != nil {
		return space{}, err
	}
	var f syscall.Stat_t
	if err := syscall.Stat(path, &f); err != nil {
		return space{}, err
	}
	return space{device: uint64(f.Dev), free: st.Bavail * uint64(st.Bsize), total: st.Blocks * uint64(st.Bsize)}, nil
}
