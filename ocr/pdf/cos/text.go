package cos

import "bytes"

func (l *Lexer) hex() String {
	end := bytes.IndexByte(l.buf[l.pos:], '>')
	raw := l.buf[l.pos:]
	if end >= 0 {
		raw = raw[:end]
		l.pos += end + 1
	} else {
		l.pos = len(l.buf)
	}
	out := make([]byte, 0, len(raw)/2+1)
	high := -1
	for _, c := range raw {
		v := hexValue(c)
		if v < 0 {
			continue
		}
		if high < 0 {
			high = v
			continue
		}
		out = append(out, byte(high<<4|v))
		high = -1
	}
	if high >= 0 {
		out = append(out, byte(high<<4))
	}
	return String(out)
}

func (l *Lexer) literal() String {
	var out []byte
	start := l.pos
	nested := 1
	plain := true // no escape so far: the bytes can be taken as they stand
	for l.pos < len(l.buf) {
		c := l.buf[l.pos]
		l.pos++
		switch c {
		case '(':
			nested++
		case ')':
			nested--
			if nested == 0 {
				if plain {
					return String(l.buf[start : l.pos-1])
				}
				return String(out)
			}
		case '\\':
			if plain {
				out = append(out, l.buf[start:l.pos-1]...)
				plain = false
			}
			out = l.escape(out)
			continue
		}
		if !plain {
			out = append(out, c)
		}
	}
	if plain {
		return String(l.buf[start:])
	}
	return String(out)
}

func (l *Lexer) escape(out []byte) []byte {
	if l.pos >= len(l.buf) {
		return out
	}
	c := l.buf[l.pos]
	l.pos++
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '\r':
		if l.pos < len(l.buf) && l.buf[l.pos] == '\n' {
			l.pos++
		}
		return out
	case '\n':
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	v := int(c - '0')
	for i := 0; i < 2 && l.pos < len(l.buf) && l.buf[l.pos] >= '0' && l.buf[l.pos] <= '7'; i++ {
		v = v<<3 | int(l.buf[l.pos]-'0')
		l.pos++
	}
	return append(out, byte(v))
}
