package pdf

import (
	"context"
	"errors"
	"fmt"

	"sohoa/ocr/pdf/cos"
)

// maxNesting bounds the values copied within one object; cos reads no deeper.
const maxNesting = 128

// value copies a direct value: references in it are numbered anew.
func (d *Donor) value(o cos.Object, depth int) cos.Object {
	if depth > maxNesting {
		return nil
	}
	switch v := o.(type) {
	case cos.Ref:
		return d.ref(v)
	case cos.Array:
		out := make(cos.Array, len(v))
		for i := range v {
			out[i] = d.value(v[i], depth+1)
		}
		return out
	case cos.Dict:
		out := make(cos.Dict, 0, len(v))
		for _, e := range unique(v) {
			out = append(out, cos.Entry{Key: e.Key, Val: d.value(e.Val, depth+1)})
		}
		return out
	case *cos.Stream, cos.Keyword: // no direct value of a sound file
		return nil
	}
	return o
}

// unique keeps, of each key, the value readers believe.
func unique(d cos.Dict) cos.Dict {
	out := make(cos.Dict, 0, len(d))
	for i, e := range d {
		if e.Key != "" && !d[:i].Has(e.Key) {
			out = append(out, cos.Entry{Key: e.Key, Val: d.Get(e.Key)})
		}
	}
	return out
}

// ref gives the object a number here and has it written later, once. Pages are not followed: they come by being picked or not at all.
func (d *Donor) ref(r cos.Ref) cos.Object {
	if n, ok := d.copied[r.Num]; ok {
		return cos.Ref{Num: n}
	}
	o := d.file.Resolve(r)
	if o == nil {
		return nil
	}
	if v, is := o.(cos.Dict); is {
		switch d.file.Resolve(v.Get("Type")) {
		case cos.Name("Page"), cos.Name("Pages"), cos.Name("Catalog"), cos.Name("StructTreeRoot"), cos.Name("StructElem"):
			return nil
		}
	}
	n := d.a.next()
	d.copied[r.Num] = n
	d.queue = append(d.queue, r)
	return cos.Ref{Num: n}
}

// drain writes what was numbered, and what that points at.
func (d *Donor) drain(ctx context.Context) error {
	for len(d.queue) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		r := d.queue[0]
		d.queue = d.queue[1:]
		n := d.copied[r.Num]
		switch v := d.file.Resolve(r).(type) {
		case *cos.Stream:
			if err := d.stream(n, v); err != nil {
				return err
			}
		case cos.Dict:
			if d.file.Resolve(v.Get("Type")) == cos.Name("OCG") {
				d.layers = append(d.layers, layer{there: r.Num, here: n})
			}
			d.a.w.Object(n, d.value(v, 0))
		default:
			d.a.w.Object(n, d.value(v, 0))
		}
		if err := d.a.w.Err(); err != nil {
			return err
		}
	}
	return nil
}

// left are entries of streams that say nothing about how they look, or lead out of the page.
var left = map[cos.Name]bool{
	"Length": true, "Metadata": true, "PieceInfo": true, "LastModified": true, "StructParent": true, "StructParents": true, "OPI": true, "AF": true,
	"F": true, "FFilter": true, "FDecodeParms": true, "Alternates": true, "Measure": true, "PtData": true, "Ref": true, "DL": true,
}

// stream copies a stream: its bytes as they stand (under encryption, what was encrypted), its dictionary without what is left behind.
func (d *Donor) stream(n int, s *cos.Stream) error {
	out := make(cos.Dict, 0, len(s.Dict))
	content := d.file.Resolve(s.Dict.Get("Subtype")) == cos.Name("Form") || s.Dict.Has("PatternType")
	for _, e := range unique(s.Dict) {
		if left[e.Key] {
			continue
		}
		if own, ok := d.file.Dict(e.Val); ok && content && e.Key == "Resources" {
			used, err := d.usedBy(own, s)
			if err != nil {
				return err
			}
			out = append(out, cos.Entry{Key: e.Key, Val: d.pruned(own, used)})
			continue
		}
		out = append(out, cos.Entry{Key: e.Key, Val: d.value(e.Val, 0)})
	}
	raw, err := d.file.Unlocked(s)
	if err != nil {
		return fmt.Errorf("decrypt object %d: %w", s.ID.Num, err)
	}
	d.a.w.Stream(n, out, raw)
	return nil
}

// names are the resources a content stream may use; nil is all of them.
type names map[cos.Name]bool

