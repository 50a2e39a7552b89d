package sheet

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Book writes a workbook, sheet after sheet, row after row, to something that need not be a file. What it keeps in memory are
// the notes of the sheet under way.
type Book struct {
	zip   *zip.Writer
	out   *bufio.Writer // the sheet under way; nil between sheets
	page  Page
	line  int
	width int // of the widest row
	notes []note
	names []string
	noted []bool // which sheets have notes
	err   error  // the first one; it stays
}

// Page is what a sheet of a Book looks like.
type Page struct {
	Name   string    // at most 31 characters; signs that a name cannot hold become spaces
	Widths []float64 // of the columns from A on, in characters; 0 or missing: the program's own
	Header int       // the line of the heading: it and what is above it stay in sight, and rows can be chosen by it; 0: none
}

// maxNotes bounds the notes of one sheet: programs draw a shape for each of them, and open slowly past some thousands. A
// cell over the bound keeps its look and loses its note.
const maxNotes = 5_000

type note struct {
	line, column int
	text         string
}

// NewBook returns a Book on w. A sheet must be begun before the first row.
func NewBook(w io.Writer) *Book { return &Book{zip: zip.NewWriter(w)} }

const (
	mainNS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relNS  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packNS = "http://schemas.openxmlformats.org/package/2006/relationships"
	typeNS = "http://schemas.openxmlformats.org/package/2006/content-types"
	prolog = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
)

// Sheet ends the sheet under way and begins another.
func (b *Book) Sheet(p Page) error {
	if err := b.endSheet(); err != nil {
		return err
	}
	b.page, b.line, b.width, b.notes = p, 0, 0, nil
	b.names = append(b.names, b.freeName(p.Name))
	w, err := b.zip.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", len(b.names)))
	if err != nil {
		return b.fail(err)
	}
	b.out = bufio.NewWriterSize(w, 64<<10)
	b.put(prolog, `<worksheet xmlns="`, mainNS, `" xmlns:r="`, relNS, `"><sheetViews><sheetView workbookViewId="0"`)
	if len(b.names) == 1 {
		b.put(` tabSelected="1"`)
	}
	if h := strconv.Itoa(p.Header); p.Header > 0 {
		below := "A" + strconv.Itoa(p.Header+1)
		b.put(`><pane ySplit="`, h, `" topLeftCell="`, below, `" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" activeCell="`, below, `" sqref="`, below, `"/></sheetView></sheetViews>`)
	} else {
		b.put(`/></sheetViews>`)
	}
	cols := ""
	for i, w := range p.Widths {
		if w > 0 {
			cols += fmt.Sprintf(`<col min="%d" max="%[1]d" width="%g" customWidth="1"/>`, i+1, min(w, 255))
		}
	}
	if cols != "" {
		b.put(`<cols>`, cols, `</cols>`)
	}
	b.put(`<sheetData>`)
	return b.err
}

