package child

import (
	"context"
	"errors"
	"image"
	"image/draw"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/ocr/tesseract"
)

// TestHostilePapersLeaveTheParentWell sends every hostile paper through a real inspector child. What the verdict says is
// the inspection's own matter and tested there; here it is that there is one, in time, with a reason where it is no.
func TestHostilePapersLeaveTheParentWell(t *testing.T) {
	root := testkit.Corpus(t, "hostile")
	i := NewInspector(Options{Inspectors: 2})
	defer i.Close()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".pdf") {
			return err
		}
		name, _ := filepath.Rel(root, path)
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		begin := time.Now()
		v, err := i.Inspect(t.Context(), f, archive.InspectRequest{DeclaredType: archive.PDF})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if v.Refusal != "" && len(v.Findings) == 0 {
			t.Errorf("%s: refused as %s without a finding", name, v.Refusal)
		}
		t.Logf("%s: %.0f ms, %q %d pages %v", name, time.Since(begin).Seconds()*1000, v.Refusal, v.PageCount(), codes(v.Findings))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", i.Stats())
}

func codes(findings []archive.Finding) (all []string) {
	for _, f := range findings {
		all = append(all, f.Code)
	}
	return all
}

// recognise reads the one page of a PNG with the real Tesseract.
func recognise(ctx context.Context, at Place, f *os.File, each func(archive.PageReading) error) error {
	picture, err := png.Decode(io.NewSectionReader(f, 0, 1<<30))
	if err != nil {
		return err
	}
	grey := image.NewGray(picture.Bounds())
	draw.Draw(grey, grey.Rect, picture, grey.Rect.Min, draw.Src)
	name := filepath.Join(at.Scratch, "page.tif")
	if err := tesseract.Write(name, grey); err != nil {
		return err
	}
	at.Alive()
	engine := tesseract.Engine{Program: at.Tesseract, Dir: at.Scratch, Data: at.Tessdata}
	return engine.Run(ctx, []string{name}, func(r tesseract.Result) error {
		page := archive.PageReading{Number: 1, Source: archive.SourceScan}
		for _, w := range r.Words {
			page.Words = append(page.Words, archive.Word{Text: w.Text, Confidence: w.Confidence})
		}
		return errors.Join(r.Err, each(page))
	})
}

// TestTesseractRunsInsideTheSandbox reads a real page: the program, its libraries, its languages and the scratch folder
// are all it needs, and all it gets.
func TestTesseractRunsInsideTheSandbox(t *testing.T) {
	program := testkit.Need(t, "tesseract")
	f, err := os.Open(testkit.Corpus(t, "real/vietsample2.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := newReader(t, Options{Tesseract: func() string { return program }})
	words := 0
	err = r.Read(t.Context(), f, archive.ReadRequest{MediaType: archive.PNG, Pages: []int{1}}, func(p archive.PageReading) error {
		if p.Err != nil {
			t.Errorf("page failed: %+v %+v", *p.Err, p.Findings)
		}
		words = len(p.Words)
		return nil
	})
	if err != nil || words < 20 {
		t.Errorf("%d words, %v", words, err)
	}
}
