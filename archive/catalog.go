package archive

import (
	"context"
	"time"
)

// Catalog is the transactional memory of the house: SQLite on one machine, PostgreSQL on many. Implementations are safe
// for concurrent use.
type Catalog interface {
	// View runs fn in a read-only transaction: everything fn reads is of one moment. Fn must not write.
	View(ctx context.Context, fn func(Tx) error) error
	// Update runs fn in a read-write transaction and returns after it is durable. When fn returns an error nothing of it
	// remains and that error is returned. Fn may be run more than once (a lost race is retried here and nowhere else), so
	// it does nothing outside tx but set variables of its caller. Several Updates may share one disk flush; none returns
	// before the flush that holds it.
	Update(ctx context.Context, fn func(Tx) error) error
	// Ping returns nil when the catalog can serve, else Unavailable.
	Ping(ctx context.Context) error
	Close() error
}

// Tx is one transaction, by noun. It is used by one goroutine and not kept after fn returns.
type Tx interface {
	Documents() Documents
	Pages() Pages
	Dossiers() Dossiers
	Registry() Registry
	Events() Events
	Intents() Intents
	Jobs() Jobs
	Accounts() Accounts
	Sessions() Sessions
	Tokens() Tokens
	Factors() Factors
	Passes() Passes
	Answers() Answers
	Uploads() Uploads
	Settings() Settings
	Usage() Usage
	Learnt() Learnt
	Comments() Comments
	Batches() Batches
	Retrievals() Retrievals
	Tries() Tries
	Opinions() Opinions
	Tree() TreeTx
	Restore() Restorer
}

// Documents keeps document rows with their versions.
type Documents interface {
	// Insert adds d with its versions. Conflict when the id is there.
	Insert(ctx context.Context, d Document) error
	// Get returns a document whatever its state. NotFound when there is none.
	Get(ctx context.Context, id ID) (Document, error)
	// GetMany returns those of ids that exist, in no promised order, in a bounded number of queries.
	GetMany(ctx context.Context, ids []ID) ([]Document, error)
	// Update writes d with revision after+1 when the row's revision is after, else ErrStale. Versions with a number the
	// row does not have yet are added; the others are not touched. Reading is not written; assignee and unit are written only
	// when d.Work.Stage is another than the row's.
	Update(ctx context.Context, d Document, after int64) error
	// Assign says whose work an open paper is; it raises no revision. ErrStale when the paper is in another stage by now.
	Assign(ctx context.Context, id ID, stage State, assignee ID, unit AgencyCode) error
	// WorkCounts counts the work lists, all in one statement: each as far as w.UpTo and one more.
	WorkCounts(ctx context.Context, w WorkAsk) (map[WorkList]int, error)
	// Reinspected writes media type and pages of a version that was inspected again; it raises no revision. Everything else
	// of a version stays as it was first written. NotFound when there is no such version.
	Reinspected(ctx context.Context, id ID, v Version) error
	// SetReading writes the progress of the given version; it raises no revision. A version that is not the head is
	// ignored.
	SetReading(ctx context.Context, id ID, version int, r Reading) error
	// WithDigest returns documents inside see other than self, discarded and disposed ones excepted, one of whose versions has
	// this digest, oldest first, at most limit.
	WithDigest(ctx context.Context, see Visibility, d Digest, self ID, limit int) ([]Document, error)
	// SameNumber returns other documents inside see that carry the number, notation and issuing agency of d in the same year
	// (domain.md §3), discarded and disposed ones excepted, oldest first, at most limit.
	SameNumber(ctx context.Context, see Visibility, d Document, limit int) ([]Document, error)
	// Browse lists documents inside see that match f, in the order f asks for, keyset by f.After.
	Browse(ctx context.Context, see Visibility, f Filter) (Listing, error)
	// Counts returns how many documents inside see stand in each state.
	Counts(ctx context.Context, see Visibility) (map[State]int, error)
	// Found counts the findings of documents inside see that were deposited in span, discarded and disposed ones excepted, by
	// custodian and code, in that order.
	Found(ctx context.Context, see Visibility, span Span) ([]FoundCount, error)
	// Discarded returns ids discarded before t, at most limit, for erasure.
	Discarded(ctx context.Context, before time.Time, limit int) ([]ID, error)
	// Walk returns up to limit documents with an id after the given one, by id: for check and rebuild.
	Walk(ctx context.Context, after ID, limit int) ([]Document, error)
}

