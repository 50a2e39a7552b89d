package cos

import (
	"bytes"
	"errors"
)

// scan finds every place where an object or a trailer could begin: in streams, comments and strings too, because a cross-reference
// table may point there.
func (f *File) scan() error {
	for at := 0; ; {
		i := bytes.Index(f.data[at:], []byte("obj"))
		if i < 0 {
			break
		}
		at += i
		if num, gen, ok := numbersBefore(f.data, at); ok || !endsWith(f.data[:at], "end") {
			if !ok {
				num, gen = 0, 0 // `obj` without number: only forgiving readers see it
			}
			f.found = append(f.found, entry{num: int32(num), gen: int32(gen), off: int64(at + 3), in: -1})
			if len(f.found) > f.lim.Objects {
				return &LimitError{What: "objects", Limit: int64(f.lim.Objects)}
			}
			if len(f.found)%4096 == 0 && f.ctx.Err() != nil {
				return f.ctx.Err()
			}
		}
		at += 3
	}
	for at := 0; len(f.trailers) < 4096; {
		i := bytes.Index(f.data[at:], []byte("trailer"))
		if i < 0 {
			break
		}
		at += i + len("trailer")
		o, err := f.parseAt(int64(at), Ref{})
		if err != nil {
			return err
		}
		if d, is := o.(Dict); is {
			f.trailers = append(f.trailers, d)
		}
	}
	return nil
}

func endsWith(b []byte, s string) bool { return bytes.HasSuffix(b, []byte(s)) }

// numbersBefore reads `num gen` backwards from at. Numbers that overflow are not numbers.
func numbersBefore(data []byte, at int) (num, gen int, ok bool) {
	back := func(p int) (n, start int, ok bool) {
		for p > 0 && isSpace(data[p-1]) {
			p--
		}
		end := p
		for p > 0 && data[p-1] >= '0' && data[p-1] <= '9' && end-p < 10 {
			p--
		}
		if p == end {
			return 0, p, false
		}
		for _, c := range data[p:end] {
			n = n*10 + int(c-'0')
		}
		return n, p, n <= 1<<31-1
	}
	gen, p, ok := back(at)
	if !ok || p == 0 || !isSpace(data[p-1]) {
		return 0, 0, false
	}
	num, _, ok = back(p)
	return num, gen, ok
}

// header reads `num gen obj` at off and returns where the object's content begins.
func (f *File) header(off int64) (num, gen int, content int64, ok bool) {
	if off < 0 || off >= int64(len(f.data)) {
		return 0, 0, 0, false
	}
	l := NewLexer(f.data, int(off))
	l.NoRefs = true
	n, _ := l.Next()
	g, _ := l.Next()
	k, _ := l.Next()
	ni, ok1 := n.(int64)
	gi, ok2 := g.(int64)
	kw, _ := k.(Keyword)
	if !ok1 || !ok2 || ni < 0 || ni > 1<<31-1 || gi < 0 || gi > 1<<31-1 || len(kw) < 3 || kw[:3] != "obj" {
		return 0, 0, 0, false
	}
	return int(ni), int(gi), int64(l.Pos() - len(kw) + 3), true
}

// openObjectStreams unpacks the directory of every object stream and adds its objects. A stream that does not unpack is damage; one
// that unpacks too far ends the opening.
func (f *File) openObjectStreams() error {
	if f.lock == Locked {
		return nil
	}
	direct := len(f.found)
	for i := range direct {
		o, err := f.load(int32(i))
		if err != nil {
			return err
		}
		s, is := o.(*Stream)
		if !is {
			continue
		}
		switch {
		case f.holdsObjects(s):
			if err := f.addObjectStream(int32(i), s); err != nil {
				return err
			}
		case f.Resolve(s.Dict.Get("Type")) == Name("XRef"):
			f.trailers = append(f.trailers, s.Dict)
		}
	}
	if len(f.found) > direct {
		f.sortByNumber()
	}
	return nil
}

// holdsObjects says whether any reader could take s for an object stream. Some ask for its type and some only for where the first object
// begins.
func (f *File) holdsObjects(s *Stream) bool {
	for _, e := range s.Dict {
		if e.Key == "Type" && f.Resolve(e.Val) == Name("ObjStm") {
			return true
		}
	}
	return s.Dict.Has("First") && s.Dict.Has("N")
}

