package pdf

import (
	"context"
	"image"
	"math"
	"slices"
	"strings"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// What may be a code on a page that is not a picture as a whole. Lengths are points.
const (
	leastImprint  = 12  // a Code 128 of 4 mm is the lowest a reader takes
	longImprint   = 25  // the longer side
	imprintPixels = 21  // of a picture: the smallest QR code is 21 modules wide, a Code 128 has more
	mostPieceSide = 100 // what bars and squares are made of; longer ones are rules of tables
	leastPieces   = 24  // bars or squares: a Code 128 of three characters has as many
	densePieces   = 1.5 // of them in a cell of the grid: rules and frames lie further apart
	quietZone     = 14  // around it, as far as it is on the page
	mostImprints  = 8   // places of a page that are drawn
	imprintDPI    = 300
	imprintArea   = 6_000_000 // pixels drawn for a page's codes at most
)

// pieces are the bars and squares that the contents of a page fill or stroke, counted by cells of the page.
type pieces struct {
	page  rect
	cells [grid * grid]cell
	path  []piece // begun and not painted yet
}

type cell struct {
	edges  int32 // upright edges of shapes, four to a bar
	others int32 // slanted and curved ones: a drawing, or letters
	box    rect
}

type piece struct {
	box   rect
	edges int32 // 0: a slanted or curved one
}

// maxPath bounds the pieces of one path: the largest QR code has some 15,000 squares.
const maxPath = 1 << 16

func (c *pieces) add(p piece) {
	if len(c.path) < maxPath {
		c.path = append(c.path, p)
	}
}

// painted counts the path, unless it was only to clip.
func (c *pieces) painted(stroked bool) {
	for _, p := range c.path {
		if p.box.width() > mostPieceSide || p.box.height() > mostPieceSide {
			continue
		}
		x := int((p.box.X0 + p.box.X1) / 2 / c.page.width() * grid)
		y := int((p.box.Y0 + p.box.Y1) / 2 / c.page.height() * grid)
		if x < 0 || y < 0 || x >= grid || y >= grid {
			continue
		}
		at := &c.cells[y*grid+x]
		switch {
		case p.edges == 0:
			at.others++
			continue
		case at.edges == 0:
			at.box = p.box
		default:
			at.box = around(at.box, p.box)
		}
		if at.edges += p.edges; stroked && p.edges == 1 {
			at.edges += 3 // a line drawn with a thick pen is a bar
		}
	}
	c.path = c.path[:0]
}

// path takes an operator that builds a path.
func (in *interpreter) path(op cos.Keyword, args []cos.Object, ctm matrix) {
	var v [6]float64
	n := map[cos.Keyword]int{"m": 2, "l": 2, "re": 4, "c": 6, "v": 4, "y": 4}[op]
	if len(args) < n {
		return
	}
	for i := range n {
		x, ok := cos.Number(args[len(args)-n+i])
		if !ok {
			return
		}
		v[i] = x
	}
	c := in.out.pieces
	if c == nil && op != "m" {
		c = &pieces{page: in.page}
		in.out.pieces = c
	}
	if op == "re" {
		x0, y0 := ctm.apply(v[0], v[1])
		x1, y1 := ctm.apply(v[0]+v[2], v[1]+v[3])
		edges := int32(4)
		if !upright(ctm) {
			edges = 0
		}
		c.add(piece{around(rect{x0, y0, x0, y0}, rect{x1, y1, x1, y1}), edges})
		in.x, in.y = x0, y0
		return
	}
	x, y := ctm.apply(v[n-2], v[n-1])
	if op != "m" {
		edges := int32(0)
		if op == "l" && (math.Abs(x-in.x) < 0.01 || math.Abs(y-in.y) < 0.01) {
			edges = 1
		}
		c.add(piece{around(rect{x, y, x, y}, rect{in.x, in.y, in.x, in.y}), edges})
	}
	in.x, in.y = x, y
}

// paintPath ends the path.
func (in *interpreter) paintPath(painted, stroked bool) {
	c := in.out.pieces
	switch {
	case c == nil:
	case painted:
		c.painted(stroked)
	default:
		c.path = c.path[:0]
	}
}

func around(a, b rect) rect {
	return rect{math.Min(a.X0, b.X0), math.Min(a.Y0, b.Y0), math.Max(a.X1, b.X1), math.Max(a.Y1, b.Y1)}
}

// dense returns the boxes around cells that lie together and are full of upright pieces.
func (c *pieces) dense() (out []rect) {
	if c == nil {
		return nil
	}
	var seen [grid * grid]bool
	var todo []int
	for first := range c.cells {
		if seen[first] || c.cells[first].edges == 0 {
			continue
		}
		todo = append(todo[:0], first)
		seen[first] = true
		var edges, others, cells int32
		box := c.cells[first].box
		for len(todo) > 0 {
			at := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			k := &c.cells[at]
			edges, others, cells, box = edges+k.edges, others+k.others, cells+1, around(box, k.box)
			for y := max(at/grid-1, 0); y <= min(at/grid+1, grid-1); y++ {
				for x := max(at%grid-1, 0); x <= min(at%grid+1, grid-1); x++ {
					if n := y*grid + x; !seen[n] && c.cells[n].edges > 0 {
						seen[n] = true
						todo = append(todo, n)
					}
				}
			}
		}
		if edges >= 4*leastPieces && float64(edges) >= 4*densePieces*float64(cells) && others < edges/2 && sizable(box) {
			out = append(out, box)
		}
	}
	return out
}

func sizable(b rect) bool {
	return math.Min(b.width(), b.height()) >= leastImprint && math.Max(b.width(), b.height()) >= longImprint
}

// barFont says whether a font draws bars for letters.
func barFont(f *cos.File, resources cos.Dict, name cos.Name) bool {
	fonts, _ := f.Dict(resources.Get("Font"))
	d, _ := f.Dict(fonts.Get(name))
	base, _ := f.Resolve(d.Get("BaseFont")).(cos.Name)
	s := strings.ToLower(string(base))
	return strings.Contains(s, "barcode") || strings.Contains(s, "code128") || strings.Contains(s, "code-128") || strings.Contains(s, "c128")
}

// Imprints draws the places of page n on which a code may be printed — a small picture, many bars or squares close together, letters of a
// bar code font — and gives each with the transformation from its pixels to the page as displayed. The scan of a page is none of them. Most
// pages have no such place, and nothing is drawn.
func (p *Paper) Imprints(ctx context.Context, n int, each func(m *image.Gray, toPage [6]float64)) (err error) {
	defer guard("imprints", n, &err)
	s, err := p.look(ctx, n)
	if err != nil {
		return err
	}
	places := p.imprints(s)
	if len(places) == 0 || p.engine == nil {
		return nil
	}
	left := min(imprintArea, float64(p.limits.PagePixels))
	for _, b := range places {
		scale := imprintDPI / 72.0
		if px := b.width() * b.height() * scale * scale; px > left {
			scale *= math.Sqrt(left / px)
		}
		if scale < 100/72.0 {
			return nil // too coarse to tell bars apart
		}
		m, to, err := p.drawPart(ctx, n, s, b, scale)
		if err != nil {
			return pageError(ctx, "imprint", n, err)
		}
		left -= float64(len(m.Pix))
		each(m, to)
	}
	return nil
}

// imprints are the places worth drawing.
func (p *Paper) imprints(s *sheet) []rect {
	page := rect{0, 0, s.width(), s.height()}
	if p.marks.barFont {
		return []rect{page}
	}
	out := p.marks.pieces.dense()
	for i := range p.marks.images {
		im := &p.marks.images[i]
		info := describe(p.file, im.dict())
		b := im.ctm.bounds().intersect(page)
		if im == p.scan.single || b.empty() || !sizable(b) || max(info.width, info.height) < imprintPixels {
			continue
		}
		if p.scan.covers && b.width()*b.height() > besideImages*page.width()*page.height() {
			continue // a strip or a layer of the scan: the page is drawn as a whole
		}
		if out = append(out, b); len(out) == 4*mostImprints {
			break
		}
	}
	for i := range out {
		out[i] = rect{out[i].X0 - quietZone, out[i].Y0 - quietZone, out[i].X1 + quietZone, out[i].Y1 + quietZone}.intersect(page)
	}
	out = apart(out)
	return out[:min(len(out), mostImprints)]
}

// apart joins boxes that touch, the smaller ones first.
func apart(in []rect) []rect {
	for again := true; again; {
		again = false
		for i := 0; i < len(in); i++ {
			for j := i + 1; j < len(in); j++ {
				if !in[i].intersect(in[j]).empty() {
					in[i] = around(in[i], in[j])
					in = slices.Delete(in, j, j+1)
					again, j = true, j-1
				}
			}
		}
	}
	slices.SortStableFunc(in, func(a, b rect) int {
		return int(a.width()*a.height()) - int(b.width()*b.height())
	})
	return in
}

// drawPart has pdfium draw what lies within b, scale pixels to a point.
func (p *Paper) drawPart(ctx context.Context, n int, s *sheet, b rect, scale float64) (*image.Gray, [6]float64, error) {
	x0, y0 := int(b.X0*scale), int(b.Y0*scale)
	w, h := max(int(b.X1*scale)-x0, 1), max(int(b.Y1*scale)-y0, 1)
	whole := [2]int{int(math.Round(s.width() * scale)), int(math.Round(s.height() * scale))}
	out := image.NewGray(image.Rect(0, 0, w, h))
	err := p.engine.use(ctx, p, func(lib pdfium.Pdfium, doc references.FPDF_DOCUMENT) error {
		made, err := lib.FPDFBitmap_Create(&requests.FPDFBitmap_Create{Width: w, Height: h})
		if err != nil {
			return err
		}
		defer lib.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: made.Bitmap})
		if _, err := lib.FPDFBitmap_FillRect(&requests.FPDFBitmap_FillRect{Bitmap: made.Bitmap, Width: w, Height: h, Color: 0xFFFFFFFF}); err != nil {
			return err
		}
		_, err = lib.FPDF_RenderPageBitmap(&requests.FPDF_RenderPageBitmap{Bitmap: made.Bitmap,
			Page:   requests.Page{ByIndex: &requests.PageByIndex{Document: doc, Index: n - 1}},
			StartX: -x0, StartY: -y0, SizeX: whole[0], SizeY: whole[1],
			Flags: enums.FPDF_RENDER_FLAG_ANNOT | enums.FPDF_RENDER_FLAG_RENDER_LIMITEDIMAGECACHE})
		if err != nil {
			return err
		}
		pix, err := lib.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: made.Bitmap})
		if err != nil {
			return err
		}
		if len(pix.Buffer) < 4*w*h { // rows of four bytes a pixel need no filling up
			return archive.Errorf(archive.Internal, "%d bytes for %d by %d pixels", len(pix.Buffer), w, h)
		}
		for i := range out.Pix { // blue, green, red: what is printed in red is as dark as what is printed in blue
			out.Pix[i] = byte((29*int(pix.Buffer[4*i]) + 150*int(pix.Buffer[4*i+1]) + 77*int(pix.Buffer[4*i+2])) >> 8)
		}
		return nil
	})
	sx, sy := s.width()/float64(whole[0]), s.height()/float64(whole[1])
	return out, [6]float64{sx, 0, 0, sy, float64(x0) * sx, float64(y0) * sy}, err
}
