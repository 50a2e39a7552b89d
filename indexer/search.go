package indexer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	index "github.com/blevesearch/bleve_index_api"

	"sohoa/archive"
)

const (
	defaultLimit = 20
	maxLimit     = 200
)

// checkEvery is how many documents pass between two looks at whether the caller has gone.
const checkEvery = 4096

// Search implements archive.Index. Limit is at most 200.
func (ix *Index) Search(ctx context.Context, q archive.Query) (res archive.Results, err error) {
	defer guard("search the index", &err)
	began := time.Now()
	s, err := newSearch(q)
	if err != nil {
		return archive.Results{}, err
	}
	if err := ix.freeze(s); err != nil {
		return archive.Results{}, err
	}
	defer ix.searches.Done()
	defer s.close()
	if err := s.run(ctx); err != nil {
		return archive.Results{}, err
	}
	res = archive.Results{Total: s.total, Facets: s.facetResults(), Hits: []archive.Hit{}}
	hits, err := s.top.sorted()
	if err != nil {
		return archive.Results{}, err
	}
	if len(hits) > s.limit {
		hits = hits[:s.limit]
		res.Next = cursor{s.sort, hits[len(hits)-1].rank}.String()
	}
	for _, h := range hits {
		parts, err := s.stored(h)
		if err != nil {
			return archive.Results{}, err
		}
		id := archive.ID([]byte(h.id))
		res.Hits = append(res.Hits, archive.Hit{Document: id, Score: h.score, Snippets: s.snippets(ctx, ix.options.Texts, id, parts)})
	}
	if s.total == 0 && s.fresh() {
		if res.DidYouMean, err = s.suggest(ctx); err != nil {
			return archive.Results{}, err
		}
	}
	res.Took = time.Since(began)
	return res, nil
}

// searching is one search under way.
type searching struct {
	q      archive.Query
	text   question
	sort   archive.Sort
	after  *cursor
	limit  int
	corpus corpus
	facets []*facet
	top    *top
	total  int64
	budget int // bytes of text that snippets may still look at
}

func newSearch(q archive.Query) (*searching, error) {
	s := &searching{q: q, sort: q.Sort, limit: q.Limit, budget: snippetBudget}
	var err error
	if s.text, err = parse(q.Text); err != nil {
		return nil, err
	}
	if s.limit <= 0 {
		s.limit = defaultLimit
	}
	s.limit = min(s.limit, maxLimit)
	switch s.sort {
	case "":
		s.sort = archive.ByRelevance
	case archive.ByRelevance, archive.ByNewest, archive.ByOldest:
	default:
		return nil, invalid("sort", archive.Text{VI: "Không có cách sắp xếp này.", EN: "There is no such order."})
	}
	if q.After != "" {
		c, err := parseCursor(q.After)
		if err != nil || c.sort != s.sort {
			return nil, invalid("cursor", archive.Text{VI: "Dấu trang kết quả không đúng. Xin tìm lại từ đầu.", EN: "The cursor is not valid. Search again from the start."})
		}
		s.after = &c
	}
	if s.facets, err = newFacets(q.Facets); err != nil {
		return nil, err
	}
	s.top = &top{sort: s.sort, size: s.limit + 1}
	return s, nil
}

func invalid(field string, msg archive.Text) error {
	return &archive.Error{Kind: archive.Invalid, Code: "invalid_" + field, Msg: msg,
		Fields: []archive.FieldError{{Field: field, Code: "invalid", Msg: msg}}}
}

// freeze gives s the shards as they are at this moment. What is applied later neither shows in s nor waits for it. The
// caller says Done when s no longer needs them.
func (ix *Index) freeze(s *searching) error {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if ix.closed {
		return closed()
	}
	if err := s.open(ix.shards); err != nil {
		s.close()
		return err
	}
	ix.searches.Add(1)
	return nil
}

// open opens readers of the shards.
func (s *searching) open(shards []*shard) error {
	s.corpus.counts = map[string]uint64{}
	for _, sh := range shards {
		adv, err := sh.index.Advanced()
		if err != nil {
			return fmt.Errorf("read shard %s: %w", sh.name, err)
		}
		r, err := adv.Reader()
		if err != nil {
			return fmt.Errorf("read shard %s: %w", sh.name, err)
		}
		s.corpus.readers = append(s.corpus.readers, r)
		n, err := r.DocCount()
		if err != nil {
			return fmt.Errorf("count shard %s: %w", sh.name, err)
		}
		s.corpus.papers += n
	}
	return nil
}

func (s *searching) close() {
	for _, r := range s.corpus.readers {
		_ = r.Close()
	}
}

// fresh reports whether this is the first page of a question with words.
func (s *searching) fresh() bool { return s.after == nil && len(s.text.clauses) > 0 }

