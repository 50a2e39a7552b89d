package testkit_test

import (
	"bytes"
	"compress/flate"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"golang.org/x/image/tiff"

	"sohoa/internal/testkit"
)

func TestPDFHasTheSizeAndPagesAskedFor(t *testing.T) {
	for _, c := range []struct{ pages, size int }{{1, 2000}, {1, 200_000}, {3, 10_000}, {25, 1_000_003}, {120, 120 * 700}} {
		t.Run(fmt.Sprintf("%d pages of %d bytes", c.pages, c.size), func(t *testing.T) {
			data := testkit.PDF(c.pages, c.size, 1)
			if len(data) != c.size {
				t.Errorf("%d bytes", len(data))
			}
			checkOffsets(t, data)
			if n := bytes.Count(data, []byte("/Type /Page /Parent")); n != c.pages {
				t.Errorf("%d pages", n)
			}
			if bytes.Equal(data, testkit.PDF(c.pages, c.size, 2)) {
				t.Error("another seed gave the same file")
			}
		})
	}
}

func TestPDFCannotBeCompressed(t *testing.T) {
	data := testkit.PDF(4, 400_000, 1)
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if out.Len() < len(data)*95/100 {
		t.Errorf("%d bytes became %d", len(data), out.Len())
	}
}

func TestOffsets(t *testing.T) {
	checkOffsets(t, testkit.TextPDF("one (1)\nline", "two"))
	checkOffsets(t, testkit.JPEGPDF(testkit.Scan{JPEG: testkit.JPEG(100, 140, 1), Width: 100, Height: 140}))
}

// checkOffsets follows startxref and every entry of the table, as a reader would.
func checkOffsets(t *testing.T, data []byte) {
	t.Helper()
	m := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(data)
	if m == nil {
		t.Fatal("no startxref")
	}
	start, _ := strconv.Atoi(string(m[1]))
	if !bytes.HasPrefix(data[start:], []byte("xref\n0 ")) {
		t.Fatal("startxref points elsewhere")
	}
	for i, e := range regexp.MustCompile(`(\d{10}) 00000 n `).FindAllSubmatch(data[start:], -1) {
		at, _ := strconv.Atoi(string(e[1]))
		if want := fmt.Sprintf("%d 0 obj\n", i+1); !bytes.HasPrefix(data[at:], []byte(want)) {
			t.Errorf("object %d is not at %d", i+1, at)
		}
	}
}

// A reader that we did not write agrees, where there is one.
func TestPDFIsReadByOthers(t *testing.T) {
	info, err := exec.LookPath("pdfinfo")
	if err != nil {
		t.Skip("poppler-utils is not installed; the product does not need it")
	}
	for name, data := range map[string][]byte{
		"noise": testkit.PDF(7, 70_000, 1), "text": testkit.TextPDF("a", "b", "c", "d", "e", "f", "g"),
	} {
		file := filepath.Join(t.TempDir(), name+".pdf")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(info, file).CombinedOutput()
		if err != nil || !regexp.MustCompile(`(?m)^Pages: +7$`).Match(out) || bytes.Contains(out, []byte("Error")) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestImages(t *testing.T) {
	for format, data := range map[string][]byte{"jpeg": testkit.JPEG(330, 467, 1), "png": testkit.PNG(330, 467, 1)} {
		c, got, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil || got != format || c.Width != 330 || c.Height != 467 {
			t.Errorf("%s: %s %dx%d, %v", format, got, c.Width, c.Height, err)
		}
	}
	first, err := tiff.Decode(bytes.NewReader(testkit.TIFF(3, 331, 467, 200, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if first.Bounds() != image.Rect(0, 0, 331, 467) {
		t.Errorf("tiff: %v", first.Bounds())
	}
}

func TestDemoPapers(t *testing.T) {
	papers := testkit.DemoPapers(t)
	if len(papers) == 0 {
		t.Fatal("no demo papers")
	}
	for _, p := range papers {
		if _, err := os.Stat(p.Path); err != nil || p.Phrase.Text == "" || p.Fields.Type == "" || p.Agency == "" {
			t.Errorf("%+v: %v", p, err)
		}
	}
}
