package archive

import (
	"context"
	"slices"
	"time"
)

// BulkAct is what is done to many papers at once.
type BulkAct string

const (
	BulkSubmit   BulkAct = "submit"
	BulkAccept   BulkAct = "accept"
	BulkReturn   BulkAct = "return"
	BulkPublish  BulkAct = "publish"
	BulkWithdraw BulkAct = "withdraw"
	BulkDiscard  BulkAct = "discard"
	BulkRestore  BulkAct = "restore"
	BulkAssign   BulkAct = "assign"
	BulkMove     BulkAct = "move"  // to a dossier
	BulkField    BulkAct = "field" // set one field
)

// BulkActs lists them in the order a page shows them.
var BulkActs = []BulkAct{BulkSubmit, BulkAccept, BulkReturn, BulkPublish, BulkWithdraw, BulkAssign, BulkMove, BulkField, BulkDiscard, BulkRestore}

// undoneBy are the acts with a way back, which the state table has or which leave the state alone.
var undoneBy = map[BulkAct]BulkAct{BulkDiscard: BulkRestore, BulkAssign: BulkAssign, BulkMove: BulkMove, BulkField: BulkField}

// BulkFields are the fields that can be set on many papers at once: what papers of one stack have in common.
var BulkFields = []string{"type", "procedure_code", "notation", "signer_name", "signer_position", "language"}

// BulkArgs say how.
type BulkArgs struct {
	Reason   string      `json:"reason,omitempty"`
	Assignee ID          `json:"assignee,omitzero"`
	Unit     AgencyCode  `json:"unit,omitempty"`
	Dossier  DossierCode `json:"dossier,omitempty"`
	Field    string      `json:"field,omitempty"`
	Value    string      `json:"value,omitempty"`
}

// BatchState is how far a bulk act is.
type BatchState string

const (
	BatchAsked   BatchState = "asked" // the papers are chosen; nobody has said yes
	BatchRunning BatchState = "running"
	BatchDone    BatchState = "done"
)

// Bulk is one act on many papers. Which papers is fixed when it is asked for: none joins later.
type Bulk struct {
	ID         ID
	Actor      ID
	ActorName  string
	Address    string
	Request    string
	Act        BulkAct
	Args       BulkArgs
	State      BatchState
	Undoes     ID // the batch it takes back
	CreatedAt  time.Time
	StartedAt  time.Time
	FinishedAt time.Time
	Waiting    int // papers nothing was done to yet
	Done       int
	Refused    int
}

// Undoable reports whether what was done can be taken back.
func (b *Bulk) Undoable() bool { return b.State == BatchDone && b.Done > 0 && undoneBy[b.Act] != "" }

// PaperState is what became of a paper of a batch.
type PaperState string

const (
	PaperWaiting PaperState = "waiting"
	PaperDone    PaperState = "done"
	PaperRefused PaperState = "refused"
)

// BatchPaper is one paper of a batch.
type BatchPaper struct {
	Place    int
	Document ID
	State    PaperState
	Left     int64    // the revision the act left; 0 when it raises none
	Before   BulkArgs // what it was before, to take the act back
	Code     string   // why it was refused
	Message  Text
	At       time.Time
}

// Batches keeps bulk acts.
type Batches interface {
	Insert(ctx context.Context, b Bulk, ps []BatchPaper) error
	Get(ctx context.Context, id ID) (Bulk, error) // with its counts
	// SetState moves a batch on; ErrStale when it is not in state from.
	SetState(ctx context.Context, id ID, from, to BatchState, at time.Time) error
	// Of returns the batches of an actor, newest first, without counts.
	Of(ctx context.Context, actor ID, limit int) ([]Bulk, error)
	// Papers returns papers in a state ("" for all) behind a place, in order.
	Papers(ctx context.Context, id ID, state PaperState, after, limit int) ([]BatchPaper, error)
	// Mark writes what became of a paper; ErrStale when it does not wait any more.
	Mark(ctx context.Context, id ID, p BatchPaper) error
	// Forget removes batches made before t that do not run.
	Forget(ctx context.Context, before time.Time) error
}

// BulkRequest chooses papers and what is to be done with them: the papers named, or every one of a list as it is now.
type BulkRequest struct {
	Act    BulkAct
	Args   BulkArgs
	IDs    []ID
	List   WorkList // with Filter: of this work list
	Filter *Filter
}

