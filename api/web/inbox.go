package web

// inbox says how the folder of the network scanners stands. What has to be seen to comes first.
func (d *housePage) inbox(v *visit, in *Inbox) {
	if in == nil {
		return
	}
	tone, text, advice := "good", v.t("health.inbox_waiting", count(v.lang, in.Waiting)), ""
	if !in.Last.IsZero() {
		text += " " + v.t("health.inbox_last", moment(in.Last))
	}
	switch {
	case in.Trouble != "":
		tone, text, advice = "bad", v.t("health.inbox_away"), in.Trouble
	case in.Held > 0:
		tone, advice = "warn", v.t("health.inbox_held", count(v.lang, in.Held))
	case in.Overfull:
		tone, advice = "warn", v.t("health.inbox_full")
	}
	if in.Refused > 0 && tone != "bad" {
		tone = "warn"
		text += " " + v.t("health.inbox_refused", count(v.lang, in.Refused))
		if advice == "" {
			advice = v.t("health.inbox_refused_advice")
		}
	}
	d.Health = append(d.Health, Check{tone, v.t("health.inbox"), text, advice})
}
