package ocr

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/ocr/code/codetest"
	"sohoa/ocr/page"
	"sohoa/ocr/pdf"
)

const printedCode = "H15.50.05.13-261008-0975"

// written is the text of a receipt, in a letter every PDF reader has.
func written() string {
	var b strings.Builder
	for i := range 30 {
		fmt.Fprintf(&b, "BT /F 12 Tf 60 %d Td (Giay tiep nhan ho so va hen tra ket qua so %d) Tj ET\n", 780-20*i, i)
	}
	return b.String()
}

const writtenFont = "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"

// squares fills the modules of a code, side points wide, from the lower left corner at x, y; run together in a row when wide is set.
func squares(c [][]bool, x, y, side float64, one, wide bool) string {
	var b strings.Builder
	n := len(c)
	for row := range n {
		for col := 0; col < n; col++ {
			if !c[row][col] {
				continue
			}
			w := 1
			for wide && col+w < n && c[row][col+w] {
				w++
			}
			fmt.Fprintf(&b, "%.3f %.3f %.3f %.3f re ", x+side*float64(col), y+side*float64(n-1-row), side*float64(w), side)
			if !one {
				b.WriteString("f\n")
			}
			col += w - 1
		}
	}
	if one {
		b.WriteString("f\n")
	}
	return b.String()
}

// lines strokes the bars of a code, as high as high.
func lines(c []bool, x, y, side, high float64) string {
	var b strings.Builder
	n := len(c)
	for col := 0; col < n; col++ {
		w := 0
		for col+w < n && c[col+w] {
			w++
		}
		if w == 0 {
			continue
		}
		at := x + side*(float64(col)+float64(w)/2)
		fmt.Fprintf(&b, "%.3f w %.3f %.3f m %.3f %.3f l S\n", side*float64(w), at, y, at, y+high)
		col += w - 1
	}
	return b.String()
}

