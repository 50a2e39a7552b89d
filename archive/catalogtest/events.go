package catalogtest

import (
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sohoa/archive"
)

func event(n int, change ...func(*archive.Event)) archive.Event {
	a := archive.Actor{ID: archive.NewID(), Name: "Nguyễn Văn Thử", Role: archive.RoleClerk, Agency: "H15.50", Address: "10.0.0.7", Request: "r-1", Purpose: "giải quyết hồ sơ"}
	e := archive.NewEvent(a, archive.EvDeposit, at(n))
	e.Document, e.Dossier, e.Object = archive.NewID(), "H15.50-261008-0975", "urn:x"
	e.Detail = map[string]string{"version": "1", "digest": "sha256:…"}
	for _, c := range change {
		c(&e)
	}
	return e
}

func (b bench) append(es ...archive.Event) {
	b.Helper()
	b.update(func(tx archive.Tx) error {
		for _, e := range es {
			if err := tx.Events().Append(b.Context(), e); err != nil {
				return err
			}
		}
		return nil
	})
}

// number gives numbers to everything that has none, in commit order.
func (b bench) number() {
	b.Helper()
	b.update(func(tx archive.Tx) error {
		last, err := tx.Events().Last(b.Context())
		if err != nil {
			return err
		}
		ls, err := tx.Tree().Unnumbered(b.Context(), 10000)
		if err != nil {
			return err
		}
		var ids []archive.ID
		for _, l := range ls {
			ids = append(ids, l.Event)
		}
		return tx.Tree().Number(b.Context(), last+1, ids)
	})
}

func eventIDs(es []archive.Event) []archive.ID {
	out := []archive.ID{}
	for _, e := range es {
		out = append(out, e.ID)
	}
	return out
}

func (b bench) since(after int64) (es []archive.Event) {
	b.Helper()
	b.view(func(tx archive.Tx) (err error) {
		es, err = tx.Events().Since(b.Context(), after, 1000)
		return err
	})
	return es
}

func (b bench) trail(f archive.EventFilter) []archive.ID {
	b.Helper()
	out := []archive.ID{}
	b.view(func(tx archive.Tx) error {
		for {
			l, err := tx.Events().Browse(b.Context(), f)
			if err != nil {
				return err
			}
			out = append(out, eventIDs(l.Items)...)
			if f.After = l.Next; f.After == "" {
				return nil
			}
		}
	})
	return out
}

