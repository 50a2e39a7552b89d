package main

import (
	"bytes"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/ocr/code"
	"sohoa/ocr/page"
	"sohoa/ocr/pdf"
)

// What is printed is read back: by our own reader from the page, by other programs as a sound file with its text.
func TestSeparatorSheetsAreReadBack(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "to.pdf")
	var out, errs bytes.Buffer
	e := &env{stdout: &out, stderr: &errs, getenv: func(string) string { return "" }, lang: "vi"}
	const dossier = "H15.50.05.13-261008-0975"
	if c := run(t.Context(), e, []string{"sheets", "--dossier", dossier, "--about", "Cấp giấy phép xây dựng nhà ở riêng lẻ", "--component", "Đơn đề nghị cấp giấy phép", "--component", "Bản vẽ thiết kế", "--result", "Giấy phép xây dựng", file}); c != exitDone {
		t.Fatalf("%d: %s", c, errs.String())
	}
	plain := filepath.Join(t.TempDir(), "chung.pdf")
	if c := run(t.Context(), e, []string{"sheets", plain}); c != exitDone {
		t.Fatalf("%d: %s", c, errs.String())
	}
	if c := run(t.Context(), e, []string{"sheets", plain}); c != exitFailed {
		t.Error("a file was overwritten")
	}
	if c := run(t.Context(), e, []string{"sheets", "--dossier", "x", plain + "2"}); c != exitFailed {
		t.Error("a code that is none was printed")
	}
	want := []archive.Separator{{Dossier: dossier, Kind: archive.Component, Type: "Đơn đề nghị cấp giấy phép"}, {Dossier: dossier, Kind: archive.Component, Type: "Bản vẽ thiết kế"},
		{Dossier: dossier, Kind: archive.Result, Type: "Giấy phép xây dựng"}}
	for i, codes := range codesOf(t, file) {
		got, ok := archive.SeparatorOf(codes)
		if !ok || got != want[i] {
			t.Errorf("sheet %d: %+v %v", i+1, got, codes)
		}
	}
	if got := codesOf(t, plain); len(got) != 1 || len(got[0]) != 2 || got[0][0].Kind != archive.CodePatch {
		t.Errorf("the plain sheet: %+v", got)
	}
	if text, err := exec.Command(testkit.Need(t, "pdftotext"), "-layout", file, "-").Output(); err != nil || !strings.Contains(string(text), "TỜ PHÂN CÁCH") || !strings.Contains(string(text), "Đơn đề nghị cấp giấy phép") || !strings.Contains(string(text), dossier) {
		t.Errorf("%v: %s", err, text)
	}
	if said, err := exec.Command(testkit.Need(t, "qpdf"), "--check", file).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, said)
	}
}

func codesOf(t *testing.T, path string) (out [][]archive.Code) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := pdf.Open(t.Context(), f, pdf.Options{Engine: pdf.NewEngine("")})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for n := range p.Pages() {
		b, err := p.Render(t.Context(), n+1, 1654)
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		var codes []archive.Code
		for _, c := range code.Find(page.Bright(m)) {
			codes = append(codes, archive.Code{Kind: archive.CodeKind(c.Kind), Text: c.Text})
		}
		out = append(out, codes)
	}
	return out
}
