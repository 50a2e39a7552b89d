package web

import (
	"net/http"
	"strings"
	"time"

	"sohoa/archive"
)

type housePage struct {
	Frame
	Tabs      []Link
	Health    []Check
	States    []Figure
	Jobs      []JobRow
	Facts     []Figure
	Agencies  []UseRow
	PublicURL string
}

// Check is one thing that is well or not.
type Check struct {
	Tone, Name, Text, Advice string
}

// Figure is a number or a fact with its name.
type Figure struct{ Name, Value string }

// JobRow is one kind of work and how much of it waits.
type JobRow struct {
	Kind                                string
	Due, Later, Running, Failed, Oldest string
	Bad                                 bool
}

// adminTabs are the rooms of the administrator.
func (v *visit) adminTabs(present string) []Link {
	var out []Link
	for _, name := range []string{"house", "accounts", "sign-in", "tokens", "agencies", "checks", "procedures", "learned"} {
		href := "/admin/" + name
		if name == "house" {
			href = "/admin"
		}
		out = append(out, Link{Href: href, Text: v.t("admin." + strings.ReplaceAll(name, "-", "_")), Current: name == present})
	}
	return out
}

func (p *Pages) house(v *visit) error {
	st, err := p.Archive.Status(v.ctx, v.actor)
	if err != nil {
		return err
	}
	d := &housePage{Tabs: v.adminTabs("house"), PublicURL: p.PublicURL}
	d.Title, d.Section = v.t("admin.house"), "admin"
	var h House
	if p.House != nil {
		h = p.House(v.ctx)
	}
	d.health(v, &st, h)
	d.inbox(v, h.Inbox)
	for _, s := range archive.States {
		if n := st.States[s]; n > 0 {
			d.States = append(d.States, Figure{v.t("state." + string(s)), count(v.lang, n)})
		}
	}
	for _, k := range sortedKinds(st.Jobs) {
		j := st.Jobs[k]
		r := JobRow{Kind: v.t("job." + string(k)), Due: count(v.lang, j.Due), Later: count(v.lang, j.Later), Running: count(v.lang, j.Running), Failed: count(v.lang, j.Failed), Bad: j.Failed > 0}
		if j.Due > 0 && !j.Oldest.IsZero() {
			r.Oldest = moment(j.Oldest)
		}
		d.Jobs = append(d.Jobs, r)
	}
	names, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	for _, u := range st.Agencies[:min(10, len(st.Agencies))] {
		r := p.useRow(v, u)
		r.Name = names.of(u.Custodian)
		d.Agencies = append(d.Agencies, r)
	}
	fact := func(key, value string) {
		if value != "" {
			d.Facts = append(d.Facts, Figure{v.t(key), value})
		}
	}
	fact("house.version", strings.TrimSpace(h.Version+" "+h.Commit))
	fact("house.address", p.PublicURL)
	if len(h.Stores) == 0 {
		fact("house.store", h.Store)
	}
	d.stores(v, h.Stores)
	fact("house.catalog", h.Catalog)
	if h.Inbox != nil {
		fact("house.inbox", h.Inbox.Folder)
	}
	fact("house.node", st.Node)
	fact("house.started", moment(st.Started))
	fact("house.events", count(v.lang, st.LastEvent+1))
	fact("house.intents", count(v.lang, st.Intents))
	return p.show(v, http.StatusOK, "admin/house", d)
}

// health says in words what is well and what is not, the worst first.
func (d *housePage) health(v *visit, st *archive.Status, h House) {
	add := func(tone, key, text, advice string) {
		d.Health = append(d.Health, Check{tone, v.t("health." + key), text, advice})
	}
	if msg := v.say(st.ReaderMsg); msg != "" {
		add("warn", "reading", msg, v.t("health.reading_advice"))
	} else {
		add("good", "reading", v.t("health.reading_ready"), "")
	}
	switch lag := st.LastEvent - st.IndexedTo; {
	case lag > 1000:
		add("warn", "index", v.t("health.index_behind", count(v.lang, lag)), "")
	default:
		add("good", "index", v.t("health.index_follows", count(v.lang, st.Indexed)), "")
	}
	switch s := st.Second; {
	case s.Mode == "":
		add("warn", "second", v.t("health.second_none"), v.t("health.second_advice"))
	case s.Away && s.Mode == "wait":
		add("bad", "second", v.say(s.Why), v.t("health.second_away_wait"))
	case s.Away:
		add("warn", "second", v.say(s.Why), v.t("health.second_away", count(v.lang, s.Lag)))
	case s.Lag > 0 && st.Now.Sub(s.Since) > slowSecond:
		add("warn", "second", v.t("health.second_behind", count(v.lang, s.Lag), moment(s.Since)), "")
	default:
		add("good", "second", v.t("health.second_follows"), "")
	}
	switch r := st.Scrub; {
	case r.Left > 0:
		add("bad", "scrub", v.t("health.scrub_left", count(v.lang, r.Left)), v.t("health.scrub_advice"))
	case r.Began.IsZero():
		add("good", "scrub", v.t("health.scrub_first"), "")
	case r.Ended.IsZero():
		add("good", "scrub", v.t("health.scrub_runs", moment(r.Began), count(v.lang, r.Objects)), "")
	default:
		add("good", "scrub", v.t("health.scrub_sound", moment(r.Ended), count(v.lang, r.Objects), count(v.lang, r.Repaired)), "")
	}
	switch st.Scanner {
	case archive.ScannerReady:
		add("good", "virus", v.t("health.virus_ready"), "")
	case archive.ScannerAway:
		add("bad", "virus", v.say(st.ScanMsg), v.t("health.virus_away"))
	default:
		add("warn", "virus", v.t("health.virus_off"), v.t("health.virus_advice"))
	}
	switch h.Sandbox {
	case "":
	case "full":
		add("good", "sandbox", v.t("health.sandbox_full"), "")
	default:
		add("warn", "sandbox", v.t("health.sandbox_part", h.Sandbox), v.t("health.sandbox_advice"))
	}
	for _, disk := range st.Disks { // what to do about one that fills up stands in the banner
		tone := "good"
		if disk.Warn {
			tone = "warn"
		}
		if disk.Full {
			tone = "bad"
		}
		add(tone, "disk", v.t("disk.room", size(v.lang, disk.Free), size(v.lang, disk.Total), v.uses(disk)), "")
	}
}

// slowSecond is how far behind the second store is worth a word: it follows within seconds.
const slowSecond = 5 * time.Minute

func sortedKinds(m map[archive.JobKind]archive.JobCounts) []archive.JobKind {
	names := map[string]bool{}
	for k := range m {
		names[string(k)] = true
	}
	out := make([]archive.JobKind, 0, len(m))
	for _, k := range sorted(names) {
		out = append(out, archive.JobKind(k))
	}
	return out
}
