package pdf

import (
	"context"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf16"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// textFont is the resource name of the font of laid text.
const textFont = cos.Name("SohoaText")

// text writes a stream of words for a page and returns its number.
func (a *Assembly) text(words []archive.Word, font cos.Name, to matrix) int {
	n := a.next()
	a.w.Stream(n, cos.Dict{flate}, packed(a.glyphless().lay(words, font, to)))
	return n
}

// overlaid puts words under the contents of a page and their font among its resources.
func (d *Donor) overlaid(ctx context.Context, s *sheet, resources cos.Dict, words []archive.Word) (cos.Array, cos.Dict, error) {
	font := textFont
	out := make(cos.Dict, 0, len(resources)+1)
	fonts := cos.Dict{}
	for _, e := range resources {
		if own, is := e.Val.(cos.Dict); is && e.Key == "Font" {
			for fonts = own; own.Has(font); {
				font += "+"
			}
			continue
		}
		out = append(out, e)
	}
	contents := cos.Array{cos.Ref{Num: d.a.text(words, font, s.display())}}
	shown, changed, err := d.withoutUnseen(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	parts := cos.Array{s.dict.Get("Contents")}
	if list, is := d.file.Resolve(parts[0]).(cos.Array); is {
		parts = list
	}
	if changed {
		n := d.a.next()
		d.a.w.Stream(n, cos.Dict{flate}, packed(shown))
		parts, contents = nil, append(contents, cos.Ref{Num: n})
	}
	for _, p := range parts {
		if v := d.value(p, 0); v != nil {
			contents = append(contents, v)
		}
	}
	return contents, append(out, cos.Entry{Key: "Font", Val: append(fonts, cos.Entry{Key: font, Val: cos.Ref{Num: d.a.letters.font}})}), nil
}

// Mark is what a file says of itself.
type Mark struct {
	Title    string
	Language string // BCP 47
	Source   string // digest of the file it was made of
	Note     string // what it is
}

// Mark has the file say so. Before Finish.
func (a *Assembly) Mark(m Mark) { a.mark = &m }

// marked adds title, language and origin to the catalogue and the trailer. Nothing is claimed of structure or of PDF/A: that a page can be
// searched does not make it tagged, and no judge has looked.
func (a *Assembly) marked(catalog, trailer cos.Dict) (cos.Dict, cos.Dict) {
	m := a.mark
	if m.Language != "" {
		catalog = append(catalog, cos.Entry{Key: "Lang", Val: textString(m.Language)})
	}
	catalog = append(catalog, cos.Entry{Key: "ViewerPreferences", Val: cos.Dict{{Key: "DisplayDocTitle", Val: true}}})
	xmp := a.next()
	a.w.Stream(xmp, cos.Dict{{Key: "Type", Val: cos.Name("Metadata")}, {Key: "Subtype", Val: cos.Name("XML")}}, []byte(m.xmp()))
	info := a.next()
	a.w.Object(info, cos.Dict{{Key: "Title", Val: textString(m.Title)}, {Key: "Subject", Val: textString(m.Note)}, {Key: "Producer", Val: textString("Sohoa")}})
	return append(catalog, cos.Entry{Key: "Metadata", Val: cos.Ref{Num: xmp}}), append(trailer, cos.Entry{Key: "Info", Val: cos.Ref{Num: info}})
}

// xmp is the metadata as ISO 16684-1 wants it, unpacked so that programs find it without reading PDF.
func (m *Mark) xmp() string {
	language := m.Language
	if language == "" {
		language = "x-default"
	}
	return fmt.Sprintf(`<?xpacket begin="%s" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language>
<dc:source>%s</dc:source>
<pdf:Producer>Sohoa</pdf:Producer>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>`, "\uFEFF", escaped(m.Title), escaped(m.Note), escaped(language), escaped(m.Source))
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // into memory: cannot fail
	return b.String()
}

// textString is a string of the document in UTF-16 (ISO 32000-1 §7.9.2.2).
func textString(s string) cos.String {
	out := []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u))
	}
	return cos.String(out)
}
