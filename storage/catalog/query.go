package catalog

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"sohoa/archive"
)

// query is a statement that is put together: in add, every ? is the next parameter.
type query struct {
	d    dialect
	free string // the columns whose indexes may be used, where we choose (plan.go); "" means all
	text strings.Builder
	args []any
}

func (q *query) add(text string, args ...any) *query {
	for {
		before, after, found := strings.Cut(text, "?")
		q.text.WriteString(before)
		if !found {
			break
		}
		q.args = append(q.args, args[0])
		args = args[1:]
		q.text.WriteString("$" + strconv.Itoa(len(q.args)))
		text = after
	}
	if len(args) != 0 {
		panic("catalog: more values than parameters")
	}
	return q
}

// in adds "column is one of values". A short list becomes parameters of its own, a long one a single JSON parameter, so
// that the statement stays the same text for every length.
func in[T ~string](q *query, column string, values []T) *query {
	switch {
	case len(values) == 0:
		return q.add("1 = 0")
	case len(values) == 1:
		return q.add(column+" = ?", values[0])
	case len(values) <= 10:
		q.add(column+" IN (?", values[0])
		for _, v := range values[1:] {
			q.add(", ?", v)
		}
		return q.add(")")
	}
	b, err := json.Marshal(texts(values))
	if err != nil {
		panic("catalog: marshal strings: " + err.Error()) // cannot fail
	}
	return q.add(q.d.inJSON(column), string(b))
}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

func (q *query) each(ctx context.Context, t *tx, row func(scan func(...any) error) error) error {
	return t.each(ctx, q.text.String(), q.args, row)
}

// listRows is what a list asks for when it does not say.
const listRows = 50

func limit(n int) int {
	if n <= 0 {
		return listRows
	}
	return n
}

// A cursor is the key of the last row a list has shown, with the name of the order it is of use in. It holds nothing that
// is not in the list already.

func cursor(order string, key ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(order + "\x00" + strings.Join(key, "\x00")))
}

var errBadCursor = archive.Fault(archive.Invalid, "bad_cursor", archive.Text{
	VI: "Vị trí trong danh sách không đúng. Xin mở lại danh sách từ đầu.",
	EN: "The place in the list is not valid. Open the list again from its start.",
})

// parseCursor returns the n parts of the key of a cursor of that order, or bad_cursor.
func parseCursor(order, text string, n int) ([]string, error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || strings.ToValidUTF8(string(b), "") != string(b) {
		return nil, errBadCursor
	}
	parts := strings.Split(string(b), "\x00")
	if len(parts) != n+1 || parts[0] != order {
		return nil, errBadCursor
	}
	return parts[1:], nil
}
