package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"sohoa/archive"
)

// EventRow is one event of the trail.
type EventRow struct {
	When     string
	Who      string
	Role     string
	What     string
	Detail   string
	Tone     string
	Denied   bool
	Failed   bool
	Document string
	Dossier  string
	Address  string
	Unit     string
	Purpose  string
	Actor    string // id, for the same list of this person alone
}

// told are the details of events that say something to people, in the order they are told; the rest is for programs.
var told = []string{"version", "dropped", "file_name", "pages", "rotated", "moved", "removed", "inserted", "as_version", "failed", "from", "to", "from_dossier", "to_dossier", "from_custodian", "to_custodian", "code_page", "fields", "despite", "reason", "q", "login", "role", "agency", "act", "method", "second_factor", "code", "receipt", "number", "count", "scale",
	"of_login", "of_actor", "of_unit", "of_document", "of_dossier", "of_action", "of_outcome", "of_purpose", "of_address", "since", "until"}

func (v *visit) event(e *archive.Event) EventRow {
	r := EventRow{When: second(e.At), Who: e.ActorName, What: v.t("action." + string(e.Action)), Denied: e.Outcome == archive.Denied, Failed: e.Outcome == archive.Failure, Document: e.Document.String(),
		Dossier: e.Dossier.String(), Address: e.Address, Unit: e.Agency.String(), Purpose: e.Purpose, Actor: e.ActorID.String()}
	if e.ActorRole != "" {
		r.Role = v.t("role." + string(e.ActorRole))
	}
	if r.Who == "" {
		r.Who = v.t("trail.nobody")
	}
	switch e.Outcome {
	case archive.Denied:
		r.Tone = "warn"
	case archive.Failure:
		r.Tone = "bad"
	}
	if m := e.Detail["move"]; m != "" {
		if rule, err := archive.RuleOf(archive.Move(m)); err == nil {
			r.What = v.say(rule.Name)
		}
	}
	if e.Detail["what"] == "reading_copy" {
		r.What += " · " + v.t("copy.done")
	}
	act := "dossier_act." + e.Detail["act"]
	if e.Action != archive.EvDossier || !known(act) {
		act = ""
	} else {
		r.What = v.t(act)
	}
	if key := "retrieval_act." + e.Detail["act"]; e.Action == archive.EvRetrieval && known(key) {
		r.What, act = v.t(key), key
	}
	var parts []string
	for _, k := range told {
		x := e.Detail[k]
		if x == "" || k == "failed" && x == "0" || k == "act" && act != "" {
			continue
		}
		parts = append(parts, v.t("detail."+k)+" "+v.detail(k, x))
	}
	if kind, code, ok := strings.Cut(e.Object, ":"); ok && kind == "document" {
		r.Document = code
	} else if ok {
		if key := "object." + kind; known(key) {
			parts = append(parts, v.t(key)+" "+code)
		}
	}
	r.Detail = strings.Join(parts, " · ")
	return r
}

// detail puts the value of a detail into words where it is a word of the archive.
func (v *visit) detail(k, x string) string {
	switch k {
	case "despite":
		if key := "despite." + x; known(key) {
			return v.t(key)
		}
	case "from", "to":
		if key := "state." + x; known(key) {
			return v.t(key)
		}
	case "method":
		if key := "method." + x; known(key) {
			return v.t(key)
		}
	case "role":
		if key := "role." + x; known(key) {
			return v.t(key)
		}
	case "fields":
		names := strings.Split(x, ",")
		for i, n := range names {
			if key := "field." + n; known(key) {
				names[i] = strings.ToLower(v.t(key))
			}
		}
		return strings.Join(names, ", ")
	case "of_action", "of_outcome":
		if key := map[string]string{"of_action": "action.", "of_outcome": "outcome."}[k] + x; known(key) {
			return strings.ToLower(v.t(key))
		}
	case "since", "until":
		if t, err := time.Parse(archive.TimeForm, x); err == nil {
			return second(t)
		}
	case "act":
		if key := "act." + x; known(key) {
			return v.t(key)
		}
	case "q":
		return "“" + x + "”"
	}
	return x
}

type trailPage struct {
	Frame
	Rows               []EventRow
	Actions, Outcomes  []Option
	Asked              trailForm
	Narrowed           bool // something was asked for
	Next, First, Table string
	Faults             Faults
}

// trailForm is what was asked for, as it was typed.
type trailForm struct{ Person, Unit, Document, Dossier, Purpose, Address, From, To string }

