package fields

import (
	"slices"
	"strings"
	"unicode"

	"sohoa/internal/viet"
)

// Families' names and the syllables of given ones, as the language has them: by these the readings of a name under a seal are
// told apart. A name outside the lists is proposed all the same, with less certainty.
var (
	families = set(`Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Lí An Ánh Ân Âu Ấu Bá Bạc Bạch Bàn Bàng Bành Bảo Bế Biện Bình Bồ Cà Cái Cam Cao Cáp Cát
	Cầm Cấn Cần Chau Châu Chế Chu Chúng Chương Chử Cò Cổ Công Cù Cung Cư Cự Danh Diêm Diệp Doãn Duy Dư Đái Đàm Đan Đào Đầu Đậu Đèo Điền Điểu Điêu Đinh Đoàn Đồ Đôn Đổng Đồng Đới Đường Đương
	Giang Giàng Giáp Gia Hà Hạ Hán Hàn Hàng Hạng Hầu Hình Hoa Hỏa Hoắc Hồng Hứa Hùng Kha Khà Khang Khâu Khổng Khúc Khuất Khương Kiên Kiều Kim Kỷ La Lã Lạc Lại Lai Lam Lãnh Lao Lăng Lâm Lầu Lăng Liễu Liêu
	Lò Lỗ Lộ Lộc Luân Lục Luyện Lư Lữ Lừ Lương Lường Lưu Lỳ Ma Mã Mạc Mạch Mai Mạnh Mao Mạo Mâu Mẫn Mè Mông Mùa Nghiêm Nghị Ngân Ngọ Ngọc Ngũ Ngụy Nhan Nhâm Nhữ Ninh Nông Ngải Ông Ổn Ôn Phí Phó Phong Phù Phú Phùng
	Phương Phượng Quách Quan Quàng Quảng Quản Quang Quyền Sầm Sơn Sử Sùng Sái Tạ Tán Tăng Tần Tấn Tất Tẩn Thạch Thái Thang Thành Thào Thân Thẩm Thi Thích Thiều Thiệu Thoa Thổ Thôi Thủy Thùy Tiên Tiết Tiêu Tiếp Tòng Tô Tôn Tống
	Tôn-Thất Trà Trác Trang Tráng Trầm Trì Triệu Triều Trình Trịnh Trương Từ Tưởng Tường Ty Ung Uông Ứng Văn Vàng Vắt Vân Vi Viên Vừ Vương Xa Xa Xung Y Yên Lèng Lềnh Lèo Thò Tẩn Chảo Phàn Hảng Cứ Hờ Và Và Lý Khoàng Lù Lùng Thèn Sin Vù Tao Cháng Giả Ly
	Niê Byă Mlô Kđăm Êban Êñuôl Ayun Kbuôr Kpơr Kpă Ksơr Rcăm Nay Siu Rơ Hrah Adrơng Ađrơng Krông Bkrông Hwing Knul Hmok Hđơk Buôn`)
	givens = set(`An Ân Ấn Anh Ánh Ái Ảnh Âu Ba Bá Bách Bạch Bằng Bảo Báu Bắc Bích Biên Biển Bình Bính Bộ Bôn Bốn Bổng Ca Cảnh Cao Cát Cẩm Cẩn Cầu Chánh Châu Chất Chí Chi Chiến Chiêu Chinh Chính Chỉnh Chu Chung Chuyên Chương Cơ Công Cúc Cung Cư Cử
	Cừ Cường Dạ Danh Dần Dân Dậu Di Dĩ Dĩnh Dịu Diễm Diễn Diện Diệp Diệu Doan Doanh Du Dụ Dung Dũng Duy Duyên Duyệt Duẩn Dư Dự Dương Dưỡng Đa Đài Đại Đam Đàm Đan Đán Đang Đăng Đảng Đào Đạo Đạt Đắc Đẩu Đặng Để Đệ Điềm Điền Điển Điệp Định Đình Đính Đĩnh Đoan Đoàn Đô Độ Đôn Đông
	Đồng Đức Đường Giang Giao Giáp Gia Giác Giám Giản Giới Hà Hạ Hải Hàm Hàn Hân Hạnh Hành Hào Hảo Hạo Hằng Hậu Hiên Hiền Hiến Hiển Hiệp Hiếu Hiệu Hinh Hoa Hòa Hoà Hoá Hóa Hoạch Hoài Hoan Hoàn Hoán Hoàng Hoạt Học Hồi Hội Hồng Hợi Hợp Huân Huấn Huế Huệ Huy Huyên Huyền Huỳnh Hùng Hưng
	Hương Hường Hướng Hưởng Hữu Kha Khả Khác Khai Khải Khang Khanh Khánh Khắc Khâm Khiêm Khiết Khoa Khoá Khóa Khoan Khoát Khôi Khôn Khởi Khuê Khương Khuyên Khuyến Kiên Kiệm Kiện Kiệt Kiều Kim Kính Kỳ Kỷ Kỹ La Lạc Lai Lam Lan Lành Lãm Lâm Lân Lập Lê Lệ Lễ Liêm Liên Liễu Linh Lĩnh Loan Lộc Lợi
	Long Luân Luận Luật Lục Luyến Lụa Lư Lực Lượng Lương Lưu Lữ Ly Lý Mai Mạnh Mão Mẫn Mận Mậu Mẫu Mi Mến Miên Minh Mịch Mong Mùi Mừng Mơ Mỹ My Na Nam Năm Năng Nga Ngà Ngân Nghi Nghĩa Nghiêm Nghiệp Nghị Ngoan Ngọ Ngọc Ngôn Nguyên Nguyện Nguyệt Ngữ Nhã Nhàn Nhân Nhẫn Nhật Nhất Nhâm Nhạn Nhạc Nhi
	Nhị Nhiên Nhinh Nho Nhu Như Nhung Nhuận Nhường Nhựt Ninh Nông Nữ Oanh Phát Phan Phi Phiên Phong Phóng Phòng Phú Phúc Phụng Phước Phương Phượng Quan Quân Quận Quang Quảng Quế Quốc Quý Quí Quyên Quyền Quyết Quyến Quỳnh Sa San Sang Sáng Sanh Sâm Sen Sĩ Siêu Sinh Soạn Song Sơn Sự Sử Sửu Sương Tá Tài
	Tam Tám Tân Tấn Tánh Tạo Tâm Tây Tập Tần Thạc Thạch Thái Than Thanh Thành Thạnh Thao Thảo Thạo Thăng Thắng Thắm Thân Thấm Thất Thế Thể Thi Thị Thìn Thiên Thiện Thiết Thiệp Thiệu Thịnh Thoa Thoại Thỏa Thoan Thọ Thông Thống Thôi Thơ Thơm Thời Thu Thụ Thuận Thuần Thuấn Thuật Thục Thúc Thuý Thúy Thùy Thuỳ Thủy
	Thuỷ Thụy Thuyên Thuyết Thư Thứ Thức Thực Thương Thường Thưởng Thượng Ti Tí Tiên Tiến Tiền Tiệp Tiếp Tình Tính Tịnh Tĩnh Toại Toàn Toán Toản Tòng Tố Tôn Tới Trà Trạch Trai Trang Tráng Trâm Trân Trí Trị Triều Triệu Triết Trinh Trình Trịnh Trọng Trúc Trung Truyền Trực Trường Trưởng Tú Tuân Tuấn Tuất Tuệ Tuệ Tùng
	Tuyên Tuyến Tuyền Tuyển Tuyết Tư Từ Tứ Tự Tường Tưởng Tươi Tý Tỵ Tỷ Uẩn Út Uy Uyên Uyển Ước Vạn Văn Vân Vấn Vi Vị Vĩ Viên Viễn Viện Việt Vinh Vĩnh Vọng Vũ Võ Vui Vương Vượng Vy Vỹ Xa Xanh Xinh Xuân Xuyên Xuyến Ý Yên Yến Yêm Khuyên Khánh Sính Lường Hà`)
)

