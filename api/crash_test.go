package api_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"sohoa/api"
	"sohoa/api/session"
	"sohoa/archive"
)

// A key that was claimed in a former life of this node is forgotten by the janitor, and the request can be made again.
func TestAKeyOfAFormerLifeIsForgotten(t *testing.T) {
	w := build(t)
	secret, digest := session.NewToken()
	k, err := w.AddToken(t.Context(), archive.System, archive.Token{Hash: digest, Role: archive.RoleClerk, Agency: "H15.50"})
	must(t, err)
	must(t, w.Catalog.Update(t.Context(), func(tx archive.Tx) error {
		_, fresh, err := tx.Answers().Begin(t.Context(), archive.Answer{Actor: k.ID, Route: "deposit", Key: "k", Node: w.Node, CreatedAt: time.Now().UTC().Add(-time.Hour)})
		if err == nil && !fresh {
			err = errors.New("the key is taken")
		}
		return err
	}))
	clerk := w.as(secret).with("Idempotency-Key: k")
	body := paper(64)
	clerk.do("PUT", "/api/v1/documents", body).refused(409, "still_running")
	_, err = w.Sweep(t.Context())
	must(t, err)
	a := clerk.do("PUT", "/api/v1/documents", body).want(201)
	_, err = w.Sweep(t.Context())
	must(t, err)
	if b := clerk.do("PUT", "/api/v1/documents", body).want(201); a.text("id") != b.text("id") {
		t.Error("made twice: the janitor forgot an answer that was given")
	}
}

// forgetful is a catalog in which keeping an answer fails as often as it is told.
type forgetful struct {
	archive.Catalog
	fail *atomic.Int32
}

func (f forgetful) Update(ctx context.Context, fn func(archive.Tx) error) error {
	return f.Catalog.Update(ctx, func(tx archive.Tx) error { return fn(forgetfulTx{tx, f.fail}) })
}

type forgetfulTx struct {
	archive.Tx
	fail *atomic.Int32
}

func (f forgetfulTx) Answers() archive.Answers { return forgetfulAnswers{f.Tx.Answers(), f.fail} }

type forgetfulAnswers struct {
	archive.Answers
	fail *atomic.Int32
}

func (f forgetfulAnswers) Complete(ctx context.Context, a archive.Answer) error {
	if f.fail.Add(-1) >= 0 {
		return errors.New("disk full")
	}
	return f.Answers.Complete(ctx, a)
}

// An act whose answer could not be kept did not happen: both are one transaction.
func TestAnActAndItsAnswerAreOne(t *testing.T) {
	var fail atomic.Int32
	w := build(t, func(a *archive.Config, _ *api.Config) { a.Catalog = forgetful{a.Catalog, &fail} })
	clerk := w.clerk()
	at := clerk.deposited("", paper(64))
	clerk.with("If-Match: *").do("PATCH", at, `{"type":"QĐ","subject":"x"}`).want(200)
	body := paper(64)
	for _, c := range []struct {
		reason, method, path string
		body                 any
		header               []string
		done                 int
	}{
		{"a deposit", "PUT", "/api/v1/documents", body, nil, 201},
		{"a dossier", "POST", "/api/v1/dossiers", map[string]any{"code": "H15.50-261008-0001"}, nil, 201},
		{"a move", "POST", at + "/submit", nil, []string{"If-Match: *"}, 200},
	} {
		t.Run(c.reason, func(t *testing.T) {
			k := clerk.with(append(c.header, "Idempotency-Key: "+c.path)...)
			fail.Store(1)
			k.do(c.method, c.path, c.body).refused(500, "internal")
			first := k.do(c.method, c.path, c.body).want(c.done)
			again := k.do(c.method, c.path, c.body).want(c.done)
			if string(first.body) != string(again.body) {
				t.Errorf("answers:\n%s%s", first.body, again.body)
			}
		})
	}
	if l := clerk.do("GET", "/api/v1/documents", nil).want(200); len(l.at("items").([]any)) != 2 {
		t.Errorf("papers: %s", l.body)
	}
}
