package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// Whole tables (CSV) are loaded by the script of these pages through the REST interface, which names faults by line.

type agenciesPage struct {
	Frame
	Tabs    []Link
	Rows    []AgencyRow
	Find    string
	More    bool
	Form    agencyForm
	Faults  Faults
	Editing bool
}

// AgencyRow is one office.
type AgencyRow struct {
	Code, Name, Parent, Aliases, From, To, Href string
	Depth                                       int
	Ended                                       bool
	Use                                         UseRow
}

type agencyForm struct {
	Code, Name, Parent, Aliases, Predecessors, Successors, From, To string
	Revision                                                        int64
	Quota                                                           quotaForm
}

func (p *Pages) agencies(v *visit) error {
	d := &agenciesPage{}
	if want := v.query("edit"); want != "" {
		all, err := p.Archive.Agencies(v.ctx)
		if err != nil {
			return err
		}
		for _, g := range all {
			if g.Code.String() == want {
				d.Editing = true
				d.Form = agencyForm{g.Code.String(), g.Name, g.Parent.String(), strings.Join(g.Aliases, "\n"), joinCodes(g.Predecessors), joinCodes(g.Successors), g.From.Local(), g.To.Local(), g.Revision, quotaFormOf(v, g.Quota)}
			}
		}
	}
	return p.showAgencies(v, http.StatusOK, d)
}

func (p *Pages) showAgencies(v *visit, status int, d *agenciesPage) error {
	if !v.actor.Role.May(archive.ActRegistry) {
		return archive.ErrForbidden
	}
	all, err := p.Archive.Agencies(v.ctx)
	if err != nil {
		return err
	}
	d.Tabs, d.Title, d.Section, d.Module = v.adminTabs("agencies"), v.t("admin.agencies"), "admin", "admin.js"
	d.Form.Quota.hints(v, p.Archive.Limits.Quota)
	var code archive.AgencyCode
	if err := code.UnmarshalText([]byte(d.Form.Code)); err == nil {
		d.Form.Quota.Fixed = !v.actor.Grants(code)
	}
	uses, err := p.Archive.AgencyUses(v.ctx, v.actor)
	if err != nil {
		return err
	}
	today := archive.DateOf(p.Archive.Clock.Now().In(archive.Zone))
	d.Find = strings.TrimSpace(v.query("find"))
	for _, g := range all {
		if !matches(d.Find, append([]string{g.Code.String(), g.Name}, g.Aliases...)...) {
			continue
		}
		if d.More = len(d.Rows) == rowsOfTable; d.More {
			break
		}
		use := uses[g.Code]
		use.Custodian = g.Code // also of one that keeps nothing yet
		d.Rows = append(d.Rows, AgencyRow{Code: g.Code.String(), Name: g.Name, Parent: g.Parent.String(), Aliases: strings.Join(g.Aliases, ", "), From: g.From.Local(), To: g.To.Local(),
			Use: p.useRow(v, use), Href: "/admin/agencies?edit=" + g.Code.String(), Depth: strings.Count(g.Code.String(), "."), Ended: !g.To.IsZero() && g.To.Before(today)})
	}
	return p.show(v, status, "admin/agencies", d)
}

// rowsOfTable bounds a table of the registry; more is found by name.
const rowsOfTable = 300

// matches reports whether one of the words holds what is looked for, however it is accented.
func matches(find string, words ...string) bool {
	want := viet.Fold(find)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(viet.Fold(w), want) })
}

func joinCodes(cs []archive.AgencyCode) string {
	out := make([]string, len(cs))
	for i, c := range cs {
		out[i] = c.String()
	}
	return strings.Join(out, ", ")
}

// list parts what a person typed into one field: by lines, commas or semicolons.
func list(s string) []string {
	var out []string
	for _, x := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == ',' || r == ';' }) {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}

