package fields_test

import (
	"fmt"
	"html"
	"math/rand/v2"
	"strings"

	"sohoa/ocr/fields"
)

// composed is an invented paper: what it looks like and what stands in its fields.
type composed struct {
	name string // for the table: what kind of paper
	html string
	want map[string]string
	hand []string // fields written by hand: to be left to the clerk
}

// composer draws papers from a seed: agencies, names, numbers and layout are chosen, nothing of them is anybody's.
type composer struct{ *rand.Rand }

func newComposer(seed uint64) composer { return composer{rand.New(rand.NewPCG(seed, 0x50484f41))} }

func (c composer) of(list ...string) string { return list[c.IntN(len(list))] }

func (c composer) between(a, b float64) float64 { return a + (b-a)*c.Float64() }

// Words of the composer, not those of the product: some are in no list of its.
func (c composer) person() string {
	if c.IntN(10) == 0 {
		return c.of("Y", "H'Linh", "H'Nhuân", "Y Thoan") + " " + c.of("Bhem", "Siêng", "Wơn") + " " + c.of("Niê", "Byă", "Mlô", "Ayŭn")
	}
	family := c.of("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Mai", "Đinh", "Trịnh", "Cao", "Lương", "Tô", "Hà", "Quách", "Nông", "Sầm", "Viên", "Thiều", "Khuất")
	middle := c.of("Văn", "Thị", "Hữu", "Đức", "Quang", "Ngọc", "Xuân", "Đình", "Minh", "Thanh", "Thị Kim", "Như", "Quốc", "Bá", "Hoàng Gia", "Trường")
	given := c.of("An", "Bình", "Cường", "Dũng", "Giang", "Hạnh", "Hiệp", "Khiêm", "Lâm", "Loan", "Mẫn", "Nhàn", "Phượng", "Quyên", "Sáng", "Thảo", "Thơm", "Tiến", "Trâm", "Tùng", "Uyên", "Vượng", "Yến", "Khuê", "Diễm", "Kiệt", "Thoại", "Đạt")
	return family + " " + middle + " " + given
}

func (c composer) day() (iso, printed, slashed string) {
	y, m, d := 2021+c.IntN(5), 1+c.IntN(12), 1+c.IntN(28)
	month := fmt.Sprint(m)
	if m < 3 {
		month = fmt.Sprintf("%02d", m)
	}
	return fmt.Sprintf("%d-%02d-%02d", y, m, d), fmt.Sprintf("ngày %02d tháng %s năm %d", d, month, y), fmt.Sprintf("%02d/%02d/%d", d, m, y)
}

func (c composer) personalID() string {
	y := 1950 + c.IntN(70)
	century := c.IntN(2) // sex
	if y >= 2000 {
		century += 2
	}
	return fmt.Sprintf("0%02d%d%02d%06d", []int{66, 54, 1, 38, 79, 48, 68, 92}[c.IntN(8)], century, y%100, c.IntN(1e6))
}

func esc(s string) string { return strings.ReplaceAll(html.EscapeString(s), "\n", "<br>") }

