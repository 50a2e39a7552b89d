package cos

import "bytes"

// maxSections bounds the /Prev chain: a paper signed by a hundred people has two hundred.
const maxSections = 4096

// readXRef follows the chain from startxref. Whatever is wrong ends it: objects are then found by looking for them.
func (f *File) readXRef() {
	tail := f.data[max(0, len(f.data)-2048):]
	i := bytes.LastIndex(tail, []byte("startxref"))
	if i < 0 {
		f.Repaired = true
		return
	}
	l := NewLexer(tail, i+len("startxref"))
	o, _ := l.Next()
	off, ok := Int(o)
	if !ok {
		f.Repaired = true
		return
	}
	queue := []int64{off}
	seen, halves := map[int64]bool{}, map[int64]bool{}
	for len(queue) > 0 && len(seen) < maxSections && f.ctx.Err() == nil {
		off, queue = queue[0], queue[1:]
		if seen[off] {
			f.Untidy = true
			continue
		}
		seen[off] = true
		before := f.listed
		d, ok := f.section(off)
		if !ok {
			f.Repaired = true
			return
		}
		f.sections = append(f.sections, d)
		if f.listed > before && !halves[off] { // Word ends every file with an empty section that only names a stream
			f.stages++
		}
		// A hybrid file's stream comes before the older sections (ISO 32000-1 §7.5.8.4).
		if p, ok := Int(d.Get("XRefStm")); ok {
			queue = append(queue, p)
			halves[p] = true
		}
		if p, ok := Int(d.Get("Prev")); ok {
			queue = append(queue, p)
		}
	}
}

// checkTable sees whether the entries in force point at the objects they name. The rest of the walk does not depend on it.
func (f *File) checkTable() {
	looked := 0
	for num, p := range f.xref {
		if p.stm != 0 || p.off < 0 {
			continue
		}
		if n, _, _, ok := f.header(p.off); !ok || n != num {
			f.Untidy = true
			return
		}
		if looked++; looked%4096 == 0 && f.ctx.Err() != nil {
			return
		}
	}
}

// section reads one cross-reference section; entries already known are newer and stay.
func (f *File) section(off int64) (Dict, bool) {
	if off < 0 || off >= int64(len(f.data)) {
		return nil, false
	}
	l := NewLexer(f.data, int(off))
	l.NoRefs = true
	l.SkipSpace()
	if bytes.HasPrefix(f.data[l.Pos():], []byte("xref")) {
		l.Seek(l.Pos() + 4)
		return f.table(l)
	}
	num, gen, content, ok := f.header(off)
	if !ok {
		return nil, false
	}
	o, err := f.parseAt(content, Ref{num, gen})
	if err != nil {
		return nil, false
	}
	s, is := o.(*Stream)
	if !is {
		return nil, false
	}
	return s.Dict, f.xrefStream(s)
}

func (f *File) table(l *Lexer) (Dict, bool) {
	for {
		o, ok := l.Next()
		if !ok {
			return nil, false
		}
		if k, is := o.(Keyword); is {
			if k != "trailer" {
				return nil, false
			}
			break
		}
		first, ok1 := o.(int64)
		c, _ := l.Next()
		count, ok2 := c.(int64)
		if !ok1 || !ok2 || first < 0 || count < 0 || count > int64(f.lim.Objects) {
			return nil, false
		}
		for i := range count {
			before := l.Pos()
			a, _ := l.Next()
			if _, is := a.(Keyword); is { // fewer entries than announced
				l.Seek(before)
				break
			}
			_, _ = l.Next()
			k, _ := l.Next()
			f.listed++
			off, isOff := a.(int64)
			if isOff && k == Keyword("n") {
				f.place(int(first+i), place{off: off})
			} else if k == Keyword("f") {
				f.place(int(first+i), place{off: -1})
			}
		}
		if f.ctx.Err() != nil {
			return nil, false
		}
	}
	l.NoRefs = false
	o, _ := l.Next()
	d, is := o.(Dict)
	return d, is
}

func (f *File) place(num int, p place) {
	if p.stm == 0 && p.off > 0 && len(f.xrefOffsets) < f.lim.Objects {
		f.xrefOffsets = append(f.xrefOffsets, p.off)
	}
	if _, known := f.xref[num]; known || len(f.xref) >= f.lim.Objects {
		return
	}
	if p.stm == 0 && p.off <= 0 {
		p.off = -1
	}
	f.xref[num] = p
}

func (f *File) xrefStream(s *Stream) bool {
	var w [3]int
	widths, is := s.Dict.Get("W").(Array)
	if !is || len(widths) < 3 {
		return false
	}
	size := 0
	for i := range w {
		n, ok := Int(widths[i])
		if !ok || n < 0 || n > 8 {
			return false
		}
		w[i] = int(n)
		size += w[i]
	}
	if size == 0 {
		return false
	}
	data, err := f.Bytes(s)
	if err != nil {
		return false
	}
	index, _ := s.Dict.Get("Index").(Array)
	if len(index) < 2 {
		n, _ := Int(s.Dict.Get("Size"))
		index = Array{int64(0), n}
	}
	for k := 0; k+1 < len(index); k += 2 {
		first, ok1 := Int(index[k])
		count, ok2 := Int(index[k+1])
		if !ok1 || !ok2 || first < 0 || first > 1<<31-1 {
			return false
		}
		for i := int64(0); i < count && len(data) >= size; i++ {
			kind := int64(1)
			if w[0] > 0 {
				kind = number64(data[:w[0]])
			}
			a, b := number64(data[w[0]:w[0]+w[1]]), number64(data[w[0]+w[1]:size])
			data = data[size:]
			f.listed++
			switch kind {
			case 0:
				f.place(int(first+i), place{off: -1})
			case 1:
				f.place(int(first+i), place{off: a})
			case 2:
				if a > 0 && a < 1<<31 {
					f.place(int(first+i), place{stm: int(a), idx: int(b)})
				}
			}
		}
	}
	return true
}

func number64(b []byte) (n int64) {
	for _, c := range b {
		n = n<<8 | int64(c)
	}
	return n
}
