package paper

import (
	"fmt"
	"io"
	"strings"

	"sohoa/archive"
)

// Receipt is what a receipt says. Codes come formed: this room only sets them.
type Receipt struct {
	archive.IssuedReceipt
	// Address is where results are looked up, without what follows the #: https://sohoa.example.gov.vn/t
	Address string
	Half    bool // A5 instead of A4
}

// layout measures a receipt. Everything but the margins grows with the page.
type layout struct {
	*sheet
	f           *file
	left, right float64
	unit        float64 // one millimetre of A5
	y           float64
}

// WriteReceipt writes the receipt of a dossier, one page: whose it is, what was handed in, when it is due, and the code that opens the
// results. The form is that of "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"; it is Vietnamese in every language of the house.
func WriteReceipt(w io.Writer, r Receipt) error {
	f, err := newFile("Giấy tiếp nhận hồ sơ " + r.IssuedReceipt.Dossier.Code.String())
	if err != nil {
		return err
	}
	l := &layout{f: f, left: 22 * mm, right: pageWidth - 18*mm, unit: 1.32 * mm, y: 22 * mm}
	if r.Half {
		f.wide, f.high = halfWidth, halfHeight
		l.left, l.right, l.unit, l.y = 12*mm, halfWidth-12*mm, mm, 13*mm
	}
	l.sheet = f.page()
	l.letterhead(&r)
	l.body(&r)
	l.signatures(&r)
	if err := l.opening(&r); err != nil {
		return err
	}
	return f.write(w)
}

// pt is a font size, given for A5.
func (l *layout) pt(size float64) float64 { return size * l.unit / mm }

func (l *layout) rule(left, right, y float64) {
	l.box(left, y, right-left, 0.5)
	l.fill()
}

