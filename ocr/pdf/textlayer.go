package pdf

import (
	"bytes"
	"fmt"
	"math"
	"unicode"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// lay returns the contents that set the words, in the page's own space: to leads from there to the page as displayed. Every word stands
// where its box is, as long and as high as it, and the blank behind it fills the gap to the next: what is marked with the mouse is what is lit.
//
// A line that runs askew becomes a flight of upright words, not a slanted line: poppler takes a word apart as soon as its base line has moved by
// half a point, which at 2 degrees it does within 15 points, and then nobody finds it.
//
// The text comes before the page's own contents, in the state every page begins with: whatever the page does to the state, and leaves undone,
// cannot shift it.
func (g *glyphless) lay(words []archive.Word, font cos.Name, to matrix) []byte {
	back, ok := to.inverse()
	if !ok {
		return nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "q BT 3 Tr\n")
	usual := usualTurns(words)
	for from := 0; from < len(words); {
		end := from + 1
		for end < len(words) && words[end].Line == words[from].Line {
			end++
		}
		line := words[from:end]
		turns := usual
		if dx, dy, ok := course(line); ok {
			turns = quarter(dx, dy)
		}
		var last run
		for i, w := range line {
			gap := 0.0
			run := newRun(w.Box, turns)
			// pdf.js (Firefox) joins what follows in one size to one straight piece, and lights words at the end of a crooked line above it or
			// below. A size that differs, by less than anybody sees, keeps them apart.
			if down := (run.y-last.y)*run.cos - (run.x-last.x)*run.sin; i > 0 && math.Abs(down) > apartDown && decimal(run.size) == decimal(last.size) {
				run.size += apartSize
			}
			last = run
			if i+1 < len(line) {
				next := newRun(line[i+1].Box, turns)
				gap = math.Max(0.1, (next.x-run.x)*run.cos+(next.y-run.y)*run.sin-run.length)
				gap = math.Min(gap, 20*run.size) // columns apart: not one stroke of the mouse
			}
			g.word(&b, w.Text, run, gap, font, back)
		}
		from = end
	}
	b.WriteString("ET Q\n")
	return b.Bytes()
}

// run is where one word is set on the page as displayed: from (x, y) on its base line, in the direction (cos, sin).
type run struct{ x, y, cos, sin, length, size float64 }

// newRun places text in a box, in a direction of quarter turns clockwise.
func newRun(b archive.Box, turns int) run {
	w, h := math.Max(float64(b.X1-b.X0), 0.1), math.Max(float64(b.Y1-b.Y0), 0.1)
	cx, cy := float64(b.X0+b.X1)/2, float64(b.Y0+b.Y1)/2
	if turns%2 != 0 {
		w, h = h, w
	}
	r := run{length: w, size: h}
	r.cos, r.sin = [4]float64{1, 0, -1, 0}[turns], [4]float64{0, 1, 0, -1}[turns]
	down := h * (0.5 + glyphDescent/1000.0) // from the middle of the box to the base line
	r.x, r.y = cx-r.cos*w/2-r.sin*down, cy-r.sin*w/2+r.cos*down
	return r
}

// word writes one word and the blank behind it.
func (g *glyphless) word(b *bytes.Buffer, text string, r run, gap float64, font cos.Name, back matrix) {
	codes := make([]byte, 0, 4*len(text))
	n := 0
	for _, c := range text {
		if unicode.IsControl(c) || c == unicode.ReplacementChar {
			continue
		}
		if code, ok := g.code(c); ok {
			codes = fmt.Appendf(codes, "%04X", code)
			n++
		}
	}
	if n == 0 {
		return
	}
	m := matrix{r.cos, r.sin, r.sin, -r.cos, r.x, r.y}.then(back)
	wide := 100 * 1000 / (glyphWidth * r.size) // percent for one unit of length
	fmt.Fprintf(b, "/%s %s Tf %s Tz %s %s %s %s %s %s Tm <%s> Tj", font, decimal(r.size), decimal(r.length/float64(n)*wide),
		decimal(m[0]), decimal(m[1]), decimal(m[2]), decimal(m[3]), decimal(m[4]), decimal(m[5]), codes)
	if code, ok := g.code(' '); ok && gap > 0 {
		fmt.Fprintf(b, " %s Tz <%04X> Tj", decimal(gap*wide), code)
	}
	b.WriteByte('\n')
}

// How far the base lines of two words lie apart that are not to be one piece, and by how much their sizes then differ, in points.
const (
	apartDown = 0.2
	apartSize = 0.02
)

// usualTurns is the direction most of the page reads in: that of its lines, each counted by its length.
func usualTurns(words []archive.Word) int {
	var length [4]float64
	for from := 0; from < len(words); {
		end := from + 1
		for end < len(words) && words[end].Line == words[from].Line {
			end++
		}
		if dx, dy, ok := course(words[from:end]); ok {
			length[quarter(dx, dy)] += math.Hypot(dx, dy)
		}
		from = end
	}
	most := 0
	for q := range length {
		if length[q] > length[most] {
			most = q
		}
	}
	return most
}

// course is the way from the first word of a line to its last. It is not ok where they are too close to tell.
func course(line []archive.Word) (dx, dy float64, ok bool) {
	a, b := line[0].Box, line[len(line)-1].Box
	dx, dy = float64(b.X0+b.X1-a.X0-a.X1)/2, float64(b.Y0+b.Y1-a.Y0-a.Y1)/2
	height := math.Min(math.Min(float64(a.X1-a.X0), float64(a.Y1-a.Y0)), math.Min(float64(b.X1-b.X0), float64(b.Y1-b.Y0)))
	return dx, dy, len(line) > 1 && math.Hypot(dx, dy) > 2*height
}

// quarter is the direction nearest to (dx, dy): 0 right, 1 down, 2 left, 3 up.
func quarter(dx, dy float64) int {
	return (int(math.Round(math.Atan2(dy, dx)/(math.Pi/2))) + 4) % 4
}

// inverse is the matrix that undoes m; not ok when m flattens the page.
func (m matrix) inverse() (matrix, bool) {
	d := m[0]*m[3] - m[1]*m[2]
	if math.Abs(d) < 1e-12 {
		return m, false
	}
	return matrix{m[3] / d, -m[1] / d, -m[2] / d, m[0] / d, (m[2]*m[5] - m[3]*m[4]) / d, (m[1]*m[4] - m[0]*m[5]) / d}, true
}
