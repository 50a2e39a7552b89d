package child

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/internal/sandbox"
	"sohoa/internal/testkit"
	"sohoa/ocr/pdf"
	"sohoa/ocr/tesseract"
)

// TestMain lets the test program be its own child. Its work is told by the paper, a line of orders; a PDF is inspected in
// earnest.
func TestMain(m *testing.M) {
	sandbox.Main(Roles(Work{Inspect: obeyInspect, Read: obeyRead, Render: obeyRender, Ready: obeyReady, WarmUp: obeyWarmUp, Assemble: obeyAssemble}))
	os.Exit(m.Run())
}

var hoard [][]byte

// obey does what must not happen.
func obey(order string) error {
	switch {
	case order == "crash":
		panic("told to")
	case order == "hang":
		time.Sleep(time.Hour)
	case order == "grow":
		for {
			hoard = append(hoard, bytes.Repeat([]byte{1}, 4<<20))
		}
	case order == "late":
		return fmt.Errorf("look at page: %w", context.DeadlineExceeded)
	case order == "locked":
		return archive.Fault(archive.NotFound, "no_page", archive.Text{VI: "Không có trang này.", EN: "No such page."})
	case order == "odd":
		return errors.New("something unforeseen")
	}
	return nil
}

func orders(f *os.File) ([]string, error) {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<20))
	return strings.Fields(string(b)), err
}

// ownWords is the verdict of an inspection that notices the end of its time.
var ownWords = archive.Inspection{Refusal: "limits_exceeded", Findings: []archive.Finding{{Code: "own_words", Severity: archive.Fatal, Msg: archive.Text{VI: "Hết giờ.", EN: "Time is up."}}}}

func obeyInspect(ctx context.Context, f *os.File, req archive.InspectRequest) (archive.Inspection, error) {
	head := make([]byte, 1024)
	if n, _ := f.ReadAt(head, 0); pdf.IsPDF(head[:n]) {
		return pdf.Inspect(ctx, f, req)
	}
	words, err := orders(f)
	if err != nil {
		return archive.Inspection{}, err
	}
	for _, w := range words {
		if w == "nonsense" {
			return archive.Inspection{Refusal: "because"}, nil
		}
		if w == "patient" { // until its own context ends, then says so in its own words
			<-ctx.Done()
			return ownWords, nil
		}
		if err := obey(w); err != nil {
			return archive.Inspection{}, err
		}
	}
	return archive.Inspection{MediaType: req.DeclaredType, Pages: []archive.PageInfo{{Width: 595, Height: 842, DPI: 300}}}, nil
}

// obeyRead reads the n-th order as page n. A PNG is read in earnest.
func obeyRead(ctx context.Context, at Place, f *os.File, req archive.ReadRequest, each func(archive.PageReading) error) error {
	if req.MediaType == archive.PNG {
		return recognise(ctx, at, f, each)
	}
	words, err := orders(f)
	if err != nil {
		return err
	}
	for i, n := range req.Pages {
		w := words[n-1]
		if w == "trap" || i+1 < len(req.Pages) && words[req.Pages[i+1]-1] == "trap" { // begun while the page before is under way
			panic("trapped")
		}
		if w == "short" {
			return nil
		}
		for w == "gate" && words[len(words)-1] != "open" { // until the test writes it at the end of the paper
			time.Sleep(5 * time.Millisecond)
			if words, err = orders(f); err != nil {
				return err
			}
		}
		if w == "wrong" {
			n++
		}
		if err := obey(w); err != nil {
			return err
		}
		if err := each(archive.PageReading{Number: n, Source: archive.SourceScan, Text: w}); err != nil {
			return err
		}
	}
	return nil
}

func obeyRender(_ context.Context, at Place, f *os.File, req archive.RenderRequest) ([]byte, error) {
	words, err := orders(f)
	if err != nil {
		return nil, err
	}
	if words[0] == "cache" {
		return os.ReadFile(filepath.Join(at.Cache, "code"))
	}
	if words[0] == "poison" {
		return nil, os.WriteFile(filepath.Join(at.Cache, "code"), []byte("evil"), 0o600)
	}
	if err := obey(words[0]); err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "picture of page %d, %d wide", req.Page, req.Width), nil
}

// obeyReady asks the real Tesseract.
func obeyReady(ctx context.Context, at Place) error {
	_, err := tesseract.Probe(ctx, at.Tesseract, at.Tessdata)
	return err
}

func obeyWarmUp(_ context.Context, at Place) error {
	return os.WriteFile(filepath.Join(at.Cache, "code"), []byte("compiled"), 0o600)
}

