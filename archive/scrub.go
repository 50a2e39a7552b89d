package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The scrub reads every stored byte again at a fixed interval (ScrubEvery), and what is new once more within a day of its
// deposit (ScrubFresh), at no more than ScrubRate bytes a second. A damaged copy is mended from the other where there is one;
// what was found is an event of kind fixity_check, in the log, and in the status.

// scrubState and scrubFreshAt are the settings in which the scrub keeps its place over restarts.
const (
	scrubState   = "scrub"
	scrubFreshAt = "scrub_fresh_position"
)

// ScrubReport is how far the scrub is.
type ScrubReport struct {
	Began    time.Time // of the pass under way, or of the last
	Ended    time.Time // zero while a pass is under way
	Cursor   ID        // the last document looked at
	Objects  int64     // in this pass
	Bytes    int64
	Damaged  int64     // objects with damage
	Repaired int64     // files written again
	Left     int64     // objects whose damage no copy could mend
	Sound    time.Time // when the last pass ended that left no damage
}

// Suspect has an object scrubbed soon: somebody met it damaged. It never blocks.
func (a *Archive) Suspect(o ObjectID) {
	select {
	case a.suspects <- o:
	default: // there are enough to do; the pass comes by
	}
}

// RunScrub scrubs until ctx ends. It does nothing where the vault cannot read its objects again.
func (a *Archive) RunScrub(ctx context.Context) {
	s, ok := a.Vault.(Scrubber)
	if !ok {
		return
	}
	for ctx.Err() == nil {
		n, err := a.ScrubStep(ctx, s)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			a.Log.Error("scrub", "err", err)
			pause(ctx, 30*time.Second)
			continue
		}
		if n > 0 {
			continue
		}
		select {
		case <-ctx.Done():
		case o := <-a.suspects:
			a.Suspect(o)
		case <-time.After(10 * time.Second):
		}
	}
}

// ScrubStep does the most pressing piece of scrubbing and returns how many objects it looked at; 0 means that nothing is due.
func (a *Archive) ScrubStep(ctx context.Context, s Scrubber) (int, error) {
	select {
	case o := <-a.suspects:
		var r ScrubReport
		return 1, a.scrubObject(ctx, s, o, &r)
	default:
	}
	if n, err := a.scrubFresh(ctx, s); n > 0 || err != nil {
		return n, err
	}
	return a.scrubPass(ctx, s)
}

// scrubFresh reads again what was written a while ago: long enough that it comes from the disk.
func (a *Archive) scrubFresh(ctx context.Context, s Scrubber) (int, error) {
	var evs []Event
	err := a.Catalog.View(ctx, func(tx Tx) error {
		at, err := position(ctx, tx, scrubFreshAt)
		if err == nil {
			evs, err = tx.Events().Since(ctx, at, feedBatch)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	now := a.Clock.Now()
	ripe := now.Add(-a.Limits.ScrubFresh)
	n, upto := 0, int64(-1)
	seen := map[ID]bool{}
	var r ScrubReport
	for _, e := range evs {
		if e.At.After(ripe) && !e.At.After(now) { // what is ahead of the clock is not waited for: the clock went back
			break
		}
		upto = e.Seq
		if e.Action != EvDeposit && e.Action != EvVersion && e.Action != EvMove || e.Document.IsZero() || seen[e.Document] {
			continue
		}
		seen[e.Document] = true
		if err := a.scrubDocument(ctx, s, e.Document, &r); err != nil {
			return n, err
		}
		n++
	}
	if upto < 0 {
		return 0, nil
	}
	return max(n, 1), a.Catalog.Update(ctx, func(tx Tx) error {
		return tx.Settings().Set(ctx, scrubFreshAt, strconv.FormatInt(upto, 10))
	})
}

// scrubBatch is how many documents a pass looks at between two notes of its place.
const scrubBatch = 50

// scrubPass goes on with the pass over everything, or begins one when it is due.
func (a *Archive) scrubPass(ctx context.Context, s Scrubber) (int, error) {
	r, err := a.scrubReport(ctx)
	if err != nil {
		return 0, err
	}
	now := a.Clock.Now()
	if !r.Ended.IsZero() || r.Began.IsZero() {
		if !r.Began.IsZero() && !r.Began.After(now) && now.Before(r.Began.Add(a.Limits.ScrubEvery)) {
			return 0, nil
		}
		r = ScrubReport{Began: now, Sound: r.Sound}
	}
	var docs []Document
	err = a.Catalog.View(ctx, func(tx Tx) (err error) {
		docs, err = tx.Documents().Walk(ctx, r.Cursor, scrubBatch)
		return err
	})
	if err != nil {
		return 0, err
	}
	for i := range docs {
		if err := a.scrubDocument(ctx, s, docs[i].ID, &r); err != nil {
			return i, err
		}
		r.Cursor = docs[i].ID
	}
	if len(docs) == 0 {
		return a.scrubRest(ctx, s, r)
	}
	return len(docs), a.keepScrub(ctx, r, nil)
}

// scrubRest ends a pass: with the objects that are no documents', and the event that says what the pass met.
func (a *Archive) scrubRest(ctx context.Context, s Scrubber, r ScrubReport) (int, error) {
	n := 0
	for o, err := range a.Vault.List(ctx) {
		if err != nil {
			if KindOf(err) == Corrupt { // of a document: scrubbed by its name above; of another: check names it
				a.Log.Error("object that cannot be named", "err", err)
				r.Left++
				continue
			}
			return n, err
		}
		if strings.HasPrefix(string(o), documentPrefix) {
			continue
		}
		if err := a.scrubObject(ctx, s, o, &r); err != nil {
			return n, err
		}
		n++
	}
	r.Ended = a.Clock.Now()
	if r.Left == 0 {
		r.Sound = r.Ended
	}
	ev := NewEvent(System, EvFixity, r.Ended)
	if r.Left > 0 {
		ev.Outcome = Failure
	}
	ev.Detail = map[string]string{"began": r.Began.UTC().Format(TimeForm), "objects": strconv.FormatInt(r.Objects, 10), "bytes": strconv.FormatInt(r.Bytes, 10),
		"damaged": strconv.FormatInt(r.Damaged, 10), "repaired": strconv.FormatInt(r.Repaired, 10), "left": strconv.FormatInt(r.Left, 10)}
	a.Log.Info("scrub has read everything", "objects", r.Objects, "bytes", r.Bytes, "damaged", r.Damaged, "repaired", r.Repaired, "left", r.Left)
	return n, a.keepScrub(ctx, r, &ev)
}

func (a *Archive) keepScrub(ctx context.Context, r ScrubReport, ev *Event) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("marshal scrub report: %w", err)
	}
	return a.update(ctx, func(tx Tx) error {
		if ev != nil {
			if err := tx.Events().Append(ctx, *ev); err != nil {
				return err
			}
		}
		return tx.Settings().Set(ctx, scrubState, string(b))
	})
}

func (a *Archive) scrubReport(ctx context.Context) (r ScrubReport, err error) {
	var text string
	err = a.Catalog.View(ctx, func(tx Tx) (err error) {
		text, err = tx.Settings().Get(ctx, scrubState)
		return err
	})
	if err != nil && KindOf(err) == NotFound {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return r, Errorf(Corrupt, "setting %s: %v", scrubState, err)
	}
	return r, nil
}

// scrubDocument scrubs the object of a document that has one now.
func (a *Archive) scrubDocument(ctx context.Context, s Scrubber, id ID, r *ScrubReport) error {
	kept := false
	var d Document
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		d, err = tx.Documents().Get(ctx, id)
		kept = err == nil && d.State != Disposed && (d.Object > 0 || d.Aside())
		if err != nil && KindOf(err) == NotFound {
			return nil
		}
		return err
	})
	if err != nil || !kept {
		return err
	}
	if d.Aside() {
		return a.scrubAside(ctx, &d, r)
	}
	return a.scrubObject(ctx, s, DocumentObject(id), r)
}

