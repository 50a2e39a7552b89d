package fields

import (
	"regexp"
	"strings"
	"unicode"

	"sohoa/internal/viet"
)

// code is the number and notation as they stand on the paper, "Số: 1287/QĐ-UBND" (a party's: "778-QĐ/BTCTU").
type code struct {
	found    bool
	run      run    // its line
	number   string // empty: none, or written by hand
	notation string
	hand     bool // a place for a number, filled by hand or not at all
	digits   []word
	rest     []word
}

var (
	codeForm      = regexp.MustCompile(`^[.:;,_…\s]*([^/-]{0,8}?)((?:/(?:19|20)[0-9]{2})?)([/-])([\p{L}0-9][\p{L}0-9&./-]*)`)
	lostSlash     = regexp.MustCompile(`^[.:;,\s]*([0-9]{1,5})(\p{Lu}[\p{L}]+)-([^/]+)$`) // 07UBND-VX
	printedNumber = regexp.MustCompile(`^[OolI|]{0,2}[0-9][0-9OolI|]{0,5}[A-Za-z]?$`)
	bareNumber    = regexp.MustCompile(`^[.:;,\s]*([0-9][0-9A-Z]*(?:/(?:19|20)[0-9]{2})?)\.?$`)
	straight      = strings.NewReplacer("–", "-", "—", "-", "‐", "-", "‑", "-", "−", "-", "⁄", "/", "∕", "/", "Ð", "Đ", "Ɖ", "Đ")
	asDigits      = strings.NewReplacer("O", "0", "o", "0", "l", "1", "I", "1", "|", "1")
)

// findNumber looks under the agency, then anywhere above the body for a line that begins with "Số".
func (p *paper) findNumber() {
	s := p.first
	p.code = s.codeIn(p.head.left, p.head.border)
	if !p.code.found {
		var rest []run
		for i, r := range s.runs {
			if r.cy() > 0.5*s.height || starts(r.fold, bodyStarts[:1]) {
				break
			}
			if s.centred(r) && (!p.title.found || i > p.title.at) || p.head.found && r.cx() < p.head.border {
				rest = append(rest, r)
			}
		}
		p.code = s.codeIn(rest, s.width)
	}
	c := &p.code
	if !c.found {
		return
	}
	if c.number != "" {
		p.put(Number, c.number, 0.95, s, c.digits)
	} else if c.hand && (c.notation != "" || len(c.rest) == 0) {
		p.byHand(Number, s, append(c.run.words[:len(c.run.words):len(c.run.words)], c.rest...))
	}
	if c.notation != "" {
		p.put(Notation, c.notation, 0.95, s, c.rest)
	}
}

// codeIn reads the first of the runs that is a number line. Words of one line that stand apart, as around a number
// written by hand, are read together up to the border.
func (s *sheet) codeIn(runs []run, border float64) code {
	for i, r := range runs {
		at := label(r.words)
		if at == 0 {
			continue
		}
		words := r.words
		for _, o := range runs[i+1:] {
			if o.beside(r) && o.x0 > r.x1 && o.cx() < border {
				words = append(words[:len(words):len(words)], o.words...)
			}
		}
		// "Số:" may be grown together with what follows.
		tail := words[at:]
		if at == 1 {
			if k := strings.IndexAny(words[0].text, ":0123456789"); k > 0 && k < len(words[0].text)-1 {
				w := words[0]
				w.text = w.text[k:]
				tail = append([]word{w}, words[1:]...)
			}
		}
		if c, ok := s.parseCode(r, tail); ok {
			return c
		}
	}
	return code{}
}

// label returns how many words the mark "Số:" takes at the start, 0 when there is none.
func label(words []word) int {
	first := strings.TrimLeft(words[0].fold, "'\"|_.,-")
	switch {
	case strings.HasPrefix(first, "so") || strings.HasPrefix(first, "s6") || strings.HasPrefix(first, "s0") || strings.HasPrefix(first, "sd:"):
		rest := strings.TrimLeft(first[2:], ":.;,")
		if rest == "" || strings.ContainsAny(rest[:1], "0123456789/-") {
			return 1
		}
	case len(words) > 2 && words[1].fold == "so:" && (first == "luat" || first == "lenh" || first == "giay" || first == "phep"): // Luật số: 40/2013/QH13
		return 2
	case first == "ma" && len(words) > 2 && words[1].fold == "so": // Mã số đăng ký: 40A8001273
		for i, w := range words[:min(len(words), 8)] {
			if strings.HasSuffix(w.fold, ":") && i+1 < len(words) {
				return i + 1
			}
		}
	}
	return 0
}

