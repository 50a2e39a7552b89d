package fields

import (
	"math"
	"strings"
)

// findRecipients takes the lines under "Nơi nhận:" at the bottom left.
func (p *paper) findRecipients() {
	for i := len(p.sheets) - 1; i >= 0; i-- {
		s := p.sheets[i]
		for j := len(s.runs) - 1; j >= 0; j-- {
			r := s.runs[j]
			if r.x0 > 0.4*s.width || len(r.fold) > 14 {
				continue
			}
			if _, _, ok := near(r.fold, "noi nhan", 4); ok {
				p.recipients(s, j)
				return
			}
		}
	}
}

func (p *paper) recipients(s *sheet, at int) {
	top := s.runs[at]
	above := top
	var items []string
	var words []word
	for _, r := range s.runs[at+1:] {
		if r.x0 > top.x0+0.12*s.width || r.cx() > 0.5*s.width || r.cy() < above.cy()+0.3*s.tall || math.Abs(r.x0-top.x0) > 0.12*s.width {
			continue
		}
		if r.y0-above.y1 > 2*s.tall || len(items) >= 30 {
			break
		}
		text := strings.Join(strings.Fields(r.text), " ")
		conf := r.conf()
		above = r
		if conf < 0.35 || letters(text) < 2 {
			continue
		}
		words = append(words, r.words...)
		begins := strings.HasPrefix(text, "-") || strings.HasPrefix(text, "–") || strings.HasPrefix(text, "+") || r.words[0].fold == "nhu"
		text = tidy(text)
		if text == "" {
			continue
		}
		if n := len(items); n > 0 && !begins && !ends(items[n-1]) && r.x0 >= top.x0-1 {
			items[n-1] = strings.TrimRight(items[n-1], "\x00") + " " + text
		} else {
			items = append(items, text)
		}
		if last := strings.TrimSpace(r.text); strings.HasSuffix(last, ";") || strings.HasSuffix(last, ".") || strings.HasSuffix(last, ":") {
			items[len(items)-1] += "\x00" // the item is over
		}
	}
	for i := range items {
		items[i] = strings.TrimRight(items[i], "\x00")
	}
	p.put(Recipients, strings.Join(items, "; "), 0.9, s, words)
}

func ends(item string) bool { return strings.HasSuffix(item, "\x00") }

var (
	secrecies = map[string]string{"mat": "Mật", "toi mat": "Tối mật", "tuyet mat": "Tuyệt mật"}
	urgencies = map[string]string{"khan": "Khẩn", "thuong khan": "Thượng khẩn", "hoa toc": "Hỏa tốc", "hoa toc hen gio": "Hỏa tốc hẹn giờ"}
)

// findMarks looks for the stamps of secrecy and urgency: capitals alone in the upper part of the first page.
func (p *paper) findMarks() {
	s := p.first
	for _, r := range s.runs {
		if r.cy() > 0.4*s.height {
			break
		}
		if len(r.words) > 4 || capitals(r.text) < 0.9 || r.conf() < 0.5 {
			continue
		}
		f := plain(r.words, true)
		if v, ok := secrecies[f]; ok {
			p.put(Secrecy, v, 0.9, s, r.words)
		}
		if v, ok := urgencies[f]; ok {
			p.put(Urgency, v, 0.9, s, r.words)
		}
	}
}
