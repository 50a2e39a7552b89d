package fields

import (
	"math"
	"strings"
	"unicode"

	"sohoa/internal/viet"
)

// positions are what stands above a signature, as clerks write it. The first word is capital, the others as here.
var positions = []string{
	"Chủ tịch", "Phó Chủ tịch", "Chủ tịch Hội đồng", "Giám đốc", "Phó Giám đốc", "Tổng Giám đốc", "Phó Tổng Giám đốc", "Cục trưởng", "Phó Cục trưởng", "Chi cục trưởng", "Phó Chi cục trưởng",
	"Tổng cục trưởng", "Phó Tổng cục trưởng", "Vụ trưởng", "Phó Vụ trưởng", "Trưởng phòng", "Phó Trưởng phòng", "Trưởng ban", "Phó Trưởng ban", "Chánh Văn phòng", "Phó Chánh Văn phòng", "Chánh Thanh tra",
	"Phó Chánh Thanh tra", "Bộ trưởng", "Thứ trưởng", "Thủ tướng", "Phó Thủ tướng", "Bí thư", "Phó Bí thư", "Phó Bí thư Thường trực", "Viện trưởng", "Phó Viện trưởng", "Chánh án", "Phó Chánh án", "Hiệu trưởng", "Phó Hiệu trưởng",
	"Trưởng đoàn", "Tổ trưởng", "Đội trưởng", "Trạm trưởng", "Chi nhánh trưởng", "Kế toán trưởng", "Chủ trì", "Chủ tọa", "Thư ký", "Trưởng Công an", "Phó Trưởng Công an", "Tổng Biên tập", "Thống đốc", "Phó Thống đốc",
	"Tổng Kiểm toán", "Tổng Thanh tra", "Chủ nhiệm", "Phó Chủ nhiệm", "Phó Chủ tịch Thường trực", "Công chức tư pháp - hộ tịch", "Công chức địa chính", "Công chứng viên", "Người lập biên bản", "Người thực hiện chứng thực",
	"Phó Giám đốc phụ trách", "Quyền Chủ tịch", "Quyền Giám đốc", "Hạt trưởng", "Phó Hạt trưởng", "Trưởng khoa", "Trưởng bộ phận", "Trưởng trạm", "Chuyên viên", "Thẩm phán", "Chấp hành viên",
}

var positionFolds = func() []string {
	out := make([]string, len(positions))
	for i, p := range positions {
		out[i] = viet.Fold(p)
	}
	return out
}()

// persons are what a citizen who signs stands under: not a position.
var persons = []string{"nguoi lam don", "nguoi yeu cau", "nguoi khai", "nguoi de nghi", "nguoi viet don", "nguoi nop", "nguoi cam doan", "nguoi cam ket", "chu ho", "nguoi ky", "nguoi nhan", "nguoi uy quyen", "chu dau tu", "nguoi dai dien", "nguoi dung don", "dai dien ho gia dinh", "nguoi lam chung", "ho ten", "nguoi ban giao", "nguoi su dung dat"}

// authorities stand before the position for whom one signs (Decree 30/2020, annex I, II.7).
var authorities = []string{"tm.", "kt.", "tl.", "tuq.", "q.", "t/m", "k/t", "t/l", "tm", "kt", "tl", "tuq"}

func authority(words []word) bool {
	f := strings.TrimLeft(words[0].fold, " _'\"|.,-:;“")
	for _, a := range authorities {
		if f == a || strings.HasSuffix(a, ".") && strings.HasPrefix(f, a) {
			return len(words) > 1 || strings.Contains(f, ".")
		}
	}
	return false
}

// positionOf returns the position the words are, and the edits it needed.
func positionOf(fold string) (name string, edits int, ok bool) {
	fold = strings.Trim(fold, " .,:;-_'\"|*()“”‘")
	best := 100
	for i, f := range positionFolds {
		limit := len(f) / 6
		if d := viet.Distance(fold, f, limit); d <= limit && d < best {
			best, name, ok = d, positions[i], true
		}
	}
	return name, best, ok
}

// isPosition reports that a run in capitals is what stands above a signature.
func (s *sheet) isPosition(r run) bool {
	if capitals(r.text) < 0.6 {
		return false
	}
	if authority(r.words) {
		return true
	}
	words := cleaned(r.words)
	if len(words) == 0 {
		return false
	}
	_, _, ok := positionOf(plain(words, true))
	return ok || positionLed(plain(words, true))
}

// positionLed reports that the text begins with a position and goes on with what it is of: VỤ TRƯỞNG VỤ CHÍNH SÁCH.
func positionLed(fold string) bool {
	for _, f := range positionFolds {
		if strings.HasPrefix(fold, f+" ") && len(f) > 6 {
			return true
		}
	}
	return false
}

