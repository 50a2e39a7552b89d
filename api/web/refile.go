package web

import (
	"strconv"

	"sohoa/archive"
)

// Undo is a form that takes back what was just done.
type Undo struct {
	Action, Text string
	Fields       []Hidden
}

// refileForm moves a paper to another dossier.
type refileForm struct {
	Text   string
	Reason bool // wanted
	Open   bool // something was wrong with what was typed
	Code   string
	Why    string
	Faults Faults
}

// refile moves a paper to the dossier it belongs to.
func (p *Pages) refile(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	r := archive.Refiling{Reason: v.form("reason")}
	r.After, _ = strconv.ParseInt(v.form("revision"), 10, 64)
	if err = r.Dossier.UnmarshalText([]byte(v.form("dossier"))); err == nil {
		_, err = p.Archive.Refile(v.ctx, v.actor, id, r)
	}
	if err == nil {
		return v.redirect("/documents/" + id.String() + "?done=move")
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	if len(faults) > 0 {
		alert = faults[0].Text
	} else {
		faults.add("dossier", alert)
	}
	return p.showDocument(v, id, status, documentAnswer{alert: alert, refile: &refileForm{Code: v.form("dossier"), Why: v.form("reason"), Faults: faults}})
}

// mayRefile shows the form when the visitor may move the paper.
func (d *documentPage) mayRefile(v *visit, doc *archive.Document, answer *refileForm) {
	rule, ok := ruleOf(v.actor, doc, archive.Refile)
	if !ok {
		return
	}
	d.Refile = &refileForm{Text: v.say(rule.Name), Reason: rule.Reason}
	if answer != nil {
		d.Refile.Code, d.Refile.Why, d.Refile.Faults, d.Refile.Open = answer.Code, answer.Why, answer.Faults, true
	}
}

// undo offers to take back what the address says was just done, when it still can be. What it would do is told by the paper
// and its history, never by the address.
func (d *documentPage) undo(v *visit, doc *archive.Document, evs []archive.Event) {
	form := func(path, text string, more ...Hidden) {
		d.Undo = &Undo{Action: "/documents/" + d.ID + path, Text: text, Fields: append([]Hidden{{"revision", strconv.FormatInt(doc.Revision, 10)}}, more...)}
	}
	switch archive.Move(v.query("done")) {
	case archive.Discard:
		if may(v.actor, doc, archive.Restore) {
			form("/moves/restore", v.t("undo.discard"))
		}
	case archive.Refile:
		for i := len(evs) - 1; i >= 0; i-- {
			e := &evs[i]
			if e.Detail["move"] != string(archive.Refile) || e.Detail["to_dossier"] != doc.Dossier.String() || !may(v.actor, doc, archive.Refile) {
				continue
			}
			text := v.t("undo.move_out")
			if from := e.Detail["from_dossier"]; from != "" {
				text = v.t("undo.move", from)
			}
			form("/move", text, Hidden{"dossier", e.Detail["from_dossier"]}, Hidden{"reason", v.t("undo.reason")})
			return
		}
	}
}
