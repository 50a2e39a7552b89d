package ocfl

import (
	"bytes"
	"context"
	"maps"
	"os"
	"slices"

	"golang.org/x/sync/errgroup"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// Commit implements archive.Vault; doc.go gives the order of its steps. An error after the commit point leaves the version
// in place: whoever gets one asks Inventory whether the head carries its intent.
func (v *Vault) Commit(ctx context.Context, c archive.Commit) (archive.ObjectVersion, error) {
	if err := checkCommit(c); err != nil {
		return archive.ObjectVersion{}, err
	}
	defer v.locks.lock(c.Object)()
	old, err := v.load(ctx, c.Object)
	if archive.KindOf(err) == archive.NotFound {
		old, err = nil, nil
	}
	if err == nil {
		err = follows(old, c)
	}
	if err != nil {
		return archive.ObjectVersion{}, err
	}
	next, added, err := plan(old, c)
	if err != nil {
		return archive.ObjectVersion{}, err
	}
	o := &object{inventory: next, root: v.layout.root(c.Object)}
	o.raw = document(next)
	o.sidecar = sidecar(next.newHash(), o.raw)
	if old == nil {
		err = v.create(ctx, c, o, added)
	} else {
		err = v.extend(ctx, c, old, o, added)
	}
	if err != nil {
		return archive.ObjectVersion{}, err
	}
	for _, f := range c.Files {
		if f.Spooled != nil {
			_ = f.Spooled.Discard() // the version stands; what is left is Unspool's
		}
	}
	return next.describe(next.head), nil
}

func checkCommit(c archive.Commit) error {
	switch {
	case c.Object == "":
		return archive.Errorf(archive.Invalid, "commit without an object")
	case c.After < 0:
		return archive.Errorf(archive.Invalid, "commit to %s after %d", c.Object, c.After)
	case c.Intent.IsZero():
		return archive.Errorf(archive.Invalid, "commit to %s without an intent", c.Object)
	case c.At.IsZero():
		return archive.Errorf(archive.Invalid, "commit to %s without a time", c.Object)
	case c.After == 0 && len(c.Files) == 0:
		return archive.Errorf(archive.Invalid, "new object %s without files", c.Object)
	}
	for i, f := range c.Files {
		if err := blob.CheckKey(f.Path); err != nil {
			return err
		}
		if slices.ContainsFunc(c.Files[:i], func(g archive.File) bool { return g.Path == f.Path }) {
			return archive.Errorf(archive.Invalid, "commit to %s: %s twice", c.Object, f.Path)
		}
		if f.Spooled != nil && f.Spooled.Digest().IsZero() {
			return archive.Errorf(archive.Invalid, "commit to %s: %s has no digest", c.Object, f.Path)
		}
	}
	return nil
}

// follows refuses a commit that does not follow the head, or an object that another tool keeps in a way we do not write.
func follows(old *object, c archive.Commit) error {
	head := 0
	if old != nil {
		head = old.head
	}
	if head != c.After {
		return archive.Errorf(archive.Conflict, "commit to %s after %d: its head is %d", c.Object, c.After, head)
	}
	if old != nil && (old.Algorithm != "sha256" || old.Type != inventoryType) {
		return archive.Errorf(archive.Unprocessable, "commit to %s: it is kept by %s under %s", c.Object, old.Algorithm, old.Type)
	}
	return nil
}

// addition is a file whose bytes the object does not hold yet.
type addition struct {
	name string // content path
	file archive.File
}

// plan returns the inventory of the next version and the files whose bytes it adds. Bytes that any version already holds
// are named, not stored again.
func plan(old *object, c archive.Commit) (*inventory, []addition, error) {
	next := &inventory{
		ID: string(c.Object), Type: inventoryType, Algorithm: "sha256", Content: contentFolder,
		Manifest: map[string][]string{}, Versions: map[string]*version{},
	}
	state := map[string]string{} // logical path → digest
	if old != nil {
		next.Content, next.Fixity, next.width = old.Content, old.Fixity, old.width
		maps.Copy(next.Manifest, old.Manifest)
		maps.Copy(next.Versions, old.Versions)
		for d, paths := range old.Versions[old.Head].State {
			for _, p := range paths {
				state[p] = d
			}
		}
	}
	next.head = c.After + 1
	next.Head = next.name(next.head)
	folder := next.Content
	if folder == "" {
		folder = contentFolder
	}
	var added []addition
	for _, f := range c.Files {
		digest := archive.DigestOf(f.Bytes)
		if f.Spooled != nil {
			digest = f.Spooled.Digest()
		}
		d := digest.Hex()
		if next.Manifest[d] == nil {
			name := next.Head + "/" + folder + "/" + f.Path
			next.Manifest[d] = []string{name}
			added = append(added, addition{name, f})
		}
		state[f.Path] = d
	}
	if p := clash(slices.Collect(maps.Keys(state))); p != "" {
		return nil, nil, archive.Errorf(archive.Invalid, "commit to %s: %s is a file and a folder", c.Object, p)
	}
	v := &version{Created: c.At.UTC(), State: map[string][]string{}, Message: c.Message}
	for p, d := range state {
		v.State[d] = append(v.State[d], p)
	}
	for _, paths := range v.State {
		slices.Sort(paths)
	}
	// The name is required where there is a user (§3.5.3.1); acts of the house itself go by the program's.
	v.User = &user{Name: c.User, Address: intentPrefix + c.Intent.String()}
	if v.User.Name == "" {
		v.User.Name = "sohoa"
	}
	next.Versions[next.Head] = v
	return next, added, nil
}

// create writes a new object.
func (v *Vault) create(ctx context.Context, c archive.Commit, o *object, added []addition) error {
	files := o.versionFiles(added, "")
	if v.trees != nil {
		return v.trees.CreateTree(ctx, o.root, append(files,
			blob.TreeFile{Name: objectNamaste, Bytes: []byte(objectText)},
			blob.TreeFile{Name: inventoryFile, SameAs: o.Head + "/" + inventoryFile},
			blob.TreeFile{Name: o.sidecarFile(), SameAs: o.Head + "/" + o.sidecarFile()},
		))
	}
	if err := v.spool.Note(c.Intent, string(c.Object)); err != nil {
		return err
	}
	files = append(files,
		blob.TreeFile{Name: objectNamaste, Bytes: []byte(objectText)},
		blob.TreeFile{Name: o.sidecarFile(), Bytes: o.sidecar},
	)
	err := v.put(ctx, o.root, files)
	if archive.KindOf(err) == archive.Conflict { // with what an earlier try left; there is no object, load said so
		if err = v.clear(ctx, o.root); err == nil {
			err = v.put(ctx, o.root, files)
		}
	}
	if err != nil {
		return err
	}
	if err := v.putOne(ctx, o.root, blob.TreeFile{Name: inventoryFile, Bytes: o.raw}); err != nil { // the commit point
		return err
	}
	v.forget(c.Intent)
	return nil
}

// extend writes version n+1 of an object.
func (v *Vault) extend(ctx context.Context, c archive.Commit, old, o *object, added []addition) error {
	if err := v.mend(ctx, old); err != nil {
		return err
	}
	if err := v.spool.Note(c.Intent, string(c.Object)); err != nil {
		return err
	}
	folder := o.key(o.Head)
	if err := v.clear(ctx, folder); err != nil { // of an act that was cut short; doc.go says why it may go
		return err
	}
	files := o.versionFiles(added, o.Head+"/")
	var err error
	if v.trees != nil {
		err = v.trees.CreateTree(ctx, folder, files)
	} else {
		err = v.put(ctx, folder, files)
	}
	if err != nil {
		return err
	}
	if err := v.turn(ctx, old, o); err != nil {
		return err
	}
	v.forget(c.Intent)
	return nil
}

// forget removes the note of finished work. The version stands; a note that cannot be removed names it and does no harm.
func (v *Vault) forget(intent archive.ID) { _ = v.spool.Forget(intent) }

// turn makes the root speak of the new head: the inventory first, which is the commit point.
func (v *Vault) turn(ctx context.Context, old, o *object) error {
	inv, side := o.key(inventoryFile), o.key(o.sidecarFile())
	if s, ok := v.store.(blob.Swapper); ok {
		return s.Swap(ctx, []blob.Swap{
			{Key: inv, Expected: archive.DigestOf(old.raw), From: o.key(o.Head + "/" + inventoryFile)},
			{Key: side, Expected: archive.DigestOf(old.sidecar), From: o.key(o.Head + "/" + o.sidecarFile())},
		})
	}
	if err := v.store.Replace(ctx, inv, archive.DigestOf(old.raw), bytes.NewReader(o.raw)); err != nil {
		return err
	}
	return v.store.Replace(ctx, side, archive.DigestOf(old.sidecar), bytes.NewReader(o.sidecar))
}

// versionFiles lists the files of the head's folder in the order in which they are written, named without prefix.
func (o *object) versionFiles(added []addition, prefix string) []blob.TreeFile {
	var files []blob.TreeFile
	for _, a := range added {
		files = append(files, blob.TreeFile{Name: a.name[len(prefix):], Bytes: a.file.Bytes, Spooled: a.file.Spooled})
	}
	head := (o.Head + "/")[len(prefix):]
	return append(files,
		blob.TreeFile{Name: head + inventoryFile, Bytes: o.raw},
		blob.TreeFile{Name: head + o.sidecarFile(), Bytes: o.sidecar})
}

// putsAtOnce is how many files of one commit are on their way at a time: most of a small file's put is waiting.
const putsAtOnce = 4

// put writes files in no order, for stores that have no folders. None of them is seen before the commit point. After a
// failure no more are begun, and put returns when those under way have ended: whoever cleans up meets none of them.
func (v *Vault) put(ctx context.Context, prefix string, files []blob.TreeFile) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(putsAtOnce)
	for _, f := range files {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return v.putOne(ctx, prefix, f)
		})
	}
	return g.Wait()
}

func (v *Vault) putOne(ctx context.Context, prefix string, f blob.TreeFile) error {
	key := prefix + "/" + f.Name
	if f.Spooled == nil {
		return v.store.Create(ctx, key, bytes.NewReader(f.Bytes))
	}
	src, err := f.Spooled.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	return v.store.Create(ctx, key, spooledFile{src, f.Spooled.Digest()})
}

// spooledFile tells a store what the file hashes to, so that it need not be read once more to know.
type spooledFile struct {
	*os.File
	digest archive.Digest
}

func (f spooledFile) Digest() archive.Digest { return f.digest }
