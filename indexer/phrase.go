package indexer

// phrase walks the documents in which words stand next to each other in order. The words are found by lists without
// locations; only where all of them meet are the lists with locations moved there.
type phrase struct {
	meet   docs     // documents with every word
	slots  [][]docs // by place in the phrase: the lists, with locations, of the ways to write the word
	weight float64
	at     uint64
	begun  bool
	found  int        // how often the phrase stands in the present document
	places [][]uint64 // scratch, by slot
}

func (p *phrase) seek(n uint64) (uint64, error) {
	if p.begun && n <= p.at {
		return p.at, nil
	}
	p.begun = true
	for {
		at, err := p.meet.seek(n)
		if err != nil {
			return 0, err
		}
		p.at = at
		if at == noDoc {
			return noDoc, nil
		}
		if p.places, err = readPlaces(p.slots, at, p.places); err != nil {
			return 0, err
		}
		if p.found = runs(p.places); p.found > 0 {
			return at, nil
		}
		n = at + 1
	}
}

func (p *phrase) score() (float64, error) {
	tf := float64(p.found)
	return p.weight * tf * (saturation + 1) / (tf + saturation), nil
}

func (p *phrase) count() uint64 { return p.meet.count() }
func (p *phrase) close() {
	p.meet.close()
	closeSlots(p.slots)
}

// nearness weighs how many neighbours of a question are neighbours in the paper. It walks nothing: it is asked about
// documents found otherwise.
type nearness struct {
	slots  [][]docs
	weight float64
	places [][]uint64
}

// of returns the weight of doc: the share of the question's pairs that stand side by side in it. Documents come in
// ascending order.
func (p *nearness) of(doc uint64) (float64, error) {
	var err error
	if p.places, err = readPlaces(p.slots, doc, p.places); err != nil {
		return 0, err
	}
	pairs := 0
	for i := 1; i < len(p.places); i++ {
		if runs(p.places[i-1:i+1]) > 0 {
			pairs++
		}
	}
	return p.weight * float64(pairs) / float64(len(p.places)-1), nil
}

func (p *nearness) close() { closeSlots(p.slots) }

// readPlaces brings the lists of each slot to doc and gathers the positions.
func readPlaces(slots [][]docs, doc uint64, places [][]uint64) ([][]uint64, error) {
	if places == nil {
		places = make([][]uint64, len(slots))
	}
	for i, slot := range slots {
		dst := places[i][:0]
		for _, d := range slot {
			at, err := d.seek(doc)
			if err != nil {
				return places, err
			}
			if at != doc {
				continue
			}
			if l, ok := d.(*list); ok {
				before := len(dst)
				dst = l.places(dst)
				if before > 0 {
					merge(dst, before)
				}
			}
		}
		places[i] = dst
	}
	return places, nil
}

// runs counts the ascending runs of neighbours through places: a, a+1, a+2 … one from each.
func runs(places [][]uint64) int {
	n := 0
	next := make([]int, len(places))
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

// merge sorts b, whose parts before and after cut are sorted. Both are short.
func merge(b []uint64, cut int) {
	for i := cut; i < len(b); i++ {
		for j := i; j > 0 && b[j] < b[j-1]; j-- {
			b[j], b[j-1] = b[j-1], b[j]
		}
	}
}

func closeSlots(slots [][]docs) {
	for _, slot := range slots {
		for _, d := range slot {
			d.close()
		}
	}
}
