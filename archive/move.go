package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// MoveRequest asks for a move of the state table.
type MoveRequest struct {
	Move   Move
	Reason string
	After  int64 // revision the caller saw; 0 does not ask
	// Despite is the code of a warning that was shown to a person who then went on: the event says so. Optional.
	Despite string
	Batch   ID // the bulk act this belongs to; optional
	// Then runs inside the transaction, last. It may run more than once. Optional.
	Then func(context.Context, Tx, Document) error
}

// pending is an act that was begun: enough to finish it after a crash. It is the payload of its intent.
type pending struct {
	Next   Document // the document as the act leaves it
	After  int64    // the revision the act follows
	Actor  Actor
	Action Action
	At     time.Time
	Detail map[string]string
	Read   bool         // another version counts now: its reading begins
	Left   *DossierCode // the dossier the paper was in, when the act takes it to another
	Made   bool         `json:",omitempty"` // the version is made of pages that were here already: nothing was taken in
	// Absorbed are papers the act discards with itself: their pages are in this one now.
	Absorbed []absorption `json:",omitempty"`
	// Lot is what was drawn when the paper was submitted: an event of its own.
	Lot map[string]string `json:",omitempty"`
	// Leaves is opened by the act's transaction when the bytes have moved to or from quarantine: it names the place they
	// still lie in, and keeps the document locked until they are gone from there. Nil for every other act.
	Leaves *Intent `json:",omitempty"`
}

// Move makes one move of the state table and returns the document as it stands then. Errors: NotFound, Forbidden,
// Conflict wrong_state, version_stands, four_eyes or stale_revision, Invalid reason_required or incomplete. A durable move
// (Rule.Durable) is in the vault before it is in the catalog; interrupted between the two it is rolled forward. Quarantine
// and Release move the bytes as well: see quarantine and release.
func (a *Archive) Move(ctx context.Context, actor Actor, id ID, req MoveRequest) (Document, error) {
	now := a.Clock.Now()
	switch req.Move {
	case Rescan, Refile, Arrange, Split, Merge: // these come with bytes, a dossier or pages: they are acts of their own
		return Document{}, ErrNotFound
	}
	reason := clean(req.Reason, a.Limits.FieldText)
	d, rule, err := a.may(ctx, actor, id, req.Move, req.After, reason, now)
	if err != nil {
		return Document{}, err
	}
	if req.Move == Submit {
		if err := complete(&d.Fields); err != nil {
			return Document{}, err
		}
	}
	switch req.Move {
	case Quarantine:
		return a.quarantine(ctx, actor, d, reason, req.Then)
	case Release:
		return a.release(ctx, actor, d, reason, req.Then)
	}
	p := pending{After: d.Revision, Actor: actor, Action: EvMove, At: now}
	from := d.State
	d.State, d.Reason, d.UpdatedAt = rule.To, reason, d.changed(now)
	switch req.Move {
	case Submit:
		d.Submitter = actor.ID
		if err := a.submitted(ctx, actor, &d, &p); err != nil {
			return Document{}, err
		}
	case Accept:
		d.accepted()
	case Publish:
		d.PublishedAt, d.Standing = now, nil
	case Discard:
		d.PriorState, d.DiscardedAt, d.DiscardedBy = from, now, actor.ID
	case Restore:
		d.State, d.PriorState, d.DiscardedAt, d.DiscardedBy = d.PriorState, "", time.Time{}, ID{}
		if d.State == Returned {
			if d.Reason, err = a.returnedFor(ctx, id); err != nil {
				return Document{}, err
			}
		}
	case Revert:
		a.dropScan(&d, &p)
	}
	p.Next = d
	p.tell(map[string]string{"move": string(req.Move), "from": string(from), "to": string(d.State), "reason": reason})
	p.under(req.Batch)
	if req.Despite != "" {
		p.tell(map[string]string{"despite": clean(req.Despite, 60)})
	}
	then := req.Then
	if req.Move == Accept {
		then = func(ctx context.Context, tx Tx, done Document) error {
			if err := teach(ctx, tx, &done, now); err != nil || req.Then == nil {
				return err
			}
			return req.Then(ctx, tx, done)
		}
	}
	done, err := a.perform(ctx, p, rule.Durable, nil, nil, then)
	if err == nil && req.Move == Accept {
		a.learn(done.Fields.Subject) // confirmed by two people
	}
	return done, err
}

