package pdf

import (
	"context"
	"errors"

	"sohoa/ocr/pdf/cos"
)

// withoutUnseen returns the contents of a page without the text they show invisibly, and whether there was any: the layer of a program that
// read the page before. With it under ours everything would be found and copied twice. Text inside a form goes only where the form holds
// nothing else; contents that cannot be unpacked stay as they are.
func (d *Donor) withoutUnseen(ctx context.Context, s *sheet) ([]byte, bool, error) {
	data, err := pageBytes(d.file, s.dict.Get("Contents"))
	if limit := (*cos.LimitError)(nil); err != nil && (ctx.Err() != nil || errors.As(err, &limit) && limit.What == "total_bytes") {
		return nil, false, err
	}
	if err != nil {
		return nil, false, nil
	}
	l := cos.NewLexer(data, 0)
	l.NoRefs = true
	in := &interpreter{ctx: ctx, file: d.file}
	var out []byte
	var args []cos.Object
	var mode int64
	var stack []int64
	kept, begin := 0, 0 // data up to kept is in out; the present instruction begins at begin
	for ops := 0; ; {
		o, ok := l.Next()
		if !ok && l.Pos() >= len(data) {
			break
		}
		k, is := o.(cos.Keyword)
		if !is {
			if len(args) < 64 {
				args = append(args, o)
			}
			continue
		}
		if ops++; ops > maxOperators {
			return nil, false, nil
		}
		if ops%8192 == 0 && ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		instead, drop := "", false
		switch k {
		case "q":
			if len(stack) < maxStateDepth {
				stack = append(stack, mode)
			}
		case "Q":
			if n := len(stack); n > 0 {
				mode, stack = stack[n-1], stack[:n-1]
			}
		case "Tr":
			if len(args) > 0 {
				mode, _ = cos.Int(args[len(args)-1])
			}
		case "Tj", "TJ":
			drop = mode == 3
		case "'", "\"": // they begin a new line first
			instead, drop = "T* ", mode == 3
		case "Do":
			if drop, err = d.onlyUnseen(ctx, args, s.resources); err != nil {
				return nil, false, err
			}
		case "BI":
			in.inline(l, graphics{})
		}
		if drop {
			out = append(append(out, data[kept:begin]...), ' ')
			out = append(out, instead...)
			kept = l.Pos()
		}
		args, begin = args[:0], l.Pos()
	}
	if kept == 0 {
		return nil, false, nil
	}
	return append(out, data[kept:]...), true, nil
}

// onlyUnseen says whether a form shows invisible text and nothing else.
func (d *Donor) onlyUnseen(ctx context.Context, args []cos.Object, resources cos.Dict) (bool, error) {
	if len(args) == 0 {
		return false, nil
	}
	name, _ := args[len(args)-1].(cos.Name)
	objects, _ := d.file.Dict(resources.Get("XObject"))
	f, is := d.file.Resolve(objects.Get(name)).(*cos.Stream)
	if !is || d.file.Resolve(f.Dict.Get("Subtype")) != cos.Name("Form") {
		return false, nil
	}
	in := &interpreter{ctx: ctx, file: d.file}
	if err := in.paint(name, resources, graphics{ctm: matrix{1, 0, 0, 1, 0, 0}}, 0); err != nil {
		return false, err
	}
	m := in.out
	return m.unseen > 0 && m.text == 0 && len(m.images) == 0 && m.drawn == 0 && !m.partial, nil
}
