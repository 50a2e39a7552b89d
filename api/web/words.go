package web

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"sohoa/archive"
)

// How the nouns of the archive look on a page.

// moment is a time as people here read it.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(archive.Zone).Format("02/01/2006 15:04")
}

// second is a moment for the trail.
func second(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(archive.Zone).Format("02/01/2006 15:04:05")
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(archive.Zone).Format("02/01/2006")
}

// size is a number of bytes as people read it, with a comma in Vietnamese.
func size(lang string, n int64) string {
	units := []string{"B", "KB", "MB", "GB", "TB", "PB"}
	x, i := float64(n), 0
	for x >= 1000 && i < len(units)-1 {
		x, i = x/1000, i+1
	}
	s := fmt.Sprintf("%.1f", x)
	if i == 0 || x >= 100 {
		s = fmt.Sprintf("%.0f", x)
	}
	if lang != "en" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s + "\u00a0" + units[i]
}

// count groups the digits of a number: 1.234.567 in Vietnamese, 1,234,567 in English.
func count[N int | int64](lang string, n N) string {
	s := fmt.Sprint(int64(n))
	sep := "."
	if lang == "en" {
		sep = ","
	}
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return s
}

// percent of a fraction from 0 to 1.
func percent(f float64) string { return fmt.Sprintf("%.0f%%", f*100) }

// Chip is a short word on a coloured ground; the word alone carries the meaning.
type Chip struct{ Tone, Text string }

var tones = map[archive.State]string{archive.Review: "todo", archive.Checking: "wait", archive.Accepted: "good", archive.Published: "good", archive.Superseded: "quiet",
	archive.Withdrawn: "bad", archive.Returned: "warn", archive.Quarantined: "bad", archive.Discarded: "quiet", archive.Disposed: "quiet"}

func (v *visit) state(s archive.State) Chip { return Chip{tones[s], v.t("state." + string(s))} }

var readingTones = map[archive.ReadingState]string{archive.ReadingWaiting: "quiet", archive.ReadingRunning: "wait", archive.ReadingDone: "quiet",
	archive.ReadingPartial: "warn", archive.ReadingFailed: "bad", archive.ReadingOff: "quiet"}

func (v *visit) reading(r *archive.Reading) Chip {
	text := v.t("reading." + string(r.State))
	if r.State == archive.ReadingRunning || r.State == archive.ReadingWaiting && r.PagesDone > 0 {
		text = v.t("reading.progress", r.PagesDone, r.PagesTotal)
	}
	return Chip{readingTones[r.State], text}
}

func underWay(s archive.ReadingState) bool {
	return s == archive.ReadingWaiting || s == archive.ReadingRunning
}

// title names a paper: type, number and notation, else its subject, else the name of its file.
func title(d *archive.Document) string {
	f := &d.Fields
	number := strings.Trim(f.Number+"/"+f.Notation, "/")
	if f.Type != "" || number != "" {
		return strings.TrimSpace(archive.TypeName(f.Type) + " " + number)
	}
	if f.Subject != "" {
		return f.Subject
	}
	return d.Head().FileName
}

// subtitle is the second line under a title.
func subtitle(d *archive.Document) string {
	if f := &d.Fields; (f.Type != "" || f.Number != "" || f.Notation != "") && f.Subject != "" {
		return f.Subject
	}
	if title(d) == d.Head().FileName {
		return ""
	}
	return d.Head().FileName
}

// readAs names a paper by what reading proposes, "" when it proposes nothing that names it.
func readAs(d *archive.Document) string {
	var p archive.Document
	for _, x := range d.Reading.Proposals {
		switch x.Field {
		case "type":
			p.Fields.Type = x.Value
		case "number":
			p.Fields.Number = x.Value
		case "notation":
			p.Fields.Notation = x.Value
		case "subject":
			p.Fields.Subject = x.Value
		}
	}
	name := title(&p)
	if s := subtitle(&p); s != "" {
		name += " – " + s
	}
	return name
}

// Finding is one thing to say about a paper, and about which of its pages.
type Finding struct {
	Tone   string
	Level  string
	Text   string
	Pages  []int  // none for the whole paper
	More   int    // pages beyond those named
	Papers []Link // others it is about
	Where  string // pages and objects in words, for lists without links; "" for the whole paper
	In     string // the objects alone, for lists whose pages are links

	objects []int
}

