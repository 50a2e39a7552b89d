package page

import (
	"bytes"
	"testing"
)

func TestPrintShiningThroughGoes(t *testing.T) {
	g := paperA5(t, 200, 255, 24)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	thin := newGray(w, h)
	for y := range h {
		for x := range w {
			v := g.Pix[y*g.Stride+x]
			if y >= 25 && v > 200 && g.Pix[(y-25)*g.Stride+w-1-x] < 100 { // the other side, seen from this one
				v = 185
			}
			thin.Pix[y*w+x] = v
		}
	}
	was := bytes.Clone(thin.Pix)
	if !unghost(thin) {
		t.Fatal("a thin sheet is not noticed")
	}
	for i, v := range thin.Pix {
		if was[i] == 185 && v < 255 {
			t.Fatalf("a ghost of %d stays at (%d, %d)", v, i%w, i/w)
		}
		if was[i] < 60 && v > 100 {
			t.Fatalf("ink of %d fades to %d", was[i], v)
		}
	}
	before := bytes.Clone(g.Pix)
	if unghost(g) || !bytes.Equal(before, g.Pix) {
		t.Error("a common page is touched")
	}
}

func TestNegatives(t *testing.T) {
	g := paperA5(t, 200, 255, 24)
	if negative(g) {
		t.Error("dark print on white is taken for a negative")
	}
	invert(g)
	if !negative(g) {
		t.Error("white print on black is not noticed")
	}
	lid := newGray(1166, 1654)
	for i := range lid.Pix {
		lid.Pix[i] = byte(i * 7 % 40)
	}
	if negative(lid) {
		t.Error("a scan of nothing under an open lid is taken for a negative")
	}
}
