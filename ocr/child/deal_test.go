package child

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// busy waits until n children are at work.
func busy(ctx context.Context, r *Reader, n int) bool {
	for ctx.Err() == nil {
		if reading, _ := r.Stats(); reading.Busy == n {
			return true
		}
		runtime.Gosched()
	}
	return false
}

// A paper alone is read by all children; another that comes has one of them at once, though every page of the first would keep
// it for ever; and the pages taken from the helper are read after all, each once.
func TestAPaperIsReadByAllAndLetsOthersIn(t *testing.T) {
	const pages = 40
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r := newReader(t, Options{Readers: 3})
	long := paper(t, strings.Repeat("gate ", pages))
	var want, got []int
	for n := range pages {
		want = append(want, n+1)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- r.Read(ctx, long, archive.ReadRequest{Pages: want}, func(p archive.PageReading) error {
			got = append(got, p.Number) // calls never overlap: the race detector looks on
			if p.Source != archive.SourceScan {
				return errors.New(string(p.Source))
			}
			return nil
		})
	}()
	if !busy(ctx, r, 3) {
		t.Fatal("one paper did not get all children")
	}
	for range 3 { // each finds its place, one after the other
		words := ""
		err := r.Read(ctx, paper(t, "s"), archive.ReadRequest{Pages: []int{1}}, func(p archive.PageReading) error { words += p.Text; return nil })
		if err != nil || words != "s" {
			t.Fatalf("the paper that came later: %q, %v", words, err)
		}
	}
	w, err := os.OpenFile(long.Name(), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := w.WriteString("open"); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if r.seats.free != 3 || len(r.seats.helpers)+len(r.seats.papers)+len(r.seats.askers) != 0 {
		t.Errorf("seats afterwards: %+v", r.seats)
	}
}

// Two long papers keep a seat each, whatever helpers want.
func TestPapersShareTheSeats(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s := &seats{free: 2}
	if err := s.sit(ctx); err != nil {
		t.Fatal(err)
	}
	h, err := s.help(ctx)
	if err != nil {
		t.Fatal(err)
	}
	sitting := make(chan error)
	go func() { sitting <- s.sit(ctx) }()
	<-h.ctx.Done()
	if !errors.Is(context.Cause(h.ctx), errAskedBack) {
		t.Error(context.Cause(h.ctx))
	}
	s.leave(h)
	if err := <-sitting; err != nil {
		t.Fatal(err)
	}
	gone, leave := context.WithCancel(ctx)
	asking := make(chan error)
	go func() { _, err := s.help(gone); asking <- err }()
	leave()
	if err := <-asking; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	s.rise()
	s.rise()
	if s.free != 2 || len(s.askers) != 0 {
		t.Errorf("%+v", s)
	}
}

// What goes wrong on pages that several children read at once costs those pages only, and an error of the caller ends all.
func TestADealtPaperWithBadPages(t *testing.T) {
	r := newReader(t, Options{Readers: 2})
	words := slices.Repeat([]string{"a"}, 30)
	words[0], words[13], words[29] = "crash", "crash", "crash"
	var pages []int
	for n := range words {
		pages = append(pages, n+1)
	}
	read := map[int]archive.PageSource{}
	err := r.Read(t.Context(), paper(t, strings.Join(words, " ")), archive.ReadRequest{Pages: pages}, func(p archive.PageReading) error {
		if read[p.Number] != "" {
			t.Errorf("page %d came twice", p.Number)
		}
		read[p.Number] = p.Source
		return nil
	})
	if err != nil || len(read) != len(pages) {
		t.Fatalf("%d pages, %v", len(read), err)
	}
	for n, source := range read {
		if (source == archive.SourceFailed) != (words[n-1] == "crash") {
			t.Errorf("page %d: %s", n, source)
		}
	}
	stop, calls := errors.New("no room"), 0
	err = r.Read(t.Context(), paper(t, strings.Repeat("a ", 30)), archive.ReadRequest{Pages: pages}, func(archive.PageReading) error { calls++; return stop })
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}
