package main

import (
	"fmt"
	"image"
	"image/draw"
	"math"
	"strings"
	"unicode"
)

// setter places a paper's parts one below the other and begins a new page where one is full.
type setter struct {
	pages []*image.RGBA
	text  [][]string // the body's lines, page by page
	y     float64    // dots from the top: where the next line's box begins
}

const (
	bodySize = 14.0
	leading  = 1.28 // of the size
)

func (s *setter) page() *image.RGBA { return s.pages[len(s.pages)-1] }

func (s *setter) newPage() {
	img := image.NewRGBA(image.Rect(0, 0, pageWidth, pageHeight))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	s.pages, s.text = append(s.pages, img), append(s.text, nil)
	s.y = px(top)
	if n := len(s.pages); n > 1 { // numbers stand in the middle of the upper margin, from the second page on
		s.centred(style{size: 13}, px(0), pageWidth, px(13), fmt.Sprint(n))
	}
}

// room begins a new page unless the given height is left on this one.
func (s *setter) room(height float64) {
	if s.y+height > pageHeight-px(bottom) {
		s.newPage()
	}
}

func (s *setter) centred(st style, x0, x1, baseline float64, text string) {
	put(s.page(), st, (x0+x1-width(st, text))/2, baseline, text)
}

func lineHeight(size float64) float64 { return size * dpi / 72 * leading }

// lines sets each text centred between x0 and x1, below each other from y, and returns where it ends.
func (s *setter) lines(st style, x0, x1, y float64, texts []string) float64 {
	for _, text := range texts {
		s.centred(st, x0, x1, y+st.size*dpi/72, text)
		y += lineHeight(st.size)
	}
	return y
}

type word struct {
	text  string
	style style
	tail  bool // the next word follows without a space
}

// words splits marked text: *bold*, _italic_.
func words(text string, size float64) []word {
	var list []word
	st := style{size: size}
	for i, chunk := range strings.Split(text, " ") {
		if i > 0 && len(list) > 0 {
			list[len(list)-1].tail = false
		}
		var run strings.Builder
		flush := func() {
			if run.Len() > 0 {
				list = append(list, word{run.String(), st, true})
				run.Reset()
			}
		}
		for _, r := range chunk {
			switch r {
			case '*':
				flush()
				st.bold = !st.bold
			case '_':
				flush()
				st.italic = !st.italic
			default:
				run.WriteRune(r)
			}
		}
		flush()
	}
	if len(list) > 0 {
		list[len(list)-1].tail = false
	}
	return list
}

// measure breaks marked text into lines that fit between the edges; the first line is shortened by indent.
func measure(text string, size, room, indent float64) [][]word {
	var all [][]word
	var line []word
	used, limit := 0.0, room-indent
	list := words(text, size)
	for i := 0; i < len(list); {
		j, w := i, 0.0
		for {
			w += width(list[j].style, list[j].text)
			if !list[j].tail {
				break
			}
			j++
		}
		space := width(style{size: size}, " ")
		if len(line) > 0 && used+space+w > limit {
			all = append(all, line)
			line, used, limit = nil, 0, room
		}
		if len(line) > 0 {
			used += space
		}
		line = append(line, list[i:j+1]...)
		used += w
		i = j + 1
	}
	return append(all, line)
}

// setLine draws one line; stretch is what each space is wider than normal.
func (s *setter) setLine(line []word, x, baseline, stretch float64) {
	printed := ""
	for _, w := range line {
		put(s.page(), w.style, x, baseline, w.text)
		if printed += w.text; !w.tail {
			printed += " "
		}
		x += width(w.style, w.text)
		if !w.tail {
			x += width(style{size: w.style.size}, " ") + stretch
		}
	}
	last := len(s.text) - 1
	s.text[last] = append(s.text[last], strings.TrimSpace(printed))
}

func lineWidth(line []word) (used float64, spaces int) {
	for i, w := range line {
		used += width(w.style, w.text)
		if !w.tail && i < len(line)-1 {
			used += width(style{size: w.style.size}, " ")
			spaces++
		}
	}
	return used, spaces
}

// paragraph sets marked text between the margins.
func (s *setter) paragraph(text string, indent float64, justify bool) {
	room := pageWidth - px(left) - px(right)
	lines := measure(text, bodySize, room, indent)
	h := lineHeight(bodySize)
	if len(lines) > 1 {
		s.room(2 * h) // no first line alone at the foot
	}
	for i, line := range lines {
		s.room(h)
		x, limit := px(left), room
		if i == 0 {
			x, limit = x+indent, limit-indent
		}
		stretch := 0.0
		if used, spaces := lineWidth(line); justify && i < len(lines)-1 && spaces > 0 {
			stretch = (limit - used) / float64(spaces)
		}
		s.setLine(line, x, s.y+bodySize*dpi/72, stretch)
		s.y += h
	}
	s.y += px(1.6)
}

// dotted completes a form's line: a text ending in "…" is filled with dots up to the margin.
func dotted(text string, room float64) string {
	base, ok := strings.CutSuffix(text, "…")
	if !ok {
		return text
	}
	plain := strings.NewReplacer("*", "", "_", "").Replace(base)
	for width(style{size: bodySize}, plain+".") < room {
		plain += "."
		base += "."
	}
	return base
}

func (s *setter) table(t *table) {
	const size = 12.5
	pad, h := px(1.6), lineHeight(size)
	total := 0.0
	for _, w := range t.Widths {
		total += px(w)
	}
	x0 := px(left) + (pageWidth-px(left)-px(right)-total)/2
	s.y += px(1)
	for r, row := range t.Rows {
		cells := make([][][]word, len(row))
		height := 0.0
		for c, text := range row {
			if r == 0 {
				text = "*" + text + "*"
			}
			cells[c] = measure(text, size, px(t.Widths[c])-2*pad, 0)
			height = math.Max(height, float64(len(cells[c]))*h+2*pad*0.6)
		}
		s.room(height)
		x := x0
		for c, lines := range cells {
			w := px(t.Widths[c])
			y := s.y + pad*0.6
			for _, line := range lines {
				used, _ := lineWidth(line)
				at := x + pad
				if r == 0 || !strings.ContainsFunc(row[c], unicode.IsLower) {
					at = x + (w-used)/2
				}
				s.setLine(line, at, y+size*dpi/72, 0)
				y += h
			}
			rule(s.page(), x, s.y, x, s.y+height, 1.6)
			x += w
		}
		rule(s.page(), x, s.y, x, s.y+height, 1.6)
		rule(s.page(), x0, s.y, x, s.y, 1.6)
		rule(s.page(), x0, s.y+height, x, s.y+height, 1.6)
		s.y += height
	}
	s.y += px(3)
}
