package delivery

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"sohoa/archive"
	"sohoa/internal/sheet"
	"sohoa/internal/viet"
)

// Rules are what holds for every row of a delivery.
type Rules struct {
	Kind       archive.DocumentKind // of rows that say nothing; zero: component
	Agency     archive.AgencyCode   // custodian of rows that say nothing
	Dossier    archive.DossierCode  // of rows that say nothing
	NeedAgency bool                 // nobody behind the deposit has an agency: a row must name one, or a dossier
	Offices    *Offices
	Today      archive.Date
}

// Fault is what is wrong with a row, or doubtful.
type Fault struct {
	Column   Column // "" when the row as a whole is meant
	At       int    // position of the cell, from 0; -1: the index has no such column
	Code     string // stable, snake_case
	Severity archive.Severity
	Msg      archive.Text
}

// Row is what one row says of one paper.
type Row struct {
	Line    int
	File    string // as the row names it: with slashes, below the folder
	At      int    // which of Files that is; -1: none, and Plan has said why
	Kind    archive.DocumentKind
	Dossier archive.DossierCode
	Agency  archive.AgencyCode // custodian
	Access  archive.Access     // zero: the house's default
	Pages   int                // 0: not told
	Fields  archive.Fields
	Said    archive.Digest // of what the row says, its file and the defaults left out: another digest is another word on the same paper
	Faults  []Fault
}

// Wrong reports whether the row must not be taken as it stands.
func (r *Row) Wrong() bool {
	for _, f := range r.Faults {
		if f.Severity == archive.Fatal {
			return true
		}
	}
	return false
}

// Fault adds what is wrong with the cell of a column.
func (r *Row) Fault(h *Header, c Column, s archive.Severity, code string, msg archive.Text) {
	r.Faults = append(r.Faults, Fault{Column: c, At: h.At(c), Code: code, Severity: s, Msg: msg})
}

// Paper reads a row below the headings. False: it says nothing of a paper, because it is empty where it matters, or only numbers
// the columns.
func (x *Index) Paper(row sheet.Row, rules *Rules) (Row, bool) {
	r := reading{x: x, rules: rules, cells: row.Cells, out: Row{Line: row.Line, At: -1}}
	if row.Line <= x.Header.Line || r.empty() || numbersColumns(row) {
		return Row{}, false
	}
	r.file()
	r.place()
	r.code()
	r.issue()
	r.people()
	r.rest()
	r.sign()
	return r.out, true
}

// reading is a row under way.
type reading struct {
	x     *Index
	rules *Rules
	cells []sheet.Cell
	out   Row
	said  map[Column]string // what the row says beside the parsed values: names of agencies as they are written
}

func (r *reading) empty() bool {
	for i, c := range r.x.Header.columns {
		if c != "" && c != ignored && !strings.HasPrefix(string(c), "report.") && i < len(r.cells) && (tidy(r.cells[i].Text) != "" || r.cells[i].Kind == sheet.Broken) {
			return false
		}
	}
	return true
}

func (r *reading) fault(c Column, code, vi, en string) {
	r.out.Fault(&r.x.Header, c, archive.Fatal, code, archive.Text{VI: vi, EN: en})
}

func (r *reading) doubt(c Column, code, vi, en string) {
	r.out.Fault(&r.x.Header, c, archive.Warning, code, archive.Text{VI: vi, EN: en})
}

// refuse records an error of one of the domain's parsers.
func (r *reading) refuse(c Column, err error) {
	msg := archive.KindText(archive.KindOf(err))
	if e, ok := err.(*archive.Error); ok {
		msg = e.Msg
	}
	r.out.Fault(&r.x.Header, c, archive.Fatal, archive.CodeOf(err), msg)
}

// tidy takes away what people put into cells without meaning anything by it: spaces of all sorts, a dash or dots for "nothing".
func tidy(s string) string {
	s = strings.Join(strings.FieldsFunc(viet.NFC(s), func(r rune) bool {
		return r <= ' ' || r == '\u00a0' || r == '\u200b' || r == '\ufeff' || r >= 0x2000 && r <= 0x200a || r == '\u3000'
	}), " ")
	if strings.Trim(s, "-–—…._/ ") == "" {
		return ""
	}
	return s
}

