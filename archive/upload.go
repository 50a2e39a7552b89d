package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// UploadLimits bound files that arrive in pieces.
type UploadLimits struct {
	Open       int           // unfinished uploads of one account or token
	Bytes      int64         // what they come to; one file of the largest size is always allowed
	Time       time.Duration // an upload nobody goes on with is removed after this
	Checkpoint int64         // bytes after which what has come is made durable though the piece goes on
	// Patience is how long a request waits for the one before it on the same upload. What streams gives way at once; what is
	// being inspected and kept cannot, and usually takes less.
	Patience time.Duration
}

// UploadRequest is what an upload is begun with: what the file will be once it is whole.
type UploadRequest struct {
	Size     int64   // of the whole file
	Deposit  Deposit // Body, Spooled, Size and Then are not looked at
	Document ID      // zero: a new paper; else the file is a new scan of this one
	Digest   Digest  // of the whole file, if the sender knows it: another file at the end is refused. Zero: not told
	Told     string  // what the sender said, in its own words, to be told again
	// Then runs inside the transaction that begins the upload, last. It may run more than once. Optional.
	Then func(context.Context, Tx, UploadState) error
}

// uploadPlan is what is kept of a request until the end.
type uploadPlan struct {
	Deposit  Deposit
	Document ID     `json:",omitzero"`
	Digest   Digest `json:",omitzero"`
	Told     string `json:",omitempty"`
}

// UploadPiece is a run of bytes of an upload.
type UploadPiece struct {
	At   int64 // where in the file it begins: the durable length so far
	Body io.Reader
	// Cut ends Body's reading at once, from another goroutine: called when a newer request goes on with the upload, because
	// the line of this one is dead and its reader does not know. Optional; without it the newer one waits.
	Cut            func()
	AllowDuplicate bool // keep the file though the same bytes are kept: for an upload refused for that alone
}

// UploadState is how an upload stands.
type UploadState struct {
	Upload
	Offset  int64  // durable bytes
	Told    string // see UploadRequest
	Refusal error  // what the end was answered with; nil while there was no refusal
	// Quarantined says that the paper it became is kept aside because of Findings.
	Quarantined bool
	Findings    []Finding
}

// Done reports whether the upload has become a document.
func (s *UploadState) Done() bool { return !s.Document.IsZero() }

// Name is how the upload is called outside: its id, and which node holds its bytes, so that what stands before several nodes
// can send a request to the right one.
func (u *Upload) Name() string { return u.ID.String() + "." + NodeTag(u.Node) }

// NodeTag is eight hex digits that stand for a node without naming it.
func NodeTag(node string) string {
	sum := sha256.Sum256([]byte(node))
	return hex.EncodeToString(sum[:4])
}

var (
	errOtherNode = Fault(Conflict, "other_node", Text{"Tệp này đang được nhận ở một máy chủ khác của hệ thống. Hãy gửi tiếp qua đúng địa chỉ đã bắt đầu.",
		"Another node of this house holds the upload. Go on through the address it was begun at."})
	errUploadGone = Fault(NotFound, "upload_gone", Text{"Lần gửi này đã quá hạn hoặc không gửi tiếp được. Xin gửi lại tệp từ đầu.",
		"This upload has expired or cannot be gone on with. Send the file again."})
	errNoUploads = Fault(Unavailable, "no_uploads", Text{"Máy chủ này không nhận tệp theo từng phần.", "This server does not take files in pieces."})
	errManyOpen  = Fault(Conflict, "too_many_open", Text{"Bạn đang có quá nhiều tệp gửi dở. Hãy gửi tiếp hoặc hủy bớt rồi thử lại.",
		"You have too many unfinished uploads. Go on with them or cancel some, then try again."})
)

