package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"sohoa/archive"
)

type findingsPage struct {
	Frame
	Spans  []Link
	Groups []findingsGroup
}

// findingsGroup is what is wrong with the scans of one agency.
type findingsGroup struct {
	Agency string
	Rows   []findingsRow
}

type findingsRow struct {
	Name, Href    string
	Papers, Pages string
}

// findingSpans are the stretches of time to choose from, in days.
var findingSpans = []int{30, 90, 365}

// defect is the name of something that can be wrong with a scan.
func (v *visit) defect(code string) (string, bool) {
	for _, f := range archive.ScanFindings {
		if f.Code == code {
			return v.say(f.Name), true
		}
	}
	return "", false
}

// defects is the choice of what a work list is narrowed to.
func (v *visit) defects() (chosen string, out []Link) {
	chosen = v.query("finding")
	if _, ok := v.defect(chosen); !ok {
		chosen = ""
	}
	out = append(out, Link{Href: v.with("finding", ""), Text: v.t("findings.any"), Current: chosen == ""})
	for _, f := range archive.ScanFindings {
		out = append(out, Link{Href: v.with("finding", f.Code), Text: v.say(f.Name), Current: chosen == f.Code})
	}
	return chosen, out
}

// findings shows what is wrong with scans, agency by agency.
func (p *Pages) findings(v *visit) error {
	days, _ := strconv.Atoi(v.query("days"))
	if !slices.Contains(findingSpans, days) {
		days = findingSpans[1]
	}
	counts, err := p.Archive.Found(v.ctx, v.actor, archive.Span{From: p.Archive.Clock.Now().Add(-time.Duration(days) * 24 * time.Hour)})
	if err != nil {
		return err
	}
	names, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	d := &findingsPage{}
	d.Title, d.Section = v.t("findings.title"), "work"
	for _, n := range findingSpans {
		d.Spans = append(d.Spans, Link{Href: v.with("days", strconv.Itoa(n)), Text: v.t("findings.days", n), Current: n == days})
	}
	for from := 0; from < len(counts); {
		end := from + 1
		for end < len(counts) && counts[end].Custodian == counts[from].Custodian {
			end++
		}
		g := findingsGroup{Agency: names.long(counts[from].Custodian)}
		for _, f := range archive.ScanFindings { // in the order people are told, which is not that of the codes
			if i := slices.IndexFunc(counts[from:end], func(c archive.FoundCount) bool { return c.Code == f.Code }); i >= 0 {
				c := counts[from+i]
				g.Rows = append(g.Rows, findingsRow{v.say(f.Name), "/?tab=all&finding=" + f.Code, count(v.lang, c.Papers), count(v.lang, c.Pages)})
			}
		}
		if len(g.Rows) > 0 {
			d.Groups = append(d.Groups, g)
		}
		from = end
	}
	return p.show(v, http.StatusOK, "auditor/findings", d)
}
