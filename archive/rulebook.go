package archive

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Rulebook is what an agency lays down for its papers and those of the agencies below that lay down nothing themselves.
type Rulebook struct {
	Checks []CheckPolicy `json:"checks,omitempty"`
	Terms  []Term        `json:"terms,omitempty"`
}

// IsZero reports whether nothing is laid down.
func (r Rulebook) IsZero() bool { return len(r.Checks) == 0 && len(r.Terms) == 0 }

// Term is how many working days a paper may stay in a state.
type Term struct {
	Kind  DocumentKind `json:"kind,omitempty"` // "": both
	Stage State        `json:"stage"`
	Days  int          `json:"days"` // 0: no term
}

// TermStages are the states that can have a term, in the order of a paper's life.
var TermStages = []State{Review, Returned, Checking, Accepted, Quarantined}

// defaultTerms hold where no agency says otherwise. No law sets them: a commune's counter clears its desk within the day after,
// and the two days of review leave one for what has to be scanned again.
var defaultTerms = map[State]int{Review: 2, Returned: 1, Checking: 1, Accepted: 1, Quarantined: 1}

// mostDays bounds a term: the longest procedures of the catalogue take half a year.
const mostDays = 250

// chain returns the agency of that code and those above it, the nearest first. An agency the registry does not know begins with
// what its code says is above.
func chain(code AgencyCode, all []Agency) []Agency {
	var out []Agency
	for range 20 { // deeper than any tree of offices, and an end to a circle
		if code == "" {
			break
		}
		i, ok := slices.BinarySearchFunc(all, code, func(g Agency, c AgencyCode) int { return strings.Compare(string(g.Code), string(c)) })
		if !ok {
			code = code.Parent()
			continue
		}
		out = append(out, all[i])
		code = all[i].Parent
	}
	return out
}

// term returns the working days a paper may stay in a state; 0 is no term.
func (a *Archive) term(ctx context.Context, custodian AgencyCode, kind DocumentKind, stage State) (int, error) {
	all, err := a.Agencies(ctx)
	if err != nil {
		return 0, err
	}
	return termOf(chain(custodian, all), kind, stage), nil
}

func termOf(up []Agency, kind DocumentKind, stage State) int {
	for _, g := range up {
		for _, k := range []DocumentKind{kind, ""} {
			for _, t := range g.Rules.Terms {
				if t.Kind == k && t.Stage == stage {
					return t.Days
				}
			}
		}
	}
	return defaultTerms[stage]
}

// RulesInForce returns what holds for the papers of an agency, each with the agency that laid it down; "" is the house.
func (a *Archive) RulesInForce(ctx context.Context, code AgencyCode) (Rulebook, error) {
	all, err := a.Agencies(ctx)
	if err != nil {
		return Rulebook{}, err
	}
	up := chain(code, all)
	var out Rulebook
	for _, k := range []DocumentKind{Component, Result} {
		out.Checks = append(out.Checks, checkOf(up, k))
		for _, s := range TermStages {
			if s != Accepted || k == Result {
				out.Terms = append(out.Terms, Term{Kind: k, Stage: s, Days: termOf(up, k, s)})
			}
		}
	}
	return out, nil
}

// SetRules lays down how the papers of an agency are checked and how long each stage may take. It holds for what is submitted
// or enters a stage from then on; papers already there keep what they began with. Only an administrator who stands above the
// agency may: nobody loosens the rules he works under. Every change is an event that names the old and the new. Errors:
// Forbidden, NotFound, Conflict stale_revision, Invalid with the rule that is wrong.
func (a *Archive) SetRules(ctx context.Context, actor Actor, code AgencyCode, r Rulebook, after int64) (Agency, error) {
	if !actor.Role.May(ActRegistry) || !actor.Grants(code) {
		return Agency{}, ErrForbidden
	}
	now := a.Clock.Now()
	var out Agency
	err := a.update(ctx, func(tx Tx) error {
		all, err := tx.Registry().Agencies(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(g Agency) bool { return g.Code == code })
		if i < 0 {
			return ErrNotFound
		}
		if err := r.check(code, all); err != nil {
			return err
		}
		out = all[i]
		if after != 0 && after != out.Revision {
			return ErrStale
		}
		ev := NewEvent(actor, EvRegistry, now)
		ev.Object = "agency:" + code.String()
		ev.Detail = map[string]string{"act": "rules", "before": out.Rules.String(), "after": r.String()}
		out.Rules, out.UpdatedAt = r, now
		if err := tx.Registry().PutAgency(ctx, out, out.Revision); err != nil {
			return err
		}
		out.Revision++
		return tx.Events().Append(ctx, ev)
	})
	return out, err
}

// check refuses rules that could not be followed.
func (r Rulebook) check(code AgencyCode, all []Agency) error {
	seen := map[string]bool{}
	once := func(field, key string) error {
		if seen[key] {
			return invalidField(field, Text{"Quy định này đã có một dòng khác.", "Another line says the same already."})
		}
		seen[key] = true
		return nil
	}
	kind := func(field string, k DocumentKind) error {
		if k != "" && k != Component && k != Result {
			return invalidField(field, Text{"Loại giấy tờ là component hoặc result, để trống là cả hai.", "The kind is component or result, empty for both."})
		}
		return nil
	}
	for i, c := range r.Checks {
		field := fmt.Sprintf("checks[%d]", i)
		if err := kind(field+".kind", c.Kind); err != nil {
			return err
		}
		if err := once(field, "check/"+string(c.Kind)); err != nil {
			return err
		}
		if err := c.valid(field, code, all); err != nil {
			return err
		}
	}
	for i, t := range r.Terms {
		field := fmt.Sprintf("terms[%d]", i)
		if err := kind(field+".kind", t.Kind); err != nil {
			return err
		}
		if err := once(field, "term/"+string(t.Kind)+"/"+string(t.Stage)); err != nil {
			return err
		}
		if !slices.Contains(TermStages, t.Stage) {
			return invalidField(field+".stage", Text{"Trạng thái này không có thời hạn.", "This state has no term."})
		}
		if t.Days < 0 || t.Days > mostDays {
			return invalidField(field+".days", Text{"Thời hạn từ 0 đến 250 ngày làm việc.", "A term is 0 to 250 working days."})
		}
	}
	return nil
}

// String says the rules in one line, for the trail.
func (r Rulebook) String() string {
	var out []string
	name := func(k DocumentKind) string {
		if k == "" {
			return "all"
		}
		return string(k)
	}
	for _, c := range r.Checks {
		s := "check " + name(c.Kind) + "=" + string(c.Mode)
		if c.Mode == CheckSample {
			s += " " + strconv.FormatFloat(c.Percent, 'f', -1, 64) + "%"
		}
		if c.Neighbour != "" {
			s += " by " + c.Neighbour.String()
		}
		out = append(out, s)
	}
	for _, t := range r.Terms {
		out = append(out, fmt.Sprintf("term %s %s=%d", name(t.Kind), t.Stage, t.Days))
	}
	return strings.Join(out, "; ")
}
