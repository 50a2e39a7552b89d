package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"sohoa/archive"
)

// Frame is what every page has in common. A page struct embeds it; show fills what a handler leaves empty.
type Frame struct {
	Lang    string
	Title   string
	Section string // which entry of the navigation is the present one
	Nav     []Link
	Signed  bool
	Narrow  bool // one thing in the middle of the page: sign-in, set-up, errors
	Whole   bool // the page fills the window and its parts scroll by themselves
	Name    string
	Role    string
	Initial string
	Back    string // where a change of language leads back to
	Query   string // what stands in the search box
	Done    string // what has just been done
	Undo    *Undo  // how to take it back; nil when it cannot be
	Now     string // when the page was made: prints carry it, with the name
	Alert   string // what went wrong with what was just asked
	Module  string // the script of the page, "" for none
	Told    string // what others did to the account, until its owner has read it
	Banners []Note // what this person should know whatever he is doing

	assets *assets
}

// Link is an entry of a navigation.
type Link struct {
	Href, Text string
	Current    bool
	Count      string // "" shows none
}

func (f *Frame) frame() *Frame { return f }

// T returns a text of the catalogue in the language of the page. Keys of templates are checked when they are parsed.
func (f *Frame) T(key string, args ...any) string { return textOf(f.Lang, key, args...) }

// Asset returns the address of a file of the static folder.
func (f *Frame) Asset(name string) (string, error) { return f.assets.url(name) }

// Asks reports whether the bar holds the search box: not on the page that has one of its own.
func (f *Frame) Asks() bool { return f.Section != "search" }

// Vi reports whether the page is in Vietnamese.
func (f *Frame) Vi() bool { return f.Lang != "en" }

func (p *Pages) furnish(v *visit, f *Frame) {
	f.Lang, f.assets, f.Now = v.lang, p.assets, moment(p.Archive.Clock.Now())
	switch {
	case f.Back != "": // the page knows better
	case v.gin.Request.Method == http.MethodGet:
		f.Back = v.gin.Request.URL.RequestURI()
	default:
		f.Back = "/" // an address that was posted to may answer nothing to a GET
	}
	if f.Done == "" && v.gin.Request.Method == http.MethodGet {
		if key := "done." + v.query("done"); known(key) {
			f.Done = v.t(key)
		}
	}
	f.Signed = v.known && !v.account.MustChange && !v.lacks
	if !v.known {
		return
	}
	f.Name, f.Role = v.account.Name, v.t("role."+string(v.actor.Role))
	for _, word := range strings.Fields(f.Name) { // the last word is the name a Vietnamese is called by
		f.Initial = string([]rune(word)[:1])
	}
	if !f.Signed {
		return
	}
	if v.account.Notice != "" {
		f.Told = v.t("notice." + v.account.Notice)
	}
	may := v.actor.Role.May
	add := func(on bool, section, href string) {
		if on {
			f.Nav = append(f.Nav, Link{Href: href, Text: v.t("nav." + section), Current: f.Section == section})
		}
	}
	add(may(archive.ActRead), "work", "/")
	add(may(archive.ActRead), "search", "/search")
	add(may(archive.ActRead), "dossiers", "/dossiers")
	add(may(archive.ActQuarantine), "quarantine", "/quarantine")
	add(may(archive.ActTrail), "trail", "/trail")
	add(may(archive.ActStatus), "admin", "/admin")
	if may(archive.ActStatus) {
		f.Banners = p.banners(v)
	}
	if may(archive.ActQuarantine) {
		p.countAside(v, f)
	}
}

// Faults are the wrong fields of a form, in words.
type Faults []Fault

// Fault is one wrong field.
type Fault struct{ Field, Text string }

// Of returns what is wrong with a field, "" when nothing is.
func (f Faults) Of(field string) string {
	for _, x := range f {
		if x.Field == field {
			return x.Text
		}
	}
	return ""
}

func (f *Faults) add(field, text string) { *f = append(*f, Fault{field, text}) }

// faults splits an error a person can mend into wrong fields and a sentence, with the status of the answer. ok is false for
// every other error.
func (p *Pages) faults(v *visit, err error) (fs Faults, sentence string, status int, ok bool) {
	var e *archive.Error
	if !errors.As(err, &e) {
		return nil, "", 0, false
	}
	if errors.Is(err, archive.ErrProofRequired) {
		return nil, "", 0, false
	}
	switch e.Kind {
	case archive.Internal, archive.NotFound, archive.Corrupt:
		return nil, "", 0, false
	}
	for _, f := range e.Fields {
		fs.add(f.Field, v.say(f.Msg))
	}
	sentence = v.say(e.Msg)
	if len(fs) == 1 && fs[0].Text == sentence {
		sentence = "" // said beside the field
	}
	return fs, sentence, p.Problem(v.ctx, err).Status, true
}

// errorPage tells what happened, what was kept and what to do.
type errorPage struct {
	Frame
	Status  int
	Heading string
	Detail  string
	Advice  string
	Request string
}

// fail answers with an error, or asks who it is where that is all that is missing.
func (p *Pages) fail(v *visit, err error) {
	if errors.Is(err, archive.ErrProofRequired) {
		v.redirect("/prove?next=" + url.QueryEscape(v.page()))
		return
	}
	pr := p.Problem(v.ctx, err)
	e := &errorPage{Status: pr.Status, Heading: pr.Title, Detail: pr.Detail}
	e.Title, e.Narrow = pr.Title, true
	switch {
	case pr.Status == http.StatusNotFound:
		e.Advice = v.t("error.not_found")
	case pr.Status == http.StatusForbidden:
		e.Advice = v.t("error.forbidden")
	case pr.Status == http.StatusServiceUnavailable:
		e.Advice = v.t("error.unavailable")
	}
	if pr.Status >= 500 {
		e.Request = pr.Request
	}
	if serr := p.show(v, pr.Status, "common/error", e); serr != nil {
		p.Log.Error("show the error page", "err", serr, "cause", err, "request", pr.Request)
		http.Error(v.gin.Writer, pr.Detail, pr.Status)
	}
}