// paper sets what all papers share: page, header, body, signer under his seal. One rem is a millimetre.
func (c composer) paper(left, right, body, nobody, position, signer, sealText string) string {
	size := c.between(4.1, 4.5)
	red := c.of("#d0141e", "#c8202c", "#b91c3c", "#dd3322")
	diameter := c.between(33, 38)
	font := c.of("DejaVu Serif", "DejaVu Serif", "DejaVu Sans")
	return fmt.Sprintf(`<!doctype html><html lang="vi"><meta charset="utf-8"><style>html{font-size:7.874px}body{margin:0;width:%.1frem;padding:18rem 16rem 0 %.1frem;font:%.2frem/1.32 "%s";color:#000;font-stretch:condensed}
table{width:100%%;border-collapse:collapse}td{vertical-align:top;padding:0;text-align:center}.l{width:41%%}p{margin:1.4rem 0;text-align:justify;text-indent:10rem}.n{text-indent:0}
h1{font-size:1.08em;text-align:center;margin:4rem 0 1rem}.s{text-align:center;font-weight:bold;margin:0 8rem 3rem}.g{position:relative;font-weight:bold}
.seal{position:absolute;left:%.1frem;top:%.1frem;width:%.1frem;opacity:%.2f;transform:rotate(%.0fdeg)}.ink{position:absolute;left:%.1frem;top:%.1frem;width:42rem}.w{font-size:.86em}.r{text-align:left;font-size:.85em}</style><body>
<table><tr class="w"><td class="l">%s</td><td>%s</td></tr></table>%s<table style="margin-top:4rem"><tr><td class="l r">%s</td><td class="g">%s
<svg class="seal" viewBox="0 0 200 200"><g fill="none" stroke="%[18]s"><circle cx="100" cy="100" r="96" stroke-width="4"/><circle cx="100" cy="100" r="89" stroke-width="1.5"/><circle cx="100" cy="100" r="58" stroke-width="2"/></g>
<path id="a" d="M31 100a69 69 0 1 1 138 0" fill="none"/><path id="b" d="M24 104a77 77 0 0 0 152 0" fill="none"/><g fill="%[18]s" font-family="DejaVu Sans"><text font-weight="bold" font-size="15"><textPath href="#a" startOffset="50%%" text-anchor="middle" textLength="200">%[19]s</textPath></text>
<text font-size="11"><textPath href="#b" startOffset="50%%" text-anchor="middle">CHXHCN VIỆT NAM</textPath></text><polygon points="100,58 110,89 143,89 116,108 126,139 100,120 74,139 84,108 57,89 90,89"/></g></svg>
<svg class="ink" viewBox="0 0 250 100"><path d="M%d 70C40 10 60 10 55 60S90 90 100 %d 130 20 125 65 170 60 180 35 210 80 240 20M60 85L230 %d" fill="none" stroke="%s" stroke-width="3.2" stroke-linecap="round"/></svg>
<div style="height:%.1frem"></div><div>%s</div></td></tr></table>`,
		210-16-29.5, c.between(27, 32), size, font,
		c.between(0, 8), c.between(4, 11), diameter, c.between(0.6, 0.85), c.between(-12, 12), c.between(24, 34), c.between(9, 15),
		left, right, body, nobody, esc(position), 0, red, esc(sealText),
		5+c.IntN(12), 30+c.IntN(20), 65+c.IntN(12), c.of("#1b2f8f", "#20409a", "#152a6e"), c.between(21, 26), esc(signer))
}

const national = `<b style="white-space:nowrap">CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</b><br><b>Độc lập - Tự do - Hạnh phúc</b><hr style="width:50%;border:0;border-top:.3rem solid;margin:.5rem auto 2rem">`

var provinces = []string{"Đắk Lắk", "Quảng Ngãi", "Lâm Đồng", "Cà Mau", "Lạng Sơn", "Bắc Ninh", "Nghệ An", "Tây Ninh", "Lào Cai", "Gia Lai", "Khánh Hòa", "Vĩnh Long"}

