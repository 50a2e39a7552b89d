package ocr

import (
	"fmt"
	"image"
	"math"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// TestWordsLieOnThePicturesOfTheirPage holds the boxes of what was read against the pictures the viewer lays them over, in each width it asks
// for and however the page is turned: under the words there is ink, and more than anywhere else.
func TestWordsLieOnThePicturesOfTheirPage(t *testing.T) {
	paper := testkit.Corpus(t, "synthetic/scan/01-mild-300.pdf")
	read := read(t, open(t, paper), archive.ReadRequest{}, testkit.Tesseract(t))
	for quarters := range 4 {
		file, pages := paper, turnedReadings(read, quarters)
		if quarters != 0 {
			file = turnedFile(t, paper, 90*quarters)
		}
		p := open(t, file)
		for _, width := range []int{400, 1000, 1800} { // strip, page, close look
			t.Run(fmt.Sprintf("turned by %d, %d wide", 90*quarters, width), func(t *testing.T) {
				m := rendered(t, p, 1, width)
				w, h := pages[0].Width, pages[0].Height
				if got, want := float64(m.Bounds().Dy())/float64(m.Bounds().Dx()), h/w; math.Abs(got-want) > 0.01*want || m.Bounds().Dx() != width {
					t.Errorf("%v of a page of %g by %g points", m.Bounds(), w, h)
				}
				scale := float64(m.Bounds().Dx()) / w
				all := inkOf(m, m.Bounds())
				bare := 0
				for _, word := range pages[0].Words {
					b := word.Box
					r := image.Rect(int(float64(b.X0)*scale), int(float64(b.Y0)*scale), int(float64(b.X1)*scale)+1, int(float64(b.Y1)*scale)+1)
					if inkOf(m, r) < 1.5*all {
						bare++
					}
				}
				if bare*50 > len(pages[0].Words) || len(pages[0].Words) < 200 {
					t.Errorf("%d of %d words have no ink under them", bare, len(pages[0].Words))
				}
			})
		}
	}
}

// inkOf is how dark a part of a picture is, from 0 to 1.
func inkOf(m image.Image, r image.Rectangle) float64 {
	r = r.Intersect(m.Bounds())
	sum, n := 0.0, 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			_, g, _, _ := m.At(x, y).RGBA()
			sum += 1 - float64(g)/0xffff
			n++
		}
	}
	return sum / float64(max(n, 1))
}
