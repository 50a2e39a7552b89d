package fields

import (
	"encoding/json"
	"math"
	"testing"
	"unicode/utf8"

	"sohoa/archive"
)

// Whatever a page holds, there are at most as many proposals as fields, each with a value, a certainty and a place.
func FuzzPropose(f *testing.F) {
	for _, p := range []archive.PageReading{
		{},
		framed(middle(170, 50, "ỦY BAN NHÂN DÂN"), middle(170, 66, "XÃ EA SUR"), middle(170, 92, "Số: 12/QĐ-UBND"), middle(170, 112, "V/v"), middle(420, 92, "Ea Sur, ngày 1 tháng 2 năm 2025"), middle(315, 120, "QUYẾT ĐỊNH")),
		framed(middle(430, 600, "KT. CHỦ TỊCH"), middle(430, 700, "Thái Hoàng Ấn"), left(85, 600, "Nơi nhận:"), left(85, 615, "- Như trên;")),
		framed(left(110, 200, "Họ và tên: LỤC THỊ NHƯỜNG. Căn cước số 066188000000. có giá trị đến ngày 1/1/2030, số phát hành DA 104527")),
		{Width: math.MaxFloat32, Height: 1, Words: []archive.Word{{Text: "Số:", Box: archive.Box{X0: 9, X1: 1}}}},
	} {
		b, err := json.Marshal([]archive.PageReading{p})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	lists := Lists{Agencies: []archive.Agency{{Name: "Ủy ban nhân dân xã Ea Sur"}, {}}, Signers: []archive.Signer{{Name: "Thái Hoàng Ẩn"}, {}}, Procedures: []archive.Procedure{{Code: "1.000123", Results: []string{"Quyết định", ""}}}}
	f.Fuzz(func(t *testing.T, b []byte) {
		var pages []archive.PageReading
		if json.Unmarshal(b, &pages) != nil {
			return
		}
		seen := map[string]bool{}
		for _, p := range Propose(pages, lists) {
			if seen[p.Field] || p.Value == "" || len(p.Value) > maxValue || !utf8.ValidString(p.Value) && utf8.Valid(b) || !(p.Confidence >= 0 && p.Confidence <= maxConfidence) || math.IsNaN(float64(p.Box.X0+p.Box.Y1)) {
				t.Errorf("%+v", p)
			}
			seen[p.Field] = true
		}
	})
}

// Numbers no JSON can carry.
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
