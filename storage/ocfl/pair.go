package ocfl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"sync/atomic"
	"time"

	"sohoa/archive"
)

// Pair is a vault of two stores that hold the same objects. The first is written and read; the second follows it, before a
// commit returns (wait) or when Copy is called (follow), and is read where the first cannot give what is asked for. Each
// store is whole: with the other gone, a vault opened on it alone has everything it was given.
type Pair struct {
	first   *Vault
	joined  atomic.Pointer[Vault] // the second; nil until it could be opened
	why     atomic.Pointer[error] // why not
	wait    bool
	suspect func(archive.ObjectID)
}

var (
	_ archive.Vault    = (*Pair)(nil)
	_ archive.Copies   = (*Pair)(nil)
	_ archive.Scrubber = (*Pair)(nil)
	_ archive.Auditor  = (*Pair)(nil)
	_ archive.Distant  = (*Pair)(nil)
)

// NewPair joins two vaults. The second may be nil: it could not be opened yet, and Join brings it. Until then the pair reads
// from the first alone; where it waits, whatever would have to be in both is Unavailable with code second_store_away before
// anything is written. suspect, which may be nil, is called with an object that was met damaged while it was read; it
// must not block. The caller closes the vaults.
func NewPair(first, second *Vault, wait bool, suspect func(archive.ObjectID)) *Pair {
	if suspect == nil {
		suspect = func(archive.ObjectID) {}
	}
	p := &Pair{first: first, wait: wait, suspect: suspect}
	p.joined.Store(second)
	return p
}

// Join brings the second vault of a pair that began without it.
func (p *Pair) Join(second *Vault) { p.joined.Store(second) }

// Missing notes why the second vault could not be opened.
func (p *Pair) Missing(err error) { p.why.Store(&err) }

// second returns the second vault, nil while it could not be opened.
func (p *Pair) second() *Vault { return p.joined.Load() }

var textSecondAway = archive.Text{VI: "Kho thứ hai chưa liên lạc được, mà mọi giấy tờ phải nằm ở cả hai kho. Chưa lưu gì cả; xin thử lại sau ít giây.",
	EN: "The second store cannot be reached, and every paper has to be in both. Nothing was kept; try again in a few seconds."}

// secondRetry is what people are told to wait for a second store that could not be opened.
const secondRetry = 10 * time.Second

// reached returns the second vault, or Unavailable.
func (p *Pair) reached() (*Vault, error) {
	if v := p.second(); v != nil {
		return v, nil
	}
	var cause error
	if why := p.why.Load(); why != nil {
		cause = fmt.Errorf("second store: %v", *why) // not wrapped: its kind is not ours
	}
	return nil, &archive.Error{Kind: archive.Unavailable, Code: "second_store_away", Msg: textSecondAway, RetryAfter: secondRetry, Err: cause}
}

// Away implements archive.Distant.
func (p *Pair) Away() error {
	v := p.second()
	if v == nil {
		if why := p.why.Load(); why != nil {
			return *why
		}
		return archive.Errorf(archive.Unavailable, "the second store is not open yet")
	}
	if s, ok := v.store.(interface{ Away() error }); ok {
		return s.Away()
	}
	return nil
}

// Waits implements archive.Copies.
func (p *Pair) Waits() bool { return p.wait }

// Spool implements archive.Vault.
func (p *Pair) Spool(ctx context.Context, intent archive.ID, r io.Reader, limit int64) (archive.Spooled, error) {
	if p.wait { // told before the bytes have come in, not after
		if _, err := p.reached(); err != nil {
			return nil, err
		}
	}
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
	if !p.wait {
		return p.first.Commit(ctx, c)
	}
	second, err := p.reached()
	if err != nil {
		return archive.ObjectVersion{}, err
	}
	v, err := p.first.Commit(ctx, c)
	if err == nil {
		if err = p.first.at("first store has it"); err == nil {
			_, err = p.first.CopyTo(ctx, second, c.Object)
		}
	}
	return v, err
}

// Copy implements archive.Copies.
func (p *Pair) Copy(ctx context.Context, object archive.ObjectID) (bool, error) {
	second, err := p.reached()
	if err != nil {
		return false, err
	}
	return p.first.CopyTo(ctx, second, object)
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
	second := p.second()
	if second == nil {
		return nil, err
	}
	c, err2 := second.Open(ctx, object, path)
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
	second := p.second()
	if second == nil {
		return archive.Inventory{}, err
	}
	inv, err2 := second.Inventory(ctx, object)
	if err2 != nil {
		return archive.Inventory{}, err
	}
	return inv, nil
}

// List implements archive.Vault: what is in either store, once. While the second could not be opened, what is in the first.
func (p *Pair) List(ctx context.Context) iter.Seq2[archive.ObjectID, error] {
	return func(yield func(archive.ObjectID, error) bool) {
		for id, err := range p.first.List(ctx) {
			if !yield(id, err) || err != nil && archive.KindOf(err) != archive.Corrupt {
				return
			}
		}
		second := p.second()
		if second == nil {
			return
		}
		for id, err := range second.List(ctx) {
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
	if err := p.first.at("first store has erased it"); err != nil {
		return err
	}
	second, err := p.reached()
	if err != nil {
		return err
	}
	return second.Erase(ctx, object)
}

// Audit implements archive.Auditor, the first store before the second.
func (p *Pair) Audit(ctx context.Context, readContent bool, found func(archive.Discrepancy) error) error {
	second, err := p.reached()
	if err != nil {
		return err
	}
	if err := p.first.Audit(ctx, readContent, found); err != nil {
		return err
	}
	if err := second.Audit(ctx, readContent, func(d archive.Discrepancy) error { return found(inSecond(d)) }); err != nil {
		return err
	}
	if err := lacks(ctx, p.first, second, "missing_copy", "the second store does not have it", found); err != nil {
		return err
	}
	return lacks(ctx, second, p.first, "missing_object", "only the second store has it", found)
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
