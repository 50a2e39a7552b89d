package syllable

import (
	"strings"
	"unicode"

	"sohoa/internal/viet"
)

// shape is how a word is written.
type shape int

const (
	other  shape = iota // anything that is no syllable: codes, signs, mixed cases
	small               // khai
	title               // Khai
	upper               // KHAI
	digits              // what holds a digit
)

// token is one word of a line as the model sees it.
type token struct {
	head, core, tail string // the word's own letters between its punctuation
	shape            shape
	key              string // the core in small letters, tones unified; number for digits
	joined           bool   // nothing but a space parts it from the token before
}

// tokens looks at words that follow each other.
func tokens(words []string) []token {
	all := make([]token, len(words))
	for i, w := range words {
		t := cut(w)
		t.joined = i > 0 && t.head == "" && all[i-1].tail == ""
		all[i] = t
	}
	return all
}

func cut(w string) token {
	letter := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) }
	from := strings.IndexFunc(w, letter)
	if from < 0 {
		return token{head: w}
	}
	to := strings.LastIndexFunc(w, letter)
	for to++; to < len(w) && w[to]&0xc0 == 0x80; to++ {
	}
	t := token{head: w[:from], core: w[from:to], tail: w[to:]}
	capitals, smalls, first := 0, 0, true
	for _, r := range t.core {
		switch {
		case unicode.IsDigit(r):
			t.shape, t.key = digits, number
			return t
		case !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r):
			return t
		case unicode.IsUpper(r):
			if capitals++; !first && smalls > 0 {
				return t
			}
		default:
			smalls++
		}
		first = false
	}
	switch {
	case capitals == 0:
		t.shape = small
	case capitals == 1 && smalls > 0:
		t.shape = title
	case smalls == 0:
		t.shape = upper
	default:
		return t
	}
	t.key = viet.UnifyTone(strings.ToLower(t.core))
	return t
}

// dressed writes a syllable as the token is written.
func (t token) dressed(syllable string) string {
	switch t.shape {
	case upper:
		syllable = strings.ToUpper(syllable)
	case title:
		r := []rune(syllable)
		r[0] = unicode.ToUpper(r[0])
		syllable = string(r)
	}
	return t.head + syllable + t.tail
}
