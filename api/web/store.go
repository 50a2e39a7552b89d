package web

import "strings"

// stores says of each bucket whether it can be reached and what its server was found to do.
func (d *housePage) stores(v *visit, all []Store) {
	for _, s := range all {
		key := "house.store"
		if s.Second {
			key = "health.second"
		}
		d.Facts = append(d.Facts, Figure{v.t(key), s.Place})
		if !s.Bucket {
			continue
		}
		name := v.t("bucket.first")
		if s.Second {
			name = v.t("bucket.second")
		}
		has := []string{v.t("bucket.keeps_not")}
		if s.Versions {
			has[0] = v.t("bucket.keeps")
		}
		if s.Lock {
			has = append(has, v.t("bucket.locks"))
		}
		if s.Encryption != "" {
			has = append(has, v.t("bucket.encrypts", s.Encryption))
		}
		var concerns []string
		for _, c := range s.Concerns {
			concerns = append(concerns, v.say(c))
		}
		switch {
		case s.Away:
			advice := ""
			if !s.Second { // of the second its own card says what follows
				advice = v.t("bucket.away_advice")
			}
			d.Health = append(d.Health, Check{"bad", name, v.t("bucket.away"), advice})
		case len(concerns) > 0:
			d.Health = append(d.Health, Check{"warn", name, strings.Join(concerns, " "), strings.Join(has, " ")})
		default:
			d.Health = append(d.Health, Check{"good", name, v.t("bucket.sound"), strings.Join(has, " ")})
		}
	}
}
