package archive

import "sohoa/internal/viet"

// PaperTypes are the 29 types of administrative documents of Decree 30/2020/NĐ-CP, art. 7, with the abbreviations of its
// annex III. Two have none and stand under their name. Results of procedures stand outside the 29 and are called by their
// name.
var PaperTypes = []struct{ Code, Name string }{
	{"NQ", "Nghị quyết"}, {"QĐ", "Quyết định"}, {"CT", "Chỉ thị"}, {"QC", "Quy chế"}, {"QyĐ", "Quy định"}, {"TC", "Thông cáo"}, {"TB", "Thông báo"},
	{"HD", "Hướng dẫn"}, {"CTr", "Chương trình"}, {"KH", "Kế hoạch"}, {"PA", "Phương án"}, {"ĐA", "Đề án"}, {"DA", "Dự án"}, {"BC", "Báo cáo"},
	{"BB", "Biên bản"}, {"TTr", "Tờ trình"}, {"HĐ", "Hợp đồng"}, {"CĐ", "Công điện"}, {"BGN", "Bản ghi nhớ"}, {"BTT", "Bản thỏa thuận"},
	{"GUQ", "Giấy ủy quyền"}, {"GM", "Giấy mời"}, {"GGT", "Giấy giới thiệu"}, {"GNP", "Giấy nghỉ phép"}, {"PG", "Phiếu gửi"}, {"PC", "Phiếu chuyển"},
	{"PB", "Phiếu báo"}, {"Công văn", "Công văn"}, {"Thư công", "Thư công"},
}

// TypeName spells out the code of a type; what is no code is a name already.
func TypeName(code string) string {
	for _, t := range PaperTypes {
		if t.Code == code {
			return t.Name
		}
	}
	return code
}

// TypeCode is the reverse for what a person wrote by name, in whatever case and with or without marks. What is none of the 29
// comes back as it is.
func TypeCode(name string) string {
	folded := viet.Fold(name)
	for _, t := range PaperTypes {
		if viet.Fold(t.Name) == folded {
			return t.Code
		}
	}
	return name
}
