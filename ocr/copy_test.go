package ocr

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/ocr/pdf"
)

// words puts what was read into a file as the archive keeps it.
func wordsFile(t testing.TB, pages []archive.PageReading) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "words")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	for _, p := range pages {
		z := gzip.NewWriter(f)
		if err := json.NewEncoder(z).Encode(p); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	return f
}

var someMark = archive.CopyMark{Title: "Bản đọc: Quyết định <12>", Note: "Không phải bản gốc", Language: "vi", Source: archive.Digest{}}

// copied makes a reading copy and leaves it in a file, which qpdf finds sound.
func copied(t testing.TB, paper, mediaType string, pages []archive.PageReading) (path string) {
	t.Helper()
	src, err := os.Open(paper)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	path = filepath.Join(t.TempDir(), "copy.pdf")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	err = Copy(t.Context(), archive.CopyRequest{Source: archive.AssembleSource{File: src, MediaType: mediaType}, Pages: len(pages), Words: wordsFile(t, pages), Mark: someMark},
		out, archive.AssembleLimits{})
	if err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command(testkit.Need(t, "qpdf"), "--check", path).CombinedOutput(); err != nil {
		t.Errorf("qpdf: %v\n%s", err, said)
	}
	return path
}

type seenWord struct {
	page int
	text string
	box  archive.Box
}

// seen are the words poppler finds, on the page as displayed.
func seen(t testing.TB, path string) (out []seenWord) {
	t.Helper()
	said, err := exec.Command(testkit.Need(t, "pdftotext"), "-bbox", "-cropbox", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(bytes.NewReader(said))
	d.Strict = false
	page := 0
	for {
		tok, err := d.Token()
		if err != nil {
			return out
		}
		start, is := tok.(xml.StartElement)
		if !is {
			continue
		}
		switch start.Name.Local {
		case "page":
			page++
		case "word":
			at := map[string]float32{}
			for _, a := range start.Attr {
				v, _ := strconv.ParseFloat(a.Value, 32)
				at[a.Name.Local] = float32(v)
			}
			var text string
			if err := d.DecodeElement(&text, &start); err != nil {
				t.Fatal(err)
			}
			out = append(out, seenWord{page, text, archive.Box{X0: at["xMin"], Y0: at["yMin"], X1: at["xMax"], Y1: at["yMax"]}})
		}
	}
}

// off is how far, at most, one box lies from another on any side, in points.
func off(a, b archive.Box) float64 {
	return max(math.Abs(float64(a.X0-b.X0)), math.Abs(float64(a.Y0-b.Y0)), math.Abs(float64(a.X1-b.X1)), math.Abs(float64(a.Y1-b.Y1)))
}

// match holds every word against the one of the same text nearest to it, and returns how many were not found within a point.
func match(t testing.TB, want []archive.PageReading, got []seenWord) (worst float64, missing int) {
	t.Helper()
	for _, p := range want {
		for _, w := range recognised(p) {
			best := math.Inf(1)
			for _, g := range got {
				if g.page == p.Number && g.text == w.Text {
					best = min(best, off(g.box, w.Box))
				}
			}
			if best > 1 {
				if missing++; missing <= 5 {
					t.Logf("page %d %q at %v: nearest %.1f pt away", p.Number, w.Text, w.Box, best)
				}
				continue
			}
			worst = max(worst, best)
		}
	}
	return worst, missing
}

// printedPage is a page of words in lines, the lines running in a direction (quarter turns clockwise) and down from there.
func printedPage(number int, width, height float64, quarters int) archive.PageReading {
	p := archive.PageReading{Number: number, Width: width, Height: height, Source: archive.SourceScan}
	// Upright on a page that is as wide as the lines are long, then turned.
	w, h := width, height
	if quarters%2 != 0 {
		w, h = h, w
	}
	line := 0
	for y := 60.0; y < h-60 && line < 12; y += 24 {
		x := 50.0
		for i := 0; x < w-100; i++ {
			text := []string{"Căn", "cứ", "Nghị", "định", "số", "13/2023/NĐ-CP", "ngày", "17", "tháng", "4", "ỦY", "BAN", "được", "𠀋", "quyền,"}[(i+7*line)%15]
			long := 6 * float64(len([]rune(text)))
			p.Words = append(p.Words, archive.Word{Text: text, Confidence: 0.9, Line: line, Box: turnedBox(x, y, x+long, y+11, w, h, quarters)})
			x += long + 5
		}
		line++
	}
	return p
}

func turnedBox(x0, y0, x1, y1, w, h float64, quarters int) archive.Box {
	for range quarters {
		x0, y0, x1, y1 = h-y1, x0, h-y0, x1
		w, h = h, w
	}
	return archive.Box{X0: float32(x0), Y0: float32(y0), X1: float32(x1), Y1: float32(y1)}
}

func TestCopyLaysWordsWhereTheyStand(t *testing.T) {
	const odd = "/MediaBox[-20 30 575 872]/CropBox[10 50 560 850]"
	for _, c := range []struct {
		name, page    string
		width, height float64
		quarters      int
	}{
		{"plain", "/MediaBox[0 0 595 842]", 595, 842, 0},
		{"origin elsewhere and cropped", odd, 550, 800, 0},
		{"turned by the file", odd + "/Rotate 90", 800, 550, 0},
		{"turned over by the file", odd + "/Rotate 180", 550, 800, 0},
		{"turned the other way", odd + "/Rotate 270", 800, 550, 0},
		{"scanned sideways", "/MediaBox[0 0 595 842]", 595, 842, 1},
		{"scanned upside down", "/MediaBox[0 0 595 842]", 595, 842, 2},
		{"scanned sideways the other way", odd, 550, 800, 3},
		{"sideways and turned by the file", odd + "/Rotate 90", 800, 550, 1},
		{"contents that leave the page shifted", "/MediaBox[0 0 595 842]/Shift true", 595, 842, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			contents := "q 1 0 0 1 0 0 cm 0.5 g 0 0 10 10 re f Q"
			if strings.Contains(c.page, "Shift") {
				contents = "q q 2 0 0 2 100 100 cm 0.5 g 0 0 10 10 re f"
			}
			paper := filepath.Join(t.TempDir(), "paper.pdf")
			if err := os.WriteFile(paper, pdfOf(c.page, contents), 0o600); err != nil {
				t.Fatal(err)
			}
			want := []archive.PageReading{printedPage(1, c.width, c.height, c.quarters)}
			got := seen(t, copied(t, paper, archive.PDF, want))
			worst, missing := match(t, want, got)
			if missing > 0 || len(got) != len(want[0].Words) || worst > 0.2 {
				t.Errorf("%d of %d words not where they stand, %d seen; the others at most %.2f pt off", missing, len(want[0].Words), len(got), worst)
			}
		})
	}
}

