package cos

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"sort"
)

// Limits bound what one File may cost. Every zero means the default.
type Limits struct {
	Objects     int   // objects in the file, all revisions together; default 1,000,000
	Depth       int   // nesting of arrays and dictionaries; default 100
	StreamBytes int64 // what one stream may unpack to, at every step of its chain; default 256 MB
	TotalBytes  int64 // what all streams may unpack to together; default 1 GB
	HeldBytes   int64 // what may be unpacked into memory at once: object streams, page contents; default 32 MB
	Values      int   // values (numbers, names, …) in one object; default 500,000
}

func (l Limits) withDefaults() Limits {
	def := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	def64 := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&l.Objects, 1_000_000)
	def(&l.Depth, 100)
	def(&l.Values, 500_000)
	def64(&l.StreamBytes, 256<<20)
	def64(&l.TotalBytes, 1<<30)
	def64(&l.HeldBytes, 32<<20)
	return l
}

// File is one PDF. It is used by one goroutine at a time.
type File struct {
	ctx  context.Context
	data []byte
	lim  Limits

	found []entry // every `n g obj` in the file, then every object of every object stream
	byNum []int32 // indexes into found, by number, then by place
	xref  map[int]place
	stms  []int32 // indexes into found of the object streams

	sections    []Dict // trailers and cross-reference stream dictionaries of the /Prev chain, newest first
	trailers    []Dict // the same and every other one found, in the order of the file
	xrefOffsets []int64
	listed      int // entries of all sections
	stages      int // sections with entries, not counting those that are the stream half of a table
	trailer     Dict
	crypt       *crypt
	lock        Lock
	plainly     bool // texts of objects are given decrypted

	// Repaired says that the cross-reference table was missing or wrong and objects were found by looking for them.
	Repaired bool
	// Untidy says that the table is wrong in places that need no repair: entries that point at nothing, a chain that runs in a circle,
	// objects in use that it does not list. Readers may differ in what they make of it.
	Untidy bool
	// Rootless says that no trailer names a catalogue and one was found by looking for it. Most readers do not open such a file.
	Rootless bool

	// Foreign says of a Locked file that it asks for no password: its method of encryption is a certificate's, or nobody described it.
	Foreign bool

	ambiguous []int

	cache      map[int]Object
	cacheCost  int
	stmCache   map[int32][]byte
	stmCost    int
	endstreams []int64
	spent      int64
	work       int64
	values     int // read so far, the same ones again whenever they are read again
	walked     int // of these, by EachObject itself
}

// entry is one definition of an object: at off in the file, or the idx-th of the object stream found[in].
type entry struct {
	num, gen int32
	off      int64 // in the file: after `obj`; in an object stream: of the object in the unpacked bytes
	in       int32 // -1: in the file
}

// place is what a cross-reference table says.
type place struct {
	off int64 // of `n g obj`, when stm is 0
	stm int   // number of the object stream
	idx int
}

// ErrNotPDF says that the bytes hold no object and no trailer at all.
var ErrNotPDF = errors.New("no pdf objects")

// Open indexes data, which must stay unchanged while the File is used. It returns a *LimitError when a budget is spent, ctx's error,
// or ErrNotPDF. A file that needs a password opens, with Lock() == Locked; its object streams stay closed.
func Open(ctx context.Context, data []byte, lim Limits) (*File, error) {
	f := &File{ctx: ctx, data: data, lim: lim.withDefaults(), xref: map[int]place{}, cache: map[int]Object{}, stmCache: map[int32][]byte{}}
	if err := f.scan(); err != nil {
		return nil, err
	}
	f.sortByNumber()
	f.readXRef()
	if len(f.found) == 0 && len(f.trailers) == 0 && len(f.sections) == 0 {
		return nil, ErrNotPDF
	}
	f.checkTable()
	f.unlock()
	if err := f.openObjectStreams(); err != nil {
		return nil, err
	}
	f.chooseTrailer()
	return f, f.ctx.Err()
}

// Lock says how the file is encrypted.
func (f *File) Lock() Lock { return f.lock }

// Size is the length of the file in bytes.
func (f *File) Size() int64 { return int64(len(f.data)) }

// Data is the whole file.
func (f *File) Data() []byte { return f.data }

// Trailer is the newest trailer that names a catalogue.
func (f *File) Trailer() Dict { return f.trailer }

// Revisions is the number of cross-reference sections in the chain of the newest one; 0 when there is no usable chain.
func (f *File) Revisions() int { return len(f.sections) }

