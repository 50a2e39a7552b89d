package fields

import "sohoa/archive"

// SignatureArea is where the signer's block stands on a page, on which a position was read and no name, or one that
// hangs to one side: seal and signature lie over it, and a second reading of this part alone, set as sparse text, finds
// words that the reading of the whole page lost. It reports false where there is nothing to gain.
func SignatureArea(page archive.PageReading) (archive.Box, bool) {
	s := newSheet(&page)
	if s == nil {
		return archive.Box{}, false
	}
	p := paper{first: s, last: s, sheets: []*sheet{s}, head: s.findHead()}
	g, ok := s.signature(true, &p)
	if !ok {
		return archive.Box{}, false
	}
	b := g.lines[0].words[0].box
	for _, l := range g.lines {
		for _, w := range l.words {
			b.X0, b.Y0, b.X1, b.Y1 = min(b.X0, w.box.X0), min(b.Y0, w.box.Y0), max(b.X1, w.box.X1), max(b.Y1, w.box.Y1)
		}
	}
	if len(g.name) > 0 {
		p.signed(g)
		for _, o := range p.out {
			if o.Field == SignerName && o.Confidence >= 0.6 {
				return archive.Box{}, false
			}
		}
	}
	wide, high := float32(page.Width), float32(page.Height)
	b.X0, b.X1 = max(0, b.X0-0.1*wide), min(wide, b.X1+0.1*wide)
	b.Y1 = min(high, b.Y1+0.18*high)
	return b, true
}