// BeginUpload begins a file that arrives in pieces, by an actor who may make of it what the request says. Errors as for
// Deposit or AddVersion, as far as they can be known before the first byte; Conflict too_many_open.
func (a *Archive) BeginUpload(ctx context.Context, actor Actor, req UploadRequest) (UploadState, error) {
	if a.Partials == nil {
		return UploadState{}, errNoUploads
	}
	now := a.Clock.Now()
	if req.Size > a.Limits.FileBytes {
		return UploadState{}, Errorf(TooLarge, "upload of %d bytes", req.Size)
	}
	d := req.Deposit
	d.Size = req.Size
	if err := a.mayUpload(ctx, actor, req.Document, d, now); err != nil {
		return UploadState{}, err
	}
	plan, err := json.Marshal(uploadPlan{Deposit: d, Document: req.Document, Digest: req.Digest, Told: req.Told})
	if err != nil {
		return UploadState{}, fmt.Errorf("marshal upload: %w", err)
	}
	s := UploadState{Told: req.Told, Upload: Upload{ID: NewID(), Actor: actor.ID, Node: a.Node, Size: req.Size, Metadata: plan,
		CreatedAt: now, ExpiresAt: now.Add(a.Limits.Upload.Time)}}
	// 1. The row. Power lost after it: a row without a file, which nobody was told of; the janitor removes it when its time
	// is over.
	err = a.Catalog.Update(ctx, func(tx Tx) error {
		n, bytes, err := tx.Uploads().Open(ctx, actor.ID)
		if err != nil {
			return err
		}
		if n >= a.Limits.Upload.Open || bytes+req.Size > max(a.Limits.Upload.Bytes, a.Limits.FileBytes) {
			return errManyOpen
		}
		if err := tx.Uploads().Insert(ctx, s.Upload); err != nil || req.Then == nil {
			return err
		}
		return req.Then(ctx, tx, s)
	})
	if err != nil {
		return UploadState{}, err
	}
	a.step("upload/row")
	// 2. The file, durably. Power lost after it: as before, with an empty file.
	if err := a.Partials.Begin(ctx, s.ID); err != nil {
		c, cancel := settle(ctx)
		defer cancel()
		return UploadState{}, errors.Join(err, a.dropUpload(c, s.ID))
	}
	a.step("upload/file")
	return s, nil
}

// mayUpload decides at the beginning what will be decided again at the end, so that nobody sends a gigabyte for nothing.
func (a *Archive) mayUpload(ctx context.Context, actor Actor, document ID, d Deposit, now time.Time) error {
	if document.IsZero() {
		_, err := a.prepare(ctx, actor, &d, now)
		return err
	}
	doc, _, err := a.may(ctx, actor, document, Rescan, 0, clean(d.Reason, a.Limits.FieldText), now)
	if err == nil {
		err = d.takenOrRefused()
	}
	if err != nil {
		return err
	}
	return a.room(ctx, actor, doc.Custodian, d.Size, now)
}

// findUpload returns the row of an upload of actor: to anybody else it does not exist.
func (a *Archive) findUpload(ctx context.Context, actor Actor, name string) (u Upload, err error) {
	if a.Partials == nil {
		return u, errNoUploads
	}
	head, _, _ := strings.Cut(name, ".")
	id, err := ParseID(head)
	if err != nil {
		return u, ErrNotFound
	}
	err = a.Catalog.View(ctx, func(tx Tx) error {
		u, err = tx.Uploads().Get(ctx, id)
		return err
	})
	if err == nil && (u.Actor != actor.ID || u.Name() != name) {
		err = ErrNotFound
	}
	return u, err
}

// UploadState tells how an upload stands, without disturbing it. Only its owner sees it; NotFound upload_gone when its time is
// over.
func (a *Archive) UploadState(ctx context.Context, actor Actor, name string) (UploadState, error) {
	u, err := a.findUpload(ctx, actor, name)
	switch {
	case err != nil:
		return UploadState{}, err
	case u.over():
	case u.Node != a.Node:
		return UploadState{}, errOtherNode
	case !a.Clock.Now().Before(u.ExpiresAt):
		return UploadState{}, errUploadGone
	}
	return a.stateOf(ctx, u)
}

