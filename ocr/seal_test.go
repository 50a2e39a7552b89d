package ocr

import (
	"image"
	"image/color"
	"math"
	"testing"

	"sohoa/archive"
	"sohoa/ocr/page"
)

// sealedPaper is a stripe of paper with a seal, black or red, a signature in blue and a black bar where a name would be.
func sealedPaper(seal color.Color) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, 500, 400))
	for y := range 400 {
		for x := range 500 {
			m.Set(x, y, color.White)
			d := math.Hypot(float64(x)-200, float64(y)-200)
			switch {
			case y >= 300 && y < 320 && x >= 180 && x < 400:
				m.Set(x, y, color.Black)
			case d > 137 && d < 143 || inStar((float64(x)-200)/60, (float64(y)-200)/60, 0, 1):
				m.Set(x, y, seal)
			case y >= 100 && y < 104 && x > 300:
				m.Set(x, y, color.RGBA{27, 47, 143, 255})
			}
		}
	}
	return m
}

func TestColoursAreTakenAway(t *testing.T) {
	m := sealedPaper(color.RGBA{208, 20, 30, 255})
	c := cutFrom(m, page.Scale(1, 1), m.Rect, 1)
	for _, p := range []struct {
		what string
		x, y int
		dark bool
	}{{"seal", 200, 60, false}, {"star", 200, 190, false}, {"signature", 400, 102, false}, {"print", 380, 310, true}, {"print in the seal", 200, 310, true}} {
		if c.dark(p.x, p.y) != p.dark {
			t.Errorf("%s: %d", p.what, c.Pix[p.y*c.Stride+p.x])
		}
	}
	if c.red < 0.01 {
		t.Errorf("the seal is not seen as red: %v", c.red)
	}
}

func TestABlackSealIsTakenAwayByItsShape(t *testing.T) {
	m := sealedPaper(color.Black)
	c := cutFrom(m, page.Scale(1, 1), m.Rect, 1)
	g, ok := c.ring()
	if !ok || math.Abs(g.x-200) > 3 || math.Abs(g.y-200) > 3 || math.Abs(g.r-140) > 4 {
		t.Fatalf("ring %+v, %v", g, ok)
	}
	stages := c.stages(g, true)
	last := stages[3]
	for _, p := range []struct {
		what string
		x, y int
		dark bool
	}{{"ring", 200, 60, false}, {"star", 200, 200, false}, {"print", 380, 310, true}, {"print in the seal", 200, 310, true}} {
		if last.dark(p.x, p.y) != p.dark {
			t.Errorf("%s: %d", p.what, last.Pix[p.y*last.Stride+p.x])
		}
	}
	if _, ok := last.ring(); ok {
		t.Error("a ring is left")
	}
}

func TestReadingsVote(t *testing.T) {
	at := func(x float32, text string, conf float32) archive.Word {
		return archive.Word{Text: text, Confidence: conf, Box: archive.Box{X0: x, X1: x + 28, Y0: 10, Y1: 20}}
	}
	for _, c := range []struct {
		reason string
		votes  [][]archive.Word
		want   string
		sure   bool // of the first word
	}{
		{"all agree", [][]archive.Word{{at(0, "Tống", 0.9), at(30, "Văn", 0.9)}, {at(0, "Tống", 0.9), at(30, "Văn", 0.9)}}, "Tống Văn", true},
		{"a family's name against none", [][]archive.Word{{at(0, "Lống", 0.9), at(30, "Văn", 0.9)}, {at(0, "tống", 0.8), at(30, "Văn", 0.9)}}, "Tống Văn", false},
		{"two families' names", [][]archive.Word{{at(0, "Lê", 0.9), at(30, "Thị", 0.9)}, {at(0, "Bế", 0.8), at(30, "Thị", 0.9)}}, "Lê Thị", false},
		{"what only one saw beside the name", [][]archive.Word{{at(-40, "Ẫ", 0.3), at(0, "Lê", 0.9), at(30, "Thị", 0.9)}, {at(0, "Lê", 0.9), at(30, "Thị", 0.9)}}, "Lê Thị", true},
		{"no name", [][]archive.Word{{at(0, "~#", 0.2)}, nil}, "", false},
	} {
		got := elected(c.votes, 29)
		text := ""
		for i, w := range got {
			if i > 0 {
				text += " "
			}
			text += w.Text
		}
		if text != c.want {
			t.Errorf("%s: %q, want %q", c.reason, text, c.want)
			continue
		}
		if len(got) > 0 && (got[0].Confidence >= 0.8) != c.sure {
			t.Errorf("%s: %q with %.2f", c.reason, got[0].Text, got[0].Confidence)
		}
	}
}
