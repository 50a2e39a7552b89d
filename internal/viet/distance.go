package viet

import "unicode/utf8"

// Distance returns the edit distance (insert, delete, replace, swap of neighbours) of two folded texts in runes, and
// limit+1 as soon as it is known to be more than limit. Work is bounded by limit × length.
func Distance(a, b string, limit int) int {
	if a == b {
		return 0
	}
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if limit < 0 || len(y)-len(x) > limit {
		return max(limit, 0) + 1
	}
	over := limit + 1
	rows := make([]int, 3*(len(x)+1))
	older, prev, cur := rows[:len(x)+1], rows[len(x)+1:2*len(x)+2], rows[2*len(x)+2:]
	for i := range prev {
		prev[i] = i
	}
	for j := 1; j <= len(y); j++ {
		from, to := max(1, j-limit), min(len(x), j+limit)
		best := over
		for i := range cur {
			cur[i] = over
		}
		if j <= limit {
			cur[0], best = j, j
		}
		for i := from; i <= to; i++ {
			d := prev[i-1]
			if x[i-1] != y[j-1] {
				d++
			}
			d = min(d, prev[i]+1, cur[i-1]+1)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d = min(d, older[i-2]+1)
			}
			cur[i] = min(d, over)
			best = min(best, cur[i])
		}
		if best > limit {
			return over
		}
		older, prev, cur = prev, cur, older
	}
	return min(prev[len(x)], over)
}

// Find looks for phrase in text, both folded, allowing up to limit edits, and returns the byte range of the best match
// (the earliest of equals) with its distance. OCR text is searched with it for the fixed phrases of a document. It
// reports false when no place is near enough. An empty phrase is nowhere.
func Find(text, phrase string, limit int) (start, end, distance int, ok bool) {
	p := []rune(phrase)
	if len(p) == 0 || limit < 0 {
		return 0, 0, 0, false
	}
	limit = min(limit, len(p)-1)
	type cell struct{ d, start int }
	col := make([]cell, len(p)+1)
	for i := range col {
		col[i].d = i
	}
	distance = limit + 1
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRuneInString(text[at:])
		diag := col[0]
		col[0] = cell{0, at + n}
		diag.start = at
		for i := 1; i <= len(p); i++ {
			up := col[i]
			best := diag
			if p[i-1] != r {
				best.d++
			}
			if up.d+1 < best.d {
				best = cell{up.d + 1, up.start}
			}
			if left := col[i-1]; left.d+1 < best.d {
				best = cell{left.d + 1, left.start}
			}
			diag, col[i] = up, best
		}
		at += n
		if last := col[len(p)]; last.d < distance {
			start, end, distance, ok = last.start, at, last.d, true
			if distance == 0 {
				return start, end, 0, true
			}
		}
	}
	return start, end, distance, ok
}
