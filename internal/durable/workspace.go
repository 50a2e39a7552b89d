//go:build unix

package durable

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Names in a folder that holds workspaces: "work-<word>" the workspace, "work-<word>.lock" the file its process locks.
const (
	workPrefix = "work-"
	lockSuffix = ".lock"
)

// Workspace is a folder of unfinished things that belongs to one process: whatever lies there when the process is gone is
// rubbish, and the next Claim removes it. The process is told alive by a lock on a file, which the kernel drops with it.
type Workspace struct {
	folder *Folder
	name   string
	lock   *os.File
}

// Claim makes a workspace in d and removes those whose process is gone. The caller closes it.
func Claim(d *Folder) (*Workspace, error) {
	if err := sweep(d); err != nil {
		return nil, fmt.Errorf("sweep workspaces of %s: %w", d.Name(), err)
	}
	w := &Workspace{folder: d, name: workPrefix + strings.ToLower(rand.Text())}
	// Locked under a name no sweep looks at, then renamed: a lock file is never seen unlocked while its process lives.
	hidden := "." + w.name
	f, err := d.Create(hidden)
	if err != nil {
		return nil, fmt.Errorf("claim workspace: %w", err)
	}
	// Held open for reading only, so that an idle process does not keep a file system from going read-only.
	err = f.Close()
	if err == nil {
		w.lock, err = d.Open(hidden)
	}
	if err == nil {
		// Refused by network file systems without such locks. A sweep is refused there too and removes nothing: after a
		// crash the workspace is then removed by hand.
		_ = unix.Flock(int(w.lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		err = d.Rename(hidden, w.name+lockSuffix)
	}
	if err == nil {
		err = d.Mkdir(w.name)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("claim workspace: %w", err), w.Close())
	}
	return w, nil
}

// Path returns the name, in the folder the workspace was claimed in, of something inside it.
func (w *Workspace) Path(name string) string { return w.name + "/" + name }

// Close removes the workspace and what is in it.
func (w *Workspace) Close() error {
	err := w.folder.RemoveAll(w.name)
	for _, name := range []string{w.name + lockSuffix, "." + w.name} {
		if e := w.folder.Remove(name); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	if w.lock != nil {
		err = errors.Join(err, w.lock.Close())
	}
	return err
}

func sweep(d *Folder) error {
	entries, err := fs.ReadDir(d.root.FS(), ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "."+workPrefix) {
			// Its process was between Create and Rename; a minute later it is there no more.
			if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > time.Minute {
				if err := d.Remove(e.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
			}
			continue
		}
		name, ok := strings.CutSuffix(e.Name(), lockSuffix)
		if !ok || !strings.HasPrefix(name, workPrefix) {
			continue
		}
		if err := sweepOne(d, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// sweepOne removes a workspace unless its process still holds the lock. The folder goes before the lock file, so that an
// interrupted sweep is begun again by the next one.
func sweepOne(d *Folder, name string) error {
	f, err := d.Open(name + lockSuffix)
	if err != nil {
		return err
	}
	defer f.Close()
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		return nil
	}
	if err := d.RemoveAll(name); err != nil {
		return err
	}
	return d.Remove(name + lockSuffix)
}
