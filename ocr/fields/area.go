package fields

import "sohoa/archive"

// Block is where a signer's block stands on a page.
type Block struct {
	Area   archive.Box // of the position, and of what may stand around and below it: seal, signature, name
	Under  float32     // where the last line of the position ends and the name may begin
	Middle float32     // of the position: the name is centred under it
	Tall   float32     // usual height of a word on the page
}

// sureSigner is how sure a name must have been read for the block to be left alone.
const sureSigner = 0.84

// SignatureArea is where the signer's block stands on a page, on which a position was read and no name, or one with doubt:
// seal and signature lie over it, and readings of this part alone, with what lies over the name taken away, find what the
// reading of the whole page lost. It reports false where there is nothing to gain.
func SignatureArea(page archive.PageReading) (Block, bool) {
	s := newSheet(&page)
	if s == nil {
		return Block{}, false
	}
	p := paper{first: s, last: s, sheets: []*sheet{s}, head: s.findHead()}
	g, ok := s.signature(true, &p)
	if !ok {
		return Block{}, false
	}
	a := g.lines[0].words[0].box
	last := g.lines[len(g.lines)-1].words
	b := Block{Under: last[0].box.Y1, Tall: float32(s.tall)}
	b.Middle = float32(page.Width)
	for _, l := range g.lines {
		x0, x1 := l.words[0].box.X0, l.words[0].box.X1
		for _, w := range l.words {
			x0, x1 = min(x0, w.box.X0), max(x1, w.box.X1)
			a.X0, a.Y0, a.X1, a.Y1 = min(a.X0, w.box.X0), min(a.Y0, w.box.Y0), max(a.X1, w.box.X1), max(a.Y1, w.box.Y1)
		}
		b.Middle = min(b.Middle, (x0+x1)/2) // a line that lost words under the seal lost them at its left
	}
	for _, w := range last {
		b.Under = max(b.Under, w.box.Y1)
	}
	if len(g.name) > 0 {
		p.signed(g)
		for _, o := range p.out {
			if o.Field == SignerName && o.Confidence >= sureSigner {
				return Block{}, false
			}
		}
	}
	wide, high := float32(page.Width), float32(page.Height)
	b.Area = archive.Box{
		X0: max(0, min(a.X0, b.Middle-0.2*wide)-0.02*wide), X1: min(wide, max(a.X1, b.Middle+0.2*wide)+0.02*wide),
		Y0: max(0, a.Y0-0.02*high), Y1: min(high, a.Y1+0.19*high),
	}
	return b, true
}