// pdfOf is a file of one page; more objects are numbered from 5.
func pdfOf(page, contents string, more ...string) []byte {
	var b bytes.Buffer
	var at []int
	object := func(body string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), body)
	}
	b.WriteString("%PDF-1.4\n")
	object("<</Type/Catalog/Pages 2 0 R>>")
	object("<</Type/Pages/Kids[3 0 R]/Count 1>>")
	object("<</Type/Page/Parent 2 0 R/Contents 4 0 R" + page + ">>")
	object(fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(contents), contents))
	for _, o := range more {
		object(o)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	return b.Bytes()
}

// TestCopyOfASteepScan lays the words of lines that run askew: each stays one word and fills its box.
func TestCopyOfASteepScan(t *testing.T) {
	want := printedPage(1, 595, 842, 0)
	s, c := math.Sincos(6 * math.Pi / 180)
	for i, w := range want.Words {
		cx, cy := float64(w.Box.X0+w.Box.X1)/2-297, float64(w.Box.Y0+w.Box.Y1)/2-421
		l, h := float64(w.Box.X1-w.Box.X0), float64(w.Box.Y1-w.Box.Y0)
		x, y := cx*c-cy*s+297, cx*s+cy*c+421
		bw, bh := l*c+h*s, l*s+h*c
		want.Words[i].Box = archive.Box{X0: float32(x - bw/2), Y0: float32(y - bh/2), X1: float32(x + bw/2), Y1: float32(y + bh/2)}
	}
	paper := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(paper, pdfOf("/MediaBox[0 0 595 842]", ""), 0o600); err != nil {
		t.Fatal(err)
	}
	pages := []archive.PageReading{want}
	got := seen(t, copied(t, paper, archive.PDF, pages))
	if worst, missing := match(t, pages, got); missing > 0 || len(got) != len(want.Words) {
		t.Errorf("%d of %d words not where they stand, %d seen; the others at most %.2f pt off", missing, len(want.Words), len(got), worst)
	}
}

