package fields

import (
	"strings"
	"unicode/utf8"

	"sohoa/internal/viet"
)

// phrases are names that agencies have all over the country, with the names of the provinces of before and after
// 2025-07-01. Marks that recognition got wrong in them are put right also where the registry does not know the agency.
var phrases = []string{
	"Ủy ban nhân dân", "Hội đồng nhân dân", "Thường trực Hội đồng nhân dân", "Văn phòng", "Văn phòng Ủy ban nhân dân", "Văn phòng Chính phủ", "Văn phòng Quốc hội", "Văn phòng Đoàn đại biểu Quốc hội", "Thủ tướng Chính phủ", "Chính phủ", "Quốc hội",
	"Ủy ban Thường vụ Quốc hội", "Chủ tịch nước", "Bộ Tài chính", "Bộ Nội vụ", "Bộ Tư pháp", "Bộ Công an", "Bộ Quốc phòng", "Bộ Xây dựng", "Bộ Y tế", "Bộ Công Thương", "Bộ Ngoại giao", "Bộ Giáo dục và Đào tạo", "Bộ Khoa học và Công nghệ",
	"Bộ Nông nghiệp và Môi trường", "Bộ Nông nghiệp và Phát triển nông thôn", "Bộ Tài nguyên và Môi trường", "Bộ Thông tin và Truyền thông", "Bộ Kế hoạch và Đầu tư", "Bộ Giao thông vận tải", "Bộ Văn hóa, Thể thao và Du lịch",
	"Bộ Lao động - Thương binh và Xã hội", "Bộ Dân tộc và Tôn giáo", "Ngân hàng Nhà nước Việt Nam", "Thanh tra Chính phủ", "Kiểm toán Nhà nước", "Tòa án nhân dân", "Viện kiểm sát nhân dân", "Sở Tài chính", "Sở Nội vụ", "Sở Tư pháp",
	"Sở Xây dựng", "Sở Y tế", "Sở Công Thương", "Sở Giáo dục và Đào tạo", "Sở Khoa học và Công nghệ", "Sở Nông nghiệp và Môi trường", "Sở Nông nghiệp và Phát triển nông thôn", "Sở Tài nguyên và Môi trường", "Sở Thông tin và Truyền thông",
	"Sở Kế hoạch và Đầu tư", "Sở Giao thông vận tải", "Sở Văn hóa, Thể thao và Du lịch", "Sở Lao động - Thương binh và Xã hội", "Sở Dân tộc và Tôn giáo", "Sở Du lịch", "Sở Ngoại vụ", "Sở Quy hoạch - Kiến trúc", "Thanh tra tỉnh", "Ban Dân tộc",
	"Tổng cục Thuế", "Cục Thuế", "Chi cục Thuế", "Thuế tỉnh", "Thuế cơ sở", "Tổng cục Hải quan", "Cục Hải quan", "Chi cục Hải quan", "Kho bạc Nhà nước", "Bảo hiểm xã hội", "Tổng cục Thống kê", "Cục Thống kê", "Cục Thú y", "Cục Trồng trọt", "Cục Chăn nuôi",
	"Chi cục Chăn nuôi và Thú y", "Cục Thi hành án dân sự", "Chi cục Thi hành án dân sự", "Chi cục Kiểm lâm", "Hạt Kiểm lâm", "Chi cục Thủy lợi", "Chi cục Quản lý đất đai", "Cục Quản lý đất đai", "Phòng Nội vụ", "Phòng Tư pháp", "Phòng Y tế", "Phòng Tài chính - Kế hoạch",
	"Phòng Tài nguyên và Môi trường", "Phòng Nông nghiệp và Môi trường", "Phòng Kinh tế", "Phòng Kinh tế và Hạ tầng", "Phòng Quản lý đô thị", "Phòng Văn hóa và Thông tin", "Phòng Văn hóa - Xã hội", "Phòng Giáo dục và Đào tạo", "Phòng Dân tộc", "Phòng Thanh tra",
	"Phòng Lao động - Thương binh và Xã hội", "Phòng Kinh tế, Hạ tầng và Đô thị", "Trung tâm Phục vụ hành chính công", "Văn phòng Đăng ký đất đai", "Chi nhánh Văn phòng Đăng ký đất đai", "Trung tâm Phát triển quỹ đất", "Ban Quản lý dự án", "Ban Quản lý các khu công nghiệp",
	"Ban Tổ chức", "Ban Tuyên giáo", "Ban Dân vận", "Ban Nội chính", "Ủy ban Kiểm tra", "Tỉnh ủy", "Thành ủy", "Huyện ủy", "Quận ủy", "Thị ủy", "Đảng ủy", "Ủy ban Mặt trận Tổ quốc Việt Nam", "Công an tỉnh", "Công an thành phố", "Công an huyện", "Công an xã",
	"Công an phường", "Bộ Chỉ huy Quân sự", "Ban Chỉ huy Quân sự", "Bệnh viện Đa khoa", "Trung tâm Y tế", "Trạm Y tế", "Trường Tiểu học", "Trường Trung học cơ sở", "Trường Trung học phổ thông", "Ban Giám sát đầu tư cộng đồng",
	"tỉnh", "thành phố", "quận", "huyện", "thị xã", "thị trấn", "phường",

	"An Giang", "Bà Rịa - Vũng Tàu", "Bắc Giang", "Bắc Kạn", "Bạc Liêu", "Bắc Ninh", "Bến Tre", "Bình Định", "Bình Dương", "Bình Phước", "Bình Thuận", "Cà Mau", "Cần Thơ", "Cao Bằng", "Đà Nẵng", "Đắk Lắk", "Đắk Nông", "Điện Biên", "Đồng Nai", "Đồng Tháp",
	"Gia Lai", "Hà Giang", "Hà Nam", "Hà Nội", "Hà Tĩnh", "Hải Dương", "Hải Phòng", "Hậu Giang", "Hòa Bình", "Hưng Yên", "Khánh Hòa", "Kiên Giang", "Kon Tum", "Lai Châu", "Lâm Đồng", "Lạng Sơn", "Lào Cai", "Long An", "Nam Định", "Nghệ An", "Ninh Bình",
	"Ninh Thuận", "Phú Thọ", "Phú Yên", "Quảng Bình", "Quảng Nam", "Quảng Ngãi", "Quảng Ninh", "Quảng Trị", "Sóc Trăng", "Sơn La", "Tây Ninh", "Thái Bình", "Thái Nguyên", "Thanh Hóa", "Thừa Thiên Huế", "Tiền Giang", "Hồ Chí Minh", "Trà Vinh", "Tuyên Quang",
	"Vĩnh Long", "Vĩnh Phúc", "Yên Bái",
}

