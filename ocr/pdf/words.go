package pdf

import (
	"context"
	"math"
	"strings"
	"unicode"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/responses"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// What makes a page's own text the text of the page.
const (
	stampWords   = 40   // a signature stamp, a header or a page number has fewer words than a page
	stampSpread  = 0.30 // … and they stand closer together than this part of the page's height
	textCoverage = 0.02 // text of a page covers more than this part of it
	someImage    = 0.25 // pictures covering more than this part may hold the text of the page
	outlines     = 200  // this many paths and hardly a word: the letters are drawn
	fewWords     = 10
)

// Words says where the words of page n are to come from, and gives those the page itself has.
//
//   - SourceText: the page's own text is its text, and the words are complete.
//   - SourceScan: the words are in the picture and want recognising. The words given stand on the page beside the picture — a signature
//     stamp, a page number — and are certain; they may be added to what is recognised.
//   - SourceBlank: nothing stands on the page at all.
//
// Text that is no text — legacy encodings, fonts without meaning, the invisible layer another program recognised — is not given.
func (p *Paper) Words(ctx context.Context, n int) (source archive.PageSource, words []archive.Word, err error) {
	defer guard("words", n, &err)
	s, err := p.look(ctx, n)
	if err != nil {
		return archive.SourceFailed, nil, err
	}
	source, words, err = p.ownWords(ctx, n, s)
	if err == nil && source == archive.SourceScan {
		words = appendLines(words, p.stampWords(ctx, n, s))
	}
	return source, words, err
}

// ownWords is Words without the stamps of signatures.
func (p *Paper) ownWords(ctx context.Context, n int, s *sheet) (source archive.PageSource, words []archive.Word, err error) {
	m := p.marks
	filled := p.fieldWords(s)
	if m.text == 0 { // whatever is written invisibly is not what the page shows
		if len(filled) > 0 && len(m.images) == 0 && m.drawn < outlines {
			return archive.SourceText, filled, nil
		}
		if len(m.images) == 0 && m.drawn == 0 && !m.partial && s.dict.Get("Annots") == nil {
			return archive.SourceBlank, nil, nil
		}
		return archive.SourceScan, filled, nil
	}
	if m.unseen > m.text && p.scan.covers {
		return archive.SourceScan, nil, nil // somebody else's recognition: ours knows Vietnamese
	}
	if m.text+m.unseen > 8*p.limits.PageText {
		return archive.SourceScan, filled, nil // no page has that much to say; every character costs a hundred bytes on its way
	}
	words, err = p.textLayer(ctx, n, s)
	if err != nil {
		if ctx.Err() != nil || archive.KindOf(err) == archive.Unavailable {
			return archive.SourceFailed, nil, err
		}
		return archive.SourceScan, nil, nil // a text layer that cannot be read is none
	}
	if !plausible(words) {
		return archive.SourceScan, nil, nil
	}
	scan := p.isScan(s, words)
	switch {
	case scan && m.unseen > 0:
		words = filled // which of the others are the invisible ones is not known
	default:
		words = appendLines(words, filled)
	}
	if scan {
		return archive.SourceScan, words, nil
	}
	return archive.SourceText, words, nil
}

// isScan weighs the words against the pictures.
func (p *Paper) isScan(s *sheet, words []archive.Word) bool {
	area, top, bottom := 0.0, math.Inf(1), math.Inf(-1)
	for _, w := range words {
		area += float64(w.Box.X1-w.Box.X0) * float64(w.Box.Y1-w.Box.Y0)
		top, bottom = math.Min(top, float64(w.Box.Y0)), math.Max(bottom, float64(w.Box.Y1))
	}
	spread := (bottom - top) / s.height()
	covered := area / (s.width() * s.height())
	switch {
	case p.scan.covers:
		return len(words) < stampWords || spread < stampSpread || covered < textCoverage
	case p.scan.coverage > someImage:
		return len(words) < stampWords
	case p.marks.drawn > outlines:
		return len(words) < fewWords
	}
	return len(words) == 0
}

// textLayer reads the words pdfium finds, with their places on the page as displayed.
func (p *Paper) textLayer(ctx context.Context, n int, s *sheet) ([]archive.Word, error) {
	b := &wordBuilder{to: s.display(), page: rect{0, 0, s.width(), s.height()}, room: p.limits.PageText}
	err := p.engine.use(ctx, p, func(lib pdfium.Pdfium, doc references.FPDF_DOCUMENT) error {
		text, err := lib.GetPageTextStructured(&requests.GetPageTextStructured{
			Page: requests.Page{ByIndex: &requests.PageByIndex{Document: doc, Index: n - 1}},
			Mode: requests.GetPageTextStructuredModeChars,
		})
		if err != nil {
			return err
		}
		b.chars(text.Chars)
		return nil
	})
	return b.words, err
}

// wordBuilder joins characters into words and lines.
type wordBuilder struct {
	to    matrix
	page  rect
	room  int // bytes of text still kept
	words []archive.Word
	line  int
	some  bool // the present line has a word

	text strings.Builder
	box  rect
	last rect
	any  bool
}

func (b *wordBuilder) chars(all []*responses.GetPageTextStructuredChar) {
	for _, c := range all {
		at := c.PointPosition
		b.char(c.Text, rect{math.Min(at.Left, at.Right), math.Min(at.Top, at.Bottom), math.Max(at.Left, at.Right), math.Max(at.Top, at.Bottom)})
	}
	b.endWord()
}

func (b *wordBuilder) char(text string, box rect) {
	r, _ := firstRune(text)
	switch {
	case r == '\n' || r == '\r':
		b.endWord()
		b.endLine()
		return
	case r == 0 || unicode.IsSpace(r):
		b.endWord()
		return
	case unicode.IsControl(r) || r == '\uFFFE' || r == '\u00AD' || r == '\uFEFF' || r == '\u200B':
		return
	}
	if box.empty() {
		if b.any {
			b.text.WriteString(text) // a mark without a box of its own: an accent
		}
		return
	}
	shown := b.to.box(box)
	if b.any && far(b.last, shown) {
		b.endWord()
	}
	if !b.any && len(b.words) > 0 && b.some && newLine(b.words[len(b.words)-1].Box, shown) {
		b.endLine()
	}
	if b.any {
		b.box = rect{math.Min(b.box.X0, shown.X0), math.Min(b.box.Y0, shown.Y0), math.Max(b.box.X1, shown.X1), math.Max(b.box.Y1, shown.Y1)}
	} else {
		b.box, b.any = shown, true
	}
	b.last = shown
	b.text.WriteString(text)
}

// far says that b does not continue the word a ends.
func far(a, b rect) bool {
	h := math.Max(a.height(), b.height())
	return b.X0-a.X1 > h || a.X0-b.X1 > h || a.Y0-b.Y1 > h || b.Y0-a.Y1 > h
}

// newLine says that b stands clearly above or below the word before it.
func newLine(a archive.Box, b rect) bool {
	middle := (b.Y0 + b.Y1) / 2
	h := math.Max(float64(a.Y1-a.Y0), b.height())
	return middle > float64(a.Y1)+h/4 || middle < float64(a.Y0)-h/4
}

func (b *wordBuilder) endWord() {
	if !b.any {
		return
	}
	text := viet.NFC(strings.ToValidUTF8(b.text.String(), ""))
	b.text.Reset()
	b.any = false
	shown := b.box.intersect(b.page)
	if shown.empty() || text == "" || len(text) >= b.room {
		return // outside the visible page, or past what is kept of one page
	}
	b.room -= len(text) + 1
	b.some = true
	b.words = append(b.words, archive.Word{
		Text: text, Confidence: 1, Line: b.line,
		Box: archive.Box{X0: float32(shown.X0), Y0: float32(shown.Y0), X1: float32(shown.X1), Y1: float32(shown.Y1)},
	})
}

func (b *wordBuilder) endLine() {
	if b.some {
		b.line++
		b.some = false
	}
}

func firstRune(s string) (rune, bool) {
	for _, r := range s {
		return r, true
	}
	return 0, false
}

// box transforms a rectangle.
func (m matrix) box(r rect) rect {
	x0, y0 := m.apply(r.X0, r.Y0)
	x1, y1 := m.apply(r.X1, r.Y1)
	return rect{math.Min(x0, x1), math.Min(y0, y1), math.Max(x0, x1), math.Max(y0, y1)}
}

// plausible says whether words can be what a person reads: fonts without a map to Unicode and old Vietnamese encodings give letters that
// are not.
func plausible(words []archive.Word) bool {
	var all strings.Builder
	letters, odd, syllables, voiced := 0, 0, 0, 0
	for _, w := range words {
		all.WriteString(w.Text)
		all.WriteByte(' ')
		n, vowel := 0, false
		for _, r := range viet.Fold(w.Text) {
			switch {
			case r == unicode.ReplacementChar || unicode.Is(unicode.Co, r) || unicode.IsControl(r):
				odd++
			case unicode.IsLetter(r):
				n++
				vowel = vowel || strings.ContainsRune("aeiouy", r) || r > unicode.MaxASCII
			}
		}
		letters += n
		if n >= 2 && n <= 7 {
			syllables++
			if vowel {
				voiced++
			}
		}
	}
	if odd*10 > letters+odd {
		return false
	}
	if syllables >= 20 && voiced*10 < syllables*6 {
		return false
	}
	if enc, sure := viet.DetectEncoding(all.String()); enc != viet.Unicode && sure >= 0.5 {
		return false
	}
	return !partlyLegacy(words)
}

// partlyLegacy reports that some lines are written in an old encoding beside others that are not: two lines at least, and a tenth of all.
// A page put together of several files says one thing here and another there, and over the whole of it neither stands out.
func partlyLegacy(words []archive.Word) bool {
	legacy, lines := 0, 0
	for from := 0; from < len(words); lines++ {
		var line strings.Builder
		end := from
		for ; end < len(words) && words[end].Line == words[from].Line; end++ {
			line.WriteString(words[end].Text)
			line.WriteByte(' ')
		}
		if enc, sure := viet.DetectEncoding(line.String()); enc != viet.Unicode && sure >= 0.8 {
			legacy++
		}
		from = end
	}
	return legacy >= 2 && legacy*10 >= lines
}

// LaidForTest returns the words pdfium finds on page n, whoever put them there and whether or not they show.
func (p *Paper) LaidForTest(ctx context.Context, n int) ([]archive.Word, error) {
	s, err := p.look(ctx, n)
	if err != nil {
		return nil, err
	}
	return p.textLayer(ctx, n, s)
}
