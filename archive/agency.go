package archive

import (
	"slices"
	"time"
)

// Agency is one office as the registry knows it, with the days between which it existed. Districts ended and provinces
// merged on 2025-07-01: what they issued stays theirs, and their successors answer for it.
type Agency struct {
	Code         AgencyCode
	Name         string
	Parent       AgencyCode // zero at the top of the province
	Aliases      []string   // other names and old codes, as they stand on papers
	Predecessors []AgencyCode
	Successors   []AgencyCode
	From         Date // zero: since ever
	To           Date // zero: still there
	Quota        Quota
	Rules        Rulebook // how its papers are checked, and their terms; changed by SetRules only
	Revision     int64
	UpdatedAt    time.Time
}

// scopeSet is what an actor's agency expands to: itself, all below it, and the predecessors of each.
type scopeSet struct {
	codes []AgencyCode // sorted
}

func (s *scopeSet) has(c AgencyCode) bool {
	_, ok := slices.BinarySearch(s.codes, c)
	return ok
}

// expand walks the registry from top. An agency the registry does not know still has its own code as scope, so that a
// clerk of a new office is not locked out of the papers she has just deposited.
func expand(top AgencyCode, all []Agency) *scopeSet {
	children := map[AgencyCode][]AgencyCode{}
	before := map[AgencyCode][]AgencyCode{}
	for _, a := range all {
		if a.Parent != "" {
			children[a.Parent] = append(children[a.Parent], a.Code)
		}
		before[a.Code] = append(before[a.Code], a.Predecessors...)
		for _, s := range a.Successors {
			before[s] = append(before[s], a.Code)
		}
	}
	seen := map[AgencyCode]bool{}
	var walk func(AgencyCode)
	walk = func(c AgencyCode) {
		if c == "" || seen[c] {
			return
		}
		seen[c] = true
		for _, x := range children[c] {
			walk(x)
		}
		for _, x := range before[c] {
			walk(x)
		}
	}
	walk(top)
	s := &scopeSet{codes: make([]AgencyCode, 0, len(seen))}
	for c := range seen {
		s.codes = append(s.codes, c)
	}
	slices.Sort(s.codes)
	return s
}

// over is the way back from expand: the agencies in whose scope c lies, c itself first.
func over(c AgencyCode, all []Agency) []AgencyCode {
	up := map[AgencyCode][]AgencyCode{}
	for _, a := range all {
		if a.Parent != "" {
			up[a.Code] = append(up[a.Code], a.Parent)
		}
		up[a.Code] = append(up[a.Code], a.Successors...)
		for _, b := range a.Predecessors {
			up[b] = append(up[b], a.Code)
		}
	}
	out := []AgencyCode{c}
	for i := 0; i < len(out); i++ {
		for _, x := range up[out[i]] {
			if !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

// Procedure is one administrative procedure as of a day: the papers it needs and the result it yields.
type Procedure struct {
	Code       ProcedureCode
	Name       string
	Sector     string
	Components []string // names of the papers an applicant hands in
	Results    []string // names of what the agency issues
	Days       int      // working days to settle; 0 unknown
	From       Date     // this version holds from this day; zero: since ever
	Revision   int64
	UpdatedAt  time.Time
}

// Owner is the person or business a paper belongs to.
type Owner struct {
	IDType IDType `json:"id_type,omitempty"`
	ID     string `json:"id,omitempty"`
	Name   string `json:"name,omitempty"` // full name as written; a given name is never guessed
}

// Dossier is one request by one applicant under one procedure.
type Dossier struct {
	Code       DossierCode
	Procedure  ProcedureCode // zero: not told yet
	Custodian  AgencyCode
	Title      string
	Applicant  Owner
	ReceivedOn Date
	DueOn      Date
	ClosedOn   Date
	Revision   int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
}
