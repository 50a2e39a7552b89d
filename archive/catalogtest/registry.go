package catalogtest

import (
	"errors"

	"sohoa/archive"
)

var registryTests = []test{
	{"agencies are put by revision and listed by code", func(b bench) {
		granted, none := int64(1<<40), int64(0)
		commune := archive.Agency{Quota: archive.Quota{Bytes: &granted, PapersPerDay: &none}, Code: "H15.50", Name: "Xã Ea Kao", Parent: "H15", Aliases: []string{"UBND xã Ea Kao", "000.50.00.H15"},
			Predecessors: []archive.AgencyCode{"H15.12"}, Successors: []archive.AgencyCode{"H15.77", "H15.78"},
			From: archive.Date{Year: 2025, Month: 7, Day: 1}, To: archive.Date{Year: 2030, Month: 1, Day: 1}, UpdatedAt: noon}
		top := archive.Agency{Code: "H15", Name: "Đắk Lắk", UpdatedAt: noon}
		b.update(func(tx archive.Tx) error {
			return errors.Join(tx.Registry().PutAgency(b.Context(), commune, 0), tx.Registry().PutAgency(b.Context(), top, 0))
		})
		top.Name = "Tỉnh Đắk Lắk"
		b.update(func(tx archive.Tx) error { return tx.Registry().PutAgency(b.Context(), top, 1) })
		commune.Revision, top.Revision = 1, 2
		b.view(func(tx archive.Tx) error {
			got, err := tx.Registry().Agencies(b.Context())
			same(b.T, "agencies", got, []archive.Agency{top, commune})
			return err
		})
		for _, after := range []int64{0, 1} {
			if err := b.c.Update(b.Context(), func(tx archive.Tx) error { return tx.Registry().PutAgency(b.Context(), top, after) }); !errors.Is(err, archive.ErrStale) {
				b.Errorf("after %d: got %v, want ErrStale", after, err)
			}
		}
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			return tx.Registry().PutAgency(b.Context(), archive.Agency{Code: "H99"}, 3)
		})
	}},
	{"procedures are put by revision and listed by code and day", func(b bench) {
		old := archive.Procedure{Code: "1.000123", Name: "Cấp giấy phép", Sector: "Xây dựng", Components: []string{"Đơn", "Bản vẽ"}, Results: []string{"Giấy phép"}, Days: 15, UpdatedAt: noon}
		newer := old
		newer.From, newer.Days = archive.Date{Year: 2026, Month: 1, Day: 1}, 10
		other := archive.Procedure{Code: "1.000100", Name: "Khác", UpdatedAt: noon}
		b.update(func(tx archive.Tx) error {
			r := tx.Registry()
			return errors.Join(r.PutProcedure(b.Context(), newer, 0), r.PutProcedure(b.Context(), old, 0), r.PutProcedure(b.Context(), other, 0), r.PutProcedure(b.Context(), old, 1))
		})
		old.Revision, newer.Revision, other.Revision = 2, 1, 1
		b.view(func(tx archive.Tx) error {
			got, err := tx.Registry().Procedures(b.Context())
			same(b.T, "procedures", got, []archive.Procedure{other, old, newer})
			return err
		})
		if err := b.c.Update(b.Context(), func(tx archive.Tx) error { return tx.Registry().PutProcedure(b.Context(), old, 1) }); !errors.Is(err, archive.ErrStale) {
			b.Errorf("got %v, want ErrStale", err)
		}
	}},
	{"the version moves with every change and with nothing else", func(b bench) {
		version := func() (v int64) {
			b.view(func(tx archive.Tx) (err error) {
				v, err = tx.Registry().Version(b.Context())
				return err
			})
			return v
		}
		seen := map[int64]bool{version(): true}
		for i, change := range []func(tx archive.Tx) error{
			func(tx archive.Tx) error { return tx.Registry().PutAgency(b.Context(), archive.Agency{Code: "H15"}, 0) },
			func(tx archive.Tx) error { return tx.Registry().PutAgency(b.Context(), archive.Agency{Code: "H15"}, 1) },
			func(tx archive.Tx) error {
				return tx.Registry().PutProcedure(b.Context(), archive.Procedure{Code: "1.000123"}, 0)
			},
			func(tx archive.Tx) error {
				return tx.Registry().PutProcedure(b.Context(), archive.Procedure{Code: "1.000123"}, 1)
			},
		} {
			b.update(change)
			if seen[version()] {
				b.Errorf("change %d left the version as it was", i)
			}
			seen[version()] = true
		}
		before := version()
		b.insert(paper())
		same(b.T, "version after a deposit", version(), before)
	}},
}
