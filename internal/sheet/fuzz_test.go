package sheet

import (
	"bytes"
	"io"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

var fuzzLimits = Limits{FileBytes: 1 << 16, UnpackedBytes: 1 << 18, Rows: 500, Columns: 50, CellChars: 200}

// sound reads a table to its end and holds every promise about rows; what was read is written and read again.
func sound(t *testing.T, b []byte, o Options) {
	tab, err := Open(bytes.NewReader(b), int64(len(b)), o)
	if err != nil {
		return
	}
	defer tab.Close()
	var kept []Row
	last := 0
	for {
		row, err := tab.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if codeOf(err)[:2] == "no" && codeOf(err)[2] == ' ' {
				t.Fatalf("not a fault: %v", err)
			}
			return
		}
		if row.Line <= last || len(row.Cells) == 0 || len(row.Cells) > fuzzLimits.Columns || len(trim(row.Cells)) != len(row.Cells) || len(kept) >= fuzzLimits.Rows {
			t.Fatalf("row %+v behind line %d", row, last)
		}
		last = row.Line
		for _, c := range row.Cells {
			// Composing may lengthen a text; a thousand signs of one letter do not become more than thrice as many.
			if !utf8.ValidString(c.Text) || utf8.RuneCountInString(c.Text) > 3*fuzzLimits.CellChars || !norm.NFC.IsNormalString(c.Text) {
				t.Fatalf("cell %q", c.Text)
			}
			Day(c, tab.From1904())
		}
		kept = append(kept, row)
	}
	var out bytes.Buffer
	w := NewBook(&out)
	if err := w.Sheet(Page{Name: "x"}); err != nil {
		t.Fatal(err)
	}
	for _, r := range kept {
		cells := make([]Out, len(r.Cells))
		for i, c := range r.Cells {
			cells[i].Cell = c
		}
		if r.Line > 1<<20 {
			return
		}
		if err := w.Row(r.Line, cells...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(bytes.NewReader(out.Bytes()), int64(out.Len()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for _, r := range kept {
		if only := (Row{Cells: r.Cells}); len(trimTexts(only.Cells)) == 0 {
			continue
		}
		got, err := again.Next()
		if err != nil || got.Line != r.Line {
			t.Fatalf("row %d comes back as %d: %v", r.Line, got.Line, err)
		}
		for i, c := range got.Cells {
			if c.Text != r.Cells[i].Text {
				t.Fatalf("cell %q comes back as %q", r.Cells[i].Text, c.Text)
			}
		}
	}
}

// trimTexts drops what no longer shows when only texts are kept.
func trimTexts(cells []Cell) []Cell {
	n := len(cells)
	for n > 0 && cells[n-1].Text == "" {
		n--
	}
	return cells[:n]
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"Số,Ký hiệu\n1,QĐ-UBND\n", "sep=;\na;b\n", "\xef\xbb\xbfa\tb\n\"x\n\"\"y\"\t'=1\n", "\xff\xfea\x00,\x00b\x00", "Quy\xd5t ®Þnh,b\n", "a,b\n\"x", ",,\n\n;;;\n"} {
		f.Add([]byte(s), "")
		f.Add([]byte(s), string(Windows1258))
	}
	f.Fuzz(func(t *testing.T, b []byte, enc string) {
		if enc != string(Windows1252) && enc != string(Windows1258) {
			enc = ""
		}
		if bytes.HasPrefix(b, []byte("PK")) {
			return
		}
		sound(t, b, Options{Limits: fuzzLimits, Encoding: Encoding(enc)})
	})
}

// FuzzXLSX changes the parts of a workbook: a changed zip is nearly always only a broken zip.
func FuzzXLSX(f *testing.F) {
	const frame = `<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet name="Một" sheetId="1" state="hidden" r:id="b"/><sheet name="Hai" r:id="b"/></sheets></workbook>`
	const styles = `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$-42A]dd/mm/yyyy;@"/></numFmts><cellXfs><xf/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>`
	const strings = `<sst><si><t>kh&#xF4;ng</t></si><si><r><t>m_x000D_ột</t></r><rPh><t>x</t></rPh></si></sst>`
	for _, s := range []string{`<row r="2"><c r="A2" t="s"><v>1</v></c><c t="inlineStr"><is><t>x</t></is></c><c s="1"><v>45296</v></c><c><f>1+1</f></c></row><row><c t="d"><v>2024-01-05</v></c></row>`,
		`<row r="1"><c r="AB1" t="e"><v>#REF!</v></c></row>`, `<row><c t="b"><v>1</v></c><c><v>1.5E-3</v></c><c s="2"><v>0.5</v></c></row>`, `<row r="9"`, `<!DOCTYPE x>`} {
		f.Add(frame, strings, styles, `<worksheet><sheetData>`+s+`</sheetData></worksheet>`)
	}
	f.Fuzz(func(t *testing.T, frame, texts, styles, sheet string) {
		rels := `<Relationships><Relationship Id="b" Type="worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="c" Type="sharedStrings" Target="sharedStrings.xml"/><Relationship Id="d" Type="styles" Target="styles.xml"/></Relationships>`
		b := book(t, map[string]string{"xl/workbook.xml": frame, "xl/_rels/workbook.xml.rels": rels, "xl/sharedStrings.xml": texts, "xl/styles.xml": styles, sheet1: sheet})
		sound(t, b, Options{Limits: fuzzLimits})
	})
}

// FuzzZip changes the zip itself.
func FuzzZip(f *testing.F) {
	f.Add(book(f, nil))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		sound(t, append([]byte("PK\x03\x04"), b[min(len(b), 4):]...), Options{Limits: fuzzLimits})
	})
}
