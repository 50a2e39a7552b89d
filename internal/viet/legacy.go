package viet

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Encoding names how a text was written before it became Unicode.
type Encoding string

// The encodings that still sit in PDFs whose fonts do not say what their glyphs mean.
const (
	Unicode Encoding = "unicode"
	TCVN3   Encoding = "tcvn3" // ABC fonts: QuyÕt ®Þnh
	VNI     Encoding = "vni"   // VNI fonts: Quyeát ñònh
)

// minEvidence is how many words must carry the marks of an old encoding before anything is claimed.
const minEvidence = 3

// DetectEncoding says in which encoding text seems to be written, with a score between 0 and 1: of the words that carry
// any mark, the share that makes sense only in that encoding. Plain text without marks is Unicode with score 0. It is a
// guess for a person to look at: show what Decode makes of it, and never overwrite silently.
func DetectEncoding(text string) (Encoding, float64) {
	var proper, tcvn, vni, marked int
	for word := range strings.FieldsSeq(text) {
		high := false
		for i := range len(word) {
			if word[i] >= utf8.RuneSelf {
				high = true
				break
			}
		}
		if !high {
			continue
		}
		p, t, v := evidence(word)
		if p {
			proper++
		}
		if t {
			tcvn++
		}
		if v {
			vni++
		}
		if p || t || v { // à, é, ô stand in all three and say nothing
			marked++
		}
	}
	switch {
	case marked == 0:
		return Unicode, 0
	case tcvn >= minEvidence && tcvn > vni && tcvn > proper:
		return TCVN3, float64(tcvn) / float64(marked)
	case vni >= minEvidence && vni > tcvn && vni > proper:
		return VNI, float64(vni) / float64(marked)
	}
	return Unicode, float64(proper) / float64(marked)
}

// Decode reads text, the Unicode rendering of bytes in enc, as what it was meant to be. What the encoding does not know
// stays as it is.
func Decode(enc Encoding, text string) string {
	switch enc {
	case TCVN3:
		return strings.Map(func(r rune) rune {
			if v, ok := tcvn3[r]; ok {
				return v
			}
			return r
		}, text)
	case VNI:
		return NFC(decodeVNI(text))
	}
	return text
}

// evidence looks at one word that holds something beyond ASCII. Some words read as either old encoding and speak for both.
func evidence(word string) (proper, tcvn, vni bool) {
	prev := rune(0)
	for i, r := range word {
		switch {
		case r >= extraStart && r < extraEnd, r == 'ă' || r == 'đ' || r == 'ơ' || r == 'ư' || r == 'Ă' || r == 'Đ' || r == 'Ơ' || r == 'Ư', r >= 0x300 && r <= 0x323:
			return true, false, false
		case onlyTCVN3(r):
			_, n := utf8.DecodeRuneInString(word[i:])
			next, _ := utf8.DecodeRuneInString(word[i+n:])
			if r == 'ñ' && !unicode.IsLetter(prev) && strings.ContainsRune("aeouôö", next) {
				vni = true // đa, đe, đo …: in TCVN3 the letter is ủ, which no vowel but y follows
			} else {
				tcvn = tcvn || unicode.IsLetter(prev) || unicode.IsLetter(next)
			}
		case r >= 'À' && r <= 'Þ' && unicode.IsUpper(r) && unicode.IsLower(prev):
			tcvn = true // QuyÕt: a capital inside a small word
		}
		if m, ok := vniMarks[unicode.ToLower(r)]; ok && strings.ContainsRune(m.after, unicode.ToLower(prev)) {
			vni = true
		}
		prev = r
	}
	return false, tcvn, vni
}

// onlyTCVN3 reports whether r stands in TCVN3 for a Vietnamese letter and never occurs in Vietnamese itself.
func onlyTCVN3(r rune) bool {
	if _, ok := tcvn3[r]; !ok {
		return false
	}
	l := lookup(r)
	return l == nil || l.plain == 0 || toned[l.bare] == nil && l.plain != 'd'
}
