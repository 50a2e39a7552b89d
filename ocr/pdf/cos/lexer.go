package cos

import (
	"errors"
	"strconv"
)

// errSyntax ends the parsing of one object; what was read before it is still used.
var errSyntax = errors.New("pdf syntax")

// Lexer reads objects one after another. It is used on whole files, on decoded object streams and on content streams.
type Lexer struct {
	buf   []byte
	pos   int
	depth int

	// MaxDepth bounds the nesting of arrays and dictionaries.
	MaxDepth int

	// NoRefs is set for content streams, where `1 0 R` is two numbers and a word.
	NoRefs bool

	// TooDeep is set once an object was nested deeper than MaxDepth.
	TooDeep bool

	// MaxValues bounds the values of one object, because a megabyte of `0 0 0` is twenty megabytes of memory.
	MaxValues int

	// TooMany is set once an object had more than MaxValues values.
	TooMany bool

	// Values counts the values read so far.
	Values int

	first int // Values when the present object began
}

// NewLexer reads buf from position pos.
func NewLexer(buf []byte, pos int) *Lexer {
	return &Lexer{buf: buf, pos: pos, MaxDepth: 100, MaxValues: 500_000}
}

// Pos is the position after what was read.
func (l *Lexer) Pos() int { return l.pos }

// Seek goes on reading at pos.
func (l *Lexer) Seek(pos int) { l.pos = pos }

