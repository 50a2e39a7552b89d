package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// AppendUpload adds a piece and returns how the upload stands; with the last byte the file is taken in as Deposit or AddVersion
// do it, and the state holds the document. Errors: Conflict offset_mismatch; TooLarge; an error of p.Body, with what came
// before it kept; what Deposit and AddVersion refuse, which stays the upload's end and is told again whoever asks; NotFound;
// Conflict other_node or upload_locked; Unavailable, after which the same call may be repeated.
func (a *Archive) AppendUpload(ctx context.Context, actor Actor, name string, p UploadPiece) (UploadState, error) {
	return a.withUpload(ctx, actor, name, func(h *uploadHold, s UploadState) (UploadState, error) {
		again := p.AllowDuplicate && CodeOf(s.Refusal) == SameBytes && p.At == s.Size
		switch {
		case s.Done(), s.Refusal != nil && !again:
			if p.At != s.Offset {
				return s, offsetMismatch(s.Offset)
			}
			return s, s.Refusal
		case again:
			return a.finishUpload(ctx, actor, s, true)
		}
		if err := a.extendUpload(ctx, &s); err != nil {
			return s, err
		}
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		if p.Cut != nil {
			a.uploading.streaming(h, func() { cancel(errSuperseded); p.Cut() })
		}
		n, err := a.Partials.Append(ctx, s.ID, p.At, &guarded{Reader: p.Body, a: a, left: guardEvery}, s.Size)
		a.uploading.streaming(h, nil)
		s.Offset = n
		if context.Cause(ctx) == errSuperseded {
			err = errSuperseded // and not what the reader said when it was cut
		}
		if err != nil {
			return s, lost(err)
		}
		c, stop := settle(ctx)
		defer stop()
		if err := a.extendUpload(c, &s); err != nil || s.Offset < s.Size {
			return s, err
		}
		return a.finishUpload(ctx, actor, s, p.AllowDuplicate)
	})
}

func offsetMismatch(int64) error {
	return Fault(Conflict, "offset_mismatch", Text{"Phần gửi tiếp không nối vào chỗ đã nhận.", "The piece does not begin where the file ends."})
}

// extendUpload gives an upload its full time again. To the minute is enough, and saves most of the transactions.
func (a *Archive) extendUpload(ctx context.Context, s *UploadState) error {
	until := a.Clock.Now().Add(a.Limits.Upload.Time)
	if until.Sub(s.ExpiresAt) < time.Minute {
		return nil
	}
	s.ExpiresAt = until
	return a.Catalog.Update(ctx, func(tx Tx) error { return tx.Uploads().Update(ctx, s.Upload) })
}

// finishUpload takes in a file that is whole. It goes on when the request is gone: a line that breaks every minute must not
// keep a commit of two minutes from ever ending.
//
// Power lost anywhere before the transaction of Deposit or AddVersion: the file is still there whole, and whoever asks next
// brings this about again; what the act left is the janitor's. Power lost in AddVersion between store and transaction: the
// janitor rolls the act forward without telling the upload, and the repeated end finds its bytes in the paper. Power lost
// after the transaction: the row names the document; the janitor removes the bytes when the row's time is over.
func (a *Archive) finishUpload(ctx context.Context, actor Actor, s UploadState, allowDuplicate bool) (UploadState, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Limits.IntentTime)
	defer cancel()
	var plan uploadPlan
	if err := json.Unmarshal(s.Metadata, &plan); err != nil {
		return s, Errorf(Corrupt, "plan of upload %s: %w", s.ID, err)
	}
	a.step("upload/whole")
	doc, err := a.takeUpload(ctx, actor, s, &plan, allowDuplicate)
	a.step("upload/taken")
	switch {
	case err == nil:
		s.became(&doc)
		s.Failure, s.Refusal = nil, nil
	case final(err):
		if kerr := a.keepRefusal(ctx, &s, err); kerr != nil {
			return s, kerr
		}
		if CodeOf(err) == SameBytes {
			return s, err // its sender may want it kept all the same
		}
	default:
		return s, err
	}
	if rerr := a.Partials.Remove(ctx, s.ID); rerr != nil {
		a.Log.Warn("remove bytes of upload; the janitor will", "upload", s.ID, "err", rerr)
	}
	return s, err
}