// Order of a document list.
type Order string

const (
	Newest  Order = "newest" // by deposit, newest first: the default
	Oldest  Order = "oldest"
	Issued  Order = "issued"  // by day of issue, newest first, undated last
	Changed Order = "changed" // by last change, newest first
	ByDue   Order = "due"     // open work only, by its term, the earliest first
)

// Filter narrows a list. Zero fields do not narrow.
type Filter struct {
	Agency     AgencyCode   // issuing agency
	Custodians []AgencyCode // any of these; expanded by the caller
	Procedure  ProcedureCode
	Type       string
	Kind       DocumentKind
	States     []State
	Reading    []ReadingState
	Dossier    DossierCode
	Number     string
	Notation   string
	OwnerID    string
	Uploader   ID
	IssuedFrom Date
	IssuedTo   Date
	Created    Span
	Finding    string // papers that have a finding of this code
	Open       bool   // papers somebody has to do something about
	Assignee   ID
	Unassigned bool // open, and nobody's work yet
	Unit       AgencyCode
	Due        Span // of the term; narrows to open work
	Mentioned  ID   // papers with a comment to this account that was not taken back
	Order      Order
	After      string // cursor of the last Listing; "" for the first page
	Limit      int    // rows; zero means 50
}

// Span is a half-open stretch of time; a zero end is open.
type Span struct{ From, To time.Time }

// Listing is one page of a list. Next is "" on the last page. A cursor is opaque, and of use only with the same filter;
// a cursor that cannot be read is Invalid with code bad_cursor.
type Listing struct {
	Items []Document
	Next  string
}

// Pages keeps the progress of reading, page by page.
type Pages interface {
	// Plan makes the rows of a version's pages, not done yet; rows that exist stay.
	Plan(ctx context.Context, document ID, version, count int) error
	// Put writes one row.
	Put(ctx context.Context, p Page) error
	// PutAll writes rows together.
	PutAll(ctx context.Context, ps []Page) error
	// List returns the rows of a version by number.
	List(ctx context.Context, document ID, version int) ([]Page, error)
	// Get returns one row; NotFound when there is none.
	Get(ctx context.Context, document ID, version, number int) (Page, error)
	// Clear removes the rows of a version, to read it again from the start.
	Clear(ctx context.Context, document ID, version int) error
}

// Dossiers keeps dossier rows.
type Dossiers interface {
	Insert(ctx context.Context, d Dossier) error // Conflict when the code is there
	Get(ctx context.Context, code DossierCode) (Dossier, error)
	Update(ctx context.Context, d Dossier, after int64) error // ErrStale as for documents
	Browse(ctx context.Context, see Visibility, f DossierFilter) (DossierListing, error)
}

// DossierFilter narrows a list of dossiers, newest first.
type DossierFilter struct {
	Procedure ProcedureCode
	Custodian AgencyCode
	Prefix    string // of the code
	After     string
	Limit     int
}

// DossierListing is one page of dossiers.
type DossierListing struct {
	Items []Dossier
	Next  string
}

// Registry keeps agencies and procedures. Both are small enough to be read whole.
type Registry interface {
	Agencies(ctx context.Context) ([]Agency, error)             // by code
	PutAgency(ctx context.Context, a Agency, after int64) error // inserts when after is 0, else updates; ErrStale
	Procedures(ctx context.Context) ([]Procedure, error)        // by code, then From
	PutProcedure(ctx context.Context, p Procedure, after int64) error
	// Version changes whenever an agency or procedure does; a cache asks it.
	Version(ctx context.Context) (int64, error)
}

