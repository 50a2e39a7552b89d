package catalogtest

import (
	"errors"
	"sync"

	"sohoa/archive"
)

var (
	today     = archive.Date{Year: 2026, Month: 11, Day: 20}
	yesterday = archive.Date{Year: 2026, Month: 11, Day: 19}
)

func in(day archive.Date, actor archive.ID, custodian archive.AgencyCode, papers, bytes int64) archive.Charge {
	n := archive.Count{Papers: papers, Bytes: bytes}
	return archive.Charge{Day: day, Actor: actor, Custodian: custodian, In: n, Kept: n}
}

func (b bench) used(day archive.Date, actor archive.ID, custodian archive.AgencyCode) (u archive.Used) {
	b.Helper()
	b.view(func(tx archive.Tx) (err error) {
		u, err = tx.Usage().Of(b.Context(), day, actor, custodian)
		return err
	})
	return u
}

var usageTests = []test{
	{"accounts add up by actor, by custodian and over the days", func(b bench) {
		an, binh := archive.NewID(), archive.NewID()
		b.update(func(tx archive.Tx) error {
			u := tx.Usage()
			return errors.Join(u.Add(b.Context(), in(today, an, "H15.50", 1, 100)), u.Add(b.Context(), in(today, an, "H15.51", 1, 20)),
				u.Add(b.Context(), in(today, binh, "H15.50", 2, 3000)), u.Add(b.Context(), in(yesterday, an, "H15.50", 5, 50_000)),
				u.Add(b.Context(), in(today, archive.ID{}, "H15.50", 1, 7)))
		})
		n := func(papers, bytes int64) archive.Count { return archive.Count{Papers: papers, Bytes: bytes} }
		same(b.T, "of An", b.used(today, an, "H15.50"), archive.Used{Actor: n(2, 120), Agency: n(4, 3107), Kept: n(9, 53_107)})
		same(b.T, "of Bình elsewhere", b.used(today, binh, "H15.51"), archive.Used{Actor: n(2, 3000), Agency: n(1, 20), Kept: n(1, 20)})
		same(b.T, "of the program itself", b.used(today, archive.ID{}, "H15.50"), archive.Used{Agency: n(4, 3107), Kept: n(9, 53_107)})
		same(b.T, "of nobody yet", b.used(today, archive.NewID(), "H15.99"), archive.Used{})
		b.view(func(tx archive.Tx) error {
			got, err := tx.Usage().Agencies(b.Context(), today)
			same(b.T, "agencies", got, []archive.AgencyUse{{Custodian: "H15.50", Kept: n(9, 53_107), Today: n(4, 3107)}, {Custodian: "H15.51", Kept: n(1, 20), Today: n(1, 20)}})
			return err
		})
	}},
	{"what is given back leaves the day alone", func(b bench) {
		an := archive.NewID()
		b.update(func(tx archive.Tx) error {
			return errors.Join(tx.Usage().Add(b.Context(), in(today, an, "H15.50", 2, 300)),
				tx.Usage().Add(b.Context(), archive.Charge{Custodian: "H15.50", Kept: archive.Count{Papers: -1, Bytes: -100}}))
		})
		same(b.T, "used", b.used(today, an, "H15.50"), archive.Used{Actor: archive.Count{Papers: 2, Bytes: 300}, Agency: archive.Count{Papers: 2, Bytes: 300}, Kept: archive.Count{Papers: 1, Bytes: 200}})
	}},
	{"an Update sees what it booked, and an error leaves nothing booked", func(b bench) {
		an, stop := archive.NewID(), errors.New("stop")
		err := b.c.Update(b.Context(), func(tx archive.Tx) error {
			if err := tx.Usage().Add(b.Context(), in(today, an, "H15.50", 1, 5)); err != nil {
				return err
			}
			u, err := tx.Usage().Of(b.Context(), today, an, "H15.50")
			if err != nil {
				return err
			}
			same(b.T, "inside", u, archive.Used{Actor: archive.Count{Papers: 1, Bytes: 5}, Agency: archive.Count{Papers: 1, Bytes: 5}, Kept: archive.Count{Papers: 1, Bytes: 5}})
			return stop
		})
		if !errors.Is(err, stop) {
			b.Errorf("got %v", err)
		}
		same(b.T, "after", b.used(today, an, "H15.50"), archive.Used{})
	}},
	{"many at once are all counted", func(b bench) {
		an := archive.NewID()
		const people, each = 8, 10
		var wg sync.WaitGroup
		for range people {
			wg.Go(func() {
				for range each {
					if err := b.c.Update(b.Context(), func(tx archive.Tx) error { return tx.Usage().Add(b.Context(), in(today, an, "H15.50", 1, 3)) }); err != nil {
						b.Error(err)
					}
				}
			})
		}
		wg.Wait()
		n := archive.Count{Papers: people * each, Bytes: people * each * 3}
		same(b.T, "used", b.used(today, an, "H15.50"), archive.Used{Actor: n, Agency: n, Kept: n})
	}},
	{"of many for the last places no more than those are kept", func(b bench) {
		an, full := archive.NewID(), errors.New("full")
		const people, places = 12, 5
		var wg sync.WaitGroup
		var mu sync.Mutex
		kept := 0
		for range people {
			wg.Go(func() {
				err := b.c.Update(b.Context(), func(tx archive.Tx) error {
					if err := tx.Usage().Add(b.Context(), in(today, an, "H15.50", 1, 3)); err != nil {
						return err
					}
					u, err := tx.Usage().Of(b.Context(), today, an, "H15.50")
					if err == nil && u.Agency.Papers > places {
						err = full
					}
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					kept++
				} else if !errors.Is(err, full) {
					b.Error(err)
				}
			})
		}
		wg.Wait()
		if u := b.used(today, an, "H15.50"); kept != places || u.Agency.Papers != places {
			b.Errorf("%d kept, %d counted, want %d", kept, u.Agency.Papers, places)
		}
	}},
	{"a recount looks at the documents and at nothing else", func(b bench) {
		two := paper(func(d *archive.Document) { d.Versions = append(d.Versions, version(2, "again "+d.ID.String())) })
		gone := paper(func(d *archive.Document) { d.State = archive.Disposed })
		other := paper(func(d *archive.Document) { d.Custodian = "H15.51" })
		b.insert(two, gone, other, paper())
		b.view(func(tx archive.Tx) error {
			got, err := tx.Usage().Recount(b.Context())
			same(b.T, "recount", got, map[archive.AgencyCode]archive.Count{"H15.50.05": {Papers: 2, Bytes: 3 * 12345}, "H15.51": {Papers: 1, Bytes: 12345}})
			return err
		})
	}},
	{"old days are forgotten, what is kept is not", func(b bench) {
		an := archive.NewID()
		b.update(func(tx archive.Tx) error {
			return errors.Join(tx.Usage().Add(b.Context(), in(yesterday, an, "H15.50", 1, 10)), tx.Usage().Add(b.Context(), in(today, an, "H15.50", 1, 10)))
		})
		b.update(func(tx archive.Tx) error { return tx.Usage().Forget(b.Context(), today) })
		same(b.T, "yesterday", b.used(yesterday, an, "H15.50"), archive.Used{Kept: archive.Count{Papers: 2, Bytes: 20}})
		if u := b.used(today, an, "H15.50"); u.Actor.Papers != 1 {
			b.Errorf("today: %+v", u)
		}
	}},
}
