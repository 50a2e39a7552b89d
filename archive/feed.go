package archive

import (
	"context"
	"fmt"
	"time"
)

// RunSequencer numbers events until ctx ends: at once when this process has written some, and every 200 ms for those of
// others.
func (a *Archive) RunSequencer(ctx context.Context) error {
	if a.Ledger == nil {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		for {
			n, err := a.Ledger.Sequence(ctx)
			if ctx.Err() != nil {
				return nil
			}
			if err != nil {
				a.Log.Error("sequence events", "err", err)
				pause(ctx, time.Second)
				break
			}
			if n == 0 {
				break
			}
			wake(a.feed)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.nudge:
		case <-tick.C:
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// feedBatch is how many events one step of the indexer looks at.
const feedBatch = 500

// RunIndexer carries the change feed into the index until ctx ends.
func (a *Archive) RunIndexer(ctx context.Context) error {
	if a.Index == nil {
		<-ctx.Done()
		return nil
	}
	for ctx.Err() == nil {
		n, err := a.IndexStep(ctx)
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			a.Log.Error("index", "err", err)
			pause(ctx, time.Second)
			continue
		}
		if n > 0 {
			continue
		}
		select {
		case <-ctx.Done():
		case <-a.feed:
		case <-time.After(2 * time.Second): // events numbered by another node
		}
	}
	return nil
}

// IndexStep carries one batch of the change feed into the index and returns how many events it covered; 0 means the
// index is up to date. An index that is ahead of the feed belongs to another catalog: Conflict code index_ahead, and
// `sohoa rebuild --index` is due.
func (a *Archive) IndexStep(ctx context.Context) (int, error) {
	pos, err := a.Index.Position(ctx)
	if err != nil {
		return 0, err
	}
	var evs []Event
	var last int64
	err = a.Catalog.View(ctx, func(tx Tx) (err error) {
		if last, err = tx.Events().Last(ctx); err != nil {
			return err
		}
		evs, err = tx.Events().Since(ctx, pos, feedBatch)
		return err
	})
	if err != nil {
		return 0, err
	}
	if pos > last {
		return 0, Fault(Conflict, "index_ahead", Text{"Chỉ mục không khớp với danh mục; hãy chạy sohoa rebuild --index.", "The index is ahead of the catalog; run sohoa rebuild --index."})
	}
	if len(evs) == 0 {
		return 0, nil
	}
	var ids []ID
	seen := map[ID]bool{}
	for _, e := range evs {
		if changes(e.Action) && !e.Document.IsZero() && !seen[e.Document] {
			seen[e.Document] = true
			ids = append(ids, e.Document)
		}
	}
	b := Batch{Upto: evs[len(evs)-1].Seq}
	if err := a.fillBatch(ctx, &b, ids); err != nil {
		return 0, err
	}
	if err := a.Index.Apply(ctx, b); err != nil {
		return 0, fmt.Errorf("apply %d events up to %d: %w", len(evs), b.Upto, err)
	}
	return len(evs), nil
}

// changes reports whether an event of this kind can change what the index holds of its document.
func changes(x Action) bool {
	switch x {
	case EvDeposit, EvRead, EvEdit, EvMove, EvVersion, EvErase:
		return true
	}
	return false
}

func (a *Archive) fillBatch(ctx context.Context, b *Batch, ids []ID) error {
	if len(ids) == 0 {
		return nil
	}
	var docs []Document
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		docs, err = tx.Documents().GetMany(ctx, ids)
		return err
	})
	if err != nil {
		return err
	}
	names, err := a.agencyNames(ctx)
	if err != nil {
		return err
	}
	have := map[ID]bool{}
	for _, d := range docs {
		have[d.ID] = true
		if d.State == Disposed {
			b.Remove = append(b.Remove, d.ID)
			continue
		}
		b.Put = append(b.Put, a.entry(d, names))
	}
	for _, id := range ids {
		if !have[id] {
			b.Remove = append(b.Remove, id)
		}
	}
	return nil
}

func (a *Archive) entry(d Document, names map[AgencyCode][]string) Entry {
	e := Entry{Document: d}
	e.AgencyNames = append(e.AgencyNames, names[d.Custodian]...)
	if c := d.Fields.IssuingAgency.Code; c != "" && c != d.Custodian {
		e.AgencyNames = append(e.AgencyNames, names[c]...)
	}
	if d.Reading.PagesDone > 0 && !d.Aside() {
		id := d.ID
		e.Text = func(ctx context.Context) TextSeq { return a.Texts(ctx, id) }
	}
	return e
}

func (a *Archive) agencyNames(ctx context.Context) (map[AgencyCode][]string, error) {
	all, err := a.registry.load(ctx, a.Catalog)
	if err != nil {
		return nil, err
	}
	m := make(map[AgencyCode][]string, len(all))
	for _, g := range all {
		m[g.Code] = append([]string{g.Name}, g.Aliases...)
	}
	return m, nil
}

// RebuildIndex puts every document into an index that is new and empty, then sets its position so that the feed goes on
// from there. Progress is called after each batch with documents done; optional.
func (a *Archive) RebuildIndex(ctx context.Context, progress func(done int64)) error {
	if progress == nil {
		progress = func(int64) {}
	}
	var upto int64
	// The position is read before the walk: what changes during it is seen again by the feed.
	if err := a.Catalog.View(ctx, func(tx Tx) (err error) { upto, err = tx.Events().Last(ctx); return err }); err != nil {
		return err
	}
	names, err := a.agencyNames(ctx)
	if err != nil {
		return err
	}
	var after ID
	for done := int64(0); ; {
		var docs []Document
		err := a.Catalog.View(ctx, func(tx Tx) (err error) {
			docs, err = tx.Documents().Walk(ctx, after, feedBatch)
			return err
		})
		if err != nil {
			return err
		}
		b := Batch{Upto: -1}
		if len(docs) == 0 {
			b.Upto = upto
		}
		for _, d := range docs {
			after = d.ID
			if d.State != Disposed {
				b.Put = append(b.Put, a.entry(d, names))
			}
		}
		if err := a.Index.Apply(ctx, b); err != nil {
			return err
		}
		if len(docs) == 0 {
			return nil
		}
		done += int64(len(docs))
		progress(done)
	}
}
