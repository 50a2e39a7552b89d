package session

import (
	_ "embed"
	"strings"
	"unicode"

	"sohoa/internal/viet"
)

// commonWords are words of which passwords are made that are tried first, in Vietnamese and English, drawn up from what anybody
// knows of such lists. A word stands for all its disguises: marks left out, capitals, digits for letters, years and signs
// before and behind, said twice.
//
//go:embed common.txt
var commonWords string

var commonSet = func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(commonWords) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			set[line] = true
		}
	}
	return set
}()

// disguises of letters by what looks like them.
var disguises = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t")

// common reports whether a password is one of those that are tried first: a run or a repetition, a common word in some disguise,
// two such words, or a word about the person or the house.
func common(password string, about ...string) bool {
	p := strings.ToLower(viet.Fold(password))
	if simple(p) {
		return true
	}
	own := map[string]bool{}
	for _, a := range about {
		a = letters(strings.ToLower(viet.Fold(a)))
		if len(a) >= 4 {
			own[a] = true
		}
	}
	is := func(s string) bool { return commonSet[s] || own[s] }
	for _, s := range []string{letters(p), letters(disguises.Replace(p)), letters(disguises.Replace(strings.TrimFunc(p, notLetter)))} {
		s = once(s)
		if s == "" {
			continue
		}
		if is(s) {
			return true
		}
		for i := 3; i <= len(s)-3; i++ { // two of them
			if is(once(s[:i])) && is(once(s[i:])) {
				return true
			}
		}
	}
	return false
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
}

// once returns what s repeats: "abcabc" is "abc".
func once(s string) string {
	for n := 1; n <= len(s)/2; n++ {
		if len(s)%n == 0 && strings.Repeat(s[:n], len(s)/n) == s {
			return s[:n]
		}
	}
	return s
}

// rows of keys and of the alphabet, along which lazy fingers go.
var rows = []string{"01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm", "q1w2e3r4t5y6u7i8o9p0", "1q2w3e4r5t6y7u8i9o0p"}

// simple reports whether s is few different signs, or made of three or fewer runs along a row, forwards or backwards.
func simple(s string) bool {
	r := []rune(s)
	kinds := map[rune]bool{}
	for _, c := range r {
		kinds[c] = true
	}
	if len(kinds) <= 3 {
		return true
	}
	runs, rest := 0, r
	for len(rest) > 0 {
		n := longestRun(rest)
		if n < 3 {
			return false
		}
		if runs++; runs > 3 {
			return false
		}
		rest = rest[n:]
	}
	return true
}

func longestRun(r []rune) int {
	most := 1
	for most < len(r) && r[most] == r[0] {
		most++
	}
	for _, row := range rows {
		for _, line := range []string{row, backwards(row)} {
			for n := len(r); n > most; n-- {
				if strings.Contains(line, string(r[:n])) {
					most = n
				}
			}
		}
	}
	return most
}

func backwards(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}
