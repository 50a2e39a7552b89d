package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// read reads all of a table as lines of text, "line|cell|cell".
func read(b []byte, o Options) ([]string, error) {
	t, err := Open(bytes.NewReader(b), int64(len(b)), o)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	var out []string
	for {
		row, err := t.Next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		s := fmt.Sprint(row.Line)
		for _, c := range row.Cells {
			s += "|" + c.Text
		}
		out = append(out, s)
	}
}

func codeOf(err error) string {
	var f *Fault
	if errors.As(err, &f) {
		return f.Code
	}
	if err != nil {
		return "no fault: " + err.Error()
	}
	return ""
}

func TestCSVForms(t *testing.T) {
	utf16 := func(e unicode.Endianness, s string) string {
		out, err := unicode.UTF16(e, unicode.UseBOM).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"commas":                         {"Số,Ký hiệu\n1,QĐ-UBND\n", []string{"1|Số|Ký hiệu", "2|1|QĐ-UBND"}},
		"semicolons, the text has comma": {"a;b\n1;x, y, z\n2;x, y\n", []string{"1|a|b", "2|1|x, y, z", "3|2|x, y"}},
		"tabs":                           {"a\tb\n1\tx, y; z\n", []string{"1|a|b", "2|1|x, y; z"}},
		"said outright":                  {"sep=;\r\na;b,c,d\r\n1;2,3,4\r\n", []string{"1|a|b,c,d", "2|1|2,3,4"}},
		"UTF-8 with its mark":            {"\xef\xbb\xbfa,b\r\n1,2\r\n", []string{"1|a|b", "2|1|2"}},
		"UTF-16 little end":              {utf16(unicode.LittleEndian, "Số\tKý hiệu\r\n1\tQĐ\r\n"), []string{"1|Số|Ký hiệu", "2|1|QĐ"}},
		"UTF-16 big end":                 {utf16(unicode.BigEndian, "Số,Ký hiệu\r\n1,QĐ\r\n"), []string{"1|Số|Ký hiệu", "2|1|QĐ"}},
		"quotes and a line inside":       {"a,b\n\"x \"\"y\"\"\",\"z\nz\"\n1,2\n", []string{"1|a|b", "2|x \"y\"|z\nz", "4|1|2"}},
		"empty lines and cells":          {"a,b,c\n\n,,\n1,,\n,2,\n", []string{"1|a|b|c", "4|1", "5||2"}},
		"composed anew":                  {"Tên tệp,Số\n", []string{"1|Tên tệp|Số"}},
		"no line at the end":             {"a,b\n1,2", []string{"1|a|b", "2|1|2"}},
		"one column":                     {"a\nb\n", []string{"1|a", "2|b"}},
		"guarded cells come back":        {"a,b\n'=1+1,'+84901\n'x,'\n", []string{"1|a|b", "2|=1+1|+84901", "3|'x|'"}},
		"a title above":                  {"BẢNG KÊ GIAO NỘP\n\na;b;c\n1;2;3\n", []string{"1|BẢNG KÊ GIAO NỘP", "3|a|b|c", "4|1|2|3"}},
	} {
		got, err := read([]byte(c.in), Options{})
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestCSVInAnOldEncoding(t *testing.T) {
	// Windows-1258 writes the tone behind its vowel.
	old, err := charmap.Windows1258.NewEncoder().String("Quy\u00ea\u0301t \u0111i\u0323nh,Ky\u0301 hi\u00ea\u0323u\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read([]byte(old), Options{}); codeOf(err) != "encoding" {
		t.Errorf("unasked: %v", err)
	}
	got, err := read([]byte(old), Options{Encoding: Windows1258})
	if diff := cmp.Diff([]string{"1|Quyết định|Ký hiệu"}, got); err != nil || diff != "" {
		t.Errorf("asked for: %v %s", err, diff)
	}
	got, err = read([]byte("a,Quyết định\n"), Options{Encoding: Windows1258})
	if diff := cmp.Diff([]string{"1|a|Quyết định"}, got); err != nil || diff != "" {
		t.Errorf("what is Unicode stays Unicode: %v %s", err, diff)
	}
}

func TestCSVRefused(t *testing.T) {
	small := Options{Limits: Limits{FileBytes: 1 << 10, Rows: 3, Columns: 3, CellChars: 8}}
	for name, c := range map[string]struct {
		in, code string
		line     int
	}{
		"empty":                 {"", "not_a_table", 0},
		"too large":             {strings.Repeat("a,b\n", 1000), "too_large", 0},
		"too many rows":         {"a\nb\nc\nd\n", "too_many_rows", 4},
		"too many columns":      {"a,b\n1,2,3,4\n", "too_many_columns", 2},
		"a cell too long":       {"a,b\nx,đđđđđđđđđ\n", "cell_too_long", 2},
		"quotes never closed":   {"a,b\n1,2\n\"x,y\n3,4\n", "damaged", 3},
		"quotes in the middle":  {"a,b\n1,x \"y\"\n", "damaged", 2},
		"not Unicode":           {"a,b\nQuy\xd5t,b\n", "encoding", 2},
		"cut inside a letter":   {"a,b\nx,\xe1\xba", "encoding", 2},
		"bytes":                 {"a\x00b\n", "not_a_table", 0},
		"an old or secret file": {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "old_format", 0},
		"a zip and no workbook": {"PK\x03\x04 and nothing", "damaged", 0},
	} {
		_, err := read([]byte(c.in), small)
		var f *Fault
		if !errors.As(err, &f) || f.Code != c.code || f.Line != c.line || f.VI == "" || f.EN == "" {
			t.Errorf("%s: %#v, %v", name, f, err)
		}
	}
	if _, err := read([]byte("x\na,b\n12345678\n"), small); err != nil {
		t.Errorf("at the limits: %v", err)
	}
}

func TestGuard(t *testing.T) {
	for _, s := range []string{"=1+1", "+84", "-5", "@SUM(A1)", "\tx", "\rx", "\n=x", "＝1", "＠x"} {
		if g := Guard(s); g != "'"+s || unguard(g) != s {
			t.Errorf("%q: %q, back %q", s, g, unguard(g))
		}
	}
	for _, s := range []string{"", "a=1", "'x", "Quyết định", " =1"} {
		if Guard(s) != s || unguard(s) != s {
			t.Errorf("%q: %q", s, Guard(s))
		}
	}
}

func TestCSVWriter(t *testing.T) {
	var b bytes.Buffer
	w := NewCSV(&b)
	rows := [][]Out{Headings("Tên tệp", "Số"), {{Cell: Cell{Text: "=cmd|'/c calc'!A1"}}, {Cell: Cell{Text: "-12", Kind: Number, Serial: -12}}}, Texts("a \"b\", c", "x\ny")}
	for _, r := range rows {
		if err := w.Row(0, r...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := "\ufeffTên tệp,Số\r\n'=cmd|'/c calc'!A1,-12\r\n\"a \"\"b\"\", c\",\"x\r\ny\"\r\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	got, err := read(b.Bytes(), Options{})
	if diff := cmp.Diff([]string{"1|Tên tệp|Số", "2|=cmd|'/c calc'!A1|-12", "3|a \"b\", c|x\ny"}, got); err != nil || diff != "" {
		t.Errorf("read again: %v %s", err, diff)
	}
	b.Reset()
	if err := NewCSV(&b).Close(); err != nil || b.String() != "\ufeff" {
		t.Errorf("an empty table: %q %v", b.String(), err)
	}
}
