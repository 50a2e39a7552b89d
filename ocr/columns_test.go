package ocr

import (
	"image"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/ocr/page"
	"sohoa/ocr/tesseract"
)

// set lays out a page 1,650 pixels wide. Each line of the sketch is a line as the recogniser returns it; its words start where
// they stand in the sketch, 16 pixels a column, and lines lie 50 pixels apart. A leading ? makes a word doubtful.
func set(sketch string) []tesseract.Word {
	var words []tesseract.Word
	y := 0
	for i, line := range strings.Split(strings.Trim(sketch, "\n"), "\n") {
		y += 50
		column := 0
		for _, part := range strings.SplitAfter(line, " ") {
			text := strings.TrimSpace(part)
			width := len([]rune(part))
			if text != "" {
				w := tesseract.Word{Text: text, Confidence: 0.9, Line: i}
				if doubtful, ok := strings.CutPrefix(text, "?"); ok {
					w.Text, w.Confidence = doubtful, 0.2
				}
				w.Box = image.Rect(16*column, y, 16*column+16*len([]rune(text)), y+28)
				words = append(words, w)
			}
			column += width
		}
	}
	return words
}

func TestInColumns(t *testing.T) {
	for _, c := range []struct {
		reason string
		page   string
		want   string
	}{
		{
			"head and foot are read column by column", `
    BỘ NÔNG NGHIỆP VÀ PHÁT                         CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
      TRIỂN NÔNG THÔN                                   Độc lập - Tự do - Hạnh phúc
       Số: 1689/BC-TY                                  Hà Nội, ngày 30 tháng 10

                                      BÁO CÁO
     Thực hiện chế độ báo cáo định kỳ, Cục Thú y báo cáo tình hình dịch bệnh gia súc, gia cầm
     Cúm gia cầm                            180.000.000                146.520.000

     Nơi nhận:                                                  KT. CỤC TRƯỞNG
     - Bộ trưởng;                              ?x             PHÓ CỤC TRƯỞNG
     - Lưu: VT.
                                                              Lục Quang Minh`, `
BỘ NÔNG NGHIỆP VÀ PHÁT
TRIỂN NÔNG THÔN
Số: 1689/BC-TY
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Hà Nội, ngày 30 tháng 10
BÁO CÁO
Thực hiện chế độ báo cáo định kỳ, Cục Thú y báo cáo tình hình dịch bệnh gia súc, gia cầm
Cúm gia cầm 180.000.000 146.520.000
Nơi nhận:
- Bộ trưởng;
- Lưu: VT.
KT. CỤC TRƯỞNG
x PHÓ CỤC TRƯỞNG
Lục Quang Minh`,
		},
		{
			"misread words still make a head", `
    ỦY BAN NHÂN DÂN                                CỌNG HÓA XA HỘI CHÚ NGHĨA VIỆT NAM
      TỈNH GIA LAI                                     Độc lập`, `
ỦY BAN NHÂN DÂN
TỈNH GIA LAI
CỌNG HÓA XA HỘI CHÚ NGHĨA VIỆT NAM
Độc lập`,
		},
		{
			"a table without such words stays as it is", `
    Quảng Trị                                      73,74
    Sơn La                                         26
    Tây Ninh                                       62,70`, `
Quảng Trị 73,74
Sơn La 26
Tây Ninh 62,70`,
		},
		{
			"a head in one column stays as it is", `
                       CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                           Độc lập - Tự do - Hạnh phúc
                              ĐƠN ĐỀ NGHỊ CẤP PHÉP`, `
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
ĐƠN ĐỀ NGHỊ CẤP PHÉP`,
		},
		{
			"the signer's authority a little above", `
     Văn bản này có hiệu lực kể từ ngày ký và thay thế văn bản trước đây về cùng nội dung này./.
                                                           TM. ỦY BAN
     Nơi nhận:                                              CHỦ TỊCH
     - Như Điều 3;`, `
Văn bản này có hiệu lực kể từ ngày ký và thay thế văn bản trước đây về cùng nội dung này./.
Nơi nhận:
- Như Điều 3;
TM. ỦY BAN
CHỦ TỊCH`,
		},
		{"one line", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"},
		{"nothing", "", ""},
	} {
		t.Run(c.reason, func(t *testing.T) {
			got := inColumns(set(c.page), 1650)
			if d := cmp.Diff(strings.TrimSpace(c.want), text(placed(got, page.Identity, 1650, 2339))); d != "" {
				t.Error(d)
			}
			for i, w := range got {
				if i == 0 && w.Line != 0 || i > 0 && w.Line != got[i-1].Line && w.Line != got[i-1].Line+1 {
					t.Fatalf("line %d follows another at word %d", w.Line, i)
				}
			}
		})
	}
}
