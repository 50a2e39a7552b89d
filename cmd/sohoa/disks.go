package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sohoa/archive"
)

// diskUse is a folder the house writes to, and what lies there.
type diskUse struct{ use, path string }

// disks implements archive.Disks: folders on one file system are told as one.
type disks []diskUse

// disksOf lists the folders of a house. Each may be a mount of its own.
func disksOf(o *options) disks {
	var d disks
	add := func(use, path string) {
		if path != "" {
			d = append(d, diskUse{use, path})
		}
	}
	local := func(address, otherwise string) string {
		if address == "" {
			return otherwise
		}
		dir, ok := strings.CutPrefix(address, "file:")
		if !ok {
			return "" // a bucket's disk is not ours to look at
		}
		return dir
	}
	add("store", local(o.store, filepath.Join(o.data, "store")))
	add("second store", local(o.secondStore, ""))
	if file, ok := strings.CutPrefix(o.catalogDSN(), "sqlite:"); ok {
		add("catalog", filepath.Dir(file))
	}
	for _, name := range []string{"spool", "quarantine", "derived", "index", "scratch"} {
		add(name, filepath.Join(o.data, name))
	}
	return d
}

// Disks implements archive.Disks.
func (d disks) Disks() ([]archive.Disk, error) {
	var out []archive.Disk
	at := map[uint64]int{}
	for _, u := range d {
		path, err := standing(u.path)
		if err != nil {
			return nil, err
		}
		room, err := diskOf(path)
		if err != nil {
			return nil, err
		}
		i, ok := at[room.device]
		if !ok {
			i = len(out)
			at[room.device] = i
			out = append(out, archive.Disk{Free: int64(room.free), Total: int64(room.total)})
		}
		out[i].Uses = append(out[i].Uses, u.use)
	}
	return out, nil
}

// standing returns the nearest folder above path that is there: a folder that is made later will lie on its disk.
func standing(path string) (string, error) {
	for {
		_, err := os.Stat(path)
		up := filepath.Dir(path)
		if !errors.Is(err, fs.ErrNotExist) || up == path {
			return path, err
		}
		path = up
	}
}
