package ocr

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"math"
	"os"
	"slices"
	"unicode"

	"sohoa/archive"
	"sohoa/ocr/fields"
	"sohoa/ocr/page"
	"sohoa/ocr/tesseract"
)

// Where a seal and a signature lie over a signer's name, the reading of the whole page takes the block for a picture, leaves the
// name out, or errs in its first word. The line of the name is cut from the page's own picture, what is coloured is taken away,
// a black seal as far as its shape tells, and the line is read several times, each with less left on it. The readings vote, and
// where they disagree the certainty falls.

// sealed reads the signer's block again and puts the words of the name right. It never spoils a page: what goes wrong leaves it
// as it was.
func (r *run) sealed(ctx context.Context, s *sheet) error {
	s.file = ""
	votes, err := r.readSealed(ctx, s)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		r.log.Debug("the block of the signer was not read again", "page", s.reading.Number, "reason", err)
		return nil
	}
	name := elected(votes, s.seal.Middle)
	if len(name) == 0 {
		return nil
	}
	line := 0
	for _, w := range s.reading.Words {
		line = max(line, w.Line+1)
	}
	// What was read before on the line of the name makes place for it.
	x0, y0, x1, y1 := name[0].Box.X0, name[0].Box.Y0, name[0].Box.X1, name[0].Box.Y1
	for _, w := range name {
		x0, y0, x1, y1 = min(x0, w.Box.X0), min(y0, w.Box.Y0), max(x1, w.Box.X1), max(y1, w.Box.Y1)
	}
	area := archive.Box{X0: x0 - 2, Y0: y0 - 2, X1: x1 + 2, Y1: y1 + 2}
	words := slices.DeleteFunc(slices.Clone(s.reading.Words), func(w archive.Word) bool {
		return within(w.Box, area) && w.Box.X0 > s.seal.Area.X0
	})
	for _, w := range name {
		w.Line = line
		words = append(words, w)
	}
	s.finish(archive.SourceScan, words, r.limits)
	return nil
}

// readSealed returns the readings of the line of the name, that of the whole page first.
func (r *run) readSealed(ctx context.Context, s *sheet) (votes [][]archive.Word, err error) {
	m, at, err := r.paper.Picture(ctx, s.reading.Number)
	if err != nil {
		return nil, err
	}
	where := page.Affine{A: at[0], B: at[1], C: at[2], D: at[3], E: at[4], F: at[5]}
	toPicture, ok := where.Invert()
	back, ok2 := s.toPage.Invert()
	if !ok || !ok2 {
		return nil, os.ErrInvalid
	}
	lead := s.toPage.Then(toPicture)
	a := s.seal.Area
	x0, y0, x1, y1 := back.Bounds(float64(a.X0), float64(a.Y0), float64(a.X1), float64(a.Y1))
	box := image.Rect(int(x0), int(y0), int(math.Ceil(x1)), int(math.Ceil(y1))).Intersect(image.Rectangle{Max: s.size})
	if box.Dx() < 40 || box.Dy() < 40 || box.Dx() > 3000 || box.Dy() > 3000 {
		return nil, os.ErrInvalid
	}
	perPoint := math.Hypot(back.A, back.B)
	mx, under := back.Apply(float64(s.seal.Middle), float64(s.seal.Under))
	look := sight{middle: mx - float64(box.Min.X), under: under - float64(box.Min.Y), tall: float64(s.seal.Tall) * perPoint}

	var images []*image.Gray
	var places []linePlace
	whole := cutFrom(m, lead, box, 1)
	var round ring
	black := false
	if whole.red < 0.01 {
		round, black = whole.ring()
	}
	stages := whole.stages(round, black)
	band, ok := look.line(stages[len(stages)-1])
	if !ok {
		return nil, fmt.Errorf("no line of a name under the position")
	}
	for _, c := range stages {
		images = append(images, stripeOf(c, band))
		places = append(places, linePlace{origin: box.Min.Add(band.Min), scale: 1})
	}
	// Again, larger: letters stand out from what crosses them in another way each time.
	scales := []float64{1.25, 1.5, 2}
	if black {
		scales = []float64{1.5}
	}
	for _, k := range scales {
		g := ring{(round.x - float64(band.Min.X)) * k, (round.y - float64(band.Min.Y)) * k, round.r * k}
		for _, c := range cutFrom(m, lead, band.Add(box.Min), k).stages(g, black) {
			images = append(images, stripeOf(c, c.Rect))
			places = append(places, linePlace{origin: box.Min.Add(band.Min), scale: k})
		}
	}
	var files []string
	defer func() {
		for _, f := range files {
			os.Remove(f)
		}
	}()
	for i, g := range images {
		path := fmt.Sprintf("%s/seal-%06d-%d.pgm", r.engine.Dir, s.reading.Number, i)
		files = append(files, path)
		if err := tesseract.Write(path, g); err != nil {
			return nil, err
		}
	}
	// What the whole page gave for this line has a vote.
	px0, py0, px1, py1 := s.toPage.Bounds(float64(box.Min.X+band.Min.X), float64(box.Min.Y+band.Min.Y), float64(box.Min.X+band.Max.X), float64(box.Min.Y+band.Max.Y))
	var before []archive.Word
	for _, w := range s.reading.Words {
		if within(w.Box, archive.Box{X0: float32(px0), Y0: float32(py0), X1: float32(px1), Y1: float32(py1)}) {
			before = append(before, w)
		}
	}
	votes = append(votes, before)
	engine := r.engine
	engine.Line = true
	err = engine.Run(ctx, files, func(res tesseract.Result) error {
		if res.Err != nil {
			return nil // the others have their say
		}
		p := places[res.Index]
		for i := range res.Words {
			res.Words[i].Box = p.onPage(res.Words[i].Box)
		}
		votes = append(votes, placed(res.Words, s.toPage, s.reading.Width, s.reading.Height))
		return nil
	})
	return votes, err
}

