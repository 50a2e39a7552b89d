package catalogtest

import (
	"sohoa/archive"
)

func upload(change ...func(*archive.Upload)) archive.Upload {
	u := archive.Upload{ID: archive.NewID(), Actor: archive.NewID(), Node: "n1", Size: 1 << 33, Metadata: []byte(`{"FileName":"Quyết định.pdf"}`), CreatedAt: at(0), ExpiresAt: at(100)}
	for _, c := range change {
		c(&u)
	}
	return u
}

func (b bench) begin(us ...archive.Upload) {
	b.Helper()
	b.update(func(tx archive.Tx) error {
		for _, u := range us {
			if err := tx.Uploads().Insert(b.Context(), u); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b bench) upload(id archive.ID) (u archive.Upload) {
	b.Helper()
	b.view(func(tx archive.Tx) (err error) {
		u, err = tx.Uploads().Get(b.Context(), id)
		return err
	})
	return u
}

var uploadTests = []test{
	{"insert, change, delete", func(b bench) {
		u := upload()
		b.begin(u)
		same(b.T, "upload", b.upload(u.ID), u)
		b.refused(archive.Conflict, "", func(tx archive.Tx) error { return tx.Uploads().Insert(b.Context(), u) })
		u.Document, u.Failure, u.ExpiresAt = archive.NewID(), []byte(`{"Code":"unsafe_file"}`), at(200)
		changed := u
		changed.Actor, changed.Node, changed.Size, changed.Metadata, changed.CreatedAt = archive.NewID(), "n2", 5, []byte(`{}`), at(50)
		b.update(func(tx archive.Tx) error { return tx.Uploads().Update(b.Context(), changed) })
		same(b.T, "changed", b.upload(u.ID), u) // only what Update is to write
		u.Failure = nil
		b.update(func(tx archive.Tx) error { return tx.Uploads().Update(b.Context(), u) })
		same(b.T, "without its failure", b.upload(u.ID), u)
		for range 2 {
			b.update(func(tx archive.Tx) error { return tx.Uploads().Delete(b.Context(), u.ID) })
		}
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			_, err := tx.Uploads().Get(b.Context(), u.ID)
			return err
		})
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Uploads().Update(b.Context(), u) })
	}},
	{"an actor's open uploads are counted, with their bytes", func(b bench) {
		who := archive.NewID()
		of := func(u *archive.Upload) { u.Actor = who }
		b.begin(upload(of), upload(of, func(u *archive.Upload) { u.Size, u.Node = 3, "n2" }), upload(),
			upload(of, func(u *archive.Upload) { u.Document = archive.NewID() }), upload(of, func(u *archive.Upload) { u.Failure = []byte("{}") }))
		b.view(func(tx archive.Tx) error {
			n, bytes, err := tx.Uploads().Open(b.Context(), who)
			same(b.T, "uploads", n, 2)
			same(b.T, "bytes", bytes, 1<<33+3)
			if err != nil {
				return err
			}
			n, bytes, err = tx.Uploads().Open(b.Context(), archive.NewID())
			same(b.T, "uploads of somebody else", n, 0)
			same(b.T, "bytes of somebody else", bytes, 0)
			return err
		})
	}},
	{"the janitor of a node sees the expired ones of that node, oldest first", func(b bench) {
		late := upload(func(u *archive.Upload) { u.ExpiresAt = at(49) })
		early := upload(func(u *archive.Upload) { u.ExpiresAt, u.Document = at(10), archive.NewID() })
		edge := upload(func(u *archive.Upload) { u.ExpiresAt, u.Failure = at(50), []byte("{}") })
		elsewhere := upload(func(u *archive.Upload) { u.ExpiresAt, u.Node = at(10), "n2" })
		b.begin(late, early, edge, elsewhere, upload())
		for limit, want := range map[int][]archive.Upload{10: {early, late, edge}, 1: {early}} {
			b.view(func(tx archive.Tx) error {
				got, err := tx.Uploads().Expired(b.Context(), "n1", at(50), limit)
				same(b.T, "uploads", got, want)
				return err
			})
		}
	}},
	{"what no node came back for is forgotten", func(b bench) {
		gone, kept := upload(func(u *archive.Upload) { u.ExpiresAt = at(49) }), upload(func(u *archive.Upload) { u.ExpiresAt = at(50) })
		b.begin(gone, kept)
		b.update(func(tx archive.Tx) error { return tx.Uploads().Forget(b.Context(), at(50)) })
		same(b.T, "kept", b.upload(kept.ID), kept)
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			_, err := tx.Uploads().Get(b.Context(), gone.ID)
			return err
		})
	}},
}
