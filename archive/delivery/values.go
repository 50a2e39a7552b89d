package delivery

import (
	"regexp"
	"strconv"
	"strings"

	"sohoa/archive"
	"sohoa/internal/sheet"
	"sohoa/internal/viet"
)

// file puts together the name of the file from the columns that tell it.
func (r *reading) file() {
	name, folder := r.text(File), r.text(Folder)
	at := File
	if r.x.Header.At(File) < 0 || name == "" {
		name, folder, at = folder, "", Folder
	}
	if name == "" {
		if at = File; r.x.Header.At(File) < 0 {
			at = Folder
		}
		if !r.out.Wrong() {
			r.fault(at, "no_file", "Dòng này không nêu tên tệp.", "The row names no file.")
		}
		return
	}
	path, ok := cleanPath(name)
	if ok && folder != "" {
		var above string
		if above, ok = cleanPath(folder); !ok {
			at = Folder
		} else if !strings.EqualFold(above, path) && !strings.HasSuffix(strings.ToLower(above), "/"+strings.ToLower(path)) {
			path = above + "/" + path
		} else {
			path = above // the whole path stands in both
		}
	}
	if !ok {
		r.fault(at, "outside_folder", "Đường dẫn phải nằm trong thư mục giao nộp: không có ổ đĩa, không bắt đầu bằng “/”, không có “..”.",
			"The path must lie inside the delivered folder: no drive, no “/” at its start, no “..”.")
		return
	}
	r.out.File = path
}

// place reads what the paper belongs to.
func (r *reading) place() {
	if s := r.text(Kind); s != "" {
		switch viet.Fold(s) {
		case "component", "thanh phan", "thanh phan ho so", "tp", "tphs", "giay to dau vao":
			r.out.Kind = archive.Component
		case "result", "ket qua", "ket qua giai quyet", "ket qua tthc", "ket qua giai quyet tthc", "kq", "kqgq":
			r.out.Kind = archive.Result
		default:
			r.fault(Kind, "kind", "Ghi “thành phần” hoặc “kết quả”.", "Write “component” or “result”.")
		}
	}
	if s := r.text(Dossier); s != "" {
		code, err := archive.ParseDossierCode(s)
		switch {
		case err != nil:
			r.refuse(Dossier, err)
		case r.rules.Today.Before(code.Received()):
			r.fault(Dossier, "dossier_date", "Ngày tiếp nhận trong mã hồ sơ sau hôm nay.", "The day of receipt in the dossier code is after today.")
		default:
			r.out.Dossier = code
		}
	}
	if s := r.text(Procedure); s != "" {
		code, err := archive.ParseProcedureCode(s)
		if err != nil {
			r.refuse(Procedure, err)
		}
		r.out.Fields.Procedure = code
	}
	if s := r.text(Custodian); s != "" {
		r.say(Custodian, s)
		ref, found := r.office(s)
		switch {
		case len(found) > 1:
			r.fault(Custodian, "ambiguous_agency", "Có nhiều cơ quan mang tên này. Hãy ghi mã cơ quan.", "Several agencies go by this name. Write the code.")
		case len(found) == 0 && (ref.Code == "" || ref.Code != r.rules.Agency):
			r.fault(Custodian, "unknown_agency", "Cơ quan này chưa có trong danh mục. Kiểm tra lại, hoặc thêm vào danh mục trước.", "This agency is not in the registry. Check it, or register it first.")
		default:
			r.out.Agency = ref.Code
		}
	}
}

// say keeps a text as it is written for the digest of the row: what it leads to depends on the registry.
func (r *reading) say(c Column, s string) {
	if r.said == nil {
		r.said = map[Column]string{}
	}
	r.said[c] = s
}

// office reads a cell that names an agency by code or name.
func (r *reading) office(s string) (archive.AgencyRef, []archive.AgencyCode) {
	if code, err := archive.ParseAgencyCode(s); err == nil {
		if r.rules.Offices.Known(code) {
			return archive.AgencyRef{Code: code, Name: r.rules.Offices.Name(code)}, []archive.AgencyCode{code}
		}
		return archive.AgencyRef{Code: code}, nil
	}
	found := r.rules.Offices.Named(s)
	ref := archive.AgencyRef{Name: s}
	if len(found) == 1 {
		ref.Code = found[0]
	}
	return ref, found
}

