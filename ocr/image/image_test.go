package image

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

func inspect(t *testing.T, path string, l archive.InspectLimits) archive.Inspection {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := Inspect(context.Background(), f, archive.InspectRequest{Limits: l})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range got.Findings {
		if f.Msg.VI == "" || f.Msg.EN == "" || f.Severity == "" {
			t.Errorf("finding %s says nothing", f.Code)
		}
	}
	return got
}

func has(in archive.Inspection, code string) bool {
	return slices.ContainsFunc(in.Findings, func(f archive.Finding) bool { return f.Code == code })
}

func open(t *testing.T, path string) *Paper {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	p, err := Open(context.Background(), f, archive.ReadLimits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// write puts bytes in a file of the test.
func write(t *testing.T, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "paper")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPicturesOfTheCorpus(t *testing.T) {
	cases := []struct {
		reason, file string
		refusal      string
		pages        int
		dpi          int
		dark         float64 // part of page 1 that is dark, roughly; 0 is not looked at
	}{
		{"fax, two pages", "real/vietsample.tif", "", 2, 300, 0.05},
		{"fax, two pages of different shape", "real/vietsample2.tif", "", 2, 300, 0.02},
		{"palette", "real/vietsample2.png", "", 1, 300, 0.06},
		{"a photographed page that does not say its resolution", "real/photo-1.jpg", "", 1, 179, 0.04},
		{"fax whose ones are white", "images/witten.tif", "", 1, 1200, 0.11},
		{"fax, big endian", "images/feyn.tif", "", 1, 300, 0.09},
		{"one strip of LZW", "images/lzw-single-strip.tiff", "", 1, 400, 0},
		{"JPEG in tiles", "images/quad-tile.jpg.tiff", "", 1, 44, 0},
		{"16 bits", "images/rgb-3c-16b.tiff", "", 1, 13, 0},
		{"palette of one bit", "images/palette-1c-1b.tiff", "", 1, 13, 0},
		{"palette of four bits", "images/palette-1c-4b.tiff", "", 1, 13, 0},
		{"group 3", "images/testfax3_bug_513.tiff", "", 1, 3, 0},
		{"old JPEG in TIFF", "images/ojpeg_chewey_subsamp21_multi_strip.tiff", unsupported, 0, 0, 0},
		{"old LZW", "images/quad-lzw-compat.tiff", unsupported, 0, 0, 0},
		{"WebP in TIFF", "images/webp_lossless_rgba_alpha_fully_opaque.tif", unsupported, 0, 0, 0},
		{"a page list in a circle", "images/test_ifd_loop_to_self.tif", damaged, 1, 2, 0},
		{"not a picture", "hostile/bombs/eicar.com", unsupported, 0, 0, 0},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			path := testkit.Corpus(t, c.file)
			in := inspect(t, path, archive.InspectLimits{})
			if in.Refusal != c.refusal || len(in.Pages) != c.pages {
				t.Fatalf("refusal %q, %d pages, %v; want %q, %d", in.Refusal, len(in.Pages), in.Findings, c.refusal, c.pages)
			}
			if c.pages > 0 && in.Pages[0].DPI != c.dpi {
				t.Errorf("%d dpi, want %d", in.Pages[0].DPI, c.dpi)
			}
			if c.refusal != "" {
				return
			}
			p := open(t, path)
			for n := 1; n <= p.Pages(); n++ {
				m, to, err := p.Picture(context.Background(), n)
				if err != nil {
					t.Fatal(err)
				}
				if dark := darkness(m); n == 1 && c.dark > 0 && (dark < c.dark/2 || dark > 2*c.dark) {
					t.Errorf("%.3f of the page is dark, want about %.3f", dark, c.dark)
				}
				b := m.Bounds()
				w, h, _ := p.Size(n)
				if x, y := at(to, float64(b.Dx()), float64(b.Dy())); math.Abs(x-w) > 0.1 || math.Abs(y-h) > 0.1 {
					t.Errorf("the last pixel lies at %g, %g on a page of %g by %g", x, y, w, h)
				}
				raw, err := p.Render(context.Background(), n, 500)
				if err != nil {
					t.Fatal(err)
				}
				if cfg, err := jpeg.DecodeConfig(bytes.NewReader(raw)); err != nil || cfg.Width < 450 || cfg.Width > 1000 {
					t.Errorf("rendered %d wide, %v", cfg.Width, err)
				}
			}
		})
	}
}

func at(m [6]float64, x, y float64) (float64, float64) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

func darkness(m image.Image) float64 {
	b := m.Bounds()
	n, dark := 0, 0
	for y := b.Min.Y; y < b.Max.Y; y += 2 {
		for x := b.Min.X; x < b.Max.X; x += 2 {
			n++
			if color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y < 128 {
				dark++
			}
		}
	}
	return float64(dark) / float64(n)
}

