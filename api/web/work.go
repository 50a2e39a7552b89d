package web

import (
	"net/http"
	"strings"

	"sohoa/archive"
)

// workPage is one of the visitor's work lists, with what can be done to many of its papers.
type workPage struct {
	Frame
	List   string
	Lists  []Link
	Rows   []WorkRow
	Next   string
	First  string
	Acts   []Option
	Fields []Option
	Whole  string // how many papers the whole list has
	Reason string
	Faults Faults
	Past   []Link
}

// WorkRow is one paper of a work list.
type WorkRow struct {
	Row
	Due    Chip
	Who    string
	Choice string
}

func (p *Pages) work(v *visit) error {
	return p.showWork(v, http.StatusOK, &workPage{List: v.query("list")})
}

// workCounted is how far a work list is counted.
const workCounted = 999

func (p *Pages) showWork(v *visit, status int, d *workPage) error {
	counts, err := p.Archive.WorkCounts(v.ctx, v.actor, workCounted)
	if err != nil {
		return err
	}
	if _, ok := counts[archive.WorkList(d.List)]; !ok {
		d.List = string(archive.WorkMine)
	}
	said := func(n int) string {
		if n > workCounted {
			return count(v.lang, workCounted) + "+"
		}
		return count(v.lang, n)
	}
	for _, l := range archive.WorkLists {
		if n, ok := counts[l]; ok {
			d.Lists = append(d.Lists, Link{Href: "/work?list=" + string(l), Text: v.t("work." + string(l)), Current: string(l) == d.List, Count: said(n)})
		}
	}
	l, err := p.Archive.Work(v.ctx, v.actor, archive.WorkList(d.List), archive.Filter{After: v.query("after"), Limit: rowsOfList})
	if err != nil {
		return err
	}
	d.Whole = said(counts[archive.WorkList(d.List)])
	names, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	people, err := p.assignees(v, l.Items)
	if err != nil {
		return err
	}
	for i := range l.Items {
		r := WorkRow{Row: v.row(&l.Items[i], names), Due: p.due(v, &l.Items[i]), Who: people[l.Items[i].Work.Assignee]}
		r.Choice = v.t("work.choose", r.Title)
		d.Rows = append(d.Rows, r)
	}
	if l.Next != "" {
		d.Next = "/work?list=" + d.List + "&after=" + l.Next
	}
	if v.query("after") != "" {
		d.First = "/work?list=" + d.List
	}
	d.Title, d.Section = v.t("work.title"), "work"
	for _, a := range archive.BulkActs {
		if a != archive.BulkRestore {
			d.Acts = append(d.Acts, Option{Value: string(a), Text: v.t("bulk." + string(a)), Selected: v.form("act") == string(a)})
		}
	}
	for _, f := range archive.BulkFields {
		d.Fields = append(d.Fields, Option{Value: f, Text: v.t("field." + f)})
	}
	past, err := p.Archive.Bulks(v.ctx, v.actor, 5)
	for i := range past {
		d.Past = append(d.Past, Link{Href: "/bulk/" + past[i].ID.String(), Text: v.t("bulk."+string(past[i].Act)) + " · " + moment(past[i].CreatedAt)})
	}
	if err != nil {
		return err
	}
	return p.show(v, status, "clerk/work", d)
}

// assignees names whose work papers are, in one query.
func (p *Pages) assignees(v *visit, ds []archive.Document) (map[archive.ID]string, error) {
	var ids []archive.ID
	for i := range ds {
		ids = append(ids, ds[i].Work.Assignee)
	}
	return p.Archive.NamesOf(v.ctx, ids)
}

// due says a term as a list shows it.
func (p *Pages) due(v *visit, d *archive.Document) Chip {
	at, now := d.Work.DueAt(), p.Archive.Clock.Now()
	switch {
	case at.IsZero():
		return Chip{}
	case at.Before(now):
		return Chip{"bad", v.t("work.late", moment(at))}
	case at.Before(p.Archive.SoonDue(now)):
		return Chip{"warn", moment(at)}
	}
	return Chip{"quiet", moment(at)}
}

// bulkPage asks for an act on many papers, tells how far it is, and what became of each.
type bulkPage struct {
	Frame
	ID, Heading, Lead string
	Go                string // what the button says; "" when it was begun
	Undoes            bool
	Retry, MayUndo    bool
	Running           bool
	Did, All          int
	Rows              []ManyRow
	Next              string
}

