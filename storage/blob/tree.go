package blob

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"sohoa/archive"
	"sohoa/internal/durable"
)

// CreateTree implements Trees: the tree is staged in the workspace, every file and folder of it made durable, and one
// rename puts it in its place. A crash before the rename leaves a dead workspace, which the next OpenSpool removes; a crash
// after it leaves the whole tree.
func (d *Disk) CreateTree(ctx context.Context, prefix string, files []TreeFile) error {
	if err := checkTree(prefix, files); err != nil {
		return err
	}
	err := d.createTree(ctx, prefix, files)
	return Fault("create tree", prefix, err)
}

func checkTree(prefix string, files []TreeFile) error {
	if err := CheckKey(prefix); err != nil {
		return err
	}
	if len(files) == 0 {
		return archive.Errorf(archive.Invalid, "tree %s without files", prefix)
	}
	for i, f := range files {
		if err := CheckKey(f.Name); err != nil {
			return err
		}
		if err := CheckKey(prefix + "/" + f.Name); err != nil {
			return err
		}
		if f.SameAs != "" && !slices.ContainsFunc(files[:i], func(g TreeFile) bool { return g.Name == f.SameAs }) {
			return archive.Errorf(archive.Invalid, "tree %s: no earlier file %s", prefix, f.SameAs)
		}
	}
	return nil
}

// createTries bounds how often something is placed again because a neighbour made or removed the parent folder meanwhile.
const createTries = 8

func (d *Disk) createTree(ctx context.Context, prefix string, files []TreeFile) error {
	for try := 1; ; try++ {
		// Missing parents are staged with the tree: no empty folder is ever seen, and one rename and one fsync place all.
		ground, missing, err := d.ground(prefix)
		if err != nil {
			return err
		}
		stage := d.spool.scratch()
		err = d.stageTree(ctx, stage, path.Join(stage, missing), files)
		staged, moved := err == nil, false
		if staged {
			first, _, _ := strings.Cut(missing, "/")
			moved, err = d.placeTree(path.Join(stage, first), ground, path.Join(ground, first))
		}
		// What cannot be removed here goes with the workspace.
		_ = d.spool.folder.RemoveAll(stage)
		if err == nil {
			return nil
		}
		raced := durable.IsTaken(err) && strings.Contains(missing, "/") || errors.Is(err, fs.ErrNotExist) && ground != "."
		if !staged || moved || !raced || try == createTries {
			return err
		}
	}
}

// ground returns the deepest folder above prefix that is there, and what is missing from it down to prefix.
func (d *Disk) ground(prefix string) (ground, missing string, err error) {
	if _, err := d.folder.Stat(prefix); err == nil {
		return "", "", fs.ErrExist
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", "", err
	}
	ground = path.Dir(prefix)
	for ground != "." {
		_, err := d.folder.Stat(ground)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", "", err
		}
		ground = path.Dir(ground)
	}
	if ground == "." {
		return ground, prefix, nil
	}
	return ground, strings.TrimPrefix(prefix, ground+"/"), nil
}

// placeTree puts a staged folder at to and makes that durable; moved says that the tree is to be seen, whatever err says.
func (d *Disk) placeTree(stage, ground, to string) (moved bool, err error) {
	if err := d.spool.at("rename tree"); err != nil {
		return false, err
	}
	if err := d.spool.folder.MoveTo(stage, d.folder, to); err != nil {
		return false, err
	}
	if err := d.spool.at("sync folder"); err != nil {
		return true, err
	}
	return true, d.folder.SyncDir(ground)
}

// stageTree writes the files below base, a folder somewhere in stage, and makes them and every folder below stage
// durable. Their order among each other is of no matter: nothing is in its place before the rename.
func (d *Disk) stageTree(ctx context.Context, stage, base string, files []TreeFile) error {
	w := d.spool.folder
	var open []*os.File
	defer func() {
		for _, f := range open {
			f.Close()
		}
	}()
	var folders []string // below stage, which itself is thrown away
	for dir := base; dir != stage; dir = path.Dir(dir) {
		folders = append(folders, dir)
	}
	if _, err := w.MkdirAll(base); err != nil {
		return err
	}
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		name := path.Join(base, file.Name)
		for dir := path.Dir(name); dir != base && !slices.Contains(folders, dir); dir = path.Dir(dir) {
			folders = append(folders, dir)
		}
		if _, err := w.MkdirAll(path.Dir(name)); err != nil {
			return err
		}
		f, err := d.stageFile(ctx, base, name, file)
		if err != nil {
			return err
		}
		if f != nil {
			open = append(open, f)
		}
	}
	if err := d.spool.at("sync tree"); err != nil {
		return err
	}
	return w.SyncAll(open, folders)
}

// stageFile makes one file of a tree and returns it open when its bytes are not durable yet.
func (d *Disk) stageFile(ctx context.Context, base, name string, file TreeFile) (*os.File, error) {
	w := d.spool.folder
	if err := d.spool.at("write file"); err != nil {
		return nil, err
	}
	var from string
	if own, ok := file.Spooled.(*Spooled); ok && own.spool == d.spool {
		from = own.name
	}
	if file.SameAs != "" {
		from = path.Join(base, file.SameAs)
	}
	if from != "" {
		err := w.Link(from, name)
		if err == nil || !durable.CannotLink(err) {
			return nil, err
		}
	}
	f, err := w.Create(name)
	if err != nil {
		return nil, err
	}
	if err := d.copyInto(ctx, f, from, file); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (d *Disk) copyInto(ctx context.Context, f *os.File, from string, file TreeFile) error {
	var src *os.File
	var err error
	switch {
	case from != "":
		src, err = d.spool.folder.Open(from)
	case file.Spooled != nil:
		src, err = file.Spooled.Open()
	default:
		_, err = f.Write(file.Bytes)
		return err
	}
	if err != nil {
		return err
	}
	defer src.Close()
	digest, _, err := pour(ctx, f, src, -1)
	if err == nil && file.Spooled != nil && digest != file.Spooled.Digest() {
		err = archive.Errorf(archive.Corrupt, "spooled file is no longer %s", file.Spooled.Digest())
	}
	return err
}

// RemoveTree implements Trees: the tree is moved into the workspace, where nobody sees it, and then deleted. A parent that
// becomes empty goes too.
func (d *Disk) RemoveTree(_ context.Context, prefix string) error {
	if err := CheckKey(prefix); err != nil {
		return err
	}
	grave := d.spool.scratch()
	err := d.spool.at("move tree away")
	if err == nil {
		err = d.folder.MoveTo(prefix, d.spool.folder, grave)
	}
	there := !errors.Is(err, fs.ErrNotExist)
	if there && err == nil {
		err = d.folder.SyncDir(path.Dir(prefix))
	}
	if there && err == nil {
		err = d.spool.at("delete tree")
	}
	if there && err == nil {
		err = d.spool.folder.RemoveAll(grave)
	}
	if there && err != nil {
		return Fault("remove tree", prefix, err)
	}
	if parent := path.Dir(prefix); parent != "." {
		// Refused while anything else lies in it. A crash before this leaves an empty folder, which RemoveTree, called
		// again, takes; the next tree that is made there fills it.
		_ = d.folder.Remove(parent)
	}
	return nil
}
