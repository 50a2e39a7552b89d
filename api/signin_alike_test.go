package api_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"sohoa/api"
	"sohoa/api/session"
	"sohoa/archive"
)

// watched is a catalog that notes which nouns are asked for, in which transactions.
type watched struct {
	archive.Catalog
	mu    *sync.Mutex
	asked *[]string
}

func (w watched) note(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*w.asked = append(*w.asked, what)
}

func (w watched) View(ctx context.Context, fn func(archive.Tx) error) error {
	w.note("view")
	return w.Catalog.View(ctx, func(tx archive.Tx) error { return fn(watchedTx{tx, w}) })
}

func (w watched) Update(ctx context.Context, fn func(archive.Tx) error) error {
	w.note("update")
	return w.Catalog.Update(ctx, func(tx archive.Tx) error { return fn(watchedTx{tx, w}) })
}

type watchedTx struct {
	archive.Tx
	w watched
}

func (t watchedTx) Accounts() archive.Accounts { t.w.note("accounts"); return t.Tx.Accounts() }
func (t watchedTx) Passes() archive.Passes     { t.w.note("passes"); return t.Tx.Passes() }
func (t watchedTx) Factors() archive.Factors   { t.w.note("factors"); return t.Tx.Factors() }
func (t watchedTx) Sessions() archive.Sessions { t.w.note("sessions"); return t.Tx.Sessions() }
func (t watchedTx) Events() archive.Events     { t.w.note("events"); return t.Tx.Events() }

// tries signs in over the network with a wrong password.
func (w *world) tries(login, address string) *answer {
	return w.raw("POST", "/signin", strings.NewReader(url.Values{"login": {login}, "password": {"không đúng mật khẩu"}}.Encode()),
		"Content-Type: application/x-www-form-urlencoded", "Accept: text/html", "X-Forwarded-For: "+address, "Cookie: sohoa-browser="+strings.Repeat("A", 43))
}

// Whether a login is somebody's, is closed, has no password or a second factor: a wrong password is answered by the same bytes after
// the same questions to the catalog.
func TestWrongPasswordsAreAnsweredAlike(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	w := build(t, func(a *archive.Config, c *api.Config) {
		a.Catalog = watched{a.Catalog, &mu, &asked}
		c.TrustedProxies = []string{"127.0.0.1"}
	})
	w.person("lan-mot", "mật khẩu dài", archive.RoleClerk, false)
	shut := w.person("lan-hai", "mật khẩu dài", archive.RoleClerk, false)
	shut.Closed = true
	_, err := w.ChangeAccount(t.Context(), archive.System, shut, shut.Revision, "close")
	must(t, err)
	_, err = w.AddAccount(t.Context(), archive.System, archive.Account{Login: "lan-bay", Role: archive.RoleClerk, Agency: "H15.50"})
	must(t, err)
	w.person("lan-tam", "mật khẩu dài", archive.RoleClerk, true)
	what := func(login, address string) (string, string) {
		mu.Lock()
		asked = nil
		mu.Unlock()
		a := w.tries(login, address)
		a.want(403)
		mu.Lock()
		defer mu.Unlock()
		return strings.ReplaceAll(whole(a), login, "LOGIN"), strings.Join(asked, " ")
	}
	body, questions := what("khong-co", "192.0.2.1")
	if !strings.Contains(questions, "accounts") || !strings.Contains(questions, "passes") || !strings.Contains(questions, "events") {
		t.Fatalf("questions %q", questions)
	}
	for i, login := range []string{"lan-mot", "lan-hai", "lan-bay", "lan-tam"} {
		gotBody, gotQuestions := what(login, fmt.Sprintf("192.0.2.%d", i+2))
		if diff := gocmp.Diff(body, gotBody); diff != "" {
			t.Errorf("%s is told from absent by the answer:\n%s", login, diff)
		}
		if questions != gotQuestions {
			t.Errorf("%s is told from absent by the questions:\n%s\n%s", login, questions, gotQuestions)
		}
	}
}

// Two thousand wrong sign-ins over the network, at a login somebody has and at one nobody has by turns, each from an address of its own:
// the difference is reported. It asserts nothing: what holds is the test above.
func TestTimingOfWrongPasswords(t *testing.T) {
	if os.Getenv("SOHOA_LONG") == "" {
		t.Skip("two thousand passwords: SOHOA_LONG=1")
	}
	w := build(t, func(_ *archive.Config, c *api.Config) { c.TrustedProxies = []string{"127.0.0.1"} })
	hash, err := session.HashPassword("mật khẩu dài")
	must(t, err)
	const n = 1000
	for i := range n {
		_, err := w.AddAccount(t.Context(), archive.System, archive.Account{Login: fmt.Sprintf("co-%04d", i), Role: archive.RoleClerk, Agency: "H15.50", PasswordHash: hash})
		must(t, err)
	}
	var times [2][]float64
	for i := range 2 * n {
		kind := i % 2
		if i/2%2 == 1 {
			kind = 1 - kind // ABBA: a drift is nobody's
		}
		login := fmt.Sprintf([]string{"co-%04d", "kg-%04d"}[kind], i/2)
		began := time.Now()
		w.tries(login, fmt.Sprintf("10.%d.%d.1", i/250, i%250)).want(403)
		if took := time.Since(began); i >= 100 {
			times[kind] = append(times[kind], float64(took.Microseconds()))
		}
	}
	t.Log(effect(times[0], times[1]))
}
