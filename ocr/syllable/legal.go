package syllable

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Tones a syllable may carry, as combining marks: grave, hook, tilde, acute, dot.
const toneMarks = "\u0300\u0309\u0303\u0301\u0323"

// Legal reports whether s, in small letters and NFC, can be a Vietnamese syllable: an onset, a rhyme and a tone that go
// together in the orthography. Where the tone mark stands (hoà, hòa) makes no difference.
func Legal(s string) bool {
	bare, tone, ok := split(s)
	if !ok {
		return false
	}
	for n := min(3, len(bare)); n >= 0; n-- { // onsets are plain ASCII but for đ
		onset, rest := bare[:n], bare[n:]
		if onsets[onset] && spelled(onset, rest) && rhymes[rest] && sounds(rest, tone) {
			return true
		}
	}
	return false
}

// split takes the tone off a syllable and writes đ as "dd", so that onsets can be cut by bytes.
func split(s string) (bare string, tone rune, ok bool) {
	if len(s) == 0 || len(s) > 24 {
		return "", 0, false
	}
	rest := make([]rune, 0, 16)
	for _, r := range norm.NFD.String(s) {
		if strings.ContainsRune(toneMarks, r) {
			if tone != 0 {
				return "", 0, false
			}
			tone = r
			continue
		}
		if r == 'đ' {
			rest = append(rest, 'd', 'd')
			continue
		}
		if !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) {
			return "", 0, false
		}
		rest = append(rest, r)
	}
	return norm.NFC.String(string(rest)), tone, true
}

// spelled holds the rules by which c and k, g and gh, ng and ngh part.
func spelled(onset, rhyme string) bool {
	if rhyme == "" {
		return false
	}
	front := strings.HasPrefix(rhyme, "e") || strings.HasPrefix(rhyme, "ê") || strings.HasPrefix(rhyme, "i") || strings.HasPrefix(rhyme, "y")
	switch onset {
	case "c", "ng":
		return !front
	case "k":
		return front
	case "g":
		return !front || strings.HasPrefix(rhyme, "i")
	case "gh", "ngh":
		return front && !strings.HasPrefix(rhyme, "y")
	case "q":
		return strings.HasPrefix(rhyme, "u") && len(rhyme) > 1
	case "":
		return !strings.HasPrefix(rhyme, "iê")
	}
	return !strings.HasPrefix(rhyme, "yê")
}

// sounds reports whether a rhyme takes the tone: one that ends in a stop takes the acute and the dot only.
func sounds(rhyme string, tone rune) bool {
	for _, stop := range []string{"c", "p", "t", "ch"} {
		if strings.HasSuffix(rhyme, stop) {
			return tone == '\u0301' || tone == '\u0323'
		}
	}
	return true
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

var onsets = func() map[string]bool {
	m := set("b c ch d dd g gh gi h k kh l m n ng ngh nh p ph q r s t th tr v x")
	m[""] = true
	return m
}()

var rhymes = set(`
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu y yêm yên yêng yêt yêu
o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot
ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
u ua uc ui um un ung up ut uân uâng uât uây uê uêch uên uênh uêt uy uya uych uyn uynh uyt uyp uyu uyên uyêt uơ uôc uôi uôm uôn uông uôt
uac uach uai uan uang uanh uao uat uau uay uăc uăm uăn uăng uăp uăt ue uen ueo uet uôn uôc uy
ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu`)