// TestOrientation turns a picture with one dark corner every way EXIF knows and looks where the corner comes to lie.
func TestOrientation(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 120, 80))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for y := range 20 {
		for x := range 20 {
			m.Pix[y*m.Stride+x] = 0 // top left
		}
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, nil); err != nil {
		t.Fatal(err)
	}
	corners := []string{"", "top left", "top right", "bottom right", "bottom left", "top left", "top right", "bottom right", "bottom left"}
	for o := 1; o <= 8; o++ {
		exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
		binary.BigEndian.PutUint16(exif[24:], uint16(o))
		seg := append([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, byte(len(exif) + 2)}, exif...)
		path := write(t, append(seg, buf.Bytes()[2:]...))
		p := open(t, path)
		w, h, _ := p.Size(1)
		if wide := w > h; wide != (o <= 4) {
			t.Errorf("orientation %d: %g by %g", o, w, h)
		}
		raw, err := p.Render(context.Background(), 1, 60)
		if err != nil {
			t.Fatal(err)
		}
		got, err := jpeg.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		b := got.Bounds()
		where := map[string]image.Point{"top left": {3, 3}, "top right": {b.Dx() - 4, 3}, "bottom left": {3, b.Dy() - 4}, "bottom right": {b.Dx() - 4, b.Dy() - 4}}
		for name, pt := range where {
			dark := color.GrayModel.Convert(got.At(pt.X, pt.Y)).(color.Gray).Y < 128
			if dark != (name == corners[o]) {
				t.Errorf("orientation %d: %s is dark: %v", o, name, dark)
			}
		}
	}
}

