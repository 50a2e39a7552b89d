package sheet

import (
	"archive/zip"
	"bytes"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// written has excelize write a workbook.
func written(t *testing.T, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestXLSXCellsOfAnotherProgram(t *testing.T) {
	b := written(t, func(f *excelize.File) {
		style := func(code string, builtIn int) int {
			s := &excelize.Style{NumFmt: builtIn}
			if code != "" {
				s.CustomNumFmt = &code
			}
			id, err := f.NewStyle(s)
			must(t, err)
			return id
		}
		put := func(cell string, v any, styles ...int) {
			must(t, f.SetCellValue("Sheet1", cell, v))
			if len(styles) > 0 {
				must(t, f.SetCellStyle("Sheet1", cell, cell, styles[0]))
			}
		}
		put("A1", "BẢNG KÊ")
		put("A3", "Quyết định, phân rã") // decomposed
		put("B3", 1287)
		put("C3", 1.2870000000000001e3)
		put("D3", 66085001234.0, style("000000000000", 0))
		put("E3", 45296, style("mm/dd/yyyy", 0))
		put("F3", 45296, style("", 14))
		put("G3", 45296.5, style(`[$-42A]dd\/mm\/yyyy\ hh:mm`, 0))
		put("H3", true)
		put("I3", 0.1+0.2)
		put("J3", "0123")
		put("K3", 45296, style(`"ngày" dd "tháng" mm "năm" yyyy`, 0))
		put("L3", 12, style(`0 "ngày"`, 0))
		put("M3", 1e22)
		put("N3", -5)
		put("O3", 123456789012345678)
		must(t, f.SetCellFormula("Sheet1", "A5", "1+1"))
		put("C5", "=1+1")
		must(t, f.SetCellRichText("Sheet1", "D5", []excelize.RichTextRun{{Text: "đỏ "}, {Text: "và đậm", Font: &excelize.Font{Bold: true}}}))
		put("E5", "dòng một\ndòng hai")
		put("F5", "", style("mm/dd/yyyy", 0))
	})
	got, err := read(b, Options{})
	want := []string{"1|BẢNG KÊ", "3|Quyết định, phân rã|1287|1287|066085001234|2024-01-05|2024-01-05|2024-01-05 12:00:00|TRUE|0.3|0123|2024-01-05|12|1e+22|-5|123456789012346000",
		"5|||=1+1|đỏ và đậm|dòng một\ndòng hai"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	tab, err := Open(bytes.NewReader(b), int64(len(b)), Options{})
	must(t, err)
	defer tab.Close()
	var rows []Row
	for range 3 {
		r, err := tab.Next()
		must(t, err)
		rows = append(rows, r)
	}
	for column, want := range map[int]Kind{0: Text, 1: Number, 3: Number, 4: Date, 6: Date, 7: Bool, 9: Text, 10: Date, 11: Number} {
		if got := rows[1].Cells[column].Kind; got != want {
			t.Errorf("cell %s is of kind %d, want %d", CellName(3, column+1), got, want)
		}
	}
	if k := rows[2].Cells[0].Kind; k != Broken {
		t.Errorf("a formula that nobody computed is of kind %d", k)
	}
	for _, c := range []Cell{rows[1].Cells[4], {Kind: Number, Serial: 45296}} {
		if y, m, d, ok := Day(c, tab.From1904()); !ok || y != 2024 || m != time.January || d != 5 {
			t.Errorf("the day of %v is %d-%d-%d %v", c, y, m, d, ok)
		}
	}
	if _, _, _, ok := Day(Cell{Text: "45296"}, false); ok {
		t.Error("a text is no day")
	}
}

func TestXLSXSheets(t *testing.T) {
	b := written(t, func(f *excelize.File) {
		for _, s := range []string{"Hướng dẫn", "Danh mục"} {
			_, err := f.NewSheet(s)
			must(t, err)
			must(t, f.SetCellValue(s, "B2", s))
		}
		must(t, f.SetCellValue("Sheet1", "A1", "ẩn"))
		f.SetActiveSheet(1)
		must(t, f.SetSheetVisible("Sheet1", false))
	})
	for sheet, want := range map[string][]string{"": {"2||Hướng dẫn"}, "Danh mục": {"2||Danh mục"}, "danh MỤC": {"2||Danh mục"}, "Sheet1": {"1|ẩn"}} {
		got, err := read(b, Options{Sheet: sheet})
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("sheet %q: %v %s", sheet, err, diff)
		}
	}
	if _, err := read(b, Options{Sheet: "Khác"}); codeOf(err) != "no_sheet" || !strings.Contains(err.Error(), "Hướng dẫn, Danh mục") {
		t.Errorf("a sheet that is not there: %v", err)
	}
}

func TestXLSXDaysFrom1904(t *testing.T) {
	b := written(t, func(f *excelize.File) {
		yes := true
		must(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
		must(t, f.SetCellValue("Sheet1", "A1", time.Date(2024, 1, 5, 0, 0, 0, 0, time.UTC)))
	})
	got, err := read(b, Options{})
	if diff := cmp.Diff([]string{"1|2024-01-05"}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestSerialNumbersOfDays(t *testing.T) {
	for v, want := range map[float64]string{1: "1900-01-01", 59: "1900-02-28", 61: "1900-03-01", 16681: "1945-09-01", 45296: "2024-01-05", 2958465: "9999-12-31"} {
		at, ok := serialTime(v, false)
		if !ok || at.Format(time.DateOnly) != want || serialOf(at) != v {
			t.Errorf("%v: %s %v, back %v; want %s", v, at, ok, serialOf(at), want)
		}
	}
	for _, v := range []float64{-1, 60, 2958466, 1e300} {
		if at, ok := serialTime(v, false); ok {
			t.Errorf("%v is no day, not %s", v, at)
		}
	}
}

func TestFormatsThatMeanADay(t *testing.T) {
	for code, want := range map[string]format{
		"dd/mm/yyyy": {date: true}, `[$-42A]dd\/mm\/yyyy;@`: {date: true}, `"ngày" d`: {date: true}, "[h]:mm": {date: true}, "[Red]0": {}, "[Red]General": {},
		"General": {}, "0": {}, "0000": {width: 4}, "00.0": {}, `0 "dd"`: {}, `0\d`: {}, "#,##0": {}, "@": {}, "": {}, "0;dd": {}, "[": {}, `"`: {}, `\`: {}, "0.00E+00": {},
	} {
		if got := parseFormat(code); got != want {
			t.Errorf("%q: %+v, want %+v", code, got, want)
		}
	}
}

// book makes a workbook of parts written by hand; what is not given is plain.
func book(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	all := map[string]string{
		"_rels/.rels":                `<Relationships><Relationship Id="a" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="Một" sheetId="1" r:id="b"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="b" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="c" Type="http://x/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst><si><t>không</t></si><si><t>một</t></si></sst>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>1</v></c></row></sheetData></worksheet>`,
	}
	for name, text := range parts {
		all[name] = text
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: strings.TrimSuffix(name, "#"), Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, all[name])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const sheet1 = "xl/worksheets/sheet1.xml"

func rows(s string) map[string]string {
	return map[string]string{sheet1: `<worksheet><sheetData>` + s + `</sheetData></worksheet>`}
}

func TestXLSXWrittenLoosely(t *testing.T) {
	for name, c := range map[string]struct {
		parts map[string]string
		want  []string
	}{
		"as it should be":              {nil, []string{"1|một"}},
		"no places told":               {rows(`<row><c><v>1</v></c><c t="s"><v>0</v></c></row><row><c><v>2</v></c></row>`), []string{"1|1|không", "2|2"}},
		"gaps":                         {rows(`<row r="2"><c r="B2"><v>1</v></c></row><row r="9"><c r="A9"><v>2</v></c></row>`), []string{"2||1", "9|2"}},
		"prefixes":                     {map[string]string{sheet1: `<x:worksheet xmlns:x="m"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>`}, []string{"1|7"}},
		"a formula and its value":      {rows(`<row><c t="str"><f>HYPERLINK("http://x")</f><v>x_x0041_y</v></c></row>`), []string{"1|xAy"}},
		"an error":                     {rows(`<row><c t="e"><v>#REF!</v></c></row>`), []string{"1|#REF!"}},
		"a day in words":               {rows(`<row><c t="d"><v>2024-01-05T00:00:00</v></c></row>`), []string{"1|2024-01-05"}},
		"text that nobody called text": {rows(`<row><c><v>abc</v></c></row>`), []string{"1|abc"}},
		"empty cells far away":         {rows(`<row><c r="A1"><v>1</v></c><c r="XFD1" s="3"/></row>`), []string{"1|1"}},
		"readings left out":            {map[string]string{"xl/sharedStrings.xml": `<sst><si/><si><r><t>mộ</t></r><rPh><t>xx</t></rPh><r><t xml:space="preserve">t </t></r></si></sst>`}, []string{"1|một "}},
		"other parts broken":           {map[string]string{"xl/media/picture.png": "\x00", "docProps/app.xml": "<a"}, []string{"1|một"}},
		"a large part nobody reads":    {map[string]string{"xl/media/picture.png": strings.Repeat("\x00", 2<<20)}, []string{"1|một"}},
	} {
		got, err := read(book(t, c.parts), Options{Limits: Limits{UnpackedBytes: 1 << 20}})
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestXLSXRefused(t *testing.T) {
	deep := strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)
	for name, c := range map[string]struct {
		parts map[string]string
		code  string
	}{
		"cut in the middle of the rows":   {map[string]string{sheet1: `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c`}, "damaged"},
		"cut between rows":                {map[string]string{sheet1: `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>`}, "damaged"},
		"a bomb of spaces":                {rows(strings.Repeat(" ", 4<<20)), "damaged"},
		"a bomb of rows":                  {rows(strings.Repeat(`<row/>`, 1<<20)), "too_large"},
		"a bomb of strings":               {map[string]string{"xl/sharedStrings.xml": "<sst>" + strings.Repeat("<si/>", 1<<20) + "</sst>"}, "too_large"},
		"a bomb of attributes":            {rows("<row " + strings.Repeat(`a="" `, 1<<19) + "/>"), "damaged"},
		"entities of its own":             {map[string]string{sheet1: `<!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData><row><c><v>&a;</v></c></row></sheetData></worksheet>`}, "damaged"},
		"a file from outside":             {map[string]string{sheet1: `<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>`}, "damaged"},
		"an unknown entity":               {rows(`<row><c><v>&a;</v></c></row>`), "damaged"},
		"an encoding that nobody expects": {map[string]string{sheet1: `<?xml version="1.0" encoding="windows-1252"?><worksheet/>`}, "damaged"},
		"elements inside each other":      {rows(deep), "damaged"},
		"rows out of order":               {rows(`<row r="2"><c><v>1</v></c></row><row r="1"><c><v>1</v></c></row>`), "damaged"},
		"a row beyond all rows":           {rows(`<row r="1048577"><c><v>1</v></c></row>`), "damaged"},
		"cells out of order":              {rows(`<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>`), "damaged"},
		"a cell nowhere":                  {rows(`<row><c r="77"><v>1</v></c></row>`), "damaged"},
		"a string that is not there":      {rows(`<row><c t="s"><v>2</v></c></row>`), "damaged"},
		"a negative string":               {rows(`<row><c t="s"><v>-1</v></c></row>`), "damaged"},
		"too wide":                        {rows(`<row><c r="IW1"><v>1</v></c></row>`), "too_many_columns"},
		"a cell too long":                 {rows(`<row><c t="inlineStr"><is><t>` + strings.Repeat("đ", 32768) + `</t></is></c></row>`), "cell_too_long"},
		"a value too long":                {rows(`<row><c t="str"><v>` + strings.Repeat("<![CDATA[đđđđđđđđđđđđđđđđđđđđ]]>", 1<<14) + `</v></c></row>`), "cell_too_long"},
		"a shared text too long":          {map[string]string{"xl/sharedStrings.xml": `<sst><si><t>` + strings.Repeat("đ", 32768) + `</t></si></sst>`}, "cell_too_long"},
		"no workbook":                     {map[string]string{"_rels/.rels": `<Relationships/>`}, "not_a_table"},
		"a workbook outside":              {map[string]string{"_rels/.rels": `<Relationships><Relationship Type="http://x/officeDocument" Target="http://x/y" TargetMode="External"/></Relationships>`}, "not_a_table"},
		"no sheet":                        {map[string]string{"xl/workbook.xml": `<workbook/>`}, "no_sheet"},
		"a sheet that is not there":       {map[string]string{"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="b" Type="http://x/worksheet" Target="../../../etc/passwd"/></Relationships>`}, "damaged"},
		"two parts of one name":           {map[string]string{"XL/workbook.xml#": `<workbook/>`}, "damaged"},
	} {
		_, err := read(book(t, c.parts), Options{Limits: Limits{UnpackedBytes: 4 << 20, Columns: 256}})
		if got := codeOf(err); got != c.code {
			t.Errorf("%s: %q (%v), want %q", name, got, err, c.code)
		}
	}
	whole := book(t, nil)
	for n := range whole[:len(whole)-1] { // cut off anywhere, it is never a shorter table
		if got, err := read(whole[:n], Options{}); err == nil && n >= 4 && len(got) != 1 {
			t.Fatalf("cut at %d: %q", n, got)
		}
	}
	for i := range whole {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 0x10
		read(flipped, Options{Limits: Limits{UnpackedBytes: 1 << 20}}) // no matter what, it ends
	}
}
