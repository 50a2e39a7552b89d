// Package cos reads the object syntax of PDF (ISO 32000-1 §7) from bytes that may be hostile. It differs from a viewer's parser in
// what it is for: it does not only follow the cross-reference table of the newest revision but finds every object anywhere in the
// file — older revisions, object streams, objects no table mentions — so that nothing a more forgiving reader might find stays
// unseen. It never inflates more than it is allowed to, never recurses deeper than it is allowed to, and does not cache without bound.
package cos

import (
	"fmt"
	"slices"
	"strconv"
)

// Object is one PDF value: nil, bool, int64, float64, Name, String, Array, Dict, Ref, *Stream or Keyword.
type Object any

// Name is a name without its slash, #xx escapes decoded: `/J#61vaScript` is Name("JavaScript").
type Name string

// String is the content of a literal or hexadecimal string, undecoded and still encrypted if the file is.
type String string

// Keyword is a bare word: an operator in a content stream, or nonsense.
type Keyword string

// Array is a PDF array.
type Array []Object

// Ref points at an indirect object.
type Ref struct{ Num, Gen int }

func (r Ref) String() string { return strconv.Itoa(r.Num) + " " + strconv.Itoa(r.Gen) + " R" }

// Entry is one key with its value.
type Entry struct {
	Key Name
	Val Object
}

// Dict keeps every entry in the order of the file, duplicate keys too: readers differ in which one they believe, so whoever looks for
// danger looks at all of them.
type Dict []Entry

// Get returns the value of the last entry called key, or nil.
func (d Dict) Get(key Name) Object {
	for i := len(d) - 1; i >= 0; i-- {
		if d[i].Key == key {
			return d[i].Val
		}
	}
	return nil
}

// Has says whether key occurs at all.
func (d Dict) Has(key Name) bool {
	for _, e := range d {
		if e.Key == key {
			return true
		}
	}
	return false
}

// Conflict says whether key occurs twice with different values: readers differ in which one they believe.
func (d Dict) Conflict(key Name) bool {
	var first Object
	seen := false
	for _, e := range d {
		if e.Key != key {
			continue
		}
		if seen && !Equal(first, e.Val) {
			return true
		}
		first, seen = e.Val, true
	}
	return false
}

// Equal compares two values as they are written; references are equal when they point at the same object. Streams are never equal.
func Equal(a, b Object) bool {
	switch x := a.(type) {
	case Array:
		y, is := b.(Array)
		return is && slices.EqualFunc(x, y, Equal)
	case Dict:
		y, is := b.(Dict)
		return is && slices.EqualFunc(x, y, func(a, b Entry) bool { return a.Key == b.Key && Equal(a.Val, b.Val) })
	case *Stream:
		return false
	}
	switch b.(type) {
	case Array, Dict, *Stream:
		return false
	}
	return a == b
}

// Name returns the direct name stored under key, or "".
func (d Dict) Name(key Name) Name {
	n, _ := d.Get(key).(Name)
	return n
}

// Stream is a dictionary with bytes. The bytes stay where they are: Raw and Decode of File give them.
type Stream struct {
	Dict Dict

	// ID is the object the stream was read as; decryption depends on it.
	ID Ref

	// Start is where the bytes begin in the file.
	Start int64
}

// Int reads a whole number; a real number is cut. ok is false for anything else.
func Int(o Object) (n int64, ok bool) {
	switch v := o.(type) {
	case int64:
		return v, true
	case float64:
		if v > 1e15 || v < -1e15 || v != v {
			return 0, false
		}
		return int64(v), true
	}
	return 0, false
}

// Number reads a number of either kind.
func Number(o Object) (x float64, ok bool) {
	switch v := o.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, v == v
	}
	return 0, false
}

// LimitError says that a file asked for more than its budget. The caller refuses the file with limits_exceeded.
type LimitError struct {
	// What names the budget: "objects", "depth", "stream_bytes", "total_bytes", "work".
	What string
	// Limit is the budget that was spent.
	Limit int64
	// Object is the number of the object it was spent on; 0 when it was no single one.
	Object int
}

func (e *LimitError) Error() string { return fmt.Sprintf("pdf budget %s of %d spent", e.What, e.Limit) }
