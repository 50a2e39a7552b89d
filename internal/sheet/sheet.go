package sheet

import (
	"fmt"
	"io"
	"time"
)

// Kind says what a cell is, beside its text.
type Kind uint8

const (
	Text   Kind = iota // also every cell of a CSV file
	Number             // Serial holds its value
	Date               // a day, or a day with a time; Serial holds its number
	Bool               // TRUE or FALSE
	Broken             // an error value such as #REF!, or a formula that no program has computed yet (its text is empty)
)

// Cell is one cell as it was read. The zero value is an empty one.
type Cell struct {
	Text   string  // as a person reads it, in NFC: 1287, never 1.287E3; 2024-01-05, with 15:04:05 behind it when there is a time
	Kind   Kind    //
	Serial float64 // of Number and Date
}

// Row is one row with something in it.
type Row struct {
	Line  int    // from 1: the row of the sheet, or the line of the CSV file it begins in
	Cells []Cell // from column A on; empty cells at the end are left out
}

// Limits bound what one table may be. Every field that is not positive means the largest the form can hold; what a house allows
// stands in archive.IndexLimits.
type Limits struct {
	FileBytes     int64 // the file
	UnpackedBytes int64 // the parts of a workbook that are read, unpacked
	Rows          int   // rows with something in them
	Columns       int   // columns with something in them
	CellChars     int   // characters of one cell
}

// formLimits are what a workbook can hold, and so much of a file and of memory as that takes with short cells.
var formLimits = Limits{FileBytes: 256 << 20, UnpackedBytes: 2 << 30, Rows: 1 << 20, Columns: 1 << 14, CellChars: 32_767}

func (l Limits) withDefaults() Limits {
	for _, p := range []struct{ v, def *int64 }{{&l.FileBytes, &formLimits.FileBytes}, {&l.UnpackedBytes, &formLimits.UnpackedBytes}} {
		if *p.v <= 0 {
			*p.v = *p.def
		}
	}
	for _, p := range []struct{ v, def *int }{{&l.Rows, &formLimits.Rows}, {&l.Columns, &formLimits.Columns}, {&l.CellChars, &formLimits.CellChars}} {
		if *p.v <= 0 {
			*p.v = *p.def
		}
	}
	return l
}

// Format is the form of a file.
type Format string

// The two forms.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Options say how to read a table. The zero value finds everything out.
type Options struct {
	Limits   Limits
	Sheet    string   // of a workbook: the sheet of this name; "" is its first visible one
	Encoding Encoding // of a CSV file that is not Unicode; "" refuses such a file with an Encoding fault
}

// Fault says why a table cannot be read, in words for the person who sent it. It never repeats what stands in the file, except
// names of sheets.
type Fault struct {
	Code   string // stable: too_large, too_many_rows, too_many_columns, cell_too_long, encoding, not_a_table, damaged, no_sheet, old_format
	Line   int    // 0: the file as a whole
	Column int    // from 1; 0: the row as a whole
	VI, EN string
	Err    error // the cause, for a log
}

func (f *Fault) Error() string {
	s := f.EN
	if f.Line > 0 {
		s = fmt.Sprintf("line %d: %s", f.Line, s)
	}
	if f.Err != nil {
		s += " (" + f.Err.Error() + ")"
	}
	return s
}

func (f *Fault) Unwrap() error { return f.Err }

func fault(code, vi, en string) *Fault { return &Fault{Code: code, VI: vi, EN: en} }

func damaged(err error) *Fault {
	return &Fault{Code: "damaged", VI: "Tệp bảng bị hỏng hoặc bị cắt cụt. Hãy mở bằng chương trình bảng tính rồi lưu lại.",
		EN: "The table's file is damaged or cut off. Open it in a spreadsheet program and save it again.", Err: err}
}

