package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// onePage passes what the tests' own generator made: judging a hundred thousand papers is not what is measured here.
type onePage struct{}

func (onePage) Inspect(context.Context, *os.File, archive.InspectRequest) (archive.Inspection, error) {
	return archive.Inspection{MediaType: archive.PDF, Pages: []archive.PageInfo{{Width: 595, Height: 842}}}, nil
}

// TestManyPapersAreRebuiltFromTheStore fills a house with papers by the archive's own acts, takes its catalog away, has the real
// program make it again from the store, and compares an export of everything byte by byte. It takes a while and runs when
// SOHOA_LONG=1; SOHOA_LONG_PAPERS says how many papers, 100,000 unless told. Filling is done in memory where there is room, because
// a disk's fsyncs are not what is asked about.
func TestManyPapersAreRebuiltFromTheStore(t *testing.T) {
	t.Parallel()
	papers := 300
	if os.Getenv("SOHOA_LONG") == "1" {
		papers = 100_000
		if n, err := strconv.Atoi(os.Getenv("SOHOA_LONG_PAPERS")); err == nil && n > 0 {
			papers = n
		}
	}
	base, err := os.MkdirTemp("/dev/shm", "sohoa")
	if err != nil {
		base = t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(base) })
	data := filepath.Join(base, "house")

	began := time.Now()
	fillWithPapers(t, data, papers)
	t.Logf("%d papers taken in: %s", papers, time.Since(began).Round(time.Millisecond))

	h := here(t, nil, "--data", data)
	last := lastEvent(t, h)
	began = time.Now()
	before := exportSum(t, h, last)
	t.Logf("export of %d events: %s", last+1, time.Since(began).Round(time.Millisecond))
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	for _, ending := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(data, "catalog.db"+ending)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	p := self(t)
	if papers > 1000 {
		p = builtProgram(t) // what is measured is the program as its users have it
	}
	for _, what := range []string{"--catalog", "--index"} {
		cmd := p.command("rebuild", what, "--data", data)
		began = time.Now()
		out, err := cmd.CombinedOutput()
		took := time.Since(began)
		if err != nil {
			t.Fatalf("%v: %s", err, tail(string(out), 4000))
		}
		peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10
		cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		t.Logf("rebuild %s: %s (%s of a processor), %.0f papers a second, at most %d MB", what, took.Round(time.Millisecond), cpu.Round(time.Millisecond), float64(papers)/took.Seconds(), peak)
		if papers > 1000 && peak > 1024 {
			t.Errorf("it took %d MB", peak)
		}
	}
	h = here(t, nil, "--data", data)
	after := exportSum(t, h, last)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if before != after {
		t.Error("the rebuilt catalog does not say what the lost one said")
	}
	began = time.Now()
	out := p.run(t, exitDone, "check", "--data", data)
	t.Logf("check: %s", time.Since(began).Round(time.Millisecond))
	if !strings.Contains(out, "Sound") {
		t.Errorf("check: %s", tail(out, 2000))
	}
}

// fillWithPapers deposits papers from eight clerks at once; of each hundred fifty are submitted, forty accepted, twenty published
// and two withdrawn.
func fillWithPapers(t *testing.T, data string, papers int) {
	t.Helper()
	ctx := context.Background()
	h := here(t, nil, "--data", data)
	defer h.Close()
	h.archive.Inspector = onePage{}
	var next atomic.Int64
	var wg sync.WaitGroup
	one := func(i int) error {
		d, err := h.archive.Deposit(ctx, livedClerk, archive.Deposit{Body: strings.NewReader(string(testkit.TextPDF(fmt.Sprint("to giay so ", i)))), FileName: fmt.Sprint(i, ".pdf"),
			Kind: archive.Result, Dossier: archive.DossierCode(fmt.Sprintf("H15.61-26%02d%02d-%04d", i/10000%12+1, i/500%28+1, i/4%10000)),
			Fields: archive.Fields{Type: "QĐ", Number: fmt.Sprint(i), Notation: "QĐ-UBND", Subject: fmt.Sprintf("Về việc giải quyết hồ sơ thứ %d của hộ gia đình", i)}})
		if err != nil {
			return err
		}
		for _, m := range []struct {
			move archive.Move
			of   int // of a hundred
		}{{archive.Submit, 50}, {archive.Accept, 40}, {archive.Publish, 20}, {archive.Withdraw, 2}} {
			if i%100 >= m.of {
				break
			}
			who := livedChecker
			if m.move == archive.Submit {
				who = livedClerk
			}
			if _, err := h.archive.Move(ctx, who, d.ID, archive.MoveRequest{Move: m.move, Reason: "lý do"}); err != nil {
				return err
			}
		}
		return nil
	}
	for range 8 {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= papers || t.Failed() {
					return
				}
				if err := one(i); err != nil {
					t.Errorf("paper %d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
	if err := h.archive.CloseLog(ctx); err != nil {
		t.Fatal(err)
	}
}
