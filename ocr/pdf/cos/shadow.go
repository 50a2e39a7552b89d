package cos

import (
	"bytes"
	"io"
)

// Shadow writes the newest revision anew as a plain file: same objects, same numbers, object streams dissolved, a fresh cross-reference
// table. The bytes of streams for which empty says true are left out, and mend may put something in a dictionary (nil: nothing is
// mended). A validator that holds a whole file in memory can so judge the structure of a file of scans a hundred times as large. Files that
// need a password cannot be written this way; of others the shadow is not encrypted.
func (f *File) Shadow(w io.Writer, empty func(*Stream) bool, mend func(num int, d Dict) Dict) error {
	out := NewWriter(w, shadowVersion, 0)
	for n := range f.Numbers() {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		o, packed, err := f.lookup(Ref{Num: n})
		if err != nil {
			return err
		}
		out.Used(n)
		s, is := o.(*Stream)
		if f.crypt != nil && !packed {
			id := Ref{Num: n}
			if is {
				id = s.ID
				s = &Stream{Dict: f.plain(s.Dict, id).(Dict), ID: s.ID, Start: s.Start}
			} else {
				o = f.plain(o, id)
			}
		}
		switch {
		case o == nil, is && (s.Dict.Name("Type") == "ObjStm" || s.Dict.Name("Type") == "XRef"):
		case is && empty(s):
			out.Stream(n, s.Dict, nil)
		case is:
			raw, err := f.Unlocked(s)
			if err != nil {
				return err
			}
			out.Stream(n, s.Dict, raw)
		default:
			if d, is := o.(Dict); is && mend != nil {
				o = mend(n, d)
			}
			out.Object(n, o)
		}
	}
	trailer := Dict{}
	for _, key := range []Name{"Root", "Info", "ID"} {
		if v := f.trailer.Get(key); v != nil {
			trailer = append(trailer, Entry{key, v})
		}
	}
	return out.Finish(trailer)
}

// plain decrypts the texts of an object.
func (f *File) plain(o Object, id Ref) Object {
	switch v := o.(type) {
	case String:
		return f.crypt.text(v, id)
	case Array:
		out := make(Array, len(v))
		for i, e := range v {
			out[i] = f.plain(e, id)
		}
		return out
	case Dict:
		out := make(Dict, len(v))
		for i, e := range v {
			out[i] = Entry{e.Key, f.plain(e.Val, id)}
		}
		return out
	}
	return o
}

// Unlocked returns the bytes of a stream, decrypted and still under its filters.
func (f *File) Unlocked(s *Stream) ([]byte, error) {
	raw := f.Raw(s)
	if f.crypt == nil {
		return raw, nil
	}
	return io.ReadAll(f.crypt.reader(bytes.NewReader(raw), s, f.Resolve))
}

// shadowVersion allows everything a validator that asks for versions might.
const shadowVersion = "1.7"
