package pdf

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"unicode/utf16"

	"sohoa/ocr/pdf/cos"
)

// Measures of the font without glyphs, in thousandths of its size. Ascent and descent add up to the size, so that a word as high as its
// font size has the box its readers show.
const (
	glyphWidth   = 500
	glyphAscent  = 800
	glyphDescent = -200
)

// glyphless is a font of invisible letters: every character has one empty glyph, and what it means is in the ToUnicode map. Characters get
// their codes in the order in which they come, so that the map holds those of this paper and no others.
type glyphless struct {
	font, descendant, descriptor, program, toGID, toUnicode int // object numbers
	codes                                                   map[rune]uint16
	runes                                                   []rune // of code 1, 2, …
}

// glyphless returns the font of the assembly.
func (a *Assembly) glyphless() *glyphless {
	if a.letters == nil {
		a.letters = &glyphless{font: a.next(), descendant: a.next(), descriptor: a.next(), program: a.next(), toGID: a.next(), toUnicode: a.next(),
			codes: map[rune]uint16{}}
	}
	return a.letters
}

// code is the code of a character; false when there are no more, which no language needs.
func (g *glyphless) code(r rune) (uint16, bool) {
	c, ok := g.codes[r]
	if !ok && len(g.runes) < 0xfffe {
		g.runes = append(g.runes, r)
		c, ok = uint16(len(g.runes)), true
		g.codes[r] = c
	}
	return c, ok
}

// write writes the font, when all its characters are known.
func (g *glyphless) write(w *cos.Writer) {
	name := cos.Name("SOHOAA+Glyphless") // six letters and a plus: a part of a font (ISO 32000-1 §9.6.4)
	w.Object(g.font, cos.Dict{{Key: "Type", Val: cos.Name("Font")}, {Key: "Subtype", Val: cos.Name("Type0")}, {Key: "BaseFont", Val: name},
		{Key: "Encoding", Val: cos.Name("Identity-H")}, {Key: "DescendantFonts", Val: cos.Array{cos.Ref{Num: g.descendant}}},
		{Key: "ToUnicode", Val: cos.Ref{Num: g.toUnicode}}})
	w.Object(g.descendant, cos.Dict{{Key: "Type", Val: cos.Name("Font")}, {Key: "Subtype", Val: cos.Name("CIDFontType2")}, {Key: "BaseFont", Val: name},
		{Key: "CIDSystemInfo", Val: cos.Dict{{Key: "Registry", Val: cos.String("Adobe")}, {Key: "Ordering", Val: cos.String("Identity")}, {Key: "Supplement", Val: int64(0)}}},
		{Key: "DW", Val: int64(glyphWidth)}, {Key: "FontDescriptor", Val: cos.Ref{Num: g.descriptor}}, {Key: "CIDToGIDMap", Val: cos.Ref{Num: g.toGID}}})
	w.Object(g.descriptor, cos.Dict{{Key: "Type", Val: cos.Name("FontDescriptor")}, {Key: "FontName", Val: name}, {Key: "Flags", Val: int64(4)},
		{Key: "FontBBox", Val: cos.Array{int64(0), int64(glyphDescent), int64(glyphWidth), int64(glyphAscent)}}, {Key: "ItalicAngle", Val: int64(0)},
		{Key: "Ascent", Val: int64(glyphAscent)}, {Key: "Descent", Val: int64(glyphDescent)}, {Key: "CapHeight", Val: int64(glyphAscent)}, {Key: "StemV", Val: int64(80)},
		{Key: "FontFile2", Val: cos.Ref{Num: g.program}}})
	program := strokeTrueType()
	w.Stream(g.program, cos.Dict{{Key: "Length1", Val: int64(len(program))}, flate}, packed(program))
	gids := make([]byte, 2*(len(g.runes)+1))
	for i := range g.runes {
		gids[2*i+3] = 1
	}
	w.Stream(g.toGID, cos.Dict{flate}, packed(gids))
	w.Stream(g.toUnicode, cos.Dict{flate}, packed(g.unicodeMap()))
}

// unicodeMap says what each code means (ISO 32000-1 §9.10.3).
func (g *glyphless) unicodeMap() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	const most = 100 // entries of one section
	for from := 0; from < len(g.runes); from += most {
		part := g.runes[from:min(from+most, len(g.runes))]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(part))
		for i, r := range part {
			fmt.Fprintf(&b, "<%04X> <", from+i+1)
			for _, u := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, "%04X", u)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}

var flate = cos.Entry{Key: "Filter", Val: cos.Name("FlateDecode")}

// packers are kept: each is most of a megabyte, and every page has something to pack.
var packers = sync.Pool{New: func() any { return zlib.NewWriter(nil) }}