// actions lists what an event can record, in the order of the form.
var actions = []archive.Action{archive.EvDeposit, archive.EvRefuse, archive.EvVersion, archive.EvRead, archive.EvEdit, archive.EvMove, archive.EvView, archive.EvSearch,
	archive.EvDownload, archive.EvDenied, archive.EvSignIn, archive.EvSignOut, archive.EvAccount, archive.EvToken, archive.EvRegistry, archive.EvDossier,
	archive.EvErase, archive.EvFixity, archive.EvMaintain, archive.EvRetrieval, archive.EvDraw, archive.EvAssign, archive.EvComment, archive.EvBulk}

func (p *Pages) trail(v *visit) error {
	d := &trailPage{Asked: trailForm{v.asked("person"), v.asked("unit"), v.asked("document"), v.asked("dossier"), v.asked("purpose"), v.asked("address"), v.asked("from"), v.asked("to")}}
	d.Title, d.Section = v.t("nav.trail"), "trail"
	f := d.read(v)
	d.Narrowed = d.Asked != trailForm{} || f.Action != "" || f.Outcome != ""
	d.Actions = append(d.Actions, Option{"", v.t("trail.any"), f.Action == ""})
	for _, a := range actions {
		d.Actions = append(d.Actions, Option{string(a), v.t("action." + string(a)), a == f.Action})
	}
	d.Outcomes = append(d.Outcomes, Option{"", v.t("outcome.any"), f.Outcome == ""})
	for _, o := range outcomes {
		d.Outcomes = append(d.Outcomes, Option{string(o), v.t("outcome." + string(o)), o == f.Outcome})
	}
	if d.Faults != nil {
		return p.show(v, http.StatusBadRequest, "auditor/trail", d)
	}
	d.Table = table(f)
	l, err := p.Archive.Trail(v.ctx, v.actor, f)
	if err != nil {
		return err
	}
	for _, e := range l.Items {
		d.Rows = append(d.Rows, v.event(&e))
	}
	if l.Next != "" {
		d.Next = v.with("after", l.Next)
	}
	if f.After != "" {
		d.First = v.with()
	}
	return p.show(v, http.StatusOK, "auditor/trail", d)
}

var outcomes = []archive.Outcome{archive.Success, archive.Denied, archive.Failure}

func (v *visit) asked(name string) string { return strings.TrimSpace(v.query(name)) }

// read makes a filter of what was typed and notes what cannot be one.
func (d *trailPage) read(v *visit) archive.EventFilter {
	f := archive.EventFilter{After: v.query("after"), Limit: rowsOfList, Purpose: d.Asked.Purpose, Address: d.Asked.Address}
	if a := archive.Action(v.query("action")); slices.Contains(actions, a) {
		f.Action = a
	}
	if o := archive.Outcome(v.query("outcome")); slices.Contains(outcomes, o) {
		f.Outcome = o
	}
	if from := d.Faults.date(v, "from", d.Asked.From); !from.IsZero() {
		f.At.From = from.Time().UTC()
	}
	if to := d.Faults.date(v, "to", d.Asked.To); !to.IsZero() {
		f.At.To = to.Time().AddDate(0, 0, 1).UTC()
	}
	if id, err := archive.ParseID(d.Asked.Person); err == nil {
		f.Actor = id
	} else {
		f.Login = d.Asked.Person
	}
	note := func(field, text string, err error) {
		if err != nil {
			d.Faults.add(field, text)
		}
	}
	var err error
	if d.Asked.Document != "" {
		f.Document, err = archive.ParseID(d.Asked.Document)
		note("document", v.t("trail.bad_document"), err)
	}
	if d.Asked.Dossier != "" {
		f.Dossier, err = archive.ParseTypedDossierCode(d.Asked.Dossier)
		note("dossier", v.say(textOfError(err)), err)
	}
	if d.Asked.Unit != "" {
		f.Unit, err = archive.ParseAgencyCode(d.Asked.Unit)
		note("unit", v.say(textOfError(err)), err)
	}
	return f
}

// table is the address of the same events as a CSV file.
func table(f archive.EventFilter) string {
	q := url.Values{"format": {"csv"}}
	for name, value := range map[string]string{"action": string(f.Action), "outcome": string(f.Outcome), "actor": f.Actor.String(), "login": f.Login, "unit": f.Unit.String(),
		"document": f.Document.String(), "dossier": f.Dossier.String(), "purpose": f.Purpose, "address": f.Address} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, t := range map[string]time.Time{"from": f.At.From, "to": f.At.To} {
		if !t.IsZero() {
			q.Set(name, t.In(archive.Zone).Format(time.RFC3339))
		}
	}
	return "/api/v1/events?" + q.Encode()
}

// date reads a day of a form and notes what is wrong with it.
func (f *Faults) date(v *visit, field, s string) archive.Date {
	d, err := archive.ParseDate(s)
	if err != nil {
		f.add(field, v.say(textOfError(err)))
	}
	return d
}

// sorted keys of a map, for lists that must not jump.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