// takeUpload makes the document of a whole file.
func (a *Archive) takeUpload(ctx context.Context, actor Actor, s UploadState, plan *uploadPlan, allowDuplicate bool) (Document, error) {
	sp, err := a.Partials.Finish(ctx, s.ID)
	if err != nil {
		return Document{}, lost(err)
	}
	if !plan.Digest.IsZero() && plan.Digest != sp.Digest() {
		return Document{}, Fault(Unprocessable, "digest_mismatch", Text{"Tệp nhận được khác với tệp đã khai khi bắt đầu gửi. Xin gửi lại từ đầu.",
			"The file that arrived is not the one announced when the upload began. Send it again."})
	}
	d := plan.Deposit
	d.Spooled, d.Size = sp, sp.Size()
	d.AllowDuplicate = d.AllowDuplicate || allowDuplicate
	d.Then = func(ctx context.Context, tx Tx, doc Document) error {
		u := s.Upload
		u.Document, u.Failure = doc.ID, nil
		return tx.Uploads().Update(ctx, u)
	}
	if plan.Document.IsZero() {
		return a.Deposit(ctx, actor, d)
	}
	var doc Document
	done := false
	err = a.Catalog.Update(ctx, func(tx Tx) (err error) {
		if doc, err = tx.Documents().Get(ctx, plan.Document); err != nil {
			return err
		}
		head := doc.Head()
		if done = head.Digest == sp.Digest() && head.CreatedBy == actor.ID && !head.CreatedAt.Before(s.CreatedAt); !done {
			return nil
		}
		return d.Then(ctx, tx, doc)
	})
	if err != nil || done {
		return doc, err
	}
	return a.AddVersion(ctx, actor, plan.Document, 0, d)
}

// final reports whether a refusal is the upload's end. Others pass: the same file may be taken in a moment, or tomorrow.
func final(err error) bool {
	switch KindOf(err) {
	case Unprocessable, TooLarge, Invalid, Forbidden:
		return true
	case NotFound:
		return CodeOf(err) != errUploadGone.Code
	case Conflict:
		c := CodeOf(err)
		return c != "busy" && c != ErrStale.Code && c != "quota_exceeded"
	}
	return false
}

// keptRefusal is a refusal as a row keeps it.
type keptRefusal struct {
	Kind     Kind
	Code     string       `json:",omitempty"`
	Msg      Text         //
	Fields   []FieldError `json:",omitempty"`
	Findings []Finding    `json:",omitempty"`
	Other    ID           `json:",omitzero"`
}

func (r keptRefusal) err() error {
	return &Error{Kind: r.Kind, Code: r.Code, Msg: r.Msg, Fields: r.Fields, Findings: r.Findings, Other: r.Other}
}

// keepRefusal writes how an upload ended, before its bytes go: who asks in between hears the truth.
func (a *Archive) keepRefusal(ctx context.Context, s *UploadState, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	b, merr := json.Marshal(keptRefusal{e.Kind, e.Code, e.Msg, e.Fields, e.Findings, e.Other})
	if merr != nil {
		return fmt.Errorf("marshal refusal: %w", merr)
	}
	s.Failure, s.Refusal = b, err
	return a.Catalog.Update(ctx, func(tx Tx) error { return tx.Uploads().Update(ctx, s.Upload) })
}

// sweepUploads removes uploads of this node whose time is over, files no row knows of (their row was lost with a catalog, or
// forgotten), and rows whose node did not come back for a week.
func (a *Archive) sweepUploads(ctx context.Context, now time.Time) error {
	if a.Partials == nil {
		return nil
	}
	var due []Upload
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		due, err = tx.Uploads().Expired(ctx, a.Node, now, 1000)
		return err
	})
	errs := []error{err}
	for _, u := range due {
		errs = append(errs, a.sweepUpload(ctx, u.ID, func(tx Tx) (bool, error) {
			u, err := tx.Uploads().Get(ctx, u.ID) // under the lock: somebody may have gone on with it
			return err == nil && !now.Before(u.ExpiresAt), err
		}))
	}
	for id, err := range a.Partials.List(ctx) {
		if err != nil {
			errs = append(errs, err)
			break
		}
		errs = append(errs, a.sweepUpload(ctx, id, func(tx Tx) (bool, error) {
			_, err := tx.Uploads().Get(ctx, id)
			if KindOf(err) == NotFound {
				return true, nil
			}
			return false, err
		}))
	}
	errs = append(errs, a.Catalog.Update(ctx, func(tx Tx) error { return tx.Uploads().Forget(ctx, now.Add(-7*24*time.Hour)) }))
	return errors.Join(errs...)
}

// sweepUpload drops an upload nobody works on, if due says so.
func (a *Archive) sweepUpload(ctx context.Context, id ID, due func(Tx) (bool, error)) error {
	_, free, ok := a.uploading.try(id)
	if !ok {
		return nil
	}
	defer free()
	gone := false
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		gone, err = due(tx)
		return err
	})
	if err != nil && KindOf(err) != NotFound || !gone {
		return err
	}
	if err := a.dropUpload(ctx, id); err != nil {
		return fmt.Errorf("remove upload %s: %w", id, err)
	}
	return nil
}
