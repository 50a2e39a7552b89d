package catalogtest

import (
	"errors"
	"testing"
	"time"

	"sohoa/archive"
)

var documentTests = []test{
	{"what is inserted is read back whole", func(b bench) {
		d := paper(func(d *archive.Document) {
			d.Access, d.Named = archive.Sealed, []archive.ID{archive.NewID(), archive.NewID(), archive.NewID()}
			d.Versions = append(d.Versions, version(2, "two"), version(3, "three"))
			d.Current = 2
			d.DiscardedAt, d.DiscardedBy = at(9), archive.NewID()
			d.Standing = []archive.Standing{{State: archive.Published, Version: 1, Fields: d.Fields, Findings: d.Findings, Submitter: d.Submitter, Reason: "mờ"},
				{State: archive.Accepted, Version: 2}}
		})
		b.insert(d)
		same(b.T, "document", b.document(d.ID), d)
	}},
	{"a bare document is read back bare", func(b bench) {
		d := archive.Document{ID: archive.NewID(), Revision: 1, State: archive.Review, Kind: archive.Component, Custodian: "H15", Access: archive.Restricted,
			Versions: []archive.Version{{Number: 1, Digest: archive.DigestOf(nil), MediaType: archive.PNG, CreatedAt: noon}}, CreatedAt: noon, UpdatedAt: noon}
		b.insert(d)
		same(b.T, "document", b.document(d.ID), d)
	}},
	{"an id is inserted once", func(b bench) {
		d := paper()
		b.insert(d)
		b.refused(archive.Conflict, "", func(tx archive.Tx) error { return tx.Documents().Insert(b.Context(), d) })
	}},
	{"an unknown id is not found", func(b bench) {
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			_, err := tx.Documents().Get(b.Context(), archive.NewID())
			return err
		})
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Documents().Update(b.Context(), paper(), 1) })
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			return tx.Documents().SetReading(b.Context(), archive.NewID(), 1, archive.Reading{})
		})
	}},
	{"a version that was inspected again tells its new type and pages, and nothing else of it changes", func(b bench) {
		d := paper(func(d *archive.Document) { d.Versions = append(d.Versions, version(2, "two")) })
		b.insert(d)
		b.update(func(tx archive.Tx) error {
			return tx.Documents().Reinspected(b.Context(), d.ID, archive.Version{Number: 2, MediaType: archive.TIFF, Pages: []archive.PageInfo{{Width: 10, Height: 20}}, FileName: "other"})
		})
		d.Versions[1].MediaType, d.Versions[1].Pages = archive.TIFF, []archive.PageInfo{{Width: 10, Height: 20}}
		same(b.T, "document", b.document(d.ID), d)
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			return tx.Documents().Reinspected(b.Context(), d.ID, archive.Version{Number: 3})
		})
	}},
	{"many are fetched at once, those that exist", func(b bench) {
		var ds []archive.Document
		want := []archive.ID{archive.NewID()}
		for range 30 {
			d := paper()
			ds, want = append(ds, d), append(want, d.ID)
		}
		b.insert(ds...)
		b.view(func(tx archive.Tx) error {
			got, err := tx.Documents().GetMany(b.Context(), want)
			same(b.T, "ids", sorted(ids(got)), sorted(ids(ds)))
			for _, d := range got {
				if len(d.Versions) != 1 || d.Head().Digest != archive.DigestOf([]byte(d.ID.String())) {
					b.Errorf("document %s has versions %v", d.ID, d.Versions)
				}
			}
			if none, err := tx.Documents().GetMany(b.Context(), nil); err != nil || len(none) != 0 {
				b.Errorf("none: %v, %v", none, err)
			}
			return err
		})
	}},
	{"an update raises the revision and writes all but the reading", func(b bench) {
		d := paper()
		b.insert(d)
		n := paper(func(n *archive.Document) {
			n.ID, n.State, n.Custodian, n.Access, n.Kind = d.ID, archive.Accepted, "H15.01", archive.Sealed, archive.Component
			n.Named = []archive.ID{archive.NewID()}
			n.Fields.Subject, n.Fields.Number = "khác", "12"
			n.Versions = append(d.Versions, version(2, "two"))
			n.Findings = nil
			n.Reading = archive.Reading{State: archive.ReadingFailed}
		})
		b.update(func(tx archive.Tx) error { return tx.Documents().Update(b.Context(), n, 1) })
		want := n
		want.Revision, want.Reading = 2, d.Reading
		same(b.T, "document", b.document(d.ID), want)
	}},
	{"what was assigned stays until the paper enters another stage", func(b bench) {
		me, her := archive.NewID(), archive.NewID()
		d := paper(func(d *archive.Document) {
			d.Work = archive.Work{Stage: archive.Review, Due: at(5), Assignee: me, Unit: "H15.50", Clerk: me, Hands: []archive.ID{me, her}, Check: archive.Check{Mode: archive.CheckSample, Drawn: true, At: "H15.51"}}
		})
		b.insert(d)
		same(b.T, "inserted", b.document(d.ID).Work, d.Work)
		b.update(func(tx archive.Tx) error {
			return tx.Documents().Assign(b.Context(), d.ID, archive.Review, her, "H15.50.05")
		})
		b.update(func(tx archive.Tx) error { return tx.Documents().Update(b.Context(), d, 1) })
		want := d.Work
		want.Assignee, want.Unit = her, "H15.50.05"
		same(b.T, "edited", b.document(d.ID).Work, want)
		d.State, d.Work.Stage, d.Work.Assignee = archive.Checking, archive.Checking, archive.ID{}
		b.update(func(tx archive.Tx) error { return tx.Documents().Update(b.Context(), d, 2) })
		same(b.T, "in another stage", b.document(d.ID).Work, d.Work)
		b.refused(archive.Conflict, "stale_revision", func(tx archive.Tx) error {
			return tx.Documents().Assign(b.Context(), d.ID, archive.Review, me, "H15.50")
		})
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			return tx.Documents().Assign(b.Context(), archive.NewID(), archive.Review, me, "H15.50")
		})
	}},
	{"an update touches no version that is there", func(b bench) {
		d := paper()
		b.insert(d)
		n := d
		n.Versions = []archive.Version{version(1, "forged"), version(2, "new")}
		b.update(func(tx archive.Tx) error { return tx.Documents().Update(b.Context(), n, 1) })
		got := b.document(d.ID)
		same(b.T, "versions", got.Versions, []archive.Version{d.Versions[0], n.Versions[1]})
	}},
	{"a stale update is refused and leaves nothing", func(b bench) {
		d := paper()
		b.insert(d)
		b.update(func(tx archive.Tx) error { return tx.Documents().Update(b.Context(), d, 1) })
		n := d
		n.Versions, n.Named = append(n.Versions, version(2, "two")), []archive.ID{archive.NewID()}
		err := b.c.Update(b.Context(), func(tx archive.Tx) error { return tx.Documents().Update(b.Context(), n, 1) })
		if !errors.Is(err, archive.ErrStale) {
			b.Errorf("got %v, want ErrStale", err)
		}
		d.Revision = 2
		same(b.T, "document", b.document(d.ID), d)
	}},
	{"reading progress raises no revision and is for the head only", func(b bench) {
		d := paper(func(d *archive.Document) { d.Versions = append(d.Versions, version(2, "two")) })
		b.insert(d)
		r := archive.Reading{State: archive.ReadingDone, PagesDone: 2, PagesTotal: 2, Confidence: 0.96875}
		b.update(func(tx archive.Tx) error { return tx.Documents().SetReading(b.Context(), d.ID, 1, r) })
		same(b.T, "after the old version", b.document(d.ID), d)
		b.update(func(tx archive.Tx) error { return tx.Documents().SetReading(b.Context(), d.ID, 2, r) })
		d.Reading = r
		same(b.T, "after the newest", b.document(d.ID), d)
	}},
	{"after a scan was dropped the version that counts is read, until the next scan", func(b bench) {
		d := paper(func(d *archive.Document) { d.Versions = append(d.Versions, version(2, "two")) })
		b.insert(d)
		r := archive.Reading{State: archive.ReadingDone, PagesDone: 2, PagesTotal: 2}
		d.Current, d.Standing = 1, nil
		b.update(func(tx archive.Tx) error {
			if err := tx.Documents().Update(b.Context(), d, 1); err != nil {
				return err
			}
			return tx.Documents().SetReading(b.Context(), d.ID, 2, r)
		})
		d.Revision = 2
		same(b.T, "after the dropped version", b.document(d.ID), d)
		b.update(func(tx archive.Tx) error { return tx.Documents().SetReading(b.Context(), d.ID, 1, r) })
		d.Reading = r
		same(b.T, "after the one that counts", b.document(d.ID), d)
		d.AddVersion(version(0, "three"))
		b.update(func(tx archive.Tx) error { return tx.Documents().Update(b.Context(), d, 2) })
		if got := b.document(d.ID); got.Current != 0 || got.Head().Number != 3 {
			b.Errorf("head is %d, current %d", got.Head().Number, got.Current)
		}
	}},
	{"a digest finds every paper that has it in any version, but no discarded one", func(b bench) {
		old := paper(func(d *archive.Document) {
			d.Versions = []archive.Version{version(1, "same"), version(2, "x")}
			d.CreatedAt = at(0)
		})
		head := paper(func(d *archive.Document) { d.Versions = []archive.Version{version(1, "same")} })
		gone := paper(func(d *archive.Document) {
			d.Versions, d.State = []archive.Version{version(1, "same")}, archive.Discarded
		})
		tomb := paper(func(d *archive.Document) {
			d.Versions, d.State = []archive.Version{version(1, "same")}, archive.Disposed
		})
		b.insert(old, head, gone, tomb, paper())
		b.view(func(tx archive.Tx) error {
			digest := archive.DigestOf([]byte("same"))
			for _, c := range []struct {
				reason string
				see    archive.Visibility
				self   archive.ID
				limit  int
				want   []archive.ID
			}{
				{"all", everything, archive.ID{}, 9, []archive.ID{old.ID, head.ID}},
				{"but itself", everything, old.ID, 9, []archive.ID{head.ID}},
				{"the oldest", everything, archive.ID{}, 1, []archive.ID{old.ID}},
				{"in the scope", seen, archive.ID{}, 9, []archive.ID{old.ID, head.ID}},
				{"in another scope", foreign, archive.ID{}, 9, []archive.ID{}},
				{"by nobody", archive.Visibility{}, archive.ID{}, 9, []archive.ID{}},
			} {
				got, err := tx.Documents().WithDigest(b.Context(), c.see, digest, c.self, c.limit)
				if err != nil {
					return err
				}
				same(b.T, c.reason, ids(got), c.want)
			}
			return nil
		})
	}},
	{"the walk goes by id and ends", func(b bench) {
		var ds []archive.Document
		for range 7 {
			ds = append(ds, paper())
		}
		b.insert(ds...)
		var got []archive.ID
		b.view(func(tx archive.Tx) error {
			for after := (archive.ID{}); ; {
				page, err := tx.Documents().Walk(b.Context(), after, 3)
				if err != nil || len(page) == 0 {
					return err
				}
				got = append(got, ids(page)...)
				after = page[len(page)-1].ID
			}
		})
		same(b.T, "ids", got, sorted(ids(ds)))
	}},
	{"discarded papers come up for erasure after their time", func(b bench) {
		discarded := func(minute int) archive.Document {
			return paper(func(d *archive.Document) { d.State, d.DiscardedAt = archive.Discarded, at(minute) })
		}
		early, late, edge := discarded(1), discarded(20), discarded(10)
		restored := paper(func(d *archive.Document) { d.DiscardedAt = at(1) })
		b.insert(late, early, edge, restored)
		b.view(func(tx archive.Tx) error {
			got, err := tx.Documents().Discarded(b.Context(), at(10), 10)
			same(b.T, "ids", got, []archive.ID{early.ID})
			if err == nil {
				got, err = tx.Documents().Discarded(b.Context(), at(30), 2)
				same(b.T, "oldest first, no more than asked for", got, []archive.ID{early.ID, edge.ID})
			}
			return err
		})
	}},
	{"same number", sameNumber},
}