// freeName makes a name that spreadsheet programs accept and no other sheet has.
func (b *Book) freeName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`[]:*?/\`, r) {
			return ' '
		}
		return r
	}, name)
	if name = strings.Trim(clip(name, 31), " '"); name == "" {
		name = "Sheet"
	}
	free := name
	for n := 2; ; n++ {
		taken := false
		for _, other := range b.names {
			taken = taken || strings.EqualFold(other, free)
		}
		if !taken {
			return free
		}
		free = clip(name, 26) + " " + strconv.Itoa(n)
	}
}

// Row implements Writer.
func (b *Book) Row(line int, cells ...Out) error {
	if b.err != nil {
		return b.err
	}
	if b.out == nil {
		return b.fail(errors.New("a row before the first sheet"))
	}
	if line == 0 {
		line = b.line + 1
	}
	if line <= b.line || line > 1<<20 || len(cells) > 1<<14 {
		return b.fail(fmt.Errorf("row %d of %d cells behind row %d", line, len(cells), b.line))
	}
	b.line, b.width = line, max(b.width, len(cells))
	at := strconv.Itoa(line)
	var row strings.Builder
	row.WriteString(`<row r="` + at + `">`)
	for i := range cells {
		b.cell(&row, &cells[i], columnName(i+1)+at)
		if cells[i].Note != "" && len(b.notes) < maxNotes {
			b.notes = append(b.notes, note{line, i + 1, cells[i].Note})
		}
	}
	row.WriteString(`</row>`)
	b.put(row.String())
	return b.err
}

func (b *Book) cell(row *strings.Builder, c *Out, ref string) {
	style := func(f int) string { return strconv.Itoa(int(c.Look)*shapes + f) }
	switch {
	case c.Kind == Date && c.Serial >= 1 && len(c.Text) == len(time.DateOnly):
		if at, err := time.Parse(time.DateOnly, c.Text); err == nil { // counted anew: the table it was read from may count from 1904
			fmt.Fprintf(row, `<c r="%s" s="%s"><v>%g</v></c>`, ref, style(shapeDate), serialOf(at))
			return
		}
	case c.Kind == Number:
		// Only what comes back as the same text: 0001287 of a format with zeros, or more digits than a number keeps, is text.
		if s, _, ok := numberText(c.Text, 0); ok && s == c.Text && len(s) <= 15 {
			shape := shapeNumber
			if strings.Contains(s, ".") {
				shape = shapeGeneral
			}
			fmt.Fprintf(row, `<c r="%s" s="%s"><v>%s</v></c>`, ref, style(shape), s)
			return
		}
	case c.Text == "":
		if c.Look != Plain {
			fmt.Fprintf(row, `<c r="%s" s="%s"/>`, ref, style(shapeText))
		}
		return
	}
	// The type of the cell says that it is text. No program takes such a cell for a formula, and the format "text" keeps it
	// text when a person corrects it: the zero in front of an identity number stays.
	fmt.Fprintf(row, `<c r="%s" t="inlineStr" s="%s"><is><t xml:space="preserve">`, ref, style(shapeText))
	escape(row, c.Text)
	row.WriteString(`</t></is></c>`)
}

// columnName returns the letters of a column, from 1.
func columnName(n int) string {
	s := ""
	for ; n > 0; n = (n - 1) / 26 {
		s = string(rune('A'+(n-1)%26)) + s
	}
	return s
}

// CellName returns the name of a cell as spreadsheet programs show it: C7. Both count from 1.
func CellName(line, column int) string { return columnName(column) + strconv.Itoa(line) }

// put writes texts to the sheet under way.
func (b *Book) put(texts ...string) {
	for _, s := range texts {
		if b.err == nil {
			_, b.err = b.out.WriteString(s)
		}
	}
}

func (b *Book) fail(err error) error {
	if b.err == nil {
		b.err = fmt.Errorf("write workbook: %w", err)
	}
	return b.err
}

func (b *Book) endSheet() error {
	if b.out == nil || b.err != nil {
		return b.err
	}
	b.put(`</sheetData>`)
	if b.page.Header > 0 && b.width > 0 && b.line > b.page.Header {
		b.put(`<autoFilter ref="A`, strconv.Itoa(b.page.Header), `:`, CellName(b.line, b.width), `"/>`)
	}
	if len(b.notes) > 0 {
		b.put(`<legacyDrawing r:id="rId1"/>`)
	}
	b.put(`</worksheet>`)
	if b.err == nil {
		b.err = b.out.Flush()
	}
	b.out = nil
	b.noted = append(b.noted, len(b.notes) > 0)
	if len(b.notes) > 0 {
		b.writeNotes(len(b.names))
	}
	return b.err
}

// Close ends the last sheet and writes what holds the workbook together.
func (b *Book) Close() error {
	if len(b.names) == 0 { // a workbook without a sheet opens nowhere
		if err := b.Sheet(Page{}); err != nil {
			return err
		}
	}
	if err := b.endSheet(); err != nil {
		return err
	}
	b.writeFrame()
	if b.err == nil {
		b.err = b.zip.Close()
	}
	return b.err
}
