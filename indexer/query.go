package indexer

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// Limits of one question. They bound the work it can cause, and no person comes near them.
const (
	maxQueryRunes = 1000
	maxWords      = 48
	minPrefix     = 2
)

// question is a query text that has been understood: all of its clauses must hold.
type question struct {
	text    string // in NFC
	clauses []clause
}

// clause holds when any of its atoms does, or, negated, when none does.
type clause struct {
	not   bool
	atoms []atom
}

// atom is words in a row: one word, a phrase, or either with the last word cut short.
type atom struct {
	field  string // name in the index; "" means anywhere
	words  []word
	prefix bool // the last word stands for every word that begins so
	quoted bool
}

// word is one word of a question in both forms, and where it was typed.
type word struct {
	fold, exact string
	start, end  int // in the text parsed
}

// marked reports whether the word was typed with marks.
func (w word) marked() bool { return w.fold != w.exact }

// parse reads a query text: words, "phrases", -not, field:value, prefix*, OR. Words that signs join without a space
// (1287/QĐ-UBND, 05/01/2024) are a phrase. OR binds tighter than the space between words. The error is Invalid with code
// bad_query and says at which character.
func parse(text string) (question, error) {
	p := parser{text: viet.NFC(text)}
	if n := utf8.RuneCountInString(p.text); n > maxQueryRunes {
		return question{}, badQuery(maxQueryRunes, archive.Text{VI: fmt.Sprintf("Câu tìm dài quá %d ký tự", maxQueryRunes), EN: fmt.Sprintf("The query is longer than %d characters", maxQueryRunes)})
	}
	if err := p.run(); err != nil {
		return question{}, err
	}
	return question{p.text, p.clauses}, nil
}

type parser struct {
	text    string
	at      int // byte offset
	clauses []clause
	or      bool // the next atom joins the last clause
	orAt    int
	words   int
}

func (p *parser) run() error {
	for {
		p.skipSpace()
		if p.at >= len(p.text) {
			break
		}
		if p.isOr() {
			if len(p.clauses) == 0 || p.or || p.clauses[len(p.clauses)-1].not {
				return p.bad(p.at, danglingOr)
			}
			p.or, p.orAt = true, p.at
			p.at += len("OR")
			continue
		}
		if err := p.clause(); err != nil {
			return err
		}
	}
	if p.or {
		return p.bad(p.orAt, danglingOr)
	}
	return nil
}

var (
	danglingOr = archive.Text{VI: "OR cần có từ ở cả hai bên", EN: "OR needs a word on both sides"}
	openQuote  = archive.Text{VI: "Thiếu dấu ngoặc kép đóng", EN: "A quotation mark is not closed"}
	shortStem  = archive.Text{VI: "Cần ít nhất hai chữ trước dấu *", EN: "At least two letters must stand before *"}
	manyWords  = archive.Text{VI: "Câu tìm có quá nhiều từ", EN: "The query has too many words"}
)

// clause reads one clause with its sign and field.
func (p *parser) clause() error {
	start := p.at
	not := false
	if r, n := p.peek(); isMinus(r) && p.at+n < len(p.text) {
		if next, _ := utf8.DecodeRuneInString(p.text[p.at+n:]); !unicode.IsSpace(next) && !isMinus(next) {
			not = true
			p.at += n
		}
	}
	field := p.field()
	a := atom{field: field}
	var raw string
	var from int
	if r, n := p.peek(); isQuote(r) {
		open := p.at
		p.at += n
		end := strings.IndexFunc(p.text[p.at:], isQuote)
		if end < 0 {
			return p.bad(open, openQuote)
		}
		from, raw = p.at, p.text[p.at:p.at+end]
		_, n := utf8.DecodeRuneInString(p.text[p.at+end:])
		p.at += end + n
		a.quoted = true
	} else {
		end := strings.IndexFunc(p.text[p.at:], func(r rune) bool { return unicode.IsSpace(r) || isQuote(r) })
		if end < 0 {
			end = len(p.text) - p.at
		}
		from, raw = p.at, p.text[p.at:p.at+end]
		p.at += end
		stem := strings.TrimRight(raw, "*")
		a.prefix = stem != raw && stem != ""
	}
	last := 0
	for w := range viet.Words(raw) {
		a.words = append(a.words, word{w.Fold(), w.Exact(), from + w.Start, from + w.End})
		last = w.End
	}
	if len(a.words) == 0 { // only signs: nothing to look for
		return nil
	}
	if a.prefix && last < len(strings.TrimRight(raw, "*")) {
		a.prefix = false // signs between the word and the star
	}
	if a.prefix && utf8.RuneCountInString(a.words[len(a.words)-1].fold) < minPrefix {
		return p.bad(start, shortStem)
	}
	if p.words += len(a.words); p.words > maxWords {
		return p.bad(start, manyWords)
	}
	if p.or {
		if not {
			return p.bad(start, danglingOr)
		}
		p.or = false
		last := &p.clauses[len(p.clauses)-1]
		last.atoms = append(last.atoms, a)
		return nil
	}
	p.clauses = append(p.clauses, clause{not: not, atoms: []atom{a}})
	return nil
}

// field reads "name:" when a known name is followed by a value, and returns its name in the index. Anything else before a
// colon is words like others: "Số: 12", "12:30", "V/v:".
func (p *parser) field() string {
	rest := p.text[p.at:]
	end := strings.IndexByte(rest, ':')
	if end <= 0 || end+1 >= len(rest) || end > 40 {
		return ""
	}
	if r, _ := utf8.DecodeRuneInString(rest[end+1:]); unicode.IsSpace(r) {
		return ""
	}
	name := strings.Map(func(r rune) rune {
		if r == '_' || r == '-' {
			return -1
		}
		return r
	}, viet.Fold(rest[:end]))
	f := queryFields[name]
	if f != "" {
		p.at += end + 1
	}
	return f
}

func (p *parser) isOr() bool {
	rest, ok := strings.CutPrefix(p.text[p.at:], "OR")
	if !ok {
		return false
	}
	if rest == "" {
		return true
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return unicode.IsSpace(r)
}

func (p *parser) peek() (rune, int) { return utf8.DecodeRuneInString(p.text[p.at:]) }

func (p *parser) skipSpace() {
	for p.at < len(p.text) {
		r, n := p.peek()
		if !unicode.IsSpace(r) {
			return
		}
		p.at += n
	}
}

func isQuote(r rune) bool {
	switch r {
	case '"', '“', '”', '„', '«', '»', '＂':
		return true
	}
	return false
}

func isMinus(r rune) bool {
	return r == '-' || r == '−' || r == '–'
}

func (p *parser) bad(at int, why archive.Text) error {
	return badQuery(utf8.RuneCountInString(p.text[:at])+1, why)
}

// badQuery is the error of a question that cannot be read, at a character counted from 1. It never repeats what was typed.
func badQuery(at int, why archive.Text) error {
	msg := archive.Text{VI: fmt.Sprintf("%s (ký tự thứ %d).", why.VI, at), EN: fmt.Sprintf("%s (character %d).", why.EN, at)}
	return &archive.Error{Kind: archive.Invalid, Code: "bad_query", Msg: msg,
		Fields: []archive.FieldError{{Field: "q", Code: "bad_query", Msg: msg}}}
}
