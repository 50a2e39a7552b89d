package indexer

import (
	"cmp"
	"container/heap"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	index "github.com/blevesearch/bleve_index_api"

	"sohoa/archive"
)

// rank is where a paper stands in an order. Equal scores and equal days are told apart by id, later deposits first.
type rank struct {
	score float64
	day   string // yyyymmdd
	id    string // 16 bytes; read only when it is needed
}

// compare orders two ranks without their ids: negative when a comes first.
func compare(sort archive.Sort, a, b *rank) int {
	switch sort {
	case archive.ByNewest:
		return strings.Compare(b.day, a.day)
	case archive.ByOldest:
		return strings.Compare(a.day, b.day)
	}
	return cmp.Compare(b.score, a.score)
}

// candidate is a document that may be among the first.
type candidate struct {
	rank
	reader index.IndexReader
	doc    uint64
}

// identify reads the document's id, which costs too much to be done for every match.
func (c *candidate) identify() error {
	if c.id != "" {
		return nil
	}
	id, err := c.reader.ExternalID(index.NewIndexInternalID(nil, c.doc))
	if err != nil {
		return fmt.Errorf("read document id: %w", err)
	}
	if len(id) != len(archive.ID{}) {
		return errors.New("read document id: not 16 bytes")
	}
	c.id = id
	return nil
}

// top keeps the first size candidates of an order.
type top struct {
	sort archive.Sort
	size int
	heap []candidate // the last of them on top
	err  error
}

func (t *top) Len() int           { return len(t.heap) }
func (t *top) Less(i, j int) bool { return t.compare(&t.heap[i], &t.heap[j]) > 0 }
func (t *top) Swap(i, j int)      { t.heap[i], t.heap[j] = t.heap[j], t.heap[i] }
func (t *top) Push(x any)         { t.heap = append(t.heap, x.(candidate)) }
func (t *top) Pop() any {
	last := t.heap[len(t.heap)-1]
	t.heap = t.heap[:len(t.heap)-1]
	return last
}

func (t *top) compare(a, b *candidate) int {
	if order := compare(t.sort, &a.rank, &b.rank); order != 0 {
		return order
	}
	if err := errors.Join(a.identify(), b.identify()); err != nil {
		t.err = err
		return 0
	}
	return strings.Compare(b.id, a.id)
}

// floor is the score below which nothing gets in any more.
func (t *top) floor() float64 {
	if len(t.heap) < t.size {
		return 0
	}
	return t.heap[0].score
}

func (t *top) offer(c candidate) error {
	if len(t.heap) < t.size {
		heap.Push(t, c)
	} else if t.compare(&c, &t.heap[0]) < 0 {
		t.heap[0] = c
		heap.Fix(t, 0)
	}
	return t.err
}

// sorted empties the top, first ones first.
func (t *top) sorted() ([]candidate, error) {
	out := t.heap
	t.heap = nil
	for i := range out {
		if err := out[i].identify(); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b candidate) int { return t.compare(&a, &b) })
	return out, t.err
}

// cursor is the place after a hit in an order. Deep pages cost what the first costs: nothing is skipped, what comes before
// the cursor is not collected.
type cursor struct {
	sort archive.Sort
	rank rank
}

const (
	scoreCursor = 'r'
	newCursor   = 'n'
	oldCursor   = 'o'
)

func (c cursor) String() string {
	var b []byte
	switch c.sort {
	case archive.ByNewest:
		b = append(append(b, newCursor), c.rank.day...)
	case archive.ByOldest:
		b = append(append(b, oldCursor), c.rank.day...)
	default:
		b = binary.BigEndian.AppendUint64(append(b, scoreCursor), math.Float64bits(c.rank.score))
	}
	return base64.RawURLEncoding.EncodeToString(append(b, c.rank.id...))
}

func parseCursor(s string) (cursor, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 1+8+len(archive.ID{}) {
		return cursor{}, errors.New("not a cursor")
	}
	c := cursor{rank: rank{id: string(b[9:])}}
	switch b[0] {
	case newCursor:
		c.sort, c.rank.day = archive.ByNewest, string(b[1:9])
	case oldCursor:
		c.sort, c.rank.day = archive.ByOldest, string(b[1:9])
	case scoreCursor:
		c.sort, c.rank.score = archive.ByRelevance, math.Float64frombits(binary.BigEndian.Uint64(b[1:9]))
		if math.IsNaN(c.rank.score) {
			return cursor{}, errors.New("not a cursor")
		}
	default:
		return cursor{}, errors.New("not a cursor")
	}
	return c, nil
}
