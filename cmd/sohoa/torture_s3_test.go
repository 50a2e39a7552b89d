package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/internal/testkit/s3server"
)

// behind returns a program whose store is a bucket behind a proxy.
func behind(t *testing.T, p program, second string) (program, *s3server.Server, *s3server.Proxy) {
	remote := s3server.Start(t)
	proxy := s3server.StartProxy(t, remote)
	p.env = append(p.env, "SOHOA_S3_ACCESS_KEY="+remote.AccessKey, "SOHOA_S3_SECRET_KEY="+remote.SecretKey, "SOHOA_STORE="+proxy.Store(remote.Bucket(t), "kho"))
	if second != "" {
		p.env = append(p.env, "SOHOA_SECOND_STORE="+second)
	}
	return p, remote, proxy
}

// s3Stumbles: eight clients work while one request in twenty to the store fails, in one way or another. Runs are requests
// that failed, operations all of them. Then it fails no more, and without a restart everything comes to rest.
func s3Stumbles(t *testing.T, w *torture, f *figures) {
	p, _, proxy := behind(t, w.program(t), "")
	h := &tortured{t: t, p: p, dir: t.TempDir(), w: newWitness(t), f: f}
	h.office = newOffice(t, p, h.dir)
	s := h.start()
	chance := testkit.Chance(w.seed)
	troubles := []s3server.Trouble{s3server.Fails, s3server.FailsDone, s3server.Busy, s3server.Reset, s3server.Lost, s3server.Truncated, s3server.Slow, s3server.Stale}
	known := 0
	for range w.rounds(1, 25) {
		proxy.Set(func(int, *http.Request) s3server.Trouble { // called by one request at a time
			switch x := chance.IntN(10_000); {
			case x == 0 && w.size > 0: // half a minute until somebody gives up
				return []s3server.Trouble{s3server.Hangs, s3server.Late}[chance.IntN(2)]
			case x < 500:
				return troubles[chance.IntN(len(troubles))]
			}
			return s3server.None
		})
		began := time.Now()
		c := employ(t, s, h.office, h.w, workers, chance.Uint64())
		for proxy.Count() < 2000 && time.Since(began) < 5*time.Minute {
			time.Sleep(20 * time.Millisecond)
		}
		c.dismiss()
		n := proxy.Count()
		proxy.Set(nil)
		f.Operations += int64(n)
		h.rested(s)
		lines := h.w.read(t)
		h.compare(s, append(slices.Clone(lines[known:]), sample(lines[:known], 50, chance.Uint64())...))
		if known = len(lines); t.Failed() {
			break
		}
	}
	for what, n := range proxy.Met() {
		f.Runs += int64(n)
		t.Logf("%6d × %s", n, what)
	}
	requests := f.Operations
	s.stop()
	h.end()
	f.Operations = requests
}

// rested waits until a house that was troubled has settled everything by itself.
func (h *tortured) rested(s *server) {
	h.t.Helper()
	began := time.Now()
	as := *s
	as.token = h.office.admin
	awaitJanitor(&as)
	h.f.Recovered = append(h.f.Recovered, time.Since(began))
	h.f.Orphans += int64(h.left(s))
}