// decree draws a paper of Decree 30/2020.
func (c composer) decree() composed {
	province := c.of(provinces...)
	place := province
	agency, parent, body := "ỦY BAN NHÂN DÂN\nTỈNH "+strings.ToUpper(province), "", "UBND"
	auth, position := "TM. ỦY BAN NHÂN DÂN\n", c.of("CHỦ TỊCH", "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH")
	switch c.IntN(3) {
	case 0:
		o := [][2]string{{"SỞ TÀI CHÍNH", "STC"}, {"SỞ NỘI VỤ", "SNV"}, {"SỞ XÂY DỰNG", "SXD"}, {"SỞ Y TẾ", "SYT"}, {"SỞ TƯ PHÁP", "STP"}}[c.IntN(5)]
		agency, parent, body, auth, position = o[0], "UBND TỈNH "+strings.ToUpper(province), o[1], "", c.of("GIÁM ĐỐC", "KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC")
	case 1:
		commune := c.of("Ea Kao", "Tân Hòa", "Hòa Phú", "Cư Pơng", "Bình An", "Phú Thịnh", "Ea Drăng", "Sơn Lang")
		agency, parent, place = "ỦY BAN NHÂN DÂN\nXÃ "+strings.ToUpper(commune), "", commune
	}
	kind := [][2]string{{"QĐ", "QUYẾT ĐỊNH"}, {"TB", "THÔNG BÁO"}, {"KH", "KẾ HOẠCH"}, {"BC", "BÁO CÁO"}, {"TTr", "TỜ TRÌNH"}}[c.IntN(5)]
	number, notation := fmt.Sprintf("%02d", 1+c.IntN(3200)), kind[0]+"-"+body
	if parent != "" {
		notation = kind[0] + "-" + body
	}
	iso, printed, _ := c.day()
	subject := c.of("Về việc", "V/v") + " " + c.of("phê duyệt kết quả lựa chọn nhà thầu gói thầu sửa chữa trụ sở làm việc", "giao chỉ tiêu kế hoạch phát triển kinh tế - xã hội năm tới", "kiện toàn tổ công nghệ số cộng đồng ở các thôn, buôn", "tổ chức ngày hội đại đoàn kết toàn dân tộc", "công nhận kết quả kiểm tra công tác văn thư, lưu trữ", "phân bổ kinh phí hỗ trợ xây dựng nông thôn mới đợt hai")
	subject = strings.Replace(subject, "V/v", "Về việc", 1)
	signer := c.person()
	text := fmt.Sprintf(`<h1>%s</h1><div class="s">%s</div><p><i>Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;</i></p><p>Thực hiện chương trình công tác năm, các cơ quan, đơn vị có liên quan phối hợp triển khai những nội dung sau đây, bảo đảm đúng tiến độ và chất lượng theo quy định của pháp luật.</p><p>1. Rà soát, tổng hợp số liệu và báo cáo trước ngày 20 hằng tháng; kịp thời tháo gỡ khó khăn, vướng mắc phát sinh ở cơ sở.</p><p>2. Thủ trưởng các đơn vị chịu trách nhiệm thi hành kể từ ngày ký./.</p>`, kind[1], esc(subject))
	head := fmt.Sprintf(`<b>%s</b><hr style="width:26%%;border:0;border-top:.3rem solid;margin:.5rem auto 2rem">Số: %s/%s`, esc(agency), number, notation)
	if parent != "" {
		head = esc(parent) + "<br>" + head
	}
	return composed{name: "decree", want: map[string]string{fields.Number: number, fields.Notation: notation, fields.IssuedOn: iso, fields.Place: place,
		fields.AgencyName: strings.ReplaceAll(agency, "\n", " "), fields.Type: kind[1], fields.Subject: subject, fields.SignerName: signer},
		html: c.paper(head, national+"<i>"+place+", "+printed+"</i>", text, `<b><i>Nơi nhận:</i></b><br>- Như trên;<br>- Các phòng, ban;<br>- Lưu: VT.`, auth+position, signer, strings.ReplaceAll(agency, "\n", " "))}
}

