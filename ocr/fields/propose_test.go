package fields

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// put is a line of a constructed page: where it begins, or its middle, and what it says. A tilde before a word makes it one
// that was read with doubt.
type put struct {
	x, y   float32
	middle bool
	text   string
}

const letterWidth, letterHeight = 5.5, 12

func left(x, y float32, text string) put   { return put{x, y, false, text} }
func middle(x, y float32, text string) put { return put{x, y, true, text} }

func sheetOf(number int, lines ...put) archive.PageReading {
	r := archive.PageReading{Number: number, Width: 595, Height: 842, Source: archive.SourceScan}
	for i, l := range lines {
		x := l.x
		if l.middle {
			x -= letterWidth * float32(utf8.RuneCountInString(strings.ReplaceAll(l.text, "~", ""))) / 2
		}
		for _, t := range strings.Fields(l.text) {
			conf := float32(0.95)
			if strings.HasPrefix(t, "~") {
				t, conf = t[1:], 0.25
			}
			t = strings.ReplaceAll(t, "_", " ")
			w := letterWidth * float32(utf8.RuneCountInString(t))
			if strings.TrimSpace(t) != "" {
				r.Words = append(r.Words, archive.Word{Text: t, Box: archive.Box{X0: x, Y0: l.y, X1: x + w, Y1: l.y + letterHeight}, Confidence: conf, Line: i})
			}
			x += w + letterWidth
		}
	}
	return r
}

