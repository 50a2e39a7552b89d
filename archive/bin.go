package archive

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Thrown is a discarded paper: who threw it away, and until when it can be restored. By is "" when nobody knows any more.
type Thrown struct {
	Document
	By    string
	Until time.Time
}

// Bin is one page of the discarded papers, those thrown away last first.
type Bin struct {
	Items []Thrown
	Next  string
}

// Bin lists the discarded papers inside the actor's sight: of an uploader her own, of a checker those of the scope. After is
// the cursor of the last page.
func (a *Archive) Bin(ctx context.Context, actor Actor, after string, limit int) (Bin, error) {
	// Nothing changes a paper while it is discarded: the last change is the discarding.
	l, err := a.Documents(ctx, actor, Filter{States: []State{Discarded}, Order: Changed, After: after, Limit: limit})
	if err != nil {
		return Bin{}, err
	}
	names := map[ID]string{}
	err = a.Catalog.View(ctx, func(tx Tx) error {
		for i := range l.Items {
			id := l.Items[i].DiscardedBy
			if _, known := names[id]; known || id.IsZero() {
				continue
			}
			if names[id], err = nameOf(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	b := Bin{Next: l.Next}
	for _, d := range l.Items {
		b.Items = append(b.Items, Thrown{Document: d, By: names[d.DiscardedBy], Until: d.DiscardedAt.Add(a.Limits.DiscardKept)})
	}
	return b, err
}

// nameOf is what an account or a token is called, "" when there is none of that id.
func nameOf(ctx context.Context, tx Tx, id ID) (string, error) {
	acc, err := tx.Accounts().Get(ctx, id)
	if err == nil {
		return acc.Name, nil
	}
	if KindOf(err) != NotFound {
		return "", err
	}
	t, err := tx.Tokens().Get(ctx, id)
	if KindOf(err) == NotFound {
		return "", nil
	}
	return t.Note, err
}

// Some returns those of ids that the actor may see, in the order asked for. Like a list it notes nothing.
func (a *Archive) Some(ctx context.Context, actor Actor, ids []ID) ([]Document, error) {
	ids = ids[:min(len(ids), a.Limits.ListRows)]
	see := actor.Sees(a.Clock.Now())
	if see.Nothing() || len(ids) == 0 {
		return nil, nil
	}
	var ds []Document
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		ds, err = tx.Documents().GetMany(ctx, ids)
		return err
	})
	checks := actor.Checks(a.Clock.Now())
	ds = slices.DeleteFunc(ds, func(d Document) bool { return !see.Admits(&d) && !checks.Admits(&d) })
	slices.SortFunc(ds, func(x, y Document) int { return cmp.Compare(slices.Index(ids, x.ID), slices.Index(ids, y.ID)) })
	return ds, err
}