// signature is one signer's block.
type signature struct {
	sheet *sheet
	lines []run // authority and position
	name  []word
}

// findSigner takes the last block at the right with a name under it.
func (p *paper) findSigner() {
	for i := len(p.sheets) - 1; i >= 0; i-- {
		if g, ok := p.sheets[i].signature(i == 0, p); ok {
			p.signed(g)
			return
		}
	}
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
	for i, r := range s.runs {
		if r.cy() < top || r.cx() < 0.5*s.width || r.x0 < 0.38*s.width || r.words == nil {
			continue
		}
		person := starts(strings.Trim(r.fold, " .'\"|_“"), persons)
		if !person && !s.isPosition(r) {
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
			if math.Abs(o.cx()-r.cx()) < 0.15*s.width && o.x0 > 0.36*s.width && o.cy() > last.cy()+0.4*s.tall && (s.isPosition(o) || capitals(o.text) > 0.85 && letters(o.text) > 6 && o.conf() > 0.6 && authority(g.lines[0].words) && !nameLike(o)) {
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
			if gap < 0.6*s.tall || math.Abs(o.cx()-r.cx()) > 0.14*s.width {
				continue
			}
			if name, ok := personName(o.words, s.tall); ok {
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

func nameLike(r run) bool { _, ok := personName(r.words, r.tall); return ok && capitals(r.text) < 0.6 }

// degrees stand before a name and are no part of it.
var degrees = []string{"ts.", "ths.", "pgs.", "gs.", "bs.", "ks.", "pgs.ts.", "pgs.ts", "gs.ts.", "gs.ts", "tskh.", "bscki.", "bsckii.", "bs.cki", "bs.ckii", "luat su", "cn.", "ds."}

// personName returns the words of a run that are a person's name: two to seven, each with a capital first, letters only.
func personName(words []word, tall float64) ([]word, bool) {
	junk := func(w word) bool {
		return letters(w.text) == 0 || w.conf < 0.2 || letters(w.text) == 1 && w.conf < 0.6 && !strings.EqualFold(w.text, "Y")
	}
	for len(words) > 0 && junk(words[0]) {
		words = words[1:]
	}
	for len(words) > 0 && junk(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	for len(words) > 0 {
		f := words[0].fold
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
		if !unicode.IsUpper(runes[0]) && !(i == 0 && letters(t) > 1 && w.conf < 0.8 && unicode.IsUpper(runes[1])) {
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
			auth = append(auth, words...)
			pos, posWords = nil, nil
			if f := words[0].fold; i == len(g.lines)-1 && strings.HasPrefix(f, "q") && len(words) > 1 { // Q. CHỦ TỊCH holds the office
				if name, d, ok := positionOf(plain(words[1:], true)); ok {
					pos, posWords, edits = []string{"Q. " + name}, words, d
				}
			}
		default:
			if name, d, ok := positionOf(fold); ok {
				if len(auth) > 0 && i > 0 && strings.HasPrefix(g.lines[i-1].fold, "kt") && strings.HasSuffix(viet.Fold(strings.TrimPrefix(name, "Quyền ")), afterAuthority(g.lines[i-1])) && !strings.HasPrefix(name, "Phó") && afterAuthority(g.lines[i-1]) != "" {
					// Who signs for the chairman is the vice-chairman: the seal lies over the first word.
					if deputy, _, ok := positionOf("pho " + viet.Fold(name)); ok {
						name, d = deputy, d+2
					}
				}
				pos, posWords, edits = append(pos, name), append(posWords, words...), edits+d
			} else if len(auth) > 0 && len(pos) == 0 && !positionLed(fold) && i < len(g.lines)-1 {
				auth = append(auth, words...) // the office signed for goes on
			} else {
				pos, posWords = append(pos, p.lowered(tidy(join(words)))), append(posWords, words...)
			}
		}
	}
	if len(auth) > 0 {
		p.put(Authority, join(auth), 0.9, g.sheet, auth)
	}
	if len(pos) > 0 {
		p.put(SignerPosition, strings.Join(pos, " "), 0.95-0.05*float32(edits), g.sheet, posWords)
	}
	if len(g.name) == 0 {
		return
	}
	name := tidy(join(g.name))
	if capitals(name) > 0.9 {
		name = titled(name)
	}
	name, conf := p.knownSigner(name, g.name)
	p.put(SignerName, name, conf, g.sheet, g.name)
}

// afterAuthority is what KT. stands before, folded.
func afterAuthority(r run) string {
	_, rest, _ := strings.Cut(plain(r.words, true), " ")
	return rest
}

// knownSigner replaces a name read with doubt by the one confirmed name it is nearly, marks aside at most one letter.
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
	return name, 0.9
}
