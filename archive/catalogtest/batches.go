package catalogtest

import (
	"sohoa/archive"
)

func batch(actor archive.ID, minute int) archive.Bulk {
	return archive.Bulk{ID: archive.NewID(), Actor: actor, ActorName: "Lò Văn An", Address: "203.0.113.7", Request: "r1", Act: archive.BulkReturn,
		Args: archive.BulkArgs{Reason: "thiếu trang"}, State: archive.BatchAsked, CreatedAt: at(minute)}
}

func chosen(n int) []archive.BatchPaper {
	ps := make([]archive.BatchPaper, n)
	for i := range ps {
		ps[i] = archive.BatchPaper{Place: i + 1, Document: archive.NewID(), State: archive.PaperWaiting}
	}
	return ps
}

func (b bench) batch(id archive.ID) (out archive.Bulk) {
	b.Helper()
	b.view(func(tx archive.Tx) (err error) {
		out, err = tx.Batches().Get(b.Context(), id)
		return err
	})
	return out
}

func (b bench) places(id archive.ID, state archive.PaperState, after, limit int) (out []int) {
	b.Helper()
	b.view(func(tx archive.Tx) error {
		ps, err := tx.Batches().Papers(b.Context(), id, state, after, limit)
		for _, p := range ps {
			out = append(out, p.Place)
		}
		return err
	})
	return out
}

var batchTests = []test{
	{"its papers are read back in order, and counted by what became of them", func(b bench) {
		bulk, ps := batch(archive.NewID(), 0), chosen(450) // more than one statement takes
		b.update(func(tx archive.Tx) error { return tx.Batches().Insert(b.Context(), bulk, ps) })
		want := bulk
		want.Waiting = 450
		same(b.T, "batch", b.batch(bulk.ID), want)
		same(b.T, "the last places", b.places(bulk.ID, "", 447, 10), []int{448, 449, 450})

		done := ps[1]
		done.State, done.Left, done.Before, done.At = archive.PaperDone, 7, archive.BulkArgs{Assignee: archive.NewID(), Unit: "H15.50"}, at(2)
		refused := ps[3]
		refused.State, refused.Code, refused.Message, refused.At = archive.PaperRefused, "wrong_state", archive.Text{VI: "Không trả lại được.", EN: "It cannot be returned."}, at(2)
		b.update(func(tx archive.Tx) error {
			if err := tx.Batches().Mark(b.Context(), bulk.ID, done); err != nil {
				return err
			}
			return tx.Batches().Mark(b.Context(), bulk.ID, refused)
		})
		want.Waiting, want.Done, want.Refused = 448, 1, 1
		same(b.T, "batch", b.batch(bulk.ID), want)
		same(b.T, "waiting", b.places(bulk.ID, archive.PaperWaiting, 0, 4), []int{1, 3, 5, 6})
		b.view(func(tx archive.Tx) error {
			got, err := tx.Batches().Papers(b.Context(), bulk.ID, "", 1, 3)
			same(b.T, "papers", got, []archive.BatchPaper{done, ps[2], refused})
			return err
		})
	}},
	{"a paper is marked once", func(b bench) {
		bulk, ps := batch(archive.NewID(), 0), chosen(1)
		b.update(func(tx archive.Tx) error { return tx.Batches().Insert(b.Context(), bulk, ps) })
		ps[0].State, ps[0].At = archive.PaperDone, at(1)
		b.update(func(tx archive.Tx) error { return tx.Batches().Mark(b.Context(), bulk.ID, ps[0]) })
		b.refused(archive.Conflict, "stale_revision", func(tx archive.Tx) error { return tx.Batches().Mark(b.Context(), bulk.ID, ps[0]) })
		ps[0].Place = 2
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Batches().Mark(b.Context(), bulk.ID, ps[0]) })
	}},
	{"moves on from the state it is in, and from no other", func(b bench) {
		bulk := batch(archive.NewID(), 0)
		step := func(from, to archive.BatchState, minute int) func(archive.Tx) error {
			return func(tx archive.Tx) error { return tx.Batches().SetState(b.Context(), bulk.ID, from, to, at(minute)) }
		}
		b.update(func(tx archive.Tx) error { return tx.Batches().Insert(b.Context(), bulk, nil) })
		b.refused(archive.Conflict, "stale_revision", step(archive.BatchRunning, archive.BatchDone, 1))
		b.update(step(archive.BatchAsked, archive.BatchRunning, 1))
		b.refused(archive.Conflict, "stale_revision", step(archive.BatchAsked, archive.BatchRunning, 2))
		b.update(step(archive.BatchRunning, archive.BatchDone, 3))
		bulk.State, bulk.StartedAt, bulk.FinishedAt = archive.BatchDone, at(1), at(3)
		same(b.T, "batch", b.batch(bulk.ID), bulk)
		bulk.ID = archive.NewID()
		b.refused(archive.NotFound, "", step(archive.BatchAsked, archive.BatchRunning, 4))
	}},
	{"of one actor, newest first; the old are forgotten unless they run", func(b bench) {
		me, she := archive.NewID(), archive.NewID()
		old, running, fresh, hers := batch(me, 0), batch(me, 1), batch(me, 9), batch(she, 9)
		running.State = archive.BatchRunning
		b.update(func(tx archive.Tx) error {
			for _, x := range []archive.Bulk{old, running, fresh, hers} {
				if err := tx.Batches().Insert(b.Context(), x, chosen(2)); err != nil {
					return err
				}
			}
			return nil
		})
		mine := func(limit int) (out []archive.ID) {
			b.view(func(tx archive.Tx) error {
				bs, err := tx.Batches().Of(b.Context(), me, limit)
				for _, x := range bs {
					out = append(out, x.ID)
				}
				return err
			})
			return out
		}
		same(b.T, "mine", mine(10), []archive.ID{fresh.ID, running.ID, old.ID})
		same(b.T, "the newest", mine(1), []archive.ID{fresh.ID})
		b.update(func(tx archive.Tx) error { return tx.Batches().Forget(b.Context(), at(5)) })
		same(b.T, "mine later", mine(10), []archive.ID{fresh.ID, running.ID})
		same(b.T, "papers of the forgotten", b.places(old.ID, "", 0, 10), nil)
		same(b.T, "papers of the running", b.places(running.ID, "", 0, 10), []int{1, 2})
		wantError(b.T, b.c.View(b.Context(), func(tx archive.Tx) error {
			_, err := tx.Batches().Get(b.Context(), old.ID)
			return err
		}), archive.NotFound, "")
	}},
}