// s3GoesAway: the store cannot be reached for half a minute. Whoever brings a paper is told to come back, at once; who wants
// to read one gets it from the second store; when it is back everything goes on without a restart.
func s3GoesAway(t *testing.T, w *torture, f *figures) {
	p, remote, _ := behind(t, w.program(t), "file:"+filepath.Join(t.TempDir(), "second"))
	h := &tortured{t: t, p: p, dir: t.TempDir(), w: newWitness(t), f: f}
	h.office = newOffice(t, p, h.dir)
	s := h.start()
	chance := testkit.Chance(w.seed)
	away := 3 * time.Second
	if w.size > 0 {
		away = 30 * time.Second
	}
	var slowest time.Duration
	for round := range w.rounds(1, 20) {
		c := employ(t, s, h.office, h.w, workers, chance.Uint64())
		time.Sleep(time.Second)
		c.dismiss()
		if err := h.mirroredAll(s); err != nil {
			t.Fatal(err)
		}
		c = employ(t, s, h.office, h.w, 4, chance.Uint64()) // some are at work when it goes
		time.Sleep(delay(chance))
		remote.Stop()
		gone := time.Now()
		lines := h.w.read(t)
		for n := 0; time.Since(gone) < away; n++ {
			asked := time.Now()
			status, head, b, err := s.call(http.MethodPut, fmt.Sprintf("/api/v1/documents?agency=H15&file_name=x%d.pdf", n), nil, bytes.NewReader(testkit.TextPDF(fmt.Sprint("vắng ", round, n))))
			slowest = max(slowest, time.Since(asked))
			if err != nil || status != http.StatusServiceUnavailable || head.Get("Retry-After") == "" {
				t.Errorf("with the store away: %d %v, Retry-After %q: %s", status, err, head.Get("Retry-After"), b)
			}
			f.Operations++
			// Those that were there before are read, from the second store.
			for _, line := range sample(lines[:len(lines)/2], 3, chance.Uint64()) {
				asked := time.Now()
				if err := same(s, line); err != nil {
					t.Errorf("with the store away, %+v: %v", line, err)
				}
				slowest = max(slowest, time.Since(asked))
				f.Operations++
			}
			if t.Failed() {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		c.dismiss()
		remote.Restart()
		began := time.Now()
		err := eventually(func() error {
			status, _, b, err := s.call(http.MethodPut, "/api/v1/documents?agency=H15&file_name=x.pdf&allow_duplicate=true", nil, bytes.NewReader(testkit.TextPDF("đã về")))
			if err == nil && status != http.StatusCreated {
				err = fmt.Errorf("%d %s", status, b)
			}
			return err
		})
		if err != nil {
			t.Fatalf("the store is back, and nothing goes: %v", err)
		}
		back := time.Since(began)
		h.rested(s)
		f.Recovered[len(f.Recovered)-1] += back
		h.compare(s, h.w.read(t))
		f.Runs++
	}
	t.Logf("slowest answer with the store away: %.2f s", slowest.Seconds())
	asked := f.Operations
	s.stop()
	h.end()
	f.Operations += asked
}

// mirroredAll waits until the second store has what is acknowledged: the feed has caught up, twice in a row, because an event
// has its number a moment after its act.
func (h *tortured) mirroredAll(s *server) error {
	if err := h.mirrored(s); err != nil {
		return err
	}
	time.Sleep(500 * time.Millisecond)
	return h.mirrored(s)
}

// s3FailsTheNth fails exactly the nth request of every act, for every n, in every way; and, for some, the nth and all behind
// it. The acts are a deposit, a move, the closing of a segment, a second copy and a scrub.
func s3FailsTheNth(t *testing.T, w *torture, f *figures) {
	remote := s3server.Start(t)
	proxy := s3server.StartProxy(t, remote)
	dir, first, second := t.TempDir(), remote.Bucket(t), remote.Bucket(t)
	env := map[string]string{"SOHOA_S3_ACCESS_KEY": remote.AccessKey, "SOHOA_S3_SECRET_KEY": remote.SecretKey}
	e := &variables{getenv: func(k string) string { return env[k] }}
	h := openTroubled(t, e, "--data", dir, "--store", proxy.Store(first, "kho"), "--second-store", proxy.Store(second, "ban-sao"), "--no-reading", "--inspectors", "1")
	n := &nthRequests{t: t, house: h, proxy: proxy, f: f, clerk: archive.Actor{ID: archive.NewID(), Name: "Lan", Role: archive.RoleClerk, Agency: "H15"},
		checker: archive.Actor{ID: archive.NewID(), Name: "Hoa", Role: archive.RoleChecker, Agency: "H15"}}
	chance := testkit.Chance(w.seed)
	troubles := []s3server.Trouble{s3server.Fails, s3server.Busy, s3server.Reset, s3server.Lost, s3server.Truncated, s3server.Slow, s3server.FailsDone}
	if w.size == 0 { // each n meets one of them
		i := chance.IntN(len(troubles))
		troubles = troubles[i : i+1]
	}
	for _, act := range n.acts() {
		all := n.count(act)
		for i := 1; i <= all; i++ {
			for _, what := range troubles {
				if w.size == 0 {
					what = []s3server.Trouble{s3server.Fails, s3server.Busy, s3server.Reset, s3server.Lost, s3server.Truncated}[chance.IntN(5)]
				}
				n.one(act, i, what)
			}
			if w.size > 0 || chance.IntN(all) == 0 {
				n.from(act, i)
			}
			if t.Failed() {
				return
			}
		}
		t.Logf("%s: %d requests", act.name, all)
	}
	n.settle()
	n.check()
}

// nthRequests is a house in this process, so that nothing but the act makes requests.
type nthRequests struct {
	t              *testing.T
	house          *house
	proxy          *s3server.Proxy
	f              *figures
	clerk, checker archive.Actor
	papers         int
}

type nthAct struct {
	name   string
	before func() (archive.ID, error)
	do     func(archive.ID) error
	done   func(archive.ID) error // nil when the act is done
}

func openTroubled(t *testing.T, e *variables, args ...string) *house {
	t.Helper()
	full := &env{stdout: io.Discard, stderr: io.Discard, stdin: strings.NewReader(""), getenv: e.getenv, lang: "en"}
	var o options
	fs := o.flags(full, "serve")
	o.serving(fs)
	if err := o.parse(full, fs, args); err != nil {
		t.Fatal(err)
	}
	h, err := openHouse(t.Context(), full, &o, parts{working: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

type variables struct{ getenv func(string) string }

func (n *nthRequests) deposit() (archive.ID, error) {
	n.papers++
	body := testkit.PDF(1, 120_000, uint64(n.papers))
	d, err := n.house.archive.Deposit(n.t.Context(), n.clerk, archive.Deposit{Body: bytes.NewReader(body), FileName: "x.pdf", Agency: "H15", Fields: archive.Fields{Type: "don", Subject: "Đơn"}})
	if err == nil {
		n.f.Acknowledged++
	}
	return d.ID, err
}

func (n *nthRequests) acts() []nthAct {
	ctx, a := n.t.Context(), n.house.archive
	pair := a.Vault.(archive.Copies)
	intact := func(id archive.ID) error {
		d, err := a.Document(ctx, n.checker, id)
		if err != nil {
			return err
		}
		for _, v := range d.Versions {
			c, err := a.Vault.Open(ctx, archive.DocumentObject(id), v.Path())
			if err != nil {
				return err
			}
			b, err := io.ReadAll(c)
			c.Close()
			if err != nil || archive.DigestOf(b) != v.Digest {
				return fmt.Errorf("version %d: %v", v.Number, err)
			}
		}
		return nil
	}
	last := archive.ID{}
	number := func() error {
		for {
			if k, err := a.Ledger.Sequence(ctx); err != nil || k == 0 {
				return err
			}
		}
	}
	return []nthAct{
		{"deposit", func() (archive.ID, error) { last = archive.ID{}; return archive.ID{}, nil },
			func(archive.ID) (err error) { last, err = n.deposit(); return err },
			func(archive.ID) error { return intact(last) }},
		{"move", func() (archive.ID, error) {
			id, err := n.deposit()
			if err == nil {
				_, err = a.Move(ctx, n.clerk, id, archive.MoveRequest{Move: archive.Submit})
			}
			return id, err
		}, func(id archive.ID) error {
			d, err := a.Document(ctx, n.checker, id)
			if err != nil || d.State == archive.Accepted { // rolled forward meanwhile
				return err
			}
			_, err = a.Move(ctx, n.checker, id, archive.MoveRequest{Move: archive.Accept})
			return err
		}, func(id archive.ID) error {
			d, err := a.Document(ctx, n.checker, id)
			if err == nil && d.State != archive.Accepted {
				err = fmt.Errorf("it is %s", d.State)
			}
			if err != nil {
				return err
			}
			return intact(id)
		}},
		{"segment", func() (archive.ID, error) {
			id, err := n.deposit()
			if err == nil {
				err = number()
			}
			return id, err
		}, func(archive.ID) error { _, err := a.CloseSegment(ctx, true); return err }, func(archive.ID) error {
			k, err := a.CloseSegment(ctx, true)
			if err == nil && k > 0 {
				err = fmt.Errorf("%d events are still in no segment", k)
			}
			return err
		}},
		{"second copy", n.deposit, func(id archive.ID) error { _, err := pair.Copy(ctx, archive.DocumentObject(id)); return err }, func(id archive.ID) error {
			again, err := pair.Copy(ctx, archive.DocumentObject(id))
			if err == nil && again {
				err = fmt.Errorf("there was something left to copy")
			}
			return err
		}},
		{"scrub", func() (archive.ID, error) {
			id, err := n.deposit()
			if err == nil {
				_, err = pair.Copy(ctx, archive.DocumentObject(id))
			}
			return id, err
		}, func(id archive.ID) error {
			got, err := a.Vault.(archive.Scrubber).Scrub(ctx, archive.DocumentObject(id))
			if err == nil && len(got.Damage) > 0 {
				n.t.Errorf("trouble on the way was taken for damage: %+v", got.Damage)
			}
			return err
		}, intact},
	}
}

func (n *nthRequests) prepare(act nthAct) archive.ID {
	n.t.Helper()
	n.proxy.Set(nil)
	id, err := act.before()
	if err != nil {
		n.t.Fatalf("before %s: %v", act.name, err)
	}
	return id
}

// count performs an act in peace and returns how many requests it makes.
func (n *nthRequests) count(act nthAct) int {
	n.t.Helper()
	id := n.prepare(act)
	n.proxy.Set(nil)
	if err := act.do(id); err != nil {
		n.t.Fatalf("%s: %v", act.name, err)
	}
	return n.proxy.Count()
}

// one fails the nth request and no other: nobody notices.
func (n *nthRequests) one(act nthAct, i int, what s3server.Trouble) {
	n.t.Helper()
	id := n.prepare(act)
	n.proxy.Set(s3server.Nth(i, what))
	err := act.do(id)
	n.f.Runs++
	n.f.Operations += int64(n.proxy.Count())
	n.proxy.Set(nil)
	if err == nil {
		err = act.done(id)
	}
	if err != nil {
		n.f.Lost++
		n.t.Errorf("%s, request %d: %s: %v", act.name, i, what, err)
	}
}

// from fails the nth request and all behind it: whoever asked is told to come back, and can.
func (n *nthRequests) from(act nthAct, i int) {
	n.t.Helper()
	id := n.prepare(act)
	n.proxy.Set(func(k int, _ *http.Request) s3server.Trouble {
		if k >= i {
			return s3server.Fails
		}
		return s3server.None
	})
	err := act.do(id)
	n.f.Runs++
	n.f.Operations += int64(n.proxy.Count())
	n.proxy.Set(nil)
	if err != nil && archive.KindOf(err) != archive.Unavailable {
		n.t.Errorf("%s, from request %d on nothing works: %s: %v", act.name, i, archive.KindOf(err), err)
	}
	began := time.Now()
	n.settle()
	if err := eventually(func() error {
		if err == nil {
			return act.done(id)
		}
		if err := act.do(id); err != nil {
			return err
		}
		return act.done(id)
	}); err != nil {
		n.f.Lost++
		n.t.Errorf("%s, after nothing worked from request %d on: %v", act.name, i, err)
	}
	n.f.Recovered = append(n.f.Recovered, time.Since(began))
}

// settle lets the janitor go round until nothing is left.
func (n *nthRequests) settle() {
	n.t.Helper()
	err := eventually(func() error {
		if _, err := n.house.archive.Sweep(context.Background()); err != nil {
			return err
		}
		st, err := n.house.archive.Status(n.t.Context(), archive.System)
		if err == nil && st.Intents > 0 {
			err = fmt.Errorf("%d intents are open", st.Intents)
		}
		return err
	})
	if err != nil {
		n.f.Orphans++
		n.t.Errorf("the janitor does not come to an end: %v", err)
	}
}

func (n *nthRequests) check() {
	ctx := n.t.Context()
	for {
		k, err := n.house.archive.MirrorStep(ctx)
		if err != nil {
			n.t.Fatal(err)
		}
		if k == 0 {
			break
		}
	}
	if err := n.house.archive.CloseLog(ctx); err != nil { // copies what the second store is owed, too
		n.t.Error(err)
	}
	err := n.house.archive.Check(ctx, archive.CheckOptions{ReadData: true}, func(d archive.Discrepancy) error {
		if strings.HasPrefix(d.Kind, "unknown_") {
			n.f.Orphans++
		} else {
			n.f.Lost++
		}
		n.t.Errorf("%+v", d)
		return nil
	})
	if err != nil {
		n.t.Error(err)
	}
}
