package archive

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

const (
	bulkLease = 2 * time.Minute // renewed after every few papers
	bulkStep  = 20
	bulkKept  = 90 * 24 * time.Hour // the report of one that is done; what was done is in the trail
	bulkTries = 100                 // restarts of the house a batch outlives
)

func itoa(n int) string { return strconv.Itoa(n) }

// runBulk does bulk acts until ctx ends.
func (a *Archive) runBulk(ctx context.Context) {
	for ctx.Err() == nil {
		err := a.BulkNext(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			continue
		case CodeOf(err) != ErrNoJob.Code:
			a.Log.Error("bulk act", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-a.bulk:
		case <-time.After(2 * time.Second):
		}
	}
}

// BulkNext claims one bulk act and does it to its end; ErrNoJob when none is due. Power lost at any paper: the lease runs out,
// the next claim goes on with the papers that still wait, and a paper whose act was done under this batch is not touched again.
func (a *Archive) BulkNext(ctx context.Context) error {
	var job Job
	now := a.Clock.Now()
	err := a.Catalog.Update(ctx, func(tx Tx) (err error) {
		job, err = tx.Jobs().Claim(ctx, a.Node, []JobKind{JobBulk}, now, bulkLease)
		return err
	})
	if err != nil {
		return err
	}
	id, err := ParseID(job.Key)
	if err == nil {
		err = a.runBatch(ctx, id, &job)
	}
	if err == nil {
		return nil
	}
	c, cancel := settle(ctx)
	defer cancel()
	again := a.Catalog.Update(c, func(tx Tx) error {
		switch {
		case ctx.Err() != nil:
			return tx.Jobs().Release(c, job)
		case KindOf(err) == NotFound, job.Attempts >= bulkTries:
			return tx.Jobs().Fail(c, job, err.Error())
		}
		return tx.Jobs().Retry(c, job, a.Clock.Now().Add(backoff(min(job.Attempts, 4))), err.Error())
	})
	if ctx.Err() != nil {
		return again
	}
	return errors.Join(fmt.Errorf("batch %s: %w", job.Key, err), again)
}

func (a *Archive) runBatch(ctx context.Context, id ID, job *Job) error {
	var b Bulk
	err := a.Catalog.View(ctx, func(tx Tx) (err error) { b, err = tx.Batches().Get(ctx, id); return err })
	if err != nil {
		return err
	}
	job.Total = b.Waiting + b.Done + b.Refused
	for b.State == BatchRunning {
		var ps []BatchPaper
		if err := a.Catalog.View(ctx, func(tx Tx) (err error) {
			ps, err = tx.Batches().Papers(ctx, id, PaperWaiting, 0, bulkStep)
			return err
		}); err != nil {
			return err
		}
		if len(ps) == 0 {
			break
		}
		// Whoever asked acts with the rights he has now: an account that was closed or changed meanwhile does nothing more.
		actor, refused := a.whoAsked(ctx, &b)
		if refused != nil && KindOf(refused) != NotFound {
			return refused
		}
		for i := range ps {
			if err := a.bulkPaper(ctx, actor, &b, &ps[i], refused); err != nil {
				return err
			}
		}
		job.Done += len(ps)
		if err := a.Catalog.Update(ctx, func(tx Tx) error { return tx.Jobs().Progress(ctx, *job, a.Clock.Now().Add(bulkLease)) }); err != nil {
			return err
		}
	}
	return a.Catalog.Update(ctx, func(tx Tx) error {
		if err := tx.Batches().SetState(ctx, id, BatchRunning, BatchDone, a.Clock.Now()); err != nil && CodeOf(err) != ErrStale.Code {
			return err
		}
		return tx.Jobs().Finish(ctx, *job)
	})
}

// whoAsked is the account or token behind a batch, as it may act now; NotFound when it may no more.
func (a *Archive) whoAsked(ctx context.Context, b *Bulk) (Actor, error) {
	who, err := a.colleague(ctx, b.Actor)
	if KindOf(err) == NotFound {
		var t Token
		if err = a.Catalog.View(ctx, func(tx Tx) (err error) { t, err = tx.Tokens().Get(ctx, b.Actor); return err }); err == nil {
			if !t.RevokedAt.IsZero() {
				return Actor{}, ErrNotFound
			}
			if !t.Owner.IsZero() { // it lives on what its owner may
				if _, err := a.colleague(ctx, t.Owner); err != nil {
					return Actor{}, err
				}
			}
			who, err = a.Admit(ctx, t.Actor())
		}
	}
	if err == nil && !who.active(a.Clock.Now()) {
		err = ErrNotFound
	}
	who.Address, who.Request = b.Address, b.Request
	return who, err
}

// bulkPaper does the act to one paper and notes what became of it: in the act's own transaction when it is done, so that the two
// are never apart.
func (a *Archive) bulkPaper(ctx context.Context, actor Actor, b *Bulk, p *BatchPaper, refused error) error {
	mark := func(ctx context.Context, tx Tx, d Document) error {
		p.State, p.Left, p.At = PaperDone, d.Revision, a.Clock.Now()
		return tx.Batches().Mark(ctx, b.ID, *p)
	}
	err := refused
	if err == nil {
		err = a.bulkAct(ctx, actor, b, p, mark)
	}
	if err == nil {
		return nil
	}
	var e *Error
	if !errors.As(err, &e) || ctx.Err() != nil || e.Kind == Internal || e.Kind == Unavailable || e.CodeOrKind() == "busy" && p.At.IsZero() {
		return err // the house could not: the job tries again
	}
	// A durable act whose transaction was cut off after its object version was finished by the janitor, without this mark.
	if done, derr := a.doneUnder(ctx, p.Document, b.ID); derr != nil {
		return derr
	} else if done {
		return a.Catalog.Update(ctx, func(tx Tx) error {
			d, err := tx.Documents().Get(ctx, p.Document)
			if err != nil {
				return err
			}
			return mark(ctx, tx, d)
		})
	}
	p.State, p.Code, p.Message, p.At = PaperRefused, e.CodeOrKind(), e.Msg, a.Clock.Now()
	if len(e.Fields) > 0 {
		p.Message = e.Fields[0].Msg
	}
	return a.Catalog.Update(ctx, func(tx Tx) error { return tx.Batches().Mark(ctx, b.ID, *p) })
}

// doneUnder reports whether the last act on a paper was done under the batch.
func (a *Archive) doneUnder(ctx context.Context, id, batch ID) (done bool, err error) {
	err = a.Catalog.View(ctx, func(tx Tx) error {
		for _, action := range []Action{EvMove, EvEdit, EvAssign} {
			l, err := tx.Events().Browse(ctx, EventFilter{Document: id, Action: action, Limit: 1})
			if err != nil {
				return err
			}
			done = done || len(l.Items) == 1 && l.Items[0].Detail["batch"] == batch.String()
		}
		return nil
	})
	return done, err
}

func (a *Archive) bulkAct(ctx context.Context, actor Actor, b *Bulk, p *BatchPaper, mark func(context.Context, Tx, Document) error) error {
	d, err := a.fetch(ctx, actor, p.Document, a.Clock.Now())
	if err != nil {
		return err
	}
	g, after := b.Args, int64(0)
	if !b.Undoes.IsZero() {
		after, g.Assignee, g.Unit, g.Dossier, g.Value = p.Left, p.Before.Assignee, p.Before.Unit, p.Before.Dossier, p.Before.Value
	}
	switch b.Act {
	case BulkAssign:
		p.Before = BulkArgs{Assignee: d.Work.Assignee, Unit: d.Work.Unit}
		if after != 0 && after != d.Revision {
			return ErrStale
		}
		_, err = a.Assign(ctx, actor, d.ID, Assignment{Assignee: g.Assignee, Unit: g.Unit, Batch: b.ID, Then: mark})
	case BulkMove:
		p.Before = BulkArgs{Dossier: d.Dossier}
		_, err = a.Refile(ctx, actor, d.ID, Refiling{Dossier: g.Dossier, Reason: g.Reason, After: after, Batch: b.ID, Then: mark})
	case BulkField:
		f := d.Fields
		p.Before = BulkArgs{Value: fieldOf(&f, g.Field)}
		if p.Before.Value == g.Value {
			return Fault(Conflict, "nothing_to_do", Text{"Trường đã có giá trị này.", "The field has this value already."})
		}
		if err := setField(&f, g.Field, g.Value); err != nil {
			return err
		}
		if after == 0 {
			after = d.Revision // the other fields are as they were just read
		}
		_, err = a.Edit(ctx, actor, d.ID, Edit{Fields: &f, After: after, Batch: b.ID, Then: mark})
	default:
		_, err = a.Move(ctx, actor, d.ID, MoveRequest{Move: Move(b.Act), Reason: g.Reason, After: after, Batch: b.ID, Then: mark})
	}
	return err
}

func fieldOf(f *Fields, name string) string {
	switch name {
	case "type":
		return f.Type
	case "procedure_code":
		return f.Procedure.String()
	case "notation":
		return f.Notation
	case "signer_name":
		return f.Signer.Name
	case "signer_position":
		return f.Signer.Position
	case "language":
		return f.Language
	}
	return ""
}

func setField(f *Fields, name, value string) error {
	switch name {
	case "type":
		f.Type = TypeCode(value)
	case "procedure_code":
		var c ProcedureCode
		if err := c.UnmarshalText([]byte(value)); err != nil {
			return inField("value", err)
		}
		f.Procedure = c
	case "notation":
		f.Notation = value
	case "signer_name":
		f.Signer.Name = value
	case "signer_position":
		f.Signer.Position = value
	case "language":
		f.Language = value
	}
	return nil
}
