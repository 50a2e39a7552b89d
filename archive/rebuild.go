package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Rebuilt says what a replay or a rebuild brought into the catalog.
type Rebuilt struct {
	Segments  int64
	Events    int64
	Documents int64 // rows taken from segments or from the papers' own metadata
	Dossiers  int64
	Agencies  int64
	Accounts  int64 // without passwords
	Ahead     int64 // papers whose store was ahead of the last segment
	Readings  int64 // papers whose words were still there and need no reading
}

// Rebuild makes the catalog again from the store alone. The catalog must be empty: Conflict catalog_not_empty. What comes
// back: papers with their versions, fields and states (withdrawn stays withdrawn), dossiers, agencies, procedures, accounts
// without passwords, the receipts in people's hands and the scales of what was said of the service, and the log with the same
// leaves under the same numbers. What does not: sessions, tokens, answers to repeated requests, comments, and what happened after
// the last closed segment and is in no paper's own metadata. Progress is called now and then; optional.
func (a *Archive) Rebuild(ctx context.Context, progress func(done int64)) (Rebuilt, error) {
	var out Rebuilt
	err := a.Catalog.View(ctx, func(tx Tx) error {
		empty, err := tx.Restore().Empty(ctx)
		if err == nil && !empty {
			err = Fault(Conflict, "catalog_not_empty", Text{"Danh mục không trống; dựng lại cần danh mục mới.", "The catalog is not empty; rebuilding wants a new one."})
		}
		return err
	})
	if err != nil {
		return out, err
	}
	return a.CatchUpWhole(ctx, progress)
}

// CatchUp brings a catalog that is older than its store up to it: segments it has never seen are replayed, and papers whose
// store is ahead are taken from there. It returns zeros where there is nothing to do, after one look. A log that went on
// differently in catalog and store is Conflict log_forked, and nothing is changed.
func (a *Archive) CatchUp(ctx context.Context, progress func(done int64)) (Rebuilt, error) {
	var out Rebuilt
	at := int64(-1)
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		at, err = position(ctx, tx, closedAt)
		return err
	})
	if err != nil {
		return out, err
	}
	for {
		object, head, err := a.segmentAt(ctx, at+1)
		if err != nil && KindOf(err) == NotFound {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		known, err := a.noteClosed(ctx, object, head)
		if err != nil {
			return out, err
		}
		if !known {
			break
		}
		at = head.Last
	}
	a.Log.Warn("the store is ahead of the catalog: what the catalog has missed is replayed", "after", at)
	return a.CatchUpWhole(ctx, progress)
}

// noteClosed notes the place of a segment in whose closing the power failed: all its events are in the catalog, under their
// numbers, and nothing is to be replayed. It reports whether that is so.
func (a *Archive) noteClosed(ctx context.Context, object ObjectID, head segmentHead) (known bool, err error) {
	var events []Event
	err = a.eachLine(ctx, object, "events.jsonl", func(b []byte) error {
		e, err := readSegmentEvent(b)
		events = append(events, e)
		return err
	})
	if err != nil || int64(len(events)) != head.Last-head.First+1 {
		return false, err
	}
	err = a.Catalog.Update(ctx, func(tx Tx) error {
		have, err := tx.Events().Since(ctx, head.First-1, len(events))
		if err != nil {
			return err
		}
		if known = slices.EqualFunc(have, events, func(x, y Event) bool { return x.Seq == y.Seq && x.ID == y.ID && x.Leaf == y.Leaf }); !known {
			return nil
		}
		return a.noteSegment(ctx, tx, object, head.Last)
	})
	return known, err
}

