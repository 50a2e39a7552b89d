package sheet

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// rowReader walks the rows of one sheet.
type rowReader struct {
	*workbook
	part *part
	line int
	err  error
}

// next returns the next row with something in it.
func (r *rowReader) next() (Row, error) {
	for r.err == nil {
		var t xml.Token
		if t, r.err = r.part.token(); r.err != nil {
			break
		}
		s, ok := t.(xml.StartElement)
		if !ok || s.Name.Local != "row" {
			continue
		}
		var row Row
		if row, r.err = r.row(s); r.err == nil && len(row.Cells) > 0 {
			return row, nil
		}
	}
	return Row{}, r.err
}

// row reads one row. Rows and cells say where they stand, and stand in order; those that do not say follow on.
func (r *rowReader) row(s xml.StartElement) (Row, error) {
	at := r.line + 1
	if v := attr(s, "r"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < at || n > 1<<20 {
			return Row{}, damaged(errors.New("a row out of place"))
		}
		at = n
	}
	r.line = at
	row := Row{Line: at}
	column := 0
	for end := r.part.depth - 1; r.part.depth > end; {
		t, err := r.part.token()
		if err != nil {
			return Row{}, unexpected(err)
		}
		s, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if s.Name.Local != "c" {
			if err := r.part.skipElement(); err != nil {
				return Row{}, err
			}
			continue
		}
		to := column + 1
		if ref := attr(s, "r"); ref != "" {
			if to = columnOf(ref); to <= column {
				return Row{}, damaged(errors.New("a cell out of place"))
			}
		}
		column = to
		cell, err := r.cell(s, at, column)
		if err != nil {
			return Row{}, err
		}
		if cell.Text == "" && cell.Kind != Broken { // a colour, a border: nothing to read
			continue
		}
		if column > r.limits.Columns {
			return Row{}, tooWide(at, r.limits.Columns)
		}
		for len(row.Cells) < column-1 {
			row.Cells = append(row.Cells, Cell{})
		}
		row.Cells = append(row.Cells, cell)
	}
	row.Cells = trim(row.Cells)
	return row, nil
}

// columnOf reads the letters of a reference such as C7; 0 when there are none, or too many.
func columnOf(ref string) int {
	n := 0
	for i := 0; i < len(ref) && i < 4; i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	if n > 1<<14 {
		return 0
	}
	return n
}

// cell reads one cell.
func (r *rowReader) cell(s xml.StartElement, line, column int) (Cell, error) {
	var value strings.Builder
	var text string
	var computed, given bool
	inValue := false
	for end := r.part.depth - 1; r.part.depth > end; {
		t, err := r.part.token()
		if err != nil {
			return Cell{}, unexpected(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				inValue, given = true, true
			case "is":
				v, ok, err := r.part.richText(r.limits.CellChars)
				if err != nil {
					return Cell{}, err
				}
				if !ok {
					return Cell{}, tooLong(line, column, r.limits.CellChars)
				}
				text, given = v, true
			case "f": // what the program computed stands beside it; nobody computes here
				computed = true
				fallthrough
			default:
				if err := r.part.skipElement(); err != nil {
					return Cell{}, err
				}
			}
		case xml.EndElement:
			inValue = false
		case xml.CharData:
			if inValue {
				if value.Len() > 7*4*r.limits.CellChars {
					return Cell{}, tooLong(line, column, r.limits.CellChars)
				}
				value.Write(t)
			}
		}
	}
	if computed && !given {
		return Cell{Kind: Broken}, nil
	}
	c, err := r.meaning(attr(s, "t"), attr(s, "s"), value.String(), text)
	if err != nil {
		return Cell{}, err
	}
	if len(c.Text) > r.limits.CellChars && utf8.RuneCountInString(c.Text) > r.limits.CellChars {
		return Cell{}, tooLong(line, column, r.limits.CellChars)
	}
	return c, nil
}

// meaning puts together what a cell's type, style and value say (ECMA-376 part 1, 18.3.1.4 and 18.18.11).
func (r *rowReader) meaning(typ, style, value, text string) (Cell, error) {
	switch typ {
	case "s":
		if value == "" {
			return Cell{}, nil
		}
		i, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || i < 0 || i >= len(r.strings) {
			return Cell{}, damaged(fmt.Errorf("row %d names a text that is not there", r.line))
		}
		return Cell{Text: r.strings[i]}, nil
	case "inlineStr":
		return Cell{Text: text}, nil
	case "str":
		return Cell{Text: norm.NFC.String(unescape(value))}, nil
	case "b":
		return Cell{Text: map[bool]string{true: "TRUE", false: "FALSE"}[truth(strings.TrimSpace(value))], Kind: Bool}, nil
	case "e":
		return Cell{Text: value, Kind: Broken}, nil
	case "d":
		for _, form := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02T15:04:05.999999999", time.RFC3339Nano} {
			if at, err := time.Parse(form, value); err == nil {
				day := serialOf(at)
				if r.from04 {
					day -= 1462
				}
				return Cell{Text: timeText(at, 1), Kind: Date, Serial: day}, nil
			}
		}
		return Cell{Text: norm.NFC.String(value)}, nil
	}
	value = strings.TrimSpace(value)
	if value == "" {
		return Cell{}, nil
	}
	var f format
	if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(r.formats) {
		f = r.formats[i]
	}
	s, v, ok := numberText(value, f.width)
	if !ok { // a program that forgot to say that its text is one
		return Cell{Text: norm.NFC.String(unescape(value))}, nil
	}
	if f.date {
		if at, ok := serialTime(v, r.from04); ok {
			return Cell{Text: timeText(at, v), Kind: Date, Serial: v}, nil
		}
	}
	return Cell{Text: s, Kind: Number, Serial: v}, nil
}