// Table is a table being read. It is not safe for concurrent use.
type Table struct {
	format Format
	sheets []string
	from04 bool // days are counted from 1904
	limits Limits
	rows   int
	next   func() (Row, error)
	close  func() error
}

// Open finds out what r is and stands before its first row. The caller closes the table and keeps r open until then. Every
// error about the file is a *Fault.
func Open(r io.ReaderAt, size int64, o Options) (*Table, error) {
	o.Limits = o.Limits.withDefaults()
	if size > o.Limits.FileBytes {
		return nil, fault("too_large", fmt.Sprintf("Tệp bảng lớn hơn %d MB.", o.Limits.FileBytes>>20), fmt.Sprintf("The table's file is larger than %d MB.", o.Limits.FileBytes>>20))
	}
	head := make([]byte, min(size, 8))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, fmt.Errorf("read table: %w", err)
	}
	switch {
	case size == 0:
		return nil, fault("not_a_table", "Tệp bảng rỗng.", "The table's file is empty.")
	case string(head[:min(4, len(head))]) == "PK\x03\x04":
		return openXLSX(r, size, o)
	case string(head) == "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": // a compound file: the format before 2007, or an encrypted workbook
		return nil, fault("old_format", "Đây là tệp Excel đời cũ (.xls) hoặc có mật khẩu. Hãy lưu lại thành .xlsx không mật khẩu.",
			"This is an old Excel file (.xls) or one with a password. Save it as .xlsx without a password.")
	}
	return openCSV(r, size, o)
}

// Format tells which of the two forms the file has.
func (t *Table) Format() Format { return t.format }

// Sheets names the visible sheets of a workbook, in order; nil for CSV.
func (t *Table) Sheets() []string { return t.sheets }

// Next returns the next row that has something in it; io.EOF after the last one. Every error about the file is a *Fault; after
// an error there is nothing more.
func (t *Table) Next() (Row, error) {
	row, err := t.next()
	if err != nil {
		return Row{}, err
	}
	if t.rows++; t.rows > t.limits.Rows {
		return Row{}, &Fault{Code: "too_many_rows", Line: row.Line, VI: fmt.Sprintf("Bảng có hơn %d dòng. Hãy chia nhỏ.", t.limits.Rows),
			EN: fmt.Sprintf("The table has more than %d rows. Split it.", t.limits.Rows)}
	}
	return row, nil
}

// Close ends the reading. It does not close the file handed to Open.
func (t *Table) Close() error {
	if t.close == nil {
		return nil
	}
	return t.close()
}

// From1904 reports whether the numbers of the workbook's days are counted from 1904 and not from 1900. See Day.
func (t *Table) From1904() bool { return t.from04 }

// Day returns the day a cell of kind Date or Number stands for. False: it is neither, or no day a spreadsheet knows.
func Day(c Cell, from1904 bool) (year int, month time.Month, day int, ok bool) {
	if c.Kind != Date && c.Kind != Number || c.Serial < 1 {
		return 0, 0, 0, false
	}
	at, ok := serialTime(c.Serial, from1904)
	if !ok {
		return 0, 0, 0, false
	}
	year, month, day = at.Date()
	return year, month, day, true
}

// trim drops empty cells at the end.
func trim(cells []Cell) []Cell {
	n := len(cells)
	for n > 0 && cells[n-1].Text == "" && cells[n-1].Kind != Broken {
		n--
	}
	return cells[:n]
}

func tooLong(line, column, limit int) *Fault {
	return &Fault{Code: "cell_too_long", Line: line, Column: column, VI: fmt.Sprintf("Ô dài hơn %d ký tự.", limit), EN: fmt.Sprintf("The cell is longer than %d characters.", limit)}
}

func tooWide(line, limit int) *Fault {
	return &Fault{Code: "too_many_columns", Line: line, Column: limit + 1, VI: fmt.Sprintf("Bảng có hơn %d cột.", limit), EN: fmt.Sprintf("The table has more than %d columns.", limit)}
}
