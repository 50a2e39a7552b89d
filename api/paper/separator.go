package paper

import (
	"fmt"
	"image/color"
	"io"

	"github.com/boombuler/barcode/qr"

	"sohoa/archive"
)

// Separators writes a PDF with a page for each sheet. They lie in a stack before the papers of a dossier or of one of its
// components; when the stack is split, each begins another paper and is left out. A sheet without a dossier carries the
// patch code T as well, which scanners know by themselves.
func Separators(w io.Writer, sheets []archive.SeparatorSheet, lang string) error {
	t := func(vi, en string) string { return archive.Text{VI: vi, EN: en}.In(lang) }
	f, err := newFile(t("Tờ phân cách", "Separator sheets"))
	if err != nil {
		return err
	}
	for _, x := range sheets {
		p := f.page()
		y := p.centred(26*mm, f.bold, 22, t("TỜ PHÂN CÁCH", "SEPARATOR SHEET"))
		if x.Dossier == "" {
			p.patchT(y + 2*mm)
			y += 80 * mm
		}
		side := 78 * mm
		if err := p.square((pageWidth-side)/2, y, side, x.String()); err != nil {
			return err
		}
		y += side + 16*mm
		if x.Dossier != "" {
			y = p.centred(y, f.bold, 24, x.Dossier.String())
		} else {
			y = p.centred(y, f.bold, 18, t("Bắt đầu một giấy tờ mới", "Another paper begins"))
		}
		if x.About != "" {
			y = p.centred(y+2*mm, f.plain, 13, cut(x.About, 120))
		}
		switch x.Kind {
		case archive.Component:
			y = p.centred(y+4*mm, f.plain, 13, t("Thành phần hồ sơ", "Component"))
		case archive.Result:
			y = p.centred(y+4*mm, f.plain, 13, t("Kết quả giải quyết", "Result"))
		}
		if x.Type != "" {
			p.centred(y+3*mm, f.bold, 18, x.Type)
		}
		p.centred(pageHeight-26*mm, f.plain, 10, t("Đặt tờ này trước giấy tờ rồi quét cả tập một lượt; tờ này được bỏ ra khi tách tập. In lại được, dùng lại được.",
			"Lay this sheet before the paper and scan the whole stack; it is left out when the stack is split. It can be used again."))
	}
	return f.write(w)
}

// cut keeps the sheet a page, and its words few: a page of many words is no separator sheet.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// square draws a QR code without its quiet zone. Level M mends 15 %: dirt of a sheet that went through the scanner often.
func (s *sheet) square(x, y, side float64, text string) error {
	c, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		return fmt.Errorf("make a QR code: %w", err)
	}
	n := c.Bounds().Dx()
	module := side / float64(n)
	for row := range n {
		for from := 0; from < n; {
			to := from
			for to < n && dark(c.At(to, row)) {
				to++
			}
			if to > from {
				s.box(x+float64(from)*module, y+float64(row)*module, float64(to-from)*module, module)
			}
			from = to + 1
		}
	}
	s.fill()
	return nil
}

func dark(c color.Color) bool {
	r, _, _, _ := c.RGBA()
	return r < 0x8000
}

// patchT draws the patch code T: bars of 0.08 and 0.20 inch, 0.08 apart, 2.5 inches long.
func (s *sheet) patchT(y float64) {
	const inch = 72
	x := (pageWidth - 0.8*inch) / 2
	for _, wide := range []float64{0.08, 0.20, 0.08, 0.20} {
		s.box(x, y, wide*inch, 2.5*inch)
		x += (wide + 0.08) * inch
	}
	s.fill()
}
