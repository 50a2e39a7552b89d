package fields

import (
	"strings"

	"sohoa/internal/viet"
)

// positions are what stands above a signature, as clerks write it. The first word is capital, the others as here.
var positions = []string{
	"Chủ tịch", "Phó Chủ tịch", "Chủ tịch Hội đồng", "Giám đốc", "Phó Giám đốc", "Tổng Giám đốc", "Phó Tổng Giám đốc", "Cục trưởng", "Phó Cục trưởng", "Chi cục trưởng", "Phó Chi cục trưởng",
	"Tổng cục trưởng", "Phó Tổng cục trưởng", "Vụ trưởng", "Phó Vụ trưởng", "Trưởng phòng", "Phó Trưởng phòng", "Trưởng ban", "Phó Trưởng ban", "Chánh Văn phòng", "Phó Chánh Văn phòng", "Chánh Thanh tra",
	"Phó Chánh Thanh tra", "Bộ trưởng", "Thứ trưởng", "Thủ tướng", "Phó Thủ tướng", "Bí thư", "Phó Bí thư", "Phó Bí thư Thường trực", "Viện trưởng", "Phó Viện trưởng", "Chánh án", "Phó Chánh án", "Hiệu trưởng", "Phó Hiệu trưởng",
	"Trưởng đoàn", "Tổ trưởng", "Đội trưởng", "Trạm trưởng", "Chi nhánh trưởng", "Kế toán trưởng", "Chủ trì", "Chủ tọa", "Thư ký", "Trưởng Công an", "Phó Trưởng Công an", "Tổng Biên tập", "Thống đốc", "Phó Thống đốc",
	"Tổng Kiểm toán", "Tổng Thanh tra", "Chủ nhiệm", "Phó Chủ nhiệm", "Phó Chủ tịch Thường trực", "Công chức tư pháp - hộ tịch", "Công chức địa chính", "Công chứng viên", "Người lập biên bản", "Người thực hiện chứng thực",
	"Phó Giám đốc phụ trách", "Quyền Chủ tịch", "Quyền Giám đốc", "Hạt trưởng", "Phó Hạt trưởng", "Trưởng khoa", "Trưởng bộ phận", "Trưởng trạm", "Chuyên viên", "Thẩm phán", "Chấp hành viên",
}

var positionFolds = func() []string {
	out := make([]string, len(positions))
	for i, p := range positions {
		out[i] = viet.Fold(p)
	}
	return out
}()

// persons are what a citizen who signs stands under: not a position.
var persons = []string{"nguoi lam don", "nguoi yeu cau", "nguoi khai", "nguoi de nghi", "nguoi viet don", "nguoi nop", "nguoi cam doan", "nguoi cam ket", "chu ho", "nguoi ky", "nguoi nhan", "nguoi uy quyen", "chu dau tu", "nguoi dai dien", "nguoi dung don", "dai dien ho gia dinh", "nguoi lam chung", "ho ten", "nguoi ban giao", "nguoi su dung dat"}

// authorities stand before the position for whom one signs (Decree 30/2020, annex I, II.7).
var authorities = []string{"tm.", "kt.", "tl.", "tuq.", "q.", "t/m", "k/t", "t/l", "tm", "kt", "tl", "tuq"}

func authority(words []word) bool {
	if lostK(words) {
		return true
	}
	f := strings.ReplaceAll(strings.TrimLeft(words[0].fold, " _'\"|.,-:;“"), ",", ".")
	for _, a := range authorities {
		if f == a || strings.HasSuffix(a, ".") && strings.HasPrefix(f, a) {
			return len(words) > 1 || strings.Contains(f, ".")
		}
	}
	return false
}

// lostK reports that the words are "T. GIÁM ĐỐC": a KT. whose first letter lies under the seal. TM. and TL. would have left
// another letter.
func lostK(words []word) bool {
	if len(words) < 2 || strings.Trim(words[0].text, " _'\"|-“") != "T." {
		return false
	}
	_, _, ok := positionOf(plain(words[1:], true))
	return ok
}

// positionOf returns the position the words are, and the edits it needed.
func positionOf(fold string) (name string, edits int, ok bool) {
	fold = strings.Trim(fold, " .,:;-_'\"|*()“”‘")
	if len(fold) > 80 {
		return "", 0, false
	}
	best := 100
	for i, f := range positionFolds {
		limit := len(f) / 6
		if d := viet.Distance(fold, f, limit); d <= limit && d < best {
			best, name, ok = d, positions[i], true
		}
	}
	return name, best, ok
}

// isPosition reports that a run in capitals is what stands above a signature.
func (s *sheet) isPosition(r run) bool {
	if capitals(r.text) < 0.6 {
		return false
	}
	if authority(r.words) {
		return true
	}
	words := cleaned(r.words)
	if len(words) == 0 {
		return false
	}
	_, _, ok := positionOf(plain(words, true))
	return ok || positionLed(plain(words, true))
}

// positionLed reports that the text begins with a position and goes on with what it is of: VỤ TRƯỞNG VỤ CHÍNH SÁCH.
func positionLed(fold string) bool {
	for _, f := range positionFolds {
		if strings.HasPrefix(fold, f+" ") && len(f) > 6 {
			return true
		}
	}
	return false
}