// Events keeps the trail. It can only grow.
type Events interface {
	// Append seals e and adds it. An event whose Once is already there is dropped without error.
	Append(ctx context.Context, e Event) error
	// Of returns the events of one document, oldest first, keyset by after (an event id, zero for the start).
	Of(ctx context.Context, document ID, after ID, limit int) ([]Event, error)
	// OfDossier returns what happened to a dossier itself (EvDossier), oldest first, keyset as Of.
	OfDossier(ctx context.Context, code DossierCode, after ID, limit int) ([]Event, error)
	// OfCitizens returns what citizens did with a dossier and its papers, newest first, at most limit.
	OfCitizens(ctx context.Context, code DossierCode, limit int) ([]Event, error)
	// Since returns numbered events with Seq > after in order of Seq: the change feed.
	Since(ctx context.Context, after int64, limit int) ([]Event, error)
	// Browse lists events for auditors, newest first.
	Browse(ctx context.Context, f EventFilter) (EventListing, error)
	// Last returns the highest Seq given so far; -1 when none was.
	Last(ctx context.Context) (int64, error)
}

// EventFilter narrows the trail.
type EventFilter struct {
	Actor    ID
	Login    string // the actor's account; Archive.Trail makes Actor of it, a catalog does not look at it
	Document ID
	Dossier  DossierCode
	Action   Action
	Outcome  Outcome
	Address  string       // the whole of it
	Purpose  string       // the whole of it
	Unit     AgencyCode   // of the actor, with all below it; Archive.Trail makes Agencies of it, a catalog does not look at it
	Agencies []AgencyCode // of the actor; nil means all
	// Papers, where a Purpose is asked for, leaves out the events of papers it does not admit: what is not told of them cannot be
	// searched for either. nil admits all.
	Papers *Visibility
	At     Span
	After  string
	Limit  int
}

// EventListing is one page of the trail.
type EventListing struct {
	Items []Event
	Next  string
}

// Intents keeps what is being written. An intent is open until its owner closes it in the transaction of its act, or the
// janitor takes it; a taken intent can no longer be closed by its owner, so the two can never both win.
type Intents interface {
	// Open adds i. Conflict with code busy when another intent of the same document is there: the document's lock.
	Open(ctx context.Context, i Intent) error
	// Close removes an open intent: its act is done. NotFound when it was taken or is gone: the act must not go on.
	Close(ctx context.Context, id ID) error
	// Take marks an intent as the janitor's. Taking twice is no error; NotFound when it is gone.
	Take(ctx context.Context, id ID) error
	// Drop removes a taken intent after its bytes are gone or its act was rolled forward.
	Drop(ctx context.Context, id ID) error
	// OfDocument returns the intent of a document, taken or not; NotFound when there is none.
	OfDocument(ctx context.Context, document ID) (Intent, error)
	// Expired returns intents past their time at now, taken ones, and every intent of node opened before nodeStart, oldest
	// first, at most limit. One of node that is more than a minute ahead of now is of a former life too: the clock went back.
	Expired(ctx context.Context, now time.Time, node string, nodeStart time.Time, limit int) ([]Intent, error)
	Count(ctx context.Context) (int, error)
}

// Jobs is the queue.
type Jobs interface {
	// Enqueue adds j unless an unfinished job of its kind and key is there.
	Enqueue(ctx context.Context, j Job) error
	// Claim takes the most urgent due job of the kinds for lease and counts an attempt; ErrNoJob when none is due. A job
	// whose lease has run out is due again.
	Claim(ctx context.Context, node string, kinds []JobKind, now time.Time, lease time.Duration) (Job, error)
	// Progress writes done and total and renews the lease; Conflict when another node holds the job now: stop.
	Progress(ctx context.Context, j Job, leaseUntil time.Time) error
	// Finish removes a job that is done; Conflict when another node holds it.
	Finish(ctx context.Context, j Job) error
	// Retry puts a job back to run at at, with why. Attempts are kept.
	Retry(ctx context.Context, j Job, at time.Time, why string) error
	// Fail marks a job that will not be tried again; it stays for people to see.
	Fail(ctx context.Context, j Job, why string) error
	// Release gives back a job at shutdown as if it had not been claimed.
	Release(ctx context.Context, j Job) error
	// Hasten makes waiting jobs of a kind due now.
	Hasten(ctx context.Context, kind JobKind, now time.Time) error
	// Recall makes every job due at now that would be due after horizon: the clock went back since, and nobody would ever
	// have put it off so long. Whoever holds one loses it.
	Recall(ctx context.Context, now, horizon time.Time) error
	Counts(ctx context.Context, now time.Time) (map[JobKind]JobCounts, error)
}

