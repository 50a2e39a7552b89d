package archive_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/storage/blob"
	"sohoa/storage/blob/mem"
	"sohoa/storage/ocfl"
)

// twice is a house whose store has a second copy, in memory too.
type twice struct {
	*house
	second *mem.Store
	pair   *ocfl.Pair
}

func openTwice(t *testing.T, wait bool) twice {
	t.Helper()
	h := open(t)
	second := mem.New()
	spool, err := blob.OpenSpool(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { spool.Close() })
	copyVault, err := ocfl.New(t.Context(), second, spool)
	if err != nil {
		t.Fatal(err)
	}
	pair := ocfl.NewPair(h.Vault.(*ocfl.Vault), copyVault, wait, func(o archive.ObjectID) { h.Suspect(o) })
	h.Vault = pair
	return twice{h, second, pair}
}

func (h twice) sequence(t *testing.T) {
	t.Helper()
	for {
		n, err := h.Ledger.Sequence(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (h twice) mirror(t *testing.T) {
	t.Helper()
	h.sequence(t)
	for {
		n, err := h.MirrorStep(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (h twice) scrub(t *testing.T) {
	t.Helper()
	for {
		n, err := h.ScrubStep(t.Context(), h.pair)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// fixity returns the outcome and details of the scrub's events, the newest first.
func (h twice) fixity(t *testing.T) []archive.Event {
	t.Helper()
	var out []archive.Event
	err := h.Catalog.View(t.Context(), func(tx archive.Tx) error {
		l, err := tx.Events().Browse(t.Context(), archive.EventFilter{Action: archive.EvFixity, Limit: 50})
		out = l.Items
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// step makes a move of the state table.
func (h twice) step(t *testing.T, who archive.Actor, d archive.Document, m archive.Move) archive.Document {
	t.Helper()
	d, err := h.Move(t.Context(), who, d.ID, archive.MoveRequest{Move: m})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func sameStores(t *testing.T, h twice) {
	t.Helper()
	a, b := h.store.Keys(), h.second.Keys()
	if len(a) != len(b) {
		t.Fatalf("%d keys in the first, %d in the second", len(a), len(b))
	}
	for _, k := range a {
		if string(h.store.Bytes(k)) != string(h.second.Bytes(k)) {
			t.Errorf("%s differs", k)
		}
	}
}

func TestTheSecondStoreFollows(t *testing.T) {
	h := openTwice(t, false)
	d := h.deposit(t, "một")
	h.deposit(t, "hai")
	if n := len(h.second.Keys()); n > 4 {
		t.Fatalf("%d keys in the second store before it followed", n)
	}
	h.mirror(t)
	sameStores(t, h)
	d = h.step(t, clerk, d, archive.Submit)
	h.step(t, checker, d, archive.Accept)
	h.mirror(t)
	sameStores(t, h)
}

func TestWaitingMeansBoth(t *testing.T) {
	h := openTwice(t, true)
	d := h.deposit(t, "một")
	d = h.step(t, clerk, d, archive.Submit)
	h.step(t, checker, d, archive.Accept)
	sameStores(t, h)
	h.second.Break(mem.Fault{Stay: true, Err: context.DeadlineExceeded})
	if _, err := h.Deposit(t.Context(), clerk, paper("ba")); err == nil {
		t.Error("acknowledged though the second store is away")
	}
	h.second.Heal()
	h.clock.pass(3 * time.Hour)
	if _, err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	sameStores(t, h)
	h.sound(t)
}

func TestTheFollowerGoesOnWhenTheSecondStoreIsBack(t *testing.T) {
	h := openTwice(t, false)
	h.deposit(t, "một")
	h.sequence(t)
	h.second.Break(mem.Fault{Stay: true, Err: context.DeadlineExceeded})
	if _, err := h.MirrorStep(t.Context()); err == nil {
		t.Fatal("no error though the second store is away")
	}
	h.second.Heal()
	h.mirror(t)
	sameStores(t, h)
}

func TestScrub(t *testing.T) {
	spoil := func(s *mem.Store, ending string) func() {
		return func() {
			for _, k := range s.Keys() {
				if strings.HasSuffix(k, ending) {
					s.Damage(k, func(b []byte) []byte { b[len(b)/2] ^= 4; return b })
					return
				}
			}
		}
	}
	for name, c := range map[string]struct {
		damage  func(twice)
		outcome archive.Outcome
		mended  bool
	}{
		"a scan in the first":      {func(h twice) { spoil(h.store, "original-0001.pdf")() }, archive.Success, true},
		"a scan in the second":     {func(h twice) { spoil(h.second, "original-0001.pdf")() }, archive.Success, true},
		"an inventory":             {func(h twice) { spoil(h.store, "v1/inventory.json")() }, archive.Success, true},
		"a scan in both":           {func(h twice) { spoil(h.store, "original-0001.pdf")(); spoil(h.second, "original-0001.pdf")() }, archive.Failure, false},
		"nothing is left of both":  {func(h twice) { wipe(t, h.store); wipe(t, h.second) }, archive.Failure, false},
		"nothing is left of first": {func(h twice) { wipe(t, h.store) }, archive.Success, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := openTwice(t, true)
			d := h.deposit(t, "một")
			h.sequence(t)
			h.scrub(t) // the first pass, over a sound store
			if got := h.fixity(t); len(got) != 1 || got[0].Outcome != archive.Success || got[0].Detail["damaged"] != "0" || got[0].Detail["objects"] != "1" {
				t.Fatalf("first pass: %+v", got)
			}
			c.damage(h)
			h.clock.pass(31 * 24 * time.Hour)
			h.scrub(t)
			got := h.fixity(t)
			// The object's own event and the pass's; what is new was scrubbed a second time, after its hour.
			if len(got) < 3 || got[0].Outcome != c.outcome {
				t.Fatalf("%+v", got)
			}
			found := got[1]
			if found.Document != d.ID || found.Outcome != c.outcome || found.Detail["damage_1"] == "" {
				t.Errorf("%+v", found)
			}
			if c.mended {
				sameStores(t, h)
				h.sound(t)
			}
		})
	}
}

func wipe(t *testing.T, s *mem.Store) {
	for _, k := range s.Keys() {
		if strings.Count(k, "/") > 1 && !strings.HasPrefix(k, "extensions/") {
			if err := s.Delete(t.Context(), k); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestScrubKeepsItsPlaceAndItsInterval(t *testing.T) {
	t.Parallel()
	h := openTwice(t, true)
	for range 60 {
		h.deposit(t, archive.NewID().String())
	}
	h.sequence(t)
	n, err := h.ScrubStep(t.Context(), h.pair)
	if err != nil || n == 0 || n >= 60 {
		t.Fatalf("first step: %d, %v", n, err)
	}
	h.reopen(t) // power off in the middle of a pass
	h.Vault = h.pair
	h.scrub(t)
	got := h.fixity(t)
	if len(got) != 1 || got[0].Detail["objects"] != "60" {
		t.Fatalf("%+v", got)
	}
	if n, err := h.ScrubStep(t.Context(), h.pair); n != 0 || err != nil {
		t.Errorf("again at once: %d, %v", n, err)
	}
}

func TestDamageMetByAReaderIsScrubbedAtOnce(t *testing.T) {
	h := openTwice(t, true)
	d := h.deposit(t, "một")
	h.sequence(t)
	h.scrub(t)
	for _, k := range h.store.Keys() {
		if strings.HasSuffix(k, "original-0001.pdf") {
			h.store.Damage(k, func(b []byte) []byte { b[0] ^= 1; return b })
		}
	}
	c, _, err := h.File(t.Context(), clerk, d.ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	buf := make([]byte, 1<<10)
	for err == nil {
		_, err = c.Read(buf)
	}
	if archive.KindOf(err) != archive.Corrupt {
		t.Fatalf("read damaged bytes: %v", err)
	}
	h.scrub(t)
	sameStores(t, h)
}

// Papers in quarantine are read again with the others, mended from their second copy, and follow the feed in and out.
func TestQuarantineIsMirroredAndScrubbed(t *testing.T) {
	for name, wait := range map[string]bool{"wait": true, "follow": false} {
		t.Run(name, func(t *testing.T) {
			h := openTwice(t, wait)
			second := mem.New()
			h.Quarantine = blob.NewQuarantinePair(blob.NewQuarantine(h.aside), blob.NewQuarantine(second), wait)
			d := h.keptAside(t, "script một")
			if n := len(second.Keys()); n == 1 != wait {
				t.Errorf("%d keys in the second quarantine at once", n)
			}
			h.mirror(t)
			key := d.ID.String() + "/0001"
			if string(second.Bytes(key)) != "script một" {
				t.Fatalf("the second quarantine holds %q", second.Bytes(key))
			}
			h.scrub(t)
			for n, s := range []*mem.Store{h.aside, second} {
				s.Damage(key, func(b []byte) []byte { b[0] ^= 1; return b })
				h.clock.pass(31 * 24 * time.Hour)
				h.scrub(t)
				mended := 0
				for _, ev := range h.fixity(t) {
					if ev.Document == d.ID && ev.Outcome == archive.Success && ev.Detail["repaired"] == "1" && ev.Detail["left"] == "0" {
						mended++
					}
				}
				if mended != n+1 {
					t.Errorf("%d events say that it was mended, want %d", mended, n+1)
				}
				if string(h.aside.Bytes(key)) != "script một" || string(second.Bytes(key)) != "script một" {
					t.Errorf("afterwards the copies are %q and %q", h.aside.Bytes(key), second.Bytes(key))
				}
			}
			if !wait { // let out while the second is away: it is erased there when it is back
				second.Break(mem.Fault{Stay: true, Err: archive.Fault(archive.Unavailable, "storage_unavailable", archive.Text{})})
			}
			h.move(t, checker, d.ID, archive.Release, "biểu mẫu của Bộ")
			second.Heal()
			h.mirror(t)
			if left := append(h.aside.Keys(), second.Keys()...); len(left) != 0 {
				t.Errorf("after the release there stay %v", left)
			}
			h.sound(t)
		})
	}
}