// TestTransparencyIsWhite composes pictures that shine through, and halves 16 bits.
func TestTransparencyIsWhite(t *testing.T) {
	clear := image.NewNRGBA(image.Rect(0, 0, 10, 10)) // all black, all transparent
	deep := image.NewNRGBA64(image.Rect(0, 0, 10, 10))
	hole := image.NewPaletted(image.Rect(0, 0, 10, 10), color.Palette{color.NRGBA{}, color.Black})
	for name, m := range map[string]image.Image{"eight bits": clear, "sixteen bits": deep, "palette": hole} {
		t.Run(name, func(t *testing.T) {
			var buf bytes.Buffer
			if err := png.Encode(&buf, m); err != nil {
				t.Fatal(err)
			}
			p := open(t, write(t, buf.Bytes()))
			got, _, err := p.Picture(context.Background(), 1)
			if err != nil {
				t.Fatal(err)
			}
			if r, g, b, a := got.At(5, 5).RGBA(); r != 0xffff || g != 0xffff || b != 0xffff || a != 0xffff {
				t.Errorf("%x %x %x %x", r, g, b, a)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	var jp, pn bytes.Buffer
	m := image.NewGray(image.Rect(0, 0, 64, 64))
	if err := jpeg.Encode(&jp, m, nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&pn, m); err != nil {
		t.Fatal(err)
	}
	huge := slices.Clone(pn.Bytes())
	binary.BigEndian.PutUint32(huge[16:], 1<<30) // 2^30 pixels wide, in 120 bytes
	zipEnd := append(slices.Clone(jp.Bytes()), "PK\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	pdf := append([]byte{0xFF, 0xD8, 0xFF, 0xFE, 0, 9}, "%PDF-1."...)
	pdf = append(pdf, jp.Bytes()[2:]...)
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	if _, err := z.Create("a.exe"); err != nil {
		t.Fatal(err)
	}
	_ = z.Close()
	cases := []struct {
		reason  string
		bytes   []byte
		refusal string
		code    string
	}{
		{"a page of a billion columns", huge, limits, "image_too_large"},
		{"a picture that is an archive", zipEnd, unsafe, "polyglot"},
		{"a picture that is a PDF", pdf, unsafe, "polyglot"},
		{"a picture with a ZIP behind it", append(slices.Clone(pn.Bytes()), zipped.Bytes()...), unsafe, "polyglot"},
		{"a JPEG with a film behind it", append(slices.Clone(jp.Bytes()), "\x00\x00\x00\x18ftypmp42"...), "", "trailing_data"},
		{"a PNG with something behind it", append(slices.Clone(pn.Bytes()), "<script>"...), "", "trailing_data"},
		{"a JPEG without its end", jp.Bytes()[:jp.Len()-2], "", "truncated"},
		{"a JPEG without its frame", jp.Bytes()[:24], damaged, "damaged"},
		{"a PNG without its end", pn.Bytes()[:pn.Len()-12], "", "truncated"},
		{"a TIFF without a page", []byte("II*\x00\x08\x00\x00\x00\x00\x00"), damaged, "damaged"},
		{"a TIFF of the big kind", []byte("II+\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00"), unsupported, "unsupported_coding"},
		{"nothing", nil, unsupported, "not_an_image"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			got := inspect(t, write(t, c.bytes), archive.InspectLimits{})
			if got.Refusal != c.refusal || !has(got, c.code) {
				t.Errorf("refusal %q, %v; want %q, %s", got.Refusal, got.Findings, c.refusal, c.code)
			}
		})
	}
	t.Run("blanks behind a picture", func(t *testing.T) {
		for name, b := range map[string][]byte{"JPEG": append(slices.Clone(jp.Bytes()), make([]byte, 600)...), "PNG": append(slices.Clone(pn.Bytes()), '\n')} {
			if got := inspect(t, write(t, b), archive.InspectLimits{}); got.Refusal != "" || has(got, "trailing_data") {
				t.Errorf("%s: %q %v", name, got.Refusal, got.Findings)
			}
		}
	})
	t.Run("more pages than allowed", func(t *testing.T) {
		got := inspect(t, testkit.Corpus(t, "real/vietsample.tif"), archive.InspectLimits{Pages: 1})
		if got.Refusal != limits || !has(got, "too_many_pages") {
			t.Errorf("%q %v", got.Refusal, got.Findings)
		}
	})
	t.Run("no time", func(t *testing.T) {
		got := inspect(t, write(t, jp.Bytes()), archive.InspectLimits{Time: time.Nanosecond})
		if got.Refusal != limits || !has(got, "inspection_time") {
			t.Errorf("%q %v", got.Refusal, got.Findings)
		}
	})
}

func TestPixelsAreCountedBeforeDecoding(t *testing.T) {
	p := open(t, testkit.Corpus(t, "real/vietsample.tif"))
	p.limits.PagePixels = 1000
	if _, _, err := p.Picture(context.Background(), 1); archive.KindOf(err) != archive.Unprocessable {
		t.Errorf("%v", err)
	}
	if _, _, err := p.Picture(context.Background(), 3); archive.KindOf(err) != archive.NotFound {
		t.Errorf("%v", err)
	}
}

// FuzzInspect judges anything by its headers, as a child does: no panic that gets out, and a verdict that hangs together.
func FuzzInspect(f *testing.F) {
	m := image.NewGray(image.Rect(0, 0, 8, 8))
	var jp, pn bytes.Buffer
	_ = jpeg.Encode(&jp, m, nil)
	_ = png.Encode(&pn, m)
	f.Add(jp.Bytes())
	f.Add(pn.Bytes())
	f.Add(testkit.TIFF(2, 4, 4, 200, 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := &inspection{r: bytes.NewReader(b), size: int64(len(b)), limits: archive.InspectLimits{Pages: 8}.WithDefaults()}
		in.judge(context.Background())
		if (in.out.Refusal == "") == (archive.Worst(in.out.Findings) == archive.Fatal) || in.out.Refusal == "" && len(in.out.Pages) == 0 {
			t.Fatalf("refusal %q, %d pages, %v", in.out.Refusal, len(in.out.Pages), in.out.Findings)
		}
		for _, f := range in.out.Findings {
			if f.Msg.VI == "" || f.Msg.EN == "" || f.Severity == "" {
				t.Fatalf("finding %s says nothing", f.Code)
			}
		}
		for _, p := range in.out.Pages {
			if !(p.Width > 0 && p.Height > 0 && p.Width < 1e10 && p.Height < 1e10) {
				t.Fatalf("a page of %g by %g points", p.Width, p.Height)
			}
		}
	})
}

// FuzzHeaders feeds the header readers and the TIFF decoder what an attacker would.
func FuzzHeaders(f *testing.F) {
	m := image.NewGray(image.Rect(0, 0, 8, 8))
	var jp, pn bytes.Buffer
	_ = jpeg.Encode(&jp, m, nil)
	_ = png.Encode(&pn, m)
	f.Add(jp.Bytes())
	f.Add(pn.Bytes())
	f.Add([]byte("II*\x00\x08\x00\x00\x00\x03\x00\x00\x01\x03\x00\x01\x00\x00\x00\x08\x00\x00\x00\x01\x01\x03\x00\x01\x00\x00\x00\x08\x00\x00\x00\x11\x01\x04\x00\x01\x00\x00\x00\x04\x00\x00\x00\x08\x00\x00\x00"))
	f.Add([]byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x00\x00\x03\x00\x00\x00\x01\x00\x08\x00\x00\x00\x00\x00\x08"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		if _, whole, rest, _ := jpegHeader(bytes.NewReader(b), int64(len(b))); rest < 0 || rest > 0 && !whole {
			t.Errorf("%d bytes after the end, whole %v", rest, whole)
		}
		_, _, _, _ = pngHeader(bytes.NewReader(b), int64(len(b)))
		frames, _, _, _ := tiffFrames(r, int64(len(b)), 8)
		for _, fr := range frames {
			if fr.pixels() < 1<<20 && !fr.unsupported {
				_, _ = decodeTIFF(context.Background(), r, fr.offset)
			}
		}
	})
}
