package archive

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"sohoa/internal/viet"
)

// passing watches the pages of a paper go by, in their order, and says what only shows across them: a page that was scanned twice, one that is
// missing from the numbers printed on them. It keeps some hundred bytes a page.
type passing struct {
	again  func(n int) (PageReading, error) // a page that went by
	bands  map[uint64][]int                 // pages that may be alike
	number []pageNumber                     // those found, in the order of the pages
	found  []Finding
}

const (
	twiceWords   = 30  // a page with fewer says too little to be told from another
	twiceAlike   = 0.8 // share of neighbouring words two readings of one page have in common at least
	twiceNumbers = 0.8 // … and of words with a digit: two permits of one form differ in theirs
	twiceTried   = 8   // candidates looked at for one page
	signature    = 32  // values of a page's signature
	bandRows     = 4
)

// add takes the next page.
func (s *passing) add(p *PageReading) {
	if n, ok := printedNumber(p); ok {
		s.number = append(s.number, n)
	}
	if p.Source != SourceScan || len(p.Words) < twiceWords { // a program may print a page twice on purpose
		return
	}
	if s.bands == nil {
		s.bands = map[uint64][]int{}
	}
	tried := map[int]bool{}
	own := bandsOf(pairs(p))
	for _, b := range own {
		for _, n := range s.bands[b] {
			if tried[n] || len(tried) >= twiceTried {
				continue
			}
			tried[n] = true
			if q, err := s.again(n); err == nil && sameSheet(p, &q) {
				s.found = append(s.found, Finding{Code: "duplicate_page", Severity: Warning, Page: p.Number, Msg: Text{
					fmt.Sprintf("Trang này giống trang %d: có thể đã quét hai lần. Nếu đúng, hãy bỏ một trang ở mục Sắp xếp trang.", n),
					fmt.Sprintf("This page is like page %d: it may have been scanned twice. If so, remove one under Arrange pages.", n)}})
				return // and is not compared with again: the third is like the first
			}
		}
	}
	for _, b := range own {
		s.bands[b] = append(s.bands[b], p.Number)
	}
}

// findings are all that was found, when the last page has gone by.
func (s *passing) findings() []Finding { return append(s.found, gaps(s.number)...) }

// pairs are the neighbouring words of a page, without marks and capitals, so that a misread mark does not part them.
func pairs(p *PageReading) map[uint64]bool {
	out := make(map[uint64]bool, len(p.Words))
	last := ""
	for _, w := range p.Words {
		t := viet.Fold(strings.Trim(w.Text, ".,;:()\"'-–"))
		if t == "" {
			continue
		}
		h := fnv.New64a()
		_, _ = h.Write([]byte(last + " " + t)) // into memory: cannot fail
		out[h.Sum64()] = true
		last = t
	}
	return out
}

// bandsOf makes keys of which pages that are nearly alike share at least one (MinHash with bands, Leskovec, Rajaraman and Ullman, Mining of
// Massive Datasets, chapter 3).
func bandsOf(pairs map[uint64]bool) (out []uint64) {
	var least [signature]uint64
	for i := range least {
		least[i] = ^uint64(0)
	}
	for h := range pairs {
		for i := range least {
			h = h*6364136223846793005 + 1442695040888963407 // one step of a generator gives the next of the hash functions
			least[i] = min(least[i], h^h>>29)
		}
	}
	for i := 0; i < signature; i += bandRows {
		key := uint64(i)
		for _, v := range least[i : i+bandRows] {
			key = key*1099511628211 ^ v
		}
		out = append(out, key)
	}
	return out
}

// sameSheet says whether two readings can be of one sheet.
func sameSheet(a, b *PageReading) bool {
	x, y := pairs(a), pairs(b)
	both := 0
	for h := range x {
		if y[h] {
			both++
		}
	}
	if float64(both) < twiceAlike*float64(len(x)+len(y)-both) {
		return false
	}
	m, n := numbersOf(a), numbersOf(b)
	same := 0
	for w, k := range m {
		same += min(k, n[w])
	}
	most := max(sum(m), sum(n))
	return most == 0 || float64(same) >= twiceNumbers*float64(most)
}

