package archive

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// said are the findings of a stack of pages as "code page".
func said(pages []PageReading) (out []string) {
	s := passing{again: func(n int) (PageReading, error) { return pages[n-1], nil }}
	for i := range pages {
		pages[i].Number = i + 1
		s.add(&pages[i])
	}
	for _, f := range s.findings() {
		out = append(out, fmt.Sprintf("%s %d", f.Code, f.Page))
	}
	return out
}

// sheetOf is a scanned A4 page with a body, and a number at the top unless it is 0.
func sheetOf(number int, body string) PageReading {
	p := PageReading{Width: 595, Height: 842, Source: SourceScan}
	line := 0
	if number > 0 {
		p.Words = append(p.Words, Word{Text: fmt.Sprint(number), Confidence: 0.9, Box: Box{X0: 293, Y0: 40, X1: 302, Y1: 52}})
		line++
	}
	for i, w := range strings.Fields(body) {
		x, y := float32(60+40*(i%12)), float32(100+20*(i/12))
		p.Words = append(p.Words, Word{Text: w, Confidence: 0.9, Line: line + i/12, Box: Box{X0: x, Y0: y, X1: x + 35, Y1: y + 12}})
	}
	return p
}

// bodyOf is a text of its own for every seed.
func bodyOf(seed int) string {
	var b strings.Builder
	words := strings.Fields("căn cứ luật tổ chức chính quyền địa phương nghị định quy định chi tiết thi hành xét đề nghị giám đốc sở quyết định điều khoản trách nhiệm")
	for i := range 150 {
		fmt.Fprintf(&b, "%s ", words[(i*i*7+seed*(i+13)*11)%len(words)])
	}
	return b.String()
}

const permit = `GIẤY PHÉP XÂY DỰNG số %d/GPXD cấp cho ông %s sinh ngày %d tháng %d năm 19%d địa chỉ thôn %d xã Ea Kao thành phố Buôn Ma Thuột tỉnh Đắk Lắk được phép xây
dựng công trình nhà ở riêng lẻ theo thiết kế có ký hiệu lô đất số %d tờ bản đồ số %d diện tích %d m2 cốt nền xây dựng công trình chỉ giới đường đỏ chỉ giới xây dựng mật độ
giấy phép này có hiệu lực khởi công trong thời hạn 12 tháng kể từ ngày ký`

func misread(body string) string {
	return strings.NewReplacer("quyền", "quyên", "Kao", "Kạo", "tháng", "thảng").Replace(body)
}

func TestWhatShowsAcrossPages(t *testing.T) {
	numbered := func(ns ...int) (out []PageReading) {
		for i, n := range ns {
			out = append(out, sheetOf(n, bodyOf(i+1)))
		}
		return out
	}
	sideways := sheetOf(0, bodyOf(9))
	for _, c := range []struct {
		name  string
		pages []PageReading
		want  []string
	}{
		{"a paper in order: no number on its first page", numbered(0, 2, 3, 4, 5), nil},
		{"a page is missing", numbered(0, 2, 3, 5, 6), []string{"page_missing 4"}},
		{"the page before the last is missing", numbered(0, 2, 4), []string{"page_missing 3"}},
		{"three pages are missing", numbered(0, 2, 3, 7, 8), []string{"page_missing 4"}},
		{"one number was misread", numbered(0, 2, 3, 9, 5, 6), nil},
		{"one number was misread at the end", numbered(0, 2, 3, 9), nil},
		{"a number was not read", numbered(0, 2, 3, 0, 5, 6), nil},
		{"a stack of two papers", numbered(0, 2, 3, 0, 2, 3, 4), nil},
		{"part of a book", numbered(31, 32, 33, 34), nil},
		{"out of order", numbered(0, 2, 3, 6, 7, 4, 5), []string{"page_missing 4", "page_order 6"}},
		{"scanned twice, read a little otherwise", []PageReading{sheetOf(0, bodyOf(1)), sheetOf(2, bodyOf(2)), sheetOf(2, misread(bodyOf(2))), sheetOf(3, bodyOf(3))}, []string{"duplicate_page 3"}},
		{"two permits of one form", []PageReading{sheetOf(0, fmt.Sprintf(permit, 12, "Nguyễn Văn An", 3, 4, 71, 7, 18, 22, 150)), sheetOf(0, fmt.Sprintf(permit, 13, "Y Bhem Niê", 21, 9, 80, 2, 44, 31, 96))}, nil},
		{"one permit twice", []PageReading{sheetOf(0, fmt.Sprintf(permit, 12, "Nguyễn Văn An", 3, 4, 71, 7, 18, 22, 150)), sideways, sheetOf(0, misread(fmt.Sprintf(permit, 12, "Nguyễn Văn An", 3, 4, 71, 7, 18, 22, 150)))}, []string{"duplicate_page 3"}},
		{"pages with hardly a word", []PageReading{sheetOf(0, "ảnh kèm theo"), sheetOf(0, "ảnh kèm theo")}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, said(c.pages)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPrintedNumbers(t *testing.T) {
	line := func(y float32, words ...string) PageReading {
		p := sheetOf(0, bodyOf(1))
		for i, w := range words {
			p.Words = append(p.Words, Word{Text: w, Confidence: 0.9, Line: 99, Box: Box{X0: float32(280 + 12*i), Y0: y, X1: float32(290 + 12*i), Y1: y + 12}})
		}
		return p
	}
	for _, c := range []struct {
		name string
		page PageReading
		want int
	}{
		{"alone at the top", line(40, "7"), 7},
		{"between dashes at the foot", line(800, "-", "12", "-"), 12},
		{"of how many", line(800, "3/12"), 3},
		{"in words", line(800, "Trang", "5"), 5},
		{"in the middle of the page", line(400, "7"), 0},
		{"a year", line(800, "2026"), 0},
		{"a line of text", line(40, "Điều", "7"), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, _ := printedNumber(&c.page); got.number != c.want {
				t.Errorf("%d, want %d", got.number, c.want)
			}
		})
	}
}
