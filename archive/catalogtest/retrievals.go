package catalogtest

import (
	"fmt"
	"time"

	"sohoa/archive"
)

const asked archive.DossierCode = "H15.50-261008-0001"

func (b bench) receipt(code archive.DossierCode) (r archive.Receipt) {
	b.Helper()
	b.view(func(tx archive.Tx) (err error) {
		r, err = tx.Retrievals().Receipt(b.Context(), code)
		return err
	})
	return r
}

func (b bench) granted(secret string) (g archive.Grant, err error) {
	b.Helper()
	err = b.c.View(b.Context(), func(tx archive.Tx) (err error) {
		g, err = tx.Retrievals().Granted(b.Context(), archive.DigestOf([]byte(secret)))
		return err
	})
	return g, err
}

func grant(secret string, receipt, minute int) archive.Grant {
	return archive.Grant{Hash: archive.DigestOf([]byte(secret)), Dossier: asked, Receipt: receipt, Address: "203.0.113.7", CreatedAt: at(minute), ExpiresAt: at(minute + 15)}
}

var retrievalTests = []test{
	{"a new receipt takes the place of the old and ends its grants", func(b bench) {
		same(b.T, "where there is none", b.receipt(asked), archive.Receipt{Dossier: asked})
		one := archive.Receipt{Dossier: asked, Number: 1, MAC: archive.DigestOf([]byte("one")), IssuedAt: at(1), IssuedBy: archive.NewID()}
		two := archive.Receipt{Dossier: asked, Number: 2, MAC: archive.DigestOf([]byte("two")), IssuedAt: at(2), IssuedBy: archive.NewID()}
		b.update(func(tx archive.Tx) error {
			if err := tx.Retrievals().Put(b.Context(), one); err != nil {
				return err
			}
			return tx.Retrievals().Grant(b.Context(), grant("a", 1, 1), 20)
		})
		same(b.T, "receipt", b.receipt(asked), one)
		g, err := b.granted("a")
		same(b.T, "grant", g, grant("a", 1, 1))
		same(b.T, "error", err, nil)
		b.update(func(tx archive.Tx) error { return tx.Retrievals().Put(b.Context(), two) })
		same(b.T, "the second receipt", b.receipt(asked), two)
		_, err = b.granted("a")
		wantError(b.T, err, archive.NotFound, "")
		b.update(func(tx archive.Tx) error { return tx.Retrievals().Grant(b.Context(), grant("late", 1, 3), 20) })
		_, err = b.granted("late") // of a look-up that was overtaken by the new receipt
		wantError(b.T, err, archive.NotFound, "")
	}},
	{"the oldest grants go, and those that are over", func(b bench) {
		b.update(func(tx archive.Tx) error {
			if err := tx.Retrievals().Put(b.Context(), archive.Receipt{Dossier: asked, Number: 1, IssuedAt: at(0)}); err != nil {
				return err
			}
			for i := range 4 {
				if err := tx.Retrievals().Grant(b.Context(), grant(fmt.Sprint(i), 1, i), 3); err != nil {
					return err
				}
			}
			return nil
		})
		there := func(want string) {
			b.Helper()
			got := ""
			for i := range 4 {
				if _, err := b.granted(fmt.Sprint(i)); err == nil {
					got += fmt.Sprint(i)
				}
			}
			same(b.T, "grants", got, want)
		}
		there("123")
		b.update(func(tx archive.Tx) error { return tx.Retrievals().Expire(b.Context(), at(16)) })
		there("23")
		b.update(func(tx archive.Tx) error {
			return tx.Retrievals().End(b.Context(), archive.DigestOf([]byte("2")))
		})
		there("3")
	}},
	{"tries are remembered until their time", func(b bench) {
		due := func(places ...string) (out []time.Time) {
			b.view(func(tx archive.Tx) (err error) {
				out, err = tx.Tries().Due(b.Context(), places)
				return err
			})
			return out
		}
		put := func(now int, places []string, times ...time.Time) {
			b.update(func(tx archive.Tx) error { return tx.Tries().Put(b.Context(), places, times, at(now)) })
		}
		same(b.T, "nothing yet", due("a", "b"), []time.Time{{}, {}})
		put(0, []string{"a", "b"}, at(5), at(9))
		put(1, []string{"a"}, at(6))
		same(b.T, "in the order asked", due("b", "c", "a"), []time.Time{at(9), {}, at(6)})
		put(7, []string{"c"}, at(8))
		same(b.T, "forgotten", due("a", "b", "c"), []time.Time{{}, at(9), at(8)})
	}},
	{"misses are counted by hour and address, and only so many addresses", func(b bench) {
		for _, address := range []string{"one", "two", "one", "three", "four", "two"} {
			b.update(func(tx archive.Tx) error { return tx.Tries().Missed(b.Context(), at(0), address, 2) })
		}
		b.update(func(tx archive.Tx) error { return tx.Tries().Missed(b.Context(), at(60), "one", 2) })
		var ms []archive.Miss
		list := func(before, limit int) {
			b.view(func(tx archive.Tx) (err error) {
				ms, err = tx.Tries().Misses(b.Context(), at(before), limit)
				return err
			})
		}
		list(60, 10)
		same(b.T, "misses", ms, []archive.Miss{{Hour: at(0), Address: "", Count: 2}, {Hour: at(0), Address: "one", Count: 2}, {Hour: at(0), Address: "two", Count: 2}})
		list(60, 2)
		b.update(func(tx archive.Tx) error { return tx.Tries().Told(b.Context(), ms) })
		list(120, 10)
		same(b.T, "left", ms, []archive.Miss{{Hour: at(0), Address: "two", Count: 2}, {Hour: at(60), Address: "one", Count: 1}})
	}},
	{"one opinion of a dossier, counted for the month of the first", func(b bench) {
		say := func(code archive.DossierCode, of archive.AgencyCode, scale int, comment string, when time.Time) archive.Opinion {
			o := archive.Opinion{Dossier: code, Custodian: of, Scale: scale, Comment: comment, Grant: archive.DigestOf([]byte(comment)), At: when}
			b.update(func(tx archive.Tx) error { return tx.Opinions().Put(b.Context(), o) })
			return o
		}
		october := time.Date(2026, 10, 31, 16, 59, 0, 0, time.UTC) // 23:59 in Vietnam
		say(asked, "H15.50", 1, "chờ lâu", october)
		changed := say(asked, "H15.50", 5, "đã xong", october.Add(time.Minute))
		quiet := say("H15.50-261008-0002", "H15.50", 4, "", october)
		other := say("H15.60-261008-0003", "H15.60", 2, "<b>", october.Add(2*time.Minute))
		b.view(func(tx archive.Tx) error {
			got, err := tx.Opinions().Get(b.Context(), asked)
			same(b.T, "changed", got, changed)
			return err
		})
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			_, err := tx.Opinions().Get(b.Context(), "H15.60-261008-0009")
			return err
		})
		o, n := archive.Date{Year: 2026, Month: 10, Day: 1}, archive.Date{Year: 2026, Month: 11, Day: 1}
		rows := func(see archive.Visibility, from, to archive.Date) (rs []archive.SatisfactionRow, os []archive.Opinion) {
			b.view(func(tx archive.Tx) (err error) {
				if rs, err = tx.Opinions().Months(b.Context(), see, from, to); err == nil {
					os, err = tx.Opinions().Comments(b.Context(), see, from, to, 10)
				}
				return err
			})
			return rs, os
		}
		mine := archive.SatisfactionRow{Custodian: "H15.50", Month: o, Counts: [archive.ScaleMost]int{3: 1, 4: 1}}
		theirs := archive.SatisfactionRow{Custodian: "H15.60", Month: n, Counts: [archive.ScaleMost]int{1: 1}}
		rs, os := rows(archive.Visibility{Everything: true}, archive.Date{}, archive.Date{})
		same(b.T, "all", rs, []archive.SatisfactionRow{theirs, mine})
		same(b.T, "comments", os, []archive.Opinion{other, changed})
		rs, os = rows(archive.Visibility{Custodians: []archive.AgencyCode{"H15.50"}, States: []archive.State{archive.Review}}, archive.Date{}, archive.Date{})
		same(b.T, "in scope", rs, []archive.SatisfactionRow{mine})
		same(b.T, "comments in scope", os, []archive.Opinion{changed})
		rs, _ = rows(archive.Visibility{Everything: true}, n, n)
		same(b.T, "of a month", rs, []archive.SatisfactionRow{theirs})
		rs, os = rows(archive.Visibility{}, archive.Date{}, archive.Date{})
		same(b.T, "for the blind", len(rs)+len(os), 0)
		same(b.T, "content", mine.Content(), 2)
		same(b.T, "of", theirs.Content(), 0)
		_ = quiet
	}},
	{"what citizens did with a dossier, the newest first", func(b bench) {
		of := func(code archive.DossierCode, role archive.Role, action archive.Action) archive.Event {
			e := archive.NewEvent(archive.Actor{Role: role, Address: "203.0.113.7"}, action, at(1))
			e.Dossier = code
			b.update(func(tx archive.Tx) error { return tx.Events().Append(b.Context(), e) })
			return e
		}
		one := of(asked, archive.RoleCitizen, archive.EvRetrieval)
		of(asked, archive.RoleClerk, archive.EvDossier)
		of("H15.50-261008-0002", archive.RoleCitizen, archive.EvRetrieval)
		two := of(asked, archive.RoleCitizen, archive.EvDownload)
		var ids []archive.ID
		b.view(func(tx archive.Tx) error {
			es, err := tx.Events().OfCitizens(b.Context(), asked, 10)
			for _, e := range es {
				ids = append(ids, e.ID)
			}
			return err
		})
		same(b.T, "events", ids, []archive.ID{two.ID, one.ID})
	}},
}