func TestCopySaysWhatItIs(t *testing.T) {
	paper := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(paper, pdfOf("/MediaBox[0 0 595 842]", ""), 0o600); err != nil {
		t.Fatal(err)
	}
	page := printedPage(1, 595, 842, 0)
	path := copied(t, paper, archive.PDF, []archive.PageReading{page})
	info, err := exec.Command(testkit.Need(t, "pdfinfo"), path).Output()
	if err != nil {
		t.Fatal(err)
	}
	meta, err := exec.Command(testkit.Need(t, "pdfinfo"), "-meta", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct{ in, text string }{
		{string(info), "Bản đọc: Quyết định <12>"}, {string(meta), "Bản đọc: Quyết định &lt;12&gt;"}, {string(meta), someMark.Source.String()},
		{string(data), "/Lang <feff00760069>"},
	} {
		if !strings.Contains(want.in, want.text) {
			t.Errorf("%q does not say %q", want.in[:min(len(want.in), 2000)], want.text)
		}
	}
	if bytes.Contains(data, []byte("MarkInfo")) || bytes.Contains(data, []byte("pdfaid")) {
		t.Error("it claims to be more than it is")
	}
	again, err := os.ReadFile(copied(t, paper, archive.PDF, []archive.PageReading{page}))
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("made twice, it differs: %v", err)
	}
	var text []string
	for _, w := range page.Words {
		text = append(text, w.Text)
	}
	said, err := exec.Command(testkit.Need(t, "pdftotext"), path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, strings.Fields(string(said))); diff != "" {
		t.Errorf("text as copied (-want +got):\n%s", diff)
	}
}

// TestCopyOfScans makes copies of what Tesseract reads in real scans, as they are and turned by the file.
func TestCopyOfScans(t *testing.T) {
	program := testkit.Tesseract(t)
	for _, name := range []string{"01-mild-300.pdf", "02-deg-200.pdf", "04-bw-200.pdf"} {
		paper := testkit.Corpus(t, "synthetic/scan/"+name)
		pages := read(t, open(t, paper), archive.ReadRequest{}, program)
		for quarters := range 4 {
			t.Run(fmt.Sprintf("%s turned by %d", name, 90*quarters), func(t *testing.T) {
				paper, pages := paper, turnedReadings(pages, quarters)
				if quarters != 0 {
					paper = turnedFile(t, paper, 90*quarters)
				}
				path := copied(t, paper, archive.PDF, pages)
				worst, missing := match(t, pages, seen(t, path))
				t.Logf("%d words, %d not within a point, the others at most %.2f pt off", len(pages[0].Words), missing, worst)
				if len(pages[0].Words) < 200 || missing > 0 {
					t.Errorf("%d of %d words are not within a point", missing, len(pages[0].Words))
				}
				samePictures(t, paper, path)
				if worst := asFirefoxSees(t, pages, path); worst > 1 {
					t.Errorf("pdf.js has a word %.2f pt off", worst)
				}
				laid, err := open(t, path).(*pdf.Paper).LaidForTest(t.Context(), 1)
				if err != nil {
					t.Fatal(err)
				}
				var chrome []seenWord
				for _, w := range laid {
					chrome = append(chrome, seenWord{1, w.Text, w.Box})
				}
				// A hyphen before a gap pdfium takes for one that parts a word, and leaves it out.
				if _, missing := match(t, pages, chrome); missing*100 > len(pages[0].Words) {
					t.Errorf("pdfium has %d of %d words not within a point", missing, len(pages[0].Words))
				}
			})
		}
	}
}

// turnedReadings is what would have been read of pages that are shown turned.
func turnedReadings(pages []archive.PageReading, quarters int) []archive.PageReading {
	out := slices.Clone(pages)
	for i, p := range out {
		words := slices.Clone(p.Words)
		for k, w := range words {
			words[k].Box = turnedBox(float64(w.Box.X0), float64(w.Box.Y0), float64(w.Box.X1), float64(w.Box.Y1), p.Width, p.Height, quarters)
		}
		if out[i].Words = words; quarters%2 != 0 {
			out[i].Width, out[i].Height = p.Height, p.Width
		}
	}
	return out
}

