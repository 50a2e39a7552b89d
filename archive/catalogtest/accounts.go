package catalogtest

import (
	"errors"

	"sohoa/archive"
)

func account(login string) archive.Account {
	return archive.Account{ID: archive.NewID(), Login: login, Name: "Trần Thị Thử", Role: archive.RoleAuditor, Agency: "H15", From: at(1), Until: at(2),
		PasswordHash: "$argon2id$…", MustChange: true, PasswordUntil: at(7), Revision: 1, CreatedAt: noon, UpdatedAt: noon}
}

var accountTests = []test{
	{"accounts are found by id and login, changed by revision, listed by login", func(b bench) {
		x, y := account("b.y"), account("a.x")
		b.update(func(tx archive.Tx) error {
			return errors.Join(tx.Accounts().Insert(b.Context(), x), tx.Accounts().Insert(b.Context(), y))
		})
		x.Closed, x.MustChange, x.Until, x.Notice, x.Issuer, x.Subject, x.Managed = true, false, at(9), archive.NoticeFactorReset, "https://sso.example", "17", true
		b.update(func(tx archive.Tx) error { return tx.Accounts().Update(b.Context(), x, 1) })
		x.Revision = 2
		b.view(func(tx archive.Tx) error {
			got, err := tx.Accounts().Get(b.Context(), x.ID)
			same(b.T, "by id", got, x)
			if err != nil {
				return err
			}
			got, err = tx.Accounts().ByIdentity(b.Context(), "https://sso.example", "17")
			same(b.T, "by identity", got, x)
			if err != nil {
				return err
			}
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
		z := account("z")
		z.Issuer, z.Subject = x.Issuer, x.Subject
		b.refused(archive.Conflict, "identity_taken", func(tx archive.Tx) error { return tx.Accounts().Insert(b.Context(), z) })
		for _, id := range [][2]string{{x.Issuer, "18"}, {"https://other.example", x.Subject}, {"", ""}, {"", x.Subject}} {
			b.refused(archive.NotFound, "", func(tx archive.Tx) error {
				_, err := tx.Accounts().ByIdentity(b.Context(), id[0], id[1])
				return err
			})
		}
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			_, err := tx.Accounts().ByLogin(b.Context(), "nobody")
			return err
		})
	}},
	{"sessions live, are touched and end", func(b bench) {
		who := archive.NewID()
		session := func(name string, account archive.ID, until int) archive.Session {
			return archive.Session{Hash: archive.DigestOf([]byte(name)), Account: account, CreatedAt: at(0), SeenAt: at(0), ExpiresAt: at(until), Device: "Firefox", Address: "10.0.0.7", ID: archive.NewID(), Method: archive.ByCode, ProvedAt: at(0)}
		}
		x, y, z := session("x", who, 10), session("y", who, 20), session("z", archive.NewID(), 20)
		z.Provider = "of the provider's"
		b.update(func(tx archive.Tx) error {
			s := tx.Sessions()
			return errors.Join(s.Insert(b.Context(), x), s.Insert(b.Context(), y), s.Insert(b.Context(), z), s.Touch(b.Context(), y.Hash, at(5)), s.Prove(b.Context(), x.Hash, at(4)))
		})
		y.SeenAt, x.ProvedAt = at(5), at(4)
		b.view(func(tx archive.Tx) error {
			all, err := tx.Sessions().Of(b.Context(), who)
			same(b.T, "of a person", all, []archive.Session{y, x})
			return err
		})
		b.view(func(tx archive.Tx) error {
			for provider, want := range map[string][]archive.Session{z.Provider: {z}, "another": nil, "": nil} {
				got, err := tx.Sessions().OfProvider(b.Context(), provider)
				if err != nil {
					return err
				}
				same(b.T, "of a provider's "+provider, got, want)
			}
			return nil
		})
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Sessions().Prove(b.Context(), archive.Digest{}, at(1)) })
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
			return archive.Token{ID: archive.NewID(), Hash: archive.DigestOf([]byte(name)), Role: archive.RoleService, Agency: "H15.50", Note: "iGate", Until: at(99), CreatedAt: at(0), CreatedBy: archive.NewID(), Owner: archive.NewID()}
		}
		x, y := token("x"), token("y")
		b.update(func(tx archive.Tx) error {
			k := tx.Tokens()
			return errors.Join(k.Insert(b.Context(), x), k.Insert(b.Context(), y), k.Touch(b.Context(), y.ID, at(3)), k.Revoke(b.Context(), y.ID, at(4)), k.Revoke(b.Context(), y.ID, at(8)))
		})
		y.SeenAt, y.RevokedAt, y.Owner = at(3), at(4), x.Owner
		b.update(func(tx archive.Tx) error { return tx.Tokens().Own(b.Context(), y.ID, x.Owner) })
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Tokens().Own(b.Context(), archive.NewID(), x.Owner) })
		b.view(func(tx archive.Tx) error {
			got, err := tx.Tokens().ByHash(b.Context(), y.Hash)
			same(b.T, "by hash", got, y)
			got, err2 := tx.Tokens().Get(b.Context(), x.ID)
			same(b.T, "by id", got, x)
			list, err3 := tx.Tokens().List(b.Context(), archive.ID{}, 10)
			same(b.T, "list", list, []archive.Token{x, y})
			list, err4 := tx.Tokens().List(b.Context(), x.ID, 10)
			same(b.T, "list after", list, []archive.Token{y})
			list, err5 := tx.Tokens().Of(b.Context(), x.Owner, 10)
			same(b.T, "of a person", list, []archive.Token{y, x})
			list, err6 := tx.Tokens().Of(b.Context(), x.Owner, 1)
			same(b.T, "the newest of a person", list, []archive.Token{y})
			list, err7 := tx.Tokens().Of(b.Context(), archive.ID{}, 10)
			same(b.T, "of nobody", list, []archive.Token(nil))
			return errors.Join(err, err2, err3, err4, err5, err6, err7)
		})
		b.refused(archive.Conflict, "", func(tx archive.Tx) error { return tx.Tokens().Insert(b.Context(), x) })
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Tokens().Revoke(b.Context(), archive.NewID(), at(1)) })
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			_, err := tx.Tokens().ByHash(b.Context(), archive.DigestOf([]byte("z")))
			return err
		})
	}},
}