// returnedFor is the reason a paper was last returned for, as its history tells it: whoever takes it out of the bin again has
// to know what is to be mended.
func (a *Archive) returnedFor(ctx context.Context, id ID) (reason string, err error) {
	const back = 20 // moves between the return and now: the discarding, and whatever was moved about before it
	err = a.Catalog.View(ctx, func(tx Tx) error {
		l, err := tx.Events().Browse(ctx, EventFilter{Document: id, Action: EvMove, Limit: back})
		for _, e := range l.Items {
			if e.Detail["to"] == string(Returned) && e.Detail["move"] == string(Return) {
				reason = e.Detail["reason"]
				return nil
			}
		}
		return err
	})
	return reason, err
}

// under notes to which bulk act the act belongs.
func (p *pending) under(batch ID) {
	if !batch.IsZero() {
		p.tell(map[string]string{"batch": batch.String()})
	}
}

// tell adds facts to the event of the act.
func (p *pending) tell(detail map[string]string) {
	if p.Detail == nil {
		p.Detail = map[string]string{}
	}
	maps.Copy(p.Detail, detail)
}

// may fetches a paper for a move and decides whether the actor may make it now. A move that is not the actor's is noted.
func (a *Archive) may(ctx context.Context, actor Actor, id ID, m Move, after int64, reason string, now time.Time) (Document, Rule, error) {
	if _, err := RuleOf(m); err != nil {
		return Document{}, Rule{}, err
	}
	d, err := a.fetch(ctx, actor, id, now)
	if err != nil {
		return Document{}, Rule{}, err
	}
	if after != 0 && after != d.Revision {
		return Document{}, Rule{}, ErrStale
	}
	rule, err := ruleFor(m, &d)
	if err != nil {
		return Document{}, Rule{}, err
	}
	if err := rule.check(actor, &d, reason); err != nil {
		if KindOf(err) == Forbidden {
			a.denied(ctx, actor, Action(m), id.String(), now)
		}
		return Document{}, Rule{}, err
	}
	return d, rule, nil
}

// perform carries a prepared act out: directly, or, when it is durable, under an intent with an object version before its
// transaction. What first writes is there before the act: in the transaction of the intent, where there is one. Left alone by
// a power cut it must do no harm.
func (a *Archive) perform(ctx context.Context, p pending, durable bool, files []File, first func(context.Context, Tx) error, then func(context.Context, Tx, Document) error) (Document, error) {
	if first == nil {
		first = nothingFirst
	}
	if p.Action == EvEdit || p.Action == EvVersion || p.Left != nil {
		p.Next.Work.touch(p.Actor.ID)
	}
	if err := a.reckon(ctx, &p.Next, p.Actor, p.At); err != nil {
		return Document{}, err
	}
	if !durable {
		err := a.update(ctx, func(tx Tx) error {
			if err := unlocked(ctx, tx, p.Next.ID); err != nil {
				return err
			}
			if err := first(ctx, tx); err != nil {
				return err
			}
			return a.apply(ctx, tx, &p, then)
		})
		p.Next.Revision = p.After + 1
		a.step("row/committed")
		return p.Next, err
	}
	head := p.Next.Object
	p.Next.Object = head + 1
	payload, err := json.Marshal(p)
	if err != nil {
		return Document{}, fmt.Errorf("marshal act: %w", err)
	}
	intent := Intent{ID: NewID(), Node: a.Node, Object: DocumentObject(p.Next.ID), Document: p.Next.ID, Act: string(p.Action), After: head,
		Payload: payload, CreatedAt: p.At, ExpiresAt: p.At.Add(a.Limits.IntentTime)}
	// 1. The intent locks the document and holds the whole act. Power lost: the janitor finds no version of this intent in
	// the object and drops it: the act never was. The revision is checked under the lock.
	if err := a.lock(ctx, intent, p.After, first); err != nil {
		return Document{}, err
	}
	a.step("act/intent")
	// 2. The object version: from here on the act has happened. Power lost: the janitor sees the version carry this
	// intent's id and runs step 3.
	files = append(files, File{Path: metadataPath, Bytes: metadataJSON(&p.Next)})
	_, err = a.Vault.Commit(ctx, Commit{Object: intent.Object, After: head, Files: files, Message: p.Detail["move"], User: p.Actor.Name, Intent: intent.ID, At: p.At})
	if err != nil {
		c, cancel := settle(ctx)
		defer cancel()
		// The commit may have happened and only its answer been lost: recovery looks.
		if rerr := a.recoverIntent(c, intent); rerr != nil {
			a.leaveToJanitor(c, intent, rerr)
		}
		return Document{}, err
	}
	a.step("act/object")
	// 3. The transaction. It must not die with the request: the act is done in the store.
	c, cancel := settle(ctx)
	defer cancel()
	err = a.update(c, func(tx Tx) error {
		if err := tx.Intents().Close(c, intent.ID); err != nil {
			return err
		}
		return a.apply(c, tx, &p, then)
	})
	a.step("act/committed")
	p.Next.Revision = p.After + 1
	if p.Read {
		wake(a.work)
	}
	switch {
	case p.Leaves == nil:
	case err == nil:
		a.leaveSoon(c, *p.Leaves)
	case KindOf(err) == NotFound:
		a.eraseStray(c, p.Next.ID)
	}
	return p.Next, err
}