// highlands are families' names of the Ê Đê, Jrai and M'nông, which stand last. The recogniser's Vietnamese lacks some of their
// letters: ŭ comes as ũ or ù.
var highlands = strings.Fields("Niê Byă Mlô Kđăm Êban Êñuôl Ayŭn Kbuôr Kpơr Kpă Ksơr Rcăm Nay Siu Adrơng Krông Bkrông Hwing Knul Hmŏk Hđơk Rmah Rahlan")

// highlandOf puts the marks of the last word of such a name right.
func highlandOf(name string, conf float32) (string, float32) {
	at := strings.LastIndexByte(name, ' ')
	if at < 0 {
		return name, conf
	}
	for _, h := range highlands {
		if name[at+1:] != h && viet.Fold(name[at+1:]) == viet.Fold(h) {
			return name[:at+1] + h, conf * 0.85
		}
	}
	return name, conf
}

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[viet.Exact(w)] = true
	}
	return out
}

// NameWeight says how likely a word is as the first of a Vietnamese name or as a later one, of 1: what the lists hold, what could
// be a syllable, and what is none. It never is 0: names are older than lists.
func NameWeight(word string, first bool) float32 {
	exact := viet.Exact(word)
	r := []rune(word)
	switch {
	case len(r) == 0 || !unicode.IsLetter(r[0]):
		return 0.05
	case !unicode.IsUpper(r[0]):
		return 0.15
	case first && families[exact], !first && givens[exact]:
		return 1
	case strings.ContainsAny(word, "'’"), !first && families[exact]:
		return 0.7
	case syllable.MatchString(viet.Fold(word)):
		return 0.35
	}
	return 0.1
}

