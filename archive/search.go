package archive

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"
)

// Found is one page of search results with the documents themselves.
type Found struct {
	Results
	Documents map[ID]Document
	Counted   bool // Total is known
}

// Search answers a query inside the actor's sight and notes it once per submitted query. Words go to the index; a query
// without words and facets is a list, which the catalog answers a hundred times faster.
func (a *Archive) Search(ctx context.Context, actor Actor, q Query) (Found, error) {
	now := a.Clock.Now()
	if !actor.Role.May(ActRead) {
		return Found{}, ErrForbidden
	}
	if utf8.RuneCountInString(q.Text) > a.Limits.QueryText {
		return Found{}, &Error{Kind: Invalid, Code: "bad_query", Msg: Text{"Câu tìm kiếm quá dài.", "The query is too long."}}
	}
	q.Text = strings.TrimSpace(q.Text)
	q.See = actor.Sees(now)
	if q.Limit <= 0 {
		q.Limit = 20
	}
	q.Limit = min(q.Limit, a.Limits.ListRows)
	if q.See.Nothing() {
		return Found{Counted: true}, nil
	}
	if q.After == "" {
		if err := a.noteSearch(ctx, actor, q, now); err != nil {
			return Found{}, err
		}
	}
	if q.Text == "" && len(q.Facets) == 0 || a.Index == nil && q.Text == "" {
		return a.list(ctx, q)
	}
	if a.Index == nil {
		return Found{}, Errorf(Unavailable, "no index")
	}
	res, err := a.Index.Search(ctx, q)
	if err != nil {
		return Found{}, err
	}
	out := Found{Results: res, Documents: make(map[ID]Document, len(res.Hits)), Counted: true}
	ids := make([]ID, len(res.Hits))
	for i, h := range res.Hits {
		ids[i] = h.Document
	}
	var docs []Document
	err = a.Catalog.View(ctx, func(tx Tx) (err error) {
		docs, err = tx.Documents().GetMany(ctx, ids)
		return err
	})
	if err != nil {
		return Found{}, err
	}
	for i := range docs {
		// The index is a moment behind: what a person may no longer see is not shown on the strength of an old entry.
		if q.See.Admits(&docs[i]) {
			out.Documents[docs[i].ID] = docs[i]
		}
	}
	kept := out.Hits[:0]
	for _, h := range out.Hits {
		if _, ok := out.Documents[h.Document]; ok {
			kept = append(kept, h)
		}
	}
	out.Total -= int64(len(out.Hits) - len(kept))
	out.Hits = kept
	return out, nil
}

func (a *Archive) list(ctx context.Context, q Query) (Found, error) {
	began := time.Now()
	f := Filter{Agency: q.Agency, Custodians: q.Custodians, Procedure: q.Procedure, Type: q.Type, Kind: q.Kind, States: q.States, Dossier: q.Dossier,
		OwnerID: q.OwnerID, IssuedFrom: q.IssuedFrom, IssuedTo: q.IssuedTo, After: q.After, Limit: q.Limit, Order: Newest}
	if q.Sort == ByOldest {
		f.Order = Oldest
	}
	var l Listing
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		l, err = tx.Documents().Browse(ctx, q.See, f)
		return err
	})
	if err != nil {
		return Found{}, err
	}
	out := Found{Documents: make(map[ID]Document, len(l.Items))}
	out.Next, out.Took = l.Next, time.Since(began)
	for _, d := range l.Items {
		out.Hits = append(out.Hits, Hit{Document: d.ID})
		out.Documents[d.ID] = d
	}
	if q.After == "" && l.Next == "" {
		out.Total, out.Counted = int64(len(l.Items)), true
	}
	return out, nil
}

func (a *Archive) noteSearch(ctx context.Context, actor Actor, q Query, now time.Time) error {
	if actor.Role == RoleSystem {
		return nil
	}
	ev := NewEvent(actor, EvSearch, now)
	ev.Dossier = q.Dossier
	ev.Detail = map[string]string{"q": clean(q.Text, a.Limits.QueryText)}
	if q.OwnerID != "" {
		ev.Detail["owner_id"] = MaskID(q.OwnerID)
	}
	return a.update(ctx, func(tx Tx) error { return tx.Events().Append(ctx, ev) })
}

// Custodians expands an agency to itself, all below it and their predecessors, for a filter.
func (a *Archive) Custodians(ctx context.Context, top AgencyCode) ([]AgencyCode, error) {
	if top == "" {
		return nil, nil
	}
	s, err := a.registry.scope(ctx, a.Catalog, top)
	if err != nil {
		return nil, err
	}
	return s.codes, nil
}