// linePlace leads from the pixels of a line's image to those of the prepared page.
type linePlace struct {
	origin image.Point
	scale  float64
}

func (p linePlace) onPage(b image.Rectangle) image.Rectangle {
	at := func(v, origin int) int { return origin + int(math.Round(float64(v-lineFrame)/p.scale)) }
	return image.Rect(at(b.Min.X, p.origin.X), at(b.Min.Y, p.origin.Y), at(b.Max.X, p.origin.X), at(b.Max.Y, p.origin.Y))
}

// lineFrame is the paper around a line, in pixels: letters at the edge of an image are lost.
const lineFrame = 12

func stripeOf(c cutting, box image.Rectangle) *image.Gray {
	box = box.Intersect(c.Rect)
	out := image.NewGray(image.Rect(0, 0, box.Dx()+2*lineFrame, box.Dy()+2*lineFrame))
	for i := range out.Pix {
		out.Pix[i] = 255
	}
	for y := range box.Dy() {
		copy(out.Pix[(y+lineFrame)*out.Stride+lineFrame:], c.Pix[c.PixOffset(box.Min.X, box.Min.Y+y):][:box.Dx()])
	}
	return out
}

// stages returns the cutting with less and less of a black seal left on it.
func (c cutting) stages(g ring, black bool) []cutting {
	if !black {
		return []cutting{c}
	}
	lines := c.clone()
	lines.withoutLines(g)
	star := lines.clone()
	star.withoutStar(g)
	small := star.clone()
	small.withoutSmall(g)
	thin := star.clone()
	thin.withoutThin(g)
	return []cutting{c, lines, thin, star, small}
}

// sight says where to look for the line of the name, in pixels of a cutting.
type sight struct {
	middle, under, tall float64
}

// line is the stripe of the cutting on which letters stand most like a name under a position.
func (l sight) line(c cutting) (image.Rectangle, bool) {
	type letter struct{ x, top, bottom, wide float64 }
	var letters []letter
	for _, p := range c.parts() {
		w, h := float64(p.box.Dx()), float64(p.box.Dy())
		x := float64(p.box.Min.X+p.box.Max.X) / 2
		if h < 0.5*l.tall || h > 2.2*l.tall || w > 8*l.tall || float64(p.box.Max.Y) < l.under+1.6*l.tall || math.Abs(x-l.middle) > 11*l.tall {
			continue
		}
		letters = append(letters, letter{x, float64(p.box.Min.Y), float64(p.box.Max.Y), w})
	}
	best, bottom := 0.0, 0.0
	for _, a := range letters {
		sum := 0.0
		for _, b := range letters {
			if math.Abs(a.bottom-b.bottom) < 0.16*l.tall {
				sum += b.wide
			}
		}
		if sum > best {
			best, bottom = sum, a.bottom
		}
	}
	// The name ends at the right where its letters end, beside the seal, and begins as far left of the middle.
	right := l.middle
	slices.SortFunc(letters, func(a, b letter) int { return cmp.Compare(a.x, b.x) })
	for _, a := range letters {
		if math.Abs(a.bottom-bottom) < 0.3*l.tall && a.x-a.wide/2-right < 1.5*l.tall {
			right = max(right, a.x+a.wide/2)
		}
	}
	left := 2*l.middle - right
	band := image.Rect(int(left-1.1*l.tall), int(bottom-1.5*l.tall), int(right+0.6*l.tall), int(bottom+0.45*l.tall)).Intersect(c.Rect)
	return band, best > 2*l.tall && band.Dy() > int(l.tall) && band.Dx() > int(2*l.tall)
}

func within(b, area archive.Box) bool {
	x, y := (b.X0+b.X1)/2, (b.Y0+b.Y1)/2
	return x > area.X0 && x < area.X1 && y > area.Y0 && y < area.Y1
}

// sealOf returns where the signer's block of a page is to be read again.
func sealOf(s *sheet) *fields.Block {
	if b, ok := fields.SignatureArea(s.reading); ok && s.reading.Source == archive.SourceScan {
		return &b
	}
	return nil
}

func lettersIn(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}
