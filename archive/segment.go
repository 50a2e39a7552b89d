package archive

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A segment is a stretch of the log kept in the store, as an object of its own, with what its events changed: so the store
// alone tells the whole story. Its files:
//
//	segment.json     which events, and when it was closed
//	events.jsonl     the events, one a line, each with its number, nonce and leaf
//	documents.jsonl  the documents they touched, as they stood when the segment was closed
//	dossiers.jsonl   the dossiers they touched, likewise
//	checkpoint       the signed head of the tree, where the segment ends with it
//
// Agencies, procedures and accounts (without their passwords) are objects of their own, a version for each segment that
// changed them. A segment is closed when it is full or its first event is SegmentTime old, and never changed, but for one reason.
//
// A paper that is erased must not live on in the segments that told of it: documents.jsonl is the one place in the store, beside
// the paper's own object, that has its fields. No version of an object can be taken out of it, so whoever disposes of papers
// writes each segment that speaks of them again, as a whole object under its other name (segmentAgain), durable, before
// the former is erased; written again another time it goes back to the first name. In the new one the lines of the erased
// papers say what a tombstone says: id, revision, state disposed, and of each version number, path, digest and size; events.jsonl,
// its leaves and the checkpoint stay as they were, so the tree does. Power lost between the two: both are there and either will
// do, the first name is read, and the intent of the disposal goes on. Readers know all of this since the first format;
// nothing that writes it exists yet. Until it does, what the bin erases after its time (janitor.go) still stands in
// the segments of the days before.
//
// The words of an event (a reason, a file name) are not meant to hold what a paper says. Where one does, its nonce and record can be
// destroyed with it (Event.Seal): that wants an event that names the number, or anybody could hide a change so, and a line of a form
// that readers of this format take for damage. It comes with disposal, as sohoa/segment/2.
const (
	// segmentAgain ends the other name of a segment.
	segmentAgain = ":again"

	segmentPrefix  = "urn:sohoa:segment:"
	registryPrefix = "urn:sohoa:registry:"
	segmentFormat  = "sohoa/segment/1"

	// closedAt is the setting that holds the number of the last event in a closed segment.
	closedAt = "segment_position"
)

// The registry's objects; each holds one file of that name with ".json".
const (
	registryAgencies   = "agencies"
	registryProcedures = "procedures"
	registryAccounts   = "accounts"
)

// Names of a segment's files that are read line by line.
const (
	segmentEvents    = "events.jsonl"
	segmentDocuments = "documents.jsonl"
	segmentDossiers  = "dossiers.jsonl"
)

func segmentObject(first int64) ObjectID {
	return ObjectID(fmt.Sprintf("%s%s:%012d", segmentPrefix, strings.ReplaceAll(Origin, "/", ":"), first))
}

func registryObject(name string) ObjectID { return ObjectID(registryPrefix + name) }

// houseObject reports whether an object is the house's own and no paper's.
func houseObject(o ObjectID) bool {
	return strings.HasPrefix(string(o), segmentPrefix) || strings.HasPrefix(string(o), registryPrefix)
}

type segmentHead struct {
	Format string    `json:"format"`
	Origin string    `json:"origin"`
	First  int64     `json:"first"`
	Last   int64     `json:"last"`
	Closed time.Time `json:"closed_at"`
}

// segmentEvent is a line of events.jsonl. Its record is the one that the leaf commits to.
type segmentEvent struct {
	Seq    int64           `json:"seq"`
	Nonce  string          `json:"nonce"`
	Leaf   string          `json:"leaf"`
	Once   string          `json:"once,omitempty"`
	Record json.RawMessage `json:"record"`
}

// segmentDocument is a line of documents.jsonl: what metadata.json says, and what only the catalog knows.
type segmentDocument struct {
	metadata
	Revision    int64      `json:"revision"`
	Object      int        `json:"object,omitempty"`
	PriorState  State      `json:"prior_state,omitempty"`
	DiscardedAt *time.Time `json:"discarded_at,omitempty"`
	DiscardedBy ID         `json:"discarded_by,omitzero"`
}

