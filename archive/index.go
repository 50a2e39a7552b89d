package archive

import (
	"context"
	"iter"
	"time"
)

// Entry is what the index knows of a document. The words themselves come from Text page by page and are not kept in the
// index; snippets are made from PageTexts again.
type Entry struct {
	Document    Document
	AgencyNames []string                      // names and aliases of the issuing agency and the custodian, for words in a query
	Text        func(context.Context) TextSeq // nil when nothing has been read yet
}

// PageText is the text of one page.
type PageText struct {
	Number int
	Text   string
}

// TextSeq is a sequence of pages' texts; the first error ends it.
type TextSeq = iter.Seq2[PageText, error]

// PageTexts gives the text of a document's head page by page, ascending. A document without text yields
// nothing. It is what snippets are cut from.
type PageTexts func(ctx context.Context, document ID) TextSeq

// Batch is what one Apply changes.
type Batch struct {
	Put    []Entry
	Remove []ID
	Upto   int64 // the change feed is indexed up to and with this Seq
}

// Index finds documents by words. It is derived: lost, it is rebuilt. Implementations are safe for concurrent use, with
// one Apply at a time.
type Index interface {
	// Apply makes the batch searchable and remembers Upto with it, both or neither. It may return before they are
	// durable: after a crash Position tells where to go on.
	Apply(ctx context.Context, b Batch) error
	// Position returns Upto of the last batch that survived; -1 when the index is new.
	Position(ctx context.Context) (int64, error)
	// Search answers q inside q.See. A query that cannot be read is Invalid with code bad_query.
	Search(ctx context.Context, q Query) (Results, error)
	// Count returns how many documents the index holds.
	Count(ctx context.Context) (int64, error)
	Close() error
}

// Sort of search results.
type Sort string

const (
	ByRelevance Sort = "relevance" // default
	ByNewest    Sort = "newest"    // by day of issue where there is one, else by deposit
	ByOldest    Sort = "oldest"
)

// Facet names.
const (
	FacetAgency    = "agency"
	FacetType      = "type"
	FacetYear      = "year"
	FacetProcedure = "procedure"
	FacetState     = "state"
)

// FacetNames lists the facets that can be asked for.
var FacetNames = []string{FacetAgency, FacetType, FacetYear, FacetProcedure, FacetState}

// Query is one question to the index.
type Query struct {
	Text       string // words, "phrases", -not, field:value, prefix*, OR
	See        Visibility
	Agency     AgencyCode   // issuing agency
	Custodians []AgencyCode // any of these; expanded by the caller
	Procedure  ProcedureCode
	Type       string
	Kind       DocumentKind
	States     []State
	Dossier    DossierCode
	OwnerID    string
	IssuedFrom Date
	IssuedTo   Date
	Sort       Sort
	Facets     []string
	After      string // cursor
	Limit      int    // zero means 20
}

// Hit is one found document.
type Hit struct {
	Document ID
	Score    float64
	Snippets []Snippet
}

// Snippet is a stretch of a field with what was found in it. Page is 0 for metadata fields.
type Snippet struct {
	Field string // "text", "subject", "number" …
	Page  int
	Parts []Part
}

// Part is a run of text, found or not.
type Part struct {
	Text string
	Hit  bool
}

// FacetCount is one value of a facet and how many found documents have it.
type FacetCount struct {
	Value string
	Count int
}

// Results is one page of answers. Total and Facets count only what is inside Query.See.
type Results struct {
	Total      int64
	Took       time.Duration
	Hits       []Hit
	Facets     map[string][]FacetCount
	Next       string
	DidYouMean string
}