// Updates is how often the file was changed and saved again by writing behind what was there; 0 when there is no usable chain.
func (f *File) Updates() int {
	if f.Repaired {
		return 0
	}
	n := f.stages - 1
	for i := range min(len(f.found), 3) { // a linearised file has two sections from the start, and says so in its first object
		if d, ok := f.parsed(int32(i)); ok && d.Has("Linearized") {
			n--
			break
		}
	}
	return max(0, n)
}

func (f *File) parsed(i int32) (Dict, bool) {
	o, err := f.load(i)
	d, is := o.(Dict)
	return d, is && err == nil
}

// Root is the document catalogue; nil when there is none.
func (f *File) Root() Dict {
	d, _ := f.Dict(f.trailer.Get("Root"))
	return d
}

// Spent is how many bytes streams were unpacked to so far.
func (f *File) Spent() int64 { return f.spent }

// Refill makes the budget of unpacked bytes whole again: a reader that goes page by page is bounded per page.
func (f *File) Refill() { f.spent = 0 }

// Ambiguous lists the objects (0: a trailer) that are written so that readers must differ in what they read: whether the file is encrypted,
// which bytes of an object stream count. There is no honest reason for it.
func (f *File) Ambiguous() []int { return f.ambiguous }

// Plainly makes later calls give the texts of objects decrypted, as if the file had been written without encryption. It is for copying a file
// that is OwnerLocked; the bytes of its streams are those of Unlocked.
func (f *File) Plainly() {
	if f.crypt != nil {
		f.plainly = true
		clear(f.cache)
		f.cacheCost = 0
	}
}

// Text returns what a string says that stands in object id, decrypted where strings are. Strings of packed objects are not.
func (f *File) Text(s String, id Ref) String {
	if f.crypt == nil || f.plainly {
		return s
	}
	return f.crypt.text(s, id)
}

func (f *File) doubt(object int) {
	if len(f.ambiguous) < 100 {
		f.ambiguous = append(f.ambiguous, object)
	}
}

// Use makes later calls obey ctx.
func (f *File) Use(ctx context.Context) { f.ctx = ctx }

// Values is how many values all objects hold together, known after EachObject.
func (f *File) Values() int { return f.walked }

// charge counts bytes looked at, so that crossing pieces of garbage cannot cost quadratic time.
func (f *File) charge(n int) error {
	f.work += int64(n)
	if limit := 64*int64(len(f.data)) + 256<<20; f.work > limit {
		return &LimitError{What: "work", Limit: limit}
	}
	return f.ctx.Err()
}

// parseAt reads the object whose content starts at off.
func (f *File) parseAt(off int64, id Ref) (Object, error) {
	l := NewLexer(f.data, int(off))
	l.MaxDepth, l.MaxValues = f.lim.Depth, f.lim.Values
	o, _ := l.Next()
	if err := f.charge(l.Pos() - int(off)); err != nil {
		return nil, err
	}
	if err := f.check(l, id.Num); err != nil {
		return nil, err
	}
	d, is := o.(Dict)
	if !is {
		return o, nil
	}
	l.SkipSpace()
	rest := f.data[min(l.Pos(), len(f.data)):]
	if !bytes.HasPrefix(rest, []byte("stream")) {
		return d, nil
	}
	start := l.Pos() + len("stream")
	for start < len(f.data) && (f.data[start] == ' ' || f.data[start] == '\t') {
		start++
	}
	if start < len(f.data) && f.data[start] == '\r' {
		start++
	}
	if start < len(f.data) && f.data[start] == '\n' {
		start++
	}
	return &Stream{Dict: d, ID: id, Start: int64(start)}, nil
}

func (f *File) check(l *Lexer, object int) error {
	f.values += l.Values
	if l.TooDeep {
		return &LimitError{"depth", int64(f.lim.Depth), object}
	}
	if l.TooMany {
		return &LimitError{"values", int64(f.lim.Values), object}
	}
	return nil
}

// load reads one definition.
func (f *File) load(i int32) (Object, error) {
	e := f.found[i]
	id := Ref{int(e.num), int(e.gen)}
	if e.in < 0 {
		return f.parseAt(e.off, id)
	}
	data, err := f.objectStream(e.in)
	if err != nil || e.off >= int64(len(data)) {
		return nil, err
	}
	l := NewLexer(data, int(e.off))
	l.MaxDepth, l.MaxValues = f.lim.Depth, f.lim.Values
	o, _ := l.Next()
	if err := f.charge(l.Pos() - int(e.off)); err != nil {
		return nil, err
	}
	return o, f.check(l, id.Num)
}