// AskBulk chooses the papers and keeps the choice; nothing is done before StartBulk. A list is read to its end in one moment, and
// what comes later does not join it. Errors: Invalid with code too_many_chosen, none_chosen or the argument that is wrong.
func (a *Archive) AskBulk(ctx context.Context, actor Actor, r BulkRequest) (Bulk, error) {
	if !actor.Role.May(ActAssign) && !actor.Role.May(ActEdit) {
		return Bulk{}, ErrForbidden
	}
	if err := a.checkBulk(&r); err != nil {
		return Bulk{}, err
	}
	now := a.Clock.Now()
	ids, err := a.choose(ctx, actor, r, now)
	if err != nil {
		return Bulk{}, err
	}
	ps := make([]BatchPaper, len(ids))
	for i, id := range ids {
		ps[i] = BatchPaper{Place: i + 1, Document: id, State: PaperWaiting}
	}
	return a.askBatch(ctx, actor, Bulk{Act: r.Act, Args: r.Args}, ps, now)
}

func (a *Archive) askBatch(ctx context.Context, actor Actor, b Bulk, ps []BatchPaper, now time.Time) (Bulk, error) {
	if len(ps) == 0 {
		return Bulk{}, Fault(Invalid, "none_chosen", Text{"Chưa chọn giấy tờ nào.", "No paper was chosen."})
	}
	b.ID, b.Actor, b.ActorName, b.Address, b.Request = NewID(), actor.ID, actor.Name, actor.Address, actor.Request
	b.State, b.CreatedAt, b.Waiting = BatchAsked, now, len(ps)
	err := a.update(ctx, func(tx Tx) error { return tx.Batches().Insert(ctx, b, ps) })
	return b, err
}

func (a *Archive) checkBulk(r *BulkRequest) error {
	if !slices.Contains(BulkActs, r.Act) {
		return invalidField("act", Text{"Không có việc này.", "There is no such act."})
	}
	g := &r.Args
	g.Reason = clean(g.Reason, a.Limits.FieldText)
	g.Value = clean(g.Value, a.Limits.FieldText)
	switch r.Act {
	case BulkReturn, BulkWithdraw, BulkDiscard:
		if g.Reason == "" {
			return invalidField("reason", Text{"Xin ghi lý do.", "Please give a reason."})
		}
	case BulkMove:
		if g.Dossier == "" {
			return invalidField("dossier", Text{"Xin ghi mã hồ sơ.", "Give the dossier's code."})
		}
	case BulkField:
		if !slices.Contains(BulkFields, g.Field) {
			return invalidField("field", Text{"Trường này không đặt hàng loạt được.", "This field cannot be set on many papers."})
		}
		if err := setField(&Fields{}, g.Field, g.Value); err != nil {
			return err
		}
	}
	return nil
}

// choose returns the papers as they are now, those the actor sees and no others.
func (a *Archive) choose(ctx context.Context, actor Actor, r BulkRequest, now time.Time) ([]ID, error) {
	most := a.Limits.Work.Bulk
	tooMany := Fault(Invalid, "too_many_chosen", Text{"Chọn quá nhiều giấy tờ một lúc; xin thu hẹp danh sách.", "Too many papers at once; narrow the list."})
	var ids []ID
	see := actor.Sees(now)
	if r.Filter == nil {
		if len(r.IDs) > most {
			return nil, tooMany
		}
		checks := actor.Checks(now)
		err := a.Catalog.View(ctx, func(tx Tx) error {
			seen := map[ID]bool{}
			for part := range slices.Chunk(r.IDs, a.Limits.ListRows) {
				ds, err := tx.Documents().GetMany(ctx, part)
				if err != nil {
					return err
				}
				for i := range ds {
					seen[ds[i].ID] = see.Admits(&ds[i]) || checks.Admits(&ds[i])
				}
			}
			for _, id := range r.IDs {
				if seen[id] {
					ids, seen[id] = append(ids, id), false // once
				}
			}
			return nil
		})
		return ids, err
	}
	f := *r.Filter
	if r.List != "" {
		w, ok := a.workFilter(actor, r.List, now)
		if !ok {
			return nil, ErrNotFound
		}
		if f = w.with(f); r.List == WorkNeighbours {
			see = actor.Checks(now)
		}
	}
	if see.Nothing() {
		return nil, nil
	}
	f.After, f.Limit = "", a.Limits.ListRows
	// One transaction: every page of the list is of the same moment.
	err := a.Catalog.View(ctx, func(tx Tx) error {
		ids = ids[:0]
		for {
			l, err := tx.Documents().Browse(ctx, see, f)
			if err != nil {
				return err
			}
			for i := range l.Items {
				ids = append(ids, l.Items[i].ID)
			}
			if len(ids) > most {
				return tooMany
			}
			if f.After = l.Next; l.Next == "" {
				return nil
			}
		}
	})
	return ids, err
}

