package archive

import (
	"context"
	"strings"
	"unicode/utf8"
)

// Separator is what a separator sheet says: where the papers behind it go. A sheet without a dossier only begins another paper.
type Separator struct {
	Dossier DossierCode
	Kind    DocumentKind // zero: not said
	Type    string       // what the paper behind it is; "" when not said
}

// SeparatorSheet is a separator sheet to be printed.
type SeparatorSheet struct {
	Separator
	About string // for people: the dossier's title or procedure; "" when nothing is known
}

// MostSeparators is how many sheets are printed at once: a folder of a hundred papers is the thickest a feeder takes.
const MostSeparators = 100

// Separators returns the sheets to print for a dossier: one for each component and result named, and when none is, one for each
// component its procedure asks for, one for the result and one for the dossier as a whole. No dossier: one sheet that only
// begins another paper. Errors: NotFound for a dossier the actor does not see, Invalid for too many.
func (a *Archive) Separators(ctx context.Context, actor Actor, dossier DossierCode, components, results []string) ([]SeparatorSheet, error) {
	if !actor.Role.May(ActRead) {
		return nil, ErrForbidden
	}
	if len(components)+len(results) > MostSeparators {
		return nil, invalidField("component", Text{"In mỗi lần nhiều nhất 100 tờ phân cách.", "At most 100 separator sheets are printed at once."})
	}
	var out []SeparatorSheet
	about := ""
	add := func(kind DocumentKind, types ...string) {
		for _, t := range types {
			out = append(out, SeparatorSheet{Separator{dossier, kind, clean(t, maxSeparatorType)}, about})
		}
	}
	if dossier != "" {
		v, err := a.Dossier(ctx, actor, dossier)
		if err != nil {
			return nil, err
		}
		about = v.Title
		if len(components)+len(results) == 0 {
			add("", "")
			if v.Procedure != "" {
				p, err := a.Procedure(ctx, v.Procedure, a.Clock.Now())
				if err != nil && KindOf(err) != NotFound {
					return nil, err
				}
				components = p.Components[:min(len(p.Components), MostSeparators)]
				if about == "" {
					about = p.Name
					out[0].About = about
				}
			}
			if len(components) > 0 {
				results = []string{""}
			}
		}
	}
	add(Component, components...)
	add(Result, results...)
	if len(out) == 0 {
		add("", "")
	}
	return out, nil
}

// separatorMark begins what the code of a separator sheet says. The number is raised when its form changes.
const separatorMark = "SOHOA1|"

// maxSeparatorType bounds the type on a sheet, in characters: with more the code would be too fine for a scan of 200 dpi.
const maxSeparatorType = 80

// String returns what the code of the sheet says: "SOHOA1|H15.50.05.13-261008-0975|c|Đơn đề nghị".
func (s Separator) String() string {
	kind := ""
	switch s.Kind {
	case Component:
		kind = "c"
	case Result:
		kind = "r"
	}
	return separatorMark + s.Dossier.String() + "|" + kind + "|" + strings.ReplaceAll(clean(s.Type, maxSeparatorType), "|", "/")
}

// ParseSeparator reads what the code of a sheet says. It reports false for everything that is no separator, and for one whose
// dossier is not well formed: somebody printed it who does not know our codes.
func ParseSeparator(text string) (Separator, bool) {
	rest, ok := strings.CutPrefix(text, separatorMark)
	if !ok || !utf8.ValidString(rest) {
		return Separator{}, false
	}
	parts := strings.SplitN(rest, "|", 3)
	var s Separator
	if parts[0] != "" {
		d, err := ParseDossierCode(parts[0])
		if err != nil {
			return Separator{}, false
		}
		s.Dossier = d
	}
	if len(parts) > 1 {
		switch parts[1] {
		case "c":
			s.Kind = Component
		case "r":
			s.Kind = Result
		}
	}
	if len(parts) > 2 {
		s.Type = clean(parts[2], maxSeparatorType)
	}
	return s, true
}

// SeparatorOf returns the separator among the codes of a page, if one is there. A patch code T separates as well and says
// nothing more, whether it stands there as such or spelled in a code.
func SeparatorOf(codes []Code) (s Separator, ok bool) {
	for _, c := range codes {
		if c.Kind == CodePatch && c.Text == "T" || c.Text == "PATCHT" || c.Text == "PATCH T" {
			ok = true
		}
		if t, is := ParseSeparator(c.Text); is {
			return t, true
		}
	}
	return s, ok
}

// dossierOf returns the one well-formed dossier code that the codes of a page name; none when they name several.
func dossierOf(codes []Code) (found DossierCode) {
	for _, c := range codes {
		for _, d := range dossiersIn(c.Text) {
			switch {
			case d == found:
			case found != "":
				return ""
			default:
				found = d
			}
		}
	}
	return found
}
