package pdf

import (
	"bytes"
	"context"
	"errors"

	"sohoa/ocr/pdf/cos"
)

// placed is one image as a page shows it.
type placed struct {
	stream *cos.Stream // nil for an inline image
	inline cos.Dict    // its dictionary, when inline
	ctm    matrix      // from the unit square to the page as displayed, in points
	mask   bool        // a stencil: it paints the present colour through holes
}

func (p placed) dict() cos.Dict {
	if p.stream != nil {
		return p.stream.Dict
	}
	return p.inline
}

// object is the number of the picture's object; 0 for an inline one.
func (p placed) object() int {
	if p.stream != nil {
		return p.stream.ID.Num
	}
	return 0
}

// marks is what the contents of one page put on it.
type marks struct {
	images  []placed
	text    int  // bytes of text shown visibly
	unseen  int  // bytes of text shown invisibly (rendering mode 3): the text layer of somebody's OCR
	drawn   int  // paths filled or stroked, shadings painted
	partial bool // the budget of operators ended before the contents did

	pieces  *pieces // what is drawn of bars and squares; nil where nothing is
	barFont bool    // letters that are bars are shown
}

// Budgets of one page's contents. A page of a map has some hundred thousand operators.
const (
	maxOperators  = 3_000_000
	maxRun        = 128 << 20 // bytes
	maxImages     = 5000
	maxFormDepth  = 16
	maxStateDepth = 512
)

// interpreter runs a content stream as far as placing images and counting text needs.
type interpreter struct {
	ctx   context.Context
	file  *cos.File
	out   marks
	ops   int
	bytes int // of contents run so far, each time a form is painted anew

	page rect    // as displayed
	x, y float64 // where the path has come to, on the page as displayed
}

type graphics struct {
	ctm  matrix
	mode int64 // text rendering mode
}

// contents reads what a page shows. The error is a *cos.LimitError or ctx's.
func contents(ctx context.Context, f *cos.File, s *sheet) (marks, error) {
	in := &interpreter{ctx: ctx, file: f, page: rect{0, 0, s.width(), s.height()}}
	data, err := pageBytes(f, s.dict.Get("Contents"))
	if err != nil {
		return in.out, err
	}
	err = in.run(data, s.resources, graphics{ctm: s.display()}, 0)
	return in.out, err
}

// pageBytes joins the content streams of a page. Their sum is bounded like one stream.
func pageBytes(f *cos.File, o cos.Object) ([]byte, error) {
	var parts cos.Array
	switch v := f.Resolve(o).(type) {
	case cos.Array:
		parts = v
	case *cos.Stream:
		parts = cos.Array{v}
	}
	var all []byte
	for _, p := range parts {
		s, is := f.Resolve(p).(*cos.Stream)
		if !is {
			continue
		}
		data, err := f.Bytes(s)
		if limit := (*cos.LimitError)(nil); errors.As(err, &limit) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			return nil, err
		}
		if all = append(append(all, data...), '\n'); len(all) > maxContents {
			return nil, &cos.LimitError{What: "stream_bytes", Limit: maxContents}
		}
	}
	return all, nil
}

// maxContents bounds the contents of one page in memory.
const maxContents = 32 << 20

func (in *interpreter) run(data []byte, resources cos.Dict, g graphics, depth int) error {
	if in.bytes += len(data); in.bytes > maxRun {
		in.out.partial = true
		return nil
	}
	l := cos.NewLexer(data, 0)
	l.NoRefs = true
	var args []cos.Object
	var stack []graphics
	for {
		o, ok := l.Next()
		if !ok && l.Pos() >= len(data) {
			return nil
		}
		k, is := o.(cos.Keyword)
		if !is {
			if len(args) < 64 {
				args = append(args, o)
			}
			continue
		}
		if in.ops++; in.ops > maxOperators {
			in.out.partial = true
			return nil
		}
		if in.ops%8192 == 0 && in.ctx.Err() != nil {
			return in.ctx.Err()
		}
		switch k {
		case "q":
			if len(stack) < maxStateDepth {
				stack = append(stack, g)
			}
		case "Q":
			if n := len(stack); n > 0 {
				g, stack = stack[n-1], stack[:n-1]
			}
		case "cm":
			if m, ok := asMatrix(args); ok {
				g.ctm = m.then(g.ctm)
			}
		case "Tr":
			if len(args) > 0 {
				g.mode, _ = cos.Int(args[len(args)-1])
			}
		case "Tj", "'", "\"", "TJ":
			in.show(args, g.mode)
		case "Tf":
			if len(args) > 1 && !in.out.barFont {
				name, _ := args[len(args)-2].(cos.Name)
				in.out.barFont = barFont(in.file, resources, name)
			}
		case "m", "l", "re", "c", "v", "y":
			in.path(k, args, g.ctm)
		case "n":
			in.paintPath(false, false)
		case "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh":
			in.out.drawn++
			in.paintPath(k != "sh", k == "S" || k == "s")
		case "Do":
			if len(args) > 0 {
				if name, is := args[len(args)-1].(cos.Name); is {
					if err := in.paint(name, resources, g, depth); err != nil {
						return err
					}
				}
			}
		case "BI":
			in.inline(l, g)
		}
		args = args[:0]
	}
}

