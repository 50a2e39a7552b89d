package viet

import (
	"bytes"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// sorter pairs a collator with its scratch space; neither may be shared, so they are pooled.
type sorter struct {
	col *collate.Collator
	buf collate.Buffer
}

var sorters = sync.Pool{New: func() any { return &sorter{col: collate.New(language.Vietnamese)} }}

// SortKey returns bytes whose order is the Vietnamese alphabetical order of CLDR (a ă â b c d đ e ê …, tones after letters,
// case last). The two styles of tone placement sort as one. A key is good within one version of the program; keep the
// text beside it and make keys again after an upgrade.
func SortKey(s string) []byte {
	x := sorters.Get().(*sorter)
	defer sorters.Put(x)
	x.buf.Reset()
	return bytes.Clone(x.col.KeyFromString(&x.buf, UnifyTone(NFC(s))))
}

// Compare orders a and b as SortKey does: -1, 0 or 1.
func Compare(a, b string) int {
	x := sorters.Get().(*sorter)
	defer sorters.Put(x)
	return x.col.CompareString(UnifyTone(NFC(a)), UnifyTone(NFC(b)))
}
