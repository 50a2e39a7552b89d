package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// restoreOlder puts a backup that is older over a store that has gone on, again and again: nothing that was acknowledged in
// between is lost, and the log goes on as the one it was: every event that has a number keeps it, with its leaf.
func restoreOlder(t *testing.T, w *torture, f *figures) {
	h := &tortured{t: t, p: w.program(t), dir: t.TempDir(), w: newWitness(t), f: f}
	h.office = newOffice(t, h.p, h.dir)
	chance := testkit.Chance(w.seed)
	leaves := map[int64]archive.Digest{}
	for round := range w.rounds(2, 60) {
		s := h.start()
		work := func() {
			c := employ(t, s, h.office, h.w, workers, chance.Uint64())
			time.Sleep(delay(chance))
			c.dismiss()
		}
		work()
		// Made while the house serves, or while nobody does.
		backup := filepath.Join(t.TempDir(), fmt.Sprintf("%d.tar", round))
		if round%2 == 0 {
			p := h.p
			p.env = append(append([]string{}, p.env...), "SOHOA_TOKEN="+h.office.admin)
			c := employ(t, s, h.office, h.w, 2, chance.Uint64())
			p.run(t, exitDone, "backup", backup, "--server", s.url)
			c.dismiss()
		} else {
			s.stop()
			h.p.run(t, exitDone, "backup", backup, "--data", h.dir)
			s = h.start()
		}
		work()
		if round%3 == 2 {
			s.kill() // what is in no segment yet is lost with the catalog, and the papers are not
		} else {
			s.stop()
			h.remember(leaves)
		}
		began := time.Now()
		out, err := h.p.command("restore", backup, "--data", h.dir, "--verify").CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("Sound")) {
			f.Lost++
			t.Fatalf("round %d: %v\n%s", round, err, tail(string(out), 4000))
		}
		f.Recovered = append(f.Recovered, time.Since(began))
		f.Runs++
		h.remember(leaves)
		os.Remove(backup)
		// The janitor waits for somebody who looks.
		h.check(false)
		s = h.p.startWith(t, h.dir, h.office.clerk, "--no-reading")
		h.compare(s, sample(h.w.read(t), 500, chance.Uint64()))
		s.stop()
		if t.Failed() {
			return
		}
	}
	h.end()
	// What the log has become is one that the store alone tells again.
	h.p.run(t, exitDone, "rebuild", "--catalog", "--data", h.dir)
	h.remember(leaves)
	h.check(false)
}

// remember compares the numbered events of a house with those that were there before, and takes the new ones in.
func (h *tortured) remember(leaves map[int64]archive.Digest) {
	h.t.Helper()
	house := openTroubled(h.t, &variables{getenv: func(string) string { return "" }}, "--data", h.dir)
	defer house.Close()
	now := map[int64]archive.Digest{}
	for at := int64(-1); ; {
		var evs []archive.Event
		err := house.archive.Catalog.View(h.t.Context(), func(tx archive.Tx) (err error) {
			evs, err = tx.Events().Since(h.t.Context(), at, 1000)
			return err
		})
		if err != nil {
			h.t.Fatal(err)
		}
		if len(evs) == 0 {
			break
		}
		for _, e := range evs {
			now[e.Seq] = archive.DigestOf(e.Leaf[:])
			at = e.Seq
		}
	}
	for seq, leaf := range leaves {
		if now[seq] != leaf {
			h.f.Lost++
			h.t.Errorf("event %d is another than it was, or gone: the log has forked", seq)
			return
		}
	}
	maps.Copy(leaves, now)
}
