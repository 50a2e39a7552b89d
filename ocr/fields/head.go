package fields

import (
	"math"
	"strings"
	"unicode/utf8"

	"sohoa/internal/viet"
)

// head is the top of the first page: the agency with number on the left, the national header with place and date on the
// right. Without a national header there is none, and the page is all body.
type head struct {
	found  bool
	motto  run
	border float64 // x between the columns
	bottom float64 // y of what follows
	left   []run   // above bottom, down the page
	right  []run
}

var mottos = []string{"cong hoa xa hoi chu nghia viet nam", "dang cong san viet nam"}

const freedom = "doc lap - tu do - hanh phuc"

// near looks for phrase with as many edits as its length bears.
func near(text, phrase string, perEdit int) (start, end int, ok bool) {
	if len(text) > 4000 {
		text = strings.ToValidUTF8(text[:4000], "")
	}
	start, end, _, ok = viet.Find(text, phrase, utf8.RuneCountInString(phrase)/perEdit)
	return start, end, ok
}

func (s *sheet) findHead() head {
	var h head
	for i, r := range s.runs {
		if r.cy() > s.height*0.4 {
			break
		}
		for _, m := range mottos {
			start, end, ok := near(r.fold, m, 5)
			if !ok {
				continue
			}
			// What stands before the header on the same line is the left column.
			from, to := wordsAt(r, start, end)
			mine := newRun(r.words[from:to])
			if h.found && mine.cx() < h.motto.cx() {
				continue
			}
			h.found, h.motto = true, mine
			if from > 0 {
				s.runs[i] = mine
				s.runs = append(s.runs, newRun(r.words[:from]))
				s.sort()
			}
			break
		}
		if h.found {
			break
		}
	}
	if !h.found {
		for _, r := range s.runs {
			if start, end, ok := near(r.fold, freedom, 5); ok && r.cy() < s.height*0.4 {
				from, to := wordsAt(r, start, end)
				h.found, h.motto = true, newRun(r.words[from:to])
				h.motto.x0 -= 0.08 * s.width // the line above it is wider
				break
			}
		}
	}
	if !h.found {
		// Lost under a stamp, perhaps: a number at the upper left says where the columns are.
		for _, r := range s.runs {
			if r.cy() < 0.3*s.height && r.x0 < 0.3*s.width && r.cx() < 0.42*s.width && label(r.words) > 0 {
				h.found, h.motto = true, run{x0: 0.46 * s.width, x1: 0.92 * s.width, y0: s.runs[0].y0, y1: s.runs[0].y1, tall: s.tall}
				break
			}
		}
	}
	if !h.found {
		return h
	}
	h.border = h.motto.x0 - 0.3*s.tall
	// A centred header belongs to a form or a certificate without an agency above: nothing stands beside it.
	if h.border < s.width*0.2 {
		h.border = h.motto.x0
	}
	s.partHead(&h)
	h.bottom = s.height * 0.45
	for _, r := range s.runs {
		if r.cy() <= h.motto.cy()+0.5*s.tall {
			continue
		}
		if _, _, ok := near(firstPart(r.fold, 12), "kinh gui", 8); ok || r.wide() > 0.66*s.width || s.heading(r) && r.x0 > s.width*0.2 && r.x1 > h.motto.x0+2*s.tall {
			h.bottom = min(h.bottom, r.y0)
			break
		}
	}
	for _, r := range s.runs {
		switch {
		case r.cy() >= h.bottom || r.y1 < h.motto.y0-6*s.tall:
		case r.cx() < h.border:
			h.left = append(h.left, r)
		default:
			h.right = append(h.right, r)
		}
	}
	return h
}

// partHead cuts the lines beside and below the national header where its column begins, at the widest gap near there.
func (s *sheet) partHead(h *head) {
	var out []run
	for _, r := range s.runs {
		if r.cy() < h.motto.y0-2*s.tall || r.cy() > h.motto.y1+6*s.tall || r.x0 > h.border-2*s.tall || r.x1 < h.border+2*s.tall || s.heading(r) {
			out = append(out, r)
			continue
		}
		at, gap := 0, 0.0
		for i := 1; i < len(r.words); i++ {
			g := r.words[i].x0 - r.words[i-1].x1
			if mid := (r.words[i].x0 + r.words[i-1].x1) / 2; g > gap && mid > s.width*0.25 && mid < h.motto.cx() {
				at, gap = i, g
			}
		}
		if at == 0 || gap < 0.75*r.tall {
			out = append(out, r)
			continue
		}
		out = append(out, newRun(r.words[:at]), newRun(r.words[at:]))
	}
	s.runs = out
	s.sort()
}

// heading reports that a run is set as the name of a type is: capitals in the middle of the page.
func (s *sheet) heading(r run) bool {
	if !s.centred(r) && math.Abs(r.cx()-s.width/2) > 0.05*s.width {
		return false
	}
	if capitals(r.text) <= 0.7 {
		return false
	}
	_, _, _, ok := kindAt(r.words)
	return ok
}

// wordsAt returns the words that hold the bytes start to end of the run's folded text.
func wordsAt(r run, start, end int) (from, to int) {
	at := 0
	from, to = -1, len(r.words)
	for i, w := range r.words {
		next := at + len(w.fold) + 1
		if from < 0 && start < next-1 {
			from = i
		}
		if end <= next-1 {
			to = i + 1
			break
		}
		at = next
	}
	from = max(from, 0)
	return from, max(to, from+1)
}

func firstPart(s string, n int) string {
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}
