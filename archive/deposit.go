package archive

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Deposit is a paper on its way in.
type Deposit struct {
	Body           io.Reader `json:"-"`
	Spooled        Spooled   `json:"-"` // in place of Body: bytes that lie beside the store already; the caller removes them when Deposit fails
	FileName       string
	MediaType      string // what the caller says it is; magic bytes decide
	Kind           DocumentKind
	Dossier        DossierCode
	Agency         AgencyCode // custodian; zero: the dossier's, else the depositor's
	Access         Access     // zero: restricted
	Fields         Fields
	AllowDuplicate bool
	OnFault        OnFault // zero: Refuse
	Reason         string  // of a new scan of an accepted or published paper
	Size           int64   // of the body as it was announced, or a lower bound; 0 when it was not
	Pages          int     // how many the paper has, as a list that came with it says; a sound file of another count is Invalid page_count. 0: not told
	// Then runs inside the deposit's transaction, last. It may run more than once. Optional.
	Then func(context.Context, Tx, Document) error `json:"-"`
}

// Deposit takes a paper in and returns when it is durable: bytes and metadata in the vault, row, event and reading job
// in the catalog. A paper that does not pass is kept in quarantine instead when d.OnFault or the house's policy says so,
// and always when the virus scanner is away: it comes back in state Quarantined with its findings. Errors: Unprocessable
// with findings and a code of Inspection.Refusal; Conflict duplicate_content with Other when the caller may see the other
// paper; Conflict quota_exceeded; TooLarge; Invalid; Forbidden; Unavailable, with code scanner_away where there is no
// quarantine. On every error nothing of the paper is visible, and what was written is removed now or, after a crash, by the
// janitor.
func (a *Archive) Deposit(ctx context.Context, actor Actor, d Deposit) (Document, error) {
	now := a.Clock.Now()
	doc, err := a.prepare(ctx, actor, &d, now)
	if err != nil {
		return Document{}, err
	}
	intent := Intent{ID: NewID(), Node: a.Node, Object: DocumentObject(doc.ID), Document: doc.ID, Act: "deposit", CreatedAt: now, ExpiresAt: now.Add(a.Limits.IntentTime)}
	// 1. The intent. Power lost before this: nothing anywhere. After it: a row the janitor closes.
	if err := a.Catalog.Update(ctx, func(tx Tx) error { return tx.Intents().Open(ctx, intent) }); err != nil {
		return Document{}, err
	}
	a.step("deposit/intent")
	kept := false
	defer func() {
		if !kept {
			c, cancel := settle(ctx)
			defer cancel()
			if err := a.abandon(c, intent); err != nil {
				a.leaveToJanitor(ctx, intent, err)
			}
		}
	}()
	// 2. The bytes, beside the store, under the intent's name. Power lost: the janitor unspools them.
	sp, v, err := a.take(ctx, intent, &d)
	if err != nil {
		return Document{}, err
	}
	if err := d.counted(&v); err != nil {
		return Document{}, err
	}
	a.step("deposit/spooled")
	aside := a.keepsAside(d.OnFault, &v)
	if !aside && (v.Refusal != "" || v.unscanned != nil) {
		return Document{}, a.refuse(ctx, actor, &d, sp.Digest(), &v)
	}
	doc.Versions = []Version{{Number: 1, Digest: sp.Digest(), Size: sp.Size(), MediaType: v.MediaType,
		FileName: clean(d.FileName, a.Limits.FileName), Pages: v.Pages, CreatedAt: now, CreatedBy: actor.ID}}
	doc.Findings = v.Findings
	doc.Reading = a.firstReading(len(v.Pages))
	if aside {
		a.setAside(&doc)
	}
	if err := a.reckon(ctx, &doc, actor, now); err != nil {
		return Document{}, err
	}
	// Looked up before the vault writes, so that the usual duplicate costs no object; again in the transaction, where two
	// equal uploads at once meet.
	if !d.AllowDuplicate {
		if err := a.Catalog.View(ctx, func(tx Tx) error { return a.duplicate(ctx, tx, actor, sp.Digest(), doc.ID, now) }); err != nil {
			return Document{}, err
		}
	}
	// 3. The object, or the quarantine's copy. Power lost: bytes the intent names and no document claims; the janitor erases
	// them.
	if aside {
		err = a.putAside(ctx, &doc, sp)
	} else {
		doc.Object = 1
		_, err = a.Vault.Commit(ctx, Commit{Object: intent.Object, Message: "deposit", User: actor.Name, Intent: intent.ID, At: now,
			Files: []File{{Path: doc.Head().Path(), Spooled: sp}, {Path: metadataPath, Bytes: metadataJSON(&doc)}}})
	}
	if err != nil {
		return Document{}, err
	}
	a.step("deposit/object")
	// 4. One transaction. Power lost before its flush: as step 3. After it: the paper is kept; the caller who heard no
	// answer repeats with the same Idempotency-Key and hears this one.
	err = a.update(ctx, func(tx Tx) error {
		if err := tx.Intents().Close(ctx, intent.ID); err != nil {
			return err
		}
		if !d.AllowDuplicate {
			if err := a.duplicate(ctx, tx, actor, sp.Digest(), doc.ID, now); err != nil {
				return err
			}
		}
		if err := a.knowAgency(ctx, tx, actor, doc.Custodian, now); err != nil {
			return err
		}
		if err := a.ensureDossier(ctx, tx, actor, &doc, now); err != nil {
			return err
		}
		if err := tx.Documents().Insert(ctx, doc); err != nil {
			return err
		}
		if err := a.charge(ctx, tx, actor, &doc, now); err != nil {
			return err
		}
		if err := a.enqueueNext(ctx, tx, &doc, now); err != nil {
			return err
		}
		ev := documentEvent(actor, EvDeposit, now, &doc)
		ev.Detail = map[string]string{"version": "1", "digest": sp.Digest().String(), "file_name": doc.Head().FileName}
		if aside {
			ev.Detail["state"], ev.Detail["code"] = string(doc.State), asideCode(&v)
		}
		if err := tx.Events().Append(ctx, ev); err != nil {
			return err
		}
		if d.Then != nil {
			return d.Then(ctx, tx, doc)
		}
		return nil
	})
	if err != nil {
		return Document{}, err
	}
	kept = true
	a.step("deposit/committed")
	a.Counters.Deposits.Add(1)
	if aside {
		a.Counters.Quarantined.Add(1)
	}
	wake(a.work)
	return doc, nil
}