// code reads type, number and notation.
func (r *reading) code() {
	f := &r.out.Fields
	f.Type = archive.TypeCode(r.text(Type))
	both, number, notation := r.raw(NumberNotation), r.raw(Number), r.text(Notation)
	if both != "" {
		n, t := splitNumber(both)
		if number != "" && number != n || notation != "" && notation != t {
			r.fault(NumberNotation, "number_conflict", "Không khớp với cột Số hoặc cột Ký hiệu.", "It does not agree with the column of the number or of the notation.")
			return
		}
		f.Number, f.Notation = r.short(NumberNotation, Number, n), r.short(NumberNotation, Notation, t)
		return
	}
	if n, t := splitNumber(number); t != "" { // the whole code in the column of the number
		if notation != "" && notation != t {
			r.fault(Number, "number_conflict", "Ký hiệu trong cột Số khác với cột Ký hiệu.", "The notation in the column of the number differs from the column of the notation.")
			return
		}
		f.Number, f.Notation = r.short(Number, Number, n), r.short(Number, Notation, t)
		return
	} else if n != "" {
		number = n
	}
	f.Number, f.Notation = r.short(Number, Number, number), notation
}

var (
	numberLabel = regexp.MustCompile(`(?i)^(?:số|so|no)\s*[:.]\s*`)
	numberForm  = regexp.MustCompile(`^([^/-]{0,12}?)((?:/(?:19|20)[0-9]{2})?)\s*([/-])\s*([\p{L}0-9][\p{L}0-9&./ -]*)$`)
	straight    = strings.NewReplacer("–", "-", "—", "-", "‐", "-", "‑", "-", "−", "-", "⁄", "/", "∕", "/", "\\", "/", "Ð", "Đ", "Ɖ", "Đ")
	anyLetter   = regexp.MustCompile(`\p{L}`)
	anyDigit    = regexp.MustCompile(`[0-9]`)
)

// splitNumber parts 1287/QĐ-UBND into number and notation, as they are read from papers: 15/2024/NĐ-CP is number 15/2024, and
// what has no letters behind the stroke (45/2024) is a number whole.
func splitNumber(s string) (number, notation string) {
	s = straight.Replace(strings.TrimSpace(numberLabel.ReplaceAllString(s, "")))
	m := numberForm.FindStringSubmatch(s)
	switch {
	case m != nil && !anyLetter.MatchString(m[4]):
		return strings.ReplaceAll(s, " ", ""), ""
	case m != nil && anyDigit.MatchString(m[1]):
		return strings.ReplaceAll(m[1], " ", "") + m[2], strings.ReplaceAll(m[4], " ", "")
	case !anyDigit.MatchString(s):
		return "", strings.ReplaceAll(s, " ", "")
	}
	return s, "" // DA 104527
}

// issue reads the day and the issuer.
func (r *reading) issue() {
	f := &r.out.Fields
	if cell, ok := r.cell(IssuedOn); ok {
		day, ok := r.day(cell)
		switch found := day.CheckIssued(r.rules.Today); {
		case !ok:
			r.fault(IssuedOn, "date", "Ngày không đúng (viết dạng 05/01/2024).", "This is not a date (write it as 2024-01-05 or 05/01/2024).")
		case found != nil:
			r.out.Fault(&r.x.Header, IssuedOn, archive.Fatal, found.Code, found.Msg)
		default:
			f.IssuedOn = day
		}
	}
	if s := r.text(IssuingAgency); s != "" {
		r.say(IssuingAgency, s)
		ref, found := r.office(s)
		f.IssuingAgency = ref
		if ref.Code != "" && len(found) == 0 {
			r.doubt(IssuingAgency, "unknown_agency", "Mã cơ quan ban hành chưa có trong danh mục.", "The code of the issuing agency is not in the registry.")
		}
	}
}

// timeOfDay is what programs put behind a day that has none.
var timeOfDay = regexp.MustCompile(`^(\S+?)(?:T|\s+)\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(\s*[AaPp][Mm]|Z)?$`)

// day reads a day, however the cell holds it.
func (r *reading) day(c sheet.Cell) (archive.Date, bool) {
	if c.Kind == sheet.Date || c.Kind == sheet.Number && c.Serial > 9999 { // below that it is a year
		y, m, d, ok := sheet.Day(c, r.x.from1904)
		return archive.Date{Year: y, Month: m, Day: d}, ok
	}
	s := c.Text
	if m := timeOfDay.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	day, err := archive.ParseDate(s)
	return day, err == nil && !day.IsZero()
}

// people reads signer and owner.
func (r *reading) people() {
	f := &r.out.Fields
	f.Signer = archive.Signer{Name: r.text(SignerName), Position: r.text(SignerPosition)}
	f.Owner.Name = r.text(OwnerName)
	r.owner(OwnerTax, archive.IDTax)
	r.owner(OwnerID, "")
}

var onlyDigits = regexp.MustCompile(`^\d+$`)

