package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func openCSV(r io.ReaderAt, size int64, o Options) (*Table, error) {
	text, err := decoded(r, size, o.Encoding)
	if err != nil {
		return nil, err
	}
	b := bufio.NewReaderSize(text, sampleBytes)
	comma, err := separator(b)
	if err != nil {
		return nil, err
	}
	c := csv.NewReader(b)
	c.Comma, c.FieldsPerRecord = comma, -1
	return &Table{format: CSV, limits: o.Limits, next: func() (Row, error) { return nextCSV(c, o.Limits) }}, nil
}

func nextCSV(c *csv.Reader, l Limits) (Row, error) {
	for {
		record, err := c.Read()
		var broken *csv.ParseError
		switch {
		case err == io.EOF:
			return Row{}, io.EOF
		case errors.As(err, &broken):
			f := damaged(err)
			f.Line, f.VI, f.EN = broken.StartLine, "Dấu ngoặc kép ở dòng này không khớp.", "The quotation marks of this line do not match."
			return Row{}, f
		case err != nil:
			return Row{}, fmt.Errorf("read table: %w", err)
		}
		line, _ := c.FieldPos(0)
		row := Row{Line: line, Cells: make([]Cell, len(record))}
		for i, s := range record {
			if len(s) > l.CellChars && utf8.RuneCountInString(s) > l.CellChars {
				return Row{}, tooLong(line, i+1, l.CellChars)
			}
			row.Cells[i].Text = norm.NFC.String(unguard(s))
		}
		row.Cells = trim(row.Cells)
		if len(row.Cells) > l.Columns {
			return Row{}, tooWide(line, l.Columns)
		}
		if len(row.Cells) > 0 {
			return row, nil
		}
	}
}

const sampleBytes = 64 << 10

// separator finds out what parts the columns: the sign that gives the most rows of the same width. A first line "sep=;", which
// one spreadsheet program writes, says it outright and is taken away.
func separator(b *bufio.Reader) (rune, error) {
	sample, err := b.Peek(sampleBytes)
	if err != nil && err != io.EOF {
		return 0, fmt.Errorf("read table: %w", err)
	}
	if first, _, _ := bytes.Cut(sample, []byte("\n")); len(first) >= 5 && strings.EqualFold(string(first[:4]), "sep=") {
		comma := rune(first[4])
		if strings.ContainsRune(",;\t|", comma) && len(bytes.TrimSpace(first[5:])) == 0 {
			_, err := b.Discard(min(len(first)+1, len(sample)))
			return comma, err
		}
	}
	if err == nil { // there is more: the last line of the sample is not whole
		if i := bytes.LastIndexByte(sample, '\n'); i > 0 {
			sample = sample[:i]
		}
	}
	best, most := ',', 0
	for _, comma := range [...]rune{',', ';', '\t'} {
		c := csv.NewReader(bytes.NewReader(sample))
		c.Comma, c.FieldsPerRecord, c.LazyQuotes, c.ReuseRecord = comma, -1, true, true
		widths := map[int]int{}
		for range 50 {
			record, err := c.Read()
			if err != nil {
				break
			}
			widths[len(record)]++
		}
		for width, n := range widths {
			if score := (width - 1) * n; score > most {
				best, most = comma, score
			}
		}
	}
	return best, nil
}

// formulaStarts are the signs at which a spreadsheet program takes the text of a CSV cell for a formula, the wide forms that
// some of them fold to these included.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// Guard keeps a spreadsheet program from running what a stranger wrote: a text that would begin a formula begins with an
// apostrophe instead. It is meant for CSV; a workbook says by itself that a cell is text.
func Guard(s string) string {
	if r, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune(formulaStarts, r) {
		return "'" + s
	}
	return s
}

// unguard takes back what Guard did.
func unguard(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && Guard(rest) != rest {
		return rest
	}
	return s
}