func nothingFirst(context.Context, Tx) error { return nil }

// lock opens an intent of a document that stands at revision after; ErrStale when it does not. first writes in the same
// transaction.
func (a *Archive) lock(ctx context.Context, i Intent, after int64, first func(context.Context, Tx) error) error {
	return a.update(ctx, func(tx Tx) error {
		cur, err := tx.Documents().Get(ctx, i.Document)
		if err != nil {
			return err
		}
		if cur.Revision != after {
			return ErrStale
		}
		if err := first(ctx, tx); err != nil {
			return err
		}
		return tx.Intents().Open(ctx, i)
	})
}

// apply is the transaction's part of an act, the same live and in recovery.
func (a *Archive) apply(ctx context.Context, tx Tx, p *pending, then func(context.Context, Tx, Document) error) error {
	if err := recharge(ctx, tx, p); err != nil {
		return err
	}
	if err := tx.Documents().Update(ctx, p.Next, p.After); err != nil {
		return err
	}
	if p.Action == EvVersion || p.Read {
		if err := tx.Documents().SetReading(ctx, p.Next.ID, p.Next.Head().Number, p.Next.Reading); err != nil {
			return err
		}
		if err := a.enqueueReading(ctx, tx, &p.Next, p.At); err != nil {
			return err
		}
	}
	if p.Leaves != nil {
		if err := a.applyPlace(ctx, tx, p); err != nil {
			return err
		}
	} else if p.Next.State == Quarantined { // restored
		if err := a.enqueueNext(ctx, tx, &p.Next, p.At); err != nil {
			return err
		}
	}
	if err := a.applyAbsorbed(ctx, tx, p); err != nil {
		return err
	}
	ev := documentEvent(p.Actor, p.Action, p.At, &p.Next)
	ev.Detail = p.Detail
	if err := tx.Events().Append(ctx, ev); err != nil {
		return err
	}
	if p.Lot != nil {
		ev := documentEvent(p.Actor, EvDraw, p.At, &p.Next)
		ev.Detail = p.Lot
		if err := tx.Events().Append(ctx, ev); err != nil {
			return err
		}
	}
	if p.Left != nil {
		if err := noteRefiling(ctx, tx, p); err != nil {
			return err
		}
	}
	if then != nil {
		next := p.Next
		next.Revision = p.After + 1
		return then(ctx, tx, next)
	}
	return nil
}

// unlocked answers Conflict busy while another act on the document is under way.
func unlocked(ctx context.Context, tx Tx, id ID) error {
	_, err := tx.Intents().OfDocument(ctx, id)
	switch {
	case err == nil:
		e := Fault(Conflict, "busy", Text{"Giấy tờ đang được xử lý. Xin thử lại ngay sau đây.", "The paper is being worked on. Try again in a moment."})
		e.RetryAfter = time.Second
		return e
	case KindOf(err) == NotFound:
		return nil
	}
	return err
}

// complete says which fields still keep a paper from being submitted.
func complete(f *Fields) error {
	e := Fault(Invalid, "incomplete", Text{"Còn thiếu thông tin bắt buộc.", "Required fields are still empty."})
	need := func(field, value string, msg Text) {
		if value == "" {
			e.Fields = append(e.Fields, FieldError{Field: field, Code: "required", Msg: msg})
		}
	}
	need("type", f.Type, Text{"Xin chọn loại giấy tờ.", "Choose the type of paper."})
	need("subject", f.Subject, Text{"Xin ghi trích yếu hoặc tên giấy tờ.", "Give the subject or the name of the paper."})
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}
