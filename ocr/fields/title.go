package fields

import (
	"math"
	"strings"
	"unicode"

	"sohoa/archive"
)

// title is the name of the type as it stands on the paper, and where it ends.
type title struct {
	found bool
	at    int // index of its run on the first sheet
	kind  int // index into kinds
	rest  []word
	edits int
}

// findTitle looks for the name of a type in capitals, in the middle, in the upper part of the first page.
func (p *paper) findTitle() {
	s := p.first
	for i, r := range s.runs {
		if r.cy() > 0.62*s.height || p.head.found && r.cy() < p.head.motto.y1 {
			continue
		}
		if !s.heading(r) {
			continue
		}
		at, taken, edits, ok := kindAt(r.words)
		if !ok || strings.HasSuffix(r.text, ":") && capitals(r.text) > 0.9 && s.hasBases(i) {
			continue
		}
		p.title = title{true, i, at, cleaned(r.words[taken:]), edits}
		p.put(Type, kinds[at].name, 1-0.1*float32(edits), s, r.words[:taken])
		return
	}
}

// hasBases reports that a legal basis stands above the run: what follows it is the ruling, not the title.
func (s *sheet) hasBases(i int) bool {
	for _, r := range s.runs[:i] {
		if strings.HasPrefix(r.fold, "can cu ") {
			return true
		}
	}
	return false
}

// findSubject takes what stands in the middle under the name of the type, or under the number after "V/v".
func (p *paper) findSubject() {
	if p.title.found {
		p.subjectBelow()
		return
	}
	p.subjectOfLetter()
}

// bodyStarts are the first words of what follows a subject.
var bodyStarts = []string{"can cu", "kinh gui", "thuc hien", "theo de nghi", "theo", "xet", "hom nay", "ngay", "dieu 1", "so:", "so :", "ma so", "(ban hanh", "(kem theo", "i.", "1.", "ho, chu dem", "ho va ten", "cap lan", "dang ky lan"}

func (p *paper) subjectBelow() {
	s, t := p.first, p.title
	above := s.runs[t.at]
	var words []word
	var parts []string
	if len(t.rest) > 0 {
		words, parts = t.rest, append(parts, join(t.rest))
	}
	short := false // a line that does not reach the margins has come
	for _, r := range s.runs[t.at+1:] {
		if r.beside(above) || r.cy() < above.cy() {
			continue
		}
		if r.x1 < s.left || r.x0 > s.right || len(r.words) == 1 && r.conf() < 0.5 { // a speck in the margin
			continue
		}
		if r.y0-above.y1 > 1.3*s.tall+4 || !s.centred(r) && !under(r, s.runs[t.at], s.width) || !hasWord(r.fold) {
			break
		}
		full := r.x0-s.left < 0.015*s.width && s.right-r.x1 < 0.015*s.width
		if full && short || starts(r.fold, bodyStarts) && (len(parts) > 0 || !strings.HasPrefix(r.fold, "theo")) {
			break
		}
		caps := capitals(r.text) > 0.8
		if caps && len(parts) > 0 && (capitals(parts[len(parts)-1]) < 0.8 || agencyStart(r.words) || s.isPosition(r)) {
			break
		}
		if r.conf() < 0.3 {
			break
		}
		words, parts = append(words, r.words...), append(parts, r.text)
		short = short || s.right-r.x1 > 0.12*s.width
		above = r
		if len(parts) >= 8 {
			break
		}
	}
	// A name of the type that goes on in capitals is written as a sentence, what stands below it as it is.
	n := 0
	for n < len(parts) && capitals(parts[n]) > 0.75 {
		n++
	}
	value := strings.Join(parts[n:], " ")
	if n > 0 {
		value = p.lowered(strings.Join(parts[:n], " ")) + " " + value
	}
	if v := strings.TrimSpace(value); strings.HasPrefix(v, "(") && strings.HasSuffix(v, ")") && strings.Count(v, "(") == 1 {
		value = v[1 : len(v)-1]
	}
	p.put(Subject, value, 0.95, s, words)
}

// under reports that a run has its middle where the name of the type has it.
func under(r, title run, width float64) bool { return math.Abs(r.cx()-title.cx()) < 0.008*width }

func starts(fold string, list []string) bool {
	for _, x := range list {
		if strings.HasPrefix(fold, x) && (len(fold) == len(x) || !unicode.IsLetter(rune(fold[len(x)])) || !unicode.IsLetter(rune(x[len(x)-1]))) {
			return true
		}
	}
	return false
}

// subjectOfLetter reads the lines under the number of a letter without a type name.
func (p *paper) subjectOfLetter() {
	s := p.first
	var words []word
	var parts []string
	marked := false
	var above run
	for _, r := range p.head.left {
		if !p.code.found || r.cy() <= p.code.run.cy()+0.4*s.tall {
			continue
		}
		if len(parts) == 0 {
			above = p.code.run
			marked = aboutMark(r.words)
		}
		if r.y0-above.y1 > 1.6*s.tall+6 || capitals(r.text) > 0.8 && letters(r.text) > 6 {
			break
		}
		// What is no word beside the lines is a code or a speck; a year may stand on a line of its own.
		if r.conf() < 0.35 || letters(r.text) < 2 && (len(parts) == 0 || !strings.ContainsAny(r.text, "0123456789") || r.conf() < 0.6) || math.Abs(r.cx()-p.code.run.cx()) > 0.12*s.width && len(r.words) == 1 {
			continue
		}
		words, parts = append(words, r.words...), append(parts, r.text)
		above = r
	}
	if len(parts) == 0 || !marked && p.kindOfCode() != "" {
		return
	}
	value := strings.Join(parts, " ")
	conf := float32(0.9)
	if marked {
		if first, rest, ok := strings.Cut(value, " "); ok && first != "V/v" && len(first) <= 6 && !strings.EqualFold(first, "Về") {
			value = "V/v " + rest
		}
	} else {
		conf = 0.7
	}
	if !p.has(Type) {
		p.out = append(p.out, p.asLetter(words))
	}
	p.put(Subject, value, conf, s, words)
}

// asLetter is the proposal that this is an official letter: it has no type name, so the place is its subject's.
func (p *paper) asLetter(words []word) archive.Proposal {
	q := paper{}
	q.put(Type, official, 0.95, p.first, words)
	return q.out[0]
}

// aboutMark reports that the words begin with V/v, however it was read.
func aboutMark(words []word) bool {
	f := strings.Trim(words[0].fold, ".,:;'\"")
	switch f {
	case "v/v", "vv", "viv", "vlv", "v/", "v", "wv", "v/y", "vn", "vww", "v.v", "v|v", "v!v", "v)v", "v1v", "ve", "w":
		return true
	}
	return len(f) == 3 && f[0] == 'v' && f[2] == 'v'
}

func join(words []word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.text
	}
	return strings.Join(texts, " ")
}