// permit draws a building permit, certificate a certificate of a household's business or of land, extract an extract of a birth's
// entry, record a judicial record: results of procedures.
func (c composer) permit() composed {
	province := c.of(provinces...)
	owner, id, signer := c.person(), c.personalID(), c.person()
	iso, printed, _ := c.day()
	number := fmt.Sprintf("%02d", 1+c.IntN(900))
	months := c.of("12 tháng", "06 tháng", "24 tháng")
	text := fmt.Sprintf(`<h1>GIẤY PHÉP XÂY DỰNG</h1><p class="n">1. Cấp cho ông (bà): %s</p><p class="n">Số định danh cá nhân: %s</p><p class="n">Địa chỉ thường trú: thôn %d, tỉnh %s.</p><p class="n">2. Được phép xây dựng công trình: nhà ở riêng lẻ, cấp III, một tầng, diện tích xây dựng %d m².</p><p class="n">3. Giấy phép này có hiệu lực khởi công xây dựng trong thời hạn %s kể từ ngày cấp; quá thời hạn trên thì phải đề nghị gia hạn.</p>`,
		esc(owner), id, 1+c.IntN(9), province, 60+c.IntN(200), months)
	head := fmt.Sprintf("UBND TỈNH %s<br><b>SỞ XÂY DỰNG</b><br><br>Số: %s/GPXD", strings.ToUpper(province), number)
	return composed{name: "permit", want: map[string]string{fields.Type: "Giấy phép", fields.Number: number, fields.Notation: "GPXD", fields.IssuedOn: iso, fields.OwnerName: owner, fields.OwnerID: id, fields.Validity: months, fields.SignerName: signer},
		html: c.paper(head, national+"<i>"+province+", "+printed+"</i>", text, "<b><i>Nơi nhận:</i></b><br>- Chủ đầu tư;<br>- Lưu: VT.", c.of("GIÁM ĐỐC", "KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC"), signer, "SỞ XÂY DỰNG")}
}

func (c composer) certificate() composed {
	province := c.of(provinces...)
	owner, id, signer := c.person(), c.personalID(), c.person()
	iso, printed, _ := c.day()
	serial := c.of("DA", "CX", "BM", "AĐ", "DĐ", "CS") + fmt.Sprintf(" %06d", c.IntN(1e6))
	_, _, until := c.day()
	untilISO := until[6:] + "-" + until[3:5] + "-" + until[:2]
	text := fmt.Sprintf(`<h1>GIẤY CHỨNG NHẬN</h1><div class="s">%s</div><p class="n">Số phát hành: %s</p><p class="n">Họ và tên: %s</p><p class="n">Căn cước công dân số: %s</p><p class="n">Địa điểm: khối %d, tỉnh %s.</p><p class="n">Giấy chứng nhận này có giá trị đến ngày %s.</p>`,
		c.of("ĐỦ ĐIỀU KIỆN AN TOÀN THỰC PHẨM", "CƠ SỞ ĐỦ ĐIỀU KIỆN CHĂN NUÔI"), serial, esc(strings.ToUpper(owner)), id, 1+c.IntN(12), province, until)
	head := fmt.Sprintf("UBND TỈNH %s<br><b>SỞ Y TẾ</b><br><br>", strings.ToUpper(province))
	return composed{name: "certificate", want: map[string]string{fields.IssuedOn: iso, fields.OwnerName: owner, fields.OwnerID: id, fields.Serial: serial, fields.Validity: untilISO, fields.SignerName: signer},
		html: c.paper(head, national+"<i>"+province+", "+printed+"</i>", text, "", c.of("GIÁM ĐỐC", "KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC"), signer, "SỞ Y TẾ")}
}

func (c composer) extract() composed {
	province, commune := c.of(provinces...), c.of("Ea Kao", "Tân Hòa", "Phú Thịnh", "Sơn Lang", "Bình An")
	owner, id, signer := c.person(), c.personalID(), c.person()
	iso, printed, _ := c.day()
	_, _, born := c.day()
	number := fmt.Sprintf("%d", 10+c.IntN(800))
	text := fmt.Sprintf(`<h1>TRÍCH LỤC KHAI SINH</h1><div class="s">(BẢN SAO)</div><p class="n">Họ, chữ đệm, tên: <b>%s</b></p><p class="n">Ngày, tháng, năm sinh: %s</p><p class="n">Giới tính: %s &nbsp;&nbsp; Dân tộc: Kinh &nbsp;&nbsp; Quốc tịch: Việt Nam</p><p class="n">Số định danh cá nhân: %s</p><p class="n">Nơi sinh: Bệnh viện đa khoa tỉnh %s</p><p class="n">Họ, chữ đệm, tên người mẹ: %s</p><p class="n">Đăng ký khai sinh tại: Ủy ban nhân dân xã %s</p>`,
		esc(strings.ToUpper(owner)), born, c.of("Nam", "Nữ"), id, province, esc(c.person()), commune)
	head := fmt.Sprintf("<b>ỦY BAN NHÂN DÂN<br>XÃ %s</b><br><br>Số: %s/TLKS-BS", strings.ToUpper(commune), number)
	return composed{name: "extract", want: map[string]string{fields.Number: number, fields.IssuedOn: iso, fields.OwnerName: owner, fields.OwnerID: id, fields.SignerName: signer},
		html: c.paper(head, national+"<i>"+commune+", "+printed+"</i>", text, "", c.of("CHỦ TỊCH", "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"), signer, "ỦY BAN NHÂN DÂN XÃ "+strings.ToUpper(commune))}
}