// Resolve follows references to what the newest revision says; what cannot be read is nil.
func (f *File) Resolve(o Object) Object {
	for range 32 {
		r, is := o.(Ref)
		if !is {
			return o
		}
		o = f.object(r)
	}
	return nil
}

// Dict resolves o to a dictionary, a stream's dictionary included.
func (f *File) Dict(o Object) (Dict, bool) {
	switch v := f.Resolve(o).(type) {
	case Dict:
		return v, true
	case *Stream:
		return v.Dict, true
	}
	return nil, false
}

func (f *File) object(r Ref) Object {
	if o, ok := f.cache[r.Num]; ok {
		return o
	}
	before := f.values
	o, packed, err := f.lookup(r)
	if err != nil {
		return nil
	}
	if f.plainly && !packed {
		if s, is := o.(*Stream); is {
			o = &Stream{Dict: f.plain(s.Dict, s.ID).(Dict), ID: s.ID, Start: s.Start}
		} else {
			o = f.plain(o, r)
		}
	}
	cost := f.values - before + 1
	if f.cacheCost += cost; f.cacheCost > 200_000 {
		clear(f.cache)
		f.cacheCost = cost
	}
	f.cache[r.Num] = o
	return o
}

// lookup reads what the newest revision says of an object; packed is set when it lies in an object stream.
func (f *File) lookup(r Ref) (o Object, packed bool, err error) {
	if p, ok := f.xref[r.Num]; ok {
		if p.stm == 0 {
			if p.off < 0 && !f.Repaired {
				return nil, false, nil // freed
			}
			if num, gen, off, ok := f.header(p.off); ok && num == r.Num {
				o, err = f.parseAt(off, Ref{num, gen})
				return o, false, err
			}
			f.Repaired = true
		} else if i, ok := f.inStream(p.stm, r.Num); ok {
			o, err = f.load(i)
			return o, true, err
		}
	}
	if i, ok := f.last(r.Num); ok {
		f.Untidy = true
		o, err = f.load(i)
		return o, f.found[i].in >= 0, err
	}
	return nil, false, nil
}

// Numbers are the numbers of all objects, each once, in order.
func (f *File) Numbers() iter.Seq[int] {
	return func(yield func(int) bool) {
		last := 0
		for _, i := range f.byNum {
			if n := int(f.found[i].num); n > last {
				if last = n; !yield(n) {
					return
				}
			}
		}
	}
}

// inStream finds object num in the newest object stream that is object stm.
func (f *File) inStream(stm, num int) (int32, bool) {
	defs := f.definitions(num)
	for i := len(defs) - 1; i >= 0; i-- {
		if e := f.found[defs[i]]; e.in >= 0 && int(f.found[e.in].num) == stm {
			return defs[i], true
		}
	}
	return 0, false
}

// definitions returns every definition of object num, in the order of the file.
func (f *File) definitions(num int) []int32 {
	lo := sort.Search(len(f.byNum), func(i int) bool { return int(f.found[f.byNum[i]].num) >= num })
	hi := lo
	for hi < len(f.byNum) && int(f.found[f.byNum[hi]].num) == num {
		hi++
	}
	return f.byNum[lo:hi]
}

func (f *File) last(num int) (int32, bool) {
	defs := f.definitions(num)
	if len(defs) == 0 {
		return 0, false
	}
	return defs[len(defs)-1], true
}

// All returns what o may mean in any revision: o itself, or every definition of the object it points at (at most 64).
func (f *File) All(o Object) []Object {
	r, is := o.(Ref)
	if !is {
		return []Object{o}
	}
	out := []Object{f.Resolve(r)}
	for _, i := range f.definitions(r.Num) {
		if len(out) >= 64 {
			break
		}
		if v, err := f.load(i); err == nil {
			out = append(out, f.Resolve(v))
		}
	}
	return out
}

func (f *File) sortByNumber() {
	f.byNum = make([]int32, len(f.found))
	for i := range f.byNum {
		f.byNum[i] = int32(i)
	}
	// Objects of an object stream stand where their stream stands.
	at := func(i int32) int64 {
		if e := f.found[i]; e.in >= 0 {
			return f.found[e.in].off
		}
		return f.found[i].off
	}
	sort.Slice(f.byNum, func(a, b int) bool {
		x, y := f.byNum[a], f.byNum[b]
		if f.found[x].num != f.found[y].num {
			return f.found[x].num < f.found[y].num
		}
		if at(x) != at(y) {
			return at(x) < at(y)
		}
		return x < y
	})
}
