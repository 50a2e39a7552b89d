package web

import (
	"fmt"
	"net/http"
	"strconv"

	"sohoa/archive"
)

// stackPage shows how a stack that was scanned in one go will be taken apart: every page with what becomes of it, and for each
// paper where it goes. It is a form that works without a script; nothing is committed before its last button.
type stackPage struct {
	Frame
	ID, Heading, Subtitle string
	State                 Chip
	Revision              int64
	Every                 string
	EveryFault            string
	Alert                 string
	Unread                int
	Sum                   string
	Leaves                []StackLeaf
	Fresh                 StackPaper // what a paper looks like that the script adds
	BinDays               int
}

// StackLeaf is one page of the stack.
type StackLeaf struct {
	Number int
	Why    string // what was seen on it: a separator sheet, nothing
	Codes  []string
	Uses   []Option
	Paper  *StackPaper // of a page that begins one
}

// StackPaper is where a paper goes and what it is.
type StackPaper struct {
	Title               string
	Dossier, Kind, Type Input
}

// mostStackPages is how many pages the form takes; a sheet feeder holds a hundred sheets.
const mostStackPages = 1000

func tooManyStackPages() error {
	return archive.Fault(archive.TooLarge, "limits_exceeded", archive.Text{
		VI: fmt.Sprintf("Trang này chỉ tách được tập giấy đến %d trang.", mostStackPages), EN: fmt.Sprintf("This page splits stacks of up to %d pages.", mostStackPages)})
}

func (p *Pages) stack(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	every, fault := 0, ""
	if s := v.query("every"); s != "" {
		if every, err = strconv.Atoi(s); err != nil || every < 1 {
			every, fault = 0, v.t("stack.every_wrong")
		}
	}
	s, err := p.Archive.Stack(v.ctx, v.actor, id, archive.Cutting{Every: every})
	if archive.KindOf(err) == archive.Invalid {
		fault = v.t("stack.every_wrong")
		s, err = p.Archive.Stack(v.ctx, v.actor, id, archive.Cutting{})
	}
	if err != nil {
		return err
	}
	if len(s.Pages) > mostStackPages {
		return tooManyStackPages()
	}
	d := p.stackOf(v, &s)
	d.Every, d.EveryFault = v.query("every"), fault
	at := map[int]archive.Place{}
	for _, part := range s.Parts {
		at[part.Pages[0]] = part.Place
	}
	status := http.StatusOK
	if fault != "" {
		status = http.StatusBadRequest
	}
	for i, page := range s.Pages {
		use := string(page.Use)
		if page.Use == archive.UseCover || page.Use == archive.UseBlank {
			use = "drop"
		}
		d.leaf(v, &s.Pages[i], use, at[page.Number], at[page.Number].Dossier.String(), "")
	}
	return p.showStack(v, status, d)
}

// stackOf begins the page with what it says of the stack as a whole.
func (p *Pages) stackOf(v *visit, s *archive.Stack) *stackPage {
	doc := &s.Document
	d := &stackPage{ID: doc.ID.String(), Heading: title(doc), Subtitle: subtitle(doc), State: v.state(doc.State), Revision: doc.Revision, Unread: s.Unread, BinDays: p.binDays()}
	d.Title, d.Section, d.Module = v.t("stack.title"), "work", "stack.js"
	d.Fresh = v.stackPaper("", archive.Place{Kind: doc.Kind}, doc.Dossier.String(), "")
	return d
}

var kinds = []string{string(archive.Component), string(archive.Result)}

// stackPaper is the part of the form about the paper that begins with page n.
func (v *visit) stackPaper(n string, place archive.Place, dossier, fault string) StackPaper {
	field := func(name, key, value string) Input {
		return Input{Name: name + n, Label: v.t(key), Value: value, Type: "text", Complete: "off"}
	}
	p := StackPaper{Dossier: field("d", "field.dossier_code", dossier), Kind: field("k", "field.kind", "").Of(v.options("kind", kinds, string(place.Kind))), Type: field("t", "field.type", place.Type)}
	p.Dossier.Fault = fault
	return p
}

