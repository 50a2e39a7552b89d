package catalog

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"sohoa/archive"
)

// bind turns the domain's values into what a driver takes: ids, codes, days and times as text, digests as bytes, truth as
// 0 and 1.
func bind(args []any) []any {
	for i, a := range args {
		args[i] = value(a)
	}
	return args
}

func value(a any) any {
	switch v := a.(type) {
	case nil, string, int64, float64, []byte:
		return v
	case int:
		return int64(v)
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	case float32:
		return float64(v)
	case archive.ID:
		return v.String()
	case archive.Digest:
		return v[:]
	case [32]byte:
		return v[:]
	case [16]byte:
		return v[:]
	case archive.Date:
		return v.String()
	case time.Time:
		return timeText(v)
	}
	if v := reflect.ValueOf(a); v.Kind() == reflect.String {
		return v.String()
	}
	panic(fmt.Sprintf("catalog: no column for a %T", a))
}

// timeText is the form of a time in a column; "" for the zero time.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(archive.TimeForm)
}

// targets is bind for what is read.
func targets(to []any) []any {
	for i, p := range to {
		switch v := p.(type) {
		case *archive.ID:
			to[i] = idTarget{v}
		case *archive.Digest:
			to[i] = bytesTarget{v[:]}
		case *[32]byte:
			to[i] = bytesTarget{v[:]}
		case *[16]byte:
			to[i] = bytesTarget{v[:]}
		case *archive.Date:
			to[i] = dayTarget{v}
		case *time.Time:
			to[i] = timeTarget{v}
		}
	}
	return to
}

type idTarget struct{ to *archive.ID }

func (t idTarget) Scan(src any) error { return t.to.UnmarshalText(textOf(src)) }

type bytesTarget struct{ to []byte }

func (t bytesTarget) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok || len(b) != len(t.to) {
		return archive.Errorf(archive.Corrupt, "a column of %d bytes holds %T of %d", len(t.to), src, len(b))
	}
	copy(t.to, b)
	return nil
}

type dayTarget struct{ to *archive.Date }

func (t dayTarget) Scan(src any) error {
	*t.to = archive.Date{}
	s := string(textOf(src))
	if s == "" {
		return nil
	}
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return archive.Errorf(archive.Corrupt, "a day column: %w", err)
	}
	*t.to = archive.DateOf(d)
	return nil
}

type timeTarget struct{ to *time.Time }

func (t timeTarget) Scan(src any) error {
	*t.to = time.Time{}
	s := string(textOf(src))
	if s == "" {
		return nil
	}
	v, err := time.Parse(archive.TimeForm, s)
	if err != nil {
		return archive.Errorf(archive.Corrupt, "a time column: %w", err)
	}
	*t.to = v
	return nil
}

func textOf(src any) []byte {
	switch v := src.(type) {
	case string:
		return []byte(v)
	case []byte:
		return v
	}
	return nil
}

// toJSON is the column text of a list or map; "" for an empty one, so that what was nil is nil again.
func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("catalog: marshal %T: %v", v, err)) // plain data of the domain: cannot fail
	}
	if s := string(b); s != "null" && s != "[]" && s != "{}" {
		return s
	}
	return ""
}

// fromJSON reads such a column into the value that to points to.
func fromJSON(to any) any { return jsonTarget{to} }

type jsonTarget struct{ to any }

func (t jsonTarget) Scan(src any) error {
	b := textOf(src)
	if len(b) == 0 {
		return nil
	}
	if err := json.Unmarshal(b, t.to); err != nil {
		return archive.Errorf(archive.Corrupt, "a JSON column: %w", err)
	}
	return nil
}
