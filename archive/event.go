package archive

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// Action names what an event records, in PREMIS words where PREMIS has one.
type Action string

const (
	EvDeposit  Action = "ingestion"
	EvRefuse   Action = "refusal"
	EvRead     Action = "text_extraction"
	EvEdit     Action = "metadata_modification"
	EvMove     Action = "state_change"
	EvVersion  Action = "new_version"
	EvView     Action = "view"
	EvSearch   Action = "search"
	EvDownload Action = "dissemination"
	EvDenied   Action = "denial"
	EvSignIn   Action = "sign_in"
	EvSignOut  Action = "sign_out"
	EvAccount  Action = "account_change"
	EvToken    Action = "token_change"
	EvRegistry Action = "registry_change"
	EvDossier  Action = "dossier_change"
	EvErase    Action = "deletion"
	EvFixity   Action = "fixity_check"
	EvMaintain Action = "maintenance"
	// EvRetrieval is what a citizen does with the results of a dossier, downloads excepted; of what was wrong, a count.
	EvRetrieval Action = "retrieval"
	EvDraw      Action = "sampling"   // a lot of four eyes: its secret promised, drawn, told
	EvAssign    Action = "assignment" // whose work a paper is
	EvComment   Action = "comment"    // said about a paper, or taken back
	EvBulk      Action = "bulk"       // one act on many papers was begun
)

// Outcome of an event.
type Outcome string

const (
	Success Outcome = "success"
	Denied  Outcome = "denied"
	Failure Outcome = "failure"
)

// Event is one audited act. Once written nothing in the program changes or removes it.
type Event struct {
	ID        ID
	Seq       int64 // given by the sequencer in commit order, from 0; -1 until then
	At        time.Time
	Action    Action
	Outcome   Outcome
	ActorID   ID
	ActorName string
	ActorRole Role
	Agency    AgencyCode // of the actor
	Address   string
	Request   string
	Purpose   string
	Document  ID
	Dossier   DossierCode
	Object    string            // what else it was about: an account id, an agency code …
	Detail    map[string]string // small facts: move, version, digest, changed fields; never a secret
	Once      string            // when not empty, a second event with the same Once is dropped (views)
	Nonce     [16]byte
	Leaf      [32]byte
}

// Origin names the log of this house; a log closed and begun again raises the number behind the slash.
const Origin = "sohoa/audit/1"

// EventName is how reports name the event of a number.
func EventName(seq int64) string { return fmt.Sprintf("%s#%d", Origin, seq) }

// NewEvent fills in what every event carries. The caller adds the rest and hands it to Events.Append, which seals it.
func NewEvent(a Actor, action Action, at time.Time) Event {
	return Event{ID: NewID(), Seq: -1, At: at, Action: action, Outcome: Success, ActorID: a.ID, ActorName: a.Name, ActorRole: a.Role,
		Agency: a.Agency, Address: a.Address, Request: a.Request, Purpose: a.Purpose}
}

// record is the exact shape that is hashed. Fields are only ever added at the end, with omitempty.
type record struct {
	ID        ID                `json:"id"`
	At        string            `json:"at"`
	Action    Action            `json:"action"`
	Outcome   Outcome           `json:"outcome"`
	ActorID   ID                `json:"actor_id,omitzero"`
	ActorName string            `json:"actor_name,omitempty"`
	ActorRole Role              `json:"actor_role,omitempty"`
	Agency    AgencyCode        `json:"agency,omitempty"`
	Address   string            `json:"address,omitempty"`
	Request   string            `json:"request,omitempty"`
	Purpose   string            `json:"purpose,omitempty"`
	Document  ID                `json:"document,omitzero"`
	Dossier   DossierCode       `json:"dossier,omitempty"`
	Object    string            `json:"object,omitempty"`
	Detail    map[string]string `json:"detail,omitempty"`
}

// Record returns the bytes of the event that its leaf commits to: JSON with fixed field order, sorted map keys and the
// time in UTC with microseconds.
func (e *Event) Record() []byte {
	b, err := json.Marshal(record{e.ID, e.At.UTC().Format(TimeForm), e.Action, e.Outcome, e.ActorID, e.ActorName, e.ActorRole, e.Agency,
		e.Address, e.Request, e.Purpose, e.Document, e.Dossier, e.Object, e.Detail})
	if err != nil {
		panic(fmt.Sprintf("marshal event: %v", err)) // strings and ids only: cannot fail
	}
	return b
}

// TimeForm is how times are written in rows and records: RFC 3339, UTC, always six fractional digits, so that text order
// is time order.
const TimeForm = "2006-01-02T15:04:05.000000Z"

// Seal draws the nonce and computes the leaf: SHA-256(origin "/leaf@v2\n" ‖ nonce ‖ record). Destroying the nonce and
// the record later leaves a leaf that gives nothing away.
func (e *Event) Seal() {
	rand.Read(e.Nonce[:])
	e.Leaf = e.LeafHash()
}

// LeafHash recomputes the leaf from the record and the nonce.
func (e *Event) LeafHash() [32]byte {
	h := sha256.New()
	h.Write([]byte(Origin + "/leaf@v2\n"))
	h.Write(e.Nonce[:])
	h.Write(e.Record())
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
}