// pagesNamed is how many pages one finding names: a thick file can have the same fault on each.
const pagesNamed = 6

// findings says each thing once, the worst first: inspection and reading may both have seen it, on many pages.
func (v *visit) findings(fs []archive.Finding) []Finding {
	tone := map[archive.Severity]string{archive.Info: "quiet", archive.Warning: "warn", archive.Fatal: "bad"}
	rank := []archive.Severity{archive.Fatal, archive.Warning, archive.Info}
	fs = slices.Clone(fs)
	slices.SortStableFunc(fs, func(a, b archive.Finding) int {
		return slices.Index(rank, a.Severity) - slices.Index(rank, b.Severity)
	})
	out := make([]Finding, 0, len(fs))
	for _, f := range fs {
		text := v.say(f.Msg)
		i := slices.IndexFunc(out, func(o Finding) bool { return o.Text == text })
		if i < 0 {
			i, out = len(out), append(out, Finding{Tone: tone[f.Severity], Level: v.t("severity." + string(f.Severity)), Text: text})
		}
		for j := range f.Papers {
			d := &f.Papers[j]
			out[i].Papers = append(out[i].Papers, Link{Href: "/documents/" + d.ID.String(), Text: title(d)})
		}
		if o := &out[i]; f.Object > 0 && len(o.objects) <= pagesNamed && !slices.Contains(o.objects, f.Object) {
			o.objects = append(o.objects, f.Object)
		}
		switch o := &out[i]; {
		case f.Page == 0 || slices.Contains(o.Pages, f.Page):
		case len(o.Pages) < pagesNamed:
			o.Pages = append(o.Pages, f.Page)
		default:
			o.More++
		}
	}
	for i := range out {
		out[i].Where, out[i].In = v.where(&out[i])
	}
	return out
}

// where says on which pages and in which objects of the PDF a finding was made; in says the objects alone.
func (v *visit) where(f *Finding) (where, in string) {
	list := func(key string, numbers []int, more bool) string {
		if len(numbers) == 0 {
			return ""
		}
		words := make([]string, 0, len(numbers))
		for _, n := range numbers[:min(len(numbers), pagesNamed)] {
			words = append(words, strconv.Itoa(n))
		}
		if more {
			words = append(words, "…")
		}
		return v.t(key, strings.Join(words, ", "))
	}
	in = list("findings.objects", f.objects, len(f.objects) > pagesNamed)
	both := []string{list("findings.pages", f.Pages, f.More > 0), in}
	return strings.Join(slices.DeleteFunc(both, func(s string) bool { return s == "" }), "; "), in
}

// names tells the names of agencies.
type names []archive.Agency

func (p *Pages) agencyNames(v *visit) (names, error) {
	all, err := p.Archive.Agencies(v.ctx)
	return names(all), err
}

func (n names) of(c archive.AgencyCode) string {
	i, ok := slices.BinarySearchFunc(n, c, func(g archive.Agency, c archive.AgencyCode) int { return strings.Compare(string(g.Code), string(c)) })
	if !ok {
		return ""
	}
	return n[i].Name
}

// code is the code of the agency that bears exactly this name, "" when none does.
func (n names) code(name string) archive.AgencyCode {
	for _, g := range n {
		if name != "" && g.Name == name {
			return g.Code
		}
	}
	return ""
}

// long is the name with its code behind it, or the code alone.
func (n names) long(c archive.AgencyCode) string {
	if name := n.of(c); name != "" {
		return name + " (" + c.String() + ")"
	}
	return c.String()
}

// Option is one choice of a list.
type Option struct {
	Value, Text string
	Selected    bool
}

func (v *visit) options(family string, values []string, selected string) []Option {
	out := make([]Option, 0, len(values))
	for _, x := range values {
		out = append(out, Option{x, v.t(family + "." + x), x == selected})
	}
	return out
}

// with returns the present address with some of its parameters changed; "" takes one away. Cursors do not survive a change.
func (v *visit) with(pairs ...string) string {
	q := url.Values{}
	for k, vs := range v.gin.Request.URL.Query() {
		if k != "after" && k != "done" {
			q[k] = vs
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Del(pairs[i])
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return v.gin.Request.URL.Path
	}
	return v.gin.Request.URL.Path + "?" + q.Encode()
}

func textOfError(err error) archive.Text {
	var e *archive.Error
	if errors.As(err, &e) {
		return e.Msg
	}
	return archive.KindText(archive.KindOf(err))
}