// scrubObject scrubs one object, writes what was found, and keeps to the rate.
func (a *Archive) scrubObject(ctx context.Context, s Scrubber, o ObjectID, r *ScrubReport) error {
	began := time.Now()
	got, err := s.Scrub(ctx, o)
	if err != nil && KindOf(err) == NotFound {
		if gone, e := a.gone(ctx, o); gone || e != nil {
			return e
		}
		d := Discrepancy{Kind: "missing_object", Object: string(o), Detail: "no store has it"}
		got.Damage, got.Left, err = []Discrepancy{d}, []Discrepancy{d}, nil
	}
	if err != nil {
		return err
	}
	return a.scrubbed(ctx, o, got, began, r)
}

// scrubbed counts what one scrub met, writes it down, and keeps to the rate.
func (a *Archive) scrubbed(ctx context.Context, o ObjectID, got Scrubbed, began time.Time, r *ScrubReport) error {
	r.Objects++
	r.Bytes += got.Bytes
	r.Repaired += int64(len(got.Repaired))
	a.Counters.Scrubbed.Add(1)
	if len(got.Damage) > 0 {
		a.step("scrub/mended")
		r.Damaged++
		a.Counters.ScrubDamage.Add(1)
		if len(got.Left) > 0 {
			r.Left++
		}
		if err := a.scrubFound(ctx, o, got); err != nil {
			return err
		}
	}
	pause(ctx, time.Duration(float64(got.Bytes)/float64(a.Limits.ScrubRate)*float64(time.Second))-time.Since(began))
	return ctx.Err()
}

// gone reports whether an object may be missing: its document was erased, or moved out, since it was named.
func (a *Archive) gone(ctx context.Context, o ObjectID) (bool, error) {
	id, err := documentOf(o)
	if err != nil {
		return false, nil
	}
	gone := false
	err = a.Catalog.View(ctx, func(tx Tx) error {
		d, err := tx.Documents().Get(ctx, id)
		if err != nil && KindOf(err) == NotFound {
			gone = true
			return nil
		}
		gone = err == nil && (d.State == Disposed || d.Object == 0)
		return err
	})
	return gone, err
}

// maxScrubDetail bounds what one event says of one object.
const maxScrubDetail = 10

func (a *Archive) scrubFound(ctx context.Context, o ObjectID, got Scrubbed) error {
	ev := NewEvent(System, EvFixity, a.Clock.Now())
	ev.Object = string(o)
	if id, err := documentOf(o); err == nil {
		ev.Document = id
	}
	ev.Detail = map[string]string{"repaired": strconv.Itoa(len(got.Repaired)), "left": strconv.Itoa(len(got.Left))}
	for i, d := range got.Damage[:min(len(got.Damage), maxScrubDetail)] {
		ev.Detail[fmt.Sprintf("damage_%d", i+1)] = d.Kind + ": " + d.Detail
	}
	if len(got.Left) > 0 {
		ev.Outcome = Failure
		a.Log.Error("stored bytes are damaged and no copy could mend them", "object", string(o), "kind", got.Left[0].Kind, "detail", got.Left[0].Detail)
	} else {
		a.Log.Warn("stored bytes were damaged and are mended from the other copy", "object", string(o), "files", len(got.Repaired))
	}
	return a.update(ctx, func(tx Tx) error { return tx.Events().Append(ctx, ev) })
}
