package fields

import (
	"math"
	"strings"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// knownSigner replaces a name read with doubt by the one confirmed name it is nearly, marks aside at most one letter, or that
// ends like it: the seal over a signature takes the first words. Those who signed for the same agency go first.
func (p *paper) knownSigner(name string, words []word) (string, float32) {
	doubt := false
	for _, w := range words {
		doubt = doubt || w.conf < 0.9
	}
	fold, found := viet.Fold(name), ""
	for _, s := range p.lists.Signers {
		if s.Name == name {
			return name, 0.97
		}
		if strings.Count(s.Name, " ") == strings.Count(name, " ") && viet.Distance(viet.Fold(s.Name), fold, 1) <= 1 {
			if found != "" && found != s.Name {
				return name, 0.85
			}
			found = s.Name
		}
	}
	if found != "" && doubt {
		return found, 0.9
	}
	tail := strings.Fields(fold)
	// A name that is the end of a longer one of this agency has lost its beginning, however surely the rest was read.
	if full := p.only(p.ownSigners(), func(s *archive.KnownSigner) bool {
		return endsLike(s.Name, tail, 1) && (doubt || strings.Count(s.Name, " ") > strings.Count(name, " "))
	}); full != "" {
		return full, 0.85
	}
	if doubt {
		if full := p.only(p.lists.Signers, func(s *archive.KnownSigner) bool { return endsLike(s.Name, tail, 0) }); full != "" {
			return full, 0.75
		}
	}
	return name, 0.9
}

// only is the one name among signers that fits, "" when none or several do.
func (p *paper) only(signers []archive.KnownSigner, fits func(*archive.KnownSigner) bool) string {
	found := ""
	for i := range signers {
		s := &signers[i]
		if s.Name == found || !fits(s) {
			continue
		}
		if found != "" {
			return ""
		}
		found = s.Name
	}
	return found
}

// ownSigners are those who signed confirmed papers of the agency of this one.
func (p *paper) ownSigners() (own []archive.KnownSigner) {
	key := agencyKey(p.value(AgencyName))
	if key == "" {
		return nil
	}
	for _, s := range p.lists.Signers {
		if s.Name != "" && viet.Distance(agencyKey(s.Agency), key, 2) <= min(2, len(key)/10) {
			own = append(own, s)
		}
	}
	return own
}

// endsLike reports that the last two words of a folded name are those of full, with at most so many letters misread.
func endsLike(full string, tail []string, edits int) bool {
	name := strings.Fields(viet.Fold(full))
	if len(tail) < 2 || len(name) < 2 {
		return false
	}
	a, b := strings.Join(name[len(name)-2:], " "), strings.Join(tail[len(tail)-2:], " ")
	a, b = strings.TrimPrefix(a, "h'"), strings.TrimPrefix(b, "h'") // the small sign is lost first
	return a == b || edits > 0 && len(a) > 6 && viet.Distance(a, b, edits) <= edits
}

// underSeal looks below a signer's position for what the seal left of his name, when no name can be read there: the last two
// words of one who signed for this agency, or the last word of the only one who signed in this position.
func (p *paper) underSeal(g signature) {
	own := p.ownSigners()
	if len(own) == 0 || g.sheet == nil {
		return
	}
	s, last := g.sheet, g.lines[len(g.lines)-1]
	position := viet.Fold(p.value(SignerPosition))
	for _, least := range [2]int{2, 1} {
		for _, r := range s.runs {
			if gap := r.y0 - last.y1; gap < 0.5*s.tall || gap > 0.24*s.height || math.Abs(r.cx()-last.cx()) > 0.2*s.width {
				continue
			}
			words := strings.Fields(plain(r.words, true))
			if len(words) < least {
				continue
			}
			end := words[len(words)-1]
			full := p.only(own, func(k *archive.KnownSigner) bool {
				if least == 2 {
					return endsLike(k.Name, words, 1)
				}
				name := strings.Fields(viet.Fold(k.Name))
				return len(end) > 2 && name[len(name)-1] == end && position != "" && viet.Fold(k.Position) == position
			})
			if full != "" {
				p.put(SignerName, full, 0.4+0.2*float32(least), s, r.words[len(r.words)-min(least, len(r.words)):])
				return
			}
		}
	}
}

// middles are words that stand second in Vietnamese names and are hardly ever a family's.
var middles = []string{"văn", "thị", "hữu", "đức", "quang", "ngọc", "xuân", "thế", "công", "đình", "hồng", "tiến", "mạnh", "trọng", "như", "gia", "thu", "anh", "minh", "hoài", "phúc", "bảo", "tuấn", "kim", "thanh", "quốc", "hải", "duy"}

// beheaded reports that a name has probably lost its first word: it has two only, or begins with what is no family's name.
func beheaded(name string) bool {
	words := strings.Fields(viet.Exact(name))
	return len(words) == 2 && !strings.Contains(words[0], "'") || len(words) > 1 && contains(middles, words[0])
}
