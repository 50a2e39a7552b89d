package blob

import (
	"context"
	"errors"
	"io"
	"path"
	"slices"

	"sohoa/archive"
	"sohoa/internal/durable"
)

// Replace implements Store.
func (d *Disk) Replace(ctx context.Context, key string, expected archive.Digest, r io.Reader) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	temp, err := d.stage(ctx, r)
	if err != nil {
		return stageFault("replace", key, err)
	}
	defer d.spool.folder.Remove(temp)
	err = d.exchange(temp, key, expected)
	if err == nil {
		err = d.spool.at("sync folder")
	}
	if err == nil {
		err = d.folder.SyncDir(path.Dir(key))
	}
	return Fault("replace", key, err)
}

// Swap implements Swapper: the key becomes another name of the file that From names.
func (d *Disk) Swap(ctx context.Context, swaps []Swap) error {
	var folders []string
	for _, s := range swaps {
		if err := d.swapOne(ctx, s); err != nil {
			return Fault("swap", s.Key, err)
		}
		if dir := path.Dir(s.Key); !slices.Contains(folders, dir) {
			folders = append(folders, dir)
		}
	}
	for _, dir := range folders {
		err := d.spool.at("sync folder")
		if err == nil {
			err = d.folder.SyncDir(dir)
		}
		if err != nil {
			return Fault("swap", dir, err)
		}
	}
	return nil
}

func (d *Disk) swapOne(ctx context.Context, s Swap) error {
	if err := errors.Join(CheckKey(s.Key), CheckKey(s.From), ctx.Err()); err != nil {
		return err
	}
	temp := d.spool.scratch()
	err := d.folder.LinkTo(s.From, d.spool.folder, temp)
	if err != nil && durable.CannotLink(err) {
		var r *diskReader
		if r, err = openFile(d.folder, s.From); err == nil {
			temp, err = d.stage(ctx, r)
			r.Close()
		}
	}
	if err != nil {
		return err
	}
	defer d.spool.folder.Remove(temp)
	return d.exchange(temp, s.Key, s.Expected)
}

// exchange puts a finished file of the workspace in the place of what is under key, if that is what is expected.
func (d *Disk) exchange(temp, key string, expected archive.Digest) error {
	d.swap.Lock()
	defer d.swap.Unlock()
	if err := d.expect(key, expected); err != nil {
		return err
	}
	if err := d.spool.at("rename file"); err != nil {
		return err
	}
	return d.spool.folder.MoveTo(temp, d.folder, key)
}

func (d *Disk) expect(key string, expected archive.Digest) error {
	f, err := openFile(d.folder, key)
	if err != nil {
		return err
	}
	defer f.Close()
	h := archive.NewHasher()
	if _, err := io.Copy(h, f.file); err != nil {
		return err
	}
	if h.Digest() != expected {
		return archive.Errorf(archive.Conflict, "what is there hashes to %s, not %s", h.Digest(), expected)
	}
	return nil
}
