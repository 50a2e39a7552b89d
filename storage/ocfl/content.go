package ocfl

import (
	"context"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// Open implements archive.Vault. On a disk the Content is also an archive.Filer. Its digest is zero when another tool keeps
// the object by SHA-512; the bytes are checked all the same.
func (v *Vault) Open(ctx context.Context, id archive.ObjectID, logical string) (archive.Content, error) {
	o, err := v.load(ctx, id)
	if err != nil {
		return nil, err
	}
	d, ok := o.find(logical)
	if !ok {
		return nil, archive.Errorf(archive.NotFound, "object %s has no file %q at its head", id, logical)
	}
	r, err := v.store.Open(ctx, o.key(o.Manifest[d][0]))
	if err != nil {
		return nil, o.missing(err, o.Manifest[d][0])
	}
	return blob.Checked(r, o.newHash(), d, o.digest(d)), nil
}