// stateOf adds to a row what its node knows.
func (a *Archive) stateOf(ctx context.Context, u Upload) (UploadState, error) {
	s := UploadState{Upload: u}
	var plan uploadPlan
	if err := json.Unmarshal(u.Metadata, &plan); err != nil {
		return s, Errorf(Corrupt, "plan of upload %s: %w", u.ID, err)
	}
	s.Told = plan.Told
	switch {
	case s.Done():
		s.Offset = u.Size
		err := a.Catalog.View(ctx, func(tx Tx) error {
			d, err := tx.Documents().Get(ctx, u.Document)
			if err == nil {
				s.became(&d)
			}
			return err
		})
		return s, err
	case u.Failure != nil:
		s.Offset = u.Size
		var f keptRefusal
		if err := json.Unmarshal(u.Failure, &f); err != nil {
			return s, Errorf(Corrupt, "refusal of upload %s: %w", u.ID, err)
		}
		s.Refusal = f.err()
		return s, nil
	}
	n, err := a.Partials.Size(ctx, u.ID)
	s.Offset = n
	return s, lost(err)
}

// became notes what the uploader is told of the paper.
func (s *UploadState) became(d *Document) {
	s.Document, s.Quarantined, s.Findings = d.ID, d.State == Quarantined, nil
	if s.Quarantined {
		s.Findings = d.Findings
	}
}

// ResumeUpload is asked by a sender who wants to go on: what still streams on an older line is cut, so that the offset is
// final, and an upload that is whole but was not taken in (the power failed, the store was away) is taken in now. Errors as
// for AppendUpload.
func (a *Archive) ResumeUpload(ctx context.Context, actor Actor, name string) (UploadState, error) {
	return a.withUpload(ctx, actor, name, func(_ *uploadHold, s UploadState) (UploadState, error) {
		if s.Done() || s.Refusal != nil || s.Offset < s.Size {
			return s, s.Refusal
		}
		return a.finishUpload(ctx, actor, s, false)
	})
}

// RemoveUpload ends an upload at its owner's wish. A document it became stays.
func (a *Archive) RemoveUpload(ctx context.Context, actor Actor, name string) error {
	u, err := a.findUpload(ctx, actor, name)
	if err != nil {
		return err
	}
	if u.Node != a.Node {
		return errOtherNode
	}
	_, free, err := a.uploading.take(ctx, u.ID, a.Limits.Upload.Patience)
	if err != nil {
		return err
	}
	defer free()
	return a.dropUpload(ctx, u.ID)
}

// dropUpload removes the bytes of an upload, then its row: power lost between leaves the row for the janitor.
func (a *Archive) dropUpload(ctx context.Context, id ID) error {
	if err := a.Partials.Remove(ctx, id); err != nil {
		return err
	}
	a.step("upload/dropped")
	return a.Catalog.Update(ctx, func(tx Tx) error { return tx.Uploads().Delete(ctx, id) })
}

// withUpload runs fn on the state of an upload while nobody else works on it. An upload whose time is over or whose bytes are
// lost is removed, and its sender told to begin again.
func (a *Archive) withUpload(ctx context.Context, actor Actor, name string, fn func(*uploadHold, UploadState) (UploadState, error)) (UploadState, error) {
	u, err := a.findUpload(ctx, actor, name)
	switch {
	case err != nil:
		return UploadState{}, err
	case u.Node == a.Node:
	case u.over(): // told by any node
		s, err := a.stateOf(ctx, u)
		return s, errors.Join(err, s.Refusal)
	default:
		return UploadState{}, errOtherNode
	}
	h, free, err := a.uploading.take(ctx, u.ID, a.Limits.Upload.Patience)
	if err != nil {
		return UploadState{}, err
	}
	defer free()
	s, err := a.UploadState(ctx, actor, name) // under the lock: it may have ended meanwhile
	if err == nil {
		s, err = fn(h, s)
	}
	if CodeOf(err) == errUploadGone.Code {
		a.Log.Warn("upload given up", "upload", u.ID, "err", err)
		c, cancel := settle(ctx)
		defer cancel()
		err = errors.Join(err, a.dropUpload(c, u.ID))
	}
	return s, err
}

// over reports whether an upload has come to its end, as a document or refused.
func (u *Upload) over() bool { return !u.Document.IsZero() || u.Failure != nil }

// lost turns what Partials says of a file that is gone or damaged into what its sender is told.
func lost(err error) error {
	if k := KindOf(err); k == NotFound || k == Corrupt {
		return &Error{Kind: NotFound, Code: errUploadGone.Code, Msg: errUploadGone.Msg, Err: err}
	}
	return err
}
