package ocfl

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"

	"sohoa/archive"
)

// Pair is a vault of two stores that hold the same objects. The first is written and read; the second follows it, before a
// commit returns (wait) or when Copy is called (follow), and is read where the first cannot give what is asked for. Each
// store is whole: with the other gone, a vault opened on it alone has everything it was given.
type Pair struct {
	first, second *Vault
	wait          bool
	suspect       func(archive.ObjectID)
}

var (
	_ archive.Vault    = (*Pair)(nil)
	_ archive.Copies   = (*Pair)(nil)
	_ archive.Scrubber = (*Pair)(nil)
	_ archive.Auditor  = (*Pair)(nil)
)

// NewPair joins two vaults. suspect, which may be nil, is called with an object that was met damaged while it was read; it
// must not block. The caller closes the vaults.
func NewPair(first, second *Vault, wait bool, suspect func(archive.ObjectID)) *Pair {
	if suspect == nil {
		suspect = func(archive.ObjectID) {}
	}
	return &Pair{first: first, second: second, wait: wait, suspect: suspect}
}

// Waits implements archive.Copies.
func (p *Pair) Waits() bool { return p.wait }

// Spool implements archive.Vault.
func (p *Pair) Spool(ctx context.Context, intent archive.ID, r io.Reader, limit int64) (archive.Spooled, error) {
	return p.first.Spool(ctx, intent, r, limit)
}

// Unspool implements archive.Vault.
func (p *Pair) Unspool(ctx context.Context, intent archive.ID) error {
	return p.first.Unspool(ctx, intent)
}

// Commit implements archive.Vault. Where the pair waits, an error may come though the first store has the version: as after
// any other error, the caller asks Inventory. Power lost between the two: recovery asks the first, and the feed brings the
// second up to it.
func (p *Pair) Commit(ctx context.Context, c archive.Commit) (archive.ObjectVersion, error) {
	v, err := p.first.Commit(ctx, c)
	if err == nil && p.wait {
		_, err = p.first.CopyTo(ctx, p.second, c.Object)
	}
	return v, err
}

// Copy implements archive.Copies.
func (p *Pair) Copy(ctx context.Context, object archive.ObjectID) (bool, error) {
	return p.first.CopyTo(ctx, p.second, object)
}

// instead reports whether what the first store answered is worth asking the second.
func instead(err error) bool {
	switch archive.KindOf(err) {
	case archive.NotFound, archive.Corrupt, archive.Unavailable:
		return true
	}
	return false
}

// Open implements archive.Vault. The answer of the first store stands when the second has no better one.
func (p *Pair) Open(ctx context.Context, object archive.ObjectID, path string) (archive.Content, error) {
	c, err := p.first.Open(ctx, object, path)
	if err == nil {
		return p.watched(c, object), nil
	}
	if !instead(err) {
		return nil, err
	}
	c, err2 := p.second.Open(ctx, object, path)
	if err2 != nil {
		return nil, err
	}
	if archive.KindOf(err) != archive.Unavailable {
		p.suspect(object)
	}
	return c, nil
}

// Inventory implements archive.Vault.
func (p *Pair) Inventory(ctx context.Context, object archive.ObjectID) (archive.Inventory, error) {
	inv, err := p.first.Inventory(ctx, object)
	if err == nil || !instead(err) {
		return inv, err
	}
	inv, err2 := p.second.Inventory(ctx, object)
	if err2 != nil {
		return archive.Inventory{}, err
	}
	return inv, nil
}

// List implements archive.Vault: what is in either store, once.
func (p *Pair) List(ctx context.Context) iter.Seq2[archive.ObjectID, error] {
	return func(yield func(archive.ObjectID, error) bool) {
		for id, err := range p.first.List(ctx) {
			if !yield(id, err) || err != nil && archive.KindOf(err) != archive.Corrupt {
				return
			}
		}
		for id, err := range p.second.List(ctx) {
			if err == nil {
				_, err = p.first.store.Stat(ctx, p.first.layout.root(id)+"/"+inventoryFile)
				if err == nil {
					continue
				}
				if archive.KindOf(err) == archive.NotFound {
					err = nil
				}
			}
			if !yield(id, err) || err != nil && archive.KindOf(err) != archive.Corrupt {
				return
			}
		}
	}
}

// Place implements archive.Placer, for the first store.
func (p *Pair) Place(id archive.ObjectID) string { return p.first.Place(id) }

// Erase implements archive.Vault. While one of the stores is away it fails, and the intent behind it is tried again.
func (p *Pair) Erase(ctx context.Context, object archive.ObjectID) error {
	if err := p.first.Erase(ctx, object); err != nil {
		return err
	}
	return p.second.Erase(ctx, object)
}

// Audit implements archive.Auditor, the first store before the second.
func (p *Pair) Audit(ctx context.Context, readContent bool, found func(archive.Discrepancy) error) error {
	if err := p.first.Audit(ctx, readContent, found); err != nil {
		return err
	}
	if err := p.second.Audit(ctx, readContent, func(d archive.Discrepancy) error { return found(inSecond(d)) }); err != nil {
		return err
	}
	if err := lacks(ctx, p.first, p.second, "missing_copy", "the second store does not have it", found); err != nil {
		return err
	}
	return lacks(ctx, p.second, p.first, "missing_object", "only the second store has it", found)
}

// lacks reports the objects of one vault that another does not have.
func lacks(ctx context.Context, has, lacks *Vault, kind, detail string, found func(archive.Discrepancy) error) error {
	for id, err := range has.List(ctx) {
		if err != nil {
			if archive.KindOf(err) == archive.Corrupt {
				continue // reported by the audit of that store
			}
			return err
		}
		_, err := lacks.store.Stat(ctx, lacks.layout.root(id)+"/"+inventoryFile)
		if archive.KindOf(err) == archive.NotFound && err != nil {
			err = found(archive.Discrepancy{Kind: kind, Object: string(id), Detail: detail})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func inSecond(d archive.Discrepancy) archive.Discrepancy {
	d.Detail = "second store: " + d.Detail
	return d
}

func (p *Pair) watched(c archive.Content, object archive.ObjectID) archive.Content {
	w := &watchedContent{Content: c, met: func() { p.suspect(object) }}
	if f, ok := c.(archive.Filer); ok {
		return &watchedFile{w, f}
	}
	return w
}

// watchedContent tells when its bytes turn out to be damaged.
type watchedContent struct {
	archive.Content
	met func()
}

func (w *watchedContent) Read(b []byte) (int, error) {
	n, err := w.Content.Read(b)
	if archive.KindOf(err) == archive.Corrupt && err != nil && !errors.Is(err, io.EOF) {
		w.met()
	}
	return n, err
}

type watchedFile struct {
	*watchedContent
	filer archive.Filer
}

func (w *watchedFile) File() *os.File { return w.filer.File() }