// stencil is an image mask of one pixel a module, painted in the colour that holds.
func stencil(c [][]bool) string {
	n := len(c)
	row := (n + 7) / 8
	bits := make([]byte, row*n)
	for y := range n {
		for x := range n {
			if !c[y][x] {
				bits[y*row+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return fmt.Sprintf("<</Type/XObject/Subtype/Image/Width %d/Height %d/ImageMask true/BitsPerComponent 1/Length %d>>stream\n%s\nendstream", n, n, len(bits), bits)
}

func openBytes(t testing.TB, data []byte) Paper {
	t.Helper()
	path := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, path)
}

// TestCodesOfPagesOfText decodes what programs print beside text, however they draw it.
func TestCodesOfPagesOfText(t *testing.T) {
	q, bars := codetest.QR(t, printedCode), codetest.Code128(t, printedCode)
	qrAt := archive.Box{X0: 400, Y0: 842 - 200 - 29*2.5, X1: 400 + 29*2.5, Y1: 842 - 200}
	barsAt := archive.Box{X0: 300, Y0: 842 - 130, X1: 300 + 0.9*float32(len(bars)), Y1: 842 - 100}
	none := ""
	cases := []struct {
		reason   string
		page     string
		contents string
		objects  []string
		want     string
		at       archive.Box
	}{
		{"a square for every module", writtenFont, squares(q, 400, 200, 2.5, false, false), nil, "qr", qrAt},
		{"one path of runs", writtenFont, "0 0 0.6 rg " + squares(q, 400, 200, 2.5, true, true), nil, "qr", qrAt},
		{"in red", writtenFont, "1 0 0 rg " + squares(q, 400, 200, 2.5, true, true), nil, "qr", qrAt},
		{"bars stroked by a thick pen", writtenFont, lines(bars, 300, 100, 0.9, 30), nil, "code128", barsAt},
		{"a picture of one pixel a module", writtenFont + "/XObject<</I 5 0 R>>", "q 72.5 0 0 72.5 400 200 cm /I Do Q", []string{stencil(q)}, "qr", qrAt},
		{"inside a form", writtenFont + "/XObject<</I 5 0 R>>", "q 1 0 0 1 100 50 cm /I Do Q", []string{fmt.Sprintf("<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Length %d>>stream\n%s\nendstream",
			len(squares(q, 300, 150, 2.5, true, true)), squares(q, 300, 150, 2.5, true, true))}, "qr", qrAt},
		{"only used to clip with", writtenFont, strings.Replace(squares(q, 400, 200, 2.5, true, true), "f\n", "W n\n", 1), nil, none, archive.Box{}},
		{"text alone", writtenFont, "", nil, none, archive.Box{}},
	}
	for _, c := range cases {
		for _, turn := range []int{0, 90} {
			t.Run(fmt.Sprintf("%s, turned %d", c.reason, turn), func(t *testing.T) {
				p := openBytes(t, pdfOf(fmt.Sprintf("/MediaBox[0 0 595 842]/Rotate %d/Resources<<%s>>", turn, c.page), "q "+written()+" Q "+c.contents, c.objects...))
				r := read(t, p, archive.ReadRequest{}, "")[0]
				if r.Source != archive.SourceText || len(r.Words) < 200 {
					t.Fatalf("%s with %d words", r.Source, len(r.Words))
				}
				if c.want == none {
					if len(r.Codes) != 0 {
						t.Fatalf("%+v", r.Codes)
					}
					return
				}
				if len(r.Codes) != 1 || string(r.Codes[0].Kind) != c.want || r.Codes[0].Text != printedCode {
					t.Fatalf("%+v", r.Codes)
				}
				want := c.at
				if turn == 90 { // clockwise: down becomes left
					want = archive.Box{X0: 842 - c.at.Y1, Y0: c.at.X0, X1: 842 - c.at.Y0, Y1: c.at.X1}
				}
				if d := off(r.Codes[0].Box, want); d > 10 { // the quiet zone is in it
					t.Errorf("at %v, want %v", r.Codes[0].Box, want)
				}
			})
		}
	}
}

// A code stamped over a scan is not in the picture that is recognised.
func TestACodeStampedOverAScan(t *testing.T) {
	q := codetest.QR(t, printedCode)
	dict := `/MediaBox[0 0 595 842]/Resources<</XObject<</S 5 0 R/I 6 0 R>>>>`
	white := strings.Repeat("\xff", 1000*1414/8)
	p := openBytes(t, pdfOf(dict, "q 595 0 0 842 0 0 cm /S Do Q q 60 0 0 60 500 40 cm /I Do Q",
		fmt.Sprintf("<</Type/XObject/Subtype/Image/Width 1000/Height 1414/BitsPerComponent 1/ColorSpace/DeviceGray/Length %d>>stream\n%s\nendstream", len(white), white), stencil(q)))
	if m, _, err := p.Picture(t.Context(), 1); err != nil || m.Bounds() != image.Rect(0, 0, 1000, 1414) {
		t.Fatalf("the scan is not taken as it is: %v", err)
	}
	r := read(t, p, archive.ReadRequest{}, "")[0]
	if len(r.Codes) != 1 || r.Codes[0].Text != printedCode {
		t.Errorf("%+v", r.Codes)
	}
}

// Letters that are bars may stand anywhere: the page is drawn as a whole, and only then.
func TestLettersThatAreBars(t *testing.T) {
	for font, want := range map[string]int{"Helvetica": 0, "ABCDEF+LibreBarcode128-Regular": 1, "Code128": 1} {
		dict := "/MediaBox[0 0 595 842]/Resources<<" + strings.Replace(writtenFont, "Helvetica", font, 1) + ">>"
		var at []image.Point
		err := openBytes(t, pdfOf(dict, written())).(*pdf.Paper).Imprints(t.Context(), 1, func(m *image.Gray, _ [6]float64) { at = append(at, m.Rect.Size()) })
		if err != nil || len(at) != want || want == 1 && (at[0].X < 1600 || at[0].Y < 2300) {
			t.Errorf("%s: %v, %v", font, at, err)
		}
	}
}

// BenchmarkImprints is what looking for codes adds to a born-digital page. Run with -benchtime 20x.
func BenchmarkImprints(b *testing.B) {
	q := pdfOf("/MediaBox[0 0 595 842]/Resources<<"+writtenFont+">>", "q "+written()+" Q "+squares(codetest.QR(b, printedCode), 400, 200, 2.5, false, false))
	receipt := filepath.Join(b.TempDir(), "receipt.pdf")
	if err := os.WriteFile(receipt, q, 0o600); err != nil {
		b.Fatal(err)
	}
	papers := []string{receipt}
	for _, name := range []string{"real/born-digital-3p.pdf", "real/dispatch-6-signatures.pdf", "real/gazette-broken-signature-30p.pdf", "real/owner-password-2p.pdf"} {
		papers = append(papers, testkit.Corpus(b, name))
	}
	for _, name := range papers {
		b.Run(filepath.Base(name), func(b *testing.B) {
			p := open(b, name).(*pdf.Paper)
			var places, pages int
			var words, codes time.Duration
			for b.Loop() {
				for n := range min(p.Pages(), 10) {
					at := processorTime(b)
					if _, _, err := p.Words(b.Context(), n+1); err != nil {
						b.Fatal(err)
					}
					then := processorTime(b)
					if err := p.Imprints(b.Context(), n+1, func(m *image.Gray, _ [6]float64) { places++; (&sheet{}).codes(m, page.Identity) }); err != nil {
						b.Fatal(err)
					}
					words, codes, pages = words+then-at, codes+processorTime(b)-then, pages+1
				}
			}
			b.ReportMetric(words.Seconds()*1e3/float64(pages), "cpu-ms/page-words")
			b.ReportMetric(codes.Seconds()*1e3/float64(pages), "cpu-ms/page-codes")
			b.ReportMetric(float64(places)/float64(pages), "places/page")
		})
	}
}