// framed is a page with the national header, the agency on the left and full lines of body, so that the margins are known.
func framed(lines ...put) archive.PageReading {
	head := []put{
		middle(420, 50, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
		middle(420, 68, "Độc lập - Tự do - Hạnh phúc"),
	}
	body := []put{
		left(85, 500, strings.Repeat("chữ ", 20)+"hết"),
		left(85, 520, strings.Repeat("chữ ", 20)+"hết"),
		left(85, 540, strings.Repeat("chữ ", 20)+"hết"),
		left(85, 560, strings.Repeat("chữ ", 20)+"hết"),
	}
	return sheetOf(1, append(append(head, lines...), body...)...)
}

// signers are people confirmed for an agency.
func signers(agency string, names ...string) (out []archive.KnownSigner) {
	for _, n := range names {
		out = append(out, archive.KnownSigner{Signer: archive.Signer{Name: n}, Agency: agency})
	}
	return out
}

func values(pages []archive.PageReading, l Lists) map[string]string {
	got := map[string]string{}
	for _, p := range Propose(pages, l) {
		got[p.Field] = p.Value
	}
	return got
}

func TestPropose(t *testing.T) {
	agencies := []archive.Agency{
		{Code: "H15", Name: "Ủy ban nhân dân tỉnh Đắk Lắk"},
		{Code: "H15.62", Name: "Ủy ban nhân dân xã Ea Sur", Parent: "H15", Aliases: []string{"UBND xã Ea Sua"}},
		{Code: "H15.08", Name: "Sở Tài chính", Parent: "H15"},
		{Code: "H45.08", Name: "Sở Tài chính", Parent: "H45"},
	}
	cases := []struct {
		reason string
		lines  []put
		lists  Lists
		want   map[string]string // "" says that nothing may be proposed
	}{
		{"a decision carries all of its head", []put{
			middle(170, 50, "ỦY BAN NHÂN DÂN"), middle(170, 66, "TỈNH HÀ GIANG"), middle(170, 92, "Số: 1234/QĐ-UBND"), middle(420, 92, "Hà Giang, ngày 15 tháng 3 năm 2023"),
			middle(315, 120, "QUYẾT ĐỊNH"), middle(315, 140, "Về việc phê duyệt chủ trương đầu tư"), middle(315, 156, "tại huyện Vị Xuyên"), left(115, 190, "Căn cứ Luật Đầu tư công;"),
		}, Lists{}, map[string]string{Type: "Quyết định", Number: "1234", Notation: "QĐ-UBND", IssuedOn: "2023-03-15", Place: "Hà Giang", AgencyName: "ỦY BAN NHÂN DÂN TỈNH HÀ GIANG",
			Subject: "Về việc phê duyệt chủ trương đầu tư tại huyện Vị Xuyên"}},
		{"a letter has its subject under the number and no type name", []put{
			middle(170, 50, "UBND TỈNH QUẢNG NGÃI"), middle(170, 66, "SỞ TÀI CHÍNH"), middle(170, 92, "Số: 98/STC-NS"), middle(170, 112, "Vív báo cáo quyết toán"), middle(420, 92, "Quảng Ngãi, ngày 03 tháng 7 năm 2024"),
			middle(315, 150, "Kính gửi: Các sở, ngành"),
		}, Lists{}, map[string]string{Type: "Công văn", Number: "98", Notation: "STC-NS", IssuedOn: "2024-07-03", Place: "Quảng Ngãi", AgencyName: "SỞ TÀI CHÍNH", AgencyParent: "UBND TỈNH QUẢNG NGÃI",
			Subject: "V/v báo cáo quyết toán"}},
		{"look-alikes in the notation are put right by the lists", []put{
			middle(170, 50, "ỦY BAN NHÂN DÂN"), middle(170, 66, "HUYỆN ĐÔNG ANH"), middle(170, 92, "Số: O5/Q0-UBNĐ"), middle(315, 120, "QUYÊT ĐINH"),
		}, Lists{}, map[string]string{Type: "Quyết định", Number: "05", Notation: "QĐ-UBND"}},
		{"a number and a day left for the pen are left to the clerk", []put{
			middle(170, 50, "ỦY BAN NHÂN DÂN"), middle(170, 66, "XÃ EA SUR"), left(110, 92, "Số: /QĐ-UBND"), middle(420, 92, "Ea Sur, ngày tháng 9 năm 2025"), middle(315, 120, "QUYẾT ĐỊNH"),
		}, Lists{}, map[string]string{Number: "", Notation: "QĐ-UBND", IssuedOn: "", Place: "Ea Sur"}},
		{"what the pen wrote was read with doubt", []put{
			middle(170, 50, "ỦY BAN NHÂN DÂN"), middle(170, 66, "XÃ EA SUR"), left(110, 92, "Số: ~47 /QĐ-UBND"), middle(420, 92, "Ea Sur, ngày ~4 tháng 9 năm 2025"), middle(315, 120, "QUYẾT ĐỊNH"),
		}, Lists{}, map[string]string{Number: "", Notation: "QĐ-UBND", IssuedOn: ""}},
		{"no such day", []put{middle(170, 92, "Số: 12/BC-UBND"), middle(420, 92, "Ea Sur, ngày 31 tháng 02 năm 2025")}, Lists{}, map[string]string{IssuedOn: "", Place: "Ea Sur"}},
		{"nothing is issued tomorrow", []put{middle(170, 92, "Số: 12/BC-UBND"), middle(420, 92, "Ea Sur, ngày 12 tháng 02 năm 2025")},
			Lists{Today: archive.Date{Year: 2025, Month: 2, Day: 11}}, map[string]string{IssuedOn: ""}},
		{"an act carries the year in its number", []put{middle(170, 50, "BỘ TÀI CHÍNH"), middle(170, 92, "Số: 02/2021/TT-BTC"), middle(315, 120, "THÔNG TƯ")}, Lists{},
			map[string]string{Type: "Thông tư", Number: "02/2021", Notation: "TT-BTC"}},
		{"the party parts number and type with a dash", []put{middle(170, 50, "TỈNH ỦY ĐẮK LẮK"), middle(170, 66, "BAN TỔ CHỨC"), middle(170, 92, "Số: 778-QĐ/BTCTU"), middle(315, 120, "QUYẾT ĐỊNH")}, Lists{},
			map[string]string{Number: "778", Notation: "QĐ/BTCTU", AgencyName: "BAN TỔ CHỨC", AgencyParent: "TỈNH ỦY ĐẮK LẮK"}},
		{"the registry gives name and code in spite of a misreading", []put{
			middle(170, 40, "ỦY BAN NHÂN DÂN"), middle(170, 54, "TỈNH ĐĂK LĂK"), middle(170, 68, "ỦY BAN NHAN DÂN"), middle(170, 82, "XÃ EA SUB"), middle(170, 105, "Số: 3/TB-UBND"),
		}, Lists{Agencies: agencies}, map[string]string{AgencyName: "Ủy ban nhân dân xã Ea Sur", AgencyCode: "H15.62", AgencyParent: "Ủy ban nhân dân tỉnh Đắk Lắk"}},
		{"an abbreviation is the same agency", []put{middle(170, 50, "UBND XÃ EA SUR"), middle(170, 92, "Số: 3/TB-UBND")}, Lists{Agencies: agencies},
			map[string]string{AgencyName: "Ủy ban nhân dân xã Ea Sur", AgencyCode: "H15.62"}},
		{"an old name on the paper stays a historical fact", []put{middle(170, 50, "UBND XÃ EA SUA"), middle(170, 92, "Số: 3/TB-UBND")}, Lists{Agencies: agencies[:1]},
			map[string]string{AgencyName: "UBND XÃ EA SUA", AgencyCode: ""}},
		{"of two agencies of one name the parent decides", []put{middle(170, 50, "UBND TỈNH ĐẮK LẮK"), middle(170, 66, "SỞ TÀI CHÍNH"), middle(170, 92, "Số: 3/TB-STC")}, Lists{Agencies: agencies},
			map[string]string{AgencyName: "Sở Tài chính", AgencyCode: "H15.08"}},
		{"and without a parent none does", []put{middle(170, 66, "SỞ TÀI CHÍNH"), middle(170, 92, "Số: 3/TB-STC")}, Lists{Agencies: agencies},
			map[string]string{AgencyName: "Sở Tài chính", AgencyCode: ""}},
		{"the ruling of a decision is not its title", []put{
			middle(170, 92, "Số: 167/NQ-HĐND"), middle(315, 120, "NGHỊ QUYẾT"), middle(315, 140, "Về kế hoạch đầu tư công giai đoạn"), middle(315, 156, "2021 - 2025"), left(115, 190, "Căn cứ Luật Đầu tư công;"), middle(315, 230, "QUYẾT NGHỊ:"),
		}, Lists{}, map[string]string{Type: "Nghị quyết", Subject: "Về kế hoạch đầu tư công giai đoạn 2021 - 2025"}},
		{"urgency and secrecy stand in capitals by themselves", []put{middle(170, 92, "Số: 3/CĐ-UBND"), left(90, 130, "HỎA TỐC"), left(90, 150, "MẬT"), middle(315, 120, "CÔNG ĐIỆN")}, Lists{},
			map[string]string{Type: "Công điện", Urgency: "Hỏa tốc", Secrecy: "Mật"}},
		{"the codes of the one-stop system", []put{left(90, 120, "Mã hồ sơ: H15.50.05.13-261008-0975"), left(90, 140, "Mã thủ tục: 1.000123")}, Lists{},
			map[string]string{DossierCode: "H15.50.05.13-261008-0975", ProcedureCode: "1.000123"}},
		{"a certificate names its owner", []put{
			middle(315, 120, "GIẤY CHỨNG NHẬN"), middle(315, 138, "ĐĂNG KÝ HỘ KINH DOANH"), left(110, 180, "5. Chủ hộ kinh doanh: LỤC THỊ NHƯỜNG. Giới tính: Nữ"), left(110, 200, "Căn cước số 066188000000. Nơi thường trú"),
			left(110, 220, "Có giá trị đến ngày 30/11/2030."), left(110, 240, "số phát hành DA 104527, cấp ngày"),
		}, Lists{}, map[string]string{Type: "Giấy chứng nhận", Subject: "Đăng ký hộ kinh doanh", OwnerName: "Lục Thị Nhường", OwnerID: "066188000000", Validity: "2030-11-30", Serial: "DA 104527"}},
		{"a personal id with an impossible century is none", []put{left(110, 200, "Căn cước số 000988000000.")}, Lists{}, map[string]string{OwnerID: ""}},
		{"a personal id written by hand is left to the clerk", []put{left(110, 200, "Căn cước số ~066188000000.")}, Lists{}, map[string]string{OwnerID: ""}},
		{"who signs for the chairman under the seal is his deputy", []put{
			left(85, 600, "Nơi nhận:"), left(85, 615, "- Như Điều 3;"), left(85, 630, "- Lưu: VT."), middle(430, 600, "KT. CHỦ TỊCH"), middle(430, 616, "~ñĨ CHỦ TỊCH"), middle(430, 700, "Thái Hoàng Ấn"),
		}, Lists{}, map[string]string{SignerName: "Thái Hoàng Ấn", SignerPosition: "Phó Chủ tịch", Authority: "KT. CHỦ TỊCH", Recipients: "Như Điều 3; Lưu: VT"}},
		{"degrees and ranks are no part of a name", []put{middle(430, 600, "GIÁM ĐỐC"), middle(430, 700, "TS. Mạc Thanh Hiền")}, Lists{}, map[string]string{SignerName: "Mạc Thanh Hiền", SignerPosition: "Giám đốc"}},
		{"a citizen who signs has no position", []put{middle(430, 600, "NGƯỜI LÀM ĐƠN"), middle(430, 700, "H'Rưm Kbuôr")}, Lists{}, map[string]string{SignerName: "H'Rưm Kbuôr", SignerPosition: ""}},
		{"a doubtful name that is nearly a known one", []put{middle(430, 600, "GIÁM ĐỐC"), middle(430, 700, "~Tạ ~Thú Hường Giang")}, Lists{Signers: signers("", "Tạ Thu Hường Giang")},
			map[string]string{SignerName: "Tạ Thu Hường Giang"}},
		{"a name read for certain stays as read", []put{middle(430, 600, "GIÁM ĐỐC"), middle(430, 700, "Tạ Thú Hường Giang")}, Lists{Signers: signers("", "Tạ Thu Hường Giang")},
			map[string]string{SignerName: "Tạ Thú Hường Giang"}},
		{"the end of a name, the rest under the seal, is that of one known signer", []put{middle(430, 600, "GIÁM ĐỐC"), left(420, 700, "~Ảnh Hiền Thục")},
			Lists{Signers: signers("", "Mạc Thanh Hiền Thục", "Tạ Thu Hường")}, map[string]string{SignerName: "Mạc Thanh Hiền Thục"}},
		{"of two who signed alike the one of this agency is meant", []put{middle(170, 50, "UBND XÃ EA SUR"), middle(170, 92, "Số: 3/TB-UBND"), middle(430, 600, "CHỦ TỊCH"), left(420, 700, "~Ảnh Hiền ~Thục")},
			Lists{Signers: append(signers("UBND xã Ea Sur", "Mạc Thanh Hiền Thục"), signers("UBND xã Ea Kly", "Lò Thị Hiền Thục")...)}, map[string]string{SignerName: "Mạc Thanh Hiền Thục"}},
		{"what the seal left of a name is that of one who signs for this agency", []put{middle(170, 50, "UBND XÃ EA SUR"), middle(170, 92, "Số: 3/TB-UBND"), middle(430, 600, "CHỦ TỊCH"), left(400, 700, "~¿4 ~%eu Hiền Thục")},
			Lists{Signers: signers("UBND xã Ea Sur", "Mạc Thanh Hiền Thục", "Tạ Thu Hường")}, map[string]string{SignerName: "Mạc Thanh Hiền Thục"}},
		{"and stays what was read when only others sign", []put{middle(170, 50, "UBND XÃ EA SUR"), middle(170, 92, "Số: 3/TB-UBND"), middle(430, 600, "CHỦ TỊCH"), left(400, 700, "~¿4 ~%eu Hiền Thục")},
			Lists{Signers: signers("UBND xã Ea Kly", "Tạ Thu Hường")}, map[string]string{SignerName: "Hiền Thục"}},
		{"a type whose confirmed results belong to one procedure", []put{middle(315, 120, "GIẤY PHÉP"), middle(315, 140, "Xây dựng nhà ở riêng lẻ")},
			Lists{ByType: []archive.KnownProcedure{{Type: "Giấy phép", Code: "1.009994", Papers: 9}, {Type: "Giấy phép", Code: "1.004227", Papers: 1}}}, map[string]string{ProcedureCode: "1.009994"}},
		{"a type whose results belong to several says nothing", []put{middle(315, 120, "GIẤY PHÉP"), middle(315, 140, "Xây dựng nhà ở riêng lẻ")},
			Lists{ByType: []archive.KnownProcedure{{Type: "Giấy phép", Code: "1.009994", Papers: 3}, {Type: "Giấy phép", Code: "1.004227", Papers: 3}}}, map[string]string{ProcedureCode: ""}},
		{"a place is held against the agency: one letter, marks, words grown together", []put{
			middle(170, 40, "UBND XÃ DLIÊYA"), middle(170, 54, "CÔNG AN XÃ DLIẾ YA"), middle(170, 92, "Số: 3/TB-CAX"), middle(420, 92, "Dliê Ya, ngày 03 tháng 7 năm 2024"),
		}, Lists{}, map[string]string{AgencyParent: "UBND XÃ DLIÊ YA", AgencyName: "CÔNG AN XÃ DLIÊ YA", Place: "Dliê Ya"}},
		{"capitals tell l from i", []put{middle(170, 50, "ỦY BAN NHÂN DÂN"), middle(170, 66, "XÃ IA PA"), middle(170, 92, "Số: 3/TB-UBND"), middle(420, 92, "la Pa, ngày 03 tháng 7 năm 2024")}, Lists{},
			map[string]string{Place: "Ia Pa", AgencyName: "ỦY BAN NHÂN DÂN XÃ IA PA"}},
		{"an agency whose name goes on below is one agency", []put{middle(170, 40, "UBND TỈNH LÀO CAI"), middle(170, 54, "SỞ NÔNG NGHIỆP VÀ MÔI"), middle(170, 68, "TRƯỜNG"), middle(170, 92, "Số: 08/TTr-SNNMT")}, Lists{},
			map[string]string{AgencyName: "SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG", AgencyParent: "UBND TỈNH LÀO CAI"}},
		{"the stroke between number and notation was lost", []put{middle(170, 50, "ỦY BAN NHÂN DÂN"), middle(170, 66, "XÃ EA SUR"), middle(170, 92, "Số: 07UBND-VX")}, Lists{}, map[string]string{Number: "07", Notation: "UBND-VX"}},
		{"a letter of the notation was read twice", []put{middle(170, 92, "Số: 03/QĐĐ-UBND"), middle(315, 120, "QUYẾT ĐỊNH")}, Lists{}, map[string]string{Notation: "QĐ-UBND"}},
		{"what stands beside the subject of a letter is no end of it, nor is a year below", []put{
			middle(170, 50, "SỞ TÀI CHÍNH"), middle(170, 92, "Số: 98/STC-NS"), middle(170, 112, "V/v báo cáo quyết toán giai đoạn 2026 -"), left(30, 116, "~mm]"), middle(170, 128, "2030"), middle(315, 160, "Kính gửi: Các sở, ngành"),
		}, Lists{}, map[string]string{Subject: "V/v báo cáo quyết toán giai đoạn 2026 - 2030"}},
		{"a KT. that lost its first letter under the seal", []put{middle(430, 600, "T. GIÁM ĐỐC"), middle(430, 700, "Mạc Thanh Hiền")}, Lists{}, map[string]string{Authority: "KT. GIÁM ĐỐC", SignerPosition: "Phó Giám đốc"}},
		{"nobody's name is made of a position", []put{middle(430, 600, "KT. GIÁM ĐỐC"), middle(430, 640, "Phó Giám Đốc")}, Lists{}, map[string]string{SignerName: "", SignerPosition: "Phó Giám đốc"}},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			all := values([]archive.PageReading{framed(c.lines...)}, c.lists)
			got := map[string]string{}
			for field := range c.want {
				got[field] = all[field]
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

// What a pen wrote, or is to write, is left to the clerk, who is shown the place.
func TestHandwritingIsLeftToTheClerk(t *testing.T) {
	for reason, lines := range map[string][]put{
		"left open": {left(110, 92, "Số: /QĐ-UBND"), middle(420, 92, "Ea Sur, ngày tháng 9 năm 2025"), middle(315, 120, "QUYẾT ĐỊNH")},
		"written":   {left(110, 92, "Số: ~47 /QĐ-UBND"), middle(420, 92, "Ea Sur, ngày ~4 tháng 9 năm 2025"), middle(315, 120, "QUYẾT ĐỊNH")},
	} {
		hands := map[string]bool{}
		for _, p := range Propose([]archive.PageReading{framed(lines...)}, Lists{}) {
			if p.Hand {
				hands[p.Field] = true
				if p.Value != "" || p.Confidence != 0 || p.Page != 1 || p.Box.X1 <= p.Box.X0 || p.Box.Y0 < 90 || p.Box.Y1 > 106 {
					t.Errorf("%s: %+v", reason, p)
				}
			}
		}
		if d := cmp.Diff(map[string]bool{Number: true, IssuedOn: true}, hands); d != "" {
			t.Errorf("%s: -want +got\n%s", reason, d)
		}
	}
	for _, p := range Propose([]archive.PageReading{framed(left(110, 92, "Số: 12/QĐ-UBND"), middle(420, 92, "Ea Sur, ngày 31 tháng 02 năm 2025"))}, Lists{}) {
		if p.Hand {
			t.Errorf("printed, and taken for handwriting: %+v", p)
		}
	}
}

// A name that has lost its first word under the seal does not look like one that is sure.
func TestABeheadedNameIsUnsure(t *testing.T) {
	for name, sure := range map[string]bool{"Mạc Thanh Hiền": true, "Y Bhem Niê": true, "H'Linh Byă": true, "Văn Lan": false, "Ngọc Kim Nga": false, "Hiền Thục": false} {
		for _, p := range Propose([]archive.PageReading{framed(middle(430, 600, "GIÁM ĐỐC"), middle(430, 700, name))}, Lists{}) {
			if p.Field == SignerName && (p.Confidence >= 0.8) != sure {
				t.Errorf("%s: %.2f", name, p.Confidence)
			}
		}
	}
	for _, p := range Propose([]archive.PageReading{framed(middle(430, 600, "GIÁM ĐỐC"), middle(430, 700, "Lê Nam"))}, Lists{Signers: signers("", "Lê Nam")}) {
		if p.Field == SignerName && p.Confidence < 0.8 {
			t.Errorf("a name that is known: %.2f", p.Confidence)
		}
	}
}

func TestNothingReadNothingProposed(t *testing.T) {
	for _, pages := range [][]archive.PageReading{nil, {{}}, {{Width: 595, Height: 842}}, {{Words: []archive.Word{{Text: "Số:"}}}}} {
		if got := Propose(pages, Lists{}); len(got) != 0 {
			t.Errorf("%+v: %+v", pages, got)
		}
	}
}

func TestCodesOfThePage(t *testing.T) {
	const one, other = "H15.50.05.13-261008-0975", "H15.50.05.13-261008-0976"
	with := func(texts ...string) archive.PageReading {
		r := framed(left(90, 120, "Mã hồ sơ: H15.62-261008-0001"))
		for _, s := range texts {
			r.Codes = append(r.Codes, archive.Code{Kind: archive.CodeQR, Text: s, Box: archive.Box{X0: 20, Y0: 100, X1: 80, Y1: 160}})
		}
		return r
	}
	cases := []struct {
		reason string
		pages  []archive.PageReading
		want   string
	}{
		{"a dossier code goes before what was recognised", []archive.PageReading{with(one)}, one},
		{"inside a link", []archive.PageReading{with("https://tra-cuu.example.vn/?hs=" + one + "&t=1.000123")}, one},
		{"inside JSON", []archive.PageReading{with(`{"hs":"` + one + `"}`)}, one},
		{"on a page without a word", []archive.PageReading{{Number: 1, Codes: with(one).Codes}}, one},
		{"two that differ name none, and the words decide", []archive.PageReading{with(one, other)}, "H15.62-261008-0001"},
		{"no dossier code at all", []archive.PageReading{with("<script>", "H15.50-269999-0975")}, "H15.62-261008-0001"},
	}
	for _, c := range cases {
		if got := values(c.pages, Lists{})[DossierCode]; got != c.want {
			t.Errorf("%s: %q", c.reason, got)
		}
	}
}

func TestTheMiddleOfALongPaperIsNotLookedAt(t *testing.T) {
	pages := []archive.PageReading{framed(), sheetOf(2), sheetOf(3, left(90, 120, "Mã hồ sơ: H15.50.05.13-261008-0975")), sheetOf(4), sheetOf(5, middle(430, 600, "GIÁM ĐỐC"), middle(430, 700, "Mạc Thanh Hiền"))}
	got := values(pages, Lists{})
	if got[DossierCode] != "" || got[SignerName] != "Mạc Thanh Hiền" {
		t.Errorf("%v", got)
	}
}

func TestANameOverleaf(t *testing.T) {
	first := framed(middle(430, 780, "KT. BỘ TRƯỞNG"), middle(430, 796, "THỨ TRƯỞNG"))
	got := Propose([]archive.PageReading{first, sheetOf(2, middle(430, 60, "Vũ Thị Mai"))}, Lists{})
	for _, p := range got {
		if p.Field == SignerName && p.Value == "Vũ Thị Mai" && p.Page == 2 {
			return
		}
	}
	t.Errorf("%+v", got)
}

// A crooked scan has its words on the page as displayed; lines drift by more than their height.
func TestACrookedPage(t *testing.T) {
	page := framed(middle(170, 50, "ỦY BAN NHÂN DÂN"), middle(170, 66, "TỈNH HÀ GIANG"), middle(170, 92, "Số: 1234/QĐ-UBND"), middle(420, 92, "Hà Giang, ngày 15 tháng 3 năm 2023"), middle(315, 120, "QUYẾT ĐỊNH"), middle(315, 140, "Về việc phê duyệt"))
	want := values([]archive.PageReading{page}, Lists{})
	for i := range page.Words {
		b := &page.Words[i].Box
		x, y := (b.X0+b.X1)/2-297, (b.Y0+b.Y1)/2-421
		dx, dy := -0.035*y, 0.035*x
		b.X0, b.X1, b.Y0, b.Y1 = b.X0+dx, b.X1+dx, b.Y0+dy, b.Y1+dy
	}
	if d := cmp.Diff(want, values([]archive.PageReading{page}, Lists{})); d != "" || len(want) < 7 {
		t.Errorf("level %v\n%s", want, d)
	}
}

func TestAProposalPointsAtItsWords(t *testing.T) {
	for _, p := range Propose([]archive.PageReading{framed(left(110, 92, "Số: 1234/QĐ-UBND"), middle(315, 120, "QUYẾT ĐỊNH"))}, Lists{}) {
		want := map[string]archive.Box{
			Number: {X0: 110 + 4*letterWidth, Y0: 92, X1: 110 + 16*letterWidth, Y1: 92 + letterHeight},
			Type:   {X0: 315 - 5*letterWidth, Y0: 120, X1: 315 + 5*letterWidth, Y1: 120 + letterHeight},
		}[p.Field]
		if want != (archive.Box{}) && p.Box != want {
			t.Errorf("%s: %v, want %v", p.Field, p.Box, want)
		}
		if !(p.Confidence > 0 && p.Confidence < 1) || p.Page != 1 {
			t.Errorf("%+v", p)
		}
	}
}

// A form with one box for the agency shows the surest proposal: the name, not the code.
func TestTheNameIsSurerThanTheCode(t *testing.T) {
	got := Propose([]archive.PageReading{framed(middle(170, 50, "SỞ TÀI CHÍNH"), middle(170, 92, "Số: 3/TB-STC"))}, Lists{Agencies: []archive.Agency{{Code: "H15.08", Name: "Sở Tài chính"}}})
	conf := map[string]float32{}
	for _, p := range got {
		conf[p.Field] = p.Confidence
	}
	if conf[AgencyCode] == 0 || conf[AgencyName] <= conf[AgencyCode] {
		t.Errorf("%v", conf)
	}
}
