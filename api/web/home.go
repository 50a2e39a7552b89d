package web

import (
	"net/http"
	"slices"

	"sohoa/archive"
)

type homePage struct {
	Frame
	MayDeposit bool
	Deposit    depositForm
	Tabs       []Link
	Orders     []Link
	Defects    []Link // what can be wrong with a scan, to narrow the list to
	Rows       []Row
	Live       bool // something in the list is being read: the list looks again by itself
	Next       string
	First      string // back to the first page, "" when this is it
	Choosable  bool   // a row can be chosen
	Empty      string
	Other      *Link // where there is work when there is none here
}

// Row is one paper in a list.
type Row struct {
	ID, Href  string
	Title     string
	Subtitle  string
	State     Chip
	Reading   Chip
	Busy      bool
	Pages     int
	Dossier   string
	Custodian string
	When      string
	Reason    string
	Warnings  int
	Kind      string
	Choice    string // what the box that chooses it is called, "" when it cannot be thrown away
}

// tab is one view of the work list.
type tab struct {
	name    string
	states  []archive.State
	reading []archive.ReadingState
	mine    bool
}

var tabs = []tab{
	{name: "mine", states: []archive.State{archive.Review, archive.Returned, archive.Quarantined}, mine: true},
	{name: "reading", reading: []archive.ReadingState{archive.ReadingWaiting, archive.ReadingRunning}},
	{name: "review", states: []archive.State{archive.Review}},
	{name: "returned", states: []archive.State{archive.Returned}},
	{name: "checking", states: []archive.State{archive.Checking}},
	{name: "accepted", states: []archive.State{archive.Accepted}},
	{name: "published", states: []archive.State{archive.Published}},
	{name: "closed", states: []archive.State{archive.Superseded, archive.Withdrawn}},
	{name: "all"},
}

const (
	rowsOfList = 50
	countUpTo  = 99 // what no counter of the catalog knows is counted by fetching, and only so far
)

// front is the first page: the work list, or the door.
func (p *Pages) front(v *visit) error {
	if !v.known {
		return p.showSignin(v, http.StatusOK, &signinPage{})
	}
	return p.staffHome(v)
}

func (p *Pages) staffHome(v *visit) error {
	if v.account.MustChange {
		return v.redirect("/account")
	}
	if v.lacks {
		return v.redirect("/account/second-factor")
	}
	return p.showHome(v, http.StatusOK, depositForm{Dossier: v.query("dossier")})
}

func (p *Pages) showHome(v *visit, status int, form depositForm) error {
	t := v.tab()
	d := &homePage{MayDeposit: v.actor.Role.May(archive.ActDeposit), Deposit: form}
	d.Title, d.Section = v.t("nav.work"), "work"
	counts, err := p.Archive.Counts(v.ctx, v.actor)
	if err != nil {
		return err
	}
	if d.Tabs, err = p.tabLinks(v, t, counts); err != nil {
		return err
	}
	f := t.filter(v)
	f.Order, f.After, f.Limit = v.order(), v.query("after"), rowsOfList
	f.Finding, d.Defects = v.defects()
	l, err := p.Archive.Documents(v.ctx, v.actor, f)
	if err != nil {
		return err
	}
	names, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	if d.MayDeposit {
		d.Module = "home.js"
		d.Deposit.furnish(v, names, p.Archive.Limits.FileBytes)
		if d.Deposit.Notes, err = p.room(v, ""); err != nil {
			return err
		}
	}
	for i := range l.Items {
		r := v.row(&l.Items[i], names)
		if may(v.actor, &l.Items[i], archive.Discard) {
			r.Choice, d.Choosable = v.t("choose.one", r.Title), true
		}
		d.Live = d.Live || r.Busy
		d.Rows = append(d.Rows, r)
	}
	if d.Live {
		d.Module = "home.js"
	}
	if l.Next != "" {
		d.Next = v.with("after", l.Next)
	}
	if f.After != "" {
		d.First = v.with()
	}
	for _, o := range []archive.Order{archive.Newest, archive.Oldest, archive.Issued, archive.Changed} {
		d.Orders = append(d.Orders, Link{Href: v.with("order", string(o)), Text: v.t("order." + string(o)), Current: o == f.Order})
	}
	if len(d.Rows) == 0 {
		d.Empty = v.t("empty." + t.name)
		if f.Finding != "" {
			d.Empty = v.t("findings.none_here")
		}
		if n := counts[archive.Review]; t.mine && n > 0 {
			d.Other = &Link{Href: "/?tab=review", Text: v.t("home.others", count(v.lang, n))}
		}
	}
	return p.show(v, status, "clerk/home", d)
}