// CatchUpWhole is CatchUp without the look before: every object is compared with its row. It is what a restored catalog needs,
// whose store may be ahead by papers that are in no segment yet.
func (a *Archive) CatchUpWhole(ctx context.Context, progress func(done int64)) (Rebuilt, error) {
	if progress == nil {
		progress = func(int64) {}
	}
	var out Rebuilt
	if err := a.replayRegistry(ctx, &out); err != nil {
		return out, err
	}
	a.step("replay/registry")
	if err := a.replaySegments(ctx, &out, progress); err != nil {
		return out, err
	}
	if err := a.adoptAll(ctx, &out, progress); err != nil {
		return out, err
	}
	a.step("replay/adopted")
	if err := a.checkUsage(ctx, true, func(Discrepancy) error { return nil }); err != nil {
		return out, err
	}
	// Nothing is cleaned up before somebody has looked.
	return out, a.Catalog.Update(ctx, func(tx Tx) error {
		ev := NewEvent(System, EvMaintain, a.Clock.Now())
		ev.Detail = map[string]string{"act": "replay", "segments": fmt.Sprint(out.Segments), "events": fmt.Sprint(out.Events), "documents": fmt.Sprint(out.Documents), "ahead": fmt.Sprint(out.Ahead)}
		if err := tx.Events().Append(ctx, ev); err != nil {
			return err
		}
		return tx.Settings().Set(ctx, janitorOff, "true")
	})
}

// maxHouseFile bounds one file of the house's own objects: 5,000 events with their documents are 20 MB.
const maxHouseFile = 1 << 30

func (a *Archive) objectFile(ctx context.Context, object ObjectID, path string, limit int64) ([]byte, error) {
	c, err := a.Vault.Open(ctx, object, path)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if c.Size() > limit {
		return nil, Errorf(Corrupt, "%s of %s has %d bytes", path, object, c.Size())
	}
	b, err := io.ReadAll(c)
	if err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", path, object, err)
	}
	return b, nil
}

func (a *Archive) replayRegistry(ctx context.Context, out *Rebuilt) error {
	read := func(name string, v any) error {
		b, err := a.objectFile(ctx, registryObject(name), name+".json", maxHouseFile)
		if err != nil && KindOf(err) == NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, v); err != nil {
			return Errorf(Corrupt, "%s: %v", registryObject(name), err)
		}
		return nil
	}
	var gs []Agency
	var ps []Procedure
	var as []segmentAccount
	if err := errors.Join(read(registryAgencies, &gs), read(registryProcedures, &ps), read(registryAccounts, &as)); err != nil {
		return err
	}
	return a.Catalog.Update(ctx, func(tx Tx) error {
		r := tx.Restore()
		for _, g := range gs {
			if err := r.Agency(ctx, g); err != nil {
				return err
			}
		}
		for _, p := range ps {
			if err := r.Procedure(ctx, p); err != nil {
				return err
			}
		}
		for _, c := range as {
			if err := restoreAccount(ctx, tx, c); err != nil {
				return err
			}
		}
		out.Agencies, out.Accounts = int64(len(gs)), int64(len(as))
		return nil
	})
}

// restoreAccount writes an account as the store has it. One that is there keeps its password.
func restoreAccount(ctx context.Context, tx Tx, c segmentAccount) error {
	acc := Account{ID: c.ID, Login: c.Login, Name: c.Name, Role: c.Role, Agency: c.Agency, Closed: c.Closed, MustChange: true,
		Revision: c.Revision, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, Issuer: c.Issuer, Subject: c.Subject, Managed: c.Managed}
	if c.From != nil {
		acc.From = *c.From
	}
	if c.Until != nil {
		acc.Until = *c.Until
	}
	old, err := tx.Accounts().Get(ctx, c.ID)
	if err == nil {
		acc.PasswordHash, acc.MustChange, acc.PasswordUntil, acc.Notice = old.PasswordHash, old.MustChange, old.PasswordUntil, old.Notice
	} else if KindOf(err) != NotFound {
		return err
	}
	return tx.Restore().Account(ctx, acc)
}

