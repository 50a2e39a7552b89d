package archive

import (
	"fmt"
	"strings"
)

// Tables returns the state table and the rights table as Markdown, for documentation. states.md beside this file is its
// output; a test holds the two equal.
func Tables() string {
	var b strings.Builder
	b.WriteString("# Moves and rights\n\nWritten by `go test ./archive -update` from the tables in state.go and rights.go.\n\n")
	b.WriteString("| Move | From | To | Who | What must hold |\n|---|---|---|---|---|\n")
	for _, r := range Rules {
		to := string(r.To)
		if to == "" {
			to = "(as before)"
			if r.Move == Refile {
				to = "(the same)"
			}
		}
		who := joined(r.Roles)
		if r.ByUploader {
			who += ", its uploader"
		}
		if r.Lone {
			who += ", its uploader where it was checked by lot or by a neighbour"
		}
		if r.IfPassed {
			who += ", its submitter where the lot passed it over"
		}
		var holds []string
		for _, h := range []struct {
			on   bool
			text string
		}{{r.Reason, "a reason"}, {r.Alone, "no version stands behind a new scan"}, {r.Behind, "a version stands behind a new scan"}, {r.FourEyes, "not whoever entered or changed it, unless the lot passed it over; the neighbouring unit where the policy names one"}, {r.ResultOnly, "a result"}, {r.Durable, "kept as an object version first"}} {
			if h.on {
				holds = append(holds, h.text)
			}
		}
		fmt.Fprintf(&b, "| %s (%s) | %s | %s | %s | %s |\n", r.Move, r.Name.VI, joined(r.From), to, who, strings.Join(holds, "; "))
	}
	b.WriteString("\n| Act | Roles |\n|---|---|\n")
	for _, a := range Acts() {
		fmt.Fprintf(&b, "| %s | %s |\n", a, joined(rights[a]))
	}
	return b.String()
}

func joined[T ~string](xs []T) string {
	s := make([]string, len(xs))
	for i, x := range xs {
		s[i] = string(x)
	}
	return strings.Join(s, ", ")
}
