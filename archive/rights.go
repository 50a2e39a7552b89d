package archive

import (
	"slices"
	"time"
)

// Act is something a door asks permission for. Moves of the state table have their own roles; these are the rest.
type Act string

const (
	ActDeposit    Act = "deposit"
	ActRead       Act = "read"     // metadata, findings, history
	ActPages      Act = "pages"    // page images, words, text
	ActDownload   Act = "download" // the bytes
	ActEdit       Act = "edit"
	ActDossier    Act = "dossier"    // open and change dossiers
	ActReceipt    Act = "receipt"    // print receipts: whoever has one gets the results
	ActOpinions   Act = "opinions"   // what citizens said of the service
	ActRegistry   Act = "registry"   // agencies and procedures
	ActAccounts   Act = "accounts"   // accounts and tokens
	ActTrail      Act = "trail"      // the events of others
	ActStatus     Act = "status"     // state of the house
	ActQuarantine Act = "quarantine" // look at quarantined papers
	ActComment    Act = "comment"    // say something about a paper
	ActAssign     Act = "assign"     // say whose work a paper is
)

// rights is the table: which role may do which act. Absent means no.
var rights = map[Act][]Role{
	ActDeposit:    {RoleClerk, RoleChecker, RoleService},
	ActRead:       {RoleClerk, RoleChecker, RoleArchivist, RoleAuditor, RoleAdmin, RoleService},
	ActPages:      {RoleClerk, RoleChecker, RoleArchivist, RoleAuditor, RoleAdmin, RoleService},
	ActDownload:   {RoleClerk, RoleChecker, RoleArchivist, RoleAuditor, RoleService},
	ActEdit:       {RoleClerk, RoleChecker, RoleService},
	ActDossier:    {RoleClerk, RoleChecker, RoleService},
	ActReceipt:    {RoleClerk, RoleChecker, RoleService},
	ActOpinions:   {RoleClerk, RoleChecker, RoleAuditor, RoleAdmin},
	ActRegistry:   {RoleAdmin},
	ActAccounts:   {RoleAdmin},
	ActTrail:      {RoleAuditor, RoleAdmin},
	ActStatus:     {RoleAdmin},
	ActQuarantine: {RoleChecker},
	ActComment:    {RoleClerk, RoleChecker, RoleArchivist},
	ActAssign:     {RoleClerk, RoleChecker},
}

// Acts lists every act of the table, sorted, for documentation and tests.
func Acts() []Act {
	out := make([]Act, 0, len(rights))
	for a := range rights {
		out = append(out, a)
	}
	slices.Sort(out)
	return out
}

// May reports whether the role may ever do act. Decide adds scope, class, state and time.
func (r Role) May(act Act) bool { return r == RoleSystem || slices.Contains(rights[act], r) }

// Decide is the one function that says whether actor may do act on d at now. nil is yes; ErrNotFound when d is out of
// the actor's scope, class or time window, so that its existence is not given away; ErrForbidden when it is in scope
// and the act is not the actor's. What a quarantined paper says (pages, text, bytes) is for those who may ActQuarantine
// only, though its uploader sees the row. Visibility is the same rule as data, for lists; a test holds the two equal.
func Decide(a Actor, act Act, d *Document, now time.Time) error {
	if !a.Sees(now).Admits(d) {
		if !a.Checks(now).Admits(d) {
			return ErrNotFound
		}
		if !slices.Contains(neighbourActs, act) {
			return ErrForbidden
		}
	}
	if !a.Role.May(act) || d.Aside() && (act == ActPages || act == ActDownload) && !a.Role.May(ActQuarantine) {
		return ErrForbidden
	}
	return nil
}

// neighbourActs are what a checker may do with a paper of another unit that is hers to check, beside accepting and returning it.
var neighbourActs = []Act{ActRead, ActPages, ActDownload, ActComment}

// DecideAt is Decide for acts on an agency rather than a paper (deposit, dossier): the agency must be in scope.
func DecideAt(a Actor, act Act, agency AgencyCode, now time.Time) error {
	if !a.Role.May(act) || !a.active(now) {
		return ErrForbidden
	}
	if !a.Covers(agency) {
		return ErrNotFound
	}
	return nil
}

