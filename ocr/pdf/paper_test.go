package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// engine is shared by the tests of this package, and what it compiles is kept until they end: compiling pdfium takes seconds.
var engine = sync.OnceValue(func() *Engine { return NewEngine(compiled) })

// compiled is the folder TestMain makes for it.
var compiled string

// drawing skips a test that has pdfium work much: under the race detector that takes minutes, and there is nothing in it to race.
func drawing(t *testing.T) {
	t.Helper()
	if raceDetector {
		t.Skip("pdfium is not watched for races")
	}
}

func open(t *testing.T, name string) *Paper {
	t.Helper()
	f, err := os.Open(testkit.Corpus(t, name))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Open(context.Background(), f, Options{Engine: engine()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		f.Close()
	})
	return p
}

// TestWhereTheWordsComeFrom decides page by page.
func TestWhereTheWordsComeFrom(t *testing.T) {
	drawing(t)
	cases := []struct {
		reason, file string
		page         int
		want         archive.PageSource
		says         string // words in a row among those given
	}{
		{"born digital", "real/born-digital-3p.pdf", 1, archive.SourceText, "BỘ TÀI CHÍNH"},
		{"born digital with six stamps", "real/dispatch-6-signatures.pdf", 1, archive.SourceText, "CỤC CẢNH SÁT PCCC"},
		{"a gazette with a logo of 1,620 dpi", "real/gazette-broken-signature-30p.pdf", 1, archive.SourceText, "CÔNG BÁO/Số 867"},
		{"restricted by its owner", "real/owner-password-2p.pdf", 1, archive.SourceText, "Áo Lụa Hà Đông"},
		{"a scan whose only text is a signature stamp", "real/scan-ccitt-signed-4p.pdf", 1, archive.SourceScan, ""},
		{"a page of the same without the stamp", "real/scan-ccitt-signed-4p.pdf", 3, archive.SourceScan, ""},
		{"a scan without any text", "real/scan-jpeg-6p.pdf", 1, archive.SourceScan, ""},
		{"letters drawn as shapes", "images/vector.pdf", 1, archive.SourceScan, ""},
		{"three layers of one scan", "images/masks.pdf", 1, archive.SourceScan, ""},
		{"nothing at all", "synthetic/fixtures/js.pdf", 1, archive.SourceBlank, ""},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			p := open(t, c.file)
			source, words, err := p.Words(context.Background(), c.page)
			if err != nil || source != c.want {
				t.Fatalf("%s, %v; want %s", source, err, c.want)
			}
			w, h, err := p.Size(c.page)
			if err != nil {
				t.Fatal(err)
			}
			var text []string
			line := 0
			for _, word := range words {
				text = append(text, word.Text)
				b := word.Box
				if b.X0 < 0 || b.Y0 < 0 || float64(b.X1) > w+0.1 || float64(b.Y1) > h+0.1 || b.X0 >= b.X1 || b.Y0 >= b.Y1 {
					t.Fatalf("word %q lies at %v on a page of %g by %g", word.Text, b, w, h)
				}
				if word.Line < line {
					t.Fatalf("word %q is in line %d after line %d", word.Text, word.Line, line)
				}
				line = word.Line
			}
			if !strings.Contains(strings.Join(text, " "), c.says) {
				t.Errorf("%q is not among %q", c.says, text[:min(len(text), 40)])
			}
			if c.want == archive.SourceText && line < 5 {
				t.Errorf("%d words in %d lines", len(words), line+1)
			}
		})
	}
}