// replaySegments reads segment after segment, each in a transaction of its own, from the first the catalog has not closed.
func (a *Archive) replaySegments(ctx context.Context, out *Rebuilt, progress func(int64)) error {
	at := int64(-1)
	err := a.Catalog.View(ctx, func(tx Tx) (err error) { at, err = position(ctx, tx, closedAt); return err })
	if err != nil {
		return err
	}
	for {
		object, head, err := a.segmentAt(ctx, at+1)
		if err != nil && KindOf(err) == NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if head.First != at+1 || head.Origin != Origin {
			return Errorf(Corrupt, "%s begins at %d of %s", object, head.First, head.Origin)
		}
		if err := a.replaySegment(ctx, object, head, out); err != nil {
			return err
		}
		a.step("replay/segment")
		// The tree grows over the replayed leaves as it grew over the events, before the next segment is compared with it.
		if err := a.numberAll(ctx); err != nil {
			return err
		}
		if err := a.sameTree(ctx, object, head); err != nil {
			return err
		}
		a.step("replay/numbered")
		at = head.Last
		out.Segments++
		progress(out.Events + out.Documents)
	}
}

func (a *Archive) numberAll(ctx context.Context) error {
	for a.Ledger != nil {
		n, err := a.Ledger.Sequence(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
	return nil
}

// sameTree compares the head that was signed when a segment was closed with the tree that has grown again up to there. Heads
// of one tree and one size differ in their signatures at most.
func (a *Archive) sameTree(ctx context.Context, object ObjectID, head segmentHead) error {
	signed, err := a.objectFile(ctx, object, "checkpoint", 64<<10)
	if err != nil && KindOf(err) == NotFound || a.Ledger == nil {
		return nil
	}
	if err != nil {
		return err
	}
	var size int64
	var grown []byte
	err = a.Catalog.View(ctx, func(tx Tx) (err error) { size, grown, err = tx.Tree().Checkpoint(ctx); return err })
	if err != nil || size != head.Last+1 { // the catalog is ahead of this segment
		return err
	}
	then, _, _ := bytes.Cut(signed, []byte("\n\n"))
	now, _, _ := bytes.Cut(grown, []byte("\n\n"))
	if !bytes.Equal(then, now) {
		return Errorf(Corrupt, "%s: the tree of %d events is not the one that was signed", object, size)
	}
	return nil
}

func (a *Archive) replaySegment(ctx context.Context, object ObjectID, head segmentHead, out *Rebuilt) error {
	var events []Event
	var docs []Document
	var dossiers []Dossier
	err := errors.Join(
		a.eachLine(ctx, object, segmentEvents, func(b []byte) error {
			e, err := readSegmentEvent(b)
			events = append(events, e)
			return err
		}),
		a.eachLine(ctx, object, segmentDocuments, func(b []byte) error {
			d, err := readSegmentDocument(b)
			docs = append(docs, d)
			return err
		}),
		a.eachLine(ctx, object, segmentDossiers, func(b []byte) error {
			var d Dossier
			dossiers = append(dossiers, d)
			return json.Unmarshal(b, &dossiers[len(dossiers)-1])
		}))
	if err != nil {
		return err
	}
	if int64(len(events)) != head.Last-head.First+1 {
		return Errorf(Corrupt, "%s holds %d events of %d", object, len(events), head.Last-head.First+1)
	}
	var n Rebuilt
	err = a.Catalog.Update(ctx, func(tx Tx) error {
		n = Rebuilt{}
		if err := a.replayEvents(ctx, tx, events, &n); err != nil {
			return err
		}
		for _, d := range docs {
			if err := a.replayDocument(ctx, tx, d, &n); err != nil {
				return err
			}
		}
		for _, d := range dossiers {
			old, err := tx.Dossiers().Get(ctx, d.Code)
			if err == nil && old.Revision >= d.Revision {
				continue
			}
			if err != nil && KindOf(err) != NotFound {
				return err
			}
			if err := tx.Restore().Dossier(ctx, d); err != nil {
				return err
			}
			n.Dossiers++
		}
		return tx.Settings().Set(ctx, closedAt, fmt.Sprint(head.Last))
	})
	out.Events += n.Events
	out.Documents += n.Documents
	out.Dossiers += n.Dossiers
	return err
}

// replayEvents adds the events of a segment that the catalog lacks. Those it has must be the same under the same numbers, and
// nothing else may have a number behind them: otherwise two histories would grow from one log.
func (a *Archive) replayEvents(ctx context.Context, tx Tx, events []Event, n *Rebuilt) error {
	forked := Fault(Conflict, "log_forked", Text{"Nhật ký trong danh mục và trong kho đi theo hai hướng khác nhau. Không thay đổi gì.",
		"The log of the catalog and that of the store went different ways. Nothing was changed."})
	have, err := tx.Events().Since(ctx, events[0].Seq-1, len(events))
	if err != nil {
		return err
	}
	for i, e := range have {
		if e.Seq != events[i].Seq || e.ID != events[i].ID || e.Leaf != events[i].Leaf {
			return forked
		}
	}
	if len(have) < len(events) {
		waiting, err := tx.Tree().Unnumbered(ctx, len(events)+1)
		if err != nil {
			return err
		}
		// Events that wait for a number were committed before the copy of the catalog was made: the store has them next.
		for i, w := range waiting {
			if at := len(have) + i; at >= len(events) || w.Event != events[at].ID {
				return forked
			}
		}
	}
	for _, e := range events[len(have):] {
		if err := tx.Restore().Event(ctx, e); err != nil {
			return err
		}
		if err := replayRetrieval(ctx, tx, &e); err != nil {
			return err
		}
		if e.Action == EvComment {
			if err := replayComment(ctx, tx, &e); err != nil {
				return err
			}
		}
		n.Events++
	}
	return nil
}

func (a *Archive) replayDocument(ctx context.Context, tx Tx, d Document, n *Rebuilt) error {
	old, err := tx.Documents().Get(ctx, d.ID)
	if err != nil && KindOf(err) != NotFound {
		return err
	}
	if err == nil && old.Revision >= d.Revision {
		return nil
	}
	if err := a.restoreDocument(ctx, tx, d); err != nil {
		return err
	}
	n.Documents++
	return nil
}

// restoreDocument writes a row and has its paper read again, unless what was read is still there: the job looks.
func (a *Archive) restoreDocument(ctx context.Context, tx Tx, d Document) error {
	if d.Reading = a.firstReading(d.PageCount()); d.Aside() {
		d.Reading = asideReading(&d)
	}
	if _, err := tx.Documents().Get(ctx, d.ID); KindOf(err) == NotFound { // for the first time
		if err := relearn(ctx, tx, &d); err != nil {
			return err
		}
	}
	if err := tx.Restore().Document(ctx, d); err != nil {
		return err
	}
	if d.State == Disposed || d.State == Discarded && d.Aside() {
		return nil
	}
	return a.enqueueNext(ctx, tx, &d, a.Clock.Now())
}

func readSegmentDocument(b []byte) (Document, error) {
	var s segmentDocument
	if err := json.Unmarshal(b, &s); err != nil {
		return Document{}, Errorf(Corrupt, "document of a segment: %v", err)
	}
	d, err := s.metadata.document()
	d.Revision, d.Object, d.PriorState, d.DiscardedBy = s.Revision, s.Object, s.PriorState, s.DiscardedBy
	if s.DiscardedAt != nil {
		d.DiscardedAt = *s.DiscardedAt
	}
	return d, err
}

func readSegmentEvent(b []byte) (Event, error) {
	var s segmentEvent
	var r record
	if err := json.Unmarshal(b, &s); err != nil {
		return Event{}, Errorf(Corrupt, "event of a segment: %v", err)
	}
	if err := json.Unmarshal(s.Record, &r); err != nil {
		return Event{}, Errorf(Corrupt, "record of event %d: %v", s.Seq, err)
	}
	at, err := time.Parse(TimeForm, r.At)
	if err != nil {
		return Event{}, Errorf(Corrupt, "time of event %d: %v", s.Seq, err)
	}
	e := Event{ID: r.ID, Seq: s.Seq, At: at, Action: r.Action, Outcome: r.Outcome, ActorID: r.ActorID, ActorName: r.ActorName, ActorRole: r.ActorRole, Agency: r.Agency,
		Address: r.Address, Request: r.Request, Purpose: r.Purpose, Document: r.Document, Dossier: r.Dossier, Object: r.Object, Detail: r.Detail, Once: s.Once}
	n, err := hex.Decode(e.Nonce[:], []byte(s.Nonce))
	m, err2 := hex.Decode(e.Leaf[:], []byte(s.Leaf))
	if err != nil || err2 != nil || n != len(e.Nonce) || m != len(e.Leaf) || e.LeafHash() != e.Leaf {
		return Event{}, Errorf(Corrupt, "event %d of the store does not hash to its leaf", s.Seq)
	}
	return e, nil
}

// eachLine hands over the lines of a file of an object; a file that is not there has none.
func (a *Archive) eachLine(ctx context.Context, object ObjectID, path string, each func([]byte) error) error {
	c, err := a.Vault.Open(ctx, object, path)
	if err != nil && KindOf(err) == NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	defer c.Close()
	s := bufio.NewScanner(c)
	s.Buffer(make([]byte, 0, 64<<10), 64<<20)
	for s.Scan() {
		if len(bytes.TrimSpace(s.Bytes())) == 0 {
			continue
		}
		if err := each(s.Bytes()); err != nil {
			return fmt.Errorf("%s of %s: %w", path, object, err)
		}
	}
	return s.Err()
}

// adoptAll looks at every object of a paper: one the catalog does not know, or whose last version is newer than the row, is
// taken from its own metadata. The store wins.
func (a *Archive) adoptAll(ctx context.Context, out *Rebuilt, progress func(int64)) error {
	looked := int64(0)
	for object, err := range a.Vault.List(ctx) {
		if err != nil {
			if KindOf(err) == Corrupt {
				a.Log.Error("object cannot be used; sohoa check will report it", "err", err)
				continue
			}
			return err
		}
		if !strings.HasPrefix(string(object), documentPrefix) {
			continue
		}
		adopted, err := a.Adopt(ctx, object)
		if err != nil {
			// One damaged object must not keep the others from coming back; check names it.
			if KindOf(err) != Corrupt {
				return err
			}
			a.Log.Error("object cannot be used; sohoa check will report it", "object", string(object), "err", err)
		}
		if adopted {
			out.Ahead++
			out.Documents++
		}
		id, err := documentOf(object)
		if err != nil {
			continue
		}
		read, err := a.restoreReading(ctx, id)
		if err != nil {
			return err
		}
		if read {
			out.Readings++
		}
		if looked++; looked%100 == 0 {
			progress(out.Events + out.Documents + looked)
		}
	}
	return nil
}

// Adopt takes a paper into the catalog from the metadata in its object, when the catalog does not know it or is behind it.
// It reports whether there was anything to take.
func (a *Archive) Adopt(ctx context.Context, object ObjectID) (bool, error) {
	id, err := documentOf(object)
	if err != nil {
		return false, err
	}
	inv, err := a.Vault.Inventory(ctx, object)
	if err != nil {
		return false, err
	}
	var row Document
	known := false
	err = a.Catalog.View(ctx, func(tx Tx) (err error) {
		row, err = tx.Documents().Get(ctx, id)
		if known = err == nil; err != nil && KindOf(err) == NotFound {
			return nil
		}
		return err
	})
	if err != nil {
		return false, err
	}
	// A tombstone's object waits for its erasure, and so does one that a paper left for quarantine; both have intents or
	// check. An object that is younger than the quarantine is what a release made.
	left := row.Aside() && (len(inv.Versions) == 0 || !inv.Versions[len(inv.Versions)-1].At.After(row.UpdatedAt))
	if known && (row.Object >= inv.Head || row.State == Disposed || left) {
		return false, nil
	}
	b, err := a.objectFile(ctx, object, metadataPath, 64<<20)
	if err != nil {
		return false, err
	}
	var m metadata
	if err := json.Unmarshal(b, &m); err != nil || m.ID != id {
		return false, Errorf(Corrupt, "metadata of %s: %v", object, err)
	}
	d, err := m.document()
	if err != nil {
		return false, err
	}
	d.Object, d.Revision = inv.Head, int64(inv.Head)
	if known {
		d.Revision, d.PriorState, d.DiscardedAt, d.DiscardedBy = row.Revision+int64(inv.Head-row.Object), "", time.Time{}, ID{}
	}
	now := a.Clock.Now()
	return true, a.update(ctx, func(tx Tx) error {
		if err := a.knowAgency(ctx, tx, System, d.Custodian, now); err != nil {
			return err
		}
		if err := a.ensureDossier(ctx, tx, System, &d, now); err != nil {
			return err
		}
		if err := a.restoreDocument(ctx, tx, d); err != nil {
			return err
		}
		ev := documentEvent(System, EvMaintain, now, &d)
		ev.Detail = map[string]string{"act": "adopt", "object_version": fmt.Sprint(inv.Head), "state": string(d.State)}
		return tx.Events().Append(ctx, ev)
	})
}

// restoreReading notes where the words of a paper lie when they are still there, so that its reading job has nothing left to
// read and only draws its conclusions again.
func (a *Archive) restoreReading(ctx context.Context, id ID) (bool, error) {
	var d Document
	wanted := false
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		if d, err = tx.Documents().Get(ctx, id); err != nil {
			if KindOf(err) == NotFound {
				return nil
			}
			return err
		}
		wanted = d.Reading.State == ReadingWaiting && d.Reading.PagesDone == 0 && d.PageCount() > 0
		return nil
	})
	if err != nil || !wanted {
		return false, err
	}
	f, err := a.Derived.Open(ctx, derivedVersion(id, d.Head().Number)+"/words")
	if err != nil {
		if KindOf(err) == NotFound {
			return false, nil
		}
		return false, err
	}
	defer f.Close()
	rows, err := wordRows(f, &d)
	if err != nil || len(rows) != d.PageCount() {
		return false, nil // damaged, or of another time: it is read again
	}
	return true, a.Catalog.Update(ctx, func(tx Tx) error { return tx.Pages().PutAll(ctx, rows) })
}

// wordRows reads a words file from member to member and returns the rows that name them.
func wordRows(r io.Reader, d *Document) ([]Page, error) {
	in := &counting{r: bufio.NewReader(r)}
	var rows []Page
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	for at := int64(0); ; {
		z.Multistream(false)
		var p PageReading
		if err := json.NewDecoder(z).Decode(&p); err != nil {
			return nil, err
		}
		if _, err := io.Copy(io.Discard, z); err != nil {
			return nil, err
		}
		if p.Number != len(rows)+1 {
			return nil, Errorf(Corrupt, "page %d of %s follows page %d", p.Number, d.ID, len(rows))
		}
		rows = append(rows, Page{Document: d.ID, Version: d.Head().Number, Number: p.Number, Source: p.Source, Words: len(p.Words), Confidence: p.Confidence, Offset: at, Length: in.n - at})
		at = in.n
		if err := z.Reset(in); err == io.EOF {
			return rows, nil
		} else if err != nil {
			return nil, err
		}
	}
}

// counting counts the bytes that were taken. It is a ByteReader, so that gzip takes no byte beyond its member.
type counting struct {
	r *bufio.Reader
	n int64
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

func (c *counting) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}
