package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"sohoa/archive"
)

// checksPage lays down how an agency's papers are checked, and their terms.
type checksPage struct {
	Frame
	Tabs     []Link
	Agency   string
	Name     string
	Revision int64
	Known    bool
	Unknown  bool
	Kinds    []RuleKind
	Force    []string
	Fixed    bool
	Faults   Faults
	Past     string
}

// RuleKind is what is laid down for one kind of paper.
type RuleKind struct {
	Kind, Legend       string
	Modes              []Option
	Percent, Neighbour Input
	Terms              []Input
}

func (p *Pages) checks(v *visit) error {
	return p.showChecks(v, http.StatusOK, &checksPage{Agency: strings.TrimSpace(v.query("agency"))}, nil)
}

func (p *Pages) showChecks(v *visit, status int, d *checksPage, typed *archive.Rulebook) error {
	if !v.actor.Role.May(archive.ActRegistry) {
		return archive.ErrForbidden
	}
	d.Tabs, d.Title, d.Section = v.adminTabs("checks"), v.t("admin.checks"), "admin"
	d.Lang = v.lang
	all, err := p.Archive.Agencies(v.ctx)
	if err != nil {
		return err
	}
	d.Unknown = d.Agency != ""
	for _, g := range all {
		if g.Code.String() != d.Agency {
			continue
		}
		d.Known, d.Unknown, d.Name, d.Revision, d.Fixed = true, false, g.Name, g.Revision, !v.actor.Grants(g.Code)
		book := g.Rules
		if typed != nil {
			book = *typed
		}
		force, err := p.Archive.RulesInForce(v.ctx, g.Code)
		if err != nil {
			return err
		}
		for _, k := range []archive.DocumentKind{archive.Component, archive.Result} {
			d.Kinds = append(d.Kinds, d.ruleKind(v, k, book))
		}
		for _, c := range force.Checks {
			s := v.t("checks."+string(c.Kind)) + ": " + v.t("checks."+string(c.Mode))
			if c.Mode == archive.CheckSample {
				s += fmt.Sprintf(" %s %%", strconv.FormatFloat(c.Percent, 'f', -1, 64))
			}
			if c.Neighbour != "" {
				s += " (" + c.Neighbour.String() + ")"
			}
			d.Force = append(d.Force, s)
		}
	}
	return p.show(v, status, "admin/checks", d)
}

// ruleKind makes the fields of one kind; what was laid down for both kinds stands in each.
func (d *checksPage) ruleKind(v *visit, k archive.DocumentKind, book archive.Rulebook) RuleKind {
	kind := string(k)
	var c archive.CheckPolicy
	for _, x := range book.Checks {
		if x.Kind == k || x.Kind == "" && c.Mode == "" {
			c = x
		}
	}
	out := RuleKind{Kind: kind, Legend: v.t("checks." + kind), Modes: []Option{{"", v.t("checks.inherit"), c.Mode == ""}}}
	for _, m := range archive.CheckModes {
		out.Modes = append(out.Modes, Option{string(m), v.t("checks." + string(m)), c.Mode == m})
	}
	percent := ""
	if c.Percent > 0 {
		percent = strconv.FormatFloat(c.Percent, 'f', -1, 64)
	}
	out.Percent = d.Input(kind+"_percent", "checks.percent", percent, d.Faults.Of(kind+"_percent"))
	out.Neighbour = d.Input(kind+"_neighbour", "checks.at", c.Neighbour.String(), d.Faults.Of(kind+"_neighbour"))
	for _, s := range archive.TermStages {
		if s == archive.Accepted && k != archive.Result {
			continue
		}
		days := ""
		for _, t := range book.Terms {
			if t.Stage == s && (t.Kind == k || t.Kind == "" && days == "") {
				days = strconv.Itoa(t.Days)
			}
		}
		name := kind + "_" + string(s)
		out.Terms = append(out.Terms, d.Input(name, "state."+string(s), days, d.Faults.Of(name)))
	}
	return out
}

