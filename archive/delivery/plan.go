package delivery

import (
	"fmt"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// Plan reads the whole index against the files of the folder: what each row says, which file it means, and what is wrong. Rows
// come in the order of their lines. Its error says that the table cannot be read to its end; then nothing of it may be taken,
// because nobody knows what the rest would have said.
func (x *Index) Plan(rules *Rules, files *Files) ([]Row, error) {
	var rows []Row
	for cells, err := range x.Rows() {
		if err != nil {
			return nil, err
		}
		row, ok := x.Paper(cells, rules)
		if !ok {
			continue
		}
		if row.File != "" {
			if row.At, err = files.Claim(row.Line, row.File); err != nil {
				x.refuse(&row, x.FileColumn(), err)
			}
		}
		rows = append(rows, row)
	}
	numbers := map[string]int{}
	for i := range rows {
		x.once(&rows[i], files)
		x.number(&rows[i], numbers)
	}
	return rows, nil
}

// FileTwice is the code of a file that two rows name.
const FileTwice = "file_twice"

// FileColumn is the column that is shown when something is wrong with a row's file.
func (x *Index) FileColumn() Column {
	if x.Header.At(File) >= 0 {
		return File
	}
	return Folder
}

func (x *Index) refuse(row *Row, c Column, err error) {
	r := reading{x: x, out: *row}
	r.refuse(c, err)
	*row = r.out
}

// once makes every row wrong that names a file another one names: which of them describes it, only whoever made the list
// knows.
func (x *Index) once(row *Row, files *Files) {
	if row.At < 0 {
		return
	}
	for _, other := range files.Lines(row.At) {
		if other != row.Line {
			row.Fault(&x.Header, x.FileColumn(), archive.Fatal, FileTwice, archive.Text{
				VI: fmt.Sprintf("Tệp này còn được nêu ở dòng %d.", other), EN: fmt.Sprintf("Row %d names this file too.", other)})
			return
		}
	}
}

// number warns of a number, notation and issuer that an earlier row has in the same year: alike are often two scans of one
// paper, and sometimes a mistyped number.
func (x *Index) number(row *Row, seen map[string]int) {
	f := &row.Fields
	if f.Number == "" || f.Notation == "" {
		return
	}
	key := fmt.Sprint(f.Number, "\x00", viet.Exact(f.Notation), "\x00", f.IssuingAgency.Code, "\x00", viet.Fold(f.IssuingAgency.Name), "\x00", f.IssuedOn.Year)
	first, ok := seen[key]
	if !ok {
		seen[key] = row.Line
		return
	}
	c := Number
	if x.Header.At(c) < 0 {
		c = NumberNotation
	}
	row.Fault(&x.Header, c, archive.Warning, "duplicate_number", archive.Text{
		VI: fmt.Sprintf("Dòng %d có cùng số, ký hiệu và cơ quan ban hành trong năm.", first), EN: fmt.Sprintf("Row %d has the same number, notation and issuing agency in the same year.", first)})
}
