package syllable

import (
	_ "embed"
	"iter"
	"strings"
)

//go:embed seed.txt
var seed string

// seedWeight is how many papers one mention in the list is worth.
const seedWeight = 7

// seedWords yields the words of the list.
func seedWords() iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.Lines(seed) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			for word := range strings.SplitSeq(strings.TrimSpace(line), "|") {
				if word != "" && !yield(word) {
					return
				}
			}
		}
	}
}

// Words that stand beside anything: a pair with one of them says little.
var loose = set(`và của các những một mỗi mọi trong trên dưới ngoài tại từ đến cho do để là được bị có không phải đã đang chưa sẽ
	theo khi nếu thì mà nhưng hoặc hay về này đó kia nêu ra vào lên xuống lại rồi cũng chỉ còn như bằng vì nên sự cùng sau trước giữa`)

// number stands for whatever holds a digit.
const number = "#"

// What stands before and after numbers.
const beside = `điều #|khoản #|điểm #|số #|luật số #|ngày # tháng # năm #|năm #|tháng #|quý #|chương #|mục #|phần #|phụ lục #|mẫu số #|trang #
	|# đồng|# triệu|# tỷ|# nghìn|# năm|# tháng|# ngày|# giờ|# người|# hộ|# trường hợp|# tuổi|# lần|# bộ|# bản|# điểm|# điều|# khoản`
