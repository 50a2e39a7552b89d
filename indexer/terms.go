package indexer

import (
	index "github.com/blevesearch/bleve_index_api"

	"sohoa/internal/viet"
)

// lengthGrain is the unit bleve is told lengths in. It writes the length with every word of a paper, and rank does not need
// it finer than this: most papers then take one byte.
const lengthGrain = 16

// pageGap keeps phrases from running over the end of a part or a page.
const pageGap = 2

// terms is a field as bleve takes it, already analysed.
type terms struct {
	name    string
	options index.FieldIndexingOptions
	length  int
	freqs   index.TokenFrequencies
	value   []byte
	analyse func() // fills this field, and those that come out of the same pass; nil when there is nothing to do
}

func (t *terms) Name() string                                     { return t.name }
func (t *terms) Value() []byte                                    { return t.value }
func (t *terms) ArrayPositions() []uint64                         { return nil }
func (t *terms) EncodedFieldType() byte                           { return 't' }
func (t *terms) Options() index.FieldIndexingOptions              { return t.options }
func (t *terms) AnalyzedLength() int                              { return t.length }
func (t *terms) AnalyzedTokenFrequencies() index.TokenFrequencies { return t.freqs }
func (t *terms) NumPlainTextBytes() uint64                        { return uint64(len(t.value)) }
func (t *terms) Size() int                                        { return 64 + len(t.value) }
func (t *terms) Analyze() {
	if t.analyse != nil {
		t.analyse()
		t.analyse = nil
	}
}

const (
	withPositions = index.IndexField | index.IncludeTermVectors
	listOnly      = index.IndexField | index.SkipFreqNorm
	withValues    = listOnly | index.DocValues
)

// keywords makes a field whose terms are values, whole. Empty values are left out.
func keywords(name string, options index.FieldIndexingOptions, values ...string) *terms {
	t := &terms{name: name, options: options, freqs: make(index.TokenFrequencies, len(values))}
	for _, v := range values {
		if v == "" {
			continue
		}
		tf := &index.TokenFreq{Term: []byte(v)}
		tf.SetFrequency(1)
		t.freqs[v] = tf
		t.length++
	}
	return t
}

// occurrences gathers the terms of one field while its words go by.
type occurrences struct {
	freqs  index.TokenFrequencies
	length int
	slab   []occurrence
}

type occurrence struct {
	index.TokenFreq
	loc   index.TokenLocation
	where [1]*index.TokenLocation
}

func newOccurrences(words int) *occurrences {
	return &occurrences{freqs: make(index.TokenFrequencies, words)}
}

// add counts term at position. The first position stands in the location, the distances to the others in its array
// positions (see the package comment). A position of 0 counts without a place.
func (o *occurrences) add(term []byte, position int) {
	o.length++
	if len(term) > maxTerm {
		return
	}
	tf, ok := o.freqs[string(term)]
	if !ok {
		if len(o.slab) == 0 {
			o.slab = make([]occurrence, 64)
		}
		x := &o.slab[0]
		o.slab = o.slab[1:]
		key := string(term)
		x.Term = []byte(key)
		x.loc.Position = position
		if position > 0 {
			x.where[0] = &x.loc
			x.Locations = x.where[:]
		}
		tf = &x.TokenFreq
		o.freqs[key] = tf
		tf.SetFrequency(1)
		return
	}
	tf.SetFrequency(tf.Frequency() + 1)
	if position == 0 {
		return
	}
	loc := tf.Locations[0]
	last := loc.End // scratch until done; bleve would store it
	if last == 0 {
		last = loc.Position
	}
	if position > last {
		loc.ArrayPositions = append(loc.ArrayPositions, uint64(position-last))
		loc.End = position
	}
}

// done hands the field over.
func (o *occurrences) done(t *terms) {
	for _, tf := range o.freqs {
		for _, loc := range tf.Locations {
			loc.End = 0
		}
	}
	t.length, t.freqs = 1+o.length/lengthGrain, o.freqs
}

// maxTerm is the length in bytes beyond which a run of letters is not a word but debris, such as encoded data in a text
// layer. It takes its place and is not indexed.
const maxTerm = 120

// folder walks words and gives their two forms in buffers it reuses.
type folder struct{ fold, exact []byte }

func (f *folder) each(text string, do func(fold, exact []byte)) {
	for w := range viet.Words(text) {
		f.fold = w.AppendFold(f.fold[:0])
		f.exact = w.AppendExact(f.exact[:0])
		do(f.fold, f.exact)
	}
}
