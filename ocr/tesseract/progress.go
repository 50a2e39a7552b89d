package tesseract

import (
	"bytes"
	"strconv"
	"strings"
)

// progress listens to the program's standard error, where it says which image it begins: "Page 0 : name". It is safe to
// read when the program has ended.
type progress struct {
	begin func() // called when an image is begun
	at    int    // index of the image begun last; -1 before the first
	last  string // the last line that said something else
	line  []byte
}

// longestLine is how much of one line of standard error is kept.
const longestLine = 500

func (p *progress) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		part, rest, whole := bytes.Cut(b, []byte("\n"))
		p.line = append(p.line, part[:min(len(part), longestLine-min(len(p.line), longestLine))]...)
		if whole {
			p.heard(strings.TrimSpace(string(p.line)))
			p.line = p.line[:0]
		}
		b = rest
	}
	return n, nil
}

func (p *progress) heard(line string) {
	if rest, ok := strings.CutPrefix(line, "Page "); ok {
		if number, _, ok := strings.Cut(rest, " : "); ok {
			if n, err := strconv.Atoi(number); err == nil && n >= 0 {
				p.at = n
				p.begin()
				return
			}
		}
	}
	// The image after the one begun last is the one that cannot be opened; nothing else is begun after this.
	if strings.HasPrefix(line, "Image file ") && strings.HasSuffix(line, " cannot be read!") {
		p.at++
	}
	if line != "" {
		p.last = line
	}
}
