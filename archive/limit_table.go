package archive

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// In returns a pointer to the field of l that the row is about; nil for a fixed row.
func (r LimitRow) In(l *Limits) any {
	if r.Field == "" {
		return nil
	}
	v := reflect.ValueOf(l).Elem()
	for name := range strings.SplitSeq(r.Field, ".") {
		v = v.FieldByName(name)
	}
	return v.Addr().Interface()
}

// Default returns the default as a flag would be given it: 512M, 2h0m0s, 80%. "0" of a quota means that there is none.
func (r LimitRow) Default() string {
	l := DefaultLimits()
	if p := r.In(&l); p != nil {
		return r.Unit.Format(reflect.ValueOf(p).Elem().Interface())
	}
	return r.Unit.Format(r.Value)
}

// Twin returns the environment variable of the row's flag.
func (r LimitRow) Twin() string {
	return "SOHOA_" + strings.ToUpper(strings.ReplaceAll(r.Flag, "-", "_"))
}

// Format writes a limit in its unit.
func (u Unit) Format(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	if d, ok := v.(time.Duration); ok {
		return duration(d)
	}
	n, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	if err != nil {
		panic(fmt.Sprintf("limit of %T: %v", v, err)) // of our own table
	}
	switch {
	case u == UnitShare, u == UnitRoom && n < 1:
		return strconv.FormatFloat(n*100, 'f', -1, 64) + "%"
	case u == UnitBytes, u == UnitRoom, u == UnitRate:
		return binarySize(int64(n))
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// duration leaves out the parts that are zero: 2h, not 2h0m0s.
func duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func binarySize(n int64) string {
	for _, u := range []struct {
		n int64
		s string
	}{{1 << 40, "T"}, {1 << 30, "G"}, {1 << 20, "M"}, {1 << 10, "K"}} {
		if n != 0 && n%u.n == 0 {
			return strconv.FormatInt(n/u.n, 10) + u.s
		}
	}
	return strconv.FormatInt(n, 10)
}

// LimitTable returns every limit as Markdown, for documentation. limits.md beside this file is its output; a test holds the two
// equal.
func LimitTable() string {
	var b strings.Builder
	b.WriteString("# Limits\n\nWritten by `go test ./archive -update` from limits.go, limit_rows.go and limit_fixed.go. `sohoa help limits` prints the same in Vietnamese or English.\n" +
		"Sizes are powers of 1024. A caller is told code and sentence in a problem document (RFC 9457); nothing of what was refused is kept.\n\n" +
		"## To be set\n\nA flag wins over its environment variable. A zero or absent number means the default; for a quota it means none. An agency can be granted quotas of its own in the registry.\n\n" +
		"| Limit | Default | Flag, environment | Answer beyond it | Why | Test |\n|---|---|---|---|---|---|\n")
	for _, r := range limitsToSet {
		fmt.Fprintf(&b, "| %s | %s%s | `--%s`, `%s` | %s | %s | %s |\n", r.Name.EN, r.Default(), unitWord(r.Unit), r.Flag, r.Twin(), r.Code, r.Why.EN, r.Test)
	}
	b.WriteString("\n## Fixed\n\n| Limit | Value | Where | Answer beyond it | Why | Test |\n|---|---|---|---|---|---|\n")
	for _, r := range limitsFixed {
		fmt.Fprintf(&b, "| %s | %s%s | `%s` | %s | %s | %s |\n", r.Name.EN, r.Default(), unitWord(r.Unit), r.Const, r.Code, r.Why.EN, r.Test)
	}
	return b.String()
}

// unitWord is what stands behind a number that does not say its unit itself.
func unitWord(u Unit) string {
	switch u {
	case UnitPixels, UnitChars, UnitPoints:
		return " " + string(u)
	case UnitRate:
		return "/s"
	}
	return ""
}

// Beyond says in lang what crossing the limit is answered with. Statuses and codes are the same in every language.
func (r LimitRow) Beyond(lang string) string {
	if vi, ok := beyondVI[r.Code]; ok && lang != "en" {
		return vi
	}
	return r.Code
}

var beyondVI = map[string]string{
	"201, kept in quarantine unscanned":                        "201, giữ trong khu cách ly vì chưa quét",
	"asked once an hour from then on":                          "từ đó mỗi giờ hỏi một lần",
	"waits its turn":                                           "chờ đến lượt",
	"400 invalid above 200; cut to this below":                 "400 invalid nếu trên 200; dưới đó thì cắt",
	"400 invalid; the rest is not listed":                      "400 invalid; phần còn lại không nêu",
	"507 storage_full a moment later":                          "507 storage_full chậm một lát",
	"a banner for administrators, a line in the log":           "báo trên trang quản trị và trong nhật ký",
	"the longest unused go, and are made again when asked for": "ảnh lâu không xem được bỏ đi, khi cần sẽ tạo lại",
	"404 not_found; begin again":                               "404 not_found; gửi lại từ đầu",
	"sent again after a power cut":                             "gửi lại sau khi mất điện",
	"kept in quarantine until it was looked at":                "giữ ở nơi cách ly đến khi quét được",
	"is not looked into":                                       "không xem vào",
	"a new segment begins":                                     "bắt đầu đoạn mới",
	"cut off":                                                  "cắt bớt",
	"cut, with a last line that says so":                       "cắt, dòng cuối nói rõ",
	"drawn smaller":                                            "vẽ nhỏ lại",
	"erased, a tombstone stays":                                "xóa, còn lại dấu vết",
	"the cell keeps its colour and loses its note":             "ô vẫn được tô màu nhưng không có ghi chú",
	"forgotten":                       "không giữ nữa",
	"later hits come without snippet": "kết quả sau không có trích đoạn",
	"one event":                       "một sự kiện",
	"read again, mended from the second store or reported": "đọc lại, chữa từ kho thứ hai hoặc báo lỗi",
	"refused before anything is written":                   "từ chối trước khi ghi",
	"the connection is closed":                             "đóng kết nối",
	"the connection is cut; nothing is half kept":          "cắt kết nối; không lưu dở dang",
	"the most frequent are answered":                       "chỉ trả những giá trị hay gặp nhất",
	"the oldest is forgotten":                              "bỏ cái cũ nhất",
	"the page is marked unreadable":                        "trang bị ghi là không đọc được",
	"the page is read as a picture":                        "đọc trang như ảnh",
	"the page says to search":                              "trang nhắc dùng ô tìm",
	"the paper is not kept; send it again":                 "chưa lưu; gửi lại",
	"the rest is not indexed":                              "phần còn lại không vào chỉ mục",
	"the rest is not kept":                                 "phần còn lại không giữ",
	"the rest is not listed":                               "phần còn lại không nêu",
	"the rest is counted together":                         "phần còn lại đếm chung",
	"the rest is not logged":                               "phần còn lại không ghi",
	"the rest is not looked at":                            "phần còn lại không xem",
	"the rest is not decoded":                              "phần còn lại không giải mã",
	"the rest is cut":                                      "phần còn lại bị cắt",
	"the rest is not named":                                "phần còn lại không nêu tên",
	"the stream ends; the browser comes again":             "kết thúc; trình duyệt tự nối lại",
	"nothing is taken in":                                  "không nạp tệp nào",
	"the others wait in the folder":                        "tệp khác chờ trong thư mục",
	"the others wait for the next round":                   "tệp khác chờ lượt sau",
	"stays where it is":                                    "nằm yên tại chỗ",
	"the folder is removed":                                "xóa thư mục",
	"tried again":                                          "thử lại",
	"the file is looked at again":                          "xem lại tệp đó",
	"counting ends":                                        "thôi đếm",
	"waits":                                                "chờ",
	"waits to be let in":                                   "chờ đến lượt",
	"what lies deeper is not looked at":                    "không xem sâu hơn",
}