// leaf adds a page with what becomes of it.
func (d *stackPage) leaf(v *visit, page *archive.StackPage, use string, place archive.Place, dossier, fault string) {
	l := StackLeaf{Number: page.Number, Uses: v.options("stack_use", []string{"start", "go", "drop"}, use)}
	switch page.Use {
	case archive.UseCover:
		l.Why = v.t("stack.cover")
	case archive.UseBlank:
		l.Why = v.t("stack.blank")
	}
	if !page.Read {
		l.Why = v.t("stack.unread_page")
	}
	for _, c := range page.Codes {
		l.Codes = append(l.Codes, c.Text)
	}
	if use == "start" {
		paper := v.stackPaper(strconv.Itoa(page.Number), place, dossier, fault)
		l.Paper = &paper
	}
	d.Leaves = append(d.Leaves, l)
}

func (p *Pages) showStack(v *visit, status int, d *stackPage) error {
	papers, dropped := 0, 0
	for i := range d.Leaves {
		l := &d.Leaves[i]
		switch {
		case l.Paper != nil:
			papers++
			l.Paper.Title = v.t("stack.paper", papers)
		case l.Uses[2].Selected:
			dropped++
		}
	}
	d.Sum = v.t("stack.sum", papers, dropped)
	return p.show(v, status, "clerk/stack", d)
}

// splitStack carries out what the form says, or shows it again.
func (p *Pages) splitStack(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	s, err := p.Archive.Stack(v.ctx, v.actor, id, archive.Cutting{})
	if err != nil {
		return err
	}
	if len(s.Pages) > mostStackPages {
		return tooManyStackPages()
	}
	d := p.stackOf(v, &s)
	split := archive.Splitting{}
	split.After, _ = strconv.ParseInt(v.form("revision"), 10, 64)
	faults := 0
	place := archive.Place{Dossier: s.Document.Dossier, Kind: s.Document.Kind}
	for i := range s.Pages {
		page := &s.Pages[i]
		n := strconv.Itoa(page.Number)
		use, dossier, fault := v.form("u"+n), "", ""
		if use == "go" && len(split.Parts) == 0 {
			use = "start" // there is nothing it could go on with
		}
		switch use {
		case "start":
			place, dossier, fault = v.placeOf(n, place)
			if fault != "" {
				faults++
			}
			split.Parts, split.Places = append(split.Parts, nil), append(split.Places, place)
			fallthrough
		case "go":
			last := len(split.Parts) - 1
			split.Parts[last] = append(split.Parts[last], archive.PageRef{Page: page.Number})
		default:
			use = "drop"
		}
		d.leaf(v, page, use, place, dossier, fault)
	}
	if faults > 0 {
		d.Alert = v.t("stack.faults", faults)
		return p.showStack(v, http.StatusBadRequest, d)
	}
	if v.form("then") != "split" {
		return p.showStack(v, http.StatusOK, d)
	}
	if len(split.Parts) == 0 {
		d.Alert = v.t("stack.nothing")
		return p.showStack(v, http.StatusBadRequest, d)
	}
	parts, err := p.Archive.Split(v.ctx, v.actor, id, split)
	if err == nil {
		if len(parts) == 1 {
			return v.redirect("/documents/" + parts[0].ID.String() + "?done=stack_split")
		}
		return v.redirect("/?done=stack_split")
	}
	fs, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	d.Alert = alert
	for i := range split.Places {
		text := fs.Of(fmt.Sprintf("places[%d].dossier_code", i))
		if text == "" {
			continue
		}
		for j := range d.Leaves {
			if l := &d.Leaves[j]; l.Paper != nil && l.Number == split.Parts[i][0].Page {
				l.Paper.Dossier.Fault = text
			}
		}
		if d.Alert == "" {
			d.Alert = text
		}
	}
	if d.Alert == "" && len(fs) > 0 {
		d.Alert = fs[0].Text
	}
	return p.showStack(v, status, d)
}

// placeOf reads where the paper that begins with page n goes, and its dossier as it was typed. What the form does not say is as
// with the paper before it.
func (v *visit) placeOf(n string, before archive.Place) (out archive.Place, dossier, fault string) {
	out = archive.Place{Kind: before.Kind, Type: v.form("t" + n)}
	if k := archive.DocumentKind(v.form("k" + n)); k == archive.Component || k == archive.Result {
		out.Kind = k
	}
	dossier, said := v.gin.GetPostForm("d" + n)
	if !said {
		out.Dossier = before.Dossier
		return out, out.Dossier.String(), ""
	}
	if err := out.Dossier.UnmarshalText([]byte(dossier)); err != nil {
		return out, dossier, v.say(textOfError(err))
	}
	return out, dossier, ""
}