// tab is the view asked for; without a wish it is the one a role works in.
func (v *visit) tab() tab {
	name := v.query("tab")
	if name == "" {
		switch v.actor.Role {
		case archive.RoleClerk:
			name = "mine"
		case archive.RoleChecker:
			name = "checking"
		default:
			name = "all"
		}
	}
	if i := slices.IndexFunc(tabs, func(t tab) bool { return t.name == name }); i >= 0 {
		return tabs[i]
	}
	return tabs[len(tabs)-1]
}

func (t tab) filter(v *visit) archive.Filter {
	f := archive.Filter{States: t.states, Reading: t.reading}
	if t.mine {
		f.Uploader = v.actor.ID
	}
	return f
}

func (v *visit) order() archive.Order {
	switch o := archive.Order(v.query("order")); o {
	case archive.Oldest, archive.Issued, archive.Changed:
		return o
	}
	return archive.Newest
}

func (p *Pages) tabLinks(v *visit, present tab, counts map[archive.State]int) ([]Link, error) {
	var out []Link
	for _, t := range tabs {
		if t.mine && !v.actor.Role.May(archive.ActDeposit) {
			continue
		}
		n, more := 0, false
		switch {
		case t.mine || t.reading != nil:
			f := t.filter(v)
			f.Limit = countUpTo
			l, err := p.Archive.Documents(v.ctx, v.actor, f)
			if err != nil {
				return nil, err
			}
			n, more = len(l.Items), l.Next != ""
		case t.states == nil:
			for _, c := range counts {
				n += c
			}
		default:
			for _, s := range t.states {
				n += counts[s]
			}
		}
		if n == 0 && t.name == "closed" && present.name != t.name {
			continue
		}
		c := count(v.lang, n)
		if more {
			c += "+"
		}
		out = append(out, Link{Href: "/?tab=" + t.name, Text: v.t("tab." + t.name), Current: t.name == present.name, Count: c})
	}
	out = append(out, Link{Href: "/work", Text: v.t("work.title")})
	if n := counts[archive.Discarded]; n > 0 {
		out = append(out, Link{Href: "/bin", Text: v.t("bin.link"), Count: count(v.lang, n)})
	}
	return out, nil
}

func (v *visit) row(d *archive.Document, n names) Row {
	r := Row{ID: d.ID.String(), Href: "/documents/" + d.ID.String(), Title: title(d), Subtitle: subtitle(d), State: v.state(d.State),
		Busy: underWay(d.Reading.State), Pages: d.PageCount(), Dossier: d.Dossier.String(), Custodian: n.of(d.Custodian), When: moment(d.CreatedAt),
		Kind: v.t("kind." + string(d.Kind))}
	if r.Custodian == "" {
		r.Custodian = d.Custodian.String()
	}
	if s := d.Reading.State; s != archive.ReadingDone && s != archive.ReadingOff { // read is what every paper comes to
		r.Reading = v.reading(&d.Reading)
	}
	if s := readAs(d); s != "" && d.Fields.Type == "" && d.Fields.Subject == "" {
		r.Subtitle = v.t("row.read_as", s)
	}
	if d.State == archive.Returned || d.State == archive.Withdrawn || d.State == archive.Discarded {
		r.Reason = d.Reason
	}
	if d.State == archive.Quarantined {
		r.Reason = v.whyAside(d)
	}
	for _, f := range v.findings(append(slices.Clone(d.Findings), d.Reading.Findings...)) {
		if f.Tone != "quiet" {
			r.Warnings++
		}
	}
	return r
}
