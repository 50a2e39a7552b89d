package viet

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// NFC returns s in Unicode normal form C, the form every text has once it has come through a door. It changes nothing
// else, so it is safe for what must be kept as written.
func NFC(s string) string {
	if norm.NFC.IsNormalString(s) {
		return s
	}
	return norm.NFC.String(s)
}

// Exact returns the form of s in which two spellings of the same word are equal and different words differ: NFC, lower
// case, one place for the tone mark (hoà → hòa), look-alikes of đ mapped to it, one apostrophe, one dash, nothing silent.
func Exact(s string) string {
	if plainASCII(s) {
		return s
	}
	return string(AppendExact(make([]byte, 0, len(s)+8), s))
}

// Fold returns s in lower case without any mark: đ becomes d, Buôn Đôn becomes buon don. Apostrophes and dashes are unified
// and nothing silent is left. Fold(Exact(s)) equals Fold(s).
func Fold(s string) string {
	if plainASCII(s) {
		return s
	}
	return string(AppendFold(make([]byte, 0, len(s)), s))
}

// AppendFold appends Fold(s) to dst and allocates only when dst is too small.
func AppendFold(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			dst = append(dst, foldByte(c))
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		dst = appendFolded(dst, r, s[i:i+n])
		i += n
	}
	return dst
}

// AppendExact appends Exact(s) to dst and allocates only when dst is too small or s holds combining marks.
func AppendExact(dst []byte, s string) []byte {
	word := len(dst) // start of the present run of letters
	accents := false // the run holds a letter beyond ASCII: only then can it carry a tone
	end := func() {
		if accents {
			dst = unifyTail(dst, word)
		}
	}
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		i += n
		if isSilent(r) {
			continue
		}
		letter := spells(r)
		if !letter {
			end()
		}
		start := len(dst)
		dst = appendLower(dst, r)
		if j := afterMarks(s, i); j > i {
			dst = compose(dst, start, s[i:j])
			i = j
		}
		if !letter {
			word, accents = len(dst), false
		} else if len(dst)-start > 1 {
			accents = true
		}
	}
	end()
	return dst
}

// Folded is a folded text that remembers where each of its bytes came from, so that what is found in it can be pointed at
// in the text as it was written.
type Folded struct {
	Text   string
	source []int32 // source[i] is the offset of the cluster that gave Text[i]; one more entry for the end
	size   int
}

// FoldWithSource folds s as Fold does and keeps the way back. Texts beyond 2 GiB are not for it.
func FoldWithSource(s string) Folded {
	text := make([]byte, 0, len(s))
	source := make([]int32, 0, len(s)+1)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		before := len(text)
		if r < utf8.RuneSelf {
			text = append(text, foldByte(byte(r)))
		} else {
			text = appendFolded(text, r, s[i:i+n])
		}
		for range len(text) - before {
			source = append(source, int32(i))
		}
		i += n
	}
	return Folded{Text: string(text), source: append(source, int32(len(s))), size: len(s)}
}

// Source returns the range of the original text that Text[from:to] came from, marks included. The range is empty only
// when from equals to; offsets outside the text are brought to its ends.
func (f Folded) Source(from, to int) (start, end int) {
	if len(f.source) == 0 {
		return 0, 0
	}
	last := len(f.source) - 1
	from, to = min(max(from, 0), last), min(max(to, 0), last)
	return int(f.source[from]), int(f.source[max(from, to)])
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' || c == '`' {
			return false
		}
	}
	return true
}

func foldByte(c byte) byte {
	switch {
	case 'A' <= c && c <= 'Z':
		return c + 'a' - 'A'
	case c == '`':
		return '\''
	}
	return c
}

// appendFolded appends what remains of r, a rune beyond ASCII whose bytes are raw, once its marks are gone.
func appendFolded(dst []byte, r rune, raw string) []byte {
	switch {
	case isMark(r) || isSilent(r):
		return dst
	case isApostrophe(r):
		return append(dst, '\'')
	case isDash(r):
		return append(dst, '-')
	}
	low := lower(r)
	if l := lookup(low); l != nil {
		if l.plain != 0 {
			low = l.plain
		}
		return utf8.AppendRune(dst, low)
	}
	if low != r {
		raw = string(low)
	}
	for _, b := range string(norm.NFD.PropertiesString(raw).Decomposition()) {
		if isMark(b) {
			continue
		}
		dst = utf8.AppendRune(dst, lower(b))
		low = 0
	}
	if low == 0 {
		return dst
	}
	return utf8.AppendRune(dst, low)
}

func appendLower(dst []byte, r rune) []byte {
	switch {
	case r < utf8.RuneSelf:
		return append(dst, foldByte(byte(r)))
	case isApostrophe(r):
		return append(dst, '\'')
	case isDash(r):
		return append(dst, '-')
	}
	return utf8.AppendRune(dst, lower(r))
}

// afterMarks returns the offset behind the combining marks (and silent characters among them) that begin at i.
func afterMarks(s string, i int) int {
	end := i
	for i < len(s) && s[i] >= utf8.RuneSelf {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case isMark(r):
			i += n
			end = i
		case isSilent(r):
			i += n
		default:
			return end
		}
	}
	return end
}

// compose brings the cluster dst[start:] plus marks to its one composed form.
func compose(dst []byte, start int, marks string) []byte {
	for _, m := range marks {
		if !isSilent(m) {
			dst = utf8.AppendRune(dst, m)
		}
	}
	return append(dst[:start], norm.NFC.Bytes(dst[start:])...)
}