// decisive are the keys that say which bytes of an object stream are its objects.
var decisive = []Name{"Type", "N", "First", "Filter", "DecodeParms", "Length", "F"}

func (f *File) addObjectStream(i int32, s *Stream) error {
	for _, key := range decisive {
		if s.Dict.Conflict(key) {
			f.doubt(s.ID.Num)
			break
		}
	}
	if f.crypt != nil { // some readers leave such a stream encrypted, some do not
		for _, filter := range Filters(s.Dict, f.Resolve) {
			if filter.Name == "Crypt" {
				f.doubt(s.ID.Num)
			}
		}
	}
	data, err := f.objectStream(i)
	if limit := (*LimitError)(nil); errors.As(err, &limit) || f.ctx.Err() != nil {
		return err
	}
	if err != nil {
		return nil // damaged: it holds nothing anybody can read
	}
	f.stms = append(f.stms, i)
	n, _ := Int(f.Resolve(s.Dict.Get("N")))
	first, _ := Int(f.Resolve(s.Dict.Get("First")))
	l := NewLexer(data, 0)
	l.NoRefs = true
	for k := int64(0); k < n; k++ {
		numObj, ok1 := l.Next()
		offObj, ok2 := l.Next()
		num, isNum := numObj.(int64)
		off, isOff := offObj.(int64)
		if !ok1 || !ok2 || !isNum || !isOff || num < 0 || num > 1<<31-1 || off < 0 || off+first > int64(len(data)) {
			break
		}
		f.found = append(f.found, entry{num: int32(num), off: off + first, in: i})
		if len(f.found) > f.lim.Objects {
			return &LimitError{"objects", int64(f.lim.Objects), s.ID.Num}
		}
	}
	return f.ctx.Err()
}

// objectStream returns the unpacked bytes of the object stream found[i]; a few of them are kept.
func (f *File) objectStream(i int32) ([]byte, error) {
	if data, ok := f.stmCache[i]; ok {
		return data, nil
	}
	e := f.found[i]
	o, err := f.parseAt(e.off, Ref{int(e.num), int(e.gen)})
	if err != nil {
		return nil, err
	}
	s, is := o.(*Stream)
	if !is {
		return nil, errSyntax
	}
	data, err := f.Bytes(s)
	if err != nil {
		return nil, err
	}
	if f.stmCost += len(data); f.stmCost > 16<<20 {
		clear(f.stmCache)
		f.stmCost = len(data)
	}
	f.stmCache[i] = data
	return data, nil
}

// Found is one object as EachObject meets it.
type Found struct {
	ID     Ref
	Object Object
	// Offset is where it stands in the file; for an object in an object stream, where that stream stands.
	Offset int64
	// Trailer is set for trailer dictionaries.
	Trailer bool
	// Packed is set for objects in an object stream: their texts are not encrypted by themselves.
	Packed bool
}

// EachObject calls each with every definition of every object: all revisions, all object streams, everything a cross-reference table
// points at and everything none points at, and all trailers. It stops at the first error, its own (*LimitError, ctx) or each's.
func (f *File) EachObject(each func(Found) error) error {
	seen := map[int64]bool{}
	f.walked = 0
	for i := range f.found {
		e := f.found[i]
		before := f.values
		o, err := f.load(int32(i))
		f.walked += f.values - before
		if err != nil {
			return err
		}
		at := e.off
		if e.in >= 0 {
			at = f.found[e.in].off
		}
		if err := each(Found{ID: Ref{int(e.num), int(e.gen)}, Object: o, Offset: at, Packed: e.in >= 0}); err != nil {
			return err
		}
		if e.in < 0 {
			seen[e.off] = true
		}
	}
	for _, off := range f.xrefOffsets {
		num, gen, content, ok := f.header(off)
		if !ok || seen[content] {
			continue
		}
		seen[content] = true
		o, err := f.parseAt(content, Ref{num, gen})
		if err != nil {
			return err
		}
		if err := each(Found{ID: Ref{num, gen}, Object: o, Offset: content}); err != nil {
			return err
		}
	}
	for _, t := range append(append([]Dict{}, f.sections...), f.trailers...) {
		if err := each(Found{Object: t, Trailer: true}); err != nil {
			return err
		}
	}
	return nil
}
