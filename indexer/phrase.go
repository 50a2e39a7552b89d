package indexer

// slot is one place of a phrase: the lists, with positions, of the ways to write its word.
type slot []*list

// places brings the slot to doc and gathers the positions of its word there, ascending, in dst.
func (s slot) places(doc uint64, dst []uint64) ([]uint64, error) {
	for _, l := range s {
		ok, err := l.on(doc)
		if err != nil {
			return dst, err
		}
		if !ok {
			continue
		}
		before := len(dst)
		if dst = l.places(dst); before > 0 {
			merge(dst, before)
		}
	}
	return dst, nil
}

// phrase holds where words stand next to each other in order.
type phrase struct {
	slots  []slot
	weight float64
	found  int        // how often it stands in the present document
	where  [][]uint64 // scratch, by slot
	next   []int      // scratch of runs
}

func newPhrase(slots []slot) *phrase {
	return &phrase{slots: slots, where: make([][]uint64, len(slots)), next: make([]int, len(slots))}
}

func (p *phrase) on(doc uint64) (bool, error) {
	p.found = 0
	for i, s := range p.slots {
		var err error
		if p.where[i], err = s.places(doc, p.where[i][:0]); err != nil {
			return false, err
		}
		if len(p.where[i]) == 0 {
			return false, nil
		}
	}
	p.found = runs(p.where, p.next)
	return p.found > 0, nil
}

func (p *phrase) score() float64 { return p.weight * saturated(float64(p.found), midLength) }

// near returns the share of neighbouring pairs of the phrase that stand side by side in doc.
func (p *phrase) near(doc uint64) (float64, error) {
	for i, s := range p.slots {
		var err error
		if p.where[i], err = s.places(doc, p.where[i][:0]); err != nil {
			return 0, err
		}
	}
	pairs := 0
	for i := 1; i < len(p.where); i++ {
		if adjacent(p.where[i-1], p.where[i]) {
			pairs++
		}
	}
	return float64(pairs) / float64(len(p.where)-1), nil
}

func (p *phrase) close() {
	for _, s := range p.slots {
		for _, l := range s {
			l.close()
		}
	}
}

// runs counts the runs a, a+1, a+2 … with one from each of places. next is scratch of the same length.
func runs(places [][]uint64, next []int) int {
	n := 0
	clear(next)
	for _, first := range places[0] {
		ok := true
		for i := 1; i < len(places) && ok; i++ {
			want := first + uint64(i)
			for next[i] < len(places[i]) && places[i][next[i]] < want {
				next[i]++
			}
			if next[i] == len(places[i]) {
				return n
			}
			ok = places[i][next[i]] == want
		}
		if ok {
			n++
		}
	}
	return n
}

// adjacent reports whether some b follows directly upon some a.
func adjacent(a, b []uint64) bool {
	j := 0
	for _, x := range a {
		for j < len(b) && b[j] <= x {
			j++
		}
		if j == len(b) {
			return false
		}
		if b[j] == x+1 {
			return true
		}
	}
	return false
}

// merge sorts b, whose parts before and after cut are sorted. Both are short.
func merge(b []uint64, cut int) {
	for i := cut; i < len(b); i++ {
		for j := i; j > 0 && b[j] < b[j-1]; j-- {
			b[j], b[j-1] = b[j-1], b[j]
		}
	}
}
