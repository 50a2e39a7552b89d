package ocr

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	var repairs struct{ made, right, wrong int }
	for _, kind := range kinds {
		var us, raw, them score
		var ours, theirs time.Duration
		for n := 1; n <= synthetics; n++ {
			variants, paper := truth(t, testkit.Corpus(t, fmt.Sprintf("synthetic/gt/%02d.json", n))), scan(t, n, kind)
			pages, spent := readHere(t, paper, program)
			raw, us, ours = raw.plus(against(variants, unrepaired(pages[0]))), us.plus(against(variants, pages[0].Text)), ours+spent
			better, worse := judged(variants, pages[0])
			repairs.made, repairs.right, repairs.wrong = repairs.made+better+worse, repairs.right+better, repairs.wrong+worse
			text, spent := readByPeer(t, peer, paper, dir)
			them, theirs = them.plus(against(variants, text[0])), theirs+spent
		}
		paper := bound(t, dir, kind)
		_, oursBound := readHere(t, paper, program)
		_, theirsBound := readByPeer(t, peer, paper, dir)
		each := func(d time.Duration) float64 { return d.Seconds() / synthetics }
		fmt.Printf("%-9s sohoa     %v  CPU-s/page %.2f, as one paper %.2f\n", kind, us, each(ours), each(oursBound))
		fmt.Printf("%-9s unrepaired%v\n", kind, raw)
		fmt.Printf("%-9s ocrmypdf  %v  CPU-s/page %.2f, as one paper %.2f\n", kind, them, each(theirs), each(theirsBound))
		fmt.Printf("%-9s ocrmypdf/sohoa: CER %.2f ×, CPU %.2f ×, as one paper %.2f ×\n", kind, them.cer()/us.cer(),
			theirs.Seconds()/ours.Seconds(), theirsBound.Seconds()/oursBound.Seconds())
	}
	benchReal(t, program)
	fmt.Printf("repairs of words on the synthetic scans: %d made, %d of them right, %d wrong\n", repairs.made, repairs.right, repairs.wrong)
}

// benchReal compares the real scans that were transcribed by eye with plain Tesseract on the same pictures.
func benchReal(t *testing.T, program string) {
	var us, raw, them score
	var made, right int
	for _, p := range realPages {
		r, truth := readReal(t, p.paper, p.page, program)
		Mend(seeded, &r)
		better, worse := judged([]string{truth}, r)
		made, right = made+better+worse, right+better
		u, n, th := against([]string{truth}, r.Text), against([]string{truth}, unrepaired(r)), against([]string{truth}, plainly(t, p.paper, p.page, program))
		us, raw, them = us.plus(u), raw.plus(n), them.plus(th)
		fmt.Printf("%s page %d: words lost: sohoa %d, unrepaired %d, tesseract %d of %d\n", p.paper, p.page, u.lost, n.lost, th.lost, u.words)
	}
	fmt.Printf("real      sohoa     %v\nreal      unrepaired%v\nreal      tesseract %v\n", us, raw, them)
	fmt.Printf("words lost, sohoa/tesseract: %.2f; repairs of words: %d made, %d of them right\n", float64(us.lost)/float64(them.lost), made, right)
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

// readHere reads a paper as the house does, which has learned nothing yet.
func readHere(t testing.TB, path, program string) (pages []archive.PageReading, spent time.Duration) {
	t.Helper()
	before := processorTime(t)
	pages = read(t, open(t, path), archive.ReadRequest{}, program)
	for i := range pages {
		Mend(seeded, &pages[i])
	}
	return pages, processorTime(t) - before
}

// unrepaired is the text of a page without the repairs made on it.
func unrepaired(p archive.PageReading) string {
	words := slices.Clone(p.Words)
	for i, w := range words {
		if w.Repair != nil && w.Repair.Made {
			words[i].Text = w.Repair.Read
		}
	}
	return text(words)
}

// judged counts the repairs of a page that brought a word of the paper, and those that did not.
func judged(variants []string, p archive.PageReading) (better, worse int) {
	bag := map[string]int{}
	for w := range strings.FieldsSeq(levelled(variants[0])) {
		bag[w]++
	}
	for _, w := range p.Words {
		bag[levelled(w.Text)]--
	}
	for _, w := range p.Words {
		if w.Repair == nil || !w.Repair.Made {
			continue
		}
		if bag[levelled(w.Repair.Read)] > 0 || bag[levelled(w.Text)] < 0 { // what was read is missing now, or one too many was made
			worse++
		} else {
			better++
		}
	}
	return better, worse
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
