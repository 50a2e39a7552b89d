package fields

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// findCodes looks for the code of a dossier and of a procedure anywhere on the pages.
func (p *paper) findCodes() {
	for _, s := range p.sheets {
		for _, r := range s.runs {
			for i, w := range r.words {
				t := strings.Trim(straight.Replace(w.text), " .,:;()[]\"'")
				if c, err := archive.ParseDossierCode(t); err == nil {
					p.put(DossierCode, c.String(), 0.95, s, r.words[i:i+1])
				} else if i+1 < len(r.words) && strings.HasSuffix(t, "-") {
					t += strings.Trim(straight.Replace(r.words[i+1].text), " .,:;()[]\"'")
					if c, err := archive.ParseDossierCode(t); err == nil {
						p.put(DossierCode, c.String(), 0.9, s, r.words[i:i+2])
					}
				}
				if c, err := archive.ParseProcedureCode(strings.Trim(t, "-")); err == nil {
					p.put(ProcedureCode, c.String(), 0.9, s, r.words[i:i+1])
				}
			}
		}
	}
}

// labels of the owner, folded, the surest first. What follows is a name.
var ownerLabels = []string{
	"ho, chu dem, ten nguoi yeu cau", "ho, chu dem, ten", "ho chu dem ten", "ho, ten dem, ten", "ho va ten chu ho", "ho va ten khai sinh", "ho va ten nguoi", "ho va ten", "ho ten", "ten chu dau tu (chu ho)", "ten chu dau tu",
	"cap cho ong (ba)", "cap cho ong/ba", "cap cho ong", "cap cho ba", "cap cho ho ong", "cap cho ho ba", "cap cho", "chu ho kinh doanh", "chu so huu", "nguoi su dung dat", "ten doanh nghiep", "ten to chuc", "ten co so",
	"nguoi dai dien theo phap luat", "ten toi la", "toi ten la", "toi la", "ten nguoi nop", "nguoi nop don", "nguoi yeu cau", "ong (ba)", "ong/ba",
}

// findOwner takes the name behind the first label of the list that stands on a line of the paper, and the personal id
// behind a label of its own.
func (p *paper) findOwner() {
	for _, label := range ownerLabels {
		if p.has(OwnerName) {
			break
		}
		for _, s := range p.sheets {
			for _, r := range s.runs {
				if start := labelAt(r, label); start > 0 {
					if words := nameAfter(r.words[start:]); len(words) > 0 {
						name := tidy(join(words))
						if capitals(name) > 0.9 {
							name = titled(name)
						}
						name, conf := ownerOf(p.apostrophes(name), 0.85)
						p.put(OwnerName, name, conf, s, words)
					}
				}
			}
		}
	}
	for _, s := range p.sheets {
		for i, r := range s.runs {
			if s.personalID(p, i, r) {
				break
			}
		}
	}
	for _, s := range p.sheets {
		for i, r := range s.runs {
			p.serial(s, r)
			next := run{}
			if i+1 < len(s.runs) {
				next = s.runs[i+1]
			}
			p.validity(s, r, next)
		}
	}
}

// labelAt returns the word after a label that stands at the start of a run or behind its number ("1. Cấp cho ông:"), 0
// when it does not. Where the label is one of a sentence a colon must follow.
func labelAt(r run, label string) int {
	text := strings.TrimLeft(r.fold, "0123456789.)-+ •*")
	lead := len(r.fold) - len(text)
	if len(text) < len(label) {
		return 0
	}
	head := firstPart(text, len(label)+4)
	start, end, _, ok := viet.Find(head, label, utf8.RuneCountInString(label)/7)
	if !ok || start > 1 {
		return 0
	}
	_, to := wordsAt(r, lead+start, lead+end)
	if to >= len(r.words) {
		return 0
	}
	last := r.words[to-1].text
	if !strings.ContainsAny(last[max(0, len(last)-1):], ":") && r.words[to].text != ":" {
		// Without a colon the name must follow at once, and a label of one's own kind says so.
		if !strings.HasSuffix(label, " la") && !strings.HasPrefix(label, "cap cho") {
			return 0
		}
	}
	if r.words[to].text == ":" {
		to++
	}
	return min(to, len(r.words)-1)
}

var nameEnds = []string{"gioi", "sinh", "ngay", "so", "can", "cmnd", "cccd", "dia", "dan", "quoc", "nam", "chuc", "dien", "thuong", "noi", "va", "la", "nam/nu"}