// TestPictures checks size, kind and place of what a reader gets to recognise.
func TestPictures(t *testing.T) {
	drawing(t)
	cases := []struct {
		reason, file string
		page         int
		w, h         int // pixels
		dpi          float64
	}{
		{"the scan's own JPEG", "real/scan-jpeg-6p.pdf", 1, 1640, 2336, 200},
		{"a JPEG lying on its side", "real/scan-jpeg-6p.pdf", 4, 2340, 1640, 200},
		{"fax", "real/scan-ccitt-signed-4p.pdf", 2, 1667, 2351, 200},
		{"packed bits", "real/scan-flate-11p.pdf", 5, 1652, 2338, 200},
		{"fax of 300 dpi", "images/epson.pdf", 1, 2480, 3507, 300},
		{"JBIG2, drawn as fine as it was scanned", "images/rotated_skew.pdf", 1, 2550, 3300, 300},
		{"JPEG 2000 of 96 dpi, drawn no finer", "synthetic/fixtures/jpx.pdf", 1, 1653, 2339, 96},
		{"a born-digital page", "real/gazette-broken-signature-30p.pdf", 1, 1653, 2339, 200},
		{"three layers", "images/masks.pdf", 1, 2464, 3484, 298},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			p := open(t, c.file)
			m, to, err := p.Picture(context.Background(), c.page)
			if err != nil {
				t.Fatal(err)
			}
			if b := m.Bounds(); b.Dx() != c.w || b.Dy() != c.h {
				t.Errorf("%d by %d pixels, want %d by %d", b.Dx(), b.Dy(), c.w, c.h)
			}
			if dpi := 72 / math.Hypot(to[0], to[1]); math.Abs(dpi-c.dpi) > 2 {
				t.Errorf("%g dpi, want %g", dpi, c.dpi)
			}
			w, h, _ := p.Size(c.page)
			x, y := matrix(to).apply(float64(c.w), float64(c.h))
			if math.Abs(x-w) > 2 || math.Abs(y-h) > 2 {
				t.Errorf("the last pixel lies at %g, %g on a page of %g by %g", x, y, w, h)
			}
			if dark := darkness(t, m.Bounds().Dx(), m.Bounds().Dy(), func(x, y int) uint32 { r, _, _, _ := m.At(x, y).RGBA(); return r }); dark < 0.001 || dark > 0.4 {
				t.Errorf("%.1f %% of the picture is dark: inverted or empty", 100*dark)
			}
		})
	}
}

func darkness(t *testing.T, w, h int, red func(x, y int) uint32) float64 {
	t.Helper()
	n, dark := 0, 0
	for y := 0; y < h; y += 3 {
		for x := 0; x < w; x += 3 {
			n++
			if red(x, y) < 0x8000 {
				dark++
			}
		}
	}
	return float64(dark) / float64(n)
}

