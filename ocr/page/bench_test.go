package page

import (
	"bytes"
	"image/jpeg"
	"os"
	"testing"

	"sohoa/internal/testkit"
)

// BenchmarkPrepare takes decoded pages as they come out of a scan.
func BenchmarkPrepare(b *testing.B) {
	for _, c := range []struct {
		name string
		dpi  float64
		skew float64
	}{{"200dpi", 200, 0}, {"200dpi-skew", 200, 1.5}, {"300dpi-skew", 300, 1.5}, {"600dpi", 600, 0}} {
		b.Run(c.name, func(b *testing.B) {
			g := turned(paperA5(b, c.dpi, 235, 24), c.skew)
			b.ReportAllocs()
			b.SetBytes(int64(len(g.Pix)))
			for b.Loop() {
				p, err := Prepare(g, FromDPI(c.dpi, c.dpi), Options{})
				if err != nil {
					b.Fatal(err)
				}
				p.Release()
			}
		})
	}
}

// BenchmarkPhoto takes a colour photograph of a page, decoded.
func BenchmarkPhoto(b *testing.B) {
	data, err := os.ReadFile(testkit.Corpus(b, "real/photo-1.jpg"))
	if err != nil {
		b.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		b.Fatal(err)
	}
	dpi := float64(m.Bounds().Dx()) / 8.27
	b.ReportAllocs()
	for b.Loop() {
		p, err := Prepare(m, FromDPI(dpi, dpi), Options{})
		if err != nil {
			b.Fatal(err)
		}
		p.Release()
	}
}

func BenchmarkSkew(b *testing.B) {
	g := turned(paperA5(b, 200, 255, 24), 1.5)
	for b.Loop() {
		if a := skew(halve(g)); a < 1.4 || a > 1.6 {
			b.Fatal(a)
		}
	}
}