// packed is data for a stream of filter FlateDecode.
func packed(data []byte) []byte {
	var b bytes.Buffer
	z := packers.Get().(*zlib.Writer)
	defer packers.Put(z)
	z.Reset(&b)
	_, _ = z.Write(data) // into memory: cannot fail
	_ = z.Close()
	return b.Bytes()
}

// strokeTrueType is a font program of two glyphs: an empty one, and one whose outline is a single stroke from corner to corner of the letter's
// box and back. It has no area, so that nothing is painted even by a program that fills letters it should not; but it has the box. Of a glyph
// without one pdfium (Chrome) makes boxes of no height and drops words of one letter, which then are not found.
//
// The program has the tables a CIDFontType2 must have (ISO 32000-1 §9.9) and the ones readers look for before they believe a font. Units are
// thousandths.
func strokeTrueType() []byte {
	be := binary.BigEndian
	head := make([]byte, 54)
	be.PutUint32(head[0:], 0x00010000)
	be.PutUint32(head[4:], 0x00010000)
	be.PutUint32(head[12:], 0x5F0F3CF5)
	be.PutUint16(head[16:], 0x000B)
	be.PutUint16(head[18:], 1000)
	descent := int16(glyphDescent)
	be.PutUint16(head[38:], uint16(descent))
	be.PutUint16(head[40:], glyphWidth)
	be.PutUint16(head[42:], glyphAscent)
	be.PutUint16(head[46:], 8) // smallest readable size
	be.PutUint16(head[48:], 2) // direction hint, as the format asks
	hhea := make([]byte, 36)
	be.PutUint32(hhea[0:], 0x00010000)
	be.PutUint16(hhea[4:], glyphAscent)
	be.PutUint16(hhea[6:], uint16(descent))
	be.PutUint16(hhea[10:], glyphWidth)
	be.PutUint16(hhea[18:], 1) // caret upright
	be.PutUint16(hhea[34:], 1) // one width for all
	be.PutUint16(hhea[16:], glyphWidth)
	maxp := make([]byte, 32)
	be.PutUint32(maxp[0:], 0x00010000)
	be.PutUint16(maxp[4:], 2)
	be.PutUint16(maxp[6:], 2)  // points of a glyph
	be.PutUint16(maxp[8:], 1)  // contours
	be.PutUint16(maxp[14:], 2) // zones
	hmtx := make([]byte, 6)
	be.PutUint16(hmtx[0:], glyphWidth)
	post := make([]byte, 32)
	be.PutUint32(post[0:], 0x00030000)
	post[15] = 1                                        // fixed pitch
	cmap := []byte{0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12, // one table, for Windows and Unicode
		0, 4, 0, 24, 0, 0, 0, 2, 0, 2, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 0, 1, 0, 0} // format 4 with its closing segment only
	glyf := make([]byte, 22)
	be.PutUint16(glyf[0:], 1) // contours; then the box
	be.PutUint16(glyf[4:], uint16(descent))
	be.PutUint16(glyf[6:], glyphWidth)
	be.PutUint16(glyf[8:], glyphAscent)
	be.PutUint16(glyf[10:], 1)      // the last point; no instructions
	glyf[14], glyf[15] = 0x11, 0x01 // both on the outline, the first with the same x as the origin
	be.PutUint16(glyf[16:], glyphWidth)
	be.PutUint16(glyf[18:], uint16(descent))
	be.PutUint16(glyf[20:], glyphAscent-glyphDescent)
	loca := []byte{0, 0, 0, 0, 0, byte(len(glyf) / 2)}
	tables := []struct {
		tag  string
		data []byte
	}{{"cmap", cmap}, {"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp}, {"post", post}}
	n := len(tables)
	out := make([]byte, 12+16*n)
	be.PutUint32(out[0:], 0x00010000)
	be.PutUint16(out[4:], uint16(n))
	be.PutUint16(out[6:], 128) // 16 · the greatest power of two below n
	be.PutUint16(out[8:], 3)
	be.PutUint16(out[10:], uint16(16*n-128))
	headAt := 0
	for i, t := range tables {
		if t.tag == "head" {
			headAt = len(out)
		}
		e := out[12+16*i:]
		copy(e, t.tag)
		be.PutUint32(e[4:], sumOf(t.data))
		be.PutUint32(e[8:], uint32(len(out)))
		be.PutUint32(e[12:], uint32(len(t.data)))
		out = append(out, t.data...)
		out = append(out, strings.Repeat("\x00", (4-len(t.data)%4)%4)...)
	}
	be.PutUint32(out[headAt+8:], 0xB1B0AFBA-sumOf(out))
	return out
}

// sumOf is the checksum of the TrueType format.
func sumOf(b []byte) (sum uint32) {
	for i := 0; i < len(b); i += 4 {
		var four [4]byte
		copy(four[:], b[i:])
		sum += binary.BigEndian.Uint32(four[:])
	}
	return sum
}