func (s *sheet) parseCode(r run, tail []word) (code, bool) {
	c := code{found: true, run: r}
	text := ""
	for i, w := range tail {
		part := straight.Replace(w.text)
		open := text == "" || strings.HasSuffix(text, "/") || strings.HasSuffix(text, "-") || !strings.ContainsAny(text, "/-")
		if !open && !strings.HasPrefix(part, "/") && !strings.HasPrefix(part, "-") {
			break
		}
		if i > 6 {
			break
		}
		text += part
		c.rest = append(c.rest, w)
	}
	if l := lostSlash.FindStringSubmatch(text); l != nil {
		_, body := known(l[2], bodies)
		_, kind := known(l[2], kindCodes)
		if body || kind {
			text = l[1] + "/" + l[2] + "-" + l[3]
		}
	}
	m := codeForm.FindStringSubmatch(text)
	if m == nil {
		if b := bareNumber.FindStringSubmatch(text); b != nil && strings.ContainsAny(b[1], "0123456789") {
			c.number, c.digits = b[1], c.rest
			return c, !s.byHand(c.digits, r)
		}
		// A label and nothing that can be read: the place of a number to be written.
		if !hasWord(text) && strings.HasSuffix(r.words[len(r.words)-1].text, ":") && len(r.words) == 1 {
			c.hand, c.rest = true, nil
			return c, true
		}
		return code{}, false
	}
	digits, year := m[1], m[2]
	c.notation = s.notation(m[4])
	if letters(c.notation) == 0 {
		if letters(c.notation) == 0 && digits != "" { // Số: 45/2024
			if b := bareNumber.FindStringSubmatch(text); b != nil {
				c.number, c.notation, c.digits = b[1], "", c.rest
				return c, true
			}
		}
		return code{}, false
	}
	for i, w := range c.rest {
		if strings.ContainsAny(straight.Replace(w.text), "/-") {
			c.digits = c.rest[:i+1]
			break
		}
	}
	printed := printedNumber.MatchString(digits)
	c.number = asDigits.Replace(digits) + year
	if n := len(digits); n > 1 && strings.ContainsAny(digits[n-1:], "abcdefghkmnpqrstuvwxyzABCDEFGH") { // 15a
		c.number = asDigits.Replace(digits[:n-1]) + digits[n-1:] + year
	}
	if !printed || s.byHand(c.digits, r) {
		c.number, c.hand = "", true
	}
	return c, true
}

// byHand reports that the words of a number were not printed: read with doubt, or standing taller than print does.
func (s *sheet) byHand(words []word, r run) bool {
	if len(words) == 0 {
		return true
	}
	for _, w := range words {
		whole := strings.ContainsAny(w.text, "/-") && letters(w.text) > 1 // grown together with the printed notation
		switch h := w.y1 - w.y0; {
		case !whole && len(r.words) > 0 && label(r.words[:1]) > 0 && w.line == r.words[0].line && h > 1.15*(r.words[0].y1-r.words[0].y0): // the mark of "Số" stands above any figure in print
			return true
		case whole && label(r.words[:1]) > 0 && w.line == r.words[0].line && h > 1.6*(r.words[0].y1-r.words[0].y0):
			return true
		case w.conf < 0.3, !whole && w.conf < 0.6 && hasWord(w.text):
			return true
		case h > 2*max(s.tall, 6):
			return true
		}
	}
	return false
}

// notation puts right what recognition confuses in capitals, part by part, where a part is an abbreviation everybody
// knows and nothing else.
func (s *sheet) notation(text string) string {
	text = strings.TrimRight(text, ".-/&")
	var b strings.Builder
	from := 0
	flush := func(to int) {
		part := text[from:to]
		list := bodies
		if b.Len() == 0 {
			list = kindCodes
		}
		if k, ok := known(part, list); ok {
			part = k
		} else if k, ok := known(part, bodies); ok {
			part = k
		} else if k, ok := known(part, kindCodes); ok {
			part = k
		}
		if _, ok := known(part, list); !ok { // Đ read twice
			for _, l := range []string{"Đ", "D", "Q"} {
				if k, ok := known(strings.Replace(alike.Replace(part), l+l, l, 1), list); ok {
					part = k
					break
				}
			}
		}
		b.WriteString(part)
	}
	for i := range len(text) {
		if text[i] == '-' || text[i] == '/' {
			flush(i)
			b.WriteByte(text[i])
			from = i + 1
		}
	}
	flush(len(text))
	return b.String()
}

// kindOfCode is the type the notation names with its first part, "" when that is no type's abbreviation.
func (p *paper) kindOfCode() string {
	part, _, _ := strings.Cut(p.code.notation, "-")
	part, _, _ = strings.Cut(part, "/")
	for _, k := range kinds {
		if k.code != "" && k.code == part {
			return k.name
		}
	}
	return ""
}

// settleType proposes a type from the notation where no name of one was found.
func (p *paper) settleType() {
	if name := p.kindOfCode(); name != "" && len(p.code.rest) > 0 {
		p.put(Type, name, 0.7, p.first, p.code.rest)
	}
}

// initials is the abbreviation an agency's name gives: SỞ GIÁO DỤC VÀ ĐÀO TẠO, SGDĐT.
func initials(name string) string {
	var b strings.Builder
	for w := range viet.Words(name) {
		if f := w.Fold(); f == "va" || f == "cac" {
			continue
		}
		for _, r := range w.Text {
			b.WriteRune(unicode.ToUpper(r))
			break
		}
	}
	return b.String()
}