func (p *Pages) askBulk(v *visit) error {
	d := &workPage{List: v.form("list")}
	r := archive.BulkRequest{Act: archive.BulkAct(v.form("act")), Args: archive.BulkArgs{Reason: v.form("reason"), Field: v.form("field"), Value: v.form("value")}}
	if err := r.Args.Dossier.UnmarshalText([]byte(strings.TrimSpace(v.form("dossier")))); err != nil {
		d.Faults.add("dossier", v.say(textOfError(err)))
	}
	if r.Act == archive.BulkAssign {
		r.Args.Assignee = v.actor.ID
		if login := strings.ToLower(strings.TrimSpace(v.form("to"))); login != "" {
			id, err := p.Archive.PersonOf(v.ctx, v.actor, login)
			if archive.KindOf(err) == archive.NotFound {
				d.Faults.add("to", v.t("work.no_login"))
			} else if err != nil {
				return err
			}
			r.Args.Assignee = id
		}
	}
	if v.form("whole") != "" {
		r.List, r.Filter = archive.WorkList(d.List), &archive.Filter{}
	}
	for _, s := range v.gin.PostFormArray("id") {
		if id, err := archive.ParseID(s); err == nil {
			r.IDs = append(r.IDs, id)
		}
	}
	if d.Faults != nil {
		return p.showWork(v, http.StatusBadRequest, d)
	}
	b, err := p.Archive.AskBulk(v.ctx, v.actor, r)
	if err == nil {
		return v.redirect("/bulk/" + b.ID.String())
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	d.Faults, d.Alert, d.Reason = faults, alert, r.Args.Reason
	return p.showWork(v, status, d)
}

func (p *Pages) bulk(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	b, err := p.Archive.Bulk(v.ctx, v.actor, id)
	if err != nil {
		return err
	}
	n := func(n int) string { return count(v.lang, n) }
	act := v.t("bulk." + string(b.Act))
	d := &bulkPage{ID: id.String(), Heading: act, Undoes: !b.Undoes.IsZero(), Did: b.Done + b.Refused, All: b.Waiting + b.Done + b.Refused}
	d.Title, d.Section = act, "work"
	switch b.State {
	case archive.BatchAsked:
		d.Lead, d.Go = v.t("bulk.ask", act, n(b.Waiting)), v.t("bulk.go", n(b.Waiting))
	case archive.BatchRunning:
		d.Lead, d.Running = v.t("bulk.running", n(d.Did), n(b.Waiting)), true
		v.gin.Header("Refresh", "2") // works without script
	default:
		d.Lead, d.Retry, d.MayUndo = v.t("bulk.done", n(b.Done), n(b.Refused)), b.Refused > 0, b.Undoable()
	}
	// What was not done comes first: it is what somebody has to look at.
	state := archive.PaperState(v.query("state"))
	if state == "" && b.Refused > 0 {
		state = archive.PaperRefused
	}
	ps, err := p.Archive.BulkPapers(v.ctx, v.actor, id, state, atoi(v.query("after")), rowsOfList)
	if err != nil {
		return err
	}
	if len(ps) == rowsOfList {
		d.Next = "/bulk/" + d.ID + "?state=" + string(state) + "&after=" + itoa(ps[len(ps)-1].Place)
	}
	ids := make([]archive.ID, len(ps))
	for i := range ps {
		ids[i] = ps[i].Document
	}
	ds, err := p.Archive.Some(v.ctx, v.actor, ids)
	if err != nil {
		return err
	}
	names, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	rows := map[archive.ID]Row{}
	for i := range ds {
		rows[ds[i].ID] = v.row(&ds[i], names)
	}
	for _, x := range ps {
		r, ok := rows[x.Document]
		if !ok {
			r = Row{Title: v.t("bulk.unseen")}
		}
		m := ManyRow{Row: r, Tone: "quiet", Outcome: v.t("bulk.waits")}
		switch x.State {
		case archive.PaperDone:
			m.Tone, m.Outcome = "good", v.t("bulk.well")
		case archive.PaperRefused:
			m.Tone, m.Outcome = "bad", v.say(x.Message)
		}
		d.Rows = append(d.Rows, m)
	}
	return p.show(v, http.StatusOK, "clerk/bulk", d)
}

// goBulk begins a bulk act, or asks for the one that follows from it.
func (p *Pages) goBulk(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	do, ok := map[string]func() (archive.Bulk, error){
		"start": func() (archive.Bulk, error) { return p.Archive.StartBulk(v.ctx, v.actor, id) },
		"retry": func() (archive.Bulk, error) { return p.Archive.RetryBulk(v.ctx, v.actor, id) },
		"undo":  func() (archive.Bulk, error) { return p.Archive.UndoBulk(v.ctx, v.actor, id) },
	}[v.gin.Param("step")]
	if !ok {
		return archive.ErrNotFound
	}
	b, err := do()
	if err != nil && archive.KindOf(err) != archive.Conflict { // begun twice: its page tells how far it is
		return err
	}
	if err != nil {
		return v.redirect("/bulk/" + id.String())
	}
	return v.redirect("/bulk/" + b.ID.String())
}
