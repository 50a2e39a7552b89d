package archive

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// release lets a paper out of quarantine: every version is scanned and inspected again by today's rules, and what was
// judged is what goes into a new object. Active content a checker may let in, and the findings stay on the paper; the
// program itself releases only what passes whole. The rule of the move has been checked.
func (a *Archive) release(ctx context.Context, actor Actor, d Document, reason string, then func(context.Context, Tx, Document) error) (Document, error) {
	if a.Quarantine == nil {
		return Document{}, errNoQuarantine
	}
	if a.Inspector == nil {
		return Document{}, Errorf(Unavailable, "no inspector")
	}
	now := a.Clock.Now()
	// The spool has an intent of its own, without a document: it holds copies and locks nothing while they are judged.
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
	next := d
	next.Versions = slices.Clone(d.Versions)
	var files []File
	var vs []verdict
	for i, v := range d.Versions {
		sp, again, err := a.judgeAgain(ctx, spool, &d, v)
		if err != nil {
			return Document{}, err
		}
		if again.MediaType != "" { // known: the inspector was let near it
			next.Versions[i].MediaType, next.Versions[i].Pages = again.MediaType, again.Pages
		}
		files = append(files, File{Path: next.Versions[i].Path(), Spooled: sp})
		vs = append(vs, again)
	}
	findings := foundAgain(vs, d.Head().Number)
	if err := a.mayEnter(&d, vs, actor.Role != RoleSystem); err != nil {
		return Document{}, a.stays(ctx, actor, &d, findings, err)
	}
	left := a.intent(&d, leaveQuarantine, now)
	next.State, next.Reason, next.UpdatedAt, next.Findings, next.Reading = Review, reason, next.changed(now), findings, a.firstReading(next.PageCount())
	p := pending{Next: next, After: d.Revision, Actor: actor, Action: EvMove, At: now, Leaves: &left,
		Detail: map[string]string{"move": string(Release), "from": string(d.State), "to": string(Review), "reason": reason}}
	// From here on as every durable act: the object is version 1 and carries the intent's id; after the transaction the
	// second intent names the quarantine's copies, which the janitor erases if the power fails before we do.
	out, err := a.perform(ctx, p, true, files, nil, then)
	if err != nil {
		return Document{}, err
	}
	a.watch.notify(d.ID)
	wake(a.work)
	return out, nil
}

// judgeAgain copies a version out of quarantine, checking its digest on the way, and judges the copy.
func (a *Archive) judgeAgain(ctx context.Context, spool Intent, d *Document, v Version) (Spooled, verdict, error) {
	c, err := a.Quarantine.Open(ctx, d.ID, v)
	if err != nil {
		return nil, verdict{}, err
	}
	defer c.Close()
	sp, err := a.Vault.Spool(ctx, spool.ID, c, v.Size)
	if err != nil {
		return nil, verdict{}, err
	}
	if sp.Digest() != v.Digest {
		return nil, verdict{}, Errorf(Corrupt, "version %d of %s in quarantine is %s, not %s", v.Number, d.ID, sp.Digest(), v.Digest)
	}
	f, err := sp.Open()
	if err != nil {
		return nil, verdict{}, err
	}
	defer f.Close()
	again, err := a.judge(ctx, f, v.MediaType)
	return sp, again, err
}

// foundAgain gathers what is said of the version that counts, and what is grave about the others.
func foundAgain(vs []verdict, head int) []Finding {
	out := slices.Clone(vs[head-1].Findings)
	for i, v := range vs {
		for _, f := range v.Findings {
			if n := strconv.Itoa(i + 1); i+1 != head && f.Severity == Fatal {
				f.Msg = Text{"Bản quét " + n + ": " + f.Msg.VI, "Scan " + n + ": " + f.Msg.EN}
				out = append(out, f)
			}
		}
	}
	return out
}

func sameFinding(a, b Finding) bool {
	return a.Code == b.Code && a.Severity == b.Severity && a.Page == b.Page && a.Object == b.Object && a.Msg == b.Msg
}

