package ocr

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/internal/viet"
)

// legacyLines are what a page says; capitals carry no tone, because TCVN3 sets those in a font of their own.
var legacyLines = []string{
	"Điều 1. Phê duyệt quy hoạch chi tiết khu dân cư tại phường Tân Lập",
	"Diện tích đất ở được giao cho các hộ gia đình theo đúng quy định",
	"Kinh phí thực hiện lấy từ ngân sách của thành phố và nguồn hợp pháp khác",
	"Điều 2. Giao cho phòng Tài nguyên phối hợp với các đơn vị có liên quan",
	"tổ chức công bố công khai quy hoạch, cắm mốc giới ngoài thực địa",
	"và lưu trữ hồ sơ theo đúng quy định của pháp luật hiện hành",
	"Điều 3. Quyết định này có hiệu lực thi hành kể từ ngày ký ban hành",
	"Những quy định trước đây trái với văn bản này đều bị bãi bỏ",
}

// spelt gives for every letter what an encoding writes for it, found by trying what its decoder makes of everything.
func spelt(enc viet.Encoding) map[string]string {
	said := map[string]string{}
	try := func(s string) {
		if v := viet.Decode(enc, s); v != s && len([]rune(v)) == 1 && said[v] == "" {
			said[v] = s
		}
	}
	for b := 0xFF; b >= 0xA0; b-- { // small marks before capital ones
		r := charmap.Windows1252.DecodeByte(byte(b))
		try(string(r))
		if enc == viet.VNI {
			for _, vowel := range "aeouyôöAEOUYÔÖ" {
				try(string(vowel) + string(r))
			}
		}
	}
	return said
}

// setIn sets a line in an old encoding.
func setIn(t *testing.T, enc viet.Encoding, line string) (glyphs []testkit.Glyph) {
	t.Helper()
	said := spelt(enc)
	for _, shown := range line {
		says := []rune(said[string(shown)])
		if len(says) == 0 {
			if _, ok := charmap.Windows1252.EncodeRune(shown); !ok && enc != viet.Unicode { // ý and í stand for themselves
				t.Fatalf("%s cannot write %q", enc, shown)
			}
			says = []rune{shown}
		}
		glyphs = append(glyphs, testkit.Glyph{Says: says[0], Shows: shown})
		for _, mark := range says[1:] { // drawn with its letter: the same ink once more
			glyphs = append(glyphs, testkit.Glyph{Says: mark, Shows: shown, Over: true})
		}
	}
	return glyphs
}

// A text layer in an encoding from before Unicode is not taken for the page's text: what the page shows is read.
func TestLegacyTextLayersAreReadFromThePicture(t *testing.T) {
	for _, c := range []struct {
		reason string
		by     func(line int) viet.Encoding
		says   string // part of what the text layer says
	}{
		{"TCVN3", func(int) viet.Encoding { return viet.TCVN3 }, "quy ®Þnh"},
		{"VNI", func(int) viet.Encoding { return viet.VNI }, "quy ñònh"},
		{"TCVN3 in a third of the lines, beside Unicode", func(n int) viet.Encoding {
			return []viet.Encoding{viet.TCVN3, viet.Unicode, viet.Unicode}[n%3]
		}, "QuyÕt ®Þnh"},
		{"both on one page", func(n int) viet.Encoding { return []viet.Encoding{viet.TCVN3, viet.VNI}[n%2] }, "c«ng bè"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			var lines [][]testkit.Glyph
			var says strings.Builder
			for n, line := range legacyLines {
				lines = append(lines, setIn(t, c.by(n), line))
				for _, g := range lines[n] {
					says.WriteRune(g.Says)
				}
				says.WriteByte('\n')
			}
			if !strings.Contains(says.String(), c.says) {
				t.Fatalf("the layer says %q", says.String())
			}
			path := filepath.Join(t.TempDir(), "a.pdf")
			if err := os.WriteFile(path, testkit.LegacyPDF(lines...), 0o600); err != nil {
				t.Fatal(err)
			}
			p := open(t, path)
			if source, words, err := p.Words(t.Context(), 1); err != nil || source != archive.SourceScan || len(words) > 0 {
				t.Fatalf("%s, %v; %d words of the layer: %s", source, err, len(words), text(words))
			}
			r := read(t, p, archive.ReadRequest{}, testkit.Tesseract(t))[0]
			got := against([]string{strings.Join(legacyLines, "\n")}, r.Text)
			t.Log(got)
			if r.Source != archive.SourceScan || got.bag() > 5 {
				t.Errorf("%s: %v\n%s", r.Source, got, r.Text)
			}
		})
	}
}
