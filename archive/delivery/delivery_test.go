package delivery

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"sohoa/archive"
)

var registry = []archive.Agency{
	{Code: "H15", Name: "Ủy ban nhân dân tỉnh Đắk Lắk", Aliases: []string{"000.00.00.H15"}},
	{Code: "H15.50", Name: "Sở Tài nguyên và Môi trường"},
	{Code: "H15.51", Name: "Ủy ban nhân dân xã Ea Kao"},
	{Code: "H15.52", Name: "Văn phòng đăng ký đất đai", Aliases: []string{"Chi nhánh"}},
	{Code: "H15.53", Name: "Chi nhánh"},
	{Code: "H15.54", Name: "H15.54"},
	{Code: "H15.55", Name: "Sở Nông nghiệp và Môi trường"},
}

func rules() *Rules {
	return &Rules{Kind: archive.Component, Agency: "H15.50", Offices: NewOffices(registry), Today: archive.Date{Year: 2026, Month: time.November, Day: 23}}
}

func index(t *testing.T, text string, o Options) *Index {
	t.Helper()
	x, err := Read([]byte(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// only reads the one row of an index with these columns.
func only(t *testing.T, header, row string) Row {
	t.Helper()
	rows, err := index(t, header+"\n"+row+"\n", Options{}).Plan(rules(), NewFiles([]string{"a.pdf"}))
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	return rows[0]
}

func codes(r Row) string {
	var out []string
	for _, f := range r.Faults {
		s := fmt.Sprint(f.Column, "@", f.At, " ", f.Code)
		if f.Severity == archive.Warning {
			s += "?"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func TestARowBecomesAPaper(t *testing.T) {
	got := only(t, "STT;Tên tệp;Mã hồ sơ;Mã thủ tục;Loại văn bản;Số, ký hiệu;Ngày ban hành;Cơ quan ban hành;Trích yếu nội dung;Người ký;Chức vụ;Chủ sở hữu;Số CCCD/CMND;Số trang;Ngôn ngữ;Độ mật;Chế độ sử dụng;Thành phần/Kết quả;Mã cơ quan;Ghi chú",
		"1;A.PDF;000.00.12.H15-211104-0001;1.000123;quyết định;Số: 1287/QÐ-UBND;05/01/2024;UBND xã Ea Kao;Về việc cấp phép;Y Bhem Niê;PHÓ CHỦ TỊCH;H’Linh Byă;066 200 012 345;3 trang;Tiếng Việt;Thường;Công khai;Kết quả;H15.51;x")
	want := Row{Line: 2, File: "A.PDF", At: 0, Kind: archive.Result, Dossier: "000.00.12.H15-211104-0001", Agency: "H15.51", Access: archive.Public, Pages: 3, Said: got.Said,
		Fields: archive.Fields{Procedure: "1.000123", Type: "QĐ", Number: "1287", Notation: "QĐ-UBND", IssuedOn: archive.Date{Year: 2024, Month: 1, Day: 5},
			IssuingAgency: archive.AgencyRef{Code: "H15.51", Name: "UBND xã Ea Kao"}, Subject: "Về việc cấp phép", Signer: archive.Signer{Name: "Y Bhem Niê", Position: "PHÓ CHỦ TỊCH"},
			Owner: archive.Owner{IDType: archive.IDCitizen, ID: "066200012345", Name: "H’Linh Byă"}, Language: "vi"}}
	if diff := cmp.Diff(want, got); diff != "" || got.Wrong() {
		t.Error(diff)
	}
}

func TestWhatIsWrongWithACell(t *testing.T) {
	for name, c := range map[string]struct{ column, value, want string }{
		"a dossier code of another form":  {"Mã hồ sơ", "H15.50-26100", "dossier_code@1 dossier_code"},
		"a dossier of a day that is none": {"Mã hồ sơ", "H15.50-261345-0001", "dossier_code@1 dossier_date"},
		"a dossier of next year":          {"Mã hồ sơ", "H15.50-271008-0001", "dossier_code@1 dossier_date"},
		"a procedure of another form":     {"Mã thủ tục", "4.000123", "procedure_code@1 procedure_code"},
		"a day that never was":            {"Ngày ban hành", "30/02/2024", "issued_on@1 date"},
		"months first":                    {"Ngày ban hành", "01/25/2024", "issued_on@1 date"},
		"a year alone":                    {"Ngày ban hành", "2024", "issued_on@1 date"},
		"a day to come":                   {"Ngày ban hành", "24/11/2026", "issued_on@1 issued_in_future"},
		"a day before independence":       {"Ngày ban hành", "01/09/1945", "issued_on@1 issued_too_early"},
		"today":                           {"Ngày ban hành", "23/11/2026", ""},
		"no day":                          {"Ngày ban hành", " - ", ""},
		"a day with a time":               {"Ngày ban hành", "2024-01-05 00:00:00", ""},
		"a number too long":               {"Số", "123456789012", "number@1 too_long"},
		"a notation too long":             {"Ký hiệu", strings.Repeat("Đ", 31), "notation@1 too_long"},
		"a subject too long":              {"Trích yếu", strings.Repeat("đ", 501), "subject@1 too_long"},
		"a subject at its limit":          {"Trích yếu", strings.Repeat("đ", 500), ""},
		"a signer too long":               {"Người ký", strings.Repeat("n", 51), "signer.name@1 too_long"},
		"an id of eleven digits":          {"Số định danh", "66200012345", "owner.id@1 owner_id"},
		"an id of a century to come":      {"CCCD", "066999012345", "owner.id@1 personal_id?"},
		"an id of no place":               {"CCCD", "000200012345", "owner.id@1 personal_id?"},
		"a tax code that fails its check": {"Mã số thuế", "0123456789", "owner.tax_code@1 tax_code?"},
		"a passport":                      {"CCCD", "C1234567", ""},
		"no pages":                        {"Số trang", "0", "page_count@1 pages"},
		"pages from to":                   {"Số trang", "1-3", "page_count@1 pages"},
		"a language nobody knows":         {"Ngôn ngữ", "Tiếng lóng", "language@1 language"},
		"a kind nobody knows":             {"Phân loại", "bản sao", "kind@1 kind"},
		"a secret paper":                  {"Độ mật", "Tối mật", "secrecy@1 secret_paper"},
		"a mode nobody knows":             {"Chế độ sử dụng", "tùy", "access@1 access"},
		"an agency nobody registered":     {"Mã cơ quan", "H15.99", "agency@1 unknown_agency"},
		"a custodian by an unknown name":  {"Đơn vị lưu trữ", "Sở Khác", "agency@1 unknown_agency"},
		"a custodian with two namesakes":  {"Đơn vị lưu trữ", "chi nhánh", "agency@1 ambiguous_agency"},
		"an old code of an agency":        {"Mã cơ quan", "000.00.50.H15", ""},
		"an issuer by an unknown code":    {"Cơ quan ban hành", "H15.99", "issuing_agency@1 unknown_agency?"},
		"an issuer nobody registered":     {"Cơ quan ban hành", "Bộ Nội vụ", ""},
	} {
		got := only(t, "Tên tệp\t"+c.column, "a.pdf\t"+c.value)
		if codes(got) != c.want {
			t.Errorf("%s: %q, want %q", name, codes(got), c.want)
		}
		for _, f := range got.Faults {
			if f.Msg.VI == "" || f.Msg.EN == "" || len(c.value) > 4 && strings.Contains(f.Msg.EN, c.value) {
				t.Errorf("%s: %+v", name, f.Msg)
			}
		}
	}
}

func TestWhatIsWrongWithAFile(t *testing.T) {
	files := []string{"a.pdf", "B/Quyết định.PDF", "B/c.pdf", "C/c.pdf", "x.PDF", "X.pdf", "D/ten.tif", "nfd/Quyết.pdf"}
	for name, c := range map[string]struct{ row, want string }{
		"as it is":                      {"a.pdf;", "a.pdf"},
		"another case":                  {"b/QUYẾT ĐỊNH.pdf;", "B/Quyết định.PDF"},
		"another composition":           {"nfd/Quyết.pdf;", "nfd/Quyết.pdf"},
		"as Windows writes it":          {`.\B\c.pdf;`, "B/c.pdf"},
		"folder and name apart":         {"c.pdf;C/", "C/c.pdf"},
		"the whole path in both":        {"c.pdf;B/c.pdf", "B/c.pdf"},
		"only the path":                 {";B/c.pdf", "B/c.pdf"},
		"the ending left out":           {"a;", "a.pdf"},
		"of another sort, left out":     {"ten;", "D/ten.tif"},
		"the name alone":                {"quyết định.pdf;", "B/Quyết định.PDF"},
		"the name alone, twice there":   {"c.pdf;", "file@0 ambiguous_file"},
		"case decides, and is there":    {"x.PDF;", "x.PDF"},
		"case decides, and is not":      {"x.pdf;", "file@0 ambiguous_file"},
		"not there":                     {"b.pdf;", "file@0 missing_file"},
		"in another folder":             {"B/a.pdf;", "file@0 missing_file"},
		"nothing":                       {";", ""},
		"upwards":                       {`..\a.pdf;`, "file@0 outside_folder"},
		"upwards in the middle":         {`B/../../a.pdf;`, "file@0 outside_folder"},
		"from the root":                 {`/a.pdf;`, "file@0 outside_folder"},
		"from a drive":                  {`D:\giao\a.pdf;`, "file@0 outside_folder"},
		"from a share":                  {`\\may\giao\a.pdf;`, "file@0 outside_folder"},
		"from a page":                   {`http://x/a.pdf;`, "file@0 outside_folder"},
		"the folder leads out":          {`a.pdf;../x`, "path"},
		"a folder that begins with two": {`..a/a.pdf;`, "file@0 missing_file"},
	} {
		rows, err := index(t, "Tên tệp;Đường dẫn;Số\n"+c.row+";1\n", Options{}).Plan(rules(), NewFiles(files))
		if c.row == ";" {
			if err != nil || codes(rows[0]) != "file@0 no_file" {
				// only the number stands there
				t.Errorf("%s: %v %v", name, rows, err)
			}
			continue
		}
		_ = err
		got := codes(rows[0])
		if rows[0].At >= 0 {
			got = strings.TrimPrefix(got+" "+files[rows[0].At], " ")
		}
		if c.want == "path" {
			c.want = "folder@1 outside_folder"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestRowsThatSayNothing(t *testing.T) {
	x := index(t, "SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG,,,\nBẢNG KÊ GIAO NỘP,,,\n\nSTT,Tên tệp,Số,Trích yếu\n(1),(2),(3),(4)\n1,a.pdf,1,x\n2,,-,\n3,b.pdf,2,y\nTổng cộng,,,\n", Options{})
	if x.Header.Line != 4 {
		t.Errorf("headings in line %d", x.Header.Line)
	}
	rows, err := x.Plan(rules(), NewFiles([]string{"a.pdf", "b.pdf"}))
	if err != nil || len(rows) != 2 || rows[0].Line != 6 || rows[1].Line != 8 {
		t.Errorf("%+v %v", rows, err)
	}
}

func TestRowsThatStandAgainstEachOther(t *testing.T) {
	f := NewFiles([]string{"a.pdf", "b.pdf", "c.pdf", "ghi chu.txt"})
	x := index(t, "Tên tệp,Số,Ký hiệu,Cơ quan ban hành,Ngày ban hành\na.pdf,1,QĐ-UBND,UBND tỉnh,05/01/2024\nA.pdf,2,QĐ-UBND,UBND tỉnh,05/01/2024\nb.pdf,1,QÐ-UBND,ubnd tỉnh,07/01/2024\nc.pdf,1,QĐ-UBND,UBND tỉnh,05/01/2023\n", Options{})
	rows, err := x.Plan(rules(), f)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, codes(r))
	}
	if diff := cmp.Diff([]string{"file@0 file_twice", "file@0 file_twice", "number@1 duplicate_number?", ""}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"ghi chu.txt"}, f.Unclaimed()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatASpreadsheetDidToCells(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.SetSheetRow("Sheet1", "A1", &[]any{"Tên tệp", "Số", "Ngày ban hành", "CCCD", "Trích yếu", "Mã hồ sơ"}))
	must(f.SetSheetRow("Sheet1", "A2", &[]any{"a.pdf", 5, 45296, 66200012345, "x", "H15.50-261008-0975"}))
	must(f.SetSheetRow("Sheet1", "A3", &[]any{"b.pdf", time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 1, 5, 0, 0, 0, 0, time.UTC), "066200012345", nil, 12345678901234567}))
	must(f.SetCellFormula("Sheet1", "E3", "A1"))
	must(f.SetSheetRow("Sheet1", "A4", &[]any{"c.pdf", "0123", 2024}))
	b, err := f.WriteToBuffer()
	must(err)
	x, err := Read(b.Bytes(), Options{})
	must(err)
	rows, err := x.Plan(rules(), NewFiles([]string{"a.pdf", "b.pdf", "c.pdf"}))
	must(err)
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprint(r.Fields.Number, " ", r.Fields.IssuedOn, " ", codes(r)))
	}
	want := []string{"5 2024-01-05 owner.id@3 zero_lost", " 2024-01-05 dossier_code@5 digits_lost, number@1 became_date, subject@4 formula_error", "0123  issued_on@2 date"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHeadings(t *testing.T) {
	for heading, want := range map[string]Column{
		"Tên tệp": File, "TEN TEP": File, "Tên tệp (bắt buộc) *": File, "Số": Number, "Số, ký hiệu": NumberNotation, "Số/ký hiệu": NumberNotation, "Ngày ban hành (dd/mm/yyyy)": IssuedOn,
		"IssuedDate": IssuedOn, "issued_on": IssuedOn, "CodeNumber": Number, "OrganName": IssuingAgency, "SignerInfo": SignerName, "Mã hồ sơ TTHC": Dossier, "Số định danh/CCCD": OwnerID,
		"Độ mật/Chế độ sử dụng": Access, "STT": "", "Ghi chú": "", "Số thứ tự": "", "": "", "Sohoa: kết quả": ReportStatus,
	} {
		if got := columnOf(heading); got != want {
			t.Errorf("%q is %q, want %q", heading, got, want)
		}
	}
	seen := map[string]Column{}
	for c, forms := range titles {
		for form := range strings.FieldsSeq(forms) {
			if other, ok := seen[form]; ok || titleKey(form) != form {
				t.Errorf("%q stands for %s and %s, or is not folded", form, c, other)
			}
			seen[form] = c
		}
	}
}

func TestIndexesThatCannotBeTaken(t *testing.T) {
	tcvn := "Tªn tÖp,TrÝch yÕu\na.pdf,QuyÕt ®Þnh vÒ viÖc cÊp giÊy phÐp\nb.pdf,QuyÕt ®Þnh\n"
	for name, c := range map[string]struct {
		text string
		opt  Options
		code string
	}{
		"no headings":           {"a.pdf,1\nb.pdf,2\n", Options{}, "no_header"},
		"headings too far":      {strings.Repeat("x\n", 10) + "Tên tệp,Số\n", Options{}, "no_header"},
		"nothing for the file":  {"Số,Ký hiệu\n1,QĐ\n", Options{}, "no_file_column"},
		"one meaning twice":     {"Tên tệp,Số văn bản,Số\na.pdf,1,2\n", Options{}, "two_columns"},
		"letters of old fonts":  {tcvn, Options{}, "encoding"},
		"bytes of old fonts":    {"T\xaan t\xd6p,Tr\xddch y\xd5u\na.pdf,Quy\xd5t \xae\xdenh v\xd2 vi\xd6c c\xcap gi\xcay\n", Options{}, "encoding"},
		"not a table":           {"\x00\x01", Options{}, "not_a_table"},
		"quotes never closed":   {"Tên tệp,Số\n\"a.pdf,1\n", Options{}, "damaged"},
		"an unknown encoding":   {"Tên tệp\n", Options{Encoding: "latin"}, "no archive error"},
		"headings of old fonts": {"Tªn tÖp,Sè\na.pdf,1\n", Options{Encoding: TCVN3}, ""},
	} {
		_, err := Read([]byte(c.text), c.opt)
		got := archive.CodeOf(err)
		if err != nil && got == "" {
			got = "no archive error"
		}
		if got != c.code {
			t.Errorf("%s: %q (%v), want %q", name, got, err, c.code)
		}
	}
	x := index(t, tcvn, Options{Encoding: TCVN3})
	rows, err := x.Plan(rules(), NewFiles([]string{"a.pdf", "b.pdf"}))
	if err != nil || rows[0].Fields.Subject != "Quyết định về việc cấp giấy phép" {
		t.Errorf("read as told: %+v %v", rows, err)
	}
	if _, err := Read([]byte("T\xaan t\xd6p,Tr\xddch y\xd5u\na.pdf,Quy\xd5t \xae\xdenh v\xd2 vi\xd6c\n"), Options{}); err == nil || !strings.Contains(err.Error(), "encoding") {
		t.Errorf("the flag is not named: %v", err)
	} else if e := new(archive.Error); !errors.As(err, &e) || !strings.Contains(e.Msg.EN, TCVN3) {
		t.Errorf("the encoding is not named: %+v", e)
	}
}

func TestMapSaysWhatOddColumnsMean(t *testing.T) {
	m := Map{}
	for _, s := range []string{"Cột A=file", "C=Trích yếu", "Số văn bản=-", "Mã = x=number"} {
		if err := m.Put(s); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range []string{"", "x", "=file", "x=", "x=farbe", "-=file"} {
		if err := m.Put(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
	x := index(t, "Cột A,Số,Cột C,Số văn bản,Lạ\na.pdf,1,x,2,3\n", Options{Map: m})
	rows, err := x.Plan(rules(), NewFiles([]string{"a.pdf"}))
	if err != nil || rows[0].Fields.Subject != "x" || rows[0].Fields.Number != "1" || codes(rows[0]) != "" {
		t.Errorf("%+v %v", rows, err)
	}
	if diff := cmp.Diff([]string{"Lạ"}, x.Header.Unknown()); diff != "" {
		t.Error(diff)
	}
}

func TestNumbersAreParted(t *testing.T) {
	for in, want := range map[string][2]string{
		"1287/QĐ-UBND": {"1287", "QĐ-UBND"}, "Số: 05/QÐ-UBND": {"05", "QĐ-UBND"}, "15/2024/NĐ-CP": {"15/2024", "NĐ-CP"}, "45/2024": {"45/2024", ""}, "778-QĐ/BTCTU": {"778", "QĐ/BTCTU"},
		"112/GPXD": {"112", "GPXD"}, "1287": {"1287", ""}, "QĐ-UBND": {"", "QĐ-UBND"}, "DA 104527": {"DA 104527", ""}, "15 / QĐ - UBND": {"15", "QĐ-UBND"}, "": {"", ""}, "15a/TB-VP": {"15a", "TB-VP"},
	} {
		if n, s := splitNumber(in); n != want[0] || s != want[1] {
			t.Errorf("%q: %q and %q", in, n, s)
		}
	}
	for _, c := range []struct{ header, row, want string }{
		{"Tên tệp,Số,Ký hiệu", "a.pdf,12/QĐ-UBND,", "12|QĐ-UBND|"},
		{"Tên tệp,Số,Ký hiệu", "a.pdf,12/QĐ-UBND,QĐ-UBND", "12|QĐ-UBND|"},
		{"Tên tệp,Số,Ký hiệu", "a.pdf,12/QĐ-UBND,TB-UBND", "||number@1 number_conflict"},
		{"Tên tệp,Số ký hiệu,Số", "a.pdf,12/QĐ-UBND,13", "||number_notation@1 number_conflict"},
		{"Tên tệp,Số ký hiệu,Số", "a.pdf,12/QĐ-UBND,12", "12|QĐ-UBND|"},
	} {
		r := only(t, c.header, c.row)
		if got := r.Fields.Number + "|" + r.Fields.Notation + "|" + codes(r); got != c.want {
			t.Errorf("%s: %q, want %q", c.row, got, c.want)
		}
	}
}

func TestOffices(t *testing.T) {
	o := NewOffices(registry)
	for name, want := range map[string]string{"Sở TN&MT": "[H15.50]", "SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG": "[H15.50]", "so tai nguyen va moi truong": "[H15.50]", "UBND tỉnh Đăk Lăk": "[H15]",
		"Ủy ban nhân dân xã Ea-Kao": "[H15.51]", "Uỷ ban nhân dân xã Ea Kao": "[H15.51]", "chi nhánh": "[H15.52 H15.53]", "UBND": "[]", "": "[]", "---": "[]", "Sở NNMT": "[H15.55]"} {
		if got := fmt.Sprint(o.Named(name)); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
	if o.Name("H15.54") != "" || o.Name("H15.50") == "" || o.Known("H15.99") {
		t.Error("names and codes")
	}
}

func TestWhatARowSaysIsKnownAgain(t *testing.T) {
	said := func(row string) archive.Digest {
		return only(t, "Tên tệp,Số,Ngày ban hành,Cơ quan ban hành", row).Said
	}
	first := said("a.pdf,1,05/01/2024,UBND tỉnh")
	if said("A.PDF,1,2024-01-05,UBND tỉnh") != first {
		t.Error("another way to write the same")
	}
	for _, other := range []string{"a.pdf,2,05/01/2024,UBND tỉnh", "a.pdf,1,06/01/2024,UBND tỉnh", "a.pdf,1,05/01/2024,UBND xã"} {
		if said(other) == first {
			t.Errorf("%s says the same", other)
		}
	}
	r := rules()
	r.Agency, r.NeedAgency = "", true
	rows, err := index(t, "Tên tệp,Số,Ngày ban hành,Cơ quan ban hành\na.pdf,1,05/01/2024,UBND tỉnh\n", Options{}).Plan(r, NewFiles([]string{"a.pdf"}))
	if err != nil || rows[0].Said != first || codes(rows[0]) != "agency@-1 agency" {
		t.Errorf("with other flags: %+v %v", rows, err)
	}
}