// Bytes is what the lexer reads from.
func (l *Lexer) Bytes() []byte { return l.buf }

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelim(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

// IsRegular says whether c can be part of a name, a number or a word.
func IsRegular(c byte) bool { return !isSpace(c) && !isDelim(c) }

// SkipSpace passes white space and comments.
func (l *Lexer) SkipSpace() {
	for l.pos < len(l.buf) {
		c := l.buf[l.pos]
		switch {
		case isSpace(c):
			l.pos++
		case c == '%':
			for l.pos < len(l.buf) && l.buf[l.pos] != '\n' && l.buf[l.pos] != '\r' {
				l.pos++
			}
		default:
			return
		}
	}
}

// Next reads one object. At the end of the input ok is false. Damage inside an object ends that object early and is not an error: the
// part before it is returned, because a more forgiving reader would use it too.
func (l *Lexer) Next() (o Object, ok bool) {
	l.first = l.Values
	o, err := l.object()
	if err != nil {
		return o, o != nil
	}
	return o, true
}

// object returns errSyntax at the end of the input and at a closing bracket without an opening one.
func (l *Lexer) object() (Object, error) {
	l.SkipSpace()
	if l.pos >= len(l.buf) {
		return nil, errSyntax
	}
	l.Values++
	if l.Values-l.first > l.MaxValues {
		l.TooMany = true
		return nil, errSyntax
	}
	c := l.buf[l.pos]
	switch {
	case c == '/':
		l.pos++
		return l.name(), nil
	case c == '(':
		l.pos++
		return l.literal(), nil
	case c == '<':
		if l.pos+1 < len(l.buf) && l.buf[l.pos+1] == '<' {
			l.pos += 2
			return l.dict()
		}
		l.pos++
		return l.hex(), nil
	case c == '[':
		l.pos++
		return l.array()
	case c == ']' || c == '}' || c == ')' || c == '{':
		l.pos++
		return Keyword(c), nil
	case c == '>':
		l.pos++
		if l.pos < len(l.buf) && l.buf[l.pos] == '>' {
			l.pos++
			return Keyword(">>"), nil
		}
		return Keyword(">"), nil
	}
	return l.word(), nil
}

func (l *Lexer) enter() bool {
	l.depth++
	if l.depth > l.MaxDepth {
		l.TooDeep = true
		return false
	}
	return true
}

func (l *Lexer) dict() (Object, error) {
	d := Dict{}
	if !l.enter() {
		l.depth--
		return d, errSyntax
	}
	defer func() { l.depth-- }()
	for {
		key, err := l.object()
		if err != nil {
			return d, err
		}
		switch k := key.(type) {
		case Name:
			before := l.pos
			val, err := l.object()
			if kw, is := val.(Keyword); is {
				if kw == ">>" {
					return append(d, Entry{k, nil}), nil
				}
				if endsObject(kw) {
					l.pos = before
					return append(d, Entry{k, nil}), errSyntax
				}
				val = nil
			}
			d = append(d, Entry{k, val})
			if err != nil {
				return d, err
			}
		case Keyword:
			if k == ">>" {
				return d, nil
			}
			if endsObject(k) {
				l.pos -= len(k)
				return d, errSyntax
			}
		default: // a value without a key: viewers skip it, what is inside still counts
			d = append(d, Entry{"", key})
		}
	}
}

func endsObject(k Keyword) bool {
	return k == "endobj" || k == "stream" || k == "endstream" || k == "obj" || k == "trailer" || k == "xref" || k == "startxref"
}

func (l *Lexer) array() (Object, error) {
	a := Array{}
	if !l.enter() {
		l.depth--
		return a, errSyntax
	}
	defer func() { l.depth-- }()
	for {
		o, err := l.object()
		if err != nil {
			if o != nil {
				a = append(a, o)
			}
			return a, err
		}
		if k, is := o.(Keyword); is {
			if k == "]" {
				return a, nil
			}
			if endsObject(k) || k == ">>" {
				l.pos -= len(k)
				return a, errSyntax
			}
			if k == "null" {
				o = nil
			}
		}
		a = append(a, o)
	}
}

func (l *Lexer) name() Name {
	start := l.pos
	escaped := false
	for l.pos < len(l.buf) && IsRegular(l.buf[l.pos]) {
		escaped = escaped || l.buf[l.pos] == '#'
		l.pos++
	}
	raw := l.buf[start:l.pos]
	if !escaped {
		return Name(raw)
	}
	return DecodeName(raw)
}

// DecodeName resolves the #xx escapes of a name.
func DecodeName(raw []byte) Name {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) {
			hi, lo := hexValue(raw[i+1]), hexValue(raw[i+2])
			if hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		out = append(out, raw[i])
	}
	return Name(out)
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// word reads a number, a reference, true, false, null or any other bare word.
func (l *Lexer) word() Object {
	start := l.pos
	for l.pos < len(l.buf) && IsRegular(l.buf[l.pos]) {
		l.pos++
	}
	raw := l.buf[start:l.pos]
	if c := raw[0]; c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.' {
		if n, ok := number(raw); ok {
			if i, is := n.(int64); is && !l.NoRefs && i >= 0 {
				if r, is := l.ref(int(i)); is {
					return r
				}
			}
			return n
		}
	}
	switch string(raw) {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	return Keyword(raw)
}

// ref looks whether `gen R` follows the number just read.
func (l *Lexer) ref(num int) (Ref, bool) {
	save := l.pos
	gen, digits := 0, 0
	l.SkipSpace()
	for l.pos < len(l.buf) && l.buf[l.pos] >= '0' && l.buf[l.pos] <= '9' && digits < 7 {
		gen = gen*10 + int(l.buf[l.pos]-'0')
		l.pos++
		digits++
	}
	if digits > 0 {
		l.SkipSpace()
		if l.pos < len(l.buf) && l.buf[l.pos] == 'R' && (l.pos+1 == len(l.buf) || !IsRegular(l.buf[l.pos+1])) {
			l.pos++
			return Ref{num, gen}, true
		}
	}
	l.pos = save
	return Ref{}, false
}

func number(raw []byte) (Object, bool) {
	if len(raw) > 64 {
		return nil, false
	}
	integer := true
	for i, c := range raw {
		switch {
		case c >= '0' && c <= '9':
		case (c == '+' || c == '-') && i == 0:
		case c == '.':
			integer = false
		case c == '-': // `12-34`, seen in the wild, is read as 12
			return number(raw[:i])
		default:
			return nil, false
		}
	}
	if integer {
		n, err := strconv.ParseInt(string(raw), 10, 64)
		if err == nil {
			return n, true
		}
	}
	x, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		if len(raw) == 1 || string(raw) == "-." {
			return int64(0), true // a lone sign or point
		}
		return nil, false
	}
	return x, true
}