// Covers reports whether agency lies in the actor's scope.
func (a Actor) Covers(agency AgencyCode) bool {
	if a.Role == RoleSystem || a.Agency == "" {
		return true
	}
	if a.scope != nil {
		return a.scope.has(agency)
	}
	return agency == a.Agency
}

// active reports whether now lies in the actor's time window.
func (a Actor) active(now time.Time) bool {
	return (a.From.IsZero() || !now.Before(a.From)) && (a.Until.IsZero() || now.Before(a.Until))
}

// Visibility is what an actor may see, as data: SQL makes a WHERE clause of it and bleve a conjunct, so that no list is
// ever filtered after it was fetched. The zero value admits nothing.
type Visibility struct {
	Everything bool         // the program itself
	Whole      bool         // every custodian
	Custodians []AgencyCode // sorted; used when Whole is false
	Accesses   []Access     // classes seen without being named; never contains a class the role may not see
	Named      ID           // sees sealed papers that name this person, in scope
	States     []State      // states seen
	Uploader   ID           // sees own papers in scope in OwnStates, too
	// Checking are the units whose people check for others: papers of any custodian that are to be checked by one of them, and
	// nothing else. When it is not nil, Whole and Custodians do not count.
	Checking []AgencyCode
}

// OwnStates are the states in which an uploader sees her own papers whatever her role: to restore what was discarded, and
// to know why a paper of hers is in quarantine.
var OwnStates = []State{Quarantined, Discarded}

// Own returns those of OwnStates that v shows of its uploader's papers only: the rest of it does not show them anyway.
func (v Visibility) Own() []State {
	if v.Uploader.IsZero() {
		return nil
	}
	var out []State
	for _, s := range OwnStates {
		if !slices.Contains(v.States, s) {
			out = append(out, s)
		}
	}
	return out
}

// Sees returns what the actor may see at now. Outside the actor's time window that is nothing.
func (a Actor) Sees(now time.Time) Visibility {
	if a.Role == RoleSystem {
		return Visibility{Everything: true}
	}
	if !a.Role.May(ActRead) || !a.active(now) {
		return Visibility{}
	}
	v := Visibility{Whole: a.Agency == "", Accesses: []Access{Public, Restricted}, Named: a.ID, Uploader: a.ID}
	if !v.Whole {
		v.Custodians = []AgencyCode{a.Agency}
		if a.scope != nil {
			v.Custodians = a.scope.codes
		}
	}
	if a.Role == RoleArchivist {
		v.Accesses = append(v.Accesses, Sealed)
	}
	v.States = []State{Review, Checking, Accepted, Published, Superseded, Withdrawn, Returned, Disposed}
	switch a.Role {
	case RoleChecker:
		v.States = append(v.States, Quarantined, Discarded)
	case RoleArchivist, RoleAuditor:
		v.States = append(v.States, Discarded)
	}
	return v
}

// Checks returns which papers of other units the actor may see at now because they are to be checked by his own: those that
// wait for it, no others and no sooner or later. A sealed one only when it names him.
func (a Actor) Checks(now time.Time) Visibility {
	if a.Role != RoleChecker || a.Agency == "" || !a.active(now) {
		return Visibility{} // whoever sees the whole province sees them anyway
	}
	v := Visibility{Accesses: []Access{Public, Restricted}, Named: a.ID, States: []State{Checking}, Checking: []AgencyCode{a.Agency}}
	if a.scope != nil {
		v.Checking = a.scope.codes
	}
	return v
}

// Admits is Visibility applied to one document.
func (v Visibility) Admits(d *Document) bool {
	if v.Everything {
		return true
	}
	if v.Checking != nil {
		if _, ok := slices.BinarySearch(v.Checking, d.Work.Check.At); !ok || d.State != Checking {
			return false
		}
	} else if !v.Whole {
		if _, ok := slices.BinarySearch(v.Custodians, d.Custodian); !ok {
			return false
		}
	}
	if !slices.Contains(v.Accesses, d.Access) && !(d.Access == Sealed && !v.Named.IsZero() && slices.Contains(d.Named, v.Named)) {
		return false
	}
	if slices.Contains(v.States, d.State) {
		return true
	}
	return slices.Contains(OwnStates, d.State) && !v.Uploader.IsZero() && d.Uploader == v.Uploader
}

// Nothing reports whether v admits no document at all, so that a door can answer without asking.
func (v Visibility) Nothing() bool { return !v.Everything && len(v.States) == 0 }
