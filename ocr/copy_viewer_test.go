package ocr

import (
	ordering "cmp"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/ocr/pdf"
)

// asFirefoxSees holds what pdf.js reads on a copy against the words that were laid there: the same text in the same order, and every piece
// where the words of it stand. It returns by how much, at most, a side of a piece is off, in points.
func asFirefoxSees(t *testing.T, want []archive.PageReading, path string) (worst float64) {
	t.Helper()
	got := testkit.PDFJS(t, path)
	if len(got) != len(want) {
		t.Fatalf("%d pages, want %d", len(got), len(want))
	}
	for i, p := range got {
		var said, laid []string
		for _, w := range want[i].Words {
			laid = append(laid, w.Text)
		}
		at := 0
		for _, item := range p.Items {
			fields := strings.Fields(item.Text)
			said = append(said, fields...)
			if at+len(fields) > len(want[i].Words) {
				break
			}
			box := want[i].Words[at].Box
			for _, w := range want[i].Words[at : at+len(fields)] {
				box = archive.Box{X0: min(box.X0, w.Box.X0), Y0: min(box.Y0, w.Box.Y0), X1: max(box.X1, w.Box.X1), Y1: max(box.Y1, w.Box.Y1)}
			}
			at += len(fields)
			worst = math.Max(worst, off(box, archive.Box{X0: float32(item.Box[0]), Y0: float32(item.Box[1]), X1: float32(item.Box[2]), Y1: float32(item.Box[3])}))
		}
		if d := cmp.Diff(laid, said); d != "" {
			t.Errorf("page %d as pdf.js reads it (-laid +read):\n%s", i+1, d)
		}
	}
	return worst
}

// asChromeSees is asFirefoxSees by pdfium, word for word.
func asChromeSees(t *testing.T, want []archive.PageReading, path string, headlong bool) (worst float64) {
	t.Helper()
	p := open(t, path).(*pdf.Paper)
	// Lines that stand on their head on the page it reads from their end: words are found, phrases are not.
	order := func(ws []archive.Word) []archive.Word { return ws }
	if headlong {
		order = func(ws []archive.Word) []archive.Word {
			ws = slices.Clone(ws)
			slices.SortStableFunc(ws, func(a, b archive.Word) int {
				return ordering.Or(ordering.Compare(math.Round(float64(a.Box.Y0)), math.Round(float64(b.Box.Y0))), ordering.Compare(a.Box.X0, b.Box.X0))
			})
			return ws
		}
	}
	for i := range want {
		got, err := p.LaidForTest(t.Context(), i+1)
		if err != nil {
			t.Fatal(err)
		}
		got = order(got)
		var said, laid []string
		for k, w := range order(want[i].Words) {
			// The binding hands over the halves of such a character one by one, and neither is one.
			laid = append(laid, strings.ReplaceAll(w.Text, "𠀋", "\ufffd\ufffd"))
			if k < len(got) {
				said = append(said, got[k].Text)
				worst = math.Max(worst, off(w.Box, got[k].Box))
			}
		}
		if d := cmp.Diff(laid, said); d != "" || len(got) != len(want[i].Words) {
			t.Errorf("page %d as pdfium reads it, %d of %d words (-laid +read):\n%s", i+1, len(got), len(want[i].Words), d)
		}
	}
	return worst
}

// TestCopyInTheViewersPeopleHave reads copies as Firefox and Chrome do: straight, crooked and turned.
func TestCopyInTheViewersPeopleHave(t *testing.T) {
	crooked := printedPage(1, 595, 842, 0)
	for i, w := range crooked.Words { // as a page that was scanned crooked by 1.5 degrees is read
		const sin = 0.026
		dx, dy := float32(w.Box.Y0-421)*-sin, float32(w.Box.X0+w.Box.X1-595)/2*sin
		crooked.Words[i].Box = archive.Box{X0: w.Box.X0 + dx, X1: w.Box.X1 + dx, Y0: w.Box.Y0 + dy, Y1: w.Box.Y1 + dy}
	}
	const odd = "/MediaBox[-20 30 575 872]/CropBox[10 50 560 850]"
	for _, c := range []struct {
		name, page string
		reading    archive.PageReading
	}{
		{"straight", "/MediaBox[0 0 595 842]", printedPage(1, 595, 842, 0)},
		{"crooked", "/MediaBox[0 0 595 842]", crooked},
		{"cropped and turned by the file", odd + "/Rotate 90", printedPage(1, 800, 550, 0)},
		{"turned over by the file", odd + "/Rotate 180", printedPage(1, 550, 800, 0)},
		{"turned the other way", odd + "/Rotate 270", printedPage(1, 800, 550, 0)},
		{"scanned sideways", "/MediaBox[0 0 595 842]", printedPage(1, 595, 842, 1)},
		{"scanned upside down", "/MediaBox[0 0 595 842]", printedPage(1, 595, 842, 2)},
		{"scanned sideways and turned by the file", odd + "/Rotate 90", printedPage(1, 800, 550, 3)},
	} {
		t.Run(c.name, func(t *testing.T) {
			paper := filepath.Join(t.TempDir(), "paper.pdf")
			if err := os.WriteFile(paper, pdfOf(c.page, "0.5 g 0 0 10 10 re f"), 0o600); err != nil {
				t.Fatal(err)
			}
			want := []archive.PageReading{c.reading}
			path := copied(t, paper, archive.PDF, want)
			firefox, chrome := asFirefoxSees(t, want, path), asChromeSees(t, want, path, c.name == "scanned upside down")
			t.Logf("pdf.js at most %.2f pt off, pdfium %.2f", firefox, chrome)
			if firefox > 1 || chrome > 1 {
				t.Error("more than a point")
			}
		})
	}
}
