package ocfl

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"sohoa/archive"
)

// object is an object as its root inventory describes it.
type object struct {
	*inventory
	root    string // its folder in the store
	raw     []byte // the root inventory
	sidecar []byte // the root sidecar; nil when it is missing
	stale   bool   // the sidecar is not that of raw, and must be written again
}

// load reads an object. NotFound when there is none, or when one is being made; Corrupt when what is there cannot be relied
// on.
func (v *Vault) load(ctx context.Context, id archive.ObjectID) (*object, error) {
	if id == "" {
		return nil, archive.Errorf(archive.Invalid, "object without an id")
	}
	o, err := v.loadFrom(ctx, v.layout.root(id))
	if err != nil {
		return nil, err
	}
	if o.ID != string(id) {
		return nil, archive.Errorf(archive.Corrupt, "object %s: the inventory is of %q", id, o.ID)
	}
	return o, nil
}

func (v *Vault) loadFrom(ctx context.Context, root string) (*object, error) {
	o := &object{root: root}
	var err error
	if o.raw, err = read(ctx, v.store, o.key(inventoryFile)); err != nil {
		if archive.KindOf(err) == archive.NotFound && v.trees != nil {
			// Where objects appear whole, one without an inventory is damaged, not unfinished.
			if _, e := v.store.Stat(ctx, o.key(objectNamaste)); e == nil {
				return nil, archive.Errorf(archive.Corrupt, "object in %s: no inventory", root)
			}
		}
		return nil, err
	}
	if o.inventory, err = parseInventory(o.raw); err != nil {
		return nil, err
	}
	o.sidecar, err = read(ctx, v.store, o.key(o.sidecarFile()))
	if err != nil && archive.KindOf(err) != archive.NotFound {
		return nil, err
	}
	want := sidecar(o.newHash(), o.raw)
	if sidecarDigest(o.sidecar) == sidecarDigest(want) {
		return o, nil
	}
	// A commit was cut short between inventory and sidecar, or is just there now; otherwise the inventory was damaged.
	copied, err := read(ctx, v.store, o.key(o.Head+"/"+inventoryFile))
	if err != nil && archive.KindOf(err) != archive.NotFound {
		return nil, err
	}
	sound := bytes.Equal(copied, o.raw)
	if sound { // on a disk it may be the same file under two names: its own sidecar has the last word
		side, err := read(ctx, v.store, o.key(o.Head+"/"+o.sidecarFile()))
		if err != nil && archive.KindOf(err) != archive.NotFound {
			return nil, err
		}
		sound = err != nil || sidecarDigest(side) == sidecarDigest(want)
	}
	if !sound {
		return nil, archive.Errorf(archive.Corrupt, "object in %s: the inventory is not what its digest says", root)
	}
	o.stale = true
	return o, nil
}

// key returns the store's key of a file of the object.
func (o *object) key(name string) string { return o.root + "/" + name }

// mend writes the root sidecar of a commit that was cut short.
func (v *Vault) mend(ctx context.Context, o *object) error {
	if !o.stale {
		return nil
	}
	key, text := o.key(o.sidecarFile()), sidecar(o.newHash(), o.raw)
	var err error
	if o.sidecar == nil {
		err = v.store.Create(ctx, key, bytes.NewReader(text))
	} else {
		err = v.store.Replace(ctx, key, archive.DigestOf(o.sidecar), bytes.NewReader(text))
	}
	if err != nil {
		return err
	}
	o.sidecar, o.stale = text, false
	return nil
}

// Inventory implements archive.Vault. Sizes are asked of the store file by file; a file that is not there makes the object
// Corrupt.
func (v *Vault) Inventory(ctx context.Context, id archive.ObjectID) (archive.Inventory, error) {
	o, err := v.load(ctx, id)
	if err != nil {
		return archive.Inventory{}, err
	}
	if err := v.declared(ctx, o); err != nil {
		return archive.Inventory{}, err
	}
	out := archive.Inventory{Object: id, Head: o.head}
	for n := 1; n <= o.head; n++ {
		out.Versions = append(out.Versions, o.describe(n))
	}
	for d, paths := range o.Versions[o.Head].State {
		info, err := v.store.Stat(ctx, o.key(o.Manifest[d][0]))
		if err != nil {
			return archive.Inventory{}, o.missing(err, o.Manifest[d][0])
		}
		for _, p := range paths {
			out.Files = append(out.Files, archive.ObjectFile{Path: p, Digest: o.digest(d), Size: info.Size})
		}
	}
	slices.SortFunc(out.Files, func(a, b archive.ObjectFile) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

// declared checks the file that makes a folder an object (§3.3). Reading a file of an object does without it.
func (v *Vault) declared(ctx context.Context, o *object) error {
	for name, text := range map[string]string{objectNamaste: objectText, "0=ocfl_object_1.0": "ocfl_object_1.0\n"} {
		b, err := read(ctx, v.store, o.key(name))
		if err == nil && string(b) == text {
			return nil
		}
		if err != nil && archive.KindOf(err) != archive.NotFound {
			return err
		}
	}
	return archive.Errorf(archive.Corrupt, "object %s: no sound %s", o.ID, objectNamaste)
}

// missing turns the absence of a file that the inventory names into damage.
func (o *object) missing(err error, name string) error {
	if archive.KindOf(err) == archive.NotFound {
		return archive.Errorf(archive.Corrupt, "object %s: %s is not there", o.ID, name)
	}
	return err
}
