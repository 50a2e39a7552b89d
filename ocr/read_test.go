package ocr

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/internal/viet"
)

// album is a Paper of half-A4 pages that are made when they are asked for.
type album struct {
	pages []leaf
	asked func(n int) // called when a picture is asked for
}

type leaf struct {
	source  archive.PageSource // zero: a scan
	text    string             // printed on it, line by line
	words   []archive.Word     // carried as text
	dpi     float64            // zero: 200
	turns   int                // quarter turns clockwise it was scanned with
	err     error
	explode bool
}

const leafWidth, leafHeight = 420, 298 // points

func (a *album) Pages() int { return len(a.pages) }
func (a *album) Size(n int) (float64, float64, error) {
	if a.pages[n-1].turns%2 == 1 {
		return leafHeight, leafWidth, nil
	}
	return leafWidth, leafHeight, nil
}
func (a *album) Words(_ context.Context, n int) (archive.PageSource, []archive.Word, error) {
	l := a.pages[n-1]
	if l.source == "" {
		return archive.SourceScan, l.words, l.err
	}
	return l.source, l.words, l.err
}
func (a *album) Picture(_ context.Context, n int) (image.Image, [6]float64, error) {
	if a.asked != nil {
		a.asked(n)
	}
	l := a.pages[n-1]
	if l.explode {
		panic("a decoder lost its way")
	}
	dpi := l.dpi
	if dpi == 0 {
		dpi = 200
	}
	g := printed(l.text, dpi)
	for range l.turns {
		g = quarter(g)
	}
	// The page shows what the scanner saw: turned text stands turned on it.
	w, h, _ := a.Size(n)
	return g, [6]float64{w / float64(g.Rect.Dx()), 0, 0, h / float64(g.Rect.Dy()), 0, 0}, nil
}
func (a *album) Render(context.Context, int, int) ([]byte, error) { return nil, errors.ErrUnsupported }
func (a *album) Close() error                                     { return nil }

func printed(text string, dpi float64) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, int(leafWidth*dpi/72), int(leafHeight*dpi/72)))
	draw.Draw(g, g.Rect, image.White, image.Point{}, draw.Src)
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		panic(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 12, DPI: dpi})
	if err != nil {
		panic(err)
	}
	d := font.Drawer{Dst: g, Src: image.Black, Face: face}
	for i, line := range strings.Split(text, "\n") {
		d.Dot = fixed.P(int(0.6*dpi), int((0.6+0.3*float64(i))*dpi))
		d.DrawString(line)
	}
	return g
}

func quarter(g *image.Gray) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, g.Rect.Dy(), g.Rect.Dx()))
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			out.SetGray(g.Rect.Dy()-1-y, x, g.GrayAt(x, y))
		}
	}
	return out
}

