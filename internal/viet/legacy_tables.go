package viet

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tcvn3 maps what the bytes of TCVN 5712:1993 VN3 look like in Windows-1252 to what they mean. Capitals with a tone use a
// separate capital font and the codes of the small letters.
var tcvn3 = tcvn3Table()

func tcvn3Table() map[rune]rune {
	const (
		looks = "¡¢£¤¥¦§" + "¨©ª«¬\u00ad®" + "µ¶·¸¹" + "»¼½¾Æ" + "ÇÈÉÊË" + "ÌÎÏÐÑ" + "ÒÓÔÕÖ" + "×ØÜÝÞ" + "ßáâãä" + "åæçèé" + "êëìíî" + "ïñòóô" + "õö÷øù" + "úûüýþ"
		means = "ĂÂÊÔƠƯĐ" + "ăâêôơưđ" + "àảãáạ" + "ằẳẵắặ" + "ầẩẫấậ" + "èẻẽéẹ" + "ềểễếệ" + "ìỉĩíị" + "òỏõóọ" + "ồổỗốộ" + "ờởỡớợ" + "ùủũúụ" + "ừửữứự" + "ỳỷỹýỵ"
	)
	m := make(map[rune]rune)
	to := []rune(means)
	i := 0
	for _, r := range looks {
		m[r] = to[i]
		i++
	}
	return m
}

// vniMark is a mark that VNI writes as a letter of its own behind a vowel.
type vniMark struct {
	after string // the letters it may follow, as they look
	marks string // what it adds: combining marks
}

// vniMarks is keyed by the lower-case look of the mark. ô and ö look like letters and are: ơ and ư in VNI.
var vniMarks = map[rune]vniMark{
	'ù': {"aeouyôö", "\u0301"}, 'ø': {"aeouyôö", "\u0300"}, 'û': {"aeouyôö", "\u0309"}, 'õ': {"aeouyôö", "\u0303"}, 'ï': {"aeouôö", "\u0323"},
	'â': {"aeo", "\u0302"}, 'á': {"aeo", "\u0302\u0301"}, 'à': {"aeo", "\u0302\u0300"}, 'å': {"aeo", "\u0302\u0309"}, 'ã': {"aeo", "\u0302\u0303"}, 'ä': {"aeo", "\u0302\u0323"},
	'ê': {"a", "\u0306"}, 'é': {"a", "\u0306\u0301"}, 'è': {"a", "\u0306\u0300"}, 'ú': {"a", "\u0306\u0309"}, 'ü': {"a", "\u0306\u0303"}, 'ë': {"a", "\u0306\u0323"},
}

// vniLetters are the letters that VNI keeps in one code.
var vniLetters = map[rune]rune{
	'ñ': 'đ', 'ô': 'ơ', 'ö': 'ư', 'í': 'í', 'ì': 'ì', 'æ': 'ỉ', 'ó': 'ĩ', 'ò': 'ị', 'î': 'ỵ',
}

func decodeVNI(text string) string {
	var b strings.Builder
	prev := rune(0)
	for i, r := range text {
		low := unicode.ToLower(r)
		if m, ok := vniMarks[low]; ok && prev != 0 && strings.ContainsRune(m.after, prev) {
			b.WriteString(m.marks)
			prev = 0
			continue
		}
		prev = low
		if v, ok := vniLetters[low]; ok {
			if low != r {
				v = unicode.ToUpper(v)
			}
			b.WriteRune(v)
			continue
		}
		if r == utf8.RuneError {
			_, n := utf8.DecodeRuneInString(text[i:])
			b.WriteString(text[i : i+n])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