var stayText = map[string]Text{
	"virus":           {"Phần mềm diệt vi rút vẫn nhận ra mã độc nên không giải tỏa được. Hãy bỏ giấy tờ này và quét lại từ bản giấy.", "The virus scanner still recognises something, so the paper stays in quarantine. Discard it and scan the paper again."},
	"damaged_file":    {"Tệp hỏng nên không giải tỏa được. Hãy bỏ giấy tờ này rồi quét lại hoặc xin tệp khác.", "The file is damaged, so the paper stays in quarantine. Discard it and scan it again or ask for another file."},
	"encrypted_file":  {"Tệp có mật khẩu nên không giải tỏa được. Hãy bỏ giấy tờ này và xin bản không đặt mật khẩu.", "The file has a password, so the paper stays in quarantine. Discard it and ask for a copy without one."},
	"limits_exceeded": {"Tệp vượt giới hạn nên không giải tỏa được. Hãy bỏ rồi tách thành nhiều tệp, hoặc nhờ quản trị nâng giới hạn.", "The file exceeds a limit, so the paper stays in quarantine. Discard it and split the file, or ask the administrator to raise the limit."},
	"no_scanner":      {"Giấy tờ này phải được quét vi rút trước khi giải tỏa, mà hệ thống không còn phần mềm diệt vi rút. Xin báo quản trị.", "The paper must be scanned for viruses before it is released, and this house has no scanner any more. Tell the administrator."},
	"scanner_away":    {"Chưa quét được vi rút nên chưa giải tỏa. Xin thử lại khi phần mềm diệt vi rút trả lời.", "The paper could not be scanned for viruses, so it stays in quarantine. Try again when the scanner answers."},
}

// mayEnter returns nil when a paper may leave quarantine for the vault, else why not and what to do.
func (a *Archive) mayEnter(d *Document, vs []verdict, byHand bool) error {
	if a.Scanner == nil && (hasFinding(d.Findings, FindingVirus) || hasFinding(d.Findings, FindingNotScanned)) {
		return Fault(Unavailable, "no_scanner", stayText["no_scanner"])
	}
	for i := range vs {
		v := &vs[i]
		fault := &Error{Kind: Unprocessable, Code: v.Refusal, Findings: v.Findings}
		switch {
		case v.virus():
			fault.Msg = stayText["virus"]
		case v.unscanned != nil:
			fault = &Error{Kind: Unavailable, Code: "scanner_away", Msg: stayText["scanner_away"], Findings: v.Findings, RetryAfter: 30 * time.Second, Err: v.unscanned}
		case v.Refusal == "", v.Refusal == "unsafe_file" && len(v.Also) == 0 && byHand:
			continue
		default:
			code := v.Refusal
			if code == "unsafe_file" && len(v.Also) > 0 { // what a checker cannot let in
				code = v.Also[0]
				fault.Code = code
			}
			msg, ok := stayText[code]
			if !ok {
				msg = refusalText[code]
			}
			fault.Msg = msg
		}
		return fault
	}
	return nil
}

// stays records that a paper was judged again and stays in quarantine, with what was found, and returns why.
func (a *Archive) stays(ctx context.Context, actor Actor, d *Document, findings []Finding, why error) error {
	if actor.Role == RoleSystem && KindOf(why) == Unavailable {
		return why // the scanner went away again; it is asked again, and nobody need read of each time
	}
	c, cancel := settle(ctx)
	defer cancel()
	ev := documentEvent(actor, EvRefuse, a.Clock.Now(), d)
	ev.Outcome, ev.Detail = Denied, map[string]string{"act": string(Release), "code": CodeOf(why), "digest": d.Head().Digest.String()}
	err := a.update(c, func(tx Tx) error {
		cur, err := tx.Documents().Get(c, d.ID)
		if err != nil {
			return err
		}
		if cur.Revision == d.Revision && !slices.EqualFunc(cur.Findings, findings, sameFinding) && CodeOf(why) != "no_scanner" {
			cur.Findings = findings
			if err := tx.Documents().Update(c, cur, cur.Revision); err != nil {
				return err
			}
		}
		return tx.Events().Append(c, ev)
	})
	if err != nil {
		return fmt.Errorf("note that %s stays in quarantine: %w", d.ID, err)
	}
	a.watch.notify(d.ID)
	return why
}
