package indexer

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	index "github.com/blevesearch/bleve_index_api"
)

// Bounds of the search for a better spelling.
const (
	suggestWords = 3 // words looked at
	suggestTries = 4 // candidates tried for each
)

// suggest looks for words that no paper holds and offers the question with a near word in their place. It is asked only
// when nothing was found, and what it offers is tried inside what may be seen first: a suggestion never tells of papers
// outside it.
func (s *searching) suggest(ctx context.Context) (string, error) {
	text := s.text.text
	q := s.text
	for tried := 0; tried < suggestWords; tried++ {
		w, ok, err := s.unknown(ctx, q)
		if err != nil || !ok {
			return "", err
		}
		near, err := s.nearest(w.fold)
		if err != nil || len(near) == 0 {
			return "", err
		}
		for i, term := range near {
			better := text[:w.start] + term + text[w.end:]
			try := s.q
			try.Text, try.Facets, try.After, try.Limit = better, nil, "", 1
			t, err := newSearch(try)
			if err != nil {
				break
			}
			t.corpus = s.corpus
			if err := t.run(ctx); err != nil {
				return "", err
			}
			if t.total > 0 {
				return better, nil
			}
			if i == 0 {
				q = t.text
			}
		}
		text = q.text
	}
	return "", nil
}

// unknown returns the first word of q that no paper holds in any spelling.
func (s *searching) unknown(ctx context.Context, q question) (word, bool, error) {
	for _, c := range q.clauses {
		if c.not {
			continue
		}
		for _, a := range c.atoms {
			if a.prefix || a.field != "" {
				continue
			}
			for _, w := range a.words {
				if utf8.RuneCountInString(w.fold) < 2 {
					continue
				}
				n := uint64(0)
				for _, term := range spellings(w.fold) {
					for _, r := range s.corpus.readers {
						tfr, err := r.TermFieldReader(ctx, []byte(term), fAll, false, false, false)
						if err != nil {
							return word{}, false, fmt.Errorf("look up word: %w", err)
						}
						n += tfr.Count()
						_ = tfr.Close()
					}
				}
				if n == 0 {
					return w, true, nil
				}
			}
		}
	}
	return word{}, false, nil
}

// nearest returns the words of the index that are nearest to fold, nearer and more frequent ones first.
func (s *searching) nearest(fold string) ([]string, error) {
	reach := 1
	if utf8.RuneCountInString(fold) > 4 {
		reach = 2
	}
	type near struct {
		term     string
		distance uint8
		n        uint64
	}
	found := map[string]*near{}
	for _, r := range s.corpus.readers {
		fuzzy, ok := r.(index.IndexReaderFuzzy)
		if !ok {
			return nil, nil
		}
		dict, err := fuzzy.FieldDictFuzzy(fAll, fold, reach, "")
		if err != nil {
			return nil, fmt.Errorf("look for near words: %w", err)
		}
		for {
			e, err := dict.Next()
			if err != nil {
				_ = dict.Close()
				return nil, fmt.Errorf("look for near words: %w", err)
			}
			if e == nil {
				break
			}
			if have := found[e.Term]; have != nil {
				have.n += e.Count
			} else {
				found[e.Term] = &near{e.Term, e.EditDistance, e.Count}
			}
		}
		if err := dict.Close(); err != nil {
			return nil, fmt.Errorf("look for near words: %w", err)
		}
	}
	list := make([]*near, 0, len(found))
	for _, x := range found {
		list = append(list, x)
	}
	slices.SortFunc(list, func(a, b *near) int {
		if a.distance != b.distance {
			return int(a.distance) - int(b.distance)
		}
		if a.n != b.n {
			if a.n > b.n {
				return -1
			}
			return 1
		}
		if a.term < b.term {
			return -1
		}
		return 1
	})
	out := make([]string, 0, suggestTries)
	for _, x := range list[:min(len(list), suggestTries)] {
		out = append(out, x.term)
	}
	return out, nil
}
