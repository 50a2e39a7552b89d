package sheet

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// part writes a whole part of the workbook.
func (b *Book) part(name, body string) {
	if b.err != nil {
		return
	}
	w, err := b.zip.Create(name)
	if err == nil {
		_, err = io.WriteString(w, body)
	}
	if err != nil {
		b.fail(err)
	}
}

// The shapes a cell has within its look; a style is look × shapes + shape.
const (
	shapeGeneral = iota
	shapeText
	shapeNumber // a whole number, all its digits shown
	shapeDate
	shapes
)

func styleSheet() string {
	var s strings.Builder
	s.WriteString(prolog + `<styleSheet xmlns="` + mainNS + `"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>` +
		`<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>` +
		`<fills count="5"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>`) // the first two are given (18.8.21)
	for _, colour := range []string{"FFE3E7EC", "FFF8C9C4", "FFFFEDB3"} { // heading, wrong, doubtful
		s.WriteString(`<fill><patternFill patternType="solid"><fgColor rgb="` + colour + `"/><bgColor indexed="64"/></patternFill></fill>`)
	}
	s.WriteString(`</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>`)
	fmt.Fprintf(&s, `<cellXfs count="%d">`, int(looks)*shapes)
	for look := range looks {
		for _, number := range []int{shapeGeneral: 0, shapeText: 49, shapeNumber: 1, shapeDate: 164} {
			font, fill := 0, 0
			switch look {
			case Heading:
				font, fill = 1, 2
			case Wrong:
				fill = 3
			case Doubtful:
				fill = 4
			}
			fmt.Fprintf(&s, `<xf numFmtId="%d" fontId="%d" fillId="%d" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="top"/></xf>`,
				number, font, fill)
		}
	}
	s.WriteString(`</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`)
	return s.String()
}

// writeNotes writes the notes of sheet n: their texts, and the drawing that shapes them, which all programs still want.
func (b *Book) writeNotes(n int) {
	// Numbers of shapes are dealt in blocks of 1,024, which belong to one sheet each.
	const perSheet = (maxNotes + 1024) / 1024
	first := (n-1)*perSheet + 1
	var blocks []string
	for k := 0; k <= len(b.notes)/1024; k++ {
		blocks = append(blocks, strconv.Itoa(first+k))
	}
	var c, v strings.Builder
	c.WriteString(prolog + `<comments xmlns="` + mainNS + `"><authors><author>sohoa</author></authors><commentList>`)
	v.WriteString(`<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">` +
		`<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="` + strings.Join(blocks, ",") + `"/></o:shapelayout>` +
		`<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>`)
	for i, t := range b.notes {
		fmt.Fprintf(&c, `<comment ref="%s" authorId="0"><text><t xml:space="preserve">`, CellName(t.line, t.column))
		escape(&c, t.text)
		c.WriteString(`</t></text></comment>`)
		fmt.Fprintf(&v, `<v:shape id="_x0000_s%d" type="#_x0000_t202" style="position:absolute;width:240pt;height:60pt;z-index:%d;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">`+
			`<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"/>`+
			`<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>%d, 10, %d, 2, %d, 10, %d, 4</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>%d</x:Row><x:Column>%d</x:Column></x:ClientData></v:shape>`,
			first*1024+1+i, i+1, t.column, max(0, t.line-2), t.column+4, t.line+3, t.line-1, t.column-1)
	}
	c.WriteString(`</commentList></comments>`)
	v.WriteString(`</xml>`)
	b.part(fmt.Sprintf("xl/comments%d.xml", n), c.String())
	b.part(fmt.Sprintf("xl/drawings/vmlDrawing%d.vml", n), v.String())
	b.part(fmt.Sprintf("xl/worksheets/_rels/sheet%d.xml.rels", n), relationsOf([2]string{"vmlDrawing", fmt.Sprintf("../drawings/vmlDrawing%d.vml", n)},
		[2]string{"comments", fmt.Sprintf("../comments%d.xml", n)}))
}

// relationsOf writes a part of relations: kind and target, with the ids rId1, rId2 …
func relationsOf(rels ...[2]string) string {
	var s strings.Builder
	s.WriteString(prolog + `<Relationships xmlns="` + packNS + `">`)
	for i, r := range rels {
		fmt.Fprintf(&s, `<Relationship Id="rId%d" Type="%s/%s" Target="%s"/>`, i+1, relNS, r[0], r[1])
	}
	s.WriteString(`</Relationships>`)
	return s.String()
}

// writeFrame writes the parts that say which sheets there are.
func (b *Book) writeFrame() {
	const kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	var book, types strings.Builder
	book.WriteString(prolog + `<workbook xmlns="` + mainNS + `" xmlns:r="` + relNS + `"><bookViews><workbookView activeTab="0"/></bookViews><sheets>`)
	types.WriteString(prolog + `<Types xmlns="` + typeNS + `"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/><Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>`)
	override := func(part, is string) {
		fmt.Fprintf(&types, `<Override PartName="/xl/%s" ContentType="%s%s+xml"/>`, part, kind, is)
	}
	override("workbook.xml", "sheet.main")
	override("styles.xml", "styles")
	var rels [][2]string
	for i, name := range b.names {
		fmt.Fprintf(&book, `<sheet name="`)
		escape(&book, name)
		fmt.Fprintf(&book, `" sheetId="%d" r:id="rId%[1]d"/>`, i+1)
		sheet := fmt.Sprintf("worksheets/sheet%d.xml", i+1)
		rels = append(rels, [2]string{"worksheet", sheet})
		override(sheet, "worksheet")
		if b.noted[i] {
			override(fmt.Sprintf("comments%d.xml", i+1), "comments")
		}
	}
	book.WriteString(`</sheets></workbook>`)
	types.WriteString(`</Types>`)
	b.part("xl/workbook.xml", book.String())
	b.part("xl/styles.xml", styleSheet())
	b.part("xl/_rels/workbook.xml.rels", relationsOf(append(rels, [2]string{"styles", "styles.xml"})...))
	b.part("_rels/.rels", relationsOf([2]string{"officeDocument", "xl/workbook.xml"}))
	b.part("[Content_Types].xml", types.String())
}
