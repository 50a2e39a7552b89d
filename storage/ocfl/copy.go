package ocfl

import (
	"context"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"sohoa/archive"
	"sohoa/storage/blob"
)

var textDiverge = archive.Text{VI: "Hai bản lưu của một đối tượng kể hai lịch sử khác nhau. Cần người xem xét; không bản nào bị sửa.",
	EN: "The two copies of an object tell different histories. A person must look; neither was changed."}

// CopyTo makes the object in another vault the same as it is here, in the order in which it grew: a version at a time, the
// root inventory last. It returns whether there was anything to do. A crash leaves what a cut-short Commit leaves, and the
// next CopyTo finishes it. An object that is not here is not touched there.
func (v *Vault) CopyTo(ctx context.Context, to *Vault, id archive.ObjectID) (copied bool, err error) {
	defer v.locks.lock(id)()
	from, err := v.load(ctx, id)
	if archive.KindOf(err) == archive.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer to.locks.lock(id)()
	old, err := to.load(ctx, id)
	switch {
	case archive.KindOf(err) == archive.NotFound:
		return true, v.copyWhole(ctx, to, from)
	case err != nil:
		return false, err
	}
	if err := v.sameHistory(ctx, from, old); err != nil {
		return false, err
	}
	if old.head == from.head {
		return old.stale, to.mend(ctx, old)
	}
	return true, v.copyVersions(ctx, to, from, old)
}

// sameHistory checks that what the copy holds is how the object began.
func (v *Vault) sameHistory(ctx context.Context, from, old *object) error {
	same, err := continues(from, old, func(name string) ([]byte, error) { return read(ctx, v.store, from.key(name)) })
	if err != nil || same {
		return err
	}
	return &archive.Error{Kind: archive.Conflict, Code: "copies_diverge", Msg: textDiverge,
		Err: archive.Errorf(archive.Conflict, "object %s: head %d here, %d in the copy", from.ID, from.head, old.head)}
}

func (v *Vault) copyWhole(ctx context.Context, to *Vault, from *object) error {
	copying := to.spool.Passing()
	defer copying.Discard()
	var files []blob.TreeFile
	for n := 1; n <= from.head; n++ {
		more, err := v.versionCopy(ctx, from, n, "", copying)
		if err != nil {
			return err
		}
		files = append(files, more...)
	}
	declared, err := v.declarations(ctx, from)
	if err != nil {
		return err
	}
	files = append(append(files, declared...), blob.TreeFile{Name: from.sidecarFile(), Bytes: from.sound()}, blob.TreeFile{Name: inventoryFile, Bytes: from.raw})
	return to.placeWhole(ctx, to.layout.root(archive.ObjectID(from.ID)), files)
}

func (v *Vault) copyVersions(ctx context.Context, to *Vault, from, old *object) error {
	copying := to.spool.Passing()
	defer copying.Discard()
	next := *from
	next.root, next.sidecar = old.root, from.sound()
	return to.placeVersions(ctx, old, &next, func(n int) ([]blob.TreeFile, error) {
		return v.versionCopy(ctx, from, n, from.name(n)+"/", copying)
	})
}

// sound returns the root sidecar as it should be, whatever it is.
func (o *object) sound() []byte { return sidecar(o.newHash(), o.raw) }

// versionCopy lists the files of version n's folder for a tree of another vault, named without prefix; content goes through
// its spool and is checked against the manifest on the way.
func (v *Vault) versionCopy(ctx context.Context, from *object, n int, prefix string, copying *blob.Passing) ([]blob.TreeFile, error) {
	folder := from.name(n) + "/"
	var files []blob.TreeFile
	for digest, paths := range from.Manifest {
		for _, p := range paths {
			if !strings.HasPrefix(p, folder) {
				continue
			}
			f, err := v.spoolCopy(ctx, from, p, digest, copying)
			if err != nil {
				return nil, err
			}
			files = append(files, blob.TreeFile{Name: p[len(prefix):], Spooled: f})
		}
	}
	slices.SortFunc(files, func(a, b blob.TreeFile) int { return strings.Compare(a.Name, b.Name) })
	for _, name := range []string{inventoryFile, from.sidecarFile()} {
		b, err := read(ctx, v.store, from.key(folder+name))
		if archive.KindOf(err) == archive.NotFound && n < from.head {
			continue // a version's inventory is a SHOULD (§3.6)
		}
		if err != nil {
			return nil, from.missing(err, folder+name)
		}
		files = append(files, blob.TreeFile{Name: (folder + name)[len(prefix):], Bytes: b})
	}
	return files, nil
}

func (v *Vault) spoolCopy(ctx context.Context, from *object, p, digest string, copying *blob.Passing) (*blob.Spooled, error) {
	r, err := v.store.Open(ctx, from.key(p))
	if err != nil {
		return nil, from.missing(err, p)
	}
	defer r.Close()
	h := from.newHash()
	f, err := copying.Write(ctx, io.TeeReader(r, h), r.Size())
	if err == nil && hex.EncodeToString(h.Sum(nil)) != digest {
		err = archive.Errorf(archive.Corrupt, "object %s: %s no longer hashes to %s", from.ID, p, digest)
	}
	return f, err
}
