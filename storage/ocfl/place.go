package ocfl

import (
	"bytes"
	"context"
	"strings"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// What comes from another store, or out of a backup, is put down here as a commit would have done it: files of versions first,
// the root inventory last.

// placeWhole makes an object of its files, the root inventory last among them. What a placing that was cut short left goes first:
// there is no object. The caller holds the lock.
func (v *Vault) placeWhole(ctx context.Context, root string, files []blob.TreeFile) error {
	if err := v.clear(ctx, root); err != nil {
		return err
	}
	if v.trees != nil {
		return v.trees.CreateTree(ctx, root, files)
	}
	last := len(files) - 1
	if err := v.put(ctx, root, files[:last]); err != nil {
		return err
	}
	return v.putOne(ctx, root, files[last])
}

// placeVersions carries an object on from old to next, whose history begins with old's; filesOf gives the files of a version's
// folder, named inside it. The caller holds the lock.
func (v *Vault) placeVersions(ctx context.Context, old, next *object, filesOf func(n int) ([]blob.TreeFile, error)) error {
	if err := v.mend(ctx, old); err != nil {
		return err
	}
	for n := old.head + 1; n <= next.head; n++ {
		folder := old.key(next.name(n))
		if err := v.clear(ctx, folder); err != nil {
			return err
		}
		files, err := filesOf(n)
		if err == nil && v.trees != nil {
			err = v.trees.CreateTree(ctx, folder, files)
		} else if err == nil {
			err = v.put(ctx, folder, files)
		}
		if err != nil {
			return err
		}
	}
	return v.turn(ctx, old, next)
}

// continues reports whether the history of longer begins as that of shorter: its version of that number has the same inventory.
// read reads a file of longer.
func continues(longer, shorter *object, read func(name string) ([]byte, error)) (bool, error) {
	if longer.head < shorter.head {
		return false, nil
	}
	name := longer.name(shorter.head) + "/" + inventoryFile
	began, err := read(name)
	if err != nil {
		return false, longer.missing(err, name)
	}
	return bytes.Equal(began, shorter.raw), nil
}

// declarations are the files that make a folder an object's: ours, and of an object made by an older tool its own.
func (v *Vault) declarations(ctx context.Context, o *object) (files []blob.TreeFile, err error) {
	for _, name := range []string{objectNamaste, "0=ocfl_object_1.0"} {
		b, err := read(ctx, v.store, o.key(name))
		if archive.KindOf(err) == archive.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		files = append(files, blob.TreeFile{Name: name, Bytes: b})
	}
	return files, nil
}

// within are those of files that lie in a folder, named inside it.
func within(folder string, files []blob.TreeFile) (in []blob.TreeFile) {
	for _, f := range files {
		if name, ok := strings.CutPrefix(f.Name, folder+"/"); ok {
			f.Name = name
			in = append(in, f)
		}
	}
	return in
}
