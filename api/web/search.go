package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sohoa/archive"
)

type searchPage struct {
	Frame
	Asked      bool
	Sum        string
	Results    []Result
	Facets     []FacetGroup
	Chosen     []Link // filters in force; each leads to the search without it
	Sorts      []Link
	Next       string
	First      string
	DidYouMean *Link
	Kinds      []Option
	From, To   string
	Dossier    string
	Faults     Faults
	Away       string // why words cannot be searched for now
	Kept       []Hidden
}

// Hidden is a parameter that a form carries on.
type Hidden struct{ Name, Value string }

// Result is one found paper.
type Result struct {
	Row
	Subject  []archive.Part // Subtitle with what was found in it; nil when nothing was
	Snippets []Snippet
}

// Snippet is a stretch of a page or a field with what was found in it.
type Snippet struct {
	Where string
	Href  string
	Parts []archive.Part
}

// FacetGroup is one facet with its most frequent values.
type FacetGroup struct {
	Name   string
	Values []Link
}

const (
	resultsOfPage = 20
	facetValues   = 8
)

func (p *Pages) search(v *visit) error {
	d := &searchPage{From: v.query("from"), To: v.query("to"), Dossier: strings.TrimSpace(v.query("dossier"))}
	d.Title, d.Section, d.Query = v.t("nav.search"), "search", strings.TrimSpace(v.query("q"))
	q, err := p.question(v, d)
	if err != nil {
		return err
	}
	n, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	d.filters(v, n)
	d.Asked = len(v.gin.Request.URL.Query()) > 0 && !(len(v.gin.Request.URL.Query()) == 1 && v.gin.Request.URL.Query().Has("q") && d.Query == "")
	if !d.Asked || d.Faults != nil {
		status := http.StatusOK
		if d.Faults != nil {
			status = http.StatusBadRequest
		}
		return p.show(v, status, "common/search", d)
	}
	d.Title = v.t("search.title", d.Query)
	if d.Query == "" {
		d.Title = v.t("nav.search")
	}
	found, err := p.Archive.Search(v.ctx, v.actor, q)
	if err != nil {
		faults, sentence, status, ok := p.faults(v, err)
		if !ok {
			return err
		}
		d.Faults, d.Away = faults, sentence
		return p.show(v, status, "common/search", d)
	}
	procedures, err := p.procedureNames(v)
	if err != nil {
		return err
	}
	d.results(v, &found, n, procedures)
	return p.show(v, http.StatusOK, "common/search", d)
}

// question reads the address into a query of the archive.
func (p *Pages) question(v *visit, d *searchPage) (archive.Query, error) {
	q := archive.Query{Text: d.Query, Type: v.query("type"), After: v.query("after"), Limit: resultsOfPage, Facets: archive.FacetNames,
		IssuedFrom: d.Faults.date(v, "from", d.From), IssuedTo: d.Faults.date(v, "to", d.To)}
	if k := archive.DocumentKind(v.query("kind")); k == archive.Component || k == archive.Result {
		q.Kind = k
	}
	if s := archive.State(v.query("state")); slices.Contains(archive.States, s) {
		q.States = []archive.State{s}
	}
	if y, err := strconv.Atoi(v.query("year")); err == nil && y > 1900 && y < 2200 {
		q.IssuedFrom, q.IssuedTo = archive.Date{Year: y, Month: 1, Day: 1}, archive.Date{Year: y, Month: 12, Day: 31}
	}
	switch s := archive.Sort(v.query("sort")); s {
	case archive.ByNewest, archive.ByOldest:
		q.Sort = s
	default:
		q.Sort = archive.ByRelevance
	}
	read := func(field string, err error) {
		if err != nil {
			d.Faults.add(field, v.say(textOfError(err)))
		}
	}
	read("dossier", q.Dossier.UnmarshalText([]byte(d.Dossier)))
	read("agency", q.Agency.UnmarshalText([]byte(v.query("agency"))))
	read("procedure", q.Procedure.UnmarshalText([]byte(v.query("procedure"))))
	var custodian archive.AgencyCode
	read("custodian", custodian.UnmarshalText([]byte(v.query("custodian"))))
	var err error
	q.Custodians, err = p.Archive.Custodians(v.ctx, custodian)
	return q, err
}