func (s *searching) run(ctx context.Context) error {
	for _, r := range s.corpus.readers {
		if err := s.runShard(ctx, r); err != nil {
			return fmt.Errorf("search: %w", err)
		}
	}
	return nil
}

// runShard collects what one shard has.
func (s *searching) runShard(ctx context.Context, r index.IndexReader) error {
	p := planner{ctx: ctx, c: &s.corpus, r: r, ranked: s.sort == archive.ByRelevance}
	plan, err := p.plan(s.text, &s.q)
	if err != nil {
		return err
	}
	defer plan.close()
	values, err := newValues(r, s.facets, s.sort)
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		doc, err := plan.walk.next()
		if err != nil || doc == noDoc {
			return err
		}
		if ok, err := plan.holds(doc); err != nil {
			return err
		} else if !ok {
			continue
		}
		s.total++
		if err := values.visit(doc); err != nil {
			return err
		}
		c := candidate{reader: r, doc: doc}
		if p.ranked {
			var ok bool
			if c.rank.score, ok, err = plan.rank(doc, s.top.floor()); err != nil {
				return err
			} else if !ok {
				continue
			}
		} else {
			c.rank.day = values.day
		}
		if err := s.offer(c); err != nil {
			return err
		}
	}
}

// offer gives c to the top, when it comes after the cursor.
func (s *searching) offer(c candidate) error {
	if s.after != nil {
		order := compare(s.sort, &c.rank, &s.after.rank)
		if order == 0 {
			if err := c.identify(); err != nil {
				return err
			}
			order = strings.Compare(s.after.rank.id, c.rank.id)
		}
		if order <= 0 {
			return nil
		}
	}
	return s.top.offer(c)
}

// holds looks closer at a document that the bitmaps gave.
func (p *plan) holds(doc uint64) (bool, error) {
	for _, d := range p.must {
		if ok, err := d.on(doc); err != nil || !ok {
			return false, err
		}
	}
	for _, d := range p.not {
		if out, err := d.on(doc); err != nil || out {
			return false, err
		}
	}
	return true, nil
}

// half is the weight at which a paper gets half of what its words alone can give.
const half = 10

// rank weighs doc, which holds. The whole number says how many words stand there with exactly the marks typed, and comes
// before everything else; the fraction is the weight of the words. It gives up, with false, once doc cannot reach floor.
func (p *plan) rank(doc uint64, floor float64) (float64, bool, error) {
	var marks, weight float64
	for _, d := range p.exact {
		ok, err := d.on(doc)
		if err != nil {
			return 0, false, err
		}
		if ok {
			marks++
		}
	}
	if marks+1 <= floor {
		return 0, false, nil
	}
	for _, d := range p.must {
		weight += d.score()
	}
	for _, group := range [2][]probe{p.weigh, p.head} {
		for _, d := range group {
			ok, err := d.on(doc)
			if err != nil {
				return 0, false, err
			}
			if ok {
				weight += d.score()
			}
		}
	}
	if p.near != nil {
		if most := weight + nearFactor; marks+most/(most+half) < floor {
			return 0, false, nil
		}
		share, err := p.near.near(doc)
		if err != nil {
			return 0, false, err
		}
		weight += share * nearFactor
	}
	return marks + weight/(weight+half), true, nil
}

// stored returns the metadata kept with a hit.
func (s *searching) stored(h candidate) ([]part, error) {
	doc, err := h.reader.Document(h.rank.id)
	if err != nil {
		return nil, fmt.Errorf("read hit: %w", err)
	}
	if doc == nil {
		return nil, errors.New("read hit: its document is not in the shard")
	}
	var parts []part
	doc.VisitFields(func(f index.Field) {
		if f.Name() == fStored {
			parts = unpackParts(f.Value())
		}
	})
	return parts, nil
}

// values reads the doc values that facets and order need.
type values struct {
	reader index.DocValueReader
	facets map[string]*facet
	id     index.IndexInternalID
	day    string
}

func newValues(r index.IndexReader, facets []*facet, sort archive.Sort) (*values, error) {
	v := &values{facets: make(map[string]*facet, len(facets))}
	var fields []string
	for _, f := range facets {
		v.facets[f.field] = f
		fields = append(fields, f.field)
	}
	if sort != archive.ByRelevance {
		fields = append(fields, kDay)
	}
	if len(fields) == 0 {
		return v, nil
	}
	var err error
	v.reader, err = r.DocValueReader(slices.Compact(fields))
	return v, err
}

// visit counts doc in the facets and reads its day.
func (v *values) visit(doc uint64) error {
	if v.reader == nil {
		return nil
	}
	v.id = index.NewIndexInternalID(v.id, doc)
	v.day = ""
	return v.reader.VisitDocValues(v.id, func(field string, term []byte) {
		if field == kDay {
			v.day = string(term)
			return
		}
		if f := v.facets[field]; f != nil {
			f.count(term)
		}
	})
}
