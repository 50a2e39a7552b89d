package pdf

import (
	"strings"
	"unicode/utf16"

	"sohoa/archive"
	"sohoa/internal/viet"
	"sohoa/ocr/pdf/cos"
)

// maxFields bounds the fields looked at on one page.
const maxFields = 2000

// fieldWords are the words people filled into the fields of a page: a viewer shows them, and they are no part of the page's contents. Their
// boxes are those of the field. Files with a password keep theirs: their strings are encrypted and nothing else here needs them.
func (p *Paper) fieldWords(s *sheet) []archive.Word {
	annots, _ := p.file.Resolve(s.dict.Get("Annots")).(cos.Array)
	if len(annots) == 0 || p.file.Lock() != cos.Unlocked {
		return nil
	}
	var out []archive.Word
	room := p.limits.PageText
	line := 0
	for _, a := range annots[:min(len(annots), maxFields)] {
		d, ok := p.file.Dict(a)
		if !ok {
			continue
		}
		if flags, _ := cos.Int(p.file.Resolve(d.Get("F"))); flags&(2|32) != 0 {
			continue // hidden, or not shown on the screen
		}
		text := p.shownText(d)
		w := &treeWalk{file: p.file}
		box, ok := w.rect(d.Get("Rect"))
		if text == "" || !ok {
			continue
		}
		shown := s.display().box(box).intersect(rect{0, 0, s.width(), s.height()})
		if shown.empty() {
			continue
		}
		for _, word := range strings.Fields(viet.NFC(text)) {
			if room -= len(word) + 1; room < 0 {
				return out
			}
			out = append(out, archive.Word{Text: word, Confidence: 1, Line: line, Box: archive.Box{
				X0: float32(shown.X0), Y0: float32(shown.Y0), X1: float32(shown.X1), Y1: float32(shown.Y1)}})
		}
		line++
	}
	return out
}

// shownText is what a text or choice field holds, or what a free text note says.
func (p *Paper) shownText(d cos.Dict) string {
	get := func(key cos.Name) cos.Object { return p.inheritedField(d, key) }
	switch p.file.Resolve(d.Get("Subtype")) {
	case cos.Name("Widget"):
		if kind := get("FT"); kind != cos.Name("Tx") && kind != cos.Name("Ch") {
			return ""
		}
		if flags, _ := cos.Int(get("Ff")); flags&(1<<13) != 0 {
			return "" // a password
		}
		v, _ := get("V").(cos.String)
		return textOf(v)
	case cos.Name("FreeText"):
		v, _ := get("Contents").(cos.String)
		return textOf(v)
	}
	return ""
}

// inheritedField looks for key in a field and in the fields above it.
func (p *Paper) inheritedField(d cos.Dict, key cos.Name) cos.Object {
	for range 16 {
		if v := p.file.Resolve(d.Get(key)); v != nil {
			return v
		}
		parent, ok := p.file.Dict(d.Get("Parent"))
		if !ok {
			return nil
		}
		d = parent
	}
	return nil
}

// textOf decodes a text string (ISO 32000-1 §7.9.2.2): UTF-16 or UTF-8 with a mark, else Latin letters.
func textOf(s cos.String) string {
	switch {
	case strings.HasPrefix(string(s), "\xfe\xff"):
		units := make([]uint16, 0, len(s)/2)
		for i := 2; i+1 < len(s); i += 2 {
			units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
		}
		return string(utf16.Decode(units))
	case strings.HasPrefix(string(s), "\xef\xbb\xbf"):
		return strings.ToValidUTF8(string(s[3:]), "")
	}
	runes := make([]rune, 0, len(s))
	for i := range len(s) {
		runes = append(runes, rune(s[i]))
	}
	return string(runes)
}

// appendLines adds words after others, on lines of their own.
func appendLines(words, more []archive.Word) []archive.Word {
	first := 0
	if n := len(words); n > 0 {
		first = words[n-1].Line + 1
	}
	for _, w := range more {
		w.Line += first
		words = append(words, w)
	}
	return words
}