// owner reads an identifier of the owner. Its form must be one that exists; a check that fails is a warning, as everywhere: the
// paper may carry what was wrong on the day it was printed.
func (r *reading) owner(c Column, as archive.IDType) {
	cell, ok := r.cell(c)
	if !ok {
		return
	}
	s := r.text(c)
	if s == "" {
		return
	}
	typ, id, found := archive.NormaliseOwnerID(as, s)
	plain := strings.ReplaceAll(id, "-", "")
	switch n := len(plain); {
	case len(id) > 30:
		r.fault(c, "too_long", "Dài quá 30 ký tự.", "Longer than 30 characters.")
		return
	case onlyDigits.MatchString(plain) && cell.Kind == sheet.Number && n == 11: // no register has 11 digits; every personal id begins with 0
		r.fault(c, "zero_lost", "Thiếu số 0 ở đầu: ô là số nên chương trình bảng tính đã bỏ. Hãy định dạng cột là văn bản rồi nhập lại.",
			"The zero at the start is missing: the cell is a number, and the spreadsheet program dropped it. Format the column as text and type it again.")
		return
	case onlyDigits.MatchString(plain) && n != 9 && n != 10 && n != 12 && n != 13:
		r.fault(c, "owner_id", "Số định danh có 12 chữ số, CMND 9, mã số thuế 10 hoặc 13.", "A personal id has 12 digits, an old card 9, a tax code 10 or 13.")
		return
	}
	for _, w := range found {
		r.doubt(c, w.Code, w.Msg.VI, w.Msg.EN)
	}
	if c == OwnerID && r.out.Fields.Owner.ID != "" && r.out.Fields.Owner.ID != id {
		r.doubt(OwnerTax, "two_ids", "Có cả số định danh và mã số thuế; chỉ giữ số định danh.", "There is a personal id and a tax code; only the personal id is kept.")
	}
	r.out.Fields.Owner.IDType, r.out.Fields.Owner.ID = typ, id
}

// rest reads subject, pages, language and who may see the paper.
func (r *reading) rest() {
	f := &r.out.Fields
	f.Subject = r.text(Subject)
	if s := r.text(Pages); s != "" {
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(viet.Fold(s), "trang"), "tr"), " "))
		if err != nil || n < 1 || n > 100_000 {
			r.fault(Pages, "pages", "Số trang là một số nguyên từ 1.", "The number of pages is a whole number from 1.")
		} else {
			r.out.Pages = n
		}
	}
	if s := r.text(Language); s != "" {
		if f.Language = language(s); f.Language == "" {
			r.fault(Language, "language", "Không rõ ngôn ngữ (ví dụ: Tiếng Việt, vi, en).", "This language is not known (for example: Vietnamese, vi, en).")
		}
	}
	secret := r.access(Secrecy)
	if mode := r.access(Access); secret == "" {
		r.out.Access = mode
	}
}

// access reads who may see a paper. Secret papers are not digitised here at all (domain rule, Circular 01/2023/TT-VPCP).
func (r *reading) access(c Column) archive.Access {
	s := r.text(c)
	switch viet.Fold(s) {
	case "", "thuong", "khong", "khong mat", "binh thuong", "0", "none":
		return ""
	case "cong khai", "public", "01", "1", "rong rai", "su dung rong rai":
		return archive.Public
	case "co dieu kien", "han che", "su dung han che", "restricted", "02", "2", "noi bo", "luu hanh noi bo":
		return archive.Restricted
	case "sealed", "niem phong":
		return archive.Sealed
	case "mat", "toi mat", "tuyet mat", "03", "3", "a", "b", "c", "secret":
		r.fault(c, "secret_paper", "Giấy tờ mật không được số hóa vào hệ thống này.", "Secret papers must not be digitised into this system.")
		return ""
	}
	r.fault(c, "access", "Ghi: công khai, có điều kiện, hoặc thường.", "Write: public, restricted, or none.")
	return ""
}

// languages are what languages of papers here are called. Codes are BCP 47.
var languages = map[string]string{"01": "vi", "viet": "vi", "viet nam": "vi", "vietnamese": "vi", "anh": "en", "english": "en", "phap": "fr", "french": "fr", "nga": "ru", "trung": "zh",
	"trung quoc": "zh", "hoa": "zh", "han": "zh", "lao": "lo", "khmer": "km", "e de": "rad", "ede": "rad", "m'nong": "cmo", "mnong": "cmo", "gia rai": "jra", "jrai": "jra"}

var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[a-z0-9]{2,8})*$`)

func language(s string) string {
	s = strings.TrimPrefix(viet.Fold(s), "tieng ")
	if code, ok := languages[s]; ok {
		return code
	}
	if languageTag.MatchString(s) && len(s) < 30 && s != "khac" {
		return s
	}
	return ""
}