// prepare decides whether the actor may deposit and makes the row-to-be, without touching a byte of the body.
func (a *Archive) prepare(ctx context.Context, actor Actor, d *Deposit, now time.Time) (Document, error) {
	if a.Inspector == nil {
		return Document{}, Errorf(Unavailable, "no inspector")
	}
	if d.Kind == "" {
		d.Kind = Component
	}
	if d.Kind != Component && d.Kind != Result {
		return Document{}, invalidField("kind", Text{"Loại giấy tờ là component hoặc result.", "The kind is component or result."})
	}
	if d.Access == "" {
		d.Access = Restricted
	}
	if d.Access != Public && d.Access != Restricted && d.Access != Sealed {
		return Document{}, invalidField("access", Text{"Mức truy cập là public, restricted hoặc sealed.", "Access is public, restricted or sealed."})
	}
	if d.OnFault != "" && d.OnFault != Refuse && d.OnFault != KeepAside {
		return Document{}, invalidField("on_fault", Text{"on_fault là refuse hoặc quarantine.", "on_fault is refuse or quarantine."})
	}
	custodian := d.Agency
	if custodian == "" && d.Dossier != "" {
		err := a.Catalog.View(ctx, func(tx Tx) error {
			dos, err := tx.Dossiers().Get(ctx, d.Dossier)
			custodian = dos.Custodian
			return err
		})
		if err != nil && KindOf(err) != NotFound {
			return Document{}, err
		}
	}
	if custodian == "" {
		custodian = actor.Agency
	}
	if custodian == "" {
		return Document{}, invalidField("agency", Text{"Xin chọn cơ quan lưu giữ giấy tờ.", "Name the agency that keeps the paper."})
	}
	if err := DecideAt(actor, ActDeposit, custodian, now); err != nil {
		if KindOf(err) == Forbidden {
			a.denied(ctx, actor, EvDeposit, "", now)
		}
		return Document{}, err
	}
	if err := a.room(ctx, actor, custodian, d.Size, now); err != nil {
		return Document{}, err
	}
	doc := Document{ID: NewID(), Revision: 1, State: Review, Kind: d.Kind, Dossier: d.Dossier, Custodian: custodian, Access: d.Access,
		Uploader: actor.ID, CreatedAt: now, UpdatedAt: now}
	if d.Access == Sealed && !actor.ID.IsZero() {
		doc.Named = []ID{actor.ID}
	}
	doc.Fields = d.Fields
	// The warnings are not kept: Warnings computes them from the fields whenever the document is shown.
	if _, err := a.tidyFields(&doc.Fields, now); err != nil {
		return Document{}, err
	}
	return doc, nil
}

