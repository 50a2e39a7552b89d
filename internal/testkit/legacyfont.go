package testkit

import (
	"bytes"
	"fmt"
	"strings"

	"codeberg.org/go-fonts/liberation/liberationserifregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Glyph is a character of a page whose font does not say what it shows, as the fonts of TCVN3 and VNI did not.
type Glyph struct {
	Says  rune // what a program copies out
	Shows rune // what a person sees
	Over  bool // it lies over the glyph before it, as the marks of VNI do
}

// LegacyPDF returns a born-digital PDF of one A4 page, a line of glyphs below the other, drawn with the outlines of Liberation Serif. Blanks
// part words. It panics on a letter it does not have.
func LegacyPDF(lines ...[]Glyph) []byte {
	const size, leading = 13.0, 22.0
	outlines, err := sfnt.Parse(liberationserifregular.TTF)
	if err != nil {
		panic(err)
	}
	p := legacyFonts{outlines: outlines}
	var content strings.Builder
	content.WriteString("BT\n")
	for n, line := range lines {
		x, last := 72.0, 72.0
		for _, g := range line {
			wide := p.advance(g.Shows) * size / 1000
			if g.Says == ' ' {
				x += wide
				continue
			}
			at := x
			if g.Over {
				at = last
			} else {
				x += wide
			}
			face, code := p.code(g)
			fmt.Fprintf(&content, "/F%d %g Tf 1 0 0 1 %.2f %.2f Tm <%02X> Tj\n", face, size, at, 770-leading*float64(n), code)
			last = at
		}
	}
	content.WriteString("ET\n")

	d := newDocument(1)
	var faces strings.Builder
	object := 5
	for f := range p.faces {
		fmt.Fprintf(&faces, " /F%d %d 0 R", f, object)
		object += 2 + len(p.faces[f].procs)
	}
	d.page(0, 2, "/Font <<"+faces.String()+" >>")
	d.stream("", []byte(content.String()))
	object = 5
	for _, f := range p.faces {
		var procs, widths, differences, says strings.Builder
		for i, r := range f.says {
			fmt.Fprintf(&differences, " %d /g%d", firstCode+i, i)
			fmt.Fprintf(&procs, " /g%d %d 0 R", i, object+2+i)
			fmt.Fprintf(&says, "1 beginbfchar <%02X> <%04X> endbfchar\n", firstCode+i, r)
			fmt.Fprintf(&widths, " %.0f", f.wide[i])
		}
		d.object(fmt.Sprintf("<< /Type /Font /Subtype /Type3 /Name /F /FontBBox [-200 -400 1400 1300] /FontMatrix [0.001 0 0 0.001 0 0] /Resources << >>"+
			" /CharProcs <<%s >> /Encoding << /Type /Encoding /Differences [%s ] >> /FirstChar %d /LastChar %d /Widths [%s ] /ToUnicode %d 0 R >>",
			procs.String(), differences.String(), firstCode, firstCode+len(f.says)-1, widths.String(), object+1))
		d.stream("", []byte("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"+
			"1 begincodespacerange <00> <FF> endcodespacerange\n"+says.String()+"endcmap end end\n")) // ISO 32000-1 §9.10.3
		for _, proc := range f.procs {
			d.stream("", proc)
		}
		object += 2 + len(f.procs)
	}
	var out bytes.Buffer
	if err := d.write(&out, nil); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// legacyFonts are as many fonts as it takes for every pair of what is said and what is shown to have a code.
type legacyFonts struct {
	outlines *sfnt.Font
	buf      sfnt.Buffer
	faces    []*legacyFace
}

type legacyFace struct {
	codes map[Glyph]int
	says  []rune // by code, from the first, as what follows
	procs [][]byte
	wide  []float64
}

// The codes of a face.
const firstCode, lastCode = 33, 255

func (p *legacyFonts) code(g Glyph) (face, code int) {
	g.Over = false
	for i, f := range p.faces {
		if code, ok := f.codes[g]; ok {
			return i, code
		}
	}
	face = len(p.faces) - 1
	if face < 0 || firstCode+len(p.faces[face].says) > lastCode {
		p.faces = append(p.faces, &legacyFace{codes: map[Glyph]int{}})
		face++
	}
	f := p.faces[face]
	code = firstCode + len(f.says)
	wide := p.advance(g.Shows)
	f.codes[g], f.wide = code, append(f.wide, wide)
	f.says = append(f.says, g.Says)
	f.procs = append(f.procs, p.outline(g.Shows, wide))
	return face, code
}

func (p *legacyFonts) index(r rune) sfnt.GlyphIndex {
	i, err := p.outlines.GlyphIndex(&p.buf, r)
	if err != nil || i == 0 {
		panic(fmt.Sprintf("the font has no %q", r))
	}
	return i
}

func (p *legacyFonts) advance(r rune) float64 {
	a, err := p.outlines.GlyphAdvance(&p.buf, p.index(r), fixed.I(1000), font.HintingNone)
	if err != nil {
		panic(err)
	}
	return float64(a) / 64
}

// outline is the procedure that draws a glyph: ISO 32000-1 §9.6.5.
func (p *legacyFonts) outline(r rune, wide float64) []byte {
	segments, err := p.outlines.LoadGlyph(&p.buf, p.index(r), fixed.I(1000), nil)
	if err != nil {
		panic(err)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%.0f 0 -200 -400 1400 1300 d1\n", wide)
	at := func(q fixed.Point26_6) (x, y float64) { return float64(q.X) / 64, -float64(q.Y) / 64 }
	var x, y float64
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			x, y = at(s.Args[0])
			fmt.Fprintf(&b, "%.1f %.1f m\n", x, y)
		case sfnt.SegmentOpLineTo:
			x, y = at(s.Args[0])
			fmt.Fprintf(&b, "%.1f %.1f l\n", x, y)
		case sfnt.SegmentOpQuadTo: // PDF knows cubic curves only
			cx, cy := at(s.Args[0])
			ex, ey := at(s.Args[1])
			fmt.Fprintf(&b, "%.1f %.1f %.1f %.1f %.1f %.1f c\n", x+(cx-x)*2/3, y+(cy-y)*2/3, ex+(cx-ex)*2/3, ey+(cy-ey)*2/3, ex, ey)
			x, y = ex, ey
		case sfnt.SegmentOpCubeTo:
			panic("a TrueType font has no cubic curves")
		}
	}
	b.WriteString("f\n")
	return b.Bytes()
}
