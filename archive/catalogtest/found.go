package catalogtest

import "sohoa/archive"

var foundTests = []test{
	{"findings narrow a list and are counted by custodian, whoever found them", func(b bench) {
		find := func(codes ...string) (out []archive.Finding) {
			for i, c := range codes {
				out = append(out, archive.Finding{Code: c, Severity: archive.Warning, Page: i + 1})
			}
			return out
		}
		one := paper(func(d *archive.Document) {
			d.Custodian, d.Findings, d.Reading = "H15.1", find("low_resolution", "low_resolution", "not_colour"), archive.Reading{}
		})
		two := paper(func(d *archive.Document) {
			d.Custodian, d.Findings, d.Reading = "H15.2", find("low_resolution"), archive.Reading{}
		})
		clean := paper(func(d *archive.Document) { d.Custodian, d.Findings, d.Reading = "H15.2", nil, archive.Reading{} })
		gone := paper(func(d *archive.Document) {
			d.Custodian, d.Findings, d.State = "H15.1", find("low_resolution"), archive.Discarded
		})
		b.insert(one, two, clean, gone)
		has := func(code string, want ...archive.Document) {
			b.Helper()
			got := b.pageThrough(everything, archive.Filter{Finding: code, Order: archive.Oldest, Limit: 1}, nil)
			set := map[archive.ID]bool{}
			for _, id := range got {
				set[id] = true
			}
			all := map[archive.ID]bool{}
			for _, d := range want {
				all[d.ID] = true
			}
			same(b.T, "papers with "+code, set, all)
			same(b.T, "each once", len(got), len(want))
		}
		counted := func(want ...archive.FoundCount) {
			b.Helper()
			var got []archive.FoundCount
			b.view(func(tx archive.Tx) (err error) {
				got, err = tx.Documents().Found(b.Context(), everything, archive.Span{})
				return err
			})
			same(b.T, "counts", got, want)
		}
		has("low_resolution", one, two, gone)
		has("skewed")
		counted(archive.FoundCount{Custodian: "H15.1", Code: "low_resolution", Papers: 1, Pages: 2}, archive.FoundCount{Custodian: "H15.1", Code: "not_colour", Papers: 1, Pages: 1},
			archive.FoundCount{Custodian: "H15.2", Code: "low_resolution", Papers: 1, Pages: 1})

		// Reading finds the same again, and more; reading again replaces what it had found.
		read := func(fs []archive.Finding) {
			b.update(func(tx archive.Tx) error {
				return tx.Documents().SetReading(b.Context(), two.ID, 1, archive.Reading{State: archive.ReadingDone, Findings: fs})
			})
		}
		read(find("low_resolution", "skewed", "skewed"))
		has("skewed", two)
		counted(archive.FoundCount{Custodian: "H15.1", Code: "low_resolution", Papers: 1, Pages: 2}, archive.FoundCount{Custodian: "H15.1", Code: "not_colour", Papers: 1, Pages: 1},
			archive.FoundCount{Custodian: "H15.2", Code: "low_resolution", Papers: 1, Pages: 1}, archive.FoundCount{Custodian: "H15.2", Code: "skewed", Papers: 1, Pages: 2})
		read(nil)
		has("skewed")
		has("low_resolution", one, two, gone)

		// A new scan is inspected anew.
		one.Findings = find("not_colour")
		b.update(func(tx archive.Tx) error { return tx.Documents().Update(b.Context(), one, one.Revision) })
		has("low_resolution", two, gone)
		has("not_colour", one)
	}},
}