func segmentDocumentOf(d *Document) segmentDocument {
	return segmentDocument{metadataOf(d), d.Revision, d.Object, d.PriorState, moment(d.DiscardedAt), d.DiscardedBy}
}

// segmentAccount is an account without what signs it in.
type segmentAccount struct {
	ID        ID         `json:"id"`
	Login     string     `json:"login"`
	Name      string     `json:"name"`
	Role      Role       `json:"role"`
	Agency    AgencyCode `json:"agency,omitempty"`
	From      *time.Time `json:"from,omitempty"`
	Until     *time.Time `json:"until,omitempty"`
	Closed    bool       `json:"closed,omitempty"`
	Revision  int64      `json:"revision"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
	Issuer    string     `json:"issuer,omitempty"`
	Subject   string     `json:"subject,omitempty"`
	Managed   bool       `json:"managed,omitempty"`
}

// RunSegments closes segments until ctx ends. One process of a house runs it.
func (a *Archive) RunSegments(ctx context.Context) {
	for tries := 0; ctx.Err() == nil; {
		n, err := a.CloseSegment(ctx, false)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			tries = min(tries+1, 5)
			a.Log.Error("close segment of the log", "err", err)
			pause(ctx, time.Second<<tries)
			continue
		}
		if tries = 0; n == 0 {
			pause(ctx, time.Second)
		}
	}
}

// CloseLog numbers every event there is and closes all of them into segments, however young: at the end of a process, so that
// what stands still is whole in the store.
func (a *Archive) CloseLog(ctx context.Context) error {
	if err := a.numberAll(ctx); err != nil {
		return err
	}
	for {
		n, err := a.CloseSegment(ctx, true)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	if err := a.copyOwed(ctx); err != nil { // it may be away, and is none the worse for it
		a.Log.Warn("the second store lacks the end of the log until it is back", "err", err)
	}
	return nil
}

// segment is what one View saw of a stretch of the log.
type segment struct {
	head       segmentHead
	events     []Event
	documents  []Document
	dossiers   []Dossier
	checkpoint []byte
	registry   map[string][]byte // file by name, of those that changed
}

// CloseSegment carries the oldest numbered events that are in no segment into the store and returns how many; 0 when there
// are none, or none is old enough (now asks for them all the same). The order is what makes it safe: the registry, then the
// segment, then the place in the catalog. Power lost between: the segment is found in the store and only the place is noted.
func (a *Archive) CloseSegment(ctx context.Context, now bool) (int, error) {
	s, err := a.cutSegment(ctx, now)
	if err != nil || s == nil {
		return 0, err
	}
	object, there, err := a.segmentAt(ctx, s.head.First)
	switch {
	case err == nil: // closed before the power failed; it may end earlier than what was cut now
		s.head = there
	case KindOf(err) != NotFound:
		return 0, err
	default:
		for name, b := range s.registry {
			if err := a.putRegistry(ctx, name, b); err != nil {
				return 0, err
			}
		}
		a.step("segment/registry")
		if err := a.commitHouse(ctx, object, 0, s.files(), "close segment"); err != nil {
			return 0, err
		}
	}
	a.step("segment/object")
	err = a.Catalog.Update(ctx, func(tx Tx) error { return a.noteSegment(ctx, tx, object, s.head.Last) })
	a.step("segment/noted")
	return int(s.head.Last - s.head.First + 1), err
}

// noteSegment notes the place of a segment that is in the store, and that the second store is to have it and the registry.
func (a *Archive) noteSegment(ctx context.Context, tx Tx, object ObjectID, last int64) error {
	if err := tx.Settings().Set(ctx, closedAt, strconv.FormatInt(last, 10)); err != nil {
		return err
	}
	return a.owe(ctx, tx, object, registryObject(registryAgencies), registryObject(registryProcedures), registryObject(registryAccounts))
}

// cutSegment reads what the next segment holds; nil when there is none to close.
func (a *Archive) cutSegment(ctx context.Context, now bool) (*segment, error) {
	var s *segment
	err := a.Catalog.View(ctx, func(tx Tx) error {
		s = nil
		at, err := position(ctx, tx, closedAt)
		if err != nil {
			return err
		}
		evs, err := tx.Events().Since(ctx, at, a.Limits.SegmentEvents)
		if err != nil || len(evs) == 0 {
			return err
		}
		clock := a.Clock.Now()
		age := clock.Sub(evs[0].At) // of an event ahead of the clock nobody knows it: the clock went back
		if !now && len(evs) < a.Limits.SegmentEvents && age >= 0 && age < a.Limits.SegmentTime {
			return nil
		}
		s = &segment{events: evs, registry: map[string][]byte{}, head: segmentHead{Format: segmentFormat, Origin: Origin, First: evs[0].Seq, Last: evs[len(evs)-1].Seq, Closed: clock.UTC()}}
		size, signed, err := tx.Tree().Checkpoint(ctx)
		if err != nil {
			return err
		}
		if size == s.head.Last+1 {
			s.checkpoint = signed
		}
		return s.gather(ctx, tx)
	})
	return s, err
}

// gather reads the rows that the events of a segment touched.
func (s *segment) gather(ctx context.Context, tx Tx) error {
	var ids []ID
	var codes []DossierCode
	seen := map[string]bool{}
	once := func(key string) bool {
		fresh := key != "" && !seen[key]
		seen[key] = true
		return fresh
	}
	var agencies, accounts bool
	for _, e := range s.events {
		if changes(e.Action) && e.Action != EvRead && !e.Document.IsZero() && once(e.Document.String()) {
			ids = append(ids, e.Document)
		}
		if e.Action == EvDossier && once(e.Dossier.String()) {
			codes = append(codes, e.Dossier)
		}
		agencies = agencies || e.Action == EvRegistry
		accounts = accounts || e.Action == EvAccount
	}
	var err error
	if len(ids) > 0 {
		if s.documents, err = tx.Documents().GetMany(ctx, ids); err != nil {
			return err
		}
		slices.SortFunc(s.documents, func(x, y Document) int { return strings.Compare(x.ID.String(), y.ID.String()) })
	}
	for _, c := range codes {
		d, err := tx.Dossiers().Get(ctx, c)
		if err != nil && KindOf(err) == NotFound {
			continue
		}
		if err != nil {
			return err
		}
		s.dossiers = append(s.dossiers, d)
	}
	if agencies {
		if err := s.gatherRegistry(ctx, tx); err != nil {
			return err
		}
	}
	if accounts {
		return s.gatherAccounts(ctx, tx)
	}
	return nil
}

func (s *segment) gatherRegistry(ctx context.Context, tx Tx) error {
	gs, err := tx.Registry().Agencies(ctx)
	if err != nil {
		return err
	}
	ps, err := tx.Registry().Procedures(ctx)
	if err != nil {
		return err
	}
	s.registry[registryAgencies], s.registry[registryProcedures] = pretty(gs), pretty(ps)
	return nil
}

func (s *segment) gatherAccounts(ctx context.Context, tx Tx) error {
	out, err := accountsKept(ctx, tx)
	s.registry[registryAccounts] = pretty(out)
	return err
}

// accountsKept are the accounts as the store keeps them, by login.
func accountsKept(ctx context.Context, tx Tx) ([]segmentAccount, error) {
	out := []segmentAccount{}
	for after := ""; ; {
		page, err := tx.Accounts().List(ctx, after, 200)
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			out = append(out, accountKept(c))
			after = c.Login
		}
		if len(page) < 200 {
			return out, nil
		}
	}
}

func accountKept(c Account) segmentAccount {
	return segmentAccount{c.ID, c.Login, c.Name, c.Role, c.Agency, moment(c.From), moment(c.Until), c.Closed, c.Revision, c.CreatedAt, c.UpdatedAt, c.Issuer, c.Subject, c.Managed}
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func pretty(v any) []byte {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("marshal registry: %v", err)) // strings, numbers and times: cannot fail
	}
	return append(b, '\n')
}

// files are what a segment's object holds.
func (s *segment) files() []File {
	files := []File{{Path: "segment.json", Bytes: pretty(s.head)}, {Path: segmentEvents, Bytes: lines(s.events, func(e Event) any {
		return segmentEvent{e.Seq, hex.EncodeToString(e.Nonce[:]), hex.EncodeToString(e.Leaf[:]), e.Once, e.Record()}
	})}}
	if len(s.documents) > 0 {
		files = append(files, File{Path: segmentDocuments, Bytes: lines(s.documents, func(d Document) any { return segmentDocumentOf(&d) })})
	}
	if len(s.dossiers) > 0 {
		files = append(files, File{Path: segmentDossiers, Bytes: lines(s.dossiers, func(d Dossier) any { return d })})
	}
	if s.checkpoint != nil {
		files = append(files, File{Path: "checkpoint", Bytes: s.checkpoint})
	}
	return files
}

func lines[T any](list []T, line func(T) any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, x := range list {
		if err := enc.Encode(line(x)); err != nil {
			panic(fmt.Sprintf("marshal segment: %v", err)) // as above
		}
	}
	return b.Bytes()
}

// putRegistry writes a version of a registry object when its bytes are new.
func (a *Archive) putRegistry(ctx context.Context, name string, b []byte) error {
	object := registryObject(name)
	inv, err := a.Vault.Inventory(ctx, object)
	if err != nil && KindOf(err) != NotFound {
		return err
	}
	if i := slices.IndexFunc(inv.Files, func(f ObjectFile) bool { return f.Path == name+".json" }); i >= 0 && inv.Files[i].Digest == DigestOf(b) {
		return nil
	}
	return a.commitHouse(ctx, object, inv.Head, []File{{Path: name + ".json", Bytes: b}}, "registry")
}

// commitHouse writes a version of one of the house's own objects, under an intent that lets the janitor clear what a crash
// left of it.
func (a *Archive) commitHouse(ctx context.Context, object ObjectID, after int, files []File, why string) error {
	now := a.Clock.Now()
	intent := Intent{ID: NewID(), Node: a.Node, Object: object, Act: "spool", After: after, CreatedAt: now, ExpiresAt: now.Add(a.Limits.IntentTime)}
	if err := a.Catalog.Update(ctx, func(tx Tx) error { return tx.Intents().Open(ctx, intent) }); err != nil {
		return err
	}
	a.step("house/intent")
	_, err := a.Vault.Commit(ctx, Commit{Object: object, After: after, Files: files, Message: why, User: System.Name, Intent: intent.ID, At: now})
	c, cancel := settle(ctx)
	defer cancel()
	if err != nil {
		if aerr := a.abandon(c, intent); aerr != nil {
			a.leaveToJanitor(c, intent, aerr)
		}
		return err
	}
	a.step("house/object")
	return a.Catalog.Update(c, func(tx Tx) error { return tx.Intents().Close(c, intent.ID) })
}

// segmentAt returns the segment that begins with the event of a number, under whichever of its names it is. NotFound comes with the
// first of them.
func (a *Archive) segmentAt(ctx context.Context, first int64) (ObjectID, segmentHead, error) {
	object := segmentObject(first)
	head, err := a.readSegmentHead(ctx, object)
	if err == nil || KindOf(err) != NotFound {
		return object, head, err
	}
	again, err2 := a.readSegmentHead(ctx, object+segmentAgain)
	if err2 != nil && KindOf(err2) == NotFound {
		return object, head, err
	}
	return object + segmentAgain, again, err2
}

func (a *Archive) readSegmentHead(ctx context.Context, object ObjectID) (h segmentHead, err error) {
	b, err := a.objectFile(ctx, object, "segment.json", 64<<10)
	if err != nil {
		return h, err
	}
	if err := json.Unmarshal(b, &h); err != nil || h.Format != segmentFormat || h.Last < h.First {
		return h, Errorf(Corrupt, "%s: segment.json cannot be used: %v", object, err)
	}
	return h, nil
}