// take spools the body under the intent and has it judged.
func (a *Archive) take(ctx context.Context, intent Intent, d *Deposit) (Spooled, verdict, error) {
	sp, err := d.Spooled, error(nil)
	if sp == nil {
		sp, err = a.Vault.Spool(ctx, intent.ID, &guarded{Reader: d.Body, a: a, left: guardEvery}, a.Limits.FileBytes)
	}
	if err != nil {
		return nil, verdict{}, err
	}
	if sp.Size() > a.Limits.FileBytes {
		return nil, verdict{}, Errorf(TooLarge, "spooled file of %d bytes", sp.Size())
	}
	if sp.Size() == 0 {
		return nil, verdict{}, Fault(Invalid, "empty_file", Text{"Tệp rỗng: không có byte nào tới nơi.", "The file is empty: no byte arrived."})
	}
	f, err := sp.Open()
	if err != nil {
		return nil, verdict{}, err
	}
	defer f.Close()
	v, err := a.judge(ctx, f, d.MediaType)
	return sp, v, err
}

// counted compares the pages that were announced with those that were found. A file that was not opened has no count.
func (d *Deposit) counted(v *verdict) error {
	n := len(v.Pages)
	if d.Pages == 0 || n == d.Pages || v.Refusal != "" {
		return nil
	}
	msg := Text{fmt.Sprintf("Tệp có %d trang, không đúng số trang đã khai.", n), fmt.Sprintf("The file has %d page(s), not the number announced.", n)}
	return &Error{Kind: Invalid, Code: "page_count", Msg: msg, Fields: []FieldError{{Field: "page_count", Code: "page_count", Msg: msg}}}
}

// duplicate answers Conflict when another kept paper has the same bytes, naming it only to those who may see it.
func (a *Archive) duplicate(ctx context.Context, tx Tx, actor Actor, d Digest, self ID, now time.Time) error {
	e := Fault(Conflict, SameBytes, Text{"Tệp này đã có trong kho.", "This very file is already kept."})
	seen, err := tx.Documents().WithDigest(ctx, actor.Sees(now), d, self, 1)
	if err != nil {
		return err
	}
	if len(seen) > 0 {
		e.Other = seen[0].ID
		return e
	}
	all, err := tx.Documents().WithDigest(ctx, Visibility{Everything: true}, d, self, 1)
	if err != nil {
		return err
	}
	if len(all) > 0 {
		return e
	}
	return nil
}

// ensureDossier opens the dossier a paper names when nobody has yet: the one-stop system issues the code, we only follow.
func (a *Archive) ensureDossier(ctx context.Context, tx Tx, actor Actor, doc *Document, now time.Time) error {
	if doc.Dossier == "" {
		return nil
	}
	dos, err := tx.Dossiers().Get(ctx, doc.Dossier)
	if err == nil {
		if !actor.Covers(dos.Custodian) {
			return foreignDossier()
		}
		return nil
	}
	if KindOf(err) != NotFound {
		return err
	}
	dos = Dossier{Code: doc.Dossier, Procedure: doc.Fields.Procedure, Custodian: doc.Custodian, ReceivedOn: doc.Dossier.Received(), Revision: 1, CreatedAt: now, UpdatedAt: now}
	if err := tx.Dossiers().Insert(ctx, dos); err != nil {
		return err
	}
	ev := NewEvent(actor, EvDossier, now)
	ev.Dossier, ev.Detail = dos.Code, map[string]string{"act": "open"}
	return tx.Events().Append(ctx, ev)
}

func documentEvent(actor Actor, action Action, at time.Time, d *Document) Event {
	ev := NewEvent(actor, action, at)
	ev.Document, ev.Dossier = d.ID, d.Dossier
	return ev
}

func invalidField(field string, msg Text) error {
	return &Error{Kind: Invalid, Msg: msg, Fields: []FieldError{{Field: field, Code: "invalid", Msg: msg}}}
}

// denied writes the event of a refused act. It is best effort: the answer is the same whether or not it could be kept.
func (a *Archive) denied(ctx context.Context, actor Actor, action Action, object string, now time.Time) {
	ev := NewEvent(actor, EvDenied, now)
	ev.Outcome, ev.Object, ev.Detail = Denied, object, map[string]string{"act": string(action)}
	c, cancel := settle(ctx)
	defer cancel()
	if err := a.update(c, func(tx Tx) error { return tx.Events().Append(c, ev) }); err != nil {
		a.Log.Error("write denial", "err", err)
	}
}
