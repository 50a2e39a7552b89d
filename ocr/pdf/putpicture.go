package pdf

import (
	"context"
	"fmt"
	"io"
	"strings"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// Piece is a picture, or a strip of one, with its place on a page.
type Piece struct {
	X, Y, W, H float64 // points, from the top left corner of the page before it is turned
	Dict       string  // image dictionary in PDF syntax, without Length
	Size       int64   // of the coded bytes; -1: unknown before they are written
	Write      func(context.Context, io.Writer) error
}

// Picture is a page made of a picture file.
type Picture struct {
	Width, Height float64 // points, before it is turned
	Orientation   int     // EXIF and TIFF: 1 upright … 8
	Pieces        []Piece
}

// orientations say how to show a picture upright: turned clockwise by so much after mirroring it left to right.
var orientations = [9]struct {
	turn   int
	mirror bool
}{1: {0, false}, 2: {0, true}, 3: {180, false}, 4: {180, true}, 5: {270, true}, 6: {90, false}, 7: {90, true}, 8: {270, false}}

// PutPicture makes page at of a picture, turned clockwise by turn more degrees than its file says.
func (a *Assembly) PutPicture(ctx context.Context, p Picture, at, turn int) error {
	return a.putPicture(ctx, p, at, turn, nil)
}

// PutPictureWithText is PutPicture, unturned, with words laid invisibly over the page, where they are on the page as displayed.
func (a *Assembly) PutPictureWithText(ctx context.Context, p Picture, at int, words []archive.Word) error {
	return a.putPicture(ctx, p, at, 0, words)
}

func (a *Assembly) putPicture(ctx context.Context, p Picture, at, turn int, words []archive.Word) (err error) {
	defer a.guard(ctx, "put picture", &err)
	if at < 1 || at > a.pages || a.put[at-1] {
		return archive.Errorf(archive.Invalid, "picture as page %d", at)
	}
	o := orientations[max(1, min(p.Orientation, 8))]
	contents := &strings.Builder{}
	if o.mirror {
		fmt.Fprintf(contents, "-1 0 0 1 %s 0 cm\n", decimal(p.Width))
	}
	table := cos.Dict{}
	for i, piece := range p.Pieces {
		n := a.next()
		if err := a.w.StreamOf(n, piece.Dict, piece.Size, func(w io.Writer) error { return piece.Write(ctx, w) }); err != nil {
			return err
		}
		name := fmt.Sprintf("Im%d", i)
		table = append(table, cos.Entry{Key: cos.Name(name), Val: cos.Ref{Num: n}})
		fmt.Fprintf(contents, "q %s 0 0 %s %s %s cm /%s Do Q\n", decimal(piece.W), decimal(piece.H), decimal(piece.X), decimal(p.Height-piece.Y-piece.H), name)
	}
	c := a.next()
	a.w.Stream(c, nil, []byte(contents.String()))
	r := ((o.turn+turn)%360 + 360) % 360
	shown, resources := cos.Object(cos.Ref{Num: c}), cos.Dict{{Key: "XObject", Val: table}}
	if len(words) > 0 {
		box := rect{0, 0, p.Width, p.Height}
		text := a.text(words, textFont, (&sheet{media: box, box: box, unit: 1, rotate: r}).display())
		shown = cos.Array{cos.Ref{Num: text}, shown}
		resources = append(resources, cos.Entry{Key: "Font", Val: cos.Dict{{Key: textFont, Val: cos.Ref{Num: a.letters.font}}}})
	}
	page := cos.Dict{
		{Key: "Type", Val: cos.Name("Page")}, {Key: "Parent", Val: cos.Ref{Num: a.tree}},
		{Key: "MediaBox", Val: cos.Array{int64(0), int64(0), p.Width, p.Height}},
		{Key: "Resources", Val: resources}, {Key: "Contents", Val: shown},
	}
	if r != 0 {
		page = append(page, cos.Entry{Key: "Rotate", Val: int64(r)})
	}
	a.w.Object(a.page(at), page)
	a.put[at-1] = true
	a.pictures++
	return nil
}

// decimal writes a number as a content stream wants it.
func decimal(x float64) string {
	s := strings.TrimRight(fmt.Sprintf("%.4f", x), "0")
	return strings.TrimSuffix(s, ".")
}
