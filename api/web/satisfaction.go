package web

import (
	"net/http"
	"net/url"
	"strconv"

	"sohoa/archive"
)

type satisfactionPage struct {
	Frame
	From, To string
	Faults   Faults
	Scales   []string
	Rows     []SatisfactionLine
	Comments []CommentRow
	Table    string // the same as a CSV file
}

// SatisfactionLine counts what was said of an agency in a month.
type SatisfactionLine struct {
	Month, Agency  string
	Counts         []Figure // by scale, the worst first
	Total, Content string
	Percent        string
}

// CommentRow is what somebody said, in his words.
type CommentRow struct {
	Scale, Comment, When, Agency string
	Dossier                      string
}

func (p *Pages) satisfaction(v *visit) error {
	d := &satisfactionPage{From: v.query("from"), To: v.query("to")}
	d.Title, d.Section = v.t("satisfaction.title"), "dossiers"
	from, to := d.Faults.date(v, "from", d.From), d.Faults.date(v, "to", d.To)
	for n := range archive.ScaleMost {
		d.Scales = append(d.Scales, v.t("scale."+strconv.Itoa(n+1)))
	}
	if d.Faults != nil {
		return p.show(v, http.StatusBadRequest, "clerk/satisfaction", d)
	}
	got, err := p.Archive.Satisfaction(v.ctx, v.actor, from, to)
	if err != nil {
		return err
	}
	n, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	for _, r := range got.Rows {
		l := SatisfactionLine{Month: r.Month.Local()[3:], Agency: n.long(r.Custodian), Total: count(v.lang, r.Total()), Content: count(v.lang, r.Content()),
			Percent: strconv.Itoa((100*r.Content()+r.Total()/2)/max(1, r.Total())) + "%"}
		for i, c := range r.Counts {
			l.Counts = append(l.Counts, Figure{d.Scales[i], count(v.lang, c)})
		}
		d.Rows = append(d.Rows, l)
	}
	for _, o := range got.Comments {
		d.Comments = append(d.Comments, CommentRow{v.t("scale." + strconv.Itoa(o.Scale)), o.Comment, moment(o.At), n.long(o.Custodian), o.Dossier.String()})
	}
	q := url.Values{"format": {"csv"}}
	for name, day := range map[string]archive.Date{"from": from, "to": to} {
		if !day.IsZero() {
			q.Set(name, day.String())
		}
	}
	d.Table = "/api/v1/satisfaction?" + q.Encode()
	return p.show(v, http.StatusOK, "clerk/satisfaction", d)
}