// Accounts keeps people.
type Accounts interface {
	Insert(ctx context.Context, a Account) error // Conflict code login_taken or identity_taken
	Get(ctx context.Context, id ID) (Account, error)
	ByLogin(ctx context.Context, login string) (Account, error)
	Names(ctx context.Context, ids []ID) (map[ID]string, error) // of those that exist, in one query
	// ByIdentity finds the account of a person as a provider knows him. NotFound for an empty issuer.
	ByIdentity(ctx context.Context, issuer, subject string) (Account, error)
	Update(ctx context.Context, a Account, after int64) error
	List(ctx context.Context, after string, limit int) ([]Account, error) // by login
	Count(ctx context.Context) (int, error)
}

// Sessions keeps signed-in devices.
type Sessions interface {
	Insert(ctx context.Context, s Session) error
	Get(ctx context.Context, hash Digest) (Session, error)
	Of(ctx context.Context, account ID) ([]Session, error)              // last seen first, ended ones that still lie there too
	OfProvider(ctx context.Context, provider string) ([]Session, error) // those with this Session.Provider; "": none
	// Prove notes that the person has just shown again who he is. NotFound when the session is gone.
	Prove(ctx context.Context, hash Digest, at time.Time) error
	Touch(ctx context.Context, hash Digest, seen time.Time) error
	Delete(ctx context.Context, hash Digest) error
	DeleteAll(ctx context.Context, account ID) error
	Expire(ctx context.Context, now time.Time) error
}

// Tokens keeps API tokens.
type Tokens interface {
	Insert(ctx context.Context, t Token) error
	ByHash(ctx context.Context, hash Digest) (Token, error)
	Get(ctx context.Context, id ID) (Token, error)
	List(ctx context.Context, after ID, limit int) ([]Token, error)
	Of(ctx context.Context, owner ID, limit int) ([]Token, error) // newest first, ended ones too
	Touch(ctx context.Context, id ID, seen time.Time) error
	Revoke(ctx context.Context, id ID, at time.Time) error
	Own(ctx context.Context, id, owner ID) error // makes the token live on another account's rights; NotFound
}

// Factors keeps second factors and recovery codes.
type Factors interface {
	// Put writes the factor of an account over the one it has.
	Put(ctx context.Context, f SecondFactor) error
	Get(ctx context.Context, account ID) (SecondFactor, error) // NotFound when there is none
	// Use notes that the code of a time step was used. Conflict code_used when it or a later one was: of two that come at once
	// with the same code, one wins.
	Use(ctx context.Context, account ID, step int64) error
	// Remove takes the factor and its recovery codes away; that there is none is no error.
	Remove(ctx context.Context, account ID) error
	// SetRecovery replaces the recovery codes by others, of which only hashes are given.
	SetRecovery(ctx context.Context, account ID, hashes []Digest) error
	// Spend takes a recovery code away. NotFound when it is not there, or was spent.
	Spend(ctx context.Context, account ID, hash Digest) error
	Recovery(ctx context.Context, account ID) (int, error) // codes left
}

// Passes keeps secrets of the door that are good for a while, by their digest.
type Passes interface {
	Put(ctx context.Context, p Pass) error // over the one with the same hash
	// Get returns a pass of a kind whether or not it has expired. NotFound.
	Get(ctx context.Context, kind PassKind, hash Digest) (Pass, error)
	// Try counts a try and returns how many there were, this one included. NotFound.
	Try(ctx context.Context, kind PassKind, hash Digest) (int, error)
	// Take removes a pass and returns it: of two that come at once with the same secret, one gets NotFound.
	Take(ctx context.Context, kind PassKind, hash Digest) (Pass, error)
	DeleteAll(ctx context.Context, account ID, kinds ...PassKind) error
	Expire(ctx context.Context, now time.Time) error
}

