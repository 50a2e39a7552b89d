package tesseract

import (
	"bufio"
	"bytes"
	"errors"
	"image"
	"io"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The levels of a TSV row.
const (
	levelPage = 1
	levelLine = 4
	levelWord = 5
)

// tsvColumns: level page_num block_num par_num line_num word_num left top width height conf text
const tsvColumns = 12

// parser gathers the words of the pages of one run. The zero parser stands before the first page.
type parser struct {
	open  bool // a page has begun
	line  int
	words []Word
}

// read takes rows from r until it ends, and hands over the words of every page that is followed by another. The last one
// stays with the parser: whether it is complete only the end of the program can tell.
func (p *parser) read(r io.Reader, each func([]Word) error) error {
	lines := bufio.NewReaderSize(r, 32<<10)
	for {
		row, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull): // no row of words is that long: passed over
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = lines.ReadSlice('\n')
			}
		case err != nil:
			return nil // the end, or the pipe was closed because the program was killed
		default:
			if words, ok := p.row(bytes.TrimRight(row, "\r\n")); ok {
				if err := each(words); err != nil {
					return err
				}
			}
		}
	}
}

// row takes one row. When it begins a page, the one before it is complete, and row returns its words and true.
func (p *parser) row(row []byte) (words []Word, done bool) {
	var col [tsvColumns][]byte
	n := 0
	for ; n < tsvColumns-1; n++ {
		var ok bool
		if col[n], row, ok = bytes.Cut(row, []byte("\t")); !ok {
			break
		}
	}
	if n < tsvColumns-1 { // nothing we know
		return nil, false
	}
	col[n] = row
	switch atoi(col[0]) { // 0 for the heading
	case levelPage:
		words, done = p.end()
		p.open, p.line = true, -1
	case levelLine:
		p.line++
	case levelWord:
		if w, ok := word(col); ok {
			w.Line = max(p.line, 0)
			p.words = append(p.words, w)
		}
	}
	return words, done
}

// end returns the page that is still open, if any. The parser stands before the first page again.
func (p *parser) end() (words []Word, ok bool) {
	words, ok = p.words, p.open
	*p = parser{}
	return words, ok
}

func word(col [tsvColumns][]byte) (Word, bool) {
	text := strings.Join(strings.Fields(norm.NFC.String(strings.ToValidUTF8(string(col[11]), "\uFFFD"))), " ")
	conf, err := strconv.ParseFloat(string(col[10]), 32)
	if text == "" || err != nil || conf < 0 {
		return Word{}, false
	}
	c := float32(min(conf, 100) / 100)
	if rubbish(text, c) {
		return Word{}, false
	}
	x, y := atoi(col[6]), atoi(col[7])
	return Word{Text: text, Box: image.Rect(x, y, x+atoi(col[8]), y+atoi(col[9])), Confidence: c}, true
}

// rubbish tells what rules, stamps, bar codes and folds are read as: signs without a letter or digit that nobody is sure
// of, the strokes of a table, and the same thin letters over and over. A doubtful word with letters stays.
func rubbish(text string, confidence float32) bool {
	letters, thin, runes := 0, 0, 0
	for _, r := range text {
		runes++
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			letters++
		}
		if strings.ContainsRune("|lIiÍÌíì1!¡[](){}", r) {
			thin++
		}
	}
	switch {
	case letters == 0 && (confidence < 0.3 || strings.Trim(text, "|¦_~") == ""):
		return true
	case runes >= 8 && thin == runes:
		return true
	}
	return false
}

func atoi(b []byte) int {
	n, _ := strconv.Atoi(string(b)) // the program writes numbers; anything else counts as 0
	return n
}
