package fields

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"sohoa/archive"
)

// scattered makes pages of any text: places gives each word where it stands, two bytes a word, over and over.
func scattered(text string, places []byte) []archive.PageReading {
	var pages []archive.PageReading
	for n, page := range strings.SplitN(text, "\f", 6) {
		r := archive.PageReading{Number: n + 1, Width: 595, Height: 842}
		for i, line := range strings.Split(page, "\n") {
			x, y := float32(80), float32(50+16*i)
			for j, t := range strings.Fields(line) {
				w := 5.5 * float32(len([]rune(t)))
				conf := float32(0.9)
				if len(places) > 0 {
					at := places[(i*7+j)%len(places)]
					x += float32(at>>4) * 16
					y += float32(int(at&15)-8) * 2
					conf = float32(at) / 255
				}
				r.Words = append(r.Words, archive.Word{Text: t, Line: i, Confidence: conf, Box: archive.Box{X0: x, Y0: y, X1: x + w, Y1: y + 12}})
				x += w + 5
			}
		}
		pages = append(pages, r)
	}
	return pages
}

// Whatever a page holds, there are at most as many proposals as fields, each with a value, a certainty and a place.
func FuzzPropose(f *testing.F) {
	for _, text := range []string{
		"ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nXÃ EA SUR Độc lập - Tự do - Hạnh phúc\nSố: 12/QĐ-UBND Ea Sur, ngày 1 tháng 2 năm 2025\nQUYẾT ĐỊNH\nVề việc giao đất\nCăn cứ Luật;",
		"Số: /STC-NS\nV/v\nV/v báo cáo\nKính gửi: Sở\fKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\n\n\n\nThái Hoàng Ấn\nNơi nhận:\n- Như trên;\n- Lưu: VT.",
		"GIẤY CHỨNG NHẬN\nMã số đăng ký: 40A8001273\nHọ và tên: ông LỤC THỊ NHƯỜNG. Căn cước số 066188000000. có giá trị đến ngày 1/1/2030, số phát hành DA 104527\nMã hồ sơ: H15.50.05.13-261008-0975 1.000123\nHỎA TỐC",
		"Luật số: 40/2013/QH13\nTM.\nKT.\nQ. GIÁM ĐỐC\n: , . -\nSố:",
	} {
		f.Add(text, []byte{})
		f.Add(text, []byte{0x80, 0x28, 0xf9, 0x07, 0xe8})
	}
	lists := Lists{Agencies: []archive.Agency{{Name: "Ủy ban nhân dân xã Ea Sur"}, {}}, Signers: append(signers("Ủy ban nhân dân xã Ea Sur", "Thái Hoàng Ẩn"), archive.KnownSigner{}), ByType: []archive.KnownProcedure{{}}, Procedures: []archive.Procedure{{Code: "1.000123", Results: []string{"Quyết định", ""}}}}
	f.Fuzz(func(t *testing.T, text string, places []byte) {
		seen := map[string]bool{}
		for _, p := range Propose(scattered(text, places), lists) {
			if seen[p.Field] || (p.Value == "") != p.Hand || len(p.Value) > maxValue || !(p.Confidence >= 0 && p.Confidence <= maxConfidence) || p.Box.X1 < p.Box.X0 || p.Page < 1 {
				t.Errorf("%+v", p)
			}
			if seen[p.Field] = true; utf8.ValidString(text) && !utf8.ValidString(p.Value) {
				t.Errorf("%s is no text: %q", p.Field, p.Value)
			}
		}
	})
}

// Boxes as no page has them.
func TestBoxesThatAreNone(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	page := framed(middle(170, 92, "Số: 12/QĐ-UBND"), middle(315, 120, "QUYẾT ĐỊNH"))
	for i, b := range []archive.Box{{X0: nan}, {Y1: inf}, {X0: -inf, X1: inf}, {X0: 5, X1: 1}, {Y0: 1e30, Y1: 1e30}} {
		page.Words[i].Box = b
		page.Words[i+5].Confidence = nan
	}
	for _, p := range Propose([]archive.PageReading{page, {Width: math.NaN(), Height: 5, Words: page.Words}, {Width: math.Inf(1), Height: 5, Words: page.Words}}, Lists{}) {
		if !(p.Confidence >= 0) {
			t.Errorf("%+v", p)
		}
	}
}

func BenchmarkPropose(b *testing.B) {
	page := framed(middle(170, 50, "ỦY BAN NHÂN DÂN"), middle(170, 66, "XÃ EA SUR"), middle(170, 92, "Số: 12/QĐ-UBND"), middle(315, 120, "QUYẾT ĐỊNH"))
	lists := Lists{Agencies: make([]archive.Agency, 5000)}
	for i := range lists.Agencies {
		lists.Agencies[i].Name = "Ủy ban nhân dân xã Ea " + string(rune('A'+i%26)) + string(rune('a'+i/26%26))
	}
	for b.Loop() {
		Propose([]archive.PageReading{page}, lists)
	}
}
