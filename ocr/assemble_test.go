package ocr

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit"
	pictures "sohoa/ocr/image"
	"sohoa/ocr/pdf"
	"sohoa/ocr/pdf/cos"
)

// assembled runs Assemble over files and keeps the output in one of the test's.
func assembled(t testing.TB, paths []string, picks []archive.PagePick) (string, error) {
	t.Helper()
	var sources []archive.AssembleSource
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		sources = append(sources, archive.AssembleSource{File: f, MediaType: mediaType(t, f)})
	}
	out := filepath.Join(t.TempDir(), "assembled.pdf")
	w, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return out, Assemble(context.Background(), sources, picks, w, archive.AssembleLimits{})
}

func mediaType(t testing.TB, f *os.File) string {
	t.Helper()
	head := make([]byte, 1024)
	n, _ := f.ReadAt(head, 0)
	if kind := pictures.Kind(head[:n]); kind != "" {
		return kind
	}
	return archive.PDF
}

// everyPaper takes all the scans of the corpus; the twelve papers are alike, and one of them is enough for every day.
const everyPaper = false

// acceptable are the papers of the corpus that the archive takes in.
func acceptable(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, dir := range []string{"real", "synthetic/scan", "synthetic/fixtures", "images", "hostile/active_content", "hostile/malformed", "hostile/signed"} {
		root := testkit.Corpus(t, dir)
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || dir == "synthetic/scan" && !strings.HasPrefix(d.Name(), "06") && !everyPaper {
				return err
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			judge := pdf.Inspect
			if mediaType(t, f) != archive.PDF {
				judge = pictures.Inspect
			}
			in, err := judge(t.Context(), f, archive.InspectRequest{AllowOwnerLocks: true})
			if err == nil && in.Refusal == "" {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// imageStreams are the digests of the coded bytes of every image a PDF holds.
func imageStreams(t testing.TB, path string) map[string]int {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := cos.Open(context.Background(), data, cos.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	seen := map[int]bool{}
	err = f.EachObject(func(o cos.Found) error {
		s, is := f.Resolve(o.ID).(*cos.Stream)
		if !is || seen[o.ID.Num] || f.Resolve(s.Dict.Get("Subtype")) != cos.Name("Image") {
			return nil
		}
		seen[o.ID.Num] = true
		out[fmt.Sprintf("%x", sha256.Sum256(f.Raw(s)))]++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestPagesGoOverUnchanged takes every acceptable paper of the corpus apart and puts it together backwards, once with every page turned.
func TestPagesGoOverUnchanged(t *testing.T) {
	qpdf, poppler := testkit.Need(t, "qpdf"), testkit.Need(t, "pdftoppm")
	refused := map[string]int{}
	files, streams, pages := 0, 0, 0
	for _, path := range acceptable(t) {
		t.Run(filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path), func(t *testing.T) {
			source := openAny(t, path)
			n := source.Pages()
			var picks, turned []archive.PagePick
			for i := n; i >= 1; i-- {
				picks = append(picks, archive.PagePick{Source: 1, Page: i})
				turned = append(turned, archive.PagePick{Source: 1, Page: i, Turn: 90})
			}
			out, err := assembled(t, []string{path}, picks)
			if err != nil {
				refused[archive.CodeOf(err)]++
				t.Logf("refused: %v", err)
				if archive.CodeOf(err) == "" || archive.KindOf(err) == archive.Internal {
					t.Errorf("%v", err)
				}
				return
			}
			files++
			if text, err := exec.Command(qpdf, "--check", out).CombinedOutput(); err != nil && sound(t, qpdf, path) {
				t.Errorf("qpdf: %v\n%s", err, text)
			}
			if again, err := assembled(t, []string{path}, picks); err != nil || !sameBytes(t, out, again) {
				t.Errorf("the same picks gave other bytes (%v)", err)
			}
			onSide, err := assembled(t, []string{path}, turned)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(path, ".pdf") {
				before := imageStreams(t, path)
				for _, result := range []string{out, onSide} {
					for d, k := range imageStreams(t, result) {
						if before[d] == 0 {
							t.Errorf("an image of the result is not in the source")
						}
						streams += k
					}
				}
			}
			result, side := openAny(t, out), openAny(t, onSide)
			for i := 1; i <= n; i++ {
				w, h, _ := source.Size(i)
				if w2, h2, err := result.Size(n + 1 - i); err != nil || !near(w, w2) || !near(h, h2) {
					t.Errorf("page %d: %.2f by %.2f became %.2f by %.2f (%v)", i, w, h, w2, h2, err)
				}
				if w2, h2, err := side.Size(n + 1 - i); err != nil || !near(w, h2) || !near(h, w2) {
					t.Errorf("page %d: %.2f by %.2f became %.2f by %.2f turned (%v)", i, w, h, w2, h2, err)
				}
			}
			looked := min(n, 3)
			if !strings.HasSuffix(path, ".pdf") {
				for i := 1; i <= looked; i++ {
					pages++
					if mean, worst := pixelsApart(t, source, result, i, n+1-i); mean > 0 {
						t.Errorf("page %d: pixels are %.3f apart, at most %d", i, mean, worst)
					}
				}
				return
			}
			var before [][]byte
			for i := 1; i <= looked; i++ {
				b, err := source.Render(t.Context(), i, 700)
				if err != nil {
					return // a paper no viewer can draw
				}
				before = append(before, b)
			}
			for i, b := range before {
				pages++
				at := n - i
				if after, err := result.Render(t.Context(), at, 700); err != nil || !bytes.Equal(b, after) {
					t.Errorf("page %d: pdfium draws other pixels (%v)", i+1, err)
				}
				if !bytes.Equal(popplerPixels(t, poppler, path, i+1), popplerPixels(t, poppler, out, at)) {
					t.Errorf("page %d: poppler draws other pixels", i+1)
				}
			}
		})
	}
	t.Logf("%d files, %d image streams byte for byte, %d pages with the same pixels; refused: %v", files, streams, pages, refused)
}

func near(a, b float64) bool { return a-b < 0.01 && b-a < 0.01 }

// sound says whether qpdf finds nothing wrong with a file: damage inside a stream goes over with the stream.
func sound(t testing.TB, qpdf, path string) bool {
	t.Helper()
	return exec.Command(qpdf, "--check", path).Run() == nil
}

func popplerPixels(t testing.TB, program, path string, n int) []byte {
	t.Helper()
	page := fmt.Sprint(n)
	out, err := exec.Command(program, "-r", "60", "-f", page, "-l", page, path).Output()
	if err != nil || len(out) == 0 {
		t.Fatalf("poppler: %d bytes, %v", len(out), err)
	}
	return out
}

// apart compares the pictures two pages consist of, pixel by pixel.
func pixelsApart(t testing.TB, p, q Paper, i, j int) (mean float64, worst int) {
	t.Helper()
	a, _, err := p.Picture(t.Context(), i)
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := q.Picture(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	if a.Bounds().Size() != b.Bounds().Size() { // put together of pieces, and drawn: edges and colours come out a little otherwise
		a, b = rendered(t, p, i, a.Bounds().Dx()), rendered(t, q, j, a.Bounds().Dx())
		mean, worst = pictureApart(t, a, b)
		return max(0, mean-5), worst
	}
	return pictureApart(t, a, b)
}

func rendered(t testing.TB, p Paper, n, width int) image.Image {
	t.Helper()
	b, err := p.Render(t.Context(), n, width)
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func pictureApart(t testing.TB, a, b image.Image) (mean float64, worst int) {
	t.Helper()
	if a.Bounds().Size() != b.Bounds().Size() {
		t.Fatalf("%v became %v", a.Bounds(), b.Bounds())
	}
	sum := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r, g, u, _ := a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y).RGBA()
			r2, g2, u2, _ := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
			for _, d := range []int{int(r>>8) - int(r2>>8), int(g>>8) - int(g2>>8), int(u>>8) - int(u2>>8)} {
				d = max(d, -d)
				sum, worst = sum+d, max(worst, d)
			}
		}
	}
	return float64(sum) / float64(3*a.Bounds().Dx()*a.Bounds().Dy()), worst
}

func sameBytes(t testing.TB, a, b string) bool {
	t.Helper()
	x, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.ReadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Equal(x, y)
}

func openAny(t testing.TB, path string) Paper {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	var p Paper
	if mediaType(t, f) == archive.PDF {
		p, err = pdf.Open(t.Context(), f, pdf.Options{Engine: engine})
	} else {
		p, err = pictures.Open(t.Context(), f, archive.ReadLimits{})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(); f.Close() })
	return p
}

// TestCamerasAreHeld turns a photograph every way EXIF knows: its bytes stay, and every pixel comes to lie where it lay.
func TestCamerasAreHeld(t *testing.T) {
	photo := testkit.JPEG(120, 80, 1)
	for o := 1; o <= 8; o++ {
		for _, turn := range []int{0, 90, 180, 270} {
			exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
			binary.BigEndian.PutUint16(exif[24:], uint16(o))
			file := slices.Concat([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, byte(len(exif) + 2)}, exif, photo[2:])
			path := filepath.Join(t.TempDir(), "photo.jpg")
			if err := os.WriteFile(path, file, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := assembled(t, []string{path}, []archive.PagePick{{Source: 1, Page: 1, Turn: turn}})
			if err != nil {
				t.Fatal(err)
			}
			if got := imageStreams(t, out); got[fmt.Sprintf("%x", sha256.Sum256(file))] != 1 {
				t.Errorf("orientation %d: the photograph is not in the file as it was", o)
			}
			a, b := openAny(t, path), openAny(t, out)
			w, h, _ := a.Size(1)
			_, before, err := a.Picture(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			_, after, err := b.Picture(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, corner := range [][2]float64{{0, 0}, {120, 0}, {0, 80}} {
				x, y := place(before, corner)
				switch turn { // where turning the page takes that point
				case 90:
					x, y = h-y, x
				case 180:
					x, y = w-x, h-y
				case 270:
					x, y = y, w-x
				}
				if x2, y2 := place(after, corner); !near(x, x2) || !near(y, y2) {
					t.Errorf("orientation %d turned by %d: pixel %v lies at %.2f %.2f, not %.2f %.2f", o, turn, corner, x2, y2, x, y)
				}
			}
		}
	}
}

func place(m [6]float64, p [2]float64) (x, y float64) {
	return m[0]*p[0] + m[2]*p[1] + m[4], m[1]*p[0] + m[3]*p[1] + m[5]
}

func TestPagesOfSeveralSources(t *testing.T) {
	dir := t.TempDir()
	files := map[string][]byte{"a.pdf": testkit.TextPDF("one", "two"), "b.jpg": testkit.JPEG(200, 300, 1), "c.png": testkit.PNG(200, 300, 2), "d.tif": testkit.TIFF(3, 200, 300, 100, 3)}
	var paths []string
	for _, name := range []string{"a.pdf", "b.jpg", "c.png", "d.tif"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, files[name], 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	picks := []archive.PagePick{{Source: 4, Page: 3}, {Source: 1, Page: 2}, {Source: 2, Page: 1, Turn: 270}, {Source: 3, Page: 1}, {Source: 1, Page: 2, Turn: 180}, {Source: 4, Page: 1}}
	out, err := assembled(t, paths, picks)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := exec.Command(testkit.Need(t, "qpdf"), "--check", out).CombinedOutput(); err != nil {
		t.Errorf("qpdf: %v\n%s", err, text)
	}
	result := openAny(t, out)
	if result.Pages() != len(picks) {
		t.Fatalf("%d pages", result.Pages())
	}
	_, words, err := result.Words(t.Context(), 2)
	if err != nil || len(words) != 1 || words[0].Text != "two" {
		t.Errorf("page 2 reads %v, %v", words, err)
	}
	for at, p := range map[int]archive.PagePick{1: picks[0], 3: picks[2], 4: picks[3], 6: picks[5]} {
		if mean, worst := pixelsApart(t, openAny(t, paths[p.Source-1]), result, p.Page, at); mean > 0 {
			t.Errorf("page %d: pixels are %.3f apart, at most %d", at, mean, worst)
		}
	}
	for _, c := range []struct {
		name string
		pick archive.PagePick
	}{{"no such page of a document", archive.PagePick{Source: 1, Page: 3}}, {"no such page of a picture", archive.PagePick{Source: 2, Page: 2}},
		{"no such source", archive.PagePick{Source: 5, Page: 1}}, {"half a turn", archive.PagePick{Source: 1, Page: 1, Turn: 45}}} {
		if _, err := assembled(t, paths, []archive.PagePick{c.pick}); archive.KindOf(err) != archive.Invalid {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
