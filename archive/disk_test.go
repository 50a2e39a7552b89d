package archive_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
)

// disks are what a test says they are.
type disks struct {
	all  []archive.Disk
	err  error
	asks int
}

func (d *disks) Disks() ([]archive.Disk, error) {
	d.asks++
	return append([]archive.Disk{}, d.all...), d.err
}

const gib = 1 << 30

// withDisks gives the house one disk of 100 GiB for everything, and returns it with the log.
func withDisks(h *house) (*disks, *bytes.Buffer) {
	d := &disks{all: []archive.Disk{{Uses: []string{"store", "spool", "catalog"}, Free: 50 * gib, Total: 100 * gib}}}
	log := &bytes.Buffer{}
	h.Config.Disks, h.Log = d, slog.New(slog.NewTextHandler(log, nil))
	return d, log
}

func TestADiskThatFillsUpIsToldOnceAndRefusesAtItsReserve(t *testing.T) {
	h := open(t)
	d, log := withDisks(h)
	ctx := context.Background()
	look := func(free int64) archive.Disk {
		d.all[0].Free = free
		h.clock.pass(5 * time.Second)
		return h.Disks()[0]
	}
	lines := func() int { return strings.Count(log.String(), "level=") }
	for _, s := range []struct {
		reason     string
		free       int64
		warn, full bool
		says       string // in the log, "" for nothing new
	}{
		{"half empty", 50 * gib, false, false, ""},
		{"just below four fifths", 20*gib + 1, false, false, ""},
		{"four fifths", 20 * gib, true, false, "filling up"},
		{"a little fuller", 19 * gib, true, false, ""},
		{"back and forth over the bound", 20*gib + 1, false, false, ""},
		{"and over it again", 20 * gib, true, false, ""},
		{"at the reserve", 2 * gib, true, false, ""},
		{"below the reserve", 2*gib - 1, true, true, "no paper is taken in"},
		{"a byte of room", 2 * gib, true, false, ""},
		{"papers fit again", 4 * gib, true, false, "taken in again"},
		{"half empty again", 50 * gib, false, false, "room on the disk again"},
	} {
		before := lines()
		got := look(s.free)
		if got.Warn != s.warn || got.Full != s.full {
			t.Errorf("%s: %+v", s.reason, got)
		}
		if n := lines() - before; (n > 0) != (s.says != "") || n > 1 || !strings.Contains(log.String(), s.says) {
			t.Errorf("%s: %d new lines\n%s", s.reason, n, log)
		}
		_, err := h.Deposit(ctx, clerk, paper(s.reason))
		if s.full != (archive.CodeOf(err) == "storage_full") || !s.full && err != nil {
			t.Errorf("%s: deposit: %v", s.reason, err)
		}
	}
	h.sound(t)
	asks := d.asks
	for range 100 {
		h.Disks()
	}
	if d.asks > asks+1 {
		t.Errorf("the system was asked %d times within a moment", d.asks-asks)
	}
}

func TestABodyThatWouldCrossTheReserveIsNotRead(t *testing.T) {
	h := open(t)
	d, _ := withDisks(h)
	d.all[0].Free = 3 * gib
	for size, full := range map[int64]bool{0: false, gib: false, gib + 1: true} {
		in := paper("x")
		in.AllowDuplicate, in.Size = true, size
		if full {
			in.Body = untouched{t}
		}
		if _, err := h.Deposit(context.Background(), clerk, in); full != (archive.CodeOf(err) == "storage_full") {
			t.Errorf("%d bytes announced: %v", size, err)
		}
	}
	h.sound(t)
}

func TestABodyIsStoppedWhenTheDiskFillsMeanwhile(t *testing.T) {
	h := open(t)
	d, _ := withDisks(h)
	in := paper("x")
	in.Body = io.MultiReader(strings.NewReader("paper "), io.LimitReader(zeros{}, 8<<20), readerFunc(func(p []byte) (int, error) {
		d.all[0].Free = gib
		h.clock.pass(5 * time.Second)
		return copy(p, "x"), nil
	}))
	if _, err := h.Deposit(context.Background(), clerk, in); archive.CodeOf(err) != "storage_full" {
		t.Errorf("got %v", err)
	}
	d.all[0].Free = 50 * gib
	h.clock.pass(5 * time.Second)
	h.deposit(t, "y")
	h.sound(t)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestSmallDisksAndSharesAndUnknownOnes(t *testing.T) {
	h := open(t)
	d, _ := withDisks(h)
	next := func() { h.clock.pass(5 * time.Second) }
	// An index on an empty file system of one gigabyte is not full because the reserve is two.
	d.all = append(d.all, archive.Disk{Uses: []string{"index"}, Free: gib, Total: gib})
	h.deposit(t, "1")
	d.all[1].Free = gib / 11
	next()
	if _, err := h.Deposit(context.Background(), clerk, paper("2")); archive.CodeOf(err) != "storage_full" {
		t.Errorf("a full index disk: %v", err)
	}
	// A share: five per cent of 100 GiB.
	d.all = d.all[:1]
	h.Limits.DiskReserve = 0.05
	for free, full := range map[int64]bool{5 * gib: false, 5*gib - 1: true} {
		d.all[0].Free = free
		next()
		if got := h.Disks()[0]; got.Full != full {
			t.Errorf("%d free: %+v", free, got)
		}
	}
	// What cannot be measured refuses nothing.
	d.err = errors.New("no such device")
	next()
	h.deposit(t, "3")
	if h.Disks() != nil {
		t.Error("a disk nobody could look at is told of")
	}
	h.sound(t)
}
