package ocfl

import (
	"context"
	"errors"
	"io"

	"sohoa/archive"
	"sohoa/internal/durable"
	"sohoa/storage/blob"
)

// Options of a vault. The zero value works.
type Options struct {
	Syncs *durable.Counter // counts the fsyncs of a disk store. Optional.
	// StepForTest runs before each named step of a write, as blob.Disk.StepForTest says. Nil: nobody looks.
	StepForTest func(step string) error
}

// Vault implements archive.Vault.
type Vault struct {
	store  blob.Store
	trees  blob.Trees // nil when the store cannot make a folder appear at once
	spool  *blob.Spool
	layout layout
	locks  locks
	opened []io.Closer // what OpenDisk opened, closed in reverse
	step   func(string) error
}

// at is a step of a write, see Options.StepForTest.
func (v *Vault) at(step string) error {
	if v.step == nil {
		return nil
	}
	return v.step(step)
}

var _ archive.Vault = (*Vault)(nil)

// New opens the storage root kept in a store, or makes one when the store is empty. A store that holds something else, or
// a root of another standard or layout, is refused with code foreign_store or unknown_store_layout. The caller closes
// store and spool after the vault.
func New(ctx context.Context, store blob.Store, spool *blob.Spool) (*Vault, error) {
	l, found, err := findRoot(ctx, store)
	if err == nil && !found {
		l, err = makeRoot(ctx, store)
	}
	if err != nil {
		return nil, err
	}
	v := &Vault{store: store, spool: spool, layout: l}
	v.trees, _ = store.(blob.Trees)
	return v, nil
}

// OpenDisk opens the vault in storeDir, making both folders when they are missing. Spooling costs no second copy because
// a spooled file is linked into its object, so spoolDir must lie on the file system of storeDir; where it does not (the store
// is a volume of its own) the spool goes to <storeDir>/extensions/sohoa-spool, a place the standard leaves to software.
// The caller closes the vault.
func OpenDisk(storeDir, spoolDir string, o Options) (*Vault, error) {
	ctx := context.Background()
	folder, err := durable.Open(storeDir, o.Syncs)
	if err != nil {
		return nil, blob.Fault("open store", storeDir, err)
	}
	// Looked at before anything is made in it.
	if _, _, err := findRoot(ctx, blob.OpenDisk(folder, nil)); err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	spool, err := openSpool(folder, spoolDir, o.Syncs)
	if err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	disk := blob.OpenDisk(folder, spool)
	disk.StepForTest(o.StepForTest)
	v, err := New(ctx, disk, spool)
	if err != nil {
		return nil, errors.Join(err, spool.Close(), folder.Close())
	}
	v.opened, v.step = []io.Closer{folder, spool}, o.StepForTest
	return v, nil
}

func openSpool(store *durable.Folder, dir string, count *durable.Counter) (*blob.Spool, error) {
	spool, err := blob.OpenSpool(dir, count)
	if err != nil {
		return nil, err
	}
	err = spool.Reach(store)
	if err == nil {
		return spool, nil
	}
	if !durable.IsOtherFileSystem(err) {
		return nil, errors.Join(blob.Fault("open store", store.Name(), err), spool.Close())
	}
	if err := spool.Close(); err != nil {
		return nil, err
	}
	return blob.OpenSpool(store.Name()+"/"+spoolFolder, count)
}

// Close releases what OpenDisk opened. Files opened through the vault stay open.
func (v *Vault) Close() error {
	var err error
	for i := len(v.opened) - 1; i >= 0; i-- {
		err = errors.Join(err, v.opened[i].Close())
	}
	v.opened = nil
	return err
}

// Spool implements archive.Vault.
func (v *Vault) Spool(ctx context.Context, intent archive.ID, r io.Reader, limit int64) (archive.Spooled, error) {
	f, err := v.spool.Write(ctx, intent, r, limit)
	if err != nil {
		return nil, err // not f: a nil *blob.Spooled would be no nil interface
	}
	return f, nil
}