func (p *Pages) setChecks(v *visit) error {
	d := &checksPage{Agency: strings.TrimSpace(v.form("agency"))}
	var book archive.Rulebook
	where := map[string]string{} // the archive's name of a field → the form's
	for _, k := range []archive.DocumentKind{archive.Component, archive.Result} {
		kind := string(k)
		if m := v.form(kind + "_mode"); m != "" {
			c := archive.CheckPolicy{Kind: k, Mode: archive.CheckMode(m)}
			if s := strings.TrimSpace(v.form(kind + "_percent")); s != "" && c.Mode == archive.CheckSample {
				n, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
				if err != nil {
					d.Faults.add(kind+"_percent", v.t("checks.bad_number"))
				}
				c.Percent = n
			}
			if c.Mode != archive.CheckAlways {
				if err := c.Neighbour.UnmarshalText([]byte(strings.TrimSpace(v.form(kind + "_neighbour")))); err != nil {
					d.Faults.add(kind+"_neighbour", v.say(textOfError(err)))
				}
			}
			at := fmt.Sprintf("checks[%d].", len(book.Checks))
			where[at+"percent"], where[at+"neighbour"] = kind+"_percent", kind+"_neighbour"
			book.Checks = append(book.Checks, c)
		}
		for _, s := range archive.TermStages {
			name := kind + "_" + string(s)
			text := strings.TrimSpace(v.form(name))
			if text == "" {
				continue
			}
			n, err := strconv.Atoi(text)
			if err != nil {
				d.Faults.add(name, v.t("checks.bad_number"))
			}
			where[fmt.Sprintf("terms[%d].days", len(book.Terms))] = name
			book.Terms = append(book.Terms, archive.Term{Kind: k, Stage: s, Days: n})
		}
	}
	if d.Faults != nil {
		return p.showChecks(v, http.StatusBadRequest, d, &book)
	}
	code, err := archive.ParseAgencyCode(d.Agency)
	if err != nil {
		return archive.ErrNotFound
	}
	after, _ := strconv.ParseInt(v.form("revision"), 10, 64)
	if _, err = p.Archive.SetRules(v.ctx, v.actor, code, book, after); err == nil {
		return v.redirect("/admin/checks?agency=" + d.Agency + "&done=checks")
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	for _, f := range faults {
		if to := where[f.Field]; to != "" {
			f.Field = to
		} else {
			alert = f.Text
		}
		d.Faults = append(d.Faults, f)
	}
	d.Alert = alert
	return p.showChecks(v, status, d, &book)
}

// drawsPage is the audit of one day's lots.
type drawsPage struct {
	Frame
	Day, Promise, Secret, Wrong string
	Rows                        []DrawRow
}

// DrawRow is one lot.
type DrawRow struct {
	When, Href, By, Unit, Lot string
	Drawn, State              Chip
}

func (p *Pages) draws(v *visit) error {
	day := archive.DateOf(p.Archive.Clock.Now().In(archive.Zone))
	if s := v.query("day"); s != "" {
		if err := day.UnmarshalText([]byte(s)); err != nil {
			return err
		}
	}
	x, err := p.Archive.DrawsOf(v.ctx, v.actor, day)
	if err != nil {
		return err
	}
	d := &drawsPage{Day: day.Local(), Promise: x.Committed, Secret: x.Secret}
	d.Title, d.Section = v.t("draws.title"), "trail"
	if x.Wrong > 0 {
		d.Wrong = v.t("draws.wrong", count(v.lang, x.Wrong))
	}
	for _, y := range x.Papers[:min(len(x.Papers), rowsOfTable)] {
		r := DrawRow{When: moment(y.At), By: y.By, Unit: y.Custodian.String(), Lot: strconv.Itoa(y.Lot) + " / " + y.Percent + " %", Drawn: Chip{"quiet", v.t("draws.passed")}}
		if y.Drawn {
			r.Drawn = Chip{"warn", v.t("draws.drawn")}
		}
		if y.State != "" {
			r.Href, r.State = "/documents/"+y.Document.String(), v.state(y.State)
		}
		d.Rows = append(d.Rows, r)
	}
	return p.show(v, http.StatusOK, "auditor/draws", d)
}
