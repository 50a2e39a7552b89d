package indexer

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// show writes a question in one line: clauses parted by " & ", alternatives by " | ", words of a row by "_".
func (q question) show() string {
	var clauses []string
	for _, c := range q.clauses {
		var atoms []string
		for _, a := range c.atoms {
			s := strings.Join(foldsOf(a.words), "_")
			if a.prefix {
				s += "*"
			}
			if a.field != "" {
				s = a.field + ":" + s
			}
			atoms = append(atoms, s)
		}
		s := strings.Join(atoms, " | ")
		if c.not {
			s = "not " + s
		}
		clauses = append(clauses, s)
	}
	return strings.Join(clauses, " & ")
}

func TestParse(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"words", "giấy phép", "giay & phep"},
		{"phrase", `"giấy phép"`, "giay_phep"},
		{"phrase of one word", `"giấy"`, "giay"},
		{"two phrases side by side", `"a b""c d"`, "a_b & c_d"},
		{"guillemets and curly quotes", "«a b» “c d”", "a_b & c_d"},
		{"negation", "-đất nhà", "not dat & nha"},
		{"negated phrase", `-"đất ở"`, "not dat_o"},
		{"a dash inside a word parts it", "QĐ-UBND", "qd_ubnd"},
		{"a dash between words says nothing", "a - b", "a & b"},
		{"two dashes say nothing", "--a", "a"},
		{"either", "a1 OR b1 OR c1", "a1 | b1 | c1"},
		{"or in small letters is a word", "a1 or b1", "a1 & or & b1"},
		{"OR inside a word", "ORa bOR", "ora & bor"},
		{"field", "so:15 c", "no:15 & c"},
		{"field with marks and signs", "Trích_yếu:đất", "su:dat"},
		{"field and phrase", `subject:"a b" c`, "su:a_b & c"},
		{"field and prefix", "signer:ng*", "si:ng*"},
		{"negated field", "-type:gm", "not ty:gm"},
		{"unknown field", "abc:def", "abc_def"},
		{"field name without value", "so:", "so"},
		{"colon before a space", "Số: 12", "so & 12"},
		{"time", "12:30", "12_30"},
		{"prefix", "quyết*", "quyet*"},
		{"prefix of a code", "H15.50.05-26*", "h15_50_05_26*"},
		{"star inside is a sign", "a*b", "a_b"},
		{"star alone", "* a", "a"},
		{"star after a sign", "ab-*", "ab"},
		{"brackets are signs", "(a1 b1)", "a1 & b1"},
		{"signs only", "./. – & !", ""},
		{"empty quotes", `"" a`, "a"},
		{"nothing", "   ", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q, err := parse(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, q.show()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseSaysWhere(t *testing.T) {
	tests := []struct{ name, in, at string }{
		{"open quote", `đất "nhà`, "(character 5)"},
		{"dangling OR", "đất OR", "(character 5)"},
		{"leading OR", "OR đất", "(character 1)"},
		{"OR after a negation", "-a OR b", "(character 4)"},
		{"short stem", "đất q*", "(character 5)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parse(tt.in)
			e, ok := err.(*archive.Error)
			if !ok || e.Kind != archive.Invalid || e.Code != "bad_query" || len(e.Fields) != 1 || e.Fields[0].Field != "q" {
				t.Fatalf("%#v", err)
			}
			if !strings.Contains(e.Msg.EN, tt.at) {
				t.Errorf("message %q, want %s", e.Msg.EN, tt.at)
			}
		})
	}
}

func TestParseKeepsPlaces(t *testing.T) {
	q, err := parse(`đất subject:"nhà ở" -đường*`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range q.clauses {
		for _, a := range c.atoms {
			for _, w := range a.words {
				got = append(got, q.text[w.start:w.end])
			}
		}
	}
	if diff := cmp.Diff([]string{"đất", "nhà", "ở", "đường"}, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`a "b c" -d OR e f:g h* "`, "OR OR", `so:"" type:x*`, "\xff:\"", "a\u0301:b ”", `-"`, "đ:*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := parse(s)
		if err != nil {
			if archive.CodeOf(err) != "bad_query" || archive.KindOf(err) != archive.Invalid {
				t.Fatalf("%+q: %v", s, err)
			}
			return
		}
		words := 0
		for _, c := range q.clauses {
			if len(c.atoms) == 0 || c.not && len(c.atoms) != 1 {
				t.Fatalf("%+q: clause %+v", s, c)
			}
			for _, a := range c.atoms {
				if len(a.words) == 0 {
					t.Fatalf("%+q: atom without words", s)
				}
				for _, w := range a.words {
					words++
					if w.fold == "" || w.start >= w.end || w.end > len(q.text) {
						t.Fatalf("%+q: word %+v", s, w)
					}
				}
			}
		}
		if words > maxWords || utf8.RuneCountInString(q.text) > maxQueryRunes {
			t.Fatalf("%+q: %d words pass the limit", s, words)
		}
		newTarget(q).best("đất nhà ở quyết định 12/QĐ-UBND", "")
	})
}

func FuzzCursor(f *testing.F) {
	f.Add(cursor{archive.ByNewest, rank{day: "20260101", id: strings.Repeat("x", 16)}}.String())
	f.Add("abc")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := parseCursor(s); err == nil && c.String() != s {
			if again, err := parseCursor(c.String()); err != nil || again != c {
				t.Errorf("%q does not come back", s)
			}
		}
	})
}
