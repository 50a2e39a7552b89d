package archive

import (
	"context"
	"fmt"
	"iter"
)

// Holder is implemented by an Index that can say which documents it holds.
type Holder interface {
	// Lacks returns those of ids the index does not hold.
	Lacks(ctx context.Context, ids []ID) ([]ID, error)
	// Holds walks every document the index holds, in no promised order. The walk stops at the first error.
	Holds(ctx context.Context) iter.Seq2[ID, error]
}

// checkIndex compares the index with the documents, once it has followed the feed: by number, and where the numbers differ, or
// data is read, paper by paper.
func (c *checking) checkIndex(ctx context.Context, read bool) error {
	a := c.a
	if a.Index == nil {
		return nil
	}
	pos, err := a.Index.Position(ctx)
	if err != nil {
		return err
	}
	var last int64
	want := int64(0)
	err = a.Catalog.View(ctx, func(tx Tx) (err error) {
		if last, err = tx.Events().Last(ctx); err != nil {
			return err
		}
		counts, err := tx.Documents().Counts(ctx, Visibility{Everything: true})
		want = 0
		for s, n := range counts {
			if s != Disposed {
				want += int64(n)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if pos > last {
		return c.once(Discrepancy{Kind: "index_ahead", Object: "index", Detail: fmt.Sprintf("index at %d, feed at %d", pos, last)})
	}
	if pos < last {
		return nil // it is still following; what it lacks is on its way
	}
	have, err := a.Index.Count(ctx)
	if err != nil || have == want && !read {
		return err
	}
	if h, ok := a.Index.(Holder); ok {
		if err := c.checkLacking(ctx, h); err != nil {
			return err
		}
		return c.checkExtra(ctx, h)
	}
	switch {
	case have < want:
		return c.once(Discrepancy{Kind: "index_missing", Object: "index", Detail: fmt.Sprintf("%d documents, %d indexed", want, have)})
	case have > want:
		return c.once(Discrepancy{Kind: "index_extra", Object: "index", Detail: fmt.Sprintf("%d documents, %d indexed", want, have)})
	}
	return nil
}

func indexed(id ID) string { return "index/" + id.String() }

// rowWrong reports whether the row of a document, or its being there, was reported: then the index is not at fault.
func (c *checking) rowWrong(id ID) bool {
	return c.said[string(DocumentObject(id))] || c.said["quarantine/"+id.String()]
}

func (c *checking) checkLacking(ctx context.Context, h Holder) error {
	for after := (ID{}); ; {
		var docs []Document
		err := c.a.Catalog.View(ctx, func(tx Tx) (err error) {
			docs, err = tx.Documents().Walk(ctx, after, feedBatch)
			return err
		})
		if err != nil || len(docs) == 0 {
			return err
		}
		after = docs[len(docs)-1].ID
		var ids []ID
		for _, d := range docs {
			if d.State != Disposed && !c.rowWrong(d.ID) {
				ids = append(ids, d.ID)
			}
		}
		lacking, err := h.Lacks(ctx, ids)
		if err != nil {
			return err
		}
		for _, id := range lacking {
			if err := c.once(Discrepancy{Kind: "index_missing", Object: indexed(id), Document: id, Detail: "the index does not know this document"}); err != nil {
				return err
			}
		}
	}
}

func (c *checking) checkExtra(ctx context.Context, h Holder) error {
	var ids []ID
	look := func() error {
		var docs []Document
		err := c.a.Catalog.View(ctx, func(tx Tx) (err error) { docs, err = tx.Documents().GetMany(ctx, ids); return err })
		if err != nil {
			return err
		}
		there := map[ID]bool{}
		for _, d := range docs {
			there[d.ID] = d.State != Disposed
		}
		for _, id := range ids {
			if there[id] || c.rowWrong(id) {
				continue
			}
			if err := c.once(Discrepancy{Kind: "index_extra", Object: indexed(id), Document: id, Detail: "the index knows it, the catalog does not, or no longer"}); err != nil {
				return err
			}
		}
		ids = ids[:0]
		return nil
	}
	for id, err := range h.Holds(ctx) {
		if err != nil {
			return err
		}
		if ids = append(ids, id); len(ids) == feedBatch {
			if err := look(); err != nil {
				return err
			}
		}
	}
	return look()
}

// mendIndex puts a document into the index again, or takes it out, as the catalog has it.
func (a *Archive) mendIndex(ctx context.Context, id ID) error {
	at, err := a.Index.Position(ctx)
	if err != nil {
		return err
	}
	b := Batch{Upto: at}
	if err := a.fillBatch(ctx, &b, []ID{id}); err != nil {
		return err
	}
	return a.Index.Apply(ctx, b)
}