func numbersOf(p *PageReading) map[string]int {
	out := map[string]int{}
	for _, w := range p.Words {
		if strings.ContainsAny(w.Text, "0123456789") {
			out[strings.Trim(w.Text, ".,;:()")]++
		}
	}
	return out
}

func sum(m map[string]int) (n int) {
	for _, k := range m {
		n += k
	}
	return n
}

// pageNumber is a number printed on a page where page numbers stand.
type pageNumber struct {
	page, number int
	top          bool
	x            float64 // its middle, as a part of the page's width
}

const (
	numberZone = 0.1  // of the page's height, at the top and at the bottom
	nearX      = 0.15 // page numbers stand at one place
	farGap     = 2    // more pages missing at once than this are believed only with numbers in step on both sides
)

// printedNumber finds the page number: a line of its own at the top or the bottom with nothing but a number in it (Decree 30/2020, Annex I,
// part I, section 7: at the top, in the middle), also as - 3 -, Trang 3, 3/12.
func printedNumber(p *PageReading) (pageNumber, bool) {
	var found pageNumber
	n := 0
	for from := 0; from < len(p.Words); {
		end := from + 1
		for end < len(p.Words) && p.Words[end].Line == p.Words[from].Line {
			end++
		}
		line := p.Words[from:end]
		from = end
		y := float64(line[0].Box.Y0+line[0].Box.Y1) / 2
		top := y < numberZone*p.Height
		if len(line) > 4 || !top && y < (1-numberZone)*p.Height {
			continue
		}
		if k, ok := asNumber(line); ok {
			n++
			found = pageNumber{p.Number, k, top, float64(line[0].Box.X0+line[len(line)-1].Box.X1) / 2 / p.Width}
		}
	}
	return found, n == 1
}

func asNumber(line []Word) (int, bool) {
	var b strings.Builder
	for _, w := range line {
		if w.Confidence < 0.5 {
			return 0, false
		}
		b.WriteString(w.Text)
	}
	t := strings.ToLower(strings.Trim(b.String(), "-–—.·|[]() "))
	for _, before := range []string{"trang", "page", "tr."} {
		t = strings.TrimPrefix(t, before)
	}
	t, _, _ = strings.Cut(t, "/")
	if len(t) > 4 {
		return 0, false
	}
	n, err := strconv.Atoi(t)
	return n, err == nil && n > 0 && n < 2000 // 2026 at the foot of a page is a year
}

// gaps says where the numbers jump. A single misread number is no gap: a far jump is believed only where the numbers before and after it are in
// step with the pages. Numbers that begin anew are the next paper of a stack.
func gaps(ns []pageNumber) (out []Finding) {
	inStep := func(i, k int) bool {
		return i >= 0 && k < len(ns) && ns[k].number-ns[i].number == ns[k].page-ns[i].page && ns[i].top == ns[k].top
	}
	for i := 0; i+1 < len(ns); i++ {
		a, b := ns[i], ns[i+1]
		missing := (b.number - a.number) - (b.page - a.page)
		if missing == 0 || a.top != b.top || a.x-b.x > nearX || b.x-a.x > nearX {
			continue
		}
		before := inStep(i-1, i) || a.number == a.page
		after := inStep(i+1, i+2)
		switch {
		case inStep(i, i+2) || inStep(i-1, i+1): // one of the two was misread
		case missing > 0 && before && (after || i+2 == len(ns) && missing <= farGap):
			out = append(out, Finding{Code: "page_missing", Severity: Warning, Page: b.page, Msg: Text{
				fmt.Sprintf("Số trang nhảy từ %d sang %d: có thể thiếu trang. Hãy đối chiếu với bản giấy và quét bổ sung.", a.number, b.number),
				fmt.Sprintf("The page numbers jump from %d to %d: pages may be missing. Compare with the paper and scan what is missing.", a.number, b.number)}})
		case b.number < a.number && b.number > 2 && before && after:
			out = append(out, Finding{Code: "page_order", Severity: Warning, Page: b.page, Msg: Text{
				fmt.Sprintf("Sau trang %d là trang %d: các trang có thể bị lộn thứ tự. Hãy sắp xếp lại ở mục Sắp xếp trang.", a.number, b.number),
				fmt.Sprintf("Page %d is followed by page %d: the pages may be out of order. Put them right under Arrange pages.", a.number, b.number)}})
		}
	}
	return slices.Clip(out)
}