// NamesNear returns the words of the list that a word of none of the lists is one letter or mark away from.
func NamesNear(word string, first bool) (near []string) {
	exact := viet.Exact(word)
	if n := len([]rune(exact)); families[exact] || givens[exact] || n < 3 || n > 7 {
		return nil
	}
	list := givens
	if first {
		list = families
	}
	for w := range list {
		if viet.Distance(w, exact, 1) <= 1 {
			near = append(near, titled(w))
		}
	}
	slices.Sort(near)
	return near
}

// Highland reports that a name is one of the Ê Đê, M'nông or Jrai: Y Bhem Niê, H'Linh Byă. The lists say nothing of these.
func Highland(first string) bool {
	return first == "Y" || strings.HasPrefix(viet.Fold(first), "h'")
}

// family returns the one family's name that a first word misread by a mark, or by its first consonant, can be. It reports false
// where there is none or more than one, and for a name of either list.
func family(word string) (string, bool) {
	exact := viet.Exact(word)
	if families[exact] || givens[exact] || len([]rune(word)) < 2 {
		return "", false
	}
	fold, found := viet.Fold(word), ""
	for f := range families {
		if viet.Fold(f) != fold && !sameEnd(f, exact) {
			continue
		}
		if found != "" {
			return "", false
		}
		found = f
	}
	return titled(found), found != ""
}

// sameEnd reports that two words differ in their first letter only, a consonant.
func sameEnd(a, b string) bool {
	x, y := []rune(a), []rune(b)
	return len(x) == len(y) && len(x) > 1 && string(x[1:]) == string(y[1:]) && consonant(x[0]) && consonant(y[0])
}

func consonant(r rune) bool {
	return !strings.ContainsAny(viet.Fold(string(r)), "aeiouy")
}

// familyOf puts the first word of a name right where only one family's name can be meant, and takes from the certainty of a
// name that begins like none.
func familyOf(name string, conf float32) (string, float32) {
	first, rest, ok := strings.Cut(name, " ")
	if Highland(first) {
		return highlandOf(name, conf)
	}
	if !ok || conf >= 0.95 || families[viet.Exact(first)] {
		return name, conf
	}
	if f, ok := family(first); ok && strings.Contains(rest, " ") {
		return f + " " + rest, conf * 0.7
	}
	return name, conf * 0.8
}

// ownerOf does for an owner's name, which no seal hides, what familyOf does for a signer's: only a mark can have been misread.
func ownerOf(name string, conf float32) (string, float32) {
	first, rest, ok := strings.Cut(name, " ")
	if Highland(first) {
		return highlandOf(name, conf)
	}
	if !ok || families[viet.Exact(first)] {
		return name, conf
	}
	found := ""
	for f := range families {
		if viet.Fold(f) == viet.Fold(first) {
			if found != "" {
				return name, conf * 0.9
			}
			found = f
		}
	}
	if found == "" {
		return name, conf
	}
	return titled(found) + " " + rest, conf * 0.7
}
