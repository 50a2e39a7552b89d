package tesseract

import (
	"bytes"
	"image"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/tiff"
)

func TestPicturesComeBack(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 21, 5))
	for i := range grey.Pix {
		grey.Pix[i] = byte(i * 7)
	}
	fax := image.NewGray(image.Rect(0, 0, 21, 5))
	for i := range fax.Pix {
		fax.Pix[i] = -byte(i * 5 % 3 & 1)
	}
	for _, c := range []struct {
		reason string
		g      *image.Gray
		bits   int
	}{
		{"grey", grey, 8},
		{"part of another", grey.SubImage(image.Rect(0, 0, 10, 5)).(*image.Gray), 8},
		{"black and white take a bit each", fax, 1},
		{"black and white, whole bytes", fax.SubImage(image.Rect(0, 0, 16, 5)).(*image.Gray), 1},
		{"one grey pixel at the very end", func() *image.Gray {
			g := image.NewGray(fax.Rect)
			copy(g.Pix, fax.Pix)
			g.Pix[len(g.Pix)-1] = 254
			return g
		}(), 8},
	} {
		t.Run(c.reason, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.tif")
			if err := Write(path, c.g); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if want := tiffHeadSize + c.g.Rect.Dy()*((c.g.Rect.Dx()*c.bits+7)/8); len(b) != want {
				t.Errorf("%d bytes, want %d", len(b), want)
			}
			got, err := Load(path)
			if err != nil {
				t.Fatal(err)
			}
			foreign, err := tiff.Decode(bytes.NewReader(b)) // and so does a reader that is not ours
			if err != nil {
				t.Fatal(err)
			}
			for y := range c.g.Rect.Dy() {
				for x := range c.g.Rect.Dx() {
					r, _, _, _ := foreign.At(x, y).RGBA()
					if w := c.g.GrayAt(x, y); got.GrayAt(x, y) != w || byte(r>>8) != w.Y {
						t.Fatalf("pixel %d, %d: %d, by others %d, want %d", x, y, got.GrayAt(x, y).Y, r>>8, w.Y)
					}
				}
			}
		})
	}
	for reason, b := range map[string][]byte{"empty": nil, "cut": tiffHead(4, 4, 8), "another kind": bytes.Repeat([]byte{7}, 500)} {
		path := filepath.Join(t.TempDir(), "a.tif")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if g, err := Load(path); err == nil {
			t.Errorf("%s: loaded as %v", reason, g.Rect)
		}
	}
}
