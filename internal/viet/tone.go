package viet

import (
	"unicode"
	"unicode/utf8"
)

// maxSyllable bounds the runs of letters looked at for the place of the tone: the longest Vietnamese syllable (nghiêng)
// has seven letters, and what is longer is not Vietnamese.
const maxSyllable = 12

// UnifyTone moves the tone mark of oa, oe and uy to the place this house uses: hoà → hòa, thuý → thúy, khoẻ → khỏe in open
// syllables, and hòan → hoàn, qúy → quý where the mark belongs on the second vowel. Case and everything else stay. The
// input is expected in NFC.
func UnifyTone(s string) string {
	if plainASCII(s) {
		return s
	}
	dst := make([]byte, 0, len(s)+4)
	word := 0
	for i, r := range s {
		if !spells(r) {
			dst = unifyTail(dst, word)
		}
		if r == utf8.RuneError {
			_, n := utf8.DecodeRuneInString(s[i:])
			dst = append(dst, s[i:i+n]...)
		} else {
			dst = utf8.AppendRune(dst, r)
		}
		if !spells(r) {
			word = len(dst)
		}
	}
	return string(unifyTail(dst, word))
}

// spells reports whether r is a letter of a word. Some apostrophes are letters to Unicode, and end a syllable all the same.
func spells(r rune) bool { return unicode.IsLetter(r) && !isApostrophe(r) }

// unifyTail applies the rule of UnifyTone to the run of letters dst[word:].
func unifyTail(dst []byte, word int) []byte {
	tail := dst[word:]
	if len(tail) < 3 || len(tail) > maxSyllable*utf8.UTFMax {
		return dst
	}
	var buf [maxSyllable]rune
	n := 0
	for i := 0; i < len(tail); n++ {
		if n == len(buf) {
			return dst
		}
		r, size := utf8.DecodeRune(tail[i:])
		buf[n] = r
		i += size
	}
	if !moveTone(buf[:n]) {
		return dst
	}
	dst = dst[:word]
	for _, r := range buf[:n] {
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// moveTone moves the tone within one syllable and reports whether it did.
func moveTone(syl []rune) bool {
	for i := range len(syl) - 1 {
		a, b := lookup(syl[i]), lookup(syl[i+1])
		if a == nil || b == nil || (a.tone == level) == (b.tone == level) {
			continue
		}
		afterQ := i > 0 && lower(syl[i-1]) == 'q' && lower(a.bare) == 'u'
		if !afterQ && !wanders(lower(a.bare), lower(b.bare)) {
			continue
		}
		onSecond := afterQ || i+2 < len(syl)
		tone := max(a.tone, b.tone)
		from, to := i, i+1
		if !onSecond {
			from, to = i+1, i
		}
		src, dst := lookup(syl[from]), toned[lookup(syl[to]).bare]
		if src.tone == level || dst == nil || toned[src.bare] == nil {
			return false
		}
		syl[from], syl[to] = src.bare, dst[tone]
		return true
	}
	return false
}

// wanders reports whether the two styles disagree about the tone of this pair of vowels.
func wanders(a, b rune) bool {
	return a == 'o' && (b == 'a' || b == 'e') || a == 'u' && b == 'y'
}

// YVariant returns the other accepted spelling of a syllable that ends in a single i or y (kỹ ↔ kĩ, lý ↔ lí, quý ↔ quí),
// and false when it has none. It takes exact or folded syllables and answers in kind. Which syllables swap is a matter of
// their first letters: vi phạm and vy are different words, công ty and công ti are not.
func YVariant(syllable string) (string, bool) {
	r, n := utf8.DecodeLastRuneInString(syllable)
	switch syllable[:len(syllable)-n] {
	case "h", "k", "l", "m", "s", "t", "qu":
	default:
		return "", false
	}
	l := lookup(r)
	if l == nil {
		return "", false
	}
	var other rune
	switch l.bare {
	case 'i':
		other = 'y'
	case 'y':
		other = 'i'
	default:
		return "", false
	}
	return syllable[:len(syllable)-n] + string(toned[other][l.tone]), true
}
