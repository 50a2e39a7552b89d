package catalogtest

import (
	"time"

	"sohoa/archive"
)

func signerOf(scope, name string, minute int) archive.Learned {
	return archive.Learned{Kind: archive.LearnedSigner, Scope: scope, Value: name, Also: "Chủ tịch", Shown: "ỦY BAN " + scope, Confirmed: 1, Document: archive.NewID(), FirstAt: at(minute), LastAt: at(minute)}
}

func (b bench) newest(kind archive.LearnedKind, since time.Time, limit int) (out []archive.Learned) {
	b.Helper()
	b.view(func(tx archive.Tx) (err error) {
		out, err = tx.Learnt().Newest(b.Context(), kind, since, limit)
		return err
	})
	return out
}

var learntTests = []test{
	{"what is confirmed again counts and is as it was last", func(b bench) {
		one, again, other := signerOf("xa ea sur", "Lò Thị Mai", 1), signerOf("xa ea sur", "Lò Thị Mai", 3), signerOf("xa ea kly", "Lò Thị Mai", 2)
		again.Also = "Phó Chủ tịch"
		b.update(func(tx archive.Tx) error {
			for _, l := range []archive.Learned{one, other, again} {
				if err := tx.Learnt().Confirm(b.Context(), l); err != nil {
					return err
				}
			}
			if err := tx.Learnt().Deny(b.Context(), archive.LearnedSigner, "xa ea kly", "Lò Thị Mai"); err != nil {
				return err
			}
			return tx.Learnt().Deny(b.Context(), archive.LearnedSigner, "xa ea kly", "nobody")
		})
		again.Confirmed, again.FirstAt = 2, one.FirstAt
		other.Denied = 1
		same(b.T, "newest first", b.newest(archive.LearnedSigner, time.Time{}, 10), []archive.Learned{again, other})
		same(b.T, "at most so many", b.newest(archive.LearnedSigner, time.Time{}, 1), []archive.Learned{again})
		same(b.T, "since", b.newest(archive.LearnedSigner, at(3), 10), []archive.Learned{again})
		same(b.T, "of another kind", len(b.newest(archive.LearnedAgency, time.Time{}, 10)), 0)
	}},
	{"what is forgotten is gone, and is not there twice", func(b bench) {
		b.update(func(tx archive.Tx) error {
			return tx.Learnt().Confirm(b.Context(), signerOf("xa ea sur", "Lò Thị Mai", 1))
		})
		forget := func(tx archive.Tx) error {
			return tx.Learnt().Forget(b.Context(), archive.LearnedSigner, "xa ea sur", "Lò Thị Mai")
		}
		b.update(forget)
		same(b.T, "left", len(b.newest(archive.LearnedSigner, time.Time{}, 10)), 0)
		b.refused(archive.NotFound, "", forget)
	}},
}
