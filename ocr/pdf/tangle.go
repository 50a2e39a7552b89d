package pdf

import (
	"context"

	"sohoa/ocr/pdf/cos"
)

// A validator that follows references without remembering where it has been runs until its stack, its memory or its time is at an end: over
// objects that define each other in a circle, over chains that never end, over ten objects that each name the next one ten times. pdfcpu
// remembers in some places and not in others (measured with 90 such files: 16 of them cost a child or its whole time). So before it gets to
// see a paper, what it would follow is followed here, each object once.

const (
	maxChain   = 10_000     // objects that each define the next; page trees and structures of real papers are some twenty deep
	maxFollows = 50_000_000 // objects met by one who follows every reference anew; a thick born-digital file has a few million
)

// sideways are the keys by which real papers lead back to where one came from, or to a neighbour.
var sideways = map[cos.Name]bool{
	"Parent": true, "P": true, "Prev": true, "First": true, "Last": true, "Dest": true, "D": true, "SD": true, "SE": true, "Pg": true, "B": true, "T": true,
	"Ref": true, "V": true, "DV": true, "Data": true, "PieceInfo": true,
	// Resources shared by a page and what it paints, which are visited by themselves.
	"XObject": true, "Font": true, "CharProcs": true, "G": true,
}

// tangle follows references through the newest revision.
type tangle struct {
	file *cos.File
	ctx  context.Context

	known  map[int]int64 // objects met by following this one; 0 while it is being followed
	circle int           // an object that defines itself, 0 for none
	deep   int           // the end of a chain that is too long
	bushy  int           // an object from which there is too much to follow
}

// tangled reports definitions in a circle, chains and thickets.
func (in *inspection) tangled(ctx context.Context) error {
	t := &tangle{file: in.file, ctx: ctx, known: map[int]int64{}}
	for num := range in.file.Numbers() {
		if t.follow(num, 0); t.over() {
			break
		}
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case t.circle > 0:
		in.found.add("circular", in.pageOf[t.circle], t.circle)
	case t.deep > 0:
		in.found.add("too_deep", in.pageOf[t.deep], t.deep)
	case t.bushy > 0:
		in.found.add("too_much_work", in.pageOf[t.bushy], t.bushy)
	}
	return nil
}

func (t *tangle) over() bool { return t.circle+t.deep+t.bushy > 0 || t.ctx.Err() != nil }

// follow returns how many objects are met from object num on.
func (t *tangle) follow(num, depth int) int64 {
	if n, ok := t.known[num]; ok {
		if n == 0 {
			t.circle = num
		}
		return n
	}
	if depth > maxChain {
		t.deep = num
	}
	if t.over() {
		return 0
	}
	t.known[num] = 0
	n := 1 + t.value(t.file.Resolve(cos.Ref{Num: num}), depth, false)
	if n > maxFollows && t.bushy == 0 {
		t.bushy = num
	}
	t.known[num] = n
	return n
}

// value follows what one object holds. free is set in maps whose keys are names of the author's choosing: a pattern may be called P.
func (t *tangle) value(o cos.Object, depth int, free bool) (n int64) {
	switch v := o.(type) {
	case cos.Ref:
		return t.follow(v.Num, depth+1)
	case cos.Array:
		for _, e := range v {
			if holds(e) && !t.over() {
				n += t.value(e, depth, false)
			}
		}
	case *cos.Stream:
		return t.value(v.Dict, depth, false)
	case cos.Dict:
		bead := v.Has("R") && v.Has("N") && v.Has("V")
		for _, e := range v {
			switch {
			case !holds(e.Val) || t.over():
			case free:
				n += t.value(e.Val, depth, false)
			case sideways[e.Key]:
			case e.Key == "N" && bead, e.Key == "Next" && !v.Has("S"): // articles and bookmarks go round; actions do not
			case named[e.Key]:
				inside := e.Val
				if r, is := inside.(cos.Ref); is { // the map itself; what it names is followed
					inside = t.file.Resolve(r)
				}
				n += t.value(inside, depth, true)
			default:
				n += t.value(e.Val, depth, false)
			}
		}
	}
	return n
}
