package ocr

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sohoa/ocr/syllable"
	"sohoa/ocr/tesseract"
)

// tidied leaves out what stamps, rules, bar codes and signatures were read as, and joins codes that were read in two pieces.
// A doubtful word that may be one stays, with its low confidence: "Lục Qang" is of use, "ewZ#2" is not. So does whatever
// stands between two words read with certainty: a number written by hand into a printed line.
func tidied(words []tesseract.Word) []tesseract.Word {
	out := make([]tesseract.Word, 0, len(words))
	for i, w := range words {
		if w.Text = unframed(w.Text); barred(w.Text) || scrap(w) && !framed(words, i) {
			continue
		}
		if n := len(out); n > 0 && pieces(out[n-1], w) {
			last := &out[n-1]
			last.Text += w.Text
			last.Box = last.Box.Union(w.Box)
			last.Confidence = min(last.Confidence, w.Confidence)
			continue
		}
		out = append(out, w)
	}
	return slices.Clip(out)
}

// unframed takes off what rules beside a word add to it, and makes a dash of one that is blurred.
func unframed(text string) string {
	if strings.Trim(text, "-–—~_") == "" {
		if strings.ContainsAny(text, "-–—") && utf8.RuneCountInString(text) <= 2 {
			return "-"
		}
		return text
	}
	return strings.Trim(text, "_|¦")
}

// barred tells what bar codes and rules are read as: the same thin strokes over and over.
func barred(text string) bool {
	thin, all := 0, 0
	for _, r := range text {
		all++
		if strings.ContainsRune("|lIiÍÌÏíìï1!¡[](){}fjtT", r) {
			thin++
		}
	}
	return all >= 5 && thin*5 >= all*4 && !strings.ContainsAny(text, "0123456789/")
}

// certainly is the confidence from which the words beside a scrap vouch for it.
const certainly = 0.8

// scrapBelow is the confidence under which a word must look like one to be kept.
const scrapBelow = 0.35

// scrap reports that a word nobody is sure of does not even look like one.
func scrap(w tesseract.Word) bool {
	if w.Text == "" {
		return true
	}
	if w.Confidence >= scrapBelow {
		return false
	}
	core := strings.TrimFunc(w.Text, func(r rune) bool { return strings.ContainsRune(".,;:()\"'“”‘’-–/…", r) })
	letters, digits, others := 0, 0, 0
	for _, r := range core {
		switch {
		case unicode.IsLetter(r) || unicode.Is(unicode.Mn, r):
			letters++
		case unicode.IsDigit(r):
			digits++
		default:
			others++
		}
	}
	switch {
	case letters+digits == 0, others*2 >= letters+digits:
		return true
	case digits > 0:
		return false // numbers are for a person to judge
	}
	return others > 0 || letters <= 2 && !syllable.Legal(strings.ToLower(core)) || letters == 1
}

// framed reports that certain words of the same line stand on both sides.
func framed(words []tesseract.Word, i int) bool {
	sure := func(j int) bool {
		return j >= 0 && j < len(words) && words[j].Line == words[i].Line && words[j].Confidence >= certainly && utf8.RuneCountInString(words[j].Text) > 1
	}
	return sure(i-1) && sure(i+1)
}

// pieces reports that b goes on where the code a breaks off: 87/TTr- SKHĐT.
func pieces(a, b tesseract.Word) bool {
	if a.Line != b.Line || !strings.HasSuffix(a.Text, "-") || !strings.Contains(a.Text, "/") {
		return false
	}
	if first, _ := utf8.DecodeRuneInString(a.Text); !unicode.IsDigit(first) {
		return false
	}
	first, _ := utf8.DecodeRuneInString(b.Text)
	gap := b.Box.Min.X - a.Box.Max.X
	return unicode.IsUpper(first) && gap >= -a.Box.Dy() && gap < a.Box.Dy()*4/5
}
