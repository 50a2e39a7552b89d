package pdf

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"

	"sohoa/archive"
)

// dark is the box around the dark pixels of a picture, in the points toPage leads to.
func dark(m image.Image, toPage [6]float64) rect {
	out := rect{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y > 128 {
				continue
			}
			px, py := matrix(toPage).apply(float64(x-b.Min.X)+0.5, float64(y-b.Min.Y)+0.5)
			out = rect{math.Min(out.X0, px), math.Min(out.Y0, py), math.Max(out.X1, px), math.Max(out.Y1, py)}
		}
	}
	return out
}

func (r rect) near(s rect, by float64) bool {
	return math.Abs(r.X0-s.X0) <= by && math.Abs(r.Y0-s.Y0) <= by && math.Abs(r.X1-s.X1) <= by && math.Abs(r.Y1-s.Y1) <= by
}

func opened(t *testing.T, data []byte) *Paper {
	t.Helper()
	p, err := Open(context.Background(), temporary(t, data), Options{Engine: engine()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// pageShapes are the ways a page can be turned, cut and scaled.
var pageShapes = []string{
	"", "/Rotate 90", "/Rotate 180", "/Rotate 270", "/Rotate -90", "/CropBox[50 100 500 800]", "/CropBox[50 100 500 800]/Rotate 90",
	"/CropBox[50 100 500 800]/Rotate 270", "/CropBox[-50 -50 500 9000]", "/UserUnit 2", "/UserUnit 1.5/Rotate 90",
}

// TestWordsLieWhereTheyAreDrawn compares the boxes of words with the ink of the drawn page.
func TestWordsLieWhereTheyAreDrawn(t *testing.T) {
	drawing(t)
	contents := "BT /F 40 Tf 200 300 Td (Hxx) Tj ET"
	for _, shape := range pageShapes {
		t.Run(shape, func(t *testing.T) {
			p := opened(t, onePage("", shape+"/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>", fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(contents), contents), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"))
			source, words, err := p.Words(context.Background(), 1)
			if err != nil || source != archive.SourceText || len(words) != 1 {
				t.Fatalf("%s, %v, %v", source, words, err)
			}
			m, to, err := p.Picture(context.Background(), 1)
			if err != nil {
				t.Fatal(err)
			}
			w := words[0].Box
			box, ink := rect{float64(w.X0), float64(w.Y0), float64(w.X1), float64(w.Y1)}, dark(m, to)
			if !box.near(ink, 8*p.pages[0].unit) {
				t.Errorf("word at %v, ink at %v", box, ink)
			}
		})
	}
}

// TestPicturesLieWhereTheyAreDrawn compares the extracted picture, mapped by its transformation, with the drawn page.
func TestPicturesLieWhereTheyAreDrawn(t *testing.T) {
	drawing(t)
	m := image.NewGray(image.Rect(0, 0, 595, 842))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for y := 60; y < 90; y++ {
		for x := 100; x < 300; x++ {
			m.Pix[y*m.Stride+x] = 0
		}
	}
	var jpg bytes.Buffer
	if err := jpeg.Encode(&jpg, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{"595 0 0 842 0 0 cm", "-595 0 0 842 595 0 cm", "595 0 0 -842 0 842 cm", "0 842 -595 0 595 0 cm"} {
		for _, shape := range pageShapes {
			if place[0] == '0' && shape != "" {
				continue // a picture laid sideways covers an upright page only in part
			}
			t.Run(place+shape, func(t *testing.T) {
				contents := "q " + place + " /I Do Q"
				p := opened(t, onePage("", shape+"/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>", fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(contents), contents),
					fmt.Sprintf("<</Subtype/Image/Width 595/Height 842/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode/Length %d>>stream\n%s\nendstream", jpg.Len(), jpg.String())))
				m, to, err := p.Picture(context.Background(), 1)
				if err != nil {
					t.Fatal(err)
				}
				if _, own := m.(*image.Gray); !own {
					t.Fatalf("the picture was drawn, not taken: %T", m)
				}
				w, h, _ := p.Size(1)
				page := rect{0, 0, w, h}
				drawn, err := p.draw(context.Background(), 1, int(math.Round(w)), int(math.Round(h)))
				if err != nil {
					t.Fatal(err)
				}
				b := drawn.Bounds()
				want := dark(drawn, [6]float64{w / float64(b.Dx()), 0, 0, h / float64(b.Dy()), 0, 0})
				got := dark(m, to).intersect(page)
				if got.empty() && want.empty() {
					return // the crop box cuts the mark off
				}
				if !got.near(want, 3*p.pages[0].unit) {
					t.Errorf("taken: %v, drawn: %v", got, want)
				}
			})
		}
	}
}
