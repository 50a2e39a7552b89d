package viet

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Tones, in the order of the Vietnamese alphabet.
const (
	level = iota // a
	grave        // à
	hook         // ả
	tilde        // ã
	acute        // á
	dot          // ạ
)

var toneMarks = [...]rune{level: 0, grave: 0x0300, hook: 0x0309, tilde: 0x0303, acute: 0x0301, dot: 0x0323}

// letter is what is known of one precomposed Latin letter.
type letter struct {
	lower rune  // lower case, look-alikes of đ mapped
	plain rune  // lower case without any mark; 0 when the rune is not a letter of the tables
	bare  rune  // as written (case kept) without its tone
	tone  uint8 // level … dot
}

// The tables cover Latin-1 to Latin Extended-B and Latin Extended Additional, where all of Vietnamese, Ê Đê and M'nông
// lives. They are worked out from Unicode itself, so that they cannot disagree with the normalisation.
const (
	latinEnd   = 0x0250
	extraStart = 0x1e00
	extraEnd   = 0x1f00
)

var (
	latin = letters(0, latinEnd)
	extra = letters(extraStart, extraEnd)
	toned = tonedVowels()
)

func letters(from, to rune) []letter {
	t := make([]letter, to-from)
	for r := from; r < to; r++ {
		t[r-from] = describe(r)
	}
	return t
}

func describe(r rune) letter {
	low := unicode.ToLower(r)
	switch r {
	case 'Đ', 'đ', 'Ð', 'ð', 'Ɖ':
		bare := 'đ'
		if unicode.IsUpper(r) {
			bare = 'Đ'
		}
		return letter{lower: 'đ', plain: 'd', bare: bare}
	case 'ƀ', 'Ƀ':
		return letter{lower: 'ƀ', plain: 'b', bare: r}
	}
	l := letter{lower: low, bare: r}
	if unicode.IsLetter(low) {
		l.plain = first(low)
	}
	var rest []rune
	for _, m := range norm.NFD.String(string(r)) {
		if t := toneOf(m); t != level && l.tone == level && r >= 0x80 {
			l.tone = t
			continue
		}
		rest = append(rest, m)
	}
	if b := []rune(norm.NFC.String(string(rest))); l.tone != level && len(b) == 1 {
		l.bare = b[0]
	} else {
		l.tone = level
	}
	return l
}

func first(r rune) rune {
	for _, b := range norm.NFD.String(string(r)) {
		return b
	}
	return r
}

func toneOf(m rune) uint8 {
	for t := grave; t <= dot; t++ {
		if toneMarks[t] == m {
			return uint8(t)
		}
	}
	return level
}

// tonedVowels maps a vowel without tone to itself under each tone.
func tonedVowels() map[rune]*[6]rune {
	m := make(map[rune]*[6]rune)
	for _, v := range "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY" {
		var row [6]rune
		row[level] = v
		for t := grave; t <= dot; t++ {
			row[t] = []rune(norm.NFC.String(string([]rune{v, toneMarks[t]})))[0]
		}
		m[v] = &row
	}
	return m
}

// lookup returns what is known of r, and nil beyond the tables.
func lookup(r rune) *letter {
	switch {
	case r < latinEnd:
		return &latin[r]
	case r >= extraStart && r < extraEnd:
		return &extra[r-extraStart]
	}
	return nil
}

// lower returns the lower-case form of r with the look-alikes of đ mapped to it.
func lower(r rune) rune {
	if l := lookup(r); l != nil {
		return l.lower
	}
	if r == 'ɖ' {
		return 'đ'
	}
	return unicode.ToLower(r)
}

// isMark reports whether r belongs to the letter before it.
func isMark(r rune) bool {
	return r >= 0x0300 && (r <= 0x036f || unicode.Is(unicode.Mn, r))
}

// isSilent reports whether r shows nothing and means nothing for matching: the soft hyphens and zero-width characters that
// PDF text layers are full of.
func isSilent(r rune) bool {
	switch r {
	case 0x00ad, 0x200b, 0x200c, 0x200d, 0x2060, 0xfeff:
		return true
	}
	return false
}

func isApostrophe(r rune) bool {
	switch r {
	case '\'', '`', '´', 'ʹ', 'ʻ', 'ʼ', '‘', '’', '‛', '′', '＇':
		return true
	case '\u0374', '\u1fef', '\u1ffd': // what NFC turns into one of these
		return true
	}
	return false
}

func isDash(r rune) bool {
	switch r {
	case '-', '‐', '‑', '‒', '–', '—', '―', '−', '﹘', '﹣', '－':
		return true
	}
	return false
}
