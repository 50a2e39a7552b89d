package ocfl

import (
	"context"
	"encoding/json"
	"iter"
	"path"
	"strings"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// List implements archive.Vault: one folder's names at a time, and of each object the id in its inventory, since the
// name of its folder is a hash of it. An object that lies where its id does not belong is Corrupt too.
func (v *Vault) List(ctx context.Context) iter.Seq2[archive.ObjectID, error] {
	return func(yield func(archive.ObjectID, error) bool) {
		for root, err := range v.roots(ctx) {
			var id archive.ObjectID
			if err == nil {
				id, err = v.idAt(ctx, root)
			}
			if id == "" && err == nil {
				continue
			}
			if !yield(id, err) || err != nil && archive.KindOf(err) != archive.Corrupt {
				return
			}
		}
	}
}

// idAt returns the id of the object in a folder, and "" when one is being made or erased there.
func (v *Vault) idAt(ctx context.Context, root string) (archive.ObjectID, error) {
	b, err := read(ctx, v.store, root+"/"+inventoryFile)
	if archive.KindOf(err) == archive.NotFound {
		if v.trees != nil {
			if _, e := v.store.Stat(ctx, root+"/"+objectNamaste); e == nil {
				return "", archive.Errorf(archive.Corrupt, "object in %s: no inventory", root)
			}
		}
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var inv struct {
		ID archive.ObjectID `json:"id"`
	}
	if err := json.Unmarshal(b, &inv); err != nil {
		return "", archive.Errorf(archive.Corrupt, "inventory in %s: %w", root, err)
	}
	if v.layout.root(inv.ID) != root {
		return "", archive.Errorf(archive.Corrupt, "inventory in %s is of %q, which belongs elsewhere", root, inv.ID)
	}
	return inv.ID, nil
}

// roots walks the folders where objects lie.
func (v *Vault) roots(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if f, ok := v.store.(blob.Folders); ok {
			v.descend(ctx, f, "", 0, yield)
			return
		}
		// Without folders to name, every key is walked and the root inventories picked out.
		for info, err := range v.store.List(ctx, "") {
			if err != nil {
				yield("", err)
				return
			}
			root, ok := strings.CutSuffix(info.Key, "/"+inventoryFile)
			if ok && v.isRoot(root) && !yield(root, nil) {
				return
			}
		}
	}
}

func (v *Vault) descend(ctx context.Context, f blob.Folders, folder string, depth int, yield func(string, error) bool) bool {
	for name, err := range f.Folders(ctx, folder) {
		if err != nil {
			yield("", err)
			return false
		}
		if !v.layout.isName(depth, name) {
			continue
		}
		child := path.Join(folder, name)
		if depth < v.layout.Tuples {
			if !v.descend(ctx, f, child, depth+1, yield) {
				return false
			}
		} else if !yield(child, nil) {
			return false
		}
	}
	return true
}

func (v *Vault) isRoot(p string) bool {
	names := strings.Split(p, "/")
	if len(names) != v.layout.Tuples+1 {
		return false
	}
	for depth, name := range names {
		if !v.layout.isName(depth, name) {
			return false
		}
	}
	return true
}
