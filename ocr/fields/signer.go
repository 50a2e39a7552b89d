package fields

import (
	"math"
	"regexp"
	"strings"
	"unicode"

	"sohoa/internal/viet"
)

// signature is one signer's block.
type signature struct {
	sheet *sheet
	lines []run // authority and position
	name  []word
	next  *sheet // where the name stands when not on the same page
}

// findSigner takes the last block at the right with a name under it.
func (p *paper) findSigner() {
	var nameless *signature
	for i := len(p.sheets) - 1; i >= 0; i-- {
		g, ok := p.sheets[i].signature(i == 0, p)
		if ok && len(g.name) == 0 && i+1 < len(p.sheets) && p.sheets[i+1].number == p.sheets[i].number+1 {
			g.name = p.sheets[i+1].overleaf()
			g.next = p.sheets[i+1]
		}
		if ok && len(g.name) > 0 {
			p.signed(g)
			return
		}
		if ok && nameless == nil {
			nameless = &g
		}
	}
	if nameless != nil {
		p.signed(*nameless)
	}
}

// overleaf is the name at the top of a page that the signature block of the page before ran over to.
func (s *sheet) overleaf() []word {
	for _, r := range s.runs {
		if r.cy() > 0.25*s.height || r.wide() > 0.5*s.width {
			break
		}
		if r.cx() > 0.5*s.width {
			if name, ok := personName(r.words); ok {
				return name
			}
		}
	}
	return nil
}

// signature looks for the lowest block of capitals right of the middle that a name stands under.
func (s *sheet) signature(first bool, p *paper) (signature, bool) {
	var best signature
	top := 0.0
	if first {
		top = 0.2 * s.height
		if p.head.found {
			top = max(top, p.head.motto.y1+4*s.tall)
		}
		if p.title.found {
			top = max(top, s.runs[p.title.at].y1)
		}
	}
	var used run
	position := make(map[int]bool, 8) // asked once of each run
	isPosition := func(i int) bool {
		v, ok := position[i]
		if !ok {
			v = s.isPosition(s.runs[i])
			position[i] = v
		}
		return v
	}
	for i, r := range s.runs {
		if r.cy() < top || r.cx() < 0.5*s.width || r.x0 < 0.38*s.width || r.words == nil {
			continue
		}
		person := starts(strings.Trim(r.fold, " .'\"|_“"), persons)
		if !person && !isPosition(i) {
			continue
		}
		if len(used.words) > 0 && r.cy() <= used.cy() {
			continue // gathered already
		}
		g := signature{sheet: s, lines: []run{r}}
		at := i
		for j := i + 1; j < len(s.runs); j++ {
			o := s.runs[j]
			last := g.lines[len(g.lines)-1]
			if o.y0-last.y1 > 1.6*s.tall+4 {
				break
			}
			if math.Abs(o.cx()-r.cx()) < 0.15*s.width && o.x0 > 0.36*s.width && o.cy() > last.cy()+0.4*s.tall && (isPosition(j) || capitals(o.text) > 0.85 && letters(o.text) > 6 && o.conf() > 0.6 && authority(g.lines[0].words) && !nameLike(o)) {
				g.lines = append(g.lines, o)
				at = j
			}
		}
		last := g.lines[len(g.lines)-1]
		used = last
		for _, o := range s.runs[at+1:] {
			gap := o.y0 - last.y1
			if gap > 0.22*s.height {
				break
			}
			if gap < 1.2*s.tall || math.Abs(o.cx()-r.cx()) > 0.14*s.width {
				continue
			}
			if name, ok := personName(o.words); ok {
				g.name = name
				break
			}
		}
		if len(g.name) == 0 && len(best.name) > 0 {
			continue
		}
		best = g
	}
	return best, len(best.lines) > 0
}

func nameLike(r run) bool { _, ok := personName(r.words); return ok && capitals(r.text) < 0.6 }

// degrees stand before a name and are no part of it.
var degrees = []string{"ts.", "ths.", "pgs.", "gs.", "bs.", "ks.", "pgs.ts.", "pgs.ts", "gs.ts.", "gs.ts", "tskh.", "bscki.", "bsckii.", "bs.cki", "bs.ckii", "luat su", "cn.", "ds."}

