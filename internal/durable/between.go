//go:build unix

package durable

import (
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// LinkTo gives a file of d a second name in another folder on the same file system; fs.ErrExist when that is taken.
func (d *Folder) LinkTo(from string, other *Folder, to string) error {
	if d.bare {
		return &os.LinkError{Op: "link", Old: from, New: to, Err: unix.EPERM}
	}
	return between(d, from, other, to, "link", func(oldDir int, oldName string, newDir int, newName string) error {
		return unix.Linkat(oldDir, oldName, newDir, newName, 0)
	})
}

// MoveTo moves a file or a whole folder of d into another folder on the same file system. A file that is already there is
// replaced, and so is an empty folder by a folder; a folder with something in it is ENOTEMPTY or EEXIST.
func (d *Folder) MoveTo(from string, other *Folder, to string) error {
	return between(d, from, other, to, "rename", unix.Renameat)
}

// between runs a system call on two names of two roots. Each parent is opened through its root, and the call sees the last
// element only, so neither name leads out of its folder.
func between(d *Folder, from string, other *Folder, to, op string, call func(int, string, int, string) error) error {
	src, err := d.root.Open(path.Dir(from))
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := other.root.Open(path.Dir(to))
	if err != nil {
		return err
	}
	defer dst.Close()
	for {
		err = call(int(src.Fd()), path.Base(from), int(dst.Fd()), path.Base(to))
		if err != unix.EINTR {
			break
		}
	}
	if err != nil {
		return &os.LinkError{Op: op, Old: from, New: to, Err: err}
	}
	return nil
}