func (l *layout) letterhead(r *Receipt) {
	middle := l.left + (l.right-l.left)*0.42
	y := l.y
	if r.Above != "" {
		y = l.between(l.left, middle-2*mm, y, l.f.plain, l.pt(7.5), strings.ToUpper(r.Above))
	}
	agency := r.Agency.Name
	if agency == "" {
		agency = r.Agency.Code.String()
	}
	y = l.between(l.left, middle-2*mm, y, l.f.bold, l.pt(7.5), strings.ToUpper(cut(agency, 120)))
	centre := (l.left + middle) / 2
	l.rule(centre-9*l.unit, centre+9*l.unit, y-l.pt(5))
	right := l.between(middle, l.right, l.y, l.f.bold, l.pt(7.5), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
	right = l.between(middle, l.right, right, l.f.bold, l.pt(8), "Độc lập - Tự do - Hạnh phúc")
	centre = (middle + l.right) / 2
	l.rule(centre-18*l.unit, centre+18*l.unit, right-l.pt(5))
	at := r.IssuedAt.In(archive.Zone)
	right = l.between(middle, l.right, right+2*l.unit, l.f.plain, l.pt(7.5), fmt.Sprintf("Ngày %02d tháng %02d năm %d", at.Day(), int(at.Month()), at.Year()))
	l.y = max(y, right) + 4*l.unit
	l.y = l.between(l.left, l.right, l.y, l.f.bold, l.pt(12), "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ")
	l.y = l.between(l.left, l.right, l.y, l.f.bold, l.pt(10), "Mã hồ sơ: "+r.IssuedReceipt.Dossier.Code.String()) + 1.5*l.unit
}

// line sets a label and what follows it, on at most lines lines.
func (l *layout) line(label, text string, lines int) {
	if text == "" {
		return
	}
	size := l.pt(8.5)
	in := l.left + 36*l.unit
	l.text(l.left, l.y, l.f.plain, size, label)
	all := l.f.bold.wrap(text, size, l.right-in)
	if len(all) > lines {
		all = append(all[:lines-1], cut(all[lines-1], len([]rune(all[lines-1]))-2))
	}
	for _, s := range all {
		l.text(in, l.y, l.f.bold, size, s)
		l.y += size * 1.32
	}
}

func (l *layout) body(r *Receipt) {
	d := &r.IssuedReceipt.Dossier
	who := cut(d.Applicant.Name, 120)
	if id := archive.MaskID(d.Applicant.ID); id != "" {
		who = strings.TrimPrefix(who+" · số định danh "+id, " · ")
	}
	l.line("Tiếp nhận hồ sơ của:", who, 2)
	if p := r.Procedure; p != nil {
		l.line("Thủ tục:", p.Name, 3)
	} else {
		l.line("Thủ tục:", d.Procedure.String(), 1)
	}
	l.line("Nội dung:", d.Title, 2)
	l.line("Ngày tiếp nhận:", d.ReceivedOn.Local(), 1)
	due := d.DueOn.Local()
	if due == "" {
		due = "chưa hẹn; xem tại trang tra cứu"
	}
	l.line("Hẹn trả kết quả:", due, 1)
	if len(r.Papers) == 0 {
		return
	}
	size := l.pt(8.5)
	l.y += 0.5 * l.unit
	l.text(l.left, l.y, l.f.plain, size, "Thành phần hồ sơ đã nhận:")
	l.y += size * 1.3
	last := l.f.high - (opens+signed+12)*l.unit // what is below is always the same
	for i, name := range r.Papers {
		if l.y+size*1.25 > last {
			l.text(l.left+3*l.unit, l.y, l.f.plain, size, others)
			return
		}
		if name == "" {
			name = "Giấy tờ chưa ghi tên"
		}
		lines := l.f.plain.wrap(fmt.Sprintf("%d. %s", i+1, name), size, l.right-l.left-6*l.unit)
		if len(lines) > 1 {
			lines[0] += "…"
		}
		l.text(l.left+3*l.unit, l.y, l.f.plain, size, lines[0])
		l.y += size * 1.25
	}
	if r.More {
		l.text(l.left+3*l.unit, l.y, l.f.plain, size, others)
	}
}

const others = "… và các giấy tờ khác, xem danh sách trong hồ sơ"

// opens is the height of what stands at the foot: signatures and the code.
const (
	opens  = 50 // units
	signed = 24
)

func (l *layout) signatures(r *Receipt) {
	y := l.f.high - (opens+signed+8)*l.unit
	middle := (l.left + l.right) / 2
	for _, x := range []struct {
		left, right float64
		who, name   string
	}{{l.left, middle, "NGƯỜI NỘP HỒ SƠ", r.IssuedReceipt.Dossier.Applicant.Name}, {middle, l.right, "NGƯỜI TIẾP NHẬN", r.Clerk}} {
		at := l.between(x.left, x.right, y, l.f.bold, l.pt(8.5), x.who)
		l.between(x.left, x.right, at, l.f.plain, l.pt(7), "(ký, ghi rõ họ tên)")
		l.between(x.left, x.right, y+17*l.unit, l.f.plain, l.pt(8.5), cut(x.name, 40))
	}
}

// opening is the part that opens the results: the code to scan, and the same to type.
func (l *layout) opening(r *Receipt) error {
	top := l.f.high - (opens+6)*l.unit
	l.rule(l.left, l.right, top)
	side := 36 * l.unit
	link := r.Address + "#" + r.IssuedReceipt.Dossier.Code.String() + "." + string(r.Code)
	if err := l.square(l.left+2*l.unit, top+5*l.unit, side, link); err != nil {
		return err
	}
	x, y := l.left+side+7*l.unit, top+7*l.unit
	put := func(face *face, size float64, text string) {
		for _, s := range face.wrap(text, l.pt(size), l.right-x) {
			l.text(x, y, face, l.pt(size), s)
			y += l.pt(size) * 1.3
		}
	}
	put(l.f.bold, 10, "XEM VÀ TẢI KẾT QUẢ")
	put(l.f.plain, 8, "Quét mã bên cạnh, hoặc mở trang:")
	put(l.f.bold, 8.5, strings.TrimPrefix(strings.TrimPrefix(r.Address, "https://"), "http://"))
	y += l.unit
	put(l.f.plain, 8, "rồi nhập mã hồ sơ ở trên và mã tra cứu:")
	y += 1.5 * l.unit
	put(l.f.bold, 14, r.Code.Grouped())
	y += 0.5 * l.unit
	put(l.f.plain, 7, "Giữ kín giấy này: ai có mã đều xem được kết quả. Mất giấy, xin cấp lại tại nơi tiếp nhận; mã cũ khi đó hết hiệu lực.")
	put(l.f.plain, 7, fmt.Sprintf("Giấy số %d của hồ sơ, in lúc %s.", r.Number, r.IssuedAt.In(archive.Zone).Format("15:04 02/01/2006")))
	return nil
}
