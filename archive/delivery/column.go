package delivery

import (
	"fmt"
	"slices"
	"strings"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// Column is what a column of an index tells. Fields of a paper are called as in the contract of the API.
type Column string

// The columns that are understood.
const (
	File           Column = "file"   // name of the file, or its path below the folder
	Folder         Column = "folder" // its folder, or its whole path
	Kind           Column = "kind"
	Dossier        Column = "dossier_code"
	Procedure      Column = "procedure_code"
	Type           Column = "type"
	Number         Column = "number"
	Notation       Column = "notation"
	NumberNotation Column = "number_notation" // both in one: 1287/QĐ-UBND
	IssuedOn       Column = "issued_on"
	IssuingAgency  Column = "issuing_agency"
	Custodian      Column = "agency"
	Subject        Column = "subject"
	SignerName     Column = "signer.name"
	SignerPosition Column = "signer.position"
	OwnerName      Column = "owner.name"
	OwnerID        Column = "owner.id"
	OwnerTax       Column = "owner.tax_code"
	Pages          Column = "page_count"
	Language       Column = "language"
	Secrecy        Column = "secrecy"
	Access         Column = "access"

	// The columns a report adds, so that a report that was corrected can be the next index.
	ReportLine   Column = "report.line"
	ReportStatus Column = "report.status"
	ReportPaper  Column = "report.paper"
	ReportErrors Column = "report.errors"

	ignored Column = "-" // somebody said that it is to be passed over
)

// titles are the headings under which columns come, folded to their letters and digits (titleKey), beside the columns' own names.
// They are those of Decree 30/2020/NĐ-CP, annex VI, of Circular 02/2019/TT-BNV, and of the lists that offices send around.
var titles = map[Column]string{
	File:           "filename tentep tenfile file tep tepdinhkem filedinhkem taptin tentaptin tentepso tenfileso tepso tentepdinhkem tenfiledinhkem tentepdientu teppdf filepdf tentailieuso attachment",
	Folder:         "path filepath duongdan duongdantep duongdanfile duongdantoitep duongdanluutru duongdantaptin thumuc tenthumuc thumucluutru directory",
	Kind:           "documentkind phanloai thanhphanketqua thanhphanhayketqua thanhphanhoacketqua thanhphanhosoketqua loaithanhphan",
	Dossier:        "dossier mahoso mahosotthc masohoso mahs mahosomotcua mahosothutuchanhchinh sobiennhan mabiennhan filecode",
	Procedure:      "procedure mathutuc matthc mathutuchanhchinh masotthc masothutuc mathutuctthc mathutuchanhchinhtthc",
	Type:           "typename documenttype doctype loaivanban tenloaivanban tenloai loaigiayto loaitailieu theloai theloaivanban tenloaitailieu",
	Number:         "codenumber documentnumber so sovanban socuavanban sovb sogiayto",
	Notation:       "codenotation kyhieu kyhieuvanban kyhieucuavanban kyhieuvb",
	NumberNotation: "sokyhieu sovakyhieu sohieu sohieuvanban sokyhieuvanban sovakyhieuvanban sokh sokyhieuvb sokyhieucuavanban sovakyhieucuavanban",
	IssuedOn:       "issueddate dateissued issuedate promulgationdate ngaybanhanh ngaybanhanhvanban ngayvanban ngayky ngayvb ngaybh ngaythangvanban ngaythangnamvanban ngaythangnam ngaythang ngaythangnambanhanh ngaythangbanhanh ngaycap ngaythangnamcuavanban",
	IssuingAgency:  "issuer organname coquanbanhanh tencoquanbanhanh donvibanhanh noibanhanh tacgia tacgiavanban coquanbanhanhvanban tencoquanbanhanhvanban coquantochucbanhanh tencoquantochucbanhanhvanban tencoquantochucbanhanh coquancap noicap donvicap",
	Custodian:      "custodian organid coquanluugiu donviluugiu coquanluutru donviluutru coquanquanly donviquanly macoquan madonvi madinhdanhcoquan madinhdanhdonvi macoquanluugiu macoquanluutru",
	Subject:        "title trichyeu trichyeunoidung trichyeuvanban noidung noidungtrichyeu tieude veviec tenvanban trichyeunoidungvanban tenvanbantrichyeu trichyeunoidungcuavanban",
	SignerName:     "signer signername signerinfo signerinfofullname fullname nguoiky hotennguoiky tennguoiky hovatennguoiky nguoikyvanban nguoikybanhanh",
	SignerPosition: "position signerposition signerinfoposition chucvu chucvunguoiky chucdanh chucdanhnguoiky chucvucuanguoiky",
	OwnerName:      "owner ownername chusohuu tenchusohuu hotenchusohuu hovatenchusohuu hoten hovaten nguoinop tennguoinop nguoinophoso hotennguoinop congdan tencongdan tencongdandoanhnghiep congdandoanhnghiep chuhoso tenchuhoso hotenchuhoso nguoiyeucau canhantochuc tochuccanhan tentochuccanhan tencanhantochuc chugiayto",
	OwnerID:        "personalid ownerid sodinhdanh socccd cccd cccdcmnd cmndcccd socccdcmnd socmndcccd socmnd cmnd sodinhdanhcanhan sodinhdanhcccd sodinhdanhcanhancccd madinhdanhcanhan madinhdanhchusohuu sodinhdanhchusohuu dinhdanhcanhan socancuoc cancuoccongdan socancuoccongdan socancuoccccd sogiaytotuythan socccdchusohuu",
	OwnerTax:       "taxcode mst masothue masothuechusohuu masodoanhnghiep masothuedoanhnghiep",
	Pages:          "pages pageamount sotrang soluongtrang tongsotrang soluongtrangcuavanban sotrangvanban sotrangtailieu",
	Language:       "ngonngu ngonnguvanban",
	Secrecy:        "domat mucdomat capdomat",
	Access:         "mode chedosudung mucdotruycap quyentruycap domatchedosudung domathoacchedosudung chedokhaithac mucdotiepcan",

	ReportLine:   "sohoadong sohoaline",
	ReportStatus: "sohoaketqua sohoastatus",
	ReportPaper:  "sohoamagiayto sohoapaperid",
	ReportErrors: "sohoaloi sohoaerrors",
}

var byTitle = func() map[string]Column {
	m := map[string]Column{}
	for c, forms := range titles {
		m[titleKey(string(c))] = c
		for form := range strings.FieldsSeq(forms) {
			m[form] = c
		}
	}
	return m
}()

// titleKey folds a heading to its letters and digits, without what stands in brackets: "Ngày ban hành (dd/mm/yyyy) *" is
// ngaybanhanh.
func titleKey(title string) string {
	var b strings.Builder
	depth := 0
	for _, r := range viet.Fold(title) {
		switch {
		case r == '(' || r == '[':
			depth++
		case (r == ')' || r == ']') && depth > 0:
			depth--
		case depth == 0 && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9'):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// columnOf tells what a heading means; "" when nobody knows.
func columnOf(title string) Column { return byTitle[titleKey(title)] }

// ColumnOfField returns the column that tells a field of the API's contract; "" when none does.
func ColumnOfField(field string) Column {
	switch field {
	case "dossier":
		return Dossier
	case "issuing_agency.code", "issuing_agency.name":
		return IssuingAgency
	case "owner.id_type":
		return OwnerID
	}
	if _, ok := titles[Column(field)]; ok {
		return Column(field)
	}
	return ""
}

// Columns lists the names that ParseMap understands, sorted.
func Columns() []string {
	var out []string
	for c := range titles {
		if !strings.HasPrefix(string(c), "report.") {
			out = append(out, string(c))
		}
	}
	slices.Sort(out)
	return out
}

// Map says what columns mean whose headings nobody could guess: by heading, or by the letters a spreadsheet program shows.
type Map map[string]Column

// Put reads "Heading=column". The column is one of Columns, or a heading that is understood; "-" passes the column over.
func (m Map) Put(s string) error {
	i := strings.LastIndexByte(s, '=')
	if i <= 0 {
		return fmt.Errorf("want Heading=column, with a column of %s, or - to pass it over", strings.Join(Columns(), ", "))
	}
	heading, name := strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:])
	c := columnOf(name)
	if name == string(ignored) {
		c = ignored
	}
	if c == "" || titleKey(heading) == "" {
		return fmt.Errorf("there is no column %q; there are %s, and - to pass a column over", name, strings.Join(Columns(), ", "))
	}
	m[titleKey(heading)] = c
	return nil
}

// names are what columns are called in a sentence.
var names = map[Column]archive.Text{
	File: {VI: "Tên tệp", EN: "File"}, Folder: {VI: "Đường dẫn", EN: "Path"}, Subject: {VI: "Trích yếu", EN: "Subject"},
}

// nameOf returns what a column is called in a sentence.
func nameOf(c Column) archive.Text {
	if t, ok := names[c]; ok {
		return t
	}
	return archive.Text{VI: string(c), EN: string(c)}
}
