package web

import (
	"net/http"
	"strconv"

	"sohoa/archive"
)

// talkPage is whose work a paper is, and what was said about it.
type talkPage struct {
	Frame
	ID, Heading, Reason string
	State, Due          Chip
	Who, Unit, Check    string
	Open                bool
	MayTake, MayLeave   bool
	People, Units       []Option
	Comments            []SaidRow
	MaySay, ToSomebody  bool
	Body                string
	Faults              Faults
	Next                string
}

// SaidRow is one comment. Its words are hostile text: the template escapes them.
type SaidRow struct {
	ID, Who, When, To, Body string
	Gone, Retract           string
}

func (p *Pages) talk(v *visit) error {
	return p.showTalk(v, http.StatusOK, &talkPage{})
}

func (p *Pages) showTalk(v *visit, status int, d *talkPage) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	doc, err := p.Archive.Document(v.ctx, v.actor, id)
	if err != nil {
		return err
	}
	names, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	people, err := p.assignees(v, []archive.Document{doc})
	if err != nil {
		return err
	}
	w := &doc.Work
	d.ID, d.Heading, d.State, d.Due, d.Reason = id.String(), title(&doc), v.state(doc.State), p.due(v, &doc), doc.Told()
	d.Title, d.Section, d.Open = v.t("talk.title"), "work", w.Open()
	d.Who, d.Unit = people[w.Assignee], names.long(w.Unit)
	if doc.State == archive.Checking {
		switch c := w.Check; {
		case c.At != "":
			d.Check = v.t("talk.neighbour", names.long(c.At))
		case c.Passed():
			d.Check = v.t("talk.passed")
		case c.Mode == archive.CheckSample:
			d.Check = v.t("talk.sample")
		default:
			d.Check = v.t("talk.always")
		}
	}
	now := p.Archive.Clock.Now()
	if d.Open && archive.Decide(v.actor, archive.ActAssign, &doc, now) == nil {
		mine := w.Assignee == v.actor.ID
		d.MayTake, d.MayLeave = !mine && (w.Assignee.IsZero() || v.actor.Role == archive.RoleChecker), mine
		if mine || w.Assignee.IsZero() || v.actor.Role == archive.RoleChecker {
			cs, err := p.Archive.Colleagues(v.ctx, v.actor, id)
			if err != nil {
				return err
			}
			for _, c := range cs {
				d.People = append(d.People, Option{c.ID.String(), c.Name + " · " + v.t("role."+string(c.Role)), c.ID == w.Assignee})
			}
			us, err := p.Archive.Units(v.ctx, v.actor, id)
			if err != nil {
				return err
			}
			for _, u := range us {
				d.Units = append(d.Units, Option{u.String(), names.long(u), u == w.Unit})
			}
		}
	}
	d.MaySay, d.ToSomebody = archive.Decide(v.actor, archive.ActComment, &doc, now) == nil, !w.Assignee.IsZero()
	var after archive.ID
	if x, err := archive.ParseID(v.query("after")); err == nil {
		after = x
	}
	cs, err := p.Archive.Comments(v.ctx, v.actor, id, after, rowsOfList)
	if err != nil {
		return err
	}
	for i := range cs {
		c := &cs[i]
		r := SaidRow{ID: c.ID.String(), Who: c.AuthorName, When: moment(c.At), Body: c.Body}
		if c.MentionName != "" {
			r.To = v.t("talk.said_to", c.MentionName)
		}
		switch {
		case c.Retracted():
			r.Gone = v.t("talk.retracted", moment(c.RetractedAt))
		case c.Author == v.actor.ID || v.actor.Role == archive.RoleChecker && v.actor.Covers(doc.Custodian):
			r.Retract = v.t("talk.retract", c.AuthorName, moment(c.At))
		}
		d.Comments = append(d.Comments, r)
	}
	if len(cs) == rowsOfList {
		d.Next = "/documents/" + d.ID + "/work?after=" + cs[len(cs)-1].ID.String()
	}
	return p.show(v, status, "clerk/talk", d)
}

// tell carries out one of the forms of the page and shows it again.
func (p *Pages) tell(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	d, done := &talkPage{Body: v.form("body")}, "given"
	switch v.gin.Param("step") {
	case "say":
		done = "said"
		_, err = p.Archive.Comment(v.ctx, v.actor, id, archive.Remark{Body: d.Body, ToAssignee: v.form("to") != ""})
	case "retract":
		done = "said"
		comment, perr := archive.ParseID(v.form("comment"))
		if perr != nil {
			return archive.ErrNotFound
		}
		err = p.Archive.Retract(v.ctx, v.actor, id, comment, v.form("why"))
	case "unit": // to all of a unit: to nobody in it yet
		var unit archive.AgencyCode
		if unit, err = archive.ParseAgencyCode(v.form("unit")); err != nil {
			return archive.ErrNotFound
		}
		_, err = p.Archive.Assign(v.ctx, v.actor, id, archive.Assignment{Unit: unit})
	case "give":
		who := v.actor.ID
		switch to := v.form("to"); to {
		case "me":
		case "":
			who = archive.ID{}
		default:
			if who, err = archive.ParseID(to); err != nil {
				return archive.ErrNotFound
			}
		}
		_, err = p.Archive.Assign(v.ctx, v.actor, id, archive.Assignment{Assignee: who})
	default:
		return archive.ErrNotFound
	}
	if err == nil {
		return v.redirect("/documents/" + id.String() + "/work?done=" + done)
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	d.Faults, d.Alert = faults, alert
	return p.showTalk(v, status, d)
}

func itoa(n int) string { return strconv.Itoa(n) }

// atoi reads a number of an address; what is none is 0.
func atoi(s string) int { n, _ := strconv.Atoi(s); return n }
