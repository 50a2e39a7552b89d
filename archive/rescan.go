package archive

import (
	"context"
	"strconv"
)

// AddVersion deposits a new scan of a paper: the old file stays, the new one is read and goes to review. An accepted or
// published paper wants a reason (Deposit.Reason), and what it was stays valid behind the new scan (Standing). Errors as for
// Deposit and Move.
func (a *Archive) AddVersion(ctx context.Context, actor Actor, id ID, after int64, d Deposit) (Document, error) {
	now := a.Clock.Now()
	reason := clean(d.Reason, a.Limits.FieldText)
	doc, rule, err := a.may(ctx, actor, id, Rescan, after, reason, now)
	if err != nil {
		return Document{}, err
	}
	if err := d.takenOrRefused(); err != nil {
		return Document{}, err
	}
	if err := a.room(ctx, actor, doc.Custodian, d.Size, now); err != nil {
		return Document{}, err
	}
	// The spool has an intent of its own, without a document: it holds bytes and locks nothing while they arrive.
	spool := Intent{ID: NewID(), Node: a.Node, Act: "spool", CreatedAt: now, ExpiresAt: now.Add(a.Limits.IntentTime)}
	if err := a.Catalog.Update(ctx, func(tx Tx) error { return tx.Intents().Open(ctx, spool) }); err != nil {
		return Document{}, err
	}
	defer func() {
		c, cancel := settle(ctx)
		defer cancel()
		if err := a.abandon(c, spool); err != nil {
			a.leaveToJanitor(c, spool, err)
		}
	}()
	sp, insp, err := a.take(ctx, spool, &d)
	if err != nil {
		return Document{}, err
	}
	// A new scan is taken or refused, never kept aside: the paper stays as it was, and whoever sent the scan still has it.
	if insp.Refusal != "" || insp.unscanned != nil {
		return Document{}, a.refuse(ctx, actor, &d, sp.Digest(), &insp)
	}
	if !d.AllowDuplicate {
		if err := a.Catalog.View(ctx, func(tx Tx) error { return a.duplicate(ctx, tx, actor, sp.Digest(), ID{}, now) }); err != nil {
			return Document{}, err
		}
	}
	if err := a.room(ctx, actor, doc.Custodian, sp.Size(), now); err != nil { // now that it is known how much came
		return Document{}, err
	}
	next, from := doc, doc.State
	if from == Accepted || from == Published {
		next.stand()
		next.Reason = reason
	}
	v := next.AddVersion(Version{Digest: sp.Digest(), Size: sp.Size(), MediaType: insp.MediaType,
		FileName: clean(d.FileName, a.Limits.FileName), Pages: insp.Pages, CreatedAt: now, CreatedBy: actor.ID})
	next.Findings, next.Reading, next.State, next.UpdatedAt = insp.Findings, a.firstReading(len(insp.Pages)), rule.To, next.changed(now)
	p := pending{Next: next, After: doc.Revision, Actor: actor, Action: EvVersion, At: now, Read: true,
		Detail: map[string]string{"move": string(Rescan), "version": strconv.Itoa(v.Number), "digest": v.Digest.String(), "from": string(from), "file_name": v.FileName}}
	if reason != "" {
		p.Detail["reason"] = reason
	}
	// Power lost on the way leaves the paper as it was, or the new scan in review behind what stands: the object's version
	// says both, and the janitor rolls the row forward to it.
	return a.perform(ctx, p, rule.Durable, []File{{Path: v.Path(), Spooled: sp}}, nil, d.Then)
}

// takenOrRefused refuses what cannot be wished for a new scan.
func (d *Deposit) takenOrRefused() error {
	if d.OnFault != "" && d.OnFault != Refuse {
		return invalidField("on_fault", Text{"Bản quét mới chỉ được nhận hoặc từ chối.", "A new scan is taken or refused."})
	}
	return nil
}

// dropScan prepares the act that makes d what it was before its new scan. The words read of the version that counts again are
// still there; its reading is queued to gather them, and reads again only what was lost.
func (a *Archive) dropScan(d *Document, p *pending) {
	dropped := d.Head().Number
	d.revert()
	d.Reading = a.firstReading(d.PageCount())
	p.Read = true
	p.tell(map[string]string{"dropped": strconv.Itoa(dropped), "version": strconv.Itoa(d.Head().Number)})
}
