package paper

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// face is a TrueType font of which only the letters that were set go into the file.
type face struct {
	name   string
	data   []byte
	font   *sfnt.Font
	buffer sfnt.Buffer
	units  int
	used   map[uint16]rune
}

func newFace(name string, data []byte) (*face, error) {
	f, err := sfnt.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("read font %s: %w", name, err)
	}
	return &face{name: name, data: data, font: f, units: int(f.UnitsPerEm()), used: map[uint16]rune{0: 0}}, nil
}

// glyph returns the glyph of r; what the font does not know is its empty box.
func (f *face) glyph(r rune) uint16 {
	g, err := f.font.GlyphIndex(&f.buffer, r)
	if err != nil {
		return 0
	}
	if f.used[uint16(g)] == 0 && g != 0 {
		f.used[uint16(g)] = r
	}
	return uint16(g)
}

// advance is how wide a glyph is, in thousandths of the size.
func (f *face) advance(g uint16) int {
	a, err := f.font.GlyphAdvance(&f.buffer, sfnt.GlyphIndex(g), fixed.I(1000), font.HintingNone)
	if err != nil {
		return 0
	}
	return a.Round()
}

// width is how wide a text is at a size, in points.
func (f *face) width(s string, size float64) float64 {
	n := 0
	for _, r := range s {
		g, _ := f.font.GlyphIndex(&f.buffer, r)
		n += f.advance(uint16(g))
	}
	return float64(n) * size / 1000
}

// wrap breaks a text into lines of at most wide points; a word that is longer is cut.
func (f *face) wrap(s string, size, wide float64) []string {
	var lines []string
	line := ""
	for _, w := range strings.Fields(s) {
		for f.width(w, size) > wide {
			n := len([]rune(w)) - 1
			for n > 1 && f.width(string([]rune(w)[:n]), size) > wide {
				n--
			}
			if line != "" {
				lines, line = append(lines, line), ""
			}
			lines, w = append(lines, string([]rune(w)[:n])), string([]rune(w)[n:])
		}
		if next := strings.TrimSpace(line + " " + w); f.width(next, size) <= wide {
			line = next
			continue
		}
		lines, line = append(lines, line), w
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// hex is a text as the glyphs of the font, and marks them used.
func (f *face) hex(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, "%04X", f.glyph(r))
	}
	return b.String()
}

// subset returns the font with the outlines of used glyphs only, under their old numbers (OpenType 1.9: glyf, loca).
func (f *face) subset() ([]byte, error) {
	tables := map[string][]byte{}
	n := int(binary.BigEndian.Uint16(f.data[4:]))
	for i := range n {
		e := f.data[12+16*i:]
		off, size := binary.BigEndian.Uint32(e[8:]), binary.BigEndian.Uint32(e[12:])
		if uint64(off)+uint64(size) > uint64(len(f.data)) {
			return nil, fmt.Errorf("font %s: table %q lies outside", f.name, e[:4])
		}
		tables[string(e[:4])] = f.data[off : off+size]
	}
	head, loca, glyf := tables["head"], tables["loca"], tables["glyf"]
	if len(head) < 54 || loca == nil || glyf == nil {
		return nil, fmt.Errorf("font %s has no outlines", f.name)
	}
	at := func(g int) (int, int) {
		if binary.BigEndian.Uint16(head[50:]) == 0 {
			return 2 * int(binary.BigEndian.Uint16(loca[2*g:])), 2 * int(binary.BigEndian.Uint16(loca[2*g+2:]))
		}
		return int(binary.BigEndian.Uint32(loca[4*g:])), int(binary.BigEndian.Uint32(loca[4*g+4:]))
	}
	keep := map[uint16]bool{}
	var want func(g uint16)
	want = func(g uint16) {
		if keep[g] || int(g) >= f.font.NumGlyphs() {
			return
		}
		keep[g] = true
		from, to := at(int(g))
		for _, part := range parts(glyf[from:to]) {
			want(part)
		}
	}
	for g := range f.used {
		want(g)
	}
	var outlines []byte
	index := make([]byte, 0, 4*(f.font.NumGlyphs()+1))
	for g := range f.font.NumGlyphs() {
		index = binary.BigEndian.AppendUint32(index, uint32(len(outlines)))
		if keep[uint16(g)] {
			from, to := at(g)
			outlines = append(outlines, glyf[from:to]...)
			for len(outlines)%4 != 0 {
				outlines = append(outlines, 0)
			}
		}
	}
	index = binary.BigEndian.AppendUint32(index, uint32(len(outlines)))
	long := slices.Clone(head)
	binary.BigEndian.PutUint16(long[50:], 1) // loca in 32 bits
	out := map[string][]byte{"head": long, "loca": index, "glyf": outlines}
	for _, t := range []string{"cvt ", "fpgm", "prep", "hhea", "hmtx", "maxp"} {
		if tables[t] != nil {
			out[t] = tables[t]
		}
	}
	return assembled(out), nil
}

// parts are the glyphs a composite glyph is made of.
func parts(g []byte) (out []uint16) {
	if len(g) < 10 || int16(binary.BigEndian.Uint16(g)) >= 0 {
		return nil
	}
	for at := 10; at+4 <= len(g); {
		flags := binary.BigEndian.Uint16(g[at:])
		out = append(out, binary.BigEndian.Uint16(g[at+2:]))
		at += 6
		if flags&1 != 0 { // arguments are words
			at += 2
		}
		switch {
		case flags&8 != 0: // one scale
			at += 2
		case flags&0x40 != 0: // two
			at += 4
		case flags&0x80 != 0: // a matrix
			at += 8
		}
		if flags&0x20 == 0 { // no more
			break
		}
	}
	return out
}

// assembled writes tables as a TrueType file.
func assembled(tables map[string][]byte) []byte {
	names := slices.Sorted(maps.Keys(tables))
	power, log := 1, 0
	for power*2 <= len(names) {
		power, log = power*2, log+1
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, v := range []int{len(names), power * 16, log, (len(names) - power) * 16} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	off := len(out) + 16*len(names)
	var body []byte
	for _, t := range names {
		b := tables[t]
		padded := append(slices.Clone(b), make([]byte, (4-len(b)%4)%4)...)
		var sum uint32
		for i := 0; i < len(padded); i += 4 {
			sum += binary.BigEndian.Uint32(padded[i:])
		}
		out = append(out, t...)
		out = binary.BigEndian.AppendUint32(out, sum)
		out = binary.BigEndian.AppendUint32(out, uint32(off+len(body)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(b)))
		body = append(body, padded...)
	}
	return append(out, body...)
}
