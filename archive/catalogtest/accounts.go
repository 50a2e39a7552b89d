package catalogtest

import (
	"errors"

	"sohoa/archive"
)

func account(login string) archive.Account {
	return archive.Account{ID: archive.NewID(), Login: login, Name: "Trần Thị Thử", Role: archive.RoleAuditor, Agency: "H15", From: at(1), Until: at(2),
		PasswordHash: "$argon2id$…", MustChange: true, Revision: 1, CreatedAt: noon, UpdatedAt: noon}
}

var accountTests = []test{
	{"accounts are found by id and login, changed by revision, listed by login", func(b bench) {
		x, y := account("b.y"), account("a.x")
		b.update(func(tx archive.Tx) error {
			return errors.Join(tx.Accounts().Insert(b.Context(), x), tx.Accounts().Insert(b.Context(), y))
		})
		x.Closed, x.MustChange, x.Until = true, false, at(9)
		b.update(func(tx archive.Tx) error { return tx.Accounts().Update(b.Context(), x, 1) })
		x.Revision = 2
		b.view(func(tx archive.Tx) error {
			got, err := tx.Accounts().Get(b.Context(), x.ID)
			same(b.T, "by id", got, x)
			got, err2 := tx.Accounts().ByLogin(b.Context(), "a.x")
			same(b.T, "by login", got, y)
			list, err3 := tx.Accounts().List(b.Context(), "", 10)
			same(b.T, "list", list, []archive.Account{y, x})
			list, err4 := tx.Accounts().List(b.Context(), "a.x", 10)
			same(b.T, "list after", list, []archive.Account{x})
			n, err5 := tx.Accounts().Count(b.Context())
			same(b.T, "count", n, 2)
			return errors.Join(err, err2, err3, err4, err5)
		})
		if err := b.c.Update(b.Context(), func(tx archive.Tx) error { return tx.Accounts().Update(b.Context(), x, 1) }); !errors.Is(err, archive.ErrStale) {
			b.Errorf("got %v, want ErrStale", err)
		}
		b.refused(archive.Conflict, "login_taken", func(tx archive.Tx) error { return tx.Accounts().Insert(b.Context(), account("a.x")) })
		x.Login = "a.x"
		b.refused(archive.Conflict, "login_taken", func(tx archive.Tx) error { return tx.Accounts().Update(b.Context(), x, 2) })
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Accounts().Update(b.Context(), account("c"), 1) })
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			_, err := tx.Accounts().ByLogin(b.Context(), "nobody")
			return err
		})
	}},
	{"sessions live, are touched and end", func(b bench) {
		who := archive.NewID()
		session := func(name string, account archive.ID, until int) archive.Session {
			return archive.Session{Hash: archive.DigestOf([]byte(name)), Account: account, CreatedAt: at(0), SeenAt: at(0), ExpiresAt: at(until), Device: "Firefox", Address: "10.0.0.7"}
		}
		x, y, z := session("x", who, 10), session("y", who, 20), session("z", archive.NewID(), 20)
		b.update(func(tx archive.Tx) error {
			s := tx.Sessions()
			return errors.Join(s.Insert(b.Context(), x), s.Insert(b.Context(), y), s.Insert(b.Context(), z), s.Touch(b.Context(), y.Hash, at(5)))
		})
		y.SeenAt = at(5)
		there := func(s archive.Session, want bool) {
			b.Helper()
			b.view(func(tx archive.Tx) error {
				got, err := tx.Sessions().Get(b.Context(), s.Hash)
				if !want {
					wantError(b.T, err, archive.NotFound, "")
					return nil
				}
				same(b.T, "session", got, s)
				return err
			})
		}
		there(x, true)
		there(y, true)
		b.refused(archive.Conflict, "", func(tx archive.Tx) error { return tx.Sessions().Insert(b.Context(), x) })
		b.update(func(tx archive.Tx) error { return tx.Sessions().Expire(b.Context(), at(10)) })
		there(x, false)
		there(y, true)
		b.update(func(tx archive.Tx) error { return tx.Sessions().DeleteAll(b.Context(), who) })
		there(y, false)
		there(z, true)
		b.update(func(tx archive.Tx) error {
			return errors.Join(tx.Sessions().Delete(b.Context(), z.Hash), tx.Sessions().Delete(b.Context(), z.Hash), tx.Sessions().Touch(b.Context(), z.Hash, at(9)))
		})
		there(z, false)
	}},
	{"tokens are found by hash, listed by id, revoked once", func(b bench) {
		token := func(name string) archive.Token {
			return archive.Token{ID: archive.NewID(), Hash: archive.DigestOf([]byte(name)), Role: archive.RoleService, Agency: "H15.50", Note: "iGate", Until: at(99), CreatedAt: at(0), CreatedBy: archive.NewID()}
		}
		x, y := token("x"), token("y")
		b.update(func(tx archive.Tx) error {
			k := tx.Tokens()
			return errors.Join(k.Insert(b.Context(), x), k.Insert(b.Context(), y), k.Touch(b.Context(), y.ID, at(3)), k.Revoke(b.Context(), y.ID, at(4)), k.Revoke(b.Context(), y.ID, at(8)))
		})
		y.SeenAt, y.RevokedAt = at(3), at(4)
		b.view(func(tx archive.Tx) error {
			got, err := tx.Tokens().ByHash(b.Context(), y.Hash)
			same(b.T, "by hash", got, y)
			got, err2 := tx.Tokens().Get(b.Context(), x.ID)
			same(b.T, "by id", got, x)
			list, err3 := tx.Tokens().List(b.Context(), archive.ID{}, 10)
			same(b.T, "list", list, []archive.Token{x, y})
			list, err4 := tx.Tokens().List(b.Context(), x.ID, 10)
			same(b.T, "list after", list, []archive.Token{y})
			return errors.Join(err, err2, err3, err4)
		})
		b.refused(archive.Conflict, "", func(tx archive.Tx) error { return tx.Tokens().Insert(b.Context(), x) })
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Tokens().Revoke(b.Context(), archive.NewID(), at(1)) })
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			_, err := tx.Tokens().ByHash(b.Context(), archive.DigestOf([]byte("z")))
			return err
		})
	}},
}