func turnedFile(t testing.TB, paper string, turn int) string {
	t.Helper()
	f, err := os.Open(paper)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	path := filepath.Join(t.TempDir(), "turned.pdf")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	err = Assemble(t.Context(), []archive.AssembleSource{{File: f, MediaType: archive.PDF}}, []archive.PagePick{{Source: 1, Page: 1, Turn: turn}}, out, archive.AssembleLimits{})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// samePictures holds the images of two files together, byte for byte.
func samePictures(t testing.TB, a, b string) {
	t.Helper()
	if diff := cmp.Diff(imageStreams(t, a), imageStreams(t, b)); diff != "" {
		t.Errorf("images (-original +copy):\n%s", diff)
	}
}

// TestCopyReplacesAnotherProgramsText makes copies of pages that were read before: nothing is found twice, and what is shown stays.
func TestCopyReplacesAnotherProgramsText(t *testing.T) {
	const font = "/MediaBox[0 0 595 842]/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>%s>>"
	const form = "/XObject<</X 5 0 R>>"
	for _, c := range []struct{ name, contents, resources string }{
		{"on the page", "q BT /F 10 Tf 3 Tr 50 700 Td (before) Tj T* [(be) -10 (fore)] TJ (before) ' 1 2 (before) \" ET Q BT /F 10 Tf 50 100 Td (shown) Tj ET", ""},
		{"in a form of its own", "/X Do BT /F 10 Tf 50 100 Td (shown) Tj ET", form},
		{"with an inline image between", "BT /F 10 Tf 3 Tr (before) Tj ET BI /W 1 /H 1 /BPC 8 /CS /G ID (Tj EI BT 0 Tr /F 10 Tf 50 100 Td (shown) Tj ET", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			layer := "BT /F 10 Tf 3 Tr 50 700 Td (before) Tj ET"
			objects := []string{fmt.Sprintf("<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Length %d>>stream\n%s\nendstream", len(layer), layer)}
			paper := filepath.Join(t.TempDir(), "paper.pdf")
			if err := os.WriteFile(paper, pdfOf(fmt.Sprintf(font, c.resources), c.contents, objects...), 0o600); err != nil {
				t.Fatal(err)
			}
			page := printedPage(1, 595, 842, 0)
			var texts []string
			for _, w := range seen(t, copied(t, paper, archive.PDF, []archive.PageReading{page})) {
				texts = append(texts, w.text)
			}
			if slices.Contains(texts, "before") || !slices.Contains(texts, "shown") || len(texts) != len(page.Words)+1 {
				t.Errorf("found %q", texts)
			}
		})
	}
}

// TestCopyOfEveryPaper makes copies of the whole corpus: every image goes over byte for byte, every page looks the same, pages with text of
// their own keep it and get no other, and qpdf finds nothing wrong.
func TestCopyOfEveryPaper(t *testing.T) {
	qpdf, poppler := testkit.Need(t, "qpdf"), testkit.Need(t, "pdftoppm")
	refused, files, pages, laid, own := map[string]int{}, 0, 0, 0, 0
	long := os.Getenv("SOHOA_LONG") != "" // every paper, with all pixels of all pages; else a fourth of them
	most := 1
	if long {
		most = 5
	}
	for k, path := range acceptable(t) {
		if !long && k%4 != 0 {
			continue
		}
		t.Run(filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path), func(t *testing.T) {
			p := openAny(t, path)
			kind := mediaOf(t, path)
			read := read(t, p, archive.ReadRequest{}, "") // without a recogniser: what the pages say themselves
			for i := range read {
				if r := &read[i]; r.Source != archive.SourceText && r.Source != archive.SourceBlank {
					*r = printedPage(i+1, r.Width, r.Height, 0)
				}
			}
			src, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			out, err := os.Create(filepath.Join(t.TempDir(), "copy.pdf"))
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			err = Copy(t.Context(), archive.CopyRequest{Source: archive.AssembleSource{File: src, MediaType: kind}, Pages: len(read), Words: wordsFile(t, read), Mark: someMark},
				out, archive.AssembleLimits{})
			if err != nil {
				if archive.KindOf(err) == archive.Internal {
					t.Error(err)
				}
				refused[archive.CodeOf(err)]++
				t.Skip(err)
			}
			files++
			if kind != archive.PDF || sound(t, qpdf, path) {
				if said, err := exec.Command(qpdf, "--check", out.Name()).CombinedOutput(); err != nil {
					t.Errorf("qpdf: %v\n%s", err, said)
				}
			}
			if kind == archive.PDF {
				before := imageStreams(t, path)
				for d, n := range imageStreams(t, out.Name()) {
					if before[d] == 0 {
						t.Errorf("%d images are not the paper's", n)
					}
				}
			}
			copy := openAny(t, out.Name())
			got := seen(t, out.Name())
			for i := range read {
				pages++
				if kind == archive.PDF && i < most && sound(t, qpdf, path) && !bytes.Equal(popplerPixels(t, poppler, path, i+1), popplerPixels(t, poppler, out.Name(), i+1)) {
					t.Errorf("page %d looks otherwise", i+1)
				}
				if long {
					if mean, worst := pixelsApart(t, p, copy, i+1, i+1); mean > 1 {
						t.Errorf("page %d: pixels %.2f apart in the mean, %d at worst", i+1, mean, worst)
					}
				}
				if read[i].Source == archive.SourceScan {
					laid++
					if _, missing := match(t, read[i:i+1], got); missing > 0 {
						t.Errorf("page %d: %d of %d words not where they stand", i+1, missing, len(read[i].Words))
					}
				} else if source, words, err := copy.Words(t.Context(), i+1); read[i].Source == archive.SourceText && source != read[i].Source || len(words) != len(read[i].Words) {
					t.Errorf("page %d was %s with %d words and is %s with %d, %v", i+1, read[i].Source, len(read[i].Words), source, len(words), err)
				} else {
					own++
				}
			}
		})
	}
	t.Logf("%d files, %d pages: words laid over %d, %d with their own text or none; refused: %v", files, pages, laid, own, refused)
	if files < 20 {
		t.Error("too few papers")
	}
}