// Answer is what an Idempotency-Key was answered with. It is written in the transaction of the act itself, so that a
// crash leaves either both or neither.
type Answer struct {
	Actor     ID
	Route     string
	Key       string
	Body      Digest // of the request's body
	Status    int    // 0 while the first request is still running
	Header    map[string]string
	Reply     []byte
	Node      string
	CreatedAt time.Time
}

// Answers keeps the answers to requests with an Idempotency-Key.
type Answers interface {
	// Begin claims the key. When it is taken, the answer so far is returned with false (Status 0: still running).
	Begin(ctx context.Context, a Answer) (Answer, bool, error)
	// Complete writes the answer; NotFound when Begin's row is gone.
	Complete(ctx context.Context, a Answer) error
	// Abandon forgets a key whose request was refused or failed. A completed one stays.
	Abandon(ctx context.Context, actor ID, route, key string) error
	// Forget removes answers made before t, and running ones of node made before nodeStart or more than a minute after now.
	Forget(ctx context.Context, before time.Time, node string, nodeStart, now time.Time) error
}

// Settings keeps a few named facts of the house (set-up token, format, janitor switch).
type Settings interface {
	Get(ctx context.Context, name string) (string, error) // NotFound when unset
	Set(ctx context.Context, name, value string) error
	Delete(ctx context.Context, name string) error
}

// TreeTx is what the ledger needs of a transaction: events without a number in commit order, and the hashes of the
// Merkle tree (RFC 9162 §2.1; storage order of golang.org/x/mod/sumdb/tlog).
type TreeTx interface {
	// Unnumbered returns up to limit events that have no number, in commit order, by id and leaf.
	Unnumbered(ctx context.Context, limit int) ([]Leaf, error)
	// Number gives the events the numbers first, first+1, … in the order given.
	Number(ctx context.Context, first int64, events []ID) error
	// Hashes returns the stored hashes at the given storage indexes, in order; NotFound when one is missing.
	Hashes(ctx context.Context, indexes []int64) ([][32]byte, error)
	// AddHashes appends stored hashes from index first on.
	AddHashes(ctx context.Context, first int64, hashes [][32]byte) error
	// Checkpoint returns the newest signed checkpoint, size 0 and nil when none was written.
	Checkpoint(ctx context.Context) (size int64, signed []byte, err error)
	// PutCheckpoint replaces it.
	PutCheckpoint(ctx context.Context, size int64, signed []byte, at time.Time) error
	// Leaves returns the leaf hashes of numbered events from first on, at most limit, for check.
	Leaves(ctx context.Context, first int64, limit int) ([]Leaf, error)
}

// Leaf is an event as the tree knows it.
type Leaf struct {
	Event ID
	Hash  [32]byte
}

// Ledger numbers events and signs the tree. One leader runs it at a time.
type Ledger interface {
	// Sequence numbers up to one batch of committed events, stores the tree's new hashes and signs a checkpoint, all in
	// one transaction. It returns how many it numbered.
	Sequence(ctx context.Context) (int, error)
	// Checkpoint returns the newest signed checkpoint (C2SP tlog-checkpoint), nil when the log is empty.
	Checkpoint(ctx context.Context) ([]byte, error)
	// Verify recomputes the tree from the events and compares it with the stored hashes and the checkpoint. It reports
	// each difference to found and goes on.
	Verify(ctx context.Context, found func(Discrepancy) error) error
}

// Discrepancy is one thing check found.
type Discrepancy struct {
	Kind     string // stable, snake_case: missing_object, unknown_object, digest_mismatch, tree_mismatch, index_missing …
	Object   string // what it is about
	Document ID
	About    string // another name of what it is about, under which it may have been reported already; optional
	Detail   string // for the log and the operator, English
	Repaired bool

	// mend writes what the catalog lacks from the copy in the store. Nil where there is none.
	mend func(context.Context) error
}
