package archive_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// work runs reading jobs and everything else behind the answers until the document's reading reaches a state.
func (h *house) work(t testing.TB, id archive.ID, want archive.ReadingState) archive.Document {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); h.Run(ctx, archive.RunOptions{Readers: 1, Sequencer: true}) }()
	defer func() { stop(); <-done }()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		d, err := h.Document(ctx, archive.System, id)
		if err != nil {
			t.Fatal(err)
		}
		if d.Reading.State == want {
			return d
		}
		if time.Now().After(deadline) {
			t.Fatalf("reading is %+v, want %s", d.Reading, want)
		}
	}
}

func (h *house) text(t testing.TB, id archive.ID) string {
	t.Helper()
	var b bytes.Buffer
	if err := h.WriteText(context.Background(), clerk, id, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReadingGathersItsPages(t *testing.T) {
	h := open(t)
	d := h.deposit(t, "một")
	d = h.work(t, d.ID, archive.ReadingDone)
	if want := "trang 1 của paper một\n\ftrang 2 của paper một\n\f"; h.text(t, d.ID) != want {
		t.Errorf("text is %q", h.text(t, d.ID))
	}
	p, err := h.PageWords(context.Background(), clerk, d.ID, 2)
	if err != nil || p.Number != 2 || len(p.Words) != 1 {
		t.Errorf("page 2: %+v, %v", p, err)
	}
	if len(d.Reading.Findings) != 2 || d.Reading.Findings[1].Page != 2 || d.Reading.PagesDone != 2 {
		t.Errorf("reading is %+v", d.Reading)
	}
	if d.Revision != 1 {
		t.Errorf("reading raised the revision to %d", d.Revision)
	}
}

// visited calls before a page of a paper is read.
type visited struct {
	archive.Reader
	before func(f *os.File, page int)
}

func (v visited) Read(ctx context.Context, f *os.File, req archive.ReadRequest, each func(archive.PageReading) error) error {
	return v.Reader.Read(ctx, f, req, func(p archive.PageReading) error { v.before(f, p.Number); return each(p) })
}

// With one reader and a long paper under way, a short one that comes is read before the rest of it, and no page is read twice
// but the one at which the long paper stopped being handed over.
func TestAShortPaperGoesBeforeTheRestOfALongOne(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	long := archive.Deposit{Body: strings.NewReader("pages" + strings.Repeat(" x", 40)), FileName: "a.pdf", Kind: archive.Result, Fields: archive.Fields{Type: "QĐ", Subject: "Dài"}}
	first, err := h.Deposit(ctx, clerk, long)
	if err != nil {
		t.Fatal(err)
	}
	var short archive.Document
	var when []string
	plain := h.Reader
	h.Reader = visited{plain, func(f *os.File, page int) {
		head := make([]byte, 5)
		if _, err := f.ReadAt(head, 0); err != nil {
			t.Error(err)
		}
		when = append(when, fmt.Sprintf("%s %d", head, page))
		if string(head) == "pages" && page%10 == 0 && page < 40 {
			if page == 20 { // nobody came at 10: the paper is read on without a stop
				short = h.deposit(t, "một")
			}
			h.clock.pass(6 * time.Second)
		}
	}}
	d := h.work(t, first.ID, archive.ReadingDone)
	if d.Reading.PagesDone != 40 {
		t.Errorf("%+v", d.Reading)
	}
	var want []string
	for n := range 40 {
		if want = append(want, fmt.Sprintf("pages %d", n+1)); n+1 == 20 {
			want = append(want, "paper 1", "paper 2")
		}
	}
	if diff := cmp.Diff(want, when); diff != "" {
		t.Error(diff)
	}
	if s, err := h.Document(ctx, clerk, short.ID); err != nil || s.Reading.State != archive.ReadingDone {
		t.Errorf("the short one: %+v, %v", s.Reading, err)
	}
}

// proposer says which pages it was given.
type proposer struct{}

func (proposer) Propose(pages []archive.PageReading, l archive.Lists) []archive.Proposal {
	var out []archive.Proposal
	for _, p := range pages {
		out = append(out, archive.Proposal{Field: "subject", Value: p.Text, Page: p.Number, Confidence: float32(l.Today.Year)})
	}
	return out
}

func TestReadingProposesFromTheEndsOfAPaper(t *testing.T) {
	h := open(t)
	h.Proposer = proposer{}
	d := h.work(t, h.deposit(t, "một").ID, archive.ReadingDone)
	if p := d.Reading.Proposals; len(p) != 2 || p[0].Value != "trang 1 của paper một" || p[1].Page != 2 || p[1].Confidence != 2026 {
		t.Errorf("proposals are %+v", p)
	}
}

// A child that dies before page 2: page 1 is kept, and after the restart only page 2 is read.
func TestReadingGoesOnAtThePageAfterACrash(t *testing.T) {
	h := open(t)
	d := h.deposit(t, "một")
	h.reader.breakAt = 2
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); h.Run(ctx, archive.RunOptions{Readers: 1}) }()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		d, err := h.Document(ctx, archive.System, d.ID)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("page 1 is not kept: %+v, %v", d.Reading, err)
		}
		if d.Reading.PagesDone == 1 {
			break
		}
	}
	stop()
	<-done
	h.reopen(t)
	h.clock.pass(time.Hour) // past the back-off
	h.reader.breakAt, h.reader.read = 0, nil
	h.work(t, d.ID, archive.ReadingDone)
	if !slices.Equal(h.reader.read, []int{2}) {
		t.Errorf("after the crash pages %v were read, want only 2", h.reader.read)
	}
}

// Without a recogniser the paper waits and says why; what can be read is there; when one appears the rest is read.
func TestReadingWaitsForARecogniser(t *testing.T) {
	h := open(t)
	h.reader.absent = true
	d := h.deposit(t, "một")
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); h.Run(ctx, archive.RunOptions{Readers: 1}) }()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		d, err := h.Document(ctx, archive.System, d.ID)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("it does not say why it waits: %+v, %v", d.Reading, err)
		}
		if d.Reading.Reason.VI == "Chưa có Tesseract." && d.Reading.PagesDone == 1 && d.Reading.State == archive.ReadingWaiting {
			break
		}
	}
	stop()
	<-done
	if h.text(t, d.ID) != "trang 1 của paper một\n\f" {
		t.Errorf("text meanwhile is %q", h.text(t, d.ID))
	}
	h.reader.absent = false
	h.clock.pass(2 * time.Minute)
	h.work(t, d.ID, archive.ReadingDone)
}

func TestReadAgainStartsFromTheFirstPage(t *testing.T) {
	h := open(t)
	d := h.deposit(t, "một")
	h.work(t, d.ID, archive.ReadingDone)
	h.reader.read = nil
	if err := h.ReadAgain(context.Background(), clerk, d.ID); err != nil {
		t.Fatal(err)
	}
	if got, _ := h.Document(context.Background(), clerk, d.ID); got.Reading.State != archive.ReadingWaiting {
		t.Errorf("reading is %s", got.Reading.State)
	}
	h.work(t, d.ID, archive.ReadingDone)
	if !slices.Equal(h.reader.read, []int{1, 2}) {
		t.Errorf("pages %v were read again", h.reader.read)
	}
}
