package pdf

import (
	"math"

	"sohoa/ocr/pdf/cos"
)

// sheet is one page of the page tree with what it inherits.
type sheet struct {
	id        int // object number; 0 when the page is no indirect object
	dict      cos.Dict
	resources cos.Dict
	media     rect    // media box in the page's own space
	box       rect    // visible area there: crop box within media box
	unit      float64 // points per unit of that space (UserUnit)
	rotate    int     // 0, 90, 180, 270 clockwise
	boxless   bool    // neither the page nor a node above it names a media box
}

// rect is a rectangle with X0 ≤ X1 and Y0 ≤ Y1.
type rect struct{ X0, Y0, X1, Y1 float64 }

func (r rect) width() float64  { return r.X1 - r.X0 }
func (r rect) height() float64 { return r.Y1 - r.Y0 }

func (r rect) intersect(s rect) rect {
	return rect{math.Max(r.X0, s.X0), math.Max(r.Y0, s.Y0), math.Min(r.X1, s.X1), math.Min(r.Y1, s.Y1)}
}

func (r rect) empty() bool { return !(r.X1 > r.X0 && r.Y1 > r.Y0) }

// width and height of the page as displayed, in points.
func (s *sheet) width() float64 {
	if s.rotate%180 == 0 {
		return s.box.width() * s.unit
	}
	return s.box.height() * s.unit
}

func (s *sheet) height() float64 {
	if s.rotate%180 == 0 {
		return s.box.height() * s.unit
	}
	return s.box.width() * s.unit
}

// letter is what viewers show when a page names no size (ISO 32000-1 asks for one).
var letter = rect{0, 0, 612, 792}

// inherited is what pages take from the nodes above them.
type inherited struct {
	resources, media, crop, rotate cos.Object
}

// treeWalk collects the leaves of the page tree.
type treeWalk struct {
	file  *cos.File
	max   int
	pages []sheet
	nodes map[cos.Ref]bool
	loop  bool
	over  bool
	steps int
}

// sheets lists the pages in order. loop says that the tree runs in a circle, over that it has more than max pages.
func sheets(f *cos.File, max int) (pages []sheet, loop, over bool) {
	w := &treeWalk{file: f, max: max, nodes: map[cos.Ref]bool{}}
	w.node(f.Root().Get("Pages"), inherited{}, 0)
	return w.pages, w.loop, w.over
}

// maxTreeDepth is deeper than any balanced tree of 5,000 pages; writers of a chain of single kids are answered as loops.
const maxTreeDepth = 256

func (w *treeWalk) node(o cos.Object, in inherited, depth int) {
	w.steps++
	if depth > maxTreeDepth || w.steps > 20*w.max+1000 {
		w.loop = true
	}
	if w.loop || w.over {
		return
	}
	ref, indirect := o.(cos.Ref)
	if indirect {
		if w.nodes[ref] {
			w.loop = true
			return
		}
		w.nodes[ref] = true
		// Only an ancestor met again is a circle; the same page listed twice is merely strange.
		defer delete(w.nodes, ref)
	}
	d, ok := w.file.Dict(o)
	if !ok || len(d) == 0 {
		return
	}
	for key, at := range map[cos.Name]*cos.Object{"Resources": &in.resources, "MediaBox": &in.media, "CropBox": &in.crop, "Rotate": &in.rotate} {
		if v := d.Get(key); v != nil {
			*at = v
		}
	}
	if kids, is := w.file.Resolve(d.Get("Kids")).(cos.Array); is && w.file.Resolve(d.Get("Type")) != cos.Name("Page") {
		for _, k := range kids {
			w.node(k, in, depth+1)
		}
		return
	}
	if t, _ := w.file.Resolve(d.Get("Type")).(cos.Name); t == "Pages" || t == "" && !d.Has("Contents") && !d.Has("MediaBox") && !d.Has("Parent") {
		return // a branch without leaves
	}
	if len(w.pages) >= w.max {
		w.over = true
		return
	}
	w.pages = append(w.pages, w.leaf(ref.Num, d, in))
}

func (w *treeWalk) leaf(id int, d cos.Dict, in inherited) sheet {
	s := sheet{id: id, dict: d, unit: 1}
	s.resources, _ = w.file.Dict(in.resources)
	media, ok := w.rect(in.media)
	if !ok {
		media = letter
		s.boxless = w.file.Resolve(in.media) == nil
	}
	s.media, s.box = media, media
	if crop, ok := w.rect(in.crop); ok {
		if c := crop.intersect(media); !c.empty() {
			s.box = c
		}
	}
	if u, ok := cos.Number(w.file.Resolve(d.Get("UserUnit"))); ok && u > 0 {
		s.unit = u
	}
	if r, ok := cos.Int(w.file.Resolve(in.rotate)); ok {
		s.rotate = int((r%360 + 360) % 360 / 90 * 90)
	}
	return s
}

func (w *treeWalk) rect(o cos.Object) (rect, bool) {
	a, is := w.file.Resolve(o).(cos.Array)
	if !is || len(a) < 4 {
		return rect{}, false
	}
	var v [4]float64
	for i := range v {
		x, ok := cos.Number(w.file.Resolve(a[i]))
		if !ok || math.IsInf(x, 0) {
			return rect{}, false
		}
		v[i] = x
	}
	r := rect{math.Min(v[0], v[2]), math.Min(v[1], v[3]), math.Max(v[0], v[2]), math.Max(v[1], v[3])}
	return r, !r.empty()
}
