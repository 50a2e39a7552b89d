package ocr

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/ocr/tesseract"
)

// TestBenchOCR is `make bench-ocr`: it reads the synthetic scans here and with OCRmyPDF, in one run on one processor, and
// prints how well and at what cost. It judges nothing: figures are for people, and a machine at work bends them.
//
// What is counted is processor time, of this process and of the programs it starts, and of OCRmyPDF and all it starts. The
// papers are read one by one, as they come over a counter, and once more as one PDF of twelve pages, where the start of a
// program (a second of OCRmyPDF's; ours serves many papers) is not charged to a page.
func TestBenchOCR(t *testing.T) {
	if os.Getenv("SOHOA_BENCH_OCR") == "" {
		t.Skip("a measurement: make bench-ocr")
	}
	program := testkit.Tesseract(t)
	peer, err := exec.LookPath("ocrmypdf")
	if err != nil {
		t.Fatal("OCRmyPDF is not installed: sh tools/setup.sh bench-ocr")
	}
	v, err := tesseract.Probe(t.Context(), program, "")
	if err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(peer, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("tesseract %s, ocrmypdf %s (-O0 --output-type pdf -l vie -j 1)\n", v.Name, strings.TrimSpace(string(said)))
	fmt.Println("12 papers of one page each. Errors are parts of the true characters or words.")
	dir := t.TempDir()
	for _, kind := range kinds {
		var us, them score
		var ours, theirs time.Duration
		for n := 1; n <= synthetics; n++ {
			variants, paper := truth(t, testkit.Corpus(t, fmt.Sprintf("synthetic/gt/%02d.json", n))), scan(t, n, kind)
			text, spent := readHere(t, paper, program)
			us, ours = us.plus(against(variants, text[0])), ours+spent
			text, spent = readByPeer(t, peer, paper, dir)
			them, theirs = them.plus(against(variants, text[0])), theirs+spent
		}
		paper := bound(t, dir, kind)
		_, oursBound := readHere(t, paper, program)
		_, theirsBound := readByPeer(t, peer, paper, dir)
		each := func(d time.Duration) float64 { return d.Seconds() / synthetics }
		fmt.Printf("%-9s sohoa     %v  CPU-s/page %.2f, as one paper %.2f\n", kind, us, each(ours), each(oursBound))
		fmt.Printf("%-9s ocrmypdf  %v  CPU-s/page %.2f, as one paper %.2f\n", kind, them, each(theirs), each(theirsBound))
		fmt.Printf("%-9s ocrmypdf/sohoa: CER %.2f ×, CPU %.2f ×, as one paper %.2f ×\n", kind, them.cer()/us.cer(),
			theirs.Seconds()/ours.Seconds(), theirsBound.Seconds()/oursBound.Seconds())
	}
}

// The synthetic scans.
var kinds = []string{"deg-200", "mild-300", "bw-200"}

const synthetics = 12

func scan(t testing.TB, n int, kind string) string {
	return testkit.Corpus(t, fmt.Sprintf("synthetic/scan/%02d-%s.pdf", n, kind))
}

// bound puts the papers of a kind into one PDF, without touching their pictures.
func bound(t testing.TB, dir, kind string) string {
	t.Helper()
	var sources []archive.AssembleSource
	var picks []archive.PagePick
	for n := 1; n <= synthetics; n++ {
		f, err := os.Open(scan(t, n, kind))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		sources = append(sources, archive.AssembleSource{File: f, MediaType: archive.PDF})
		picks = append(picks, archive.PagePick{Source: n, Page: 1})
	}
	path := filepath.Join(dir, kind+".pdf")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Assemble(t.Context(), sources, picks, out, archive.AssembleLimits{}); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// readHere reads a paper as the house does and returns the text of its pages.
func readHere(t testing.TB, path, program string) (pages []string, spent time.Duration) {
	t.Helper()
	before := processorTime(t)
	for _, r := range read(t, open(t, path), archive.ReadRequest{}, program) {
		pages = append(pages, r.Text)
	}
	return pages, processorTime(t) - before
}

// readByPeer has OCRmyPDF make its searchable PDF and returns the text it says it has recognised.
func readByPeer(t testing.TB, program, path, dir string) (pages []string, spent time.Duration) {
	t.Helper()
	out := filepath.Join(dir, "peer.pdf")
	text := out + ".txt"
	cmd := exec.CommandContext(t.Context(), program, "-O0", "--output-type", "pdf", "-l", tesseract.Language, "-j", "1", "--sidecar", text,
		path, out)
	cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(path), err, said.Bytes())
	}
	b, err := os.ReadFile(text)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimRight(string(b), "\f\n"), "\f"), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}
