package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"sohoa/internal/testkit"
)

// withDisk runs the rest of a scenario in a process that has a small file system of its own at the folder returned; in the
// process that waits for it the folder is "", and the figures are those of the other.
func withDisk(t *testing.T, w *torture, f *figures, size string) string {
	path := filepath.Join(t.TempDir(), "figures.json")
	dir := onSmallDisk(t, size, "SOHOA_TEST_FIGURES="+path, "SOHOA_TORTURE_SEED="+strconv.FormatUint(w.seed, 10))
	if dir == "" {
		b, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(b, f)
		}
		if err != nil {
			t.Errorf("the other process left no figures: %v", err)
		}
	}
	return dir
}

// diskFillsUp: while eight clients work somebody else fills the disk to the last block, and makes room again. Meanwhile new
// papers are refused with 507; afterwards everything goes on without a restart.
func diskFillsUp(t *testing.T, w *torture, f *figures) {
	dir := withDisk(t, w, f, "256m")
	if dir == "" {
		return
	}
	h := &tortured{t: t, p: self(t), dir: filepath.Join(dir, "data"), w: newWitness(t), f: f}
	h.args = []string{"--disk-reserve", "8M", "--disk-warn", "60%"}
	h.office = newOffice(t, h.p, h.dir)
	chance := testkit.Chance(w.seed)
	s := h.start()
	for round := range w.rounds(2, 6) {
		c := employ(t, s, h.office, h.w, workers, chance.Uint64())
		time.Sleep(delay(chance))
		fillers := 0
		err := eventually(func() error { // what those at work give back leaves room for a small paper now and then
			fillUp(t, filepath.Join(dir, fmt.Sprint("filler", fillers)))
			fillers++
			status, _, b, err := s.call(http.MethodPut, "/api/v1/documents?agency=H15", nil, bytes.NewReader(testkit.TextPDF(fmt.Sprint("đầy ", round, fillers))))
			if err == nil && status != http.StatusInsufficientStorage {
				err = fmt.Errorf("%d %s", status, b)
				if status != http.StatusCreated {
					t.Error(err)
				}
			}
			return err
		})
		if err != nil {
			t.Errorf("on a full disk: %v", err)
		}
		time.Sleep(delay(chance))
		c.dismiss()
		h.compareListed(s) // what is kept is there, and can be listed without a byte of room
		for n := range fillers {
			if err := os.Remove(filepath.Join(dir, fmt.Sprint("filler", n))); err != nil {
				t.Fatal(err)
			}
		}
		h.goesOn(s, round)
		if t.Failed() {
			return
		}
	}
	s.stop()
	h.end()
}

// compareListed has every paper of the witness listed.
func (h *tortured) compareListed(s *server) {
	h.t.Helper()
	all := listAll(s)
	for _, line := range h.w.read(h.t) {
		if !all[line.ID] {
			h.f.Lost++
			h.t.Errorf("acknowledged %+v is not listed", line)
		}
	}
}

// goesOn waits until a paper is taken in again, and everything has come to rest.
func (h *tortured) goesOn(s *server, round int) {
	h.t.Helper()
	began := time.Now()
	err := eventually(func() error {
		body := testkit.TextPDF(fmt.Sprint("lại được ", round))
		status, _, b, err := s.call(http.MethodPut, "/api/v1/documents?agency=H15&allow_duplicate=true", nil, bytes.NewReader(body))
		if err == nil && status != http.StatusCreated {
			err = fmt.Errorf("%d %s", status, b)
		}
		return err
	})
	if err != nil {
		h.t.Errorf("with the fault gone: %v", err)
		return
	}
	back := time.Since(began)
	h.rested(s)
	h.f.Recovered[len(h.f.Recovered)-1] += back
	h.f.Runs++
	h.compare(s, sample(h.w.read(h.t), 100, uint64(round)))
}

// diskTurnsReadOnly: the file system of the store turns read-only under eight clients, as a failing disk does. Papers are
// refused with 503, those that are there are read; when it can be written again everything goes on without a restart.
func diskTurnsReadOnly(t *testing.T, w *torture, f *figures) {
	disk := withDisk(t, w, f, "256m")
	if disk == "" {
		return
	}
	h := &tortured{t: t, p: self(t), dir: t.TempDir(), w: newWitness(t), f: f}
	h.args = []string{"--store", "file:" + filepath.Join(disk, "store")}
	h.office = newOffice(t, h.p, h.dir, h.args...)
	remount := func(flags uintptr) {
		t.Helper()
		if err := eventually(func() error { return syscall.Mount("", disk, "tmpfs", syscall.MS_REMOUNT|flags, "size=256m") }); err != nil { // busy while a write is on its way
			t.Fatalf("remount: %v", err)
		}
	}
	chance := testkit.Chance(w.seed)
	s := h.start()
	for round := range w.rounds(2, 10) {
		c := employ(t, s, h.office, h.w, workers, chance.Uint64())
		time.Sleep(delay(chance))
		remount(syscall.MS_RDONLY)
		status, _, b, err := s.call(http.MethodPut, "/api/v1/documents?agency=H15", nil, bytes.NewReader(testkit.TextPDF(fmt.Sprint("chỉ đọc ", round))))
		if err != nil || status != http.StatusServiceUnavailable && status != http.StatusInsufficientStorage {
			t.Errorf("with a store that cannot be written: %d %v %s", status, err, b)
		}
		c.dismiss()
		h.compare(s, sample(h.w.read(t), 50, chance.Uint64()))
		remount(0)
		h.goesOn(s, round)
		if t.Failed() {
			return
		}
	}
	s.stop()
	h.end()
}
