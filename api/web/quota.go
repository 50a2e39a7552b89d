package web

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"sohoa/archive"
)

// Note is a sentence above a form: good to know, or in the way.
type Note struct{ Tone, Text string }

// room says what stands in the way of depositing, or soon will: full or nearly full quotas, a disk at its reserve.
func (p *Pages) room(v *visit, agency archive.AgencyCode) ([]Note, error) {
	if p.Archive.StorageFull() {
		return []Note{{"bad", v.t("quota_disk")}}, nil
	}
	all, err := p.Archive.Allowances(v.ctx, v.actor, agency)
	if k := archive.KindOf(err); err != nil && k != archive.NotFound && k != archive.Forbidden { // an agency not chosen yet binds nothing
		return nil, err
	}
	var notes []Note
	for _, q := range all {
		if !q.Warn() {
			continue
		}
		number := func(n int64) string {
			if q.Bytes {
				return size(v.lang, n)
			}
			return count(v.lang, n)
		}
		n := Note{"warn", v.t("quota."+q.Name, number(q.Used), number(q.Limit))}
		switch {
		case q.Full() && q.Daily:
			n = Note{"bad", n.Text + " " + v.t("quota_tomorrow")}
		case q.Full():
			n = Note{"bad", n.Text + " " + v.t("quota_raise")}
		}
		notes = append(notes, n)
	}
	return notes, nil
}

// banners are what an administrator is told on every page: disks that fill up.
func (p *Pages) banners(v *visit) []Note {
	var out []Note
	for _, d := range p.Archive.Disks() {
		switch {
		case d.Full:
			out = append(out, Note{"bad", v.t("disk.full", v.uses(d), size(v.lang, d.Free), size(v.lang, d.Total))})
		case d.Warn:
			out = append(out, Note{"warn", v.t("disk.warn", v.uses(d), size(v.lang, d.Free), size(v.lang, d.Total))})
		}
	}
	return out
}

// uses names what lies on a disk; what the house makes by itself is one thing.
func (v *visit) uses(d archive.Disk) string {
	var out []string
	for _, u := range d.Uses {
		word := v.t("disk_use.working")
		switch u {
		case "store":
			word = v.t("disk_use.store")
		case "second store":
			word = v.t("disk_use.second")
		case "catalog":
			word = v.t("disk_use.catalog")
		}
		if !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return strings.Join(out, ", ")
}

// UseRow is what one agency keeps and took in today.
type UseRow struct {
	Code, Name, Kept, Today string
	Tone                    string // of what it keeps, beside its quota
}

func (p *Pages) useRow(v *visit, u archive.AgencyUse) UseRow {
	q := p.Archive.AgencyQuota(u.Custodian)
	r := UseRow{Code: u.Custodian.String(), Kept: size(v.lang, u.Kept.Bytes), Today: v.t("agencies.files", count(v.lang, u.Today.Papers))}
	if u.Kept == (archive.Count{}) {
		r.Kept = ""
	}
	if u.Today == (archive.Count{}) {
		r.Today = ""
	}
	if q.AgencyTotal > 0 {
		r.Kept = v.t("agencies.of", size(v.lang, u.Kept.Bytes), size(v.lang, q.AgencyTotal))
	}
	if q.AgencyPapers > 0 {
		r.Today = v.t("agencies.files", v.t("agencies.of", count(v.lang, u.Today.Papers), count(v.lang, q.AgencyPapers)))
	}
	for _, l := range []struct{ used, limit int64 }{{u.Kept.Bytes, q.AgencyTotal}, {u.Today.Papers, q.AgencyPapers}, {u.Today.Bytes, q.AgencyBytes}} {
		a := archive.Allowance{Limit: l.limit, Used: l.used}
		switch {
		case l.limit <= 0:
		case a.Full():
			r.Tone = "bad"
		case a.Warn() && r.Tone == "":
			r.Tone = "warn"
		}
	}
	return r
}

// quotaForm holds the grants of an agency as a person writes them; "" is the house's own.
type quotaForm struct {
	Bytes, Papers, Day             string
	BytesHint, PapersHint, DayHint string
	Fixed                          bool // not this administrator's to change
}

const gigabyte = 1e9

func quotaFormOf(v *visit, q archive.Quota) quotaForm {
	gb := func(n *int64) string {
		if n == nil {
			return ""
		}
		s := strconv.FormatFloat(float64(*n)/gigabyte, 'f', -1, 64)
		if v.lang != "en" {
			s = strings.Replace(s, ".", ",", 1)
		}
		return s
	}
	f := quotaForm{Bytes: gb(q.Bytes), Day: gb(q.BytesPerDay)}
	if q.PapersPerDay != nil {
		f.Papers = strconv.FormatInt(*q.PapersPerDay, 10)
	}
	return f
}

// hints says what an empty field means.
func (f *quotaForm) hints(v *visit, l archive.QuotaLimits) {
	say := func(n int64, text func(string, int64) string) string {
		if n <= 0 {
			return v.t("agencies.q_hint", v.t("agencies.q_none"))
		}
		return v.t("agencies.q_hint", text(v.lang, n))
	}
	f.BytesHint, f.PapersHint, f.DayHint = say(l.AgencyTotal, size), say(l.AgencyPapers, count[int64]), say(l.AgencyBytes, size)
}

// read returns what was written, and says beside the field what is no number.
func (f *quotaForm) read(v *visit, faults *Faults) (q archive.Quota) {
	number := func(field, s string, unit float64) *int64 {
		s = strings.Replace(strings.TrimSpace(s), ",", ".", 1)
		if s == "" {
			return nil
		}
		x, err := strconv.ParseFloat(s, 64)
		if err != nil || !(x >= 0) || x*unit > 1<<60 || unit == 1 && x != math.Trunc(x) {
			faults.add(field, v.t("agencies.q_bad"))
			return nil
		}
		n := int64(math.Round(x * unit))
		return &n
	}
	return archive.Quota{Bytes: number("quota.bytes", f.Bytes, gigabyte), PapersPerDay: number("quota.papers_per_day", f.Papers, 1), BytesPerDay: number("quota.bytes_per_day", f.Day, gigabyte)}
}
