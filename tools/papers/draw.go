package main

import (
	"image"
	"math"
	"math/rand/v2"

	"rsc.io/qr"
)

// compose sets a paper: clean pages, seal and signature in ink.
func compose(p paper) (*setter, error) {
	s := &setter{}
	s.newPage()
	if p.Framed {
		frame(s.page())
	}
	s.head(p)
	if p.QR != "" {
		if err := code(s.page(), p.QR, px(7), px(40), px(24)); err != nil {
			return nil, err
		}
	}
	if p.Title != "" {
		s.y += px(6)
		s.y = s.lines(style{bold: true, size: 15}, px(left), pageWidth-px(right), s.y, []string{p.Title})
		s.y = s.lines(style{bold: true, size: 14}, px(left), pageWidth-px(right), s.y, p.Subject)
		if len(p.Subject) > 0 && p.Form == "" {
			half := pageWidth/2 + px((left-right)/2)
			rule(s.page(), half-px(18), s.y+px(0.6), half+px(18), s.y+px(0.6), 1.6)
		}
		s.y += px(5)
	}
	if len(p.To) > 0 {
		s.y += px(3)
		s.to(p.To)
	}
	for _, b := range p.Body {
		s.block(b)
	}
	s.foot(p)
	if len(p.Appendix) > 0 {
		s.newPage()
		for _, b := range p.Appendix {
			s.block(b)
		}
	}
	return s, nil
}

// head sets national header, agency, number, place and date: parts 1 to 4 of Annex I.
func (s *setter) head(p paper) {
	l0, l1 := px(left-8), px(left+64)
	r0, r1 := px(left+66), pageWidth-px(right-8)
	y := s.y
	ly := y
	if p.Form != "" {
		s.centred(style{italic: true, size: 12}, l0, l1, y+px(4), p.Form)
	} else {
		ly = s.lines(style{size: 13}, l0, l1, y, p.Parent)
		ly = s.lines(style{bold: true, size: 13}, l0, l1, ly, p.Issuer)
		mid := (l0 + l1) / 2
		rule(s.page(), mid-px(11), ly+px(0.6), mid+px(11), ly+px(0.6), 1.8)
		ly += px(2)
	}
	ry := s.lines(style{bold: true, size: 12}, r0, r1, y, []string{"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"})
	const motto = "Độc lập - Tự do - Hạnh phúc"
	ry = s.lines(style{bold: true, size: 13}, r0, r1, ry, []string{motto})
	mid, half := (r0+r1)/2, width(style{bold: true, size: 13}, motto)/2
	rule(s.page(), mid-half, ry+px(0.4), mid+half, ry+px(0.4), 1.8)
	ry += px(2)

	at := math.Max(ly, ry) + px(2)
	s.y = at + lineHeight(14)
	if p.Number != "" {
		s.centred(style{size: 13}, l0, l1, at+px(5), p.Number)
	}
	if p.PlaceDate != "" && p.Form == "" {
		s.centred(style{italic: true, size: 14}, r0, r1, at+px(5), p.PlaceDate)
	}
	if len(p.About) > 0 {
		s.y = s.lines(style{size: 12}, l0, l1, s.y, p.About)
	}
}

func (s *setter) to(names []string) {
	label := "Kính gửi: "
	st := style{size: bodySize}
	x := px(left + 22)
	if len(names) == 1 {
		x = (pageWidth - width(st, label+names[0]) + px(left-right)) / 2
	}
	put(s.page(), st, x, s.y+bodySize*dpi/72, label)
	x += width(st, label)
	for i, n := range names {
		if len(names) > 1 {
			n = "- " + n
			if i > 0 {
				s.y += lineHeight(bodySize)
			}
		}
		put(s.page(), st, x, s.y+bodySize*dpi/72, n)
	}
	s.y += lineHeight(bodySize) + px(4)
}

func (s *setter) block(b block) {
	switch {
	case b.Text != "":
		s.paragraph(b.Text, px(12), true)
	case b.Plain != "":
		s.paragraph(dotted(b.Plain, pageWidth-px(left)-px(right)), 0, false)
	case b.Centre != "":
		s.room(lineHeight(bodySize))
		s.y = s.lines(style{bold: true, size: bodySize}, px(left), pageWidth-px(right), s.y, []string{b.Centre}) + px(1.6)
	case b.Table != nil:
		s.table(b.Table)
	case b.Gap > 0:
		s.y += px(b.Gap)
	case b.Break:
		s.newPage()
	}
}

// foot sets recipients, authority, signature and seal: parts 7 to 9 of Annex I. It never parts a signature from its name.
func (s *setter) foot(p paper) {
	if p.Signer == "" {
		return
	}
	lines := 0.0
	if p.PlaceDate != "" && p.Form != "" {
		lines = 1
	}
	s.room(px(38) + (lines+float64(len(p.Authority))+1)*lineHeight(14))
	s.y += px(3)
	x0, x1 := px(left+82), pageWidth-px(right)
	y := s.y
	if lines > 0 {
		y = s.lines(style{italic: true, size: 14}, x0-px(8), x1, y, []string{p.PlaceDate})
	}
	y = s.lines(style{bold: true, size: 14}, x0, x1, y, p.Authority)
	mid := (x0 + x1) / 2
	signature(s.page(), mid-px(14), y+px(14), p.Signer)
	s.centred(style{bold: true, size: 14}, x0, x1, y+px(33), p.Signer)
	if p.Sealed {
		// The seal covers about a third of the signature, on its left.
		seal(s.page(), mid-px(23), y+px(13), p.Issuer)
	}
	if len(p.Recipients) > 0 {
		ly := s.y
		put(s.page(), style{bold: true, italic: true, size: 12}, px(left), ly+px(4.3), "Nơi nhận:")
		ly += lineHeight(12)
		for _, r := range p.Recipients {
			put(s.page(), style{size: 11}, px(left), ly+px(3.9), "- "+r)
			ly += lineHeight(11)
		}
	}
	s.y = y + px(36)
}

// frame is the double rule around a certificate.
func frame(img *image.RGBA) {
	for _, r := range []struct{ margin, thick float64 }{{11, 4}, {12.6, 1.4}} {
		x0, y0, x1, y1 := px(r.margin), px(r.margin), pageWidth-px(r.margin), pageHeight-px(r.margin)
		rule(img, x0, y0, x1, y0, r.thick)
		rule(img, x0, y1, x1, y1, r.thick)
		rule(img, x0, y0, x0, y1, r.thick)
		rule(img, x1, y0, x1, y1, r.thick)
	}
}

// code draws a QR code of the given side, quiet zone included.
func code(img *image.RGBA, text string, x, y, side float64) error {
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return err
	}
	dot := side / float64(c.Size+8)
	for j := range c.Size {
		for i := range c.Size {
			if !c.Black(i, j) {
				continue
			}
			for v := math.Round(y + float64(j+4)*dot); v < math.Round(y+float64(j+5)*dot); v++ {
				for u := math.Round(x + float64(i+4)*dot); u < math.Round(x+float64(i+5)*dot); u++ {
					blend(img, int(u), int(v), black, 1)
				}
			}
		}
	}
	return nil
}

// newChance is the only source of chance: the same number, the same paper.
func newChance(n uint64) *rand.Rand { return rand.New(rand.NewPCG(n, 0x50F0A)) }