// cell returns the cell of a column; false when the index has no such column, or there is nothing in it.
func (r *reading) cell(c Column) (sheet.Cell, bool) {
	at := r.x.Header.At(c)
	if at < 0 || at >= len(r.cells) {
		return sheet.Cell{}, false
	}
	cell := r.cells[at]
	if cell.Kind == sheet.Broken {
		r.fault(c, "formula_error", "Ô chứa công thức lỗi hoặc chưa được tính. Hãy mở bằng chương trình bảng tính, sửa và lưu lại.",
			"The cell holds a formula that failed or was never computed. Open the table in a spreadsheet program, correct it and save it.")
		return sheet.Cell{}, false
	}
	cell.Text = tidy(cell.Text)
	return cell, cell.Text != ""
}

// lengths are how long fields may be: those of Decree 30/2020/NĐ-CP, annex VI, in characters. Provinces may know others.
var lengths = map[Column]int{
	Type: 100, Number: 11, Notation: 30, IssuingAgency: 200, Subject: 500, SignerName: 50, SignerPosition: 100, OwnerName: 200, File: 1000, Folder: 1000,
}

// text returns the text of a column, "" when there is none or it cannot be taken.
func (r *reading) text(c Column) string { return r.short(c, c, r.raw(c)) }

// raw is text whatever its length.
func (r *reading) raw(c Column) string {
	cell, ok := r.cell(c)
	if !ok {
		return ""
	}
	if cell.Kind == sheet.Date {
		r.fault(c, "became_date", "Chương trình bảng tính đã đổi ô này thành ngày. Hãy định dạng cột là văn bản rồi nhập lại.",
			"The spreadsheet program has turned this cell into a day. Format the column as text and type it again.")
		return ""
	}
	if cell.Kind == sheet.Number && len(strings.TrimLeft(cell.Text, "-")) > 15 {
		r.fault(c, "digits_lost", "Ô chứa số dài hơn 15 chữ số nên chương trình bảng tính đã làm tròn. Hãy định dạng cột là văn bản rồi nhập lại.",
			"The number has more than 15 digits, and the spreadsheet program has rounded it. Format the column as text and type it again.")
		return ""
	}
	return cell.Text
}

// short checks a text against the length of a column's field.
func (r *reading) short(at, c Column, s string) string {
	if max := lengths[c]; max > 0 && utf8.RuneCountInString(s) > max {
		r.fault(at, "too_long", fmt.Sprintf("Dài quá %d ký tự.", max), fmt.Sprintf("Longer than %d characters.", max))
		return ""
	}
	return s
}

// sign makes the digest of what the row says.
func (r *reading) sign() {
	f := r.out.Fields
	f.IssuingAgency = archive.AgencyRef{}
	said := struct {
		Version int
		Kind    archive.DocumentKind
		Dossier archive.DossierCode
		Access  archive.Access
		Pages   int
		Fields  archive.Fields
		Names   map[Column]string
	}{1, r.out.Kind, r.out.Dossier, r.out.Access, r.out.Pages, f, r.said}
	b, err := json.Marshal(said)
	if err != nil {
		panic(err) // texts and numbers: cannot fail
	}
	r.out.Said = archive.DigestOf(b)
	if r.out.Kind == "" {
		r.out.Kind = r.rules.Kind
	}
	if r.out.Dossier == "" {
		r.out.Dossier = r.rules.Dossier
	}
	if r.out.Agency == "" {
		r.out.Agency = r.rules.Agency
	}
	if r.out.Agency == "" && r.out.Dossier == "" && r.rules.NeedAgency && r.said[Custodian] == "" {
		r.fault(Custodian, "agency", "Không rõ cơ quan lưu giữ: thêm cột “Mã cơ quan”, hoặc chạy với --agency.", "The agency that keeps the paper is not told: add a column “Agency”, or run with --agency.")
	}
}