func (c composer) record() composed {
	province := c.of(provinces...)
	owner, id, signer := c.person(), c.personalID(), c.person()
	iso, printed, _ := c.day()
	_, _, born := c.day()
	number := fmt.Sprintf("%d", 100+c.IntN(8000))
	text := fmt.Sprintf(`<h1>PHIẾU LÝ LỊCH TƯ PHÁP SỐ 1</h1><p class="n">1. Họ và tên: %s</p><p class="n">2. Giới tính: %s</p><p class="n">3. Ngày, tháng, năm sinh: %s</p><p class="n">4. Nơi sinh: %s</p><p class="n">5. Quốc tịch: Việt Nam</p><p class="n">6. Căn cước công dân số: %s</p><p class="n">7. Tình trạng án tích: Không có án tích</p>`,
		esc(strings.ToUpper(owner)), c.of("Nam", "Nữ"), born, province, id)
	head := fmt.Sprintf("UBND TỈNH %s<br><b>SỞ TƯ PHÁP</b><br><br>Số: %s/STP-LLTP", strings.ToUpper(province), number)
	return composed{name: "record", want: map[string]string{fields.Type: "Phiếu lý lịch tư pháp", fields.Number: number, fields.IssuedOn: iso, fields.OwnerName: owner, fields.OwnerID: id, fields.SignerName: signer},
		html: c.paper(head, national+"<i>"+province+", "+printed+"</i>", text, "", c.of("GIÁM ĐỐC", "KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC"), signer, "SỞ TƯ PHÁP")}
}

// byHand draws a decree whose number and day are written with a pen.
func (c composer) byHand() composed {
	p := c.decree()
	_, rest, _ := strings.Cut(p.html, "Số: ")
	printed, _, _ := strings.Cut(rest, "/")
	p.html = strings.Replace(p.html, "Số: "+printed+"/", "Số: "+c.penned(3)+"/", 1)
	at := strings.Index(p.html, ", ngày ")
	p.html = p.html[:at] + ", ngày " + c.penned(2) + p.html[at+len(", ngày ")+2:]
	p.name, p.hand = "by hand", []string{fields.Number, fields.IssuedOn}
	delete(p.want, fields.Number)
	delete(p.want, fields.IssuedOn)
	return p
}

// penned is some digits in strokes of a pen, each a little different.
func (c composer) penned(n int) string {
	strokes := []string{"M20 4C6 4 2 40 16 40S30 6 18 4", "M8 14L18 3 14 42", "M6 12C10 0 28 2 24 14S10 32 4 40L28 37", "M7 6C22 0 28 14 12 19C32 20 24 44 4 38", "M20 3L4 26 28 24M22 14L18 44", "M27 4L10 6 8 18C26 14 28 38 5 40", "M24 3C6 12 2 40 15 40S26 22 7 27", "M4 6L28 4 12 42M8 24L24 22"}
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, `<svg viewBox="0 0 32 46" style="height:%.1frem;vertical-align:-1.5rem;transform:rotate(%.0fdeg)"><path d="%s" fill="none" stroke="#1b2f8f" stroke-width="3" stroke-linecap="round"/></svg>`, c.between(5.5, 7), c.between(-10, 14), c.of(strokes...))
	}
	return b.String()
}
