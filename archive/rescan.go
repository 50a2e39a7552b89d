package archive

import (
	"context"
	"strconv"
)

// AddVersion deposits a new scan of a paper in review or returned: the old file stays, the new one is read. Errors as for
// Deposit and Move.
func (a *Archive) AddVersion(ctx context.Context, actor Actor, id ID, after int64, d Deposit) (Document, error) {
	now := a.Clock.Now()
	rule, err := RuleOf(Rescan)
	if err != nil {
		return Document{}, err
	}
	doc, err := a.fetch(ctx, actor, id, now)
	if err != nil {
		return Document{}, err
	}
	if after != 0 && after != doc.Revision {
		return Document{}, ErrStale
	}
	if err := rule.check(actor, &doc, ""); err != nil {
		return Document{}, err
	}
	if d.OnFault != "" && d.OnFault != Refuse {
		return Document{}, invalidField("on_fault", Text{"Bản quét mới chỉ được nhận hoặc từ chối.", "A new scan is taken or refused."})
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
			a.Log.Warn("abandon spool; the janitor will", "intent", spool.ID, "err", err)
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
	from := doc.State
	v := Version{Number: doc.Head().Number + 1, Digest: sp.Digest(), Size: sp.Size(), MediaType: insp.MediaType,
		FileName: clean(d.FileName, a.Limits.FileName), Pages: insp.Pages, CreatedAt: now, CreatedBy: actor.ID}
	next := doc
	next.Versions = append(append([]Version{}, doc.Versions...), v)
	next.Findings, next.Reading, next.State, next.UpdatedAt = insp.Findings, a.firstReading(len(insp.Pages)), rule.To, now
	p := pending{Next: next, After: doc.Revision, Actor: actor, Action: EvVersion, At: now,
		Detail: map[string]string{"move": string(Rescan), "version": strconv.Itoa(v.Number), "digest": v.Digest.String(), "from": string(from), "file_name": v.FileName}}
	out, err := a.perform(ctx, p, true, []File{{Path: v.Path(), Spooled: sp}}, d.Then)
	if err == nil {
		wake(a.work)
	}
	return out, err
}
