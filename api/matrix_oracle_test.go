package api_test

import (
	"slices"

	"sohoa/archive"
)

// What follows is the table of rights written down a second time, from the text of the design and not from the code that
// decides: the matrix compares what every door does with this. Whoever changes a right changes it in both places, on purpose.

// Scopes of the matrix. H15.50.01 lies below H15.50; H15.51 is beside it.
const (
	matrixOwn   archive.AgencyCode = "H15.50"
	matrixBelow archive.AgencyCode = "H15.50.01"
	matrixOther archive.AgencyCode = "H15.51"
)

var matrixScopes = map[archive.AgencyCode][]archive.AgencyCode{
	"":          {matrixOwn, matrixBelow, matrixOther},
	matrixOwn:   {matrixOwn, matrixBelow},
	matrixBelow: {matrixBelow},
	matrixOther: {matrixOther},
}

// asker is who sends the requests of the matrix. The zero asker is nobody.
type asker struct {
	role   archive.Role
	scope  archive.AgencyCode
	id     archive.ID
	secret string
	closed bool // its mandate is over
}

func (a asker) String() string {
	switch {
	case a.role == "":
		return "nobody"
	case a.closed:
		return string(a.role) + " whose mandate is over"
	case a.scope == "":
		return string(a.role) + " of the province"
	}
	return string(a.role) + " at " + string(a.scope)
}

// sheet is a paper of the matrix, and what is known of it.
type sheet struct {
	archive.Document
	marker string
}

// right is what a door asks for.
type right string

const (
	reads     right = "read"
	seesPages right = "pages"
	downloads right = "download"
	edits     right = "edit"
	checks    right = "check"   // the moves of a checker
	sendsOn   right = "send on" // the moves of whoever prepares papers
	discards  right = "discard" // a checker, or whoever brought it
	comments  right = "comment"
	assigns   right = "assign"
	registers right = "dossier"   // dossiers and receipts
	trails    right = "trail"     // events of others
	manages   right = "manage"    // accounts, tokens, registry, status
	hears     right = "opinions"  // what citizens said
	deposits  right = "deposit"   // papers in
	looks     right = "staff"     // anybody with an account or a token
	everybody right = "everybody" // no account is asked for
)

var matrixRoles = map[right][]archive.Role{
	reads:     {"clerk", "checker", "archivist", "auditor", "admin", "service"},
	seesPages: {"clerk", "checker", "archivist", "auditor", "admin", "service"},
	downloads: {"clerk", "checker", "archivist", "auditor", "service"},
	edits:     {"clerk", "checker", "service"},
	checks:    {"checker"},
	sendsOn:   {"clerk", "checker", "service"},
	discards:  {"checker"},
	comments:  {"clerk", "checker", "archivist"},
	assigns:   {"clerk", "checker"},
	registers: {"clerk", "checker", "service"},
	trails:    {"auditor", "admin"},
	manages:   {"admin"},
	hears:     {"clerk", "checker", "auditor", "admin"},
	deposits:  {"clerk", "checker", "service"},
	looks:     {"clerk", "checker", "archivist", "auditor", "admin", "service"},
}

func (a asker) may(r right) bool { return r == everybody || slices.Contains(matrixRoles[r], a.role) }

// lists reports whether s stands in the lists of a.
func (a asker) lists(s *sheet) bool {
	if a.role == "" || a.closed || !slices.Contains(matrixScopes[a.scope], s.Custodian) {
		return false
	}
	if s.Access == archive.Sealed && a.role != "archivist" && !slices.Contains(s.Named, a.id) {
		return false
	}
	switch s.State {
	case archive.Quarantined:
		return a.role == "checker" || s.Uploader == a.id
	case archive.Discarded:
		return a.role == "checker" || a.role == "archivist" || a.role == "auditor" || s.Uploader == a.id
	}
	return true
}

// borrows reports whether s is a paper of another unit that a has to check.
func (a asker) borrows(s *sheet) bool {
	return a.role == "checker" && a.scope != "" && s.State == archive.Checking && s.Work.Check.At != "" && slices.Contains(matrixScopes[a.scope], s.Work.Check.At) &&
		(s.Access != archive.Sealed || slices.Contains(s.Named, a.id))
}

// verdict is how a door has to answer.
type verdict int

const (
	stranger verdict = iota // 401, or a page that asks to sign in
	hidden                  // 404: it is not there
	refused                 // 403: it is there, and this is not the asker's
	granted                 // anything else
)

func (v verdict) String() string {
	return [...]string{"401", "404", "403", "leave"}[v]
}

// of says how a is answered who asks for r on s.
func (a asker) of(r right, s *sheet) verdict {
	switch aside := s.State == archive.Quarantined || s.State == archive.Discarded && s.PriorState == archive.Quarantined; {
	case a.role == "" || a.closed:
		return stranger
	case !a.lists(s) && !a.borrows(s):
		return hidden
	case !a.lists(s):
		if r == reads || r == seesPages || r == downloads || r == checks || r == comments {
			return granted
		}
		return refused
	case aside && (r == seesPages || r == downloads):
		if a.role == "checker" {
			return granted
		}
		return refused
	case (r == discards || r == sendsOn) && s.Uploader == a.id:
		return granted
	case !a.may(r):
		return refused
	}
	return granted
}