var doorTests = []test{
	{"a second factor is kept, its steps and recovery codes are each used once", func(b bench) {
		who := archive.NewID()
		f := archive.SecondFactor{Account: who, Secret: []byte("sealed"), Salt: []byte{}, CreatedAt: at(1)}
		b.update(func(tx archive.Tx) error { return tx.Factors().Put(b.Context(), f) })
		f.Secret, f.Salt, f.Confirmed, f.Step = []byte("other"), []byte("salt"), true, 7
		x, y := archive.DigestOf([]byte("x")), archive.DigestOf([]byte("y"))
		b.update(func(tx archive.Tx) error {
			t := tx.Factors()
			return errors.Join(t.Put(b.Context(), f), t.SetRecovery(b.Context(), who, []archive.Digest{y}), t.SetRecovery(b.Context(), who, []archive.Digest{x, y}),
				t.Use(b.Context(), who, 9), t.Spend(b.Context(), who, x))
		})
		f.Step = 9
		b.view(func(tx archive.Tx) error {
			got, err := tx.Factors().Get(b.Context(), who)
			same(b.T, "factor", got, f)
			n, err2 := tx.Factors().Recovery(b.Context(), who)
			same(b.T, "codes left", n, 1)
			return errors.Join(err, err2)
		})
		for _, step := range []int64{8, 9} {
			b.refused(archive.Conflict, "code_used", func(tx archive.Tx) error { return tx.Factors().Use(b.Context(), who, step) })
		}
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Factors().Spend(b.Context(), who, x) })
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Factors().Spend(b.Context(), archive.NewID(), y) })
		b.update(func(tx archive.Tx) error {
			return errors.Join(tx.Factors().Remove(b.Context(), who), tx.Factors().Remove(b.Context(), who))
		})
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { _, err := tx.Factors().Get(b.Context(), who); return err })
		b.refused(archive.NotFound, "", func(tx archive.Tx) error { return tx.Factors().Spend(b.Context(), who, y) })
	}},
	{"passes are of a kind, counted, taken once, and end", func(b bench) {
		who := archive.NewID()
		pass := func(name string, kind archive.PassKind, until int) archive.Pass {
			return archive.Pass{Hash: archive.DigestOf([]byte(name)), Kind: kind, Account: who, Data: "{}", CreatedAt: at(0), ExpiresAt: at(until)}
		}
		x, y, z := pass("x", archive.PassStep, 10), pass("y", archive.PassBrowser, 20), pass("z", archive.PassInvite, 30)
		z.Account = archive.ID{}
		b.update(func(tx archive.Tx) error {
			p := tx.Passes()
			return errors.Join(p.Put(b.Context(), x), p.Put(b.Context(), y), p.Put(b.Context(), z))
		})
		get := func(p archive.Pass, kind archive.PassKind) (got archive.Pass, err error) {
			verr := b.c.View(b.Context(), func(tx archive.Tx) error { got, err = tx.Passes().Get(b.Context(), kind, p.Hash); return nil })
			return got, errors.Join(err, verr)
		}
		if _, err := get(x, archive.PassInvite); archive.KindOf(err) != archive.NotFound {
			b.Errorf("of another kind: %v", err)
		}
		b.update(func(tx archive.Tx) error {
			for want := 1; want <= 2; want++ {
				n, err := tx.Passes().Try(b.Context(), archive.PassStep, x.Hash)
				if same(b.T, "tries", n, want); err != nil {
					return err
				}
			}
			return nil
		})
		x.Tries = 2
		b.update(func(tx archive.Tx) error {
			got, err := tx.Passes().Take(b.Context(), archive.PassStep, x.Hash)
			same(b.T, "taken", got, x)
			return err
		})
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			_, err := tx.Passes().Take(b.Context(), archive.PassStep, x.Hash)
			return err
		})
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			_, err := tx.Passes().Try(b.Context(), archive.PassStep, x.Hash)
			return err
		})
		y.ExpiresAt = at(25)
		b.update(func(tx archive.Tx) error {
			return errors.Join(tx.Passes().Put(b.Context(), y), tx.Passes().Expire(b.Context(), at(24)))
		})
		if got, err := get(y, archive.PassBrowser); err != nil || got != y {
			b.Errorf("renewed: %+v %v", got, err)
		}
		b.update(func(tx archive.Tx) error {
			return errors.Join(tx.Passes().DeleteAll(b.Context(), who, archive.PassStep, archive.PassBrowser), tx.Passes().Expire(b.Context(), at(26)))
		})
		if _, err := get(y, archive.PassBrowser); archive.KindOf(err) != archive.NotFound {
			b.Errorf("after all of a person's were deleted: %v", err)
		}
		if _, err := get(z, archive.PassInvite); err != nil {
			b.Errorf("somebody else's: %v", err)
		}
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
