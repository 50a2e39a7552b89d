package sheet

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

func TestBookIsReadByAnotherProgram(t *testing.T) {
	var b bytes.Buffer
	w := NewBook(&b)
	step := func(err error) {
		t.Helper()
		must(t, err)
	}
	step(w.Sheet(Page{Name: "Kết quả: [1]", Widths: []float64{30, 0, 12}, Header: 3}))
	step(w.Row(0, Texts("BẢNG KÊ & <nộp>")...))
	step(w.Row(3, Headings("Tên tệp", "Số", "Ngày")...))
	step(w.Row(0, Out{Cell: Cell{Text: "=HYPERLINK(\"http://x\")"}}, Out{Cell: Cell{Text: "1287", Kind: Number, Serial: 1287}}, Out{Cell: Cell{Text: "2024-01-05", Kind: Date, Serial: 45296}}))
	step(w.Row(7, Out{Cell: Cell{Text: "066085001234"}, Look: Wrong, Note: "Thiếu <số>"}, Out{Cell: Cell{Text: "0012", Kind: Number, Serial: 12}}, Out{Look: Doubtful},
		Out{Cell: Cell{Text: "1.5", Kind: Number, Serial: 1.5}}, Out{Cell: Cell{Text: "a\x07b_x0041_\r\nc\xff"}}, Out{Cell: Cell{Text: "123456789012345678", Kind: Number}}))
	step(w.Sheet(Page{Name: "Kết quả  1"}))
	step(w.Row(0, Texts("x")...))
	step(w.Sheet(Page{Name: "kết quả  1"}))
	step(w.Close())

	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	must(t, err)
	defer f.Close()
	if diff := cmp.Diff([]string{"Kết quả   1", "Kết quả  1", "kết quả  1 2"}, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	const sheet = "Kết quả   1"
	got, err := f.GetRows(sheet)
	must(t, err)
	want := [][]string{{"BẢNG KÊ & <nộp>"}, nil, {"Tên tệp", "Số", "Ngày"}, {"=HYPERLINK(\"http://x\")", "1287", "05/01/2024"}, nil, nil,
		{"066085001234", "0012", "", "1.5", "a\ab_x0041_\r\nc\ufffd", "123456789012345678"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if formula, err := f.GetCellFormula(sheet, "A4"); err != nil || formula != "" {
		t.Errorf("a text became the formula %q %v", formula, err)
	}
	comments, err := f.GetComments(sheet)
	must(t, err)
	if len(comments) != 1 || comments[0].Cell != "A7" || comments[0].Text != "Thiếu <số>" {
		t.Errorf("comments: %+v", comments)
	}
	colour := func(cell string) string {
		id, err := f.GetCellStyle(sheet, cell)
		must(t, err)
		xf := f.Styles.CellXfs.Xf[id]
		rgb := ""
		if c := f.Styles.Fills.Fill[*xf.FillID].PatternFill.FgColor; c != nil {
			rgb = c.RGB
		}
		return fmt.Sprint(rgb, " ", *xf.NumFmtID)
	}
	for cell, want := range map[string]string{"A1": " 49", "A3": "FFE3E7EC 49", "A7": "FFF8C9C4 49", "C7": "FFFFEDB3 49", "B4": " 1", "C4": " 164"} {
		if got := colour(cell); got != want {
			t.Errorf("the look of %s is %s, want %s", cell, got, want)
		}
	}
	panes, err := f.GetPanes(sheet)
	must(t, err)
	if !panes.Freeze || panes.YSplit != 3 {
		t.Errorf("panes: %+v", panes)
	}
	if wide, err := f.GetColWidth(sheet, "A"); err != nil || wide != 30 {
		t.Errorf("width %v %v", wide, err)
	}
}

func TestBookIsReadHere(t *testing.T) {
	var b bytes.Buffer
	w := NewBook(&b)
	must(t, w.Sheet(Page{Name: "Một"}))
	in := [][]Out{Texts("=1+1", "_x0041_", "a\r\nb\x01", "  x  "), {{Cell: Cell{Text: "2024-01-05", Kind: Date, Serial: 43834}}, {Cell: Cell{Text: "-7", Kind: Number, Serial: -7}}, {Cell: Cell{Text: "TRUE", Kind: Bool}}}}
	for _, r := range in {
		must(t, w.Row(0, r...))
	}
	must(t, w.Row(1000, Texts(strings.Repeat("đ", 40_000))...))
	must(t, w.Close())
	got, err := read(b.Bytes(), Options{})
	want := []string{"1|=1+1|_x0041_|a\r\nb\x01|  x  ", "2|2024-01-05|-7|TRUE", "1000|" + strings.Repeat("đ", 32_766) + "…"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestBookRefusesRowsOutOfOrder(t *testing.T) {
	for name, do := range map[string]func(*Book) error{
		"no sheet":         func(b *Book) error { return b.Row(0) },
		"a row twice":      func(b *Book) error { b.Sheet(Page{}); b.Row(5); return b.Row(5) },
		"past the last":    func(b *Book) error { b.Sheet(Page{}); return b.Row(1<<20 + 1) },
		"and goes on dead": func(b *Book) error { b.Row(0); b.Sheet(Page{}); return b.Close() },
	} {
		if err := do(NewBook(&bytes.Buffer{})); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	var b bytes.Buffer
	must(t, NewBook(&b).Close())
	if got, err := read(b.Bytes(), Options{}); err != nil || len(got) != 0 {
		t.Errorf("an empty workbook: %v %v", got, err)
	}
}

func TestManyNotes(t *testing.T) {
	var b bytes.Buffer
	w := NewBook(&b)
	must(t, w.Sheet(Page{Name: "x", Header: 1}))
	for range maxNotes + 10 {
		must(t, w.Row(0, Out{Cell: Cell{Text: "x"}, Look: Wrong, Note: "sai"}))
	}
	must(t, w.Close())
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	must(t, err)
	defer f.Close()
	if c, err := f.GetComments("x"); err != nil || len(c) != maxNotes {
		t.Errorf("%d notes, %v", len(c), err)
	}
}