var answerTests = []test{
	{"a key is claimed once, completed, and gives the same answer", func(b bench) {
		a := archive.Answer{Actor: archive.NewID(), Route: "PUT /documents", Key: "k", Body: archive.DigestOf([]byte("body")), Node: "n1", CreatedAt: at(1)}
		begin := func(a archive.Answer) (got archive.Answer, first bool) {
			b.update(func(tx archive.Tx) (err error) {
				got, first, err = tx.Answers().Begin(b.Context(), a)
				return err
			})
			return got, first
		}
		got, first := begin(a)
		same(b.T, "first", first, true)
		same(b.T, "claimed", got, a)
		got, first = begin(archive.Answer{Actor: a.Actor, Route: a.Route, Key: a.Key, Body: archive.DigestOf([]byte("other")), Node: "n2", CreatedAt: at(2)})
		same(b.T, "second is first", first, false)
		if got.Status != 0 || got.Body != a.Body {
			b.Errorf("while running: %+v", got)
		}
		_, first = begin(archive.Answer{Actor: archive.NewID(), Route: a.Route, Key: a.Key, CreatedAt: at(2)})
		same(b.T, "another actor's key is another key", first, true)
		a.Status, a.Header, a.Reply = 201, map[string]string{"Location": "/x"}, []byte("{}")
		b.update(func(tx archive.Tx) error { return tx.Answers().Complete(b.Context(), a) })
		got, first = begin(a)
		same(b.T, "after completion", first, false)
		same(b.T, "answer", got, a)
		b.update(func(tx archive.Tx) error { return tx.Answers().Abandon(b.Context(), a.Actor, a.Route, a.Key) })
		_, first = begin(a)
		same(b.T, "a completed answer stays", first, false)
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			return tx.Answers().Complete(b.Context(), archive.Answer{Actor: a.Actor, Route: "x", Key: "y", Status: 200})
		})
	}},
	{"an abandoned key is free", func(b bench) {
		a := archive.Answer{Actor: archive.NewID(), Route: "r", Key: "k", CreatedAt: at(1)}
		for range 2 {
			b.update(func(tx archive.Tx) error {
				_, first, err := tx.Answers().Begin(b.Context(), a)
				same(b.T, "first", first, true)
				return errors.Join(err, tx.Answers().Abandon(b.Context(), a.Actor, a.Route, a.Key))
			})
		}
	}},
	{"old answers and those a former life left running are forgotten", func(b bench) {
		who := archive.NewID()
		begin := func(key, node string, minute int) {
			b.update(func(tx archive.Tx) error {
				_, _, err := tx.Answers().Begin(b.Context(), archive.Answer{Actor: who, Route: "r", Key: key, Node: node, CreatedAt: at(minute)})
				return err
			})
		}
		begin("old", "n2", 1)
		begin("former", "n1", 20)
		begin("finished", "n1", 21)
		begin("elsewhere", "n2", 22)
		begin("present", "n1", 31)
		b.update(func(tx archive.Tx) error {
			return errors.Join(tx.Answers().Complete(b.Context(), archive.Answer{Actor: who, Route: "r", Key: "finished", Status: 201}),
				tx.Answers().Forget(b.Context(), at(10), "n1", at(30), at(1000)))
		})
		for key, want := range map[string]bool{"old": true, "former": true, "finished": false, "elsewhere": false, "present": false} {
			b.update(func(tx archive.Tx) error {
				_, first, err := tx.Answers().Begin(b.Context(), archive.Answer{Actor: who, Route: "r", Key: key, CreatedAt: at(40)})
				same(b.T, key+" forgotten", first, want)
				return err
			})
		}
	}},
	{"settings are set, replaced and deleted", func(b bench) {
		b.update(func(tx archive.Tx) error { return errors.Join(set(tx, "a", "1"), set(tx, "a", "2"), set(tx, "b", "")) })
		same(b.T, "a", b.setting("a"), "2")
		b.update(func(tx archive.Tx) error {
			return errors.Join(tx.Settings().Delete(b.Context(), "a"), tx.Settings().Delete(b.Context(), "a"))
		})
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			_, err := tx.Settings().Get(b.Context(), "a")
			return err
		})
	}},
}
