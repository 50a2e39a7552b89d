package web

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"sohoa/archive"
)

// The citizen's door: two codes off a receipt, no account, no script needed. Every address is without the codes; the grant travels in
// a cookie that ends with it.

type lookUpPage struct {
	Frame
	Dossier string // as it was typed
	Code    string // only when it is no code at all: one that may be right is not shown again
	Faults  Faults
	Over    bool
}

func (p *Pages) lookUpForm(v *visit) error {
	return p.showLookUp(v, http.StatusOK, &lookUpPage{Over: v.query("over") != ""})
}

func (p *Pages) showLookUp(v *visit, status int, d *lookUpPage) error {
	d.Title, d.Narrow, d.Module, d.Back = v.t("lookup.title"), true, "lookup.js", "/t"
	return p.show(v, status, "citizen/lookup", d)
}

// lookUp answers what is wrong and what is absent by the same page.
func (p *Pages) lookUp(v *visit) error {
	d := &lookUpPage{Dossier: v.form("dossier")}
	dossier, err := archive.ParseTypedDossierCode(d.Dossier)
	if err != nil {
		d.Faults.add("dossier", v.say(textOfError(err)))
	}
	code, err := archive.ParseRetrievalCode(v.form("code"))
	if err != nil {
		d.Faults.add("code", v.say(textOfError(err)))
		d.Code = v.form("code")
	}
	if d.Faults != nil {
		return p.showLookUp(v, http.StatusBadRequest, d)
	}
	secret, g, right, err := p.Archive.LookUp(v.ctx, p.Door.Asker(v.gin.Request), dossier, code)
	var e *archive.Error
	switch {
	case errors.As(err, &e) && e.RetryAfter > 0 && p.Problem(v.ctx, err).Status == http.StatusTooManyRequests:
		v.gin.Header("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
		d.Alert = v.t("lookup.wait", v.wait(e.RetryAfter))
		return p.showLookUp(v, http.StatusTooManyRequests, d)
	case err != nil:
		return err
	case !right:
		d.Alert = v.say(archive.ErrLookUp.Msg)
		return p.showLookUp(v, http.StatusNotFound, d)
	}
	p.Door.SetGrant(v.gin.Writer, secret, g.ExpiresAt.Sub(g.CreatedAt))
	return v.redirect("/t/results")
}

// wait puts a time to wait into words: seconds below two minutes, minutes above.
func (v *visit) wait(d time.Duration) string {
	if d < 2*time.Minute {
		return v.t("wait.seconds", int(math.Ceil(d.Seconds())))
	}
	return v.t("wait.minutes", int(math.Ceil(d.Minutes())))
}

type resultsPage struct {
	Frame
	Code      string
	About     string
	Agency    string
	Received  string
	Due       string
	State     Chip
	Says      string
	Results   []ResultCard
	Until     string
	MayAnswer bool
	Answered  bool
	Scales    []Option
	Comment   string
	Fault     string
}

// ResultCard is one result as its owner sees it.
type ResultCard struct {
	ID, Name, Subject  string
	Number, On, Agency string
	Signer             string
	Chip               Chip
	Valid              bool
	Published, Changed string
	Reason             string
	File, Pages        string // addresses
	Size, Type         string
	Digest             string
	InPlace            []Link
	Alone              bool // nothing stands in its place
}

// granted opens what the request's grant opens; without one it leads back to the form.
func (p *Pages) granted(v *visit) (archive.Retrieved, error) {
	r, err := p.Archive.Retrieved(v.ctx, p.Door.Grant(v.gin.Request))
	if errors.Is(err, archive.ErrGrantOver) {
		p.Door.SetGrant(v.gin.Writer, "", 0)
	}
	return r, err
}

func (p *Pages) over(v *visit, err error) error {
	if errors.Is(err, archive.ErrGrantOver) {
		return v.redirect("/t?over=1")
	}
	return err
}

func (p *Pages) results(v *visit) error {
	r, err := p.granted(v)
	if err != nil {
		return p.over(v, err)
	}
	return p.showResults(v, http.StatusOK, r, &resultsPage{})
}

func (p *Pages) showResults(v *visit, status int, r archive.Retrieved, d *resultsPage) error {
	x := &r.Dossier
	d.Title, d.Narrow, d.Back = v.t("results.title"), true, "/t/results"
	d.Code, d.About, d.Agency, d.Received, d.Due = x.Code.String(), x.Title, r.Agency, x.ReceivedOn.Local(), x.DueOn.Local()
	if d.About == "" {
		d.About = r.Procedure
	}
	d.Until = r.Grant.ExpiresAt.In(archive.Zone).Format("15:04")
	for i := range r.Results {
		d.Results = append(d.Results, v.resultCard(&r.Results[i], r.Results))
	}
	d.State, d.Says = p.stands(v, &r)
	d.MayAnswer, d.Answered = r.MayAnswer, r.Answer != nil
	for n := archive.ScaleMost; n > 0; n-- {
		d.Scales = append(d.Scales, Option{strconv.Itoa(n), v.t("scale." + strconv.Itoa(n)), r.Answer != nil && r.Answer.Scale == n})
	}
	if r.Answer != nil && r.MayAnswer && d.Comment == "" {
		d.Comment = r.Answer.Comment
	}
	return p.show(v, status, "citizen/results", d)
}

// stands says in plain words where a dossier stands.
func (p *Pages) stands(v *visit, r *archive.Retrieved) (Chip, string) {
	x := &r.Dossier
	today := archive.DateOf(p.Archive.Clock.Now().In(archive.Zone))
	valid, gone := 0, 0
	for i := range r.Results {
		if r.Results[i].State == archive.ResultValid {
			valid++
		} else {
			gone++
		}
	}
	say := func(tone, key string) (Chip, string) { return Chip{tone, v.t("stands." + key)}, v.t("says." + key) }
	switch {
	case valid > 0:
		return say("good", "ready")
	case gone > 0:
		return say("bad", "gone")
	case !x.ClosedOn.IsZero():
		return say("quiet", "closed")
	case !x.DueOn.IsZero() && x.DueOn.Before(today):
		return say("warn", "late")
	}
	return say("wait", "open")
}

func (v *visit) resultCard(x *archive.RetrievedResult, all []archive.RetrievedResult) ResultCard {
	f := &x.Fields
	c := ResultCard{ID: x.ID.String(), Name: archive.TypeName(f.Type), Subject: f.Subject, Number: f.Number, On: f.IssuedOn.Local(), Agency: f.IssuingAgency.Name, Signer: f.Signer.Name,
		Published: moment(x.PublishedAt), Changed: moment(x.ChangedAt), Reason: x.Reason}
	if f.Notation != "" {
		c.Number += "/" + f.Notation
	}
	if c.Name == "" {
		c.Name = v.t("results.paper")
	}
	switch x.State {
	case archive.ResultValid:
		c.Chip, c.Valid = Chip{"good", v.t("result.valid")}, true
		c.File, c.Pages = "/api/v1/public/results/"+c.ID+"/file", "/t/results/"+c.ID
		c.Size, c.Digest = size(v.lang, x.Version.Size), x.Version.Digest.Hex()
	case archive.ResultSuperseded:
		c.Chip = Chip{"bad", v.t("result.superseded")}
	case archive.ResultWithdrawn:
		c.Chip = Chip{"bad", v.t("result.withdrawn")}
	}
	for _, id := range x.InPlace {
		for i := range all {
			if all[i].ID == id {
				other := v.resultCard(&all[i], nil)
				c.InPlace = append(c.InPlace, Link{Href: "#r-" + other.ID, Text: other.Name + " " + other.Number})
			}
		}
	}
	c.Alone = !c.Valid && len(c.InPlace) == 0
	return c
}

type resultPagesPage struct {
	Frame
	Heading string
	File    string
	Shown   []resultPage
	Prev    string
	Next    string
	Says    string
}

type resultPage struct{ Src, Large, Alt string }

// pagesAtOnce keeps the page light on a phone.
const pagesAtOnce = 10

func (p *Pages) resultPages(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	r, err := p.granted(v)
	if err != nil {
		return p.over(v, err)
	}
	for i := range r.Results {
		if x := &r.Results[i]; x.ID == id && x.State == archive.ResultValid {
			return p.showResultPages(v, x)
		}
	}
	return archive.ErrNotFound
}

func (p *Pages) showResultPages(v *visit, x *archive.RetrievedResult) error {
	c := v.resultCard(x, nil)
	d := &resultPagesPage{Heading: c.Name, File: c.File}
	d.Title, d.Narrow = c.Name, true
	n := len(x.Version.Pages)
	from, err := strconv.Atoi(v.query("from"))
	if err != nil || from < 1 || from > n {
		from = 1
	}
	to := min(n, from+pagesAtOnce-1)
	for i := from; i <= to; i++ {
		src := "/api/v1/public/results/" + c.ID + "/pages/" + strconv.Itoa(i) + "/image?width="
		d.Shown = append(d.Shown, resultPage{src + "1000", src + "1800", v.t("results.page", i, n)})
	}
	if from > 1 {
		d.Prev = c.Pages + "?from=" + strconv.Itoa(max(1, from-pagesAtOnce))
	}
	if to < n {
		d.Next = c.Pages + "?from=" + strconv.Itoa(to+1)
	}
	d.Says = v.t("results.pages_of", from, to, n)
	return p.show(v, http.StatusOK, "citizen/pages", d)
}

func (p *Pages) answer(v *visit) error {
	r := v.gin.Request
	scale, _ := strconv.Atoi(v.form("scale")) // 0: none chosen
	err := p.Archive.Answer(v.ctx, p.Door.Asker(r), p.Door.Grant(r), scale, v.form("comment"))
	switch archive.KindOf(err) {
	case archive.Invalid, archive.Conflict:
		got, gerr := p.granted(v)
		if gerr != nil {
			return p.over(v, gerr)
		}
		return p.showResults(v, p.Problem(v.ctx, err).Status, got, &resultsPage{Fault: v.say(textOfError(err)), Comment: v.form("comment")})
	}
	if err != nil {
		return p.over(v, err)
	}
	return v.redirect("/t/results?done=answered#rate")
}

func (p *Pages) endLookUp(v *visit) error {
	if err := p.Archive.EndRetrieval(v.ctx, p.Door.Grant(v.gin.Request)); err != nil {
		return err
	}
	p.Door.SetGrant(v.gin.Writer, "", 0)
	v.gin.Header("Clear-Site-Data", `"cache"`) // a public computer
	return v.redirect("/t?done=ended")
}
