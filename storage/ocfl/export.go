package ocfl

import (
	"bytes"
	"context"
	"io"
	"strings"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// Exported is one file on its way out of a store. Its name is a key of the store. Of an object, the root inventory comes last.
type Exported struct {
	Key    string
	Object string // folder of the object it belongs to; "" for a file of the storage root
	Last   bool   // of its object
	Size   int64
	Body   io.Reader // checked against the inventory while it is read, where that names it
}

// Export hands over every file of the store, object by object, each as its root inventory described it at one moment; commits
// may go on meanwhile. Files that no inventory names stay behind. A damaged object goes to skipped and not to each.
func (v *Vault) Export(ctx context.Context, each func(Exported) error, skipped func(root string, err error)) error {
	for _, name := range []string{rootNamaste, layoutFile, layoutConfig} {
		b, err := read(ctx, v.store, name)
		if archive.KindOf(err) == archive.NotFound {
			continue
		}
		if err == nil {
			err = each(Exported{Key: name, Size: int64(len(b)), Body: bytes.NewReader(b)})
		}
		if err != nil {
			return err
		}
	}
	for root, err := range v.roots(ctx) {
		if err != nil {
			return err
		}
		o, err := v.loadFrom(ctx, root)
		switch archive.KindOf(err) {
		case archive.NotFound: // being made, or erased
			continue
		case archive.Corrupt:
			skipped(root, err)
			continue
		}
		if err != nil {
			return err
		}
		if err := v.exportObject(ctx, o, each); err != nil {
			if archive.KindOf(err) == archive.NotFound { // erased since it was listed
				skipped(root, err)
				continue
			}
			return err
		}
	}
	return nil
}

func (v *Vault) exportObject(ctx context.Context, o *object, each func(Exported) error) error {
	send := func(name string, last bool) error {
		r, err := v.store.Open(ctx, o.key(name))
		if err != nil {
			return err
		}
		defer r.Close()
		return each(Exported{Key: o.key(name), Object: o.root, Last: last, Size: r.Size(), Body: r})
	}
	sendBytes := func(name string, b []byte, last bool) error {
		return each(Exported{Key: o.key(name), Object: o.root, Last: last, Size: int64(len(b)), Body: bytes.NewReader(b)})
	}
	for _, paths := range o.Manifest {
		for _, p := range paths {
			if err := send(p, false); err != nil {
				return err
			}
		}
	}
	for n := 1; n <= o.head; n++ {
		for _, name := range []string{inventoryFile, o.sidecarFile()} {
			b, err := read(ctx, v.store, o.key(o.name(n)+"/"+name))
			if archive.KindOf(err) == archive.NotFound {
				continue
			}
			if err == nil {
				err = sendBytes(o.name(n)+"/"+name, b, false)
			}
			if err != nil {
				return err
			}
		}
	}
	declared, err := v.declarations(ctx, o)
	if err != nil {
		return err
	}
	for _, f := range declared {
		if err := sendBytes(f.Name, f.Bytes, false); err != nil {
			return err
		}
	}
	if err := sendBytes(o.sidecarFile(), o.sound(), false); err != nil {
		return err
	}
	return sendBytes(inventoryFile, o.raw, true)
}

// Import takes in what Export handed over, in its order. What the store has already stays: an object with a longer history is
// newer than its copy, and one with a shorter is carried on. It is used by one goroutine.
type Import struct {
	v       *Vault
	passing *blob.Passing
	root    string
	files   []blob.TreeFile
	Objects int64 // made or carried on
	Kept    int64 // that were there, whole or newer
	Apart   []string
}

// Import begins to take in an export. The caller calls Close.
func (v *Vault) Import() *Import { return &Import{v: v, passing: v.spool.Passing()} }

// maxHeld is how large a file of an object may be to wait in memory for the others.
const maxHeld = 64 << 10

// Put takes one file. An object appears with its last.
func (im *Import) Put(ctx context.Context, f Exported) error {
	if err := blob.CheckKey(f.Key); err != nil {
		return err
	}
	if f.Object == "" {
		return im.rootFile(ctx, f)
	}
	name, ok := strings.CutPrefix(f.Key, f.Object+"/")
	if !ok || !im.v.isRoot(f.Object) || im.root != "" && im.root != f.Object {
		return archive.Errorf(archive.Corrupt, "%s is out of its place in the export", f.Key)
	}
	im.root = f.Object
	if f.Size <= maxHeld || f.Last && f.Size <= maxDocument { // the root inventory is read, however long the history
		b, err := io.ReadAll(io.LimitReader(f.Body, f.Size+1))
		if err != nil {
			return err
		}
		im.files = append(im.files, blob.TreeFile{Name: name, Bytes: b})
	} else {
		s, err := im.passing.Write(ctx, f.Body, f.Size)
		if err != nil {
			return err
		}
		im.files = append(im.files, blob.TreeFile{Name: name, Spooled: s})
	}
	if !f.Last {
		return nil
	}
	err := im.object(ctx)
	im.files, im.root = nil, ""
	if e := im.passing.Discard(); err == nil {
		err = e
	}
	return err
}

// rootFile makes sure that both stores are laid out alike.
func (im *Import) rootFile(ctx context.Context, f Exported) error {
	theirs, err := io.ReadAll(io.LimitReader(f.Body, maxDocument))
	if err != nil {
		return err
	}
	ours, err := read(ctx, im.v.store, f.Key)
	if err != nil {
		return err
	}
	if !bytes.Equal(ours, theirs) {
		return refuse("unknown_store_layout", textNewer, archive.Errorf(archive.Conflict, "%s differs", f.Key))
	}
	return nil
}

func (im *Import) object(ctx context.Context) error {
	raw := im.files[len(im.files)-1].Bytes
	inv, err := parseInventory(raw)
	if err != nil {
		return err
	}
	v := im.v
	defer v.locks.lock(archive.ObjectID(inv.ID))()
	old, err := v.loadFrom(ctx, im.root)
	switch {
	case archive.KindOf(err) == archive.NotFound:
		im.Objects++
		return v.placeWhole(ctx, im.root, im.files)
	case err != nil:
		return err
	}
	next := &object{inventory: inv, root: im.root, raw: raw}
	next.sidecar = next.sound()
	longer, shorter := old, next
	if next.head > old.head {
		longer, shorter = next, old
	}
	same, err := continues(longer, shorter, func(name string) ([]byte, error) {
		if longer == old {
			return read(ctx, v.store, old.key(name))
		}
		return im.held(name)
	})
	if err != nil && archive.KindOf(err) != archive.Corrupt { // Corrupt: it has no inventory of that version to compare
		return err
	}
	if !same {
		im.Apart = append(im.Apart, inv.ID)
		return nil
	}
	if longer == old {
		im.Kept++
		return nil
	}
	im.Objects++
	return v.placeVersions(ctx, old, next, func(n int) ([]blob.TreeFile, error) { return within(next.name(n), im.files), nil })
}

// held returns a document of the object that is being taken in.
func (im *Import) held(name string) ([]byte, error) {
	for _, f := range im.files {
		if f.Name != name {
			continue
		}
		if f.Spooled == nil {
			return f.Bytes, nil
		}
		r, err := f.Spooled.Open()
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(io.LimitReader(r, maxDocument))
	}
	return nil, archive.Errorf(archive.NotFound, "%s is not in the export", name)
}

// Close gives up an object that was begun and not ended.
func (im *Import) Close() error { return im.passing.Discard() }

// Export of a pair is that of its first store.
func (p *Pair) Export(ctx context.Context, each func(Exported) error, skipped func(root string, err error)) error {
	return p.first.Export(ctx, each, skipped)
}

// Import of a pair goes into its first store; the second follows.
func (p *Pair) Import() *Import { return p.first.Import() }
