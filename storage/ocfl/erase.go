package ocfl

import (
	"context"

	"sohoa/archive"
)

// Erase implements archive.Vault. On a disk the object vanishes by one rename. Elsewhere its root inventory goes first, so
// that it is no object any more; a crash then leaves keys that Erase, called again, removes.
func (v *Vault) Erase(ctx context.Context, id archive.ObjectID) error {
	if id == "" {
		return archive.Errorf(archive.Invalid, "erase an object without an id")
	}
	defer v.locks.lock(id)()
	root := v.layout.root(id)
	if v.trees == nil {
		if err := v.store.Delete(ctx, root+"/"+inventoryFile); err != nil {
			return err
		}
	}
	return v.clear(ctx, root)
}

// clear removes every key of a folder.
func (v *Vault) clear(ctx context.Context, folder string) error {
	if v.trees != nil {
		return v.trees.RemoveTree(ctx, folder)
	}
	var keys []string
	for info, err := range v.store.List(ctx, folder) {
		if err != nil {
			return err
		}
		keys = append(keys, info.Key)
	}
	for _, key := range keys {
		if err := v.store.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
