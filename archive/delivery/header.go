package delivery

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sohoa/archive"
	"sohoa/internal/sheet"
)

// headerRows is how far down the headings may stand: above them are the names of the offices and of the list.
const headerRows = 10

// Header tells which column is what.
type Header struct {
	Line    int
	Titles  []string // by position, as written
	columns []Column // by position; "" unknown
}

// At returns the position of a column, -1 when the index has none.
func (h *Header) At(c Column) int {
	if c == "" {
		return -1
	}
	return slices.Index(h.columns, c)
}

// Column returns what stands at a position; "" when that is not known.
func (h *Header) Column(at int) Column {
	if at < 0 || at >= len(h.columns) {
		return ""
	}
	return h.columns[at]
}

// Unknown returns the headings that mean nothing here. What stands below them is passed over.
func (h *Header) Unknown() []string {
	var out []string
	for i, c := range h.columns {
		if c == "" && strings.TrimSpace(h.Titles[i]) != "" {
			out = append(out, strings.Join(strings.Fields(h.Titles[i]), " "))
		}
	}
	return out
}

// findHeader finds the headings among the first rows: the row of which most is understood.
func findHeader(rows []sheet.Row, given Map) (Header, error) {
	var best Header
	most := 0
	for _, row := range rows {
		h, known := readHeader(row, given)
		if known > most {
			best, most = h, known
		}
	}
	if most == 0 {
		return Header{}, archive.Fault(archive.Invalid, "no_header", archive.Text{
			VI: fmt.Sprintf("Không thấy dòng tên cột trong %d dòng đầu của bảng kê (cần ít nhất cột “Tên tệp”).", headerRows),
			EN: fmt.Sprintf("There are no headings among the first %d rows of the index (a column “File name” at least is needed).", headerRows)})
	}
	if best.At(File) < 0 && best.At(Folder) < 0 {
		return Header{}, archive.Fault(archive.Invalid, "no_file_column", archive.Text{
			VI: fmt.Sprintf("Bảng kê không có cột nêu tệp (“Tên tệp” hoặc “Đường dẫn”); dòng tên cột là dòng %d. Nếu cột mang tên khác, hãy dùng --map.", best.Line),
			EN: fmt.Sprintf("The index has no column that names the files (“File name” or “Path”); the headings are in row %d. When the column is called otherwise, use --map.", best.Line)})
	}
	for i, c := range best.columns {
		if c == "" || c == ignored || slices.Index(best.columns, c) == i {
			continue
		}
		first := slices.Index(best.columns, c)
		a, b := sheet.CellName(best.Line, first+1), sheet.CellName(best.Line, i+1)
		name := nameOf(c)
		return Header{}, archive.Fault(archive.Invalid, "two_columns", archive.Text{
			VI: fmt.Sprintf("Hai cột %s và %s cùng nghĩa là %s. Hãy bỏ qua một cột bằng --map \"Tên cột=-\".", a, b, name.VI),
			EN: fmt.Sprintf("The columns %s and %s both mean %s. Pass one over with --map \"Heading=-\".", a, b, name.EN)})
	}
	return best, nil
}

// readHeader reads a row as headings and counts what is understood.
func readHeader(row sheet.Row, given Map) (Header, int) {
	h := Header{Line: row.Line, Titles: make([]string, len(row.Cells)), columns: make([]Column, len(row.Cells))}
	known := 0
	for i, c := range row.Cells {
		h.Titles[i] = c.Text
		if to, ok := given[titleKey(c.Text)]; ok && titleKey(c.Text) != "" {
			h.columns[i] = to
		} else if to, ok := given[titleKey(strings.TrimRight(sheet.CellName(1, i+1), "1"))]; ok {
			h.columns[i] = to
		} else if c.Kind == sheet.Text {
			h.columns[i] = columnOf(c.Text)
		}
		if h.columns[i] != "" {
			known++
		}
	}
	return h, known
}

// numbersColumns reports whether a row only numbers the columns, as lists here do under their headings: (1) (2) (3), or 1 2 3.
func numbersColumns(row sheet.Row) bool {
	last, n := 0, 0
	for _, c := range row.Cells {
		s := strings.Trim(strings.TrimSpace(c.Text), "()[]")
		if s == "" {
			continue
		}
		v, err := strconv.Atoi(s)
		if err != nil || n == 0 && v != 1 || n > 0 && v != last+1 {
			return false
		}
		last, n = v, n+1
	}
	return n >= 3
}
