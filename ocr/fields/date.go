package fields

import (
	"strings"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// day is a date as it stands on the paper.
type day struct {
	date         archive.Date // zero: written by hand, or not a day
	words        []word
	before       []word // what stands before it on the line: the place
	first, after int    // words it takes of its run
	pen          bool   // a figure stands taller than any print beside it
}

// open reports that a figure of the day is missing or was read with doubt, so that a hand wrote it or is to. A day that was
// read surely and cannot be is no handwriting.
func (d day) open() bool {
	if d.pen {
		return true
	}
	figures := 0
	for _, w := range d.words {
		switch {
		case strings.ContainsAny(w.text, "0123456789") && w.conf >= 0.5:
			figures++
		case w.conf < 0.5:
			return true
		}
	}
	return figures < 3
}

// dayIn finds "ngày dd tháng mm năm yyyy" in a run.
func dayIn(r run) (day, bool) {
	for i := range r.words {
		if !like(r.words[i].fold, "ngay") || i+1 < len(r.words) && like(r.words[i+1].fold, "ngay") { // Quảng Ngãi, ngày 03
			continue
		}
		month, year := -1, -1
		for j := i + 1; j < len(r.words) && j <= i+9; j++ {
			switch {
			case month < 0 && like(r.words[j].fold, "thang"):
				month = j
			case month >= 0 && year < 0 && like(r.words[j].fold, "nam"):
				year = j
			}
		}
		if month < 0 || year < 0 {
			continue
		}
		end := min(year+2, len(r.words))
		d := day{words: r.words[i:end], before: r.words[:i], first: i, after: end}
		dd, ok1 := figure(r.words[i+1 : month])
		mm, ok2 := figure(r.words[month+1 : year])
		yy, ok3 := figure(r.words[year+1 : end])
		for _, w := range r.words[i+1 : end] { // printed figures are lower than the word before them with its mark and its tails
			d.pen = d.pen || strings.ContainsAny(w.text, "0123456789") && w.y1-w.y0 > 1.1*(r.words[i].y1-r.words[i].y0)
		}
		if ok1 && ok2 && ok3 && !d.pen && len(dd) <= 2 && len(mm) <= 2 && len(yy) == 4 {
			if v, err := archive.ParseDate(dd + "/" + mm + "/" + yy); err == nil {
				d.date = v
			}
		}
		return d, true
	}
	return day{}, false
}

// like reports that a folded word is the fixed word of a date, one letter read wrong at most.
func like(fold, fixed string) bool {
	fold = strings.Trim(fold, " .,:;-'\"|_")
	return fold == fixed || len(fixed) > 3 && viet.Distance(fold, fixed, 1) <= 1
}

// figure is the number that the words between two fixed words of a date give. What was read with doubt is taken for
// handwriting and gives none.
func figure(words []word) (string, bool) {
	if len(words) == 0 || len(words) > 2 {
		return "", false
	}
	text := ""
	for _, w := range words {
		if w.conf < 0.5 {
			return "", false
		}
		text += strings.Trim(w.text, " .,:;…_'\"|")
	}
	text = asDigits.Replace(text)
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return "", false
	}
	return text, true
}

// findDate looks under the national header, then above the signature, then for the day a certificate was first given.
func (p *paper) findDate() {
	for _, r := range p.head.right {
		if d, ok := dayIn(r); ok {
			p.issued(p.first, d, 0.97)
			return
		}
	}
	if p.written() {
		return
	}
	for i := len(p.sheets) - 1; i >= 0; i-- {
		s := p.sheets[i]
		for j := len(s.runs) - 1; j >= 0; j-- {
			r := s.runs[j]
			d, ok := dayIn(r)
			// Place and day stand alone on their line, right of the middle.
			if ok && d.after >= len(r.words) && r.cx() > 0.52*s.width && r.x0 > 0.3*s.width && len(d.before) <= 6 && (len(d.before) == 0 || strings.HasSuffix(d.before[len(d.before)-1].text, ",")) {
				p.issued(s, d, 0.9)
				return
			}
		}
	}
	for _, r := range p.first.runs {
		if r.cy() > 0.7*p.first.height {
			break
		}
		if d, ok := dayIn(r); ok && (starts(r.fold, firstGiven) || p.first.centred(r) && len(d.before) <= 5 && r.wide() < 0.5*p.first.width) {
			p.issued(p.first, d, 0.8)
			return
		}
	}
	if p.value(Type) == "Biên bản" {
		for _, r := range p.first.runs {
			if d, ok := dayIn(r); ok && (starts(r.fold, []string{"hom nay", "vao hoi", "vao luc", "hoi"})) {
				d.before = nil
				p.issued(p.first, d, 0.7)
				return
			}
		}
	}
}

// written takes the place from the line under the national header whose day a pen wrote so that not even its printed words were
// read whole: what stands before the comma and "ngày". The day is left to the clerk.
func (p *paper) written() bool {
	for _, r := range p.head.right {
		if r.cy() < p.head.motto.cy() {
			continue
		}
		for i, w := range r.words[:min(len(r.words), 6)] {
			if strings.HasSuffix(w.text, ",") && i+1 < len(r.words) && like(r.words[i+1].fold, "ngay") {
				p.issued(p.first, day{words: r.words[i+1:], before: r.words[:i+1], pen: true}, 0.8)
				return true
			}
		}
	}
	return false
}

var firstGiven = []string{"dang ky lan", "cap lan dau", "cap ngay", "ngay cap", "dang ky thay doi"}

func (p *paper) issued(s *sheet, d day, conf float32) {
	if place := tidy(join(d.before)); place != "" && letters(place) >= 3 && len(d.before) <= 8 && !starts(viet.Fold(place), firstGiven) {
		p.put(Place, mended(place), conf, s, d.before)
	}
	if d.date.IsZero() && d.open() {
		p.byHand(IssuedOn, s, d.words)
	}
	if d.date.IsZero() || d.date.Before(archive.Independence) || !p.lists.Today.IsZero() && p.lists.Today.Before(d.date) {
		return
	}
	p.put(IssuedOn, d.date.String(), conf, s, d.words)
}