// ranks stand before a name as degrees do.
var ranks = []string{"dai tuong", "thuong tuong", "trung tuong", "thieu tuong", "dai ta", "thuong ta", "trung ta", "thieu ta", "dai uy", "thuong uy", "trung uy", "thieu uy"}

// syllable is a Vietnamese syllable, folded.
var syllable = regexp.MustCompile(`^(?:ngh?|nh?|gh?|gi|kh?|ch?|th?|tr|ph?|qu|[bdhlmrsvx])?[aeiouy]{1,3}(?:ng|nh|ch|[cmnpt])?$`)

// personName returns the words of a run that are a person's name: two to seven, each with a capital first, letters only.
func personName(words []word) ([]word, bool) {
	junk := func(w word) bool {
		return letters(w.text) == 0 || w.conf < 0.3 && !syllable.MatchString(strings.Trim(w.fold, " .,:;'\"|_-*“”‘`~")) || letters(w.text) == 1 && w.conf < 0.6 && !strings.EqualFold(w.text, "Y")
	}
	for len(words) > 0 && junk(words[0]) {
		words = words[1:]
	}
	for len(words) > 0 && junk(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	for len(words) > 0 {
		f := words[0].fold
		if len(words) > 3 && contains(ranks, f+" "+words[1].fold) {
			words = words[2:]
			continue
		}
		isDegree := false
		for _, d := range degrees {
			isDegree = isDegree || f == d
		}
		if !isDegree {
			break
		}
		words = words[1:]
	}
	if len(words) < 2 || len(words) > 7 {
		return nil, false
	}
	var conf float32
	for i, w := range words {
		t := strings.Trim(w.text, " .,:;-_|*\"“”‘'`~")
		runes := []rune(t)
		if len(runes) == 0 {
			return nil, false
		}
		if !unicode.IsUpper(runes[0]) && !(i == 0 && letters(t) > 1 && w.conf < 0.8 && len(words) > 2) { // the seal lies over the first letter
			return nil, false
		}
		for _, r := range runes {
			if !unicode.IsLetter(r) && !strings.ContainsRune("'’‘ʼ`-", r) && !unicode.Is(unicode.Mn, r) {
				return nil, false
			}
		}
		conf += w.conf
	}
	if conf/float32(len(words)) < 0.35 {
		return nil, false
	}
	f := plain(words, true)
	if _, _, ok := positionOf(f); ok || starts(f, persons) || positionLed(f) || authority(words) {
		return nil, false
	}
	return words, true
}

func (p *paper) signed(g signature) {
	var auth []word
	var pos []string
	var posWords []word
	edits := 0
	for i, l := range g.lines {
		words := cleaned(l.words)
		if len(words) == 0 {
			continue
		}
		switch fold := plain(words, true); {
		case starts(fold, persons):
		case authority(words):
			if lostK(words) {
				words[0].text, words[0].fold = "KT.", "kt."
			}
			auth = append(auth, words...)
			pos, posWords = nil, nil
			if f := words[0].fold; i == len(g.lines)-1 && strings.HasPrefix(f, "q") && len(words) > 1 { // Q. CHỦ TỊCH holds the office
				if name, d, ok := positionOf(plain(words[1:], true)); ok {
					pos, posWords, edits = []string{"Q. " + name}, words, d
				}
			}
		default:
			if name, d, ok := positionOf(fold); ok {
				// Who signs for the chairman is the vice-chairman: the seal lies over the first word.
				if deputy, _, ok := deputyOf(auth); ok && viet.Fold(deputy) == "pho "+viet.Fold(name) {
					name, d = deputy, d+2
				}
				pos, posWords, edits = []string{name}, words, d // the last that is an office of its own
			} else if deputy, over, ok := deputyOf(auth); ok && (strings.HasSuffix(fold, plain(over[1:], true)) || strings.HasPrefix(viet.Fold(deputy), firstPart(fold, 7)) && len(fold) > 4) {
				pos, posWords, edits = []string{deputy}, words, 3
			} else if len(auth) > 0 && len(pos) == 0 && !positionLed(fold) && i < len(g.lines)-1 {
				auth = append(auth, words...) // the office signed for goes on
			} else {
				pos, posWords = append(pos, p.lowered(tidy(join(words)))), append(posWords, words...)
			}
		}
	}
	if deputy, over, ok := deputyOf(auth); ok && len(pos) == 0 {
		p.put(SignerPosition, deputy, 0.5, g.sheet, over)
	}
	if len(auth) > 0 {
		p.put(Authority, onBehalf(auth), 0.9, g.sheet, auth)
	}
	if len(pos) > 0 {
		p.put(SignerPosition, strings.Join(pos, " "), 0.95-0.05*float32(edits), g.sheet, posWords)
	}
	if len(g.name) == 0 {
		p.underSeal(g)
		return
	}
	name := tidy(join(g.name))
	if capitals(name) > 0.9 {
		name = titled(name)
	}
	name = p.named(name)
	name, conf := p.knownSigner(name, g.name)
	// A name stands under the middle of the position. What hangs to one side has lost a word, or its first letter.
	if m, l := newRun(g.name), g.lines[len(g.lines)-1]; g.next == nil && math.Abs(m.cx()-l.cx()) > 1.2*g.sheet.tall || unicode.IsLower([]rune(name + " ")[0]) {
		conf *= 0.6
	}
	if conf < 0.95 && beheaded(name) {
		conf *= 0.55
	}
	name, conf = familyOf(name, conf)
	least := float32(1) // a name is as sure as its least sure word
	for _, w := range g.name {
		least = min(least, w.conf)
	}
	conf *= min(1, 0.45+0.6*least)
	if r := []rune(name); len(r) > 0 && unicode.IsLower(r[0]) {
		name = string(unicode.ToUpper(r[0])) + string(r[1:])
	}
	on := g.sheet
	if g.next != nil {
		on = g.next
	}
	p.put(SignerName, name, conf, on, g.name)
}

// onBehalf writes the authority with its fixed words put right: TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH.
func onBehalf(auth []word) string {
	var out []string
	var office []word
	flush := func() {
		if len(office) == 0 {
			return
		}
		if name, _, ok := positionOf(plain(office, true)); ok {
			out = append(out, strings.ToUpper(name))
		} else {
			out = append(out, mended(join(office)))
		}
		office = nil
	}
	for i, w := range auth {
		if f := strings.Trim(w.fold, " .,_'\"|-“"); i+1 < len(auth) && contains(authorities, f+".") {
			flush()
			out = append(out, strings.ToUpper(f)+".")
			continue
		}
		office = append(office, w)
	}
	flush()
	return strings.Join(out, " ")
}

// deputyOf returns who signs when the words end with "KT." and an office: its deputy (Decree 30/2020, annex I, II.7.a).
func deputyOf(auth []word) (position string, words []word, ok bool) {
	for i := len(auth) - 2; i >= 0; i-- {
		if f := strings.Trim(auth[i].fold, " .,"); f != "kt" && f != "k/t" {
			continue
		}
		office := plain(auth[i+1:], true)
		if office == "bo truong" {
			return "Thứ trưởng", auth[i:], true
		}
		position, _, ok = positionOf("pho " + office)
		return position, auth[i:], ok && strings.HasPrefix(position, "Phó")
	}
	return "", nil, false
}

// named returns the fuller form of a name that the paper gives elsewhere after "Ông" or "Bà": the seal over a signature takes
// the first word or its first letter. The last two words must be the same, and no third person may end like them.
func (p *paper) named(name string) string {
	tail := strings.Fields(viet.Exact(name))
	if len(tail) < 2 {
		return name
	}
	fuller := ""
	for _, s := range p.sheets {
		for _, r := range s.runs {
			for i, w := range r.words {
				if f := strings.Trim(w.fold, ".,:;()-"); f != "ong" && f != "ba" && f != "chi" {
					continue
				}
				words := nameAfter(r.words[i+1:])
				full := tidy(join(words))
				have := strings.Fields(viet.Exact(full))
				if len(have) < len(tail) || len(have) > 6 || capitals(full) > 0.9 {
					continue
				}
				if have[len(have)-1] != tail[len(tail)-1] || have[len(have)-2] != tail[len(tail)-2] {
					continue
				}
				if fuller != "" && fuller != full {
					return name
				}
				fuller = full
			}
		}
	}
	if fuller == "" {
		return name
	}
	return fuller
}
