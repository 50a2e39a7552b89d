package paper

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
)

// A4 in points.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
)

// A5 in points.
const (
	halfWidth  = 419.53
	halfHeight = 595.28
)

const mm = 72 / 25.4

// file is a PDF in the making.
type file struct {
	plain, bold *face
	title       string
	wide, high  float64 // of every page
	pages       []*sheet
}

// sheet is one page. Its y axis points down from the top left corner.
type sheet struct {
	f    *file
	body bytes.Buffer
}

func newFile(title string) (*file, error) {
	plain, err := newFace("LiberationSans", liberationsansregular.TTF)
	if err != nil {
		return nil, err
	}
	bold, err := newFace("LiberationSans-Bold", liberationsansbold.TTF)
	return &file{plain: plain, bold: bold, title: title, wide: pageWidth, high: pageHeight}, err
}

func (f *file) page() *sheet {
	s := &sheet{f: f}
	f.pages = append(f.pages, s)
	return s
}

// text sets a line; y is its baseline.
func (s *sheet) text(x, y float64, face *face, size float64, line string) {
	name := "F1"
	if face == s.f.bold {
		name = "F2"
	}
	fmt.Fprintf(&s.body, "BT /%s %.2f Tf %.2f %.2f Td <%s> Tj ET\n", name, size, x, s.f.high-y, face.hex(line))
}

// centred sets lines in the middle, and returns the baseline for what follows.
func (s *sheet) centred(y float64, face *face, size float64, text string) float64 {
	return s.between(25*mm, s.f.wide-25*mm, y, face, size, text)
}

// between sets lines in the middle of left and right, and returns the baseline for what follows.
func (s *sheet) between(left, right, y float64, face *face, size float64, text string) float64 {
	for _, line := range face.wrap(text, size, right-left) {
		s.text((left+right-face.width(line, size))/2, y, face, size, line)
		y += size * 1.3
	}
	return y
}

// box fills a rectangle with black.
func (s *sheet) box(x, y, wide, high float64) {
	fmt.Fprintf(&s.body, "%.3f %.3f %.3f %.3f re\n", x, s.f.high-y-high, wide, high)
}

func (s *sheet) fill() { s.body.WriteString("f\n") }

// write writes the file (ISO 32000-1; fonts as 9.7.4 and 9.10.3 have them).
func (f *file) write(w io.Writer) error {
	var b bytes.Buffer
	var offsets []int
	object := func(format string, args ...any) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n", len(offsets))
		fmt.Fprintf(&b, format, args...)
		b.WriteString("\nendobj\n")
	}
	stream := func(dict string, data []byte) {
		var z bytes.Buffer
		c := zlib.NewWriter(&z)
		c.Write(data)
		c.Close()
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n<<%s/Filter/FlateDecode/Length %d>>\nstream\n", len(offsets), dict, z.Len())
		b.Write(z.Bytes())
		b.WriteString("\nendstream\nendobj\n")
	}
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	const firstFont, perFont = 4, 5
	firstPage := firstFont + 2*perFont
	object("<</Type/Catalog/Pages 2 0 R/Lang(vi)/ViewerPreferences<</DisplayDocTitle true>>>>")
	kids := make([]string, len(f.pages))
	for i := range kids {
		kids[i] = fmt.Sprintf("%d 0 R", firstPage+2*i)
	}
	object("<</Type/Pages/Count %d/Kids[%s]>>", len(f.pages), strings.Join(kids, " "))
	object("<</Title<%s>/Producer(Sohoa)>>", utf16Hex(f.title))
	for _, face := range []*face{f.plain, f.bold} {
		n := len(offsets) + 1
		data, err := face.subset()
		if err != nil {
			return err
		}
		name := "SOHOAA+" + face.name
		object("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", name, n+1, n+4)
		object("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/CIDToGIDMap/Identity/FontDescriptor %d 0 R/DW 600/W[%s]>>", name, n+2, face.widths())
		object("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[-550 -310 2100 1060]/ItalicAngle 0/Ascent 905/Descent -212/CapHeight 729/StemV 80/FontFile2 %d 0 R>>", name, n+3)
		stream(fmt.Sprintf("/Length1 %d", len(data)), data)
		stream("", []byte(face.unicode()))
	}
	for _, p := range f.pages {
		n := len(offsets) + 1
		object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.2f %.2f]/Contents %d 0 R/Resources<</Font<</F1 %d 0 R/F2 %d 0 R>>>>>>", f.wide, f.high, n+1, firstFont, firstFont+perFont)
		stream("", p.body.Bytes())
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R/Info 3 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, table)
	_, err := w.Write(b.Bytes())
	return err
}

func (f *face) widths() string {
	var b strings.Builder
	for _, g := range slices.Sorted(maps.Keys(f.used)) {
		fmt.Fprintf(&b, "%d[%d]", g, f.advance(g))
	}
	return b.String()
}

// unicode is the map by which a text can be copied out of the file.
func (f *face) unicode() string {
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Sohoa def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(f.used)), 100) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(chunk))
		for _, g := range chunk {
			fmt.Fprintf(&b, "<%04X> <%04X>\n", g, max(f.used[g], ' '))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nend\nend\n")
	return b.String()
}

func utf16Hex(s string) string {
	out := "FEFF"
	for _, r := range s {
		if r > 0xffff {
			r = '?'
		}
		out += fmt.Sprintf("%04X", r)
	}
	return out
}