// seen sees the papers of this suite, foreign those of another agency.
var (
	seen    = archive.Visibility{Custodians: []archive.AgencyCode{"H15.50.05"}, Accesses: []archive.Access{archive.Public, archive.Restricted}, States: archive.States}
	foreign = archive.Visibility{Custodians: []archive.AgencyCode{"H45.01"}, Accesses: seen.Accesses, States: archive.States}
)

// sameNumber inserts one paper and asks with variations of it.
func sameNumber(b bench) {
	there := paper()
	b.insert(there,
		paper(func(d *archive.Document) { d.State, d.Fields.Number = archive.Discarded, "31" }),
		paper(func(d *archive.Document) { d.Fields.Number, d.Fields.IssuedOn = "32", archive.Date{} }),
		paper(func(d *archive.Document) { d.Fields.Number, d.Fields.IssuingAgency.Code = "33", "" }))
	for _, c := range []struct {
		name   string
		change func(*archive.Document)
		found  bool
	}{
		{"the same", func(d *archive.Document) {}, true},
		{"a leading zero is no difference", func(d *archive.Document) { d.Fields.Number = "987" }, true},
		{"case, space and a dropped stroke are no difference", func(d *archive.Document) { d.Fields.Notation = "qd - UBND" }, true},
		{"another day of the year", func(d *archive.Document) { d.Fields.IssuedOn = archive.Date{Year: 2026, Month: time.January, Day: 1} }, true},
		{"another spelling of the agency with the same code", func(d *archive.Document) { d.Fields.IssuingAgency.Name = "UBND xã Ea Kao" }, true},
		{"no code but the same name", func(d *archive.Document) { d.Fields.IssuingAgency.Code = "" }, true},
		{"a code, and the same name without one there", func(d *archive.Document) { d.Fields.Number = "33" }, true},
		{"itself", func(d *archive.Document) { d.ID = there.ID }, false},
		{"another number", func(d *archive.Document) { d.Fields.Number = "988" }, false},
		{"another notation", func(d *archive.Document) { d.Fields.Notation = "TB-UBND" }, false},
		{"another year", func(d *archive.Document) { d.Fields.IssuedOn.Year = 2025 }, false},
		{"no day here, a day there", func(d *archive.Document) { d.Fields.IssuedOn = archive.Date{} }, false},
		{"no day on either", func(d *archive.Document) { d.Fields.Number, d.Fields.IssuedOn = "32", archive.Date{} }, true},
		{"another agency of the same name", func(d *archive.Document) { d.Fields.IssuingAgency.Code = "H45.50" }, false},
		{"a discarded one", func(d *archive.Document) { d.Fields.Number = "31" }, false},
		{"no number", func(d *archive.Document) { d.Fields.Number = "" }, false},
		{"no agency", func(d *archive.Document) { d.Fields.IssuingAgency = archive.AgencyRef{} }, false},
	} {
		b.Run(c.name, func(t *testing.T) {
			b.view(func(tx archive.Tx) error {
				got, err := tx.Documents().SameNumber(t.Context(), everything, paper(c.change), 5)
				if (len(got) == 1) != c.found {
					t.Errorf("found %d", len(got))
				}
				return err
			})
		})
	}
	b.insert(paper(), paper())
	b.view(func(tx archive.Tx) error {
		for _, c := range []struct {
			reason string
			see    archive.Visibility
			want   int
		}{{"no more than asked for", everything, 2}, {"in the scope", seen, 2}, {"in another scope", foreign, 0}, {"by nobody", archive.Visibility{}, 0}} {
			got, err := tx.Documents().SameNumber(b.Context(), c.see, paper(), 2)
			if err != nil {
				return err
			}
			same(b.T, c.reason, len(got), c.want)
		}
		return nil
	})
}
