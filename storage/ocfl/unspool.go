package ocfl

import (
	"context"
	"slices"

	"sohoa/archive"
)

// Unspool implements archive.Vault. A half-made version is known by the note that Commit left in the spool; one that its
// root inventory names was committed, whatever the caller was told, and stays.
func (v *Vault) Unspool(ctx context.Context, intent archive.ID) error {
	if intent.IsZero() {
		return archive.Errorf(archive.Invalid, "unspool without an intent")
	}
	note, err := v.spool.ReadNote(intent)
	if err != nil {
		return err
	}
	if note != "" {
		if err := v.abandon(ctx, intent, archive.ObjectID(note)); err != nil {
			return err
		}
	}
	return v.spool.Remove(ctx, intent)
}

// abandon removes what an unfinished commit of an intent left in an object.
func (v *Vault) abandon(ctx context.Context, intent archive.ID, id archive.ObjectID) error {
	defer v.locks.lock(id)()
	root := v.layout.root(id)
	o, err := v.load(ctx, id)
	if archive.KindOf(err) == archive.NotFound {
		return v.clearOwn(ctx, intent, root, root+"/v1")
	}
	if err != nil {
		return err
	}
	if slices.ContainsFunc(o.history(), func(w archive.ObjectVersion) bool { return w.Intent == intent }) {
		return v.mend(ctx, o)
	}
	folder := o.key(o.name(o.head + 1))
	return v.clearOwn(ctx, intent, folder, folder)
}

// clearOwn removes a folder unless the inventory of the version in it says that another intent made it.
func (v *Vault) clearOwn(ctx context.Context, intent archive.ID, folder, version string) error {
	b, err := read(ctx, v.store, version+"/"+inventoryFile)
	if err != nil && archive.KindOf(err) != archive.NotFound {
		return err
	}
	if inv, e := parseInventory(b); err == nil && e == nil && inv.describe(inv.head).Intent != intent {
		return nil
	}
	return v.clear(ctx, folder)
}

func (inv *inventory) history() []archive.ObjectVersion {
	var out []archive.ObjectVersion
	for n := 1; n <= inv.head; n++ {
		out = append(out, inv.describe(n))
	}
	return out
}
