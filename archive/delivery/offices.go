package delivery

import (
	"slices"
	"strings"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// Offices finds agencies by code, name or alias. It is safe for concurrent use.
type Offices struct {
	codes map[archive.AgencyCode]string // → name
	names map[string][]archive.AgencyCode
}

// NewOffices makes Offices of a registry.
func NewOffices(all []archive.Agency) *Offices {
	o := &Offices{codes: map[archive.AgencyCode]string{}, names: map[string][]archive.AgencyCode{}}
	for _, a := range all {
		o.codes[a.Code] = a.Name
		for _, name := range append([]string{a.Name}, a.Aliases...) {
			for _, key := range officeKeys(name) {
				if !slices.Contains(o.names[key], a.Code) {
					o.names[key] = append(o.names[key], a.Code)
				}
			}
		}
	}
	return o
}

// Known reports whether the registry has an agency of that code.
func (o *Offices) Known(c archive.AgencyCode) bool {
	_, ok := o.codes[c]
	return ok
}

// Name returns the name of a known agency, "" when nobody has given it one.
func (o *Offices) Name(c archive.AgencyCode) string {
	if name := o.codes[c]; name != c.String() {
		return name
	}
	return ""
}

// Named returns the agencies that go by that name, whatever its case, marks and signs, and with the usual abbreviations.
func (o *Offices) Named(name string) []archive.AgencyCode {
	var found []archive.AgencyCode
	for _, key := range officeKeys(name) {
		for _, c := range o.names[key] {
			if !slices.Contains(found, c) {
				found = append(found, c)
			}
		}
	}
	slices.Sort(found)
	return found
}

// officeKeys returns the forms under which a name is looked up: its folded words, and the same with an abbreviation at its start
// spelled out (UBND xã Ea Kao is ủy ban nhân dân xã Ea Kao).
func officeKeys(name string) []string {
	words := strings.Fields(foldedWords(name))
	if len(words) == 0 {
		return nil
	}
	keys := []string{strings.Join(words, " ")}
	for n := min(len(words), viet.LongestAlias()); n > 0; n-- {
		start := strings.Join(words[:n], " ")
		for _, a := range viet.Aliases(start) {
			// Only where each stands for the other: a department that was merged into another is not that other one on an old paper.
			back := slices.ContainsFunc(viet.Aliases(a.Form), func(b viet.Alias) bool { return foldedWords(b.Form) == start })
			if a.Kind == "agency" && back {
				keys = append(keys, strings.TrimSpace(foldedWords(a.Form)+" "+strings.Join(words[n:], " ")))
			}
		}
	}
	return keys
}

func foldedWords(s string) string {
	var words []string
	for w := range viet.Words(s) {
		words = append(words, w.Fold())
	}
	return strings.Join(words, " ")
}
