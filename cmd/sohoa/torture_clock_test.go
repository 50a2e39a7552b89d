package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/testkit"
)

// clockLeaps moves the house's clock while eight clients work, by minutes or by years, ahead and back, with and without a
// death. When it is right again everything comes to rest, nothing waits for a time that will not come, and the log tells what
// happened in the order in which it did.
func clockLeaps(t *testing.T, w *torture, f *figures) {
	folder := t.TempDir()
	p := self(t) // only this binary has a clock that can be moved
	p.env = append(p.env, "SOHOA_TEST_FOLDER="+folder)
	h := &tortured{t: t, p: p, dir: t.TempDir(), w: newWitness(t), f: f, second: filepath.Join(t.TempDir(), "second")}
	h.args = []string{"--segment-time", "1s", "--second-store", "file:" + h.second}
	h.office = newOffice(t, p, h.dir)
	chance := testkit.Chance(w.seed)
	set := func(d time.Duration) {
		if err := os.WriteFile(filepath.Join(folder, "clock.new"), []byte(d.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(folder, "clock.new"), filepath.Join(folder, "clock")); err != nil {
			t.Fatal(err)
		}
	}
	leaps := []time.Duration{-10 * 365 * 24 * time.Hour, -40 * 24 * time.Hour, -3 * time.Hour, -2 * time.Minute, 2 * time.Minute, 3 * time.Hour, 40 * 24 * time.Hour, 10 * 365 * 24 * time.Hour}
	for range w.rounds(2, 60) {
		s := h.start()
		c := employ(t, s, h.office, h.w, workers, chance.Uint64())
		for range 4 {
			set(leaps[chance.IntN(len(leaps))])
			time.Sleep(delay(chance) / 2)
		}
		if chance.IntN(2) == 0 {
			s.kill()
			c.dismiss()
			s = h.startUnsettled()
			c = employ(t, s, h.office, h.w, workers, chance.Uint64())
			time.Sleep(delay(chance) / 2)
			s.kill()
			c.dismiss()
			set(0)
			s = h.start()
		} else {
			set(0)
			time.Sleep(delay(chance))
			c.dismiss()
			h.rested(s)
		}
		f.Runs++
		// An upload that was given up for its age is no loss: its sender was told, and begins again.
		h.w.uploads = nil
		h.compare(s, h.w.read(t))
		if err := eventually(func() error { return h.segmentsClosed(s) }); err != nil {
			t.Error(err)
		}
		s.stop()
		if t.Failed() {
			return
		}
	}
	h.end()
	p.run(t, exitDone, "rebuild", "--catalog", "--data", h.dir)
	h.check(false)
}

// startUnsettled begins a life while the clock is wrong.
func (h *tortured) startUnsettled() *server {
	return h.p.startWith(h.t, h.dir, h.office.clerk, append([]string{"--no-reading"}, h.args...)...)
}

// segmentsClosed asks whether a deposit made now is in the store's log soon: the log does not wait for a time to come.
func (h *tortured) segmentsClosed(s *server) error {
	status, _, b, err := s.call(http.MethodGet, "/api/v1/documents?limit=1", nil, nil)
	if err != nil || status != http.StatusOK {
		return fmt.Errorf("%d %v %s", status, err, b)
	}
	n := 0
	err = filepath.WalkDir(filepath.Join(h.dir, "store"), func(path string, e os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "segment.json") {
			if info, err := e.Info(); err == nil && time.Since(info.ModTime()) < 30*time.Second {
				n++
			}
		}
		return nil
	})
	if err == nil && n == 0 {
		err = fmt.Errorf("no segment was closed of late")
	}
	return err
}
