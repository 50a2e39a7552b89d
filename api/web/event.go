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
	Document string
	Dossier  string
	Address  string
}

// told are the details of events that say something to people, in the order they are told; the rest is for programs.
var told = []string{"version", "dropped", "file_name", "pages", "rotated", "moved", "removed", "inserted", "as_version", "failed", "from", "to", "from_dossier", "to_dossier", "from_custodian", "to_custodian", "code_page", "fields", "despite", "reason", "q", "login", "role", "agency", "act", "method", "second_factor", "code", "receipt", "number", "count", "scale"}

func (v *visit) event(e *archive.Event) EventRow {
	r := EventRow{When: second(e.At), Who: e.ActorName, What: v.t("action." + string(e.Action)), Denied: e.Outcome != archive.Success, Document: e.Document.String(),
		Dossier: e.Dossier.String(), Address: e.Address}
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
	Rows     []EventRow
	Actions  []Option
	From, To string
	Document string
	Next     string
	First    string
	Table    string // the same as a CSV file
	Faults   Faults
}

// actions lists what an event can record, in the order of the form.
var actions = []archive.Action{archive.EvDeposit, archive.EvRefuse, archive.EvVersion, archive.EvRead, archive.EvEdit, archive.EvMove, archive.EvView, archive.EvSearch,
	archive.EvDownload, archive.EvDenied, archive.EvSignIn, archive.EvSignOut, archive.EvAccount, archive.EvToken, archive.EvRegistry, archive.EvDossier,
	archive.EvErase, archive.EvFixity, archive.EvMaintain, archive.EvRetrieval}

func (p *Pages) trail(v *visit) error {
	d := &trailPage{From: v.query("from"), To: v.query("to"), Document: strings.TrimSpace(v.query("document"))}
	d.Title, d.Section = v.t("nav.trail"), "trail"
	f := archive.EventFilter{After: v.query("after"), Limit: rowsOfList}
	if a := archive.Action(v.query("action")); slices.Contains(actions, a) {
		f.Action = a
	}
	from, to := d.Faults.date(v, "from", d.From), d.Faults.date(v, "to", d.To)
	if !from.IsZero() {
		f.At.From = from.Time().UTC()
	}
	if !to.IsZero() {
		f.At.To = to.Time().AddDate(0, 0, 1).UTC()
	}
	if d.Document != "" {
		id, err := archive.ParseID(d.Document)
		if err != nil {
			d.Faults.add("document", v.t("trail.bad_document"))
		}
		f.Document = id
	}
	d.Actions = append(d.Actions, Option{"", v.t("trail.any"), f.Action == ""})
	for _, a := range actions {
		d.Actions = append(d.Actions, Option{string(a), v.t("action." + string(a)), a == f.Action})
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

// table is the address of the same events as a CSV file.
func table(f archive.EventFilter) string {
	q := url.Values{"format": {"csv"}}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("action", string(f.Action))
	set("document", f.Document.String())
	for name, t := range map[string]time.Time{"from": f.At.From, "to": f.At.To} {
		if !t.IsZero() {
			set(name, t.In(archive.Zone).Format(time.RFC3339))
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
