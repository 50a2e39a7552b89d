package blob

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"

	"sohoa/archive"
	"sohoa/internal/durable"
)

// Quarantine implements archive.QuarantineStore over any Store: version 3 of a document lies under "<document>/0003". Who
// may write here could put another file in the place of one that a checker looks at; its digest would give it away.
type Quarantine struct {
	store  Store
	opened []io.Closer // what OpenQuarantine opened, closed in reverse
}

var _ archive.QuarantineStore = (*Quarantine)(nil)

// NewQuarantine keeps the bytes in a store of their own. The caller closes the store.
func NewQuarantine(store Store) *Quarantine { return &Quarantine{store: store} }

// OpenQuarantine opens the quarantine in dir, making it first. count, which may be nil, counts fsyncs. The caller closes it.
func OpenQuarantine(dir string, count *durable.Counter) (*Quarantine, error) {
	folder, err := durable.Open(dir, count)
	if err != nil {
		return nil, Fault("open quarantine", dir, err)
	}
	spool, err := OpenSpool(path.Join(folder.Name(), quarantineSpool), count)
	if err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	return &Quarantine{store: OpenDisk(folder, spool), opened: []io.Closer{folder, spool}}, nil
}

// quarantineSpool lies inside the folder, so that it is on its file system. It begins with a dot: never a key.
const quarantineSpool = ".work"

// Close releases what OpenQuarantine opened. Files opened through it stay open.
func (q *Quarantine) Close() error {
	var err error
	for i := len(q.opened) - 1; i >= 0; i-- {
		err = errors.Join(err, q.opened[i].Close())
	}
	q.opened = nil
	return err
}

func quarantineKey(document archive.ID, version int) (string, error) {
	if document.IsZero() || version < 1 {
		return "", archive.Errorf(archive.Invalid, "quarantine of version %d of document %q", version, document)
	}
	return fmt.Sprintf("%s/%04d", document, version), nil
}

// Put implements archive.QuarantineStore.
func (q *Quarantine) Put(ctx context.Context, document archive.ID, version int, r io.Reader) error {
	key, err := quarantineKey(document, version)
	if err != nil {
		return err
	}
	_, err = q.store.Stat(ctx, key)
	if err == nil {
		return q.same(ctx, key, r)
	}
	if archive.KindOf(err) != archive.NotFound {
		return err
	}
	err = q.store.Create(ctx, key, r)
	if s, ok := r.(io.Seeker); ok && archive.KindOf(err) == archive.Conflict { // another was quicker: with the same?
		if _, serr := s.Seek(0, io.SeekStart); serr != nil {
			return errors.Join(err, serr)
		}
		return q.same(ctx, key, r)
	}
	return err
}

// same answers Conflict unless r has the bytes that are under key.
func (q *Quarantine) same(ctx context.Context, key string, r io.Reader) error {
	kept, err := q.store.Open(ctx, key)
	if err != nil {
		return err
	}
	defer kept.Close()
	have, want := archive.NewHasher(), archive.NewHasher()
	if _, err := io.Copy(have, kept); err != nil {
		return err
	}
	if _, err := io.Copy(want, r); err != nil {
		return err
	}
	if have.Digest() != want.Digest() {
		return archive.Errorf(archive.Conflict, "quarantine holds other bytes under %s", key)
	}
	return nil
}

// Open implements archive.QuarantineStore. On a disk the Content is also an archive.Filer.
func (q *Quarantine) Open(ctx context.Context, document archive.ID, v archive.Version) (archive.Content, error) {
	key, err := quarantineKey(document, v.Number)
	if err != nil {
		return nil, err
	}
	r, err := q.store.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	return Checked(r, sha256.New(), v.Digest.Hex(), v.Digest), nil
}

// Erase implements archive.QuarantineStore. On a disk all versions vanish by one rename.
func (q *Quarantine) Erase(ctx context.Context, document archive.ID) error {
	if document.IsZero() {
		return archive.Errorf(archive.Invalid, "erase a quarantined document without an id")
	}
	folder := document.String()
	if t, ok := q.store.(Trees); ok {
		return t.RemoveTree(ctx, folder)
	}
	var keys []string
	for info, err := range q.store.List(ctx, folder) {
		if err != nil {
			return err
		}
		keys = append(keys, info.Key)
	}
	for _, key := range keys {
		if err := q.store.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// List implements archive.QuarantineStore. Names that are no document's are passed over: they are not ours.
func (q *Quarantine) List(ctx context.Context) iter.Seq2[archive.ID, error] {
	return func(yield func(archive.ID, error) bool) {
		seen := map[archive.ID]bool{}
		for info, err := range q.store.List(ctx, "") {
			if err != nil {
				yield(archive.ID{}, err)
				return
			}
			name, _, _ := strings.Cut(info.Key, "/")
			id, err := archive.ParseID(name)
			if err != nil || seen[id] {
				continue
			}
			seen[id] = true // a quarantine holds what people still have to look at: thousands, not millions
			if !yield(id, nil) {
				return
			}
		}
	}
}