// filters shows what narrows the search now, each with the way out of it.
func (d *searchPage) filters(v *visit, n names) {
	label := func(name, value string) string {
		switch name {
		case "agency", "custodian":
			return n.long(archive.AgencyCode(value))
		case "type":
			return archive.TypeName(value)
		case "kind", "state":
			if key := name + "." + value; known(key) {
				return v.t(key)
			}
		}
		return value
	}
	for _, name := range []string{"agency", "custodian", "type", "kind", "state", "year", "procedure", "dossier", "from", "to"} {
		if value := v.query(name); value != "" {
			d.Chosen = append(d.Chosen, Link{Href: v.with(name, ""), Text: v.t("filter."+name) + ": " + label(name, value)})
		}
	}
	kind := v.query("kind")
	d.Kinds = append([]Option{{"", v.t("search.any"), kind == ""}}, v.options("kind", []string{string(archive.Component), string(archive.Result)}, kind)...)
	for _, name := range []string{"agency", "custodian", "type", "state", "year", "procedure", "sort"} {
		if value := v.query(name); value != "" {
			d.Kept = append(d.Kept, Hidden{name, value})
		}
	}
	sort := v.query("sort")
	for _, s := range []archive.Sort{archive.ByRelevance, archive.ByNewest, archive.ByOldest} {
		d.Sorts = append(d.Sorts, Link{Href: v.with("sort", string(s)), Text: v.t("sort." + string(s)), Current: string(s) == sort || sort == "" && s == archive.ByRelevance})
	}
}

func (d *searchPage) results(v *visit, found *archive.Found, n names, procedures map[archive.ProcedureCode]string) {
	switch {
	case found.Counted:
		d.Sum = v.t("search.sum", count(v.lang, found.Total), count(v.lang, found.Took.Milliseconds()))
	case len(found.Hits) > 0:
		d.Sum = v.t("search.some")
	}
	for _, h := range found.Hits {
		doc := found.Documents[h.Document]
		r := Result{Row: v.row(&doc, n)}
		if d.Query != "" {
			r.Href += "?q=" + url.QueryEscape(d.Query)
		}
		for _, s := range h.Snippets {
			x := Snippet{Parts: s.Parts}
			if s.Field == "subject" && r.Subtitle == doc.Fields.Subject {
				r.Subject = lit(r.Subtitle, s.Parts) // the line is there already: what was found lights up in it
				continue
			}
			if s.Field == "file_name" && len(h.Snippets) > 1 {
				continue // says least of all
			}
			if s.Page > 0 {
				x.Where = v.t("search.page", s.Page)
				x.Href = "/documents/" + r.ID + "?page=" + strconv.Itoa(s.Page) + "&q=" + url.QueryEscape(d.Query)
			} else if key := "field." + s.Field; known(key) {
				x.Where = v.t(key)
			}
			r.Snippets = append(r.Snippets, x)
		}
		if len(r.Snippets) > 0 && r.Snippets[0].Href != "" {
			r.Href = r.Snippets[0].Href
		}
		d.Results = append(d.Results, r)
	}
	for _, name := range archive.FacetNames {
		if c := found.Facets[name]; len(c) > 1 || v.query(name) != "" { // one value is no choice
			d.facet(v, name, c, n, procedures)
		}
	}
	if found.Next != "" {
		d.Next = v.with("after", found.Next)
	}
	if v.query("after") != "" {
		d.First = v.with()
	}
	if s := found.DidYouMean; s != "" && s != d.Query {
		d.DidYouMean = &Link{Href: v.with("q", s), Text: s}
	}
}

// facet shows a facet with what each value would leave.
func (d *searchPage) facet(v *visit, name string, counts []archive.FacetCount, n names, procedures map[archive.ProcedureCode]string) {
	g := FacetGroup{Name: v.t("filter." + name)}
	chosen := v.query(name)
	for i, c := range counts {
		if i == facetValues {
			break
		}
		l := Link{Href: v.with(name, c.Value), Text: c.Value, Count: count(v.lang, c.Count), Current: c.Value == chosen}
		switch name {
		case archive.FacetAgency:
			if s := n.of(archive.AgencyCode(c.Value)); s != "" {
				l.Text = s
			}
		case archive.FacetProcedure:
			if s := procedures[archive.ProcedureCode(c.Value).Base()]; s != "" {
				l.Text = s
			}
		case archive.FacetType:
			l.Text = archive.TypeName(c.Value)
		case archive.FacetState:
			if key := "state." + c.Value; known(key) {
				l.Text = v.t(key)
			}
		}
		if l.Current {
			l.Href = v.with(name, "")
		}
		g.Values = append(g.Values, l)
	}
	if len(g.Values) > 0 {
		d.Facets = append(d.Facets, g)
	}
}

// lit parts a text at what was found in a stretch of it.
func lit(text string, found []archive.Part) []archive.Part {
	var out []archive.Part
	for _, p := range found {
		if !p.Hit || p.Text == "" {
			continue
		}
		before, after, ok := strings.Cut(text, p.Text)
		if !ok {
			continue
		}
		if before != "" {
			out = append(out, archive.Part{Text: before})
		}
		out, text = append(out, archive.Part{Text: p.Text, Hit: true}), after
	}
	if text != "" {
		out = append(out, archive.Part{Text: text})
	}
	return out
}
