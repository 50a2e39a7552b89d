package pdf

import (
	"context"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// stampWords are the words that the signatures of page n show: who signed and when, on some papers the number and the date
// as well. They are looks of annotations and neither part of the page's contents nor of the scanned picture. What they show
// cannot be found out by words alone (a look is a drawing), so pdfium paints them into its own copy of the page first. A
// stamp that cannot be read is none: the page is read without it.
func (p *Paper) stampWords(ctx context.Context, n int, s *sheet) []archive.Word {
	stamps := p.stamps(s)
	if len(stamps) == 0 || p.engine == nil {
		return nil
	}
	b := &wordBuilder{to: s.display(), page: rect{0, 0, s.width(), s.height()}, room: p.limits.PageText}
	err := p.engine.use(ctx, p, func(lib pdfium.Pdfium, doc references.FPDF_DOCUMENT) error {
		// The page is loaded anew after the painting: what a loaded page says of itself was settled when it was loaded.
		err := onPage(lib, doc, n, func(page requests.Page) error {
			_, err := lib.FPDFPage_Flatten(&requests.FPDFPage_Flatten{Page: page, Usage: requests.FPDFPage_FlattenUsageNormalDisplay})
			return err
		})
		if err != nil {
			return err
		}
		return onPage(lib, doc, n, func(page requests.Page) error {
			text, err := lib.GetPageTextStructured(&requests.GetPageTextStructured{Page: page, Mode: requests.GetPageTextStructuredModeChars})
			if err != nil {
				return err
			}
			b.chars(text.Chars)
			return nil
		})
	})
	if err != nil {
		return nil
	}
	inside := b.words[:0]
	for _, w := range b.words {
		x, y := float64(w.Box.X0+w.Box.X1)/2, float64(w.Box.Y0+w.Box.Y1)/2
		for _, r := range stamps {
			if x >= r.X0 && x <= r.X1 && y >= r.Y0 && y <= r.Y1 {
				inside = append(inside, w)
				break
			}
		}
	}
	return inside
}

func onPage(lib pdfium.Pdfium, doc references.FPDF_DOCUMENT, n int, do func(requests.Page) error) error {
	page, err := lib.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: n - 1})
	if err != nil {
		return err
	}
	defer lib.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: page.Page})
	return do(requests.Page{ByReference: &page.Page})
}

// stamps returns where the signatures of a page are shown, on the page as displayed.
func (p *Paper) stamps(s *sheet) []rect {
	annots, _ := p.file.Resolve(s.dict.Get("Annots")).(cos.Array)
	var out []rect
	for _, a := range annots[:min(len(annots), maxFields)] {
		d, ok := p.file.Dict(a)
		if !ok || p.file.Resolve(d.Get("Subtype")) != cos.Name("Widget") || p.inheritedField(d, "FT") != cos.Name("Sig") {
			continue
		}
		if flags, _ := cos.Int(p.file.Resolve(d.Get("F"))); flags&(2|32) != 0 {
			continue // hidden, or not shown on the screen
		}
		w := &treeWalk{file: p.file}
		box, ok := w.rect(d.Get("Rect"))
		if !ok || !d.Has("AP") {
			continue
		}
		if shown := s.display().box(box).intersect(rect{0, 0, s.width(), s.height()}); !shown.empty() {
			out = append(out, shown)
		}
	}
	return out
}
