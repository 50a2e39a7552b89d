package code

import "image"

// Patch codes are four bars, two of them wide (0.20 inch to the 0.08 of the narrow ones and of the gaps), at least two inches
// long. They say one letter by which bars are wide; T is narrow, wide, narrow, wide. A sheet fed the other way round shows
// them backwards, which is the patch code 3: it passes for a T as well, because a stack knows no other use of it.
const (
	patchNarrow = 6    // pixels of a narrow bar at least: 12 at 150 dpi; text has no such bars
	patchWide   = 2.5  // of a narrow bar
	patchSlack  = 0.35 // of a narrow bar, either way
	patchLong   = 9    // narrow bars: how far the bars go on above and below what was found; they are 25 long
)

// patch looks for a patch code T on line i.
func (f *finder) patch(l line, i int, edges []int) {
	for k := 0; k+8 <= len(edges); k += 2 {
		e := edges[k : k+8]
		n := float64(e[7]-e[0]) / 10 // three gaps, two narrow and two wide bars
		if n < patchNarrow || !patchWidths(e, n, 0) && !patchWidths(e, n, 1) {
			continue
		}
		if k > 0 && float64(e[0]-edges[k-1]) < 2*n || k+8 < len(edges) && float64(edges[k+8]-e[7]) < 2*n {
			continue
		}
		if x, y := l.at(i, (e[0]+e[7])/2); f.known(x, y) {
			continue
		}
		top, bottom := f.patchReach(l, i, e, -1), f.patchReach(l, i, e, 1)
		if float64(bottom-top) < patchLong*n {
			continue
		}
		ax, ay := l.at(top, e[0])
		bx, by := l.at(bottom, e[7])
		f.found(Patch, "T", image.Rect(ax, ay, bx+1, by+1).Inset(-int(n)))
	}
}

func patchWidths(e []int, n float64, wideFirst int) bool {
	for b := range 7 {
		want := n
		if b%2 == 0 && b/2%2 != wideFirst {
			want = patchWide * n
		}
		if d := float64(e[b+1]-e[b]) - want; d > patchSlack*n || -d > patchSlack*n {
			return false
		}
	}
	return true
}

// patchReach returns the last line, going from i by step, on which the middles of bars and gaps are as on line i. The bars may
// lean by a degree or two.
func (f *finder) patchReach(l line, i int, e []int, step int) int {
	last := i
	for n := i; n >= 0 && n < l.n; n += 4 * step {
		wrong := 0
		for b := range 7 {
			x, y := l.at(n, (e[b]+e[b+1])/2)
			if f.ink(x, y) != (b%2 == 0) {
				wrong++
			}
		}
		if wrong > 1 {
			break
		}
		last = n
	}
	return last
}
