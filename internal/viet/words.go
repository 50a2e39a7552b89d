package viet

import (
	"iter"
	"unicode"
	"unicode/utf8"
)

// Word is one word of a text: a run of letters and digits with their marks. An apostrophe between two letters belongs to
// the word (H'leo, M'Đrắk); every other character parts words, so that 1287/QĐ-UBND is three.
type Word struct {
	Start, End int    // byte offsets in the text the word was found in
	Text       string // as written
}

// AppendExact appends the word's exact term to dst: its Exact form without apostrophes, since people leave them out.
func (w Word) AppendExact(dst []byte) []byte {
	n := len(dst)
	return dropApostrophes(AppendExact(dst, w.Text), n)
}

// AppendFold appends the word's folded term to dst.
func (w Word) AppendFold(dst []byte) []byte {
	n := len(dst)
	return dropApostrophes(AppendFold(dst, w.Text), n)
}

// Exact returns the word's exact term.
func (w Word) Exact() string {
	if plainWord(w.Text) {
		return w.Text
	}
	return string(w.AppendExact(make([]byte, 0, len(w.Text)+4)))
}

// Fold returns the word's folded term.
func (w Word) Fold() string {
	if plainWord(w.Text) {
		return w.Text
	}
	return string(w.AppendFold(make([]byte, 0, len(w.Text))))
}

// Words yields the words of text in order. The text may be composed, decomposed or not valid UTF-8; offsets always fall on
// its own bytes.
func Words(text string) iter.Seq[Word] {
	return func(yield func(Word) bool) {
		for i := 0; i < len(text); {
			w, next := nextWord(text, i)
			if w.End == w.Start || !yield(w) {
				return
			}
			i = next
		}
	}
}

// nextWord finds the first word at or after i; an empty word means that there is none.
func nextWord(text string, i int) (Word, int) {
	for i < len(text) {
		r, n := decode(text, i)
		if inWord(r) {
			break
		}
		i += n
	}
	start, end := i, i
	for i < len(text) {
		r, n := decode(text, i)
		switch {
		case inWord(r) || isMark(r):
			i += n
			end = i
		case isSilent(r):
			i += n
		case isApostrophe(r) && lettersAround(text, end, i+n):
			i += n
		default:
			return Word{start, end, text[start:end]}, i
		}
	}
	return Word{start, end, text[start:end]}, i
}

func decode(s string, i int) (rune, int) {
	if c := s[i]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(s[i:])
}

// inWord reports whether r can begin a word.
func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	if isApostrophe(r) { // ʼ and ʻ are letters to Unicode and apostrophes to people
		return false
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// lettersAround reports whether a letter ends at before and another begins at after.
func lettersAround(s string, before, after int) bool {
	if before == 0 || after >= len(s) {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(s[:before])
	next, _ := decode(s, after)
	return (unicode.IsLetter(r) || isMark(r)) && inWord(next) && unicode.IsLetter(next)
}

func plainWord(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' || c == '\'' || c == '`' {
			return false
		}
	}
	return true
}

func dropApostrophes(b []byte, from int) []byte {
	out := b[:from]
	for _, c := range b[from:] {
		if c != '\'' {
			out = append(out, c)
		}
	}
	return out
}
