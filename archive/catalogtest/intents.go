package catalogtest

import (
	"sohoa/archive"
)

func intent(change ...func(*archive.Intent)) archive.Intent {
	i := archive.Intent{ID: archive.NewID(), Node: "n1", Document: archive.NewID(), Act: "deposit", CreatedAt: at(0), ExpiresAt: at(100)}
	i.Object = archive.DocumentObject(i.Document)
	for _, c := range change {
		c(&i)
	}
	return i
}

func (b bench) open(is ...archive.Intent) {
	b.Helper()
	b.update(func(tx archive.Tx) error {
		for _, i := range is {
			if err := tx.Intents().Open(b.Context(), i); err != nil {
				return err
			}
		}
		return nil
	})
}

var intentTests = []test{
	{"open, find, close", func(b bench) {
		i := intent(func(i *archive.Intent) { i.Act, i.After, i.Payload = string(archive.Accept), 4, []byte(`{"a":1}`) })
		b.open(i)
		b.update(func(tx archive.Tx) error {
			got, err := tx.Intents().OfDocument(b.Context(), i.Document)
			same(b.T, "intent", got, i)
			if err != nil {
				return err
			}
			n, err := tx.Intents().Count(b.Context())
			same(b.T, "count", n, 1)
			if err != nil {
				return err
			}
			return tx.Intents().Close(b.Context(), i.ID)
		})
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Intents().Close(b.Context(), i.ID) })
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			_, err := tx.Intents().OfDocument(b.Context(), i.Document)
			return err
		})
	}},
	{"an intent is the lock of its document", func(b bench) {
		i := intent()
		b.open(i)
		b.refused(archive.Conflict, "busy", func(tx archive.Tx) error {
			return tx.Intents().Open(b.Context(), intent(func(j *archive.Intent) { j.Document = i.Document }))
		})
		b.update(func(tx archive.Tx) error { return tx.Intents().Take(b.Context(), i.ID) })
		b.refused(archive.Conflict, "busy", func(tx archive.Tx) error {
			return tx.Intents().Open(b.Context(), intent(func(j *archive.Intent) { j.Document = i.Document }))
		})
	}},
	{"intents without a document lock nothing", func(b bench) {
		none := func(i *archive.Intent) { i.Document, i.Object = archive.ID{}, "" }
		b.open(intent(none), intent(none))
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			_, err := tx.Intents().OfDocument(b.Context(), archive.ID{})
			return err
		})
	}},
	{"a taken intent is the janitor's alone", func(b bench) {
		i := intent()
		b.open(i)
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Intents().Drop(b.Context(), i.ID) })
		for range 2 {
			b.update(func(tx archive.Tx) error { return tx.Intents().Take(b.Context(), i.ID) })
		}
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Intents().Close(b.Context(), i.ID) })
		b.update(func(tx archive.Tx) error { return tx.Intents().Drop(b.Context(), i.ID) })
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Intents().Take(b.Context(), i.ID) })
	}},
	{"the janitor sees what is expired, taken, or left by a former life, oldest first", func(b bench) {
		expired := intent(func(i *archive.Intent) { i.Node, i.CreatedAt, i.ExpiresAt = "n2", at(1), at(50) })
		fresh := intent(func(i *archive.Intent) { i.Node, i.CreatedAt = "n2", at(2) })
		former := intent(func(i *archive.Intent) { i.CreatedAt = at(3) })
		present := intent(func(i *archive.Intent) { i.CreatedAt = at(10) })
		taken := intent(func(i *archive.Intent) { i.Node, i.CreatedAt = "n2", at(4) })
		b.open(present, taken, former, fresh, expired)
		b.update(func(tx archive.Tx) error { return tx.Intents().Take(b.Context(), taken.ID) })
		for limit, want := range map[int][]archive.Intent{10: {expired, former, taken}, 2: {expired, former}} {
			b.view(func(tx archive.Tx) error {
				got, err := tx.Intents().Expired(b.Context(), at(50), "n1", at(10), limit)
				same(b.T, "intents", got, want)
				return err
			})
		}
	}},
}