var eventTests = []test{
	{"an event is sealed and read back whole", func(b bench) {
		e := event(1, func(e *archive.Event) { e.Once = "x/1" })
		bare := archive.Event{ID: archive.NewID(), Seq: -1, At: noon, Action: archive.EvMaintain, Outcome: archive.Failure}
		b.append(e, bare)
		b.number()
		got := b.since(-1)
		e.Seq, bare.Seq = 0, 1
		if diff := gocmp.Diff([]archive.Event{e, bare}, got, cmpopts.IgnoreFields(archive.Event{}, "Nonce", "Leaf")); diff != "" {
			b.Fatal(diff)
		}
		for _, e := range got {
			if e.Nonce == [16]byte{} || e.Leaf != e.LeafHash() {
				b.Error("not sealed, or the leaf does not match what was read back")
			}
		}
	}},
	{"a second event with the same Once is dropped", func(b bench) {
		first := event(1, func(e *archive.Event) { e.Once = "view/1" })
		b.append(first, event(2), event(3))
		b.append(event(4, func(e *archive.Event) { e.Once = "view/1" }))
		same(b.T, "events", len(b.trail(archive.EventFilter{})), 3)
	}},
	{"the history of one paper, oldest first, page by page", func(b bench) {
		d := archive.NewID()
		var want []archive.ID
		for n := range 7 {
			e := event(-n, func(e *archive.Event) { e.Document = d }) // clocks of nodes differ: order is that of commit
			want = append(want, e.ID)
			b.append(e, event(n))
		}
		got := []archive.ID{}
		b.view(func(tx archive.Tx) error {
			for after := (archive.ID{}); ; {
				es, err := tx.Events().Of(b.Context(), d, after, 2)
				if err != nil || len(es) == 0 {
					return err
				}
				got = append(got, eventIDs(es)...)
				after = es[len(es)-1].ID
			}
		})
		same(b.T, "ids", got, want)
		wantError(b.T, b.c.View(b.Context(), func(tx archive.Tx) error {
			_, err := tx.Events().Of(b.Context(), d, archive.NewID(), 2)
			return err
		}), archive.Invalid, "bad_cursor")
	}},
	{"the history of one dossier has its own events, oldest first, page by page", func(b bench) {
		const code = archive.DossierCode("H15.50-261008-0001")
		of := func(n int, code archive.DossierCode, x archive.Action) archive.Event {
			return event(n, func(e *archive.Event) { e.Dossier, e.Action = code, x })
		}
		var want []archive.ID
		for n := range 5 {
			e := of(-n, code, archive.EvDossier)
			want = append(want, e.ID)
			b.append(e, of(n, code, archive.EvDeposit), of(n, "H15.50-261008-0002", archive.EvDossier))
		}
		got := []archive.ID{}
		b.view(func(tx archive.Tx) error {
			for after := (archive.ID{}); ; {
				es, err := tx.Events().OfDossier(b.Context(), code, after, 2)
				if err != nil || len(es) == 0 {
					return err
				}
				got = append(got, eventIDs(es)...)
				after = es[len(es)-1].ID
			}
		})
		same(b.T, "ids", got, want)
		wantError(b.T, b.c.View(b.Context(), func(tx archive.Tx) error {
			_, err := tx.Events().OfDossier(b.Context(), "H15.50-261008-0002", want[0], 2)
			return err
		}), archive.Invalid, "bad_cursor")
	}},
	{"the change feed has what is numbered", func(b bench) {
		last := func() (n int64) {
			b.view(func(tx archive.Tx) (err error) {
				n, err = tx.Events().Last(b.Context())
				return err
			})
			return n
		}
		same(b.T, "last of none", last(), -1)
		es := []archive.Event{event(1), event(2), event(3)}
		b.append(es...)
		same(b.T, "unnumbered", len(b.since(-1)), 0)
		same(b.T, "last of no number", last(), -1)
		b.number()
		b.append(event(4))
		same(b.T, "all", eventIDs(b.since(-1)), eventIDs(es))
		same(b.T, "rest", eventIDs(b.since(1)), eventIDs(es[2:]))
		same(b.T, "last", last(), 2)
	}},
	{"the trail, newest first, page by page, by every filter", func(b bench) {
		var es []archive.Event
		var all []archive.ID
		for n := range 10 {
			e := event(n/2, func(e *archive.Event) {
				if n%2 == 0 {
					e.Action, e.Agency, e.Outcome = archive.EvDenied, "H45.01", archive.Denied
				}
				if n == 7 {
					e.Dossier, e.Address, e.Purpose, e.Outcome = "H15.50-261008-0007", "2001:db8::7", "thanh tra", archive.Failure
				}
			})
			es, all = append(es, e), append([]archive.ID{e.ID}, all...)
		}
		b.append(es...)
		even := []archive.ID{es[8].ID, es[6].ID, es[4].ID, es[2].ID, es[0].ID}
		for name, c := range map[string]struct {
			f    archive.EventFilter
			want []archive.ID
		}{
			"all by three":        {archive.EventFilter{Limit: 3}, all},
			"actor":               {archive.EventFilter{Actor: es[4].ActorID}, []archive.ID{es[4].ID}},
			"document":            {archive.EventFilter{Document: es[5].Document}, []archive.ID{es[5].ID}},
			"action":              {archive.EventFilter{Action: archive.EvDenied, Limit: 2}, even},
			"agencies":            {archive.EventFilter{Agencies: []archive.AgencyCode{"H45.01", "H99"}}, even},
			"no agency":           {archive.EventFilter{Agencies: []archive.AgencyCode{}}, []archive.ID{}},
			"half-open time":      {archive.EventFilter{At: archive.Span{From: at(1), To: at(2)}}, []archive.ID{es[3].ID, es[2].ID}},
			"from":                {archive.EventFilter{At: archive.Span{From: at(4)}}, []archive.ID{es[9].ID, es[8].ID}},
			"dossier":             {archive.EventFilter{Dossier: "H15.50-261008-0007"}, []archive.ID{es[7].ID}},
			"address":             {archive.EventFilter{Address: "2001:db8::7"}, []archive.ID{es[7].ID}},
			"purpose":             {archive.EventFilter{Purpose: "thanh tra"}, []archive.ID{es[7].ID}},
			"failed":              {archive.EventFilter{Outcome: archive.Failure}, []archive.ID{es[7].ID}},
			"denied, by two":      {archive.EventFilter{Outcome: archive.Denied, Limit: 2}, even},
			"done":                {archive.EventFilter{Outcome: archive.Success}, []archive.ID{es[9].ID, es[5].ID, es[3].ID, es[1].ID}},
			"two that never meet": {archive.EventFilter{Outcome: archive.Denied, Purpose: "thanh tra"}, []archive.ID{}},
			"everything at once": {archive.EventFilter{Outcome: archive.Failure, Purpose: "thanh tra", Address: "2001:db8::7", Dossier: "H15.50-261008-0007", Document: es[7].Document,
				Actor: es[7].ActorID, Action: archive.EvDeposit, Agencies: []archive.AgencyCode{"H15.50"}, At: archive.Span{From: at(3), To: at(4)}}, []archive.ID{es[7].ID}},
			"many agencies, by two": {archive.EventFilter{Agencies: append(slices.Repeat([]archive.AgencyCode{"H99"}, 20), "H45.01"), Limit: 2}, even},
			"a purpose of papers out of sight": {archive.EventFilter{Purpose: "thanh tra", Papers: &archive.Visibility{Whole: true, Accesses: []archive.Access{archive.Public}, States: archive.States}},
				[]archive.ID{}},
			"a purpose of no papers at all": {archive.EventFilter{Purpose: "thanh tra", Papers: &archive.Visibility{}}, []archive.ID{}},
			"action inside a time":          {archive.EventFilter{Action: archive.EvDenied, At: archive.Span{To: at(1)}}, []archive.ID{es[0].ID}},
		} {
			b.Run(name, func(t *testing.T) { same(t, "ids", bench{t, b.c}.trail(c.f), c.want) })
		}
		// A paper that is seen, and an act without a paper: their purposes can be searched for.
		seen := paper(func(d *archive.Document) { d.Access = archive.Public })
		b.insert(seen)
		of := event(6, func(e *archive.Event) { e.Document, e.Purpose = seen.ID, "kiểm tra" })
		none := event(7, func(e *archive.Event) { e.Document, e.Purpose = archive.ID{}, "kiểm tra" })
		b.append(of, none, event(8, func(e *archive.Event) { e.Purpose = "kiểm tra" }))
		see := archive.Visibility{Whole: true, Accesses: []archive.Access{archive.Public}, States: archive.States}
		same(b.T, "purposes of papers in sight", b.trail(archive.EventFilter{Purpose: "kiểm tra", Papers: &see, Limit: 1}), []archive.ID{none.ID, of.ID})
		wantError(b.T, b.c.View(b.Context(), func(tx archive.Tx) error {
			_, err := tx.Events().Browse(b.Context(), archive.EventFilter{After: "x"})
			return err
		}), archive.Invalid, "bad_cursor")
	}},
}