// TestCopyOfALockedFile copies papers that open without a password and that their owner does not want printed: every picture, every text and
// every link is on the copy, which has no lock.
func TestCopyOfALockedFile(t *testing.T) {
	qpdf := testkit.Need(t, "qpdf")
	link := []byte(pdfOf("/MediaBox[0 0 595 842]/Resources<<"+writtenFont+">>/Annots[<</Type/Annot/Subtype/Link/Rect[60 700 300 800]/A<</S/URI/URI(https://dichvucong.gov.vn)>>>>]", written()))
	linked := filepath.Join(t.TempDir(), "linked.pdf")
	if err := os.WriteFile(linked, link, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, paper := range []string{linked, testkit.Corpus(t, "real/scan-jpeg-6p.pdf"), testkit.Corpus(t, "real/scan-ccitt-signed-4p.pdf")} {
		for _, how := range [][]string{{"128", "--use-aes=n", "--print=none"}, {"128", "--use-aes=y", "--print=none"}, {"256", "--print=none"}} {
			t.Run(filepath.Base(paper)+" "+strings.Join(how[:len(how)-1], " "), func(t *testing.T) {
				locked := filepath.Join(t.TempDir(), "locked.pdf")
				args := append([]string{"--allow-weak-crypto", "--encrypt", "", "owner"}, how...)
				if said, err := exec.Command(qpdf, append(args, "--", paper, locked)...).CombinedOutput(); err != nil && exitCode(err) != 3 {
					t.Fatalf("%v %s", err, said)
				}
				p := openAny(t, locked)
				read := read(t, p, archive.ReadRequest{}, "")
				for i := range read {
					if r := &read[i]; r.Source != archive.SourceText {
						*r = printedPage(i+1, r.Width, r.Height, 0)
					}
				}
				out := copied(t, locked, archive.PDF, read)
				if exitCode(exec.Command(qpdf, "--is-encrypted", out).Run()) != 2 {
					t.Error("the copy is locked")
				}
				if d := cmp.Diff(imageStreams(t, paper), imageStreams(t, out)); d != "" {
					t.Errorf("pictures: %s", d)
				}
				same := openAny(t, paper)
				for i := range read {
					if mean, worst := pixelsApart(t, same, openAny(t, out), i+1, i+1); mean > 0.01 {
						t.Errorf("page %d: pixels %.2f apart in the mean, %d at worst", i+1, mean, worst)
					}
				}
				if paper == linked {
					if b, err := os.ReadFile(out); err != nil || !bytes.Contains(b, []byte(hex.EncodeToString([]byte("https://dichvucong.gov.vn")))) {
						t.Errorf("the link is gone, %v", err)
					}
				}
			})
		}
	}
}

func exitCode(err error) int {
	exit := (*exec.ExitError)(nil)
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

func mediaOf(t testing.TB, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return mediaType(t, f)
}
