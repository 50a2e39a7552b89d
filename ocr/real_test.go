package ocr

import (
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/ocr/image"
	"sohoa/ocr/tesseract"
)

// Pages of published laws, scanned by others and read by eye: what is printed on them, without the arrival stamps and the
// notes in handwriting, heads column by column. The truth of page n of a paper is testdata/truth/<paper>-n.txt.
var realPages = []struct {
	paper string
	page  int
}{
	{"photo-1.jpg", 1},
	{"scan-ccitt-signed-4p.pdf", 1}, {"scan-ccitt-signed-4p.pdf", 2},
	{"scan-flate-11p.pdf", 1}, {"scan-flate-11p.pdf", 8}, {"scan-flate-11p.pdf", 9},
	{"scan-jpeg-6p.pdf", 1}, {"scan-jpeg-6p.pdf", 2},
}

// openReal opens a paper of the corpus, PDF or picture.
func openReal(t testing.TB, name string) Paper {
	t.Helper()
	path := testkit.Corpus(t, "real/"+name)
	if filepath.Ext(path) == ".pdf" {
		return open(t, path)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := image.Open(t.Context(), f, archive.ReadLimits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(); f.Close() })
	return p
}

// readReal reads one page of a real scan.
func readReal(t testing.TB, name string, page int, program string) (reading archive.PageReading, truth string) {
	t.Helper()
	file := strings.TrimSuffix(strings.TrimSuffix(name, ".pdf"), ".jpg") // photo-1.jpg is its own number
	if file != "photo-1" {
		file += "-" + string(rune('0'+page))
	}
	b, err := os.ReadFile("testdata/truth/" + file + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	reading = read(t, openReal(t, name), archive.ReadRequest{Pages: []int{page}}, program)[0]
	return reading, string(b)
}

// plainly reads the same picture of the page with Tesseract as it comes.
func plainly(t testing.TB, name string, page int, program string) string {
	t.Helper()
	m, _, err := openReal(t, name).Picture(t.Context(), page)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "page.png")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, m); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, file, "stdout", "-l", tesseract.Language)
	cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// What the house reads of one real scan, repaired, loses no more words than this part. The measure of all eight, beside plain
// Tesseract, is `make bench-ocr`.
func TestARealScanReadsWell(t *testing.T) {
	const bound = 3.0 // percent; measured 1.5
	r, truth := readReal(t, "scan-flate-11p.pdf", 9, testkit.Tesseract(t))
	raw := against([]string{truth}, r.Text)
	Mend(seeded, &r)
	got := against([]string{truth}, r.Text)
	t.Logf("as recognised %v\nrepaired      %v", raw, got)
	if got.bag() > bound || got.lost*2 > raw.lost {
		t.Errorf("lost %.2f %% of the words, bound %.1f; %d words before repairing, %d after", got.bag(), bound, raw.lost, got.lost)
	}
}