// nameAfter takes the words of a name: until a sign ends it, or a word begins what is no name.
func nameAfter(words []word) []word {
	var out []word
	for _, w := range words {
		t := strings.TrimLeft(w.text, " :.,;…_")
		if t == "" && len(out) == 0 {
			continue
		}
		runes := []rune(t)
		if len(runes) == 0 || !unicode.IsUpper(runes[0]) && len(out) == 0 {
			if f := strings.Trim(w.fold, ".,:"); len(out) == 0 && (f == "ong" || f == "ba" || f == "ong/ba" || f == "ong(ba)" || f == "ong:" || f == "ho") {
				continue
			}
			break
		}
		f := strings.Trim(w.fold, ".,:;")
		if len(out) == 0 && (f == "ong" || f == "ba" || f == "ho") && len(words) > 2 && capitals(t) < 0.9 {
			continue
		}
		if unicode.IsLower(runes[0]) || unicode.IsDigit(runes[0]) || strings.HasPrefix(t, "(") {
			break
		}
		if len(out) > 0 && capitals(t) < 0.9 && contains(nameEnds, f) && capitals(out[0].text) > 0.9 {
			break
		}
		out = append(out, w)
		if strings.ContainsAny(w.text[len(w.text)-1:], ".,;:)") || len(out) >= 12 {
			break
		}
	}
	if len(out) < 2 || hasDigit(out) {
		return nil
	}
	return out
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func hasDigit(words []word) bool {
	for _, w := range words {
		if strings.ContainsAny(w.text, "0123456789") {
			return true
		}
	}
	return false
}

var idLabels = []string{"so dinh danh ca nhan", "so dinh danh", "can cuoc cong dan", "can cuoc", "cccd", "cmnd", "chung minh nhan dan", "giay to tuy than", "ma so dinh danh"}

var idForm = regexp.MustCompile(`^[0-9]{12}$|^[0-9]{9}$`)

// personalID looks for twelve digits (nine on an old card) on a line that says what they are.
func (s *sheet) personalID(p *paper, at int, r run) bool {
	if p.has(OwnerID) {
		return true
	}
	for _, l := range idLabels {
		i := strings.Index(r.fold, l)
		if i < 0 {
			continue
		}
		_, to := wordsAt(r, i, i+len(l))
		tail := r.words[to-1:]
		if to == len(r.words) && at+1 < len(s.runs) { // the line ends with the label
			tail = append(tail[:len(tail):len(tail)], s.runs[at+1].words[:1]...)
		}
		for j := range tail[:min(len(tail), 8)] {
			digits := ""
			for k := j; k < len(tail) && k < j+4; k++ {
				t := strings.Trim(tail[k].text, " .,:;()")
				if t == "" || strings.Trim(t, "0123456789.") != "" {
					break
				}
				digits += strings.ReplaceAll(t, ".", "")
				if !idForm.MatchString(digits) {
					continue
				}
				if k+1 < len(tail) && len(digits) == 9 && strings.Trim(tail[k+1].text, "0123456789") == "" {
					continue
				}
				if _, _, err := archive.ParseCitizenID(digits); len(digits) == 12 && err != nil {
					return false
				}
				for _, w := range tail[j : k+1] {
					if w.conf < 0.5 { // by hand
						return false
					}
				}
				p.put(OwnerID, digits, 0.85, s, tail[j:k+1])
				return true
			}
		}
	}
	return false
}

var (
	serialForm   = regexp.MustCompile(`(?:so phat hanh|so seri|seri|so se-ri|so hieu)[ :]*(?:so )?([a-z]{1,2} ?[0-9]{6,8})\b`)
	untilForm    = regexp.MustCompile(`(?:co gia tri|hieu luc|gia tri|thoi han)[a-z ]{0,40}(?:den|toi)(?: het)?(?: ngay)? ([0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4})`)
	durationForm = regexp.MustCompile(`(?:co gia tri|hieu luc|thoi han)[a-z ]{0,60}?\b([0-9]{1,3} (?:thang|nam|ngay))\b`)
)

func (p *paper) serial(s *sheet, r run) {
	if m := serialForm.FindStringSubmatchIndex(firstPart(r.fold, 1000)); m != nil {
		p.fromFold(Serial, s, r, m[2], m[3], 0.8)
	}
}

// validity takes "có giá trị đến ngày …" as a day, "… trong thời hạn 06 tháng" as written, also across two lines.
func (p *paper) validity(s *sheet, r, next run) {
	if p.has(Validity) || !p.aResult() || !strings.Contains(r.fold, "gia tri") && !strings.Contains(r.fold, "hieu luc") && !strings.Contains(r.fold, "thoi han") {
		return
	}
	both := r
	if len(next.words) > 0 {
		both = newRun(append(r.words[:len(r.words):len(r.words)], next.words...))
	}
	fold := firstPart(both.fold, 1000)
	if m := untilForm.FindStringSubmatchIndex(fold); m != nil {
		if d, err := archive.ParseDate(fold[m[2]:m[3]]); err == nil {
			from, to := wordsAt(both, m[2], m[3])
			p.put(Validity, d.String(), 0.8, s, both.words[from:to])
			return
		}
	}
	if m := durationForm.FindStringSubmatchIndex(fold); m != nil {
		if !strings.Contains(fold[m[0]:m[2]], "ngay") {
			p.fromFold(Validity, s, both, m[2], m[3], 0.7)
		}
	}
}

// aResult reports that the paper names itself and is none of the types of correspondence: a permit, a certificate.
func (p *paper) aResult() bool {
	return p.title.found && kinds[p.title.kind].code == "" || p.title.found && strings.HasPrefix(kinds[p.title.kind].name, "Giấy ch")
}

// fromFold proposes the words that hold a stretch of the folded text, as they were read.
func (p *paper) fromFold(field string, s *sheet, r run, start, end int, conf float32) {
	from, to := wordsAt(r, start, end)
	for _, w := range r.words[from:to] {
		if w.conf < 0.5 {
			return
		}
	}
	p.put(field, join(r.words[from:to]), conf, s, r.words[from:to])
}

// findProcedure proposes the one procedure whose result or component has the paper's own name.
func (p *paper) findProcedure() {
	if p.has(ProcedureCode) || !p.title.found {
		return
	}
	s := p.first
	name := plain(s.runs[p.title.at].words, true)
	long := name
	for _, r := range s.runs[p.title.at+1 : min(p.title.at+3, len(s.runs))] {
		if s.centred(r) && capitals(r.text) > 0.8 {
			long += " " + plain(r.words, true)
		}
	}
	found := ""
	for i := range p.lists.Procedures {
		c := &p.lists.Procedures[i]
		for _, n := range append(c.Results[:len(c.Results):len(c.Results)], c.Components...) {
			f := viet.Fold(n)
			if f == "" || !strings.Contains(f, " ") || viet.Distance(f, name, len(f)/12) > len(f)/12 && viet.Distance(f, long, len(f)/12) > len(f)/12 {
				continue
			}
			if found != "" && found != c.Code.String() {
				return
			}
			found = c.Code.String()
		}
	}
	if found == "" {
		found = p.procedureByType()
	}
	if found != "" {
		p.put(ProcedureCode, found, 0.6, s, s.runs[p.title.at].words)
	}
}

// procedureByType is the procedure that most confirmed results of this type belonged to: three at least, and four of five.
func (p *paper) procedureByType() string {
	of, best := viet.Fold(p.value(Type)), archive.KnownProcedure{}
	all := 0
	for _, k := range p.lists.ByType {
		if of == "" || viet.Fold(k.Type) != of {
			continue
		}
		if all += k.Papers; k.Papers > best.Papers {
			best = k
		}
	}
	if best.Papers < 3 || 5*best.Papers < 4*all {
		return ""
	}
	return best.Code.String()
}

// apostrophes gives a name the apostrophe that another place of the paper has in it: recognition loses the small sign of
// H'Rưm, and adds none.
func (p *paper) apostrophes(name string) string {
	n := strings.Count(name, " ") + 1
	bare := strings.ReplaceAll(viet.Fold(name), "'", "")
	if strings.Contains(viet.Fold(name), "'") {
		return name
	}
	for _, s := range p.sheets {
		for _, r := range s.runs {
			if !strings.Contains(r.fold, "'") {
				continue
			}
			for i := 0; i+n <= len(r.words); i++ {
				other := tidy(join(r.words[i : i+n]))
				if f := viet.Fold(other); strings.Contains(f, "'") && strings.ReplaceAll(f, "'", "") == bare {
					if capitals(other) > 0.9 {
						other = titled(other)
					}
					return other
				}
			}
		}
	}
	return name
}
