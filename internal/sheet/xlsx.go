package sheet

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// workbook is what is known of a workbook before its rows are read.
type workbook struct {
	*bundle
	sheets  []sheetRef
	from04  bool
	strings []string
	formats []format // by the number a cell carries
	limits  Limits
}

type sheetRef struct {
	name, part string
	hidden     bool
}

func openXLSX(r io.ReaderAt, size int64, o Options) (*Table, error) {
	b, err := openBundle(r, size, o.Limits.UnpackedBytes)
	if err != nil {
		return nil, err
	}
	w := &workbook{bundle: b, limits: o.Limits}
	if err := w.open(); err != nil {
		return nil, err
	}
	t := &Table{format: XLSX, from04: w.from04, limits: o.Limits}
	chosen := -1
	for i, s := range w.sheets {
		if !s.hidden {
			t.sheets = append(t.sheets, s.name)
		}
		if chosen < 0 && (o.Sheet == "" && !s.hidden || o.Sheet != "" && strings.EqualFold(norm.NFC.String(o.Sheet), s.name)) {
			chosen = i
		}
	}
	if chosen < 0 {
		return nil, fault("no_sheet", "Không có trang tính tên như vậy. Các trang: "+strings.Join(t.sheets, ", ")+".", "There is no such sheet. The sheets are: "+strings.Join(t.sheets, ", ")+".")
	}
	p, err := b.open(w.sheets[chosen].part)
	if err != nil {
		return nil, err
	}
	rows := &rowReader{workbook: w, part: p}
	t.next, t.close = rows.next, p.Close
	return t, nil
}

// open reads the workbook's frame: which sheets it has, its strings, and what its formats mean.
func (w *workbook) open() error {
	top, err := w.relations("")
	if err != nil {
		return err
	}
	main := ""
	for _, r := range top {
		if r.kind == "officeDocument" {
			main = r.target
		}
	}
	if main == "" || w.parts[strings.ToLower(main)] == nil {
		return fault("not_a_table", "Đây không phải tệp CSV hay XLSX.", "This is neither CSV nor XLSX.")
	}
	rels, err := w.relations(main)
	if err != nil {
		return err
	}
	err = w.each(main, func(_ *part, s xml.StartElement) error {
		switch s.Name.Local {
		case "workbookPr":
			w.from04 = truth(attr(s, "date1904"))
		case "sheet":
			// The id of the relation is the one attribute with a prefix; sheetId has none.
			id := ""
			for _, a := range s.Attr {
				if a.Name.Local == "id" && a.Name.Space != "" {
					id = a.Value
				}
			}
			if r := rels[id]; r.kind == "worksheet" { // others are charts and macros
				name := clip(norm.NFC.String(attr(s, "name")), 64)
				w.sheets = append(w.sheets, sheetRef{name, r.target, attr(s, "state") == "hidden" || attr(s, "state") == "veryHidden"})
			}
		}
		if len(w.sheets) > maxParts {
			return damaged(fmt.Errorf("more than %d sheets", maxParts))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range rels {
		switch r.kind {
		case "sharedStrings":
			err = w.readStrings(r.target)
		case "styles":
			err = w.readStyles(r.target)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readStrings reads the table of texts that cells share. Its memory is bounded by UnpackedBytes: each text costs at least the
// tag it stands in.
func (w *workbook) readStrings(name string) error {
	return w.each(name, func(p *part, s xml.StartElement) error {
		if s.Name.Local != "si" {
			return nil
		}
		text, ok, err := p.richText(w.limits.CellChars)
		if err != nil {
			return err
		}
		if !ok {
			return tooLong(0, 0, w.limits.CellChars)
		}
		w.strings = append(w.strings, text)
		return nil
	})
}

// richText reads the element just begun as a text, plain or in runs of different looks, without the readings of East Asian
// signs. False: it is longer than max characters.
func (p *part) richText(max int) (string, bool, error) {
	var b strings.Builder
	chars, inText := 0, 0
	for end := p.depth - 1; p.depth > end; {
		t, err := p.token()
		if err != nil {
			return "", false, unexpected(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "t":
				inText = p.depth
			case "rPh":
				if err := p.skipElement(); err != nil {
					return "", false, err
				}
			}
		case xml.EndElement:
			if p.depth < inText {
				inText = 0
			}
		case xml.CharData:
			if inText > 0 {
				if chars += utf8.RuneCount(t); chars <= max {
					b.Write(t)
				}
			}
		}
	}
	if chars > max {
		return "", false, nil
	}
	return norm.NFC.String(unescape(b.String())), true, nil
}

// readStyles learns for each style which of days and leading zeros its number format shows.
func (w *workbook) readStyles(name string) error {
	own := map[int]format{}
	cells := false
	return w.each(name, func(_ *part, s xml.StartElement) error {
		switch s.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attr(s, "numFmtId")); err == nil {
				own[id] = parseFormat(attr(s, "formatCode"))
			}
		case "cellXfs":
			cells = true
		case "cellStyleXfs", "cellStyles", "dxfs":
			cells = false
		case "xf":
			if !cells {
				return nil
			}
			id, _ := strconv.Atoi(attr(s, "numFmtId"))
			f, ok := own[id]
			if !ok {
				f = builtIn(id)
			}
			w.formats = append(w.formats, f)
		}
		return nil
	})
}

func truth(s string) bool { return s == "1" || s == "true" || s == "on" }

// clip returns the first n characters of s.
func clip(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// unescape reads the escapes in which a workbook writes signs that XML cannot carry: _x000D_ (ECMA-376 part 1, 22.9.2.19).
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if v, ok := escapeAt(s[i:]); ok {
			b.WriteRune(v)
			i += 7
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

func escapeAt(s string) (rune, bool) {
	if len(s) < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_' {
		return 0, false
	}
	v, err := strconv.ParseUint(s[2:6], 16, 16)
	if err != nil || v >= 0xd800 && v < 0xe000 {
		return 0, false
	}
	return rune(v), true
}
