package catalogtest

import (
	"errors"
	"fmt"

	"sohoa/archive"
)

func dossier(n int, change ...func(*archive.Dossier)) archive.Dossier {
	d := archive.Dossier{Code: archive.DossierCode(fmt.Sprintf("H15.50-261008-%04d", n)), Revision: 1, Procedure: "1.000123", Custodian: "H15.50",
		Title: "Cấp giấy phép xây dựng", Applicant: archive.Owner{IDType: archive.IDTax, ID: "0312345678", Name: "Công ty Ê Đê"},
		ReceivedOn: archive.Date{Year: 2026, Month: 10, Day: 8}, DueOn: archive.Date{Year: 2026, Month: 11, Day: 1}, CreatedAt: at(n), UpdatedAt: at(n)}
	for _, c := range change {
		c(&d)
	}
	return d
}

func (b bench) dossiers(see archive.Visibility, f archive.DossierFilter) (codes []archive.DossierCode) {
	b.Helper()
	b.view(func(tx archive.Tx) error {
		codes = []archive.DossierCode{}
		for {
			l, err := tx.Dossiers().Browse(b.Context(), see, f)
			if err != nil {
				return err
			}
			for _, d := range l.Items {
				codes = append(codes, d.Code)
			}
			if f.After = l.Next; f.After == "" {
				return nil
			}
		}
	})
	return codes
}

var dossierTests = []test{
	{"insert, get, update, by revision", func(b bench) {
		d := dossier(1)
		b.update(func(tx archive.Tx) error { return tx.Dossiers().Insert(b.Context(), d) })
		b.refused(archive.Conflict, "", func(tx archive.Tx) error { return tx.Dossiers().Insert(b.Context(), d) })
		d.Title, d.ClosedOn = "khác", archive.Date{Year: 2026, Month: 12, Day: 1}
		b.update(func(tx archive.Tx) error { return tx.Dossiers().Update(b.Context(), d, 1) })
		d.Revision = 2
		b.view(func(tx archive.Tx) error {
			got, err := tx.Dossiers().Get(b.Context(), d.Code)
			same(b.T, "dossier", got, d)
			return err
		})
		if err := b.c.Update(b.Context(), func(tx archive.Tx) error { return tx.Dossiers().Update(b.Context(), d, 1) }); !errors.Is(err, archive.ErrStale) {
			b.Errorf("got %v, want ErrStale", err)
		}
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Dossiers().Update(b.Context(), dossier(2), 1) })
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			_, err := tx.Dossiers().Get(b.Context(), dossier(2).Code)
			return err
		})
	}},
	{"newest first, page by page, filtered, inside scope", func(b bench) {
		var all []archive.DossierCode
		b.update(func(tx archive.Tx) error {
			for n := range 9 {
				d := dossier(n, func(d *archive.Dossier) {
					if n%3 == 0 {
						d.Custodian, d.Procedure = "H15.01", "2.000999.000.00.12.H15"
					}
				})
				all = append([]archive.DossierCode{d.Code}, all...)
				if err := tx.Dossiers().Insert(b.Context(), d); err != nil {
					return err
				}
			}
			return nil
		})
		third := []archive.DossierCode{all[2], all[5], all[8]}
		scope := archive.Visibility{Custodians: []archive.AgencyCode{"H15.01"}, States: archive.States}
		same(b.T, "all", b.dossiers(everything, archive.DossierFilter{Limit: 2}), all)
		same(b.T, "scope", b.dossiers(scope, archive.DossierFilter{Limit: 2}), third)
		same(b.T, "nothing", b.dossiers(archive.Visibility{}, archive.DossierFilter{}), []archive.DossierCode{})
		same(b.T, "custodian", b.dossiers(everything, archive.DossierFilter{Custodian: "H15.01"}), third)
		same(b.T, "procedure", b.dossiers(everything, archive.DossierFilter{Procedure: "2.000999"}), third)
		same(b.T, "prefix", b.dossiers(everything, archive.DossierFilter{Prefix: string(all[3])}), all[3:4])
		same(b.T, "prefix of all", b.dossiers(everything, archive.DossierFilter{Prefix: "h15.50-26"}), all)
		wantError(b.T, b.c.View(b.Context(), func(tx archive.Tx) error {
			_, err := tx.Dossiers().Browse(b.Context(), everything, archive.DossierFilter{After: "?"})
			return err
		}), archive.Invalid, "bad_cursor")
	}},
}
