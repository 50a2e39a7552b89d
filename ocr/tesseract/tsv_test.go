package tesseract

import (
	"image"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParser(t *testing.T) {
	long := strings.Repeat("x", 40<<10)
	for _, c := range []struct {
		reason string
		tsv    string
		want   [][]Word
	}{
		{"nothing", "", nil},
		{"a heading alone", "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n", nil},
		{"a page without words", "1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n", [][]Word{nil}},
		{
			"lines are counted through blocks, pages begin anew",
			page(1) + line() + row("10", "96.5", "Số:") + row("40", "12", "15/QĐ") + line() + row("1", "50", "x") + page(2) + line() + row("2", "100", "y"),
			[][]Word{
				{{"Số:", image.Rect(10, 20, 40, 60), 0.965, 0}, {"15/QĐ", image.Rect(40, 20, 70, 60), 0.12, 0}, {"x", image.Rect(1, 20, 31, 60), 0.5, 1}},
				{{"y", image.Rect(2, 20, 32, 60), 1, 0}},
			},
		},
		{
			"decomposed letters are composed", page(1) + line() + row("1", "90", "Việt"),
			[][]Word{{{"Việt", image.Rect(1, 20, 31, 60), 0.9, 0}}},
		},
		{
			"white space is no word", page(1) + line() + row("1", "95", " ") + row("2", "95", ""),
			[][]Word{nil},
		},
		{
			"rows that mean nothing are passed over", page(1) + "5\t1\n\n" + "garbage\n" + "5\t1\t1\t1\t1\t1\t0\t0\t1\t1\tnot a number\tz\n" + line() + row("1", "90", "a"),
			[][]Word{{{"a", image.Rect(1, 20, 31, 60), 0.9, 0}}},
		},
		{
			"an endless row is passed over", page(1) + line() + row("1", "90", long) + row("1", "90", "a"),
			[][]Word{{{"a", image.Rect(1, 20, 31, 60), 0.9, 0}}},
		},
	} {
		t.Run(c.reason, func(t *testing.T) {
			var p parser
			var got [][]Word
			if err := p.read(strings.NewReader(c.tsv), func(w []Word) error { got = append(got, w); return nil }); err != nil {
				t.Fatal(err)
			}
			if w, ok := p.end(); ok {
				got = append(got, w)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func page(n int) string { return "1\t" + string(rune('0'+n)) + "\t0\t0\t0\t0\t0\t0\t999\t999\t-1\t\n" }
func line() string      { return "4\t1\t1\t1\t1\t0\t0\t0\t999\t40\t-1\t\n" }
func row(left, conf, text string) string {
	return "5\t1\t1\t1\t1\t1\t" + left + "\t20\t30\t40\t" + conf + "\t" + text + "\n"
}

func TestRubbish(t *testing.T) {
	for _, c := range []struct {
		reason string
		text   string
		conf   float32
		want   bool
	}{
		{"a word", "quyết", 0.9, false},
		{"a doubtful word stays", "quyêt", 0.01, false},
		{"a number", "15", 0.2, false},
		{"a dash before a list", "-", 0.9, false},
		{"the stroke of a table", "|", 0.95, true},
		{"a dotted line nobody is sure of", "......", 0.1, true},
		{"a dotted line to write on", "......", 0.8, false},
		{"a bar code", "|llllllllllllllllllÍ", 0.4, true},
		{"a roman number", "III", 0.9, false},
	} {
		if got := rubbish(c.text, c.conf); got != c.want {
			t.Errorf("%s: rubbish(%q, %v) = %v", c.reason, c.text, c.conf, got)
		}
	}
}

func TestProgressInPieces(t *testing.T) {
	begun := 0
	p := &progress{at: -1, begin: func() { begun++ }}
	for _, s := range []string{"Warning: some", "thing\nPage 0 ", ": a.pgm\nPage 1 : b.pgm\nPage x\n", strings.Repeat("y", 2000) + "\n"} {
		if n, err := p.Write([]byte(s)); n != len(s) || err != nil {
			t.Fatal(n, err)
		}
	}
	if p.at != 1 || begun != 2 || p.last != strings.Repeat("y", longestLine) {
		t.Errorf("at %d, begun %d, last of %d bytes", p.at, begun, len(p.last))
	}
}