var treeTests = []test{
	{"what has no number is listed in commit order and numbered once", func(b bench) {
		var want []archive.ID
		for n := range 5 {
			e := event(-n)
			want = append(want, e.ID)
			b.append(e)
		}
		unnumbered := func(limit int) (ids []archive.ID) {
			b.update(func(tx archive.Tx) error {
				ids = []archive.ID{}
				ls, err := tx.Tree().Unnumbered(b.Context(), limit)
				for _, l := range ls {
					ids = append(ids, l.Event)
				}
				return err
			})
			return ids
		}
		same(b.T, "all", unnumbered(100), want)
		same(b.T, "three", unnumbered(3), want[:3])
		b.update(func(tx archive.Tx) error { return tx.Tree().Number(b.Context(), 0, want[:3]) })
		same(b.T, "rest", unnumbered(100), want[3:])
		b.refused(archive.Conflict, "", func(tx archive.Tx) error { return tx.Tree().Number(b.Context(), 3, want[2:4]) })
		b.refused(archive.Conflict, "", func(tx archive.Tx) error { return tx.Tree().Number(b.Context(), 3, []archive.ID{archive.NewID()}) })
		same(b.T, "still the rest", unnumbered(100), want[3:])
		b.view(func(tx archive.Tx) error {
			ls, err := tx.Tree().Leaves(b.Context(), 1, 10)
			if err != nil {
				return err
			}
			es := b.since(0)
			same(b.T, "leaves", ls, []archive.Leaf{{Event: want[1], Hash: es[0].Leaf}, {Event: want[2], Hash: es[1].Leaf}})
			return nil
		})
	}},
	{"a thousand are numbered together", func(b bench) {
		var want []archive.ID
		b.update(func(tx archive.Tx) error {
			for range 1000 {
				e := event(1)
				want = append(want, e.ID)
				if err := tx.Events().Append(b.Context(), e); err != nil {
					return err
				}
			}
			return nil
		})
		b.number()
		same(b.T, "ids", eventIDs(b.since(-1)), want)
	}},
	{"hashes are kept at their place and never replaced", func(b bench) {
		var hs [][32]byte
		for i := range 1200 {
			hs = append(hs, archive.DigestOf(fmt.Append(nil, i)))
		}
		b.update(func(tx archive.Tx) error {
			if err := tx.Tree().AddHashes(b.Context(), 0, hs[:5]); err != nil {
				return err
			}
			return tx.Tree().AddHashes(b.Context(), 5, hs[5:])
		})
		b.refused(archive.Conflict, "", func(tx archive.Tx) error { return tx.Tree().AddHashes(b.Context(), 1199, hs[:2]) })
		b.view(func(tx archive.Tx) error {
			got, err := tx.Tree().Hashes(b.Context(), []int64{1199, 0, 5, 0})
			same(b.T, "hashes", got, [][32]byte{hs[1199], hs[0], hs[5], hs[0]})
			_, missing := tx.Tree().Hashes(b.Context(), []int64{3, 1200})
			wantError(b.T, missing, archive.NotFound, "")
			none, nerr := tx.Tree().Hashes(b.Context(), nil)
			if nerr != nil || len(none) != 0 {
				b.Errorf("none: %v, %v", none, nerr)
			}
			return err
		})
	}},
	{"one checkpoint, the newest", func(b bench) {
		read := func() (size int64, signed []byte) {
			b.view(func(tx archive.Tx) (err error) {
				size, signed, err = tx.Tree().Checkpoint(b.Context())
				return err
			})
			return size, signed
		}
		size, signed := read()
		if size != 0 || signed != nil {
			b.Errorf("an empty log has checkpoint %d %q", size, signed)
		}
		b.update(func(tx archive.Tx) error { return tx.Tree().PutCheckpoint(b.Context(), 5, []byte("five"), at(1)) })
		b.update(func(tx archive.Tx) error { return tx.Tree().PutCheckpoint(b.Context(), 9, []byte("nine"), at(2)) })
		size, signed = read()
		same(b.T, "size", size, int64(9))
		same(b.T, "signed", string(signed), "nine")
	}},
}