func read(t testing.TB, p Paper, req archive.ReadRequest, program string) []archive.PageReading {
	t.Helper()
	if req.Pages == nil {
		for n := range p.Pages() {
			req.Pages = append(req.Pages, n+1)
		}
	}
	scratch := t.TempDir()
	var got []archive.PageReading
	err := Read(t.Context(), p, req, Options{Tesseract: program, Scratch: scratch}, func(r archive.PageReading) error {
		got = append(got, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int
	for _, r := range got {
		numbers = append(numbers, r.Number)
	}
	if d := cmp.Diff(req.Pages, numbers); d != "" {
		t.Errorf("pages handed over: %s", d)
	}
	if left, _ := os.ReadDir(scratch); len(left) > 0 {
		t.Errorf("%d files stay behind, %s first", len(left), left[0].Name())
	}
	return got
}

func codes(r archive.PageReading) []string {
	var c []string
	for _, f := range r.Findings {
		c = append(c, f.Code)
		if f.Page != r.Number || f.Msg.VI == "" || f.Msg.EN == "" || f.Severity == "" {
			c = append(c, fmt.Sprintf("incomplete: %+v", f))
		}
	}
	return c
}

func word(text string, line int) archive.Word {
	return archive.Word{Text: text, Confidence: 1, Line: line, Box: archive.Box{X0: 300, Y0: 250, X1: 340, Y1: 262}}
}

const para = "Uy ban nhan dan huyen phe duyet chu truong dau tu\nThoi gian 15 ngay tinh tu ngay nhan du ho so hop le\nBan hanh kem theo quy che lam viec nam 2024"

func TestReadDecidesPageByPage(t *testing.T) {
	program := testkit.Tesseract(t)
	paper := &album{pages: []leaf{
		{source: archive.SourceText, words: []archive.Word{word("Quyết", 0), word("định", 0), word("số", 1)}},
		{text: "Dieu 1 quy dinh chung"},
		{source: archive.SourceBlank},
		{text: ""},
		{err: errors.New("no such object")},
		{explode: true},
		{text: para, words: []archive.Word{word("Ký", 0), word("bởi:", 0), word("Sở", 1)}},
		{text: para, dpi: 120},
		{text: para, turns: 2},
		{text: para, turns: 1},
		{text: para, turns: 3},
		{text: "Noi nhan"},
	}}
	got := read(t, paper, archive.ReadRequest{}, program)
	failed := func(r archive.PageReading) bool { return r.Err != nil && r.Err.VI != "" && r.Err.EN != "" }
	for i, want := range []struct {
		reason string
		source archive.PageSource
		text   string
		codes  []string
		failed bool
	}{
		{"a text page keeps its words and lines", archive.SourceText, "Quyết định\nsố", nil, false},
		{"a scan is recognised", archive.SourceScan, "Dieu 1 quy dinh chung", nil, false},
		{"an empty page", archive.SourceBlank, "", []string{codeBlank}, false},
		{"a scan of nothing", archive.SourceBlank, "", []string{codeBlank}, false},
		{"a broken page fails alone", archive.SourceFailed, "", []string{codeUnreadable}, true},
		{"a page that breaks a decoder fails alone", archive.SourceFailed, "", []string{codeUnreadable}, true},
		{"a stamp's words come after those of the scan", archive.SourceScan, para + "\nKý bởi:\nSở", nil, false},
		{"a coarse scan is read and marked", archive.SourceScan, para, []string{codeLowResolution}, false},
		{"a page on its head is read the right way up", archive.SourceScan, para, []string{codeUpsideDown}, false},
		{"a page on its side", archive.SourceScan, para, []string{codeTurned}, false},
		{"a page on its other side", archive.SourceScan, para, []string{codeTurned}, false},
		{"the last page", archive.SourceScan, "Noi nhan", nil, false},
	} {
		r := got[i]
		if r.Source != want.source || failed(r) != want.failed {
			t.Errorf("%s: source %s, error %v", want.reason, r.Source, r.Err)
		}
		if n := distance([]rune(viet.Fold(want.text)), []rune(viet.Fold(r.Text))); n > len(want.text)/30 { // the recogniser may err a little
			t.Errorf("%s: %s", want.reason, cmp.Diff(want.text, r.Text))
		}
		if d := cmp.Diff(want.codes, codes(r)); d != "" {
			t.Errorf("%s: findings: %s", want.reason, d)
		}
		if w, h, _ := paper.Size(i + 1); r.Width != w || r.Height != h || r.Words == nil {
			t.Errorf("%s: page of %v × %v, words %v", want.reason, r.Width, r.Height, r.Words)
		}
		for _, w := range r.Words {
			if w.Box.X0 < 0 || w.Box.X1 > float32(r.Width) || w.Box.Y0 < 0 || w.Box.Y1 > float32(r.Height) || w.Box.X0 >= w.Box.X1 || w.Box.Y0 >= w.Box.Y1 {
				t.Errorf("%s: %q lies at %+v", want.reason, w.Text, w.Box)
			}
		}
	}
	for i, corner := range map[int]string{8: "lower right", 9: "upper right", 10: "lower left"} { // where the first word stands
		w, right, lower := got[i].Words[0], strings.Contains(corner, "right"), strings.Contains(corner, "lower")
		if w.Box.X0 > float32(got[i].Width/2) != right || w.Box.Y0 > float32(got[i].Height/2) != lower {
			t.Errorf("on page %d %q lies at %+v, not at the %s", i+1, w.Text, w.Box, corner)
		}
	}
	if w := got[6].Words[0]; w.Box.X0 < 40 || w.Box.X0 > 50 || w.Box.Y1 < 40 || w.Box.Y1 > 50 {
		t.Errorf("%q lies at %+v, and was printed at (43, 43)", w.Text, w.Box)
	}
}

func TestScansWaitWithoutARecogniser(t *testing.T) {
	paper := &album{pages: []leaf{{text: para}, {source: archive.SourceText, words: []archive.Word{word("a", 0)}}, {text: ""}, {text: para}}}
	want := []archive.PageSource{archive.SourceWaits, archive.SourceText, archive.SourceBlank, archive.SourceWaits}
	for reason, program := range map[string]string{"none": "", "removed meanwhile": filepath.Join(t.TempDir(), "tesseract"), "without its language": "/bin/false"} {
		var got []archive.PageSource
		for _, r := range read(t, paper, archive.ReadRequest{}, program) {
			got = append(got, r.Source)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", reason, d)
		}
	}
}

func TestOnlyTheWantedPages(t *testing.T) {
	paper := &album{}
	for i := range 9 {
		paper.pages = append(paper.pages, leaf{source: archive.SourceText, words: []archive.Word{word(fmt.Sprint(i+1), 0)}})
	}
	got := read(t, paper, archive.ReadRequest{Pages: []int{2, 3, 8}}, "")
	if got[0].Text != "2" || got[2].Text != "8" {
		t.Errorf("read %q and %q", got[0].Text, got[2].Text)
	}
}

func TestTextIsBounded(t *testing.T) {
	paper := &album{pages: []leaf{{source: archive.SourceText, words: []archive.Word{word("một", 0), word("hai", 0), word("ba", 1), word("bốn", 1)}}}}
	for _, c := range []struct {
		limit int
		want  string
		codes []string
	}{
		{len("một hai\nba bốn"), "một hai\nba bốn", nil},
		{len("một hai\nba bốn") - 1, "một hai\nba", []string{codeTextCut}},
		{3, "", []string{codeTextCut}},
	} {
		r := read(t, paper, archive.ReadRequest{Limits: archive.ReadLimits{PageText: c.limit}}, "")[0]
		if r.Text != c.want || !slices.Equal(codes(r), c.codes) {
			t.Errorf("%d bytes: %q, findings %v", c.limit, r.Text, codes(r))
		}
	}
}

func TestReadStops(t *testing.T) {
	program := testkit.Tesseract(t)
	paper := &album{pages: slices.Repeat([]leaf{{text: "Dieu 1"}}, 30)}
	req := archive.ReadRequest{Pages: []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}}
	t.Run("when told by each", func(t *testing.T) {
		stop := errors.New("enough")
		n := 0
		err := Read(t.Context(), paper, req, Options{Tesseract: program}, func(archive.PageReading) error {
			if n++; n == 2 {
				return stop
			}
			return nil
		})
		if !errors.Is(err, stop) || n != 2 {
			t.Errorf("%d pages, error %v", n, err)
		}
	})
	t.Run("with the context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := Read(ctx, paper, req, Options{Tesseract: program}, func(archive.PageReading) error { cancel(); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

// What is prepared and not yet handed over is bounded, however many pages there are.
func TestAPaperOfManyPagesStaysSmall(t *testing.T) {
	program := testkit.Tesseract(t)
	const pages = 40
	handed := make(chan int, pages)
	most := 0
	paper := &album{pages: slices.Repeat([]leaf{{text: "Dieu 1"}}, pages)}
	paper.asked = func(n int) { most = max(most, n-len(handed)) }
	req := archive.ReadRequest{}
	for n := range pages {
		req.Pages = append(req.Pages, n+1)
	}
	alive := 0
	err := Read(t.Context(), paper, req, Options{Tesseract: program, Scratch: t.TempDir(), Alive: func() { alive++ }}, func(r archive.PageReading) error {
		if r.Text != "Dieu 1" {
			t.Errorf("page %d reads %q", r.Number, r.Text)
		}
		handed <- r.Number
		return nil
	})
	if err != nil || len(handed) != pages {
		t.Fatalf("%d pages, error %v", len(handed), err)
	}
	if most > 2*Ahead+2 {
		t.Errorf("%d pages were under way at once", most)
	}
	if alive < pages {
		t.Errorf("%d signs of life over %d pages", alive, pages)
	}
}
