package indexer

import index "github.com/blevesearch/bleve_index_api"

// layout says how occurrences are written. The zero value is what the index uses; the others exist so that the benchmark
// can measure what was rejected.
type layout struct {
	plainPositions bool // bleve's own: one location with offsets per occurrence
	pairs          bool // pairs of neighbouring words instead of positions
}

const fPairs = "p"

// analyse fills the two fields that hold every word in one pass over the paper.
func (l layout) analyse(all, exact *terms, parts []part, pages []string) {
	var f folder
	folded, marked := newOccurrences(256), newOccurrences(256)
	position := 0
	words := func(text string) {
		f.each(text, func(fold, mark []byte) {
			position++
			folded.add(fold, position)
			marked.add(mark, 0)
		})
		position += pageGap
	}
	for _, p := range parts {
		words(p.text)
	}
	for _, p := range pages {
		words(p)
	}
	folded.done(all)
	marked.done(exact)
	switch {
	case l.pairs:
		for _, tf := range all.freqs {
			tf.Locations = nil
		}
	case l.plainPositions:
		for _, tf := range all.freqs {
			first := tf.Locations[0]
			at, steps := first.Position, first.ArrayPositions
			first.ArrayPositions, first.Start, first.End = nil, at*6, at*6+4
			for _, step := range steps {
				at += int(step)
				tf.Locations = append(tf.Locations, &index.TokenLocation{Position: at, Start: at * 6, End: at*6 + 4})
			}
		}
	}
}

// analysePairs fills the field of neighbouring pairs.
func (l layout) analysePairs(pairs *terms, parts []part, pages []string) {
	var f folder
	o := newOccurrences(512)
	var pair []byte
	words := func(text string) {
		pair = pair[:0]
		f.each(text, func(fold, _ []byte) {
			if len(pair) > 0 {
				n := len(pair)
				pair = append(append(pair, ' '), fold...)
				o.add(pair, 0)
				pair = pair[n+1:]
				return
			}
			pair = append(pair, fold...)
		})
	}
	for _, p := range parts {
		words(p.text)
	}
	for _, p := range pages {
		words(p)
	}
	o.done(pairs)
}
