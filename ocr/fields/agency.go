package fields

import (
	"strings"
	"unicode/utf8"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// agencyHeads are the words, folded, that the name of an agency begins with.
var agencyHeads = []string{
	"uy ban nhan dan", "uy ban", "ubnd", "hoi dong nhan dan", "hdnd", "hoi dong", "thuong truc", "chinh phu", "thu tuong", "quoc hoi", "chu tich nuoc", "van phong", "bo", "so", "tong cuc", "cuc",
	"chi cuc", "vu", "phong", "ban", "vien", "trung tam", "truong", "dai hoc", "hoc vien", "cong ty", "tong cong ty", "tap doan", "ngan hang", "toa an", "cong an",
	"thanh tra", "kho bac", "bao hiem", "hai quan", "thue", "tinh uy", "thanh uy", "huyen uy", "quan uy", "thi uy", "dang uy", "dang bo", "chi bo", "hoi", "lien doan", "doan", "mat tran", "benh vien", "quy", "hop tac xa",
	"doi", "tram", "to", "hat", "chi nhanh", "cong doan", "bo chi huy", "bo tu lenh", "lien hiep", "lien minh", "cang vu", "nha xuat ban", "bao", "dai", "khu", "tram y te", "vien kiem sat", "lien hop", "doanh nghiep", "nha may", "xi nghiep",
}

// noHeads begin like an agency and go on with the name above: BAN CHỈ ĐẠO / PHÒNG CHỐNG THIÊN TAI.
var noHeads = []string{"phong chong", "phong, chong", "phong chay", "to chuc", "dai bieu", "bao ve", "bao dam", "doi moi", "doi ngoai", "quy hoach", "quy dat", "so hoa", "hoi nhap", "doan ket", "khu vuc", "bo doi", "truong thanh", "vien chuc", "dai chung"}

// areas begin the name of a place: on a line of their own they go on with the agency above.
var areas = []string{"tinh", "thanh pho", "tp", "tp.", "quan", "huyen", "thi xa", "thi tran", "xa", "phuong", "dac khu"}

func agencyStart(words []word) bool {
	f := plain(words, true)
	if starts(f, noHeads) || len(words) == 1 && !strings.Contains(f, " ") && f != "thue" { // a bare SỞ or TRƯỜNG is the end of a name
		return false
	}
	for _, h := range agencyHeads {
		if f == h || strings.HasPrefix(f, h+" ") {
			return true
		}
	}
	return false
}

// block is one agency as printed, on one line or several.
type block struct {
	words []word
	text  string
}

// agencyBlocks gathers the lines above the number into agencies, the parent first.
func (p *paper) agencyBlocks() []block {
	s := p.first
	var out []block
	var above run
	for _, r := range p.head.left {
		if p.code.found && r.cy() >= p.code.run.cy()-0.3*s.tall {
			break
		}
		if letters(r.text) < 2 || r.conf() < 0.3 || capitals(r.text) < 0.6 {
			continue
		}
		if !p.code.found && len(out) > 0 && r.y0-above.y1 > 2.5*s.tall {
			break
		}
		above = r
		words := cleaned(r.words)
		if len(words) == 0 {
			continue
		}
		if n := len(out); n > 0 && !newAgency(out[n-1], words) {
			out[n-1].words = append(out[n-1].words, words...)
			out[n-1].text = join(out[n-1].words)
			continue
		}
		out = append(out, block{words: words[:len(words):len(words)], text: join(words)})
	}
	return out
}

// cleaned drops specks at both ends.
func cleaned(words []word) []word {
	bad := func(w word) bool {
		return letters(w.text) == 0 || letters(w.text) == 1 && w.conf < 0.5 || w.conf < 0.15
	}
	for len(words) > 0 && bad(words[0]) {
		words = words[1:]
	}
	for len(words) > 0 && bad(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return words
}

// newAgency reports that the words begin another agency and do not go on with the one above.
func newAgency(above block, words []word) bool {
	last := above.words[len(above.words)-1]
	if strings.HasSuffix(last.text, ",") || last.fold == "va" || last.fold == "cua" || last.fold == "-" || last.fold == "thuoc" {
		return false
	}
	for _, w := range [...]string{"uy ban nhan dan", "hoi dong nhan dan", "ubnd", "hdnd", "cong an", "uy ban"} {
		if plain(above.words, true) == w { // its place is still to come
			f := plain(words, true)
			for _, a := range areas {
				if strings.HasPrefix(f, a+" ") {
					return false
				}
			}
		}
	}
	return agencyStart(words)
}

// findAgency proposes the last agency above the number as the issuer and the one before as its parent. Names are put
// right by the registry where they are nearly a name of it.
func (p *paper) findAgency() {
	blocks := p.agencyBlocks()
	if len(blocks) == 0 {
		p.settleType()
		return
	}
	issuer := blocks[len(blocks)-1]
	parent := ""
	if len(blocks) > 1 {
		b := blocks[len(blocks)-2]
		parent = b.text
		name := b.text
		if a, edits := p.inRegistry(b.text, ""); a != nil {
			name = a.as
			p.put(AgencyParent, name, 0.95-0.03*float32(edits), p.first, b.words)
		} else {
			p.put(AgencyParent, mended(name), 0.8, p.first, b.words)
		}
	}
	p.issuer = viet.Fold(issuer.text)
	a, edits := p.inRegistry(issuer.text, parent)
	if a == nil && len(blocks) > 1 { // two lines of one name taken for two agencies
		both := blocks[len(blocks)-2].text + " " + issuer.text
		if b, e := p.inRegistry(both, ""); b != nil {
			a, edits = b, e
			issuer.words = append(blocks[len(blocks)-2].words[:len(blocks[len(blocks)-2].words):len(blocks[len(blocks)-2].words)], issuer.words...)
		}
	}
	if a == nil {
		p.put(AgencyName, mended(issuer.text), 0.85, p.first, issuer.words)
	} else {
		p.put(AgencyName, a.as, 0.97-0.03*float32(edits), p.first, issuer.words)
		if a.code != "" {
			// A little less sure than the name, which a form that has one box for both should show.
			p.put(AgencyCode, a.code, 0.96-0.03*float32(edits), p.first, issuer.words)
		}
	}
	p.mendNotation(issuer.text)
	p.settleType()
}

// mendNotation puts right a part of the notation that is the agency's own abbreviation but for look-alike letters.
func (p *paper) mendNotation(agency string) {
	own := []string{initials(agency)}
	if own[0] == "" || p.code.notation == "" {
		return
	}
	parts := strings.FieldsFunc(p.code.notation, func(r rune) bool { return r == '-' || r == '/' })
	value := p.code.notation
	for _, part := range parts {
		if k, ok := known(part, own); ok && k != part {
			value = strings.Replace(value, part, k, 1)
		}
	}
	for i := range p.out {
		if p.out[i].Field == Notation {
			p.out[i].Value = value
		}
	}
	p.code.notation = value
}

// registered is an agency of the registry under the name it was found by.
type registered struct {
	as   string
	code string
}

// inRegistry finds the agency whose name or alias is nearly the printed one: one edit in eight letters at most. Of
// several by one name the one whose parent is printed above it wins; when none does the name stands without a code.
func (p *paper) inRegistry(printed, parent string) (*registered, int) {
	key := agencyKey(printed)
	if key == "" {
		return nil, 0
	}
	limit := utf8.RuneCountInString(key) / 8
	best := limit + 1
	var found []*archive.Agency
	as := ""
	for i := range p.lists.Agencies {
		a := &p.lists.Agencies[i]
		for j := -1; j < len(a.Aliases); j++ {
			name := a.Name
			if j >= 0 {
				name = a.Aliases[j]
			}
			k := agencyKey(name)
			if k == "" || len(k)-len(key) > limit || len(key)-len(k) > limit {
				continue
			}
			d := viet.Distance(key, k, min(limit, best))
			if d > limit || d > best {
				continue
			}
			if d < best {
				best, found, as = d, nil, name
			}
			if len(found) == 0 || found[len(found)-1] != a {
				found = append(found, a)
			}
			break
		}
	}
	switch {
	case len(found) == 0:
		return nil, 0
	case len(found) == 1:
		if agencyKey(as) == agencyKey(found[0].Name) {
			as = found[0].Name // an abbreviation of the same words
		}
		return &registered{as, string(found[0].Code)}, best
	}
	above := agencyKey(parent)
	for _, a := range found {
		if above == "" {
			break
		}
		for i := range p.lists.Agencies {
			if o := &p.lists.Agencies[i]; o.Code == a.Parent && viet.Distance(agencyKey(o.Name), above, 2) <= 2 {
				return &registered{a.Name, string(a.Code)}, best
			}
		}
	}
	for _, a := range found[1:] { // different names equally near: none is sure
		if agencyKey(a.Name) != agencyKey(found[0].Name) {
			return nil, 0
		}
	}
	return &registered{as, ""}, best
}

var spelled = strings.NewReplacer("ubnd ", "uy ban nhan dan ", "hdnd ", "hoi dong nhan dan ", "tp. ", "thanh pho ", "tp ", "thanh pho ", "tx. ", "thi xa ", "tt. ", "thi tran ", " & ", " va ")

// agencyKey is the form in which two spellings of an agency's name are equal.
func agencyKey(name string) string {
	if len(name) > 300 {
		return ""
	}
	var b strings.Builder
	for _, f := range strings.Fields(spelled.Replace(viet.Fold(name) + " ")) {
		f = strings.Trim(f, ".,:;-_'\"|")
		if f == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f)
	}
	return b.String()
}
