package validate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Bounds of one inventory, whatever its size in bytes. The deepest thing in a right one is a path, six levels down. A million
// keys and strings are what 2,000 versions of 200 files need.
const (
	maxDepth  = 16
	maxValues = 1 << 20
)

// malformed says that a file is not the JSON it should be; limited that it is more than is looked at.
type (
	malformed struct{ why string }
	limited   struct{ why string }
)

func (e malformed) Error() string { return e.why }
func (e limited) Error() string   { return e.why }

// parser reads an inventory value by value and takes wrong types as they come, since each has a code of its own.
// encoding/json would stop at the first, take keys of any case, and swallow a key given twice.
type parser struct {
	dec    *json.Decoder
	src    *source
	report func(code, format string, args ...any)
	texts  map[string]string // each digest and path once
	depth  int
	values int
}

func newParser(r io.Reader, report func(code, format string, args ...any)) *parser {
	src := &source{r: r}
	p := &parser{dec: json.NewDecoder(src), src: src, report: report, texts: map[string]string{}}
	p.dec.UseNumber()
	return p
}

// source reads for the decoder, remembers which error was the store's, and watches that the text is UTF-8.
type source struct {
	r    io.Reader
	err  error
	tail []byte // of a character cut in two by the reads
	bad  bool
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	s.watch(b[:n])
	if err == io.EOF {
		s.bad = s.bad || len(s.tail) > 0
	} else if err != nil {
		s.err = err
	}
	return n, err
}

func (s *source) watch(b []byte) {
	if s.bad {
		return
	}
	if len(s.tail) > 0 {
		b = append(s.tail, b...)
		s.tail = nil
	}
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size <= 1 {
			if !utf8.FullRune(b) {
				s.tail = append([]byte(nil), b...)
			} else {
				s.bad = true
			}
			return
		}
		b = b[size:]
	}
}

// token returns the next token. Its error is the store's, malformed or limited.
func (p *parser) token() (json.Token, error) {
	t, err := p.dec.Token()
	if err != nil {
		return nil, p.fault(err)
	}
	if p.values++; p.values > maxValues {
		return nil, limited{fmt.Sprintf("more than %d values", maxValues)}
	}
	switch t {
	case json.Delim('{'), json.Delim('['):
		if p.depth++; p.depth > maxDepth {
			return nil, malformed{fmt.Sprintf("nested more than %d levels deep", maxDepth)}
		}
	case json.Delim('}'), json.Delim(']'):
		p.depth--
	}
	return t, nil
}

func (p *parser) fault(err error) error {
	switch {
	case p.src.err != nil:
		return p.src.err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return malformed{"ends in the middle"}
	}
	return malformed{err.Error()}
}

// skip reads over the rest of the value that begins with t.
func (p *parser) skip(t json.Token) error {
	if t != json.Delim('{') && t != json.Delim('[') {
		return nil
	}
	for outside := p.depth - 1; p.depth > outside; {
		if _, err := p.token(); err != nil {
			return err
		}
	}
	return nil
}

// object reads the next value as an object, giving each key to a function that reads its value. A value that is none is read over;
// ok tells.
func (p *parser) object(each func(key string) error) (ok bool, err error) {
	t, err := p.token()
	if err != nil {
		return false, err
	}
	if t != json.Delim('{') {
		return false, p.skip(t)
	}
	for p.dec.More() {
		if t, err = p.token(); err != nil {
			return true, err
		}
		key, isKey := t.(string)
		if !isKey {
			return true, malformed{"a key is no string"}
		}
		if err := each(key); err != nil {
			return true, err
		}
	}
	_, err = p.token()
	return true, err
}

// unique is object with a finding of a key that was there before. The members of a set so small are told apart by hand; digests
// are not (E096, E097).
func (p *parser) unique(where string, each func(key string) error) (ok bool, err error) {
	seen := map[string]bool{}
	return p.object(func(key string) error {
		if seen[key] {
			// RFC 8259 §4: what a reader makes of it cannot be foretold.
			p.report("E033", "the key %s stands twice%s", quote(key), where)
		}
		seen[key] = true
		return each(key)
	})
}

// text reads the next value as a string. A value that is none is read over; ok tells.
func (p *parser) text() (s string, ok bool, err error) {
	t, err := p.token()
	if err != nil {
		return "", false, err
	}
	if s, ok = t.(string); ok {
		return s, true, nil
	}
	return "", false, p.skip(t)
}

// intern returns one string for all of the same text.
func (p *parser) intern(s string) string {
	if one, ok := p.texts[s]; ok {
		return one
	}
	p.texts[s] = s
	return s
}

// list is a digest and its paths, as in a manifest, a state and a fixity block.
type list struct {
	digest string
	paths  []string
	broken bool // its value is not an array of strings
}

// lists reads the next value as an object of lists.
func (p *parser) lists() (all []list, ok bool, err error) {
	ok, err = p.object(func(key string) error {
		l := list{digest: p.intern(key)}
		t, err := p.token()
		if err != nil {
			return err
		}
		if t != json.Delim('[') {
			l.broken = true
			all = append(all, l)
			return p.skip(t)
		}
		for p.dec.More() {
			s, ok, err := p.text()
			if err != nil {
				return err
			}
			if ok {
				l.paths = append(l.paths, p.intern(s))
			} else {
				l.broken = true
			}
		}
		all = append(all, l)
		_, err = p.token()
		return err
	})
	return all, ok, err
}

// end checks that nothing but space follows.
func (p *parser) end() error {
	_, err := p.dec.Token()
	switch {
	case p.src.err != nil:
		return p.src.err
	case err != io.EOF:
		return malformed{"something follows the end"}
	case p.src.bad:
		return malformed{"not UTF-8"}
	}
	return nil
}
