package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Look is how a written cell stands out. CSV has none.
type Look uint8

const (
	Plain    Look = iota
	Heading       // names of columns
	Wrong         // must be corrected
	Doubtful      // should be looked at
	looks
)

// Out is one cell to be written. Only a Cell of kind Number or Date is written as a number: everything else is text, whatever
// it begins with.
type Out struct {
	Cell
	Look Look
	Note string // what is said about the cell, where the form can carry it beside the cell
}

// Writer writes the rows of a table one after the other. It is not safe for concurrent use.
type Writer interface {
	// Row writes a row at a line below all before it; line 0 means the next one. A form without places for empty lines
	// leaves them out.
	Row(line int, cells ...Out) error
	// Close ends the table. Without it the file is not whole. It does not close what is below.
	Close() error
}

// Texts makes plain cells of texts.
func Texts(s ...string) []Out {
	out := make([]Out, len(s))
	for i := range s {
		out[i].Text = s[i]
	}
	return out
}

// Headings makes heading cells of texts.
func Headings(s ...string) []Out {
	out := Texts(s...)
	for i := range out {
		out[i].Look = Heading
	}
	return out
}

// NewCSV returns a Writer of CSV as spreadsheet programs take it for Unicode: UTF-8 with its mark, parted by commas, every
// line ended by CR LF. No cell of it begins a formula.
func NewCSV(w io.Writer) Writer { return &csvWriter{w: w} }

type csvWriter struct {
	w io.Writer
	c *csv.Writer
}

func (c *csvWriter) begin() error {
	if c.c != nil {
		return nil
	}
	if _, err := io.WriteString(c.w, "\ufeff"); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	c.c = csv.NewWriter(c.w)
	c.c.UseCRLF = true
	return nil
}

func (c *csvWriter) Row(_ int, cells ...Out) error {
	if err := c.begin(); err != nil {
		return err
	}
	record := make([]string, len(cells))
	for i := range cells {
		// A number is no formula, though it may begin with a minus sign.
		if record[i] = cells[i].Text; cells[i].Kind != Number {
			record[i] = Guard(record[i])
		}
	}
	if err := c.c.Write(record); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

func (c *csvWriter) Close() error {
	if err := c.begin(); err != nil {
		return err
	}
	if c.c.Flush(); c.c.Error() != nil {
		return fmt.Errorf("write table: %w", c.c.Error())
	}
	return nil
}

// escape makes a text fit for XML in a workbook: signs that XML cannot carry are written as _xHHHH_, a text that looks like
// such an escape is kept from being read as one, and a text longer than a cell can hold ends in an ellipsis.
func escape(b *strings.Builder, s string) {
	const most = 32_767
	if len(s) > most && utf8.RuneCountInString(s) > most {
		s = clip(s, most-1) + "…"
	}
	for i, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r == '_':
			if _, ok := escapeAt(s[i:]); ok {
				b.WriteString("_x005F")
			}
			b.WriteByte('_')
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r < ' ' || r == 0xfffe || r == 0xffff:
			fmt.Fprintf(b, "_x%04X_", r)
		default:
			b.WriteRune(r) // bytes that are no UTF-8 come as U+FFFD
		}
	}
}