// usedOnPage finds the names a page uses.
func (d *Donor) usedOnPage(s *sheet) (names, error) {
	var streams []*cos.Stream
	switch v := d.file.Resolve(s.dict.Get("Contents")).(type) {
	case *cos.Stream:
		streams = append(streams, v)
	case cos.Array:
		for _, o := range v {
			if c, is := d.file.Resolve(o).(*cos.Stream); is {
				streams = append(streams, c)
			}
		}
	}
	return d.usedBy(s.resources, streams...)
}

// usedBy collects every name that stands in the streams, in strings, pictures and comments too: more than is used, never less. Forms,
// patterns and glyphs without resources of their own use those of the page. Contents that cannot be unpacked may use anything. The error
// is a spent budget of the whole, or the context's.
func (d *Donor) usedBy(resources cos.Dict, streams ...*cos.Stream) (names, error) {
	used, seen := names{}, map[int64]bool{}
	for {
		for _, s := range streams {
			if seen[s.Start] {
				continue
			}
			seen[s.Start] = true
			data, err := d.file.Bytes(s)
			limit := (*cos.LimitError)(nil)
			switch {
			case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.As(err, &limit) && limit.What == "total_bytes":
				return nil, err
			case err != nil:
				return nil, nil
			}
			collectNames(data, used)
			if len(used) > maxNames {
				return nil, nil
			}
		}
		if streams = d.guests(resources, used, seen); len(streams) == 0 {
			return used, nil
		}
	}
}

// guests are the used streams that have no resources of their own and were not looked at yet.
func (d *Donor) guests(resources cos.Dict, used names, seen map[int64]bool) (out []*cos.Stream) {
	add := func(o cos.Object, needs bool) {
		s, is := d.file.Resolve(o).(*cos.Stream)
		if is && !seen[s.Start] && needs && !s.Dict.Has("Resources") {
			out = append(out, s)
		}
	}
	for _, kind := range []cos.Name{"XObject", "Pattern", "Font"} {
		table, _ := d.file.Dict(resources.Get(kind))
		for _, e := range table {
			if !used[e.Key] {
				continue
			}
			v, _ := d.file.Dict(e.Val)
			switch {
			case kind == "XObject":
				add(e.Val, d.file.Resolve(v.Get("Subtype")) == cos.Name("Form"))
			case kind == "Pattern":
				add(e.Val, true)
			case d.file.Resolve(v.Get("Subtype")) == cos.Name("Type3") && !v.Has("Resources"):
				glyphs, _ := d.file.Dict(v.Get("CharProcs"))
				for _, g := range glyphs {
					add(g.Val, true)
				}
			}
		}
	}
	return out
}

// maxNames is more than any page uses; noise of inline pictures can go beyond, and then everything counts as used.
const maxNames = 20_000

// collectNames finds everything that looks like a name.
func collectNames(data []byte, into names) {
	for i := 0; i < len(data) && len(into) <= maxNames; i++ {
		if data[i] != '/' {
			continue
		}
		start := i + 1
		for i+1 < len(data) && cos.IsRegular(data[i+1]) {
			i++
		}
		into[cos.DecodeName(data[start:i+1])] = true
	}
}

// tables are the kinds of resources that are called by name.
var tables = map[cos.Name]bool{"XObject": true, "Font": true, "ExtGState": true, "ColorSpace": true, "Pattern": true, "Shading": true, "Properties": true}

// implied are colour spaces that count without being named (ISO 32000-1 §8.6.5.6).
var implied = map[cos.Name]bool{"DefaultGray": true, "DefaultRGB": true, "DefaultCMYK": true}

// pruned copies resources without those nobody names.
func (d *Donor) pruned(resources cos.Dict, used names) cos.Dict {
	out := cos.Dict{}
	for _, e := range unique(resources) {
		if e.Key == "ProcSet" {
			out = append(out, cos.Entry{Key: e.Key, Val: d.value(e.Val, 0)})
		}
		table, ok := d.file.Dict(e.Val)
		if !ok || !tables[e.Key] {
			continue
		}
		kept := cos.Dict{}
		for _, r := range unique(table) {
			if used == nil || used[r.Key] || e.Key == "ColorSpace" && implied[r.Key] {
				kept = append(kept, cos.Entry{Key: r.Key, Val: d.value(r.Val, 0)})
			}
		}
		if len(kept) > 0 {
			out = append(out, cos.Entry{Key: e.Key, Val: kept})
		}
	}
	return out
}