// Bulk returns a batch of the actor's own.
func (a *Archive) Bulk(ctx context.Context, actor Actor, id ID) (Bulk, error) {
	var b Bulk
	err := a.Catalog.View(ctx, func(tx Tx) (err error) { b, err = tx.Batches().Get(ctx, id); return err })
	if err == nil && b.Actor != actor.ID {
		err = ErrNotFound
	}
	return b, err
}

// Bulks returns the actor's last batches, newest first.
func (a *Archive) Bulks(ctx context.Context, actor Actor, limit int) ([]Bulk, error) {
	var bs []Bulk
	err := a.Catalog.View(ctx, func(tx Tx) (err error) { bs, err = tx.Batches().Of(ctx, actor.ID, a.rows(limit)); return err })
	return bs, err
}

// BulkPapers tells of each paper of a batch what became of it, in order behind a place; state "" for all.
func (a *Archive) BulkPapers(ctx context.Context, actor Actor, id ID, state PaperState, after, limit int) ([]BatchPaper, error) {
	if _, err := a.Bulk(ctx, actor, id); err != nil {
		return nil, err
	}
	var ps []BatchPaper
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		ps, err = tx.Batches().Papers(ctx, id, state, after, a.rows(limit))
		return err
	})
	return ps, err
}

// StartBulk begins what was asked for. It goes on when the browser is closed and when the house is started again. Conflict
// stale_revision when it was begun before.
func (a *Archive) StartBulk(ctx context.Context, actor Actor, id ID) (Bulk, error) {
	b, err := a.Bulk(ctx, actor, id)
	if err != nil {
		return b, err
	}
	now := a.Clock.Now()
	ev := NewEvent(actor, EvBulk, now)
	ev.Object, ev.Detail = "bulk:"+id.String(), map[string]string{"act": string(b.Act), "papers": itoa(b.Waiting), "reason": b.Args.Reason}
	if !b.Undoes.IsZero() {
		ev.Detail["undoes"] = b.Undoes.String()
	}
	err = a.update(ctx, func(tx Tx) error {
		if err := tx.Batches().SetState(ctx, id, BatchAsked, BatchRunning, now); err != nil {
			return err
		}
		if err := tx.Events().Append(ctx, ev); err != nil {
			return err
		}
		return tx.Jobs().Enqueue(ctx, Job{ID: NewID(), Kind: JobBulk, Key: id.String(), Priority: 1, RunAt: now, Total: b.Waiting, CreatedAt: now})
	})
	if err != nil {
		return b, err
	}
	wake(a.bulk)
	b.State, b.StartedAt = BatchRunning, now
	return b, nil
}

// RetryBulk chooses those papers of a finished batch again that were refused. It is to be started like any other.
func (a *Archive) RetryBulk(ctx context.Context, actor Actor, id ID) (Bulk, error) {
	return a.follow(ctx, actor, id, PaperRefused, func(b Bulk, _ *BatchPaper) Bulk { return Bulk{Act: b.Act, Args: b.Args} })
}

// UndoBulk chooses the papers of a finished batch to which something was done, to take it back: discard, assign, move to a
// dossier and set a field have a way back. A paper somebody has changed since is left alone, and the report says so.
func (a *Archive) UndoBulk(ctx context.Context, actor Actor, id ID) (Bulk, error) {
	return a.follow(ctx, actor, id, PaperDone, func(b Bulk, p *BatchPaper) Bulk {
		return Bulk{Act: undoneBy[b.Act], Args: BulkArgs{Field: b.Args.Field, Reason: b.Args.Reason}, Undoes: b.ID}
	})
}

func (a *Archive) follow(ctx context.Context, actor Actor, id ID, state PaperState, next func(Bulk, *BatchPaper) Bulk) (Bulk, error) {
	b, err := a.Bulk(ctx, actor, id)
	if err != nil {
		return b, err
	}
	n := next(b, nil)
	if b.State != BatchDone || n.Act == "" {
		return b, Fault(Conflict, "wrong_state", Text{"Việc này chưa xong hoặc không hoàn tác được.", "This is not finished, or has no way back."})
	}
	var ps []BatchPaper
	err = a.Catalog.View(ctx, func(tx Tx) (err error) {
		ps, err = tx.Batches().Papers(ctx, id, state, 0, a.Limits.Work.Bulk)
		return err
	})
	if err != nil {
		return b, err
	}
	for i := range ps {
		p := &ps[i]
		*p = BatchPaper{Place: i + 1, Document: p.Document, State: PaperWaiting, Left: p.Left, Before: p.Before}
		if n.Undoes.IsZero() {
			p.Left, p.Before = 0, BulkArgs{}
		}
	}
	return a.askBatch(ctx, actor, n, ps, a.Clock.Now())
}