// TestPictureStaysInItsBudget draws a page under a budget far smaller than the page wants.
func TestPictureStaysInItsBudget(t *testing.T) {
	drawing(t)
	p := open(t, "real/scan-jpeg-6p.pdf")
	p.limits.PagePixels = 100_000
	m, to, err := p.Picture(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	b := m.Bounds()
	if n := b.Dx() * b.Dy(); n > 101_000 {
		t.Errorf("%d pixels under a budget of 100,000", n)
	}
	w, _, _ := p.Size(1)
	if got := to[0] * float64(b.Dx()); math.Abs(got-w) > 0.5 {
		t.Errorf("the picture spans %g points of %g", got, w)
	}
}

func TestRender(t *testing.T) {
	drawing(t)
	for _, c := range []struct {
		reason, file string
		page, width  int
	}{
		{"born digital", "real/born-digital-3p.pdf", 1, 900},
		{"a scan", "real/scan-jpeg-6p.pdf", 1, 640},
		{"a page on its side", "real/scan-jpeg-6p.pdf", 4, 800},
	} {
		t.Run(c.reason, func(t *testing.T) {
			p := open(t, c.file)
			raw, err := p.Render(context.Background(), c.page, c.width)
			if err != nil {
				t.Fatal(err)
			}
			cfg, err := jpeg.DecodeConfig(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			w, h, _ := p.Size(c.page)
			if cfg.Width != c.width || math.Abs(float64(cfg.Height)-float64(c.width)*h/w) > 2 {
				t.Errorf("%d by %d for a page of %g by %g", cfg.Width, cfg.Height, w, h)
			}
		})
	}
	t.Run("the scan's own JPEG, untouched", func(t *testing.T) {
		p := open(t, "synthetic/scan/01-deg-200.pdf")
		raw, err := p.Render(context.Background(), 1, 1700)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(p.file.Data(), raw) {
			t.Error("the picture was made anew")
		}
	})
	t.Run("no such page", func(t *testing.T) {
		p := open(t, "real/born-digital-3p.pdf")
		if _, err := p.Render(context.Background(), 4, 640); archive.KindOf(err) != archive.NotFound {
			t.Errorf("%v", err)
		}
	})
}

// TestGivingUpAPage leaves a page whose caller lost patience, and reads the next one.
func TestGivingUpAPage(t *testing.T) {
	p := open(t, "real/born-digital-3p.pdf")
	ctx, cancel := context.WithCancel(context.Background())
	started, finish := make(chan bool), make(chan bool)
	go func() { <-started; cancel() }()
	err := p.engine.use(ctx, p, func(pdfium.Pdfium, references.FPDF_DOCUMENT) error {
		close(started)
		<-finish
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	if source, words, err := p.Words(context.Background(), 2); err != nil || source != archive.SourceText || len(words) == 0 {
		t.Errorf("the next page: %s, %d words, %v", source, len(words), err)
	}
	close(finish)
}

// TestACrashCostsOnePage goes on after pdfium failed.
func TestACrashCostsOnePage(t *testing.T) {
	p := open(t, "real/born-digital-3p.pdf")
	err := p.engine.use(context.Background(), p, func(pdfium.Pdfium, references.FPDF_DOCUMENT) error { panic("as a bug would") })
	if err == nil || !strings.Contains(err.Error(), "crashed") {
		t.Fatalf("%v", err)
	}
	if _, words, err := p.Words(context.Background(), 1); err != nil || len(words) == 0 {
		t.Errorf("the next page: %d words, %v", len(words), err)
	}
}

// TestNoHostilePaperBreaksTheReader opens what the gate would refuse, too: a reader must survive a gate with a hole.
func TestNoHostilePaperBreaksTheReader(t *testing.T) {
	drawing(t)
	for _, dir := range []string{"hostile/malformed", "hostile/active_content", "hostile/bombs", "hostile/huge", "hostile/encrypted", "images"} {
		entries, err := os.ReadDir(testkit.Corpus(t, dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), ".pdf") {
				continue
			}
			name := dir + "/" + e.Name()
			t.Run(name, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
				defer cancel()
				f, err := os.Open(testkit.Corpus(t, name))
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				p, err := Open(ctx, f, Options{Engine: engine(), Limits: archive.ReadLimits{PagePixels: 4e6}})
				if err != nil {
					if archive.KindOf(err) != archive.Unprocessable {
						t.Errorf("%v", err)
					}
					return
				}
				defer p.Close()
				for n := 1; n <= min(2, p.Pages()); n++ {
					_, _, err1 := p.Words(ctx, n)
					_, _, err2 := p.Picture(ctx, n)
					for _, err := range []error{err1, err2} {
						if err != nil && archive.KindOf(err) != archive.Unprocessable && !errors.Is(err, context.DeadlineExceeded) {
							t.Errorf("page %d: %v", n, err)
						}
					}
				}
			})
		}
	}
}

// TestFilledFieldsAreText finds what people wrote into a form, and nothing that a viewer hides.
func TestFilledFieldsAreText(t *testing.T) {
	field := func(flags int, value string) string {
		return fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/F %d/V%s/DA(/Helv 0 Tf 0 g)/Rect[100 700 300 720]/P 3 0 R>>", flags, value)
	}
	p := opened(t, onePage("/AcroForm<</Fields[4 0 R 5 0 R 6 0 R]>>", "/Annots[4 0 R 5 0 R 6 0 R]",
		field(4, "<FEFF004E0067007500791EC5006E>"), field(4, "(Van A)"), field(2, "(hidden)")))
	source, words, err := p.Words(context.Background(), 1)
	if err != nil || source != archive.SourceText {
		t.Fatalf("%s, %v", source, err)
	}
	var got []string
	for _, w := range words {
		got = append(got, w.Text)
	}
	if s := strings.Join(got, " "); s != "Nguyễn Van A" {
		t.Errorf("%q", s)
	}
	if b := words[0].Box; b != (archive.Box{X0: 100, Y0: 122, X1: 300, Y1: 142}) || words[0].Line == words[1].Line {
		t.Errorf("%+v", words)
	}
}

// TestInvisibleTextIsNotThePagesText gives no words nobody can see.
func TestInvisibleTextIsNotThePagesText(t *testing.T) {
	contents := "BT /F 12 Tf 3 Tr 100 700 Td (secret words) Tj ET"
	p := opened(t, onePage("", "/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>", fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(contents), contents), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"))
	if source, words, err := p.Words(context.Background(), 1); err != nil || source == archive.SourceText || len(words) > 0 {
		t.Errorf("%s, %v, %v", source, words, err)
	}
}
