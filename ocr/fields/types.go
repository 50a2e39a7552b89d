package fields

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sohoa/internal/viet"
)

// A kind of paper. Code is the abbreviation of Decree 30/2020, annex III; what stands outside the 29 types has none.
type kind struct{ code, name string }

// kinds are the 29 types of article 7, then legislation, then what citizens hand in and what procedures yield. Of two
// that fit, the longer wins: Giấy chứng nhận before Giấy.
var kinds = []kind{
	{"NQ", "Nghị quyết"}, {"QĐ", "Quyết định"}, {"CT", "Chỉ thị"}, {"QC", "Quy chế"}, {"QyĐ", "Quy định"}, {"TC", "Thông cáo"}, {"TB", "Thông báo"},
	{"HD", "Hướng dẫn"}, {"CTr", "Chương trình"}, {"KH", "Kế hoạch"}, {"PA", "Phương án"}, {"ĐA", "Đề án"}, {"DA", "Dự án"}, {"BC", "Báo cáo"},
	{"BB", "Biên bản"}, {"TTr", "Tờ trình"}, {"HĐ", "Hợp đồng"}, {"CĐ", "Công điện"}, {"BGN", "Bản ghi nhớ"}, {"BTT", "Bản thỏa thuận"},
	{"GUQ", "Giấy ủy quyền"}, {"GM", "Giấy mời"}, {"GGT", "Giấy giới thiệu"}, {"GNP", "Giấy nghỉ phép"}, {"PG", "Phiếu gửi"}, {"PC", "Phiếu chuyển"},
	{"PB", "Phiếu báo"}, {"", official}, {"", "Thư công"},

	{"NĐ", "Nghị định"}, {"TT", "Thông tư"}, {"TTLT", "Thông tư liên tịch"}, {"NQLT", "Nghị quyết liên tịch"}, {"", "Luật"}, {"", "Pháp lệnh"}, {"", "Lệnh"}, {"", "Quy chuẩn"},

	{"", "Đơn"}, {"", "Tờ khai"}, {"", "Bản khai"}, {"", "Bản cam kết"}, {"", "Giấy cam kết"}, {"", "Giấy cam đoan"}, {"", "Giấy đề nghị"}, {"", "Giấy biên nhận"},
	{"", "Giấy tiếp nhận"}, {"", "Giấy hẹn"}, {"", "Giấy phép"}, {"GCN", "Giấy chứng nhận"}, {"", "Giấy xác nhận"}, {"", "Giấy khai sinh"}, {"", "Giấy chứng sinh"},
	{"", "Giấy báo tử"}, {"", "Giấy chứng tử"}, {"", "Giấy chứng minh"}, {"", "Giấy khen"}, {"", "Giấy ra viện"}, {"", "Giấy thông báo"}, {"", "Giấy"},
	{"", "Trích lục"}, {"", "Bản sao trích lục"}, {"", "Bản sao"}, {"", "Phiếu lý lịch tư pháp"}, {"", "Phiếu yêu cầu"}, {"", "Phiếu đề nghị"}, {"", "Phiếu kiểm soát"},
	{"", "Phiếu thẩm định"}, {"", "Phiếu"}, {"", "Chứng chỉ"}, {"", "Chứng chỉ hành nghề"}, {"", "Chứng thư"}, {"", "Bằng"}, {"", "Bản vẽ"}, {"", "Bản đồ"}, {"", "Bản án"},
	{"", "Danh sách"}, {"", "Danh mục"}, {"", "Phụ lục"}, {"", "Sơ đồ"}, {"", "Văn bản"}, {"", "Thẻ"}, {"", "Di chúc"}, {"", "Lời chứng"}, {"", "Bảng kê"}, {"", "Kết luận"},
}

// official is the one type whose name does not stand on the paper.
const official = "Công văn"

var kindFolds = func() []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = viet.Fold(k.name)
	}
	return out
}()

// kindAt finds the kind whose name the words begin with: its index in kinds, the words it takes and the edits it needs.
func kindAt(words []word) (at, taken, edits int, ok bool) {
	best := 0
	for i, name := range kindFolds {
		n := strings.Count(name, " ") + 1
		for _, m := range [...]int{n, n - 1, n + 1} { // words grown together, or torn apart
			if m < 1 || m > len(words) {
				continue
			}
			limit := utf8.RuneCountInString(name) / 7
			d := viet.Distance(plain(words[:m], m == n), squeeze(name, m == n), limit)
			if d > limit {
				continue
			}
			if score := 10*len(name) - 12*d; !ok || score > best {
				at, taken, edits, best, ok = i, m, d, score, true
			}
		}
	}
	return at, taken, edits, ok
}

// plain is the folded words without the signs around them, with or without a space between.
func plain(words []word, spaced bool) string {
	folds := make([]string, len(words))
	for i, w := range words {
		folds[i] = strings.TrimFunc(w.fold, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	if spaced {
		return strings.Join(folds, " ")
	}
	return strings.Join(folds, "")
}

func squeeze(s string, spaced bool) string {
	if spaced {
		return s
	}
	return strings.ReplaceAll(s, " ", "")
}

// alike maps letters that recognition confuses in capitals to one: what is left tells abbreviations apart.
var alike = strings.NewReplacer("Đ", "D", "Ð", "D", "Ɖ", "D", "đ", "d", "O", "D", "0", "D", "Q", "Q", "l", "I", "1", "I", "|", "I", "i", "I", "Í", "I", "Ì", "I", "5", "S", "8", "B")

func likeness(s string) string { return strings.ToUpper(viet.Fold(alike.Replace(s))) }

// known returns the one of list that token is, or is a misreading of. A token that stands in the list as it is stays.
func known(token string, list []string) (string, bool) {
	key := likeness(token)
	found := ""
	for _, k := range list {
		if k == token {
			return k, true
		}
		if likeness(k) == key {
			if found != "" && found != k {
				return "", false
			}
			found = k
		}
	}
	return found, found != ""
}

var kindCodes = func() []string {
	var out []string
	for _, k := range kinds {
		if k.code != "" {
			out = append(out, k.code)
		}
	}
	return append(out, "SY", "SL", "TrS", "GP", "GPXD", "GCN", "CCHN", "TLKS", "TLKT", "TLKH", "XNTTHN")
}()

// bodies are abbreviations of agencies that stand in notations all over the country.
var bodies = []string{
	"UBND", "HĐND", "CP", "TTg", "VPCP", "VPUBND", "VP", "TU", "TW", "BTC", "BNV", "BTP", "BCA", "BQP", "BXD", "BYT", "BCT", "BGDĐT", "BKHCN", "BNNMT", "BTNMT", "BNNPTNT",
	"BTTTT", "BKHĐT", "BGTVT", "BVHTTDL", "BLĐTBXH", "BDTTG", "BNG", "NHNN", "TTCP", "UBTVQH", "UBDT", "TANDTC", "VKSNDTC", "TAND", "VKSND", "TCT", "KBNN", "BHXH", "MTTQ",
	"STC", "SNV", "STP", "SXD", "SYT", "SCT", "SGDĐT", "SKHCN", "SNNMT", "STNMT", "SNNPTNT", "SKHĐT", "SGTVT", "SVHTTDL", "SLĐTBXH", "STTTT", "SDTTG", "SNgV",
	"TTHC", "TTPVHCC", "VPĐKĐĐ", "CNVPĐKĐĐ", "QLĐT", "KTHT", "KTHTĐT", "TNMT", "NV", "VHXH", "KT", "CA", "CAT", "BCH", "BQL",
}