func asMatrix(args []cos.Object) (m matrix, ok bool) {
	if len(args) < 6 {
		return m, false
	}
	for i, a := range args[len(args)-6:] {
		if m[i], ok = cos.Number(a); !ok {
			return m, false
		}
	}
	return m, true
}

func (in *interpreter) show(args []cos.Object, mode int64) {
	n := 0
	for _, a := range args {
		switch v := a.(type) {
		case cos.String:
			n += len(v)
		case cos.Array:
			for _, e := range v {
				if s, is := e.(cos.String); is {
					n += len(s)
				}
			}
		}
	}
	if mode == 3 || mode == 7 {
		in.out.unseen += n
	} else {
		in.out.text += n
	}
}

func (in *interpreter) paint(name cos.Name, resources cos.Dict, g graphics, depth int) error {
	objects, _ := in.file.Dict(resources.Get("XObject"))
	s, is := in.file.Resolve(objects.Get(name)).(*cos.Stream)
	if !is {
		return nil
	}
	switch in.file.Resolve(s.Dict.Get("Subtype")) {
	case cos.Name("Image"):
		mask, _ := in.file.Resolve(s.Dict.Get("ImageMask")).(bool)
		in.place(placed{stream: s, ctm: g.ctm, mask: mask})
	case cos.Name("Form"):
		if depth >= maxFormDepth || in.out.partial {
			in.out.partial = true
			return nil
		}
		if a, is := in.file.Resolve(s.Dict.Get("Matrix")).(cos.Array); is {
			resolved := make([]cos.Object, len(a))
			for i := range a {
				resolved[i] = in.file.Resolve(a[i])
			}
			if m, ok := asMatrix(resolved); ok {
				g.ctm = m.then(g.ctm)
			}
		}
		data, err := in.file.Bytes(s)
		if err != nil {
			if limit := (*cos.LimitError)(nil); errors.As(err, &limit) || in.ctx.Err() != nil {
				return err
			}
			return nil
		}
		own, ok := in.file.Dict(s.Dict.Get("Resources"))
		if !ok {
			own = resources
		}
		in.ops += 10 // empty forms within forms cost too
		return in.run(data, own, g, depth+1)
	}
	return nil
}

func (in *interpreter) place(p placed) {
	if len(in.out.images) >= maxImages {
		in.out.partial = true
		return
	}
	in.out.images = append(in.out.images, p)
}

// inline reads `BI … ID bytes EI`. The bytes end at the first EI that stands alone.
func (in *interpreter) inline(l *cos.Lexer, g graphics) {
	var d cos.Dict
	for {
		k, ok := l.Next()
		if !ok || k == cos.Keyword("ID") {
			break
		}
		key, is := k.(cos.Name)
		if !is {
			if _, word := k.(cos.Keyword); word {
				return
			}
			continue
		}
		v, _ := l.Next()
		if v == cos.Keyword("ID") {
			break
		}
		if long, ok := inlineKeys[key]; ok {
			key = long
		}
		d = append(d, cos.Entry{Key: key, Val: v})
	}
	buf, at := l.Bytes(), l.Pos()
	for at < len(buf) {
		i := bytes.Index(buf[at:], []byte("EI"))
		if i < 0 {
			at = len(buf)
			break
		}
		end := at + i + 2
		at = end
		if blank(buf, end-3) && (end >= len(buf) || blank(buf, end)) {
			break
		}
	}
	l.Seek(at)
	mask, _ := d.Get("ImageMask").(bool)
	in.place(placed{inline: d, ctm: g.ctm, mask: mask})
}

func blank(b []byte, i int) bool {
	return i >= 0 && i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t' || b[i] == 0)
}

var inlineKeys = map[cos.Name]cos.Name{"W": "Width", "H": "Height", "BPC": "BitsPerComponent", "CS": "ColorSpace", "IM": "ImageMask", "F": "Filter", "DP": "DecodeParms", "D": "Decode", "I": "Interpolate"}
