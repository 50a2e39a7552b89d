package catalogtest

import "sohoa/archive"

func (b bench) pages(d archive.ID, version int) (ps []archive.Page) {
	b.Helper()
	b.view(func(tx archive.Tx) (err error) {
		ps, err = tx.Pages().List(b.Context(), d, version)
		return err
	})
	return ps
}

var pageTests = []test{
	{"a plan makes the rows and leaves those that are there", func(b bench) {
		d := paper()
		b.insert(d)
		done := archive.Page{Document: d.ID, Version: 1, Number: 2, Source: archive.SourceScan, Words: 321, Confidence: 0.75, Offset: 4096, Length: 77}
		blank := func(n int) archive.Page { return archive.Page{Document: d.ID, Version: 1, Number: n, Offset: -1} }
		b.update(func(tx archive.Tx) error {
			if err := tx.Pages().Put(b.Context(), done); err != nil {
				return err
			}
			return tx.Pages().Plan(b.Context(), d.ID, 1, 3)
		})
		same(b.T, "pages", b.pages(d.ID, 1), []archive.Page{blank(1), done, blank(3)})
		b.update(func(tx archive.Tx) error { return tx.Pages().Plan(b.Context(), d.ID, 1, 3) })
		same(b.T, "planned twice", b.pages(d.ID, 1), []archive.Page{blank(1), done, blank(3)})
		same(b.T, "another version", len(b.pages(d.ID, 2)), 0)
	}},
	{"a plan of no page makes none", func(b bench) {
		d := paper()
		b.insert(d)
		b.update(func(tx archive.Tx) error { return tx.Pages().Plan(b.Context(), d.ID, 1, 0) })
		same(b.T, "pages", len(b.pages(d.ID, 1)), 0)
	}},
	{"rows are written together, read one by one and cleared", func(b bench) {
		d := paper()
		b.insert(d)
		var ps []archive.Page
		for n := 1; n <= 40; n++ {
			ps = append(ps, archive.Page{Document: d.ID, Version: 1, Number: n, Source: archive.SourceText, Words: n, Confidence: 1, Offset: int64(n) << 33, Length: 9})
		}
		b.update(func(tx archive.Tx) error { return tx.Pages().PutAll(b.Context(), ps) })
		same(b.T, "pages", b.pages(d.ID, 1), ps)
		b.view(func(tx archive.Tx) error {
			p, err := tx.Pages().Get(b.Context(), d.ID, 1, 17)
			same(b.T, "page", p, ps[16])
			_, missing := tx.Pages().Get(b.Context(), d.ID, 1, 41)
			wantError(b.T, missing, archive.NotFound, "")
			return err
		})
		b.update(func(tx archive.Tx) error { return tx.Pages().Clear(b.Context(), d.ID, 1) })
		same(b.T, "after clearing", len(b.pages(d.ID, 1)), 0)
	}},
}