// phraseWords are the phrases by their number of words, folded without the signs between.
var phraseWords = func() map[int][]int {
	out := map[int][]int{}
	for i, p := range phrases {
		n := len(strings.Fields(p))
		out[n] = append(out[n], i)
	}
	return out
}()

var phraseFolds = func() []string {
	out := make([]string, len(phrases))
	for i, p := range phrases {
		out[i] = viet.Fold(p)
	}
	return out
}()

const longestPhrase = 9 // words

// mended puts right the known phrases of a name: the longest first, one letter in ten may differ beside the marks. Case
// stays as read. What is no known phrase stays as it is.
func mended(name string) string {
	words := strings.Fields(name)
	if len(words) > 40 {
		return name
	}
	var out []string
	for i := 0; i < len(words); {
		taken := 1
		put := words[i]
		for n := min(longestPhrase, len(words)-i); n > 0; n-- {
			if p, ok := phraseOf(words[i : i+n]); ok {
				put, taken = p, n
				break
			}
		}
		out = append(out, put)
		i += taken
	}
	return strings.Join(out, " ")
}

// phraseOf returns the phrase the words are, in their case. Two phrases equally near are none.
func phraseOf(words []string) (string, bool) {
	text := strings.Join(words, " ")
	end := ""
	if trimmed := strings.TrimRight(text, ".,;:"); trimmed != text {
		if strings.HasSuffix(text, ",") {
			end = ","
		}
		text = trimmed
	}
	fold := viet.Fold(text)
	limit := utf8.RuneCountInString(fold) / 10
	best, found := limit+1, -1
	for _, i := range phraseWords[len(words)] {
		switch d := viet.Distance(fold, phraseFolds[i], limit); {
		case d > limit, d > best:
		case d < best:
			best, found = d, i
		default:
			found = -1
		}
	}
	if found < 0 {
		return "", false
	}
	p := phrases[found]
	switch {
	case viet.Exact(text) == viet.Exact(p): // as read, whatever style the tone marks have
		return text + end, true
	case capitals(text) > 0.8:
		p = strings.ToUpper(p)
	case letters(text) > 0 && capitals(text) == 0:
		p = strings.ToLower(p)
	}
	return p + end, true
}