func (p *Pages) putAgency(v *visit) error {
	d := &agenciesPage{Form: agencyForm{v.form("code"), v.form("name"), v.form("parent"), v.form("aliases"), v.form("predecessors"), v.form("successors"), v.form("from"), v.form("to"), 0,
		quotaForm{Bytes: v.form("quota_bytes"), Papers: v.form("quota_papers"), Day: v.form("quota_day")}}}
	d.Form.Revision, _ = strconv.ParseInt(v.form("revision"), 10, 64)
	d.Editing = d.Form.Revision > 0
	g := archive.Agency{Name: d.Form.Name, Aliases: lines(d.Form.Aliases), From: d.Faults.date(v, "from", d.Form.From), To: d.Faults.date(v, "to", d.Form.To)}
	read := func(field, s string, to *archive.AgencyCode) {
		if err := to.UnmarshalText([]byte(s)); err != nil {
			d.Faults.add(field, v.say(textOfError(err)))
		}
	}
	codes := func(field, s string) (out []archive.AgencyCode) {
		for _, x := range list(s) {
			var c archive.AgencyCode
			read(field, x, &c)
			out = append(out, c)
		}
		return out
	}
	read("code", d.Form.Code, &g.Code)
	read("parent", d.Form.Parent, &g.Parent)
	if g.Code == "" && d.Faults.Of("code") == "" {
		d.Faults.add("code", v.t("form.required"))
	}
	g.Predecessors, g.Successors = codes("predecessors", d.Form.Predecessors), codes("successors", d.Form.Successors)
	if err := p.keepQuota(v, d, &g); err != nil {
		return err
	}
	if d.Faults != nil {
		return p.showAgencies(v, http.StatusBadRequest, d)
	}
	_, err := p.Archive.PutAgency(v.ctx, v.actor, g, d.Form.Revision)
	if err == nil {
		return v.redirect("/admin/agencies?done=agency")
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	d.Faults, d.Alert = faults, alert
	return p.showAgencies(v, status, d)
}

// keepQuota takes the grants from the form where they are this administrator's to change, else leaves them as they are.
func (p *Pages) keepQuota(v *visit, d *agenciesPage, g *archive.Agency) error {
	if v.actor.Grants(g.Code) {
		g.Quota = d.Form.Quota.read(v, &d.Faults)
		return nil
	}
	all, err := p.Archive.Agencies(v.ctx)
	for _, old := range all {
		if old.Code == g.Code {
			g.Quota = old.Quota
		}
	}
	return err
}

type proceduresPage struct {
	Frame
	Tabs    []Link
	Rows    []ProcedureRow
	Find    string
	More    bool
	Form    procedureForm
	Faults  Faults
	Editing bool
}

// ProcedureRow is one version of a procedure.
type ProcedureRow struct {
	Code, Name, Sector, Days, From, Href string
	Components                           []string
	Results                              []string
}

type procedureForm struct {
	Code, Name, Sector, Components, Results, Days, From string
	Revision                                            int64
}

func (p *Pages) procedures(v *visit) error {
	d := &proceduresPage{}
	if want := v.query("edit"); want != "" {
		all, err := p.Archive.Procedures(v.ctx)
		if err != nil {
			return err
		}
		for _, x := range all {
			if x.Code.String() == want && x.From.String() == v.query("from") {
				d.Editing = true
				d.Form = procedureForm{x.Code.String(), x.Name, x.Sector, strings.Join(x.Components, "\n"), strings.Join(x.Results, "\n"), days(x.Days), x.From.Local(), x.Revision}
			}
		}
	}
	return p.showProcedures(v, http.StatusOK, d)
}

func days(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (p *Pages) showProcedures(v *visit, status int, d *proceduresPage) error {
	if !v.actor.Role.May(archive.ActRegistry) {
		return archive.ErrForbidden
	}
	all, err := p.Archive.Procedures(v.ctx)
	if err != nil {
		return err
	}
	d.Tabs, d.Title, d.Section, d.Module = v.adminTabs("procedures"), v.t("admin.procedures"), "admin", "admin.js"
	d.Find = strings.TrimSpace(v.query("find"))
	for _, x := range all {
		if !matches(d.Find, x.Code.String(), x.Name, x.Sector) {
			continue
		}
		if d.More = len(d.Rows) == rowsOfTable; d.More {
			break
		}
		d.Rows = append(d.Rows, ProcedureRow{Code: x.Code.String(), Name: x.Name, Sector: x.Sector, Days: days(x.Days), From: x.From.Local(), Components: x.Components, Results: x.Results,
			Href: "/admin/procedures?edit=" + x.Code.String() + "&from=" + x.From.String()})
	}
	return p.show(v, status, "admin/procedures", d)
}

func (p *Pages) putProcedure(v *visit) error {
	d := &proceduresPage{Form: procedureForm{v.form("code"), v.form("name"), v.form("sector"), v.form("components"), v.form("results"), v.form("days"), v.form("from"), 0}}
	d.Form.Revision, _ = strconv.ParseInt(v.form("revision"), 10, 64)
	d.Editing = d.Form.Revision > 0
	x := archive.Procedure{Name: d.Form.Name, Sector: d.Form.Sector, Components: lines(d.Form.Components), Results: lines(d.Form.Results), From: d.Faults.date(v, "from", d.Form.From)}
	if err := x.Code.UnmarshalText([]byte(d.Form.Code)); err != nil {
		d.Faults.add("code", v.say(textOfError(err)))
	} else if x.Code == "" {
		d.Faults.add("code", v.t("form.required"))
	}
	if s := strings.TrimSpace(d.Form.Days); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > 3650 {
			d.Faults.add("days", v.t("procedures.bad_days"))
		}
		x.Days = n
	}
	if d.Faults != nil {
		return p.showProcedures(v, http.StatusBadRequest, d)
	}
	_, err := p.Archive.PutProcedure(v.ctx, v.actor, x, d.Form.Revision)
	if err == nil {
		return v.redirect("/admin/procedures?done=procedure")
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	d.Faults, d.Alert = faults, alert
	return p.showProcedures(v, status, d)
}

// lines parts a field that holds one name a line; names may hold commas.
func lines(s string) []string {
	var out []string
	for x := range strings.SplitSeq(s, "\n") {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}
