package indexer

import (
	"fmt"

	"sohoa/archive"
)

// condition holds when a document has any of its terms. All conditions of a query must hold.
type condition struct{ any []keyTerm }

type keyTerm struct{ field, value string }

// conditions turns what q may see and what it filters into terms. What may be seen is part of the question itself, never a
// sieve over its answers, so that totals and facets cannot tell about papers outside it. A condition without terms holds
// for no document.
func conditions(q *archive.Query) []condition {
	out := visible(q.See)
	add := func(field string, values ...string) { out = append(out, termsOf(field, values...)) }
	if q.Agency != "" {
		add(kAgency, q.Agency.String())
	}
	if len(q.Custodians) > 0 {
		add(kCustodian, strs(q.Custodians)...)
	}
	if q.Procedure != "" {
		add(kProcedure, q.Procedure.Base().String())
	}
	if q.Type != "" {
		add(kType, q.Type)
	}
	if q.Kind != "" {
		add(kKind, string(q.Kind))
	}
	if len(q.States) > 0 {
		add(kState, strs(q.States)...)
	}
	if q.Dossier != "" {
		add(kDossier, q.Dossier.String())
	}
	if q.OwnerID != "" {
		add(kOwner, q.OwnerID)
	}
	if !q.IssuedFrom.IsZero() || !q.IssuedTo.IsZero() {
		add(kIssued, days(q.IssuedFrom, q.IssuedTo)...)
	}
	return out
}

// visible is archive.Visibility.Admits as terms; a test holds the two equal.
func visible(v archive.Visibility) []condition {
	if v.Everything {
		return nil
	}
	var out []condition
	if !v.Whole {
		out = append(out, termsOf(kCustodian, strs(v.Custodians)...))
	}
	access := termsOf(kAccess, strs(v.Accesses)...)
	if !v.Named.IsZero() {
		access.any = append(access.any, keyTerm{kSealedFor, v.Named.String()})
	}
	states := termsOf(kState, strs(v.States)...)
	if !v.Uploader.IsZero() {
		states.any = append(states.any, keyTerm{kOwnBy, v.Uploader.String()})
	}
	return append(out, access, states)
}

func termsOf(field string, values ...string) condition {
	var c condition
	for _, v := range values {
		c.any = append(c.any, keyTerm{field, v})
	}
	return c
}

func strs[S ~string](in []S) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

// The years a range without an end runs to.
const firstYear, lastYear = 1900, 2199

// days covers the days from … to (each may be open) with as few year, month and day terms as possible.
func days(from, to archive.Date) []string {
	if from.IsZero() || from.Year < firstYear {
		from = archive.Date{Year: firstYear, Month: 1, Day: 1}
	}
	if to.IsZero() || to.Year > lastYear {
		to = archive.Date{Year: lastYear, Month: 12, Day: 31}
	}
	var out []string
	for d := from; !to.Before(d); {
		last := endOfYear(d)
		if d.Month == 1 && d.Day == 1 && !to.Before(last) {
			out = append(out, fmt.Sprintf("%04d", d.Year))
			d = dayAfter(last)
			continue
		}
		last = endOfMonth(d)
		if d.Day == 1 && !to.Before(last) {
			out = append(out, fmt.Sprintf("%04d%02d", d.Year, d.Month))
			d = dayAfter(last)
			continue
		}
		out = append(out, dayTerm(d))
		d = dayAfter(d)
	}
	return out
}

func endOfYear(d archive.Date) archive.Date { return archive.Date{Year: d.Year, Month: 12, Day: 31} }

func endOfMonth(d archive.Date) archive.Date {
	return archive.DateOf(archive.Date{Year: d.Year, Month: d.Month + 1, Day: 1}.Time().AddDate(0, 0, -1))
}

func dayAfter(d archive.Date) archive.Date { return archive.DateOf(d.Time().AddDate(0, 0, 1)) }