func paper(t *testing.T, text string) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "paper")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestInspect(t *testing.T) {
	i := NewInspector(Options{Inspectors: 2})
	t.Cleanup(func() { i.Close() })
	finding := func(f fate) archive.Inspection {
		return archive.Inspection{Refusal: f.refusal, Findings: []archive.Finding{f.finding(0)}}
	}
	for _, tc := range []struct {
		name  string
		paper string
		time  time.Duration // zero: the house's
		want  archive.Inspection
		kind  archive.Kind
		fails bool
	}{
		{name: "a verdict crosses whole", paper: "fine",
			want: archive.Inspection{MediaType: archive.PDF, Pages: []archive.PageInfo{{Width: 595, Height: 842, DPI: 300}}}},
		{name: "a paper that breaks its inspector twice is damaged", paper: "crash", want: finding(brokeDown)},
		{name: "a paper that hangs is over the limits", paper: "hang", time: 300 * time.Millisecond, want: finding(tookTooLong)},
		{name: "a paper that bloats is over the limits", paper: "grow", want: finding(tookTooMuch)},
		{name: "the inspection that sees its own end of time", paper: "late", want: finding(tookTooLong)},
		{name: "the inspection that says so in its own words", paper: "patient", time: 2 * time.Second,
			want: ownWords},
		{name: "a verdict nobody knows", paper: "nonsense", want: finding(brokeDown)},
		{name: "a fault of ours stays a fault of ours", paper: "odd", kind: archive.Internal, fails: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			req := archive.InspectRequest{DeclaredType: archive.PDF, Limits: archive.InspectLimits{Time: tc.time, Memory: 96 << 20}}
			got, err := i.Inspect(t.Context(), paper(t, tc.paper), req)
			if (err != nil) != tc.fails || archive.KindOf(err) != tc.kind {
				t.Fatalf("error %v of kind %v", err, archive.KindOf(err))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInspectWithoutChildren(t *testing.T) {
	i := NewInspector(Options{Mode: sandbox.Require, Off: sandbox.Off{Landlock: true, Seccomp: true}})
	t.Cleanup(func() { i.Close() })
	_, err := i.Inspect(t.Context(), paper(t, "fine"), archive.InspectRequest{})
	var e *archive.Error
	if !errors.As(err, &e) || e.Kind != archive.Unavailable || e.RetryAfter == 0 || !errors.Is(err, sandbox.ErrLevel) {
		t.Errorf("got %v, want Unavailable because of the level, with a time to try again", err)
	}
}

func newReader(t *testing.T, o Options) *Reader {
	t.Helper()
	o.Scratch = filepath.Join(t.TempDir(), "scratch")
	r, err := NewReader(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func TestRead(t *testing.T) {
	for _, tc := range []struct {
		name  string
		paper string
		pages []int
		want  string // page:text, or page!finding, or page!! for a failure without one
	}{
		{"pages come in order", "a b c", []int{1, 2, 3}, "1:a 2:b 3:c"},
		{"only the wanted ones", "a b c d", []int{2, 4}, "2:b 4:d"},
		{"a crash costs its page only", "a crash c", []int{1, 2, 3}, "1:a 2!broke_down 3:c"},
		{"so does a hang on the first page", "hang b", []int{1, 2}, "1!took_too_long 2:b"},
		{"so does bloat on the last", "a grow", []int{1, 2}, "1:a 2!took_too_much_memory"},
		{"so does a page the reader skipped", "a short c", []int{1, 2, 3}, "1:a 2!broke_down 3:c"},
		{"so does a page with another's number", "a wrong c", []int{1, 2, 3}, "1:a 2!broke_down 3:c"},
		{"a page that kills its reader while an earlier one is under way", "a b trap c", []int{1, 2, 3, 4}, "1:a 2:b 3!broke_down 4:c"},
		{"time that ran out inside", "late b", []int{1, 2}, "1!took_too_long 2:b"},
		{"an error of the paper fails what is left", "a locked c", []int{1, 2, 3}, "1:a 2!! 3!!"},
		{"nothing to do", "a", nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newReader(t, Options{Readers: 1})
			limits := archive.ReadLimits{Memory: 96 << 20}
			if strings.Contains(tc.paper, "hang") {
				limits.PageTime = 400 * time.Millisecond
			}
			var got []string
			err := r.Read(t.Context(), paper(t, tc.paper), archive.ReadRequest{
				MediaType: archive.PDF, Pages: tc.pages, Limits: limits,
			}, func(p archive.PageReading) error {
				switch {
				case p.Source != archive.SourceFailed:
					got = append(got, fmt.Sprintf("%d:%s", p.Number, p.Text))
				case p.Err == nil || p.Err.VI == "" || p.Err.EN == "":
					t.Errorf("page %d failed without a reason in both languages", p.Number)
				case len(p.Findings) == 1:
					got = append(got, fmt.Sprintf("%d!%s", p.Number, p.Findings[0].Code))
				default:
					got = append(got, fmt.Sprintf("%d!!", p.Number))
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadGivesUpOnAPoisonousPaper(t *testing.T) {
	r := newReader(t, Options{Readers: 1})
	pages := make([]int, lostPages+5)
	for i := range pages {
		pages[i] = i + 1
	}
	failed := 0
	err := r.Read(t.Context(), paper(t, strings.Repeat("crash ", len(pages))), archive.ReadRequest{Pages: pages},
		func(p archive.PageReading) error {
			if p.Source == archive.SourceFailed {
				failed++
			}
			return nil
		})
	if err != nil || failed != len(pages) {
		t.Errorf("%d of %d pages failed, %v", failed, len(pages), err)
	}
	together := (lostPages + underWay - 1) / underWay // times that several pages were asked for
	if reading, _ := r.Stats(); reading.Died != 2*(lostPages+together) {
		t.Errorf("%d children died, want two for each of %d pages and of %d attempts at several", reading.Died, lostPages, together)
	}
}

func TestReadStops(t *testing.T) {
	r := newReader(t, Options{Readers: 1})
	t.Run("with the caller's error, also on the last page", func(t *testing.T) {
		for _, words := range []string{"a b", "a"} {
			stop := errors.New("no room")
			err := r.Read(t.Context(), paper(t, words), archive.ReadRequest{Pages: []int{1}}, func(archive.PageReading) error { return stop })
			if !errors.Is(err, stop) {
				t.Errorf("paper %q: %v", words, err)
			}
		}
	})
	t.Run("when its context ends", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := r.Read(ctx, paper(t, "a hang"), archive.ReadRequest{Pages: []int{1, 2}}, func(archive.PageReading) error { cancel(); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("when the reader is closed", func(t *testing.T) {
		r := newReader(t, Options{})
		r.Close()
		err := r.Read(t.Context(), paper(t, "a"), archive.ReadRequest{Pages: []int{1}}, func(archive.PageReading) error { return nil })
		if archive.KindOf(err) != archive.Unavailable {
			t.Errorf("got %v, want Unavailable", err)
		}
	})
}

func TestRender(t *testing.T) {
	r := newReader(t, Options{})
	req := archive.RenderRequest{Page: 2, Width: 800, Limits: archive.ReadLimits{PageTime: time.Second}}
	got, err := r.Render(t.Context(), paper(t, "a"), req)
	if err != nil || string(got) != "picture of page 2, 800 wide" {
		t.Errorf("%q, %v", got, err)
	}
	for _, tc := range []struct {
		name, paper string
		kind        archive.Kind
		code        string
	}{
		{"a page that is not there", "locked", archive.NotFound, "no_page"},
		{"a page that hangs", "hang", archive.Unprocessable, "limits_exceeded"},
		{"a page that breaks the renderer", "crash", archive.Unprocessable, "damaged_file"},
		{"anything else is ours", "odd", archive.Internal, "internal"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := r.Render(t.Context(), paper(t, tc.paper), req)
			if archive.KindOf(err) != tc.kind || archive.CodeOf(err) != tc.code {
				t.Errorf("got %v: %v %s", err, archive.KindOf(err), archive.CodeOf(err))
			}
		})
	}
}

func TestCompileCacheIsWrittenByWarmUpOnly(t *testing.T) {
	cache := filepath.Join(t.TempDir(), "cache")
	r := newReader(t, Options{Cache: cache})
	got, err := r.Render(t.Context(), paper(t, "cache"), archive.RenderRequest{})
	if err != nil || string(got) != "compiled" {
		t.Fatalf("%q, %v: the first picture should find the cache filled", got, err)
	}
	i := NewInspector(Options{})
	defer i.Close()
	level, _, err := i.Level(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if level != sandbox.LevelFull && level != sandbox.LevelNoSeccomp {
		t.Skipf("no landlock here")
	}
	if _, err := r.Render(t.Context(), paper(t, "poison"), archive.RenderRequest{}); err == nil {
		t.Error("a renderer could write the cache")
	}
	if b, _ := os.ReadFile(filepath.Join(cache, "code")); string(b) != "compiled" {
		t.Errorf("the cache holds %q", b)
	}
}

func TestReady(t *testing.T) {
	t.Run("without Tesseract it says what to install", func(t *testing.T) {
		r := newReader(t, Options{})
		err := r.Ready(t.Context())
		if archive.KindOf(err) != archive.Unavailable || !strings.Contains(err.Error(), "tesseract-ocr-vie") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("with Tesseract installed later it finds it", func(t *testing.T) {
		path := testkit.Need(t, "tesseract")
		found := ""
		r := newReader(t, Options{Tesseract: func() string { return found }})
		if err := r.Ready(t.Context()); archive.KindOf(err) != archive.Unavailable {
			t.Fatalf("got %v, want Unavailable", err)
		}
		found = path
		r.mu.Lock()
		r.looked = time.Time{}
		r.mu.Unlock()
		if err := r.Ready(t.Context()); err != nil {
			t.Errorf("Tesseract runs inside the sandbox: %v", err)
		}
	})
}

func TestScratchIsEmptiedAtStart(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "read-1", "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(Options{Scratch: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestSelfTestOfBothKinds(t *testing.T) {
	o := Options{Scratch: t.TempDir()}
	if path, err := exec.LookPath("tesseract"); err == nil {
		o.Tesseract = func() string { return path }
	}
	reports, err := o.SelfTest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for role, r := range reports {
		if r.Level == sandbox.LevelFull && !r.Sound() {
			t.Errorf("%s: %v got out", role, r.Unsound())
		}
	}
	if len(reports) != 2 {
		t.Errorf("%d reports", len(reports))
	}
}
